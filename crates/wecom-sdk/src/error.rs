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
        /// How long to wait before another attempt, if known: WeCom blocks the endpoint until then.
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
        /// How long the client waited.
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
        /// How long it stalled.
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
    /// A documented limit leaves no room for the call, or WeCom has blocked the endpoint for a while. Nothing was sent.
    #[error("{}: a rate limit has been reached: try again after {retry_after:?}", endpoint.id)]
    #[non_exhaustive]
    Limited {
        /// The endpoint.
        endpoint: &'static Meta,
        /// How long to wait; zero if unknown.
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
        /// Which part, from 1.
        part: u64,
        /// How many parts there are.
        count: u64,
        /// The reason.
        error: Box<Error>,
    },
    /// No token could be obtained; the request was not sent. All calls that waited for the token share the error.
    #[error("no token: {0}")]
    Token(Arc<Error>),
    /// The suite's ticket isn't known yet, or has expired. WeCom pushes one every 10 minutes to the provider's
    /// callback: pass it to [`Client::put_ticket`](crate::Client::put_ticket).
    #[error("there is no suite_ticket: pass the one that WeCom pushes to `Client::put_ticket`")]
    NoTicket,
    /// The pages of an endpoint repeat: the cursor of the next page has been used before.
    #[error("{}: the cursor {cursor:?} of the next page was used before, so its pages would repeat without end", endpoint.id)]
    #[non_exhaustive]
    RepeatedCursor {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The repeated cursor; empty if the page had none although it said that more follows.
        cursor: String,
    },
    /// The client can't be set up.
    #[error("the client can't be set up: {0}")]
    Setup(String),
}

impl Error {
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
    fn root(&self) -> &Self {
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

/// Reads a `Retry-After` header: seconds, or a date, which may have passed.
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
mod tests {
    use wecom_models::access::GetToken;
    use wecom_models::chatdata::archive::SyncMsg;
    use wecom_requests::{Check as _, Endpoint as _, ResponseError, parse};

    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (value, expected) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
            ("", None),
            ("-5", None),
            ("+5", None),
            ("1.5", None),
            ("soon", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    /// One of each, with a cause that its text ends with; and how many there are.
    fn one_of_each() -> Vec<(Error, &'static str)> {
        let endpoint = GetToken::META;
        let io = || std::io::Error::other("the root cause");
        let (body, timeout) = (Body::default(), Duration::from_secs(30));
        let answer = br#"{ "errcode": -1, "errmsg": "the root cause" }"#;
        let Err(ResponseError::Api(error)) = parse::<GetToken>(answer) else { panic!("it is an error") };
        let decode = || DecodeError::new("a.b", "the root cause");
        let json = serde_json::from_str::<Vec<()>>("[").unwrap_err();
        let url = ::http::Uri::try_from("http://[").unwrap_err();
        let violations = SyncMsg::new().limit(1001).violations().unwrap_err();
        vec![
            (Error::Api { endpoint, error, body: body.clone(), retry_after: None }, "the root cause"),
            (
                Error::Merchant {
                    endpoint,
                    error: MerchantError { code: "FAIL".to_owned(), message: "the root cause".to_owned() },
                    body: body.clone(),
                },
                "the root cause",
            ),
            (Error::Decode { endpoint, error: decode(), body: body.clone() }, "the root cause"),
            (
                Error::Status {
                    endpoint,
                    status: StatusCode::BAD_GATEWAY,
                    headers: Headers::default(),
                    body,
                },
                "502 Bad Gateway",
            ),
            (Error::Timeout { endpoint, timeout }, "30s"),
            (Error::Deadline { endpoint, deadline: timeout, sent: true }, "30s"),
            (Error::Stalled { endpoint, time: timeout }, "30s"),
            (Error::Transport { endpoint, source: TransportError::unsent(io()) }, "the root cause"),
            (Error::Limited { endpoint, retry_after: timeout }, "30s"),
            (Error::TooLarge { endpoint, limit: 7 }, "7 bytes"),
            (Error::Invalid { endpoint, violations }, "1001"),
            (Error::Build { endpoint, source: BuildError::Body(json) }, "EOF while parsing a list"),
            (Error::Build { endpoint, source: BuildError::Url { path: "/", source: url.into() } }, "invalid"),
            (Error::Content { endpoint, source: io() }, "the root cause"),
            (
                Error::Token(Arc::new(Error::Transport { endpoint, source: TransportError::broken(io()) })),
                "the root cause",
            ),
            (
                Error::Part { part: 3, count: 7, error: Box::new(Error::Content { endpoint, source: io() }) },
                "the root cause",
            ),
            (Error::NoTicket, "put_ticket"),
            (Error::RepeatedCursor { endpoint, cursor: "c".to_owned() }, "\"c\""),
            (Error::Setup("the root cause".to_owned()), "the root cause"),
        ]
    }

    /// As `anyhow` and its likes show an error in one line: with all causes.
    fn with_causes(error: &dyn std::error::Error) -> String {
        let causes = std::iter::successors(Some(error), |error| error.source());
        causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    }

    #[test]
    fn every_error_tells_each_thing_once_and_the_root_cause_too() {
        let mut kinds = std::collections::HashSet::new();
        for (error, cause) in one_of_each() {
            kinds.insert(std::mem::discriminant(&error));
            assert_eq!(with_causes(&error), error.to_string(), "the sources say nothing again");
            let told = error.to_string();
            assert_eq!(told.matches(cause).count(), 1, "{told}");
        }
        assert_eq!(kinds.len(), 18, "a variant is missing here");
    }

    #[test]
    fn a_call_without_a_token_is_asked_about_why_it_got_none() {
        for (error, _) in one_of_each() {
            let asked = |error: &Error| {
                (
                    (error.code(), error.is_code(-1), error.api().cloned(), error.body().cloned()),
                    (error.retry_after(), error.is_timeout(), error.is_transient()),
                    error.endpoint().map(|endpoint| endpoint.id),
                )
            };
            let direct = asked(&error);
            assert_eq!(asked(&Error::Token(Arc::new(error))), direct);
        }
    }

    #[test]
    fn what_passes_is_transient_and_nothing_else() {
        let transient: Vec<bool> = one_of_each().iter().map(|(error, _)| error.is_transient()).collect();
        let expected = [
            true, false, false, true, true, true, true, true, true, false, false, false, false, false, true,
            false, false, false, false,
        ];
        assert_eq!(transient, expected);
        let status = |code: u16| Error::Status {
            endpoint: GetToken::META,
            status: code.try_into().unwrap(),
            headers: Headers::default(),
            body: Body::default(),
        };
        for (code, is_transient, may_be_done) in [
            (302, false, true),
            (303, false, true),
            (307, false, false),
            (404, false, false),
            (408, true, false),
            (429, true, false),
            (500, true, true),
            (503, true, true),
        ] {
            let error = status(code);
            assert_eq!(error.is_transient(), is_transient, "{code}");
            assert_eq!(error.may_have_been_carried_out(), may_be_done, "{code}");
        }
        let late = TransportError::unsent(std::io::Error::from(std::io::ErrorKind::TimedOut));
        assert!(Error::Transport { endpoint: GetToken::META, source: late }.is_timeout());
    }

    #[test]
    fn headers_show_their_names_only() {
        let mut headers = HeaderMap::new();
        headers.insert("location", "https://elsewhere/?access_token=secret".parse().unwrap());
        assert_eq!(format!("{:?}", Headers::from(headers)), "{\"location\"}");
    }
}
