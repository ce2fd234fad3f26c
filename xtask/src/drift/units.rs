//! Compares the unit of a time in a field's description, and text that is JSON, with its rows and examples.

use serde_json::Value;

use super::rows::{Difference, Rows};
use crate::pages::phrases;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{DriftRule, Unit};

impl Rows<'_> {
    /// Reports a unit that the description mentions while the page states another one.
    pub(super) fn unit(&self) -> Option<Difference> {
        let mut stated = self.rows().filter_map(|row| phrases::unit(&row.doc));
        let theirs = stated.next()?;
        let ours = phrases::units_of(&self.field.doc);
        let differs = !ours.is_empty() && !ours.contains(&theirs) && stated.all(|unit| unit == theirs);
        differs.then(|| {
            let message = format!(
                "the page's unit is the {theirs}, the description counts in the {}",
                ours.join(" and the ")
            );
            (DriftRule::Notes, theirs.to_owned(), message)
        })
    }

    /// Reports a duration in seconds for which callers can't pass a `Duration`, and the opposite.
    pub(super) fn duration(&self) -> Option<Difference> {
        let integer = matches!(self.field.ty, TypeExpr::Scalar(Scalar::Int | Scalar::Uint));
        if !self.part.is_sent() || !integer {
            return None;
        }
        let mut rows = self.rows().map(|row| (phrases::unit(&row.doc), phrases::is_time_of_day(&row.doc)));
        let (unit, of_day) = rows.next()?;
        let (unit, same) = (unit?, rows.all(|row| row == (unit, of_day)));
        let message = match (self.field.unit, unit == "second" && !of_day) {
            (None, true) => "the page's unit is the second: the field needs `unit: seconds`".to_owned(),
            (Some(Unit::Seconds), false) => {
                format!("the page's unit is the {unit}, that of the field the second")
            }
            (Some(Unit::Seconds), true) | (None, false) => return None,
        };
        same.then(|| (DriftRule::FieldType, unit.to_owned(), message))
    }

    /// Reports a plain string whose value on the page is an object or a list, written as text.
    pub(super) fn nested(&self) -> Option<Difference> {
        let plain = self.field.ty == TypeExpr::Scalar(Scalar::String) && self.field.quirk.is_none();
        let is_json = |value: &Value| {
            let inner = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            inner.is_some_and(|inner| inner.is_object() || inner.is_array())
        };
        let shown = plain && self.seen.node.values.iter().any(|value| is_json(value));
        let message = "the page's example shows JSON in a string, the spec's type is `string`";
        shown.then(|| (DriftRule::FieldType, "JSON in a string".to_owned(), message.to_owned()))
    }
}
