//! Whether an answer is one of its endpoint's at all. Asked only of answers without `errcode`.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use serde::de::{Error as _, IgnoredAny};
use wecom_models::wire::{Field, Read, ReadObject, Reading, Tag};

/// Whether any field of a JSON object is one of a model's.
pub(crate) fn is_documented<R: ReadObject>(text: &str) -> bool {
    let reading = Reading::default();
    let Ok(fields) = serde_json::from_str::<BTreeMap<Cow<'_, str>, IgnoredAny>>(text) else { return false };
    fields.keys().any(|name| {
        let known = Cell::new(true);
        let probe = Probe { known: &known, reading: &reading };
        // The probe holds no value: only whether the model wants it matters.
        let _ = R::default().set(name, probe);
        known.get()
    })
}

/// A field that only says whether a model has a place for it.
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
        Err(Self::Error::custom("a probe holds no tag"))
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
