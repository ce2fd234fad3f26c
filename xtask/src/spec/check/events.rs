//! Checks of documents: their pages, their values on the wire, their examples.

use std::collections::HashMap;

use serde_json::Value;

use super::checker::{Checker, key};
use super::place::Place;
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::payload::{self, ENVELOPE};
use crate::spec::source::Path;
use crate::spec::{File, NamedDocument, Section, Spec, Transport, Wire};

/// Checks that what is one kind of document on the wire has one type.
pub(super) fn unique(spec: &Spec, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<(&str, Section, &str), &str> = HashMap::new();
    for file in &spec.files {
        for document in file.documents() {
            let (name, section) = (document.name, document.section());
            for (index, wire) in document.definition.head.wire.iter().enumerate() {
                if let Some(first) = seen.insert((file.family(), section, wire), name) {
                    let at = document.path().key("wire").index(index);
                    diagnostics
                        .reporter(file.source, &file.root)
                        .error(
                            Mistake::DuplicateEndpoint,
                            At::Value(&at),
                            format!("`{wire}` is two {}", section.key()),
                        )
                        .label("again here")
                        .help(format!("the first is `{first}`"));
                }
            }
        }
    }
}

/// Checks that a document that says nothing of itself answers one of its family, and so does a command that answers any.
pub(super) fn answered(spec: &Spec, diagnostics: &mut Diagnostics) {
    for file in &spec.files {
        for document in file.documents() {
            let Some(wire) = document.answers() else { continue };
            if is_callback(spec, file, wire) {
                continue;
            }
            let at = document.path().key("wire").index(0);
            let message = format!("no callback of `{}` is `{wire}`", file.family());
            diagnostics
                .reporter(file.source, &file.root)
                .error(Mistake::BadWire, At::Value(&at), message)
                .label("no such callback")
                .help(
                    "if no member says what a reply is, its `wire` is that of the callback that it answers",
                );
        }
        for (name, endpoint) in &file.endpoints {
            let answers =
                endpoint.head.answers.as_ref().filter(|_| endpoint.head.transport() == Transport::Socket);
            let answers = answers.into_iter().flat_map(|answers| &answers.callbacks);
            for (index, told) in answers.enumerate() {
                if Wire::parse(told).is_some_and(|wire| is_callback(spec, file, wire)) {
                    continue;
                }
                let at = Section::Endpoints.entry(name).key("answers").key("callbacks").index(index);
                let message = format!("no callback of `{}` is `{told}`", file.family());
                diagnostics
                    .reporter(file.source, &file.root)
                    .error(Mistake::BadWire, At::Value(&at), message)
                    .label("no such callback")
                    .help("a command answers callbacks of its family: name them by a `wire` of theirs");
            }
        }
    }
}

/// Returns whether a document that arrives, of the family of a file, is of a kind; or, if anything may follow, begins like it.
fn is_callback(spec: &Spec, file: &File, wire: Wire<'_>) -> bool {
    let family = spec.files.iter().filter(|other| other.family() == file.family());
    let mut arriving = family.flat_map(File::documents).filter(|document| !document.part().is_sent());
    arriving.any(|document| document.definition.wires().any(|of| of.takes(&wire) || wire.takes(&of)))
}

