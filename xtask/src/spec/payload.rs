//! Documents that WeCom sends by itself, XML and JSON, converted to JSON of the shape that the types have.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::field::Field;
use super::model::{Fields, File};
use super::scalar::wire_text;
use super::type_expr::{Generic, TypeExpr};
use super::types::{Style, Union};
use super::wire::{Wire, WireKey};

/// The members of a document that belong to every event, so that no event lists them.
pub const ENVELOPE: [&str; 13] = [
    "ToUserName",
    "FromUserName",
    "CreateTime",
    "MsgType",
    "Event",
    "ChangeType",
    "AgentID",
    "MsgId",
    "SuiteId",
    "InfoType",
    "TimeStamp",
    "AuthCorpId",
    "ServiceCorpId",
];

/// Members that events may list but don't have to: other spellings, and the members with which JSON identifies its kind.
pub const KNOWN: [&str; 11] = [
    "AgentId",
    "msgtype",
    "msgid",
    "msg_type",
    "event_type",
    "event.eventtype",
    "event.event_type",
    "command.command_type",
    "base_info.req_id",
    "cmd",
    "response_type",
];

/// Reads a document. Text of XML is text; an element with others in it is an object, in which one that repeats is a list; an
/// empty one is `null`.
pub fn parse(text: &str) -> Result<Value, String> {
    read(text, false)
}

/// Reads a document likewise, except that integers in plain XML text are numbers: pages write text as character data.
pub fn parse_numbers(text: &str) -> Result<Value, String> {
    read(text, true)
}

fn read(text: &str, numbers: bool) -> Result<Value, String> {
    match text.trim_start().chars().next() {
        Some('<') => xml(text, numbers),
        Some('{') => serde_json::from_str(text).map_err(|error| error.to_string()),
        _ => Err("it is neither XML nor JSON".to_owned()),
    }
}

/// An element that hasn't ended.
#[derive(Default)]
struct Open {
    name: String,
    children: Map<String, Value>,
    /// Its text, if it has any, and how much of it isn't plain text.
    text: Option<String>,
    kept: usize,
}

impl Open {
    fn append(&mut self, text: &str) -> usize {
        let all = self.text.get_or_insert_default();
        all.push_str(text);
        all.len()
    }

    fn value(mut self, numbers: bool) -> (String, Value) {
        let plain = numbers && self.kept == 0;
        let text = self.text.take().map(|text| {
            let (kept, plain) = text.split_at(self.kept);
            format!("{kept}{}", plain.trim_end())
        });
        let value = match text {
            _ if !self.children.is_empty() => Value::Object(self.children),
            Some(text) => {
                let number = text.parse::<i64>().ok().filter(|number| plain && number.to_string() == text);
                number.map_or(Value::String(text), Value::from)
            }
            None => Value::Null,
        };
        (self.name, value)
    }

    fn add(&mut self, (name, value): (String, Value)) {
        match self.children.get_mut(&name) {
            None => {
                self.children.insert(name, value);
            }
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
}

fn xml(text: &str, numbers: bool) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Open::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let Some(last) = open.last_mut() else { return Err("an element ends that didn't begin".to_owned()) };
        match event {
            Event::Start(tag) => {
                open.push(Open { name: tag.name().into_inner().to_owned(), ..Open::default() });
            }
            Event::Empty(tag) => last.add((tag.name().into_inner().to_owned(), Value::Null)),
            Event::End(_) => {
                let ended = open.pop().map(|ended| ended.value(numbers));
                if let (Some(ended), Some(around)) = (ended, open.last_mut()) {
                    around.add(ended);
                }
            }
            Event::Text(plain) => {
                let plain = if last.text.is_none() { plain.trim_start() } else { &plain };
                if !plain.is_empty() {
                    last.append(plain);
                }
            }
            Event::CData(data) => last.kept = last.append(&data),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                let text = match character {
                    Some(character) => character.to_string(),
                    None => resolve_predefined_entity(&reference)
                        .ok_or_else(|| format!("`&{};` is none of XML's own entities", &*reference))?
                        .to_owned(),
                };
                last.kept = last.append(&text);
            }
            Event::DocType(_) => return Err("no document has a document type".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if open.len() > 1 => return Err("it ends early".to_owned()),
            Event::Eof => {
                let Some(Open { children, text: None, .. }) = open.pop() else {
                    return Err("there is text outside of its elements".to_owned());
                };
                let mut roots = children.into_iter();
                return match (roots.next(), roots.next()) {
                    (Some((_, Value::Null)), None) => Ok(Value::Object(Map::new())),
                    (Some((_, root)), None) if root.is_object() => Ok(root),
                    _ => Err("a document is one element with others in it".to_owned()),
                };
            }
        }
    }
}

