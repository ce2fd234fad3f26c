//! The files that were uploaded: what they are, and where those are downloaded whose endpoint returns a URL.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use serde_json::Value;

use crate::received::Received;
use crate::reply::Reply;
use crate::route::Body;
use crate::things::Things;

/// The path that files are downloaded from.
pub(crate) const PATH: &str = "/_files";

/// The type of a file of which nothing is said.
const OCTETS: &str = "application/octet-stream";

/// A file that was uploaded.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    name: String,
    media_type: String,
    pub(crate) bytes: Bytes,
}

impl Content {
    fn new(name: Option<&str>, content_type: Option<&str>, bytes: Bytes) -> Self {
        // Both become headers.
        let printable = |text: &str| text.chars().filter(|char| !char.is_control()).collect::<String>();
        Self {
            name: name.map_or_else(|| "file".to_owned(), printable),
            media_type: content_type.map_or_else(|| OCTETS.to_owned(), printable),
            bytes,
        }
    }

    /// Reads the file in a field of a request: a part of a form, or Base64.
    pub(crate) fn sent(kind: Body, request: &Received, fields: &Value, field: &str) -> Option<Self> {
        match kind {
            Body::Multipart => {
                let content_type = request.headers.get(CONTENT_TYPE)?.to_str().ok()?;
                let boundary = content_type.split_once("boundary=")?.1.split(';').next()?.trim_matches('"');
                part(&request.body, boundary, field)
            }
            Body::Json => {
                let bytes = STANDARD.decode(fields.get(field)?.as_str()?).ok()?;
                Some(Self::new(fields.get("file_name").and_then(Value::as_str), None, bytes.into()))
            }
            Body::Xml => None,
        }
    }

    /// Returns the response that it is.
    pub(crate) fn reply(self) -> Reply {
        Reply::file(self.name, self.media_type, self.bytes)
    }
}

/// Returns the URL of a thing's file, on the server that a request was sent to.
pub(crate) fn url(request: &Received, thing: &str, id: &str) -> String {
    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("thing", thing)
        .append_pair("id", id)
        .finish();
    format!("http://{host}{PATH}?{query}")
}

/// Responds to a request for a file.
pub(crate) fn download(things: &Things, request: &Received) -> Reply {
    let file =
        request.param("thing").zip(request.param("id")).and_then(|(thing, id)| things.content(thing, id));
    file.map_or_else(|| Reply::new(404, "text/plain", "there is no such file"), Content::reply)
}

/// Returns a part of a form.
fn part(body: &Bytes, boundary: &str, field: &str) -> Option<Content> {
    let end = format!("\r\n--{boundary}");
    let first = &end.as_bytes()[2..];
    let mut rest = body.slice(find(body, first)? + first.len()..);
    loop {
        let head_end = find(&rest, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&rest[..head_end]).into_owned();
        let content = rest.slice(head_end + 4..);
        let length = find(&content, end.as_bytes())?;
        if parameter(&head, "name").as_deref() == Some(field) {
            let content_type = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-type").then(|| value.trim())
            });
            let name = parameter(&head, "filename");
            // A copy: the form may be much larger than the file that is kept.
            let bytes = Bytes::copy_from_slice(&content[..length]);
            return Some(Content::new(name.as_deref(), content_type, bytes));
        }
        rest = content.slice(length + end.len()..);
    }
}

/// Returns a parameter of a part's header, in which browsers escape quotation marks and line breaks.
fn parameter(head: &str, name: &str) -> Option<String> {
    let start = head.find(&format!("; {name}=\""))? + name.len() + 4;
    let value = head[start..].split('"').next()?;
    Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"))
}

/// Returns where some bytes start.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let (first, rest) = wanted.split_first()?;
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|byte| byte == first)?;
        if bytes[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_form_is_read_byte_by_byte() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nfirst\r\n--b\r\n\
            content-type: image/png\r\nContent-Disposition: form-data; name=\"media\"; filename=\"x%22.png\"\r\n\r\n\
            \r\n--c\r\n\xff\x00-\r\n--b--\r\n";
        let body = Bytes::from_static(body);
        let file = part(&body, "b", "media").expect("it is there");
        assert_eq!((file.name.as_str(), file.media_type.as_str()), ("x\".png", "image/png"));
        assert_eq!(&file.bytes[..], b"\r\n--c\r\n\xff\x00-");
        let plain = part(&body, "b", "a").expect("it is there");
        assert_eq!(
            (plain.name.as_str(), plain.media_type.as_str(), &plain.bytes[..]),
            ("file", OCTETS, &b"first"[..])
        );
        assert!(part(&body, "b", "x").is_none());
        assert!(part(&body, "d", "media").is_none());
        assert!(part(&body.slice(..body.len() - 8), "b", "media").is_none(), "it was cut off");
    }
}
