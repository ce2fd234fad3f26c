//! The types that a file defines.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::spec::field::Field;
use crate::spec::keywords::keywords;
use crate::spec::pattern;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::written_rule::WrittenRule;

/// A struct.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Struct {
    /// The description.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// By wire name. Read one by one, as the values of enums and the variants of unions are.
    #[serde(skip)]
    pub fields: IndexMap<String, Field>,
    /// Rules over several fields.
    #[serde(default)]
    pub rules: Vec<WrittenRule>,
}

impl Struct {
    /// Returns its only list field, if there is exactly one: a statement about how many a struct has is about that
    /// field.
    pub fn only_list(&self) -> Option<(&String, &Field)> {
        let is_list = |field: &Field| matches!(field.ty, TypeExpr::Generic(Generic::List, _));
        let mut lists = self.fields.iter().filter(|(_, field)| is_list(field));
        lists.next().filter(|_| lists.next().is_none())
    }
}

/// An open enum: a value that isn't listed is kept, never an error.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Enum {
    /// The description.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// Integers or strings.
    pub repr: Repr,
    /// By wire value.
    #[serde(skip)]
    pub values: IndexMap<String, EnumValue>,
}

keywords! {
    /// The representation of an enum's values, or of a union's tags, on the wire.
    Repr {
        /// Strings.
        String = "string",
        /// Numbers.
        Int = "int",
    }
}

impl Repr {
    /// Returns the type of the values themselves.
    pub const fn scalar(self) -> Scalar {
        match self {
            Self::String => Scalar::String,
            Self::Int => Scalar::Int,
        }
    }
}

/// A documented value of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(rename = "EnumValueFields")]
pub struct EnumValue {
    /// The variant's name.
    #[schemars(extend("pattern" = pattern::PASCAL))]
    pub name: String,
    /// Its meaning, if the name doesn't say it.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: Option<String>,
}

/// A union: an object whose fields depend on which variant it is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Union {
    /// The description.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// The way in which its variants are distinguished.
    #[serde(default)]
    pub style: Style,
    /// The wire name of the field that identifies the variant, for the styles that have one.
    pub tag: Option<String>,
    /// Whether tags are strings or numbers.
    #[serde(default)]
    pub repr: Repr,
    /// By tag value; for `oneof` by field, for `kind` by kind of JSON.
    #[serde(skip)]
    pub variants: IndexMap<String, Variant>,
}

keywords! {
    /// The way in which the variants of a union are distinguished.
    Style {
        /// The tag names the field with the content.
        Sibling = "sibling",
        /// The tag is among the fields of the content.
        Flat = "flat",
        /// No tag: the only field contains the content.
        Oneof = "oneof",
        /// No tag: the content is a number, a string, a list, …
        Kind = "kind",
    }
}

/// The kinds of JSON that a [`Style::Kind`] union distinguishes.
pub const KINDS: [&str; 5] = ["bool", "number", "string", "list", "object"];

/// Returns the kind of a JSON value: one of [`KINDS`], or `null`.
pub(crate) fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// A variant of a union.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(rename = "VariantFields")]
pub struct Variant {
    /// The variant's name; without one, it is made from the tag.
    #[schemars(extend("pattern" = pattern::IDENTIFIER))]
    pub name: Option<String>,
    /// The type of the content; a sibling may have none.
    #[serde(rename = "type")]
    pub ty: Option<TypeExpr>,
    /// The field with the content, for siblings; without one, it is named as the tag says.
    pub key: Option<String>,
    /// Its description, if the name doesn't say it.
    pub doc: Option<String>,
}

impl Variant {
    /// Returns the name of the content field of the variant with this tag.
    pub fn content<'a>(&'a self, tag: &'a str) -> &'a str {
        self.key.as_deref().unwrap_or(tag)
    }
}
