//! Lists in XML, which only their elements show: those that repeat, and those inside of an element of their own.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::naming::singular;

/// The lists of a page's documents, by name.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// The element around each item, where the items have an element of their own around them.
    pub items: HashMap<String, String>,
    /// The elements that repeat.
    repeated: HashSet<String>,
    /// Doubts about them.
    pub doubts: Vec<String>,
}

impl Lists {
    /// Finds the lists in documents.
    pub(super) fn of(documents: &[Map<String, Value>]) -> Self {
        let mut lists = Self::default();
        for document in documents {
            lists.find(document);
        }
        lists.doubts.sort();
        lists.doubts.dedup();
        lists
    }

    fn find(&mut self, object: &Map<String, Value>) {
        for (name, value) in object {
            match value {
                Value::Array(items) => {
                    self.repeated.insert(name.clone());
                    items.iter().filter_map(Value::as_object).for_each(|item| self.find(item));
                }
                Value::Object(inner) => {
                    if let Some((item, content)) = only(inner) {
                        // An array around it represents repeated items.
                        let repeats = content.is_array();
                        if repeats || is_item(name, item) {
                            self.items.insert(name.clone(), item.clone());
                        }
                        if !repeats && is_item(name, item) {
                            self.doubts.push(format!("the page shows one `{item}` in `{name}`: a list?"));
                        }
                    }
                    self.find(inner);
                }
                _ => {}
            }
        }
    }

    /// Brings lists into the form that they have in JSON.
    pub(super) fn unwrap(&self, object: &mut Map<String, Value>) {
        for (name, value) in object.iter_mut() {
            if let (Some(item), Value::Object(inner)) = (self.items.get(name), &mut *value)
                && let Some(items) = inner.get_mut(item)
            {
                *value = items.take();
                if !value.is_array() {
                    *value = Value::Array(vec![value.take()]);
                }
            } else if self.repeated.contains(name) && !value.is_array() && !value.is_null() {
                *value = Value::Array(vec![value.take()]);
            }
            match value {
                Value::Object(inner) => self.unwrap(inner),
                Value::Array(items) => {
                    items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| self.unwrap(item));
                }
                _ => {}
            }
        }
    }
}

/// Returns the only member of an object.
fn only(object: &Map<String, Value>) -> Option<(&String, &Value)> {
    let mut members = object.iter();
    members.next().filter(|_| members.next().is_none())
}

/// Returns whether an element has the name of one of several in another: `Item`, or `Member` in `MemberList`.
fn is_item(name: &str, item: &str) -> bool {
    let alike = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    alike(item, "item") || alike(item, &singular(name)) && !alike(item, name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unwrapped(documents: Value) -> (Value, Lists) {
        let mut all: Vec<Map<String, Value>> = serde_json::from_value(documents).expect("a list of objects");
        let lists = Lists::of(&all);
        for document in &mut all {
            lists.unwrap(document);
        }
        (json!(all), lists)
    }

    #[test]
    fn a_list_is_what_repeats_wherever_it_does() {
        let (plain, lists) = unwrapped(json!([
            { "Leaf": ["a", "b"], "Cups": { "Cup": [{ "Id": "1" }, { "Id": "2" }] } },
            { "Leaf": "c", "Cups": { "Cup": { "Id": "3" } } },
        ]));
        let expected = json!([
            { "Leaf": ["a", "b"], "Cups": [{ "Id": "1" }, { "Id": "2" }] },
            { "Leaf": ["c"], "Cups": [{ "Id": "3" }] },
        ]);
        assert_eq!(plain, expected);
        assert_eq!(lists.items, HashMap::from([("Cups".to_owned(), "Cup".to_owned())]));
    }

    #[test]
    fn one_item_alone_is_a_list_by_its_name_and_a_doubt() {
        let (plain, lists) = unwrapped(
            json!([{ "Extra": { "Item": { "A": 1 } }, "Pot": { "Lid": 1 }, "CupList": { "Cup": 1 } }]),
        );
        assert_eq!(plain, json!([{ "Extra": [{ "A": 1 }], "Pot": { "Lid": 1 }, "CupList": [1] }]));
        assert_eq!(
            lists.doubts,
            [
                "the page shows one `Cup` in `CupList`: a list?",
                "the page shows one `Item` in `Extra`: a list?"
            ]
        );
    }
}
