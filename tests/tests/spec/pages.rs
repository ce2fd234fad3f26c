//! Checks the spec against the documentation's own examples, if its pages are available.

use std::path::PathBuf;

use wecom_tests::conformance::{Findings, Kind, Outcome, check};
use wecom_tests::event;

/// Returns the folder of the pages, from the environment; tests are skipped without it.
fn pages() -> Option<PathBuf> {
    let folder = std::env::var_os("WECOM_DOCS").map(PathBuf::from);
    let found = folder.filter(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: WECOM_DOCS names no folder with the documentation's pages");
    }
    found
}

#[test]
fn every_example_of_the_pages_is_what_the_spec_says() {
    let Some(folder) = pages() else { return };
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let summary = xtask::pages::extract(&root, &folder, false).expect("the pages can be read");
    assert!(summary.unreadable.is_empty(), "{:?}", summary.unreadable);
    let mut wrong = Vec::new();
    for line in summary.lines.lines() {
        let example: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        let text = |name: &str| example[name].as_str().unwrap_or_default();
        let of_endpoint = |kind| {
            let method = text("method").parse().expect("a method");
            check(&method, text("path"), kind, &example["payload"].to_string())
        };
        let (name, kind) = (text("name"), text("kind"));
        let outcome = match kind {
            "event" => event::check(text("payload")),
            "reply" => event::check_reply(text("payload")),
            "request" => of_endpoint(Kind::Request),
            _ => of_endpoint(Kind::Response),
        };
        match outcome {
            Outcome::Pass => {}
            Outcome::Unspecified => wrong.push(format!("{name}: not in the spec")),
            Outcome::Fail(findings) => wrong.push(format!("{name}, {kind}: {}", Findings(&findings))),
        }
    }
    // The four pages that the first endpoints come from have 16 examples between them.
    assert!(summary.examples >= 16, "{} examples are too few", summary.examples);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
