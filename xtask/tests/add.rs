//! `cargo xtask add`: a made-up chapter, from its pages to the end, in a workspace of its own.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Parser;
use tempfile::TempDir;
use xtask::commands::add::{Args, Outcome, Program, Programs, Ran, run};
use xtask::{api, emit};

/// The spec before the chapter is added.
const OTHER: &str = r#"title: 牛奶
summary: Milk.

endpoints:
  pour:
    title: 倒牛奶
    summary: Pours milk.
    doc: { id: 2001, page: 3001, updated: 2025-01-02 }
    call: POST /cgi-bin/milk/pour
    token: access_token
    examples:
      - response: |
          { "errcode": 0, "errmsg": "ok" }
"#;

/// A made-up page of the import's.
fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import").join(name)
}

/// A workspace, and a folder with a chapter's pages.
struct Kitchen {
    workspace: TempDir,
    docs: TempDir,
}

impl Kitchen {
    fn new() -> Self {
        let kitchen = Self { workspace: tempfile::tempdir().unwrap(), docs: tempfile::tempdir().unwrap() };
        let real =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace");
        let none = api::read(&[], false).expect("no spec has no mistakes");
        for path in emit::features(&none).iter().map(|(path, _)| *path).chain(["docs/coverage.json"]) {
            let target = kitchen.root().join(path);
            fs::create_dir_all(target.parent().expect("every file has a folder")).unwrap();
            fs::copy(real.join(path), target).unwrap();
        }
        for root in [kitchen.root().to_path_buf(), kitchen.base()] {
            fs::create_dir_all(root.join("spec")).unwrap();
            fs::write(root.join("spec/milk.yaml"), OTHER).unwrap();
        }
        fs::create_dir_all(kitchen.chapter()).unwrap();
        fs::write(kitchen.chapter().join("001-概述.md"), "---\ntitle: 概述\ndoc_id: 7\n---\n茶。\n").unwrap();
        fs::copy(page("dotted.md"), kitchen.chapter().join("002-点茶.md")).unwrap();
        kitchen
    }

    fn root(&self) -> &Path {
        self.workspace.path()
    }

    /// The spec as it was.
    fn base(&self) -> PathBuf {
        self.root().join("before")
    }

    fn chapter(&self) -> PathBuf {
        self.docs.path().join("024-茶/003-点茶")
    }

    fn spec(&self) -> PathBuf {
        self.root().join("spec/tea.yaml")
    }

    /// Runs the command with further arguments; returns how it ends, and its messages.
    fn add(&self, arguments: &[&str], programs: &Shelf) -> (Result<Outcome, String>, String) {
        #[derive(Parser)]
        struct Cli {
            #[command(flatten)]
            args: Args,
        }
        let (chapter, base) = (self.chapter(), self.base());
        let fixed = ["add", chapter.to_str().unwrap(), "--base", base.to_str().unwrap()];
        let said = RefCell::new(String::new());
        let args = Cli::parse_from(fixed.iter().chain(arguments)).args;
        let outcome = args
            .task(self.root())
            .and_then(|task| run(self.root(), &task, programs, &|text| said.borrow_mut().push_str(text)));
        (outcome, said.into_inner())
    }

    /// Does a person's part: writes words, and settles doubts.
    fn write_words(&self) {
        let words = |line: &str| {
            let line = line.split(" # ?").next().unwrap_or_default();
            let Some(at) = line.find("\"TODO").or_else(|| line.find("TODO")) else { return line.to_owned() };
            let end = if line[at..].starts_with('"') {
                at + 1 + line[at + 1..].find('"').unwrap() + 1
            } else {
                at + 4
            };
            format!("{}\"What a guest asks for.\"{}", &line[..at], &line[end..])
        };
        let draft = fs::read_to_string(self.spec()).unwrap();
        let lines = draft.lines().filter(|line| !line.trim_start().starts_with("# ?")).map(words);
        fs::write(self.spec(), lines.map(|line| line + "\n").collect::<String>()).unwrap();
    }
}

/// Replaces cargo: records its arguments, and fails where a test wants it to.
#[derive(Default)]
struct Shelf {
    asked: RefCell<Vec<(String, String)>>,
    fails: Option<&'static str>,
}

impl Programs for Shelf {
    fn run(&self, program: &Program<'_>) -> io::Result<Ran> {
        let command = program.arguments.join(" ");
        let success = self.fails.is_none_or(|failing| !command.contains(failing));
        self.asked.borrow_mut().push((command, program.input.clone()));
        Ok(Ran {
            success,
            output: "2 payloads conform\n".to_owned(),
            errors: "a cup is cracked\n".to_owned(),
        })
    }
}

/// The lines of the steps, each without its first word's padding.
fn steps(said: &str) -> Vec<&str> {
    let names = [
        "import",
        "words",
        "checks",
        "codegen",
        "openapi",
        "coverage",
        "snapshots",
        "conformance",
        "drift",
        "phrases",
        "diff",
    ];
    said.lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, _)| name)
        .filter(|name| names.contains(name))
        .collect()
}

