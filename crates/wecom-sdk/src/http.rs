//! One call over HTTP, nothing around it.

use std::time::Duration;

use ::http::Response;
use bytes::{Bytes, BytesMut};
use wecom_requests::{DecodeError, Endpoint, Host, Meta, ResponseError, http_request, parse_response};

use crate::{Body, Error};

/// Where calls go, and what they go through.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Http {
    pub(crate) client: reqwest::Client,
    pub(crate) base_url: String,
    pub(crate) merchant_url: String,
    pub(crate) timeout: Duration,
    pub(crate) max_response: usize,
}

impl Http {
    /// Sends one request with a token (ignored where the endpoint takes none), and reads the answer.
    pub async fn call<E: Endpoint>(&self, request: &E, token: &str) -> Result<E::Response, Error> {
        let endpoint = E::META;
        let base_url = match endpoint.host {
            Host::Merchant => &self.merchant_url,
            _ => &self.base_url,
        };
        let request =
            http_request(request, base_url, token).map_err(|source| Error::Build { endpoint, source })?;
        let response = self.exchange(endpoint, request).await?;
        let status = response.status();
        let result = parse_response::<E>(&response);
        let body = Body(response.into_body());
        match result {
            Err(ResponseError::Api(error)) => Err(Error::Api { endpoint, error, body }),
            _ if !status.is_success() => Err(Error::Status { endpoint, status, body }),
            Ok(response) => Ok(response),
            Err(ResponseError::Merchant(error)) => Err(Error::Merchant { endpoint, error, body }),
            Err(ResponseError::Decode(error)) => Err(Error::Decode { endpoint, error, body }),
            Err(error) => {
                let error = DecodeError { path: String::new(), message: error.to_string() };
                Err(Error::Decode { endpoint, error, body })
            }
        }
    }

    async fn exchange(
        &self,
        endpoint: &'static Meta,
        request: ::http::Request<Bytes>,
    ) -> Result<Response<Bytes>, Error> {
        let failed = |error: reqwest::Error| {
            if error.is_timeout() && !error.is_connect() {
                Error::Timeout { endpoint, timeout: self.timeout }
            } else {
                Error::Transport { endpoint, source: error.without_url() }
            }
        };
        let mut request = reqwest::Request::try_from(request).map_err(failed)?;
        *request.timeout_mut() = Some(self.timeout);
        let mut response = self.client.execute(request).await.map_err(failed)?;
        let too_large = Error::TooLarge { endpoint, limit: self.max_response };
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |length| length > self.max_response) {
            return Err(too_large);
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > self.max_response {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        let mut read = Response::new(body.freeze());
        *read.status_mut() = response.status();
        *read.headers_mut() = std::mem::take(response.headers_mut());
        Ok(read)
    }
}
