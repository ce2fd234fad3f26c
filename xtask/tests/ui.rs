//! The reports about every kind of mistake in a spec: `ui/<name>.yaml` has the mistake, `ui/<name>.txt` the report. A
//! case that is a folder has several files.
//!
//! A case is named after the code it is about (`bad_limit.min_above_max` is about `bad-limit`).

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic;
use std::path::PathBuf;

use common::{assert_none, difference, files, folder, name, source};
use xtask::api;
use xtask::commands::explain;
use xtask::spec::Failure;
use xtask::spec::mistakes::{Mistake, PAGE};
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

/// Returns the generator's report about a spec, and the number of mistakes.
fn report(files: &[PathBuf]) -> (usize, String) {
    let sources: Vec<Source> = files.iter().map(|file| source(file)).collect();
    match panic::catch_unwind(|| api::read(&sources, false)) {
        Ok(Err(Failure::Spec { mistakes, text })) => (mistakes, text),
        Ok(Err(Failure::Io(error))) => panic!("nothing is read from the disk here: {error}"),
        Ok(Ok(_)) => (0, "no mistake is found".to_owned()),
        Err(_) => (0, "the generator panics".to_owned()),
    }
}

/// Returns the codes in a report, in its order.
fn codes(text: &str) -> Vec<String> {
    let after = text.lines().filter_map(|line| line.strip_prefix("error["));
    after.map(|rest| rest.split(']').next().unwrap_or_default().to_owned()).collect()
}

/// Explains how the report of a case with one mistake differs from its one code.
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
fn every_mistake_of_the_catalogue_has_a_case() {
    let reported: BTreeSet<String> = cases().values().flat_map(|files| codes(&report(files).1)).collect();
    let missing: Vec<_> = Mistake::ALL.iter().filter(|mistake| !reported.contains(mistake.code())).collect();
    assert!(missing.is_empty(), "no case in tests/ui reports {missing:?}");
}

#[test]
fn the_catalogue_has_a_section_for_each_code_in_their_order_and_says_what_each_means() {
    let codes: Vec<&str> = Mistake::ALL.iter().map(|mistake| mistake.code()).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    let headings = PAGE.lines().filter_map(|line| line.strip_prefix("## "));
    let headings: Vec<&str> = headings.map(|heading| heading.trim_matches('`')).collect();
    assert_eq!(headings, codes);
    for mistake in Mistake::ALL {
        let code = mistake.code();
        let name: String = format!("{mistake:?}").chars().flat_map(char::to_lowercase).collect();
        assert_eq!(code.replace('-', ""), name);
        assert_eq!(Mistake::from_code(code), Some(*mistake));
        let (meaning, rest) = mistake.section();
        let sentence = meaning.ends_with('.') && !meaning.contains('\n');
        assert!(sentence, "{code}: `{meaning}` is not one sentence");
        let more = rest.lines().next().unwrap_or_default();
        assert!(more.is_empty() || more.starts_with(' ') && more.ends_with('.'), "{code}: `{more}`");
    }
}