/// Writes a document as XML: an object is an element with others in it, and an item of a list is an element of the list's
/// name.
pub fn to_xml(document: &Map<String, Value>) -> String {
    let mut text = String::new();
    element(&mut text, "xml", &Value::Object(document.clone()), 0);
    text
}

fn element(text: &mut String, name: &str, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Array(items) => items.iter().for_each(|item| element(text, name, item, depth)),
        Value::Null => *text += &format!("{indent}<{name}/>\n"),
        Value::Object(members) => {
            *text += &format!("{indent}<{name}>\n");
            members.iter().for_each(|(name, value)| element(text, name, value, depth + 1));
            *text += &format!("{indent}</{name}>\n");
        }
        Value::String(content) if content.is_empty() => *text += &format!("{indent}<{name}></{name}>\n"),
        Value::String(content) if !content.contains("]]>") => {
            *text += &format!("{indent}<{name}><![CDATA[{content}]]></{name}>\n");
        }
        Value::String(content) => *text += &format!("{indent}<{name}>{}</{name}>\n", escape(content)),
        Value::Bool(_) | Value::Number(_) => *text += &format!("{indent}<{name}>{value}</{name}>\n"),
    }
}

/// The kind that a document states.
pub fn told(document: &Value) -> Option<Wire<'_>> {
    let at =
        |pointer: &str| document.pointer(pointer).and_then(Value::as_str).filter(|kind| !kind.is_empty());
    let is_event = |kind: &&str| kind.eq_ignore_ascii_case("event");
    let candidates = [
        (WireKey::InfoType, at("/InfoType")),
        (WireKey::MsgType, at("/MsgType").filter(|kind| !is_event(kind))),
        (WireKey::Event, at("/Event")),
        (WireKey::BotMessage, at("/msgtype").filter(|kind| !is_event(kind))),
        (WireKey::BotEvent, at("/event/eventtype")),
        (WireKey::DeviceCommand, at("/command/command_type")),
        (WireKey::Notification, at("/event/event_type")),
        (WireKey::Notification, at("/event_type")),
        (WireKey::Payment, at("/trade_state")),
        (WireKey::Refund, at("/refund_status")),
        (WireKey::BotResponse, at("/response_type")),
    ];
    let (key, kind) = candidates.into_iter().find_map(|(key, kind)| Some((key, kind?)))?;
    Some(Wire { key, kind, change: at("/ChangeType") })
}

/// Takes the members that all events have out of a document, as far as an event doesn't list them itself.
pub fn take_envelope(document: &mut Map<String, Value>, fields: &Fields) {
    for name in ENVELOPE.iter().chain(&KNOWN) {
        match name.split_once('.') {
            _ if fields.contains_key(*name) => {}
            None => {
                document.shift_remove(*name);
            }
            Some((around, name)) => {
                let inner = document.get_mut(around).and_then(Value::as_object_mut);
                let is_alone = inner.is_some_and(|inner| inner.len() == 1 && inner.contains_key(name));
                if is_alone && !fields.contains_key(around) {
                    document.shift_remove(around);
                }
            }
        }
    }
}

/// Converts the fields of a document to the shape that their types have: one name per field, lists for list fields, their items
/// without the element around them, and nothing where an element is empty.
pub fn arrange(file: &File, fields: &Fields, document: &mut Map<String, Value>) {
    for (name, field) in fields {
        if let Some(union) = field.ty.name().filter(|_| field.embed).and_then(|name| file.unions.get(name)) {
            arrange_union(file, union, document);
            continue;
        }
        let spelling = field.aka.iter().find(|name| document.contains_key(*name));
        if let Some(value) = spelling.and_then(|name| document.shift_remove(name)) {
            document.insert(name.clone(), value);
        }
        if let Some(count) = &field.count {
            document.shift_remove(count);
        }
        if let Some(value) = document.get_mut(name) {
            arrange_field(file, field, value);
        }
        let is_nothing = document.get(name).is_some_and(Value::is_null);
        if is_nothing {
            document.shift_remove(name);
        }
    }
}

