//! Callbacks as webhooks, and their replies as responses.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use xtask::api;
use xtask::spec::load;
use xtask::spec::payload;

use crate::{REAL, SMALL, documents, real_root, validator};

/// A value of XML, all of whose scalars are text, in the shape of a schema.
fn shaped(document: &Value, schema: &Value, value: Value) -> Value {
    let schemas = leaves(document, schema);
    let has = |key: &str, wanted: &str| schemas.iter().any(|schema| schema[key] == wanted);
    match value {
        Value::Object(fields)
            if has("type", "array") && schemas.iter().any(|schema| schema["xml"]["wrapped"] == true) =>
        {
            let items = fields.into_iter().next().map(|(_, items)| items).unwrap_or_default();
            shaped(document, schema, if items.is_array() { items } else { json!([items]) })
        }
        Value::Array(items) => {
            let of = schemas.iter().find_map(|schema| schema.get("items")).cloned().unwrap_or_default();
            items.into_iter().map(|item| shaped(document, &of, item)).collect()
        }
        other if has("type", "array") => shaped(document, schema, json!([other])),
        Value::Object(fields) => {
            let of = |name: &String| -> Value {
                let own = schemas.iter().filter_map(|schema| schema["properties"].get(name));
                json!({ "anyOf": own.collect::<Vec<&Value>>() })
            };
            let fields = fields.into_iter().map(|(name, value)| {
                let value = shaped(document, &of(&name), value);
                (name, value)
            });
            Value::Object(fields.filter(|(_, value)| !value.is_null()).collect())
        }
        Value::String(text) => {
            let is_scalar = |wanted: &str| has("type", wanted) && !has("type", "string");
            let read = (is_scalar("integer") || is_scalar("number") || is_scalar("boolean"))
                .then(|| serde_json::from_str(&text).ok())
                .flatten();
            read.unwrap_or(Value::String(text))
        }
        other => other,
    }
}

/// The schemas that one is made of, without references and choices.
fn leaves<'v>(document: &'v Value, schema: &'v Value) -> Vec<&'v Value> {
    let reference = schema["$ref"].as_str().and_then(|reference| document.pointer(&reference[1..]));
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    let below = reference.into_iter().chain(parts).flat_map(|part| leaves(document, part));
    std::iter::once(schema).chain(below).collect()
}

/// The bodies of webhooks and of replies: their place, media type, schema and examples.
fn bodies(document: &Value) -> Vec<(String, &str, &Value, &Map<String, Value>)> {
    let contents = |section: Option<&'static str>, of: &'static str| {
        let objects = document.pointer(of).and_then(Value::as_object).into_iter().flatten();
        objects.map(move |(name, object)| {
            let content = section.map_or(&object["content"], |_| &object["post"]["requestBody"]["content"]);
            (name.clone(), content)
        })
    };
    let all = contents(Some("post"), "/webhooks").chain(contents(None, "/components/responses"));
    let media = all.flat_map(|(name, content)| {
        let media = content.as_object().expect("it has content");
        media.iter().map(move |(media_type, media)| (name.clone(), media_type.as_str(), media))
    });
    let bodies = media.map(|(name, media_type, media)| {
        let examples = media["examples"].as_object().expect("it has examples");
        (name, media_type, &media["schema"], examples)
    });
    bodies.collect()
}

#[test]
fn every_example_of_a_callback_and_of_a_reply_is_valid_by_its_schema() {
    for (document_name, document) in documents() {
        let mut seen = 0;
        for (name, media_type, schema, examples) in bodies(document) {
            let validator = validator(document, schema);
            for example in examples.values() {
                let value = match media_type {
                    "text/xml" => {
                        let text = example["value"].as_str().expect("an example of XML is text");
                        shaped(document, schema, payload::parse(text).expect("it is a document"))
                    }
                    _ => example["value"].clone(),
                };
                let errors: Vec<String> =
                    validator.iter_errors(&value).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{document_name}, {name}: {errors:?}\n{value:#}");
                seen += 1;
            }
        }
        assert!(seen > 100 || document_name != "real", "{document_name} has {seen}");
    }
}

#[test]
fn a_document_of_another_event_or_without_its_fields_is_not_valid() {
    let (_, _, schema, examples) = bodies(&SMALL)
        .into_iter()
        .find(|(name, ..)| name == "workshop.events.lent_tool")
        .expect("it is there");
    let validator = validator(&SMALL, schema);
    let text = examples["example_1"]["value"].as_str().expect("it is text");
    let valid = shaped(&SMALL, schema, payload::parse(text).expect("it is a document"));
    assert!(validator.is_valid(&valid));
    assert_eq!(valid["Guests"], json!([{ "Name": "a guest", "Days": 2 }]));
    for (name, value) in [
        ("Event", json!("return")),
        ("ChangeType", json!("in")),
        ("MsgType", json!("text")),
        ("ToolID", json!(null)),
    ] {
        let mut changed = valid.clone();
        changed[name] = value;
        changed.as_object_mut().expect("it is an object").retain(|_, value| !value.is_null());
        assert!(!validator.is_valid(&changed), "{name}");
    }
    let mut more = valid;
    more["New"] = json!("field");
    assert!(validator.is_valid(&more), "what WeCom adds is valid");
}

#[test]
fn xml_says_how_lists_stand_in_it() {
    let fields = &SMALL["components"]["schemas"]["workshop.events.LentTool"]["properties"];
    let guests = &fields["Guests"]["anyOf"];
    assert_eq!(guests[0]["xml"], json!({ "wrapped": true }));
    assert_eq!(guests[0]["items"]["xml"], json!({ "name": "Guest" }));
    assert_eq!(guests[1]["required"], json!(["Guest"]), "in JSON, what is around the items is an object");
    assert_eq!(fields["Labels"].get("xml"), None, "an element for each");
    let reply = &SMALL["components"]["schemas"]["workshop.reply.ToolsReply"]["properties"];
    assert_eq!(reply["Tools"]["x-item-count"], "ToolCount");
}

#[test]
fn every_event_and_every_reply_of_the_real_spec_is_in_the_document() {
    let sources = load::sources(&real_root().join("spec")).expect("the spec can be read");
    let api = api::read(&sources, false).expect("the spec has no mistakes");
    let keys = |pointer: &str| -> BTreeSet<String> {
        REAL.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect()
    };
    let ids = |is_sent: bool| -> BTreeSet<String> {
        let documents = api.modules.iter().flat_map(|module| &module.documents);
        let documents = documents.filter(|document| document.part().is_sent() == is_sent);
        documents.map(|document| document.id.clone()).collect()
    };
    assert_eq!(keys("/webhooks"), ids(false));
    assert_eq!(keys("/components/responses"), ids(true));
}
