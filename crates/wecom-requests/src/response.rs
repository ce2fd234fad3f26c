//! Parses a body as a typed response, or as the error that WeCom reports.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response};
use serde::de::Error;
use serde_json::Deserializer;
use wecom_models::wire::{
    Field, Found, Read, ReadObject, Reading, Scalar, is_strict, mend, names_unknown_fields, read_object,
    report_misfit, told,
};

use crate::errcode::{self, ErrorCode};
use crate::probe;
use crate::{Endpoint, Errcode, Meta};

/// An error instead of a response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// WeCom reports an error.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// WeChat Pay reports an error.
    #[error(transparent)]
    Merchant(#[from] MerchantError),
    /// The body can't be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl ResponseError {
    /// Prefers the endpoint's own description of an error code.
    pub(crate) fn with_codes(mut self, codes: &'static [ErrorCode]) -> Self {
        if let Self::Api(error) = &mut self {
            error.known = errcode::among(codes, error.code);
        }
        self
    }
}

/// An error that WeCom reports: `errcode` is not 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// `errcode`.
    pub code: i64,
    /// `errmsg`, which may contain hints such as the IP address of the caller.
    pub message: String,
    known: Option<&'static ErrorCode>,
}

impl ApiError {
    /// Creates the error that an endpoint reports, for tests of code that handles it. Needs the feature `test-util`.
    #[cfg(feature = "test-util")]
    pub fn new<E: Endpoint>(code: i64, message: impl Into<String>) -> Self {
        let error = Self::reported(code, message);
        Self { known: errcode::among(E::META.codes, code), ..error }
    }

    /// Creates the error that a code and a message report, for other connections than HTTP. The code has the meaning of the page of global codes.
    pub fn reported(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), known: errcode::lookup(code) }
    }

    /// Returns what the documentation says about the code: the endpoint's page first, then the page of global codes.
    pub fn known(&self) -> Option<&'static ErrorCode> {
        self.known
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
    /// `err_code`, such as `NOTENOUGH`; `FAIL` if the request was not even understood.
    pub code: String,
    /// `err_code_des` or `return_msg`: a message for people.
    pub message: String,
}

/// A body that can't be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The place of the error in the JSON, such as `msg_list[3].sender.type`; empty for the whole body.
    pub path: String,
    /// The reason.
    pub message: String,
    /// Whether the response reports success: its `errcode` is 0. Then the call has been carried out, and
    /// repeating it carries it out twice.
    pub succeeded: bool,
}

impl DecodeError {
    /// Creates an error at a path, which is empty for the whole body.
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
            "" => write!(f, "the response can't be decoded: {}", self.message),
            path => write!(f, "the response can't be decoded at `{path}`: {}", self.message),
        }
    }
}

impl std::error::Error for DecodeError {}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        let (path, message) = told(&error);
        Self::new(path, message)
    }
}

/// The type of a response.
pub trait FromResponse: Sized {
    /// Parses a response, or returns the error it reports. Its lists and maps may take up to `memory` bytes: see [`Reading::new`].
    fn from_response(
        endpoint: &Meta,
        headers: &HeaderMap,
        body: &Bytes,
        memory: usize,
    ) -> Result<Self, ResponseError>;
}

/// Implements [`FromResponse`] for JSON models.
macro_rules! json_responses {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::FromResponse for $type {
            fn from_response(
                endpoint: &$crate::Meta,
                _: &http::HeaderMap,
                body: &bytes::Bytes,
                memory: usize,
            ) -> Result<Self, $crate::ResponseError> {
                $crate::response::read_json(endpoint.errcode, body, memory)
            }
        }
    )*};
}
pub(crate) use json_responses;