#[test]
fn the_examples_of_the_catalogue_have_their_mistake_and_no_other_and_without_it_none() {
    let mut wrong = Vec::new();
    for mistake in Mistake::ALL {
        let Some((within, parts)) = example(*mistake) else { continue };
        for (part, expected) in parts.into_iter().zip([vec![mistake.code()], Vec::new()]) {
            let source = Source {
                path: "spec/rooms.yaml".to_owned(),
                stem: "rooms".to_owned(),
                text: whole(within, part),
            };
            let text = match api::read(&[source], false) {
                Err(Failure::Spec { text, .. }) => text,
                _ => String::new(),
            };
            if codes(&text) != expected {
                wrong.push(format!("{}: {part}\n{text}", mistake.code()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_code_is_explained_and_one_that_is_not_there_is_answered_with_the_nearest() {
    let text = explain::one("bad-rate").expect("the code is there");
    assert_eq!(
        text,
        "bad-rate: A rate limit or a concurrency limit allows no calls, a rate counts by a request field that it can't count by, no other endpoint shares the count of a `shared` rate, or an endpoint repeats a general \
         rate of its path.\n\nWrong, in an endpoint:\n\n    rate: [{ calls: 0, per: minute }]\n\nRight:\n\n    rate: [{ calls: 60, per: minute }]\n"
    );
    let unknown = |code| explain::one(code).expect_err("there is no such code");
    assert_eq!(unknown("bad-rates"), "no mistake has the code `bad-rates`; did you mean `bad-rate`?");
    assert_eq!(unknown("E0308"), "no mistake has the code `E0308`; `cargo xtask explain` lists all");
    assert_eq!(explain::all().lines().count(), Mistake::ALL.len());
}

/// Returns the example of a mistake: the part that contains it, with the mistake and without it.
fn example(mistake: Mistake) -> Option<(&'static str, [&'static str; 2])> {
    let (_, example) = mistake.section().1.split_once("\n\nWrong, in ")?;
    let (within, blocks) = example.split_once(":\n\n```yaml\n").expect("a block follows");
    let (wrong, right) = blocks.split_once("\n```\n\nRight:\n\n```yaml\n").expect("another block follows");
    let right =
        right.strip_suffix("\n```\n").or(right.strip_suffix("\n```")).expect("it ends with the section");
    Some((within, [wrong, right]))
}

/// Returns a spec file with a part from the catalog's example, in place of the usual one.
fn whole(within: &str, part: &str) -> String {
    let filled = |place: &str, usual: &str| replaced(usual, if within == place { part } else { "" });
    let (section, name, usual) = match within {
        "a struct" => ("structs", "Door", "doc: A door."),
        "an enum" => ("enums", "Size", "doc: A size.\nrepr: string\nvalues: { small: Small }"),
        "a union" => ("unions", "Lock", "doc: A lock.\nstyle: oneof\nvariants: { code: string }"),
        "a file" | "an endpoint" | "a response" => ("", "", ""),
        other => panic!("an example is in {other}"),
    };
    let mut response = "name: { type: string, doc: \"What the room is called.\" }\n".to_owned();
    let mut types = String::new();
    if !section.is_empty() {
        response += &format!("more?: {{ type: {name}, doc: \"What else there is.\" }}\n");
        types = format!("{section}:\n  {name}:\n{}", indented(4, &filled(within, usual)));
    }
    let endpoint = format!(
        "title: 查询会议室\nsummary: Returns a room.\ndoc: {{ id: 10001, page: 90001 }}\n\
         call: POST /cgi-bin/room/get_room\ntoken: access_token\nsafe: true\n\
         request:\n  room_id?: {{ type: string, doc: \"The room.\" }}\nresponse:\n{}\
         examples:\n  - response: |\n      {{ \"errcode\": 0, \"errmsg\": \"ok\", \"name\": \"North\" }}\n",
        indented(2, &filled("a response", &response))
    );
    let file = format!(
        "title: 会议室\nsummary: Rooms that can be booked.\nendpoints:\n  get_room:\n{}{types}",
        indented(4, &filled("an endpoint", &endpoint))
    );
    filled("a file", &file)
}

/// Returns a mapping with keys replaced by those of another one.
fn replaced(usual: &str, part: &str) -> String {
    let key = |line: &str| Some(line.split(':').next()?.to_owned()).filter(|key| !key.starts_with(' '));
    let keys: BTreeSet<String> = part.lines().filter_map(key).collect();
    let mut kept = true;
    let usual = usual.lines().filter(|line| {
        kept = key(line).map_or(kept, |key| !keys.contains(&key));
        kept
    });
    indented(0, &usual.chain(part.lines()).collect::<Vec<_>>().join("\n"))
}

fn indented(by: usize, text: &str) -> String {
    let before = " ".repeat(by);
    text.lines().flat_map(|line| [before.as_str(), line, "\n"]).collect()
}

#[test]
fn no_expected_text_is_left_without_its_case() {
    let cases = cases();
    for file in files(&folder("ui"), ".txt") {
        let case = name(&file).trim_end_matches(".txt");
        assert!(cases.contains_key(case), "{case}.txt belongs to no case");
    }
}
