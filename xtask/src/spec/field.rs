//! A field: its type, what it means, its limits.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Value;

use crate::spec::keywords::keywords;
use crate::spec::pattern;
use crate::spec::type_expr::TypeExpr;

/// A field.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Field {
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeExpr,
    /// What the name doesn't say: meaning, unit, when it is absent, what it refers to.
    #[serde(default)]
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// The Rust name, where the wire name can't be one.
    #[schemars(extend("pattern" = pattern::IDENTIFIER))]
    pub rename: Option<String>,
    /// What the server assumes where the field is left out.
    #[schemars(with = "Option<serde_json::Value>")]
    pub default: Option<Value>,
    /// Where the field is sent, for an endpoint with a body.
    #[serde(default, rename = "in")]
    pub place: Place,
    /// Whether its own fields stand among the fields around it, instead of inside an object.
    #[serde(default)]
    pub embed: bool,
    /// Why the type is not what the page says.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub quirk: Option<String>,
    /// Names that the page's examples give the field by mistake.
    #[serde(default)]
    pub misspelt: Vec<String>,
    /// Bytes of UTF-8, at most.
    pub max_bytes: Option<u32>,
    /// Characters, at most.
    pub max_chars: Option<u32>,
    /// Characters, at least.
    pub min_chars: Option<u32>,
    /// Items of a list, at most.
    pub max_items: Option<u32>,
    /// Items of a list, at least.
    pub min_items: Option<u32>,
    /// The largest number.
    pub max: Option<i64>,
    /// The smallest number.
    pub min: Option<i64>,
    /// Whether the field may be absent: its key ends in `?`.
    #[serde(skip)]
    pub optional: bool,
}

keywords! {
    /// Where a request field is sent.
    Place {
        /// In the body; for `GET`, in the query.
        Body = "body",
        /// In the URL, beside the token.
        Query = "query",
        /// In an HTTP header of this name.
        Header = "header",
    }
}

/// A limit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of UTF-8, at most.
    MaxBytes(u32),
    /// Characters, at most.
    MaxChars(u32),
    /// Characters, at least.
    MinChars(u32),
    /// Items of a list, at most.
    MaxItems(u32),
    /// Items of a list, at least.
    MinItems(u32),
    /// The largest number.
    Max(i64),
    /// The smallest number.
    Min(i64),
}

impl Limit {
    /// The limit's key in a spec, which is also its method's name in generated code.
    pub fn key(self) -> &'static str {
        match self {
            Self::MaxBytes(_) => "max_bytes",
            Self::MaxChars(_) => "max_chars",
            Self::MinChars(_) => "min_chars",
            Self::MaxItems(_) => "max_items",
            Self::MinItems(_) => "min_items",
            Self::Max(_) => "max",
            Self::Min(_) => "min",
        }
    }

    /// The limit's number.
    pub fn number(self) -> i64 {
        match self {
            Self::MaxBytes(n)
            | Self::MaxChars(n)
            | Self::MinChars(n)
            | Self::MaxItems(n)
            | Self::MinItems(n) => n.into(),
            Self::Max(n) | Self::Min(n) => n,
        }
    }
}

impl Field {
    /// The field's limits.
    pub fn limits(&self) -> Vec<Limit> {
        [
            self.min_chars.map(Limit::MinChars),
            self.max_chars.map(Limit::MaxChars),
            self.max_bytes.map(Limit::MaxBytes),
            self.min_items.map(Limit::MinItems),
            self.max_items.map(Limit::MaxItems),
            self.min.map(Limit::Min),
            self.max.map(Limit::Max),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
