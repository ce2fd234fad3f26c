//! The classes of changes, held against cargo-semver-checks on the crates that are generated before and after.
//!
//! Takes minutes, so it runs when asked for: `cargo test -p xtask --test semver -- --ignored`. It says by name that it was
//! skipped where there is no `cargo semver-checks`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use xtask::codegen;
use xtask::diff::{Class, Rule};

/// Changes, by the folder of their case, of which cargo-semver-checks says the same.
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
    "field-removed",
    "limit-tightened",
    "path-changed",
    "request-field-added-optional",
    "request-field-added-required",
    "response-field-added",
    "type-kind-changed",
    "type-no-longer-sent",
    "type-renamed",
    "variant-added",
    "variant-removed",
];

/// Those that break, and that it doesn't see: of a function it counts the arguments, of a field, of what a variant holds
/// and of an associated type it doesn't know the type, and of impls it knows those of auto traits and of derives.
const OVERLOOKED: &[&str] = &[
    "answer-kind-changed",
    "enum-repr-changed",
    "field-now-signed",
    "field-type-changed",
    "pagination-removed",
    "required-order-changed",
    "token-kind-changed",
    "type-no-longer-checked",
    "type-no-longer-received",
    "variant-payload-changed",
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
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let wrong = |case: &&str| {
        let breaking = class(case) == Class::Breaking;
        let expected = breaking && !OVERLOOKED.contains(case);
        let lints = workspace.lints(&tests.join("diff").join(case));
        eprintln!("{case}: {}", if lints.is_empty() { "nothing".to_owned() } else { lints.join(", ") });
        (expected == lints.is_empty()).then(|| format!("{case}: {lints:?}"))
    };
    let wrong: Vec<String> = AGREED.iter().chain(OVERLOOKED).filter_map(|case| wrong(&case)).collect();
    assert!(wrong.is_empty(), "told otherwise by cargo-semver-checks:\n{}", wrong.join("\n"));
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("the files of these tests have plain names")
}

/// The class of the rule that a case is about.
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

    /// The lints that say that something breaks, of both crates.
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

    /// Writes what rustdoc knows of a crate, which is what cargo-semver-checks compares.
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
