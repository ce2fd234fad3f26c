//! Events: what WeCom sends by itself, and passive replies, which have the same form.

use crate::spec::{Doc, FieldPath, Shown, Wire};

/// An event, or a passive reply.
#[derive(Debug)]
pub struct Event {
    /// As in the spec: `create_user`.
    pub name: String,
    /// With its module: `contacts.events.create_user`.
    pub id: String,
    /// Its type.
    pub ty: String,
    /// The page's Chinese title.
    pub title: String,
    /// What it tells.
    pub summary: String,
    /// What else a receiver must know, Markdown.
    pub notes: Option<String>,
    /// Its page.
    pub doc: Doc,
    /// What tells it from others, each as in the spec: `Event change_contact create_user`.
    pub wire: Vec<String>,
    /// The field with the ID of the job that it says has ended.
    pub ends_job: Option<FieldPath>,
    /// Whole documents.
    pub examples: Vec<Shown>,
}

impl Event {
    /// What tells it from others.
    pub fn wires(&self) -> impl Iterator<Item = Wire<'_>> {
        self.wire.iter().filter_map(|wire| Wire::parse(wire))
    }

    /// What it is and tells, in the words of the spec.
    pub fn words(&self) -> String {
        match &self.notes {
            Some(notes) => format!("{}\n\n{notes}", self.summary),
            None => self.summary.clone(),
        }
    }
}
