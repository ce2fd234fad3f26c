//! Responses that are files, or errors instead of files.

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use serde::de::IgnoredAny;
use wecom_models::wire::{ReadObject, Reading, mend};
use wecom_models::{File, FileOr};

use crate::disposition::file_name;
use crate::response::{Envelope, Nothing, read_json, text};
use crate::{DecodeError, FromResponse, Meta, ResponseError};

/// A longer body isn't an error, whatever its beginning.
const LONGEST_ERROR: usize = 64 << 10;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns whether a response is a file, judging by its headers and the beginning of its body; `None` if more of the body is needed.
///
/// A download has a `Content-Disposition` or a `Content-Range`. Otherwise, the content decides: errors are JSON, web pages are HTML, and
/// neither is a file. A body that begins like neither is a file, and so is one that is longer than an error can be (64 kB), unless it is
/// HTML. So this is `None` for 64 kB at most; for a body that ends before that, use [`FromResponse::from_response`].
pub fn begins_file(headers: &HeaderMap, beginning: &[u8]) -> Option<Result<(), ResponseError>> {
    if headers.contains_key(CONTENT_DISPOSITION) || headers.contains_key(CONTENT_RANGE) {
        return Some(Ok(()));
    }
    let is_long = beginning.len() > LONGEST_ERROR;
    match Look::of(beginning) {
        Look::Other => Some(Ok(())),
        Look::Html if is_long => Some(Err(web_page())),
        Look::Blank | Look::Json | Look::Markup if is_long => Some(Ok(())),
        Look::Blank | Look::Json | Look::Markup | Look::Html => None,
    }
}

/// Checks that a complete response is a file.
fn check(headers: &HeaderMap, body: &[u8]) -> Result<(), ResponseError> {
    if let Some(decided) = begins_file(headers, body) {
        return decided;
    }
    match Look::of(body) {
        Look::Blank => Err(DecodeError::new("", "expected a file, but the response is empty").into()),
        Look::Markup | Look::Html => Err(web_page()),
        Look::Json => refusal(headers, body).map_or(Ok(()), Err),
        Look::Other => Ok(()),
    }
}

fn web_page() -> ResponseError {
    DecodeError::new("", "expected a file, but the response is a web page").into()
}

/// Returns the error that was sent instead of a file, if this JSON is one.
fn refusal(headers: &HeaderMap, body: &[u8]) -> Option<ResponseError> {
    let text = text(body);
    let text = mend(&text);
    let mut envelope = Envelope::<Nothing>::default();
    let read = envelope.read(&text, &Reading::default());
    let cut = serde_json::from_str::<IgnoredAny>(&text).err().filter(serde_json::Error::is_eof);
    match (read, cut) {
        // Without a length, a broken connection looks like the end, and a number may be cut in half.
        (Err(_), Some(cut)) if !headers.contains_key(CONTENT_LENGTH) => Some(DecodeError::from(cut).into()),
        (Ok(()), _) | (Err(_), Some(_)) if envelope.errcode != 0 => Some(envelope.error().into()),
        _ => None,
    }
}

/// The format that a body seems to have, by its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// Nothing but white space, or a part of a byte order mark.
    Blank,
    Json,
    Html,
    /// XML, or HTML that doesn't say so.
    Markup,
    Other,
}

impl Look {
    fn of(body: &[u8]) -> Self {
        if BYTE_ORDER_MARK.starts_with(body) {
            return Self::Blank;
        }
        let start = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii_start();
        let begins =
            |with: &[u8]| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
        match start.first() {
            None => Self::Blank,
            Some(b'{') => Self::Json,
            Some(b'<') if begins(b"<!doctype html") || begins(b"<html") => Self::Html,
            Some(b'<') => Self::Markup,
            Some(_) => Self::Other,
        }
    }
}

impl FromResponse for File {
    fn from_response(_: &Meta, headers: &HeaderMap, body: &Bytes, _: usize) -> Result<Self, ResponseError> {
        check(headers, body)?;
        let mut file = file_head(headers);
        file.bytes = body.clone();
        Ok(file)
    }
}

