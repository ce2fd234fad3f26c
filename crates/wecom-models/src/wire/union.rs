//! Unions: objects whose fields depend on which variant they are.
//!
//! Until a union knows its variant, its fields are kept in its own `Other` variant; so it takes its fields one by one
//! like any object, in any order, and loses nothing if it never becomes a documented variant. A union can therefore
//! also be embedded among another object's fields.

use std::marker::PhantomData;

use serde::de::Error;
use serde_json::Value;

use super::tag::Kept;
use super::{Field, Found, Reading, Tag};
use crate::UnknownUnion;

/// The common part of every union that is an object.
#[doc(hidden)]
pub trait ObjectUnion: From<UnknownUnion> {
    /// Returns the fields so far, as long as no documented variant is known.
    fn unknown(&mut self) -> Option<&mut UnknownUnion>;
}

/// A union whose tag names the field that holds the content: `{ "msgtype": "image", "image": { … } }`.
#[doc(hidden)]
pub trait SiblingUnion: ObjectUnion {
    /// The wire name of the tag.
    const TAG: &'static str;

    /// Returns the field that contains the content of the variant with this tag, if it is documented.
    fn content(tag: &str) -> Option<&'static str>;

    /// Reads the content of the variant with this tag, which [`SiblingUnion::content`] knows.
    fn read_content<'de, F: Field<'de>>(tag: &str, content: F) -> Result<Self, F::Error>;

    /// Returns the variant that consists of this tag alone, if it is documented.
    fn bare(tag: &str) -> Option<Self> {
        let _ = tag;
        None
    }
}

/// Takes one field of an object into a [`SiblingUnion`].
#[doc(hidden)]
pub fn set_sibling<'de, U: SiblingUnion, F: Field<'de>>(
    union: &mut U,
    name: &str,
    field: F,
) -> Result<(), F::Error> {
    let Some(seen) = union.unknown() else {
        return field.skip();
    };
    let reading = field.reading();
    if name == U::TAG {
        let (tag, next) = field.take_tag(U::content)?;
        let text = tag.text();
        let content = U::content(&text).unwrap_or_default();
        // Fields before the tag come first.
        if !seen.fields.is_empty()
            && let Some(value) = seen.fields.remove(content)
        {
            *union =
                U::read_content(&text, Kept { name: Some(content), value, reading, error: PhantomData })?;
            return next.map_or(Ok(()), F::skip);
        }
        if let Some(next) = next {
            *union = U::read_content(&text, next)?;
        } else if let Some(variant) = U::bare(&text).filter(|_| !seen.fields.contains_key(&*text)) {
            *union = variant;
        } else {
            drop(text);
            keep(seen, name, tag.into(), reading)?;
        }
        return Ok(());
    }
    match seen.fields.get(U::TAG).map(tag_text) {
        Some(tag) if U::content(&tag) == Some(name) => *union = U::read_content(&tag, field)?,
        _ => keep(seen, name, field.take()?, reading)?,
    }
    Ok(())
}

/// Keeps a field until the variant is known.
fn keep<E: Error>(seen: &mut UnknownUnion, name: &str, value: Value, reading: &Reading) -> Result<(), E> {
    reading.make_entry::<Value, E>(seen.fields.len())?;
    seen.fields.insert(name.to_owned(), value);
    Ok(())
}

/// A union whose content is beside the tag: `{ "card_type": "text_notice", "main_title": { … } }`.
#[doc(hidden)]
pub trait FlatUnion: ObjectUnion {
    /// The wire name of the tag.
    const TAG: &'static str;

    /// Returns the variant with this tag, still empty, if it is documented.
    fn begin(tag: &str) -> Option<Self>;

    /// Takes a field into the content of a documented variant.
    fn set_content<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error>;
}

