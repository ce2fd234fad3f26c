//! Scalars of JSON as text.

use serde_json::Value;

/// Returns a scalar as text, as it is on the wire without quotes.
pub fn wire_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
