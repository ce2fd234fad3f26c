//! The fields of an endpoint, held against what its pages show and say of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::shape::{Entry, Shape, What, is_map};
use super::{Comparison, Documented, Listed, Place, Read};
use crate::pages::Kind;
use crate::pages::contents::{Section, Table, values_of};
use crate::pages::encoding::Encoding;
use crate::pages::table::Row;
use crate::pages::text::{self, Base, DocType};
use crate::pages::tree::{self, Fields, Node};
use crate::source::Path;
use crate::spec::{Drift, Endpoint, Enum, Field, File, Repr};
use crate::type_expr::{Generic, Scalar, TypeExpr};

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
fn shown(section: &Section, side: Kind) -> Vec<Value> {
    let encoding = Encoding::of(section);
    match side {
        Kind::Request => encoding.requests(section),
        Kind::Response => encoding.responses(section),
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
struct Told<'p> {
    page: Documented<'p>,
    node: &'p Node<'p>,
    /// How many objects around it examples show.
    around: usize,
}

impl Told<'_> {
    /// The page and the line: of its row, or else where an example shows it.
    fn place(&self, name: &str) -> Place {
        let line = self.node.row().map_or_else(|| line_of(&self.page, name), |row| row.line);
        Place { page: self.page.index, line }
    }

    /// Whether an example lacks it where it could stand.
    fn is_missing(&self) -> bool {
        self.node.values.len() < self.around
    }
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
struct Scope<'a, 'k> {
    file: &'a File,
    side: Kind,
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
        let sides = [Kind::Request, Kind::Response];
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
            if known.contains(name) {
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
        if seen.iter().any(|seen| mentions(&seen.page.read.page.text, entry.name)) {
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
        let by = if told.node.rows.is_empty() { "shows" } else { "documents" };
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
        let elsewhere = mentions_elsewhere(told.page, entry.name);
        let mut differences = Differences { scope, field, rows, elsewhere: &elsewhere, found: Vec::new() };
        differences.ty();
        if scope.side == Kind::Request {
            differences.required(told.is_missing());
        }
        differences.limits();
        differences.default();
        let place = Some(told.place(entry.name));
        for (rule, says, message) in differences.found {
            self.add(scope.file, rule, &entry.at, Some(says), message, &entry.path, place);
        }
    }

    /// Compares the values of an enum, or the tags of a union, with those that a page lists. Of what is neither, a page
    /// should list none.
    fn values(&mut self, scope: Scope<'a, '_>, entry: &Entry<'a>, told: &Told<'_>) {
        let known = Known::of(scope.file, entry);
        let text = match &known {
            Some(known) => known.text,
            None => entry.ty().is_some_and(is_text),
        };
        let named = &told.page.read.contents.named;
        let listed = told
            .node
            .rows
            .iter()
            .flat_map(|row| values_of(row, named).unwrap_or_else(|| text::values(&row.doc, text)));
        let listed: Vec<String> = listed.map(|value| value.wire).collect();
        let Some(known) = known else {
            if let Some(ty) = entry.ty().filter(|ty| text || is_integer(ty))
                && listed.len() > 1
            {
                let listed = listed.join(", ");
                let message = format!("the page lists values ({listed}), the spec's type is `{ty}`");
                let place = Some(told.place(entry.name));
                self.add(scope.file, Drift::ValueNew, &entry.at, Some(listed), message, &entry.path, place);
            }
            return;
        };
        if listed.is_empty() {
            return;
        }
        let place = told.place(entry.name);
        for wire in listed.iter().filter(|wire| !known.wires.contains(wire)) {
            let message = format!("the page lists the value `{wire}`, the spec doesn't");
            let at = format!("{}.{wire}", known.name);
            self.add(scope.file, Drift::ValueNew, &at, None, message, &known.path, Some(place));
        }
        let shown = told.node.values.iter().map(|value| plain_json(value));
        let shown: Vec<String> = shown.chain(listed).collect();
        // A number stands in a page for anything.
        let page = known.text.then_some(told.page.read.page.text.as_str());
        let docs = || told.node.rows.iter().map(|row| row.doc.as_str()).chain(page);
        let of = (scope.file.source, known.name.to_owned());
        let seen = self.values.entry(of).or_insert_with(|| Listed { place, wires: BTreeSet::new() });
        let told = known
            .wires
            .into_iter()
            .filter(|wire| shown.contains(wire) || docs().any(|doc| mentions(doc, wire)));
        seen.wires.extend(told.cloned());
    }

    /// Tells of the values that none of the places lists where an enum, or the tags of a union, were found.
    pub(super) fn values_gone(&mut self, file: &'a File) {
        let enums =
            file.enums.iter().map(|(name, listed)| (name, "enums", "values", listed.values.keys().collect()));
        let unions = file
            .unions
            .iter()
            .map(|(name, union)| (name, "unions", "variants", union.variants.keys().collect()));
        for (name, section, key, wires) in enums.chain(unions) {
            let wires: Vec<&String> = wires;
            let Some(Listed { place, wires: told }) = self.values.remove(&(file.source, name.clone())) else {
                continue;
            };
            for wire in wires.into_iter().filter(|wire| !told.contains(*wire)) {
                let message = format!("no page lists the value `{wire}` any more");
                let (at, path) = (format!("{name}.{wire}"), Path::of([section, name, key, wire]));
                self.add(file, Drift::ValueGone, &at, None, message, &path, Some(place));
            }
        }
    }
}

/// The values that the spec knows, of an enum or of a union's tag.
struct Known<'a> {
    name: &'a str,
    path: Path,
    text: bool,
    wires: Vec<&'a String>,
}

impl<'a> Known<'a> {
    fn of(file: &'a File, entry: &Entry<'a>) -> Option<Self> {
        if let What::Tag(name, union) = entry.what {
            let path = Path::of(["unions", name, "variants"]);
            let text = union.repr == Repr::String;
            return Some(Self { name, path, text, wires: union.variants.keys().collect() });
        }
        let (name, listed) = file.enums.get_key_value(entry.ty()?.name()?)?;
        let path = Path::of(["enums", name, "values"]);
        Some(Self { name, path, text: listed.repr == Repr::String, wires: listed.values.keys().collect() })
    }
}

/// What some rows say otherwise than a field of the spec.
struct Differences<'d> {
    scope: Scope<'d, 'd>,
    field: &'d Field,
    rows: &'d [&'d Row],
    /// What the page says of fields of this name in other places.
    elsewhere: &'d [&'d str],
    /// Each with what the page says, and as a sentence.
    found: Vec<(Drift, String, String)>,
}

