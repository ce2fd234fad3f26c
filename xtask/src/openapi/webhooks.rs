//! Documents that arrive as webhooks, and those that are sent as responses.

use serde_json::{Map, Value, json};

use super::prose::{Names, component};
use super::schemas::{any_of, reference};
use crate::api::{Document, Module, page_url};
use crate::spec::{Shown, Wire, WireKey};

/// The schema of the members that documents of applications, suites and providers have in common.
const DOCUMENT: &str = "CallbackDocument";

/// The webhooks of some modules, in their order.
pub(super) fn of(modules: &[&Module], names: &Names) -> Map<String, Value> {
    let received = modules.iter().flat_map(|module| {
        module
            .received()
            .map(move |event| (event.id.clone(), json!({ "post": webhook(module, event, names) })))
    });
    received.collect()
}

/// The passive replies of some modules, in their order.
pub(super) fn responses(modules: &[&Module], names: &Names) -> Map<String, Value> {
    let sent = modules.iter().flat_map(|module| {
        module.sent().map(move |reply| {
            let description = format!("{}\n\n{}", reply.title, names.prose(module, &reply.words()));
            let response = json!({ "description": description, "content": content(module, reply, names) });
            (reply.id.clone(), response)
        })
    });
    sent.collect()
}

fn webhook(module: &Module, event: &Document, names: &Names) -> Value {
    let is_info = event.wires().any(|wire| wire.key == WireKey::InfoType);
    let answer = if is_info {
        json!({
            "description": "`success` for a suite or a provider, an empty body for an application.",
            "content": { "text/plain": { "schema": { "type": "string" }, "example": "success" } },
        })
    } else {
        json!({ "description": "Empty, or a passive reply: one of `components.responses`, encrypted and signed." })
    };
    let mut operation = json!({
        "operationId": event.id,
        "summary": event.title,
        "description": names.prose(module, &event.words()),
        "externalDocs": { "url": page_url(&event.doc), "description": event.title },
        "tags": [module.family],
        "security": [],
        "requestBody": { "required": true, "content": content(module, event, names) },
        "responses": { "200": answer },
        "x-encrypted": true,
    });
    if let Some(seconds) = event.deadline {
        operation["x-deadline"] = json!(seconds);
    }
    operation
}

/// The content of a document, in each of its formats.
fn content(module: &Module, event: &Document, names: &Names) -> Value {
    let own = reference(&component(module, &event.ty));
    let (xml, json): (Vec<Wire<'_>>, Vec<Wire<'_>>) = event.wires().partition(|wire| wire.key.is_xml());
    let formats = [("text/xml", xml, '<'), ("application/json", json, '{')];
    let mut content = Map::new();
    for (media_type, wires, first) in formats {
        let examples =
            examples(event.examples.iter().filter(|example| example.payload.trim_start().starts_with(first)));
        // Some documents of applications are shown in JSON, too.
        let is_shown = !examples.is_empty();
        if wires.is_empty() && !is_shown {
            continue;
        }
        let told = if wires.is_empty() { event.wires().collect() } else { wires };
        let told: Vec<Value> = told.iter().map(tells).collect();
        let mut schema = match event.answers() {
            Some(_) => own.clone(),
            None => json!({ "allOf": [own, any_of(told)] }),
        };
        if media_type == "text/xml" {
            schema["allOf"] = json!([names.shared(DOCUMENT), schema["allOf"][0], schema["allOf"][1]]);
            schema["xml"] = json!({ "name": "xml" });
        }
        let mut media = json!({ "schema": schema });
        if is_shown {
            media["examples"] = Value::Object(examples);
        }
        content.insert(media_type.to_owned(), media);
    }
    Value::Object(content)
}

/// The members that say what a document is.
fn tells(wire: &Wire<'_>) -> Value {
    let Wire { key, kind, change } = wire;
    let value = match kind.strip_suffix('*') {
        Some(start) => json!({ "type": "string", "pattern": format!("^{}", regex_lite::escape(start)) }),
        None => json!({ "const": kind }),
    };
    let object = |members: Vec<(&str, Value)>| {
        let required: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
        let properties: Map<String, Value> =
            members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        json!({ "type": "object", "properties": properties, "required": required })
    };
    let change = change.map(|change| ("ChangeType", json!({ "const": change })));
    let members = match key {
        WireKey::Event => vec![("MsgType", json!({ "const": "event" })), ("Event", value)],
        WireKey::BotEvent => {
            vec![("msgtype", json!({ "const": "event" })), ("event", object(vec![("eventtype", value)]))]
        }
        WireKey::DeviceCommand => vec![("command", object(vec![("command_type", value)]))],
        // It is inside `event` in notifications of devices and payments, and at the top in those of the zone.
        WireKey::Notification => {
            let inside = object(vec![("event", object(vec![("event_type", value.clone())]))]);
            return json!({ "anyOf": [inside, object(vec![("event_type", value)])] });
        }
        WireKey::InfoType
        | WireKey::MsgType
        | WireKey::BotMessage
        | WireKey::Payment
        | WireKey::Refund
        | WireKey::BotResponse => vec![(key.keyword(), value)],
    };
    object(members.into_iter().chain(change).collect())
}

/// Documents as they are sent: an example of XML is text.
fn examples<'a>(examples: impl Iterator<Item = &'a Shown>) -> Map<String, Value> {
    let examples = examples.enumerate().map(|(index, Shown { note, payload })| {
        let text = payload.trim_end();
        let value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
        let example = match note {
            Some(note) => json!({ "summary": note, "value": value }),
            None => json!({ "value": value }),
        };
        (format!("example_{}", index + 1), example)
    });
    examples.collect()
}
