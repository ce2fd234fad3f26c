//! From a typed request to an HTTP request.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};

use crate::{Endpoint, Headers, Query};

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
/// `base_url` is where the API is: `https://qyapi.weixin.qq.com` for WeCom itself, or as [`Meta::host`](crate::Meta::host)
/// says. `token` is ignored where the
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
    endpoint.query(&mut query)?;
    let body = if meta.method == Method::GET {
        endpoint.put(&mut query)?;
        None
    } else {
        Some(endpoint.body()?)
    };
    let mut headers = Headers::default();
    endpoint.headers(&mut headers)?;
    let mut url = query.finish();
    if url.len() == path_length + 1 {
        url.pop();
    }
    let (content_type, bytes) =
        body.map_or((None, Bytes::new()), |body| (Some(body.content_type), body.bytes));
    let mut request = Request::builder()
        .method(meta.method.clone())
        .uri(url)
        .body(bytes)
        .map_err(|source| BuildError::Url { path: meta.path, source })?;
    *request.headers_mut() = headers.0;
    if let Some(content_type) = content_type {
        request.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    Ok(request)
}
