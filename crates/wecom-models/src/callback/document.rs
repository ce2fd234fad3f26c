//! A decrypted callback.

use std::borrow::Cow;
use std::fmt;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::Envelope;
use super::envelope::Told;
use super::xml::Tree;
use crate::wire::{ReadObject, Reading, mend, read, read_object, read_or_misfit, told};

/// The maximum length of a callback: 1 MiB, a hundred times as long as any documented one.
pub const LARGEST: usize = 1 << 20;

/// A decrypted callback, in XML or JSON: its first character says which.
#[derive(Debug)]
pub struct Document<'a>(Form<'a>);

#[derive(Debug)]
enum Form<'a> {
    Xml(Tree<'a>),
    Json(Cow<'a, str>),
}

/// A document without members.
impl Default for Document<'_> {
    fn default() -> Self {
        Self(Form::Json(Cow::Borrowed("{}")))
    }
}

impl<'a> Document<'a> {
    /// Parses a callback.
    ///
    /// JSON that is nearly valid is repaired, as in responses. Bytes that aren't valid UTF-8, since a person's text was cut in
    /// half, must be converted with [`String::from_utf8_lossy`] first.
    pub fn parse(text: &'a str) -> Result<Self, ReadError> {
        if text.len() > LARGEST {
            return Err(ReadError::new(format!("it is longer than {LARGEST} bytes")));
        }
        let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        let form = match text.as_bytes().first() {
            Some(b'<') => Tree::parse(text).map(Form::Xml).map_err(|error| not("XML", &error))?,
            Some(b'{') => {
                let is_json = |text: &str| serde_json::from_str::<IgnoredAny>(text).map(|_| ());
                let text = if is_json(text).is_ok() { Cow::Borrowed(text) } else { mend(text) };
                is_json(&text).map_err(|error| not("JSON", &error))?;
                Form::Json(text)
            }
            _ => return Err(ReadError::new("it is neither XML nor JSON")),
        };
        Ok(Self(form))
    }

    /// Reads the members that all callbacks share.
    pub fn envelope(&self) -> Result<Envelope, ReadError> {
        self.read().map(Told::settle)
    }

    /// Reads it as a type, [`Payload`](super::Payload) or not. Members that the type lacks are ignored.
    pub fn read<T: ReadObject>(&self) -> Result<T, ReadError> {
        let read = read_or_misfit(Reading::MEMORY, |reading| {
            let mut object = T::default();
            match &self.0 {
                Form::Xml(tree) if tree.is_empty() => {}
                Form::Xml(tree) => {
                    read_object(&mut object, tree.root(), reading).map_err(|error| error.to_string())?;
                }
                Form::Json(text) => {
                    let mut json = serde_json::Deserializer::from_str(text);
                    read_object(&mut object, &mut json, reading).map_err(|error| error.to_string())?;
                }
            }
            Ok(object)
        });
        read.map_err(|error: String| misread(&error))
    }

    /// Returns the whole document as JSON: XML elements are objects, repeated ones are lists, everything else is text or, if an element is
    /// empty, `null`.
    pub fn to_value(&self) -> Result<Value, ReadError> {
        match &self.0 {
            Form::Xml(tree) => read(tree.root()).map_err(|error| misread(&error)),
            Form::Json(text) => serde_json::from_str(text).map_err(|error| misread(&error)),
        }
    }
}

/// An error while reading a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The place of the error, such as `ExtAttr.Item[2].Type`; empty for the whole document.
    pub path: String,
    /// The reason. It quotes nothing from the callback.
    pub message: String,
}

impl ReadError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into() }
    }
}

/// serde's error at a place in the document.
fn misread(error: &dyn fmt::Display) -> ReadError {
    let (path, message) = told(error);
    ReadError { path, message }
}

fn not(format: &str, error: &dyn fmt::Display) -> ReadError {
    ReadError::new(format!("not {format}: {error}"))
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "the callback can't be read: {}", self.message),
            path => write!(f, "the callback can't be read at `{path}`: {}", self.message),
        }
    }
}

impl std::error::Error for ReadError {}
