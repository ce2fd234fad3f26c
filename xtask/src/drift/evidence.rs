//! What pages say and show of each field of a spec, for whoever asks what could be known of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::page::PageField;
use crate::pages::phrases;
use crate::pages::table::{Row, Table, values_of};

/// By file and place, as deviations call it: what pages say and show there.
pub(crate) type Evidence = BTreeMap<(usize, String), Seen>;

/// What pages say and show of a field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The rows of tables that describe it.
    pub rows: Vec<Row>,
    /// The values that examples show.
    pub values: Vec<Value>,
    /// Whether an example lacks it where it could stand.
    pub missing: bool,
    /// The values that rows list, each with its meaning.
    pub listed: Vec<phrases::Value>,
}

impl Seen {
    /// Adds what was seen elsewhere.
    pub(crate) fn merge(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.values.extend(other.values);
        self.missing |= other.missing;
        self.listed.extend(other.listed);
    }

    /// Adds what a page says and shows in one place.
    pub(super) fn add(&mut self, field: &PageField<'_>) {
        let rows = field.node.rows.iter().copied();
        self.rows.extend(rows.clone().cloned());
        self.values.extend(field.node.values.iter().copied().cloned());
        self.missing |= field.is_missing();
        let named = &field.page.read.contents.named;
        self.listed.extend(rows.flat_map(|row| listed(row, named)));
    }
}

/// The values that a row lists, be they numbers or words.
fn listed(row: &Row, named: &[Table]) -> Vec<phrases::Value> {
    let words = |text| phrases::values(&row.doc, text);
    values_of(row, named).unwrap_or_else(|| [words(false), words(true)].concat())
}
