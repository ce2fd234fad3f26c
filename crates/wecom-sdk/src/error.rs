//! What can go wrong.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use wecom_models::Secret;
use wecom_requests::{ApiError, BuildError, DecodeError, MerchantError, Meta, Violations, errcode};

use crate::transport::TransportError;

/// What can go wrong with a call.
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
        /// What WeCom reports.
        #[source]
        error: ApiError,
        /// The body, as it came: it may say more.
        body: Body,
    },
    /// WeChat Pay reports an error.
    #[error("{}: {error}", endpoint.id)]
    #[non_exhaustive]
    Merchant {
        /// The endpoint.
        endpoint: &'static Meta,
        /// What WeChat Pay reports.
        #[source]
        error: MerchantError,
        /// The body, as it came: it may say more.
        body: Body,
    },
    /// The answer can't be understood.
    #[error("{}: {error}", endpoint.id)]
    #[non_exhaustive]
    Decode {
        /// The endpoint.
        endpoint: &'static Meta,
        /// Where in the body, and why.
        #[source]
        error: DecodeError,
        /// The body, as it came.
        body: Body,
    },
    /// The answer is not from the API: its HTTP status says so, and its body isn't an error of WeCom's.
    #[error("{}: HTTP status {status}", endpoint.id)]
    #[non_exhaustive]
    Status {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The status.
        status: ::http::StatusCode,
        /// The body, as it came.
        body: Body,
    },
    /// The answer to one request did not come in time. The call may have been carried out all the same.
    #[error("{}: no answer within {timeout:?}", endpoint.id)]
    #[non_exhaustive]
    Timeout {
        /// The endpoint.
        endpoint: &'static Meta,
        /// How long the client waited.
        timeout: Duration,
    },
    /// The call as a whole took too long: with its waits, its repeats and the token it needed.
    #[error("{}: not done within {deadline:?}", endpoint.id)]
    #[non_exhaustive]
    Deadline {
        /// The endpoint.
        endpoint: &'static Meta,
        /// How long the call was given.
        deadline: Duration,
        /// Whether a request was on its way: then the call may have been carried out all the same.
        sent: bool,
    },
    /// The connection failed. The call may have been carried out all the same, unless the source says that there was none.
    #[error("{}: {source}", endpoint.id)]
    #[non_exhaustive]
    Transport {
        /// The endpoint.
        endpoint: &'static Meta,
        /// What the transport says.
        source: TransportError,
    },
    /// A documented limit leaves no room for the call, or WeCom has blocked the endpoint for a while. Nothing was sent.
    #[error("{}: a rate limit is reached, try again after {retry_after:?}", endpoint.id)]
    #[non_exhaustive]
    Limited {
        /// The endpoint.
        endpoint: &'static Meta,
        /// When there is room again; zero where that can't be said.
        retry_after: Duration,
    },
    /// The answer is larger than the client takes.
    #[error("{}: the answer is larger than {limit} bytes", endpoint.id)]
    #[non_exhaustive]
    TooLarge {
        /// The endpoint.
        endpoint: &'static Meta,
        /// How large an answer may be.
        limit: usize,
    },
    /// The request breaks documented limits. Nothing was sent.
    #[error("{}: {violations}", endpoint.id)]
    #[non_exhaustive]
    Invalid {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The limits it breaks.
        #[source]
        violations: Violations,
    },
    /// The request can't be put together. Nothing was sent.
    #[error("{}: {source}", endpoint.id)]
    #[non_exhaustive]
    Build {
        /// The endpoint.
        endpoint: &'static Meta,
        /// Why.
        source: BuildError,
    },
    /// The content of a file that should be uploaded can't be read, or isn't as long as announced.
    #[error("{}: the content to upload can't be read: {source}", endpoint.id)]
    #[non_exhaustive]
    Content {
        /// The endpoint.
        endpoint: &'static Meta,
        /// Why.
        source: std::io::Error,
    },
    /// No token could be had. Nothing else was sent. All calls that waited for the token share the error.
    #[error("no token: {0}")]
    Token(#[source] Arc<Error>),
    /// WeCom's ticket for the suite isn't known yet, or is too old: WeCom pushes one every 10 minutes to the provider's
    /// callback, which has to hand it to [`Client::put_ticket`](crate::Client::put_ticket).
    #[error("no suite_ticket: hand the one that WeCom pushes to `Client::put_ticket`")]
    NoTicket,
    /// The pages of an endpoint don't go on: the cursor that should lead to the next page leads nowhere new.
    #[error("{}: the next page's cursor {cursor:?} leads nowhere new", endpoint.id)]
    #[non_exhaustive]
    Stuck {
        /// The endpoint.
        endpoint: &'static Meta,
        /// The cursor: the one the last page was fetched with, or none although more should follow.
        cursor: String,
    },
    /// The client can't be set up.
    #[error("the client can't be set up: {0}")]
    Setup(String),
}

impl Error {
    /// The code WeCom reports, if that is what went wrong.
    pub fn code(&self) -> Option<i64> {
        match self {
            Self::Api { error, .. } => Some(error.code),
            Self::Token(error) => error.code(),
            _ => None,
        }
    }

    /// The endpoint that was called, if one was.
    pub fn endpoint(&self) -> Option<&'static Meta> {
        match self {
            Self::Api { endpoint, .. }
            | Self::Merchant { endpoint, .. }
            | Self::Decode { endpoint, .. }
            | Self::Status { endpoint, .. }
            | Self::Timeout { endpoint, .. }
            | Self::Deadline { endpoint, .. }
            | Self::Limited { endpoint, .. }
            | Self::Content { endpoint, .. }
            | Self::Transport { endpoint, .. }
            | Self::TooLarge { endpoint, .. }
            | Self::Invalid { endpoint, .. }
            | Self::Build { endpoint, .. }
            | Self::Stuck { endpoint, .. } => Some(endpoint),
            Self::Token(error) => error.endpoint(),
            Self::NoTicket | Self::Setup(_) => None,
        }
    }

    /// Whether WeCom may have carried the call out although there is no answer that says so. If not, it can be repeated
    /// without harm.
    pub fn may_have_been_carried_out(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Decode { .. } | Self::TooLarge { .. } | Self::Merchant { .. } => {
                true
            }
            Self::Transport { source, .. } => source.may_have_arrived(),
            Self::Deadline { sent, .. } => *sent,
            Self::Status { status, .. } => status.is_server_error(),
            Self::Api { error, .. } => error.code == errcode::SYSTEM_BUSY,
            _ => false,
        }
    }

    /// Takes a secret out of what the server says, should it repeat what it was sent.
    pub(crate) fn without(mut self, secret: &Secret) -> Self {
        let message = match &mut self {
            Self::Api { error, .. } => &mut error.message,
            Self::Merchant { error, .. } => &mut error.message,
            Self::Decode { error, .. } => &mut error.message,
            _ => return self,
        };
        if !secret.is_empty() && message.contains(secret.expose()) {
            *message = message.replace(secret.expose(), "…");
        }
        self
    }
}

/// The body of an answer. `Debug` shows only its length: it may hold a token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Body(pub Bytes);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}
