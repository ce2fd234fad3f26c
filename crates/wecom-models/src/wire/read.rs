//! Reading: one visitor for everything, which reads values into their places.
//!
//! A value is read where it will stay, so a level of nesting costs the stack a few pointers and not a few copies of a
//! struct. What nothing looks like (`""`, `[]`, `{}`, `null`) and what one looks like where a list belongs is decided
//! here, for every type.

use std::any::type_name;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::{Map, Value};

use super::unknown::is_asked_for;

/// How an answer is read, and how much of it may still follow.
///
/// Depth and memory are those of the whole answer, whatever layers of JSON in strings it has.
#[derive(Debug)]
pub struct Reading {
    /// How many objects and lists may still be opened in the one that is being read.
    depth: Cell<usize>,
    /// How many bytes lists and maps may still take.
    memory: Cell<usize>,
    /// Whether JSON in strings is mended before it is read.
    mends: bool,
}

impl Reading {
    /// How deep an answer may nest: several times deeper than any that is documented.
    pub const DEPTH: usize = 64;
    /// How many bytes the lists and maps of an answer may take, unless something else is said.
    pub const MEMORY: usize = 64 << 20;

    /// Reads an answer whose lists and maps take no more than so many bytes.
    pub fn new(memory: usize) -> Self {
        Self { depth: Cell::new(Self::DEPTH), memory: Cell::new(memory), mends: false }
    }

    /// Mends JSON in strings before it is read: see [`mend`](super::mend).
    #[must_use]
    pub fn mending(mut self) -> Self {
        self.mends = true;
        self
    }

    pub(crate) fn mends(&self) -> bool {
        self.mends
    }

    /// Goes one level deeper. `leave` comes back, also from what can't be read.
    pub(crate) fn enter<E: Error>(&self) -> Result<(), E> {
        self.depth.set(self.depth.get().checked_sub(1).ok_or_else(too_deep)?);
        Ok(())
    }

    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get() + 1);
    }

    /// Takes memory for so many more values of a type.
    fn charge<T, E: Error>(&self, count: usize) -> Result<(), E> {
        let left = count.checked_mul(size_of::<T>()).and_then(|size| self.memory.get().checked_sub(size));
        self.memory.set(left.ok_or_else(too_large)?);
        Ok(())
    }

    /// Makes room for one more item of a list.
    fn make_room<T, E: Error>(&self, list: &Vec<T>) -> Result<(), E> {
        // A list begins with room for four, and doubles when that is full.
        if list.len() == list.capacity() { self.charge::<T, E>(list.len().max(4)) } else { Ok(()) }
    }

    /// Takes memory for one more entry of a map that has so many.
    pub(crate) fn make_entry<T, E: Error>(&self, len: usize) -> Result<(), E> {
        // A node of the tree has room for eleven, and most are half full.
        self.charge::<(String, T), E>(if len == 0 { 11 } else { 2 })
    }
}

impl Default for Reading {
    fn default() -> Self {
        Self::new(Self::MEMORY)
    }
}

#[cold]
fn too_deep<E: Error>() -> E {
    E::custom(format_args!("nested more than {} levels deep", Reading::DEPTH))
}

#[cold]
fn too_large<E: Error>() -> E {
    E::custom("more items than there is memory for; the limit can be raised")
}

