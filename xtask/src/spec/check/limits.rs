//! Checks of limits: whether they fit the type, leave any value allowed, and admit the examples.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::checker::Checker;
use super::place::Place;
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Carrier, Field, Limit, LimitKind, LimitValue, Takes, on_the_wire};

const HELP: &str = "bytes, chars, width and pattern limit strings, items limit lists and maps, max and min limit \
                    numbers; `each` limits the items of a list";

impl Checker<'_> {
    pub(super) fn limits(&mut self, path: &Path, field: &Field) {
        self.limits_of(path, &field.ty, &field.limits);
        self.default_within(path, field);
        let each = &field.each.0;
        match &field.ty {
            TypeExpr::Generic(Generic::List | Generic::Map | Generic::Pipe | Generic::Csv, item) => {
                self.limits_of(&path.key("each"), item, each);
            }
            _ if each.is_empty() => {}
            ty => {
                self.report
                    .error(Mistake::BadLimit, At::Key(&path.key("each")), format!("a `{ty}` has no items"))
                    .label("can't be checked")
                    .help(HELP);
            }
        }
        if let Some(cut) = each.iter().find(|limit| !limit.refuses()) {
            let message = format!("`{}` applies to a single text, not to items", cut.kind.key());
            self.report
                .error(Mistake::BadLimit, At::Key(&path.key("each").key(cut.kind.key())), message)
                .label("not of items");
        }
    }

    /// Checks the default against the type and the limits: what WeCom assumes, a caller may say.
    fn default_within(&mut self, path: &Path, field: &Field) {
        let default = field.default.as_ref().and_then(|default| serde_json::to_value(default).ok());
        let Some(default) = default else { return };
        if !default.is_array() && !default.is_object() {
            self.value_of(&path.key("default"), &field.ty, &on_the_wire(&default), Mistake::BadLimit);
        }
        for limit in field.limits.iter().filter(|limit| !limit.allows(&default)) {
            self.report
                .error(
                    Mistake::BadLimit,
                    At::Value(&path.key("default")),
                    format!("the default breaks the limit `{limit}`"),
                )
                .label(limit.demand());
        }
    }

    /// Checks the limits on the type at a path.
    pub(super) fn limits_of(&mut self, path: &Path, ty: &TypeExpr, limits: &[Limit]) {
        let carrier = Carrier::of(ty);
        for limit in limits {
            let at = path.key(limit.kind.key());
            if carrier.and_then(|carrier| limit.kind.keyword(carrier)).is_none() {
                let message = format!("`{}` doesn't fit the type `{ty}`", limit.kind.key());
                self.report
                    .error(Mistake::BadLimit, At::Key(&at), message)
                    .label("can't be checked")
                    .help(HELP);
            } else if let Some((message, label)) = problem(ty, limit) {
                let help = match limit.value {
                    LimitValue::Pattern(_) => {
                        Some("a regular expression from `^` to `$`: `^[a-z][a-z0-9_]*$`")
                    }
                    _ => None,
                };
                self.report
                    .error(Mistake::BadLimit, At::Value(&at), message)
                    .label(label)
                    .help_if(help.map(str::to_owned));
            }
        }
        if let Some(only) = limits.iter().find(|limit| limit.kind == LimitKind::OneOf)
            && let Some(other) = limits.iter().find(|limit| limit.kind != LimitKind::OneOf)
        {
            let message = format!("`{}` lists all numbers that are allowed", only.kind.key());
            self.report
                .error(Mistake::BadLimit, At::Key(&path.key(other.kind.key())), message)
                .label("says nothing more, or the opposite")
                .help("omit it, and the numbers that it rejects");
        }
        for lower in limits {
            for upper in limits.iter().filter(|upper| lower.contradicts(upper)) {
                let message = format!("no value fits between {} and {}", lower.value, upper.value);
                self.report
                    .error(Mistake::BadLimit, At::Key(path), message)
                    .label("the minimum exceeds the maximum");
            }
        }
    }
}

