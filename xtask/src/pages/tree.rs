//! The fields of a body, combined from the examples and the tables.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::attach::{Attach, MAX_DEPTH};

use super::contents::Section;
use super::encoding::token;
pub(crate) use super::fields::{Fields, Node, shown};
use super::fields::{Path, absorb, collect, get_mut};
use super::naming::canonical;
use super::table::{Row, Table};
use crate::spec::Part;
use crate::spec::payload::{self, ENVELOPE};

/// The maximum number of tables of named objects that an endpoint may need: they may refer to one another in every order.
const MOST_TABLES: usize = 500;

/// The maximum number of pieces of bodies that are compared with all objects.
const MOST_PIECES: usize = 500;

/// Adds what a page shows outside of whole bodies, to the objects that have the most fields in common with it.
fn add_pieces<'a>(fields: &mut Fields<'a>, pieces: impl IntoIterator<Item = &'a Value>) {
    for piece in pieces.into_iter().take(MOST_PIECES) {
        let mut objects = Vec::new();
        collect(piece, &mut objects);
        let Some(object) = objects.first() else { continue };
        let mut best: Option<(usize, Path)> = None;
        most_alike(fields, object, &mut Vec::new(), &mut best);
        let Some((_, path)) = best else { continue };
        let Some(node) = get_mut(fields, &path) else { continue };
        node.parts.push(piece);
        for object in objects {
            absorb(&mut node.fields, object, false);
        }
    }
}

fn most_alike(
    fields: &Fields<'_>,
    object: &Map<String, Value>,
    path: &mut Path,
    best: &mut Option<(usize, Path)>,
) {
    for (name, node) in fields {
        path.push(name.clone());
        let common = object.keys().filter(|key| node.fields.contains_key(*key)).count();
        let alike = common > 1 && 2 * common >= object.len();
        if alike && best.as_ref().is_none_or(|(most, _)| common > *most) {
            *best = Some((common, path.clone()));
        }
        most_alike(&node.fields, object, path, best);
        path.pop();
    }
}

/// The fields of a side of an endpoint, without its token and the envelope: what bodies show, and what the tables of its
/// page say. Also returns the tables that have no place there.
pub(crate) fn of<'a>(
    section: &'a Section,
    named: &'a [Table],
    part: Part,
    bodies: &[&'a Map<String, Value>],
) -> (Fields<'a>, Vec<&'a Table>) {
    let mut fields = shown(bodies);
    let (own, other) = section.tables.iter().partition(|table| table.part == part.shown());
    let pieces = section.pieces.iter().filter(|(at, _)| *at == part).map(|(_, piece)| piece);
    let unplaced = describe(&mut fields, &Tables { own, other, named }, pieces);
    match part {
        Part::Request => {
            for name in &section.query {
                fields.entry(name.clone()).or_default();
            }
            let token = token(section).parameter();
            fields.retain(|name, node| {
                let is_token = Some(name.as_str()) == token || name == "access_token";
                !(is_token && node.values.is_empty())
            });
        }
        Part::Response => fields.retain(|name, _| name != "errcode" && name != "errmsg"),
        Part::Received | Part::Sent => fields.retain(|name, node| {
            let is_known = payload::KNOWN.contains(&name.as_str()) && node.values.is_empty();
            !(ENVELOPE.contains(&name.as_str()) || is_known)
        }),
    }
    (fields, unplaced)
}

/// The tables that describe an endpoint's bodies.
#[derive(Debug)]
struct Tables<'a> {
    /// Those of one side of the endpoint.
    own: Vec<&'a Table>,
    /// Those of the other side.
    other: Vec<&'a Table>,
    /// Those of named objects, anywhere on the page.
    named: &'a [Table],
}

