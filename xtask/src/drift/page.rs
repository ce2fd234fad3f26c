//! The pages' side of a comparison: where an endpoint is documented, and what its pages say and show about objects,
//! fields and names.

use std::sync::OnceLock;

use super::finding::PageLine;
use crate::pages::contents::{Contents, Section};
use crate::pages::phrases::in_digits;
use crate::pages::table::Row;
use crate::pages::tree::{Fields, Node};
use crate::pages::{Page, mentions};

/// A page and its contents.
pub(crate) struct ReadPage {
    pub page: Page,
    pub contents: Contents,
    /// The page's text with all numbers in digits, once it is needed.
    digits: OnceLock<String>,
}

impl ReadPage {
    pub(super) fn new(page: Page, contents: Contents) -> Self {
        Self { page, contents, digits: OnceLock::new() }
    }

    /// Returns the page's text with all numbers in digits.
    pub(crate) fn in_digits(&self) -> &str {
        self.digits.get_or_init(|| in_digits(&self.page.text))
    }
}

/// An endpoint as a page documents it: the page's index among all pages, and the section.
#[derive(Clone, Copy)]
pub(super) struct Documented<'a> {
    pub index: usize,
    pub read: &'a ReadPage,
    pub section: &'a Section,
}

impl<'a> Documented<'a> {
    /// Returns the lines of the page about the section, with their numbers.
    pub(super) fn lines(self) -> impl Iterator<Item = (&'a str, usize)> {
        self.read.contents.lines_about(self.section, &self.read.page)
    }

    /// Returns a line of the page.
    pub(super) fn line(self, line: usize) -> PageLine {
        PageLine { page: self.index, line }
    }

    /// Returns the line of the endpoint's address.
    pub(super) fn address(self) -> PageLine {
        self.line(self.section.line)
    }

    /// Returns the first line below the address that has a name in quotes, or as an element; the address itself if there is
    /// none.
    pub(super) fn shows(self, name: &str) -> PageLine {
        let quoted = if self.section.is_xml() { format!("<{name}>") } else { format!("\"{name}\"") };
        let mut lines = self.read.page.text.lines().zip(1..).skip(self.section.line.saturating_sub(1));
        let first = lines.find(|(line, _)| line.contains(&quoted));
        first.map_or(self.address(), |(_, line)| self.line(line))
    }

    /// Returns whether the page mentions a name where it is about the endpoint: in a table, in the text around it, or
    /// in examples that aren't complete bodies.
    pub(super) fn speaks_of(self, name: &str) -> bool {
        let shown = self.section.raw.iter().map(|(_, text)| text.as_str());
        let cells = self.read.page.text.lines().filter(|line| line.trim_start().starts_with('|'));
        self.prose().chain(shown).chain(cells).any(|text| mentions(text, name))
            || self.rows_of(name).next().is_some()
    }

    /// Returns what the page says about fields of a name, in tables of all places and in the text around the endpoint.
    pub(super) fn says_of(self, name: &str) -> impl Iterator<Item = &'a str> {
        self.rows_of(name).map(|row| row.doc.as_str()).chain(self.prose())
    }

    /// Returns the rows about fields of a name, in tables of all places.
    pub(super) fn rows_of(self, name: &str) -> impl Iterator<Item = &'a Row> {
        let Contents { sections, named, .. } = &self.read.contents;
        let tables = sections.iter().flat_map(|section| &section.tables).chain(named);
        tables.flat_map(|table| &table.rows).filter(move |row| own_name(row) == name)
    }

    /// Returns what the endpoint's table of error codes says about fields of a name.
    pub(super) fn refuses(self, name: &str) -> impl Iterator<Item = &'a str> {
        let words = self.section.codes.iter().map(|row| row.words.as_str());
        words.filter(move |words| mentions(words, name))
    }

    /// Returns the text around the endpoint.
    pub(super) fn prose(self) -> impl Iterator<Item = &'a str> {
        self.section.prose.iter().chain(&self.section.shared.lines).map(String::as_str)
    }
}

/// An object, as a page shows it in one place.
#[derive(Clone, Copy)]
pub(super) struct PageObject<'p> {
    pub page: Documented<'p>,
    pub fields: &'p Fields<'p>,
    /// The number of objects that the examples show there.
    pub objects: usize,
    /// The field that contains it.
    pub above: Option<&'p Node<'p>>,
}

impl<'p> PageObject<'p> {
    /// Creates the object inside a field, if the page says anything about it.
    pub(super) fn inside(page: Documented<'p>, node: &'p Node<'p>) -> Option<Self> {
        // An empty one only shows that more of them follow: `{ … }`.
        let objects = node.objects().iter().filter(|object| !object.is_empty()).count();
        let object = || Self { page, fields: &node.fields, objects, above: Some(node) };
        (!node.fields.is_empty()).then(object)
    }

    /// Returns its fields, each with its name.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'p str, PageField<'p>)> {
        let Self { page, fields, objects, above } = self;
        fields
            .iter()
            .map(move |(name, node)| (name.as_str(), PageField { page, name, node, above, around: objects }))
    }
}

/// A field, as a page shows it in one place.
#[derive(Clone, Copy)]
pub(super) struct PageField<'p> {
    pub page: Documented<'p>,
    /// Its name on the page.
    pub name: &'p str,
    pub node: &'p Node<'p>,
    /// The field that contains it.
    pub above: Option<&'p Node<'p>>,
    /// The number of objects around it that the examples show.
    around: usize,
}

impl<'p> PageField<'p> {
    /// Creates a field whose place the page doesn't show.
    pub(super) fn apart(page: Documented<'p>, name: &'p str, node: &'p Node<'p>) -> Self {
        Self { page, name, node, above: None, around: 0 }
    }
}

impl PageField<'_> {
    /// Returns its line: of its row, or else of an example that shows it.
    pub(super) fn line(&self, name: &str) -> PageLine {
        first_row(self.node).map_or_else(|| self.page.shows(name), |row| self.page.line(row.line))
    }

    /// Returns whether an example that could contain it lacks it.
    pub(super) fn is_missing(&self) -> bool {
        self.node.values.len() < self.around
    }
}

/// Returns the row of a field, or the first row of its contents.
fn first_row<'p>(node: &Node<'p>) -> Option<&'p Row> {
    node.row().or_else(|| node.fields.values().find_map(first_row))
}

/// Returns the name of what a row describes, without the names around it.
pub(crate) fn own_name(row: &Row) -> &str {
    let name = row.name.trim_end_matches("[]");
    name.rsplit(['.', ']']).next().unwrap_or(name)
}
