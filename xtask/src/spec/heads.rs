//! The keys of nodes that are read as a whole, and the names of those whose entries are read one by one.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde_yaml::Value;

use crate::spec::pattern;
use crate::spec::{Deviation, Doc};

/// A chapter of the documentation.
#[derive(Deserialize, JsonSchema)]
pub(super) struct FileHead {
    /// The chapter's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) title: String,
    /// The purpose of the module.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) summary: String,
    /// The types that it shares with other files of its family, which define them: their names, by chapter.
    #[serde(default)]
    pub(super) imports: IndexMap<String, Vec<String>>,
    /// The intended differences from its pages.
    #[serde(default)]
    pub(super) deviations: Vec<Deviation>,
}

/// The error codes that any endpoint may return.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CodesHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) title: String,
    /// A description of the table.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) summary: String,
    /// The documentation page.
    pub(super) doc: Doc,
    /// The intended differences from the page.
    #[serde(default)]
    pub(super) deviations: Vec<Deviation>,
    // Read one by one; listed here so that they are not missing.
    /// By code.
    #[serde(rename = "codes")]
    #[schemars(with = "serde_json::Value")]
    _codes: Value,
}

/// The rate limits that no single endpoint's page documents.
#[derive(Deserialize, JsonSchema)]
pub(super) struct RatesHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) title: String,
    /// A description of the table.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub(super) summary: String,
    /// The documentation page.
    pub(super) doc: Doc,
    /// The intended differences from the page.
    #[serde(default)]
    pub(super) deviations: Vec<Deviation>,
    // Read one by one; listed here so that they are not missing.
    /// By name.
    #[serde(rename = "rates")]
    #[schemars(with = "serde_json::Value")]
    _rates: Value,
}

/// The keys of nodes whose entries are read one by one.
pub(super) mod sections {
    use crate::spec::{Part, Section};

    pub(in crate::spec) const FILE: &[&str] = &Section::KEYS;
    pub(in crate::spec) const ENDPOINT: &[&str] = &[Part::Request.key(), Part::Response.key(), CODES];
    pub(in crate::spec) const EVENT: &[&str] = &[Part::Received.key()];
    pub(in crate::spec) const CODES: &str = "codes";
    pub(in crate::spec) const STRUCT: &[&str] = &["fields"];
    pub(in crate::spec) const ENUM: &[&str] = &["values"];
    pub(in crate::spec) const UNION: &[&str] = &["variants"];
}

/// Returns the keys of a struct, as its derived impl reports them to a deserializer.
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