/// Puts what tables say beside what the examples show; returns the tables that have no place there.
fn describe<'a>(
    fields: &mut Fields<'a>,
    tables: &Tables<'a>,
    pieces: impl IntoIterator<Item = &'a Value>,
) -> Vec<&'a Table> {
    let shown = !fields.is_empty();
    let everywhere = tables.own.iter().chain(&tables.other).copied().chain(tables.named);
    let referred: HashSet<String> = everywhere
        .flat_map(|table| &table.rows)
        .flat_map(|row| &row.refers)
        .map(|name| canonical(name))
        .collect();
    let mut first = true;
    let mut bodies: Vec<&'a Table> = Vec::new();
    let mut unplaced = Vec::new();
    let mut attach = Attach::to(fields, None);
    for table in &tables.own {
        let inner = |object: &String| referred.contains(object) || attach.has_object(object, table);
        if table.object.as_ref().is_some_and(inner) {
            continue;
        }
        if shown && !first && !attach.has_place(table) {
            unplaced.push(*table);
            continue;
        }
        first = false;
        bodies.push(table);
        attach.table(table);
    }
    add_pieces(fields, pieces);
    // What a piece shows gives its table a place.
    let mut attach = Attach::to(fields, None);
    unplaced.retain(|table| {
        let known = attach.has_place(table);
        if known {
            attach.table(table);
        }
        !known
    });
    let others = tables.named.iter().filter(|table| !bodies.contains(table));
    let own = tables.own.iter().chain(&tables.other).copied();
    let own = own.filter(|table| table.name.is_some() && !bodies.contains(table));
    Naming::of(own.chain(others)).fields(fields);
    unplaced
}

/// Puts the tables of named objects where they are referred to.
struct Naming<'a> {
    /// By object: the first table of it, with those that go on with it, and its place among all.
    tables: HashMap<&'a str, (usize, Vec<&'a Table>)>,
    /// The objects that are being described, outermost first.
    above: Vec<&'a str>,
    /// The number of further tables that may be placed.
    left: usize,
}

impl<'a> Naming<'a> {
    fn of(tables: impl Iterator<Item = &'a Table>) -> Self {
        let mut known: HashMap<&str, (usize, Vec<&Table>)> = HashMap::new();
        for (index, table) in tables.filter(|table| !table.values).enumerate() {
            let Some(object) = &table.object else { continue };
            let (_, known) = known.entry(object.as_str()).or_insert((index, Vec::new()));
            if known.is_empty() || goes_on(table) {
                known.push(table);
            }
        }
        Self { tables: known, above: Vec::new(), left: MOST_TABLES }
    }

    fn fields(&mut self, fields: &mut Fields<'a>) {
        let names: Vec<String> = fields.keys().cloned().collect();
        for name in names {
            let Some(node) = fields.get_mut(&name) else { continue };
            let Some((tables, own, referred)) = self.tables_of(&name, node) else {
                self.fields(&mut node.fields);
                continue;
            };
            // An object that holds its like is described once.
            node.object = referred.then(|| own.to_owned());
            node.table = Some(own.to_owned());
            node.again = self.above.contains(&own) && node.fields.is_empty();
            if node.again || self.left == 0 || self.above.len() == MAX_DEPTH {
                continue;
            }
            self.left -= 1;
            for table in tables {
                Attach::to(&mut node.fields, Some(&name)).table(table);
            }
            self.above.push(own);
            self.fields(&mut node.fields);
            self.above.pop();
        }
    }

    /// The tables about a field's own fields: of what it refers to, or of its name.
    ///
    /// Also says how they are called, and whether the field is called otherwise.
    fn tables_of(&self, name: &str, node: &Node<'a>) -> Option<(Vec<&'a Table>, &'a str, bool)> {
        if node.fields.is_empty()
            && node.values.iter().any(|value| !(value.is_null() || value.is_array() || value.is_object()))
        {
            return None;
        }
        let refers = node.row().map(|row| row.refers.as_slice()).unwrap_or_default();
        let referred = refers.iter().filter_map(|name| self.tables.get(canonical(name).as_str()));
        let own_name = canonical(name);
        let found = referred.min_by_key(|(index, _)| *index).or_else(|| {
            let alike = self.tables.get(own_name.as_str());
            alike.filter(|_| !node.fields.is_empty())
        });
        let (_, tables) = found?;
        let first = *tables.first()?;
        let otherwise = first.object.as_ref() != Some(&own_name);
        Some((tables.clone(), first.name.as_deref()?, otherwise))
    }
}

/// Returns whether all rows of a table are below the object that it describes, as if several tables describe its parts.
fn goes_on(table: &Table) -> bool {
    table.name.as_deref().is_some_and(|name| {
        let inside = |row: &Row| row.name.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '[']));
        table.rows.iter().all(inside)
    })
}