/// A value that is neither a list nor an object, as it stands in the input.
#[derive(Clone, Copy, Debug)]
pub enum Scalar<'a, 'de> {
    /// Text of the input itself.
    Borrowed(&'de str),
    /// Text with escapes in it.
    Text(&'a str),
    /// A number below zero.
    Signed(i64),
    /// A number.
    Unsigned(u64),
    /// A number with a fraction, or one beyond 64 bits.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
}

impl<'a, 'de: 'a> Scalar<'a, 'de> {
    /// The text, if it is text.
    pub fn text(self) -> Option<&'a str> {
        let scalar: Scalar<'a, 'a> = self;
        match scalar {
            Scalar::Borrowed(text) | Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is text without anything in it.
    pub fn is_blank(self) -> bool {
        self.text().is_some_and(|text| text.trim_ascii().is_empty())
    }

    fn unexpected(self) -> Unexpected<'a> {
        let scalar: Scalar<'a, 'a> = self;
        match scalar {
            Scalar::Borrowed(text) | Scalar::Text(text) => Unexpected::Str(text),
            Scalar::Signed(number) => Unexpected::Signed(number),
            Scalar::Unsigned(number) => Unexpected::Unsigned(number),
            Scalar::Float(number) => Unexpected::Float(number),
            Scalar::Bool(value) => Unexpected::Bool(value),
        }
    }

    /// The error that this is of another type.
    #[cold]
    pub(crate) fn of_another_type<E: Error>(self, expected: &str) -> E {
        E::invalid_type(self.unexpected(), &expected)
    }

    /// The error that this is a value which the type doesn't have.
    #[cold]
    pub(crate) fn not_a_value<E: Error>(self, expected: &str) -> E {
        E::invalid_value(self.unexpected(), &expected)
    }
}

impl From<Scalar<'_, '_>> for Value {
    fn from(scalar: Scalar<'_, '_>) -> Self {
        match scalar {
            Scalar::Borrowed(text) | Scalar::Text(text) => text.into(),
            Scalar::Signed(number) => number.into(),
            Scalar::Unsigned(number) => number.into(),
            Scalar::Float(number) => number.into(),
            Scalar::Bool(value) => value.into(),
        }
    }
}

/// A value that is read from JSON, leniently, into the place where it stays.
///
/// Each function tells whether there is a value: `null`, and what nothing looks like, is none. A type has those that fit
/// it; the others take nothing, and a list of one.
pub trait Read<'de>: Default {
    /// What an error says was expected.
    const EXPECTED: &'static str;

    /// Reads text, a number or a boolean.
    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<bool, E> {
        if scalar.is_blank() { Ok(false) } else { Err(scalar.of_another_type(Self::EXPECTED)) }
    }

    /// Reads text that can be kept.
    fn read_string<E: Error>(&mut self, text: String, reading: &Reading) -> Result<bool, E> {
        self.read_scalar(Scalar::Text(&text), reading)
    }

    /// Reads a list.
    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<bool, A::Error> {
        let present = list.next_element_seed(Place(self, reading))?.unwrap_or_default();
        match list.next_element::<IgnoredAny>()? {
            None => Ok(present),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &Self::EXPECTED)),
        }
    }

    /// Reads an object.
    fn read_map<A: MapAccess<'de>>(
        &mut self,
        entries: &mut Entries<'de, A>,
        reading: &Reading,
    ) -> Result<bool, A::Error> {
        match entries.next_key()? {
            None => Ok(false),
            Some(key) if key.as_str() == DIGITS => {
                let digits = entries.map.next_value::<String>()?;
                self.read_scalar(number(&digits), reading)
            }
            Some(_) => Err(A::Error::invalid_type(Unexpected::Map, &Self::EXPECTED)),
        }
    }

    /// Forgets what a place may hold already, where reading wouldn't replace it.
    fn restart(&mut self) {}
}

/// How numbers come where `serde_json` is built with its feature `arbitrary_precision`, which any crate of a program can
/// turn on for all: as objects of this one field, with the digits as text.
const DIGITS: &str = "$serde_json::private::Number";

/// A number that is given by its digits.
fn number(digits: &str) -> Scalar<'_, 'static> {
    if let Ok(number) = digits.parse::<u64>() {
        Scalar::Unsigned(number)
    } else if let Ok(number) = digits.parse::<i64>() {
        Scalar::Signed(number)
    } else if let Ok(number) = digits.parse::<f64>() {
        Scalar::Float(number)
    } else {
        Scalar::Text(digits)
    }
}

/// Reads a value that is no part of an answer; the default where there is none.
pub fn read<'de, T: Read<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    Place(&mut value, &Reading::default()).deserialize(deserializer)?;
    Ok(value)
}

