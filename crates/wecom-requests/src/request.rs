//! Converts a typed request to an HTTP request.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::uri::InvalidUri;
use http::{Method, Request, Uri};

use crate::{Body, Endpoint, Headers, Meta, Query, Token as _};

/// An error while building a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL and the path do not form a valid URL.
    #[error("the base URL and the path {path} do not form a valid URL: {}", source)]
    Url {
        /// The endpoint's path.
        path: &'static str,
        /// The reason.
        r#source: http::Error,
    },
    /// A field can't be serialized.
    #[error("the request can't be serialized: {0}")]
    Body(serde_json::Error),
    /// A path can't be called.
    #[error("{path:?} can't be called: {reason}")]
    #[non_exhaustive]
    Path {
        /// The path.
        path: String,
        /// The reason.
        reason: &'static str,
    },
    /// A file's content is a stream, but none was passed.
    #[error("the request has a streamed file: send it with the file's content, as `Client::upload` does")]
    Streamed,
    /// A stream was passed, but the request has no streamed file.
    #[error("content was passed, but the request has no streamed file")]
    NotStreamed,
}

impl BuildError {
    /// Rejects a path that would change other parts of the URL.
    pub fn check_path(path: &str) -> Result<(), Self> {
        let reason = if !path.starts_with('/') {
            "it doesn't begin with `/`"
        } else if path.contains(['?', '#']) {
            "a path ends before `?` and `#`; add query parameters one by one"
        } else if path.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            "it contains whitespace or a control character"
        } else {
            return Ok(());
        };
        Err(Self::Path { path: path.to_owned(), reason })
    }

    /// Creates the error for a path that can't be called, with the caller's reason.
    pub fn path(path: impl Into<String>, reason: &'static str) -> Self {
        Self::Path { path: path.into(), reason }
    }
}

impl From<serde_json::Error> for BuildError {
    fn from(error: serde_json::Error) -> Self {
        Self::Body(error)
    }
}

/// Builds the HTTP request that calls an endpoint.
///
/// `base_url` is the base URL of the endpoint's [host](crate::Meta::host): `https://qyapi.weixin.qq.com` for WeCom. `token` is ignored
/// if the endpoint takes none. The token is part of the URL, so keep the request out of logs.
pub fn http_request<E: Endpoint>(
    endpoint: &E,
    base_url: &str,
    token: &str,
) -> Result<Request<Bytes>, BuildError> {
    let (head, body) = assemble(endpoint, base_url, token)?;
    match body {
        Some(Body { content_at: Some(_), .. }) => Err(BuildError::Streamed),
        Some(body) => head.with(Some(body.content_type), body.bytes),
        None => head.with(None, Bytes::new()),
    }
}

/// Builds the HTTP request that uploads a file whose content is a stream (`File::streamed`), and returns the parts of the body
/// before and after the content.
pub fn streamed_request<E: Endpoint>(
    endpoint: &E,
    base_url: &str,
    token: &str,
) -> Result<Request<(Bytes, Bytes)>, BuildError> {
    let (head, body) = assemble(endpoint, base_url, token)?;
    let Some(Body { content_at: Some(at), content_type, mut bytes }) = body else {
        return Err(BuildError::NotStreamed);
    };
    let after = bytes.split_off(at);
    head.with(Some(content_type), (bytes, after))
}

/// Builds an HTTP request to any endpoint, with query parameters and an optional body. `base_url` and `token` are those of
/// [`http_request`].
pub fn untyped_request(
    meta: &Meta,
    parameters: &[(String, String)],
    body: Option<&Body>,
    base_url: &str,
    token: &str,
) -> Result<Request<Bytes>, BuildError> {
    let mut query = start(meta, base_url, token);
    for (name, value) in parameters {
        query.append(name, value);
    }
    let head = Head { meta, query, headers: HeaderMap::new() };
    let (content_type, bytes) = body.map(|body| (body.content_type.clone(), body.bytes.clone())).unzip();
    head.with(content_type, bytes.unwrap_or_default())
}

/// Builds the parts of the request before the body, and the body.
fn assemble<E: Endpoint>(
    endpoint: &E,
    base_url: &str,
    token: &str,
) -> Result<(Head<'static>, Option<Body>), BuildError> {
    const {
        assert!(
            E::META.token as u8 == E::Token::KIND as u8,
            "`META.token` and `Token` disagree about the kind of token"
        );
    };
    let meta = E::META;
    let mut query = start(meta, base_url, token);
    endpoint.query(&mut query)?;
    let mut headers = Headers::default();
    endpoint.headers(&mut headers)?;
    let body = if meta.method == Method::GET { None } else { Some(endpoint.body()?) };
    Ok((Head { meta, query, headers: headers.0 }, body))
}

/// Builds the URL, with the token.
fn start(meta: &Meta, base_url: &str, token: &str) -> Query {
    let mut url = String::with_capacity(base_url.len() + meta.path.len() + token.len() + 32);
    url.push_str(base_url.trim_end_matches('/'));
    url.push_str(meta.path);
    let mut query = Query::after(url);
    if let Some(parameter) = meta.token.parameter() {
        query.append(parameter, token);
    }
    query
}

/// Builds everything in a request except its body.
struct Head<'m> {
    meta: &'m Meta,
    query: Query,
    headers: HeaderMap,
}

impl Head<'_> {
    /// Adds the body. `http`'s builder would move the request once for each of its parts.
    fn with<B>(mut self, content_type: Option<HeaderValue>, body: B) -> Result<Request<B>, BuildError> {
        let url = |error: InvalidUri| BuildError::Url { path: self.meta.path, source: error.into() };
        let uri = Uri::try_from(self.query.finish()).map_err(url)?;
        if let Some(content_type) = content_type {
            self.headers.insert(CONTENT_TYPE, content_type);
        }
        let mut request = Request::new(body);
        request.method_mut().clone_from(&self.meta.method);
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}
