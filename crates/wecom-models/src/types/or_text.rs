//! Fields whose documented type is not what their page shows.

use serde::de::Deserializer;
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::wire::Read;

/// A value of the documented type, or whatever text came in its place.
///
/// Some pages promise a number and show other text. Such a field must not cost the record around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrText<T> {
    /// The documented type.
    Value(T),
    /// Text that is not of the documented type, as it came.
    Text(String),
}

impl<T> OrText<T> {
    /// The value, if it was of the documented type.
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

impl<'de, T: for<'a> Read<'a>> Read<'de> for OrText<T> {
    fn read_option<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let Some(value) = Value::read_option(deserializer)? else { return Ok(None) };
        match (T::read_option(&value), value) {
            (Ok(read), _) => Ok(read.map(Self::Value)),
            (Err(_), Value::String(text)) => Ok(Some(Self::Text(text))),
            (Err(error), _) => Err(serde::de::Error::custom(error)),
        }
    }
}
