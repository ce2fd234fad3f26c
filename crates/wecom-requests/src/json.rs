//! Responses read by serde, for endpoints that the specification doesn't have.

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use wecom_models::wire::Reading;

use crate::response::{Envelope, Nothing, read_text};
use crate::{FromResponse, Meta, ResponseError};

/// The response of an endpoint of your own: any type that implements `Deserialize`, read once `errcode` has been checked. Malformed JSON
/// is repaired where possible, as for all endpoints.
///
/// A response without `errcode` is an error, unless [`Meta::errcode`] says that a success may lack it: then any object that the type
/// can be read from is accepted. See [`Endpoint`](crate::Endpoint).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonResponse<T>(pub T);

impl<T: DeserializeOwned> FromResponse for JsonResponse<T> {
    /// `memory` limits the JSON, not the values that serde creates from it.
    fn from_response(
        endpoint: &Meta,
        _: &HeaderMap,
        body: &Bytes,
        memory: usize,
    ) -> Result<Self, ResponseError> {
        read_text(body, |text, _| {
            let mut envelope = Envelope::<Nothing>::default();
            envelope.read(text, &Reading::new(memory))?;
            if let Err(error) = envelope.open(endpoint.errcode, text, || true) {
                return Ok(Err(error));
            }
            serde_json::from_str(text).map(|value| Ok(Self(value)))
        })
    }
}
