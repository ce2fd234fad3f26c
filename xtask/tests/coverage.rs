//! `cargo xtask coverage` on made-up pages, and on the documentation's own where they are at hand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xtask::commands::coverage::{self, Summary};
use xtask::coverage::{CHART, Counts, NUMBERS};

/// A workspace with the spec of one endpoint, and two pages that document it and two others.
fn workspace() -> io::Result<TempDir> {
    let root = tempfile::tempdir()?;
    fs::create_dir(root.path().join("spec"))?;
    fs::create_dir(root.path().join("pages"))?;
    spec(root.path(), "tea", "brew")?;
    page(root.path(), 1, &["https://qyapi.weixin.qq.com/cgi-bin/tea/brew?access_token=TOKEN"])?;
    let others = ["https://api.mch.weixin.qq.com/pay/tea", "https://qyapi.weixin.qq.com/cgi-bin/tea/brew"];
    page(root.path(), 2, &[&others[..], &["https://example.com/cgi-bin/tea/drink"]].concat())?;
    Ok(root)
}

fn spec(root: &Path, family: &str, name: &str) -> io::Result<()> {
    let text = format!(
        "title: 茶\nsummary: Tea.\nendpoints:\n  {name}:\n    title: 茶\n    summary: Tea.\n    \
         doc: {{ id: 1, page: 1 }}\n    call: POST /cgi-bin/{family}/{name}\n    token: access_token\n    \
         request:\n      leaf: {{ type: any, doc: \"Which leaf.\" }}\n      cups: {{ type: uint, doc: \"How many.\" }}\n    \
         examples:\n      - response: \"{{}}\"\n"
    );
    fs::write(root.join(format!("spec/{family}.yaml")), text)
}

fn page(root: &Path, id: u32, addresses: &[&str]) -> io::Result<()> {
    let lines: Vec<String> =
        addresses.iter().map(|address| format!("**请求地址：** {address}\n\n")).collect();
    let lines = lines.concat();
    let text = format!("---\ntitle: \"Tea\"\ndoc_id: {id}\n---\n**请求方式：** POST\n{lines}");
    fs::write(root.join(format!("pages/{id}.md")), text)
}

fn run(root: &Path, pages: &str, check: bool) -> io::Result<Summary> {
    coverage::run(root, Some(&root.join(pages)), check)
}

#[test]
fn what_pages_document_is_counted_once_and_held_against_the_spec() -> io::Result<()> {
    let root = workspace()?;
    let outcome = run(root.path(), "pages", false)?;
    let tea = Counts {
        documented: 1,
        specified: 1,
        with_examples: 1,
        unseen: 0,
        fields: 2,
        typed: 1,
        described: 2,
    };
    let pay = Counts { documented: 1, ..Counts::default() };
    assert_eq!(outcome.coverage.families, [("pay".to_owned(), pay), ("tea".to_owned(), tea)].into());
    assert!(outcome.undocumented.is_empty() && outcome.pages);
    assert!(fs::read_to_string(root.path().join(CHART))?.contains("1 of 2 documented endpoints"));
    Ok(())
}

#[test]
fn what_no_page_documents_is_named() -> io::Result<()> {
    let root = workspace()?;
    spec(root.path(), "milk", "boil")?;
    assert_eq!(run(root.path(), "pages", true)?.undocumented, ["/cgi-bin/milk/boil"]);
    Ok(())
}

