//! Answers that serde reads: of endpoints that the specification doesn't have.

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::response::{Nothing, read_json};
use crate::{Answer, DecodeError, ResponseError};

/// The answer of an endpoint that an application describes itself: any type that serde reads, after `errcode` has been
/// looked at. See [`Endpoint`](crate::Endpoint).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonAnswer<T>(pub T);

impl<T: DeserializeOwned> Answer for JsonAnswer<T> {
    /// What serde makes of it is not limited: `memory` is.
    fn read(_: &HeaderMap, body: &Bytes, memory: usize) -> Result<Self, ResponseError> {
        read_json::<Nothing>(body, memory)?;
        let value = serde_json::from_slice(body).map_err(DecodeError::from)?;
        Ok(Self(value))
    }
}