#[test]
fn a_chapter_stops_for_a_person_and_goes_on_from_there() {
    let (kitchen, programs) = (Kitchen::new(), Shelf::default());
    let (outcome, said) = kitchen.add(&[], &programs);
    assert_eq!(outcome, Ok(Outcome::PersonNeeded), "{said}");
    assert_eq!(steps(&said), ["import", "words"]);
    assert!(
        said.starts_with("import      1 endpoint drafted in spec/tea.yaml; without endpoints: 概述\n"),
        "{said}"
    );
    assert!(said.contains("  spec/tea.yaml:2:1: summary: \"TODO: 茶 · 点茶\"\n"), "{said}");
    assert!(said.contains(": in no table\n"), "{said}");
    assert!(said.ends_with("run the same command again to go on from here.\n"), "{said}");
    let draft = fs::read_to_string(kitchen.spec()).unwrap();
    assert!(draft.starts_with("title: 茶 · 点茶\n"), "{draft}");
    assert!(!kitchen.root().join("openapi").exists(), "nothing is generated of a draft");

    let (outcome, again) = kitchen.add(&[], &programs);
    assert_eq!(outcome, Ok(Outcome::PersonNeeded), "{again}");
    assert!(
        again.starts_with("import      nothing new in spec/tea.yaml: 1 endpoint of these pages; without"),
        "{again}"
    );
    assert_eq!(fs::read_to_string(kitchen.spec()).unwrap(), draft, "what is there is not touched");

    kitchen.write_words();
    let (outcome, said) = kitchen.add(&[], &programs);
    assert_eq!(outcome, Ok(Outcome::Done), "{said}");
    assert_eq!(steps(&said).len(), 11, "{said}");
    assert!(said.contains("diff        for the reviewer:"), "{said}");
    assert!(kitchen.root().join("openapi/common.json").is_file());
    let asked = programs.asked.borrow();
    let [(snapshots, _), (conformance, lines)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(snapshots, "test --quiet --package wecom-tests --test snapshots");
    assert!(conformance.ends_with("--bin conformance -- -"), "{conformance}");
    assert_eq!(lines.lines().count(), 2, "the page shows a request and a response: {lines}");
}

#[test]
fn only_the_spec_is_touched_where_that_is_asked_for() {
    let (kitchen, programs) = (Kitchen::new(), Shelf::default());
    kitchen.add(&["--only-spec"], &programs).0.expect("it can begin");
    kitchen.write_words();
    let (outcome, said) = kitchen.add(&["--only-spec"], &programs);
    assert_eq!((outcome, steps(&said)), (Ok(Outcome::Done), vec!["import", "words", "checks"]), "{said}");
    assert!(programs.asked.borrow().is_empty());
}

#[test]
fn what_is_wrong_stops_the_step_that_finds_it() {
    let kitchen = Kitchen::new();
    kitchen.add(&[], &Shelf::default()).0.expect("it can begin");
    kitchen.write_words();
    let written = fs::read_to_string(kitchen.spec()).unwrap();
    let failing = |test, edit: &dyn Fn()| {
        edit();
        let (outcome, said) = kitchen.add(&[], &Shelf { fails: test, ..Shelf::default() });
        assert_eq!(outcome, Ok(Outcome::PersonNeeded), "{said}");
        fs::write(kitchen.spec(), &written).unwrap();
        (steps(&said).last().map(|step| (*step).to_owned()), said)
    };
    let with = |from: &str, to: &str| fs::write(kitchen.spec(), written.replace(from, to)).unwrap();

    let (step, said) = failing(None, &|| with("endpoints:", "endpoints: ["));
    assert_eq!(step.as_deref(), Some("import"));
    assert!(said.contains("spec/tea.yaml: line "), "{said}");
    let (step, said) = failing(None, &|| with("type: uint", "type: cups"));
    assert_eq!(step.as_deref(), Some("checks"));
    assert!(said.contains("unknown-type") && said.contains("spec/tea.yaml:"), "{said}");
    let (step, said) = failing(Some("test"), &|| {});
    assert_eq!(step.as_deref(), Some("snapshots"));
    assert!(said.contains("stopped: `cargo test") && said.contains("a cup is cracked"), "{said}");
    let (step, _) = failing(Some("conformance"), &|| {});
    assert_eq!(step.as_deref(), Some("conformance"));
    let (step, said) = failing(None, &|| with("updated: 2025-03-04", "updated: 2025-03-05"));
    assert_eq!(step.as_deref(), Some("drift"));
    assert!(said.contains("1 difference between spec/tea.yaml, its family and their pages"), "{said}");
    assert!(!said.contains("milk"), "the pages of other chapters aren't there: {said}");
}

#[test]
fn a_page_that_comes_later_is_added_to_the_file_of_its_chapter() {
    let (kitchen, programs) = (Kitchen::new(), Shelf::default());
    kitchen.add(&["--into", "spec/kitchen.tea.yaml", "--only-spec"], &programs).0.expect("it can begin");
    assert!(!kitchen.spec().exists());
    fs::copy(page("several.md"), kitchen.chapter().join("003-茶单.md")).unwrap();
    let (_, said) = kitchen.add(&["--only-spec"], &programs);
    assert!(said.contains("2 endpoints drafted in spec/kitchen.tea.yaml beside 1"), "{said}");
}

#[test]
fn what_another_file_has_of_the_same_page_is_left_there() {
    let (kitchen, programs) = (Kitchen::new(), Shelf::default());
    fs::copy(page("several.md"), kitchen.chapter().join("003-茶单.md")).unwrap();
    kitchen.add(&["--into", "first.yaml", "--only-spec"], &programs).0.expect("it can begin");
    let (outcome, _) = kitchen.add(&["--into", "second.yaml", "--only-spec"], &programs);
    let error = outcome.expect_err("nothing is left to add");
    assert!(error.contains("/cgi-bin/tea/order is in spec/first.yaml"), "{error}");
    assert!(error.ends_with("there is nothing to add"), "{error}");
    assert!(!kitchen.root().join("spec/second.yaml").exists());
}

#[test]
fn what_cannot_begin_says_why() {
    let (kitchen, programs) = (Kitchen::new(), Shelf::default());
    for (arguments, reason) in [
        (&["--into", "docs/tea.yaml"][..], "docs/tea.yaml: not a spec file"),
        (&["--docs", "nowhere"], "nowhere: no folder"),
    ] {
        let error = kitchen.add(arguments, &programs).0.expect_err(reason);
        assert!(error.starts_with(reason), "{error}");
    }
    fs::write(kitchen.root().join("spec/tea.pot.yaml"), OTHER.replace("milk", "pot").replace("2001", "2002"))
        .unwrap();
    let error = kitchen.add(&[], &programs).0.expect_err("the family has chapters");
    assert_eq!(
        error,
        "`tea` has chapters already, such as spec/tea.pot.yaml; name the file with `--into spec/tea.CHAPTER.yaml`"
    );
    fs::remove_file(kitchen.chapter().join("002-点茶.md")).unwrap();
    let error = kitchen.add(&[], &programs).0.expect_err("no page has an endpoint");
    assert!(error.contains("no endpoint"), "{error}");
}

#[test]
fn the_table_of_names_says_which_file_a_chapter_goes_into_and_what_its_endpoints_are_called() {
    let (kitchen, programs) = (Kitchen::new(), Shelf::default());
    let table = "endpoints:\n  kitchen.pot:\n    brew: { call: POST /cgi-bin/tea/order, title: 点茶 }\n";
    fs::write(kitchen.root().join("spec/names.yaml"), table).unwrap();
    kitchen.add(&["--only-spec"], &programs).0.expect("it can begin");
    let drafted = fs::read_to_string(kitchen.root().join("spec/kitchen.pot.yaml")).unwrap();
    assert!(drafted.contains("\nendpoints:\n  brew:\n"), "{drafted}");
    assert!(!kitchen.spec().exists());
}

#[test]
fn pages_of_one_folder_go_into_the_files_that_the_table_of_names_says() {
    let (kitchen, programs) = (Kitchen::new(), Shelf::default());
    fs::copy(page("several.md"), kitchen.chapter().join("003-茶单.md")).unwrap();
    let table = "endpoints:\n  kitchen.pot:\n    brew: { call: POST /cgi-bin/tea/order, title: 点茶 }\n  kitchen.menu:\n    \
                 add: { call: POST /cgi-bin/tea/group/add, title: 加 }\n    drop: { call: POST /cgi-bin/tea/tag/add, title: 减 }\n";
    fs::write(kitchen.root().join("spec/names.yaml"), table).unwrap();
    let (outcome, said) = kitchen.add(&["--only-spec"], &programs);
    assert_eq!(outcome.expect("it can begin"), Outcome::PersonNeeded);
    for drafted in
        ["1 endpoint drafted in spec/kitchen.pot.yaml", "2 endpoints drafted in spec/kitchen.menu.yaml"]
    {
        assert!(said.contains(drafted), "no {drafted} in\n{said}");
    }
    assert!(kitchen.root().join("spec/kitchen.menu.yaml").exists());
}

#[test]
fn what_was_written_for_a_phrase_is_known_on_the_next_page() {
    let (kitchen, programs) = (Kitchen::new(), Shelf::default());
    kitchen.add(&[], &programs).0.expect("it can begin");
    kitchen.write_words();
    let (_, said) = kitchen.add(&[], &programs);
    assert!(said.contains("phrases     4 phrases learned\n"), "{said}");
    let phrases = fs::read_to_string(kitchen.root().join("spec/phrases.yaml")).unwrap();
    assert!(phrases.contains("  \"茶名\": \"What a guest asks for.\"\n"), "{phrases}");
    let again = fs::read_to_string(page("dotted.md"))
        .unwrap()
        .replace("1001", "1002")
        .replace("tea/order", "tea/serve");
    fs::write(kitchen.chapter().join("003-上茶.md"), again).unwrap();
    let (_, said) = kitchen.add(&[], &programs);
    assert!(said.contains("1 endpoint drafted in spec/tea.yaml beside 1"), "{said}");
    let spec = fs::read_to_string(kitchen.spec()).unwrap();
    assert!(spec.contains("doc: \"What a guest asks for.\" } # known\n"), "{spec}");
}
