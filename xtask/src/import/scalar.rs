//! The scalars that values have, where a table and examples may disagree.

use serde_json::Value;

use super::fields::Notes;
use crate::pages::phrases::{Base, DocType};

/// What is said of a field whose type no table tells.
pub(super) const FROM_EXAMPLE: &str = "type from the example";

/// The scalar that some values have, none of them a list or an object.
pub(super) fn scalar(
    values: &[&Value],
    doc: Option<DocType>,
    in_list: bool,
    notes: &mut Notes,
) -> &'static str {
    let shown = shown_scalar(values);
    let base = doc.map_or(Base::Unknown, |doc| doc.base);
    let lists = doc.is_some_and(|doc| doc.lists > 0) && !in_list;
    let described = doc.map(base_name).unwrap_or_default();
    let Some(documented) = base.scalar().filter(|name| *name != "file") else {
        let Some(shown) = shown else {
            return mixed(in_list, notes);
        };
        if base == Base::Object || lists {
            notes.quirk(&format!("table says {described}, example shows {shown}"));
        } else {
            notes.doubt(FROM_EXAMPLE);
        }
        return shown;
    };
    if lists {
        notes.quirk(&format!("table says {described}, example shows one value"));
        return shown.unwrap_or(documented);
    }
    if values.iter().all(|value| fits(documented, value)) {
        return documented;
    }
    let Some(shown) = shown else {
        if in_list {
            return mixed(in_list, notes);
        }
        notes.quirk(&format!("table says {described}, examples show values of several kinds"));
        return documented;
    };
    let integers = |name: &str| matches!(name, "int" | "uint");
    if integers(documented) && integers(shown) {
        notes.doubt(format!("table says {described}, example shows {shown}"));
        return shown;
    }
    if integers(documented) && shown == "f64" {
        notes.doubt(format!("table says {described}, example shows a fraction"));
        return "f64";
    }
    notes.quirk(&format!("table says {described}, example shows {shown}"));
    if in_list { shown } else { documented }
}

/// Whether values of a field could as well be of another type: ids are written as numbers and as text.
pub(super) fn is_in_doubt(name: &str, values: &[&Value]) -> bool {
    let id = name.to_ascii_lowercase().ends_with("id");
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    values.iter().any(|value| value.as_str().is_some_and(digits) || id && value.is_number())
}

fn mixed(in_list: bool, notes: &mut Notes) -> &'static str {
    if in_list {
        notes.doubt("examples show values of several kinds");
        return "any";
    }
    notes.quirk("examples show values of several kinds");
    "string"
}

fn fits(scalar: &str, value: &Value) -> bool {
    match scalar {
        "string" => value.is_string(),
        "bool" => value.is_boolean(),
        "int" => value.is_i64(),
        "uint" => value.is_u64(),
        "f64" => value.is_number(),
        _ => false,
    }
}

fn shown_scalar(values: &[&Value]) -> Option<&'static str> {
    let order = ["bool", "uint", "int", "f64", "string"];
    order.into_iter().find(|scalar| values.iter().all(|value| fits(scalar, value)))
}

pub(super) fn base_name(doc: DocType) -> String {
    let base = doc.base.scalar().unwrap_or("object");
    if doc.lists > 0 { format!("list of {base}") } else { base.to_owned() }
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
            assert_eq!(is_in_doubt(name, &[&value]), doubtful, "{name}: {value}");
        }
    }
}
