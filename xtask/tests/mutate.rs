//! Checks which transcription mistakes are noticed. `mutate/` has a spec and pages that agree, in which each kind of
//! mistake can be made; `mutate/report.txt` is the report about all of them.

#[allow(dead_code, reason = "no spec is read here by itself")]
mod common;

use std::path::Path;

use common::{assert_none, difference, folder};
use xtask::mutate::{self, Options, Report};
use xtask::spec::Failure;

fn run(kinds: &[&str], sample: usize) -> Result<Report, Failure> {
    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let root = folder("mutate");
    mutate::run(&root, &root.join("docs"), &Options { kinds, sample, seed: 1 }, |_| {}, || {})
}

fn report(kinds: &[&str], sample: usize) -> Report {
    run(kinds, sample).unwrap_or_else(|failure| panic!("{failure:?}"))
}

fn kinds_of(report: &Report) -> Vec<serde_json::Value> {
    let json: serde_json::Value = serde_json::from_str(&report.json()).expect("it is JSON");
    json["kinds"].as_array().expect("a list").clone()
}

#[test]
fn the_report_tells_who_notices_each_kind_of_mistake_and_which_ones_nobody_does() {
    let text = report(&[], 2).text(true);
    assert_none(&difference(&folder("mutate").join("report.txt"), &text).into_iter().collect::<Vec<_>>());
}

#[test]
fn every_kind_of_mistake_can_be_made_where_a_page_says_what_is_right() {
    let never: Vec<String> = kinds_of(&report(&[], 1))
        .iter()
        .filter(|kind| kind["made"] == 0)
        .map(|kind| kind["kind"].to_string())
        .collect();
    assert!(never.is_empty(), "{never:?}");
}

#[test]
fn a_sample_is_the_same_whichever_other_kinds_are_made() {
    let alone = kinds_of(&report(&["item-as-list"], 3));
    let both = kinds_of(&report(&["bool-as-flag", "item-as-list"], 3));
    assert_eq!(alone[0], *both.last().expect("two kinds"));
    assert_eq!(alone[0]["made"], 3);
}

#[test]
fn an_unknown_kind_or_pages_of_nothing_are_refused() {
    let told = |result: Result<Report, Failure>| match result {
        Err(Failure::Io(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(run(&["tokne"], 0)), "no kind of mistake is called `tokne`; `token` is close");
    let root = folder("mutate");
    let options = Options { kinds: Vec::new(), sample: 0, seed: 1 };
    let nothing = told(mutate::run(&root, Path::new(&root.join("spec")), &options, |_| {}, || {}));
    assert!(nothing.ends_with("none of the spec's pages is in it"), "{nothing}");
}
