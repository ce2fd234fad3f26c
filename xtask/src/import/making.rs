//! Examples with made-up values, in the shape of a page's bodies, by the types and the names of their fields. Equal
//! values on a page stay equal, so that an ID in a request is also the one in the response.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::examples::wire;
use super::made::{self, Kind};
use super::model::{Bodies, Definition, DraftEndpoint, DraftFields};
use super::types::Types;
use crate::pages::phrases::may_be_moment;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Field, Limit, LimitKind, LimitValue};

/// Makes up the values of a file's examples.
#[derive(Debug, Default)]
pub(super) struct Maker {
    /// The replacements for a page's texts, by kind and text.
    texts: HashMap<(Kind, String), String>,
    /// The number of made-up values of each kind.
    made: HashMap<Kind, usize>,
}

impl Maker {
    /// Replaces the values in the examples of an endpoint.
    pub(super) fn make(&mut self, endpoint: &mut DraftEndpoint, types: &Types) {
        let is_file = endpoint.answer.may_be_file();
        for example in &mut endpoint.examples {
            let Bodies { request, response } = &mut example.spec;
            let earliest =
                [request.as_ref(), Some(&*response)].into_iter().flatten().filter_map(earliest).min();
            let mut making = Making { maker: self, types, earliest: earliest.unwrap_or_default() };
            if let Some(Value::Object(request)) = request {
                making.object(request, &endpoint.request.spec);
            }
            if let Value::Object(response) = response
                && !(is_file && endpoint.response.spec.is_empty())
            {
                making.object(response, &endpoint.response.spec);
            }
        }
    }

    /// Replaces the values in a document with some fields.
    pub(super) fn body(&mut self, body: &mut Map<String, Value>, fields: &DraftFields, types: &Types) {
        let earliest = earliest(&Value::Object(body.clone())).unwrap_or_default();
        Making { maker: self, types, earliest }.object(body, fields);
    }

    fn text(&mut self, kind: Kind, name: &str, text: &str) -> String {
        let key = (kind, text.to_owned());
        if let Some(known) = self.texts.get(&key) {
            return known.clone();
        }
        let number = self.made.entry(kind).or_default();
        let made = made::text(kind, name, *number);
        *number += 1;
        self.texts.insert(key, made.clone());
        made
    }
}

/// The bodies of one example while their values are replaced.
struct Making<'m> {
    maker: &'m mut Maker,
    types: &'m Types,
    /// The earliest time in them: all others keep their distance from it.
    earliest: i64,
}

impl<'m> Making<'m> {
    fn object(&mut self, object: &mut Map<String, Value>, fields: &DraftFields) {
        let embedded =
            fields.values().find(|field| field.spec.embed).and_then(|field| self.definition(&field.spec.ty));
        for (name, value) in object.iter_mut().filter(|(name, _)| *name != "errcode" && *name != "errmsg") {
            match (fields.get(name).filter(|field| !field.spec.embed), embedded) {
                (Some(field), _) => self.field(name, value, &field.spec),
                (None, Some(union)) => self.of_union(name, value, union),
                (None, None) => self.untyped(name, value),
            }
        }
    }

    fn field(&mut self, name: &str, value: &mut Value, field: &Field) {
        self.value(name, value, &field.ty);
        within(value, &field.limits);
    }

    fn value(&mut self, name: &str, value: &mut Value, ty: &TypeExpr) {
        match ty {
            TypeExpr::Scalar(scalar) => self.scalar(name, value, *scalar),
            TypeExpr::Generic(generic, inner) => self.generic(name, value, *generic, inner),
            TypeExpr::Named(_) => match self.definition(ty) {
                Some(Definition::Struct { fields, .. }) => match value {
                    Value::Object(object) => self.object(object, fields),
                    other => self.untyped(name, other),
                },
                Some(Definition::Enum { repr, values, .. }) => {
                    let known =
                        value.is_i64() || value.as_str().is_some_and(|text| values.contains_key(text));
                    if let Some((first, _)) = values.first().filter(|_| !known) {
                        *value = wire(*repr, first);
                    }
                }
                Some(union @ Definition::Union { .. }) => {
                    if let Value::Object(object) = value {
                        object.iter_mut().for_each(|(name, value)| self.of_union(name, value, union));
                    }
                }
                None => self.untyped(name, value),
            },
        }
    }

