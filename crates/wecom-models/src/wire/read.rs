//! Reading: one visitor for every object, one for every list.

use std::any::type_name;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::unknown::is_asked_for;

/// A value that can be read from JSON, leniently.
pub trait Read<'de>: Sized {
    /// Reads a value; `None` where the JSON says that there is none (`null`, or `""` for a number).
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;

    /// Reads a value; the default where there is none.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>
    where
        Self: Default,
    {
        Ok(Self::read_option(deserializer)?.unwrap_or_default())
    }
}

/// A model that is a JSON object: it takes its fields one by one, by wire name.
pub trait ReadObject: Default {
    /// Puts the value of the field `name` where it belongs, or skips it.
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error>;
}

/// The value of one object field that is about to be read.
pub trait Field<'de>: Sized {
    /// The error of the format that is read.
    type Error: Error;

    /// Reads the value and returns it.
    fn take<T: Read<'de> + Default>(self) -> Result<T, Self::Error>;

    /// Reads the value as a tag. If the field that `content` names for that tag comes next, it is given, too.
    fn take_tag(
        self,
        content: fn(&str) -> Option<&'static str>,
    ) -> Result<(Tag<'de>, Option<Self>), Self::Error>;

    /// Passes over the value: no model has a place for it.
    fn skip(self) -> Result<(), Self::Error>;

    /// Reads the value into its place.
    fn read<T: Read<'de> + Default>(self, slot: &mut T) -> Result<(), Self::Error> {
        *slot = self.take()?;
        Ok(())
    }
}

/// Reads an object of type `T`; `None` for `null`.
pub fn read_object<'de, T: ReadObject, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: ReadObject> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = T::default();
        let mut ahead = Ahead::Unread;
        while let Some(name) = ahead.next_key(&mut map)? {
            let name = name.as_str();
            object.set(name, MapField { name, map: &mut map, ahead: &mut ahead, owner: PhantomData::<T> })?;
        }
        Ok(Some(object))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A key as it stands in the input; it is copied only when it has escapes.
enum Key<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl Key<'_> {
    fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(name) => name,
            Self::Owned(name) => name,
        }
    }
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Key::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Key::Owned(name.to_owned()))
    }
}

/// What comes next in an object, as far as it had to be known in advance.
enum Ahead<'de> {
    Unread,
    Key(Key<'de>),
    End,
}

impl<'de> Ahead<'de> {
    fn next_key<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<Key<'de>>, A::Error> {
        match std::mem::replace(self, Self::Unread) {
            Self::Unread => map.next_key_seed(KeySeed),
            Self::Key(key) => Ok(Some(key)),
            Self::End => Ok(None),
        }
    }
}

/// The value of a field of the type `T`.
struct MapField<'a, 'de, A, T> {
    name: &'a str,
    map: &'a mut A,
    ahead: &'a mut Ahead<'de>,
    owner: PhantomData<T>,
}

impl<'de, A: MapAccess<'de>, T> Field<'de> for MapField<'_, 'de, A, T> {
    type Error = A::Error;

    fn take_tag(
        self,
        content: fn(&str) -> Option<&'static str>,
    ) -> Result<(Tag<'de>, Option<Self>), A::Error> {
        let Self { name, map, ahead, owner } = self;
        let tag: Tag = MapField { name, map: &mut *map, ahead: &mut *ahead, owner }.take()?;
        let Some(name) = content(&tag.text()) else { return Ok((tag, None)) };
        *ahead = match map.next_key_seed(KeySeed)? {
            Some(key) if key.as_str() == name => return Ok((tag, Some(Self { name, map, ahead, owner }))),
            Some(key) => Ahead::Key(key),
            None => Ahead::End,
        };
        Ok((tag, None))
    }

    fn take<V: Read<'de> + Default>(self) -> Result<V, Self::Error> {
        match self.map.next_value_seed(Seed(PhantomData)) {
            Ok(value) => Ok(value),
            Err(error) => Err(within(Segment::Field(self.name), &error)),
        }
    }

    fn skip(self) -> Result<(), Self::Error> {
        if is_asked_for(type_name::<T>(), self.name) {
            return Err(within(Segment::Field(self.name), &A::Error::custom("nobody knows this field")));
        }
        self.map.next_value::<IgnoredAny>().map(|_| ())
    }
}

/// A field whose value was kept as JSON until it was known what it is.
pub(super) struct Kept<'a, E> {
    pub(super) name: &'a str,
    pub(super) value: Value,
    pub(super) error: PhantomData<E>,
}

