//! A draft as YAML, as the spec files are written: short entries in one line, long ones a key a line.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::model::{Bodies, Definition, Draft, DraftEndpoint, DraftEvent, DraftFields};
use super::naming::{PLACEHOLDER, pascal};
use super::page::DraftPage;
use crate::spec::literal::{WIDTH, json, quoted};
use crate::spec::{
    Answer, Body, Doc, EndpointRate, EnumValue, Errcode, Field, Host, LimitValue, Pagination, Part, Phrases,
    Place, Repr, Section, Variant, WrittenRule, names,
};

/// The mark of a line whose words were known from other pages.
pub const KNOWN: &str = "# known";

/// The maximum length of a page's own name for a value, in characters.
const LONGEST_NAME: usize = 40;

/// A draft's sections, each as the lines below its key.
#[derive(Debug)]
pub(super) struct Sections(IndexMap<&'static str, String>);

impl Sections {
    /// Writes a draft.
    pub(super) fn of(draft: &DraftPage, phrases: &Phrases) -> Self {
        let mut sections = IndexMap::from(Section::KEYS.map(|section| (section, String::new())));
        let mut add = |section: Section, text: String| *sections.entry(section.key()).or_default() += &text;
        for endpoint in &draft.endpoints {
            add(Section::Endpoints, endpoint_yaml(endpoint, phrases));
        }
        for event in &draft.events {
            add(Section::Documents(event.kind), event_yaml(event, phrases));
        }
        for (name, definition) in draft.types.all() {
            let head = format!("  {name}:{}\n", comment(&definition.doubts, false));
            let (section, body) = match &definition.spec {
                Definition::Struct { doc, fields } => (Section::Structs, struct_yaml(doc, fields, phrases)),
                Definition::Enum { doc, repr, values } => {
                    (Section::Enums, enum_yaml(doc, *repr, values, phrases))
                }
                Definition::Union { doc, tag, repr, variants } => {
                    let head = format!("    doc: {}\n    tag: {}\n", todo(doc), key(tag));
                    (Section::Unions, head + &variants_yaml(*repr, variants))
                }
            };
            add(section, head + &body);
        }
        Self(sections)
    }

    /// The lines of a section.
    pub(super) fn get(&self, section: &str) -> &str {
        self.0.get(section).map(String::as_str).unwrap_or_default()
    }

    /// A whole file.
    pub(super) fn file(&self, title: &str) -> String {
        let mut text = new_file(Some(title), title);
        for (section, lines) in self.0.iter().filter(|(_, lines)| !lines.is_empty()) {
            text += &format!("\n{section}:\n{lines}");
        }
        text
    }
}

/// A file of a chapter with nothing in it yet. `about` says what it is about if it has no title.
pub(super) fn new_file(title: Option<&str>, about: &str) -> String {
    let written = title.map_or_else(|| todo(about), scalar);
    format!("title: {written}\nsummary: {}\n", todo(title.unwrap_or(about)))
}

fn endpoint_yaml(endpoint: &DraftEndpoint, phrases: &Phrases) -> String {
    let DraftEndpoint { title, doc, method, path, .. } = endpoint;
    let mut lines = vec![format!("title: {}", scalar(title)), format!("summary: {}", todo(title))];
    if !endpoint.notes.is_empty() {
        lines.push(format!("notes: {}", todo(&endpoint.notes.join("; "))));
    }
    lines.extend([
        doc_of(doc),
        format!("call: {method} {path}"),
        format!("token: {}", endpoint.token.keyword()),
    ]);
    let DraftEndpoint { safe, host, body, answer, errcode, .. } = *endpoint;
    lines.extend(safe.then(|| "safe: true".to_owned()));
    lines.extend((host != Host::default()).then(|| format!("host: {}", host.keyword())));
    lines.extend((body != Body::default()).then(|| format!("body: {}", body.keyword())));
    lines.extend((answer != Answer::default()).then(|| format!("answer: {}", answer.keyword())));
    lines.extend((errcode != Errcode::default()).then(|| format!("errcode: {}", errcode.keyword())));
    lines.extend(endpoint.partial.as_ref().map(|list| format!("partial: {list}")));
    if !endpoint.rate.spec.is_empty() {
        let rate = |rate: &EndpointRate| format!("{{ calls: {}, per: {} }}", rate.calls, rate.per.keyword());
        let rates: Vec<String> = endpoint.rate.spec.iter().map(rate).collect();
        lines.push(format!("rate: [{}]", rates.join(", ")));
    }
    lines.extend(unsure(&endpoint.rate.doubts));
    lines.extend(endpoint.concurrency.map(|number| format!("concurrency: {number}")));
    lines.extend(endpoint.pagination.spec.as_ref().map(pagination));
    lines.extend(unsure(&endpoint.pagination.doubts));
    if !endpoint.rules.is_empty() {
        lines.push("rules:".to_owned());
        lines.extend(endpoint.rules.iter().map(|of| format!("  - {}", rule(of))));
    }
    lines.extend(unsure(&endpoint.doubts));
    let mut yaml = format!("  {}:\n", endpoint.name);
    yaml.extend(lines.iter().map(|line| format!("    {line}\n")));
    for (part, side) in endpoint.parts() {
        yaml.extend(unsure(&side.doubts).map(|line| format!("    {line}\n")));
        if !side.spec.is_empty() {
            yaml += &format!("    {}:\n{}", part.key(), fields_yaml(&side.spec, phrases));
        }
    }
    if !endpoint.codes.is_empty() {
        yaml += "    codes: # ? a `name` for each that errcodes.yaml doesn't name\n";
        let codes = endpoint.codes.iter();
        yaml.extend(codes.map(|(code, words)| format!("      {code}: {{ doc: {} }}\n", todo(words))));
    }
    yaml += "    examples:\n";
    yaml.extend(endpoint.examples.iter().map(example_yaml));
    yaml
}

fn event_yaml(event: &DraftEvent, phrases: &Phrases) -> String {
    let DraftEvent { name, title, doc, wire, fields, examples, doubts, .. } = event;
    let mut lines =
        vec![format!("title: {}", scalar(title)), format!("summary: {}", todo(title)), doc_of(doc)];
    lines.push(format!("wire: [{}]", wire.join(", ")));
    lines.extend(unsure(doubts));
    lines.extend(unsure(&fields.doubts));
    let mut yaml = format!("  {name}:\n");
    yaml.extend(lines.iter().map(|line| format!("    {line}\n")));
    let none = if fields.spec.is_empty() { " {}" } else { "" };
    yaml += &format!("    fields:{none}\n{}    examples:\n", fields_yaml(&fields.spec, phrases));
    for example in examples {
        let text = example.as_str().map_or_else(|| json(example, 10), |xml| xml.trim_end().to_owned());
        let text = if example.is_string() { text.replace('\n', "\n          ") } else { text };
        yaml += &format!("      - payload: |\n          {text}\n");
    }
    yaml
}

fn doc_of(doc: &Doc) -> String {
    let id = doc.id.map(|id| format!("id: {id}, ")).unwrap_or_default();
    let updated = doc.updated.as_ref().map(|date| format!(", updated: {date}")).unwrap_or_default();
    let title = doc.title.as_ref().map(|title| format!(", title: {}", scalar(title))).unwrap_or_default();
    format!("doc: {{ {id}page: {}{updated}{title} }}", doc.page)
}

fn pagination(pages: &Pagination) -> String {
    let Pagination { cursor, next, offset, limit, more, end, total, items } = pages;
    let keys = [
        ("cursor", cursor),
        ("next", next),
        ("offset", offset),
        ("limit", limit),
        ("more", more),
        ("end", end),
        ("total", total),
        ("items", items),
    ];
    let given = keys.into_iter().filter_map(|(key, name)| Some((key, name.clone()?)));
    format!("pagination: {}", flow(given))
}

/// A rule, in one line.
fn rule(rule: &WrittenRule) -> String {
    let written = serde_yaml::to_value(rule).unwrap_or_default();
    let entries = written.as_mapping().into_iter().flatten();
    let entries: Vec<String> =
        entries.map(|(key, content)| format!("{}: {}", inline(key), inline(content))).collect();
    entries.join(", ")
}

/// Returns the parts of a rule: names of fields without quotes, and values.
fn inline(written: &serde_yaml::Value) -> String {
    match written {
        serde_yaml::Value::Mapping(entries) => {
            let entries = entries.iter().map(|(key, content)| {
                // The value of `is` is on the wire, everything else names something.
                let is_value = key.as_str() == Some("is") && content.is_sequence();
                let content = match content.as_sequence().filter(|_| is_value) {
                    Some(values) => list(values.iter().map(value)),
                    None => inline(content),
                };
                format!("{}: {content}", inline(key))
            });
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        serde_yaml::Value::Sequence(items) => list(items.iter().map(inline)),
        serde_yaml::Value::String(name) => path(name),
        other => value(other),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// The path of a field.
fn path(name: &str) -> String {
    if name.split('.').all(|step| key(step) == step) { name.to_owned() } else { quoted(name) }
}

fn example_yaml(example: &Draft<Bodies>) -> String {
    let doubts = example.doubts.iter().map(|doubt| format!("      # ? {doubt}\n"));
    let Bodies { request, response } = &example.spec;
    let bodies = [(Part::Request, request.as_ref()), (Part::Response, Some(response))];
    let bodies = bodies.into_iter().filter_map(|(part, body)| Some((part.key(), body?)));
    let bodies = bodies.enumerate().map(|(index, (name, body))| {
        let lead = if index == 0 { "      - " } else { "        " };
        format!("{lead}{name}: |\n          {}\n", json(body, 10))
    });
    doubts.chain(bodies).collect()
}

fn struct_yaml(doc: &str, fields: &DraftFields, phrases: &Phrases) -> String {
    let doc = format!("    doc: {}\n", todo(doc));
    let none = if fields.is_empty() { " {}" } else { "" };
    format!("{doc}    fields:{none}\n{}", fields_yaml(fields, phrases))
}

fn fields_yaml(fields: &DraftFields, phrases: &Phrases) -> String {
    fields.iter().map(|(name, field)| field_yaml(name, field, phrases)).collect()
}

fn field_yaml(name: &str, field: &Draft<Field>, phrases: &Phrases) -> String {
    let Field {
        ty,
        doc,
        rename,
        default,
        place,
        embed,
        quirk,
        each,
        limits,
        optional,
        aka,
        item,
        count,
        unit,
        misspelt: _,
        public: _,
    } = &field.spec;
    let name = key(&format!("{name}{}", if *optional { "?" } else { "" }));
    let doc = &one_line(doc);
    let known = phrases.field(doc);
    let described = phrases.described(doc).filter(|_| known.is_none());
    let in_our_terms = described.as_ref().map(|_| format!("{doc}, in our terms"));
    let doubts: Vec<String> = field.doubts.iter().cloned().chain(in_our_terms).collect();
    let comment = comment(&doubts, known.is_some());
    let mut pairs = vec![("type", ty.to_string())];
    pairs.extend(default.as_ref().map(|of| ("default", value(of))));
    pairs.extend(limits.iter().map(|limit| (limit.kind.key(), limit_value(&limit.value))));
    let each = each.0.iter().map(|limit| (limit.kind.key(), limit_value(&limit.value)));
    let each: Vec<_> = each.collect();
    pairs.extend((!each.is_empty()).then(|| ("each", flow(each))));
    pairs.extend(unit.map(|unit| ("unit", unit.keyword().to_owned())));
    pairs.extend(quirk.as_ref().map(|reason| ("quirk", quoted(reason))));
    pairs.extend((*place != Place::default()).then(|| ("in", place.keyword().to_owned())));
    pairs.extend(rename.as_ref().map(|name| ("rename", name.clone())));
    pairs.extend(item.as_ref().map(|item| ("item", item.clone())));
    pairs.extend(count.as_ref().map(|count| ("count", count.clone())));
    pairs.extend((!aka.is_empty()).then(|| ("aka", format!("[{}]", aka.join(", ")))));
    pairs.extend(embed.then(|| ("embed", "true".to_owned())));
    pairs.push(("doc", known.or(described.as_deref()).map_or_else(|| todo(doc), quoted)));
    let line = format!("      {name}: {}{comment}\n", flow(pairs.clone()));
    // The line's end is no part of its width.
    if line.chars().count() <= WIDTH + 1 {
        return line;
    }
    let pairs = pairs.iter().map(|(key, value)| format!("        {key}: {value}\n"));
    format!("      {name}:{comment}\n{}", pairs.collect::<String>())
}

fn enum_yaml(
    doc: &str,
    repr: Repr,
    values: &IndexMap<String, Draft<EnumValue>>,
    phrases: &Phrases,
) -> String {
    let mut taken: HashSet<String> = values.values().map(|value| value.spec.name.clone()).collect();
    let values = values.iter().map(|(wire, value)| {
        let EnumValue { name, doc } = &value.spec;
        let doc = doc.as_deref().unwrap_or_default();
        let known = phrases.value(doc).map(str::to_owned);
        // What the page calls it in letters is its name already.
        let plain = known.clone().or_else(|| own_name(doc));
        let composed = || phrases.composed(doc).filter(|_| name.starts_with(PLACEHOLDER));
        let found = plain.clone().or_else(composed).filter(|name| taken.insert(name.clone()));
        let mut doubts = value.doubts.clone();
        if found.is_some() && plain.is_none() {
            doubts.push(format!("{doc}, in our terms"));
        }
        let comment = comment(&doubts, found.is_some() && known.is_some());
        match found {
            Some(name) => format!("      {}: {}{comment}\n", tag(repr, wire), key(&name)),
            None => {
                let pairs = flow([("name", key(name)), ("doc", todo(doc))]);
                format!("      {}: {pairs}{comment}\n", tag(repr, wire))
            }
        }
    });
    let head = format!("    doc: {}\n    repr: {}\n    values:\n", todo(doc), repr.keyword());
    head + &values.collect::<String>()
}

/// The name that a page gives a value in words without Chinese: of `Android Pad`, `AndroidPad`.
fn own_name(doc: &str) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || " -_/+".contains(c);
    let words = doc.len() <= LONGEST_NAME && doc.starts_with(|c: char| c.is_ascii_alphabetic());
    let name = pascal(&doc.replace(['/', '+'], " "));
    (words && doc.chars().all(is_name) && names::is_pascal(&name) && name != "Other").then_some(name)
}

fn variants_yaml(repr: Repr, variants: &IndexMap<String, Variant>) -> String {
    let variants = variants.iter().map(|(wire, variant)| {
        let tag = tag(repr, wire);
        if let Variant { name: None, ty: Some(content), key: None, .. } = variant {
            return format!("      {tag}: {content}\n");
        }
        let name = variant.name.as_ref().map(|name| ("name", key(name)));
        let ty = variant.ty.as_ref().map(|content| ("type", content.to_string()));
        let content = variant.key.as_ref().map(|name| ("key", key(name)));
        format!("      {tag}: {}\n", flow([name, ty, content].into_iter().flatten()))
    });
    let repr = if repr == Repr::Int { "    repr: int\n" } else { "" };
    format!("{repr}    variants:\n{}", variants.collect::<String>())
}

/// A mapping in one line.
fn flow(pairs: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// Returns the mark of a text that a person has to translate.
fn todo(chinese: &str) -> String {
    let chinese = one_line(chinese.trim());
    if chinese.is_empty() { "TODO".to_owned() } else { quoted(&format!("TODO: {chinese}")) }
}

/// Doubts on lines of their own.
fn unsure(doubts: &[String]) -> impl Iterator<Item = String> {
    doubts.iter().map(|doubt| format!("# ? {}", one_line(doubt)))
}

/// Doubts at the end of a line.
fn comment(doubts: &[String], known: bool) -> String {
    let known = if known { format!(" {KNOWN}") } else { String::new() };
    if doubts.is_empty() { known } else { format!(" # ? {}{known}", one_line(&doubts.join("; "))) }
}

/// A page's text without its breaks.
fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

/// A value of an enum, or the tag of a union, as a key.
fn tag(repr: Repr, wire: &str) -> String {
    match repr {
        Repr::String => key(wire),
        Repr::Int => wire.to_owned(),
    }
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

fn limit_value(value: &LimitValue) -> String {
    match value {
        LimitValue::Number(_) | LimitValue::Numbers(_) => value.to_string(),
        LimitValue::Pattern(pattern) => quoted(pattern),
        LimitValue::True => "true".to_owned(),
    }
}

/// A value on the wire.
fn value(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::String(text) => quoted(text),
        // A number, or `true`: JSON writes them as YAML does.
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
