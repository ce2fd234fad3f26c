//! The published packages: each contains its licenses and a README, and names its repository.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The files that every package contains, beside its code.
const FILES: [&str; 4] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// The fields that every manifest has.
const FIELDS: [&str; 4] = ["description", "license", "readme", "repository"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_path_buf()
}

fn cargo(arguments: &[&str]) -> String {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let output =
        cargo.args(arguments).arg("--offline").current_dir(root()).output().expect("cargo can be started");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints text")
}

/// The packages of the workspace that are published.
fn published() -> Vec<Value> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let mut metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let Value::Array(mut packages) = metadata["packages"].take() else { panic!("cargo lists packages") };
    // `publish = false` is an empty list of registries.
    packages.retain(|package| package["publish"].is_null());
    assert!(packages.len() >= 4, "the models, the requests, the client and the mock are published");
    packages
}

#[test]
fn every_package_holds_its_licences_and_a_readme() {
    for package in published() {
        let name = package["name"].as_str().expect("a package has a name");
        let list = cargo(&["package", "--list", "--allow-dirty", "--package", name]);
        for file in FILES {
            assert!(list.lines().any(|line| line == file), "{name} is published without {file}:\n{list}");
        }
        let folder = Path::new(package["manifest_path"].as_str().expect("it has a path")).with_file_name("");
        for licence in FILES.iter().filter(|file| file.starts_with("LICENSE")) {
            let [own, common] = [folder.join(licence), root().join(licence)].map(fs::read);
            assert_eq!(own.expect("it is there"), common.expect("it is there"), "{name}: {licence}");
        }
        let readme = fs::read_to_string(folder.join("README.md")).expect("it is text");
        assert!(readme.starts_with(&format!("# {name}\n")), "the README of {name} begins with its name");
    }
}

#[test]
fn every_package_says_what_it_is_and_where_it_comes_from() {
    for package in published() {
        let (name, version) = (&package["name"], &package["version"]);
        for field in FIELDS {
            assert!(package[field].is_string(), "{name} {version} has no `{field}`");
        }
        // crates.io accepts no more.
        for (field, most) in [("categories", 5), ("keywords", 5)] {
            let count = package[field].as_array().map_or(0, Vec::len);
            assert!((1..=most).contains(&count), "{name}: {count} {field}");
        }
    }
}

/// Returns what features turn on in their own package, themselves included.
fn turned_on(package: &Value, features: Vec<String>) -> BTreeSet<String> {
    let (mut on, mut rest) = (BTreeSet::new(), features);
    while let Some(feature) = rest.pop() {
        let turns_on = package["features"][&feature].as_array().into_iter().flatten();
        rest.extend(turns_on.filter_map(|other| Some(other.as_str()?.to_owned())));
        on.insert(feature);
    }
    on
}

#[test]
fn the_published_documentation_has_every_feature_but_that_for_tests() {
    for package in published() {
        let docs = &package["metadata"]["docs"]["rs"];
        if docs["all-features"] == true
            || package["features"].as_object().is_none_or(serde_json::Map::is_empty)
        {
            continue;
        }
        let named = docs["features"].as_array().into_iter().flatten();
        let named = named.filter_map(Value::as_str).chain(["default"]).map(str::to_owned).collect();
        let on = turned_on(&package, named);
        let all = package["features"].as_object().into_iter().flatten().map(|(feature, _)| feature);
        let missing: Vec<&String> =
            all.filter(|feature| *feature != "test-util" && !on.contains(*feature)).collect();
        assert!(missing.is_empty(), "{}: docs.rs shows nothing of {missing:?}", package["name"]);
        assert!(!on.contains("test-util"), "{}: docs.rs shows structs as tests see them", package["name"]);
    }
}
