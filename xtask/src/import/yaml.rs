//! A draft as YAML, as the spec files are written: short entries in one line, long ones a key a line.

use serde_json::Value;

use super::draft::{Draft, Endpoint, Example};
use super::types::{Definition, EnumValue, Field, Ty, Variant};
use crate::spec::Part;

/// How long a line may get before what stands in it gets lines of its own.
const WIDTH: usize = 110;

/// A draft's sections, each as the lines below its key.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub endpoints: String,
    pub structs: String,
    pub enums: String,
    pub unions: String,
}

/// The names of the sections, in the order in which they stand.
pub(super) const ORDER: [&str; 4] = ["endpoints", "structs", "enums", "unions"];

impl Sections {
    /// Writes a draft.
    pub(super) fn of(draft: &Draft) -> Self {
        let mut sections = Self::default();
        for endpoint in &draft.endpoints {
            endpoint_yaml(endpoint, &mut sections.endpoints);
        }
        for (name, definition) in draft.types.all() {
            match definition {
                Definition::Struct { doc, fields, doubts } => {
                    let yaml = &mut sections.structs;
                    *yaml += &format!("  {name}:{}\n    doc: {}\n", comment(doubts), todo(doc));
                    fields_yaml("    fields:", fields, 6, yaml);
                }
                Definition::Enum { doc, text, values } => {
                    enum_yaml(name, doc, *text, values, &mut sections.enums);
                }
                Definition::Union { doc, tag, text, variants } => {
                    let yaml = &mut sections.unions;
                    *yaml += &format!("  {name}:\n    doc: {}\n    tag: {}\n", todo(doc), key(tag));
                    if !text {
                        *yaml += "    repr: int\n";
                    }
                    *yaml += "    variants:\n";
                    for variant in variants {
                        variant_yaml(variant, *text, yaml);
                    }
                }
            }
        }
        sections
    }

    /// A section by its name.
    pub(super) fn get(&self, name: &str) -> &str {
        match name {
            "endpoints" => &self.endpoints,
            "structs" => &self.structs,
            "enums" => &self.enums,
            _ => &self.unions,
        }
    }

    /// A whole file.
    pub(super) fn file(&self, title: &str) -> String {
        let mut text = format!("title: {}\nsummary: {}\n", scalar(title), todo(title));
        for name in ORDER {
            let section = self.get(name);
            if !section.is_empty() {
                text += &format!("\n{name}:\n{section}");
            }
        }
        text
    }
}

fn endpoint_yaml(endpoint: &Endpoint, yaml: &mut String) {
    let (id, page, updated) = &endpoint.doc;
    let updated = updated.as_ref().map(|date| format!(", updated: {date}")).unwrap_or_default();
    *yaml += &format!("  {}:\n", endpoint.name);
    *yaml += &format!("    title: {}\n    summary: {}\n", scalar(&endpoint.title), todo(&endpoint.title));
    *yaml += &format!("    doc: {{ id: {id}, page: {page}{updated} }}\n");
    *yaml += &format!(
        "    call: {} {}\n    token: {}\n",
        endpoint.method,
        endpoint.path,
        endpoint.token.keyword()
    );
    for line in &endpoint.keys {
        *yaml += &format!("    {line}\n");
    }
    for (side, head, fields) in [
        (Part::Request, "    request:", &endpoint.request),
        (Part::Response, "    response:", &endpoint.response),
    ] {
        if endpoint.untyped.contains(&side) && !fields.is_empty() {
            *yaml += "    # ? the tables give no types: they are from the examples\n";
        }
        fields_yaml(head, fields, 6, yaml);
    }
    *yaml += "    examples: # ? the page's values: make up others\n";
    for example in &endpoint.examples {
        example_yaml(example, yaml);
    }
}

fn example_yaml(example: &Example, yaml: &mut String) {
    for doubt in &example.doubts {
        *yaml += &format!("      # ? {doubt}\n");
    }
    let mut lead = "      - ";
    if let Some(request) = &example.request {
        *yaml += &format!("{lead}request: |\n          {}\n", json(request, 10));
        lead = "        ";
    }
    *yaml += &format!("{lead}response: |\n          {}\n", json(&example.response, 10));
}

