//! The features of the crates, as users meet them: rustc names the one that is missing, and the documentation of an item
//! the one that it needs.

mod gates;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gates::{Found, Gate, Kind};
use serde_json::Value;

const CRATES: [&str; 5] = ["wecom-callback", "wecom-mock", "wecom-models", "wecom-requests", "wecom-sdk"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_path_buf()
}

fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Which features turn on which in one crate.
struct Features(Value);

impl Features {
    fn all() -> BTreeMap<String, Self> {
        let output = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output();
        let output = output.expect("cargo can be started").stdout;
        let mut metadata: Value = serde_json::from_slice(&output).expect("cargo prints JSON");
        let Value::Array(packages) = metadata["packages"].take() else { panic!("cargo lists packages") };
        let named = packages.into_iter().map(|mut package| {
            let name = package["name"].as_str().expect("a package has a name").to_owned();
            (name, Self(package["features"].take()))
        });
        named.collect()
    }

    /// Returns whether a feature is on when another is.
    fn turns_on(&self, from: &str, feature: &str) -> bool {
        let (mut seen, mut rest) = (BTreeSet::new(), vec![from]);
        while let Some(next) = rest.pop() {
            if next == feature {
                return true;
            }
            if seen.insert(next) {
                rest.extend(self.0[next].as_array().into_iter().flatten().filter_map(Value::as_str));
            }
        }
        false
    }

    /// Returns the features in a text: in backticks, in a sentence about features.
    fn named<'t>(&self, docs: &'t str) -> Vec<&'t str> {
        let sentences = docs.split_inclusive(['.', ';', ':', '\n']).filter(|text| text.contains("feature"));
        let quoted = sentences.flat_map(|text| text.split('`').skip(1).step_by(2));
        quoted.filter(|name| self.0.get(name).is_some()).collect()
    }
}

/// Returns the conditions that an item's own documentation must name: for a method, not those of its type.
fn own_gates<'f>(item: &'f Found, found: &[Found]) -> Vec<&'f Gate> {
    let Some((of, _)) = item.name.split_once("::").filter(|_| item.kind == Kind::Method) else {
        return item.gates.iter().collect();
    };
    let is_by_hand = |other: &&Found| !other.file.iter().any(|part| part == "generated");
    let of = found.iter().find(|other| other.kind == Kind::Item && other.name == of && is_by_hand(other));
    // The types of families are documented with their modules.
    let of = of.map_or(item.gates.as_slice(), |of| of.all_gates.as_slice());
    item.gates.iter().filter(|gate| !of.contains(gate)).collect()
}

#[test]
fn the_documentation_of_a_gated_item_names_its_feature() {
    let features = Features::all();
    let crates: BTreeMap<String, Vec<Found>> = CRATES
        .iter()
        .map(|name| {
            let ident = name.replace('-', "_");
            (ident.clone(), gates::read(&root().join("crates").join(name), &ident))
        })
        .collect();
    let (mut gated, mut problems) = (0, Vec::new());
    for (ident, found) in &crates {
        let features = &features[&ident.replace('_', "-")];
        for item in found {
            if item.gates.iter().all(|gate| gate.features().is_empty()) {
                continue;
            }
            let of = |from: &str| crates.get(from).into_iter().flatten();
            // What is re-exported is documented where it is defined, or where that is re-exported in turn.
            let defined = of(item.from.as_deref().unwrap_or(ident));
            let defined: Vec<&Found> =
                defined.filter(|other| other.kind != Kind::Use && other.name == item.name).collect();
            let docs: String = match item.kind {
                Kind::Use => {
                    let defined = defined.iter().map(|other| other.docs.as_str());
                    std::iter::once(item.docs.as_str()).chain(defined).collect()
                }
                Kind::Item | Kind::Module | Kind::Method => item.docs.clone(),
            };
            let named = features.named(&docs);
            let is_said = |feature: &str| named.iter().any(|name| features.turns_on(name, feature));
            let needed = own_gates(item, found);
            let unsaid: Vec<&str> =
                needed.iter().flat_map(|gate| gate.features()).filter(|feature| !is_said(feature)).collect();
            gated += needed.len();
            if !unsaid.is_empty() {
                let file = item.file.display();
                problems.push(format!("{file}: `{}` doesn't say that it needs {unsaid:?}", item.name));
            }
        }
    }
    assert!(gated > 100, "{gated} gated items are too few");
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// A crate that uses `wecom-sdk` without some of its features.
struct User {
    features: &'static [&'static str],
    /// Its source, a use in each line.
    source: String,
    /// The features that rustc must name, by line.
    expected: Vec<Gate>,
}

