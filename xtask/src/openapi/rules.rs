//! Limits and rules as JSON Schema, if it can express them.

use serde_json::{Map, Value, json};

use crate::api::{Field, Module, Ty};
use crate::spec::{Carrier, Demand, FieldPath, Group, Limit, Rule, Test};

/// Adds a field's limits to its schema.
pub(super) fn limit(schema: &mut Value, field: &Field) {
    limits(schema, &field.ty, &field.limits);
    if field.each.is_empty() {
        return;
    }
    let items =
        ["items", "additionalProperties", "x-items"].into_iter().find(|key| schema.get(*key).is_some());
    if let (Some(items), Some(item)) = (items, field.ty.inner()) {
        limits(&mut schema[items], item, &field.each);
    }
}

/// Adds limits of a type to its schema.
fn limits(schema: &mut Value, ty: &Ty, limits: &[Limit]) {
    for limit in limits {
        let keyword = ty.carrier().and_then(|carrier| limit.kind.keyword(carrier));
        let Some(keyword) = keyword else { continue };
        // A type without negative numbers stays so.
        let negative =
            limit.as_number().and_then(serde_json::Number::as_f64).is_some_and(|number| number < 0.0);
        if !(negative && schema["minimum"] == 0) {
            schema[keyword] = limit.value.as_json();
        }
    }
    // Every character has at least one byte and is at least one wide, so this rejects no allowed text.
    for fewest in ["x-max-bytes", "x-max-width"] {
        if let Some(most) = schema[fewest].as_i64() {
            let chars = schema["maxLength"].as_i64().map_or(most, |chars| chars.min(most));
            schema["maxLength"] = json!(chars);
        }
    }
}

/// Returns whether all fields of a rule are in one object.
pub(super) fn is_over(rule: &Rule, fields: &[&Field]) -> bool {
    rule.fields().into_iter().all(|path| fields.iter().any(|own| own.wire == path.first()))
}

/// Returns a rule over fields of an object as JSON Schema, if that can express it.
pub(super) fn schema(module: &Module, fields: &[&Field], rule: &Rule) -> Option<Value> {
    let object = Object { module, fields };
    match rule {
        Rule::MaxSpan { .. }
        | Rule::Order { .. }
        | Rule::Difference { .. }
        | Rule::Unique(_)
        | Rule::Total { .. } => None,
        Rule::Group(group, paths) => {
            let each: Option<Vec<Value>> = paths.iter().map(|path| object.set(path)).collect();
            Some(group_of(*group, each?))
        }
        Rule::When { demand, field, when, test } => {
            let then = match demand {
                Demand::Required => object.set(field)?,
                Demand::Forbidden => json!({ "not": object.set(field)? }),
                Demand::Limited(limited) => {
                    let last = object.last(field)?;
                    let mut schema = json!({});
                    limits(&mut schema, &last.ty, limited);
                    object.at(field, schema, false)?
                }
            };
            Some(json!({ "if": object.decides(when, test)?, "then": then }))
        }
    }
}

fn group_of(group: Group, mut each: Vec<Value>) -> Value {
    match group {
        Group::ExactlyOne => json!({ "oneOf": each }),
        Group::AtLeastOne => json!({ "anyOf": each }),
        Group::AtMostOne => {
            each.push(json!({ "not": { "anyOf": each.clone() } }));
            json!({ "oneOf": each })
        }
        Group::BothOrNeither => {
            let none = json!({ "not": { "anyOf": each.clone() } });
            json!({ "oneOf": [{ "allOf": each }, none] })
        }
    }
}

/// The object that a rule is about.
struct Object<'a> {
    module: &'a Module,
    fields: &'a [&'a Field],
}

impl<'a> Object<'a> {
    /// Returns the fields along a path; none if there is a list on it, which JSON Schema can't express here.
    fn along(&self, path: &FieldPath) -> Option<Vec<&'a Field>> {
        let mut steps: Vec<&Field> = Vec::new();
        for name in path.steps() {
            let next = match steps.last() {
                None => self.fields.iter().copied().find(|field| field.wire == name)?,
                Some(Field { ty: Ty::Struct(ty), .. }) => self.module.structure(ty)?.field(name)?,
                Some(_) => return None,
            };
            steps.push(next);
        }
        Some(steps)
    }

    fn last(&self, path: &FieldPath) -> Option<&'a Field> {
        self.along(path)?.pop()
    }

    /// Returns the schema for a field that is set: an empty list is not.
    fn set(&self, path: &FieldPath) -> Option<Value> {
        let full = match self.last(path)?.ty.carrier() {
            Some(Carrier::List) => json!({ "minItems": 1 }),
            Some(Carrier::Map) => json!({ "minProperties": 1 }),
            Some(Carrier::Joined) => json!({ "minLength": 1 }),
            _ => json!({}),
        };
        self.at(path, full, true)
    }

    /// Returns the schema for a field that meets a condition.
    fn decides(&self, path: &FieldPath, test: &Test) -> Option<Value> {
        let field = self.last(path)?;
        let schema = match test {
            Test::Set => return self.set(path),
            Test::Is(values) => {
                let values: Vec<Value> = values.iter().flat_map(|value| as_sent(&field.ty, value)).collect();
                json!({ "enum": values })
            }
            Test::Has(has) => {
                let mut schema = json!({});
                limits(&mut schema, &field.ty, has);
                schema
            }
        };
        let by_default = field.default.as_deref().is_some_and(|default| test.holds(default));
        self.at(path, schema, !by_default)
    }

    /// Returns the schema for the value at a path; if it is required, the value must exist.
    fn at(&self, path: &FieldPath, schema: Value, required: bool) -> Option<Value> {
        let steps = self.along(path)?;
        let outer = steps.len() - 1;
        let wrap = |inner: Value, (index, field): (usize, &&Field)| {
            let mut object = Map::new();
            if inner.as_object().is_none_or(|inner| !inner.is_empty()) {
                object.insert("properties".to_owned(), json!({ &field.wire: inner }));
            }
            if required || index < outer {
                object.insert("required".to_owned(), json!([field.wire]));
            }
            Value::Object(object)
        };
        Some(steps.iter().enumerate().rev().fold(schema, wrap))
    }
}

/// Returns the JSON forms of a wire value: a spec doesn't say whether it is text or a number.
fn as_sent(ty: &Ty, value: &str) -> Vec<Value> {
    let number = value.parse::<i64>().ok().map(|number| json!(number));
    let truth = matches!(ty, Ty::Bool | Ty::Flag).then(|| json!(value == "1"));
    number.into_iter().chain([json!(value)]).chain(truth).collect()
}
