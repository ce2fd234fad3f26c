//! The fields of an operation, compared with the statements and examples of its pages.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::comparison::Comparison;
use super::finding::{Fact, Finding, PageLine, Spot};
use super::object::{SpecField, SpecObject, What, is_map};
use super::page::{Documented, PageField, PageObject, own_name};
use super::rows::{NO_DEFAULT, Rows};
use crate::pages::contents;
use crate::pages::encoding::Encoding;
use crate::pages::mentions;
use crate::pages::table::{Row, Table};
use crate::pages::tree::{self, Fields, Node};
use crate::spec::{self, DriftRule, File, Operation, Part, Section, payload};

/// A part of an operation, as a page shows it.
struct Tree<'p> {
    page: Documented<'p>,
    /// The number of bodies that its examples show.
    objects: usize,
    fields: Fields<'p>,
    /// The tables that have no place there.
    unplaced: Vec<&'p Table>,
}

impl<'p> Tree<'p> {
    fn of(page: Documented<'p>, part: Part, bodies: &'p [Value]) -> Self {
        let bodies: Vec<&Map<String, Value>> = bodies.iter().filter_map(Value::as_object).collect();
        let (fields, unplaced) = tree::of(page.section, &page.read.contents.named, part, &bodies);
        Self { page, objects: bodies.len(), fields, unplaced }
    }

    fn object(&self) -> PageObject<'_> {
        PageObject { page: self.page, fields: &self.fields, objects: self.objects, above: None }
    }
}

/// The bodies that a page shows of a part; documents in the shape of the spec's types.
fn shown(file: &File, (part, fields): (Part, &spec::Fields), section: &contents::Section) -> Vec<Value> {
    let encoding = Encoding::of(section);
    match part {
        Part::Request => encoding.requests(section),
        Part::Response => encoding.responses(section),
        Part::Received | Part::Sent => {
            let mut documents: Vec<Value> = section.bodies(part.shown()).cloned().collect();
            for document in documents.iter_mut().filter_map(Value::as_object_mut) {
                payload::take_envelope(document, fields);
                payload::arrange(file, fields, document);
            }
            documents
        }
    }
}

/// Whether a table describes a callback, as some pages do below the endpoint that causes it.
fn is_of_event(table: &Table) -> bool {
    table.rows.iter().any(|row| matches!(row.name.as_str(), "ToUserName" | "InfoType"))
}

/// The part of an operation that is compared, in a file.
#[derive(Clone, Copy)]
struct Scope<'a, 'k> {
    file: &'a File,
    part: Part,
    /// The names of everything that the spec has there, in whatever object.
    known: &'k BTreeSet<&'a str>,
    /// The places that its rows are found to describe.
    described: &'k RefCell<Described<'a>>,
    /// The fields around the object, from the outside in, as deviations call them.
    around: &'k [String],
}

/// The rows of a part that describe a field, and the fields that none was found of.
#[derive(Default)]
struct Described<'a> {
    /// The lines of the rows, by page.
    rows: BTreeSet<(usize, usize)>,
    lacking: Vec<SpecField<'a>>,
}

