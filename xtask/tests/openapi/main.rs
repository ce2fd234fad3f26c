//! The OpenAPI documents: of a small spec that has every feature (`openapi/*.yaml`, with the expected documents beside
//! them), and of the real one.

#[path = "../common/mod.rs"]
mod common;
mod families;
mod meaning;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::thread;

use common::{assert_none, difference, files, folder, source};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use xtask::api::{self, Api};
use xtask::openapi::{self, About, COMMON, WORKSPACE};
use xtask::spec::Failure;
use xtask::spec::load;
use xtask::spec::source::Source;

/// Text that no version of the workspace changes.
const ABOUT: About<'_> = About { version: "1.2.3", license: "MIT" };

fn api_of(sources: &[Source]) -> Api {
    match api::read(sources, false) {
        Ok(api) => api,
        Err(Failure::Spec { text, .. }) => panic!("{text}"),
        Err(Failure::Io(error)) => panic!("nothing is read from the disk here: {error}"),
    }
}

fn real_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the workspace")
}

/// Reads all specs in a folder beside these tests.
fn of_folder(name: &str) -> Api {
    let sources: Vec<Source> = files(&folder(name), ".yaml").iter().map(|file| source(file)).collect();
    api_of(&sources)
}

/// An API as one document, and family by family.
struct Documents {
    bundle: Value,
    files: BTreeMap<String, Value>,
}

impl Documents {
    fn of(api: &Api, about: About<'_>) -> Self {
        Self { bundle: openapi::bundle(api, about), files: openapi::documents(api, about) }
    }

    /// Finds the target of a reference in a file.
    fn find(&self, file: &str, reference: &str) -> Option<&Value> {
        let (other, pointer) = reference.split_once('#')?;
        self.files.get(if other.is_empty() { file } else { other })?.pointer(pointer)
    }

    /// Returns the documents of families.
    fn families(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.files.iter().filter(|(file, _)| *file != COMMON)
    }
}

static SMALL_API: LazyLock<Documents> = LazyLock::new(|| Documents::of(&of_folder("openapi"), ABOUT));
static REAL_API: LazyLock<Documents> = LazyLock::new(|| {
    let sources = load::sources(&real_root().join("spec")).expect("the spec can be read");
    Documents::of(&api_of(&sources), WORKSPACE)
});
static GOLDEN_API: LazyLock<Documents> = LazyLock::new(|| Documents::of(&of_folder("golden"), ABOUT));
static SMALL: LazyLock<&Value> = LazyLock::new(|| &SMALL_API.bundle);
static REAL: LazyLock<&Value> = LazyLock::new(|| &REAL_API.bundle);

/// Returns every API to test, with its name.
fn apis() -> [(&'static str, &'static Documents); 3] {
    [("small", &SMALL_API), ("real", &REAL_API), ("golden", &GOLDEN_API)]
}

/// Returns each as one document.
fn documents() -> [(&'static str, &'static Value); 3] {
    apis().map(|(name, documents)| (name, &documents.bundle))
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

/// Returns a schema with the components of its document.
fn with_components(document: &Value, schema: &Value) -> Value {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    schema
}

/// Creates a validator for a schema in a document.
fn validator(document: &Value, schema: &Value) -> Validator {
    validator_of_whole(&with_components(document, schema))
}

fn validator_of_whole(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).unwrap_or_else(|error| panic!("{error}: {schema}"))
}

/// Creates a validator for a schema by its name.
fn named(document: &Value, name: &str) -> Validator {
    assert!(document["components"]["schemas"].get(name).is_some(), "there is a schema {name}");
    validator(document, &json!({ "$ref": format!("#/components/schemas/{name}") }))
}

