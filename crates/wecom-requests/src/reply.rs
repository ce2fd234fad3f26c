//! Passive replies, with which an application responds to a callback.

use bytes::Bytes;
use serde::Serialize;
use wecom_models::Timestamp;
use wecom_models::callback::{Envelope, Markup, Select};
use wecom_models::wire::{Output, WriteObject, write_object};

use crate::{Check, Violations};

/// Any error. Needs the feature `callback`.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A type of passive reply (被动回复), the response to a callback. Needs the feature `callback`.
///
/// A reply has no sender, recipient or time: the receiver fills them in.
pub trait PassiveReply: Check + WriteObject {
    /// The facts about this type of reply.
    const META: &'static ReplyMeta;
}

/// The facts about a type of passive reply. Needs the feature `callback`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyMeta {
    /// Its name in the specification: `message.reply.text_reply`.
    pub id: &'static str,
    /// The Chinese title of its page.
    pub title: &'static str,
    /// Its page.
    pub page: &'static str,
    /// Its format.
    pub format: ReplyFormat,
    /// The feature that distinguishes it from others.
    pub told: ReplyTold,
}

/// The feature that distinguishes a type of passive reply from others. Needs the feature `callback`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyTold {
    /// It says so itself.
    Says {
        /// The member that identifies it: `MsgType`.
        member: &'static str,
        /// The value of that member.
        kind: &'static str,
    },
    /// It answers one kind of callback, and nothing else does.
    Answers(Select),
}

/// The format of a passive reply, which is that of its callback. Needs the feature `callback`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyFormat {
    /// XML, of applications.
    Xml,
    /// JSON, of AI bots.
    Bot,
    /// JSON, of devices.
    Device,
}

/// The reason why a passive reply can't be sent. Needs the feature `callback`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The reply breaks documented limits.
    #[error("the reply {id} breaks documented limits: {}", listed(violations))]
    #[non_exhaustive]
    Limits {
        /// The name of the reply in the specification.
        id: &'static str,
        /// All broken limits.
        violations: Violations,
    },
    /// The reply can't be serialized.
    #[error("the reply {id} can't be serialized: {reason}")]
    #[non_exhaustive]
    Write {
        /// The name of the reply in the specification.
        id: &'static str,
        /// The reason.
        reason: String,
    },
    /// The callback has the other format.
    #[error("the reply {id} is for {}, but the callback has another format", .format.receivers())]
    #[non_exhaustive]
    Format {
        /// The name of the reply in the specification.
        id: &'static str,
        /// Its format.
        format: ReplyFormat,
    },
    /// It answers another kind of callback.
    #[error("the reply {id} is for the callback `{}`, but the callback is `{kind}`", .answers.kind)]
    #[non_exhaustive]
    Callback {
        /// The name of the reply in the specification.
        id: &'static str,
        /// The callback that the reply answers.
        answers: Select,
        /// The callback's kind.
        kind: String,
    },
}

fn listed(Violations(violations): &Violations) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<String>>().join("; ")
}

impl ReplyFormat {
    fn receivers(self) -> &'static str {
        match self {
            Self::Xml => "applications, in XML",
            Self::Bot => "AI bots, in JSON",
            Self::Device => "devices, in JSON",
        }
    }
}

/// A passive reply, or none: the plain document, which the receiver encrypts, signs and returns to WeCom. Needs the feature `callback`.
///
/// Applications reply in XML, AI bots and devices in JSON. Types such as `message::reply::TextReply` convert to it. If a handler returns
/// one for a callback that it can't answer, the handler fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passive(Content);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Content {
    #[default]
    None,
    /// A whole document.
    Document(Bytes),
    /// A reply of the specification; in XML without the members that the receiver fills in.
    Reply { meta: &'static ReplyMeta, text: String },
}

impl Passive {
    /// No reply.
    pub const fn none() -> Self {
        Self(Content::None)
    }

    /// Replies with a whole document. In XML it needs `ToUserName`, `FromUserName` and `CreateTime`, which [`Passive::of`] fills in.
    pub fn new(document: impl Into<Bytes>) -> Self {
        let document = document.into();
        Self(if document.is_empty() { Content::None } else { Content::Document(document) })
    }

