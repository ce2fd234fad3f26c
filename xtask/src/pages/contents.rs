//! The contents of a page: its endpoints, each with its tables, its examples and the prose around them.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::codes::{CodeRow, ToldCode};
use super::json_repair::Repair;
use super::markup::{mentions, plain};
use super::page::Page;
use super::phrases::{self, Claim, Requirements};
use super::table::Table;
use crate::spec::{Body, NamedDocument, Part, Wire, payload};

/// The contents of a page.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// 最后更新, as `2024-07-16`.
    pub updated: Option<String>,
    /// Its endpoints, in its order, each once.
    pub sections: Vec<Section>,
    /// The documents that it shows, which are no sides of a call.
    pub documents: Vec<Occurrence>,
    /// The documents that answer one of them, and don't say what they are.
    pub answers: Vec<Answer>,
    /// The tables of named objects and types, of all endpoints.
    pub named: Vec<Table>,
    /// The tables of a page without endpoints and documents: an appendix about a field of others.
    pub appended: Vec<Table>,
    /// The error codes in its text, of any endpoint.
    pub told: Vec<ToldCode>,
    /// The bodies that can't be read.
    pub unreadable: Vec<Unreadable>,
    pub(super) rates: OnceLock<Vec<(u64, &'static str)>>,
}

impl Contents {
    /// Returns all rates that the page mentions, for whichever endpoint.
    pub(crate) fn rates(&self) -> &[(u64, &'static str)] {
        self.rates.get_or_init(|| {
            let shared = self.sections.first().map(|section| &section.shared.lines);
            let own = self.sections.iter().flat_map(|section| &section.prose);
            let lines = own.chain(shared.into_iter().flatten());
            lines.filter_map(|line| phrases::rates(line)).flatten().collect()
        })
    }

    /// Returns the documents of some kinds: those that say so of themselves, or else those whose tables list such a kind
    /// among others.
    pub(crate) fn documents_of(&self, wires: &[Wire<'_>]) -> Vec<&Occurrence> {
        let says =
            |shown: &&Occurrence| shown.told().is_some_and(|told| wires.iter().any(|wire| wire.takes(&told)));
        let lists = |shown: &&Occurrence| wires.iter().any(|wire| shown.lists(wire));
        let own: Vec<&Occurrence> = self.documents.iter().filter(says).collect();
        if own.is_empty() { self.documents.iter().filter(lists).collect() } else { own }
    }

    /// Returns what the page shows of a document.
    pub(crate) fn shown(&self, of: NamedDocument<'_>) -> Vec<&Occurrence> {
        let Some(wire) = of.answers() else {
            return self.documents_of(&of.definition.wires().collect::<Vec<Wire<'_>>>());
        };
        let is_asked = |answer: &&Answer| payload::told(&answer.to).is_some_and(|told| wire.takes(&told));
        self.answers.iter().filter(is_asked).map(|answer| &answer.shown).collect()
    }

    /// Returns whether a line is about one of the endpoints: below its address, or above all addresses.
    pub(crate) fn is_about(&self, section: &Section, line: usize) -> bool {
        let starts = || self.sections.iter().map(|section| section.line);
        let end = starts().filter(|line| *line > section.line).min().unwrap_or(usize::MAX);
        line < starts().min().unwrap_or_default() || (section.line..end).contains(&line)
    }

    /// Returns the lines of the page that are about one of its endpoints, with their numbers.
    pub(crate) fn lines_about<'p>(
        &'p self,
        section: &'p Section,
        page: &'p Page,
    ) -> impl Iterator<Item = (&'p str, usize)> {
        page.text.lines().zip(1..).filter(|(_, line)| self.is_about(section, *line))
    }

    /// Returns what the page requires of callers of one of its endpoints.
    pub(crate) fn requirements(&self, section: &Section, page: &Page) -> Requirements {
        Requirements::of(self.lines_about(section, page).map(|(line, _)| line))
    }
}

/// An endpoint as a page documents it, or a document that WeCom sends by itself.
#[derive(Debug, Default)]
pub(crate) struct Section {
    /// The line of its address.
    pub line: usize,
    /// The Chinese title.
    pub title: String,
    /// Whether that is a heading directly above its address.
    pub titled: bool,
    /// `GET` or `POST`.
    pub method: String,
    /// Whether the page names the method.
    pub method_said: bool,
    /// The path, without the query.
    pub path: String,
    /// The parameters of the address, in its order.
    pub query: Vec<String>,
    /// Whether it is on the host for merchants.
    pub merchant: bool,
    /// The form in which a document is written.
    pub written: Body,
    /// The tables of its parameters.
    pub tables: Vec<Table>,
    /// The error codes that the page lists for it.
    pub codes: Vec<CodeRow>,
    /// The bodies that the page shows.
    pub examples: Vec<ShownBody>,
    /// The lines of text.
    pub prose: Vec<String>,
    /// The lines above the first of several endpoints: they may be about any of them.
    pub shared: Arc<Shared>,
    /// Other text on the page that shows what is sent or returned.
    pub raw: Vec<(Part, String)>,
    /// The JSON in it: pieces of bodies.
    pub pieces: Vec<(Part, Value)>,
    pub(super) claims: OnceLock<Vec<Claim>>,
}

impl Section {
    /// Returns the rules over several fields that the text around it states: the caller asks for each object that is
    /// sent.
    pub(crate) fn claims(&self) -> &[Claim] {
        self.claims.get_or_init(|| {
            let lines = self.prose.iter().chain(&self.shared.lines);
            lines.flat_map(|line| phrases::claims(&plain(line), None)).collect()
        })
    }

    /// Returns whether it is a document in XML.
    pub(crate) fn is_xml(&self) -> bool {
        self.written == Body::Xml
    }

    /// Returns the tables of a part.
    pub(crate) fn tables_of(&self, part: Part) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(move |table| table.part == part)
    }

    /// Returns the bodies that the page shows of a part.
    pub(crate) fn bodies(&self, part: Part) -> impl Iterator<Item = &Value> {
        self.examples.iter().filter(move |example| example.part == part).map(|example| &example.body)
    }

    /// Records the method, if the page names one.
    pub(super) fn say_method(&mut self, method: Option<&str>) {
        let Some(method) = method else { return };
        method.clone_into(&mut self.method);
        self.method_said = true;
    }

    /// Returns whether the page shows a body of a part.
    pub(crate) fn shows(&self, part: Part) -> bool {
        self.bodies(part).next().is_some()
    }
}

/// A document that a page shows.
#[derive(Debug)]
pub(crate) struct Occurrence {
    /// Its first line on the page, from 1.
    pub line: usize,
    /// Its text, as WeCom would send it.
    pub text: String,
    /// Its content, as JSON of the same shape.
    pub document: Value,
    /// The names in the tables below it, each with its line.
    pub rows: Vec<(usize, String)>,
    /// The same as a section of the page, as endpoints have it: the heading above it, its tables, and the text.
    pub section: Section,
}

impl Occurrence {
    /// Returns the event or message that it says it is.
    pub(crate) fn told(&self) -> Option<Wire<'_>> {
        payload::told(&self.document)
    }

