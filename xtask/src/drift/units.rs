//! Compares the unit of a time in a field's description, and text that is JSON, with its rows and examples.

use serde_json::Value;

use super::rows::{Difference, Rows};
use crate::pages::phrases;
use crate::spec::DriftRule;
use crate::spec::type_expr::{Scalar, TypeExpr};

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
