//! Detects whether a response comes from its endpoint at all, for responses without `errcode`, and whether one that reports an
//! error lists what failed.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use wecom_models::wire::{Field, Read, ReadObject, Reading, Tag, read_object};

/// Returns whether the list of this name in a JSON object has items.
pub(crate) fn has_items(text: &str, name: &str) -> bool {
    let mut list = List { name, items: Vec::new() };
    let mut json = serde_json::Deserializer::from_str(text);
    let read = read_object(&mut list, &mut json, &Reading::default());
    read.is_ok() && !list.items.is_empty()
}

/// One list of an object.
#[derive(Default)]
struct List<'n> {
    name: &'n str,
    items: Vec<Value>,
}

impl ReadObject for List<'_> {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        if name == self.name { field.read(&mut self.items) } else { field.skip() }
    }
}

/// Returns whether a model knows any field of a JSON object.
pub(crate) fn is_documented<R: ReadObject>(text: &str) -> bool {
    let reading = Reading::default();
    let Ok(Names(names)) = serde_json::from_str(text) else { return false };
    names.into_iter().any(|name| {
        let known = Cell::new(true);
        let probe = Probe { known: &known, reading: &reading };
        // The probe has no value: only whether the model reads it matters.
        let _ = R::default().set(&name, probe);
        known.get()
    })
}

/// The names of an object's fields.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}

/// A field that only records whether a model has a place for it.
struct Probe<'p> {
    known: &'p Cell<bool>,
    reading: &'p Reading,
}

impl<'de> Field<'de> for Probe<'_> {
    type Error = serde_json::Error;

    fn read_first<T: Read<'de>>(self, _place: &mut T) -> Result<(), Self::Error> {
        Ok(())
    }

    fn take_tag(
        self,
        _content: fn(&str) -> Option<&'static str>,
    ) -> Result<(Tag<'de>, Option<Self>), Self::Error> {
        Err(Self::Error::custom("a probe has no tag"))
    }

    fn reading<'r>(&self) -> &'r Reading
    where
        Self: 'r,
    {
        self.reading
    }

    fn skip(self) -> Result<(), Self::Error> {
        self.known.set(false);
        Ok(())
    }
}