impl<'a> Comparison<'a> {
    /// Compares all parts of an operation with all pages that document it.
    pub(super) fn fields(&mut self, file: &'a File, operation: &Operation<'a>, pages: &[Documented<'a>]) {
        let parts = operation.parts.iter();
        let parts = parts.map(|of| (*of, SpecObject::of_part(file, operation, of.0, of.1)));
        let parts: Vec<((Part, &spec::Fields), SpecObject<'a>)> = parts.collect();
        let everything: BTreeSet<&str> = parts.iter().flat_map(|(_, object)| object.names(file)).collect();
        for (of @ (part, _), object) in parts {
            let described = RefCell::default();
            let scope = Scope { file, part, known: &object.names(file), described: &described, around: &[] };
            let bodies: Vec<Vec<Value>> = pages.iter().map(|page| shown(file, of, page.section)).collect();
            let trees = pages.iter().zip(&bodies).map(|(page, bodies)| Tree::of(*page, part, bodies));
            let trees: Vec<Tree<'_>> = trees.collect();
            let seen: Vec<PageObject<'_>> = trees.iter().map(Tree::object).collect();
            self.object(scope, &object, &seen);
            let Described { rows, lacking } = described.take();
            for field in lacking {
                self.apart(scope, &field, pages, &rows);
            }
            for tree in trees.iter().filter(|_| !part.is_document()) {
                self.unplaced(file, &object, tree, &everything);
            }
        }
    }

    /// Reports names that tables without a place describe, if the operation has none of them.
    fn unplaced(&mut self, file: &File, object: &SpecObject<'_>, tree: &Tree<'_>, known: &BTreeSet<&str>) {
        let unplaced = tree.unplaced.iter().filter(|table| !is_of_event(table));
        for row in unplaced.flat_map(|table| &table.rows) {
            let name = own_name(row);
            if known.contains(name) || matches!(name, "errcode" | "errmsg") {
                continue;
            }
            let message = format!("the page documents `{name}` in an unrecognized place, the spec lacks it");
            self.found.push(lacking(file, object, name, message).seen_at(tree.page.line(row.line)));
        }
    }

    /// Compares an object with what pages show of it.
    fn object(&mut self, scope: Scope<'a, '_>, object: &SpecObject<'a>, seen: &[PageObject<'_>]) {
        self.claims(scope.file, scope.part, object, seen);
        self.conditioned(scope.file, scope.part, object, seen);
        self.bounds(scope.file, object, seen);
        self.demands(scope.file, scope.part, object, seen);
        for field in &object.fields {
            let found = seen.iter().flat_map(|seen| seen.fields()).filter(|(name, _)| field.is(name));
            let found: Vec<PageField<'_>> = found.map(|(_, found)| found).collect();
            let mut described = scope.described.borrow_mut();
            let rows =
                found.iter().flat_map(|found| found.node.rows.iter().map(|row| (found.page.index, row.line)));
            described.rows.extend(rows);
            if found.iter().all(|found| found.node.rows.is_empty()) {
                described.lacking.push(field.clone());
            }
            drop(described);
            match found.as_slice() {
                [] => self.gone(scope.file, field, seen),
                [first, ..] => {
                    self.present.insert((scope.file.source, field.at.clone()));
                    if let Some(evidence) = &mut self.evidence {
                        let seen = evidence.entry((scope.file.source, field.at.clone())).or_default();
                        for found in &found {
                            seen.add(found);
                        }
                    }
                    let described = found.iter().find(|found| !found.node.rows.is_empty());
                    let described = described.unwrap_or(first);
                    self.field(scope, field, described);
                    // Each page of a document may list values for another sort of receiver.
                    for other in found.iter().filter(|_| scope.part.is_document()) {
                        if !std::ptr::eq(other, described) && !other.node.rows.is_empty() {
                            self.values(scope.file, field, other);
                        }
                    }
                    if scope.part.is_sent() {
                        self.shown(scope.file, field, &found);
                        self.unique(scope.file, (scope.around, field), &found);
                    }
                    self.forms(scope.file, scope.part, field, &found);
                    self.inside(scope, field, &found);
                }
            }
        }
        for (name, found) in seen.iter().flat_map(|seen| seen.fields()) {
            // Where a row belongs that no example shows is a guess, unless it says so. What documents have is compared
            // as a whole.
            let placed = |row: &&Row| row.depth > 0 || row.name.contains('.');
            let unplaced = found.node.guessed || !found.node.rows.iter().any(placed);
            let guess = found.node.values.is_empty() && scope.known.contains(name) && unplaced;
            if guess || scope.part.is_document() || object.fields.iter().any(|field| field.is(name)) {
                continue;
            }
            let shown = found.node.whole;
            let by = if found.node.values.is_empty() { "documents" } else { "shows" };
            let message = format!("the page {by} `{name}`, the spec lacks it");
            let lacking = lacking(scope.file, object, name, message);
            self.found.push(lacking.seen_at(found.line(name)).shown(shown));
        }
    }

    /// Compares the fields inside a field.
    fn inside(&mut self, scope: Scope<'a, '_>, field: &SpecField<'a>, found: &[PageField<'_>]) {
        let Some(ty) = field.ty() else { return };
        if !scope.part.is_sent() {
            self.broken(scope.file, ty, found);
        }
        let Some(object) = SpecObject::of_type(scope.file, ty) else { return };
        let mut seen = Vec::new();
        for PageField { page, node, .. } in found {
            if is_map(ty) {
                seen.extend(node.fields.values().filter_map(|node| PageObject::inside(*page, node)));
            } else {
                seen.extend(PageObject::inside(*page, node));
            }
        }
        // Where a page says nothing of an object, nothing of it is gone; rows elsewhere may be about its fields.
        if seen.is_empty() {
            scope.described.borrow_mut().lacking.extend(object.everything(scope.file));
        } else {
            let around: Vec<String> = scope.around.iter().chain([&field.at]).cloned().collect();
            self.object(Scope { around: &around, ..scope }, &object, &seen);
        }
    }

