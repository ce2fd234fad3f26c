//! Fields as a page shows them, nested in one another.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::table::Row;

/// A field at any depth. Of a list, `fields` are those of its items.
#[derive(Debug, Default, Clone)]
pub(crate) struct Node<'a> {
    /// The rows that describe it: the first one is nearest to its place.
    pub rows: Vec<&'a Row>,
    /// Every value in the examples.
    pub values: Vec<&'a Value>,
    /// Whether a complete body shows it.
    pub whole: bool,
    /// Objects of its kind that the page shows outside of a complete body.
    pub parts: Vec<&'a Value>,
    /// Its own fields.
    pub fields: Fields<'a>,
    /// The name that the page gives the object, if the field only refers to it.
    pub object: Option<String>,
    /// The name of the table that describes its fields.
    pub table: Option<String>,
    /// Whether that table also describes an object around it, and no example shows its own fields.
    pub again: bool,
    /// Whether its place is known from a table only, and not clearly.
    pub guessed: bool,
}

/// The fields of an object, by name.
pub(crate) type Fields<'a> = IndexMap<String, Node<'a>>;

/// The names on the path to a field, its own last.
pub(super) type Path = Vec<String>;

impl<'a> Node<'a> {
    /// Returns the first row.
    pub(crate) fn row(&self) -> Option<&'a Row> {
        self.rows.first().copied()
    }

    /// Returns the objects that examples show here, those in lists included.
    pub(crate) fn objects(&self) -> Vec<&'a Map<String, Value>> {
        let mut objects = Vec::new();
        for value in self.values.iter().chain(&self.parts) {
            collect(value, &mut objects);
        }
        objects
    }
}

/// Collects the objects of a value, those in lists included.
pub(super) fn collect<'a>(value: &'a Value, objects: &mut Vec<&'a Map<String, Value>>) {
    match value {
        Value::Object(object) => objects.push(object),
        Value::Array(items) => items.iter().for_each(|item| collect(item, objects)),
        _ => {}
    }
}

/// Returns the fields in some objects.
pub(crate) fn shown<'a>(objects: &[&'a Map<String, Value>]) -> Fields<'a> {
    let mut fields: Fields<'a> = IndexMap::new();
    for object in objects {
        absorb(&mut fields, object, true);
    }
    fields
}

/// Adds the fields of an object.
pub(super) fn absorb<'a>(fields: &mut Fields<'a>, object: &'a Map<String, Value>, whole: bool) {
    for (name, value) in object {
        let node = fields.entry(name.clone()).or_default();
        node.values.push(value);
        node.whole |= whole;
        let mut inner = Vec::new();
        collect(value, &mut inner);
        for object in inner {
            absorb(&mut node.fields, object, whole);
        }
    }
}

/// Returns the field at a path.
pub(super) fn get<'n, 'a>(fields: &'n Fields<'a>, path: &[String]) -> Option<&'n Node<'a>> {
    let (first, rest) = path.split_first()?;
    let node = fields.get(first)?;
    if rest.is_empty() { Some(node) } else { get(&node.fields, rest) }
}

/// Returns the field at a path.
pub(super) fn get_mut<'n, 'a>(fields: &'n mut Fields<'a>, path: &[String]) -> Option<&'n mut Node<'a>> {
    let (first, rest) = path.split_first()?;
    let node = fields.get_mut(first)?;
    if rest.is_empty() { Some(node) } else { get_mut(&mut node.fields, rest) }
}

/// Returns the position of a field among all, from the top.
pub(super) fn position(fields: &Fields<'_>, path: &[String]) -> Vec<usize> {
    let mut at = Some(fields);
    let index = path.iter().map_while(|name| {
        let (index, _, node) = at?.get_full(name)?;
        at = Some(&node.fields);
        Some(index)
    });
    index.collect()
}
