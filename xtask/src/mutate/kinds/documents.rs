//! Mistakes in which page something comes from, in titles, in what differs on purpose, and in error codes.

use serde_yaml::Value;

use crate::drift::is_named;
use crate::mutate::edit::Edit;
use crate::mutate::kind::Make::{Codes, Field, File, Titled};
use crate::mutate::kind::{Kind, mistyped};
use crate::mutate::site::{CodesSite, FieldSite, FileSite, Mutant, TitledSite};
use crate::pages::phrases::{counted_numbers, may_be_absent, numbers_of, word_of};
use crate::spec::source::{Path, Step};
use crate::spec::{DriftRule, Section};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("title", "always: its last character is missing", Titled(title)),
    Kind::new("doc-id", "always", Titled(doc_id)),
    Kind::new("doc-page", "the page says its address", Titled(doc_page)),
    Kind::new("doc-title", "the page has the title", Titled(doc_title)),
    Kind::new("doc-updated", "the page says when it was changed", Titled(doc_updated)),
    Kind::new("doc-also-dropped", "it describes it, and the notes don't name it", Titled(also_dropped))
        .since("notes that name a document are as good, and an overview describes nothing"),
    Kind::new("deviation-needless", "always: nothing differs there", File(deviation_needless)),
    Kind::new("deviation-dropped", "the difference shows in the file itself", File(deviation_dropped))
        .since("each file is judged alone, and these accept what another file of the family says"),
    Kind::new("reason-false", "an example has the name", Field(reason_false)),
    Kind::new(
        "quirk-needless",
        "a table gives the type of what is no object, and doesn't say that it may be absent",
        Field(quirk_needless),
    )
    .since("a quirk may be about something else than the type: what is in an object, or when it is there"),
    Kind::new("misspelt-needless", "always: no page has the name", Field(misspelt_needless)),
    Kind::new("code-dropped", "always", Codes(code_dropped)),
    Kind::new("code-renumbered", "always", Codes(code_renumbered)),
    Kind::new("code-invented", "always", Codes(code_invented)),
    Kind::new("code-texts-exchanged", "the rows of the two say different things", Codes(codes_exchanged))
        .since("two codes with the same text, or with the same row, can't be distinguished"),
    Kind::new("code-number-changed", "the row counts with the number", Codes(code_number_changed))
        .since("the number is the spec's own wording"),
];

fn title(site: &TitledSite<'_>) -> Vec<Mutant> {
    let mut title: Vec<char> = site.title.chars().collect();
    title.pop();
    let title: String = title.into_iter().collect();
    if title.is_empty() {
        return Vec::new();
    }
    let at = site.path.key("title");
    let change = format!("title: {title}");
    vec![Mutant { edits: vec![Edit::Set(at.clone(), title.into())], at, change, said: true }]
}

fn doc(site: &TitledSite<'_>, key: &str, value: Value, said: bool) -> Mutant {
    let at = site.path.key("doc").key(key);
    let change = format!("{key}: {}", word_of(&value));
    Mutant { edits: vec![Edit::Set(at.clone(), value)], at, change, said }
}

fn doc_id(site: &TitledSite<'_>) -> Vec<Mutant> {
    let id = site.doc.id;
    id.map(|id| doc(site, "id", (id + 1).into(), true)).into_iter().collect()
}

fn doc_page(site: &TitledSite<'_>) -> Vec<Mutant> {
    let said = site.documented.iter().any(|(read, _)| !read.page.numbers.is_empty());
    vec![doc(site, "page", (site.doc.page + 1).into(), said)]
}

/// Cuts off the end of the page's title, or, if it has that of the operation, gives it another one.
fn doc_title(site: &TitledSite<'_>) -> Vec<Mutant> {
    let mut title: Vec<char> = site.doc.title.as_deref().unwrap_or(site.title).chars().collect();
    title.pop();
    let title: String = title.into_iter().collect();
    if title.is_empty() || site.doc.id.is_none() {
        return Vec::new();
    }
    vec![doc(site, "title", title.into(), true)]
}

fn doc_updated(site: &TitledSite<'_>) -> Vec<Mutant> {
    let Some(updated) = &site.doc.updated else { return Vec::new() };
    let other = if updated.ends_with('1') { "2" } else { "1" };
    let other = format!("{}{other}", &updated[..updated.len() - 1]);
    vec![doc(site, "updated", other.into(), true)]
}

