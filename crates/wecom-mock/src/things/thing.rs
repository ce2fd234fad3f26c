//! One thing that is kept, and how responses show it.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::files::Content;
use crate::reply::Refusal;
use crate::value::{at, at_first, json, put, text};

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
    /// Whether a call created it. Otherwise, only what was changed is known.
    pub(super) is_whole: bool,
}

impl Thing {
    /// Whether a field has one of the values, or holds one in its list.
    pub(super) fn has(&self, field: &str, wanted: &HashSet<String>) -> bool {
        !self.values(field).is_disjoint(wanted)
    }

    /// The value of a field, or those in its list.
    pub(super) fn values(&self, field: &str) -> HashSet<String> {
        let value = at(&self.fields, field).or_else(|| at(&self.around, field));
        value.map(texts).unwrap_or_default()
    }

    /// Whether each of some fields has one of its values.
    pub(super) fn is_one_of(&self, only: &[(&str, &[&str])]) -> bool {
        only.iter().all(|(field, values)| {
            at(&self.fields, field).is_some_and(|value| values.contains(&text(value).as_str()))
        })
    }

    /// All that filters know of it: its fields, and those around it.
    pub(super) fn whole(&self) -> Value {
        let mut whole = self.around.as_object().cloned().unwrap_or_default();
        whole.extend(self.fields.as_object().cloned().unwrap_or_default());
        whole.into()
    }

