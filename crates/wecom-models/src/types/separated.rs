//! Structure inside strings: lists joined by a separator, JSON inside JSON.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::de::{DeserializeSeed, Error, IgnoredAny};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::Timestamp;
use crate::wire::{Found, Place, Read, Reading, Scalar, mend, read_inner_nested, read_or_spare};

/// Converts to an item of a list: the item itself, and for text also what refers to one, and a number, since IDs are either.
///
/// ```
/// # use wecom_models::Pipe;
/// assert_eq!(Pipe::<String>::from([1, 2]), Pipe::from(["1", "2"]));
/// ```
pub trait IntoItem<T> {
    /// Converts to the item.
    fn into_item(self) -> T;
}

impl<T> IntoItem<T> for T {
    fn into_item(self) -> T {
        self
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl IntoItem<String> for $type {
            fn into_item(self) -> String {
                self.to_string()
            }
        }
    )*};
}

texts!(&str, &&str, &String, &&String, Cow<'_, str>, Box<str>, Arc<str>, &Arc<str>);
texts!(i32, i64, u32, u64, usize, &i32, &i64, &u32, &u64, &usize);

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl IntoItem<$type> for &$type {
            fn into_item(self) -> $type {
                *self
            }
        }
    )*};
}

numbers!(i64, u64);

/// Makes a list of one item.
macro_rules! one_item {
    ($name:ident: $($type:ty),*) => {$(
        impl From<$type> for $name<String> {
            fn from(item: $type) -> Self {
                Self::from([item])
            }
        }
    )*};
}

/// Declares a list that is sent as one string. There are two types rather than one with a parameter, so that the
/// documentation shows their names.
macro_rules! separated {
    ($(#[$doc:meta])* $name:ident, $separator:literal) => {
        $(#[$doc])*
        ///
        /// It derefs to the `Vec` of its items. Spaces around items are removed when it is read. An item must not contain the
        /// separator. One text or one number is one item.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name<T>(Vec<T>);

        impl<T> $name<T> {
            /// Returns the items.
            pub fn into_vec(self) -> Vec<T> {
                self.0
            }
        }

        impl<T> Default for $name<T> {
            fn default() -> Self {
                Self(Vec::new())
            }
        }

        impl<T, U: IntoItem<T>> FromIterator<U> for $name<T> {
            fn from_iter<I: IntoIterator<Item = U>>(items: I) -> Self {
                Self(items.into_iter().map(IntoItem::into_item).collect())
            }
        }

        impl<T, U: IntoItem<T>> From<Vec<U>> for $name<T> {
            fn from(items: Vec<U>) -> Self {
                items.into_iter().collect()
            }
        }

        impl<'a, T, U> From<&'a Vec<U>> for $name<T>
        where
            &'a U: IntoItem<T>,
        {
            fn from(items: &'a Vec<U>) -> Self {
                items.iter().collect()
            }
        }

        impl<'a, T, U> From<&'a [U]> for $name<T>
        where
            &'a U: IntoItem<T>,
        {
            fn from(items: &'a [U]) -> Self {
                items.iter().collect()
            }
        }

        impl<'a, T, U, const N: usize> From<&'a [U; N]> for $name<T>
        where
            &'a U: IntoItem<T>,
        {
            fn from(items: &'a [U; N]) -> Self {
                items.iter().collect()
            }
        }

        impl<T, U: IntoItem<T>, const N: usize> From<[U; N]> for $name<T> {
            fn from(items: [U; N]) -> Self {
                items.into_iter().collect()
            }
        }

        one_item!($name: &str, &&str, &String, String, Cow<'_, str>, Box<str>, Arc<str>, &Arc<str>);
        // `i32`, too, for literals.
        one_item!($name: i32, i64, u32, u64, usize);

        impl<T, U: IntoItem<T>, S> From<HashSet<U, S>> for $name<T> {
            fn from(items: HashSet<U, S>) -> Self {
                items.into_iter().collect()
            }
        }

        impl<'a, T, U, S> From<&'a HashSet<U, S>> for $name<T>
        where
            &'a U: IntoItem<T>,
        {
            fn from(items: &'a HashSet<U, S>) -> Self {
                items.iter().collect()
            }
        }

        impl<T, U: IntoItem<T>> From<BTreeSet<U>> for $name<T> {
            fn from(items: BTreeSet<U>) -> Self {
                items.into_iter().collect()
            }
        }

        impl<'a, T, U> From<&'a BTreeSet<U>> for $name<T>
        where
            &'a U: IntoItem<T>,
        {
            fn from(items: &'a BTreeSet<U>) -> Self {
                items.iter().collect()
            }
        }

        impl<T> IntoIterator for $name<T> {
            type Item = T;
            type IntoIter = std::vec::IntoIter<T>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }

        impl<'a, T> IntoIterator for &'a $name<T> {
            type Item = &'a T;
            type IntoIter = std::slice::Iter<'a, T>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.iter()
            }
        }

        impl<T> Deref for $name<T> {
            type Target = Vec<T>;

            fn deref(&self) -> &Vec<T> {
                &self.0
            }
        }

        impl<T> DerefMut for $name<T> {
            fn deref_mut(&mut self) -> &mut Vec<T> {
                &mut self.0
            }
        }

        /// Fails if an item contains the separator: it would arrive as several items, which might name other people.
        impl<T: fmt::Display> Serialize for $name<T> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize(&self.0, $separator, serializer)
            }
        }

        /// Also accepts a list, if a page says that it is text.
        impl<'de, T: for<'a> Read<'a>> Read<'de> for $name<T> {
            const EXPECTED: &'static str = "a string";

            fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
                read(&mut self.0, $separator, scalar, reading)
            }

            read_inner_nested! { |this| this.0 }

            fn restart(&mut self) {
                self.0.clear();
            }
        }
    };
}