/// Implements [`FromResponse`] for XML models.
#[cfg(feature = "xml")]
macro_rules! xml_responses {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::FromResponse for $type {
            fn from_response(
                _: &$crate::Meta,
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
pub(crate) use xml_responses;

/// Parses an endpoint's response.
pub fn parse_response<E: Endpoint>(response: &Response<Bytes>) -> Result<E::Response, ResponseError> {
    parse_response_within::<E>(response, Reading::MEMORY)
}

/// Parses an endpoint's response, whose lists and maps may take up to `memory` bytes instead of [`Reading::MEMORY`].
pub fn parse_response_within<E: Endpoint>(
    response: &Response<Bytes>,
    memory: usize,
) -> Result<E::Response, ResponseError> {
    let read = E::Response::from_response(E::META, response.headers(), response.body(), memory);
    read.map_err(|error| error.with_codes(E::META.codes))
}

/// Parses the body of an endpoint's response as JSON.
///
/// A body without `errcode` is an error, unless the endpoint omits it from successes ([`Errcode::OnFailure`]) and the body has a
/// documented field. Unknown fields are ignored.
pub fn parse<E>(body: &[u8]) -> Result<E::Response, ResponseError>
where
    E: Endpoint,
    E::Response: ReadObject,
{
    read_json(E::META.errcode, body, Reading::MEMORY).map_err(|error| error.with_codes(E::META.codes))
}

/// Parses a body that is JSON, or nearly.
pub(crate) fn read_json<R: ReadObject>(
    errcode: Errcode,
    body: &[u8],
    memory: usize,
) -> Result<R, ResponseError> {
    read_text(body, |text, how| {
        let mut envelope = Envelope::<R>::default();
        envelope.read(text, &how(Reading::new(memory)))?;
        Ok(envelope.open(errcode, text, || probe::is_documented::<R>(text)))
    })
}

/// The way to read.
type How = fn(Reading) -> Reading;

/// Parses a body that is JSON, or nearly. `read` takes the text and how to read it, and fails if the text isn't as expected.
pub(crate) fn read_text<T>(
    body: &[u8],
    read: impl Fn(&str, How) -> Result<Result<T, ResponseError>, serde_json::Error>,
) -> Result<T, ResponseError> {
    let text = text(body);
    let error = match read(&text, |reading| reading) {
        Ok(outcome) => return outcome,
        Err(error) if names_unknown_fields() => return Err(DecodeError::from(error).into()),
        Err(error) => error,
    };
    // It may be nearly JSON.
    let text = mend(&text);
    let error = match read(&text, Reading::repairing) {
        Ok(outcome) => return outcome,
        Err(other) if other.is_data() => other,
        // Where the text isn't JSON, the first error says best.
        Err(_) => error,
    };
    // It may be nearly what is documented.
    if !is_strict()
        && let Ok(outcome) = read(&text, Reading::lenient)
    {
        report_misfit(&error);
        return outcome;
    }
    // The body of an error may not fit the type of a success: the error is what matters then.
    let mut bare = Envelope::<Nothing>::default();
    let is_whole = bare.read(&text, &Reading::default()).is_ok();
    if is_whole && bare.errcode != 0 {
        return Err(bare.error().into());
    }
    let succeeded = bare.has_errcode && bare.errcode == 0;
    Err(DecodeError { succeeded, ..error.into() }.into())
}

/// Returns the text of a body. Checking all of it at once is cheaper than checking each string, and a character that was cut in
/// two is all that gets lost.
pub(crate) fn text(body: &[u8]) -> Cow<'_, str> {
    str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)
}

/// The fields that every response has, read in one pass with its own.
#[derive(Default)]
pub(crate) struct Envelope<R> {
    has_errcode: bool,
    pub(crate) errcode: i64,
    errmsg: String,
    response: R,
}

impl<R: ReadObject> Envelope<R> {
    pub(crate) fn read(&mut self, text: &str, reading: &Reading) -> Result<(), serde_json::Error> {
        let mut json = Deserializer::from_str(text);
        read_object(self, &mut json, reading)?;
        json.end()
    }

    /// Returns the response inside, if it is from WeCom; `text` is all of it.
    pub(crate) fn open(
        self,
        errcode: Errcode,
        text: &str,
        is_documented: impl FnOnce() -> bool,
    ) -> Result<R, ResponseError> {
        if self.errcode != 0 {
            return match errcode {
                Errcode::Partial(list) if probe::has_items(text, list) => Ok(self.response),
                _ => Err(self.error().into()),
            };
        }
        if self.has_errcode {
            return Ok(self.response);
        }
        let message = match errcode {
            Errcode::Always | Errcode::Partial(_) => {
                "there is no `errcode`, so the response is not from WeCom"
            }
            Errcode::OnFailure if is_documented() => return Ok(self.response),
            Errcode::OnFailure => {
                "there is neither `errcode` nor a documented field, so the response is not from WeCom"
            }
        };
        Err(DecodeError::new("", message).into())
    }

    pub(crate) fn error(self) -> ApiError {
        ApiError::reported(self.errcode, self.errmsg)
    }
}

impl<R: ReadObject> ReadObject for Envelope<R> {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "errcode" => {
                let mut code = None::<Code>;
                field.read_exactly(&mut code)?;
                self.has_errcode = code.is_some();
                self.errcode = code.unwrap_or_default().0;
                Ok(())
            }
            "errmsg" => field.read(&mut self.errmsg),
            _ => self.response.set(name, field),
        }
    }
}

/// An error code. It decides, so what isn't a number is never taken for 0.
#[derive(Default)]
struct Code(i64);

impl<'de> Read<'de> for Code {
    const EXPECTED: &'static str = i64::EXPECTED;

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
        match scalar {
            Scalar::Bool(_) => Err(scalar.of_another_type(Self::EXPECTED)),
            _ => self.0.read_scalar(scalar, reading),
        }
    }
}

/// A response without fields of its own.
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
        let text = |code| ApiError::reported(code, "no".to_owned()).to_string();
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