    /// Compares a field with the only row of its name, on a page that doesn't show the field's place, unless that row
    /// describes another field. Whether it is required, and the number of its items, depend on the place.
    fn apart(
        &mut self,
        scope: Scope<'a, '_>,
        field: &SpecField<'a>,
        pages: &[Documented<'a>],
        described: &BTreeSet<(usize, usize)>,
    ) {
        let only = |page: &Documented<'a>| Some((*page, only_row(*page, scope.part, field.name)?));
        let Some((page, row)) = pages.iter().find_map(only) else { return };
        let known = self.found.len();
        if described.contains(&(page.index, row.line))
            || matches!(field.what, What::Field(spec) if spec.quirk.is_some())
        {
            return;
        }
        let node = Node { rows: vec![row], ..Node::default() };
        self.field(scope, field, &PageField::apart(page, field.name, &node));
        let placed = [DriftRule::FieldRequired, DriftRule::FieldPresence];
        let mut index = 0;
        self.found.retain(|found| {
            index += 1;
            index <= known
                || found.rule.is_none_or(|rule| !placed.contains(&rule))
                    && found.page.as_deref().is_none_or(|says| !says.contains("items"))
        });
    }

    fn gone(&mut self, file: &File, field: &SpecField<'_>, seen: &[PageObject<'_>]) {
        let Some(first) = seen.first() else { return };
        let others = match field.what {
            What::Field(field) => field.aka.as_slice(),
            What::Tag(..) | What::Content(_) => &[],
        };
        let speaks = |name: &str| seen.iter().any(|seen| seen.page.speaks_of(name));
        if speaks(field.name) || others.iter().any(|name| speaks(name)) {
            return;
        }
        let message = format!("no page has `{}` anymore", field.name);
        let finding = Finding::new(Spot::key(file, &field.path), DriftRule::FieldGone, &field.at, message);
        self.found.push(finding.seen_at(first.page.address()));
    }

    /// Reports the fields of types without a recognized place that no page with them mentions anywhere.
    pub(super) fn gone_without_place(&mut self, file: &'a File) {
        for (name, structure) in &file.structs {
            let at = |wire: &str| (file.source, format!("{name}.{wire}"));
            if structure.fields.keys().any(|wire| self.present.contains(&at(wire))) {
                continue;
            }
            let needs = |of: &Operation<'_>| {
                let fields = of.parts.iter().flat_map(|(_, fields)| fields.values());
                file.reached(fields.map(|field| &field.ty)).contains(name.as_str())
            };
            let ids = file.operations().filter(needs).flat_map(|of| of.doc.ids());
            let pages: BTreeSet<usize> = ids.filter_map(|id| self.page(id)).collect();
            let Some(first) = pages.first().copied() else { continue };
            let path = Section::Structs.entry(name).key("fields");
            let is_there =
                |name: &String| pages.iter().any(|page| mentions(&self.pages[*page].page.text, name));
            // Nothing is gone from what pages don't describe at all.
            if !structure.fields.keys().any(is_there) {
                continue;
            }
            for (wire, field) in structure.fields.iter().filter(|(_, field)| !field.embed) {
                let mut names = std::iter::once(wire).chain(&field.aka).chain(&field.misspelt);
                if names.any(is_there) {
                    continue;
                }
                let key = if field.optional { format!("{wire}?") } else { wire.clone() };
                let message = format!("no page has `{wire}` anymore");
                let spot = Spot::key(file, &path.key(&key));
                let finding = Finding::new(spot, DriftRule::FieldGone, at(wire).1, message);
                self.found.push(finding.seen_at(PageLine::first(first)));
            }
        }
    }

    /// Compares what rows say of a field: where there are several, one that agrees is enough.
    fn field(&mut self, scope: Scope<'a, '_>, field: &SpecField<'a>, seen: &PageField<'_>) {
        if seen.node.rows.is_empty() {
            return;
        }
        self.values(scope.file, field, seen);
        let What::Field(spec) = field.what else { return };
        let rows = Rows { file: scope.file, part: scope.part, field: spec, name: field.name, seen };
        if rows.tells_default() {
            self.told.insert((scope.file.source, field.at.clone(), Fact::Default));
        }
        for (rule, says, message) in rows.differences() {
            let nowhere = rule == DriftRule::FieldDefault && says == NO_DEFAULT;
            let finding = Finding::new(Spot::key(scope.file, &field.path), rule, &field.at, message);
            let finding = finding.unless(nowhere.then_some(Fact::Default));
            self.found.push(finding.says(says).seen_at(seen.line(field.name)));
        }
    }
}

/// The row that a page has of a name in the tables of a part and of named objects, if all of them say the same.
fn only_row<'p>(page: Documented<'p>, part: Part, name: &str) -> Option<&'p Row> {
    let contents::Section { tables, .. } = page.section;
    let tables = tables.iter().filter(|table| table.part == part.shown()).chain(&page.read.contents.named);
    let mut rows = tables.flat_map(|table| &table.rows).filter(|row| own_name(row) == name);
    let first = rows.next()?;
    rows.all(|row| row.doc == first.doc && row.ty == first.ty).then_some(first)
}

/// A field that an object of the spec lacks.
fn lacking(file: &File, object: &SpecObject<'_>, name: &str, message: String) -> Finding {
    let at = format!("{}.{name}", object.at);
    Finding::new(Spot::key(file, &object.path), DriftRule::FieldNew, at, message)
}
