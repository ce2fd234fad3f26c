//! Rate limits: of one endpoint, or counted per company, app, address or recipient.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde_json::Value;

use crate::spec::keywords::keywords;
use crate::spec::pattern;

/// A documented rate limit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
pub struct Rate {
    /// The number of calls.
    #[schemars(range(min = 1))]
    pub calls: u32,
    /// The period.
    pub per: Period,
}

/// A rate limit of an endpoint. It counts the calls of an app to the endpoint, unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
pub struct EndpointRate {
    /// The number of calls, or of items with `counts`.
    #[schemars(range(min = 1))]
    pub calls: u32,
    /// The period.
    pub per: Period,
    /// The apps whose calls it limits, if it doesn't limit those of all apps.
    pub only: Option<Apps>,
    /// The owner whose calls are counted together: an `app`, all apps of a `company`, or of all apps of a service `provider`.
    #[serde(default = "Scope::app")]
    #[schemars(schema_with = "scopes")]
    pub scope: Scope,
    /// The request fields whose values are counted apart, for example the ID of a device.
    #[serde(default)]
    #[schemars(schema_with = "fields")]
    pub by: Vec<String>,
    /// The lists of the request whose items are counted instead of calls. A list inside the items of another one is a path.
    #[serde(default)]
    #[schemars(schema_with = "fields")]
    pub counts: Vec<String>,
    /// The request field that decides whether a call counts: only calls with one of the values of `is` do.
    pub when: Option<String>,
    /// The values of `when`, as on the wire.
    #[serde(default)]
    pub is: Vec<Value>,
    /// The name of one count for several endpoints of the file: all that have a rate with this name.
    #[schemars(extend("pattern" = pattern::SNAKE))]
    pub shared: Option<String>,
    /// The request field that exempts the calls that set it.
    pub unless: Option<String>,
}

impl EndpointRate {
    /// Returns the number and the period alone.
    pub fn rate(&self) -> Rate {
        Rate { calls: self.calls, per: self.per }
    }

    /// Returns whether it counts the calls of an app to the endpoint, and nothing else.
    pub fn is_plain(&self) -> bool {
        *self == Self::from(self.rate())
    }

    /// Returns whether both count the same, whatever they allow.
    pub fn counts_like(&self, other: &Self) -> bool {
        Self { calls: self.calls, per: self.per, ..other.clone() } == *self
    }

    /// Returns what the endpoints that share a count must agree on. Their fields may have other names.
    pub fn shared_count(&self) -> (Rate, Scope, Option<Apps>, usize) {
        (self.rate(), self.scope, self.only, self.by.len())
    }

    /// Returns the request fields that it refers to, each with the key that does.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let keys = [
            ("by", self.by.as_slice()),
            ("counts", &self.counts),
            ("when", self.when.as_slice()),
            ("unless", self.unless.as_slice()),
        ];
        keys.into_iter().flat_map(|(key, names)| names.iter().map(move |name| (key, name)))
    }
}

impl From<Rate> for EndpointRate {
    fn from(Rate { calls, per }: Rate) -> Self {
        Self {
            calls,
            per,
            only: None,
            scope: Scope::App,
            by: Vec::new(),
            counts: Vec::new(),
            when: None,
            is: Vec::new(),
            shared: None,
            unless: None,
        }
    }
}

impl Scope {
    fn app() -> Self {
        Self::App
    }
}

keywords! {
    /// The period of a rate limit.
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

/// A rate limit that no single endpoint's page documents.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
pub struct GeneralRate {
    /// The calls that are limited, and notes for callers.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// The endpoints whose calls are counted: `each`, `none`, or the paths of some endpoints, each of which is counted separately.
    pub of: Of,
    /// With `of: each`, the paths that aren't counted.
    #[serde(default)]
    #[schemars(schema_with = "paths")]
    pub except: Vec<String>,
    /// The caller or recipient that they are counted for.
    pub per: Scope,
    /// The unit that is counted.
    #[serde(default)]
    pub counts: Counts,
    /// The request field with the recipients, if they are counted and a field names them.
    pub recipients: Option<String>,
    /// The limits.
    #[schemars(length(min = 1))]
    pub rate: Vec<Rate>,
    /// Whether the limits are multiplied by the number of accounts that the company may have.
    #[serde(default)]
    pub times_accounts: bool,
    /// The fate of the excess.
    #[serde(default)]
    pub excess: Excess,
}

/// The calls that a rate counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// Those of each endpoint, counted separately.
    Each,
    /// None: the rate limits something else.
    None,
    /// Those of each of these paths, counted separately.
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
            "description": "The endpoints whose calls are counted: `each`, `none`, or some paths, each of which is counted separately.",
            "anyOf": [{ "type": "string", "enum": Self::KEYWORDS }, listed],
        })
    }
}

/// A list of fields.
fn fields(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true })
}

/// The scopes that an endpoint's own rate can have.
fn scopes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": [Scope::App.keyword(), Scope::Company.keyword(), Scope::Provider.keyword()] })
}

/// A list of paths.
fn paths(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "pattern": pattern::PATH }, "uniqueItems": true })
}

keywords! {
    /// The caller or recipient that calls are counted for.
    Scope {
        /// A company, whichever of its apps calls.
        Company = "company",
        /// An app of a company.
        App = "app",
        /// A service provider, whichever of its apps calls, for whichever company.
        Provider = "provider",
        /// The IP address that calls come from.
        Address = "address",
        /// The IP address that calls of a service provider's apps come from.
        ProviderAddress = "provider_address",
        /// A recipient of an app's messages.
        Recipient = "recipient",
    }
}

keywords! {
    /// The apps whose calls a rate limits.
    Apps {
        /// Those of service providers.
        ThirdParty = "third_party",
    }
}

keywords! {
    /// The unit that a rate counts.
    Counts {
        /// Each of them.
        Calls = "calls",
        /// Each recipient of each of them.
        Recipients = "recipients",
        /// Something that isn't visible in requests.
        Other = "other",
    }
}

keywords! {
    /// The fate of the excess.
    Excess {
        /// WeCom refuses the call.
        Refused = "refused",
        /// WeCom accepts the call, and drops the excess without an error.
        Dropped = "dropped",
    }
}
