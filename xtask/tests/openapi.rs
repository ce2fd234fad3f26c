//! The OpenAPI document: of a small spec that has every feature (`openapi/*.yaml`, and beside them
//! `openapi.json`), and of the real one.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use common::{assert_none, difference, files, folder, source};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use xtask::api;
use xtask::openapi::{self, About, FILE, WORKSPACE};
use xtask::spec::Failure;
use xtask::spec::load;
use xtask::spec::source::Source;

/// Text that no version of the workspace changes.
const ABOUT: About<'_> = About { version: "1.2.3", license: "MIT" };

fn document(sources: &[Source], about: About<'_>) -> Value {
    match api::read(sources, false) {
        Ok(api) => openapi::document(&api, about),
        Err(Failure::Spec { text, .. }) => panic!("{text}"),
        Err(Failure::Io(error)) => panic!("nothing is read from the disk here: {error}"),
    }
}

fn real_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the workspace")
}

/// The document of all specs in a folder beside these tests.
fn of_folder(name: &str) -> Value {
    let sources: Vec<Source> = files(&folder(name), ".yaml").iter().map(|file| source(file)).collect();
    document(&sources, ABOUT)
}

static SMALL: LazyLock<Value> = LazyLock::new(|| of_folder("openapi"));
static REAL: LazyLock<Value> = LazyLock::new(|| {
    document(&load::sources(&real_root().join("spec")).expect("the spec can be read"), WORKSPACE)
});

/// Every document there is to test, with its name.
fn documents() -> [(&'static str, Value); 3] {
    [("small", SMALL.clone()), ("real", REAL.clone()), ("golden", of_folder("golden"))]
}

/// Calls a function with every object of a document and its JSON pointer.
fn visit(pointer: &str, value: &Value, see: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(pointer, object);
            for (key, value) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                visit(&format!("{pointer}/{key}"), value, see);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                visit(&format!("{pointer}/{index}"), value, see);
            }
        }
        _ => {}
    }
}

/// A validator of a schema in a document.
fn validator(document: &Value, schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{error}: {schema}"))
}

/// A validator of a schema by its name.
fn named(document: &Value, name: &str) -> Validator {
    assert!(document["components"]["schemas"].get(name).is_some(), "there is a schema {name}");
    validator(document, &json!({ "$ref": format!("#/components/schemas/{name}") }))
}

/// What stands in the content of a media type, checked against its schema.
fn invalid_examples(document: &Value) -> (usize, Vec<String>) {
    let mut seen = 0;
    let mut invalid = Vec::new();
    visit("", &document["paths"], &mut |pointer, object| {
        let (Some(schema), Some(Value::Object(examples))) = (object.get("schema"), object.get("examples"))
        else {
            return;
        };
        // What is XML is text here; its fields are checked by another test.
        if pointer.ends_with("/text~1xml") {
            return;
        }
        let validator = validator(document, schema);
        for (name, example) in examples {
            seen += 1;
            for error in validator.iter_errors(&example["value"]) {
                invalid.push(format!("{pointer}, {name}, {}: {error}", error.instance_path()));
            }
        }
    });
    (seen, invalid)
}

#[test]
fn a_spec_with_every_feature_becomes_its_expected_document() {
    let text = openapi::text(&SMALL);
    assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
    assert_none(&difference(&folder("openapi").join(FILE), &text).into_iter().collect::<Vec<String>>());
}

#[test]
fn the_same_spec_becomes_the_same_document_whatever_the_order_of_its_files() {
    let mut sources: Vec<Source> =
        files(&folder("openapi"), ".yaml").iter().map(|file| source(file)).collect();
    sources.reverse();
    assert_eq!(openapi::text(&document(&sources, ABOUT)), openapi::text(&SMALL));
}

#[test]
fn no_two_schemas_have_the_same_title_since_tools_name_types_by_it() {
    for (name, document) in documents() {
        let mut titles = Vec::new();
        visit("", &document["components"]["schemas"], &mut |pointer, object| {
            if !pointer.ends_with("/properties") {
                titles.extend(object.get("title").and_then(Value::as_str).map(str::to_owned));
            }
        });
        let all = titles.len();
        assert!(all > 0, "{name} has schemas with titles");
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), all, "{name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    for (name, document) in documents() {
        let mut references = Vec::new();
        visit("", &document, &mut |_, object| {
            references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            let mapping =
                object.get("discriminator").and_then(|discriminator| discriminator["mapping"].as_object());
            references.extend(
                mapping.into_iter().flat_map(Map::values).filter_map(Value::as_str).map(str::to_owned),
            );
        });
        assert!(references.len() > 20, "{name} has references");
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("references stay in the document");
            assert!(document.pointer(pointer).is_some(), "{name}: {reference}");
        }
    }
}

#[test]
fn every_example_is_valid_by_its_schema() {
    for (name, document) in documents() {
        let (seen, invalid) = invalid_examples(&document);
        assert!(seen > 10, "{name} has examples");
        assert!(invalid.is_empty(), "{name}:\n{}", invalid.join("\n"));
    }
}

