//! Objects: fields are assigned by name.

use std::any::type_name;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::items::Around;
use super::path::{Segment, within};
use super::unknown::{UNKNOWN, is_asked_for};
use super::{Found, Place, Read, Reading, Tag};

/// A model that is a JSON object: it takes its fields one by one, by wire name.
pub trait ReadObject: Default {
    /// Reads the field `name` into its place, or skips it.
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error>;
}

/// The value of one object field that is about to be read.
pub trait Field<'de>: Sized {
    /// The error of the format that is read.
    type Error: Error;

    /// Reads the value into a place that is still empty; the default if there is no value.
    fn read_first<T: Read<'de>>(self, place: &mut T) -> Result<(), Self::Error>;

    /// Reads the value as a tag. If the next field is the one that `content` names for that tag, it is returned, too.
    fn take_tag(
        self,
        content: fn(&str) -> Option<&'static str>,
    ) -> Result<(Tag<'de>, Option<Self>), Self::Error>;

    /// Returns the state of reading the response that contains the field.
    fn reading<'r>(&self) -> &'r Reading
    where
        Self: 'r;

    /// Skips the value, for which no model has a place.
    fn skip(self) -> Result<(), Self::Error>;

    /// Reads the value into its place. A field may come twice: the last one counts.
    fn read<T: Read<'de>>(self, place: &mut T) -> Result<(), Self::Error> {
        place.restart();
        self.read_first(place)
    }

    /// Reads a value that decides, identifies or is paid: an error code, an ID, an amount of money. It is never guessed: one that doesn't fit is an
    /// error, even if reading is lenient.
    fn read_exactly<T: Read<'de>>(self, place: &mut T) -> Result<(), Self::Error> {
        self.reading().exactly(|| self.read(place))
    }

    /// Reads the value and returns it.
    fn take<T: Read<'de>>(self) -> Result<T, Self::Error> {
        let mut value = T::default();
        self.read_first(&mut value)?;
        Ok(value)
    }

    /// Reads the value as a list whose items are in elements named `item`; an empty one counts as absent.
    fn read_items<T, P>(self, item: &'static str, place: &mut P) -> Result<(), Self::Error>
    where
        for<'any> T: Read<'any>,
        P: Default + From<Vec<T>>,
    {
        let mut around = Around { item, items: Vec::new() };
        self.read_first(&mut around)?;
        *place = if around.items.is_empty() { P::default() } else { around.items.into() };
        Ok(())
    }

    /// Reads the value as the content of a variant.
    fn take_as<T: Read<'de>, U>(self, variant: fn(T) -> U) -> Result<U, Self::Error> {
        self.take().map(variant)
    }
}

/// Reads a response, which is an object. Even after a failure, the fields that were read before are in place.
pub fn read_object<'de, T: ReadObject, D: Deserializer<'de>>(
    object: &mut T,
    deserializer: D,
    reading: &Reading,
) -> Result<(), D::Error> {
    deserializer.deserialize_any(Root(object, reading))
}

struct Root<'a, T>(&'a mut T, &'a Reading);

impl<'de, T: ReadObject> Visitor<'de> for Root<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(OBJECT)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Self(object, reading) = self;
        reading.enter()?;
        let result = fill(object, &mut Entries::new(map, reading));
        reading.leave();
        result.map(|_| ())
    }
}

/// The name of an object in errors.
pub(crate) const OBJECT: &str = "an object";

/// Reads the fields of an object.
pub(crate) fn fill<'de, T: ReadObject, A: MapAccess<'de>>(
    object: &mut T,
    entries: &mut Entries<'_, 'de, A>,
) -> Result<Found, A::Error> {
    entries.owner = type_name::<T>();
    let mut name = Key::default();
    while entries.next_key(&mut name)? {
        let name = name.as_str();
        object.set(name, MapField { name, entries: &mut *entries })?;
    }
    Ok(Found::Value)
}

/// A key as it is in the input; it is copied only if it has escapes.
#[derive(Debug)]
pub enum Key<'de> {
    /// The key as it is in the input.
    Borrowed(&'de str),
    /// The key with its escapes resolved.
    Owned(String),
}

impl Key<'_> {
    /// Returns the key.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(name) => name,
            Self::Owned(name) => name,
        }
    }

    fn into_string(self) -> String {
        match self {
            Self::Borrowed(name) => name.to_owned(),
            Self::Owned(name) => name,
        }
    }
}

/// No key yet.
impl Default for Key<'_> {
    fn default() -> Self {
        Self::Borrowed("")
    }
}

/// The place that a key is read into.
struct KeyPlace<'a, 'de>(&'a mut Key<'de>);

impl<'de> DeserializeSeed<'de> for KeyPlace<'_, 'de> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeyPlace<'_, 'de> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Found, E> {
        *self.0 = Key::Borrowed(name);
        Ok(Found::Value)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Found, E> {
        self.visit_string(name.to_owned())
    }

    fn visit_string<E: Error>(self, name: String) -> Result<Found, E> {
        *self.0 = Key::Owned(name);
        Ok(Found::Value)
    }
}

/// The entries of an object that haven't been read yet.
#[derive(Debug)]
pub struct Entries<'r, 'de, A> {
    map: A,
    ahead: Ahead<'de>,
    /// The type that has these fields; none for those of a map.
    owner: &'static str,
    reading: &'r Reading,
}

/// The next key of an object, if it was read ahead.
#[derive(Debug)]
enum Ahead<'de> {
    Unread,
    Key(Key<'de>),
    End,
}

