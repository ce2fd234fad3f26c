//! Compares the schemas for editors with the project's spec and with the mistakes in `ui/`: what they accept and
//! reject agrees with `codegen`.

#[allow(dead_code, reason = "no text is compared here")]
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{files, folder, name, source};
use jsonschema::Validator;
use serde_json::{Map, Value};
use xtask::api;
use xtask::commands;
use xtask::spec::Failure;
use xtask::spec::load;
use xtask::spec::schema;
use xtask::spec::source::{Kind, Node, Source};

/// The codes of mistakes in the shape of a file, which a schema can detect. All others are about how parts of a spec
/// fit together, about the contents of texts (examples), or about YAML itself.
const SEEN: [&str; 17] = [
    "bad-call",
    "bad-date",
    "bad-enum-value",
    "bad-grants",
    "bad-identifier",
    "bad-rate",
    "bad-type",
    "empty-type",
    "envelope-field",
    "missing-description",
    "missing-example",
    "missing-key",
    "missing-page",
    "unknown-key",
    "unknown-value",
    "unseen-page",
    "wrong-kind",
];

/// Cases of other codes whose mistake is nevertheless one of shape.
const SEEN_TOO: [&str; 18] = [
    "bad_general_rate",
    "bad_general_rate.twice",
    "bad_limit.half_a_pattern",
    "bad_rule",
    "bad_rule.difference_without_limits",
    "bad_rule.empty_group",
    "bad_rule.no_limits",
    "bad_rule.no_values",
    "bad_rule.one_alone",
    "bad_rule.total_of_nothing",
    "bad_rule.total_without_bound",
    "bad_rule.two_in_one",
    "bad_union.kind",
    "bad_union.needless_tag",
    "bad_union.no_tag",
    "bad_wire",
    "bad_wire.none",
    "bad_wire.two_blanks",
];

/// Cases that no schema sees: of keys that might be in quotes, which is valid, and of what another place has.
const NOT_SEEN: [&str; 8] = [
    "bad_enum_value.null",
    "bad_enum_value.number_as_text",
    "bad_rate.impossible_value",
    "bad_rate.repeated",
    "bad_rate.shared_differently",
    "bad_type.another_unit", // what a description and a type say together
    "bad_type.unit_of_a_text",
    "unknown_key.deadline_of_a_reply", // events and replies have one schema
];

/// The schemas for chapters, error codes and general rates.
struct Schemas {
    chapter: Validator,
    codes: Validator,
    rates: Validator,
}

impl Schemas {
    fn new() -> Self {
        let [chapter, codes, rates] = schema::files().map(|(path, text)| {
            let schema = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
            jsonschema::draft202012::meta::validate(&schema)
                .unwrap_or_else(|error| panic!("{path}: {error}"));
            jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{path}: {error}"))
        });
        Self { chapter, codes, rates }
    }

