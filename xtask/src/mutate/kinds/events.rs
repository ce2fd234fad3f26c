//! Mistakes in the members that identify a document, and in the names of XML for the parts of a list.

use crate::drift::Cause;
use crate::mutate::edit::Edit;
use crate::mutate::kind::Make::{Document, Field};
use crate::mutate::kind::{Kind, mistyped};
use crate::mutate::site::{DocumentSite, FieldSite, Mutant};
use crate::spec::{Shown, Wire};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("wire-kind-mistyped", "its pages show it", Document(kind_mistyped)),
    Kind::new("wire-change-mistyped", "its pages show it", Document(change_mistyped)),
    Kind::new("wire-change-dropped", "its pages show it", Document(change_dropped)),
    Kind::new("wire-member", "its pages show it", Document(member)),
    Kind::new("wire-dropped", "its pages show it", Document(dropped)),
    Kind::new("wires-swapped", "the two have other fields", Document(swapped)),
    Kind::new("cause-wrong", "all rows of its pages name one cause", Document(cause_wrong)),
    Kind::new("item-dropped", "a page shows it", Field(item_dropped)),
    Kind::new("item-mistyped", "a page shows it", Field(item_mistyped)),
    Kind::new("aka-dropped", "a document of its own shows it", Field(aka_dropped)),
];

/// A mistake in one of the lines that identify a document; its examples change alike.
fn wire(
    site: &DocumentSite<'_>,
    (index, right): (usize, Wire<'_>),
    changed: &str,
    example: impl Fn(&str) -> String,
) -> Mutant {
    let at = site.path.key("wire").index(index);
    let mut edits = vec![Edit::Set(at.clone(), changed.into())];
    edits.extend(examples(site, |shown| Some(example(&shown.payload))));
    Mutant { at, change: changed.to_owned(), edits, said: is_shown(site, &right) }
}

/// The examples with other texts.
fn examples(site: &DocumentSite<'_>, text: impl Fn(&Shown) -> Option<String>) -> Vec<Edit> {
    let shown = site.document.definition.head.examples.iter().enumerate();
    let changed = shown.filter_map(|(index, shown)| Some((index, text(shown)?)));
    let path = site.path.key("examples");
    changed.map(|(index, text)| Edit::Set(path.index(index).key("payload"), text.into())).collect()
}

fn wires<'s>(site: &'s DocumentSite<'_>) -> impl Iterator<Item = (usize, Wire<'s>)> {
    let wires = site.document.definition.head.wire.iter().enumerate();
    wires.filter_map(|(index, wire)| Some((index, Wire::parse(wire)?)))
}

fn kind_mistyped(site: &DocumentSite<'_>) -> Vec<Mutant> {
    let mutants = wires(site).filter(|(_, of)| !of.kind.ends_with('*')).map(|(index, of)| {
        let typo = mistyped(of.kind);
        let changed = Wire { kind: &typo, ..of }.to_string();
        wire(site, (index, of), &changed, |text| text.replace(of.kind, &typo))
    });
    mutants.collect()
}

fn change_mistyped(site: &DocumentSite<'_>) -> Vec<Mutant> {
    let mutants = wires(site).filter_map(|(index, of)| {
        let change = of.change?;
        let typo = mistyped(change);
        let changed = Wire { change: Some(&typo), ..of }.to_string();
        Some(wire(site, (index, of), &changed, |text| text.replace(change, &typo)))
    });
    mutants.collect()
}

fn change_dropped(site: &DocumentSite<'_>) -> Vec<Mutant> {
    let mutants = wires(site).filter(|(_, of)| of.change.is_some()).map(|(index, of)| {
        let any = Wire { change: None, ..of }.to_string();
        wire(site, (index, of), &any, str::to_owned)
    });
    mutants.collect()
}

/// An event of an application is taken for one of a suite, or the reverse.
fn member(site: &DocumentSite<'_>) -> Vec<Mutant> {
    let all: Vec<&str> = site.document.definition.head.wire.iter().map(String::as_str).collect();
    let mutants = wires(site).filter_map(|(index, of)| {
        let text = of.to_string();
        let (from, to) = match of.key.keyword() {
            "Event" => ("Event", "InfoType"),
            "InfoType" => ("InfoType", "Event"),
            _ => return None,
        };
        let changed = text.replacen(from, to, 1);
        let tags = |text: &str| {
            let named = |name: &str| [format!("<{name}>"), format!("</{name}>")];
            let [[open, close], [other_open, other_close]] = [named(from), named(to)];
            let text = if to == "InfoType" { text.replace("MsgType>", "Type>") } else { text.to_owned() };
            text.replace(&open, &other_open).replace(&close, &other_close)
        };
        (!all.contains(&changed.as_str())).then(|| wire(site, (index, of), &changed, tags))
    });
    mutants.collect()
}