/// Where a value is read to.
pub(crate) struct Place<'a, T>(pub(crate) &'a mut T, pub(crate) &'a Reading);

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Place<'_, T> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Read<'de>> Visitor<'de> for Place<'_, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<bool, E> {
        self.0.read_scalar(Scalar::Borrowed(text), self.1)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        self.0.read_scalar(Scalar::Text(text), self.1)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<bool, E> {
        self.0.read_string(text, self.1)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<bool, E> {
        self.0.read_scalar(Scalar::Signed(number), self.1)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
        self.0.read_scalar(Scalar::Unsigned(number), self.1)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<bool, E> {
        self.0.read_scalar(Scalar::Float(number), self.1)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        self.0.read_scalar(Scalar::Bool(value), self.1)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        let Self(value, reading) = self;
        reading.enter()?;
        let result = value.read_list(&mut list, reading);
        reading.leave();
        result
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        let Self(value, reading) = self;
        reading.enter()?;
        let result = value.read_map(&mut Entries { map, ahead: Ahead::Unread }, reading);
        reading.leave();
        result
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_none<E: Error>(self) -> Result<bool, E> {
        Ok(false)
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

    /// Reads the value into a place that holds nothing yet; the default where there is no value.
    fn read_first<T: Read<'de>>(self, place: &mut T) -> Result<(), Self::Error>;

    /// Reads the value as a tag. If the field that `content` names for that tag comes next, it is given, too.
    fn take_tag(
        self,
        content: fn(&str) -> Option<&'static str>,
    ) -> Result<(Tag<'de>, Option<Self>), Self::Error>;

    /// How the answer is read that the field is a part of.
    fn reading<'r>(&self) -> &'r Reading
    where
        Self: 'r;

    /// Passes over the value: no model has a place for it.
    fn skip(self) -> Result<(), Self::Error>;

    /// Reads the value into its place. A field may come twice: the last one counts.
    fn read<T: Read<'de>>(self, place: &mut T) -> Result<(), Self::Error> {
        place.restart();
        self.read_first(place)
    }

    /// Reads the value and returns it.
    fn take<T: Read<'de>>(self) -> Result<T, Self::Error> {
        let mut value = T::default();
        self.read_first(&mut value)?;
        Ok(value)
    }

    /// Reads the value as the content of a variant.
    fn take_as<T: Read<'de>, U>(self, variant: fn(T) -> U) -> Result<U, Self::Error> {
        self.take().map(variant)
    }
}

/// Reads an answer, which is an object. What has been read until something fails is in its place all the same.
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
        let result = fill(object, &mut Entries { map, ahead: Ahead::Unread }, reading);
        reading.leave();
        result.map(|_| ())
    }
}

/// What an error calls an object.
pub(crate) const OBJECT: &str = "an object";

/// Reads the fields of an object.
pub(crate) fn fill<'de, T: ReadObject, A: MapAccess<'de>>(
    object: &mut T,
    entries: &mut Entries<'de, A>,
    reading: &Reading,
) -> Result<bool, A::Error> {
    while let Some(name) = entries.next_key()? {
        let name = name.as_str();
        let owner = type_name::<T>();
        object.set(name, MapField { name, owner, entries: &mut *entries, reading })?;
    }
    Ok(true)
}

/// A key as it stands in the input; it is copied only when it has escapes.
#[derive(Debug)]
pub enum Key<'de> {
    /// As it stands in the input.
    Borrowed(&'de str),
    /// What its escapes stand for.
    Owned(String),
}

impl Key<'_> {
    /// The key.
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

    fn visit_string<E: Error>(self, name: String) -> Result<Self::Value, E> {
        Ok(Key::Owned(name))
    }
}

/// The entries of an object that haven't been read yet.
#[derive(Debug)]
pub struct Entries<'de, A> {
    map: A,
    ahead: Ahead<'de>,
}

/// What comes next in an object, as far as it had to be known in advance.
#[derive(Debug)]
enum Ahead<'de> {
    Unread,
    Key(Key<'de>),
    End,
}

impl<'de, A: MapAccess<'de>> Entries<'de, A> {
    pub(crate) fn next_key(&mut self) -> Result<Option<Key<'de>>, A::Error> {
        match std::mem::replace(&mut self.ahead, Ahead::Unread) {
            Ahead::Unread => self.map.next_key_seed(KeySeed),
            Ahead::Key(key) => Ok(Some(key)),
            Ahead::End => Ok(None),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&mut self) -> Result<bool, A::Error> {
        self.ahead = self.next_key()?.map_or(Ahead::End, Ahead::Key);
        Ok(matches!(self.ahead, Ahead::End))
    }
}

struct MapField<'a, 'de, A> {
    name: &'a str,
    /// The type whose field it is.
    owner: &'static str,
    entries: &'a mut Entries<'de, A>,
    reading: &'a Reading,
}

