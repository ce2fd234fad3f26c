//! Structure inside strings: lists joined by a separator, JSON inside JSON.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::de::{Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::wire::Read;

/// What stands between the items of a [`Separated`] list.
pub trait Separator {
    /// The separator.
    const SEPARATOR: &'static str;
}

/// Items joined by `|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bar;

impl Separator for Bar {
    const SEPARATOR: &'static str = "|";
}

/// Items joined by `,`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Comma;

impl Separator for Comma {
    const SEPARATOR: &'static str = ",";
}

/// A list that travels as one string, `"a|b|c"`.
pub type Pipe<T> = Separated<T, Bar>;

/// A list that travels as one string, `"a,b,c"`.
pub type Csv<T> = Separated<T, Comma>;

/// A list that travels as one string. It derefs to the `Vec` of its items.
///
/// Spaces around items are cut off when it is read. An item must not contain the separator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Separated<T, S> {
    items: Vec<T>,
    separator: PhantomData<S>,
}

impl<T, S> Separated<T, S> {
    /// The items.
    pub fn into_vec(self) -> Vec<T> {
        self.items
    }
}

impl<T, S> Default for Separated<T, S> {
    fn default() -> Self {
        Self { items: Vec::new(), separator: PhantomData }
    }
}

impl<T, U: Into<T>, S> FromIterator<U> for Separated<T, S> {
    fn from_iter<I: IntoIterator<Item = U>>(items: I) -> Self {
        Self { items: items.into_iter().map(Into::into).collect(), separator: PhantomData }
    }
}

impl<T, U: Into<T>, S> From<Vec<U>> for Separated<T, S> {
    fn from(items: Vec<U>) -> Self {
        items.into_iter().collect()
    }
}

impl<T, U: Into<T>, S, const N: usize> From<[U; N]> for Separated<T, S> {
    fn from(items: [U; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T, S> Deref for Separated<T, S> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.items
    }
}

impl<T, S> DerefMut for Separated<T, S> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.items
    }
}

/// Fails where an item contains the separator: it would arrive as several, which might name other people.
impl<T: fmt::Display, S: Separator> Serialize for Separated<T, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        if self.items.iter().any(|item| item.to_string().contains(S::SEPARATOR)) {
            let message = format_args!("an item contains `{}`, which separates items", S::SEPARATOR);
            return Err(serde::ser::Error::custom(message));
        }
        serializer.collect_str(&Joined(self))
    }
}

struct Joined<'a, T, S>(&'a Separated<T, S>);

impl<T: fmt::Display, S: Separator> fmt::Display for Joined<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.items.iter().enumerate() {
            if index > 0 {
                f.write_str(S::SEPARATOR)?;
            }
            item.fmt(f)?;
        }
        Ok(())
    }
}

impl<'de, T: for<'a> Read<'a> + Default, S: Separator> Read<'de> for Separated<T, S> {
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let Some(text) = String::read_option(deserializer)? else { return Ok(None) };
        let mut list = Self::default();
        for item in text.split(S::SEPARATOR).map(str::trim).filter(|item| !item.is_empty()) {
            let item: serde::de::value::StrDeserializer<'_, D::Error> =
                serde::de::IntoDeserializer::into_deserializer(item);
            list.items.push(T::read(item)?);
        }
        Ok(Some(list))
    }
}

/// A value that travels as JSON inside a string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Json<T>(pub T);

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize> Serialize for Json<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de, T: for<'a> Read<'a> + Default> Read<'de> for Json<T> {
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        match Value::read_option(deserializer)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => {
                let mut inner = serde_json::Deserializer::from_str(&text);
                let value = T::read(&mut inner).map_err(Error::custom)?;
                inner.end().map_err(Error::custom)?;
                Ok(Some(Self(value)))
            }
            // Some pages show the object itself where the text says it is a string.
            Some(value) => T::read(value).map(Self).map(Some).map_err(Error::custom),
        }
    }
}