impl<'r, 'de, A: MapAccess<'de>> Entries<'r, 'de, A> {
    pub(super) fn new(map: A, reading: &'r Reading) -> Self {
        Self { map, ahead: Ahead::Unread, owner: "", reading }
    }

    /// Returns the state of reading the response that contains them.
    pub(crate) fn reading(&self) -> &'r Reading {
        self.reading
    }

    /// Reads the next key, and returns whether there is one.
    #[inline]
    fn next_key(&mut self, key: &mut Key<'de>) -> Result<bool, A::Error> {
        if matches!(self.ahead, Ahead::Unread) {
            return Ok(self.map.next_key_seed(KeyPlace(key))?.is_some());
        }
        match std::mem::replace(&mut self.ahead, Ahead::Unread) {
            Ahead::Key(next) => *key = next,
            Ahead::Unread | Ahead::End => return Ok(false),
        }
        Ok(true)
    }

    /// Reads the next key, and keeps it for the next read if it isn't the wanted one.
    fn next_key_is(&mut self, wanted: &str) -> Result<bool, A::Error> {
        let mut key = Key::default();
        self.ahead = match self.next_key(&mut key)? {
            true if key.as_str() == wanted => return Ok(true),
            true => Ahead::Key(key),
            false => Ahead::End,
        };
        Ok(false)
    }

    /// Returns whether there are none.
    pub(super) fn is_empty(&mut self) -> Result<bool, A::Error> {
        let mut key = Key::default();
        self.ahead = if self.next_key(&mut key)? { Ahead::Key(key) } else { Ahead::End };
        Ok(matches!(self.ahead, Ahead::End))
    }

    /// Returns the digits of a number that arrives as an object: see [`DIGITS`].
    pub(super) fn digits(&mut self) -> Result<Option<String>, A::Error> {
        if self.next_key_is(DIGITS)? { self.map.next_value().map(Some) } else { Ok(None) }
    }

    /// Reads all entries into a map, one by one; the callback returns the map's length after each.
    pub(super) fn read_each<T: Read<'de>>(
        &mut self,
        mut insert: impl FnMut(String, T) -> usize,
    ) -> Result<(), A::Error> {
        let (mut name, mut len) = (Key::default(), 0);
        while self.next_key(&mut name)? {
            let value = MapField { name: name.as_str(), entries: &mut *self }.take()?;
            self.reading.make_entry::<T, A::Error>(len)?;
            len = insert(std::mem::take(&mut name).into_string(), value);
        }
        Ok(())
    }
}

/// The form of numbers if `serde_json` has its feature `arbitrary_precision`, which any crate of a program can enable
/// for all: objects with this one field, which contains the digits as text.
const DIGITS: &str = "$serde_json::private::Number";

/// The value of one entry.
struct MapField<'a, 'r, 'de, A> {
    name: &'a str,
    entries: &'a mut Entries<'r, 'de, A>,
}

impl<'de, A: MapAccess<'de>> Field<'de> for MapField<'_, '_, 'de, A> {
    type Error = A::Error;

    fn read_first<T: Read<'de>>(self, place: &mut T) -> Result<(), A::Error> {
        match self.entries.map.next_value_seed(Place(&mut *place, self.entries.reading)) {
            Ok(found) => {
                found.settle(place);
                Ok(())
            }
            Err(error) => Err(within(Segment::Field(self.name), &error)),
        }
    }

    fn take_tag(
        self,
        content: fn(&str) -> Option<&'static str>,
    ) -> Result<(Tag<'de>, Option<Self>), A::Error> {
        let Self { name, entries } = self;
        let tag: Tag = MapField { name, entries: &mut *entries }.take()?;
        let next = match content(&tag.text()) {
            Some(name) if entries.next_key_is(name)? => Some(Self { name, entries }),
            _ => None,
        };
        Ok((tag, next))
    }

    fn reading<'s>(&self) -> &'s Reading
    where
        Self: 's,
    {
        self.entries.reading
    }

    fn skip(self) -> Result<(), Self::Error> {
        if is_asked_for(self.entries.owner, self.name) {
            return Err(within(Segment::Field(self.name), &A::Error::custom(UNKNOWN)));
        }
        self.entries.map.next_value::<IgnoredAny>().map(|_| ())
    }
}

/// The maximum size of a model in bytes, including everything but its lists, maps and text. A list of empty objects
/// takes as many bytes for each `{}`, and a default is written and dropped for each: a larger model should be split.
#[cfg(test)]
pub(crate) const LARGEST: usize = 1800;

/// Implements `Read` and `Deserialize` for types that implement [`ReadObject`].
macro_rules! read_objects {
    ($($type:ty),* $(,)?) => {$(
        // Only in tests: features of serde_json change the size of a `Value`, and any program may enable them.
        #[cfg(test)]
        const _: () = assert!(
            size_of::<$type>() <= $crate::wire::LARGEST,
            concat!("`", stringify!($type), "` takes more bytes than `wire::LARGEST`")
        );

        impl<'de> $crate::wire::Read<'de> for $type {
            const EXPECTED: &'static str = $crate::wire::OBJECT;

            fn read_map<A: serde::de::MapAccess<'de>>(
                &mut self,
                entries: &mut $crate::wire::Entries<'_, 'de, A>,
            ) -> Result<$crate::wire::Found, A::Error> {
                $crate::wire::fill(self, entries)
            }

            fn restart(&mut self) {
                *self = Self::default();
            }
        }
        $crate::wire::read_impl! { $type }
    )*};
}
pub(crate) use read_objects;
