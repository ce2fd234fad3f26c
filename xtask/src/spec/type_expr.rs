//! The type language of a spec: `list<Message>`, `or_text<timestamp>`, `pipe<string>`.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

use crate::spec::keywords::keywords;

/// The maximum depth of types: far more than any in the documentation.
pub(crate) const MAX_DEPTH: usize = 8;

/// The beginning of an error about a type, which distinguishes it from others.
pub(crate) const NOT_A_TYPE: &str = "not a type: ";

/// A type as written in a spec file; names are not resolved yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeExpr {
    /// A type of the language.
    Scalar(Scalar),
    /// A type with a parameter.
    Generic(Generic, Box<TypeExpr>),
    /// A type of the same file.
    Named(String),
}

keywords! {
    /// A type without a parameter.
    Scalar {
        /// Text.
        String = "string",
        /// `true` or `false` on the wire.
        Bool = "bool",
        /// A boolean that is 0 or 1 on the wire.
        Flag = "flag",
        /// An integer of 64 bits.
        Int = "int",
        /// An integer of 64 bits, not negative.
        Uint = "uint",
        /// A double.
        F64 = "f64",
        /// Seconds since 1970.
        Timestamp = "timestamp",
        /// Text that is never shown.
        Secret = "secret",
        /// Any JSON.
        Any = "any",
        /// A file, in a form.
        File = "file",
    }
}

impl Scalar {
    /// Returns whether its values are integers of unknown meaning.
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::Int | Self::Uint)
    }

    /// Returns whether an example may show this value for the type. Requests have one notation, responses vary.
    pub fn takes(self, value: &Value, sent: bool) -> bool {
        match self {
            Self::String | Self::Secret => value.is_string(),
            Self::Bool => value.is_boolean(),
            Self::Flag => !sent && value.is_boolean() || matches!(value.as_u64(), Some(0 | 1)),
            Self::Int | Self::Timestamp => value.is_i64(),
            Self::Uint => value.is_u64(),
            Self::F64 => value.is_number(),
            Self::Any => true,
            Self::File => value["name"].is_string() && value["text"].is_string(),
        }
    }
}

keywords! {
    /// A type with one parameter.
    Generic {
        /// A JSON array.
        List = "list",
        /// A JSON object whose keys are data.
        Map = "map",
        /// JSON inside a string.
        Json = "json",
        /// A string of items joined by `|`.
        Pipe = "pipe",
        /// A string of items joined by `,`.
        Csv = "csv",
        /// The type, or text that is not of the type.
        OrText = "or_text",
    }
}

impl TypeExpr {
    /// Returns the innermost type, if it is a named one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Scalar(_) => None,
            Self::Generic(_, inner) => inner.name(),
            Self::Named(name) => Some(name),
        }
    }
}

impl FromStr for TypeExpr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.matches('<').count() > MAX_DEPTH {
            return Err(format!("`{}…` nests too deeply", text.chars().take(40).collect::<String>()));
        }
        if let Some((head, rest)) = text.split_once('<') {
            let inner = rest.strip_suffix('>').ok_or_else(|| format!("`{text}` lacks its closing `>`"))?;
            let generic = Generic::from_keyword(head.trim()).ok_or_else(|| {
                format!("`{head}` takes no parameter; these do: {}", Generic::KEYWORDS.join(", "))
            })?;
            return Ok(Self::Generic(generic, Box::new(inner.parse()?)));
        }
        if let Some(scalar) = Scalar::from_keyword(text) {
            return Ok(Self::Scalar(scalar));
        }
        if Generic::from_keyword(text).is_some() {
            return Err(format!("`{text}` needs a parameter: `{text}<…>`"));
        }
        if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Ok(Self::Named(text.to_owned()));
        }
        Err(format!("`{text}` is not a type"))
    }
}

impl fmt::Display for TypeExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => f.write_str(scalar.keyword()),
            Self::Generic(generic, inner) => write!(f, "{}<{inner}>", generic.keyword()),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl<'de> Deserialize<'de> for TypeExpr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: String| Error::custom(format_args!("{NOT_A_TYPE}{error}")))
    }
}
