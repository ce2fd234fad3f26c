//! Checks of events and passive replies: their pages, their values on the wire, their examples.

use std::collections::HashMap;

use serde_json::Value;

use super::checker::{Checker, key};
use super::place::Place;
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::document::{self, ENVELOPE};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::{Document, EVENTS, Part, Spec, Wire, WireKey};

/// Checks that every callback has one type, and so has every passive reply.
pub(super) fn unique(spec: &Spec, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<(&str, Part, &str), &str> = HashMap::new();
    for file in &spec.files {
        for document in file.documents() {
            let (name, what) = (document.name, document.section().key());
            for (index, wire) in document.event.head.wire.iter().enumerate() {
                if let Some(first) = seen.insert((file.family(), document.part, wire), name) {
                    let at = document.path().key("wire").index(index);
                    diagnostics
                        .reporter(file.source, &file.root)
                        .error(Mistake::DuplicateEndpoint, At::Value(&at), format!("`{wire}` is two {what}"))
                        .label("again here")
                        .help(format!("the first is `{first}`"));
                }
            }
        }
    }
}

impl Checker<'_> {
    pub(super) fn document(&mut self, document: Document<'_>) {
        let Document { part, event, .. } = document;
        let (path, head) = (&document.path(), &event.head);
        self.report.described(&path.key("title"), &head.title);
        self.report.described(&path.key("summary"), &head.summary);
        if let Some(notes) = &head.notes {
            self.report.described(&path.key("notes"), notes);
        }
        self.report.page(&path.key("doc"), &head.doc);
        let family = self.file.family();
        if part == Part::Payload && self.file.stem != format!("{family}.{EVENTS}") {
            self.report
                .error(Mistake::BadFileName, At::Key(path), "events need a file of their own")
                .label("not in this file")
                .help(format!("move it to `{family}.{EVENTS}.yaml`"));
        }
        self.wire(&path.key("wire"), document);
        self.rules(&path.key("rules"), &event.fields, &head.rules);
        if let Some(id) = &head.ends_job {
            self.ended_job(&path.key("ends_job"), event, id);
        }
        for (name, field) in &event.fields {
            if ENVELOPE.contains(&name.as_str()) {
                let at = path.key("fields").key(&key(name, field));
                self.report
                    .error(Mistake::EnvelopeField, At::Key(&at), format!("`{name}` is not listed"))
                    .label("leave it out")
                    .help("every event and every reply may have it; it belongs to the envelope, not to the type");
            }
        }
        if head.examples.is_empty() {
            self.report
                .error(Mistake::MissingExample, At::Key(path), format!("{} without an example", what(part)))
                .label("needs `examples`")
                .help("a whole document, with values of our own");
        }
    }

    fn wire(&mut self, path: &Path, Document { part, event, .. }: Document<'_>) {
        let is_reply = part == Part::Reply;
        if event.head.wire.is_empty() {
            let message = format!("nothing tells this {} from others", noun(part));
            self.report.error(Mistake::BadWire, At::Value(path), message).label("what is it on the wire?");
        }
        if is_reply && event.head.wire.len() > 1 {
            self.report
                .error(Mistake::BadWire, At::Value(&path.index(1)), "a reply is one thing on the wire")
                .label("another reply");
        }
        for (index, wire) in event.head.wire.iter().enumerate() {
            let fits = |wire: Wire<'_>| {
                if is_reply {
                    wire.key.is_of_replies() && wire.change.is_none() && !wire.kind.ends_with('*')
                } else {
                    wire.key != WireKey::BotResponse
                }
            };
            if !Wire::parse(wire).is_some_and(fits) {
                let (label, help) = if is_reply {
                    ("a member and its value", "for example `MsgType text`, `msgtype stream`")
                } else {
                    (
                        "a member, its value, and a `ChangeType` if needed",
                        "for example `Event change_contact create_user`, `InfoType suite_ticket`, `msgtype text`",
                    )
                };
                let message = format!("`{wire}` tells no {} from others", noun(part));
                self.report
                    .error(Mistake::BadWire, At::Value(&path.index(index)), message)
                    .label(label)
                    .help(help);
            }
        }
    }

    /// Checks the examples of an event or a reply: each is a complete document of that kind, without missing or unknown fields.
    pub(super) fn payloads(&mut self, document: Document<'_>) {
        let (file, path) = (self.file, document.path());
        let Document { part, event, .. } = document;
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
                    || "nothing in it identifies it".to_owned(),
                    |told| format!("it is `{told}`"),
                );
                self.report
                    .error(
                        Mistake::BadExampleValue,
                        At::Value(&path),
                        format!("this example is another {}'s", noun(part)),
                    )
                    .label(label);
                continue;
            }
            let Value::Object(object) = &mut document else { continue };
            document::take_envelope(object, &event.fields);
            document::arrange(file, &event.fields, object);
            // All scalars of XML are text.
            self.lenient = example.payload.trim_start().starts_with('<');
            let mut place = Place::document(file.root.find(&path));
            place.sent = part.is_sent();
            self.object(&mut place, &event.fields, object, false);
            self.held(&place, (&event.fields, &event.head.rules), object);
            self.lenient = false;
        }
    }
}

fn noun(part: Part) -> &'static str {
    if part == Part::Reply { "reply" } else { "event" }
}

fn what(part: Part) -> &'static str {
    if part == Part::Reply { "a reply" } else { "an event" }
}
