//! The document of each family, and the common one.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jsonschema::{Retrieve, Uri};
use serde_json::{Map, Value, json};
use xtask::openapi::{self, COMMON, FOLDER};

use crate::common::{self, files, folder};
use crate::{Documents, REAL, REAL_API, SMALL_API, apis, invalid_examples, real_root, references, visit};

#[test]
fn references_of_a_family_lead_into_its_own_document_or_the_common_one() {
    for (name, documents) in apis() {
        assert!(documents.files.len() > 1, "{name} has families");
        for (file, document) in &documents.files {
            for reference in references(document) {
                assert!(documents.find(file, &reference).is_some(), "{name}, {file}: {reference}");
                let leaves = !reference.starts_with('#');
                assert!(
                    !leaves || reference.starts_with(&format!("{COMMON}#/")),
                    "{name}, {file}: {reference}"
                );
                assert!(!leaves || file != COMMON, "{name}: {reference} leaves the common document");
            }
        }
    }
}

/// Returns a document in which all references to other documents lead into itself.
fn closed(document: &Value) -> Value {
    let text = document.to_string().replace(&format!("\"{COMMON}#/"), "\"#/");
    serde_json::from_str(&text).expect("it is still JSON")
}

#[test]
fn the_documents_of_the_families_say_together_what_the_bundle_says() {
    // In the golden files, each is a family of its own, and some share a path.
    for (name, documents) in [("small", &*SMALL_API), ("real", &*REAL_API)] {
        let mut bundle = documents.bundle.clone();
        for (_, document) in documents.files.iter().map(|(file, document)| (file, closed(document))) {
            for part in ["/paths", "/components/schemas"] {
                let whole =
                    bundle.pointer_mut(part).and_then(Value::as_object_mut).expect("the bundle has it");
                for (key, value) in document.pointer(part).and_then(Value::as_object).into_iter().flatten() {
                    assert_eq!(whole.remove(key).as_ref(), Some(value), "{name}: {key}");
                }
            }
        }
        assert_eq!((&bundle["paths"], &bundle["components"]["schemas"]), (&json!({}), &json!({})), "{name}");
        let common = &documents.files[COMMON];
        assert_eq!(
            common["components"]["securitySchemes"], bundle["components"]["securitySchemes"],
            "{name}"
        );
        for table in ["x-errcodes", "x-general-rates", "x-extensions"] {
            assert_eq!(common.get(table), bundle.get(table), "{name}: {table}");
        }
    }
}

#[test]
fn a_family_lists_the_tokens_that_its_operations_take() {
    for (name, documents) in apis() {
        for (file, document) in documents.families() {
            let mut taken = BTreeSet::new();
            visit("", &document["paths"], &mut |_, object| {
                let schemes = object.get("security").and_then(Value::as_array).into_iter().flatten();
                taken.extend(schemes.filter_map(Value::as_object).flat_map(Map::keys).cloned());
            });
            let listed = document["components"]["securitySchemes"].as_object().expect("it has schemes");
            assert_eq!(listed.keys().cloned().collect::<BTreeSet<String>>(), taken, "{name}, {file}");
        }
    }
}

/// Retrieves the documents of an API by their names.
struct Files(&'static Documents);

impl Retrieve for Files {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let file = uri.path().as_str().rsplit('/').next().unwrap_or_default();
        self.0.files.get(file).cloned().ok_or_else(|| format!("there is no {file}").into())
    }
}

#[test]
fn every_example_of_a_family_is_valid_by_its_schema_over_files() {
    for (name, documents) in apis() {
        let mut seen = 0;
        for (file, document) in documents.families() {
            let (examples, invalid) = invalid_examples(document, |schema| {
                let options = jsonschema::draft202012::options();
                let options = options.with_base_uri(format!("https://localhost/{file}"));
                let options = options.with_retriever(Files(documents));
                options.build(schema).unwrap_or_else(|error| panic!("{error}: {schema}"))
            });
            assert!(invalid.is_empty(), "{name}, {file}:\n{}", invalid.join("\n"));
            seen += examples;
        }
        assert!(seen > 10, "{name} has examples");
    }
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
    let folder = workspace.path().join(FOLDER);
    let failed = command(workspace.path(), &["--check"]);
    assert_eq!(failed.status.code(), Some(1));
    let text = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(text.contains("missing openapi/workshop.json") && text.contains("cargo xtask openapi"), "{text}");
    assert!(!folder.exists(), "checking writes nothing");
    assert!(command(workspace.path(), &[]).status.success());
    assert!(command(workspace.path(), &["--check"]).status.success());
    let file = folder.join("workshop.json");
    let written = fs::read_to_string(&file).expect("it is there");
    fs::write(&file, written.trim_end()).expect("it can be written");
    assert_eq!(command(workspace.path(), &["--check"]).status.code(), Some(1), "a newline is missing");
    fs::write(&file, written).expect("it can be written");
    fs::write(folder.join("former.json"), "{}").expect("it can be written");
    assert_eq!(command(workspace.path(), &["--check"]).status.code(), Some(1), "no family is called so");
    assert!(command(workspace.path(), &[]).status.success());
    assert!(!folder.join("former.json").exists());
    fs::write(spec.join("workshop.lending.yaml"), "title: [").expect("it can be written");
    let failed = command(workspace.path(), &[]);
    assert_eq!(failed.status.code(), Some(1));
    let text = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(text.contains("spec/workshop.lending.yaml"), "{text}");
}

#[test]
fn the_command_writes_one_document_of_all_families_to_a_file() {
    let place = tempfile::tempdir().expect("there is a place for it");
    let file = place.path().join("wecom.json");
    let bundle = |file: &Path| command(real_root(), &["--bundle", &file.display().to_string()]);
    assert!(bundle(&file).status.success());
    assert_eq!(fs::read_to_string(&file).expect("it is there"), openapi::text(&REAL));
    let failed = bundle(&place.path().join("no/folder.json"));
    let text = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(failed.status.code() == Some(1) && text.contains("folder.json"), "{text}");
}