/// Takes one field of an object into a [`FlatUnion`].
#[doc(hidden)]
pub fn set_flat<'de, U: FlatUnion, F: Field<'de>>(
    union: &mut U,
    name: &str,
    field: F,
) -> Result<(), F::Error> {
    let Some(seen) = union.unknown() else {
        return union.set_content(name, field);
    };
    let reading = field.reading();
    if name != U::TAG {
        return keep(seen, name, field.take()?, reading);
    }
    let tag: Tag = field.take()?;
    let Some(mut variant) = U::begin(&tag.text()) else {
        return keep(seen, name, tag.into(), reading);
    };
    for (name, value) in std::mem::take(&mut seen.fields) {
        variant
            .set_content(&name, Kept::<F::Error> { name: Some(&name), value, reading, error: PhantomData })?;
    }
    *union = variant;
    Ok(())
}

/// A union without a tag: the name of its one field identifies the variant.
#[doc(hidden)]
pub trait OneofUnion: ObjectUnion {
    /// Reads the field, if it belongs to a documented variant; otherwise returns it.
    fn read_field<'de, F: Field<'de>>(name: &str, field: F) -> Result<Result<Self, F>, F::Error>;
}

/// Takes one field of an object into a [`OneofUnion`]. A second field does not replace the first.
#[doc(hidden)]
pub fn set_oneof<'de, U: OneofUnion, F: Field<'de>>(
    union: &mut U,
    name: &str,
    field: F,
) -> Result<(), F::Error> {
    let Some(seen) = union.unknown() else {
        return field.skip();
    };
    let reading = field.reading();
    match U::read_field(name, field)? {
        Ok(variant) if seen.fields.is_empty() => *union = variant,
        // The first one is kept; this one is lost, which conformance reports.
        Ok(_) => {}
        Err(field) => keep(seen, name, field.take()?, reading)?,
    }
    Ok(())
}

/// The kind of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// Text.
    String,
    /// A list.
    List,
    /// An object.
    Object,
}

/// A union whose variants differ in their kind of JSON: a number, a string, a list, …
#[doc(hidden)]
pub trait KindUnion: From<Value> {
    /// Reads a value as the documented variant for its kind, if there is one; otherwise returns it.
    fn read_kind<'de, F: Field<'de>>(kind: Kind, value: F) -> Result<Result<Self, F>, F::Error>;
}

/// Reads a value into a [`KindUnion`]. A value that means nothing counts only if a variant is documented for its kind.
pub(crate) fn read_kind<U: KindUnion, E: Error>(
    union: &mut U,
    value: Value,
    reading: &Reading,
) -> Result<Found, E> {
    let (kind, is_nothing) = match &value {
        Value::Null => return Ok(Found::Nothing),
        Value::Bool(_) => (Kind::Bool, false),
        Value::Number(_) => (Kind::Number, false),
        Value::String(text) => (Kind::String, text.is_empty()),
        Value::Array(items) => (Kind::List, items.is_empty()),
        Value::Object(fields) => (Kind::Object, fields.is_empty()),
    };
    match U::read_kind(kind, Kept { name: None, value, reading, error: PhantomData })? {
        Ok(variant) => *union = variant,
        Err(_) if is_nothing => return Ok(Found::Nothing),
        Err(kept) => *union = kept.value.into(),
    }
    Ok(Found::Value)
}

