//! Compares the classes of changes with cargo-semver-checks, run on the crates generated before and after.
//!
//! Takes minutes, so it runs on request only: `cargo test -p xtask --test semver -- --ignored`. Without `cargo
//! semver-checks`, it says by name that it was skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use xtask::commands::codegen;
use xtask::diff::{Class, Rule};

/// Changes, by the folder of their case, on which cargo-semver-checks agrees.
const AGREED: &[&str] = &[
    "endpoint-added",
    "endpoint-removed",
    "endpoint-renamed",
    "enum-value-added",
    "enum-value-removed",
    "enum-value-wire-changed",
    "errcode-number-changed",
    "errcode-removed",
    "family-removed",
    "field-now-optional",
    "field-now-required",
    "field-now-signed",
    "field-removed",
    "limit-tightened",
    "path-changed",
    "request-field-added-optional",
    "request-field-added-required",
    "response-field-added",
    "sign-removed",
    "type-kind-changed",
    "type-no-longer-received",
    "type-no-longer-sent",
    "type-renamed",
    "variant-added",
    "variant-removed",
];

/// Breaking changes that it overlooks, each with code that no longer compiles: it counts the arguments of a function,
/// but doesn't know the types of fields, variants' contents and associated types, and of impls it knows only those of
/// auto traits and derives.
const OVERLOOKED: &[(&str, &str)] = &[
    (
        "response-format-changed",
        "let _: fn(<Borrow as Endpoint>::Response) -> BorrowResponse = |answer| answer;",
    ),
    ("enum-repr-changed", "let _ = wecom_models::wire::IntEnum::code(&State::Good);"),
    ("field-type-changed", r#"let _: Option<u64> = Borrow::new("saw").days;"#),
    ("pagination-item-changed", "fn f<T: Paged<Item = String>>() {} f::<List>();"),
    ("pagination-removed", "fn f<T: Paged>() {} f::<List>();"),
    ("required-order-changed", r#"let _ = Borrow::new("saw", 3);"#),
    (
        "token-kind-changed",
        "fn f<T: Endpoint<Token = wecom_requests::token::AccessToken>>() {} f::<Borrow>();",
    ),
    ("type-no-longer-checked", "fn f<T: Check>() {} f::<Tool>();"),
    ("union-style-changed", "fn f<T: wecom_models::wire::SiblingUnion>() {} f::<Part>();"),
    ("variant-payload-changed", "let _ = Part::Handle(String::new());"),
];

#[test]
#[ignore = "takes minutes"]
fn the_classes_of_changes_are_those_of_cargo_semver_checks() {
    if !installed() {
        eprintln!(
            "skipped: the_classes_of_changes_are_those_of_cargo_semver_checks (no cargo semver-checks)"
        );
        return;
    }
    let workspace = Workspace::new();
    let wrong = |case: &str, expected: bool| {
        let lints = workspace.lints(&folder(case));
        eprintln!("{case}: {}", if lints.is_empty() { "nothing".to_owned() } else { lints.join(", ") });
        (expected == lints.is_empty()).then(|| format!("{case}: {lints:?}"))
    };
    let agreed = AGREED.iter().filter_map(|case| wrong(case, class(case) == Class::Breaking));
    let overlooked = OVERLOOKED.iter().filter_map(|(case, _)| wrong(case, false));
    let wrong: Vec<String> = agreed.chain(overlooked).collect();
    assert!(wrong.is_empty(), "told otherwise by cargo-semver-checks:\n{}", wrong.join("\n"));
}

#[test]
#[ignore = "takes minutes"]
fn what_cargo_semver_checks_overlooks_breaks_all_the_same() {
    let workspace = Workspace::new();
    for (case, code) in OVERLOOKED {
        assert_eq!(class(case), Class::Breaking, "{case}");
        let compiles = ["before", "after"].map(|side| workspace.compiles(&folder(case), side, code));
        assert_eq!(compiles, [true, false], "{case} breaks `{code}`");
        assert!(workspace.compiles(&folder(case), "after", ""), "{case} breaks nothing else");
    }
}

/// The folder of a case.
fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff").join(case)
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("the files of these tests have plain names")
}

/// Returns the class of the rule that a case is about.
fn class(case: &str) -> Class {
    let rule = Rule::ALL.iter().find(|rule| rule.name() == case);
    rule.unwrap_or_else(|| panic!("no rule `{case}`")).class()
}

fn installed() -> bool {
    let output = Command::new("cargo").args(["semver-checks", "--version"]).output();
    output.is_ok_and(|output| output.status.success())
}

/// The two crates, without their generated files, in a workspace of their own.
struct Workspace {
    folder: TempDir,
}

impl Workspace {
    fn new() -> Self {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace");
        let workspace = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the workspace has a manifest");
        let members = r#"members = ["crates/*", "tests", "xtask"]"#;
        assert!(manifest.contains(members), "the workspace has these members");
        let fewer = r#"members = ["crates/wecom-models", "crates/wecom-requests"]"#;
        workspace.write("Cargo.toml", &manifest.replace(members, fewer));
        for path in ["Cargo.lock", "crates/wecom-sdk/Cargo.toml"] {
            workspace.write(path, &fs::read_to_string(root.join(path)).expect("the file can be read"));
        }
        for part in ["crates/wecom-models", "crates/wecom-requests"] {
            copy(&root.join(part), &workspace.path(part));
        }
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("every file has a folder")).expect("folders can be made");
        fs::write(path, text).expect("the file can be written");
    }

    /// Returns the lints for both crates that report a breaking change.
    fn lints(&self, case: &Path) -> Vec<String> {
        const CRATES: [&str; 2] = ["wecom-models", "wecom-requests"];
        for side in ["before", "after"] {
            self.generate(case, side);
            for part in CRATES {
                self.document(part, side);
            }
        }
        CRATES.iter().flat_map(|part| self.check(part)).collect()
    }

    /// Returns whether code compiles with the crates of one side.
    fn compiles(&self, case: &Path, side: &str, code: &str) -> bool {
        self.generate(case, side);
        let uses = "#[allow(unused_imports)] use wecom_requests::{Check, Endpoint, Paged};";
        let text = format!("{uses} use wecom_models::workshop::*; fn main() {{ {code} }}");
        self.write("crates/wecom-requests/examples/user.rs", &text);
        let output = Command::new("cargo")
            .args(["check", "--quiet", "--offline", "-p", "wecom-requests", "--features", "full"])
            .args(["--example", "user", "--target-dir"])
            .arg(self.path("target"))
            .current_dir(self.folder.path())
            .output();
        output.expect("cargo runs").status.success()
    }

    fn generate(&self, case: &Path, side: &str) {
        let specs = self.path("spec");
        if specs.exists() {
            fs::remove_dir_all(&specs).expect("the spec can be removed");
        }
        let several = case.join(side);
        if several.is_dir() {
            copy(&several, &specs);
        } else {
            let target = if name(case).starts_with("errcode") { "errcodes" } else { "workshop" };
            let text = fs::read_to_string(case.join(format!("{side}.yaml"))).expect("the case has a spec");
            self.write(&format!("spec/{target}.yaml"), &text);
        }
        codegen::run(self.folder.path(), false, false).expect("the spec has no mistakes");
    }

    /// Writes rustdoc's JSON for a crate, which cargo-semver-checks compares.
    fn document(&self, part: &str, side: &str) {
        let target = self.path("target");
        let arguments = ["rustdoc", "--quiet", "--offline", "--lib", "--features", "full", "-p", part];
        let output = Command::new("cargo")
            .args(arguments)
            .arg("--target-dir")
            .arg(&target)
            .args(["--", "-Zunstable-options", "--output-format=json", "--cap-lints=allow"])
            .env("RUSTC_BOOTSTRAP", "1") // JSON is an unstable format of rustdoc
            .current_dir(self.folder.path())
            .output();
        succeeded(&output.expect("cargo runs"));
        let from = target.join(format!("doc/{}.json", part.replace('-', "_")));
        fs::copy(from, self.path(&format!("{part}.{side}.json"))).expect("rustdoc wrote it");
    }

    fn check(&self, part: &str) -> Vec<String> {
        let output = Command::new("cargo")
            .args(["semver-checks", "--release-type", "minor", "--color", "never", "--baseline-rustdoc"])
            .arg(self.path(&format!("{part}.before.json")))
            .arg("--current-rustdoc")
            .arg(self.path(&format!("{part}.after.json")))
            .current_dir(self.folder.path())
            .output()
            .expect("cargo semver-checks runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let failed = text.lines().filter_map(|line| line.strip_prefix("--- failure "));
        let lints: Vec<String> =
            failed.filter_map(|line| line.split(':').next()).map(str::to_owned).collect();
        assert_eq!(
            output.status.success(),
            lints.is_empty(),
            "{text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        lints
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folders can be made");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let target = to.join(name(&path));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).expect("the file can be copied");
        }
    }
}

fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