#[test]
fn a_callback_whose_page_nobody_has_read_is_counted_apart() -> io::Result<()> {
    let root = workspace()?;
    let event = |name: &str, doc: &str| {
        format!(
            "  {name}:\n    title: 茶\n    summary: Tea.\n    doc: {doc}\n    wire: [Event {name}]\n    \
             fields: {{}}\n    examples:\n      - payload: \"<xml></xml>\"\n"
        )
    };
    let events = [event("poured", "{ id: 1, page: 1 }"), event("spilt", "{ page: 2, seen: false }")].concat();
    let text = format!("title: 茶\nsummary: Tea.\nevents:\n{events}");
    fs::write(root.path().join("spec/tea.events.yaml"), text)?;
    let names =
        ["poured", "spilt"].map(|name| format!("    {name}: {{ wire: [Event {name}], title: 茶 }}\n"));
    fs::write(root.path().join("spec/names.yaml"), format!("events:\n  tea.events:\n{}", names.concat()))?;
    let coverage = run(root.path(), "pages", false)?.coverage;
    let tea = Counts { documented: 1, specified: 1, with_examples: 1, unseen: 1, ..Counts::default() };
    assert_eq!(coverage.others["callbacks"], [("tea".to_owned(), tea)].into());
    Ok(())
}

#[test]
fn a_check_writes_nothing_and_fails_until_both_files_are_current() -> io::Result<()> {
    let root = workspace()?;
    assert_eq!(run(root.path(), "pages", true)?.stale, [NUMBERS, CHART]);
    assert!(!root.path().join("docs").exists());
    assert_eq!(run(root.path(), "pages", false)?.stale, [NUMBERS, CHART]);
    assert!(run(root.path(), "pages", true)?.stale.is_empty());
    fs::write(root.path().join(CHART), "<svg/>")?;
    assert_eq!(run(root.path(), "pages", true)?.stale, [CHART]);
    Ok(())
}

#[test]
fn new_pages_make_the_chart_stale() -> io::Result<()> {
    let root = workspace()?;
    run(root.path(), "pages", false)?;
    page(root.path(), 3, &["https://qyapi.weixin.qq.com/cgi-bin/milk/boil"])?;
    assert_eq!(run(root.path(), "pages", true)?.stale, [NUMBERS, CHART]);
    Ok(())
}

#[test]
fn without_the_pages_a_change_of_the_spec_makes_the_chart_stale_all_the_same() -> io::Result<()> {
    let root = workspace()?;
    run(root.path(), "pages", false)?;
    let unchanged = run(root.path(), "nowhere", true)?;
    assert!(unchanged.stale.is_empty() && !unchanged.pages);
    spec(root.path(), "milk", "boil")?;
    let changed = run(root.path(), "nowhere", true)?;
    assert_eq!(changed.stale, [NUMBERS, CHART]);
    assert_eq!(changed.coverage.total().documented, 2);
    coverage::run(root.path(), None, false)?;
    assert!(run(root.path(), "nowhere", true)?.stale.is_empty(), "who has no pages can write it, too");
    Ok(())
}

#[test]
fn pages_that_are_named_must_be_there_to_write_and_numbers_to_check_without_them() -> io::Result<()> {
    let root = workspace()?;
    let written = run(root.path(), "nowhere", false).expect_err("there is nothing to count");
    assert!(written.to_string().contains("nowhere"), "{written}");
    let checked = run(root.path(), "nowhere", true).expect_err("there is nothing to hold it against");
    assert!(checked.to_string().contains(NUMBERS), "{checked}");
    Ok(())
}

#[test]
fn the_committed_chart_is_current() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let stale = coverage::run(&root, None, true)?.stale;
    assert!(stale.is_empty(), "run `cargo xtask coverage` for {stale:?}");
    Ok(())
}

#[test]
fn the_pages_document_every_path_of_the_spec() -> io::Result<()> {
    let Some(docs) = std::env::var_os("WECOM_DOCS").map(PathBuf::from).filter(|docs| docs.is_dir()) else {
        eprintln!("skipped: WECOM_DOCS names no folder with the documentation's pages");
        return Ok(());
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let outcome = coverage::run(&root, Some(&docs), true)?;
    assert!(outcome.undocumented.is_empty(), "{:?}", outcome.undocumented);
    assert!(outcome.stale.is_empty(), "run `cargo xtask coverage --docs DIR` for {:?}", outcome.stale);
    assert!(outcome.coverage.total().documented > 700, "{:?}", outcome.coverage.total());
    Ok(())
}
