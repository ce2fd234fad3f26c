//! Drafts a document of the spec from those that a page shows of it.

use std::collections::HashMap;

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::fields::FieldDrafter;
use super::known::Known;
use super::lists::Lists;
use super::making::Maker;
use super::model::{Draft, DraftEvent, ShownDocument};
use super::sighting::ObjectSighting;
use super::types::Types;
use crate::pages::Occurrence;
use crate::pages::contents::Section;
use crate::pages::table::Table;
use crate::pages::tree;
use crate::spec::payload::{self, ENVELOPE, KNOWN};
use crate::spec::{Doc, DocumentKind, Fields, names};

/// The documents of a page that are of one kind.
pub(super) struct EventDrafter<'p> {
    pub kind: DocumentKind,
    pub shown: Vec<&'p Occurrence>,
    /// The page's tables of named objects and values.
    pub named: &'p [Table],
    pub known: &'p Known,
}

impl EventDrafter<'_> {
    pub(super) fn draft(&self, name: String, doc: Doc, types: &mut Types) -> DraftEvent {
        let documents: Vec<Map<String, Value>> =
            self.shown.iter().filter_map(|shown| read(&shown.text)).collect();
        let mut bodies = documents.clone();
        for body in &mut bodies {
            payload::take_envelope(body, &Fields::new());
        }
        let lists = Lists::of(&bodies);
        for body in &mut bodies {
            lists.unwrap(body);
        }
        let tables = self.shown.iter().flat_map(|shown| &shown.section.tables).cloned();
        let mut section = Section::default();
        section.tables = tables.collect();
        let objects: Vec<&Map<String, Value>> = bodies.iter().collect();
        let part = self.kind.facts().part;
        let (tree, unplaced) = tree::of(&section, self.named, part, &objects);
        let mut doubts: Vec<String> = unplaced.iter().map(|table| without_place(table)).collect();
        let mut rows = section.tables.iter().flat_map(|table| &table.rows);
        let untyped = rows.all(|row| row.ty.is_none());
        let owner = names::pascal(&name);
        let (named, known) = (self.named, self.known);
        let (items, guessed) = (lists.items.clone(), Vec::new());
        let mut drafter = FieldDrafter { types, named, side: part, items, known, untyped, guessed };
        let fields = drafter.fields(ObjectSighting { owner: &owner, fields: &tree, shown: &objects });
        doubts.extend(lists.doubts.iter().cloned());
        let wires = self.shown.iter().filter_map(|shown| shown.told());
        let wire = wires.map(|told| told.to_string()).collect::<IndexSet<String>>().into_iter().collect();
        let title = self.shown.first().map(|shown| shown.section.title.clone()).unwrap_or_default();
        let fields = match drafter.guessed {
            guessed if guessed.is_empty() => Draft::sure(fields),
            guessed => {
                let doubt = format!("the tables give no types: number or text? {}", guessed.join(", "));
                Draft::doubtful(fields, doubt)
            }
        };
        let examples = self.shown.iter().zip(documents).zip(bodies);
        let examples = examples
            .map(|((shown, document), body)| ShownDocument { is_xml: shown.section.is_xml(), document, body })
            .collect();
        DraftEvent {
            kind: self.kind,
            name,
            title,
            doc,
            wire,
            fields,
            shown: examples,
            examples: Vec::new(),
            items: lists.items,
            doubts,
        }
    }
}

impl Maker {
    /// Writes the examples of an event, with values of our own.
    pub(super) fn document(&mut self, event: &mut DraftEvent, types: &Types) {
        for ShownDocument { is_xml, document, mut body } in std::mem::take(&mut event.shown) {
            self.body(&mut body, &event.fields.spec, types);
            wrap(&mut body, &event.items);
            let members = document.into_iter().map(|(name, value)| {
                let made = body.shift_remove(&name);
                let is_envelope = ENVELOPE.contains(&name.as_str()) || KNOWN.contains(&name.as_str());
                let value = if is_envelope { enveloped(&name, value) } else { made.unwrap_or(value) };
                (name, value)
            });
            let whole: Map<String, Value> = members.collect();
            event.examples.push(if is_xml { payload::to_xml(&whole).into() } else { Value::Object(whole) });
        }
    }
}

/// Puts the elements around the items of lists back.
fn wrap(object: &mut Map<String, Value>, items: &HashMap<String, String>) {
    for (name, value) in object.iter_mut() {
        match value {
            Value::Object(inner) => wrap(inner, items),
            Value::Array(all) => {
                all.iter_mut().filter_map(Value::as_object_mut).for_each(|inner| wrap(inner, items));
                if let Some(item) = items.get(name) {
                    *value = Value::Object(Map::from_iter([(item.clone(), value.take())]));
                }
            }
            _ => {}
        }
    }
}

/// The value of a member that all documents have, as examples of the spec show it.
fn enveloped(name: &str, value: Value) -> Value {
    match name {
        "ToUserName" | "AuthCorpId" => "ww0123456789abcdef".into(),
        "FromUserName" if value == "sys" => value,
        "FromUserName" => "lin.wei".into(),
        "CreateTime" | "TimeStamp" => 1_767_225_600.into(),
        "SuiteId" => "ww9f8e7d6c5b4a3928".into(),
        "ServiceCorpId" => "wwprovider00000001".into(),
        "AgentID" | "AgentId" => 1_000_002.into(),
        "MsgId" | "msgid" => "1234567890123456".into(),
        _ => value,
    }
}

fn read(text: &str) -> Option<Map<String, Value>> {
    match payload::parse_numbers(text) {
        Ok(Value::Object(document)) => Some(document),
        _ => None,
    }
}

fn without_place(table: &Table) -> String {
    let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    let of = table.name.as_deref().map(|name| format!(" of {name}")).unwrap_or_default();
    format!("a table{of} without a place: {}", names.join(", "))
}
