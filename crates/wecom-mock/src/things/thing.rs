//! One thing that is kept, and how responses show it.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::files::Content;
use crate::value::{at, at_first, put, text};

/// A thing.
pub(super) struct Thing {
    pub(super) id: Value,
    /// Its fields, as sent and as returned, among them its ID.
    pub(super) fields: Value,
    /// Those that were returned when it was created: what replaces the thing leaves them as they are.
    pub(super) returned: Map<String, Value>,
    /// Its surroundings: the rest of the request that created it, and the fields beside it in the response.
    pub(super) around: Value,
    /// The file that was uploaded.
    pub(super) content: Option<Content>,
}

impl Thing {
    /// Whether a field has one of the values, or holds one in its list.
    pub(super) fn has(&self, field: &str, wanted: &HashSet<String>) -> bool {
        let value = at(&self.fields, field).or_else(|| at(&self.around, field));
        value.is_some_and(|value| !texts(value).is_disjoint(wanted))
    }

    /// The thing as a list shows it: once, or once for each value of a field.
    pub(super) fn show_each(&self, example: &Value, fields: &[&str], each: Option<&str>) -> Vec<Value> {
        let shown = self.show(example, fields);
        let values = each.and_then(|field| Some((field, at(&self.fields, field)?.as_array()?)));
        let Some((field, values)) = values else { return vec![shown] };
        let with = |value: &Value| {
            let mut shown = shown.clone();
            put(&mut shown, field, Some(value.clone()));
            shown
        };
        values.iter().map(with).collect()
    }

    /// Lists that have an item for each value of a field: none, if the thing doesn't have it.
    pub(super) fn show_elsewhere(&self, shows: &[(&str, &str, &str)], whole: &mut Value) {
        for (list, of_item, field) in shows {
            let example = at_first(whole, list);
            let values = at(&self.fields, field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let item = |value: &Value| {
                let mut item = example.clone();
                put(&mut item, of_item, Some(value.clone()));
                item
            };
            put(whole, list, Some(values.iter().map(item).collect()));
        }
    }

    /// The thing as an example of its kind shows one: an object with its fields, or its ID.
    pub(super) fn show(&self, example: &Value, fields: &[&str]) -> Value {
        if !example.is_object() {
            return self.id.clone();
        }
        let mut shown = example.clone();
        for field in fields {
            let path = field.trim_end_matches('?');
            match at(&self.fields, path).filter(|value| !value.is_null()) {
                Some(value) => {
                    let value = like(value, at(&shown, path)).unwrap_or_else(|| value.clone());
                    put(&mut shown, path, Some(value));
                }
                None if path != *field => put(&mut shown, path, None),
                // It has to be there, so what the example says will do.
                None => {}
            }
        }
        shown
    }

    /// Sets all that a request says of it, with or without keeping the rest.
    pub(super) fn set(&mut self, new: &Map<String, Value>, whole: bool, maps: &[&str]) {
        let Value::Object(kept) = &mut self.fields else { return };
        if whole {
            kept.clone_from(&self.returned);
        }
        for (name, value) in new.iter().filter(|(_, value)| !value.is_null()) {
            match (kept.get_mut(name), value) {
                (Some(Value::Object(entries)), Value::Object(new)) if maps.contains(&name.as_str()) => {
                    entries.extend(new.clone());
                }
                _ => _ = kept.insert(name.clone(), value.clone()),
            }
        }
    }
}

/// Returns a scalar in the kind of JSON that the example has: in a query, numbers are text.
pub(super) fn like(given: &Value, example: Option<&Value>) -> Option<Value> {
    match (given, example) {
        (Value::String(given), Some(Value::Number(_))) => given.parse::<u64>().ok().map(Value::from),
        (Value::Number(given), Some(Value::String(_))) => Some(given.to_string().into()),
        (Value::String(_) | Value::Number(_), _) => Some(given.clone()),
        _ => None,
    }
}

/// Returns a value as text: each item of a list, and nothing if it is empty.
pub(super) fn texts(value: &Value) -> HashSet<String> {
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    values.iter().filter(|value| !value.is_null() && **value != "").map(text).collect()
}
