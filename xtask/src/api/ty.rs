//! Types of fields, and how they are written in Rust.

use std::fmt;

use crate::spec::names::ident;
use crate::spec::{Carrier, Repr, Style};

/// A type of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ty {
    String,
    Bool,
    Flag,
    Int,
    Uint,
    F64,
    Timestamp,
    Secret,
    Any,
    File,
    List(Box<Ty>),
    Map(Box<Ty>),
    Json(Box<Ty>),
    Pipe(Box<Ty>),
    Csv(Box<Ty>),
    OrText(Box<Ty>),
    Struct(String),
    Enum(String, Repr),
    Union(String, Style),
}

impl Ty {
    /// Returns the type's parameter, if it has one.
    pub fn inner(&self) -> Option<&Self> {
        match self {
            Self::List(inner)
            | Self::Map(inner)
            | Self::Json(inner)
            | Self::Pipe(inner)
            | Self::Csv(inner)
            | Self::OrText(inner) => Some(inner),
            _ => None,
        }
    }

    /// Returns the type and the types inside it, from the outside in.
    pub fn layers(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |ty| ty.inner())
    }

    /// Returns the [`Carrier`] for limits on this type, if it can have limits.
    pub fn carrier(&self) -> Option<Carrier> {
        match self {
            Self::String | Self::Secret => Some(Carrier::Text),
            Self::Int | Self::Uint | Self::F64 => Some(Carrier::Number),
            Self::List(_) => Some(Carrier::List),
            Self::Map(_) => Some(Carrier::Map),
            Self::Pipe(_) | Self::Csv(_) => Some(Carrier::Joined),
            _ => None,
        }
    }

    /// Returns how callers write a value: two types that are written alike are mixed up unnoticed.
    pub fn written(&self) -> String {
        match self {
            Self::Int | Self::Uint | Self::F64 | Self::Timestamp => "number".to_owned(),
            Self::String | Self::Secret => "text".to_owned(),
            Self::Json(inner) => inner.written(),
            other => other.to_string(),
        }
    }

    /// Returns the innermost type, if it is a named one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Struct(name) | Self::Enum(name, _) | Self::Union(name, _) => Some(name),
            _ => self.inner().and_then(Self::name),
        }
    }
}

/// Writes the type as Rust.
impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("String"),
            Self::Bool | Self::Flag => f.write_str("bool"),
            Self::Int => f.write_str("i64"),
            Self::Uint => f.write_str("u64"),
            Self::F64 => f.write_str("f64"),
            Self::Timestamp => f.write_str("Timestamp"),
            Self::Secret => f.write_str("Secret"),
            Self::Any => f.write_str("Value"),
            Self::File => f.write_str("File"),
            Self::List(inner) => write!(f, "Vec<{inner}>"),
            Self::Map(inner) => write!(f, "BTreeMap<String, {inner}>"),
            Self::Json(inner) => write!(f, "Json<{inner}>"),
            Self::Pipe(inner) => write!(f, "Pipe<{inner}>"),
            Self::Csv(inner) => write!(f, "Csv<{inner}>"),
            Self::OrText(inner) => write!(f, "OrText<{inner}>"),
            Self::Struct(name) | Self::Enum(name, _) | Self::Union(name, _) => write!(f, "{}", ident(name)),
        }
    }
}
