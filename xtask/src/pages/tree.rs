//! The fields of a body: what the examples show, and what the tables say of it, brought together.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::contents::Section;
use super::encoding::token;
use super::naming::same;
use super::table::{Row, Table};
use crate::spec::Part;

/// A field, wherever it stands. Of lists, `fields` are those of their items.
#[derive(Debug, Default, Clone)]
pub(crate) struct Node<'a> {
    /// What tables say of it: the first one is nearest to where it stands.
    pub rows: Vec<&'a Row>,
    /// Every value that the examples show.
    pub values: Vec<&'a Value>,
    /// Whether a whole body shows it.
    pub whole: bool,
    /// Objects of its kind that the page shows outside of any whole body.
    pub parts: Vec<&'a Value>,
    /// Its own fields.
    pub fields: Fields<'a>,
    /// The name that the page gives the object, where the field only refers to it.
    pub object: Option<String>,
    /// The name of the table that describes its fields.
    pub table: Option<String>,
    /// Whether that describes an object around it, too, and nothing shows its own fields.
    pub again: bool,
    /// Whether only a table tells where it stands, and not clearly.
    pub guessed: bool,
}

/// The fields of an object, by name.
pub(crate) type Fields<'a> = IndexMap<String, Node<'a>>;

type Path = Vec<String>;

/// How deep fields may nest: named objects may hold themselves.
const MAX_DEPTH: usize = 12;

/// How many tables of named objects an endpoint may need: they may refer to one another in every order.
const MOST_TABLES: usize = 500;

impl<'a> Node<'a> {
    /// What the first table says of it.
    pub(crate) fn row(&self) -> Option<&'a Row> {
        self.rows.first().copied()
    }

    /// The objects that the examples show here, those inside lists among them.
    pub(crate) fn objects(&self) -> Vec<&'a Map<String, Value>> {
        let mut objects = Vec::new();
        for value in self.values.iter().chain(&self.parts) {
            collect(value, &mut objects);
        }
        objects
    }
}

fn collect<'a>(value: &'a Value, objects: &mut Vec<&'a Map<String, Value>>) {
    match value {
        Value::Object(object) => objects.push(object),
        Value::Array(items) => items.iter().for_each(|item| collect(item, objects)),
        _ => {}
    }
}

/// The fields that some objects show.
pub(crate) fn shown<'a>(objects: &[&'a Map<String, Value>]) -> Fields<'a> {
    let mut fields: Fields<'a> = IndexMap::new();
    for object in objects {
        absorb(&mut fields, object, true);
    }
    fields
}

/// Adds what an object shows.
fn absorb<'a>(fields: &mut Fields<'a>, object: &'a Map<String, Value>, whole: bool) {
    for (name, value) in object {
        let node = fields.entry(name.clone()).or_default();
        node.values.push(value);
        node.whole |= whole;
        let mut inner = Vec::new();
        collect(value, &mut inner);
        for object in inner {
            absorb(&mut node.fields, object, whole);
        }
    }
}

/// Adds what a page shows outside of whole bodies, to the objects that have the most fields in common with it.
fn add_parts<'a>(fields: &mut Fields<'a>, parts: impl IntoIterator<Item = &'a Value>) {
    for part in parts {
        let mut objects = Vec::new();
        collect(part, &mut objects);
        let Some(object) = objects.first() else { continue };
        let mut best: Option<(usize, Path)> = None;
        most_alike(fields, object, &mut Vec::new(), &mut best);
        let Some((_, path)) = best else { continue };
        let Some(node) = get_mut(fields, &path) else { continue };
        node.parts.push(part);
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
    let (own, other) = section.tables.iter().partition(|table| table.part == part);
    let parts = section.pieces.iter().filter(|(at, _)| *at == part).map(|(_, piece)| piece);
    let unplaced = describe(&mut fields, &Tables { own, other, named }, parts);
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
    }
    (fields, unplaced)
}

/// The tables that describe an endpoint's bodies.
#[derive(Debug)]
struct Tables<'a> {
    /// Those of one side of the endpoint.
    pub own: Vec<&'a Table>,
    /// Those of the other side.
    pub other: Vec<&'a Table>,
    /// Those of named objects, anywhere on the page.
    pub named: &'a [Table],
}

