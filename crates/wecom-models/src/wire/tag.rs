//! Tags of unions, and fields that wait for theirs.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed as _, Error, MapAccess, SeqAccess};
use serde_json::Value;

use super::path::{Segment, within};
use super::unknown::{UNKNOWN, is_asked_for};
use super::{Entries, Field, Found, Place, Read, Reading, Scalar};

/// A field whose value was kept as JSON until its type was known.
pub(super) struct Kept<'a, E> {
    /// The field's name, if the path of an error doesn't have it yet.
    pub(super) name: Option<&'a str>,
    pub(super) value: Value,
    pub(super) reading: &'a Reading,
    pub(super) error: PhantomData<E>,
}

impl<'de, E: Error> Field<'de> for Kept<'_, E> {
    type Error = E;

    fn read_first<T: Read<'de>>(self, place: &mut T) -> Result<(), E> {
        match Place(&mut *place, self.reading).deserialize(self.value) {
            Ok(found) => {
                found.settle(place);
                Ok(())
            }
            Err(error) => {
                let error = E::custom(error);
                Err(self.name.map_or_else(|| E::custom(&error), |name| within(Segment::Field(name), &error)))
            }
        }
    }

    fn take_tag(self, _content: fn(&str) -> Option<&'static str>) -> Result<(Tag<'de>, Option<Self>), E> {
        Ok((Tag::Kept(self.value), None))
    }

    fn reading<'r>(&self) -> &'r Reading
    where
        Self: 'r,
    {
        self.reading
    }

    fn skip(self) -> Result<(), E> {
        match self.name {
            Some(name) if is_asked_for("", name) => Err(within(Segment::Field(name), &E::custom(UNKNOWN))),
            _ => Ok(()),
        }
    }
}

/// The value of a union's tag: text that borrows from the input, or anything else as received.
#[derive(Debug)]
pub enum Tag<'de> {
    /// Text.
    Borrowed(&'de str),
    /// Text with escapes in it, a number, or another unexpected value.
    Kept(Value),
}

impl Tag<'_> {
    /// Returns the text that identifies the variant.
    #[inline]
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Borrowed(text) => Cow::Borrowed(text),
            Self::Kept(Value::String(text)) => Cow::Borrowed(text),
            Self::Kept(other) => Cow::Owned(other.to_string()),
        }
    }
}

/// No tag.
impl Default for Tag<'_> {
    fn default() -> Self {
        Self::Kept(Value::Null)
    }
}

impl<'de> Read<'de> for Tag<'de> {
    const EXPECTED: &'static str = "a tag";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<Found, E> {
        *self = match scalar {
            Scalar::Borrowed(text) => Self::Borrowed(text),
            other => Self::Kept(other.into()),
        };
        Ok(Found::Value)
    }

    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<Found, A::Error> {
        let mut value = Value::Null;
        value.read_list(list, reading)?;
        *self = Self::Kept(value);
        Ok(Found::Value)
    }

    fn read_map<A: MapAccess<'de>>(&mut self, entries: &mut Entries<'_, 'de, A>) -> Result<Found, A::Error> {
        let mut value = Value::Null;
        value.read_map(entries)?;
        *self = Self::Kept(value);
        Ok(Found::Value)
    }
}

impl From<Tag<'_>> for Value {
    fn from(tag: Tag<'_>) -> Self {
        match tag {
            Tag::Borrowed(text) => Self::String(text.to_owned()),
            Tag::Kept(value) => value,
        }
    }
}