    /// Returns the mistakes that the schema of a file detects; none if it isn't YAML or has a key twice.
    fn mistakes(&self, source: &Source) -> Vec<String> {
        let (Ok(tree), Ok(value)) = (Node::parse(&source.text), serde_yaml::from_str(&source.text)) else {
            return Vec::new();
        };
        if [xtask::spec::NAMES, xtask::spec::PAGES, xtask::spec::PHRASES].contains(&source.stem.as_str()) {
            return Vec::new(); // no chapter, and nothing that an editor completes
        }
        let schema = match source.stem.as_str() {
            xtask::spec::CODES => &self.codes,
            xtask::spec::RATES => &self.rates,
            _ => &self.chapter,
        };
        let instance = json(&tree, &value);
        schema.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

/// Returns a file as an editor passes it to a schema: keys are their text.
fn json(tree: &Node, value: &serde_yaml::Value) -> Value {
    match (&tree.kind, value) {
        (Kind::Mapping(entries), serde_yaml::Value::Mapping(values)) => {
            let entries = entries.as_slice();
            assert_eq!(entries.len(), values.len(), "both readers see the same keys");
            let entries = entries.iter().zip(values.values());
            let entry = |((key, tree), value): (&(Node, Node), _)| {
                let Kind::Scalar { value: key, .. } = &key.kind else { panic!("keys are scalars") };
                (key.clone(), json(tree, value))
            };
            Value::Object(entries.map(entry).collect::<Map<_, _>>())
        }
        (Kind::Sequence(items), serde_yaml::Value::Sequence(values)) => {
            items.iter().zip(values).map(|(tree, value)| json(tree, value)).collect()
        }
        _ => serde_json::to_value(value).expect("a scalar is JSON"),
    }
}

/// The cases of `ui/`, with their files.
fn cases() -> Vec<(String, Vec<PathBuf>)> {
    let entries = fs::read_dir(folder("ui")).expect("the cases are there");
    let paths = entries.map(|entry| entry.expect("the cases can be read").path());
    let mut cases: Vec<(String, Vec<PathBuf>)> = paths
        .filter_map(|path| {
            if path.is_dir() {
                return Some((name(&path).to_owned(), files(&path, ".yaml")));
            }
            Some((name(&path).strip_suffix(".yaml")?.to_owned(), vec![path]))
        })
        .collect();
    cases.sort();
    cases
}

/// The codes that the generator reports.
fn codes(sources: &[Source]) -> BTreeSet<String> {
    let Err(Failure::Spec { text, .. }) = api::read(sources, false) else {
        panic!("every case has a mistake");
    };
    let after = text.lines().filter_map(|line| line.strip_prefix("error["));
    after.filter_map(|rest| Some(rest.split_once(']')?.0.to_owned())).collect()
}

#[test]
fn every_file_of_the_spec_is_as_its_schema_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let sources = load::sources(&folder).expect("the spec can be read");
    assert!(sources.len() > 20, "the spec is there");
    let schemas = Schemas::new();
    let refused: Vec<String> = sources
        .iter()
        .flat_map(|source| {
            schemas.mistakes(source).into_iter().map(|mistake| format!("{}: {mistake}", source.path))
        })
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn a_schema_refuses_every_mistake_in_the_shape_of_a_file_and_no_other() {
    let schemas = Schemas::new();
    let mut wrong = Vec::new();
    let (mut refused, mut accepted) = (0, 0);
    for (case, files) in cases() {
        let sources: Vec<Source> = files.iter().map(|file| source(file)).collect();
        let of_shape = codes(&sources).iter().any(|code| SEEN.contains(&code.as_str()));
        let case = case.as_str();
        let expected = (of_shape || SEEN_TOO.contains(&case)) && !NOT_SEEN.contains(&case);
        let mistakes: Vec<String> = sources.iter().flat_map(|source| schemas.mistakes(source)).collect();
        let count = if mistakes.is_empty() { &mut accepted } else { &mut refused };
        *count += 1;
        if mistakes.is_empty() == expected {
            let what = if expected { "is accepted" } else { "is refused" };
            wrong.push(format!("{case} {what}\n  {}", mistakes.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 60 && accepted > 60, "{refused} refused, {accepted} accepted");
}

#[test]
fn cases_named_here_are_there() {
    let cases: BTreeSet<String> = cases().into_iter().map(|(case, _)| case).collect();
    for case in SEEN_TOO.iter().chain(&NOT_SEEN) {
        assert!(cases.contains(*case), "there is no case {case}");
    }
}

#[test]
fn what_was_written_is_current_and_what_was_changed_is_not() {
    let root = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(root.path().join("spec")).expect("a folder can be made");
    let all = schema::files().map(|(path, _)| path);
    let run = |check| commands::schema::run(root.path(), check).expect("the files can be written");
    assert_eq!(run(true), all);
    assert!(!root.path().join(all[0]).exists(), "a check writes nothing");
    assert_eq!(run(false), all);
    assert!(run(true).is_empty());
    fs::write(root.path().join(all[1]), "{}").expect("the file can be written");
    assert_eq!(run(true), all[1..2]);
}

#[test]
fn the_committed_schemas_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let stale = commands::schema::run(&root, true).expect("the files can be read");
    assert!(stale.is_empty(), "run `cargo xtask schema` for {stale:?}");
}
