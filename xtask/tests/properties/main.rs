//! What holds for every spec: a valid one generates Rust, and a damaged one is reported, never a panic.
//!
//! The cases are the same in every run; `PROPTEST_RNG_SEED=2` gives others, `PROPTEST_CASES=9999` more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use xtask::api;
use xtask::diff::{self, Change, Rule, Side, Spec};
use xtask::emit;
use xtask::spec::Failure;
use xtask::spec::names;
use xtask::spec::source::Source;
use xtask::spec::type_expr::{Generic, Scalar};
use xtask::spec::{Answer, KINDS, Place, Style, Token};

fn cases(cases: u32) -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let chosen = config.rng_seed != RngSeed::Random;
    let rng_seed = if chosen { config.rng_seed } else { RngSeed::Fixed(1) };
    let chosen = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if chosen { config.cases } else { cases };
    ProptestConfig { cases, rng_seed, ..config }
}

fn source(stem: &str, text: String) -> Source {
    Source { path: format!("spec/{stem}.yaml"), stem: stem.to_owned(), text }
}

/// Whether a type belongs into a section of a spec file.
type Belongs = fn(&Type) -> bool;

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn a_valid_spec_generates_the_same_rust_every_time(plan in plan()) {
        let yaml = Chapter::of(&plan).yaml();
        let sources = [source("zoo.cages", yaml.clone()), source("auth", AUTH.to_owned())];
        let generate = || match api::read(&sources, false) {
            Ok(api) => Ok(emit::api(&api)),
            Err(Failure::Spec { text, .. }) => Err(TestCaseError::fail(format!("{text}\n{yaml}"))),
            Err(Failure::Io(error)) => Err(TestCaseError::fail(error.to_string())),
        };
        let files = generate()?;
        prop_assert!(files.keys().any(|path| path.ends_with("zoo/cages.rs")));
        for (path, text) in &files {
            if let Err(error) = syn::parse_file(text) {
                return Err(TestCaseError::fail(format!("{path}: {error}\n{text}")));
            }
        }
        prop_assert_eq!(files, generate()?);
    }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn a_damaged_spec_is_reported_at_a_place_in_its_file(
        file in any::<Index>(),
        edits in vec(edit(), 1..4),
    ) {
        let (stem, text) = file.get(real_specs());
        let text = edits.iter().fold(text.clone(), |text, edit| edit.apply(&text));
        let sources = [source("auth", AUTH.to_owned()), source(stem, text)];
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
            // The renderer counts the end of the file as one column more than the end of a line.
            let length = sources[1].text.split('\n').nth(line - 1).map(|line| line.chars().count());
            prop_assert!(length.is_some_and(|length| column <= length + 2), "{}:{}: {}", line, column, text);
        }
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_spec_compared_with_itself_has_no_changes(plan in plan()) {
        let yaml = Chapter::of(&plan).yaml();
        let changes = diff::compare(&spec("zoo.cages", &yaml)?, &spec("zoo.cages", &yaml)?);
        prop_assert!(changes.is_empty(), "{:?}\n{}", changes, yaml);
    }

    #[test]
    fn what_is_added_on_the_way_there_is_removed_on_the_way_back(
        old in plan(),
        other in plan(),
        revisions in vec(revision(), 0..12),
        stem in select(vec!["zoo.cages", "zoo.cages", "zoo.aviary"]),
    ) {
        // Partly the same, so that there is something to recognise.
        let mut new = old.clone();
        for revision in &revisions {
            revision.apply(&mut new, &other);
        }
        let [old, new] = [&old, &new].map(|plan| Chapter::of(plan).yaml());
        let (base, head) = (spec("zoo.cages", &old)?, spec(stem, &new)?);
        let there = sorted(diff::compare(&base, &head).iter().map(|change| told(change, false)));
        let back = sorted(diff::compare(&head, &base).iter().map(|change| told(change, true)));
        prop_assert_eq!(&there, &back, "\n{}\n{}", old, new);
    }
}

