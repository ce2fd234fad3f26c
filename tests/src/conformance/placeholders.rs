//! Texts and numbers that a page shows in place of a value.

use serde_json::Value;

use super::Finding;

/// Returns whether a text represents any other, as in `"size": "xxx"` and `["xxx::xxx::xx"]`.
pub(super) fn is_filler(text: &str) -> bool {
    text.contains("xx") && text.chars().all(|c| matches!(c, 'x' | ':' | '-' | '_' | '.' | '/'))
}

/// Returns whether a value represents any other: only x's, the field's own name, as in `"file_size": "FILE_SIZE"`, or
/// one digit repeated.
fn is_placeholder(name: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let bare = |text: &str| text.replace('_', "").to_uppercase();
            let own = bare(name.strip_suffix("_list").unwrap_or(name));
            is_filler(text) || bare(text.trim_end_matches(|c: char| c.is_ascii_digit())) == own
        }
        Value::Number(number) => {
            let digits = number.to_string();
            digits.as_bytes().windows(6).any(|run| run.iter().all(|digit| *digit == run[0]) && run[0] != b'0')
        }
        _ => false,
    }
}

/// Returns whether a broken rule is about fields that all have a placeholder, or about those of `{}`: then the page
/// shows no values.
pub(super) fn is_of_placeholders(finding: &Finding, payload: &Value) -> bool {
    let (around, names) = finding.pointer.rsplit_once('/').unwrap_or_default();
    let Some(fields) = payload.pointer(around).and_then(Value::as_object) else { return false };
    let stands_for_any = fields.is_empty() && !around.is_empty();
    stands_for_any
        || names.split(", ").all(|name| fields.get(name).is_some_and(|value| is_placeholder(name, value)))
}

/// Replaces texts that are placeholders on a page by null. Returns whether there were any.
pub(crate) fn clear_placeholders(value: &mut Value) -> bool {
    let Value::Object(fields) = value else {
        let items = value.as_array_mut().into_iter().flatten();
        return items.fold(false, |any, item| clear_placeholders(item) | any);
    };
    fields.iter_mut().fold(false, |any, (name, value)| {
        let is_text = |value: &Value| value.is_string() && is_placeholder(name, value);
        let found = match &mut *value {
            Value::Array(items) => {
                let all = items.len();
                items.retain(|item| !is_text(item));
                items.len() < all
            }
            text if is_text(text) => {
                *text = Value::Null;
                true
            }
            _ => false,
        };
        found | clear_placeholders(value) | any
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_name_of_a_field_in_place_of_its_value_is_nothing() {
        let mut value = json!({ "a": [{ "file_size": "FILE_SIZE", "file_name": "FILES", "id": "ID2", "size": "xxx" }], "b": 1 });
        assert!(clear_placeholders(&mut value));
        let cleared =
            json!({ "a": [{ "file_size": null, "file_name": "FILES", "id": null, "size": null }], "b": 1 });
        assert_eq!(value, cleared);
        assert!(!clear_placeholders(&mut value));
    }

    #[test]
    fn the_name_of_an_item_and_a_digit_over_and_over_are_nothing() {
        let mut value = json!({ "rule_id_list": ["RULEID1", 2] });
        assert!(clear_placeholders(&mut value));
        assert_eq!(value, json!({ "rule_id_list": [2] }));
        let payload = json!({ "end_time": 1_772_222_222, "begin_time": 1_700_000_000, "docid": "DOCID", "formid": "FORMID" });
        let broken = |pointer: &str| Finding { pointer: pointer.to_owned(), what: String::new() };
        assert!(is_of_placeholders(&broken("/end_time"), &payload));
        assert!(is_of_placeholders(&broken("/docid, formid"), &payload));
        assert!(!is_of_placeholders(&broken("/begin_time"), &payload));
        assert!(!is_of_placeholders(&broken("/docid, begin_time"), &payload));
    }

    #[test]
    fn only_texts_of_xs_are_fillers() {
        assert!(["xx", "xxx", "xxx::xxx::xx", "xx-xx"].into_iter().all(is_filler));
        assert!(!["", "x", "-", "xxl", "XX", "wxx"].into_iter().any(is_filler));
    }
}
