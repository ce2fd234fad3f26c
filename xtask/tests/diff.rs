//! Reports about every kind of change: `diff/<rule>/before.yaml` and `after.yaml` (or folders, if it takes several
//! files) differ in it, and `diff/<rule>/text.txt` is the report. A case may have a second name, after a full stop.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{assert_none, difference, files, folder, name, source};
use serde_json::Value;
use tempfile::TempDir;
use xtask::diff::{self, Change, Class, Report, Rule, Spec};
use xtask::spec::load;
use xtask::spec::source::Source;

/// The folders of all cases.
fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder("diff")).expect("the cases are there");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("the cases can be read").path()).collect();
    cases.sort();
    cases
}

/// Reads one of the two specs of a case: a folder of files, or a file with a chapter, error codes or general rates.
fn spec(case: &Path, side: &str) -> Spec {
    let read = |file: &Path| fs::read_to_string(file).expect("the spec can be read");
    let folder = case.join(side);
    let sources: Vec<Source> = if folder.is_dir() {
        files(&folder, ".yaml").iter().map(|file| source(file)).collect()
    } else {
        let text = read(&case.join(format!("{side}.yaml")));
        let file = match text.lines().find_map(|line| line.strip_suffix(':')) {
            Some("codes") => "errcodes.yaml",
            Some("rates") => "rates.yaml",
            _ => "workshop.yaml",
        };
        vec![load::source(file, &text)]
    };
    let changelog = fs::read_to_string(case.join("CHANGELOG.md")).ok();
    Spec::new(side, sources, changelog, false)
        .unwrap_or_else(|error| panic!("{}: {}", case.display(), error.0))
}

fn report(case: &Path) -> Report {
    Report::new(&spec(case, "before"), &spec(case, "after"))
}

/// Returns the rule that a case is about.
fn rule(case: &Path) -> &str {
    name(case).split('.').next().unwrap_or_default()
}

#[test]
fn every_change_is_told_in_its_expected_words() {
    let text = |case: &PathBuf| report(case).text(false);
    let differences: Vec<String> =
        cases().iter().filter_map(|case| difference(&case.join("text.txt"), &text(case))).collect();
    assert_none(&differences);
}

#[test]
fn every_rule_has_a_case_that_is_told_by_it() {
    let cases = cases();
    let told = |case: &&PathBuf| report(case).changes().any(|change| change.rule.name() == rule(case));
    let covered: BTreeSet<&str> = cases.iter().filter(told).map(|case| rule(case)).collect();
    let all: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    let missing: Vec<&&str> = all.difference(&covered).collect();
    assert!(missing.is_empty(), "no case in tests/diff is told by {missing:?}");
    let strange: BTreeSet<&str> =
        cases.iter().map(|case| rule(case)).filter(|rule| !all.contains(rule)).collect();
    assert_eq!(strange, BTreeSet::from(["nothing", "release"]), "cases that are about no rule");
}

#[test]
fn the_names_of_rules_are_unique() {
    let names: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names.len(), Rule::ALL.len());
}

#[test]
fn the_order_of_keys_quotes_and_comments_are_no_change() {
    let report = report(&folder("diff").join("nothing"));
    assert_eq!(report.changes().count(), 0);
    for text in [report.text(false), report.text(true), report.markdown()] {
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("no change"), "{text}");
    }
}

#[test]
fn the_spec_of_this_workspace_does_not_differ_from_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace");
    let read = || Spec::of_folder(root, "here", false).unwrap_or_else(|error| panic!("{}", error.0));
    assert_eq!(Report::new(&read(), &read()).changes().count(), 0);
}

#[test]
fn a_release_is_told_as_markdown_and_as_json() {
    let case = folder("diff").join("release");
    let report = report(&case);
    let written = [("comment.md", report.markdown()), ("report.json", report.json())];
    let written = written.into_iter().map(|(file, text)| (case.join(file), text));
    assert_none(&written.filter_map(|(file, text)| difference(&file, &text)).collect::<Vec<String>>());
}

#[test]
fn json_tells_of_every_change_what_text_tells() {
    for case in cases() {
        let report = report(&case);
        let json: Value = serde_json::from_str(&report.json()).expect("it is JSON");
        let told = json["changes"].as_array().expect("changes are a list");
        assert_eq!(told.len(), report.changes().count());
        for (json, change) in told.iter().zip(report.changes()) {
            assert_eq!(json["rule"], change.rule.name());
            assert_eq!(json["class"], change.rule.class().name());
            assert_eq!(json["meaning"], change.meaning.as_str());
            assert_eq!(json["line"], change.line);
            assert_eq!(json.get("in_changelog").is_some(), change.rule.class() == Class::Breaking);
        }
        assert_eq!(json["not_in_changelog"], report.missing().len());
    }
}

