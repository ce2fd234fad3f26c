//! Documents: what is sent or received as a whole.

use super::endpoint::words;
use crate::spec::{Doc, DocumentKind, FieldPath, Part, Section, Shown, Wire};

/// A document: an event, or what answers one.
#[derive(Debug)]
pub struct Document {
    /// Its kind.
    pub kind: DocumentKind,
    /// The name in the spec: `create_user`.
    pub name: String,
    /// The name with its module: `contacts.events.create_user`.
    pub id: String,
    /// Its type.
    pub ty: String,
    /// The page's Chinese title.
    pub title: String,
    /// The summary.
    pub summary: String,
    /// Further notes for receivers, in Markdown.
    pub notes: Option<String>,
    /// Its page.
    pub doc: Doc,
    /// The members that distinguish it from others, each as in the spec: `Event change_contact create_user`.
    pub wire: Vec<String>,
    /// For how many seconds WeCom waits for the response, if that isn't the usual time.
    pub deadline: Option<u64>,
    /// The field with the ID of the ended job, if it reports one.
    pub ends_job: Option<FieldPath>,
    /// Whole documents.
    pub examples: Vec<Shown>,
}

impl Document {
    /// Returns its section in the spec.
    pub fn section(&self) -> Section {
        Section::Documents(self.kind)
    }

    /// Returns its only part.
    pub fn part(&self) -> Part {
        self.kind.facts().part
    }

    /// Returns what distinguishes it from others.
    pub fn wires(&self) -> impl Iterator<Item = Wire<'_>> {
        self.wire.iter().filter_map(|wire| Wire::parse(wire))
    }

    /// Returns the document that it answers, if nothing in it says what it is.
    pub fn answers(&self) -> Option<Wire<'_>> {
        self.wires().find(|wire| self.kind.answers(wire))
    }

    /// Returns its descriptions in the spec.
    pub fn words(&self) -> String {
        words(&self.summary, &self.doc, self.notes.as_deref())
    }
}
