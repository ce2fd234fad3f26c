//! From a body to a typed response, or to the error WeCom reports.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE};
use http::{HeaderMap, Response};
use serde_json::Deserializer;
use wecom_models::wire::{Field, ReadObject, Reading, mend, names_unknown_fields, read_object};
use wecom_models::{File, FileOr};

use crate::Endpoint;
use crate::disposition::file_name;
use crate::errcode::{self, ErrorCode};
use crate::probe;

/// A body is not the response that was hoped for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// WeCom reports an error.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// WeChat Pay reports an error.
    #[error(transparent)]
    Merchant(#[from] MerchantError),
    /// The body can't be understood.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// An error that WeCom reports: `errcode` is not 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// `errcode`.
    pub code: i64,
    /// `errmsg`, which may hold hints such as the address the call came from.
    pub message: String,
}

impl ApiError {
    /// What the documentation says of the code, if it knows it.
    pub fn known(&self) -> Option<&'static ErrorCode> {
        errcode::lookup(self.code)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeCom error {}: {}", self.code, self.message)?;
        match self.known() {
            Some(ErrorCode { name, doc, help: Some(help), .. }) => write!(f, " ({name}: {doc} {help})"),
            Some(ErrorCode { name, doc, .. }) => write!(f, " ({name}: {doc})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}

/// An error that WeChat Pay reports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("WeChat Pay error {code}: {message}")]
pub struct MerchantError {
    /// `err_code`, such as `NOTENOUGH`; `FAIL` where the request was not even understood.
    pub code: String,
    /// `err_code_des` or `return_msg`, for people to read.
    pub message: String,
}

/// A body that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where in the JSON the trouble is, `msg_list[3].sender.type`; empty for the body as a whole.
    pub path: String,
    /// What the trouble is.
    pub message: String,
    /// Whether the answer says that the call succeeded: its `errcode` is 0. Then what was asked for has been done, and to
    /// ask for it once more does it twice.
    pub succeeded: bool,
}

impl DecodeError {
    /// Trouble at a place, which is empty for the body as a whole.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), succeeded: false }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.succeeded {
            f.write_str("the call succeeded (`errcode` is 0), but ")?;
        }
        match self.path.as_str() {
            "" => write!(f, "the response can't be understood: {}", self.message),
            path => write!(f, "the response can't be understood at `{path}`: {}", self.message),
        }
    }
}

impl std::error::Error for DecodeError {}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        let text = unquoted(&error.to_string());
        match text.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
            Some((path, message)) => Self::new(path, message),
            None => Self::new("", text),
        }
    }
}

/// A message of serde's without the text it found: that may be a token, a phone number or a megabyte.
fn unquoted(message: &str) -> String {
    match (message.find(": string \""), message.rfind("\", expected ")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}: a string{}", &message[..start], &message[end + 1..])
        }
        _ => message.to_owned(),
    }
}

/// What can come back from an endpoint.
pub trait Answer: Sized {
    /// Reads it, or the error that came instead. Its lists and maps may take so many bytes of `memory`: see [`Reading::new`].
    fn read(headers: &HeaderMap, body: &Bytes, memory: usize) -> Result<Self, ResponseError>;
}

/// Implements [`Answer`] for JSON models.
macro_rules! json_answers {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::Answer for $type {
            fn read(
                _: &http::HeaderMap,
                body: &bytes::Bytes,
                memory: usize,
            ) -> Result<Self, $crate::ResponseError> {
                $crate::response::read_json(body, memory)
            }
        }
    )*};
}
pub(crate) use json_answers;

/// Implements [`Answer`] for XML models.
#[cfg(feature = "xml")]
macro_rules! xml_answers {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::Answer for $type {
            fn read(
                _: &http::HeaderMap,
                body: &bytes::Bytes,
                memory: usize,
            ) -> Result<Self, $crate::ResponseError> {
                $crate::xml::read(body, memory)
            }
        }
    )*};
}
#[cfg(feature = "xml")]
pub(crate) use xml_answers;

impl Answer for File {
    fn read(headers: &HeaderMap, body: &Bytes, _: usize) -> Result<Self, ResponseError> {
        // A download says that it is one; an error doesn't, whatever type it says it has.
        if !headers.contains_key(CONTENT_DISPOSITION) && !headers.contains_key(CONTENT_RANGE) {
            let text = text(body);
            let start = text.trim_start_matches('\u{feff}').trim_start();
            if start.is_empty() {
                return Err(DecodeError::new("", "there is no file: the answer is empty").into());
            }
            if start.starts_with('<') {
                return Err(DecodeError::new("", "a web page came in place of a file").into());
            }
            if start.starts_with('{') {
                let mut envelope = Envelope::<Nothing>::default();
                if envelope.read(&mend(&text), &Reading::default()).is_ok() && envelope.errcode != 0 {
                    return Err(envelope.error().into());
                }
            }
        }
        let mut file = file_head(headers);
        file.bytes = body.clone();
        Ok(file)
    }
}

