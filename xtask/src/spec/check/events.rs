//! Checks of what WeCom sends by itself: the page, what tells it apart, its examples.

use std::collections::HashMap;

use serde_json::Value;

use super::checker::{Checker, key};
use super::place::Place;
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::document::{self, ENVELOPE};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::{EVENTS, Event, Section, Spec, Wire};

/// What arrives is of one type.
pub(super) fn unique(spec: &Spec, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<(&str, &str), &str> = HashMap::new();
    for file in &spec.files {
        for (name, event) in &file.events {
            for (index, wire) in event.head.wire.iter().enumerate() {
                if let Some(first) = seen.insert((file.family(), wire), name) {
                    let at = Section::Events.entry(name).key("wire").index(index);
                    diagnostics
                        .reporter(file.source, &file.root)
                        .error(Mistake::DuplicateEndpoint, At::Value(&at), format!("`{wire}` is two events"))
                        .label("again here")
                        .help(format!("the first is `{first}`"));
                }
            }
        }
    }
}

impl Checker<'_> {
    pub(super) fn event(&mut self, name: &str, event: &Event) {
        let path = &Section::Events.entry(name);
        let head = &event.head;
        self.report.described(&path.key("title"), &head.title);
        self.report.described(&path.key("summary"), &head.summary);
        if let Some(notes) = &head.notes {
            self.report.described(&path.key("notes"), notes);
        }
        self.report.page(&path.key("doc"), &head.doc);
        let family = self.file.family();
        if self.file.stem != format!("{family}.{EVENTS}") {
            self.report
                .error(Mistake::BadFileName, At::Key(path), "events stand in a file of their own")
                .label("not in this file")
                .help(format!("move it to `{family}.{EVENTS}.yaml`"));
        }
        self.wire(&path.key("wire"), event);
        if let Some(id) = &head.ends_job {
            self.ended_job(&path.key("ends_job"), event, id);
        }
        for (name, field) in &event.fields {
            if ENVELOPE.contains(&name.as_str()) {
                let at = path.key("fields").key(&key(name, field));
                self.report
                    .error(Mistake::EnvelopeField, At::Key(&at), format!("`{name}` is not listed"))
                    .label("leave it out")
                    .help("every event may have it; it belongs to the envelope, not to the type");
            }
        }
        if head.examples.is_empty() {
            self.report
                .error(Mistake::MissingExample, At::Key(path), "an event without an example")
                .label("needs `examples`")
                .help("a whole document as it arrives, with values of our own");
        }
    }

    fn wire(&mut self, path: &Path, event: &Event) {
        if event.head.wire.is_empty() {
            self.report
                .error(Mistake::BadWire, At::Value(path), "nothing tells this event from others")
                .label("what is it on the wire?");
        }
        for (index, wire) in event.head.wire.iter().enumerate() {
            if Wire::parse(wire).is_none() {
                self.report
                    .error(
                        Mistake::BadWire,
                        At::Value(&path.index(index)),
                        format!("`{wire}` tells no event from others"),
                    )
                    .label("a member, its value, and a `ChangeType` if needed")
                    .help("for example `Event change_contact create_user`, `InfoType suite_ticket`, `msgtype text`");
            }
        }
    }

    /// The examples of an event: whole documents, of this event, in which nothing is missing or unknown.
    pub(super) fn payloads(&mut self, path: &Path, event: &Event) {
        let file = self.file;
        for (index, example) in event.head.examples.iter().enumerate() {
            let path = path.key("examples").index(index).key("payload");
            let mut document = match document::parse(&example.payload) {
                Ok(document) => document,
                Err(problem) => {
                    self.report
                        .error(Mistake::BadExample, At::Value(&path), "this example is no document")
                        .label(problem);
                    continue;
                }
            };
            let told = document::told(&document);
            if !told.is_some_and(|told| event.wires().any(|wire| wire.takes(&told))) {
                let label = told.map_or_else(
                    || "it says nothing of what it is".to_owned(),
                    |told| {
                        let change = told.change.map(|change| format!(" {change}")).unwrap_or_default();
                        format!("it is `{} {}{change}`", told.key.keyword(), told.kind)
                    },
                );
                self.report
                    .error(Mistake::BadExampleValue, At::Value(&path), "this example is another event's")
                    .label(label);
                continue;
            }
            let Value::Object(object) = &mut document else { continue };
            document::take_envelope(object, &event.fields);
            document::arrange(file, &event.fields, object);
            // All scalars of XML are text.
            self.lenient = example.payload.trim_start().starts_with('<');
            let mut place = Place::document(file.root.find(&path));
            self.object(&mut place, &event.fields, object, false);
            self.lenient = false;
        }
    }
}
