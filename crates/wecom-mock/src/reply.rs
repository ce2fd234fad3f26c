//! The responses of the server.

use std::ops::RangeInclusive;

use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::route::Answer;

/// An error as WeCom reports it: its code and its message.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) i64, pub(crate) String);

/// A response of the server.
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether a `Range` header selects a part of the body.
    in_parts: bool,
}

impl Reply {
    /// Creates a response from an HTTP status, a content type and a body.
    ///
    /// # Panics
    ///
    /// Panics if the status is not between 100 and 999, or if the content type cannot be in a header.
    pub fn new(status: u16, content_type: impl AsRef<str>, body: impl Into<Bytes>) -> Self {
        let reply =
            Self { status: code(status), headers: HeaderMap::new(), body: body.into(), in_parts: false };
        reply.with_header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Creates a JSON response. WeCom's have an `errcode`, 0 for success.
    #[allow(clippy::needless_pass_by_value, reason = "the value is made for this call: `json!` at the call")]
    pub fn json(value: Value) -> Self {
        Self::new(200, "application/json; charset=UTF-8", value.to_string())
    }

    /// Creates a file response. A request can ask for a part of it: `Range: bytes=0-1023`.
    ///
    /// # Panics
    ///
    /// Panics if the name or the content type cannot be in a header.
    pub fn file(name: impl AsRef<str>, content_type: impl AsRef<str>, bytes: impl Into<Bytes>) -> Self {
        let name = name.as_ref().replace('\\', "\\\\").replace('"', "\\\"");
        Self::unnamed_file(content_type, bytes)
            .with_header(CONTENT_DISPOSITION.as_str(), format!("attachment; filename=\"{name}\""))
    }

    pub(crate) fn unnamed_file(content_type: impl AsRef<str>, bytes: impl Into<Bytes>) -> Self {
        Self { in_parts: true, ..Self::new(200, content_type, bytes) }
    }

    /// Creates a flat XML document, as WeChat Pay writes it.
    pub(crate) fn xml<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let elements = fields.into_iter().map(|(name, value)| {
            // A CDATA section can't contain its own end, so it is split there.
            let value = value.replace("]]>", "]]]]><![CDATA[>");
            format!("<{name}><![CDATA[{value}]]></{name}>")
        });
        Self::new(200, "text/xml; charset=UTF-8", format!("<xml>{}</xml>", elements.collect::<String>()))
    }

    /// Creates an error as endpoints with this encoding report it. WeChat Pay has no numeric codes: the message begins
    /// with the number.
    pub(crate) fn refusal(answer: Answer, errcode: i64, errmsg: &str) -> Self {
        match answer {
            Answer::Xml => Self::xml([
                ("return_code", "FAIL".to_owned()),
                ("return_msg", format!("{errcode}: {errmsg}")),
            ]),
            // An endpoint that can't return its file reports that in JSON.
            Answer::Json | Answer::File | Answer::FileOrJson => {
                Self::json(json!({ "errcode": errcode, "errmsg": errmsg }))
            }
        }
    }

    /// Sets a header, and replaces any of the same name.
    ///
    /// # Panics
    ///
    /// Panics if no header can have this name or this value.
    pub fn with_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let name: HeaderName = name.as_ref().parse().expect("this is no name of a header");
        let value = HeaderValue::from_bytes(value.as_ref().as_bytes()).expect("this is no value of a header");
        self.headers.insert(name, value);
        self
    }

    /// Returns the part of a file that the request asks for, or all of a body that isn't a file.
    pub(crate) fn ranged(self, headers: &HeaderMap) -> Self {
        let Some(range) = headers.get(http::header::RANGE).filter(|_| self.in_parts) else {
            return self;
        };
        let total = self.body.len();
        match range.to_str().ok().and_then(|range| span(range, total)) {
            Some(span) => {
                let part = format!("bytes {}-{}/{total}", span.start(), span.end());
                let body = self.body.slice(span);
                Self { status: StatusCode::PARTIAL_CONTENT, body, ..self }
                    .with_header(CONTENT_RANGE.as_str(), part)
            }
            None => Self::refusal(Answer::File, 40146, "invalid Range"),
        }
    }
}

/// Returns an HTTP status that a test asks for.
pub(crate) fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("an HTTP status is between 100 and 999")
}

/// Returns the bytes that `bytes=a-b` or `bytes=a-` selects, if there are any.
fn span(range: &str, total: usize) -> Option<RangeInclusive<usize>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = total.checked_sub(1)?;
    let first = first.parse().ok()?;
    let last = if last.is_empty() { end } else { last.parse::<usize>().ok()?.min(end) };
    (first <= last).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn a_span_is_within_the_file() {
        assert_eq!(span("bytes=0-3", 10), Some(0..=3));
        assert_eq!(span("bytes=8-99", 10), Some(8..=9));
        assert_eq!(span("bytes=9-", 10), Some(9..=9));
        for invalid in ["bytes=10-", "bytes=5-4", "bytes=-4", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", ""] {
            assert_eq!(span(invalid, 10), None, "{invalid}");
        }
        assert_eq!(span("bytes=0-", 0), None);
    }
}