impl<T: ReadObject> Answer for FileOr<T> {
    fn read(headers: &HeaderMap, body: &Bytes, memory: usize) -> Result<Self, ResponseError> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_json = content_type.is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json") || kind.eq_ignore_ascii_case("text/plain")
        });
        if is_json && !headers.contains_key(CONTENT_DISPOSITION) {
            read_json(body, memory).map(Self::Json)
        } else {
            File::read(headers, body, memory).map(Self::File)
        }
    }
}

/// What the headers of a download say about its file, which has no content yet.
pub fn file_head(headers: &HeaderMap) -> File {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let name =
        headers.get(CONTENT_DISPOSITION).and_then(|value| file_name(value.as_bytes())).unwrap_or_default();
    let mut file = File::new(name, Bytes::new());
    file.content_type = text(CONTENT_TYPE);
    file.content_range = text(CONTENT_RANGE);
    file
}

/// Reads an endpoint's answer.
pub fn parse_response<E: Endpoint>(response: &Response<Bytes>) -> Result<E::Response, ResponseError> {
    parse_response_within::<E>(response, Reading::MEMORY)
}

/// Reads an endpoint's answer whose lists and maps may take so many bytes of memory, instead of [`Reading::MEMORY`].
pub fn parse_response_within<E: Endpoint>(
    response: &Response<Bytes>,
    memory: usize,
) -> Result<E::Response, ResponseError> {
    E::Response::read(response.headers(), response.body(), memory)
}

/// Reads the body of an endpoint's answer, where that is JSON.
///
/// A body without `errcode` is a success if it holds a field that the documentation lists: some endpoints leave `errcode`
/// out then. Fields the model doesn't know are passed over.
pub fn parse<E>(body: &[u8]) -> Result<E::Response, ResponseError>
where
    E: Endpoint,
    E::Response: ReadObject,
{
    read_json(body, Reading::MEMORY)
}

pub(crate) fn read_json<R: ReadObject>(body: &[u8], memory: usize) -> Result<R, ResponseError> {
    let text = text(body);
    let mut envelope = Envelope::default();
    let Err(error) = envelope.read(&text, &Reading::new(memory)) else { return envelope.open(&text) };
    if names_unknown_fields() {
        return Err(DecodeError::from(error).into());
    }
    // Nearly JSON, perhaps.
    let text = mend(&text);
    let mut mended = Envelope::default();
    if mended.read(&text, &Reading::new(memory).mending()).is_ok() {
        return mended.open(&text);
    }
    // An error's body may lack the shape of a success: then the error is what matters.
    let mut bare = Envelope::<Nothing>::default();
    if bare.read(&text, &Reading::default()).is_ok() && bare.errcode != 0 {
        return Err(bare.error().into());
    }
    let succeeded = bare.has_errcode && bare.errcode == 0;
    Err(DecodeError { succeeded, ..error.into() }.into())
}

/// The text of a body. Looking at all of it once takes less than looking at each string in it; and a character that was
/// cut in two costs no more than itself.
fn text(body: &[u8]) -> Cow<'_, str> {
    str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)
}

/// What surrounds every response, read in one pass with it.
#[derive(Default)]
struct Envelope<R> {
    has_errcode: bool,
    errcode: i64,
    errmsg: String,
    response: R,
}

impl<R: ReadObject> Envelope<R> {
    fn read(&mut self, text: &str, reading: &Reading) -> Result<(), serde_json::Error> {
        let mut json = Deserializer::from_str(text);
        read_object(self, &mut json, reading)?;
        json.end()
    }

    fn open(self, text: &str) -> Result<R, ResponseError> {
        if self.errcode != 0 {
            return Err(self.error().into());
        }
        if !self.has_errcode && !probe::is_documented::<R>(text) {
            let message = "it has no `errcode`, and no field that the documentation lists: it is not WeCom's";
            return Err(DecodeError::new("", message).into());
        }
        Ok(self.response)
    }

    fn error(self) -> ApiError {
        ApiError { code: self.errcode, message: self.errmsg }
    }
}

impl<R: ReadObject> ReadObject for Envelope<R> {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "errcode" => {
                field.read(&mut self.errcode)?;
                self.has_errcode = true;
                Ok(())
            }
            "errmsg" => field.read(&mut self.errmsg),
            _ => self.response.set(name, field),
        }
    }
}

/// What surrounds a response, and nothing of the response itself.
#[derive(Default)]
pub(crate) struct Nothing;

impl ReadObject for Nothing {
    fn set<'de, F: Field<'de>>(&mut self, _name: &str, field: F) -> Result<(), F::Error> {
        field.skip()
    }
}

#[cfg(test)]
mod tests {
    use super::ApiError;

    #[test]
    fn an_error_says_what_is_known_of_its_code() {
        let text = |code| ApiError { code, message: "no".to_owned() }.to_string();
        assert_eq!(
            text(6000),
            "WeCom error 6000: no (DATA_VERSION_CONFLICT: The data was changed under another version. \
             Several callers may be modifying the data at the same time; retry later.)"
        );
        assert_eq!(
            text(40036),
            "WeCom error 40036: no (INVALID_TEMPLATE_ID_LENGTH: The length of the template ID is invalid.)"
        );
        assert_eq!(text(1), "WeCom error 1: no");
    }
}
