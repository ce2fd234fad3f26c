//! The keys of nodes that are read at once, and the names of those whose entries are read one by one.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde_yaml::Value;

use crate::spec::pattern;
use crate::spec::type_expr::TypeExpr;
use crate::spec::{Deviation, Doc, Repr, Style, WrittenRule};

/// A chapter of the documentation.
#[derive(Deserialize, JsonSchema)]
pub(super) struct FileHead {
    /// The chapter's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) title: String,
    /// What the module is for.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) summary: String,
    /// Where it differs from its pages on purpose.
    #[serde(default)]
    pub(super) deviations: Vec<Deviation>,
}

/// The error codes that any endpoint may answer with.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CodesHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) title: String,
    /// What they are.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) summary: String,
    /// The documentation page.
    pub(super) doc: Doc,
    /// Where they differ from the page on purpose.
    #[serde(default)]
    pub(super) deviations: Vec<Deviation>,
    // Read one by one; here so that they are not left out.
    /// By code.
    #[serde(rename = "codes")]
    #[schemars(with = "serde_json::Value")]
    _codes: Value,
}

/// A struct.
#[derive(Deserialize, JsonSchema)]
pub(super) struct StructHead {
    /// What it is.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) doc: String,
    /// Rules over several fields.
    #[serde(default)]
    pub(super) rules: Vec<WrittenRule>,
}

/// An open enum: a value that isn't listed is kept, never an error.
#[derive(Deserialize, JsonSchema)]
pub(super) struct EnumHead {
    /// What it is.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) doc: String,
    /// Integers or strings.
    pub(super) repr: Repr,
}

/// A union: an object whose fields depend on which variant it is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct UnionHead {
    /// What it is.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) doc: String,
    /// How its variants are told apart.
    #[serde(default)]
    pub(super) style: Style,
    /// The wire name of the field that says which variant it is, for the styles that have one.
    pub(super) tag: Option<String>,
    /// Whether tags are strings or numbers.
    #[serde(default)]
    pub(super) repr: Repr,
}

/// A documented value of an enum.
#[derive(Deserialize, JsonSchema)]
pub(super) struct EnumValueFields {
    /// The variant's name.
    #[schemars(extend("pattern" = pattern::PASCAL))]
    pub(super) name: String,
    /// What it means, where the name doesn't say it.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) doc: Option<String>,
}

/// A variant of a union.
#[derive(Deserialize, JsonSchema)]
pub(super) struct VariantFields {
    /// The variant's name; without one, it is made from the tag.
    #[schemars(extend("pattern" = pattern::IDENTIFIER))]
    pub(super) name: Option<String>,
    /// The type of the content; a sibling may have none.
    #[serde(rename = "type")]
    pub(super) ty: Option<TypeExpr>,
    /// The field with the content, for siblings; without one, it is named as the tag says.
    pub(super) key: Option<String>,
    /// What it is, where the name doesn't say it.
    pub(super) doc: Option<String>,
}

/// The keys of nodes whose entries are read one by one.
pub(super) mod sections {
    use crate::spec::{Part, Section};

    pub(in crate::spec) const FILE: &[&str] = &Section::KEYS;
    pub(in crate::spec) const ENDPOINT: &[&str] = &[Part::Request.key(), Part::Response.key()];
    pub(in crate::spec) const STRUCT: &[&str] = &["fields"];
    pub(in crate::spec) const ENUM: &[&str] = &["values"];
    pub(in crate::spec) const UNION: &[&str] = &["variants"];
}

/// The keys a struct knows, as its derived impl tells them to a deserializer.
pub(super) fn known_keys<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Ask<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Ask<'_> {
        type Error = de::value::Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(de::Error::custom("only structs are asked"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            self.deserialize_any(visitor)
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut keys: &'static [&'static str] = &[];
    let _ = T::deserialize(Ask(&mut keys));
    keys
}
