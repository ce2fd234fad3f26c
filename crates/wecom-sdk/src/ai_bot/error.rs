//! The errors of an AI bot's connection and calls.

use std::borrow::Cow;
use std::time::Duration;

use wecom_callback::Undecryptable;
use wecom_requests::{ApiError, DecodeError, Violations};

use super::{BotState, UnshownText};
use crate::transport::TransportError;

/// An error of an AI bot. Needs the feature `ai-bot`.
///
/// `Display` includes the root cause. No variant shows a secret, a text or the URL of a file, neither in `Display` nor in `Debug`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BotError {
    /// WeCom reports an error: `errcode` is not 0.
    #[error("{cmd}: {error}")]
    #[non_exhaustive]
    Api {
        /// The command.
        cmd: Cow<'static, str>,
        /// The error that WeCom reports.
        error: ApiError,
    },
    /// WeCom did not acknowledge the frame in time. It may have been carried out nevertheless, so it isn't sent again.
    #[error("{cmd}: no acknowledgement within {timeout:?}")]
    #[non_exhaustive]
    Unacknowledged {
        /// The command.
        cmd: Cow<'static, str>,
        /// The time for which the bot waited.
        timeout: Duration,
    },
    /// The frame couldn't be handed to the connection in time, because it is slow, or because earlier replies to the same callback aren't
    /// acknowledged. Nothing was sent.
    #[error("{cmd}: not sent within {timeout:?}")]
    #[non_exhaustive]
    NotSent {
        /// The command.
        cmd: Cow<'static, str>,
        /// The time for which the bot waited.
        timeout: Duration,
    },
    /// The connection was lost before the acknowledgement.
    #[error("{cmd}: the connection was lost {}: {reason}", if *written { "before the acknowledgement" } else { "before the frame was sent" })]
    #[non_exhaustive]
    Lost {
        /// The command.
        cmd: Cow<'static, str>,
        /// Whether the frame may have been sent, and so the call may have been carried out.
        written: bool,
        /// The reason why the connection was lost.
        reason: String,
    },
    /// There is no connection: nothing was sent. [`AiBot::ready`](crate::AiBot::ready) waits for one.
    #[error("the bot isn't connected: {0}")]
    NotConnected(BotState),
    /// Too many replies to one callback are waiting for the acknowledgements of earlier ones. Nothing was sent.
    #[error("{limit} replies to this callback are waiting already")]
    #[non_exhaustive]
    TooManyReplies {
        /// The number that may wait.
        limit: usize,
    },
    /// The stream has expired, 10 minutes after its first text: what wasn't shown can only be sent as another message.
    #[error("the stream has expired: send the rest as another message")]
    #[non_exhaustive]
    StreamExpired {
        /// The text that isn't shown.
        rest: UnshownText,
    },
    /// The stream can't be finished for another reason, such as a refusal that no pause changes, or a bot that was closed.
    #[error("the stream isn't finished: {error}")]
    #[non_exhaustive]
    StreamUnfinished {
        /// The reason.
        error: Box<Self>,
        /// The text that isn't shown.
        rest: UnshownText,
    },
    /// The last text of a stream was sent, but WeCom never acknowledged it, although it was sent again for as long as that is possible, or refuses it
    /// as it does after a finished stream. The text is probably shown: in another message, it would probably be shown twice.
    #[error("the last text of the stream was sent, but not acknowledged: it is probably shown")]
    #[non_exhaustive]
    StreamUnconfirmed {
        /// The text that the stream can't show, beyond 20,480 bytes or added too late: only this is certainly missing.
        rest: UnshownText,
    },
    /// The command breaks documented limits. Nothing was sent.
    #[error("{cmd}: {violations}")]
    #[non_exhaustive]
    Invalid {
        /// The command.
        cmd: Cow<'static, str>,
        /// The broken limits.
        violations: Violations,
    },
    /// The body of a command can't be written as JSON. Nothing was sent.
    #[error("{cmd}: the body can't be written: {reason}")]
    #[non_exhaustive]
    Write {
        /// The command.
        cmd: Cow<'static, str>,
        /// The reason.
        reason: String,
    },
    /// The body of an acknowledgement can't be decoded. The call has been carried out.
    #[error("{cmd}: {error}")]
    #[non_exhaustive]
    Decode {
        /// The command.
        cmd: Cow<'static, str>,
        /// The place in the body, and the reason.
        error: DecodeError,
    },
    /// No connection can be opened.
    #[error("{0}")]
    Connect(TransportError),
    /// The connection was lost before it was ready.
    #[error("the connection was lost: {0}")]
    Disconnected(String),
    /// WeCom did not accept the WebSocket, or did not respond in time.
    #[error("no WebSocket connection: {0}")]
    Handshake(String),
    /// The content to upload can't be read, or isn't as long as announced.
    #[error("the content to upload can't be read: {0}")]
    Content(std::io::Error),
    /// The content to upload, or the file to download, is too large.
    #[error("the file is larger than {limit} bytes")]
    #[non_exhaustive]
    TooLarge {
        /// The largest size, in bytes.
        limit: u64,
    },
    /// An upload took longer than 30 minutes: WeCom has discarded its parts.
    #[error("the upload took longer than 30 minutes")]
    UploadExpired,
    /// A file can't be downloaded.
    #[error("the file can't be downloaded: {0}")]
    Download(String),
    /// A downloaded file can't be decrypted with its key.
    #[error("the file can't be decrypted: {0}")]
    Undecryptable(#[from] Undecryptable),
    /// The bot can't be set up.
    #[error("the bot can't be set up: {0}")]
    Setup(String),
}

