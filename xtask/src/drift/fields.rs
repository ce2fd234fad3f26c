//! The fields of an endpoint, held against what its pages show and say of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::said::{Differences, mentions};
use super::shape::{Entry, Shape, What, is_map};
use super::{Comparison, Documented, Place, Read};
use crate::pages::contents::Section;
use crate::pages::encoding::Encoding;
use crate::pages::table::{Row, Table};
use crate::pages::tree::{self, Fields, Node};
use crate::spec::Part;
use crate::spec::{Drift, Endpoint, File};

/// An object, as a page shows it in one place.
#[derive(Clone, Copy)]
struct Seen<'p> {
    page: Documented<'p>,
    fields: &'p Fields<'p>,
    /// How many objects examples show there.
    objects: usize,
}

/// A side of an endpoint, as a page shows it.
struct Tree<'p> {
    page: Documented<'p>,
    /// How many bodies its examples show.
    objects: usize,
    fields: Fields<'p>,
    /// The tables that have no place there.
    unplaced: Vec<&'p Table>,
}

/// The bodies that a page shows of a side.
fn shown(section: &Section, side: Part) -> Vec<Value> {
    let encoding = Encoding::of(section);
    match side {
        Part::Request => encoding.requests(section),
        Part::Response => encoding.responses(section),
    }
}

/// Whether a table describes a callback, as some pages do below the endpoint that causes it.
fn is_of_event(table: &Table) -> bool {
    table.rows.iter().any(|row| matches!(row.name.as_str(), "ToUserName" | "InfoType"))
}

/// The name of what a row describes, without what it stands in.
fn own_name(row: &Row) -> &str {
    let name = row.name.trim_end_matches("[]");
    name.rsplit(['.', ']']).next().unwrap_or(name)
}

/// A field, as a page shows it in one place.
#[derive(Clone, Copy)]
pub(super) struct Told<'p> {
    pub page: Documented<'p>,
    pub node: &'p Node<'p>,
    /// How many objects around it examples show.
    around: usize,
}

impl Told<'_> {
    /// The page and the line: of its row, or else where an example shows it.
    pub(super) fn place(&self, name: &str) -> Place {
        let line = first_row(self.node).map_or_else(|| line_of(&self.page, name), |row| row.line);
        Place { page: self.page.index, line }
    }

    /// Whether an example lacks it where it could stand.
    fn is_missing(&self) -> bool {
        self.node.values.len() < self.around
    }
}

/// The row of a field, or the first one of what stands in it.
fn first_row<'p>(node: &Node<'p>) -> Option<&'p Row> {
    node.row().or_else(|| node.fields.values().find_map(first_row))
}

/// The first line below an endpoint's address that has a name in quotes; the address itself, if there is none.
fn line_of(page: &Documented<'_>, name: &str) -> usize {
    let quoted = format!("\"{name}\"");
    let first = page.section.line;
    let mut lines = page.read.page.text.lines().zip(1..).skip(first.saturating_sub(1));
    lines.find(|(line, _)| line.contains(&quoted)).map_or(first, |(_, line)| line)
}

/// What is compared: a side of an endpoint, in a file.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a, 'k> {
    pub file: &'a File,
    pub side: Part,
    /// The names of everything that the spec has there, in whatever object.
    known: &'k BTreeSet<&'a str>,
}

impl<'a> Comparison<'a> {
    /// Compares both sides of an endpoint with all pages that document it.
    pub(super) fn fields(
        &mut self,
        file: &'a File,
        name: &'a str,
        endpoint: &'a Endpoint,
        pages: &[Documented<'a>],
    ) {
        let sides = [Part::Request, Part::Response];
        let shapes = sides.map(|side| Shape::of_side(file, name, endpoint, side));
        let everything: BTreeSet<&str> = shapes.iter().flat_map(|shape| shape.names(file)).collect();
        for (side, shape) in sides.into_iter().zip(shapes) {
            let scope = Scope { file, side, known: &shape.names(file) };
            let bodies: Vec<Vec<Value>> = pages.iter().map(|page| shown(page.section, side)).collect();
            let trees: Vec<Tree<'_>> = pages
                .iter()
                .zip(&bodies)
                .map(|(page, bodies)| {
                    let bodies: Vec<&Map<String, Value>> =
                        bodies.iter().filter_map(Value::as_object).collect();
                    let (fields, unplaced) = tree::of(page.section, &page.read.contents.named, side, &bodies);
                    Tree { page: *page, objects: bodies.len(), fields, unplaced }
                })
                .collect();
            let seen: Vec<Seen<'_>> = trees
                .iter()
                .map(|tree| Seen { page: tree.page, fields: &tree.fields, objects: tree.objects })
                .collect();
            self.object(scope, &shape, &seen);
            for tree in &trees {
                self.unplaced(scope, &shape, tree, &everything);
            }
        }
    }

    /// Tells of what tables without a place describe, if nothing of the endpoint is called so.
    fn unplaced(&mut self, scope: Scope<'a, '_>, shape: &Shape<'a>, tree: &Tree<'_>, known: &BTreeSet<&str>) {
        let unplaced = tree.unplaced.iter().filter(|table| !is_of_event(table));
        for row in unplaced.flat_map(|table| &table.rows) {
            let name = own_name(row);
            if known.contains(name) || matches!(name, "errcode" | "errmsg") {
                continue;
            }
            let at = format!("{}.{name}", shape.at);
            let message = format!("the page documents `{name}` somewhere, the spec lacks it");
            let place = Some(Place { page: tree.page.index, line: row.line });
            self.add(scope.file, Drift::FieldNew, &at, None, message, &shape.path, place);
        }
    }

    /// Compares an object with what pages show of it.
    fn object(&mut self, scope: Scope<'a, '_>, shape: &Shape<'a>, seen: &[Seen<'_>]) {
        for entry in &shape.entries {
            let told: Vec<Told<'_>> = seen
                .iter()
                .flat_map(|seen| {
                    let found = seen.fields.iter().filter(|(name, _)| entry.is(name));
                    found.map(|(_, node)| Told { page: seen.page, node, around: seen.objects })
                })
                .collect();
            match told.as_slice() {
                [] => self.gone(scope, entry, seen),
                [first, ..] => {
                    self.present.insert((scope.file.source, entry.at.clone()));
                    let described = told.iter().find(|told| !told.node.rows.is_empty());
                    self.entry(scope, entry, described.unwrap_or(first));
                    self.inside(scope, entry, &told);
                }
            }
        }
        for seen in seen {
            for (name, node) in seen.fields {
                if !shape.entries.iter().any(|entry| entry.is(name)) {
                    let told = Told { page: seen.page, node, around: seen.objects };
                    self.unknown(scope, shape, name, told);
                }
            }
        }
    }