impl<T: ReadObject> FromResponse for FileOr<T> {
    fn from_response(
        endpoint: &Meta,
        headers: &HeaderMap,
        body: &Bytes,
        memory: usize,
    ) -> Result<Self, ResponseError> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_json = content_type.is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json") || kind.eq_ignore_ascii_case("text/plain")
        });
        if is_json && !headers.contains_key(CONTENT_DISPOSITION) {
            read_json(endpoint.errcode, body, memory).map(Self::Json)
        } else {
            File::from_response(endpoint, headers, body, memory).map(Self::File)
        }
    }
}

/// Creates a file without content from the headers of a download.
pub fn file_head(headers: &HeaderMap) -> File {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let name =
        headers.get(CONTENT_DISPOSITION).and_then(|value| file_name(value.as_bytes())).unwrap_or_default();
    let mut file = File::new(name, Bytes::new());
    file.content_type = text(CONTENT_TYPE);
    file.content_range = text(CONTENT_RANGE);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(body: &[u8]) -> Option<bool> {
        begins_file(&HeaderMap::new(), body).map(|decided| decided.is_ok())
    }

    #[test]
    fn what_begins_like_no_error_is_a_file_at_its_first_byte() {
        for body in [
            &b"%PDF"[..],
            b"\x89PNG",
            b"P",
            b"[1]",
            b" \r\n\t-",
            b"\xef\xbb\xbfa",
            b"\xef\xbbx",
            b"\xff\xfe<",
        ] {
            assert_eq!(begins(body), Some(true), "{body:?}");
        }
        for body in [
            &b""[..],
            b" \n",
            b"\xef",
            b"\xef\xbb",
            b"\xef\xbb\xbf",
            b"\xef\xbb\xbf {",
            b"{",
            b"\n<",
            b"<svg",
            b"<!DOCTYPE",
        ] {
            assert_eq!(begins(body), None, "{body:?}");
        }
    }

    #[test]
    fn what_is_longer_than_an_error_is_a_file_unless_it_is_a_web_page() {
        let long = |start: &str, length: usize| {
            let mut body = start.as_bytes().to_vec();
            body.resize(length, b' ');
            body
        };
        for start in ["{", "<svg", "<?xml", "", "\u{feff}{"] {
            assert_eq!(begins(&long(start, LONGEST_ERROR)), None, "{start}");
            assert_eq!(begins(&long(start, LONGEST_ERROR + 1)), Some(true), "{start}");
        }
        for start in ["<html>", "\n<!DocType HTML>", "<HTML lang=\"zh\">"] {
            assert_eq!(begins(&long(start, LONGEST_ERROR)), None, "{start}");
            assert_eq!(begins(&long(start, LONGEST_ERROR + 1)), Some(false), "{start}");
        }
    }

    #[test]
    fn an_error_that_was_cut_is_no_file() {
        let read = |length: Option<usize>, body: &str| {
            let mut headers = HeaderMap::new();
            headers.extend(length.map(|length| (CONTENT_LENGTH, length.into())));
            check(&headers, body.as_bytes())
        };
        let body = r#"{"errcode":42001,"errmsg":"expired"}"#;
        for end in 1..body.len() {
            assert!(matches!(read(None, &body[..end]), Err(ResponseError::Decode(_))), "{end}");
        }
        assert!(matches!(read(None, body), Err(ResponseError::Api(_))));
        // With a length, it is complete.
        assert!(matches!(read(Some(30), &body[..30]), Err(ResponseError::Api(error)) if error.code == 42001));
        for file in ["{\\rtf1}", "{}", r#"{"errcode":0}"#, r#"{"errcode":"none"}"#, "{ not JSON }"] {
            assert!(read(None, file).is_ok(), "{file}");
        }
        assert!(read(Some(7), r#"{"a": 1"#).is_ok());
    }

    #[test]
    fn an_almost_json_error_is_no_file() {
        for body in [
            "\u{feff}{\"errcode\":42001,\"errmsg\":\"expired\"}",
            "{\"errcode\":42001,\"errmsg\":\"ex\npi\tred\u{1b}\"}",
            r#" {"errcode":42001,"errmsg":"expired \ud83d"}"#,
            "\u{feff}\n{\"errmsg\":\"\u{0}\\udc00\",\"errcode\":\"42001\"}",
        ] {
            let Err(ResponseError::Api(error)) = check(&HeaderMap::new(), body.as_bytes()) else {
                panic!("{body}")
            };
            assert_eq!(error.code, 42001, "{body}");
        }
    }
}
