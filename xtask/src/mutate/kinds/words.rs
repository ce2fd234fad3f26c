//! Mistakes in the descriptions of an endpoint, and in facts that its pages state only in words.

use crate::mutate::edit::Edit;
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::{Endpoint, Field};
use crate::mutate::site::{EndpointSite, FieldSite, Mutant};
use crate::pages::phrases::{self, numbers_of};
use crate::spec::LimitKind;

pub(super) const KINDS: &[Kind] = &[
    Kind::new("note-number-changed", "the page has the number, or the day", Endpoint(number_changed)),
    Kind::new("doc-number-changed", "a row of the field has the number", Field(doc_number_changed)),
    Kind::new("note-dropped", "the page names what it names in Chinese, or the day", Endpoint(note_dropped)),
    Kind::new("permission-dropped", "the page's permissions name it in quotes", Endpoint(permission_dropped)),
    Kind::new("negation-dropped", "a row of the field denies something", Field(negation_dropped)),
    Kind::new("app-admitted", "the page's permissions rule that kind of app out", Endpoint(app_admitted))
        .since("where the page doesn't name an app, the notes may"),
    Kind::new("unit-wrong", "a description states one unit", Field(unit_wrong)),
    Kind::new("range-in-brackets", "a description has a range in brackets", Field(brackets)),
];

/// Creates a mutant with other notes.
fn notes(site: &EndpointSite<'_>, change: String, notes: String, said: bool) -> Mutant {
    Mutant { change, ..site.key("notes", Some(notes.into()), said) }
}

fn number_changed(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let Some(text) = site.endpoint.head.notes.as_deref() else { return Vec::new() };
    let mutants = numbers_of(text).into_iter().filter_map(|number| {
        let other = match number.rsplit_once('-') {
            Some((month, _)) => format!("{month}-29"),
            None => (number.parse::<i64>().ok()? + 7).to_string(),
        };
        let said = site.says(&number) || site.says_day(&number);
        let changed = text.replacen(&number, &other, 1);
        (changed != text).then(|| notes(site, format!("{number} is {other}"), changed, said))
    });
    mutants.collect()
}

/// Changes a number in the description of a field.
fn doc_number_changed(site: &FieldSite<'_>) -> Vec<Mutant> {
    let doc = &site.field.doc;
    let mutants = numbers_of(doc).into_iter().filter_map(|number| {
        let other = (number.parse::<i64>().ok()? + 7).to_string();
        let changed = doc.replacen(&number, &other, 1);
        let edit = Edit::Set(site.path().key("doc"), changed.as_str().into());
        let said = site.says(&number);
        (changed != *doc).then(|| site.mutant(format!("{number} is {other}"), vec![edit], said))
    });
    mutants.collect()
}

/// Returns the paragraphs of a text.
fn paragraphs(text: &str) -> Vec<&str> {
    text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).collect()
}

/// Returns all texts but one.
fn without<'a>(texts: &[&'a str], index: usize) -> Vec<&'a str> {
    [&texts[..index], &texts[index + 1..]].concat()
}

/// Returns the Chinese words of a text.
fn chinese(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !('\u{4e00}'..='\u{9fff}').contains(&c));
    words.filter(|word| word.chars().count() > 1).collect()
}

fn note_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let Some(text) = site.endpoint.head.notes.as_deref() else { return Vec::new() };
    let all = paragraphs(text);
    let mutants = all.iter().enumerate().map(|(index, gone)| {
        let rest = without(&all, index).join("\n\n");
        let named = chinese(gone).iter().any(|name| !rest.contains(name) && site.asks_for(name));
        let dated = numbers_of(gone).iter().any(|number| site.says_day(number));
        notes(site, format!("no paragraph {}", index + 1), rest, named || dated)
    });
    mutants.collect()
}