    /// Creates a reply from one of the specification's types, if it is within its limits.
    pub fn of<T: PassiveReply>(reply: &T) -> Result<Self, ReplyError> {
        let meta = T::META;
        let id = meta.id;
        reply.violations().map_err(|violations| ReplyError::Limits { id, violations })?;
        let tagged = Tagged { meta, reply };
        let text = match meta.format {
            ReplyFormat::Xml => {
                let mut markup = Markup::lenient();
                tagged.put(&mut markup).map(|()| markup.end()).map_err(|error| error.to_string())
            }
            ReplyFormat::Bot | ReplyFormat::Device => {
                serde_json::to_string(&tagged).map_err(|error| error.to_string())
            }
        };
        let text = text.map_err(|reason| ReplyError::Write { id, reason })?;
        Ok(Self(Content::Reply { meta, text }))
    }

    /// Returns whether there is no reply.
    pub fn is_none(&self) -> bool {
        matches!(self.0, Content::None)
    }

    /// Returns the plain document that answers a callback in a format, at a time. In XML, sender and recipient are those of the callback,
    /// swapped.
    pub fn document(
        &self,
        format: ReplyFormat,
        callback: &Envelope,
        time: Timestamp,
    ) -> Result<Bytes, ReplyError> {
        let (meta, text) = match &self.0 {
            Content::None => return Ok(Bytes::new()),
            Content::Document(document) => return Ok(document.clone()),
            Content::Reply { meta, text } => (meta, text),
        };
        let id = meta.id;
        if format != meta.format {
            return Err(ReplyError::Format { id, format: meta.format });
        }
        match meta.told {
            ReplyTold::Answers(answers) if !answers.takes(callback) => {
                Err(ReplyError::Callback { id, answers, kind: callback.kind.clone() })
            }
            _ if format == ReplyFormat::Xml => addressed(text, callback, time)
                .map(Into::into)
                .map_err(|reason| ReplyError::Write { id, reason }),
            _ => Ok(text.clone().into()),
        }
    }
}

/// Returns a reply in XML with the members that the receiver fills in, at its beginning.
fn addressed(reply: &str, callback: &Envelope, time: Timestamp) -> Result<String, String> {
    let mut markup = Markup::lenient();
    let mut put = || {
        markup.put("ToUserName", &callback.from_user_name)?;
        markup.put("FromUserName", &callback.to_user_name)?;
        markup.put("CreateTime", &time.as_unix())
    };
    put().map_err(|error| error.to_string())?;
    Ok(markup.end_before(reply))
}

/// A reply, preceded by the member that identifies it, if one does.
struct Tagged<'a, T> {
    meta: &'static ReplyMeta,
    reply: &'a T,
}

impl<T: WriteObject> WriteObject for Tagged<'_, T> {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        if let ReplyTold::Says { member, kind } = self.meta.told {
            out.put(member, kind)?;
        }
        self.reply.put(out)
    }
}

impl<T: WriteObject> Serialize for Tagged<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_object(self, serializer)
    }
}

impl From<serde_json::Value> for Passive {
    fn from(document: serde_json::Value) -> Self {
        Self::new(document.to_string())
    }
}

/// A type that a handler of callbacks may return: `()`, a reply, an `Option` of one, or a `Result` of any of these.
/// Needs the feature `callback`.
#[diagnostic::on_unimplemented(
    message = "a handler can't return `{Self}`",
    note = "it returns nothing, a passive reply, an `Option` of one, or a `Result` of these",
    note = "if it is a reply of `wecom-models`, the feature of its family may be missing in `wecom-requests`"
)]
pub trait IntoPassive {
    /// Converts it to a reply.
    fn into_passive(self) -> Result<Passive, BoxError>;
}

impl IntoPassive for () {
    fn into_passive(self) -> Result<Passive, BoxError> {
        Ok(Passive::none())
    }
}

impl IntoPassive for Passive {
    fn into_passive(self) -> Result<Passive, BoxError> {
        Ok(self)
    }
}

impl IntoPassive for serde_json::Value {
    fn into_passive(self) -> Result<Passive, BoxError> {
        Ok(self.into())
    }
}

impl<T: IntoPassive> IntoPassive for Option<T> {
    fn into_passive(self) -> Result<Passive, BoxError> {
        self.map_or(Ok(Passive::none()), T::into_passive)
    }
}

impl<T: IntoPassive, E: Into<BoxError>> IntoPassive for Result<T, E> {
    fn into_passive(self) -> Result<Passive, BoxError> {
        self.map_err(Into::into)?.into_passive()
    }
}

/// Lets handlers return replies.
#[allow(unused_macros, reason = "not every family has replies")]
macro_rules! passive {
    ($($reply:ident),*) => {$(
        impl crate::IntoPassive for $reply {
            fn into_passive(self) -> Result<crate::Passive, crate::BoxError> {
                Ok(crate::Passive::of(&self)?)
            }
        }
    )*};
}
#[allow(unused_imports, reason = "not every family has replies")]
pub(crate) use passive;