fn also_dropped(site: &TitledSite<'_>) -> Vec<Mutant> {
    let also = &site.doc.also;
    let at = site.path.key("doc").key("also");
    let mutants = also.iter().enumerate().map(|(index, other)| Mutant {
        at: at.index(index),
        change: format!("no document {}", other.id.or(other.page).unwrap_or_default()),
        edits: vec![Edit::Remove(if also.len() == 1 { at.clone() } else { at.index(index) })],
        said: other.id.is_some_and(|id| describes(site, id)),
    });
    mutants.collect()
}

/// Returns whether a document describes more of an endpoint than its path, which nothing else does.
fn describes(site: &TitledSite<'_>, id: u32) -> bool {
    let page = |id: u32| site.file.pages.iter().find(|read| read.page.id == id);
    let described =
        site.documented.iter().any(|(read, section)| read.page.id == id && !section.tables.is_empty());
    described && page(id).is_some_and(|read| !is_named(read, site.doc.id.and_then(page), site.notes))
}

fn deviation_needless(site: &FileSite<'_>) -> Vec<Mutant> {
    let mut made = Vec::new();
    let taken = |at: &str| site.file.deviations.iter().any(|deviation| deviation.at == at);
    for field in site.fields().filter(FieldSite::is_known) {
        let owner = &field.list.0[1];
        let at = format!("{}.{}", Path(vec![owner.clone()]), field.wire);
        if field.list.0[0] == Step::Key(Section::Structs.key().to_owned()) && !taken(&at) {
            let deviation = [
                ("rule", DriftRule::FieldType.keyword()),
                ("at", at.as_str()),
                ("page", "string[]"),
                ("reason", "The page's example shows another type."),
            ];
            let deviation: Value = Value::Mapping(
                deviation.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            );
            made.push(field.mutant(
                format!("deviation from the type of {at}"),
                vec![Edit::Push(Path::of(["deviations"]), deviation)],
                true,
            ));
        }
    }
    made
}

fn deviation_dropped(site: &FileSite<'_>) -> Vec<Mutant> {
    let at = Path::of(["deviations"]);
    let mutants = site.file.deviations.iter().enumerate().map(|(index, deviation)| Mutant {
        at: at.index(index),
        change: format!("no {} at {}", deviation.rule.keyword(), deviation.at),
        edits: vec![Edit::Remove(at.index(index))],
        said: !site.needless.contains(format!("{} ({})", deviation.at, deviation.rule.keyword()).as_str()),
    });
    mutants.collect()
}

/// Gives a deviation from the type of a field that examples show the reason that none has it.
fn reason_false(site: &FieldSite<'_>) -> Vec<Mutant> {
    let owner = site.list.0.iter().skip(1).filter(|step| **step != Step::Key("fields".to_owned()));
    let at = format!("{}.{}", Path(owner.cloned().collect()), site.wire);
    let deviations = site.file.file.deviations.iter().enumerate();
    let about = deviations.filter(|(_, deviation)| deviation.at == at);
    let mutants = about.map(|(index, _)| {
        let path = Path::of(["deviations"]).index(index).key("reason");
        let edit = Edit::Set(path, "The page's example lacks it.".into());
        site.mutant("a false reason", vec![edit], !site.seen.values.is_empty())
    });
    mutants.collect()
}

fn quirk_needless(site: &FieldSite<'_>) -> Vec<Mutant> {
    if site.field.quirk.is_some() || !site.field.misspelt.is_empty() || site.field.embed {
        return Vec::new();
    }
    let quirk = Edit::Set(site.path().key("quirk"), "The page's example shows another type.".into());
    let typed = site.types().next().is_some() && site.seen.values.iter().any(|value| !value.is_null());
    // A quirk may say, too, that it is there when it shouldn't be.
    let promised = !site.docs().any(may_be_absent);
    let object = site.field.ty.name().is_some_and(|name| !site.file.file.enums.contains_key(name));
    vec![site.mutant("a quirk", vec![quirk], typed && promised && !object)]
}

fn misspelt_needless(site: &FieldSite<'_>) -> Vec<Mutant> {
    let typo = mistyped(site.wire);
    let known =
        site.fields.contains_key(&typo) || site.file.evidence.keys().any(|(_, at)| at.ends_with(&typo));
    if site.field.quirk.is_some() || !site.field.misspelt.is_empty() || site.field.embed || known {
        return Vec::new();
    }
    let edit = Edit::Set(site.path().key("misspelt"), Value::Sequence(vec![typo.as_str().into()]));
    vec![site.mutant(format!("misspelt: [{typo}]"), vec![edit], true)]
}

