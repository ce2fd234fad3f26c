//! Documents: what is sent or received as a whole, of the same form in both directions.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::doc::Doc;
use crate::spec::field::Field;
use crate::spec::pattern;
use crate::spec::section::{DocumentKind, Part, Section};
use crate::spec::source::Path;
use crate::spec::wire::Wire;
use crate::spec::written_rule::WrittenRule;

/// A document of any kind: a message, something that happened, what a suite is told, or an answer to one.
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

/// A document under its name.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// What it is.
    pub kind: DocumentKind,
    /// Its name.
    pub name: &'a str,
    /// All of it.
    pub event: &'a Event,
}

impl Document<'_> {
    /// The section that it stands in.
    pub fn section(self) -> Section {
        Section::Documents(self.kind)
    }

    /// Its only part.
    pub fn part(self) -> Part {
        self.kind.facts().part
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
