//! Writing: a model names its fields once, and an [`Output`] decides what to do with them.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::path::{Segment, located};
use super::scalars::whole;

/// The destination of fields: a JSON object, or the query of a URL.
pub trait Output {
    /// The error of the format that is written.
    type Error;

    /// Writes a field that is always sent.
    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error>;

    /// Writes an undocumented field, under the name with which it arrived.
    fn put_raw(&mut self, name: &str, value: &serde_json::Value) -> Result<(), Self::Error>;

    /// Writes a field if it is set: absence is not the same as an empty value.
    fn put_some<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), Self::Error> {
        match value {
            Some(value) => self.put(name, value),
            None => Ok(()),
        }
    }
}

/// A model that writes its fields, by wire name, in the order of the documentation.
pub trait WriteObject {
    /// Writes the fields.
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error>;
}

/// An [`Output`] that is a JSON object (or any other serde map).
#[derive(Debug)]
pub struct JsonOutput<M>(pub M);

impl<M: SerializeMap> Output for JsonOutput<M> {
    type Error = M::Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), M::Error> {
        self.0.serialize_entry(name, value).map_err(|error| unwritten(name, &error))
    }

    fn put_raw(&mut self, name: &str, value: &serde_json::Value) -> Result<(), M::Error> {
        self.0.serialize_entry(name, &Undocumented(value))
    }
}

/// Prepends the field that can't be written to an error's message, as reading does: serde has no place for a path.
#[cold]
pub fn unwritten<E: serde::ser::Error>(name: &str, error: &E) -> E {
    E::custom(located(Segment::Field(name), &error.to_string()))
}

/// An undocumented value. It is written as a newtype of its own, so that a serializer that looks for such values finds
/// them; JSON doesn't show it.
#[derive(Debug)]
pub struct Undocumented<T>(pub T);

impl<T: Serialize> Serialize for Undocumented<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct("Undocumented", &self.0)
    }
}

/// Writes a model as an object.
pub fn write_object<T: WriteObject, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut out = JsonOutput(serializer.serialize_map(None)?);
    object.put(&mut out)?;
    out.0.end()
}

/// A number that is written without a fraction if it has none, as the documentation shows it (`18`, not `18.0`).
#[derive(Clone, Copy, Debug)]
pub struct Number(pub f64);

/// Fails if JSON has no such number: it would arrive as null.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match whole(self.0) {
            Some(number) => serializer.serialize_i64(number),
            None if self.0.is_finite() => serializer.serialize_f64(self.0),
            None => Err(serde::ser::Error::custom(format_args!(
                "{} can't be sent: it must be a finite number",
                self.0
            ))),
        }
    }
}

/// Converts a boolean that is documented as 0 or 1 on the wire.
pub fn flag(value: bool) -> u8 {
    u8::from(value)
}

/// Converts booleans that are documented as 0 or 1 on the wire.
pub fn flags(values: &[bool]) -> Vec<u8> {
    values.iter().copied().map(flag).collect()
}

/// Implements `Serialize` for types that implement [`WriteObject`].
macro_rules! write_objects {
    ($($type:ty),* $(,)?) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::write_object(self, serializer)
            }
        }
    )*};
}
pub(crate) use write_objects;
