//! Callbacks and passive replies: whole documents, of the same form in both directions.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::doc::Doc;
use crate::spec::field::Field;
use crate::spec::keywords::keywords;
use crate::spec::pattern;
use crate::spec::section::{Part, Section};
use crate::spec::source::Path;
use crate::spec::written_rule::WrittenRule;

/// The chapter that the events of a family stand in: `contacts.events.yaml`.
pub const EVENTS: &str = "events";

/// An event: a message, something that happened, or what a suite is told. Or a passive reply to one.
#[derive(Debug)]
pub struct Event {
    /// Everything but the fields.
    pub head: EventHead,
    /// What it brings, by wire name, the members of the envelope left out.
    pub fields: IndexMap<String, Field>,
}

impl Event {
    /// What tells it from others, as far as that can be read.
    pub fn wires(&self) -> impl Iterator<Item = Wire<'_>> {
        self.head.wire.iter().filter_map(|wire| Wire::parse(wire))
    }
}

/// An event or a reply, under its name.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// What it is.
    pub part: Part,
    /// Its name.
    pub name: &'a str,
    /// All of it.
    pub event: &'a Event,
}

impl Document<'_> {
    /// The section that it stands in.
    pub fn section(self) -> Section {
        if self.part.is_sent() { Section::Replies } else { Section::Events }
    }

    /// Where it stands in its file.
    pub fn path(self) -> Path {
        self.section().entry(self.name)
    }
}

/// Everything of an event but its fields.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct EventHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub title: String,
    /// What it tells, in one sentence.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub summary: String,
    /// What else a receiver must know: who gets it, what it needs, what happens at the edges. Markdown.
    pub notes: Option<String>,
    /// The documentation page.
    pub doc: Doc,
    /// What tells it from others on the wire; several, where one type serves them all: `Event change_contact create_user`.
    #[schemars(length(min = 1), inner(regex(pattern = pattern::WIRE)))]
    pub wire: Vec<String>,
    /// The field with the ID of a job, where the event says that it has ended: `BatchJob.JobId`.
    pub ends_job: Option<String>,
    /// Rules over several fields of a reply.
    #[serde(default)]
    pub rules: Vec<WrittenRule>,
    /// Whole documents as they arrive, decrypted, or as they are sent. They become tests.
    #[serde(default)]
    pub examples: Vec<Shown>,
}

/// A document, as text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Shown {
    /// What the example shows, where it isn't the plain case.
    pub note: Option<String>,
    /// The document, XML or JSON.
    pub payload: String,
}

/// What tells one kind of event from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wire<'a> {
    /// The member that says what it is.
    pub key: WireKey,
    /// Its value; a `*` at the end stands for anything.
    pub kind: &'a str,
    /// The value of `ChangeType`, where that is needed.
    pub change: Option<&'a str>,
}

impl<'a> Wire<'a> {
    /// Reads what tells an event from others: `Event change_contact create_user`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut words = text.split(' ');
        let key = WireKey::from_keyword(words.next()?)?;
        let kind = words.next().filter(|word| !word.is_empty())?;
        let change = words.next();
        let whole = words.next().is_none() && change.is_none_or(|change| !change.is_empty());
        whole.then_some(Self { key, kind, change })
    }

    /// Whether what a document says of itself is of this kind.
    pub fn takes(&self, told: &Wire<'_>) -> bool {
        let kind = match self.kind.strip_suffix('*') {
            Some(start) => told.kind.starts_with(start),
            None => told.kind == self.kind,
        };
        self.key == told.key && kind && self.change.is_none_or(|change| told.change == Some(change))
    }
}

/// As the spec writes it: `Event change_contact create_user`.
impl fmt::Display for Wire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key.keyword(), self.kind)?;
        self.change.map_or(Ok(()), |change| write!(f, " {change}"))
    }
}

impl WireKey {
    /// Whether it is a member of documents that are XML.
    pub fn is_xml(self) -> bool {
        matches!(self, Self::Event | Self::InfoType | Self::MsgType)
    }

    /// Whether it is a member by which replies are told apart.
    pub fn is_of_replies(self) -> bool {
        matches!(self, Self::MsgType | Self::BotMessage | Self::BotResponse)
    }
}

keywords! {
    /// The member of a document that says what it is.
    WireKey {
        /// An application's event.
        Event = "Event",
        /// What a suite or a provider is told.
        InfoType = "InfoType",
        /// An application's message.
        MsgType = "MsgType",
        /// An AI bot's message.
        BotMessage = "msgtype",
        /// An AI bot's event, inside of `event`.
        BotEvent = "eventtype",
        /// What a device, a payment or the zone tells, inside of `event` or at the top.
        Notification = "event_type",
        /// A command to a device, inside of `command`.
        DeviceCommand = "command_type",
        /// What an AI bot does in reply.
        BotResponse = "response_type",
    }
}