/// Returns whether the event's own pages show a document of this kind, or list the kind.
fn is_shown(site: &DocumentSite<'_>, wire: &Wire<'_>) -> bool {
    let ids: Vec<u32> = site.document.definition.head.doc.ids().collect();
    let mut pages = site.file.pages.iter().filter(|read| ids.contains(&read.page.id));
    let of = site.document;
    pages.any(|read| {
        let contents = &read.contents;
        let shown = if of.answers().is_some() { contents.shown(of) } else { contents.documents_of(&[*wire]) };
        !shown.is_empty()
    })
}

fn dropped(site: &DocumentSite<'_>) -> Vec<Mutant> {
    let path = site.path.key("wire");
    let several = site.document.definition.head.wire.len() > 1;
    let mutants = wires(site).filter(|_| several).map(|(index, of)| Mutant {
        at: path.index(index),
        change: format!("no {of}"),
        edits: vec![Edit::Remove(path.index(index)), Edit::Remove(site.path.key("examples"))],
        said: is_shown(site, &of),
    });
    mutants.collect()
}

/// Two neighboring documents exchange the members that identify them, their examples and their pages.
fn swapped(site: &DocumentSite<'_>) -> Vec<Mutant> {
    let all: Vec<_> =
        site.file.file.documents().filter(|of| of.section() == site.document.section()).collect();
    let next = all.iter().skip_while(|of| of.name != site.document.name).nth(1);
    let Some(next) = next else { return Vec::new() };
    let key = |document: &crate::spec::NamedDocument<'_>, key: &str| {
        crate::mutate::edit::get(site.file.value, &document.path().key(key)).cloned()
    };
    let own = &site.document;
    let edits = ["wire", "examples", "doc"].into_iter().filter_map(|name| {
        Some([
            Edit::Set(own.path().key(name), key(next, name)?),
            Edit::Set(next.path().key(name), key(own, name)?),
        ])
    });
    let names =
        |of: &crate::spec::NamedDocument<'_>| of.definition.fields.keys().cloned().collect::<Vec<String>>();
    vec![Mutant {
        at: site.path.clone(),
        change: format!("the member that distinguishes {} from others", next.name),
        edits: edits.flatten().collect(),
        said: names(own) != names(next),
    }]
}

/// An example shows that another person caused the event.
fn cause_wrong(site: &DocumentSite<'_>) -> Vec<Mutant> {
    let (system, person) = ("<FromUserName><![CDATA[sys]]>", "<FromUserName><![CDATA[lin.wei]]>");
    let shown = &site.document.definition.head.examples;
    let all_have = |cause: &str| !shown.is_empty() && shown.iter().all(|shown| shown.payload.contains(cause));
    let (from, to, cause) = match (all_have(system), all_have(person)) {
        (true, _) => (system, person, Cause::System),
        (_, true) => (person, system, Cause::Person),
        _ => return Vec::new(),
    };
    let wires: Vec<Wire<'_>> = site.document.definition.wires().collect();
    let ids: Vec<u32> = site.document.definition.head.doc.ids().collect();
    let pages = site.file.pages.iter().filter(|read| ids.contains(&read.page.id));
    let documents = pages.flat_map(|read| read.contents.documents_of(&wires));
    let causes = documents.flat_map(|of| Cause::all_in(&of.section.tables));
    let causes: Vec<Cause> = causes.collect();
    let edits = examples(site, |shown| Some(shown.payload.replace(from, to)));
    let said = !causes.is_empty() && causes.iter().all(|said| *said == cause);
    vec![Mutant { at: site.path.key("examples"), change: to.to_owned(), edits, said }]
}

/// Returns whether a page that shows the field has the element around the items of a list.
fn shows_item(site: &FieldSite<'_>, item: &str) -> bool {
    let element = format!("<{item}>");
    let mut documents = site.file.pages.iter().flat_map(|read| &read.contents.documents);
    !site.seen.values.is_empty() && documents.any(|of| of.text.contains(&element))
}

fn item_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let item = site.field.item.as_deref();
    let mutant = |item| {
        let edits = vec![Edit::Remove(site.path().key("item"))];
        site.mutant(format!("no item: {item}"), edits, shows_item(site, item))
    };
    item.map(mutant).into_iter().collect()
}

fn item_mistyped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let item = site.field.item.as_deref();
    let mutant = |item| {
        let typo = mistyped(item);
        let edits = vec![Edit::Set(site.path().key("item"), typo.as_str().into())];
        site.mutant(format!("item: {typo}"), edits, shows_item(site, item))
    };
    item.map(mutant).into_iter().collect()
}

fn aka_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let names = site.field.aka.iter().enumerate();
    let at = site.path().key("aka");
    let mutants = names.map(|(index, name)| {
        let edit = Edit::Remove(if site.field.aka.len() == 1 { at.clone() } else { at.index(index) });
        site.mutant(format!("no aka: {name}"), vec![edit], site.shows_member(name))
    });
    mutants.collect()
}