/// Checks the examples of media types against their schemas.
fn invalid_examples(document: &Value, validator: impl Fn(&Value) -> Validator) -> (usize, Vec<String>) {
    let mut seen = 0;
    let mut invalid = Vec::new();
    visit("", &document["paths"], &mut |pointer, object| {
        let (Some(schema), Some(Value::Object(examples))) = (object.get("schema"), object.get("examples"))
        else {
            return;
        };
        // XML is text here; its fields are checked by another test.
        if pointer.ends_with("/text~1xml") {
            return;
        }
        let validator = validator(&with_components(document, schema));
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
    let mut differences = Vec::new();
    let bundle = [("bundle.json", &SMALL_API.bundle)];
    let files = SMALL_API.files.iter().map(|(file, document)| (file.as_str(), document));
    for (file, document) in files.chain(bundle) {
        let text = openapi::text(document);
        assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
        differences.extend(difference(&folder("openapi").join(file), &text));
    }
    assert_none(&differences);
}

#[test]
fn the_same_spec_becomes_the_same_document_whatever_the_order_of_its_files() {
    let mut sources: Vec<Source> =
        files(&folder("openapi"), ".yaml").iter().map(|file| source(file)).collect();
    sources.reverse();
    let again = Documents::of(&api_of(&sources), ABOUT);
    assert_eq!(openapi::text(&again.bundle), openapi::text(&SMALL));
    assert_eq!(again.files, SMALL_API.files);
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

/// Returns all references in a document, those of discriminators included.
fn references(document: &Value) -> Vec<String> {
    let mut references = Vec::new();
    visit("", document, &mut |_, object| {
        references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
        let mapping =
            object.get("discriminator").and_then(|discriminator| discriminator["mapping"].as_object());
        references
            .extend(mapping.into_iter().flat_map(Map::values).filter_map(Value::as_str).map(str::to_owned));
    });
    references
}

#[test]
fn every_reference_leads_somewhere() {
    for (name, document) in documents() {
        let references = references(document);
        assert!(references.len() > 20, "{name} has references");
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("references stay in the document");
            assert!(document.pointer(pointer).is_some(), "{name}: {reference}");
        }
    }
}

#[test]
fn every_example_is_valid_by_its_schema() {
    // The documents of the real spec are checked family by family, which takes a tenth of the time.
    for (name, document) in documents().into_iter().filter(|(name, _)| *name != "real") {
        let (seen, invalid) = invalid_examples(document, validator_of_whole);
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
        for endpoint in module.endpoints().filter(|endpoint| endpoint.body == xtask::spec::Body::Xml) {
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
    // Calls of the zone don't travel over HTTP.
    for module in api.modules.iter().filter(|module| module.is_over_http()) {
        for endpoint in module.endpoints() {
            assert!(ids.remove(&endpoint.id), "{} is an operation, once", endpoint.id);
        }
        for ty in &module.types {
            let name = format!("{}.{}", module.stem(), ty.name());
            let get = xtask::spec::Method::Get;
            let in_query = module.endpoints().any(|e| e.request == ty.name() && e.method == get);
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
        // A second schema with a name would have replaced the first one: in the text, each name is a key once.
        let text = openapi::text(document);
        let keys = text.lines().filter_map(|line| line.strip_prefix("      \"")?.strip_suffix("\": {"));
        let keys: Vec<&str> = keys.filter(|key| schemas.contains_key(*key)).collect();
        assert_eq!(keys.len(), keys.iter().collect::<BTreeSet<_>>().len(), "{name}");
    }
}

#[test]
fn every_extension_is_explained_in_the_document() {
    for (name, document) in documents() {
        let mut used = BTreeSet::new();
        visit("", document, &mut |pointer, object| {
            // Examples and names may contain anything.
            if !pointer.ends_with("/properties") && !pointer.contains("/examples/") {
                used.extend(object.keys().filter(|key| key.starts_with("x-")).cloned());
            }
        });
        let explained = document["x-extensions"].as_object().expect("there is a table");
        let explained: BTreeSet<String> = explained.keys().cloned().collect();
        assert_eq!(used, explained, "{name}");
    }
}

/// Another program's opinion: `pip install openapi-spec-validator`.
#[test]
fn openapi_spec_validator_accepts_every_document() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let mut all: Vec<(String, &Value)> =
        documents().into_iter().map(|(name, document)| (format!("{name}.json"), document)).collect();
    all.extend(REAL_API.files.iter().map(|(file, document)| (file.clone(), document)));
    // Its own start takes as long as a document, and the largest document as long as ten others: a few processes with several
    // documents each, dealt out by size.
    let mut files = Vec::new();
    for (name, document) in &all {
        let text = openapi::text(document);
        fs::write(folder.path().join(name), &text).expect("it can be written");
        files.push((text.len(), name.as_str()));
    }
    files.sort_unstable_by(|one, other| other.cmp(one));
    let processes = thread::available_parallelism().map_or(1, NonZero::get);
    let mut groups = vec![Vec::new(); processes];
    for (place, (_, name)) in files.into_iter().enumerate() {
        groups[place % processes].push(name);
    }
    groups.retain(|group| !group.is_empty());
    thread::scope(|scope| {
        let validate = |names: Vec<&str>| {
            Command::new("openapi-spec-validator").current_dir(folder.path()).args(names).output()
        };
        let running: Vec<_> = groups.into_iter().map(|names| scope.spawn(move || validate(names))).collect();
        for process in running {
            match process.join().expect("it doesn't panic") {
                Ok(output) => {
                    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    println!("skipped: there is no openapi-spec-validator");
                }
                Err(error) => panic!("openapi-spec-validator can't be run: {error}"),
            }
        }
    });
}
