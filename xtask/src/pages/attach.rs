//! Attaches the rows of tables to the fields that they describe.

use std::collections::HashMap;

use super::fields::{Fields, Node, Path, get, position};
use super::naming::canonical;
use super::table::{Row, Table};

/// The maximum depth of fields: named objects may contain themselves.
pub(super) const MAX_DEPTH: usize = 12;

/// The maximum number of places with a field of one name for that name to identify its place.
const MOST_PLACES: usize = 100;

/// Returns the first name of a row: of the field that contains it, or its own.
fn first_name(row: &Row) -> &str {
    row.name.split(['.', '[']).next().unwrap_or_default()
}

/// The places of the fields of each name, so that rows needn't search all fields.
#[derive(Default)]
struct Places {
    /// By name, in no order.
    of: HashMap<String, Vec<Path>>,
    /// By object: its names.
    alike: HashMap<String, Vec<String>>,
}

impl Places {
    fn add(&mut self, path: Path) {
        let Some(name) = path.last() else { return };
        let places = self.of.entry(name.clone()).or_default();
        if places.is_empty() {
            self.alike.entry(canonical(name)).or_default().push(name.clone());
        }
        places.push(path);
    }

    fn add_all(&mut self, fields: &Fields<'_>, path: &mut Path) {
        for (name, node) in fields {
            path.push(name.clone());
            self.add(path.clone());
            self.add_all(&node.fields, path);
            path.pop();
        }
    }
}

/// Finds the place of each row of a table.
pub(super) struct Attach<'t, 'a> {
    root: &'t mut Fields<'a>,
    /// The places of the fields of each name, below the root.
    places: Places,
    /// The name of the object to which the fields belong: rows may begin with it.
    owner: Option<&'t str>,
    /// The place of the previous row.
    last: Option<Path>,
    /// The places of the rows that contain the next ones.
    stack: Vec<Path>,
}

impl<'t, 'a> Attach<'t, 'a> {
    pub(super) fn to(root: &'t mut Fields<'a>, owner: Option<&'t str>) -> Self {
        let mut places = Places::default();
        places.add_all(root, &mut Vec::new());
        Self { root, places, owner, last: None, stack: Vec::new() }
    }

    /// Returns every place with a field of this name, from the top.
    fn find(&self, name: &str) -> Vec<Path> {
        let places = self.places.of.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut places = if places.len() > MOST_PLACES { Vec::new() } else { places.to_vec() };
        if places.len() > 1 {
            places.sort_by_cached_key(|path| position(self.root, path));
        }
        places
    }

    /// Returns whether at least one field of a table is known.
    pub(super) fn has_place(&self, table: &Table) -> bool {
        table.rows.iter().any(|row| self.places.of.contains_key(first_name(row)))
    }

    /// Returns whether a table describes an object inside a body, rather than the body itself.
    pub(super) fn has_object(&self, object: &str, table: &Table) -> bool {
        let alike = self.places.alike.get(object).into_iter().flatten();
        let first = alike.flat_map(|name| self.find(name)).min_by_key(|path| position(self.root, path));
        let Some(node) = first.and_then(|path| get(self.root, &path)) else { return false };
        let known = |fields: &Fields<'_>| {
            table.rows.iter().filter(|row| fields.contains_key(first_name(row))).count()
        };
        !node.fields.is_empty() && known(&node.fields) >= known(self.root)
    }

    pub(super) fn table(&mut self, table: &'a Table) {
        self.last = None;
        self.stack.clear();
        let direct = table.rows.iter().all(|row| {
            let parts = self.parts(row);
            let first = parts.as_ref().and_then(|parts| parts.first());
            let stands =
                |first: &String| self.root.contains_key(first) || !self.places.of.contains_key(first);
            row.depth > 0 || first.is_none_or(stands)
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

    /// Returns the names on the path to a row, without that of the object itself.
    fn parts(&self, row: &Row) -> Option<Path> {
        let parts = row.name.split('.').map(|part| part.trim_end_matches("[]").to_owned());
        let mut parts: Path = parts.filter(|part| !part.is_empty()).collect();
        let own = self.owner.is_some_and(|owner| parts.first().is_some_and(|first| first == owner));
        if own && !self.owner.is_some_and(|owner| self.root.contains_key(owner)) {
            parts.remove(0);
        }
        (!parts.is_empty() && parts.len() <= MAX_DEPTH).then_some(parts)
    }

    /// Returns the place of a row, and whether it is a guess.
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
        let places = self.find(name);
        let known = |path: &Path| get(self.root, path);
        let inside = |path: &Path| [path.clone(), rest.to_vec()].concat();
        let free: Vec<Path> = places
            .iter()
            .map(inside)
            .filter(|path| known(path).is_some_and(|node| node.rows.is_empty()))
            .collect();
        let said: Vec<Path> = places.iter().map(inside).filter(|path| known(path).is_some()).collect();
        // Where a body has several forms, their tables repeat rows; a dotted name may begin anywhere.
        let opened: Vec<Path> =
            if rest.is_empty() { Vec::new() } else { places.iter().map(inside).collect() };
        if let Some(found) = [free, said, opened].into_iter().find_map(|found| self.nearest(found, parts)) {
            return (found, false);
        }
        let parent = self.beside();
        let guessed = !parent.is_empty();
        ([parent, parts.clone()].concat(), guessed)
    }

    /// Returns the place that is nearest to the previous row, or else the first.
    fn nearest(&self, places: Vec<Path>, parts: &Path) -> Option<Path> {
        let last = self.last.clone().unwrap_or_default();
        let scopes = (0..=last.len()).rev().map(|length| [last[..length].to_vec(), parts.clone()].concat());
        scopes.into_iter().find(|path| places.contains(path)).or_else(|| places.into_iter().next())
    }

    /// Returns the object that contains the row after the previous one, if no example shows it: the same object, or
    /// the previous row itself if it is an object without known fields.
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

    /// Returns the field at a path, and creates it if it doesn't exist.
    fn node(&mut self, path: &Path) -> Option<&mut Node<'a>> {
        let (last, parents) = path.split_last()?;
        let mut fields = &mut *self.root;
        for (depth, part) in parents.iter().enumerate() {
            if !fields.contains_key(part) {
                self.places.add(path[..=depth].to_vec());
            }
            fields = &mut fields.entry(part.clone()).or_default().fields;
        }
        if !fields.contains_key(last) {
            self.places.add(path.clone());
        }
        Some(fields.entry(last.clone()).or_default())
    }
}
