//! Values that are valid by the schemas, and values that aren't.

use serde_json::{Value, json};

use crate::{SMALL, named, validator};

/// Returns whether a value is valid by a schema of the small document.
fn is_valid(schema: &str, value: &Value) -> bool {
    named(&SMALL, schema).is_valid(value)
}

/// Returns a valid request of the small document, with some fields replaced; `null` removes one.
fn lend_tool(changes: &Value) -> Value {
    let mut fields = json!({
        "tool": "saw",
        "kind": 1,
        "guest": "a guest",
        "drawer": 4,
        "parts": [{ "name": "blade" }],
        "care": "none",
    });
    for (name, value) in changes.as_object().expect("changes are an object") {
        fields[name] = value.clone();
    }
    fields.as_object_mut().expect("it is an object").retain(|_, value| !value.is_null());
    fields
}

#[test]
fn what_breaks_a_limit_or_a_rule_is_not_valid() {
    let valid = |changes: Value| is_valid("workshop.lending.LendTool", &lend_tool(&changes));
    assert!(valid(json!({})));
    for changes in [
        json!({ "tool": null }),
        json!({ "tool": "" }),
        json!({ "tool": "x".repeat(21) }),
        json!({ "guest": "x".repeat(65) }),
        json!({ "count": 10 }),
        json!({ "count": -1 }),
        json!({ "weight": -0.5 }),
        json!({ "parts": [] }),
        json!({ "parts": [{}] }),
        json!({ "labels": { "a": "1", "b": "2", "c": "3" } }),
        json!({ "guest": null }),
        json!({ "userid": "as well" }),
        json!({ "drawer": null }),
        json!({ "deposit": 1, "pledge": "a watch" }),
        json!({ "kind": 2 }),
        json!({ "care": null }),
        json!({ "care": "oil" }),
        json!({ "care": "oil", "oil": {} }),
    ] {
        assert!(!valid(changes.clone()), "{changes}");
    }
    // A text has at most as many characters as bytes: allowed values are never rejected.
    assert!(valid(json!({ "guest": "x".repeat(64), "shelf": 1, "kind": 2, "pledge": "a watch" })));
}

#[test]
fn what_the_documentation_does_not_list_is_valid() {
    for (schema, value) in [
        ("workshop.lending.ToolKind", json!(99)),
        ("workshop.lending.SizeName", json!("huge")),
        ("workshop.lending.Size", json!(true)),
        ("workshop.lending.Place", json!({ "orbit": { "height": 1 } })),
        ("workshop.lending.State", json!({ "state": 3, "why": "rust" })),
        ("workshop.lending.Care", json!({ "care": "paint", "paint": 1 })),
        ("workshop.lending.Part", json!({ "name": "iron", "colour": "grey" })),
    ] {
        assert!(is_valid(schema, &value), "{schema}: {value}");
    }
    for (schema, value) in [
        ("workshop.lending.ToolKind", json!("saw")),
        ("workshop.lending.Size", json!([-1])),
        ("workshop.lending.Place", json!({ "room": {} })),
        ("workshop.lending.State", json!({ "state": 2, "days": "many" })),
        ("workshop.lending.Care", json!({ "care": "wax" })),
    ] {
        assert!(!is_valid(schema, &value), "{schema}: {value}");
    }
}

#[test]
fn an_answer_that_reports_a_failure_is_valid() {
    let pointer = "/paths/~1cgi-bin~1workshop~1list_tools/get/responses/200/content/application~1json/schema";
    let answer = validator(&SMALL, SMALL.pointer(pointer).expect("the operation answers with JSON"));
    assert!(answer.is_valid(&json!({ "errcode": 40014, "errmsg": "invalid access_token" })));
    assert!(!answer.is_valid(&json!({ "errcode": 0, "errmsg": "ok" })), "a success has its fields");
}

#[test]
fn definitions_of_one_path_are_one_operation_of_all_of_them() {
    let operation =
        SMALL.pointer("/paths/~1cgi-bin~1workshop~1lend_tool/post").expect("there is one operation");
    assert_eq!(operation["operationId"], "workshop.hire.lend_tool");
    assert_eq!(operation["x-definitions"][0]["operationId"], "workshop.lending.lend_tool");
    assert_eq!(operation["security"], json!([{ "provider_access_token": [] }, { "access_token": [] }]));
    let body = validator(&SMALL, &operation["requestBody"]["content"]["application/json"]["schema"]);
    assert!(body.is_valid(&lend_tool(&json!({}))));
    assert!(body.is_valid(&json!({ "tool": "plane", "price": 250 })));
    assert!(body.is_valid(&lend_tool(&json!({ "price": 250 }))), "what both pages allow");
    assert!(!body.is_valid(&json!({ "tool": "plane" })));
    let parameters = operation["parameters"].as_array().expect("it has parameters");
    let desk = parameters.iter().find(|parameter| parameter["name"] == "desk").expect("one is the desk");
    assert_eq!(desk["required"], false, "one of the definitions doesn't have it");
}