fn arrange_field(file: &File, field: &Field, value: &mut Value) {
    if let (Some(item), Value::Object(around)) = (&field.item, &mut *value)
        && around.len() == 1
        && let Some(items) = around.get_mut(item)
    {
        *value = items.take();
    }
    arrange_value(file, &field.ty, value);
}

fn arrange_value(file: &File, ty: &TypeExpr, value: &mut Value) {
    match ty {
        TypeExpr::Generic(Generic::List, item) => {
            if !value.is_array() {
                let is_nothing = value.is_null() || value.as_str().is_some_and(str::is_empty);
                *value = if is_nothing { Value::Null } else { Value::Array(vec![value.take()]) };
            }
            for value in value.as_array_mut().into_iter().flatten() {
                arrange_value(file, item, value);
            }
        }
        TypeExpr::Named(name) => {
            let (structure, union) = (file.structs.get(name), file.unions.get(name));
            match (&mut *value, structure, union) {
                (Value::Object(object), Some(structure), _) => arrange(file, &structure.fields, object),
                (Value::Object(object), _, Some(union)) => arrange_union(file, union, object),
                (Value::String(text), Some(_), _) if text.is_empty() => *value = Value::Null,
                _ => {}
            }
        }
        TypeExpr::Scalar(_) | TypeExpr::Generic(..) => {}
    }
}

/// Converts the content of a union likewise, wherever it is.
fn arrange_union(file: &File, union: &Union, object: &mut Map<String, Value>) {
    let tag = union.tag.as_ref().and_then(|tag| object.get(tag));
    let tag = tag.map(wire_text);
    for (wire, variant) in &union.variants {
        let Some(ty) = &variant.ty else { continue };
        match union.style {
            Style::Flat if tag.as_ref() == Some(wire) => {
                let structure = ty.name().and_then(|name| file.structs.get(name));
                if let Some(structure) = structure {
                    arrange(file, &structure.fields, object);
                }
            }
            Style::Sibling | Style::Oneof => {
                if let Some(content) = object.get_mut(variant.content(wire)) {
                    arrange_value(file, ty, content);
                }
            }
            Style::Flat | Style::Kind => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn xml_is_read_as_json_of_its_shape() {
        let text = "<xml>\n <A> <![CDATA[ x ]]>\n</A><B/><L><Id>1</Id><Id>&lt;2</Id></L><A>y </A></xml>";
        let expected = json!({ "A": [" x ", "y"], "B": null, "L": { "Id": ["1", "<2"] } });
        assert_eq!(parse(text), Ok(expected));
        let numbers = parse_numbers("<xml><A>1</A><B><![CDATA[1]]></B><C>007</C></xml>");
        assert_eq!(numbers, Ok(json!({ "A": 1, "B": "1", "C": "007" })));
        for text in ["<xml>", "<a></b>", "x", "<a/><b/>", "<a>&b;</a>", "<!DOCTYPE a><a/>", "<a>text</a>", ""]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn xml_is_written_as_it_is_read() {
        let document =
            json!({ "A": ["1", " x "], "B": { "C": "]]>&" }, "D": null, "E": [{ "F": "f" }, { "F": "g" }] });
        assert_eq!(parse(&to_xml(document.as_object().unwrap())), Ok(document));
        let number = json!({ "N": 1 });
        assert_eq!(to_xml(number.as_object().unwrap()), "<xml>\n  <N>1</N>\n</xml>\n");
    }

    #[test]
    fn a_document_says_what_it_is() {
        for (document, wire) in [
            (json!({ "MsgType": "event", "Event": "a", "ChangeType": "b" }), "Event a b"),
            (json!({ "InfoType": "a", "ChangeType": "b" }), "InfoType a b"),
            (json!({ "MsgType": "text" }), "MsgType text"),
            (json!({ "msgtype": "event", "event": { "eventtype": "a" } }), "eventtype a"),
            (json!({ "msg_type": "event", "event": { "event_type": "bind" } }), "event_type bind"),
            (json!({ "event_type": "REFUND.SUCCESS" }), "event_type REFUND.*"),
        ] {
            let told = told(&document).expect("it says so");
            assert!(Wire::parse(wire).expect("it is one").takes(&told), "{wire}");
        }
        assert_eq!(told(&json!({ "a": 1 })), None);
    }
}