    /// Compares what stands inside a field.
    fn inside(&mut self, scope: Scope<'a, '_>, entry: &Entry<'a>, told: &[Told<'_>]) {
        let Some(ty) = entry.ty() else { return };
        let Some(shape) = Shape::of_type(scope.file, ty) else { return };
        let mut seen = Vec::new();
        for told in told {
            let inner = |node: &'_ Node<'_>| node.objects().len();
            if is_map(ty) {
                let items = told.node.fields.values().filter(|node| !node.fields.is_empty());
                seen.extend(items.map(|node| Seen {
                    page: told.page,
                    fields: &node.fields,
                    objects: inner(node),
                }));
            } else if !told.node.fields.is_empty() {
                seen.push(Seen { page: told.page, fields: &told.node.fields, objects: inner(told.node) });
            }
        }
        // Where a page says nothing of an object, nothing of it is gone.
        if !seen.is_empty() {
            self.object(scope, &shape, &seen);
        }
    }

    fn gone(&mut self, scope: Scope<'a, '_>, entry: &Entry<'a>, seen: &[Seen<'_>]) {
        let Some(first) = seen.first() else { return };
        if seen.iter().any(|seen| speaks_of(seen.page, entry.name)) {
            return;
        }
        let place = Some(Place { page: first.page.index, line: first.page.section.line });
        let message = format!("no page has `{}` any more", entry.name);
        self.add(scope.file, Drift::FieldGone, &entry.at, None, message, &entry.path, place);
    }

    fn unknown(&mut self, scope: Scope<'a, '_>, shape: &Shape<'a>, name: &str, told: Told<'_>) {
        // Where a row belongs that no example shows is a guess.
        if told.node.values.is_empty() && scope.known.contains(name) {
            return;
        }
        let at = format!("{}.{name}", shape.at);
        let by = if told.node.values.is_empty() { "documents" } else { "shows" };
        let message = format!("the page {by} `{name}`, the spec lacks it");
        self.add(scope.file, Drift::FieldNew, &at, None, message, &shape.path, Some(told.place(name)));
    }

    /// Compares what rows say of a field: where there are several, one that agrees is enough.
    fn entry(&mut self, scope: Scope<'a, '_>, entry: &Entry<'a>, told: &Told<'_>) {
        let rows = &told.node.rows;
        if rows.is_empty() {
            return;
        }
        self.values(scope, entry, told);
        let What::Field(field) = entry.what else { return };
        let (page, name) = (told.page, entry.name);
        let mut differences = Differences { scope, field, rows, page, name, found: Vec::new() };
        differences.ty();
        if scope.side == Part::Request {
            differences.required(told.is_missing());
        }
        differences.limits();
        differences.default();
        let place = Some(told.place(entry.name));
        for (rule, says, message) in differences.found {
            self.add(scope.file, rule, &entry.at, Some(says), message, &entry.path, place);
        }
    }
}

/// The rows of fields of a name, wherever a page has them.
fn rows_of<'p>(read: &'p Read, name: &str) -> impl Iterator<Item = &'p Row> {
    let sections = read.contents.sections.iter().flat_map(|section| &section.tables);
    let rows = sections.chain(&read.contents.named).flat_map(|table| &table.rows);
    rows.filter(move |row| own_name(row) == name)
}

/// Whether a page speaks of a name where it is about an endpoint: in a table, in the text around it, or in what it shows
/// that isn't a whole body.
pub(super) fn speaks_of(page: Documented<'_>, name: &str) -> bool {
    let section = page.section;
    let shown = section.raw.iter().map(|(_, text)| text);
    let cells = page.read.page.text.lines().filter(|line| line.trim_start().starts_with('|'));
    let said =
        section.prose.iter().chain(&section.shared.lines).chain(shown).map(String::as_str).chain(cells);
    said.into_iter().any(|text| mentions(text, name))
}

/// What a page says of fields of a name, in tables of all places and in the text around the endpoint.
pub(super) fn said_elsewhere<'p>(page: Documented<'p>, name: &str) -> impl Iterator<Item = &'p str> {
    let rows = rows_of(page.read, name).map(|row| row.doc.as_str());
    rows.chain(page.section.prose.iter().chain(&page.section.shared.lines).map(String::as_str))
}
