//! Damaged specs are reported at a place in their file.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use xtask::spec::Failure;
use xtask::{api, emit};

use crate::{ACCESS, cases, source};

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn a_damaged_spec_is_reported_at_a_place_in_its_file(
        file in any::<Index>(),
        edits in vec(edit(), 1..4),
    ) {
        let (stem, text) = file.get(real_specs());
        let text = edits.iter().fold(text.clone(), |text, edit| edit.apply(&text));
        let sources = [source("access", ACCESS.to_owned()), source(stem, text)];
        let (mistakes, text) = match api::read(&sources, false) {
            Err(Failure::Spec { mistakes, text }) => (mistakes, text),
            Err(Failure::Io(error)) => return Err(TestCaseError::fail(error.to_string())),
            Ok(api) => {
                let stem = module(stem);
                prop_assert!(emit::api(&api).keys().any(|path| path.ends_with(&stem)), "{} is generated", stem);
                return Ok(());
            }
        };
        prop_assert_eq!(mistakes, text.lines().filter(|line| line.starts_with("error[")).count());
        let places = places(&text);
        prop_assert_eq!(places.len(), mistakes, "every mistake has a place: {}", text);
        for (path, line, column) in places {
            prop_assert_eq!(&path, &sources[1].path, "{}", text);
            // The renderer counts the end of the file one column further than the end of a line.
            let length = sources[1].text.split('\n').nth(line - 1).map(|line| line.chars().count());
            prop_assert!(length.is_some_and(|length| column <= length + 2), "{}:{}: {}", line, column, text);
        }
    }
}

/// Returns the end of the paths of a spec file's generated files: `chatdata.archive` → `/chatdata/archive.rs`.
fn module(stem: &str) -> String {
    format!("/{}.rs", stem.replace('.', "/"))
}

/// Returns the places that a rendered report points at.
fn places(text: &str) -> Vec<(String, usize, usize)> {
    let arrows = text.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
    let places = arrows.filter_map(|place| {
        let mut parts = place.rsplitn(3, ':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        Some((parts.next()?.to_owned(), line, column))
    });
    places.collect()
}

/// Returns the texts of the real spec, by file stem.
fn real_specs() -> &'static [(String, String)] {
    static SPECS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    SPECS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("spec");
        let entries =
            fs::read_dir(folder).expect("the spec is there").map(|entry| entry.expect("it is read"));
        let mut specs: Vec<(String, String)> = entries
            .filter_map(|entry| {
                let stem = entry.file_name().to_str()?.strip_suffix(".yaml")?.to_owned();
                Some((stem, fs::read_to_string(entry.path()).ok()?))
            })
            .filter(|(stem, _)| stem != "access")
            .collect();
        // The smaller half of them, so that a case takes no longer as the spec grows.
        specs.sort_by_key(|(stem, text)| (text.len(), stem.clone()));
        specs.truncate((specs.len() / 2).max(4));
        specs
    })
}

/// A change of a text.
#[derive(Clone, Debug)]
enum Edit {
    Delete(Index, usize),
    DuplicateLine(Index),
    SwapLines(Index, Index),
    Insert(Index, String),
    /// Before the first character, after the last one, or in place of every newline.
    Begin(String),
    End(String),
    Newlines(&'static str),
}

fn edit() -> impl Strategy<Value = Edit> {
    let token = select(vec![
        "{",
        "}",
        "[",
        "]",
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        "?",
        "\"",
        "'",
        "\\",
        "\t",
        "\n",
        "\r",
        "\r\n",
        " ",
        "    ",
        "#",
        " #",
        ",",
        "|",
        ">",
        "|2\n",
        "!!str ",
        "!x ",
        "&a ",
        "*a ",
        "<<: ",
        "%",
        "@",
        "`",
        "---\n",
        "\n...\n",
        "~",
        "null",
        "true",
        "0x1F",
        "1e3",
        ".nan",
        "-0",
        "99999999999999999999",
        "\0",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\u{7f}",
        "\u{1}",
        "会",
        "é",
        "😀",
        "e\u{301}",
        "type",
        "list<",
        ">>",
        "T",
        "__",
        "_1",
        "gen",
    ]);
    let word = prop_oneof![
        10 => token.prop_map(str::to_owned),
        1 => Just("x".repeat(10_000)),
        1 => Just("[".repeat(300)),
        1 => Just("list<".repeat(200)),
    ];
    prop_oneof![
        4 => (any::<Index>(), 1..60_usize).prop_map(|(at, length)| Edit::Delete(at, length)),
        3 => any::<Index>().prop_map(Edit::DuplicateLine),
        3 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Edit::SwapLines(a, b)),
        8 => (any::<Index>(), word.clone()).prop_map(|(at, word)| Edit::Insert(at, word)),
        1 => word.clone().prop_map(Edit::Begin),
        1 => word.prop_map(Edit::End),
        1 => select(vec!["\r\n", "\r", "\n\n", "\n ", "\t\n"]).prop_map(Edit::Newlines),
    ]
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        match self {
            Self::Delete(at, length) => {
                let at = at.index(places.len());
                let end = places[(at + length).min(places.len() - 1)];
                format!("{}{}", &text[..places[at]], &text[end..])
            }
            Self::Insert(at, word) => {
                let (before, after) = text.split_at(places[at.index(places.len())]);
                format!("{before}{word}{after}")
            }
            Self::Begin(word) => format!("{word}{text}"),
            Self::End(word) => format!("{text}{word}"),
            Self::Newlines(newline) => text.replace('\n', newline),
            Self::DuplicateLine(_) | Self::SwapLines(..) if lines.is_empty() => String::new(),
            Self::DuplicateLine(line) => {
                let line = line.index(lines.len());
                lines.insert(line, lines[line]);
                lines.concat()
            }
            Self::SwapLines(a, b) => {
                let [a, b] = [a, b].map(|line| line.index(lines.len()));
                lines.swap(a, b);
                lines.concat()
            }
        }
    }
}
