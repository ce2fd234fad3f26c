//! The state of the connection, and its reports besides callbacks.

use std::fmt;
use std::time::Duration;

use wecom_requests::ApiError;

/// The state of an AI bot's connection. Needs the feature `ai-bot`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BotState {
    /// It is being opened.
    Connecting,
    /// WeCom has accepted the bot: calls can be made, and callbacks arrive.
    Subscribed,
    /// It was lost or can't be opened, and the next attempt is after a pause. Callbacks may be missed.
    #[non_exhaustive]
    Reconnecting {
        /// The number of the next attempt since the connection was last healthy, from 1.
        attempt: u32,
        /// The pause before it.
        delay: Duration,
        /// The reason why there is no connection.
        reason: String,
    },
    /// Another connection has taken this one's place: a bot has only one. This one has ended. To take the place back,
    /// [connect](crate::AiBotBuilder::connect) again, but only if the other one doesn't do the same.
    Replaced,
    /// WeCom refuses the bot's ID or secret, and would again. The connection has ended.
    #[non_exhaustive]
    Rejected {
        /// The error that WeCom reports.
        error: ApiError,
    },
    /// The application has closed the connection, or the runtime that it ran on has ended.
    Closed,
}

impl BotState {
    /// Returns whether the connection has ended for good.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Replaced | Self::Rejected { .. } | Self::Closed)
    }
}

impl fmt::Display for BotState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("it is connecting"),
            Self::Subscribed => f.write_str("it is connected"),
            Self::Reconnecting { attempt, delay, reason } => {
                write!(f, "{reason}; attempt {attempt} is after {delay:?}")
            }
            Self::Replaced => f.write_str("another connection of the same bot has replaced it"),
            Self::Rejected { error } => write!(f, "WeCom rejects it: {error}"),
            Self::Closed => f.write_str("it was closed"),
        }
    }
}

/// Something that happened on a connection and is no callback: for logs and metrics. Needs the feature `ai-bot`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BotNotice {
    /// WeCom reported an error without saying for which frame. The call that had been waiting longest has failed with it.
    #[non_exhaustive]
    Error {
        /// The error.
        error: ApiError,
        /// Whether there was such a call.
        matched: bool,
    },
    /// An acknowledgement arrived that may belong to a call that had failed before, or that belongs to no call.
    LateAcknowledgement,
    /// A callback arrived again, and was dropped.
    #[non_exhaustive]
    Duplicate {
        /// The message's ID.
        msg_id: String,
    },
    /// A callback was dropped because the application takes them too slowly.
    #[non_exhaustive]
    Overflow {
        /// The message's ID, if it has one.
        msg_id: Option<String>,
    },
    /// A frame can't be read, or has an unknown command, and was dropped.
    #[non_exhaustive]
    Unreadable {
        /// The reason. It quotes nothing from the frame.
        reason: String,
    },
}
