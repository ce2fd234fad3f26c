//! The reasons for refusing a request, each with the status to respond with.

use http::StatusCode;

use crate::cipher::{KeyError, Undecryptable};
use crate::envelope::Format;

/// The reason why a request is refused.
///
/// Each case lists the corresponding error codes of the official library. Its other codes have no case here: they
/// report steps that can't fail (-40003: the SHA-1 of a signature, -40006: encryption, -40009: Base64 of a reply,
/// -40011: its document), or an error that is found earlier: a key (-40004) by [`ConfigError::Key`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No receiver accepts this path or this app.
    #[error(
        "there is no receiver for this path and this application: add one with `receiver`, `receiver_at` or `receiver_for`"
    )]
    NoReceiver,
    /// The query lacks a parameter that every callback has: the request doesn't come from WeCom, or a proxy removed the query.
    #[error("the query has no `{0}`: this request is not a callback, or a proxy removed the query")]
    MissingParameter(&'static str),
    /// The query contains a parameter more than once.
    #[error("the query has `{0}` more than once: rename your own parameter in the callback URL")]
    RepeatedParameter(&'static str),
    /// The body is larger than the receiver's limit.
    #[error("the body is larger than {limit} bytes")]
    #[non_exhaustive]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body isn't a callback envelope (-40002).
    #[error("the body is not a callback: {0}")]
    Envelope(&'static str),
    /// The signature doesn't match the receiver's token (-40001). The token is wrong, or the request isn't from WeCom.
    #[error("the signature is wrong for this {}: compare the Token with that of the callback settings", .format.description())]
    #[non_exhaustive]
    Signature {
        /// The format of the signed envelope.
        format: Format,
    },
    /// The callback is older or newer than the receiver allows.
    #[error(
        "the callback's timestamp is too far from the current time: the callback is a replay, or a clock is wrong"
    )]
    Expired,
    /// The content can't be decrypted (-40007, -40008, -40010): most likely, `EncodingAESKey` is wrong. The error
    /// doesn't say which step failed.
    #[error("the content can't be decrypted: compare the EncodingAESKey with that of the callback settings")]
    Undecryptable,
    /// The callback is meant for another receiver (-40005).
    #[error(
        "the callback is meant for another receiver, {received:?}: set this one's receiveid to the ID of the company, the suite or the device model, or to an empty one for an AI bot"
    )]
    #[non_exhaustive]
    Receiveid {
        /// The receiveid in the callback.
        received: String,
    },
}

impl Error {
    /// Returns the status to respond with. Every failure from the signature check on is a 403, so that a sender can't
    /// distinguish them.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoReceiver => StatusCode::NOT_FOUND,
            Self::MissingParameter(_) | Self::RepeatedParameter(_) | Self::Envelope(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Signature { .. } | Self::Expired | Self::Undecryptable | Self::Receiveid { .. } => {
                StatusCode::FORBIDDEN
            }
        }
    }
}

impl From<Undecryptable> for Error {
    fn from(_: Undecryptable) -> Self {
        Self::Undecryptable
    }
}

/// The reason why a receiver can't be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The token is empty, or contains a character that no token has, such as a line break.
    #[error(
        "the Token is empty or contains something other than letters, digits and punctuation: copy it again from the callback settings"
    )]
    Token,
    /// The key can't be used (-40004).
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No receiveid is set.
    #[error(
        "the receiveid is missing: call `receiveid` with the ID of the company or suite, or with an empty one for an AI bot"
    )]
    NoReceiveid,
}
