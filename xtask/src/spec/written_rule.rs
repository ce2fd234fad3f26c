//! Rules over several fields, as a person writes them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Value;

/// A rule over several fields: exactly one of these.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "Rule", extend("minProperties" = 1, "maxProperties" = 1))]
pub struct WrittenRule {
    /// Two times lie at most so many days apart, and not the wrong way round.
    pub max_span: Option<MaxSpan>,
    /// One of these fields is set, and no other.
    #[schemars(length(min = 1))]
    pub exactly_one: Option<Vec<String>>,
    /// One of these fields is set, or several.
    #[schemars(length(min = 1))]
    pub at_least_one: Option<Vec<String>>,
    /// One of these fields is set, or none.
    #[schemars(length(min = 1))]
    pub at_most_one: Option<Vec<String>>,
    /// A field is set when another one has a certain value.
    pub required_when: Option<RequiredWhen>,
}

/// A field that is required because of another one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct RequiredWhen {
    /// The field.
    pub field: String,
    /// The other field.
    pub when: String,
    /// The other field's values that make it required, as on the wire.
    #[schemars(with = "Vec<serde_json::Value>", length(min = 1))]
    pub is: Vec<Value>,
}

/// A rule over two times.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct MaxSpan {
    /// The field with the earlier time.
    pub from: String,
    /// The field with the later time.
    pub to: String,
    /// How many days.
    pub days: u32,
}