impl Differences<'_> {
    fn ty(&mut self) {
        let Self { scope, field, rows, .. } = self;
        let types: Vec<&String> = rows.iter().filter_map(|row| row.ty.as_ref()).collect();
        let fits = |ty: &&String| fits(scope.file, &field.ty, text::doc_type(ty));
        let Some(first) = types.first().filter(|_| field.quirk.is_none() && !types.iter().any(fits)) else {
            return;
        };
        let message = format!("the page says its type is `{first}`, the spec says `{}`", field.ty);
        self.found.push((Drift::FieldType, (*first).clone(), message));
    }

    fn required(&mut self, missing: bool) {
        let said: Vec<bool> = self.rows.iter().filter_map(|row| row.required).collect();
        let Some(required) = said.first().copied() else { return };
        // An example that lacks it is the better witness.
        if said.contains(&!self.field.optional) || required && missing {
            return;
        }
        let [theirs, ours] = if required { ["required", "optional"] } else { ["optional", "required"] };
        let message = format!("the page says it is {theirs}, the spec says {ours}");
        self.found.push((Drift::FieldRequired, theirs.to_owned(), message));
    }

    fn limits(&mut self) {
        let ty = self.field.ty.to_string();
        let theirs: Vec<(&str, i64)> = self.rows.iter().flat_map(|row| text::limits(&row.doc, &ty)).collect();
        let ours: Vec<(&str, i64)> =
            self.field.limits().iter().map(|limit| (limit.key(), limit.number())).collect();
        for (index, (key, number)) in theirs.iter().enumerate() {
            let first = theirs[..index].iter().all(|(other, _)| other != key);
            let agreed = theirs.iter().any(|limit| limit.0 == *key && ours.contains(limit));
            if first && !agreed {
                let says = format!("{key}: {number}");
                let message = format!("the page says `{says}`, the spec doesn't");
                self.found.push((Drift::FieldLimit, says, message));
            }
        }
        for (key, number) in ours {
            if !theirs.iter().any(|(known, _)| *known == key) && !self.mentions(&number.to_string()) {
                let message = format!("the page doesn't say `{key}: {number}`");
                self.found.push((Drift::FieldLimit, format!("no {key}"), message));
            }
        }
    }

    fn default(&mut self) {
        let file = self.scope.file;
        let theirs: Vec<String> =
            self.rows.iter().filter_map(|row| default(file, self.field, &row.doc)).collect();
        let ours = self.field.default.as_ref().map(|value| wire(self.field, plain_value(value)));
        match (theirs.first(), ours) {
            (Some(theirs), None) if self.field.optional && self.scope.side == Kind::Request => {
                let message = format!("the page says that its default is `{theirs}`, the spec has none");
                self.found.push((Drift::FieldDefault, theirs.clone(), message));
            }
            (Some(first), Some(ours)) if !theirs.contains(&ours) => {
                let message = format!("the page says that its default is `{first}`, the spec says `{ours}`");
                self.found.push((Drift::FieldDefault, first.clone(), message));
            }
            (None, Some(ours)) if !self.mentions(&ours) && !self.mentions("默认") => {
                let message = format!("the page doesn't say that its default is `{ours}`");
                self.found.push((Drift::FieldDefault, "none".to_owned(), message));
            }
            _ => {}
        }
    }

    /// Whether the page has a word anywhere near.
    fn mentions(&self, word: &str) -> bool {
        let docs = self.rows.iter().flat_map(|row| [Some(row.doc.as_str()), row.ty.as_deref()]).flatten();
        docs.chain(self.elsewhere.iter().copied()).any(|doc| mentions(doc, word))
    }
}

