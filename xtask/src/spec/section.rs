//! The sections of a spec file, and the parts of an operation: code for all of them uses these.

use super::source::Path;
use super::wire::{Wire, WireKey};

/// A section of a spec file, whose entries are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// Operations that a client calls.
    Endpoints,
    /// Operations that are sent or received as a whole.
    Documents(DocumentKind),
    /// Types with fields.
    Structs,
    /// Types with values.
    Enums,
    /// Types with variants.
    Unions,
}

impl Section {
    /// All of them, in the order of a file.
    pub const ALL: [Self; 4 + DocumentKind::ALL.len()] = [
        Self::Endpoints,
        Self::Documents(DocumentKind::Event),
        Self::Documents(DocumentKind::Reply),
        Self::Structs,
        Self::Enums,
        Self::Unions,
    ];

    /// Their keys.
    pub const KEYS: [&str; Self::ALL.len()] = {
        let mut keys = [""; Self::ALL.len()];
        let mut index = 0;
        while index < keys.len() {
            keys[index] = Self::ALL[index].key();
            index += 1;
        }
        keys
    };

    /// Returns the place of an entry in a file.
    pub fn entry(self, name: &str) -> Path {
        Path::of([self.key(), name])
    }

    /// Its key in a file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Endpoints => "endpoints",
            Self::Documents(kind) => kind.facts().key,
            Self::Structs => "structs",
            Self::Enums => "enums",
            Self::Unions => "unions",
        }
    }
}

/// A kind of documents, each of which has a section. All differences between the kinds are in one table:
/// [`facts`](Self::facts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// Callbacks that WeCom sends.
    Event,
    /// Passive replies to callbacks.
    Reply,
}

/// The facts about a kind of documents.
#[derive(Debug)]
pub struct DocumentFacts {
    /// The key of their section.
    pub key: &'static str,
    /// The word for one of them.
    pub noun: &'static str,
    /// The word for them as a share of the documentation.
    pub counted: &'static str,
    /// The only part of each.
    pub part: Part,
    /// The chapter of a family that contains them: `contacts.events.yaml`.
    pub chapter: &'static str,
    /// Whether they are in no other file.
    pub apart: bool,
    /// Advice on how to name one.
    pub naming: &'static str,
    /// The members that may distinguish one from others.
    pub wires: &'static [WireKey],
    /// The members that identify the document that one answers, if nothing in it says what it is.
    pub answers: &'static [WireKey],
    /// The distinguishing values of one, with examples.
    pub told_by: [&'static str; 2],
}

impl DocumentKind {
    /// All of them, in the order of a file.
    pub const ALL: [Self; 2] = [Self::Event, Self::Reply];

    /// The table.
    pub const fn facts(self) -> &'static DocumentFacts {
        match self {
            Self::Event => &DocumentFacts {
                key: "events",
                noun: "event",
                counted: "callbacks",
                part: Part::Received,
                chapter: "events",
                apart: true,
                naming: "name it as on the wire",
                wires: &[
                    WireKey::Event,
                    WireKey::InfoType,
                    WireKey::MsgType,
                    WireKey::BotMessage,
                    WireKey::BotEvent,
                    WireKey::Notification,
                    WireKey::DeviceCommand,
                    WireKey::Payment,
                    WireKey::Refund,
                ],
                answers: &[],
                told_by: [
                    "a member, its value, and a `ChangeType` if needed",
                    "for example `Event change_contact create_user`, `InfoType suite_ticket`, `msgtype text`",
                ],
            },
            Self::Reply => &DocumentFacts {
                key: "replies",
                noun: "reply",
                counted: "replies",
                part: Part::Sent,
                chapter: "reply",
                apart: false,
                naming: "name it as on the wire, with `_reply` at its end",
                wires: &[WireKey::MsgType, WireKey::BotMessage, WireKey::BotResponse],
                answers: &[WireKey::Notification, WireKey::DeviceCommand],
                told_by: [
                    "a member and its value",
                    "for example `MsgType text`, `msgtype stream`; if it has no such member, the callback that it answers: `event_type bind`",
                ],
            },
        }
    }

    /// One of them, in a sentence: `an event`.
    pub fn one(self) -> String {
        let noun = self.facts().noun;
        let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {noun}")
    }

    /// Returns the kind of documents in a file of this name, without `.yaml`.
    pub fn of_file(stem: &str) -> Option<Self> {
        let (_, chapter) = stem.split_once('.')?;
        Self::ALL.into_iter().find(|kind| kind.facts().chapter == chapter)
    }

    /// Returns whether this may distinguish one from others. A document that is sent states exactly what it is.
    pub fn is_told_by(self, wire: &Wire<'_>) -> bool {
        let DocumentFacts { part, wires, .. } = self.facts();
        let exact = wire.change.is_none() && !wire.kind.ends_with('*');
        (wires.contains(&wire.key) || self.answers(wire)) && (exact || !part.is_sent())
    }

    /// Whether this is the document that one of them answers, because it says nothing of itself.
    pub fn answers(self, wire: &Wire<'_>) -> bool {
        self.facts().answers.contains(&wire.key)
    }
}

/// A part of an operation: fields that travel together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The request of a call.
    Request,
    /// The response of a call.
    Response,
    /// A document that arrives.
    Received,
    /// A document that is sent.
    Sent,
}

impl Part {
    /// Its key in an operation.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Received | Self::Sent => "fields",
        }
    }

    /// Returns whether applications send it; otherwise they receive it.
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Request | Self::Sent)
    }

    /// Returns whether it is a document of its own, not a side of a call.
    pub const fn is_document(self) -> bool {
        matches!(self, Self::Received | Self::Sent)
    }

    /// Returns the part that pages show: a document looks the same in both directions.
    #[must_use]
    pub const fn shown(self) -> Self {
        match self {
            Self::Sent => Self::Received,
            part => part,
        }
    }
}
