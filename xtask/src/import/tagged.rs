//! Objects with a field that says which of the fields beside it is present.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::naming::pascal;
use super::sighting::ObjectSighting;
use crate::pages::phrases;
use crate::pages::tree::{Fields, Node};
use crate::spec::{Repr, names, wire_text};

/// A tag, and the fields beside it from which it selects.
pub(super) struct Tagged {
    pub tag: String,
    pub repr: Repr,
    /// By tag: the field with the content.
    pub variants: IndexMap<String, Option<String>>,
}

impl Tagged {
    pub(super) fn contents(&self) -> impl Iterator<Item = &String> {
        self.variants.values().flatten()
    }

    /// Finds the tag of some objects, if every one of them has the content that its tag names and none that another
    /// tag names.
    pub(super) fn find(object: ObjectSighting<'_>) -> Option<Self> {
        let ObjectSighting { fields, shown: objects, .. } = object;
        let always = |node: &Node<'_>| node.values.len() == objects.len();
        let held = LazyCell::new(|| held(fields, objects));
        let tags = fields.iter().filter(|(_, node)| always(node) && node.fields.is_empty());
        tags.into_iter().find_map(|(tag, node)| {
            let text = node.values.iter().all(|value| value.is_string());
            let number = node.values.iter().all(|value| value.is_i64());
            let found = if text {
                Self::by_name(tag, node, fields)
            } else if number && !objects.is_empty() {
                held.as_ref().and_then(|held| Self::by_number(tag, held, objects))
            } else {
                None
            };
            found.filter(|tagged| objects.iter().all(|object| tagged.holds(object)))
        })
    }

    fn by_name(tag: &str, node: &Node<'_>, fields: &Fields<'_>) -> Option<Self> {
        let shown = node.values.iter().filter_map(|value| value.as_str()).map(str::to_owned);
        let documented = phrases::values(node.row().map(|row| row.doc.as_str()).unwrap_or_default(), true);
        let documented =
            documented.into_iter().map(|value| value.wire).filter(|wire| fields.contains_key(wire));
        // Contents that are only in a table, beside those in examples.
        let kind = |name: &String| fields.get(name).is_some_and(|node| !node.fields.is_empty());
        // Messages always name their type in this way, whether or not the table lists the types.
        let untold = |name: &&String| fields.get(*name).is_some_and(|node| node.values.is_empty());
        let kinds = fields.keys().filter(|name| tag == "msgtype" && kind(name)).filter(untold).cloned();
        let content = |wire: &String| (wire != tag && kind(wire)).then(|| wire.clone());
        let wires = shown.chain(documented).chain(kinds);
        let variants: IndexMap<String, Option<String>> =
            wires.map(|wire| (wire.clone(), content(&wire))).collect();
        let several = variants.values().flatten().count() > 1;
        let named = variants.keys().all(|wire| names::is_identifier(&pascal(wire)));
        (several && named).then(|| Self { tag: tag.to_owned(), repr: Repr::String, variants })
    }

    /// Finds a numeric tag. `held` is the one content of each object.
    fn by_number(tag: &str, held: &[Option<&str>], objects: &[&Map<String, Value>]) -> Option<Self> {
        let mut variants: IndexMap<String, Option<String>> = IndexMap::new();
        for (object, held) in objects.iter().zip(held) {
            let wire = object.get(tag)?.to_string();
            let known = variants.entry(wire).or_insert_with(|| held.map(str::to_owned));
            if known.as_deref() != *held {
                return None;
            }
        }
        let keys = || variants.values().flatten();
        let distinct: HashSet<&String> = keys().collect();
        let all: HashSet<&str> = held.iter().copied().flatten().collect();
        let complete = distinct.len() == keys().count() && distinct.len() == all.len() && all.len() > 1;
        complete.then(|| Self { tag: tag.to_owned(), repr: Repr::Int, variants })
    }

    fn holds(&self, object: &Map<String, Value>) -> bool {
        let Some(tag) = object.get(&self.tag) else { return false };
        let Some(own) = self.variants.get(&wire_text(tag)) else { return false };
        let complete = own.as_ref().is_none_or(|own| object.get(own).is_some_and(|value| !value.is_null()));
        complete && self.contents().all(|key| Some(key) == own.as_ref() || !object.contains_key(key))
    }
}

/// Returns, for each object, the one object in it that not all of them have; nothing if some have several.
fn held<'o>(fields: &Fields<'_>, objects: &[&'o Map<String, Value>]) -> Option<Vec<Option<&'o str>>> {
    let is_content = |name: &str| {
        fields.get(name).is_some_and(|node| {
            node.values.len() < objects.len() && node.values.iter().all(|value| value.is_object())
        })
    };
    let contents: HashSet<&str> = objects
        .iter()
        .flat_map(|object| object.keys())
        .map(String::as_str)
        .collect::<HashSet<&str>>()
        .into_iter()
        .filter(|name| is_content(name))
        .collect();
    let held = objects.iter().map(|object| {
        let mut held = object.keys().map(String::as_str).filter(|name| contents.contains(name));
        let one = held.next();
        held.next().is_none().then_some(one)
    });
    held.collect()
}

/// Returns whether a field's values name fields beside it, though not in the way of a union.
pub(super) fn looks_tagged(fields: &Fields<'_>) -> bool {
    fields.iter().any(|(name, node)| {
        let names = node.values.iter().filter_map(|value| value.as_str());
        let beside: BTreeSet<&str> =
            names.filter(|wire| *wire != name && fields.contains_key(*wire)).collect();
        beside.len() > 1
    })
}
