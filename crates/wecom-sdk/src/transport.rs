//! The transport of requests: over HTTP, or to a test double.

use std::fmt;
use std::io;
use std::sync::Arc;

use ::http::{Request, Response};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use futures_util::StreamExt as _;

/// Sends one HTTP request. Tokens, retries, limits and timeouts are up to the client.
///
/// The default is [`reqwest::Client`]. To test an application without a socket, implement your own:
///
/// ```
/// use futures_core::future::BoxFuture;
/// use http::{Request, Response};
/// use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
/// use wecom_sdk::{Client, contacts::user::GetUser};
///
/// struct Canned;
///
/// impl Transport for Canned {
///     fn send(
///         &self,
///         request: Request<RequestBody>,
///     ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
///         let body = match request.uri().path() {
///             "/cgi-bin/gettoken" => r#"{ "errcode": 0, "access_token": "a-token", "expires_in": 7200 }"#,
///             _ => r#"{ "errcode": 60111, "errmsg": "userid not found" }"#,
///         };
///         Box::pin(async move { Ok(Response::new(body.into())) })
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), wecom_sdk::Error> {
/// let client = Client::builder("corp id", "secret").transport(Canned).build()?;
/// let error = client.send(&GetUser::new("nobody")).await.unwrap_err();
/// assert_eq!(error.code(), Some(60111));
/// # Ok(())
/// # }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and returns the response as soon as its headers have arrived.
    ///
    /// The URL contains the token: keep it out of logs and errors.
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        (**self).send(request)
    }
}

/// The body of a request.
#[non_exhaustive]
pub enum RequestBody {
    /// The whole body.
    Bytes(Bytes),
    /// A stream.
    #[non_exhaustive]
    Stream {
        /// The number of bytes.
        length: u64,
        /// The bytes.
        stream: BoxStream<'static, io::Result<Bytes>>,
    },
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "RequestBody({} bytes)", bytes.len()),
            Self::Stream { length, .. } => write!(f, "RequestBody({length} bytes, streamed)"),
        }
    }
}

/// The number of bytes at the beginning of a response that are examined at a time.
const STEP: usize = 8 << 10;

/// The body of a response.
pub struct ResponseBody {
    /// The pieces that have been read ahead, the next one last.
    ahead: Vec<Bytes>,
    rest: Content,
}

enum Content {
    Bytes(Bytes),
    Stream(BoxStream<'static, Result<Bytes, TransportError>>),
}

impl ResponseBody {
    /// Creates a body from a stream.
    pub fn stream(stream: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Self { ahead: Vec::new(), rest: Content::Stream(stream.boxed()) }
    }

    /// Returns the next bytes, or `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        if let Some(piece) = self.ahead.pop() {
            return Ok(Some(piece));
        }
        match &mut self.rest {
            Content::Bytes(bytes) if bytes.is_empty() => Ok(None),
            Content::Bytes(bytes) => Ok(Some(std::mem::take(bytes))),
            Content::Stream(stream) => stream.next().await.transpose(),
        }
    }

    /// Reads until the received bytes decide something, or to the end; returns the decision, the received bytes, and
    /// the rest. Copies no more than necessary.
    pub(crate) async fn read_until<T>(
        mut self,
        decide: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<(Option<T>, Bytes, Self), TransportError> {
        let mut beginning = BytesMut::new();
        loop {
            if let Some(decision) = decide(&beginning) {
                return Ok((Some(decision), beginning.freeze(), self));
            }
            let Some(mut piece) = self.chunk().await? else { return Ok((None, beginning.freeze(), self)) };
            beginning.extend_from_slice(&piece.split_to(piece.len().min(STEP)));
            self = self.after(piece);
        }
    }

    /// Returns the body with a piece put back at its beginning.
    pub(crate) fn after(mut self, piece: Bytes) -> Self {
        if !piece.is_empty() {
            self.ahead.push(piece);
        }
        self
    }

    /// Reads all of it, unless it is larger than `limit`.
    pub(crate) async fn read(mut self, limit: usize) -> Result<Option<Bytes>, TransportError> {
        let first = self.chunk().await?.unwrap_or_default();
        let mut length = first.len();
        let mut rest = BytesMut::new();
        // Most responses arrive in one piece, which needs no copy.
        while length <= limit
            && let Some(chunk) = self.chunk().await?
        {
            if rest.is_empty() {
                rest.extend_from_slice(&first);
            }
            length += chunk.len();
            rest.extend_from_slice(&chunk);
        }
        Ok((length <= limit).then(|| if rest.is_empty() { first } else { rest.freeze() }))
    }
}

impl<T: Into<Bytes>> From<T> for ResponseBody {
    fn from(bytes: T) -> Self {
        Self { ahead: Vec::new(), rest: Content::Bytes(bytes.into()) }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBody")
    }
}

/// A request that wasn't sent, or has no response. `Display` ends with the root cause.
#[derive(Debug)]
pub struct TransportError {
    sent: bool,
    lasting: bool,
    timeout: bool,
    /// Further advice.
    advice: Option<&'static str>,
    cause: Box<dyn std::error::Error + Send + Sync>,
}

