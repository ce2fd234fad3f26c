//! Structure inside strings: lists joined by a separator, JSON inside JSON.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::de::{DeserializeSeed, Error};
use serde::ser::{Serialize, Serializer};

use crate::wire::{Found, Place, Read, Reading, Scalar, mend, read_inner_nested};

/// The separator of a [`Separated`] list.
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

/// A list that is sent as one string, `"a|b|c"`.
pub type Pipe<T> = Separated<T, Bar>;

/// A list that is sent as one string, `"a,b,c"`.
pub type Csv<T> = Separated<T, Comma>;

/// A list that is sent as one string. It derefs to the `Vec` of its items.
///
/// Spaces around items are removed when it is read. An item must not contain the separator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Separated<T, S> {
    items: Vec<T>,
    separator: PhantomData<S>,
}

impl<T, S> Separated<T, S> {
    /// Returns the items.
    pub fn into_vec(self) -> Vec<T> {
        self.items
    }
}

impl<T, S> Default for Separated<T, S> {
    fn default() -> Self {
        Self { items: Vec::new(), separator: PhantomData }
    }
}

/// Converts to an item of a [`Separated`] list: the item itself, and for text also a number, since IDs are either.
///
/// ```
/// use wecom_models::Pipe;
///
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

texts!(&str, &String, Cow<'_, str>, Box<str>, i32, i64, u32, u64, usize);

impl<T, U: IntoItem<T>, S> FromIterator<U> for Separated<T, S> {
    fn from_iter<I: IntoIterator<Item = U>>(items: I) -> Self {
        Self { items: items.into_iter().map(IntoItem::into_item).collect(), separator: PhantomData }
    }
}

impl<T, U: IntoItem<T>, S> From<Vec<U>> for Separated<T, S> {
    fn from(items: Vec<U>) -> Self {
        items.into_iter().collect()
    }
}

impl<T, U: IntoItem<T>, S, const N: usize> From<[U; N]> for Separated<T, S> {
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

/// A list is read as well, where a page says that there is text.
impl<'de, T: for<'a> Read<'a>, S: Separator> Read<'de> for Separated<T, S> {
    const EXPECTED: &'static str = "a string";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
        let Some(text) = scalar.text() else { return self.items.read_scalar(scalar, reading) };
        for item in text.split(S::SEPARATOR).map(str::trim).filter(|item| !item.is_empty()) {
            let mut value = T::default();
            value.read_scalar::<E>(Scalar::Text(item), reading)?;
            reading.make_room::<T, E>(&self.items)?;
            self.items.push(value);
        }
        Ok(Found::Value)
    }

    read_inner_nested! { |this| this.items }

    fn restart(&mut self) {
        self.items.clear();
    }
}

/// A value that is sent as JSON inside a string.
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

/// Some pages show the value itself where the text says it is a string: that is read as well.
impl<'de, T: for<'a> Read<'a>> Read<'de> for Json<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
        let Some(text) = scalar.text() else { return self.0.read_scalar(scalar, reading) };
        if scalar.is_blank() {
            return Ok(Found::Nothing);
        }
        let text = if reading.mends() { mend(text) } else { Cow::Borrowed(text) };
        let mut json = serde_json::Deserializer::from_str(&text);
        reading.enter()?;
        let result = Place(&mut self.0, reading).deserialize(&mut json);
        reading.leave();
        let found = result.map_err(Error::custom)?;
        json.end().map_err(Error::custom)?;
        Ok(found)
    }

    read_inner_nested! { |this| this.0 }

    fn restart(&mut self) {
        self.0.restart();
    }
}
