//! Checks rules over several fields against JSON objects.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::rule::on_the_wire;
use super::{Demand, FieldPath, Rule, Test, Total};

/// A JSON object that rules are checked against.
pub struct Held<'a> {
    /// The object.
    pub object: &'a Map<String, Value>,
    /// Returns the default of an absent field.
    pub default: &'a dyn Fn(&FieldPath) -> Option<Value>,
}

impl Held<'_> {
    /// Returns whether the object keeps a rule.
    pub fn keeps(&self, rule: &Rule) -> bool {
        match rule {
            Rule::MaxSpan { from, to, days, whole_days } => {
                let second = |path| self.number(path)?.as_i64().map(i128::from);
                let (Some(from), Some(to)) = (second(from), second(to)) else { return true };
                let (day, shift) = (24 * 60 * 60, 8 * 60 * 60);
                let between = if *whole_days {
                    ((to + shift).div_euclid(day) - (from + shift).div_euclid(day)) * day
                } else {
                    to - from
                };
                (0..=i128::from(*days) * day).contains(&between)
            }
            Rule::Order { fields: [first, second], strict } => {
                let (Some(first), Some(second)) = (self.double(first), self.double(second)) else {
                    return true;
                };
                if *strict { first < second } else { first <= second }
            }
            Rule::Difference { from, to, limits } => {
                let difference = self.difference(from, to);
                difference.is_none_or(|difference| limits.iter().all(|limit| limit.allows(&difference)))
            }
            Rule::Group(group, fields) => {
                let set = fields.iter().filter(|path| self.any(path, &|value| value.is_some_and(is_set)));
                group.allows(set.count(), fields.len())
            }
            Rule::When { demand, field, when, test } => {
                !self.decides(when, test) || self.meets(field, demand)
            }
            Rule::Unique(field) => {
                let holders = holders(self.object, field).into_iter();
                let mut seen = HashSet::new();
                holders.filter_map(|holder| last(holder, field)).all(|value| seen.insert(on_the_wire(value)))
            }
            Rule::Total { total, of, min, max, is } => {
                let is = is.as_ref().and_then(|path| self.double(path));
                let found = self.total(*total, of);
                let bounds = [(min.map(to_double), Ordering::Less), (max.map(to_double), Ordering::Greater)];
                found.is_none_or(|found| {
                    let beyond = |(bound, side): (Option<f64>, Ordering)| {
                        bound.is_some_and(|bound| found.partial_cmp(&bound) == Some(side))
                    };
                    let near = |is: f64| (found - is).abs() <= 1e-9 * found.abs().max(is.abs());
                    !bounds.into_iter().any(beyond) && is.is_none_or(near)
                })
            }
        }
    }

    /// Returns those of some fields that are set, by their paths.
    pub fn set(&self, fields: Vec<&FieldPath>) -> Vec<String> {
        let set = fields.into_iter().filter(|path| self.any(path, &|value| value.is_some_and(is_set)));
        set.map(ToString::to_string).collect()
    }

    fn meets(&self, field: &FieldPath, demand: &Demand) -> bool {
        match demand {
            Demand::Required => all_set(self.object, &field.steps().collect::<Vec<_>>()),
            Demand::Forbidden => !self.any(field, &|value| value.is_some_and(is_set)),
            Demand::Limited(limits) => {
                let beyond = |value: &Value| !limits.iter().all(|limit| limit.allows(value));
                !self.any(field, &|value| value.is_some_and(beyond))
            }
        }
    }

    /// Returns whether a field meets a condition; if it is absent, its default counts.
    fn decides(&self, when: &FieldPath, test: &Test) -> bool {
        let default = (self.default)(when);
        self.any(when, &|value| match (test, value) {
            (Test::Set, value) => value.is_some_and(is_set),
            (test, Some(value)) => test.holds(value),
            (test, None) => default.as_ref().is_some_and(|default| test.holds(default)),
        })
    }

    /// Returns the second number minus the first; whole ones are subtracted exactly, as far as their difference is one.
    fn difference(&self, from: &FieldPath, to: &FieldPath) -> Option<Value> {
        let whole = |path| self.number(path)?.as_i64();
        match whole(to).zip(whole(from)).and_then(|(to, from)| to.checked_sub(from)) {
            Some(difference) => Some(difference.into()),
            None => Some((self.double(to)? - self.double(from)?).into()),
        }
    }

    /// Returns the total of the numbers or items at some paths; nothing if a factor is missing.
    fn total(&self, total: Total, of: &[FieldPath]) -> Option<f64> {
        let mut numbers = Vec::new();
        for path in of {
            let default = (self.default)(path).and_then(|default| default.as_f64());
            for holder in holders(self.object, path) {
                let value = last(holder, path);
                numbers.push(match total {
                    Total::Items => value.map(items),
                    Total::Sum | Total::Product => value.and_then(Value::as_f64).or(default),
                });
            }
        }
        match total {
            Total::Sum | Total::Items => Some(numbers.into_iter().flatten().sum()),
            Total::Product => numbers.into_iter().product(),
        }
    }

    /// Returns whether a condition is true for the value at a path, in any item of the lists on the path.
    fn any(&self, path: &FieldPath, holds: &dyn Fn(Option<&Value>) -> bool) -> bool {
        holders(self.object, path).into_iter().any(|holder| holds(last(holder, path)))
    }

    fn number(&self, path: &FieldPath) -> Option<&Value> {
        last(holders(self.object, path).first()?, path)
    }

    fn double(&self, path: &FieldPath) -> Option<f64> {
        self.number(path)?.as_f64()
    }
}

