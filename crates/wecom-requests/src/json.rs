//! Answers that serde reads: of endpoints that the specification doesn't have.

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use wecom_models::wire::Reading;

use crate::response::{Envelope, Nothing, read_text};
use crate::{FromResponse, Meta, ResponseError};

/// The answer of an endpoint that an application describes itself: any type that serde reads, after `errcode` has been
/// looked at. What is only nearly JSON is mended, as everywhere.
///
/// An answer without `errcode` is an error, unless [`Meta::errcode`] says that a success may lack it: then it only has to be an
/// object that the type can be read from. See [`Endpoint`](crate::Endpoint).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonResponse<T>(pub T);

impl<T: DeserializeOwned> FromResponse for JsonResponse<T> {
    /// What serde makes of it is not limited: `memory` is.
    fn from_response(
        endpoint: &Meta,
        _: &HeaderMap,
        body: &Bytes,
        memory: usize,
    ) -> Result<Self, ResponseError> {
        read_text(body, |text, _| {
            let mut envelope = Envelope::<Nothing>::default();
            envelope.read(text, &Reading::new(memory))?;
            if let Err(error) = envelope.open(endpoint.errcode, || true) {
                return Ok(Err(error));
            }
            serde_json::from_str(text).map(|value| Ok(Self(value)))
        })
    }
}