impl Checker<'_> {
    pub(super) fn document(&mut self, document: NamedDocument<'_>) {
        let NamedDocument { kind, definition, .. } = document;
        let (path, head) = (&document.path(), &definition.head);
        self.report.described(&path.key("title"), &head.title);
        self.report.described(&path.key("summary"), &head.summary);
        if let Some(notes) = &head.notes {
            self.report.described(&path.key("notes"), notes);
        }
        self.report.page(&path.key("doc"), &head.doc);
        let facts = kind.facts();
        let chapter = format!("{}.{}", self.file.family(), facts.chapter);
        if facts.apart && self.file.stem != chapter {
            self.report
                .error(Mistake::BadFileName, At::Key(path), format!("{} need a file of their own", facts.key))
                .label("not in this file")
                .help(format!("move it to `{chapter}.yaml`"));
        }
        self.wire(&path.key("wire"), document);
        self.rules(&path.key("rules"), &definition.fields, &head.rules);
        if let Some(id) = &head.ends_job {
            self.ended_job(&path.key("ends_job"), definition, id);
        } else {
            self.job_that_ends(path, definition);
        }
        for (name, field) in &definition.fields {
            if ENVELOPE.contains(&name.as_str()) {
                let at = path.key("fields").key(&key(name, field));
                self.report
                    .error(Mistake::EnvelopeField, At::Key(&at), format!("`{name}` is not listed"))
                    .label("leave it out")
                    .help("every event and every reply may have it; it belongs to the envelope, not to the type");
            }
        }
        if head.deadline.is_some() && facts.part.is_sent() {
            self.report
                .error(
                    Mistake::UnknownKey,
                    At::Key(&path.key("deadline")),
                    format!("{} has no `deadline`", kind.one()),
                )
                .label("leave it out")
                .help("it is the callback that WeCom waits to be answered");
        }
        if head.examples.is_empty() {
            self.report
                .error(Mistake::MissingExample, At::Key(path), format!("{} without an example", kind.one()))
                .label("needs `examples`")
                .help("a whole document, with values of our own");
        }
    }

    fn wire(&mut self, path: &Path, NamedDocument { kind, definition, .. }: NamedDocument<'_>) {
        let (facts, wires) = (kind.facts(), &definition.head.wire);
        if wires.is_empty() {
            let message = format!("nothing distinguishes this {} from others", facts.noun);
            self.report.error(Mistake::BadWire, At::Value(path), message).label("what is it on the wire?");
        }
        if facts.part.is_sent() && wires.len() > 1 {
            let message = format!("{} is one thing on the wire", kind.one());
            self.report
                .error(Mistake::BadWire, At::Value(&path.index(1)), message)
                .label(format!("another {}", facts.noun));
        }
        for (index, wire) in wires.iter().enumerate() {
            if !Wire::parse(wire).is_some_and(|wire| kind.is_told_by(&wire)) {
                let [label, help] = facts.told_by;
                let message = format!("`{wire}` distinguishes no {} from others", facts.noun);
                self.report
                    .error(Mistake::BadWire, At::Value(&path.index(index)), message)
                    .label(label)
                    .help(help);
            }
        }
    }

    /// Checks the examples of a document: each is a complete document of that kind, without missing or unknown fields.
    pub(super) fn payloads(&mut self, document: NamedDocument<'_>) {
        let (file, path) = (self.file, document.path());
        let NamedDocument { kind, name, definition } = document;
        for (index, example) in definition.head.examples.iter().enumerate() {
            let path = path.key("examples").index(index).key("payload");
            let mut document = match payload::parse(&example.payload) {
                Ok(document) => document,
                Err(problem) => {
                    self.report
                        .error(Mistake::BadExample, At::Value(&path), "this example is no document")
                        .label(problem);
                    continue;
                }
            };
            let told = payload::told(&document);
            let is_told = NamedDocument { kind, name, definition }.answers().is_none();
            if is_told && !told.is_some_and(|told| definition.wires().any(|wire| wire.takes(&told))) {
                let label = told.map_or_else(
                    || "nothing in it identifies it".to_owned(),
                    |told| format!("it is `{told}`"),
                );
                self.report
                    .error(
                        Mistake::BadExampleValue,
                        At::Value(&path),
                        format!("this example is another {}'s", kind.facts().noun),
                    )
                    .label(label);
                continue;
            }
            let Value::Object(object) = &mut document else { continue };
            payload::take_envelope(object, &definition.fields);
            payload::arrange(file, &definition.fields, object);
            // All scalars of XML are text.
            self.lenient = example.payload.trim_start().starts_with('<');
            let mut place = Place::document(file.root.find(&path));
            place.sent = kind.facts().part.is_sent();
            self.object(&mut place, &definition.fields, object, false);
            self.held(&place, (&definition.fields, &definition.head.rules), object);
            self.lenient = false;
        }
    }
}