#[test]
fn colours_are_all_that_a_terminal_gets_besides() {
    let report = report(&folder("diff").join("release"));
    let colored = report.text(true);
    assert!(colored.contains("\u{1b}["));
    let mut plain = String::new();
    for (index, part) in colored.split("\u{1b}[").enumerate() {
        plain.push_str(if index == 0 { part } else { part.split_once('m').expect("a colour ends").1 });
    }
    assert_eq!(plain, report.text(false));
}

#[test]
fn a_breaking_change_is_covered_by_an_entry_of_the_next_release_that_names_it() {
    let missing = |entry: &str| {
        let changelog = format!("# Changelog\n\n## Unreleased\n\n{entry}\n\n## 0.1.0\n\n- First.\n");
        let read = |side: &str| {
            let file = folder("diff").join("field-now-optional").join(format!("{side}.yaml"));
            load::source("workshop.yaml", &fs::read_to_string(file).expect("the spec can be read"))
        };
        let base = Spec::new("before", vec![read("before")], None, false).expect("a good spec");
        let head = Spec::new("after", vec![read("after")], Some(changelog), false).expect("a good spec");
        Report::new(&base, &head).missing().iter().map(|change| change.rust.clone()).collect::<Vec<_>>()
    };
    let [tool, until] = ["workshop::Borrow::tool", "workshop::BorrowResponse::until"];
    assert_eq!(missing(""), [tool, until]);
    assert_eq!(missing("- `workshop::Borrow` takes no tool."), [tool, until], "nothing says that it breaks");
    assert_eq!(missing("- **Breaking**: workshop::Borrow takes no tool."), [tool, until], "nothing is named");
    assert_eq!(missing("- **Breaking**: `workshop` is another."), [tool, until], "a module says too little");
    assert_eq!(missing("- **Breaking**: `workshop::Borrow::tool`."), [until]);
    assert_eq!(missing("- **Breaking**: `wecom_models::workshop::Borrow::new()` takes less."), [""; 0]);
    assert_eq!(missing("- **Breaking**: `workshop.borrow` takes no tool,\n  and gives no time."), [""; 0]);
    assert_eq!(missing("- **Breaking**:\n  `workshop::BorrowResponse`."), [tool]);
    assert_eq!(missing("- **Breaking**: none.\n- `workshop::Borrow`."), [tool, until], "two entries");
    assert_eq!(missing("\n## 0.0.9\n\n- **Breaking**: `workshop.borrow`."), [tool, until], "it is released");
}

#[test]
fn the_entries_that_are_asked_for_cover_the_changes() {
    let breaks = |change: &&Change| change.rule.class() == Class::Breaking;
    for case in cases() {
        let report = report(&case);
        let entries: Vec<String> = report.changes().filter(breaks).map(diff::entry).collect();
        let mut head = spec(&case, "after");
        head.changelog = Some(format!("## Unreleased\n\n{}\n", entries.join("\n")));
        let covered = Report::new(&spec(&case, "before"), &head);
        let left: Vec<&str> = covered.missing().iter().map(|change| change.meaning.as_str()).collect();
        assert!(left.is_empty(), "{}: {left:?}", case.display());
    }
}

/// A git repository with a spec in a folder of its own.
struct Repository {
    folder: TempDir,
}

