//! Compares documents: how they are distinguished, and their contents.

use serde_json::Value;

use super::examples::Numbered;
use super::spot::{Both, Side, Spot};
use super::structs::{Structs, inside};
use super::{Comparison, Rule, listed};
use crate::api::{Document, Module, page_url};
use crate::spec::{Shown, payload};

/// A document and its module.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) module: &'a Module,
    pub(super) event: &'a Document,
}

impl<'a> Told<'a> {
    /// Returns those of some modules.
    pub(super) fn of(modules: &'a [Module]) -> Vec<Self> {
        let of = |module: &'a Module| module.documents.iter().map(move |event| Self { module, event });
        modules.iter().flat_map(of).collect()
    }

    pub(super) fn spot(&self, side: Side) -> Spot {
        Spot::document(side, self.module, self.event)
    }

    /// Returns whether both have a value on the wire in common.
    pub(super) fn is_told_as(&self, other: &Self) -> bool {
        self.event.kind == other.event.kind
            && self.event.wire.iter().any(|wire| other.event.wire.contains(wire))
    }
}

impl Comparison<'_> {
    pub(super) fn document_in(&mut self, side: Side, told: &Told<'_>) {
        let spot = told.spot(side);
        let rust = &spot.rust;
        match side {
            Side::Base => self.one(Rule::CallbackRemoved, &spot, format!("`{rust}` is gone")),
            Side::Head => {
                let wires = listed(told.event.wire.iter().map(String::as_str));
                self.one(Rule::CallbackAdded, &spot, format!("`{rust}` is new: {wires}"));
            }
        }
    }

    /// Compares a document that is in both specs; its module may have another name.
    pub(super) fn document(&mut self, base: &Told<'_>, head: &Told<'_>, same_module: bool) {
        let both = Both { base: base.spot(Side::Base), head: head.spot(Side::Head) };
        let (old, new) = (&both.base.rust, &both.head.rust);
        if !same_module {
            self.both(Rule::CallbackMoved, &both, format!("`{old}` has moved to `{new}`"));
        } else if base.event.ty != head.event.ty {
            self.both(Rule::CallbackRenamed, &both, format!("`{old}` is renamed to `{new}`"));
        }
        let (b, h) = (base.event, head.event);
        let is_sent = h.part().is_sent();
        if b.wire != h.wire {
            let wires = listed(h.wire.iter().map(String::as_str));
            let meaning = if is_sent {
                format!("`{new}` is sent as {wires}")
            } else {
                format!("handlers of `{new}` take {wires}")
            };
            self.both(Rule::CallbackWireChanged, &inside(&both, "wire"), meaning);
        }
        let (old_page, new_page) = (page_url(&b.doc), page_url(&h.doc));
        if (&b.title, &old_page, b.doc.id) != (&h.title, &new_page, h.doc.id) {
            let meaning = format!("the page of `{new}` is [{}]({new_page})", h.title);
            self.both(Rule::CallbackDocsChanged, &both, meaning);
        }
        let rules = |told: &Told<'_>| {
            let structure = told.module.structure(&told.event.ty);
            structure.map(|structure| structure.rules.clone()).unwrap_or_default()
        };
        if b.words() != h.words() || b.deadline != h.deadline || (!is_sent && rules(base) != rules(head)) {
            self.both(Rule::CallbackDocsChanged, &both, format!("the documentation of `{new}` changed"));
        }
        self.examples(&numbered(&b.examples), &numbered(&h.examples), &both);
        let structs = (base.module.structure(&b.ty), head.module.structure(&h.ty));
        let (Some(old), Some(new)) = structs else { return };
        let stem = base.module.stem();
        let structs = Structs { module: &stem, base: old, head: new, spots: &both };
        self.fields(&structs, |spot| spot.path.key(h.part().key()));
        if is_sent {
            self.rules(&structs, &both);
        }
    }
}

/// Returns the examples as values, so that spaces and line breaks don't matter.
fn numbered(examples: &[Shown]) -> Vec<Numbered<'_>> {
    let values = examples.iter().map(|shown| {
        let read: Result<Value, &str> = payload::parse(&shown.payload).map_err(|_| shown.payload.as_str());
        [read, Ok(Value::Null)]
    });
    values.enumerate().map(|(index, values)| Numbered { index, values, answers: false }).collect()
}