/// Returns how many items a list or a map has.
#[expect(clippy::cast_precision_loss, reason = "the lists of examples are short")]
fn items(value: &Value) -> f64 {
    match value {
        Value::Array(items) => items.len() as f64,
        Value::Object(entries) => entries.len() as f64,
        _ => 0.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "the numbers of examples are small")]
fn to_double(number: i64) -> f64 {
    number as f64
}

/// Returns the objects that may contain the last field of a path.
fn holders<'o>(object: &'o Map<String, Value>, path: &FieldPath) -> Vec<&'o Map<String, Value>> {
    let mut holders = vec![object];
    let steps: Vec<&str> = path.steps().collect();
    for name in &steps[..steps.len() - 1] {
        let inside = holders.into_iter().filter_map(|holder| holder.get(*name));
        holders = inside.flat_map(objects).collect();
    }
    holders
}

/// Returns an object, or those in a list.
fn objects(value: &Value) -> Vec<&Map<String, Value>> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_object).collect(),
        other => other.as_object().into_iter().collect(),
    }
}

/// Returns the value at the end of a path.
fn last<'o>(holder: &'o Map<String, Value>, path: &FieldPath) -> Option<&'o Value> {
    holder.get(path.steps().last()?).filter(|value| !value.is_null())
}

/// Returns whether a field is set in all items of the lists on the path. A missing value may be a list, in which
/// nothing lacks it.
fn all_set(object: &Map<String, Value>, steps: &[&str]) -> bool {
    match steps {
        [] => true,
        [name] => object.get(*name).is_some_and(is_set),
        [name, inner @ ..] => match object.get(*name) {
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_object).all(|item| all_set(item, inner))
            }
            Some(Value::Object(object)) => all_set(object, inner),
            Some(Value::Null) | None => true,
            Some(_) => false,
        },
    }
}

