//! Files that are uploaded, or downloaded instead of JSON.

use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::wire::{self, Field, Read, ReadObject, read_objects};

/// A file that is uploaded or downloaded.
///
/// In JSON, which only tests and logs contain, it is `{ "name", "content_type", "text" }`.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// The name, as people see it. A download may have none; a name is never a path.
    pub name: String,
    /// The media type. An upload without one is sent as `application/octet-stream`.
    pub content_type: Option<String>,
    /// The part of the whole file that a download contains, if only a part was requested: the `Content-Range` header,
    /// `bytes 0-1023/2048`.
    pub content_range: Option<String>,
    /// The content.
    pub bytes: Bytes,
    streamed: Option<u64>,
}

impl File {
    /// Creates a file with a name and content.
    pub fn new(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), ..Self::default() }
    }

    /// Creates a file with a name and a length in bytes, whose content is sent separately, as a stream. Clients create it:
    /// a request that contains it can't be sent by itself.
    #[doc(hidden)]
    pub fn streamed(name: impl Into<String>, length: u64) -> Self {
        Self { name: name.into(), streamed: Some(length), ..Self::default() }
    }

    /// Returns the length in bytes.
    pub fn length(&self) -> u64 {
        self.streamed.unwrap_or(self.bytes.len() as u64)
    }

    /// Returns whether the content is sent separately.
    pub fn is_streamed(&self) -> bool {
        self.streamed.is_some()
    }

    /// Sets the media type.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }
}

/// Shows how long the content is, not the content.
impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("content_range", &self.content_range)
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        if let Some(content_type) = &self.content_type {
            map.serialize_entry("content_type", content_type)?;
        }
        if let Some(content_range) = &self.content_range {
            map.serialize_entry("content_range", content_range)?;
        }
        map.serialize_entry("text", &String::from_utf8_lossy(&self.bytes))?;
        map.end()
    }
}

impl ReadObject for File {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "name" => field.read(&mut self.name),
            "content_type" => field.read(&mut self.content_type),
            "content_range" => field.read(&mut self.content_range),
            "text" => {
                self.bytes = Bytes::from(field.take::<String>()?);
                Ok(())
            }
            _ => field.skip(),
        }
    }
}

read_objects!(File);

/// A response that is a file or JSON, depending on the request.
#[derive(Clone, Debug, PartialEq)]
pub enum FileOr<T> {
    /// A file.
    File(File),
    /// JSON.
    Json(T),
}

impl<T: Serialize> Serialize for FileOr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::File(file) => file.serialize(serializer),
            Self::Json(value) => value.serialize(serializer),
        }
    }
}

/// An object with a `text` is a file.
impl<'de, T: for<'a> Read<'a>> Deserialize<'de> for FileOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.get("text").is_some() {
            wire::read(value).map(Self::File).map_err(D::Error::custom)
        } else {
            wire::read(value).map(Self::Json).map_err(D::Error::custom)
        }
    }
}