impl Repository {
    /// Returns none without git: then the test says that it is skipped.
    fn new(test: &str) -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: {test} (no git)");
            return None;
        }
        let repository = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        repository.git(&["init", "--quiet"]);
        Some(repository)
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("sdk")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("every file has a folder")).expect("folders can be made");
        fs::write(path, text).expect("the file can be written");
    }

    /// Writes one side of a case to the repository.
    fn spec(&self, case: &str, side: &str) {
        let file = folder("diff").join(case).join(format!("{side}.yaml"));
        self.write("spec/workshop.yaml", &fs::read_to_string(file).expect("the spec can be read"));
    }

    fn commit(&self, tag: &str) {
        let who = ["-c", "user.name=tests", "-c", "user.email=tests@localhost", "-c", "commit.gpgsign=false"];
        self.git(&["add", "--all"]);
        self.git(&[&who[..], &["commit", "--quiet", "--message", tag]].concat());
        self.git(&["tag", tag]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        // A git hook sets these: its repository must stay as it is.
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(variable);
        }
        let output = command.arg("-C").arg(self.folder.path()).args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn diff(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let root = self.root();
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("--root").arg(&root).arg("diff").args(arguments).current_dir(&root);
        let output = command.output().expect("xtask runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }
}

#[test]
fn revisions_and_the_work_tree_are_compared_by_git() {
    let Some(repository) = Repository::new("revisions_and_the_work_tree_are_compared_by_git") else { return };
    repository.spec("field-now-optional", "before");
    repository.commit("v1");
    repository.spec("field-now-optional", "after");
    repository.commit("v2");
    repository.spec("limit-added", "after");
    assert_eq!(repository.diff(&["v1", "v1"]).0, Some(0));
    let (status, text, error) = repository.diff(&["v1", "v2"]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("from v1 to v2: 2 breaking (2 not in the changelog)\n"), "{text}");
    assert!(text.contains("spec/workshop.yaml:12:7"), "{text}");
    assert!(error.contains("- **Breaking**: `workshop::Borrow::tool` is now `Option<String>`"), "{error}");
    // Back to the original, except for a limit.
    let (_, text, _) = repository.diff(&["v2"]);
    assert!(text.contains("from v2 to the work tree: 2 breaking"), "{text}");
    let (status, text, _) = repository.diff(&["v1"]);
    assert_eq!((status, text.contains("limit-added")), (Some(0), true), "{text}");
    let (status, text, _) = repository.diff(&["HEAD~1", "HEAD", "--json"]);
    assert_eq!(status, Some(1));
    let json: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((&json["base"], &json["breaking"]), (&Value::from("HEAD~1"), &Value::from(2)));
}

#[test]
fn the_changelog_of_the_newer_revision_decides() {
    let Some(repository) = Repository::new("the_changelog_of_the_newer_revision_decides") else { return };
    repository.spec("field-now-optional", "before");
    repository.commit("v1");
    repository.spec("field-now-optional", "after");
    repository.write("CHANGELOG.md", "## Unreleased\n\n- **Breaking**: `workshop.borrow` is easier.\n");
    repository.commit("v2");
    repository.write("CHANGELOG.md", "## Unreleased\n");
    for form in [&["v1", "v2"][..], &["v1", "v2", "--markdown"], &["v1", "v2", "--json"]] {
        assert_eq!(repository.diff(form).0, Some(0), "{form:?}");
    }
    for form in [&["v1"][..], &["v1", "--markdown"], &["v1", "--json"]] {
        assert_eq!(repository.diff(form).0, Some(1), "{form:?}");
    }
    let (_, text, _) = repository.diff(&["v1", "v2"]);
    assert_eq!(text.matches(", in the changelog").count(), 2, "{text}");
}

#[test]
fn folders_are_compared_as_they_are() {
    let Some(repository) = Repository::new("folders_are_compared_as_they_are") else { return };
    repository.spec("enum-value-added", "before");
    let Some(other) = Repository::new("folders_are_compared_as_they_are") else { return };
    other.spec("enum-value-added", "after");
    let folder = other.root();
    let (status, text, _) = repository.diff(&[".", folder.to_str().expect("a plain path")]);
    assert_eq!(status, Some(0));
    assert!(text.contains("enum-value-added spec/workshop.yaml:29:7"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_an_error_that_names_it() {
    let Some(repository) = Repository::new("what_cannot_be_compared_is_an_error_that_names_it") else {
        return;
    };
    repository.write("README.md", "No spec yet.");
    repository.commit("empty");
    repository.spec("limit-added", "before");
    repository.commit("good");
    repository.write("spec/workshop.yaml", "title: [");
    repository.write("other/README.md", "No spec.");
    let errors = [
        (&["nowhere", "good"][..], "`nowhere`: no such revision or folder"),
        (&["--", "--output=x", "good"], "`--output=x`: no such revision"),
        (&["other", "good"], "`other`: that folder holds no `spec/`"),
        (&["empty", "good"], "`empty` has no `spec/*.yaml`"),
        (&["good"], "spec/workshop.yaml:1"),
        (&["good", "good", "--json", "--markdown"], "--json"),
    ];
    for (arguments, expected) in errors {
        let (status, text, error) = repository.diff(arguments);
        assert_eq!((status, text.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}
