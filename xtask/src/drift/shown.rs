//! The values that examples show of what is sent, held against its type: they are written as the type says.

use serde_json::Value;

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::object::{SpecField, What};
use super::page::PageField;
use crate::pages::encoding::Encoding;
use crate::spec::type_expr::{Generic, TypeExpr};
use crate::spec::{DriftRule, File, Repr, Style};

impl Comparison<'_> {
    /// Compares a field of a request with every value that examples show of it.
    pub(super) fn shown(&mut self, file: &File, field: &SpecField<'_>, found: &[PageField<'_>]) {
        let What::Field(spec) = field.what else { return };
        if spec.quirk.is_some() || spec.embed {
            return;
        }
        for seen in found {
            // Forms and XML know nothing but text.
            if Encoding::of(seen.page.section).flat() {
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

/// Whether a value is of the kind of JSON that a type is written as.
fn is_written(file: &File, ty: &TypeExpr, value: &Value) -> bool {
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
