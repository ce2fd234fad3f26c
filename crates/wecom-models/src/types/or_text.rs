//! Fields whose page shows another type than it documents.

use serde::de::{Error, MapAccess, SeqAccess};
use serde::ser::{Serialize, Serializer};

use crate::wire::{Entries, Found, Read, Reading, Scalar};

/// A value of the documented type, or any text instead.
///
/// Some pages document a number and show other text. Such a field must not make the record around it unreadable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrText<T> {
    /// The documented type.
    Value(T),
    /// Text that is not of the documented type, as received.
    Text(String),
}

impl<T> OrText<T> {
    /// Returns the value, if it has the documented type.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Text(_) => None,
        }
    }
}

impl<T: Default> Default for OrText<T> {
    fn default() -> Self {
        Self::Value(T::default())
    }
}

impl<T> From<T> for OrText<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for OrText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: Read<'de>> Read<'de> for OrText<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
        let mut value = T::default();
        match (value.read_scalar::<E>(scalar, reading), scalar.text()) {
            (Ok(found), _) => {
                *self = Self::Value(value);
                Ok(found)
            }
            (Err(_), Some(text)) => {
                *self = Self::Text(text.to_owned());
                Ok(Found::Value)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Keeps any other scalar as text.
    fn spare(&mut self, scalar: Scalar<'_, 'de>) -> Option<Found> {
        let mut text = String::new();
        let found = text.read_scalar::<serde::de::value::Error>(scalar, &Reading::default()).ok()?;
        *self = Self::Text(text);
        Some(found)
    }

    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<Found, A::Error> {
        let mut value = T::default();
        let found = value.read_list(list, reading)?;
        *self = Self::Value(value);
        Ok(found)
    }

    fn read_map<A: MapAccess<'de>>(&mut self, entries: &mut Entries<'_, 'de, A>) -> Result<Found, A::Error> {
        let mut value = T::default();
        let found = value.read_map(entries)?;
        *self = Self::Value(value);
        Ok(found)
    }
}