    /// Returns whether its tables list a kind: some pages show one document for several.
    pub(crate) fn lists(&self, wire: &Wire<'_>) -> bool {
        let rows = || self.section.tables.iter().flat_map(|table| &table.rows);
        let says = |name: &str, word: &str| rows().any(|row| row.name == name && mentions(&row.doc, word));
        wire.key.is_xml()
            && says(wire.key.keyword(), wire.kind)
            && wire.change.is_none_or(|change| says("ChangeType", change))
    }
}

/// A document that answers another one, and doesn't say what it is.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The document that it answers.
    pub to: Value,
    /// The answer.
    pub shown: Occurrence,
}

/// Lines that all endpoints of a page share, and their meaning.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub lines: Vec<String>,
    /// The sentences about rates.
    pub rates: Vec<String>,
    /// The number of calls that may be in flight at once.
    pub at_once: Option<u32>,
}

impl Shared {
    /// Reads the lines nearest to the first endpoint.
    pub(super) fn of(mut lines: Vec<String>) -> Self {
        let lines = lines.split_off(lines.len().saturating_sub(MOST_SHARED));
        Self { rates: phrases::sentences_of_rates(&lines), at_once: phrases::at_once(&lines), lines }
    }
}

/// The maximum number of lines above the first endpoint that may be about all of them.
const MOST_SHARED: usize = 100;

/// A body that a page shows.
#[derive(Debug)]
pub(crate) struct ShownBody {
    /// The part of its endpoint.
    pub part: Part,
    /// `GET` or `POST`: a page may document a path with either.
    pub method: String,
    /// The line it starts in, from 1.
    pub line: usize,
    /// The body.
    pub body: Value,
    /// The repairs that were needed to read it.
    pub repairs: Vec<Repair>,
}

/// A body that can't be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// The path of its endpoint.
    pub path: String,
    /// The line at which reading stopped, from 1.
    pub line: usize,
    /// The reason.
    pub reason: String,
}