/// Something that is done to a plan when its spec is revised.
#[derive(Clone, Debug)]
enum Revision {
    /// Something of a field of a request, a response or a struct.
    Field(Index, Index, &'static str),
    /// Another endpoint, or another name for one, or one less.
    Endpoint(Index, &'static str),
    /// Another type, in the place of one or besides, or one less.
    Type(Index, &'static str),
}

fn revision() -> impl Strategy<Value = Revision> {
    let field = select(vec!["optional", "limited", "type", "name", "remove", "add", "swap", "place"]);
    let endpoint = select(vec!["name", "remove", "add", "token", "answer", "paged", "ruled", "signed"]);
    let ty = select(vec!["remove", "add", "replace", "value"]);
    prop_oneof![
        5 => (any::<Index>(), any::<Index>(), field).prop_map(|(list, at, what)| Revision::Field(list, at, what)),
        2 => (any::<Index>(), endpoint).prop_map(|(at, what)| Revision::Endpoint(at, what)),
        1 => (any::<Index>(), ty).prop_map(|(at, what)| Revision::Type(at, what)),
    ]
}

impl Revision {
    /// What is new is taken from another plan.
    fn apply(&self, plan: &mut Plan, other: &Plan) {
        match self {
            Self::Field(list, at, what) => {
                let mut lists: Vec<&mut Vec<FieldPlan>> = Vec::new();
                for endpoint in &mut plan.endpoints {
                    lists.extend([&mut endpoint.request, &mut endpoint.response]);
                }
                lists.extend(plan.types.iter_mut().filter_map(|ty| match ty {
                    TypePlan::Struct(fields) => Some(fields),
                    _ => None,
                }));
                let list = list.index(lists.len());
                let others: Vec<&FieldPlan> = other
                    .endpoints
                    .iter()
                    .flat_map(|endpoint| endpoint.request.iter().chain(&endpoint.response))
                    .collect();
                revise_field(lists.swap_remove(list), *at, what, &others);
            }
            Self::Endpoint(at, what) => {
                revise_endpoint(&mut plan.endpoints, *at, what, at.get(&other.endpoints));
            }
            Self::Type(at, what) => revise_type(&mut plan.types, *at, what, &other.types),
        }
    }
}

fn revise_field(fields: &mut Vec<FieldPlan>, at: Index, what: &str, others: &[&FieldPlan]) {
    let other = (!others.is_empty()).then(|| (*at.get(others)).clone());
    if what == "add" || fields.is_empty() {
        fields.extend(other);
        return;
    }
    let at = at.index(fields.len());
    match (what, other) {
        ("optional", _) => fields[at].optional ^= true,
        ("limited", _) => fields[at].limited ^= true,
        ("type", Some(other)) => fields[at].ty = other.ty,
        ("name", Some(other)) => fields[at].name = other.name,
        ("place", Some(other)) => fields[at].place = other.place,
        ("swap", _) => fields.swap(0, at),
        _ => {
            fields.remove(at);
        }
    }
}

fn revise_endpoint(endpoints: &mut Vec<EndpointPlan>, at: Index, what: &str, other: &EndpointPlan) {
    let at = at.index(endpoints.len());
    let endpoint = &mut endpoints[at];
    match what {
        "name" => endpoint.name.clone_from(&other.name),
        "token" => endpoint.token = other.token,
        "answer" => endpoint.answer = other.answer,
        "paged" => endpoint.paged ^= true,
        "ruled" => endpoint.ruled ^= true,
        "signed" => endpoint.signed ^= true,
        "remove" if endpoints.len() > 1 => {
            endpoints.remove(at);
        }
        _ => endpoints.push(other.clone()),
    }
}

fn revise_type(types: &mut Vec<TypePlan>, at: Index, what: &str, others: &[TypePlan]) {
    let other = (!others.is_empty()).then(|| at.get(others).clone());
    let place = (!types.is_empty()).then(|| at.index(types.len()));
    match (what, place, other) {
        ("remove", Some(place), _) => {
            types.remove(place);
        }
        ("replace", Some(place), Some(other)) => types[place] = other,
        ("value", Some(place), _) => match &mut types[place] {
            TypePlan::Ints(values) if values.len() > 1 => drop(values.pop_first()),
            TypePlan::Strings(values) if values.len() > 1 => drop(values.pop_last()),
            TypePlan::Union { variants, .. } if variants.len() > 1 => drop(variants.pop()),
            TypePlan::Struct(fields) => drop(fields.pop()),
            _ => {}
        },
        (_, _, other) => types.extend(other),
    }
}

/// A change without its sentence: what happened, on which side, and where, if only one side has it.
type Told = (&'static str, Option<(Side, String, usize, usize)>);

/// A change; as it would be told on the way there, if it was on the way back.
fn told(change: &Change, back: bool) -> Told {
    // A field that is added has a name for each thing that this may mean.
    let name = match change.rule {
        Rule::RequestFieldAddedRequired | Rule::RequestFieldAddedOptional | Rule::ResponseFieldAdded => {
            "field-added"
        }
        other => other.name(),
    };
    let opposite = OPPOSITES
        .iter()
        .find_map(|(one, other)| if *one == name { Some(*other) } else { (*other == name).then_some(*one) });
    let one_sided = ["-added", "-removed"].iter().any(|end| name.ends_with(end));
    let side = if back && change.side == Side::Base {
        Side::Head
    } else if back {
        Side::Base
    } else {
        change.side
    };
    let place = one_sided.then(|| (side, change.file.clone(), change.line, change.column));
    (opposite.filter(|_| back).unwrap_or(name), place)
}

/// Rules that are each other's way back; the others are their own.
const OPPOSITES: &[(&str, &str)] = &[
    ("endpoint-added", "endpoint-removed"),
    ("enum-value-added", "enum-value-removed"),
    ("example-added", "example-removed"),
    ("family-added", "family-removed"),
    ("field-added", "field-removed"),
    ("field-now-optional", "field-now-required"),
    ("field-now-signed", "field-no-longer-signed"),
    ("limit-added", "limit-removed"),
    ("limit-tightened", "limit-loosened"),
    ("module-added", "module-removed"),
    ("pagination-added", "pagination-removed"),
    ("rule-added", "rule-removed"),
    ("sign-added", "sign-removed"),
    ("type-added", "type-removed"),
    ("type-now-received", "type-no-longer-received"),
    ("type-now-sent", "type-no-longer-sent"),
    ("variant-added", "variant-removed"),
];

fn sorted(told: impl Iterator<Item = Told>) -> Vec<Told> {
    // Who has no way back: a type gains `Check` with its first limit, which is told as that.
    let mut told: Vec<Told> = told.filter(|(name, _)| *name != "type-no-longer-checked").collect();
    told.sort_by_key(|told| format!("{told:?}"));
    told
}

fn spec(stem: &str, yaml: &str) -> Result<Spec, TestCaseError> {
    let sources = vec![source(stem, yaml.to_owned()), source("auth", AUTH.to_owned())];
    Spec::new(stem, sources, None, false).map_err(|error| TestCaseError::fail(format!("{}\n{yaml}", error.0)))
}

#[test]
fn the_plans_use_every_type_of_the_language() {
    let made: BTreeSet<&str> = SCALARS.iter().chain(FORM_SCALARS).chain(GENERICS).copied().collect();
    let all: BTreeSet<&str> = Scalar::KEYWORDS.iter().chain(Generic::KEYWORDS).copied().collect();
    assert_eq!(made, all, "teach `SCALARS`, `GENERICS` and `Chapter::value` the types that are new");
}

#[test]
fn no_keyword_becomes_a_bare_identifier() {
    // Strict and reserved, up to the edition of the generated crates.
    let keywords = "abstract as async await become box break const continue crate do dyn else enum extern false \
                    final fn for gen if impl in let loop macro match mod move mut override priv pub ref return \
                    self Self static struct super trait true try type typeof unsafe unsized use virtual where \
                    while yield";
    let bare = keywords.split(' ').filter(|word| names::ident(word) == *word);
    assert_eq!(bare.collect::<Vec<_>>(), [""; 0]);
}

/// How the generated files of a spec file end: `chatdata.archive` → `/chatdata/archive.rs`.
fn module(stem: &str) -> String {
    format!("/{}.rs", stem.replace('.', "/"))
}

/// The places that a rendered report points at.
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

// ---------------------------------------------------------------------------------------------------------------
// Damage
// ---------------------------------------------------------------------------------------------------------------

/// The texts of the real spec, by file stem.
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
            .filter(|(stem, _)| stem != "auth")
            .collect();
        // The smaller half of them, so that a case takes no longer as the spec grows.
        specs.sort_by_key(|(stem, text)| (text.len(), stem.clone()));
        specs.truncate((specs.len() / 2).max(4));
        specs
    })
}

/// Something that happens to a text.
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

// ---------------------------------------------------------------------------------------------------------------
// Valid specs
// ---------------------------------------------------------------------------------------------------------------

/// Another file, so that there are two.
const AUTH: &str = r#"title: 凭证
summary: The token.

endpoints:
  gettoken:
    title: 获取凭证
    summary: Gives a token.
    doc: { id: 1, page: 1 }
    call: GET /cgi-bin/gettoken
    token: none
    request:
      corpid: { type: string, doc: "Who asks." }
    examples:
      - request: |
          { "corpid": "ww1" }
        response: |
          { "errcode": 0, "errmsg": "ok" }
"#;

const SCALARS: &[&str] =
    &["string", "bool", "flag", "i32", "u32", "i64", "u64", "f64", "timestamp", "secret", "any"];

/// What only a form may hold.
const FORM_SCALARS: &[&str] = &["file"];

const GENERICS: &[&str] = &["list", "map", "json", "pipe", "csv", "or_text"];

/// What a spec is made from. It shrinks; [`Chapter`] makes it consistent.
#[derive(Clone, Debug)]
struct Plan {
    salt: usize,
    texts: Vec<String>,
    endpoints: Vec<EndpointPlan>,
    types: Vec<TypePlan>,
}

#[derive(Clone, Debug)]
struct EndpointPlan {
    name: String,
    sent: Sent,
    answer: &'static str,
    token: &'static str,
    paged: bool,
    ruled: bool,
    signed: bool,
    request: Vec<FieldPlan>,
    response: Vec<FieldPlan>,
}

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sent {
    Json,
    Query,
    Form,
    Xml,
}

#[derive(Clone, Debug)]
struct FieldPlan {
    name: String,
    optional: bool,
    limited: bool,
    place: &'static str,
    embed: bool,
    ty: TyPlan,
}

#[derive(Clone, Debug)]
enum TyPlan {
    Scalar(&'static str),
    Generic(&'static str, Box<TyPlan>),
    Named(Index),
}

#[derive(Clone, Debug)]
enum TypePlan {
    Struct(Vec<FieldPlan>),
    Ints(BTreeSet<i64>),
    Strings(BTreeSet<String>),
    Union { style: &'static str, ints: bool, tag: String, variants: Vec<(String, TyPlan)> },
}

fn plan() -> impl Strategy<Value = Plan> {
    (any::<usize>(), vec(text(), 1..6), vec(endpoint_plan(), 1..4), vec(type_plan(), 0..6))
        .prop_map(|(salt, texts, endpoints, types)| Plan { salt, texts, endpoints, types })
}

fn endpoint_plan() -> impl Strategy<Value = EndpointPlan> {
    let fields = || vec(field_plan(), 0..6);
    let sent = prop_oneof![3 => Just(Sent::Json), 2 => Just(Sent::Query), 1 => Just(Sent::Form), 1 => Just(Sent::Xml)];
    let answer = prop_oneof![Just("json"), select(Answer::KEYWORDS)];
    let flags = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.1));
    (name(), sent, answer, select(Token::KEYWORDS), flags, fields(), fields()).prop_map(
        |(name, sent, answer, token, (paged, ruled, signed), request, response)| EndpointPlan {
            name,
            sent,
            answer,
            token,
            paged,
            ruled,
            signed,
            request,
            response,
        },
    )
}

fn field_plan() -> impl Strategy<Value = FieldPlan> {
    let place = prop_oneof![2 => Just("body"), 1 => select(Place::KEYWORDS)];
    (name(), any::<bool>(), any::<bool>(), place, any::<bool>(), ty_plan()).prop_map(
        |(name, optional, limited, place, embed, ty)| FieldPlan { name, optional, limited, place, embed, ty },
    )
}

fn ty_plan() -> impl Strategy<Value = TyPlan> {
    let leaf = prop_oneof![
        3 => select(SCALARS).prop_map(TyPlan::Scalar),
        2 => any::<Index>().prop_map(TyPlan::Named),
    ];
    let nested = leaf.clone().prop_recursive(3, 4, 1, |inner| {
        (select(GENERICS), inner).prop_map(|(generic, inner)| TyPlan::Generic(generic, Box::new(inner)))
    });
    prop_oneof![leaf, nested]
}

fn type_plan() -> impl Strategy<Value = TypePlan> {
    let union = (select(Style::KEYWORDS), any::<bool>(), name(), vec((name(), ty_plan()), 1..4));
    prop_oneof![
        3 => vec(field_plan(), 0..5).prop_map(TypePlan::Struct),
        1 => prop::collection::btree_set(-9..=999_i64, 1..5).prop_map(TypePlan::Ints),
        1 => prop::collection::btree_set(text(), 1..5).prop_map(TypePlan::Strings),
        3 => union.prop_map(|(style, ints, tag, variants)| TypePlan::Union { style, ints, tag, variants }),
    ]
}

/// A wire name.
fn name() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "type",
        "self",
        "Self",
        "match",
        "crate",
        "super",
        "fn",
        "async",
        "try",
        "gen",
        "union",
        "true",
        "null",
        "yes",
        "None",
        "userId",
        "AgentID",
        "URL",
        "openUserID2",
        "v2",
        "x1y2z3",
        "value_uint32",
        "image-text",
        "a.b",
        "@type",
        "$ref",
        "2fa",
        "0",
        "会议室",
        "with space",
        "query",
        "check",
        "into",
        "clone",
        "out",
        "checker",
        "field",
        "name",
        "value",
        "other",
        "_private",
        "trailing_",
        "__",
        "A",
        "errcode_2",
    ]);
    prop_oneof![1 => odd.prop_map(str::to_owned), 1 => "[a-zA-Z][a-zA-Z0-9_-]{0,12}"]
}

