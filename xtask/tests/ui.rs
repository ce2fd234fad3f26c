//! What a maintainer reads for every kind of mistake in a spec: `ui/<name>.yaml` has the mistake, `ui/<name>.txt`
//! the text that reports it. A case that is a folder has several files.
//!
//! A case is named after the code it is about (`bad_limit.min_above_max` is about `bad-limit`).

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};

use common::{assert_none, difference, files, folder, name, source};
use xtask::api;
use xtask::spec::Failure;
use xtask::spec::source::Source;

/// The names of all cases, each with its spec files.
fn cases() -> BTreeMap<String, Vec<PathBuf>> {
    let ui = folder("ui");
    let mut cases: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files(&ui, ".yaml") {
        cases.insert(name(&file).trim_end_matches(".yaml").to_owned(), vec![file]);
    }
    for entry in fs::read_dir(&ui).expect("the cases are there") {
        let path = entry.expect("the cases can be read").path();
        if path.is_dir() {
            cases.insert(name(&path).to_owned(), files(&path, ".yaml"));
        }
    }
    cases
}

/// What the generator says of a spec, and how many mistakes it counts.
fn report(files: &[PathBuf]) -> (usize, String) {
    let sources: Vec<Source> = files.iter().map(|file| source(file)).collect();
    match panic::catch_unwind(|| api::read(&sources, false)) {
        Ok(Err(Failure::Spec { mistakes, text })) => (mistakes, text),
        Ok(Err(Failure::Io(error))) => panic!("nothing is read from the disk here: {error}"),
        Ok(Ok(_)) => (0, "no mistake is found".to_owned()),
        Err(_) => (0, "the generator panics".to_owned()),
    }
}

/// The codes in a report, in its order.
fn codes(text: &str) -> Vec<String> {
    let after = text.lines().filter_map(|line| line.strip_prefix("error["));
    after.map(|rest| rest.split(']').next().unwrap_or_default().to_owned()).collect()
}

/// How a case with one mistake is reported otherwise than by its one code.
fn wrong(case: &str, files: &[PathBuf]) -> Option<String> {
    let code = case.split('.').next().unwrap_or_default().replace('_', "-");
    let (mistakes, text) = report(files);
    let found = codes(&text);
    let right = files.len() > 1 || case == "several_mistakes" || (mistakes == 1 && found == [code]);
    let found = if found.is_empty() { text } else { found.join(", ") };
    (!right).then(|| format!("{case}: {found}"))
}

#[test]
fn every_mistake_reads_as_its_expected_text() {
    let right = cases().into_iter().filter(|(case, files)| wrong(case, files).is_none());
    let differences: Vec<String> = right
        .filter_map(|(case, files)| difference(&folder("ui").join(format!("{case}.txt")), &report(&files).1))
        .collect();
    assert_none(&differences);
}

#[test]
fn one_mistake_gives_one_diagnostic() {
    let wrong: Vec<String> = cases().iter().filter_map(|(case, files)| wrong(case, files)).collect();
    assert!(wrong.is_empty(), "cases that are not reported by their one code:\n{}", wrong.join("\n"));
}

#[test]
fn mistakes_of_one_file_and_of_several_are_reported_in_one_run() {
    for (case, expected) in [("several_mistakes", 1), ("mistakes_in_two_files", 2)] {
        let cases = cases();
        let (mistakes, text) = report(&cases[case]);
        let reported = codes(&text);
        assert_eq!(reported.len(), mistakes, "{case}: every mistake is counted");
        assert!(mistakes > expected, "{case}: there are several mistakes");
        let places = text.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
        let files: BTreeSet<&str> = places.filter_map(|place| place.split(':').next()).collect();
        assert!(files.len() >= expected, "{case}: {files:?}");
    }
}

#[test]
fn every_code_has_a_case() {
    let covered: BTreeSet<String> = cases().values().flat_map(|files| codes(&report(files).1)).collect();
    let reported = codes_in_sources();
    assert!(reported.len() > 30, "the codes in the sources are found: {reported:?}");
    let missing: Vec<&String> = reported.difference(&covered).collect();
    assert!(missing.is_empty(), "no case in tests/ui reports {missing:?}");
    let unknown: Vec<&String> = covered.difference(&reported).collect();
    assert!(unknown.is_empty(), "the scan of the sources overlooks {unknown:?}");
}

#[test]
fn no_expected_text_is_left_without_its_case() {
    let cases = cases();
    for file in files(&folder("ui"), ".txt") {
        let case = name(&file).trim_end_matches(".txt");
        assert!(cases.contains_key(case), "{case}.txt belongs to no case");
    }
}

/// The codes that the sources report: the first argument of every call that reports, and every `code: "…"`.
fn codes_in_sources() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("the sources can be read");
            pending.extend(entries.map(|entry| entry.expect("the sources can be read").path()));
            continue;
        }
        let text = fs::read_to_string(&path).expect("the sources are text");
        for call in ["error(", "error_with_help(", "error_at(", "report(", "problem(", "code:"] {
            for (at, _) in text.match_indices(call) {
                let code = text[at + call.len()..].trim_start().strip_prefix('"');
                let code = code.and_then(|rest| rest.split('"').next()).unwrap_or_default();
                let parts: Vec<&str> = code.split('-').collect();
                let lower = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
                if parts.len() > 1 && parts.iter().all(lower) {
                    codes.insert(code.to_owned());
                }
            }
        }
    }
    codes
}