#[test]
fn every_xml_example_of_the_real_spec_is_valid_by_its_schema() {
    let sources = load::sources(&real_root().join("spec")).expect("the spec can be read");
    let api = api::read(&sources, false).expect("the spec has no mistakes");
    let mut seen = 0;
    for module in &api.modules {
        for endpoint in module.endpoints.iter().filter(|endpoint| endpoint.body == xtask::spec::Body::Xml) {
            for example in &endpoint.examples {
                for (ty, text) in
                    [(&endpoint.request, &example.request), (&endpoint.response, &example.response)]
                {
                    let fields = serde_json::from_str(text).expect("examples are JSON");
                    let validator = named(&REAL, &format!("{}.{ty}", module.stem()));
                    let errors: Vec<String> =
                        validator.iter_errors(&fields).map(|error| error.to_string()).collect();
                    assert!(errors.is_empty(), "{}: {errors:?}", endpoint.id);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 0, "there are examples of XML");
}

#[test]
fn every_endpoint_and_every_type_of_the_real_spec_is_in_the_document() {
    let sources = load::sources(&real_root().join("spec")).expect("the spec can be read");
    let api = api::read(&sources, false).expect("the spec has no mistakes");
    let mut ids = BTreeSet::new();
    visit("", &REAL["paths"], &mut |_, object| {
        ids.extend(object.get("operationId").and_then(Value::as_str).map(str::to_owned));
    });
    let mut types = 0;
    for module in &api.modules {
        for endpoint in &module.endpoints {
            assert!(ids.remove(&endpoint.id), "{} is an operation, once", endpoint.id);
        }
        for ty in &module.types {
            let name = format!("{}.{}", module.stem(), ty.name());
            let get = xtask::api::Method::Get;
            let in_query = module.endpoints.iter().any(|e| e.request == ty.name() && e.method == get);
            let schema = REAL["components"]["schemas"].get(&name);
            assert_eq!(schema.is_none(), in_query, "{name}: the fields of a GET are parameters");
            types += 1;
        }
    }
    assert!(ids.is_empty() && types > 300, "{ids:?}, {types}");
    assert_eq!(REAL["x-errcodes"].as_array().map(Vec::len), api.codes.map(|table| table.codes.len()));
    assert_eq!(REAL["x-general-rates"].as_array().map(Vec::len), api.rates.map(|table| table.rates.len()));
}

#[test]
fn names_of_schemas_are_what_openapi_allows_and_each_is_there_once() {
    for (name, document) in documents() {
        let schemas = document["components"]["schemas"].as_object().expect("there are schemas");
        for schema in schemas.keys() {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            assert!(schema.chars().all(allowed), "{name}: {schema}");
        }
        // A second schema of a name would have replaced the first one: the text has each name as a key once.
        let text = openapi::text(&document);
        let keys = text.lines().filter_map(|line| line.strip_prefix("      \"")?.strip_suffix("\": {"));
        let keys: Vec<&str> = keys.filter(|key| schemas.contains_key(*key)).collect();
        assert_eq!(keys.len(), keys.iter().collect::<BTreeSet<_>>().len(), "{name}");
    }
}

#[test]
fn every_extension_is_explained_in_the_document() {
    for (name, document) in documents() {
        let mut used = BTreeSet::new();
        visit("", &document, &mut |pointer, object| {
            // What stands in examples, or is a name, is none of ours.
            if !pointer.ends_with("/properties") && !pointer.contains("/examples/") {
                used.extend(object.keys().filter(|key| key.starts_with("x-")).cloned());
            }
        });
        let explained = document["x-extensions"].as_object().expect("there is a table");
        let explained: BTreeSet<String> = explained.keys().cloned().collect();
        assert_eq!(used, explained, "{name}");
    }
}

/// Whether a value is valid by a schema of the small document.
fn is_valid(schema: &str, value: &Value) -> bool {
    named(&SMALL, schema).is_valid(value)
}

/// A request of the small document that is valid, with some fields replaced; `null` takes one away.
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
    // The characters of a text are at most as many as its bytes: what is allowed is never refused.
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

fn command(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--root").arg(root).arg("openapi").args(arguments);
    command.output().expect("the program runs")
}

#[test]
fn the_command_writes_the_document_and_fails_where_it_is_stale() {
    let workspace = tempfile::tempdir().expect("there is a place for it");
    let spec = workspace.path().join("spec");
    fs::create_dir(&spec).expect("a folder can be made");
    for file in files(&folder("openapi"), ".yaml") {
        fs::copy(&file, spec.join(common::name(&file))).expect("a file can be copied");
    }
    let file = workspace.path().join(FILE);
    let failed = command(workspace.path(), &["--check"]);
    assert_eq!(failed.status.code(), Some(1));
    let text = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(text.contains(FILE) && text.contains("cargo xtask openapi"), "{text}");
    assert!(!file.exists(), "checking writes nothing");
    assert!(command(workspace.path(), &[]).status.success());
    assert!(command(workspace.path(), &["--check"]).status.success());
    let written = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, written.trim_end()).expect("it can be written");
    assert_eq!(command(workspace.path(), &["--check"]).status.code(), Some(1), "a newline is missing");
    fs::write(spec.join("workshop.lending.yaml"), "title: [").expect("it can be written");
    let failed = command(workspace.path(), &[]);
    assert_eq!(failed.status.code(), Some(1));
    let text = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(text.contains("spec/workshop.lending.yaml"), "{text}");
}

/// Another program's opinion: `pip install openapi-spec-validator`.
#[test]
fn openapi_spec_validator_accepts_every_document() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    for (name, document) in documents() {
        let file = folder.path().join(format!("{name}.json"));
        fs::write(&file, openapi::text(&document)).expect("it can be written");
        match Command::new("openapi-spec-validator").arg(&file).output() {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                assert!(output.status.success(), "{name}: {text}");
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("skipped: there is no openapi-spec-validator");
                return;
            }
            Err(error) => panic!("openapi-spec-validator can't be run: {error}"),
        }
    }
}