impl<'de, A: MapAccess<'de>> Field<'de> for MapField<'_, 'de, A> {
    type Error = A::Error;

    fn read_first<T: Read<'de>>(self, place: &mut T) -> Result<(), A::Error> {
        match self.entries.map.next_value_seed(Place(&mut *place, self.reading)) {
            Ok(true) => Ok(()),
            Ok(false) => {
                *place = T::default();
                Ok(())
            }
            Err(error) => Err(within(Segment::Field(self.name), &error)),
        }
    }

    fn take_tag(
        self,
        content: fn(&str) -> Option<&'static str>,
    ) -> Result<(Tag<'de>, Option<Self>), A::Error> {
        let Self { name, owner, entries, reading } = self;
        let tag: Tag = MapField { name, owner, entries: &mut *entries, reading }.take()?;
        let Some(name) = content(&tag.text()) else { return Ok((tag, None)) };
        match entries.next_key()? {
            Some(key) if key.as_str() == name => {
                return Ok((tag, Some(Self { name, owner, entries, reading })));
            }
            Some(key) => entries.ahead = Ahead::Key(key),
            None => entries.ahead = Ahead::End,
        }
        Ok((tag, None))
    }

    fn reading<'r>(&self) -> &'r Reading
    where
        Self: 'r,
    {
        self.reading
    }

    fn skip(self) -> Result<(), Self::Error> {
        if is_asked_for(self.owner, self.name) {
            return Err(within(Segment::Field(self.name), &A::Error::custom(UNKNOWN)));
        }
        self.entries.map.next_value::<IgnoredAny>().map(|_| ())
    }
}

/// A field whose value was kept as JSON until it was known what it is.
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
            Ok(true) => Ok(()),
            Ok(false) => {
                *place = T::default();
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
    const EXPECTED: &'static str = "a tag";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<bool, E> {
        *self = match scalar {
            Scalar::Borrowed(text) => Self::Borrowed(text),
            other => Self::Kept(other.into()),
        };
        Ok(true)
    }

    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<bool, A::Error> {
        let mut value = Value::Null;
        value.read_list(list, reading)?;
        *self = Self::Kept(value);
        Ok(true)
    }

    fn read_map<A: MapAccess<'de>>(
        &mut self,
        entries: &mut Entries<'de, A>,
        reading: &Reading,
    ) -> Result<bool, A::Error> {
        let mut value = Value::Null;
        value.read_map(entries, reading)?;
        *self = Self::Kept(value);
        Ok(true)
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

/// What the error at a field says that is to be named.
const UNKNOWN: &str = "nobody knows this field";

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

/// Implements [`Read`] for a type that is read as what it holds: every kind of value goes to the inner place.
macro_rules! read_inner {
    (|$self:ident| $inner:expr) => {
        fn read_scalar<E: serde::de::Error>(
            &mut self,
            scalar: $crate::wire::Scalar<'_, 'de>,
            reading: &$crate::wire::Reading,
        ) -> Result<bool, E> {
            let $self = self;
            $inner.read_scalar(scalar, reading)
        }

        fn read_string<E: serde::de::Error>(
            &mut self,
            text: String,
            reading: &$crate::wire::Reading,
        ) -> Result<bool, E> {
            let $self = self;
            $inner.read_string(text, reading)
        }

        $crate::wire::read_inner_nested! { |$self| $inner }
    };
}
pub(crate) use read_inner;

/// The part of [`read_inner`] that is about lists and objects.
macro_rules! read_inner_nested {
    (|$self:ident| $inner:expr) => {
        fn read_list<A: serde::de::SeqAccess<'de>>(
            &mut self,
            list: &mut A,
            reading: &$crate::wire::Reading,
        ) -> Result<bool, A::Error> {
            let $self = self;
            $inner.read_list(list, reading)
        }

        fn read_map<A: serde::de::MapAccess<'de>>(
            &mut self,
            entries: &mut $crate::wire::Entries<'de, A>,
            reading: &$crate::wire::Reading,
        ) -> Result<bool, A::Error> {
            let $self = self;
            $inner.read_map(entries, reading)
        }
    };
}
pub(crate) use read_inner_nested;

impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    read_inner! { |this| this.insert(T::default()) }
}

impl<'de, T: Read<'de>> Read<'de> for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    read_inner! { |this| **this }

    fn restart(&mut self) {
        (**self).restart();
    }
}

impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<bool, E> {
        if scalar.is_blank() {
            return Ok(false);
        }
        let mut item = T::default();
        item.read_scalar::<E>(scalar, reading).map_err(|_| scalar.of_another_type::<E>(Self::EXPECTED))?;
        reading.make_room::<T, E>(self)?;
        self.push(item);
        Ok(true)
    }

    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<bool, A::Error> {
        loop {
            match list.next_element_seed(Next(self, reading)) {
                Ok(Some(())) => {}
                Ok(None) => return Ok(true),
                Err(error) => return Err(within(Segment::Index(self.len().saturating_sub(1)), &error)),
            }
        }
    }

    fn read_map<A: MapAccess<'de>>(
        &mut self,
        entries: &mut Entries<'de, A>,
        reading: &Reading,
    ) -> Result<bool, A::Error> {
        if entries.is_empty()? {
            return Ok(false);
        }
        reading.make_room::<T, A::Error>(self)?;
        self.push(T::default());
        self[0].read_map(entries, reading)
    }

    fn restart(&mut self) {
        self.clear();
    }
}

/// The next item of a list, which gets its place once it is there.
struct Next<'a, T>(&'a mut Vec<T>, &'a Reading);

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Next<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self(list, reading) = self;
        reading.make_room::<T, D::Error>(list)?;
        list.push(T::default());
        let index = list.len() - 1;
        if !Place(&mut list[index], reading).deserialize(deserializer)? {
            list[index] = T::default();
        }
        Ok(())
    }
}

impl<'de, T: Read<'de>> Read<'de> for BTreeMap<String, T> {
    const EXPECTED: &'static str = OBJECT;

    fn read_map<A: MapAccess<'de>>(
        &mut self,
        entries: &mut Entries<'de, A>,
        reading: &Reading,
    ) -> Result<bool, A::Error> {
        while let Some(name) = entries.next_key()? {
            let value =
                MapField { name: name.as_str(), owner: "", entries: &mut *entries, reading }.take()?;
            reading.make_entry::<T, A::Error>(self.len())?;
            self.insert(name.into_string(), value);
        }
        Ok(true)
    }

    fn restart(&mut self) {
        self.clear();
    }
}

/// Whatever it is. Nothing is nothing only where it is `null`.
impl<'de> Read<'de> for Value {
    const EXPECTED: &'static str = "any value";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<bool, E> {
        *self = scalar.into();
        Ok(true)
    }

    fn read_string<E: Error>(&mut self, text: String, _: &Reading) -> Result<bool, E> {
        *self = Self::String(text);
        Ok(true)
    }

    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<bool, A::Error> {
        let mut items = Vec::new();
        items.read_list(list, reading)?;
        *self = Self::Array(items);
        Ok(true)
    }

    fn read_map<A: MapAccess<'de>>(
        &mut self,
        entries: &mut Entries<'de, A>,
        reading: &Reading,
    ) -> Result<bool, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key()? {
            if name.as_str() == DIGITS {
                let digits = entries.map.next_value::<String>()?;
                *self = digits.parse().map(Self::Number).map_err(A::Error::custom)?;
                return Ok(true);
            }
            let value =
                MapField { name: name.as_str(), owner: "", entries: &mut *entries, reading }.take()?;
            reading.make_entry::<Self, A::Error>(fields.len())?;
            fields.insert(name.into_string(), value);
        }
        *self = Self::Object(fields);
        Ok(true)
    }
}

/// Implements `Deserialize` for a type by its [`Read`].
macro_rules! read_impl {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::read(deserializer)
            }
        }
    )*};
}
pub(crate) use read_impl;

/// Implements `Read` and `Deserialize` for types that implement [`ReadObject`].
macro_rules! read_objects {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> $crate::wire::Read<'de> for $type {
            const EXPECTED: &'static str = $crate::wire::OBJECT;

            fn read_map<A: serde::de::MapAccess<'de>>(
                &mut self,
                entries: &mut $crate::wire::Entries<'de, A>,
                reading: &$crate::wire::Reading,
            ) -> Result<bool, A::Error> {
                $crate::wire::fill(self, entries, reading)
            }

            fn restart(&mut self) {
                *self = Self::default();
            }
        }
        $crate::wire::read_impl! { $type }
    )*};
}
pub(crate) use read_objects;