impl User {
    fn new(features: &'static [&'static str]) -> Self {
        Self { features, source: String::new(), expected: Vec::new() }
    }

    fn line(&mut self, line: &str, missing: Gate) {
        self.source += &format!("{line}\n");
        self.expected.push(missing);
    }

    /// Compiles it, and returns what rustc prints about each line.
    fn errors(&self) -> BTreeMap<usize, String> {
        let folder = tempfile::tempdir().expect("a folder can be created");
        let write =
            |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("it can be written");
        fs::create_dir(folder.path().join("src")).expect("a folder can be created");
        let sdk = root().join("crates/wecom-sdk").display().to_string();
        // With the profile of the workspace, its dependencies are those that the workspace has compiled.
        write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"wecom-sdk-user\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n\
                 [dependencies]\nwecom-sdk = {{ path = {sdk:?}, default-features = false, features = {:?} }}\n",
                self.features
            ),
        );
        write("src/lib.rs", &self.source);
        fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("it can be copied");
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        let output = cargo()
            .args(["check", "--offline", "--quiet", "--message-format", "json", "--manifest-path"])
            .arg(folder.path().join("Cargo.toml"))
            .arg("--target-dir")
            .arg(target)
            .output()
            .expect("cargo can be started");
        let text = String::from_utf8(output.stdout).expect("cargo prints text");
        let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let errors =
            messages.filter(|message| message["message"]["level"] == "error").filter_map(|message| {
                let message = &message["message"];
                let line = message["spans"][0]["line_start"].as_u64()?;
                Some((usize::try_from(line).expect("it is a line"), message["rendered"].as_str()?.to_owned()))
            });
        let errors: BTreeMap<usize, String> = errors.collect();
        assert!(!errors.is_empty(), "no error:\n{text}{}", String::from_utf8_lossy(&output.stderr));
        errors
    }
}

/// Whether rustc says which feature is missing.
fn names(error: &str, missing: &Gate) -> bool {
    match missing {
        Gate::Feature(feature) => error.contains(&format!("gated behind the `{feature}` feature")),
        // Of several, it shows the condition.
        gate => gate.features().iter().all(|feature| error.contains(&format!("feature = \"{feature}\""))),
    }
}

#[test]
fn rustc_names_the_missing_feature() {
    let features = &Features::all()["wecom-sdk"];
    let found = gates::read(&root().join("crates/wecom-sdk"), "wecom_sdk");
    // The smallest family with events, and everything else that callbacks don't need.
    let mut users = [User::new(&["idconvert"]), User::new(&["callback"])];
    let [first, _] = &mut users;
    let feature = |name: &str| Gate::Feature(name.to_owned());
    first.line("use wecom_sdk::kf::message::SyncMsg;", feature("kf"));
    first.line("fn f() { drop(wecom_sdk::kf::message::SyncMsg::new()); }", feature("kf"));
    first.line("use wecom_sdk::idconvert::events::IdconvertEvent;", feature("callback"));
    first.line("use wecom_sdk::callback::Callbacks;", feature("callback"));
    for user in &mut users {
        let is_on = |feature: &str| user.features.iter().any(|on| features.turns_on(on, feature));
        let missing: Vec<(&String, &Gate)> = found
            .iter()
            .filter_map(|item| {
                let missing = item.all_gates.iter().find(|gate| !gate.is_met(is_on))?;
                Some((item.path.as_ref().filter(|_| item.kind != Kind::Method)?, missing))
            })
            .collect();
        for (path, missing) in missing {
            user.line(&format!("use {path} as _;"), missing.clone());
        }
    }
    let mut seen = BTreeSet::new();
    for user in &users {
        let errors = user.errors();
        let lines = user.source.lines().zip(&user.expected).enumerate();
        for (number, (line, missing)) in lines {
            let error = errors.get(&(number + 1)).unwrap_or_else(|| panic!("no error about `{line}`"));
            assert!(names(error, missing), "`{line}` lacks {missing:?}, and rustc says:\n{error}");
            seen.extend(missing.features());
        }
    }
    for feature in [
        "kf",
        "ai-bot",
        "callback",
        "redis",
        "archive",
        "group-bot",
        "jssdk",
        "login",
        "payments",
        "service",
        "zone",
    ] {
        assert!(seen.contains(feature), "nothing needs the feature `{feature}`");
    }
}
