//! A field or an object in one place of a page: what tables say about it, and what examples show.

use serde_json::{Map, Value};

use crate::pages::phrases::{self, DocType};
use crate::pages::tree::{Fields, Node};

/// The draft's remarks on a field besides its type.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub doubts: Vec<String>,
    pub quirk: Option<String>,
}

impl Notes {
    pub(super) fn doubt(&mut self, text: impl Into<String>) {
        self.doubts.push(text.into());
    }

    /// Notes a contradiction between table and example.
    pub(super) fn quirk(&mut self, text: &str) {
        self.doubts.push(format!("{text}: quirk"));
        let sentence = text.replace(", example", "; its example").replace("the table", "its table");
        self.quirk = Some(format!("The page's {sentence}."));
    }
}

/// An object, in one place.
#[derive(Clone, Copy)]
pub(super) struct ObjectSighting<'s> {
    /// The name of the type that its fields belong to.
    pub owner: &'s str,
    pub fields: &'s Fields<'s>,
    /// The objects in the examples.
    pub shown: &'s [&'s Map<String, Value>],
}

/// A field, or the items of a field's list, in one place.
#[derive(Clone)]
pub(super) struct Sighting<'s> {
    pub name: &'s str,
    /// The name of the type that it belongs to.
    pub owner: &'s str,
    pub node: &'s Node<'s>,
    /// The values in the examples, except `null` for a field.
    pub values: Vec<&'s Value>,
    /// Its type in the table.
    pub says: Option<DocType>,
    /// Whether these are the items of a list.
    pub in_list: bool,
}

impl<'s> Sighting<'s> {
    pub(super) fn of(name: &'s str, owner: &'s str, node: &'s Node<'s>) -> Self {
        let says = node.row().and_then(|row| row.ty.as_deref()).map(phrases::doc_type);
        let values = node.values.iter().copied().filter(|value| !value.is_null()).collect();
        Self { name, owner, node, values, says, in_list: false }
    }

    /// Returns the items of its lists.
    pub(super) fn items(&self) -> Self {
        Self {
            values: self.values.iter().filter_map(|value| value.as_array()).flatten().collect(),
            says: self.says.map(|says| DocType { lists: says.lists.saturating_sub(1), ..says }),
            in_list: true,
            ..self.clone()
        }
    }

    /// Returns its description in the table.
    pub(super) fn doc(&self) -> &'s str {
        self.node.row().map(|row| row.doc.as_str()).unwrap_or_default()
    }

    /// Returns whether examples show nothing else.
    pub(super) fn shows_only(&self, kind: impl Fn(&Value) -> bool) -> bool {
        self.values.iter().all(|value| kind(value))
    }

    pub(super) fn shows_any(&self, kind: impl Fn(&Value) -> bool) -> bool {
        self.values.iter().any(|value| kind(value))
    }

    /// Returns whether all values in examples may mean no and yes.
    pub(super) fn is_binary(&self) -> bool {
        self.shows_only(|value| matches!(value.as_u64(), Some(0 | 1)))
    }

    /// Returns whether its values may be of another type as well: IDs are written as numbers and as text.
    pub(super) fn is_in_doubt(&self) -> bool {
        let id = self.name.to_ascii_lowercase().ends_with("id");
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        self.shows_any(|value| value.as_str().is_some_and(digits) || id && value.is_number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_text_and_ids_in_numbers_may_be_of_another_type() {
        for (name, value, doubtful) in [
            ("count", Value::from("3"), true),
            ("teaid", Value::from(3), true),
            ("count", Value::from(3), false),
            ("teaid", Value::from("t3"), false),
        ] {
            let node = Node { values: vec![&value], ..Node::default() };
            assert_eq!(Sighting::of(name, "Tea", &node).is_in_doubt(), doubtful, "{name}: {value}");
        }
    }
}
