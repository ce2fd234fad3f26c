//! Compares a payload with what it is after it was read and written again.

use serde_json::Value;

use super::{Finding, Kind, escape};

/// Finds the parts of `before` that are lost or changed in `after`. A response may express the same differently, 1 for
/// `true` or 5 for "5", and may lack promised fields; a request must be exactly the same, and have all required
/// fields.
pub(crate) fn compare(
    before: &Value,
    after: &Value,
    kind: Kind,
    path: &mut String,
    findings: &mut Vec<Finding>,
) {
    let length = path.len();
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                path.push('/');
                path.push_str(&escape(name));
                match after.get(name) {
                    Some(after) => compare(value, after, kind, path, findings),
                    // A field that the type doesn't know has been reported before.
                    None if findings.iter().any(|finding| finding.pointer == *path) => {}
                    None if is_nothing(value, kind) => {}
                    None => findings.push(Finding { pointer: path.clone(), what: "lost".to_owned() }),
                }
                path.truncate(length);
            }
            // `{}` as a placeholder for any object isn't complete; a request is.
            let complete = kind == Kind::Request && !(before.is_empty() && length > 0);
            for name in after.keys().filter(|name| complete && !before.contains_key(*name)) {
                let pointer = format!("{path}/{}", escape(name));
                findings.push(Finding { pointer, what: "missing, although required".to_owned() });
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                path.push_str(&format!("/{index}"));
                compare(before, after, kind, path, findings);
                path.truncate(length);
            }
        }
        (before, after) if is_same(before, after, kind) => {}
        // Null, read as the default of a promised field.
        (Value::Null, _) => {}
        (before, after) => {
            let what = format!("changed: {before} became {after}");
            findings.push(Finding { pointer: path.clone(), what });
            // A single value in place of a list is a list of one: nothing in it may be lost, either.
            if let (Value::Object(_), Some([after])) = (before, after.as_array().map(Vec::as_slice)) {
                compare(before, after, kind, path, findings);
            }
        }
    }
}

/// Returns whether a value means nothing, so that it may be omitted.
fn is_nothing(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Request => value.is_null(),
        Kind::Response => scalar(value).is_some_and(|text| text.is_empty()),
    }
}

/// Returns whether two scalars are the same; in a request, also in their kind of JSON.
fn is_same(before: &Value, after: &Value, kind: Kind) -> bool {
    match (before, after) {
        (Value::Array(_) | Value::Object(_), _) => false,
        (Value::Number(before), Value::Number(after)) if kind == Kind::Request => {
            before == after || before.as_f64() == after.as_f64()
        }
        _ if kind == Kind::Request => before == after,
        _ => scalar(before) == scalar(after),
    }
}

/// Returns a scalar as text, which is the same for values that WeCom uses for each other.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(value) => Some(u8::from(*value).to_string()),
        // A double with a whole number is written with its `.0`.
        Value::Number(number) => {
            let text = number.to_string();
            Some(text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned))
        }
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns the findings of `compare` as text.
    fn compared(before: &Value, after: &Value, kind: Kind) -> Vec<String> {
        let mut findings = Vec::new();
        compare(before, after, kind, &mut String::new(), &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_sent_is_of_the_kind_that_the_example_shows() {
        for (before, after) in [
            (json!(4), json!("4")),
            (json!("4"), json!(4)),
            (json!(true), json!(1)),
            (json!(0), json!(false)),
            (json!(" a"), json!("a")),
            (json!([1]), json!(["1"])),
        ] {
            let [before, after] = [before, after].map(|value| json!({ "a": value }));
            assert_eq!(compared(&before, &after, Kind::Request).len(), 1, "{before} {after}");
            assert!(compared(&before, &after, Kind::Response).is_empty(), "{before} {after}");
        }
        assert!(compared(&json!(4), &json!(4.0), Kind::Request).is_empty());
    }

    #[test]
    fn what_is_sent_is_neither_left_out_nor_more_than_the_example() {
        let (less, more) = (json!({}), json!({ "a": "" }));
        assert_eq!(compared(&more, &less, Kind::Request), ["/a: lost"]);
        assert_eq!(compared(&less, &more, Kind::Request), ["/a: missing, although required"]);
        assert!(compared(&more, &less, Kind::Response).is_empty());
        assert!(compared(&less, &more, Kind::Response).is_empty());
    }

    #[test]
    fn of_one_that_is_read_as_a_list_nothing_is_lost() {
        let (before, after) = (json!({ "a": { "b": 1, "c": 2 } }), json!({ "a": [{ "b": 1 }] }));
        let found = compared(&before, &after, Kind::Response);
        assert_eq!(found[1..], ["/a/c: lost"]);
        assert!(found[0].starts_with("/a: changed"), "{found:?}");
    }

    #[test]
    fn an_object_shown_empty_stands_for_any() {
        let after = json!({ "a": { "b": 1 } });
        assert!(compared(&json!({ "a": {} }), &after, Kind::Request).is_empty());
        assert!(!compared(&json!({}), &after, Kind::Request).is_empty());
    }
}
