//! From a body to a typed response, or to the error WeCom reports.

use std::fmt;

use serde_json::Deserializer;
use wecom_models::wire::{Field, ReadObject, read_object};

use crate::Endpoint;

/// A body is not the response that was hoped for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// WeCom reports an error.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The body can't be understood.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// An error that WeCom reports: `errcode` is not 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("WeCom error {code}: {message}")]
pub struct ApiError {
    /// `errcode`.
    pub code: i64,
    /// `errmsg`, which may hold hints such as the address the call came from.
    pub message: String,
}

/// A body that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where in the JSON the trouble is, `msg_list[3].sender.type`; empty for the body as a whole.
    pub path: String,
    /// What the trouble is.
    pub message: String,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "the response can't be understood: {}", self.message),
            path => write!(f, "the response can't be understood at `{path}`: {}", self.message),
        }
    }
}

impl std::error::Error for DecodeError {}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        match text.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
            Some((path, message)) => Self { path: path.to_owned(), message: message.to_owned() },
            None => Self { path: String::new(), message: text },
        }
    }
}

/// Reads the body of an endpoint's answer.
///
/// A body without `errcode` is a success. Fields the model doesn't know are passed over.
pub fn parse<E: Endpoint>(body: &[u8]) -> Result<E::Response, ResponseError> {
    match envelope::<E::Response>(body) {
        Ok(Envelope { errcode: 0, response, .. }) => Ok(response),
        Ok(Envelope { errcode, errmsg, .. }) => Err(ApiError { code: errcode, message: errmsg }.into()),
        Err(error) => match envelope::<Nothing>(body) {
            // An error's body may lack the shape of a success: then the error is what matters.
            Ok(Envelope { errcode, errmsg, .. }) if errcode != 0 => {
                Err(ApiError { code: errcode, message: errmsg }.into())
            }
            _ => Err(error.into()),
        },
    }
}

fn envelope<R: ReadObject>(body: &[u8]) -> Result<Envelope<R>, DecodeError> {
    let mut json = Deserializer::from_slice(body);
    let envelope = read_object(&mut json)?;
    json.end()?;
    envelope.ok_or_else(|| DecodeError { path: String::new(), message: "the body is null".to_owned() })
}

/// What surrounds every response, read in one pass with it.
#[derive(Default)]
struct Envelope<R> {
    errcode: i64,
    errmsg: String,
    response: R,
}

impl<R: ReadObject> ReadObject for Envelope<R> {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "errcode" => field.read(&mut self.errcode),
            "errmsg" => field.read(&mut self.errmsg),
            _ => self.response.set(name, field),
        }
    }
}

#[derive(Default)]
struct Nothing;

impl ReadObject for Nothing {
    fn set<'de, F: Field<'de>>(&mut self, _name: &str, field: F) -> Result<(), F::Error> {
        field.skip()
    }
}