    /// Whether a field has one of the values anywhere, in the items of lists, too.
    pub(super) fn has_any(&self, field: &str, wanted: &HashSet<String>) -> bool {
        all(&self.fields, field).into_iter().any(|value| wanted.contains(&text(value)))
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

    /// Lists that have an item for each value of a field, or of several: none, if the thing doesn't have it.
    pub(super) fn show_elsewhere(&self, shows: &[(&str, &str, &str)], example: &Value, whole: &mut Value) {
        for (index, (list, ..)) in shows.iter().enumerate() {
            // All values of a list at once.
            if shows[..index].iter().any(|(before, ..)| before == list) {
                continue;
            }
            let examples = at(example, list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let of_list = shows.iter().filter(|(other, ..)| other == list);
            let items = of_list.flat_map(|(_, of_item, field)| {
                let like = examples.iter().find(|item| item.get(of_item).is_some());
                let item = |value: &Value| {
                    let mut item = like.cloned().unwrap_or_default();
                    put(&mut item, of_item, Some(value.clone()));
                    item
                };
                all(&self.fields, field).into_iter().map(item).collect::<Vec<Value>>()
            });
            put(whole, list, Some(items.collect()));
        }
    }

    /// The thing as an example of its kind shows one: an object with its fields, or its ID.
    pub(super) fn show(&self, example: &Value, fields: &[&str]) -> Value {
        let mut whole = example.clone();
        // Whom the example lists has nothing to do with it.
        if self.is_whole {
            without_items(&mut whole);
        }
        self.show_in(whole, example, fields)
    }

    /// A result that says why a call may not name a thing, like that of a success.
    pub(super) fn refused(example: &Value, item: &Value, refusal: &Refusal) -> Value {
        let mut result = example.clone();
        if let (Value::Object(result), Value::Object(item)) = (&mut result, item) {
            for (name, sent) in item.iter().filter(|(name, _)| example.get(name).is_some()) {
                result.insert(name.clone(), sent.clone());
            }
            result.insert("errcode".to_owned(), refusal.0.into());
            if let Some(message) = result.get_mut("errmsg") {
                *message = refusal.1.as_str().into();
            }
        }
        result
    }

    /// The thing as the call returns it that creates it: lists that it doesn't have are the example's.
    pub(super) fn show_created(&self, example: &Value, fields: &[&str]) -> Value {
        self.show_in(example.clone(), example, fields)
    }

    fn show_in(&self, mut whole: Value, example: &Value, fields: &[&str]) -> Value {
        if !example.is_object() {
            return self.id.clone();
        }
        for field in fields {
            let Shown { path, items, absent } = Shown::new(field);
            let like_this = at(example, path);
            let sent = at(&self.fields, path).filter(|value| !value.is_null());
            let value = match sent {
                Some(_) if matches!(absent, Absent::Example) => like_this.cloned(),
                Some(value) if items.is_empty() => {
                    Some(like(value, like_this).unwrap_or_else(|| value.clone()))
                }
                Some(value) => {
                    let item = at_first(example, path);
                    let sent = value.as_array().filter(|_| item.is_object()).into_iter().flatten();
                    Some(sent.map(|sent| show_item(sent, &item, &items)).collect())
                }
                None if !self.is_whole => like_this.cloned(),
                None => match absent {
                    Absent::Left => None,
                    Absent::Default(value) => Some(json(value)),
                    Absent::Empty => like_this.map(emptied),
                    Absent::Example => like_this.cloned(),
                },
            };
            put(&mut whole, path, value);
        }
        whole
    }

    /// Turns the items that a request adds to lists, or drops from them, into the new lists.
    pub(super) fn change_lists(&self, new: &mut Map<String, Value>, adds: &[&str], drops: &[&str]) {
        let kept = |name: &str| at(&self.fields, name).and_then(Value::as_array).cloned().unwrap_or_default();
        for name in adds {
            if let Some(Value::Array(items)) = new.get_mut(*name) {
                let mut list = kept(name);
                list.extend(
                    items.iter().filter(|item| !list.contains(item)).cloned().collect::<Vec<Value>>(),
                );
                *items = list;
            }
        }
        for name in drops {
            if let Some(Value::Array(items)) = new.get_mut(*name) {
                *items = kept(name).into_iter().filter(|item| !items.contains(item)).collect();
            }
        }
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

/// A field that a response shows, as the table writes it: `path`, `path?`, `path!`, `path=default`, `path[field field?]`.
struct Shown<'a> {
    path: &'a str,
    /// The fields of the items, if the rest of an item is the example's.
    items: Vec<&'a str>,
    absent: Absent<'a>,
}

/// The form in which a field that a thing doesn't have is shown.
enum Absent<'a> {
    Left,
    /// The default, as JSON.
    Default(&'a str),
    /// No text and no items; numbers and flags are those of the example.
    Empty,
    /// With the example's value, even if the thing has the field: it was sent in another form.
    Example,
}

impl<'a> Shown<'a> {
    fn new(field: &'a str) -> Self {
        if let Some(path) = field.strip_suffix('!') {
            return Self { path, items: Vec::new(), absent: Absent::Example };
        }
        let (path, absent) = match (field.split_once('='), field.strip_suffix('?')) {
            (Some((path, default)), _) => (path, Absent::Default(default)),
            (None, Some(path)) => (path, Absent::Left),
            (None, None) => (field, Absent::Empty),
        };
        let list = path.strip_suffix(']').and_then(|path| path.split_once('['));
        let (path, items) =
            list.map_or((path, Vec::new()), |(path, items)| (path, items.split(' ').collect()));
        Self { path, items, absent }
    }
}

/// An item that was sent, like that of an example.
fn show_item(sent: &Value, example: &Value, fields: &[&str]) -> Value {
    let mut item = example.clone();
    without_items(&mut item);
    for field in fields {
        let Shown { path, absent, .. } = Shown::new(field);
        let value = at(sent, path).filter(|value| !value.is_null()).cloned();
        let value = match absent {
            Absent::Left => value,
            _ => value.or_else(|| at(example, path).map(emptied)),
        };
        put(&mut item, path, value);
    }
    item
}

/// Empties the lists in a value.
fn without_items(value: &mut Value) {
    match value {
        Value::Array(items) => items.clear(),
        Value::Object(fields) => fields.values_mut().for_each(without_items),
        _ => {}
    }
}

/// A value without text and items.
fn emptied(value: &Value) -> Value {
    match value {
        Value::String(_) => "".into(),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), emptied(value))).collect(),
        other => other.clone(),
    }
}

/// All values at a path, those of every list on it.
fn all<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let items = |value: &'a Value| match value {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    let step = |found: Vec<&'a Value>, name: &str| {
        found.into_iter().filter_map(|value| value.get(name)).flat_map(items).collect()
    };
    path.split('.').fold(vec![value], step)
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
