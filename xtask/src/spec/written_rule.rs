//! Rules over several fields, as a person writes them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Value;

use super::{FieldPath, Group, Rule};

/// A rule over several fields: exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
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

impl WrittenRule {
    /// What it says, if that is exactly one thing.
    pub fn meaning(&self) -> Option<Rule> {
        let Self { max_span, exactly_one, at_least_one, at_most_one, required_when } = self;
        let path = |name: &String| FieldPath::new(name);
        let group = |group: Group, names: &Option<Vec<String>>| {
            Some(Rule::Group(group, names.as_ref()?.iter().map(path).collect()))
        };
        let span = max_span.as_ref().map(|MaxSpan { from, to, days }| Rule::MaxSpan {
            from: path(from),
            to: path(to),
            days: *days,
        });
        let required = required_when.as_ref().map(|RequiredWhen { field, when, is }| Rule::RequiredWhen {
            field: path(field),
            when: path(when),
            is: is.iter().map(on_the_wire).collect(),
        });
        let rules = [
            span,
            group(Group::ExactlyOne, exactly_one),
            group(Group::AtLeastOne, at_least_one),
            group(Group::AtMostOne, at_most_one),
            required,
        ];
        let mut rules = rules.into_iter().flatten();
        rules.next().filter(|_| rules.next().is_none())
    }
}

/// A YAML scalar as it would stand on the wire.
fn on_the_wire(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => u8::from(*value).to_string(),
        Value::Number(number) => number.to_string(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// A field that is required because of another one.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub struct MaxSpan {
    /// The field with the earlier time.
    pub from: String,
    /// The field with the later time.
    pub to: String,
    /// How many days.
    pub days: u32,
}
