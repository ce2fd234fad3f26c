//! Knowledge beyond the page that is drafted: the English for short phrases, and the types of fields with the same
//! name elsewhere.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::scalar::scalar_of;
use crate::pages::contents::Contents;
use crate::pages::phrases::doc_type;
use crate::pages::table::Table;
use crate::spec::source::{self, Kind, Lines, Node, Source};
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{NAMES, Names, PAGES, PHRASES, Phrases};

/// Knowledge that helps with every page of a chapter.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub phrases: Phrases,
    /// The names that are settled.
    pub names: Names,
    /// The types of fields in files of the family and on pages of the chapter.
    near: Types,
    /// The types of fields in all files.
    everywhere: Types,
}

/// The number of fields with one name and type that decides the type of a field in another family.
const ENOUGH: usize = 3;

impl Known {
    /// Collects the knowledge in the other files of a spec, for a file with this name.
    pub(super) fn of(sources: &[Source], file: &Path) -> Self {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let family = |stem: &str| stem.split('.').next().map(str::to_owned);
        let mut known = Self { phrases: Phrases::of(sources), names: Names::of(sources), ..Self::default() };
        let others =
            sources.iter().filter(|source| ![PHRASES, NAMES, PAGES, &*stem].contains(&source.stem.as_str()));
        for other in others {
            let near = family(&other.stem) == family(&stem);
            for (name, ty) in types_of(&other.text) {
                if near {
                    known.near.add(&name, &ty);
                }
                known.everywhere.add(&name, &ty);
            }
        }
        known
    }

    /// Adds the types in the file itself.
    pub(super) fn read_file(&mut self, text: &str) {
        for (name, ty) in types_of(text) {
            self.near.add(&name, &ty);
        }
    }

    /// Adds the types in a page's tables.
    pub(super) fn read(&mut self, contents: &Contents) {
        let tables = contents.sections.iter().flat_map(|section| &section.tables).chain(&contents.named);
        for (name, ty) in tables.flat_map(types_in) {
            self.near.add(&name, &ty);
        }
    }

    /// Returns the scalar of a field, or of the items of a field, with the same name elsewhere, if all agree.
    pub(super) fn scalar(&self, name: &str, in_list: bool) -> Option<Scalar> {
        let key = (name.to_owned(), in_list);
        match self.near.0.get(&key) {
            Some(seen) => only(seen).map(|(scalar, _)| scalar),
            None => only(self.everywhere.0.get(&key)?)
                .filter(|(_, count)| *count >= ENOUGH)
                .map(|(scalar, _)| scalar),
        }
    }
}

/// By name, and whether it is the type of a list's items.
#[derive(Debug, Default)]
struct Types(HashMap<(String, bool), Counts>);

/// The number of times each scalar occurs, by its keyword; other types have none.
type Counts = BTreeMap<Option<&'static str>, usize>;

impl Types {
    fn add(&mut self, name: &str, ty: &TypeExpr) {
        let (ty, in_list) = match ty {
            TypeExpr::Generic(Generic::List, item) => (&**item, true),
            other => (other, false),
        };
        let scalar = match ty {
            TypeExpr::Scalar(scalar) => Some(scalar.keyword()),
            TypeExpr::Generic(..) | TypeExpr::Named(_) => None,
        };
        *self.0.entry((name.to_owned(), in_list)).or_default().entry(scalar).or_default() += 1;
    }
}

/// Returns the only scalar that occurs, and how often.
fn only(seen: &Counts) -> Option<(Scalar, usize)> {
    let (scalar, count) = seen.first_key_value().filter(|_| seen.len() == 1)?;
    Some((Scalar::from_keyword((*scalar)?)?, *count))
}

/// Returns the types of the fields of a spec file, by name, except those that nobody has settled yet.
fn types_of(text: &str) -> Vec<(String, TypeExpr)> {
    let mut found = Vec::new();
    if let Ok(root) = Node::parse(text) {
        let lines = Lines::of(text);
        collect(&root, &mut |key, ty| {
            let (_, line) = lines.around(&key.span);
            if !text[line].contains("# ?")
                && let (Kind::Scalar { value: name, .. }, Ok(ty)) = (&key.kind, ty.parse())
            {
                found.push((name.trim_end_matches('?').to_owned(), ty));
            }
        });
    }
    found
}

/// Visits the keys of all fields, each with its type.
fn collect(node: &Node, found: &mut impl FnMut(&Node, &str)) {
    for (key, value) in entries(node) {
        let holds_fields = |key: &str| ["request", "response", "fields"].contains(&key);
        if matches!(&key.kind, Kind::Scalar { value, .. } if holds_fields(value)) {
            for (name, field) in entries(value) {
                if let Some(Kind::Scalar { value: ty, .. }) =
                    field.get(&source::Path::of(["type"])).map(|ty| &ty.kind)
                {
                    found(name, ty);
                }
            }
        }
        collect(value, found);
    }
}

fn entries(node: &Node) -> &[(Node, Node)] {
    match &node.kind {
        Kind::Mapping(entries) => entries.as_slice(),
        Kind::Scalar { .. } | Kind::Sequence(_) => &[],
    }
}

/// Returns the types that a table gives fields, by name.
fn types_in(table: &Table) -> impl Iterator<Item = (String, TypeExpr)> {
    let rows = table.rows.iter().filter(|_| !table.values);
    rows.filter_map(|row| {
        let says = doc_type(row.ty.as_deref()?);
        let scalar = TypeExpr::Scalar(scalar_of(says.base)?);
        let name = row.name.rsplit('.').next()?;
        let listed = |ty, _| TypeExpr::Generic(Generic::List, Box::new(ty));
        let ty = (0..says.lists.max(name.matches("[]").count())).fold(scalar, listed);
        Some((name.replace("[]", ""), ty))
    })
}
