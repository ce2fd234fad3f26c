//! Everything that pages say and show about each field of a spec, for code that asks what can be known about it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::page::PageField;
use crate::pages::phrases;
use crate::pages::table::{Row, Table, values_of};

/// The statements and examples of pages, by file and by place as deviations name it.
pub(crate) type Evidence = BTreeMap<(usize, String), Seen>;

/// The statements and examples of pages about a field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The rows of tables that describe it.
    pub rows: Vec<Row>,
    /// The values in examples.
    pub values: Vec<Value>,
    /// Whether an example that could contain it lacks it.
    pub missing: bool,
    /// The values that rows list, each with its meaning.
    pub listed: Vec<phrases::Value>,
}

impl Seen {
    /// Adds the evidence from elsewhere.
    pub(crate) fn merge(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.values.extend(other.values);
        self.missing |= other.missing;
        self.listed.extend(other.listed);
    }

    /// Adds the evidence in one place of a page.
    pub(super) fn add(&mut self, field: &PageField<'_>) {
        let rows = field.node.rows.iter().copied();
        self.rows.extend(rows.clone().cloned());
        self.values.extend(field.node.values.iter().copied().cloned());
        self.missing |= field.is_missing();
        let named = &field.page.read.contents.named;
        self.listed.extend(rows.flat_map(|row| listed(row, named)));
    }
}

/// Returns the values that a row lists, numbers or words.
fn listed(row: &Row, named: &[Table]) -> Vec<phrases::Value> {
    let words = |text| phrases::values(&row.doc, text);
    values_of(row, named).unwrap_or_else(|| [words(false), words(true)].concat())
}
