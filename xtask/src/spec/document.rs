//! Documents, which are sent or received as a whole and have the same form in both directions.

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

/// A document of any kind: a message, an event, a notification to a suite, or a reply.
#[derive(Debug)]
pub struct Document {
    /// Everything but the fields.
    pub head: DocumentHead,
    /// Its content by wire name, without the members of the envelope.
    pub fields: IndexMap<String, Field>,
}

impl Document {
    /// Its distinguishing values on the wire, as far as they can be read.
    pub fn wires(&self) -> impl Iterator<Item = Wire<'_>> {
        self.head.wire.iter().filter_map(|wire| Wire::parse(wire))
    }
}

/// A document under its name.
#[derive(Debug, Clone, Copy)]
pub struct NamedDocument<'a> {
    /// The kind of document.
    pub kind: DocumentKind,
    /// Its name.
    pub name: &'a str,
    /// All of it.
    pub definition: &'a Document,
}

impl NamedDocument<'_> {
    /// The section that contains it.
    pub fn section(self) -> Section {
        Section::Documents(self.kind)
    }

    /// Its only part.
    pub fn part(self) -> Part {
        self.kind.facts().part
    }

    /// The document that it answers, if nothing in it says what it is.
    pub fn answers(&self) -> Option<Wire<'_>> {
        self.definition.wires().find(|wire| self.kind.answers(wire))
    }

    /// Its place in the file.
    pub fn path(self) -> Path {
        self.section().entry(self.name)
    }
}

/// Everything about a document except its fields.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DocumentHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub title: String,
    /// The purpose of the document, in one sentence.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub summary: String,
    /// Further facts for receivers: who gets it, its requirements, edge cases. Markdown.
    pub notes: Option<String>,
    /// The documentation page.
    pub doc: Doc,
    /// Its distinguishing values on the wire; several if one type serves them all: `Event change_contact create_user`.
    #[schemars(length(min = 1), inner(regex(pattern = pattern::WIRE)))]
    pub wire: Vec<String>,
    /// The seconds for which WeCom waits for the response, if they differ from those of other callbacks of its shape.
    #[schemars(range(min = 1, max = 60))]
    pub deadline: Option<u64>,
    /// The field with the ID of a job, if the event reports the job's end: `BatchJob.JobId`.
    pub ends_job: Option<String>,
    /// Rules over several fields.
    #[serde(default)]
    pub rules: Vec<WrittenRule>,
    /// Whole documents as they arrive, decrypted, or as they are sent. They become tests.
    #[serde(default)]
    pub examples: Vec<Shown>,
}

/// A document, as text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Shown {
    /// A remark on the example, if it isn't the usual case.
    pub note: Option<String>,
    /// The document, XML or JSON.
    pub payload: String,
}