    /// Replaces a field of an object with a tag.
    fn of_union(&mut self, name: &str, value: &mut Value, union: &Definition) {
        let Definition::Union { tag, variants, .. } = union else { return };
        let content = variants.iter().find(|(wire, variant)| variant.content(wire) == name);
        match content.and_then(|(_, variant)| variant.ty.as_ref()) {
            _ if name == tag => {}
            Some(ty) => self.value(name, value, ty),
            None => self.untyped(name, value),
        }
    }

    fn generic(&mut self, name: &str, value: &mut Value, generic: Generic, inner: &TypeExpr) {
        match (generic, value) {
            (Generic::List, Value::Array(items)) => {
                for item in items {
                    self.value(name, item, inner);
                }
            }
            (Generic::Map, Value::Object(entries)) => {
                entries.iter_mut().for_each(|(_, entry)| self.value(name, entry, inner));
            }
            (Generic::Json, Value::String(text)) => {
                if let Ok(mut parsed) = serde_json::from_str::<Value>(text) {
                    self.value(name, &mut parsed, inner);
                    *text = parsed.to_string();
                }
            }
            (Generic::Pipe, Value::String(text)) => *text = self.joined(name, text, '|'),
            (Generic::Csv, Value::String(text)) => *text = self.joined(name, text, ','),
            (Generic::OrText, value) => self.value(name, value, inner),
            (_, other) => self.untyped(name, other),
        }
    }

    fn joined(&mut self, name: &str, text: &str, mark: char) -> String {
        let items = text.split(mark).map(|item| self.text(name, item));
        items.collect::<Vec<String>>().join(&mark.to_string())
    }

    fn scalar(&mut self, name: &str, value: &mut Value, scalar: Scalar) {
        match (scalar, &*value) {
            (Scalar::Timestamp, number) => {
                *value = self.moment(number.as_i64().unwrap_or(self.earliest)).into();
            }
            (Scalar::Int | Scalar::Uint, Value::String(_)) => *value = 1024.into(),
            (Scalar::F64, Value::String(_)) => *value = Value::from(0.5),
            (Scalar::Secret, Value::String(text)) => {
                *value = self.maker.text(Kind::Secret, name, text).into();
            }
            (Scalar::File, _) => {}
            _ => self.untyped(name, value),
        }
    }