impl Checker<'_> {
    /// Checks the unit of a duration: drift compares that of the description with the page.
    pub(super) fn unit(&mut self, path: &Path, (name, field): (&str, &Field)) {
        let Some(unit) = field.unit else { return };
        let at = path.key("unit");
        if !matches!(field.ty, TypeExpr::Scalar(Scalar::Int | Scalar::Uint)) {
            self.report
                .error(Mistake::BadType, At::Value(&at), "only an integer has a `unit`")
                .label(format!("`{name}` is a `{}`", field.ty));
        }
        let is_written = !field.doc.is_empty() && !field.doc.starts_with("TODO");
        if is_written && !field.doc.contains(unit.keyword()) {
            self.report
                .error(Mistake::BadType, At::Value(&at), "the description has another unit, or none")
                .label(format!("the description doesn't mention {}", unit.keyword()));
        }
    }

    /// Checks a value of an example against the limits of its field.
    pub(super) fn within(&mut self, place: &mut Place<'_>, field: &Field, value: &Value) {
        let value = unjoined(&field.ty, value);
        self.fits(place, &field.limits, &value);
        let each = &field.each.0;
        match value {
            Cow::Owned(Value::Array(items)) => items.iter().for_each(|item| self.fits(place, each, item)),
            Cow::Borrowed(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    place.enter_index(index);
                    self.fits(place, each, item);
                    place.leave();
                }
            }
            Cow::Borrowed(Value::Object(entries)) => {
                for (key, item) in entries {
                    place.enter_key(key);
                    self.fits(place, each, item);
                    place.leave();
                }
            }
            _ => {}
        }
    }

    fn fits(&mut self, place: &Place<'_>, limits: &[Limit], value: &Value) {
        for limit in limits.iter().filter(|limit| !limit.allows(value)) {
            let message = format!("the example breaks the limit `{limit}`");
            self.report
                .error(Mistake::BeyondLimit, At::Bytes(place.span()), message)
                .label(limit.demand())
                .help("change the value, or the limit if the page allows more");
        }
    }
}

/// Returns the list that one text with separators represents.
fn unjoined<'v>(ty: &TypeExpr, value: &'v Value) -> Cow<'v, Value> {
    let (separator, item) = match ty {
        TypeExpr::Generic(Generic::Pipe, item) => ('|', item),
        TypeExpr::Generic(Generic::Csv, item) => (',', item),
        _ => return Cow::Borrowed(value),
    };
    let Some(text) = value.as_str() else { return Cow::Borrowed(value) };
    let read = |text: &str| match Carrier::of(item) {
        Some(Carrier::Number) => text.parse().map_or_else(|_| text.into(), Value::Number),
        _ => text.into(),
    };
    let items = text.split(separator).filter(|_| !text.is_empty());
    Cow::Owned(items.map(|item| read(item.trim())).collect())
}

/// Explains why a limit can't apply to a type.
fn problem(ty: &TypeExpr, limit: &Limit) -> Option<(&'static str, String)> {
    let takes = limit.kind.facts().takes;
    match &limit.value {
        LimitValue::Pattern(pattern) => {
            Some(("the pattern must match a whole text", pattern_problem(pattern)?))
        }
        LimitValue::Number(number) => {
            let whole = *ty != TypeExpr::Scalar(Scalar::F64);
            let odd = takes == Takes::Number && whole && number.as_i64().is_none();
            odd.then(|| ("a limit of integers must be a 64-bit integer", format!("the type is `{ty}`")))
        }
        LimitValue::Numbers(numbers) => numbers_problem(ty, numbers),
        LimitValue::True => {
            let item = match ty {
                TypeExpr::Generic(_, item) => item,
                other => other,
            };
            let same = matches!(item, TypeExpr::Scalar(Scalar::String | Scalar::Int | Scalar::Uint));
            (limit.kind == LimitKind::UniqueItems && !same).then(|| {
                ("only strings and integers can be unique", format!("items are of the type `{item}`"))
            })
        }
    }
}

/// Explains what is wrong with a list of all numbers that are allowed.
fn numbers_problem(ty: &TypeExpr, numbers: &[i64]) -> Option<(&'static str, String)> {
    let mut seen = HashSet::new();
    let again = numbers.iter().find(|number| !seen.insert(**number));
    let negative = numbers.iter().find(|number| **number < 0 && *ty == TypeExpr::Scalar(Scalar::Uint));
    match (again, negative) {
        _ if numbers.is_empty() => Some(("no number is allowed", "is empty".to_owned())),
        (Some(again), _) => Some(("each number is listed once", format!("{again} is there twice"))),
        (None, Some(negative)) => Some(("the type has no such number", format!("{negative} is no `{ty}`"))),
        (None, None) => None,
    }
}

/// Explains what is wrong with a pattern.
fn pattern_problem(pattern: &str) -> Option<String> {
    if !(pattern.starts_with('^') && pattern.ends_with('$')) {
        return Some("it would match a part of the text".to_owned());
    }
    regex_lite::Regex::new(pattern).err().map(|error| error.to_string())
}
