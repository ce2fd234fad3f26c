//! Rules over several fields, as a person writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_yaml::Value;

use super::rule::on_the_wire;
use super::{Demand, FieldPath, Group, Limits, Rule, Test, Total};

/// A rule over several fields: exactly one of these. A field inside another one is named with its path: `to.emails`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Rule", extend("minProperties" = 1, "maxProperties" = 1))]
pub struct WrittenRule {
    /// The second time is at most so many days after the first, and not before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_span: Option<MaxSpan>,
    /// The first of two numbers or times is not above the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<[String; 2]>,
    /// The first of two numbers or times is below the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_order: Option<[String; 2]>,
    /// The second of two numbers or times minus the first is within limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// One of these fields is set, and no other.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exactly_one: Option<Vec<String>>,
    /// One of these fields is set, or several.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least_one: Option<Vec<String>>,
    /// One of these fields is set, or none.
    #[schemars(length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most_one: Option<Vec<String>>,
    /// All of these fields are set, or none.
    #[schemars(length(min = 2))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub both_or_neither: Option<Vec<String>>,
    /// A field is set when another one is set, or has a certain value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_when: Option<When>,
    /// A field is not set when another one is set, or has a certain value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forbidden_when: Option<When>,
    /// A field has limits when another one is set, or has a certain value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limited_when: Option<LimitedWhen>,
    /// No two items of the lists on the path to a field have the same value there: `buttons.key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique: Option<String>,
    /// The sum of numbers has a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<WrittenTotal>,
    /// The product of numbers has a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<WrittenTotal>,
    /// The number of items in lists, also in the items of other lists, has a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_items: Option<WrittenTotal>,
}

impl WrittenRule {
    /// Returns its meaning, if it is exactly one rule.
    pub fn meaning(&self) -> Option<Rule> {
        let order = |names: &Option<[String; 2]>, strict| {
            names
                .as_ref()
                .map(|fields| Rule::Order { fields: fields.each_ref().map(|name| path(name)), strict })
        };
        let group = |group: Group, names: &Option<Vec<String>>| {
            Some(Rule::Group(group, names.as_ref()?.iter().map(|name| path(name)).collect()))
        };
        let rules = [
            self.max_span.as_ref().map(MaxSpan::meaning),
            order(&self.order, false),
            order(&self.strict_order, true),
            self.difference.as_ref().map(Difference::meaning),
            group(Group::ExactlyOne, &self.exactly_one),
            group(Group::AtLeastOne, &self.at_least_one),
            group(Group::AtMostOne, &self.at_most_one),
            group(Group::BothOrNeither, &self.both_or_neither),
            self.required_when.as_ref().and_then(|rule| rule.meaning(Demand::Required)),
            self.forbidden_when.as_ref().and_then(|rule| rule.meaning(Demand::Forbidden)),
            self.limited_when.as_ref().and_then(LimitedWhen::meaning),
            self.unique.as_deref().map(|name| Rule::Unique(path(name))),
            self.sum.as_ref().and_then(|rule| rule.meaning(Total::Sum)),
            self.product.as_ref().and_then(|rule| rule.meaning(Total::Product)),
            self.total_items.as_ref().and_then(|rule| rule.meaning(Total::Items)),
        ];
        let mut rules = rules.into_iter().flatten();
        rules.next().filter(|_| rules.next().is_none())
    }
}

fn path(name: &str) -> FieldPath {
    FieldPath::new(name)
}

/// A rule over two times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MaxSpan {
    /// The field with the earlier time.
    pub from: String,
    /// The field with the later time.
    pub to: String,
    /// The maximum number of days.
    pub days: u32,
    /// Whether both times are rounded down to their days in Beijing before they are compared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole_days: bool,
}

impl MaxSpan {
    fn meaning(&self) -> Rule {
        let Self { from, to, days, whole_days } = self;
        Rule::MaxSpan { from: path(from), to: path(to), days: *days, whole_days: *whole_days }
    }
}

/// Two numbers or times, and the limits of their difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The field that is subtracted.
    pub from: String,
    /// The field that it is subtracted from.
    pub to: String,
    /// The limits of the difference; of times, in seconds.
    pub limits: Limits,
}

impl Difference {
    fn meaning(&self) -> Rule {
        let Self { from, to, limits } = self;
        Rule::Difference { from: path(from), to: path(to), limits: limits.0.clone() }
    }
}

/// A field that depends on another one: when that is set, or when it meets the condition here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct When {
    /// The field.
    pub field: String,
    /// The other field. If it is absent, its default decides.
    pub when: String,
    /// The other field's deciding values, as on the wire.
    #[schemars(with = "Option<Vec<serde_json::Value>>", length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<Vec<Value>>,
    /// The limits within which the other field decides, instead of its values: `{ min_items: 2 }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has: Option<Limits>,
}

impl When {
    fn meaning(&self, demand: Demand) -> Option<Rule> {
        let Self { field, when, is, has } = self;
        let test = test(is.as_ref(), has.as_ref())?;
        Some(Rule::When { demand, field: path(field), when: path(when), test })
    }
}

/// A field whose limits depend on another one: when that is set, or when it meets the condition here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LimitedWhen {
    /// The field.
    pub field: String,
    /// The other field. If it is absent, its default decides.
    pub when: String,
    /// The other field's deciding values, as on the wire.
    #[schemars(with = "Option<Vec<serde_json::Value>>", length(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<Vec<Value>>,
    /// The limits within which the other field decides, instead of its values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has: Option<Limits>,
    /// The field's limits in that case.
    pub limits: Limits,
}

impl LimitedWhen {
    fn meaning(&self) -> Option<Rule> {
        let Self { field, when, is, has, limits } = self;
        let demand = Demand::Limited(limits.0.clone());
        let test = test(is.as_ref(), has.as_ref())?;
        Some(Rule::When { demand, field: path(field), when: path(when), test })
    }
}

/// Returns the condition on a field, if there is only one.
fn test(is: Option<&Vec<Value>>, has: Option<&Limits>) -> Option<Test> {
    let json = |value: &Value| serde_json::to_value(value).unwrap_or_default();
    match (is, has) {
        (Some(_), Some(_)) => None,
        (Some(values), None) => {
            Some(Test::Is(values.iter().map(|value| on_the_wire(&json(value))).collect()))
        }
        (None, Some(limits)) => Some(Test::Has(limits.0.clone())),
        (None, None) => Some(Test::Set),
    }
}

/// The total of numbers or items, and its limit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Total", extend("minProperties" = 2))]
pub struct WrittenTotal {
    /// The fields with the numbers or lists. In a list, those of all items count: `goods.price`.
    #[schemars(length(min = 1))]
    pub of: Vec<String>,
    /// At least this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// At most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// The field that contains the total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
}

impl WrittenTotal {
    fn meaning(&self, total: Total) -> Option<Rule> {
        let Self { of, min, max, is } = self;
        let bounded = min.is_some() || max.is_some() || is.is_some();
        let of = of.iter().map(|name| path(name)).collect();
        bounded.then(|| Rule::Total { total, of, min: *min, max: *max, is: is.as_deref().map(path) })
    }
}
