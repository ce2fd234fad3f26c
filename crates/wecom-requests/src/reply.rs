//! Passive replies, with which an application responds to a callback.

use bytes::Bytes;
use quick_xml::escape::escape;
use serde::Serialize;
use wecom_models::Timestamp;
use wecom_models::wire::{Output, WriteObject, write_object};

use crate::{Check, Violations};

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A type of passive reply (被动回复), the response to a callback.
///
/// A reply has no sender, recipient or time: the receiver fills them in.
pub trait PassiveReply: Check + WriteObject {
    /// The facts about this type of reply.
    const META: &'static ReplyMeta;
}

/// The facts about a type of passive reply.
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
    /// The member that identifies it: `MsgType`.
    pub member: &'static str,
    /// The value of that member.
    pub kind: &'static str,
}

/// The format of a passive reply, which is that of its callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyFormat {
    /// XML, of applications.
    Xml,
    /// JSON, of AI bots.
    Json,
}

/// The reason why a passive reply can't be sent.
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
}

fn listed(Violations(violations): &Violations) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<String>>().join("; ")
}

impl ReplyFormat {
    fn receivers(self) -> &'static str {
        match self {
            Self::Xml => "applications, in XML",
            Self::Json => "AI bots, in JSON",
        }
    }
}

/// A passive reply, or none: the plain document, which the receiver encrypts, signs and returns to WeCom.
///
/// Applications reply in XML, AI bots and devices in JSON. Types such as `message::reply::TextReply` convert to it.
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

/// The members that the receiver fills in: the sender and the recipient of the callback, swapped, and the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addressed<'a> {
    /// The member who gets the reply: the callback's `FromUserName`.
    pub to_user: &'a str,
    /// The company: the callback's `ToUserName`.
    pub from_user: &'a str,
    /// The time.
    pub time: Timestamp,
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
                quick_xml::se::to_string_with_root(ROOT, &tagged).map_err(|error| error.to_string())
            }
            ReplyFormat::Json => serde_json::to_string(&tagged).map_err(|error| error.to_string()),
        };
        let text = text.map_err(|reason| ReplyError::Write { id, reason })?;
        Ok(Self(Content::Reply { meta, text }))
    }

    /// Returns whether there is no reply.
    pub fn is_none(&self) -> bool {
        matches!(self.0, Content::None)
    }

    /// Returns the plain document for a callback of this format; `None` means a format that no reply of the specification has.
    pub fn document(
        &self,
        format: Option<ReplyFormat>,
        addressed: &Addressed<'_>,
    ) -> Result<Bytes, ReplyError> {
        match &self.0 {
            Content::None => Ok(Bytes::new()),
            Content::Document(document) => Ok(document.clone()),
            Content::Reply { meta, .. } if format != Some(meta.format) => {
                Err(ReplyError::Format { id: meta.id, format: meta.format })
            }
            Content::Reply { meta: ReplyMeta { format: ReplyFormat::Json, .. }, text } => {
                Ok(text.clone().into())
            }
            Content::Reply { text, .. } => Ok(addressed.insert_into(text).into()),
        }
    }
}

impl Addressed<'_> {
    /// A reply in XML with these members at its beginning.
    fn insert_into(&self, text: &str) -> String {
        let Self { to_user, from_user, time } = self;
        let members = text.strip_prefix("<xml>").unwrap_or(text);
        let mut text = format!(
            "<xml><ToUserName>{}</ToUserName><FromUserName>{}</FromUserName><CreateTime>{}</CreateTime>{members}",
            escape(*to_user),
            escape(*from_user),
            time.as_unix(),
        );
        // XML can't contain the other characters: a user's text may, and WeCom would reject the whole reply.
        text.retain(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..));
        text
    }
}

/// The root of documents in XML.
const ROOT: &str = "xml";

/// A reply, preceded by the member that identifies it.
struct Tagged<'a, T> {
    meta: &'static ReplyMeta,
    reply: &'a T,
}

impl<T: WriteObject> WriteObject for Tagged<'_, T> {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        out.put(self.meta.member, self.meta.kind)?;
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
