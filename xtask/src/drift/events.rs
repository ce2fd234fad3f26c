//! Compares all documents with the pages that show them: the documents there, and the names in the tables below.

use std::collections::BTreeSet;

use serde_json::Value;

use super::comparison::Comparison;
use super::documents::Sourced;
use super::finding::{Finding, PageLine, Spot};
use super::page::Documented;
use super::standing::Noted;
use crate::pages::Occurrence;
use crate::spec::check;
use crate::spec::payload::{self, ENVELOPE};
use crate::spec::source::Path;
use crate::spec::{Document, DriftRule, Field, File, NamedDocument, Names, Operation, Wire};

/// The place of an event on a page.
pub(super) struct Shown<'a> {
    pub page: usize,
    pub of: &'a Occurrence,
}

impl<'a> Comparison<'a> {
    /// Compares the documents of a file.
    pub(super) fn events(&mut self, file: &'a File) {
        for document in file.documents() {
            let NamedDocument { name, definition, .. } = document;
            let path = document.path();
            let sourced = Sourced {
                file: file.source,
                root: &file.root,
                path: path.clone(),
                name,
                title: &definition.head.title,
                doc: &definition.head.doc,
            };
            self.document(&sourced);
            let shown = self.occurrences(document);
            if shown.is_empty() {
                // Nothing is gone from pages that nobody has read.
                if definition.head.doc.ids().next().is_some() {
                    let message = format!("no page of it shows `{}`", definition.head.wire.join("` or `"));
                    self.found.push(Finding::new(
                        Spot::key(file, &path),
                        DriftRule::EndpointGone,
                        name,
                        message,
                    ));
                }
                continue;
            }
            self.document_title(file, document, (shown[0].page, shown[0].of));
            self.wires(file, document);
            self.causes(file, document, &shown);
            let lines = shown.iter().flat_map(|shown| {
                let line = PageLine { page: shown.page, line: shown.of.line };
                let rows = shown.of.section.tables.iter().flat_map(|table| &table.rows);
                let rows = rows.map(|row| (PageLine { page: shown.page, line: row.line }, row.doc.as_str()));
                rows.chain(shown.of.section.prose.iter().map(move |text| (line, text.as_str())))
            });
            let notes = definition.head.notes.as_deref().unwrap_or_default();
            let written = Noted { file, name, path: path.clone(), notes };
            self.standing(&written, &lines.collect::<Vec<_>>());
            for shown in &shown {
                self.found.extend(undistinguished(file, document, shown));
                if document.answers().is_some() || is_its_own(definition, shown.of) {
                    self.found.extend(unlike(file, document, shown));
                }
            }
            self.found.extend(gone(file, document, &shown));
            let documented = |Shown { page, of }: &Shown<'a>| {
                let (index, read) = (*page, &self.pages[*page]);
                Documented { index, read, section: &of.section }
            };
            let documented: Vec<Documented<'a>> = shown.iter().map(documented).collect();
            self.fields(file, &Operation::of(document), &documented);
            let head = &definition.head;
            self.told(file, &Operation::of(document), [Some(&head.summary), head.notes.as_deref()]);
        }
    }

    /// The documents that are settled by name and not in the spec yet.
    pub(super) fn unspecified_events(&self) -> Vec<(String, String)> {
        let has = |stem: &str, key: &str| {
            let mut own = self.spec.files.iter().filter(|file| file.stem == stem);
            own.any(|file| file.documents().any(|document| document.name == key))
        };
        let named = self.spec.names.iter().flat_map(Names::all_documents);
        let named = named.flat_map(|(file, events)| {
            // Others aren't documents: they are items of an answer, or come over a socket.
            let is_received = |wire: &String| Wire::parse(wire).is_some();
            let events = events.iter().filter(move |(_, named)| named.wire.iter().any(is_received));
            events.map(move |(key, _)| (file, key))
        });
        let left = named.filter(|(file, key)| !has(file, key));
        left.map(|(file, key)| (file.clone(), key.clone())).collect()
    }

    /// The documents on its own pages that are one of the spec.
    pub(super) fn occurrences(&self, of: NamedDocument<'_>) -> Vec<Shown<'a>> {
        let pages = of.definition.head.doc.ids().filter_map(|id| self.page(id));
        let shown = pages.flat_map(|page| {
            let documents = self.pages[page].contents.shown(of);
            documents.into_iter().map(move |of| Shown { page, of })
        });
        shown.collect()
    }
}

/// Returns whether a document says that it is an event's. Another one may have the same form.
fn is_its_own(definition: &Document, shown: &Occurrence) -> bool {
    shown.told().is_some_and(|told| definition.wires().any(|wire| wire.takes(&told)))
}

