//! The JSON values that the crates accept in place of one another, since WeCom sends them.

use serde_json::Value;

use crate::spec::type_expr::Scalar;

/// Returns whether a value is one of the type when read leniently: `"5"` for 5, 1 for `true`, nothing at all.
pub(super) fn is_read_as(scalar: Scalar, value: &Value) -> bool {
    if value.is_object() || value.is_array() {
        return false;
    }
    let text = text_of(value);
    text.is_empty()
        || match scalar {
            Scalar::String | Scalar::Secret => true,
            Scalar::Bool | Scalar::Flag => matches!(text.as_str(), "0" | "1" | "false" | "true"),
            Scalar::Int | Scalar::Timestamp => text.parse::<i64>().is_ok(),
            Scalar::Uint => text.parse::<u64>().is_ok(),
            Scalar::F64 => text.parse::<f64>().is_ok(),
            Scalar::Any | Scalar::File => false,
        }
}

/// Returns a scalar without its quotes.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}
