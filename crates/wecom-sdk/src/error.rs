//! The errors of calls.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::http::header::RETRY_AFTER;
use ::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use wecom_models::Secret;
use wecom_requests::{ApiError, BuildError, DecodeError, MerchantError, Meta, Violations, errcode};

use crate::redact::redact;
use crate::transport::TransportError;

/// An error of a call.
///
/// `Display` includes the root cause, so `source()` returns nothing that would repeat it. The details are
/// in the fields, and in [`Error::api`], [`Error::body`] and similar methods, which look into an [`Error::Token`], too.
///
/// No variant shows a secret or a token, neither in `Display` nor in `Debug`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// WeCom reports an error: `errcode` is not 0.
    #[error("{}: {error}", endpoint.id)]
    #[non_exhaustive]
    Api {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The error that WeCom reports.
        error: ApiError,
        /// The body as received. It may contain more.
        body: Body,
        /// The time to wait before another attempt, if known: WeCom blocks the endpoint until then.
        retry_after: Option<Duration>,
    },
    /// WeChat Pay reports an error.
    #[error("{}: {error}", endpoint.id)]
    #[non_exhaustive]
    Merchant {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The error that WeChat Pay reports.
        error: MerchantError,
        /// The body as received. It may contain more.
        body: Body,
    },
    /// The response can't be decoded.
    #[error("{}: {error}", endpoint.id)]
    #[non_exhaustive]
    Decode {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The place in the body, and the reason.
        error: DecodeError,
        /// The body as received.
        body: Body,
    },
    /// The response is not from the API: its HTTP status is an error, and its body is no error from WeCom.
    #[error("{}: HTTP status {status}{}", endpoint.id, hint(*status))]
    #[non_exhaustive]
    Status {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The status.
        status: StatusCode,
        /// The headers.
        headers: Headers,
        /// The body as received.
        body: Body,
    },
    /// The response to one request did not arrive in time. The call may have been carried out nevertheless.
    #[error("{}: no response within {timeout:?}", endpoint.id)]
    #[non_exhaustive]
    Timeout {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The time for which the client waited.
        timeout: Duration,
    },
    /// The call as a whole took too long, including waits, retries and fetching the token.
    #[error("{}: not completed within {deadline:?}", endpoint.id)]
    #[non_exhaustive]
    Deadline {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The deadline of the call.
        deadline: Duration,
        /// Whether a request had been sent: if so, the call may have been carried out nevertheless.
        sent: bool,
    },
    /// An upload or a download stalled. A stalled upload has not arrived.
    #[error("{}: the transfer stalled: less than one byte per second for {time:?}", endpoint.id)]
    #[non_exhaustive]
    Stalled {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The time for which it stalled.
        time: Duration,
    },
    /// The connection failed. The call may have been carried out nevertheless, unless there was no connection at all, as the source says.
    #[error("{}: {}", endpoint.id, source)]
    #[non_exhaustive]
    Transport {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The error of the transport.
        r#source: TransportError,
    },
    /// A documented limit has been reached, or WeCom has blocked the endpoint for a while. Nothing was sent.
    #[error("{}: a rate limit has been reached: try again after {retry_after:?}", endpoint.id)]
    #[non_exhaustive]
    Limited {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The time to wait; zero if unknown.
        retry_after: Duration,
    },
    /// The response is larger than the client accepts.
    #[error("{}: the response is larger than {limit} bytes; `ClientBuilder::max_response` sets the limit", endpoint.id)]
    #[non_exhaustive]
    TooLarge {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The largest size accepted, in bytes.
        limit: usize,
    },
    /// The request breaks documented limits. Nothing was sent.
    #[error("{}: {violations}", endpoint.id)]
    #[non_exhaustive]
    Invalid {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The broken limits.
        violations: Violations,
    },
    /// The request can't be built. Nothing was sent.
    #[error("{}: {}", endpoint.id, source)]
    #[non_exhaustive]
    Build {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The reason.
        r#source: BuildError,
    },
    /// The content of a file that should be uploaded can't be read, or isn't as long as announced.
    #[error("{}: the content to upload can't be read: {}", endpoint.id, source)]
    #[non_exhaustive]
    Content {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The reason.
        r#source: std::io::Error,
    },
    /// A part of an upload in parts failed.
    #[error("part {part} of {count}: {error}")]
    #[non_exhaustive]
    Part {
        /// The number of the part, from 1.
        part: u64,
        /// The number of parts.
        count: u64,
        /// The reason.
        error: Box<Error>,
    },
    /// No token could be obtained; the request was not sent. All calls that waited for the token share the error.
    #[error("no token: {0}")]
    Token(Arc<Error>),
    /// The ticket of the suite or the device model isn't known yet, or has expired. WeCom pushes one every 10 minutes to its
    /// callback: pass it to [`Client::put_ticket`](crate::Client::put_ticket).
    #[error(
        "there is no ticket: pass the `suite_ticket` or `model_ticket` that WeCom pushes to `Client::put_ticket`"
    )]
    NoTicket,
    /// The pages of an endpoint form a cycle: the cursor of the next page has been used before.
    #[error("{}: the cursor {cursor:?} of the next page was used before, so the pages would repeat endlessly", endpoint.id)]
    #[non_exhaustive]
    RepeatedCursor {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The repeated cursor; empty if the page had none although it announced more.
        cursor: String,
    },
    /// The client can't be set up.
    #[error("the client can't be set up: {0}")]
    Setup(String),
}