fn tag_text(tag: &Value) -> String {
    match tag {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Implements the common parts of every union that is an object, whatever its direction.
macro_rules! open_unions {
    ($($type:ty),* $(,)?) => {$(
        impl From<$crate::UnknownUnion> for $type {
            fn from(value: $crate::UnknownUnion) -> Self {
                Self::Other(value)
            }
        }

        /// No documented variant, and no fields.
        impl Default for $type {
            fn default() -> Self {
                Self::Other($crate::UnknownUnion::default())
            }
        }

        impl $crate::wire::ObjectUnion for $type {
            fn unknown(&mut self) -> Option<&mut $crate::UnknownUnion> {
                match self {
                    Self::Other(unknown) => Some(unknown),
                    _ => None,
                }
            }
        }
    )*};
}
pub(crate) use open_unions;

/// Converts contents to a union if only one of its variants has them, directly or in a union of its own.
macro_rules! from_contents {
    ($($type:ident::$variant:ident($content:ty)),* $(,)?) => {$(
        impl From<$content> for $type {
            fn from(content: $content) -> Self {
                Self::$variant(content.into())
            }
        }
    )*};
}
pub(crate) use from_contents;

/// Converts whatever becomes a struct's only required field to the struct, by its `new`.
macro_rules! from_parts {
    ($($type:ident($part:ty)),* $(,)?) => {$(
        impl<T: Into<$part>> From<T> for $type {
            fn from(part: T) -> Self {
                Self::new(part)
            }
        }
    )*};
}
pub(crate) use from_parts;

/// The same for a list with items of this type.
macro_rules! from_lists {
    ($($type:ident($item:ty)),* $(,)?) => {$(
        impl<T: IntoIterator<Item: $crate::IntoItem<$item>>> From<T> for $type {
            fn from(items: T) -> Self {
                Self::new(items.into_iter().map($crate::IntoItem::<$item>::into_item))
            }
        }
    )*};
}
pub(crate) use from_lists;

/// The same for a number. There is one impl, so that a literal knows its type.
macro_rules! from_numbers {
    ($($type:ident($number:ty)),* $(,)?) => {$(
        impl From<$number> for $type {
            fn from(number: $number) -> Self {
                Self::new(number)
            }
        }
    )*};
}
pub(crate) use from_numbers;

/// Converts a text to a type, by one of the type's functions.
macro_rules! from_texts {
    ($($type:ident::$function:ident),* $(,)?) => {$(
        impl From<String> for $type {
            fn from(text: String) -> Self {
                Self::$function(text)
            }
        }

        impl From<&String> for $type {
            fn from(text: &String) -> Self {
                Self::$function(text.clone())
            }
        }

        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self::$function(String::from(text))
            }
        }
    )*};
}
pub(crate) use from_texts;

/// Implements reading a union by one of the `set_` functions.
macro_rules! read_unions {
    ($set:ident: $($type:ty),* $(,)?) => {$(
        impl $crate::wire::ReadObject for $type {
            fn set<'de, F: $crate::wire::Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
                $crate::wire::$set(self, name, field)
            }
        }
        $crate::wire::read_objects! { $type }
    )*};
}
pub(crate) use read_unions;

/// Implements the common parts of every [`KindUnion`], whatever its direction.
macro_rules! open_kinds {
    ($($type:ty),* $(,)?) => {$(
        impl From<serde_json::Value> for $type {
            fn from(value: serde_json::Value) -> Self {
                Self::Other(value)
            }
        }

        /// No value.
        impl Default for $type {
            fn default() -> Self {
                Self::Other(serde_json::Value::Null)
            }
        }
    )*};
}
pub(crate) use open_kinds;

/// Implements reading for types that implement [`KindUnion`].
macro_rules! read_kinds {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> $crate::wire::Read<'de> for $type {
            const EXPECTED: &'static str = "any value";

            fn read_scalar<E: serde::de::Error>(
                &mut self,
                scalar: $crate::wire::Scalar<'_, 'de>,
                reading: &$crate::wire::Reading,
            ) -> Result<$crate::wire::Found, E> {
                $crate::wire::read_kind(self, scalar.into(), reading)
            }

            fn read_list<A: serde::de::SeqAccess<'de>>(
                &mut self,
                list: &mut A,
                reading: &$crate::wire::Reading,
            ) -> Result<$crate::wire::Found, A::Error> {
                let mut value = serde_json::Value::Null;
                value.read_list(list, reading)?;
                $crate::wire::read_kind(self, value, reading)
            }

            fn read_map<A: serde::de::MapAccess<'de>>(
                &mut self,
                entries: &mut $crate::wire::Entries<'_, 'de, A>,
            ) -> Result<$crate::wire::Found, A::Error> {
                let mut value = serde_json::Value::Null;
                value.read_map(entries)?;
                $crate::wire::read_kind(self, value, entries.reading())
            }
        }
        $crate::wire::read_impl! { $type }
    )*};
}
pub(crate) use read_kinds;