/// Removes the sentence with a permission.
fn permission_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let Some(text) = site.endpoint.head.notes.as_deref() else { return Vec::new() };
    let sentences: Vec<&str> = text.split_inclusive(". ").collect();
    let mutants = sentences.iter().enumerate().filter(|(_, sentence)| !chinese(sentence).is_empty()).map(
        |(index, gone)| {
            let rest = without(&sentences, index).concat();
            let said = chinese(gone).iter().any(|name| !rest.contains(name) && site.asks_for(name));
            notes(site, format!("no sentence with {}", chinese(gone).join(", ")), rest, said)
        },
    );
    mutants.collect()
}

/// Negations, each with what is left without them.
const NEGATIONS: [(&str, &str); 10] = [
    ("can't ", "can "),
    ("Can't ", "Can "),
    ("doesn't ", "does "),
    ("isn't ", "is "),
    ("aren't ", "are "),
    ("don't ", "do "),
    (" not ", " "),
    ("Only ", ""),
    (" only ", " "),
    ("Not ", ""),
];

/// Removes the only negation of a description, so that it says the opposite.
fn negation_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let doc = &site.field.doc;
    let dropped = NEGATIONS.iter().find(|(negation, _)| doc.contains(negation));
    let Some((negation, rest)) = dropped else { return Vec::new() };
    let changed = doc.replacen(negation, rest, 1);
    let rows = &site.seen.rows;
    let said = !rows.is_empty()
        && rows.iter().all(|row| phrases::denies(&row.doc))
        && !phrases::is_negative(&changed);
    let edit = Edit::Set(site.path().key("doc"), changed.as_str().into());
    vec![site.mutant(format!("no `{}`", negation.trim()), vec![edit], said)]
}

/// Lets a kind of app call that can't.
fn app_admitted(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let text = site.endpoint.head.notes.as_deref().unwrap_or_default();
    let excluded = site.documented.iter().flat_map(|(read, section)| {
        phrases::excluded_apps(read.contents.lines_about(section, &read.page).map(|(line, _)| line))
    });
    let excluded: std::collections::BTreeSet<&str> = excluded.collect();
    let mutants = excluded.into_iter().filter(|app| !phrases::admits(text, app)).map(|app| {
        let added = format!("{text}\n\nIn fact, {app} apps can call it.");
        notes(site, format!("for {app} apps"), added, true)
    });
    mutants.collect()
}

/// Takes the unit of a time for another one.
fn unit_wrong(site: &FieldSite<'_>) -> Vec<Mutant> {
    let doc = &site.field.doc;
    let pairs = [
        ("in milliseconds", "in seconds"),
        ("in seconds", "in milliseconds"),
        ("in minutes", "in seconds"),
        ("in hours", "in minutes"),
    ];
    let Some((own, other)) = pairs.into_iter().find(|(own, _)| doc.contains(own)) else { return Vec::new() };
    let said = site.docs().any(|doc| phrases::unit(doc).is_some());
    let edit = Edit::Set(site.path().key("doc"), doc.replace(own, other).into());
    vec![site.mutant(format!("{other} instead of {own}"), vec![edit], said)]
}

/// Includes the end of a range that is excluded, or vice versa.
fn brackets(site: &FieldSite<'_>) -> Vec<Mutant> {
    let limits = site.field.limits.iter().filter(|limit| {
        matches!(
            limit.kind,
            LimitKind::Max | LimitKind::Min | LimitKind::ExclusiveMax | LimitKind::ExclusiveMin
        )
    });
    let said = site.docs().any(|doc| {
        let opened = doc.split_once(['[', '［', '【']).map(|(_, rest)| rest);
        opened.is_some_and(|rest| rest.contains(')') || rest.contains(']') || rest.contains('）'))
    });
    let mutants = limits.filter(|_| said).filter_map(|limit| {
        let number = limit.as_number()?.as_i64()?;
        let edit = Edit::Set(site.path().key(limit.kind.key()), (number + 1).into());
        Some(site.mutant(format!("{}: {}", limit.kind.key(), number + 1), vec![edit], true))
    });
    mutants.collect()
}