impl TransportError {
    fn new(sent: bool, cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        let timeout = chain(&*cause).any(|cause| io_kind(cause) == Some(io::ErrorKind::TimedOut));
        Self { sent, lasting: false, timeout, advice: None, cause }
    }

    /// Creates an error for a request that was never sent, because there was no connection. It is safe to send it again.
    pub fn unsent(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(false, cause.into())
    }

    /// Creates an error for a request that was sent, at least in part, and may have been carried out.
    pub fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(true, cause.into())
    }

    /// Marks the error as permanent, such as a certificate that isn't trusted: the request is not retried.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.lasting = true;
        self
    }

    /// Returns whether the request may have arrived.
    pub fn may_have_arrived(&self) -> bool {
        self.sent
    }

    /// Returns whether another attempt may succeed without changes.
    pub fn is_transient(&self) -> bool {
        !self.lasting
    }

    /// Returns whether the connection or the response took too long.
    pub fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// Returns the text of the root cause.
    pub(crate) fn root(&self) -> String {
        chain(&*self.cause).last().map(ToString::to_string).unwrap_or_default()
    }

    /// Returns the error of the HTTP client, whose `source()` has its causes.
    pub fn cause(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        &*self.cause
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.sent { "the connection broke" } else { "no connection" })?;
        if let Some(advice) = self.advice {
            write!(f, " ({advice})")?;
        }
        write!(f, ": {}", self.root())
    }
}

/// It has no `source()`: `Display` says the cause already.
impl std::error::Error for TransportError {}

/// Returns an error and all its causes.
fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        // An I/O error's `source()` skips the error that it contains.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(held) => Some(held),
            None => error.source(),
        }
    })
}

fn io_kind(error: &(dyn std::error::Error + 'static)) -> Option<io::ErrorKind> {
    error.downcast_ref::<io::Error>().map(io::Error::kind)
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let sent = !error.is_connect() && !error.is_builder();
        let advice = mistake(&error).map(|mistake| mistake.advice);
        let (timeout, lasting) = (error.is_timeout(), is_lasting(&error));
        // The URL contains the token.
        let told = Self::new(sent, error.without_url().into());
        Self { timeout: told.timeout || timeout, lasting, advice, ..told }
    }
}

/// Returns whether a failure persists until something is changed. Unknown ones are assumed to be transient.
fn is_lasting(error: &reqwest::Error) -> bool {
    if error.is_builder() {
        return true;
    }
    // The resolver's own codes aren't available: only their texts distinguish "no such host" from "try again later".
    let unknown_host = error.is_dns()
        && chain(error).last().is_some_and(|root| {
            let text = root.to_string().to_lowercase();
            !text.contains("temporary") && !text.contains("try again")
        });
    // TLS reports rejected data, such as a certificate, as invalid data.
    let refused_by_tls = || chain(error).any(|cause| io_kind(cause) == Some(io::ErrorKind::InvalidData));
    unknown_host || refused_by_tls() || mistake(error).is_some_and(|mistake| mistake.lasting)
}

/// A frequent mistake, recognized by words in the HTTP client's errors.
struct Mistake {
    words: &'static str,
    /// Advice on what to do, or where to look.
    advice: &'static str,
    lasting: bool,
}

const MISTAKES: [Mistake; 5] = [
    Mistake {
        words: "UnknownIssuer",
        advice: "add the certificate authority with `ClientBuilder::root_certificates`",
        lasting: true,
    },
    Mistake {
        words: "proxy authorization required",
        advice: "set the user and the password in the proxy's URL",
        lasting: true,
    },
    Mistake {
        words: "unsupported scheme socks",
        advice: "enable the feature `socks` for SOCKS proxies",
        lasting: true,
    },
    Mistake {
        words: "scheme is not http",
        advice: "enable the feature `rustls` for HTTPS, `socks` for SOCKS proxies",
        lasting: true,
    },
    // Its response, or its silence, looks like that of the host behind it.
    Mistake {
        words: "tunnel error",
        advice: "check the proxy: it can't be reached, or refuses the connection",
        lasting: false,
    },
];

fn mistake(error: &reqwest::Error) -> Option<&'static Mistake> {
    let texts: Vec<String> = chain(error).map(ToString::to_string).collect();
    MISTAKES.iter().find(|mistake| texts.iter().any(|text| text.contains(mistake.words)))
}

impl Transport for reqwest::Client {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            let request = request.map(|body| match body {
                RequestBody::Bytes(bytes) => reqwest::Body::from(bytes),
                RequestBody::Stream { stream, .. } => reqwest::Body::wrap_stream(stream),
            });
            let request = reqwest::Request::try_from(request).map_err(TransportError::from)?;
            let mut response = self.execute(request).await?;
            let mut answer = Response::new(());
            *answer.status_mut() = response.status();
            *answer.headers_mut() = std::mem::take(response.headers_mut());
            let body = response.bytes_stream().map(|chunk| chunk.map_err(TransportError::from));
            Ok(answer.map(|()| ResponseBody::stream(body)))
        })
    }
}