impl BotError {
    pub(super) fn api(cmd: Cow<'static, str>, code: i64, message: String) -> Self {
        Self::Api { cmd, error: ApiError::reported(code, message) }
    }

    pub(super) fn lost(cmd: Cow<'static, str>, written: bool, reason: &str) -> Self {
        Self::Lost { cmd, written, reason: reason.to_owned() }
    }

    /// Returns the code that WeCom reports, if it reports an error.
    pub fn code(&self) -> Option<i64> {
        match self {
            Self::Api { error, .. } | Self::NotConnected(BotState::Rejected { error }) => Some(error.code),
            Self::StreamUnfinished { error, .. } => error.code(),
            _ => None,
        }
    }

    /// Returns whether the command may have been carried out although it failed: WeCom recognizes no repeated message, so
    /// sending it again may show it twice.
    pub fn may_have_been_carried_out(&self) -> bool {
        matches!(
            self,
            Self::Unacknowledged { .. }
                | Self::Lost { written: true, .. }
                | Self::Decode { .. }
                | Self::StreamUnconfirmed { .. }
        )
    }

    /// Returns the kind of the failure as a stable word, for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Api { .. } => "api",
            Self::Unacknowledged { .. } => "unacknowledged",
            Self::NotSent { .. } => "not_sent",
            Self::Lost { .. } => "lost",
            Self::NotConnected(_) => "not_connected",
            Self::TooManyReplies { .. } => "too_many_replies",
            Self::StreamExpired { .. } => "stream_expired",
            Self::StreamUnfinished { .. } => "stream_unfinished",
            Self::StreamUnconfirmed { .. } => "stream_unconfirmed",
            Self::Invalid { .. } => "invalid",
            Self::Write { .. } => "write",
            Self::Decode { .. } => "decode",
            Self::Connect(_) => "connect",
            Self::Disconnected(_) => "disconnected",
            Self::Handshake(_) => "handshake",
            Self::Content(_) => "content",
            Self::TooLarge { .. } => "too_large",
            Self::UploadExpired => "upload_expired",
            Self::Download(_) => "download",
            Self::Undecryptable(_) => "undecryptable",
            Self::Setup(_) => "setup",
        }
    }
}
