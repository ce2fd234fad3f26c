//! What can go wrong.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use wecom_requests::{ApiError, BuildError, DecodeError, MerchantError, Meta, Violations};

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
    /// The answer did not come in time. The call may have been carried out all the same.
    #[error("{}: no answer within {timeout:?}", endpoint.id)]
    #[non_exhaustive]
    Timeout {
        /// The endpoint.
        endpoint: &'static Meta,
        /// How long the client waited.
        timeout: Duration,
    },
    /// The connection failed. The call may have been carried out all the same, unless `source.is_connect()`: then it was
    /// never sent.
    #[error("{}: the connection failed", endpoint.id)]
    #[non_exhaustive]
    Transport {
        /// The endpoint.
        endpoint: &'static Meta,
        /// What the HTTP client says, without the URL: it holds the token.
        #[source]
        source: reqwest::Error,
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
    /// No token could be had. Nothing else was sent.
    #[error("no token: {0}")]
    Token(#[source] Arc<Error>),
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
            | Self::Transport { endpoint, .. }
            | Self::TooLarge { endpoint, .. }
            | Self::Invalid { endpoint, .. }
            | Self::Build { endpoint, .. }
            | Self::Stuck { endpoint, .. } => Some(endpoint),
            Self::Token(error) => error.endpoint(),
            Self::Setup(_) => None,
        }
    }
}

/// The body of an answer. `Debug` shows only its length: it may hold a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(pub Bytes);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}