fn fields_yaml(head: &str, fields: &[Field], indent: usize, yaml: &mut String) {
    if fields.is_empty() {
        if head.trim() == "fields:" {
            *yaml += &format!("{head} {{}}\n");
        }
        return;
    }
    *yaml += &format!("{head}\n");
    for field in fields {
        field_yaml(field, indent, yaml);
    }
}

fn field_yaml(field: &Field, indent: usize, yaml: &mut String) {
    let name = key(&format!("{}{}", field.name, if field.optional { "?" } else { "" }));
    let comment = comment(&field.doubts);
    let mut pairs = vec![("type", ty(&field.ty))];
    pairs.extend(field.keys.iter().map(|(key, value)| (*key, value.clone())));
    pairs.push(("doc", todo(&field.doc)));
    let short: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let line = format!("{:indent$}{name}: {{ {} }}{comment}", "", short.join(", "));
    if line.chars().count() <= WIDTH {
        *yaml += &format!("{line}\n");
        return;
    }
    *yaml += &format!("{:indent$}{name}:{comment}\n", "");
    for pair in short {
        *yaml += &format!("{:indent$}  {pair}\n", "");
    }
}

fn enum_yaml(name: &str, doc: &str, text: bool, values: &[EnumValue], yaml: &mut String) {
    let repr = if text { "string" } else { "int" };
    *yaml += &format!("  {name}:\n    doc: {}\n    repr: {repr}\n    values:\n", todo(doc));
    for value in values {
        let wire = if text { key(&value.wire) } else { value.wire.clone() };
        let comment = if value.undocumented { " # ? only an example has it" } else { "" };
        *yaml +=
            &format!("      {wire}: {{ name: {}, doc: {} }}{comment}\n", key(&value.name), todo(&value.doc));
    }
}

fn variant_yaml(variant: &Variant, text: bool, yaml: &mut String) {
    let tag = if text { key(&variant.tag) } else { variant.tag.clone() };
    if let Variant { name: None, ty: Some(content), key: None, .. } = variant {
        *yaml += &format!("      {tag}: {}\n", ty(content));
        return;
    }
    let pairs = [
        variant.name.as_ref().map(|name| format!("name: {}", key(name))),
        variant.ty.as_ref().map(|content| format!("type: {}", ty(content))),
        variant.key.as_ref().map(|name| format!("key: {}", key(name))),
    ];
    let pairs: Vec<String> = pairs.into_iter().flatten().collect();
    *yaml += &format!("      {tag}: {{ {} }}\n", pairs.join(", "));
}

fn ty(ty: &Ty) -> String {
    ty.to_string()
}

/// What a person has to put into English.
fn todo(chinese: &str) -> String {
    let chinese = chinese.trim();
    if chinese.is_empty() { "TODO".to_owned() } else { quoted(&format!("TODO: {chinese}")) }
}

fn comment(doubts: &[String]) -> String {
    if doubts.is_empty() { String::new() } else { format!(" # ? {}", doubts.join("; ")) }
}

/// A key as YAML reads it back as text.
fn key(name: &str) -> String {
    let bare = name.trim_end_matches('?');
    let plain = bare.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let lower = bare.to_ascii_lowercase();
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&lower.as_str());
    if plain && !word { name.to_owned() } else { quoted(name) }
}

/// A text without quotes, where YAML needs none.
fn scalar(text: &str) -> String {
    let first = text.chars().next().is_some_and(char::is_alphabetic);
    let odd = text.contains([
        ':', '#', '\n', '"', '\'', '{', '}', '[', ']', ',', '&', '*', '|', '>', '%', '@', '`', '\\',
    ]);
    if first && !odd && text.trim() == text && key(text).len() >= text.len() {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// JSON in one line where it fits, else an entry a line.
fn json(value: &Value, indent: usize) -> String {
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
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
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
