//! Values that the documentation does not list.

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::wire::{Output, Undocumented, WriteObject, write_objects};

/// A value of an enum that the documentation does not list, as received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unknown {
    /// No value: the server omitted the field, or sent `null`.
    #[default]
    Absent,
    /// A number.
    Int(i64),
    /// Text; also a number too large for an `i64`.
    Text(String),
}

impl From<i64> for Unknown {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Unknown {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Unknown {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// Writes the value as received.
impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_unit(),
            Self::Int(value) => Undocumented(value).serialize(serializer),
            Self::Text(value) => Undocumented(value).serialize(serializer),
        }
    }
}

/// A variant of a union that the documentation does not list: all its fields, as received.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnknownUnion {
    /// The fields, including the tag.
    pub fields: Map<String, Value>,
}

impl WriteObject for UnknownUnion {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        self.fields.iter().try_for_each(|(name, value)| out.put_raw(name, value))
    }
}

write_objects!(UnknownUnion);