/// Reports a `ChangeType` that distinguishes a document from others, which the event neither names nor has as a field.
fn undistinguished(file: &File, of: NamedDocument<'_>, shown: &Shown<'_>) -> Option<Finding> {
    let told = shown.of.told()?;
    let change = told.change.filter(|_| !of.definition.fields.contains_key("ChangeType"))?;
    let any = |wire: &Wire<'_>| wire.takes(&told) && wire.change.is_none() && !wire.kind.ends_with('*');
    of.definition.wires().find(any)?;
    let message = format!("the page's document has the `ChangeType` `{change}`, the spec takes any");
    let spot = Spot::key(file, &of.path().key("wire"));
    let finding = Finding::new(spot, DriftRule::ValueNew, format!("{}.wire", of.name), message);
    let line = PageLine { page: shown.page, line: shown.of.line };
    Some(finding.says(told.to_string()).seen_at(line))
}

/// Returns the unexpected members of a document, those it lacks, and names below them that the spec doesn't have.
fn unlike(file: &File, of: NamedDocument<'_>, shown: &Shown<'_>) -> Vec<Finding> {
    let NamedDocument { name, definition, .. } = of;
    let path = of.path().key(of.part().key());
    let spot = Spot::key(file, &path);
    let line = |line| PageLine { page: shown.page, line };
    let mut found = Vec::new();
    let mut document = shown.of.document.clone();
    if let Value::Object(object) = &mut document {
        payload::take_envelope(object, &definition.fields);
        payload::arrange(file, &definition.fields, object);
        for message in check::body(file, of.part(), &definition.fields, object) {
            let finding =
                Finding::new(spot.clone(), DriftRule::FieldType, name, format!("an example: {message}"));
            found.push(finding.says(message).seen_at(line(shown.of.line)));
        }
        for (field, of) in
            definition.fields.iter().filter(|(field, of)| !of.optional && !object.contains_key(*field))
        {
            let spot = Spot::key(file, &path.key(field));
            let message = format!("an example lacks `{field}`, which is always there: `{field}?`");
            if !of.embed {
                let finding =
                    Finding::new(spot, DriftRule::FieldPresence, format!("{name}.fields.{field}"), message);
                found.push(finding.says("sometimes".to_owned()).seen_at(line(shown.of.line)));
            }
        }
    }
    let known = known_names(file, definition);
    for (at, row) in &shown.of.rows {
        if !known.contains(row.as_str()) && !ENVELOPE.contains(&row.as_str()) {
            let message = format!("the page describes `{row}`, which the spec doesn't have");
            let finding =
                Finding::new(spot.clone(), DriftRule::FieldNew, format!("{name}.fields.{row}"), message);
            found.push(finding.seen_at(line(*at)));
        }
    }
    found
}

/// The names that an event has on the wire, at whatever depth.
fn known_names<'f>(file: &'f File, definition: &'f Document) -> BTreeSet<&'f str> {
    let types = file.reached(definition.fields.values().map(|field| &field.ty));
    let structs = types.iter().filter_map(|name| file.structs.get(name)).map(|structure| &structure.fields);
    let fields = std::iter::once(&definition.fields).chain(structs).flatten();
    let names = fields.flat_map(|(name, field)| spellings(name, field));
    let unions = types.iter().filter_map(|name| file.unions.get(name));
    let variants = unions.flat_map(|union| {
        let contents = union.variants.iter().map(|(tag, variant)| variant.content(tag));
        union.tag.as_deref().into_iter().chain(contents)
    });
    // What JSON says of its type.
    let of_json = [
        "msgtype",
        "msgid",
        "msg_type",
        "event_type",
        "eventtype",
        "command_type",
        "response_type",
        "event",
        "command",
    ];
    names.chain(variants).chain(of_json).chain(["name", "AgentId", "xml"]).collect()
}

fn spellings<'f>(name: &'f str, field: &'f Field) -> impl Iterator<Item = &'f str> {
    let others = field.aka.iter().chain(&field.item).chain(&field.count).map(String::as_str);
    std::iter::once(name).chain(others)
}

/// The fields of an event that no page of it shows or describes.
fn gone(file: &File, of: NamedDocument<'_>, shown: &[Shown<'_>]) -> Vec<Finding> {
    let NamedDocument { name, definition, .. } = of;
    let path = of.path().key(of.part().key());
    let is_there = |wire: &str| {
        shown.iter().any(|shown| {
            shown.of.document.get(wire).is_some() || shown.of.rows.iter().any(|(_, row)| row == wire)
        })
    };
    let fields = definition.fields.iter().filter(|(_, field)| !field.embed);
    let gone = fields.filter(|(wire, field)| !spellings(wire, field).any(is_there));
    let finding = |(wire, _): (&String, &Field)| {
        let message = format!("no page of the event has `{wire}`");
        let spot = Spot::key(file, &key(&path, wire, definition));
        Finding::new(spot, DriftRule::FieldGone, format!("{name}.fields.{wire}"), message)
    };
    gone.map(finding).collect()
}

/// A field as written in the file.
fn key(path: &Path, wire: &str, definition: &Document) -> Path {
    let optional = definition.fields.get(wire).is_some_and(|field| field.optional);
    path.key(&format!("{wire}{}", if optional { "?" } else { "" }))
}
