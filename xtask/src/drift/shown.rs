//! Compares examples with the spec: the JSON kinds of values in requests, and the rules of objects in responses.

use serde_json::Value;

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::object::{SpecField, What};
use super::page::PageField;
use crate::pages::encoding::Encoding;
use crate::spec::type_expr::{Generic, TypeExpr};
use crate::spec::{DriftRule, FieldPath, File, Held, Repr, Section, Style};

impl Comparison<'_> {
    /// Compares a field of a request with every value in the examples.
    pub(super) fn shown(&mut self, file: &File, field: &SpecField<'_>, found: &[PageField<'_>]) {
        let What::Field(spec) = field.what else { return };
        if spec.quirk.is_some() || spec.embed {
            return;
        }
        for seen in found {
            // Forms and XML have only text.
            if Encoding::is_text(seen.page.section) {
                continue;
            }
            let Some(value) = seen.node.values.iter().find(|value| !is_written(file, &spec.ty, value)) else {
                continue;
            };
            let says = match value {
                Value::Array(_) => "a list".to_owned(),
                Value::Object(_) => "an object".to_owned(),
                scalar => scalar.to_string(),
            };
            let message = format!("the page's example shows `{says}`, the spec's type is `{}`", spec.ty);
            let finding =
                Finding::new(Spot::key(file, &field.path), DriftRule::FieldType, &field.at, message);
            self.found.push(finding.says(says).seen_at(seen.page.shows(field.name)));
        }
    }
}

impl Comparison<'_> {
    /// Checks the objects that examples show of a struct in a response against the struct's rules.
    pub(super) fn broken(&mut self, file: &File, ty: &TypeExpr, found: &[PageField<'_>]) {
        let Some((name, structure)) = ty.name().and_then(|name| file.structs.get_key_value(name)) else {
            return;
        };
        let default = |path: &FieldPath| {
            let field = file.field_at(&structure.fields, path)?;
            serde_json::to_value(field.default.as_ref()?).ok()
        };
        for (index, rule) in structure.rules.iter().enumerate() {
            let Some(rule) = rule.meaning() else { continue };
            let names: Vec<String> = rule.fields().into_iter().map(ToString::to_string).collect();
            for seen in found {
                let objects = seen.node.objects().into_iter();
                let mut held = objects.map(|object| Held { object, default: &default });
                let Some(held) = held.find(|held| !held.keeps(&rule)) else { continue };
                let set = held.set(rule.fields());
                let says = if set.is_empty() { "none".to_owned() } else { set.join(" and ") };
                let message = format!(
                    "a response on the page has {says} of `{}`, which breaks the rule `{}`",
                    names.join("`, `"),
                    rule.key()
                );
                let path = Section::Structs.entry(name).key("rules").index(index);
                let spot = Spot::of(file.source, file.root.find(&path));
                let at = format!("{name}.{}", names.join("."));
                let line = seen.page.shows(names.first().map_or("", String::as_str));
                let finding = Finding::new(spot, DriftRule::RuleBroken, at, message);
                self.found.push(finding.says(says).seen_at(line));
            }
        }
    }
}

/// Returns whether a value has the JSON kind in which a type is written.
pub(super) fn is_written(file: &File, ty: &TypeExpr, value: &Value) -> bool {
    match ty {
        _ if value.is_null() => true,
        TypeExpr::Scalar(scalar) => scalar.takes(value, true),
        TypeExpr::Generic(Generic::List, item) => {
            value.as_array().is_some_and(|items| items.iter().all(|value| is_written(file, item, value)))
        }
        TypeExpr::Generic(Generic::Map, item) => value
            .as_object()
            .is_some_and(|entries| entries.values().all(|value| is_written(file, item, value))),
        TypeExpr::Generic(Generic::Json | Generic::Pipe | Generic::Csv, _) => value.is_string(),
        TypeExpr::Generic(Generic::OrText, inner) => value.is_string() || is_written(file, inner, value),
        TypeExpr::Named(name) => match (file.enums.get(name), file.unions.get(name)) {
            (Some(listed), _) if listed.repr == Repr::Int => value.is_i64(),
            (Some(_), _) => value.is_string(),
            (_, Some(union)) if union.style == Style::Kind => true,
            _ => value.is_object(),
        },
    }
}