    /// Replaces a value without a known type, by its name.
    fn untyped(&mut self, name: &str, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(name, text),
            Value::Number(number) => {
                if let Some(number) = number.as_i64() {
                    *value = self.number(name, number).into();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.untyped(name, item)),
            Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| self.untyped(name, value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn text(&mut self, name: &str, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let kind = made::kind(name, text);
        match kind {
            Kind::Word => text.to_owned(),
            kind => self.maker.text(kind, name, text),
        }
    }

    fn number(&self, name: &str, number: i64) -> i64 {
        if is_moment(name, number) { self.moment(number) } else { made::number(name, number) }
    }

    /// Returns a time in 2025, as far from the first one as on the page, but at most half a year.
    fn moment(&self, number: i64) -> i64 {
        const START: i64 = 1_741_050_000;
        const HALF_A_YEAR: i64 = 180 * 86_400;
        if number == 0 { 0 } else { START + number.saturating_sub(self.earliest).clamp(0, HALF_A_YEAR) }
    }

    fn definition(&self, ty: &TypeExpr) -> Option<&'m Definition> {
        ty.name().and_then(|name| self.types.get(name))
    }
}

fn is_moment(name: &str, number: i64) -> bool {
    name.to_ascii_lowercase().ends_with("time") && (100_000_000..10_000_000_000).contains(&number)
}

/// Returns the earliest time in a body.
fn earliest(body: &Value) -> Option<i64> {
    match body {
        Value::Object(fields) => {
            let found = fields.iter().filter_map(|(name, value)| match value.as_i64() {
                Some(number) => (is_moment(name, number) || may_be_moment(number))
                    .then_some(number)
                    .filter(|moment| *moment > 0),
                None => earliest(value),
            });
            found.min()
        }
        Value::Array(items) => items.iter().filter_map(earliest).min(),
        _ => None,
    }
}

/// Returns a text that a pattern allows: without the characters that it rejects, or with digits or letters; otherwise
/// the text itself.
fn matching(text: &str, pattern: &Limit) -> String {
    let allows = |text: &str| pattern.allows(&Value::from(text));
    let rest: String = text.chars().filter(|c| allows(c.encode_utf8(&mut [0; 4]))).collect();
    let made = ["100021", "made", "MADE"].map(str::to_owned);
    let own = [text.to_owned(), rest].into_iter().filter(|text| !text.is_empty());
    own.chain(made).find(|text| allows(text)).unwrap_or_else(|| text.to_owned())
}

/// Keeps a value within its limits, as far as possible.
fn within(value: &mut Value, limits: &[Limit]) {
    for limit in limits.iter().filter(|limit| limit.kind == LimitKind::Pattern) {
        if let Value::String(text) = value {
            *text = matching(text, limit);
        }
    }
    for limit in limits {
        if let (LimitValue::Numbers(numbers), true) =
            (&limit.value, value.is_number() && !limit.allows(value))
        {
            *value = numbers.first().copied().into();
        }
        let Some(number) = limit.as_number() else { continue };
        let count = number.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
        let nearest = || match (limit.kind, number.as_i64()) {
            (LimitKind::ExclusiveMin, Some(number)) => Value::from(number.saturating_add(1)),
            (LimitKind::ExclusiveMax, Some(number)) => Value::from(number.saturating_sub(1)),
            (LimitKind::MultipleOf, Some(step)) => {
                Value::from(value.as_i64().unwrap_or_default().checked_div(step).unwrap_or(1).max(1) * step)
            }
            _ => Value::Number(number.clone()),
        };
        if value.is_number() && !limit.allows(value) {
            *value = nearest();
        }
        let Value::String(text) = value else { continue };
        match limit.kind {
            LimitKind::MaxChars
            | LimitKind::MaxBytes
            | LimitKind::MaxWidth
            | LimitKind::CutsAtChars
            | LimitKind::CutsAtBytes
            | LimitKind::CutsAtWidth => *text = text.chars().take(count).collect(),
            LimitKind::MinChars => {
                // A character of the text is certainly allowed.
                let filler = text.chars().last().unwrap_or('x');
                let missing = count.saturating_sub(text.chars().count());
                text.extend(std::iter::repeat_n(filler, missing));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_text_keeps_its_pattern_and_its_length() {
        for (text, pattern, least, expected) in [
            ("tag-2f", "^[0-9A-Za-z]*$", 0, "tag2f"),
            ("tag", "^[0-9]*$", 8, "10002111"),
            ("The plan: now", "^[^:]*$", 0, "The plan now"),
            ("ab", "^[0-9A-Za-z_-]*$", 4, "abbb"),
            ("x", "^(?:yes|no)$", 0, "x"),
        ] {
            let pattern = LimitValue::Pattern(pattern.to_owned());
            let limits = [
                Limit::number(LimitKind::MinChars, least),
                Limit { kind: LimitKind::Pattern, value: pattern },
            ];
            let mut value = Value::from(text);
            within(&mut value, &limits);
            assert_eq!(value, expected);
        }
    }
}