/// Puts what tables say beside what the examples show; returns the tables that have no place there.
fn describe<'a>(
    fields: &mut Fields<'a>,
    tables: &Tables<'a>,
    parts: impl IntoIterator<Item = &'a Value>,
) -> Vec<&'a Table> {
    let shown = !fields.is_empty();
    let everywhere = || tables.own.iter().chain(&tables.other).copied().chain(tables.named);
    let referred = |name: &str| {
        everywhere().flat_map(|table| &table.rows).any(|row| row.refers.iter().any(|refer| same(refer, name)))
    };
    let mut first = true;
    let mut bodies: Vec<&'a Table> = Vec::new();
    let mut unplaced = Vec::new();
    for table in &tables.own {
        if table.name.as_deref().is_some_and(|name| referred(name) || describes_inner(fields, table, name)) {
            continue;
        }
        if shown && !first && !has_place(fields, table) {
            unplaced.push(*table);
            continue;
        }
        first = false;
        bodies.push(table);
        Attach::to(fields, None).table(table);
    }
    add_parts(fields, parts);
    // What a part shows gives its table a place.
    unplaced.retain(|table| {
        let known = has_place(fields, table);
        if known {
            Attach::to(fields, None).table(table);
        }
        !known
    });
    let others = tables.named.iter().filter(|table| !bodies.contains(table));
    let named: Vec<&'a Table> = tables
        .own
        .iter()
        .chain(&tables.other)
        .copied()
        .filter(|table| table.name.is_some() && !bodies.contains(table))
        .chain(others)
        .collect();
    Naming { tables: &named, above: Vec::new(), left: MOST_TABLES }.fields(fields);
    unplaced
}

/// Whether some field of a table is known.
fn has_place(fields: &Fields<'_>, table: &Table) -> bool {
    let first = |row: &Row| row.name.split(['.', '[']).next().unwrap_or_default().to_owned();
    table.rows.iter().any(|row| !find(fields, &first(row)).is_empty())
}

/// Whether a table is about the object of its name inside a body, and not about the body itself.
fn describes_inner(fields: &Fields<'_>, table: &Table, name: &str) -> bool {
    let Some(path) = find_named(fields, name) else { return false };
    let Some(node) = get(fields, &path) else { return false };
    let known = |fields: &Fields<'_>| {
        let first = |row: &&Row| fields.contains_key(row.name.split(['.', '[']).next().unwrap_or_default());
        table.rows.iter().filter(first).count()
    };
    !node.fields.is_empty() && known(&node.fields) >= known(fields)
}

/// The first field of a name, wherever it stands.
fn find_named(fields: &Fields<'_>, name: &str) -> Option<Path> {
    for (key, node) in fields {
        if same(key, name) {
            return Some(vec![key.clone()]);
        }
        if let Some(rest) = find_named(&node.fields, name) {
            return Some([vec![key.clone()], rest].concat());
        }
    }
    None
}

/// Puts the tables of named objects where they are referred to.
struct Naming<'t, 'a> {
    tables: &'t [&'a Table],
    /// The objects that are being described, outermost first.
    above: Vec<String>,
    /// How many more tables may be put somewhere.
    left: usize,
}

impl<'a> Naming<'_, 'a> {
    fn fields(&mut self, fields: &mut Fields<'a>) {
        let names: Vec<String> = fields.keys().cloned().collect();
        for name in names {
            let Some(node) = fields.get_mut(&name) else { continue };
            let Some((table, own, referred)) = self.table_of(&name, node) else {
                self.fields(&mut node.fields);
                continue;
            };
            // An object that holds its like is described once.
            node.object = referred.then(|| own.clone());
            node.table = Some(own.clone());
            node.again = self.above.contains(&own) && node.fields.is_empty();
            if node.again || self.left == 0 || self.above.len() == MAX_DEPTH {
                continue;
            }
            self.left -= 1;
            Attach::to(&mut node.fields, Some(&name)).table(table);
            self.above.push(own);
            self.fields(&mut node.fields);
            self.above.pop();
        }
    }

    /// The table about a field's own fields: one that it refers to, or one of its name.
    ///
    /// Also says how it is called, and whether the field is called otherwise.
    fn table_of(&self, name: &str, node: &Node<'a>) -> Option<(&'a Table, String, bool)> {
        if node.fields.is_empty()
            && node.values.iter().any(|value| !(value.is_null() || value.is_array() || value.is_object()))
        {
            return None;
        }
        let refers = node.row().map(|row| row.refers.as_slice()).unwrap_or_default();
        let named = self.tables.iter().filter(|table| !table.values);
        let mut named = named.filter_map(|table| Some((*table, table.name.clone()?)));
        let referred = named.clone().find(|(_, own)| refers.iter().any(|refer| same(refer, own)));
        if let Some((table, own)) = referred {
            let otherwise = !same(&own, name);
            return Some((table, own, otherwise));
        }
        let (table, own) = named.find(|(_, own)| same(own, name)).filter(|_| !node.fields.is_empty())?;
        Some((table, own, false))
    }
}

/// Finds the place of each row of a table.
struct Attach<'t, 'a> {
    root: &'t mut Fields<'a>,
    /// The name of the object that the fields belong to: rows may begin with it.
    owner: Option<&'t str>,
    /// Where the row before was put.
    last: Option<Path>,
    /// Where the rows that others stand below were put.
    stack: Vec<Path>,
}

impl<'t, 'a> Attach<'t, 'a> {
    fn to(root: &'t mut Fields<'a>, owner: Option<&'t str>) -> Self {
        Self { root, owner, last: None, stack: Vec::new() }
    }