impl<'de, E: Error> Field<'de> for Kept<'_, E> {
    type Error = E;

    fn take<T: Read<'de> + Default>(self) -> Result<T, E> {
        T::read(self.value).map_err(|error| within(Segment::Field(self.name), &E::custom(error)))
    }

    fn take_tag(self, _content: fn(&str) -> Option<&'static str>) -> Result<(Tag<'de>, Option<Self>), E> {
        Ok((Tag::Kept(self.value), None))
    }

    fn skip(self) -> Result<(), E> {
        if is_asked_for("", self.name) {
            return Err(within(Segment::Field(self.name), &E::custom("nobody knows this field")));
        }
        Ok(())
    }
}

/// The value of a union's tag: text as it stands in the input, anything else as it came.
#[derive(Debug)]
pub enum Tag<'de> {
    /// Text.
    Borrowed(&'de str),
    /// Text with escapes in it, a number, or what else nobody expects.
    Kept(Value),
}

impl Tag<'_> {
    /// What variants are told by.
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
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(TagVisitor).map(Some)
    }
}

struct TagVisitor;

impl<'de> Visitor<'de> for TagVisitor {
    type Value = Tag<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Tag::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Tag::Kept(text.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Tag::Kept(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Tag::Kept(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Tag::Kept(number.into()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Tag::Kept(value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Tag::default())
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Tag::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Tag::Kept)
    }

    /// Numbers come like this, too, where `serde_json` keeps their digits.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Tag::Kept)
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

struct Seed<T>(PhantomData<T>);

impl<'de, T: Read<'de> + Default> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Segment<'a> {
    Field(&'a str),
    Index(usize),
}

/// Puts one more path segment before an error's message: `` `msg_list[3].sender`: invalid type … ``.
///
/// serde has no place for a path, so the message carries it; nothing is spent on it until something fails.
#[cold]
fn within<E: Error>(segment: Segment<'_>, error: &E) -> E {
    E::custom(located(segment, &error.to_string()))
}

/// A message with one more path segment.
pub(super) fn located(segment: Segment<'_>, message: &str) -> String {
    let (path, rest) = match message.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
        Some((path, rest)) => (path, rest),
        None => ("", message),
    };
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    match segment {
        Segment::Field(name) => format!("`{name}{dot}{path}`: {rest}"),
        Segment::Index(index) => format!("`[{index}]{dot}{path}`: {rest}"),
    }
}

impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        T::read_option(deserializer).map(Some)
    }
}

impl<'de, T: Read<'de> + Default> Read<'de> for Box<T> {
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(T::read_option(deserializer)?.map(Box::new))
    }
}

impl<'de, T: Read<'de> + Default> Read<'de> for Vec<T> {
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Read<'de> + Default> Visitor<'de> for ListVisitor<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        loop {
            match seq.next_element_seed(Seed(PhantomData)) {
                Ok(Some(item)) => list.push(item),
                Ok(None) => return Ok(Some(list)),
                Err(error) => return Err(within(Segment::Index(list.len()), &error)),
            }
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

impl<'de, T: Read<'de> + Default> Read<'de> for BTreeMap<String, T> {
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(MapVisitor(PhantomData))
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Read<'de> + Default> Visitor<'de> for MapVisitor<T> {
    type Value = Option<BTreeMap<String, T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(name) = access.next_key::<String>()? {
            let field = MapField {
                name: &name,
                map: &mut access,
                ahead: &mut Ahead::Unread,
                owner: PhantomData::<Self>,
            };
            let value = field.take()?;
            map.insert(name, value);
        }
        Ok(Some(map))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

impl<'de> Read<'de> for Value {
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Value::deserialize(deserializer).map(Some)
    }
}

/// Implements `Deserialize` for a type by its [`Read`].
macro_rules! read_impl {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::Read::read(deserializer)
            }
        }
    )*};
}
pub(crate) use read_impl;

/// Implements `Read` and `Deserialize` for types that implement [`ReadObject`].
macro_rules! read_objects {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> $crate::wire::Read<'de> for $type {
            fn read_option<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                $crate::wire::read_object(deserializer)
            }
        }
        $crate::wire::read_impl! { $type }
    )*};
}
pub(crate) use read_objects;

/// Implements `Read` and `Deserialize` for a type by a visitor whose value is an `Option` of it.
macro_rules! read_value {
    ($type:ty, $visitor:expr) => {
        impl<'de> $crate::wire::Read<'de> for $type {
            fn read_option<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                deserializer.deserialize_any($visitor)
            }
        }
    };
}
pub(crate) use read_value;
