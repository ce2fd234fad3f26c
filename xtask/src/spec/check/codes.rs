//! Checks of error codes: those that any endpoint may return, and those of single endpoints.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::is_integer;
use super::deviations;
use crate::spec::diagnostic::{At, Diagnostics, Reporter};
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::{Path, Source};
use crate::spec::{CODES, Codes, ErrorCode, Section, Spec};

const HELP: &str = "give each code a name of its own";

pub(super) fn check(spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    if let Some(table) = &spec.codes {
        self::table(table, sources, diagnostics);
    }
    of_endpoints(spec, diagnostics);
}

fn table(table: &Codes, sources: &[Source], diagnostics: &mut Diagnostics) {
    let mut report = diagnostics.reporter(table.source, &table.root);
    report.alone(sources, table.source);
    report.page_of_table(&table.title, &table.summary, &table.doc);
    let top = Path::default();
    let codes = top.key("codes");
    let mut rust_names = vec![(codes.clone(), "CODES".to_owned(), "the table of all codes")];
    let mut taken = Guesses::default();
    for (number, code) in &table.codes {
        let at = codes.key(number);
        report.code(&at, number, code);
        if let Some(name) = &code.name {
            // Equal names collide as the names of constants, below.
            let other = taken.insert(number, name);
            report.look_alike(&at, number, name, other.filter(|other| other != name));
        }
        match &code.name {
            Some(name) => rust_names.push((at, name.clone(), number.as_str())),
            None => report.unnamed(Mistake::MissingKey, &at, number),
        }
    }
    deviations::check(&mut report, &table.deviations, ["codes"].into_iter());
    report.collisions(rust_names, HELP);
}

/// Checks that a code has the same name in every endpoint that returns it.
fn of_endpoints(spec: &Spec, diagnostics: &mut Diagnostics) {
    let table = spec.codes.as_ref().map(|table| &table.codes);
    let named = |number: &String| table?.get(number)?.name.as_deref();
    let mut taken = Guesses::default();
    taken.insert("", "CODES");
    for (number, code) in table.into_iter().flatten() {
        code.name.as_ref().map(|name| taken.insert(number, name));
    }
    let mut own: BTreeMap<&str, &str> = BTreeMap::new();
    for file in &spec.files {
        let mut report = diagnostics.reporter(file.source, &file.root);
        let codes = file.endpoints.iter().flat_map(|(name, endpoint)| {
            let at = Section::Endpoints.entry(name).key("codes");
            endpoint.codes.iter().map(move |(number, code)| (at.key(number), number, code))
        });
        for (at, number, code) in codes {
            report.code(&at, number, code);
            match (named(number), &code.name) {
                (Some(name), Some(_)) => {
                    let message = format!("{number} is `{name}` in {CODES}.yaml");
                    report
                        .error(Mistake::CodeName, At::Value(&at.key("name")), message)
                        .label("leave it out");
                }
                (Some(_), None) => {}
                (None, None) => report.unnamed(Mistake::CodeName, &at, number),
                (None, Some(name)) => match own.get(number.as_str()) {
                    Some(first) if first != name => {
                        let message = format!("{number} is `{first}` elsewhere");
                        report
                            .error(Mistake::CodeName, At::Value(&at.key("name")), message)
                            .label("another name")
                            .help("a code has one name everywhere; put its meaning here into `doc`");
                    }
                    Some(_) => {}
                    None => {
                        let other = taken.insert(number, name);
                        report.look_alike(&at, number, name, other);
                        own.insert(number, name);
                    }
                },
            }
        }
    }
}

/// Words that people confuse when they guess the name of a code, each group with the word that represents it.
const ALIKE: &[(&str, &[&str])] = &[
    ("AGENT", &["AGENTID", "APP"]),
    ("CHAT", &["CHATID"]),
    ("CORP", &["COMPANY", "CORPID"]),
    ("DEPARTMENT", &["PARTY", "PARTYID"]),
    ("FOUND", &["EXIST", "EXISTING"]),
    ("INVALID", &["BAD", "ILLEGAL", "INCORRECT", "MALFORMED", "WRONG"]),
    ("MEDIA", &["MEDIAID"]),
    ("MEMBER", &["USER", "USERID"]),
    ("MISSING", &["EMPTY", "REQUIRED"]),
    ("PARAMETER", &["ARGUMENT", "PARAM"]),
    ("TAG", &["TAGID"]),
];

