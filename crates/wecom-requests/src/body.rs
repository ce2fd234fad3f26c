//! The bodies and headers of requests.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::Value;
use wecom_models::File;
use wecom_models::wire::{Output, unwritten};

use crate::BuildError;

/// The body of a request.
#[non_exhaustive]
pub struct Body {
    /// Its `Content-Type`.
    pub content_type: HeaderValue,
    /// Its content.
    pub bytes: Bytes,
    /// The position in `bytes` at which the content of a streamed file belongs.
    pub content_at: Option<usize>,
}

impl Body {
    /// Creates a body from complete content.
    pub fn new(content_type: HeaderValue, bytes: impl Into<Bytes>) -> Self {
        Self { content_type, bytes: bytes.into(), content_at: None }
    }

    /// Creates a JSON body.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, BuildError> {
        Ok(Self::new(HeaderValue::from_static("application/json"), serde_json::to_vec(value)?))
    }
}

/// Shows the size, not the content, which may be secret.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({:?}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// Parameters that are HTTP headers.
#[derive(Debug, Default)]
pub struct Headers(pub HeaderMap);

impl Output for Headers {
    type Error = serde_json::Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), serde_json::Error> {
        self.put_raw(name, &serde_json::to_value(value).map_err(|error| unwritten(name, &error))?)
    }

    fn put_raw(&mut self, name: &str, value: &Value) -> Result<(), serde_json::Error> {
        let name = HeaderName::try_from(name).map_err(serde_json::Error::custom)?;
        let value = HeaderValue::try_from(text(value)).map_err(serde_json::Error::custom)?;
        self.0.insert(name, value);
        Ok(())
    }
}

/// A form with files, as `multipart/form-data`.
#[derive(Default)]
pub struct Form {
    parts: Vec<(String, Bytes)>,
    /// The part whose content is streamed.
    streamed: Option<usize>,
}

impl Form {
    /// Adds a file.
    ///
    /// The name is sent as UTF-8, since WeCom does not understand the encodings of RFC 2231. Characters that would end the
    /// header early are escaped as browsers do.
    pub fn file(&mut self, name: &str, file: &File) {
        let file_name = file.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let content_type =
            file.content_type.as_deref().unwrap_or("application/octet-stream").replace(['\r', '\n'], "");
        let length = file.length();
        let head = format!(
            "Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"; filelength={length}\r\n\
             Content-Type: {content_type}\r\n\r\n"
        );
        if file.is_streamed() {
            self.streamed = Some(self.parts.len());
        }
        self.parts.push((head, file.bytes.clone()));
    }

    /// Returns the finished body.
    pub fn finish(self) -> Result<Body, BuildError> {
        let boundary = self.boundary();
        let mut bytes = BytesMut::new();
        let mut content_at = None;
        for (index, (head, content)) in self.parts.iter().enumerate() {
            bytes.extend_from_slice(format!("--{boundary}\r\n{head}").as_bytes());
            if self.streamed == Some(index) {
                content_at = Some(bytes.len());
            }
            bytes.extend_from_slice(content);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
        let content_type = content_type.map_err(serde_json::Error::custom)?;
        Ok(Body { content_type, bytes: bytes.freeze(), content_at })
    }

    /// Chooses a line that occurs in no part. The same parts always get the same line, after a single scan of each: uploading a
    /// list of boundaries must not make this search for long. A stream can't be scanned, so its boundary is random.
    fn boundary(&self) -> String {
        const PREFIX: &str = "wecom-form-";
        if self.streamed.is_some() {
            let random = || RandomState::new().build_hasher().finish();
            return format!("{PREFIX}{:016x}{:016x}", random(), random());
        }
        let mut taken = BTreeSet::new();
        for (_, content) in &self.parts {
            for at in content.windows(PREFIX.len() + 16).filter(|at| at.starts_with(PREFIX.as_bytes())) {
                let number = std::str::from_utf8(&at[PREFIX.len()..])
                    .ok()
                    .and_then(|digits| digits.parse::<u64>().ok());
                taken.extend(number);
            }
        }
        let mut number = 0;
        while taken.contains(&number) {
            number += 1;
        }
        format!("{PREFIX}{number:016}")
    }
}

/// Shows the size, not the content, which may be secret.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({} parts)", self.parts.len())
    }
}

impl Output for Form {
    type Error = serde_json::Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), serde_json::Error> {
        self.put_raw(name, &serde_json::to_value(value).map_err(|error| unwritten(name, &error))?)
    }

    fn put_raw(&mut self, name: &str, value: &Value) -> Result<(), serde_json::Error> {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        self.parts.push((head, text(value).into()));
        Ok(())
    }
}

/// Returns a scalar as text, other JSON as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_goes_out_as_utf_8_and_cannot_end_its_header() {
        let mut form = Form::default();
        form.file("media", &File::new("图 \"1\"\r\nX: y.png", "abc"));
        let body = form.finish().unwrap();
        let text = String::from_utf8(body.bytes.to_vec()).unwrap();
        assert!(text.contains("filename=\"图 %221%22%0D%0AX: y.png\"; filelength=3\r\n"), "{text}");
        assert!(!text.contains("\nX:"), "{text}");
    }

    #[test]
    fn the_boundary_stands_in_no_part() {
        let mut form = Form::default();
        form.file("media", &File::new("a", "--wecom-form-0000000000000000--"));
        let body = form.finish().unwrap();
        assert_eq!(body.content_type, "multipart/form-data; boundary=wecom-form-0000000000000001");
    }
}
