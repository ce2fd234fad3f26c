//! Detects whether a response comes from its endpoint at all: for responses without `errcode`.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use wecom_models::wire::{Field, Read, ReadObject, Reading, Tag};

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