separated! {
    /// A list that is sent as one string, `"a|b|c"`.
    Pipe, "|"
}

separated! {
    /// A list that is sent as one string, `"a,b,c"`.
    Csv, ","
}

fn serialize<T: fmt::Display, S: Serializer>(
    items: &[T],
    separator: &str,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if items.iter().any(|item| item.to_string().contains(separator)) {
        let message =
            format_args!("an item contains `{separator}`, which separates items: pass several as a list");
        return Err(serde::ser::Error::custom(message));
    }
    serializer.collect_str(&Joined { items, separator })
}

struct Joined<'a, T> {
    items: &'a [T],
    separator: &'a str,
}

impl<T: fmt::Display> fmt::Display for Joined<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                f.write_str(self.separator)?;
            }
            item.fmt(f)?;
        }
        Ok(())
    }
}

fn read<'de, T: for<'a> Read<'a>, E: Error>(
    items: &mut Vec<T>,
    separator: &str,
    scalar: Scalar<'_, 'de>,
    reading: &Reading,
) -> Result<Found, E> {
    let Some(text) = scalar.text() else { return items.read_scalar(scalar, reading) };
    for item in text.split(separator).map(str::trim).filter(|item| !item.is_empty()) {
        let mut value = T::default();
        if read_or_spare::<_, E>(&mut value, Scalar::Text(item), reading)? == Found::Nothing {
            continue;
        }
        reading.make_room::<T, E>(items)?;
        items.push(value);
    }
    Ok(Found::Value)
}

/// A value that is sent as JSON inside a string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Json<T>(pub T);

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

macro_rules! out_of_json {
    ($($type:ty),*) => {$(
        impl From<Json<$type>> for $type {
            fn from(json: Json<$type>) -> Self {
                json.0
            }
        }
    )*};
}

// What a response contains goes into a request as it is: setters take what becomes the value inside.
out_of_json!(Timestamp, Value);

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

/// Returns whether a text is a list or an object in JSON, however deep.
fn is_nested(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
        && match serde_json::from_str::<IgnoredAny>(&mend(text)) {
            Ok(_) => true,
            Err(error) => error.to_string().starts_with("recursion limit"),
        }
}

/// Also accepts the value itself: some pages show it where the text says that it is a string.
impl<'de, T: for<'a> Read<'a>> Read<'de> for Json<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
        let Some(text) = scalar.text() else { return self.0.read_scalar(scalar, reading) };
        if scalar.is_blank() {
            return Ok(Found::Nothing);
        }
        let text = if reading.repairs() { mend(text) } else { Cow::Borrowed(text) };
        let mut json = serde_json::Deserializer::from_str(&text);
        reading.enter()?;
        let result = Place(&mut self.0, reading).deserialize(&mut json);
        reading.leave();
        let found = result.map_err(Error::custom)?;
        json.end().map_err(Error::custom)?;
        Ok(found)
    }

    /// Text that isn't JSON may be the value itself, in another form. JSON has another structure, or breaks a limit.
    fn spare(&mut self, scalar: Scalar<'_, 'de>) -> Option<Found> {
        if scalar.text().is_some_and(is_nested) {
            return None;
        }
        self.0 = T::default();
        Some(self.0.spare(scalar).unwrap_or(Found::Nothing))
    }

    read_inner_nested! { |this| this.0 }

    fn restart(&mut self) {
        self.0.restart();
    }
}
