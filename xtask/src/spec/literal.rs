//! Texts and JSON as a spec file writes them.

use serde_json::Value;

/// The length of a line beyond which its entries get lines of their own.
pub(crate) const WIDTH: usize = 110;

/// Returns JSON in one line if it fits, otherwise with one entry per line.
pub(crate) fn json(value: &Value, indent: usize) -> String {
    let flat = flat(value);
    if flat.chars().count() + indent <= WIDTH {
        return flat;
    }
    let inner = indent + 2;
    let (open, close, entries): (_, _, Vec<String>) = match value {
        Value::Object(fields) if !fields.is_empty() => {
            let entry =
                |(name, value): (&String, &Value)| format!("{}: {}", quoted(name), json(value, inner));
            ('{', '}', fields.iter().map(entry).collect())
        }
        Value::Array(items) if !items.is_empty() => {
            ('[', ']', items.iter().map(|item| json(item, inner)).collect())
        }
        _ => return flat,
    };
    let lines: Vec<String> = entries.into_iter().map(|entry| format!("{:inner$}{entry}", "")).collect();
    format!("{open}\n{}\n{:indent$}{close}", lines.join(",\n"), "")
}

fn flat(value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}: {}", quoted(name), flat(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flat).collect::<Vec<_>>().join(", ")),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A text as YAML and JSON read it back.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in Value::from(text).to_string().chars() {
        // What YAML takes for the end of a line, or not at all.
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                quoted += &format!("\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted
}