/// The names that people may guess for those seen so far, each with the name it belongs to.
#[derive(Default)]
struct Guesses<'a>(BTreeMap<String, Guessed<'a>>);

struct Guessed<'a> {
    name: &'a str,
    numbered: bool,
}

impl<'a> Guesses<'a> {
    /// Adds the name of a code, and returns another code's name that people may take for it. Two names that end in the numbers of their codes are distinguished
    /// by those; but a guess of the words alone would be the only one of them without a number.
    fn insert(&mut self, number: &str, name: &'a str) -> Option<&'a str> {
        let words = unnumbered(number, name);
        let numbered = words != name;
        let others = guesses(words).map(|guess| self.0.insert(guess, Guessed { name, numbered }));
        let mut others = others.into_iter().flatten().filter(|other| !(numbered && other.numbered));
        others.next().map(|other| other.name)
    }
}

/// Returns a name without the number of its code, which nobody guesses.
fn unnumbered<'a>(number: &str, name: &'a str) -> &'a str {
    name.strip_suffix(number).and_then(|name| name.strip_suffix('_')).unwrap_or(name)
}

/// Returns a name without what people forget: once without underscores, and once without the order of its words, repeated words, `ID`, and the
/// difference between words that are alike.
fn guesses(name: &str) -> [String; 2] {
    let words = name.split('_').filter(|word| *word != "ID");
    let words: BTreeSet<&str> = words
        .map(|word| ALIKE.iter().find(|(_, alike)| alike.contains(&word)).map_or(word, |(one, _)| *one))
        .collect();
    [squeezed(name), words.into_iter().collect::<Vec<&str>>().join(" ")]
}

fn squeezed(name: &str) -> String {
    name.replace('_', "")
}

impl Reporter<'_> {
    /// Reports a name that is equal to another code's, or differs from it only by what people forget.
    fn look_alike(&mut self, at: &Path, number: &str, name: &str, other: Option<&str>) {
        let Some(other) = other else { return };
        let (message, help) = if other == name {
            (format!("`{name}` is another code"), HELP)
        } else if squeezed(other) == squeezed(name) {
            (format!("`{name}` differs from `{other}`, another code, only by underscores"), HELP)
        } else {
            (
                format!("`{name}` is easily confused with `{other}`, which is another code"),
                if unnumbered(number, name) == name {
                    "say what distinguishes it, or add their numbers to both names"
                } else {
                    "say what distinguishes it, or add the other one's number to its name, too"
                },
            )
        };
        self.error(Mistake::NameCollision, At::Value(&at.key("name")), message).label("collides").help(help);
    }

    fn code(&mut self, at: &Path, number: &str, code: &ErrorCode) {
        if !is_integer(number) {
            let message = format!("`{number}` is not an integer");
            self.error(Mistake::WrongKind, At::Key(at), message).label("an `errcode` is an integer");
        }
        if let Some(name) = code.name.as_ref().filter(|name| !names::is_screaming(name)) {
            let better = names::snake(name).to_ascii_uppercase();
            self.error(
                Mistake::BadIdentifier,
                At::Value(&at.key("name")),
                format!("`{name}` is not SCREAMING_SNAKE_CASE"),
            )
            .label("a constant's name")
            .help_if(names::is_screaming(&better).then(|| format!("write `{better}`")));
        }
        self.described(&at.key("doc"), &code.doc);
        if let Some(help) = &code.help {
            self.described(&at.key("help"), help);
        }
    }

    fn unnamed(&mut self, mistake: Mistake, at: &Path, number: &str) {
        self.error(mistake, At::Key(at), format!("the code {number} has no name"))
            .label("needs `name`")
            .help("name what is wrong, and of what, in SCREAMING_SNAKE_CASE: `TEMPLATE_LIMIT_EXCEEDED`");
    }
}