/// A text for titles, descriptions and values.
fn text() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "The id.",
        "会议室的编号。",
        "A \"quoted\" word",
        "back\\slash\\",
        "/* a comment */",
        "// another",
        "# a heading",
        "key: value",
        "{ braces }",
        "[link](crate::zoo)",
        "`code`",
        "a \"# b \"## c",
        "tab\there",
        "emoji 😀",
        "'single'",
        "- a\n- list",
        "Two\nlines",
        "Two\n\nparagraphs",
        "```text\ncode {\n```",
        "    indented",
        "| a | b |\n|---|---|",
        "<b>bold</b>",
        "100%",
        "!",
        "&amp",
        "*star*",
        "null",
        "true",
        "1",
        "a\u{a0}b",
        "ends with a space ",
        "r#\"raw\"#",
        "e\u{301}",
        "a,b|c",
    ]);
    prop_oneof![2 => odd.prop_map(str::to_owned), 1 => "[a-zA-Z][a-zA-Z ,;'()-]{0,120}"]
}

/// A consistent file: names are unique, types are used, and no value is endless.
struct Chapter<'a> {
    plan: &'a Plan,
    endpoints: Vec<Endpoint>,
    types: Vec<Type>,
}

struct Endpoint {
    name: String,
    sent: Sent,
    answer: &'static str,
    /// Lines that say more of it, as they stand in the file.
    more: String,
    request: Vec<Field>,
    response: Vec<Field>,
}

