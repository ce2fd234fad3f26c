//! Places in JSON values, by paths of names: `file_list.item` for one inside another.

use serde_json::Value;

/// Returns the value at a path.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

/// Returns the value at a path, mutably.
pub(crate) fn at_mut<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').try_fold(value, |value, name| value.get_mut(name))
}

/// Sets the value at a path, or removes it; does nothing if the object around it is missing.
pub(crate) fn put(value: &mut Value, path: &str, new: Option<Value>) {
    let (around, name) = match path.rsplit_once('.') {
        Some((around, name)) => (at_mut(value, around), name),
        None => (Some(value), path),
    };
    let Some(Value::Object(around)) = around else { return };
    match new {
        Some(new) => _ = around.insert(name.to_owned(), new),
        None => _ = around.remove(name),
    }
}

/// Sets a flag at a path, as a number where the example has one.
pub(crate) fn put_flag(value: &mut Value, path: &str, flag: bool) {
    let number = at(value, path).is_some_and(Value::is_number);
    put(value, path, Some(if number { u8::from(flag).into() } else { flag.into() }));
}

/// Returns the JSON in the generated tables.
pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the generator wrote JSON")
}

/// Returns the first item of the list at a path.
pub(crate) fn at_first(value: &Value, path: &str) -> Value {
    at(value, path).and_then(|list| list.get(0)).cloned().unwrap_or_default()
}

/// Returns a scalar as text.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