/// Returns whether a value means something, which empty ones don't.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::{Limit, LimitKind, LimitValue};

    fn keeps(rule: &Rule, object: &Value) -> bool {
        let object = object.as_object().expect("an object");
        Held { object, default: &|_| None }.keeps(rule)
    }

    fn span(days: u32, whole_days: bool) -> Rule {
        Rule::MaxSpan { from: FieldPath::new("from"), to: FieldPath::new("to"), days, whole_days }
    }

    #[test]
    fn times_of_any_size_are_compared() {
        for whole_days in [false, true] {
            let far = json!({ "from": i64::MIN, "to": i64::MAX });
            assert!(!keeps(&span(u32::MAX, whole_days), &far));
            assert!(keeps(&span(0, whole_days), &json!({ "from": i64::MAX, "to": i64::MAX })));
        }
    }

    #[test]
    fn a_difference_is_within_its_limits_where_both_numbers_are_there() {
        let only = Limit { kind: LimitKind::OneOf, value: LimitValue::Numbers(vec![0, 300]) };
        let rule = |limit: &Limit| {
            let (from, to) = (FieldPath::new("from"), FieldPath::new("at.to"));
            Rule::Difference { from, to, limits: vec![limit.clone()] }
        };
        let least = Limit::number(LimitKind::ExclusiveMin, 60);
        for (limit, object, kept) in [
            (&only, json!({ "from": 100, "at": { "to": 400 } }), true),
            (&only, json!({ "from": 400, "at": { "to": 100 } }), false),
            (&only, json!({ "from": 100 }), true),
            (&only, json!({ "at": { "to": 7 } }), true),
            (&only, json!({ "from": i64::MIN, "at": { "to": i64::MAX } }), false),
            (&least, json!({ "from": i64::MIN, "at": { "to": i64::MAX } }), true),
            (&least, json!({ "from": 0.5, "at": { "to": 60.5 } }), false),
            (&least, json!({ "from": 0.5, "at": { "to": 60.75 } }), true),
        ] {
            assert_eq!(keeps(&rule(limit), &object), kept, "{object}");
        }
    }

    #[test]
    fn the_items_of_all_lists_on_the_way_are_counted() {
        let of = ["shelves.jars", "cups"].map(FieldPath::new).to_vec();
        let rule = Rule::Total { total: Total::Items, of, min: None, max: Some(3), is: None };
        for (object, kept) in [
            (json!({ "shelves": [{ "jars": [1, 2] }, { "jars": [3] }] }), true),
            (json!({ "shelves": [{ "jars": [1, 2] }, { "jars": [3, 4] }] }), false),
            (json!({ "shelves": [{ "jars": [1, 2] }, {}], "cups": { "a": 1, "b": 2 } }), false),
            (json!({ "shelves": [], "cups": [] }), true),
            (json!({}), true),
        ] {
            assert_eq!(keeps(&rule, &object), kept, "{object}");
        }
    }

    #[test]
    fn what_is_unique_is_so_in_all_lists_on_the_way() {
        let rule = Rule::Unique(FieldPath::new("shelves.jars.id"));
        for (object, kept) in [
            (json!({ "shelves": [{ "jars": [{ "id": 1 }, { "id": 2 }] }, { "jars": [{ "id": 3 }] }] }), true),
            (json!({ "shelves": [{ "jars": [{ "id": 1 }] }, { "jars": [{ "id": 1 }] }] }), false),
            (json!({ "shelves": [{ "jars": [{}, {}] }, {}] }), true),
            (json!({}), true),
        ] {
            assert_eq!(keeps(&rule, &object), kept, "{object}");
        }
    }

    #[test]
    fn days_begin_in_beijing() {
        let (midnight, evening) = (1_554_220_800, 1_554_303_600);
        assert!(keeps(&span(0, true), &json!({ "from": evening, "to": midnight })));
        assert!(!keeps(&span(0, true), &json!({ "from": midnight, "to": midnight - 1 })));
        assert!(!keeps(&span(0, false), &json!({ "from": evening, "to": midnight })));
    }

    #[test]
    fn what_is_required_of_items_is_in_each_of_them() {
        let (field, when) = (FieldPath::new("guests.phone"), FieldPath::new("notify"));
        let rule = Rule::When { demand: Demand::Required, field, when, test: Test::Set };
        for (object, kept) in [
            (json!({ "notify": 1, "guests": [{ "phone": "1" }, { "phone": "2" }] }), true),
            (json!({ "notify": 1, "guests": [{ "phone": "1" }, { "phone": "" }] }), false),
            (json!({ "notify": 1, "guests": [] }), true),
            (json!({ "notify": 1 }), true),
            (json!({ "notify": 1, "guests": { "name": "Ann" } }), false),
            (json!({ "guests": [{}] }), true),
        ] {
            assert_eq!(keeps(&rule, &object), kept, "{object}");
        }
    }
}