impl Error {
    /// Creates the error of a call for which WeCom reports a code, for tests of code that handles it. Needs the feature `test-util`.
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use wecom_sdk::{Error, contacts::user::GetUser, errcode};
    ///
    /// let error = Error::reported::<GetUser>(errcode::USERID_NOT_FOUND, "userid not found");
    /// assert!(error.is_code(errcode::USERID_NOT_FOUND));
    /// # }
    /// ```
    #[cfg(feature = "test-util")]
    pub fn reported<E: wecom_requests::Endpoint>(code: i64, message: impl Into<String>) -> Self {
        let error = ApiError::new::<E>(code, message);
        let body = serde_json::json!({ "errcode": code, "errmsg": &error.message }).to_string();
        Self::Api { endpoint: E::META, error, body: Body(body.into()), retry_after: None }
    }

    /// Returns the code that WeCom reports, if it reports an error.
    pub fn code(&self) -> Option<i64> {
        self.api().map(|error| error.code)
    }

    /// Returns whether WeCom reports a certain code: one of [`errcode`](crate::errcode), or any other.
    pub fn is_code(&self, code: i64) -> bool {
        self.code() == Some(code)
    }

    /// Returns the kind of the failure as a stable word, for metrics. If no token could be obtained, or a part of an upload failed, it is
    /// the kind of the underlying error.
    pub fn kind(&self) -> &'static str {
        match self.root() {
            Self::Api { .. } => "api",
            Self::Merchant { .. } => "merchant",
            Self::Decode { .. } => "decode",
            Self::Status { .. } => "status",
            Self::Timeout { .. } => "timeout",
            Self::Deadline { .. } => "deadline",
            Self::Stalled { .. } => "stalled",
            Self::Transport { .. } => "transport",
            Self::Limited { .. } => "limited",
            Self::TooLarge { .. } => "too_large",
            Self::Invalid { .. } => "invalid",
            Self::Build { .. } => "build",
            Self::Content { .. } => "content",
            Self::Token(_) => "token",
            Self::Part { .. } => "part",
            Self::NoTicket => "no_ticket",
            Self::RepeatedCursor { .. } => "repeated_cursor",
            Self::Setup(_) => "setup",
        }
    }

    /// Returns the error that WeCom reports, if it reports one.
    pub fn api(&self) -> Option<&ApiError> {
        match self.root() {
            Self::Api { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Returns the body of the response, if there was one.
    pub fn body(&self) -> Option<&Body> {
        match self.root() {
            Self::Api { body, .. }
            | Self::Merchant { body, .. }
            | Self::Decode { body, .. }
            | Self::Status { body, .. } => Some(body),
            _ => None,
        }
    }

    /// Returns how long to wait before another attempt, if known: a server says so (`Retry-After`), WeCom has blocked the
    /// endpoint, or a limit leaves no room until then.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.root() {
            Self::Api { retry_after, .. } => *retry_after,
            Self::Status { headers, .. } => retry_after(headers, SystemTime::now()),
            Self::Limited { retry_after, .. } => Some(*retry_after).filter(|time| !time.is_zero()),
            _ => None,
        }
    }

    /// Returns whether time ran out: of one request, of a connection attempt, or of the call as a whole.
    pub fn is_timeout(&self) -> bool {
        match self.root() {
            Self::Timeout { .. } | Self::Deadline { .. } | Self::Stalled { .. } => true,
            Self::Transport { source, .. } => source.is_timeout(),
            _ => false,
        }
    }

    /// Returns whether the same call may succeed later without changes. Whether it is safe to send it again
    /// is another question: [`Error::may_have_been_carried_out`].
    pub fn is_transient(&self) -> bool {
        match self.root() {
            Self::Timeout { .. } | Self::Deadline { .. } | Self::Limited { .. } | Self::Stalled { .. } => {
                true
            }
            Self::Transport { source, .. } => source.is_transient(),
            Self::Status { status, .. } => {
                status.is_server_error()
                    || matches!(
                        *status,
                        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
                    )
            }
            Self::Api { error, .. } => matches!(
                error.code,
                errcode::SYSTEM_BUSY
                    | errcode::API_FREQUENCY_LIMIT_EXCEEDED
                    | errcode::API_CONCURRENCY_LIMIT_EXCEEDED
            ),
            _ => false,
        }
    }

    /// Returns the underlying error: a call without a token failed because the token's call did.
    pub(crate) fn root(&self) -> &Self {
        let mut error = self;
        loop {
            error = match error {
                Self::Token(cause) => cause,
                Self::Part { error, .. } => error,
                _ => return error,
            };
        }
    }

    /// Returns the endpoint that was called, if one was.
    pub fn endpoint(&self) -> Option<&'static Meta> {
        match self {
            Self::Api { endpoint, .. }
            | Self::Merchant { endpoint, .. }
            | Self::Decode { endpoint, .. }
            | Self::Status { endpoint, .. }
            | Self::Timeout { endpoint, .. }
            | Self::Deadline { endpoint, .. }
            | Self::Limited { endpoint, .. }
            | Self::Stalled { endpoint, .. }
            | Self::Content { endpoint, .. }
            | Self::Transport { endpoint, .. }
            | Self::TooLarge { endpoint, .. }
            | Self::Invalid { endpoint, .. }
            | Self::Build { endpoint, .. }
            | Self::RepeatedCursor { endpoint, .. } => Some(endpoint),
            Self::Token(error) => error.endpoint(),
            Self::Part { error, .. } => error.endpoint(),
            Self::NoTicket | Self::Setup(_) => None,
        }
    }

    /// Returns whether WeCom may have carried out the call although no response confirms it. If not, it is safe to
    /// repeat the call.
    pub fn may_have_been_carried_out(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Decode { .. } | Self::TooLarge { .. } | Self::Merchant { .. } => {
                true
            }
            Self::Transport { source, .. } => source.may_have_arrived(),
            Self::Deadline { sent, .. } => *sent,
            Self::Part { error, .. } => error.may_have_been_carried_out(),
            // A 303, and a 302 as servers use it, refers to the outcome of a request that has been carried out.
            Self::Status { status, .. } => {
                status.is_server_error() || matches!(*status, StatusCode::SEE_OTHER | StatusCode::FOUND)
            }
            Self::Api { error, .. } => error.code == errcode::SYSTEM_BUSY,
            _ => false,
        }
    }

    /// Removes secrets from the server's text, in case it repeats what it was sent.
    pub(crate) fn without(mut self, secrets: &[Secret]) -> Self {
        match &mut self {
            Self::Api { error, .. } => redact(&mut error.message, secrets),
            Self::Merchant { error, .. } => {
                redact(&mut error.code, secrets);
                redact(&mut error.message, secrets);
            }
            Self::Decode { error, .. } => {
                redact(&mut error.path, secrets);
                redact(&mut error.message, secrets);
            }
            _ => {}
        }
        self
    }
}

/// Explains a status.
fn hint(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            ": the proxy asks for a user and a password, as in `http://user:password@proxy:8080`"
        }
        StatusCode::SEE_OTHER | StatusCode::FOUND => ": the call may have been carried out",
        _ => "",
    }
}

/// Parses a `Retry-After` header: seconds, or a date, which may be in the past.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// The headers of a response. `Debug` shows only their names: a value may hold a token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Box<HeaderMap>);

impl Deref for Headers {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.0
    }
}

impl From<HeaderMap> for Headers {
    fn from(headers: HeaderMap) -> Self {
        Self(Box::new(headers))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The body of a response. `Debug` shows only its length: it may hold a token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Body(pub Bytes);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests;
