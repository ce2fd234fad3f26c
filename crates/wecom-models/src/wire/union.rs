//! Unions: one field, the tag, says which of several others holds the content.
//!
//! Until tag and content have both been seen, the fields stand in the union's own `Other` variant; so a union
//! takes its fields one by one like any object, whatever their order, and what never becomes a documented
//! variant has lost nothing.

use std::marker::PhantomData;

use serde_json::Value;

use super::Field;
use super::read::Kept;
use crate::UnknownUnion;

/// A union that is read from an object's fields.
pub trait ReadUnion: From<UnknownUnion> {
    /// The wire name of the tag.
    const TAG: &'static str;

    /// The fields seen so far, as long as no documented variant is complete.
    fn unknown(&mut self) -> Option<&mut UnknownUnion>;

    /// The field that holds the content of the variant with this tag, if it is documented.
    fn content(tag: &str) -> Option<&'static str>;

    /// Reads the content of the variant with this tag, which [`ReadUnion::content`] knows.
    fn read_content<'de, F: Field<'de>>(tag: &str, content: F) -> Result<Self, F::Error>;
}

/// Takes one field of an object into a union.
pub fn set_union<'de, U: ReadUnion, F: Field<'de>>(
    union: &mut U,
    name: &str,
    field: F,
) -> Result<(), F::Error> {
    let Some(seen) = union.unknown() else {
        return field.skip();
    };
    if name == U::TAG {
        let tag: Value = field.take()?;
        let text = tag_text(&tag);
        seen.fields.insert(name.to_owned(), tag);
        if let Some(value) = U::content(&text).and_then(|content| seen.fields.remove(content)) {
            *union = U::read_content(&text, Kept { value, error: PhantomData })?;
        }
        return Ok(());
    }
    match seen.fields.get(U::TAG).map(tag_text) {
        Some(tag) if U::content(&tag) == Some(name) => *union = U::read_content(&tag, field)?,
        _ => {
            seen.fields.insert(name.to_owned(), field.take()?);
        }
    }
    Ok(())
}

fn tag_text(tag: &Value) -> String {
    match tag {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Implements what every union has to be read as an object.
macro_rules! read_unions {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::wire::ReadObject for $type {
            fn set<'de, F: $crate::wire::Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
                $crate::wire::set_union(self, name, field)
            }
        }
        $crate::wire::read_objects! { $type }
    )*};
}
pub(crate) use read_unions;

/// Implements what every union has, whichever direction it is used in.
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
    )*};
}
pub(crate) use open_unions;
