//! From a typed request to an HTTP request.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request};

use crate::{Endpoint, Query};

/// A request can't be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL and the path make no URL.
    #[error("the base URL makes no valid URL with the path {path}")]
    Url {
        /// The endpoint's path.
        path: &'static str,
        /// What is wrong with it.
        source: http::Error,
    },
    /// A field can't be written.
    #[error("the request can't be written as JSON")]
    Body(#[from] serde_json::Error),
}

/// Makes the HTTP request that calls an endpoint.
///
/// `base_url` is where the API is, `https://qyapi.weixin.qq.com` for WeCom itself. `token` is ignored where the
/// endpoint takes none. The token is part of the URL, so keep the request out of logs.
pub fn http_request<E: Endpoint>(
    endpoint: &E,
    base_url: &str,
    token: &str,
) -> Result<Request<Bytes>, BuildError> {
    let meta = E::META;
    let mut url = String::with_capacity(base_url.len() + meta.path.len() + token.len() + 32);
    url.push_str(base_url.trim_end_matches('/'));
    url.push_str(meta.path);
    let path_length = url.len();
    url.push('?');
    let mut query = Query::after(url);
    if let Some(parameter) = meta.token.parameter() {
        query.append(parameter, token);
    }
    let body = if meta.method == Method::GET {
        endpoint.put(&mut query)?;
        Bytes::new()
    } else {
        endpoint.query(&mut query)?;
        Bytes::from(serde_json::to_vec(endpoint)?)
    };
    let mut url = query.finish();
    if url.len() == path_length + 1 {
        url.pop();
    }
    let has_body = !body.is_empty();
    let mut request = Request::builder()
        .method(meta.method.clone())
        .uri(url)
        .body(body)
        .map_err(|source| BuildError::Url { path: meta.path, source })?;
    if has_body {
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(request)
}
