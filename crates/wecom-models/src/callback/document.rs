//! A decrypted callback.

use std::borrow::Cow;
use std::fmt;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::Envelope;
use super::envelope::Told;
use super::xml::Tree;
use crate::wire::{ReadObject, Reading, mend, read, read_object, told};

/// How long a callback may be: 1 MiB, a hundred times as long as any that is documented.
pub const LARGEST: usize = 1 << 20;

/// A decrypted callback, in XML or JSON: its first character says which.
#[derive(Debug)]
pub struct Document<'a>(Form<'a>);

#[derive(Debug)]
enum Form<'a> {
    Xml(Tree<'a>),
    Json(Cow<'a, str>),
}

/// A document in which nothing is.
impl Default for Document<'_> {
    fn default() -> Self {
        Self(Form::Json(Cow::Borrowed("{}")))
    }
}

impl<'a> Document<'a> {
    /// Takes a callback apart.
    ///
    /// JSON that is nearly right is mended, as answers are. Bytes that aren't UTF-8 throughout, since somebody's text was cut in
    /// half, are read with [`String::from_utf8_lossy`] before.
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
            _ => return Err(ReadError::new("it begins like neither XML nor JSON")),
        };
        Ok(Self(form))
    }

    /// Reads the members that all callbacks share.
    pub fn envelope(&self) -> Result<Envelope, ReadError> {
        self.read().map(Told::settle)
    }

    /// Reads it as a type, [`Payload`](super::Payload) or not. Members that the type doesn't have are passed over.
    pub fn read<T: ReadObject>(&self) -> Result<T, ReadError> {
        let mut object = T::default();
        let reading = Reading::default();
        match &self.0 {
            Form::Xml(tree) if tree.is_empty() => {}
            Form::Xml(tree) => {
                read_object(&mut object, tree.root(), &reading).map_err(|error| misread(&error))?;
            }
            Form::Json(text) => {
                let mut json = serde_json::Deserializer::from_str(text);
                read_object(&mut object, &mut json, &reading.mending()).map_err(|error| misread(&error))?;
            }
        }
        Ok(object)
    }

    /// Everything in it as JSON: elements of XML are objects, repeated ones lists, all else is text or, where an element is
    /// empty, `null`.
    pub fn to_value(&self) -> Result<Value, ReadError> {
        match &self.0 {
            Form::Xml(tree) => read(tree.root()).map_err(|error| misread(&error)),
            Form::Json(text) => serde_json::from_str(text).map_err(|error| misread(&error)),
        }
    }
}

/// A callback that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Where in it the trouble is, `ExtAttr.Item[2].Type`; empty for it as a whole.
    pub path: String,
    /// What the trouble is. It quotes nothing of the callback.
    pub message: String,
}

impl ReadError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into() }
    }
}

/// What serde says of a place in it.
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
            "" => write!(f, "the callback can't be understood: {}", self.message),
            path => write!(f, "the callback can't be understood at `{path}`: {}", self.message),
        }
    }
}

impl std::error::Error for ReadError {}