fn codes(site: &CodesSite<'_>, change: impl Fn(&Path, i64) -> Option<(String, Vec<Edit>)>) -> Vec<Mutant> {
    let at = Path::of(["codes"]);
    let codes = site.codes.codes.keys().filter_map(|code| Some((code, code.parse::<i64>().ok()?)));
    let mutants = codes.filter_map(|(code, number)| {
        let at = at.key(code);
        let (change, edits) = change(&at, number)?;
        Some(Mutant { at, change, edits, said: true })
    });
    mutants.collect()
}

fn code_dropped(site: &CodesSite<'_>) -> Vec<Mutant> {
    codes(site, |at, code| Some((format!("no {code}"), vec![Edit::Remove(at.clone())])))
}

/// The next number, if it is no code.
fn next(site: &CodesSite<'_>, code: i64) -> Option<String> {
    let next = (code + 1).to_string();
    (!site.codes.codes.contains_key(&next)).then_some(next)
}

fn code_renumbered(site: &CodesSite<'_>) -> Vec<Mutant> {
    codes(site, |at, code| {
        let next = next(site, code)?;
        Some((format!("{code} is {next}"), vec![Edit::Rename(at.clone(), next)]))
    })
}

/// Takes the text of a code for that of the next one.
fn codes_exchanged(site: &CodesSite<'_>) -> Vec<Mutant> {
    let at = Path::of(["codes"]);
    let rows = site.rows();
    let pairs = site.codes.codes.iter().zip(site.codes.codes.iter().skip(1));
    let mutants = pairs.map(|((one, first), (other, second))| {
        let text = |code: &str, text: &crate::spec::ErrorCode| {
            let at = at.key(code);
            let help = text.help.as_ref();
            let help = help
                .map_or(Edit::Remove(at.key("help")), |help| Edit::Set(at.key("help"), help.as_str().into()));
            vec![Edit::Set(at.key("doc"), text.doc.as_str().into()), help]
        };
        let row = |code: &str| rows.iter().find(|row| row.code.to_string() == code).map(|row| &row.words);
        let (change, at) = (format!("the texts of {one} and {other} exchanged"), at.key(one));
        let differ = row(one).is_some() && row(one) != row(other);
        let said = differ && (&first.doc, &first.help) != (&second.doc, &second.help);
        Mutant { at, change, edits: [text(one, second), text(other, first)].concat(), said }
    });
    mutants.collect()
}

/// Changes a number in the text of a code.
fn code_number_changed(site: &CodesSite<'_>) -> Vec<Mutant> {
    let rows = site.rows();
    let mutants = site.codes.codes.iter().flat_map(|(code, of)| {
        let at = Path::of(["codes"]).key(code);
        let texts = [("doc", Some(&of.doc)), ("help", of.help.as_ref())];
        let row = rows.iter().find(|row| row.code.to_string() == *code);
        let texts = texts.into_iter().filter_map(|(key, text)| Some((at.key(key), text?)));
        let numbers = texts.flat_map(|(path, text)| {
            numbers_of(text).into_iter().map(move |number| (path.clone(), text, number))
        });
        let mutants = numbers.filter_map(move |(path, text, number)| {
            let other = (number.parse::<i64>().ok()? + 7).to_string();
            let plain = text.replace(',', "");
            let changed = plain.replacen(&number, &other, 1);
            let said = row.is_some_and(|row| counted_numbers(&row.words).contains(&number));
            let edits = vec![Edit::Set(path.clone(), changed.into())];
            Some(Mutant { at: path, change: format!("{number} is {other}"), edits, said })
        });
        mutants.collect::<Vec<Mutant>>()
    });
    mutants.collect()
}

fn code_invented(site: &CodesSite<'_>) -> Vec<Mutant> {
    let highest =
        site.codes.codes.keys().filter_map(|code| code.parse::<i64>().ok()).max().unwrap_or_default();
    let code = (highest + 1).to_string();
    let at = Path::of(["codes"]).key(&code);
    let value = [("name", "NO_TEA_LEFT"), ("doc", "There is no tea left.")];
    let value = Value::Mapping(value.into_iter().map(|(key, value)| (key.into(), value.into())).collect());
    vec![Mutant {
        at: at.clone(),
        change: format!("{code} added"),
        edits: vec![Edit::Set(at, value)],
        said: true,
    }]
}