/// The rows of fields of a name, wherever a page has them.
fn rows_of<'p>(read: &'p Read, name: &str) -> impl Iterator<Item = &'p Row> {
    let sections = read.contents.sections.iter().flat_map(|section| &section.tables);
    let rows = sections.chain(&read.contents.named).flat_map(|table| &table.rows);
    rows.filter(move |row| own_name(row) == name)
}

/// What a page says of fields of a name, in tables of all places and in the text around the endpoint.
fn mentions_elsewhere<'p>(page: Documented<'p>, name: &str) -> Vec<&'p str> {
    let rows = rows_of(page.read, name).map(|row| row.doc.as_str());
    let prose = page.section.prose.iter().chain(&page.section.shared).map(String::as_str);
    rows.chain(prose).collect()
}

/// What a description says is assumed, as it is on the wire.
fn default(file: &File, field: &Field, doc: &str) -> Option<String> {
    let known = |listed: &Enum, wire: &str| listed.values.contains_key(wire);
    let found = match field.ty.name().and_then(|name| file.enums.get(name)) {
        Some(listed) => {
            let ty = if listed.repr == Repr::String { "string" } else { "i32" };
            text::default(doc, ty).filter(|found| known(listed, found.trim_matches('"')))?
        }
        None => text::default(doc, &field.ty.to_string())?,
    };
    let found = found.trim_matches('"').to_owned();
    Some(wire(field, found))
}

/// A value as the field's type has it on the wire.
fn wire(field: &Field, value: String) -> String {
    match (&field.ty, value.as_str()) {
        (TypeExpr::Scalar(Scalar::Flag), "true") => "1".to_owned(),
        (TypeExpr::Scalar(Scalar::Flag), "false") => "0".to_owned(),
        _ => value,
    }
}

fn plain_value(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::String(text) => text.clone(),
        other => serde_yaml::to_string(other).unwrap_or_default().trim().to_owned(),
    }
}

fn plain_json(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a text has a word or a number that stands alone.
fn mentions(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(part);
        let after = text[at + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}

/// Whether a type is text that may have any value.
fn is_text(ty: &TypeExpr) -> bool {
    match ty {
        TypeExpr::Generic(_, inner) => is_text(inner),
        ty => *ty == TypeExpr::Scalar(Scalar::String),
    }
}

/// Whether a type is an integer that may have any value.
fn is_integer(ty: &TypeExpr) -> bool {
    match ty {
        TypeExpr::Generic(_, inner) => is_integer(inner),
        TypeExpr::Scalar(scalar) => matches!(scalar, Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64),
        TypeExpr::Named(_) => false,
    }
}

/// Whether a type is what a table says.
fn fits(file: &File, ty: &TypeExpr, says: DocType) -> bool {
    match ty {
        TypeExpr::Scalar(Scalar::Any) => true,
        TypeExpr::Generic(Generic::List, inner) => {
            // What a list is of is not always said.
            let inner_says = DocType { lists: says.lists.saturating_sub(1), ..says };
            (says.lists > 0 || says.base == Base::Unknown) && fits(file, inner, inner_says)
        }
        _ if says.lists > 0 => false,
        TypeExpr::Generic(Generic::Map, _) => matches!(says.base, Base::Object | Base::Unknown),
        TypeExpr::Generic(Generic::Json | Generic::Pipe | Generic::Csv, _) => {
            matches!(says.base, Base::String | Base::Unknown)
        }
        TypeExpr::Generic(Generic::OrText, inner) => says.base == Base::String || fits(file, inner, says),
        TypeExpr::Scalar(scalar) => scalar_fits(*scalar, says.base),
        TypeExpr::Named(name) => match file.enums.get(name) {
            Some(listed) if listed.repr == Repr::String => scalar_fits(Scalar::String, says.base),
            Some(_) => scalar_fits(Scalar::I64, says.base),
            None => matches!(says.base, Base::Object | Base::Unknown),
        },
    }
}

fn scalar_fits(scalar: Scalar, base: Base) -> bool {
    let whole = matches!(base, Base::I32 | Base::U32 | Base::I64 | Base::U64);
    match scalar {
        _ if base == Base::Unknown => true,
        Scalar::Any => true,
        Scalar::String | Scalar::Secret => base == Base::String,
        Scalar::Bool => base == Base::Bool,
        Scalar::Flag => whole || base == Base::Bool,
        Scalar::I32 | Scalar::U32 => matches!(base, Base::I32 | Base::U32),
        Scalar::I64 | Scalar::U64 | Scalar::Timestamp => whole,
        Scalar::F64 => base == Base::F64,
        Scalar::File => base == Base::File,
    }
}