    fn table(&mut self, table: &'a Table) {
        let direct = table.rows.iter().all(|row| {
            let first = row.name.split(['.', '[']).next().unwrap_or_default();
            row.depth > 0 || self.root.contains_key(first) || find(self.root, first).is_empty()
        });
        for row in &table.rows {
            let Some(parts) = self.parts(row) else { continue };
            let (path, guessed) = self.place(row, &parts, direct);
            if path.len() > MAX_DEPTH {
                continue;
            }
            let Some(node) = self.node(&path) else { continue };
            if node.rows.is_empty() {
                node.guessed = guessed;
            }
            if !node.rows.contains(&row) {
                node.rows.push(row);
            }
            self.stack.truncate(row.depth);
            self.stack.push(path.clone());
            self.last = Some(path);
        }
    }

    /// The names on the way to a row, without that of the object itself.
    fn parts(&self, row: &Row) -> Option<Path> {
        let parts = row.name.split('.').map(|part| part.trim_end_matches("[]").to_owned());
        let mut parts: Path = parts.filter(|part| !part.is_empty()).collect();
        let own = self.owner.is_some_and(|owner| parts.first().is_some_and(|first| first == owner));
        if own && !self.owner.is_some_and(|owner| self.root.contains_key(owner)) {
            parts.remove(0);
        }
        (!parts.is_empty() && parts.len() <= MAX_DEPTH).then_some(parts)
    }

    /// Where a row belongs, and whether that is a guess.
    fn place(&self, row: &Row, parts: &Path, direct: bool) -> (Path, bool) {
        if row.depth > 0 {
            let parent = self.stack.get(row.depth - 1).or(self.stack.last()).cloned().unwrap_or_default();
            return ([parent, parts.clone()].concat(), false);
        }
        let beside = parts.clone();
        let [name, rest @ ..] = parts.as_slice() else { return (beside, false) };
        if direct || !rest.is_empty() && self.root.contains_key(name) {
            return (beside, false);
        }
        let places = find(self.root, name);
        let known = |path: &Path| get(self.root, path);
        let inside = |path: &Path| [path.clone(), rest.to_vec()].concat();
        let free: Vec<Path> = places
            .iter()
            .map(inside)
            .filter(|path| known(path).is_some_and(|node| node.rows.is_empty()))
            .collect();
        let said: Vec<Path> = places.iter().map(inside).filter(|path| known(path).is_some()).collect();
        // Tables of several sorts of a body repeat their rows; a dotted name may begin anywhere.
        let opened: Vec<Path> =
            if rest.is_empty() { Vec::new() } else { places.iter().map(inside).collect() };
        if let Some(found) = [free, said, opened].into_iter().find_map(|found| self.nearest(found, parts)) {
            return (found, false);
        }
        let parent = self.beside();
        let guessed = !parent.is_empty();
        ([parent, parts.clone()].concat(), guessed)
    }

    /// The one of some places that is nearest to the row before, or else the first.
    fn nearest(&self, places: Vec<Path>, parts: &Path) -> Option<Path> {
        let last = self.last.clone().unwrap_or_default();
        let scopes = (0..=last.len()).rev().map(|length| [last[..length].to_vec(), parts.clone()].concat());
        scopes.into_iter().find(|path| places.contains(path)).or_else(|| places.into_iter().next())
    }

    /// The object that the row after the one before stands in, if nothing shows it: the same one, or the row before
    /// itself where that is an object of which nothing is known.
    fn beside(&self) -> Path {
        let mut parent = self.last.clone().unwrap_or_default();
        let opens = get(self.root, &parent).is_some_and(|node| {
            let ty = node.row().and_then(|row| row.ty.as_deref()).unwrap_or_default().to_ascii_lowercase();
            ty.contains("obj") && node.values.is_empty()
        });
        if !opens {
            parent.pop();
        }
        parent
    }

    /// The field at a path, made where there is none.
    fn node(&mut self, path: &Path) -> Option<&mut Node<'a>> {
        let (last, parents) = path.split_last()?;
        let mut fields = &mut *self.root;
        for part in parents {
            fields = &mut fields.entry(part.clone()).or_default().fields;
        }
        Some(fields.entry(last.clone()).or_default())
    }
}

fn get<'n, 'a>(fields: &'n Fields<'a>, path: &[String]) -> Option<&'n Node<'a>> {
    let (first, rest) = path.split_first()?;
    let node = fields.get(first)?;
    if rest.is_empty() { Some(node) } else { get(&node.fields, rest) }
}

fn get_mut<'n, 'a>(fields: &'n mut Fields<'a>, path: &[String]) -> Option<&'n mut Node<'a>> {
    let (first, rest) = path.split_first()?;
    let node = fields.get_mut(first)?;
    if rest.is_empty() { Some(node) } else { get_mut(&mut node.fields, rest) }
}

/// Every place where a field of a name stands, from the top.
fn find(fields: &Fields<'_>, name: &str) -> Vec<Path> {
    let mut found = Vec::new();
    for (key, node) in fields {
        if key == name {
            found.push(vec![key.clone()]);
        }
        found.extend(find(&node.fields, name).into_iter().map(|rest| [vec![key.clone()], rest].concat()));
    }
    found
}