#[derive(Clone)]
struct Field {
    wire: String,
    rename: Option<String>,
    optional: bool,
    /// Whether examples show it although they needn't, or the other way round.
    shown: Option<bool>,
    place: &'static str,
    embed: bool,
    limits: &'static str,
    ty: Ty,
}

/// A type, its name resolved to the position in [`Chapter::types`].
#[derive(Clone)]
enum Ty {
    Scalar(&'static str),
    Generic(&'static str, Box<Ty>),
    Named(usize),
}

enum Type {
    Struct(Vec<Field>),
    Ints(Vec<i64>),
    Strings(Vec<String>),
    Union { style: &'static str, ints: bool, tag: String, variants: Vec<Variant> },
}

struct Variant {
    tag: String,
    name: Option<String>,
    key: Option<String>,
    /// Whether the tag says everything: there is no content.
    bare: bool,
    ty: Ty,
}

impl<'a> Chapter<'a> {
    fn of(plan: &'a Plan) -> Self {
        let mut chapter = Self { plan, endpoints: Vec::new(), types: Vec::new() };
        // The last one first: what a type contains comes after it.
        for (index, ty) in plan.types.iter().enumerate().rev() {
            let ty = match ty {
                TypePlan::Struct(fields) => Type::Struct(chapter.fields(fields, Some(index), |_| true)),
                TypePlan::Ints(values) => Type::Ints(values.iter().copied().collect()),
                TypePlan::Strings(values) => Type::Strings(values.iter().cloned().collect()),
                TypePlan::Union { style, ints, tag, variants } => {
                    chapter.union(index, style, *ints, tag, variants)
                }
            };
            chapter.types.insert(0, ty);
        }
        let mut seen: BTreeSet<String> = names::RESERVED.iter().map(|name| (*name).to_owned()).collect();
        seen.extend((0..chapter.types.len()).map(type_name));
        for (index, endpoint) in plan.endpoints.iter().enumerate() {
            let name = &endpoint.name;
            let pascal = names::pascal(name);
            let clash = names::snake(name) != *name
                || !names::is_identifier(name)
                || !names::is_identifier(&pascal)
                || ["example", "snapshot"].contains(&name.as_str())
                || seen.contains(&pascal)
                || seen.contains(&format!("{pascal}Response"));
            let name = if clash { format!("call_{index}") } else { name.clone() };
            seen.extend([names::pascal(&name), format!("{}Response", names::pascal(&name))]);
            chapter.endpoints.push(chapter.endpoint(name, endpoint, index == 0));
        }
        chapter
    }

    /// The type with this number, of those that are made already.
    fn made(&self, index: usize) -> &Type {
        &self.types[index - (self.plan.types.len() - self.types.len())]
    }

    fn endpoint(&self, name: String, plan: &EndpointPlan, first: bool) -> Endpoint {
        let &EndpointPlan { sent, token, ruled, signed, .. } = plan;
        let answer = if first { "json" } else { plan.answer };
        let flat = |ty: &Ty| match ty {
            Ty::Scalar(scalar) => *scalar != "any",
            Ty::Generic(generic, _) => ["pipe", "csv"].contains(generic),
            Ty::Named(index) => matches!(self.made(*index), Type::Ints(_) | Type::Strings(_)),
        };
        let mut request = self.fields(&plan.request, None, |ty| sent == Sent::Json || flat(ty));
        for field in &mut request {
            if sent == Sent::Query || field.embed || !flat(&field.ty) {
                field.place = "body";
            }
        }
        let mut response = self.fields(&plan.response, None, |ty| answer != "xml" || flat(ty));
        response.retain(|field| {
            let unshown = answer == "file_or_json" && field.shown.is_some();
            answer != "file" && !unshown && !["errcode", "errmsg"].contains(&field.wire.as_str())
        });
        for field in &mut response {
            field.place = "body";
        }
        let (mut sends, mut gets) = (Vec::new(), Vec::new());
        let mut more = format!("    token: {token}\n    answer: {answer}\n");
        if sent == Sent::Form {
            more += "    body: multipart\n";
            sends.push(field("photo", Ty::Scalar("file"), false));
            sends.push(field("sketch", Ty::Scalar("file"), true));
        }
        if sent == Sent::Xml {
            more += "    body: xml\n    host: merchant\n";
        }
        if first {
            // Every type is used somewhere: this is where.
            let used = |index| {
                field(&format!("every_{index}"), Ty::Named(index), self.salt(index).is_multiple_of(2))
            };
            gets.extend((0..self.plan.types.len()).map(used));
        }
        if self.salt(0).is_multiple_of(3) {
            more += "    safe: true\n    rate: [{ calls: 5, per: second }, { calls: 100, per: day }]\n";
        }
        if ruled {
            more += "    rules:\n      - max_span: { from: rule_from, to: rule_to, days: 31 }\n      \
                     - exactly_one: [rule_a, rule_b]\n      - at_least_one: [rule_a, rule_c]\n      \
                     - at_most_one: [rule_b, rule_c]\n      \
                     - required_when: { field: rule_c, when: rule_when, is: [1, two, true] }\n";
            sends.push(field("rule_from", Ty::Scalar("timestamp"), false));
            sends.push(field("rule_to", Ty::Scalar("timestamp"), self.salt(1).is_multiple_of(2)));
            sends.push(Field { shown: Some(true), ..field("rule_a", Ty::Scalar("string"), true) });
            sends.push(Field { shown: Some(false), ..field("rule_b", Ty::Scalar("u32"), true) });
            sends.push(Field { shown: Some(true), ..field("rule_c", Ty::Scalar("bool"), true) });
            sends.push(field("rule_when", Ty::Scalar(["string", "u32", "bool"][self.salt(2) % 3]), false));
        }
        if signed {
            more += "    sign: { nonce: sign_nonce, ts: sign_ts, sig: sign_sig }\n";
            sends.push(field("sign_nonce", Ty::Scalar("string"), false));
            sends.push(field("sign_ts", Ty::Scalar("timestamp"), false));
            sends.push(field("sign_sig", Ty::Scalar("string"), false));
        }
        if plan.paged && answer == "json" {
            let cursor = Ty::Scalar(["string", "u32", "i64"][self.salt(3) % 3]);
            let counted = !self.salt(3).is_multiple_of(3) && self.salt(8).is_multiple_of(2);
            let start = ["cursor: page_cursor, next: page_next", "offset: page_cursor, limit: page_limit"]
                [usize::from(counted)];
            let rest = ["more", "end"][self.salt(9) % 2];
            let items = if counted || self.salt(10).is_multiple_of(2) { ", items: page_items" } else { "" };
            more += &format!("    pagination: {{ {start}, {rest}: page_more{items} }}\n");
            let whether = Ty::Scalar(["flag", "bool"][self.salt(4) % 2]);
            let items = Ty::Generic("list", Box::new(Ty::Scalar("any")));
            sends.push(field("page_limit", Ty::Scalar("u64"), self.salt(11).is_multiple_of(2)));
            sends.push(field("page_cursor", cursor.clone(), self.salt(12).is_multiple_of(2)));
            gets.push(field("page_next", cursor, self.salt(5).is_multiple_of(2)));
            gets.push(field("page_more", whether, self.salt(6).is_multiple_of(2)));
            gets.push(field("page_items", items, self.salt(7).is_multiple_of(2)));
        }
        request.extend(sends);
        response.extend(gets);
        Endpoint { name, sent, answer, more, request, response }
    }

    fn fields(&self, plans: &[FieldPlan], within: Option<usize>, fits: impl Fn(&Ty) -> bool) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let mut wires = BTreeSet::new();
        let mut rust_names = BTreeSet::from(["new".to_owned()]);
        for (index, plan) in plans.iter().enumerate() {
            // A quirk must be shown by an example, and a struct may happen to stand in none.
            let ty = match self.resolve(&plan.ty, within.map_or(0, |within| within + 1)) {
                Ty::Generic("or_text", inner) if within.is_some() => *inner,
                ty => ty,
            };
            let wire = plan.name.clone();
            let snake = names::snake(&wire);
            let rename = (!names::is_identifier(&snake) || rust_names.contains(&rust(&snake)))
                .then(|| format!("renamed_{index}"));
            let inner = self.wires(&ty, &wires);
            let embed = plan.embed && inner.is_some() && fields.iter().all(|field| !field.embed);
            let mut new = if embed { inner.unwrap_or_default() } else { BTreeSet::new() };
            new.insert(wire.clone());
            if !fits(&ty) || !wires.is_disjoint(&new) {
                continue;
            }
            wires.extend(new);
            rust_names.insert(rename.clone().unwrap_or_else(|| rust(&snake)));
            fields.push(Field {
                rename,
                optional: plan.optional && !embed,
                shown: matches!(ty, Ty::Generic("or_text", _)).then_some(true),
                place: if within.is_none() { plan.place } else { "body" },
                embed,
                limits: if plan.limited { limits(&ty) } else { "" },
                wire,
                ty,
            });
        }
        fields
    }

    /// The wire names that would stand among others if the type were embedded, where it can be.
    fn wires(&self, ty: &Ty, around: &BTreeSet<String>) -> Option<BTreeSet<String>> {
        let Ty::Named(index) = ty else { return None };
        let Type::Union { style, tag, variants, .. } = self.made(*index) else { return None };
        let mut wires = BTreeSet::new();
        match *style {
            "sibling" => {
                wires.insert(tag.clone());
                wires.extend(
                    variants.iter().map(|variant| variant.key.clone().unwrap_or(variant.tag.clone())),
                );
            }
            "oneof" => wires.extend(variants.iter().map(|variant| variant.tag.clone())),
            "flat" => {
                wires.insert(tag.clone());
                for variant in variants {
                    wires.extend(self.struct_wires(&variant.ty));
                }
            }
            _ => return None,
        }
        let reserved = ["errcode", "errmsg"].iter().any(|name| wires.contains(*name));
        (!reserved && wires.is_disjoint(around)).then_some(wires)
    }

    /// The wire names of a struct's fields, if the type is one.
    fn struct_wires(&self, ty: &Ty) -> BTreeSet<String> {
        let Ty::Named(index) = ty else { return BTreeSet::new() };
        let Type::Struct(fields) = self.made(*index) else { return BTreeSet::new() };
        let mut wires = BTreeSet::new();
        for field in fields {
            match self.wires(&field.ty, &BTreeSet::new()).filter(|_| field.embed) {
                Some(inner) => wires.extend(inner),
                None => wires.extend([field.wire.clone()]),
            }
        }
        wires
    }

    fn union(
        &self,
        index: usize,
        style: &'static str,
        ints: bool,
        tag: &str,
        plans: &[(String, TyPlan)],
    ) -> Type {
        let mut seen = BTreeSet::from(["Other".to_owned()]);
        let mut variants: Vec<Variant> = Vec::new();
        for (number, (name, ty)) in plans.iter().enumerate() {
            let ty = match style {
                "flat" => match self.a_struct(index + 1, number) {
                    Some(ty) if !self.struct_wires(&ty).contains(tag) => ty,
                    _ => continue,
                },
                _ => self.resolve(ty, index + 1),
            };
            let pascal = names::pascal(name);
            let mut variant = match style {
                "kind" => match KINDS.get(number) {
                    Some(kind) => Variant {
                        tag: (*kind).to_owned(),
                        name: None,
                        key: None,
                        bare: false,
                        ty: of_kind(kind),
                    },
                    None => continue,
                },
                _ => Variant { tag: name.clone(), name: None, key: None, bare: false, ty },
            };
            if ints && ["sibling", "flat"].contains(&style) {
                variant.tag = number.to_string();
                variant.name = Some(format!("V{number}"));
                variant.key = (style == "sibling").then(|| format!("{tag}_{number}"));
            } else if !variants.is_empty() && style == "sibling" && self.salt(number).is_multiple_of(4) {
                variant.name = Some(format!("Bare{number}"));
                variant.bare = true;
            } else if style != "kind" && (!names::is_identifier(&pascal) || name == tag) {
                continue;
            }
            let name = variant.name.clone().unwrap_or_else(|| names::pascal(&variant.tag));
            let new = variants.iter().all(|other| other.tag != variant.tag);
            if new && seen.insert(rust(&name)) {
                variants.push(variant);
            }
        }
        if variants.is_empty() {
            let only = Variant {
                tag: "only".to_owned(),
                name: None,
                key: None,
                bare: false,
                ty: Ty::Scalar("string"),
            };
            return Type::Union { style: "oneof", ints: false, tag: String::new(), variants: vec![only] };
        }
        Type::Union {
            style,
            ints: ints && ["sibling", "flat"].contains(&style),
            tag: tag.to_owned(),
            variants,
        }
    }

    /// A struct that comes no earlier than `first`.
    fn a_struct(&self, first: usize, salt: usize) -> Option<Ty> {
        let structs =
            (first..self.plan.types.len()).filter(|index| matches!(self.made(*index), Type::Struct(_)));
        let structs: Vec<usize> = structs.collect();
        (!structs.is_empty()).then(|| Ty::Named(structs[self.salt(salt) % structs.len()]))
    }

    /// A type that exists, and comes no earlier than `first`: what stands behind a list or a map may.
    fn resolve(&self, ty: &TyPlan, first: usize) -> Ty {
        match ty {
            TyPlan::Scalar(scalar) => Ty::Scalar(scalar),
            TyPlan::Generic(generic @ ("list" | "map"), inner) => match self.resolve(inner, 0) {
                Ty::Scalar("flag") => Ty::Generic(generic, Box::new(Ty::Scalar("bool"))),
                inner => Ty::Generic(generic, Box::new(inner)),
            },
            TyPlan::Generic("json", inner) => match &**inner {
                TyPlan::Generic("list" | "map", _) if first == 0 => {
                    Ty::Generic("json", Box::new(self.resolve(inner, 0)))
                }
                TyPlan::Generic(..) | TyPlan::Scalar("flag") => self.resolve(inner, first),
                inner => Ty::Generic("json", Box::new(self.resolve(inner, first))),
            },
            // Text is made only of what is text or a number.
            TyPlan::Generic(generic @ ("pipe" | "csv"), _) => {
                Ty::Generic(generic, Box::new(Ty::Scalar(["string", "u32", "i64"][self.salt(6) % 3])))
            }
            TyPlan::Generic(generic, _) => {
                Ty::Generic(generic, Box::new(Ty::Scalar(["u32", "timestamp", "f64"][self.salt(7) % 3])))
            }
            TyPlan::Named(index) => match self.plan.types.len().checked_sub(first) {
                None | Some(0) => Ty::Scalar("string"),
                Some(types) => Ty::Named(first + index.index(types)),
            },
        }
    }

    fn salt(&self, index: usize) -> usize {
        self.plan.salt.rotate_left(u32::try_from(index * 7 % 64).unwrap_or_default()) >> 3
    }

    /// A text, quoted.
    fn text(&self, index: usize) -> String {
        quoted(&self.plan.texts[(self.salt(index) ^ index) % self.plan.texts.len()])
    }

    fn yaml(&self) -> String {
        let mut yaml = format!("title: {}\nsummary: {}\n\nendpoints:\n", self.text(0), self.text(1));
        for (index, endpoint) in self.endpoints.iter().enumerate() {
            let Endpoint { name, sent, answer, more, request, response } = endpoint;
            let method = if *sent == Sent::Query { "GET" } else { "POST" };
            yaml += &format!(
                "  {}:\n    title: {}\n    summary: {}\n    notes: {}\n    doc: {{ id: {}, page: 7 }}\n    \
                 call: {method} /cgi-bin/zoo/call_{index}\n{more}",
                quoted(name),
                self.text(2),
                self.text(3),
                self.text(4),
                index + 10,
            );
            yaml += &format!("    request:{}", self.fields_yaml(request, 6));
            yaml += &format!("    response:{}    examples:\n", self.fields_yaml(response, 6));
            for example in 0..=self.salt(index) % 2 {
                let request = block(&self.object(request, 0, index + example));
                let file = *answer == "file" || (*answer == "file_or_json" && example == 0);
                let response = if file { a_file() } else { self.object(response, 0, index + example + 1) };
                yaml += &format!("      - request: {request}        response: {}", block(&response));
            }
        }
        let sections: [(&str, Belongs); 3] = [
            ("structs", |ty| matches!(ty, Type::Struct(_))),
            ("enums", |ty| matches!(ty, Type::Ints(_) | Type::Strings(_))),
            ("unions", |ty| matches!(ty, Type::Union { .. })),
        ];
        for (section, belongs) in sections {
            yaml += &format!("\n{section}:");
            let before = yaml.len();
            for (index, ty) in self.types.iter().enumerate().filter(|(_, ty)| belongs(ty)) {
                yaml += &format!("\n  {}:\n    doc: {}\n", type_name(index), self.text(index + 5));
                yaml += &self.type_yaml(ty);
            }
            if yaml.len() == before {
                yaml += " {}\n";
            }
        }
        yaml
    }

    fn type_yaml(&self, ty: &Type) -> String {
        let mut yaml = String::new();
        match ty {
            Type::Struct(fields) => yaml += &format!("    fields:{}", self.fields_yaml(fields, 6)),
            Type::Ints(values) => {
                yaml += "    repr: int\n    values:\n";
                for (index, value) in values.iter().enumerate() {
                    yaml += &format!("      {value}: V{index}\n");
                }
            }
            Type::Strings(values) => {
                yaml += "    repr: string\n    values:\n";
                for ((index, value), name) in
                    values.iter().enumerate().zip(["Type", "None", "Self", "V2", "Async"])
                {
                    let (value, doc) = (quoted(value), self.text(index));
                    yaml += &format!("      {value}: {{ name: {name}, doc: {doc} }}\n");
                }
            }
            Type::Union { style, ints, tag, variants } => {
                if *style != "sibling" {
                    yaml += &format!("    style: {style}\n");
                }
                if *ints {
                    yaml += "    repr: int\n";
                }
                if ["sibling", "flat"].contains(style) {
                    yaml += &format!("    tag: {}\n", quoted(tag));
                }
                yaml += "    variants:\n";
                for Variant { tag, name, key, bare, ty } in variants {
                    let (tag, ty) = (if *ints { tag.clone() } else { quoted(tag) }, ty_text(ty));
                    let more = |key: &str, value: &Option<String>| {
                        value.as_ref().map(|value| format!(", {key}: {}", quoted(value))).unwrap_or_default()
                    };
                    let (name, key) = (more("name", name), more("key", key));
                    if *bare {
                        yaml += &format!("      {tag}: {{ doc: Nothing else.{name} }}\n");
                    } else if name.is_empty() && key.is_empty() {
                        yaml += &format!("      {tag}: {ty}\n");
                    } else {
                        yaml += &format!("      {tag}: {{ type: {ty}{name}{key} }}\n");
                    }
                }
            }
        }
        yaml
    }

    fn fields_yaml(&self, fields: &[Field], indent: usize) -> String {
        if fields.is_empty() {
            return " {}\n".to_owned();
        }
        let mut yaml = "\n".to_owned();
        for (index, field) in fields.iter().enumerate() {
            let Field { wire, rename, optional, place, embed, limits, ty, .. } = field;
            let key = quoted(&format!("{wire}{}", if *optional { "?" } else { "" }));
            let rename = rename.as_ref().map(|rename| format!(", rename: {rename}")).unwrap_or_default();
            let place = if *place == "body" { String::new() } else { format!(", in: {place}") };
            let embed = if *embed { ", embed: true" } else { "" };
            let quirk = if matches!(ty, Ty::Generic("or_text", _)) { ", quirk: Shown as text." } else { "" };
            yaml += &format!(
                "{:indent$}{key}: {{ type: {}{rename}{place}{embed}{quirk}{limits}, doc: {} }}\n",
                "",
                quoted(&ty_text(ty)),
                self.text(index)
            );
        }
        yaml
    }

    fn object(&self, fields: &[Field], depth: usize, salt: usize) -> Value {
        let mut object = serde_json::Map::new();
        for (index, field) in fields.iter().enumerate() {
            let salt = salt + index;
            let shown = field.shown.unwrap_or(depth < 4 && !self.salt(salt).is_multiple_of(3));
            if field.optional && !shown {
                continue;
            }
            match self.value(&field.ty, depth, salt) {
                Value::Object(inner) if field.embed => object.extend(inner),
                value => object.extend([(field.wire.clone(), value)]),
            }
        }
        object.into()
    }

    /// A value of a type. Values inside lists and maps end at some depth, all others by their types.
    fn value(&self, ty: &Ty, depth: usize, salt: usize) -> Value {
        let number = self.salt(salt) % 100;
        match ty {
            Ty::Scalar("string" | "secret") => json!(self.plan.texts[number % self.plan.texts.len()]),
            Ty::Scalar("bool") => json!(number.is_multiple_of(2)),
            Ty::Scalar("flag") => [json!(0), json!(1), json!(true), json!(false)][number % 4].clone(),
            Ty::Scalar("f64") => [json!(number), json!(0.5)][number % 2].clone(),
            Ty::Scalar("timestamp") => json!(1_720_000_000),
            Ty::Scalar("any") => [json!(null), json!({ "any": [1, "2"] }), json!([])][number % 3].clone(),
            Ty::Scalar("file") => a_file(),
            Ty::Scalar(_) => json!(number),
            Ty::Generic("list", inner) => {
                let items = if depth > 2 { 0 } else { 1 + number % 2 };
                (0..items).map(|item| self.value(inner, depth + 1, salt + item)).collect()
            }
            Ty::Generic("map", inner) => {
                let items = if depth > 2 { 0 } else { 1 + number % 2 };
                let item = |item: usize| (format!("key {item}"), self.value(inner, depth + 1, salt + item));
                Value::Object((0..items).map(item).collect())
            }
            Ty::Generic("json", inner) => json!(self.value(inner, depth, salt).to_string()),
            Ty::Generic("pipe", _) => json!("1|2"),
            Ty::Generic("csv", _) => json!("1,2"),
            Ty::Generic("or_text", _) if number.is_multiple_of(2) => json!("not a value"),
            Ty::Generic(_, inner) => self.value(inner, depth, salt),
            Ty::Named(index) => match &self.types[*index] {
                Type::Struct(fields) => self.object(fields, depth + 1, salt),
                Type::Ints(values) => json!(values[number % values.len()]),
                Type::Strings(values) => json!(values[number % values.len()]),
                Type::Union { style, ints, tag, variants } => {
                    let variant = &variants[number % variants.len()];
                    let content = self.value(&variant.ty, depth + 1, salt);
                    let key = variant.key.as_ref().unwrap_or(&variant.tag);
                    let number = variant.tag.parse::<i64>().ok().filter(|_| *ints);
                    let name = number.map_or(json!(variant.tag), |number| json!(number));
                    match (*style, content) {
                        ("sibling", _) if variant.bare => json!({ tag: name }),
                        ("sibling", content) => json!({ tag: name, key: content }),
                        ("oneof", content) => json!({ key: content }),
                        ("flat", Value::Object(mut content)) => {
                            content.insert(tag.clone(), name);
                            content.into()
                        }
                        (_, content) => content,
                    }
                }
            },
        }
    }
}

fn field(wire: &str, ty: Ty, optional: bool) -> Field {
    Field {
        wire: wire.to_owned(),
        rename: None,
        optional,
        shown: None,
        place: "body",
        embed: false,
        limits: "",
        ty,
    }
}

/// A type whose values are of one kind of JSON.
fn of_kind(kind: &str) -> Ty {
    match kind {
        "bool" => Ty::Scalar("bool"),
        "number" => Ty::Scalar("f64"),
        "string" => Ty::Scalar("string"),
        "list" => Ty::Generic("list", Box::new(Ty::Scalar("any"))),
        "object" => Ty::Generic("map", Box::new(Ty::Scalar("u32"))),
        kind => panic!("which type is of the kind `{kind}`?"),
    }
}

fn a_file() -> Value {
    json!({ "name": "panda.png", "text": "not really a picture" })
}

/// JSON as the literal text of an example.
fn block(value: &Value) -> String {
    let pretty = serde_json::to_string_pretty(value).expect("JSON can be written");
    format!("|\n          {}\n", pretty.replace('\n', "\n          "))
}

/// A name as Rust has it, as far as two names may become the same.
fn rust(name: &str) -> String {
    names::ident(name).to_string().trim_start_matches("r#").to_owned()
}

fn type_name(index: usize) -> String {
    ["Box", "Kind", "Zoo", "F", "Serialize", "Iterator"][index % 6].to_owned() + ["", "B2"][index / 6 % 2]
}

fn ty_text(ty: &Ty) -> String {
    match ty {
        Ty::Scalar(scalar) => (*scalar).to_owned(),
        Ty::Generic(generic, inner) => format!("{generic}<{}>", ty_text(inner)),
        Ty::Named(index) => type_name(*index),
    }
}

fn limits(ty: &Ty) -> &'static str {
    match ty {
        Ty::Scalar("string" | "secret") => ", min_chars: 1, max_chars: 2000, max_bytes: 8000",
        Ty::Scalar("i32" | "i64" | "f64") => ", min: -5, max: 1000",
        Ty::Scalar("u32" | "u64") => ", min: 0, max: 1000",
        Ty::Generic("list" | "map" | "pipe" | "csv", _) => ", min_items: 0, max_items: 100",
        _ => "",
    }
}

/// A text as YAML reads it back.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text can be written")
}
