//! Rate limits: of one endpoint, or counted per company, app, address or recipient.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use crate::spec::keywords::keywords;
use crate::spec::pattern;

/// A documented rate limit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
pub struct Rate {
    /// How many calls.
    #[schemars(range(min = 1))]
    pub calls: u32,
    /// In which time.
    pub per: Period,
}

keywords! {
    /// The time a rate limit counts in.
    Period {
        /// Every second.
        Second = "second",
        /// Every minute.
        Minute = "minute",
        /// Every hour.
        Hour = "hour",
        /// Every day.
        Day = "day",
        /// Every month.
        Month = "month",
    }
}

/// A rate that is of no single endpoint's page.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
pub struct GeneralRate {
    /// What is limited, and what a caller must know of it.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// Whose calls are counted: `each`, `none`, or the paths of some endpoints, each of which is counted by itself.
    pub of: Of,
    /// With `of: each`, the paths that aren't counted.
    #[serde(default)]
    #[schemars(schema_with = "paths")]
    pub except: Vec<String>,
    /// For whom they are counted.
    pub per: Scope,
    /// What is counted of them.
    #[serde(default)]
    pub counts: Counts,
    /// The request field that names who receives something, where recipients are counted and a field does.
    pub recipients: Option<String>,
    /// How much is allowed.
    #[schemars(length(min = 1))]
    pub rate: Vec<Rate>,
    /// Whether that is for each account that the company may have.
    #[serde(default)]
    pub times_accounts: bool,
    /// What becomes of the rest.
    #[serde(default)]
    pub excess: Excess,
}

/// The calls that a rate is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// Those of each endpoint, counted by itself.
    Each,
    /// None: something else is limited.
    None,
    /// Those of each of these paths, counted by itself.
    Paths(Vec<String>),
}

impl Of {
    /// The words that replace a list of paths.
    const KEYWORDS: [&str; 2] = ["each", "none"];

    /// Returns the paths that it names.
    pub fn paths(&self) -> &[String] {
        match self {
            Self::Paths(paths) => paths,
            Self::Each | Self::None => &[],
        }
    }
}

impl<'de> Deserialize<'de> for Of {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Of;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`each`, `none` or a list of paths")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Of, E> {
                match word {
                    "each" => Ok(Of::Each),
                    "none" => Ok(Of::None),
                    other => Err(E::unknown_variant(other, &Of::KEYWORDS)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Of, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(Of::Paths)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Of {
    fn schema_name() -> Cow<'static, str> {
        "Of".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut listed = paths(generator);
        listed.insert("minItems".to_owned(), 1.into());
        json_schema!({
            "description": "Whose calls are counted: those of `each` endpoint, of `none`, or of some paths, each by itself.",
            "anyOf": [{ "type": "string", "enum": Self::KEYWORDS }, listed],
        })
    }
}

/// A list of paths.
fn paths(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "pattern": pattern::PATH }, "uniqueItems": true })
}

keywords! {
    /// For whom calls are counted.
    Scope {
        /// A company, whichever of its apps calls.
        Company = "company",
        /// An app of a company.
        App = "app",
        /// The address that calls come from.
        Address = "address",
        /// The address that the calls of a service provider's applications come from.
        ProviderAddress = "provider_address",
        /// Who receives something from an application.
        Recipient = "recipient",
    }
}

keywords! {
    /// What is counted of the calls.
    Counts {
        /// Each of them.
        Calls = "calls",
        /// Each recipient of each of them.
        Recipients = "recipients",
        /// Something that no request tells.
        Other = "other",
    }
}

keywords! {
    /// What becomes of what is too much.
    Excess {
        /// WeCom refuses the call.
        Refused = "refused",
        /// WeCom accepts the call, and drops what is too much without an error.
        Dropped = "dropped",
    }
}
