//! Counts coverage by family, and writes it as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::ops::AddAssign;
use std::path::Path;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::pages;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{DocumentKind, Endpoint, Field, File, NamedDocument, NamedWire, Spec, Transport, Wire};

/// The file with the numbers behind the chart, relative to the workspace.
pub const NUMBERS: &str = "docs/coverage.json";

/// The numbers of one family, or of all families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Paths that the pages document, or documents in the table of names.
    pub documented: usize,
    /// The documented ones that are in the spec.
    pub specified: usize,
    /// Of these, those with an example.
    pub with_examples: usize,
    /// Those in the spec whose page nobody has read; the three numbers above don't include them.
    #[serde(default)]
    pub unseen: usize,
    /// Fields of all parts of operations, and of the structs inside them.
    pub fields: usize,
    /// Of these, those with a definite type.
    pub typed: usize,
    /// Of these, those with a description.
    pub described: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.documented += other.documented;
        self.specified += other.specified;
        self.with_examples += other.with_examples;
        self.unseen += other.unseen;
        self.fields += other.fields;
        self.typed += other.typed;
        self.described += other.described;
    }
}

/// Counts by family.
pub type Families = BTreeMap<String, Counts>;

/// Coverage by family, as features and modules are called. A path that neither the spec nor its table of names has counts for the part after
/// `/cgi-bin/`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The numbers of endpoints.
    pub families: Families,
    /// The numbers of documents, by what each kind is called, and of calls that have names instead of paths, in a single row.
    #[serde(flatten)]
    pub others: IndexMap<String, Families>,
}

/// Counts coverage. Also returns the paths in the spec that no page documents, if the pages are available.
///
/// Without the pages, the numbers of documented paths are those committed: a change of the spec doesn't require the pages.
pub fn count(root: &Path, docs: Option<&Path>) -> io::Result<(Coverage, Vec<String>)> {
    let spec = pages::spec(root)?;
    let (documented, undocumented) = if let Some(docs) = docs {
        let paths = pages::documented(docs)?;
        let undocumented =
            specified(&spec).filter(|target| target.is_seen(&spec) && !paths.contains(target.path));
        (by_family(&spec, &paths), undocumented.map(|target| target.path.to_owned()).collect())
    } else {
        (committed(root)?, Vec::new())
    };
    Ok((Coverage::new(&spec, &documented), undocumented))
}

/// Returns how many paths of each family the pages documented when the numbers were written.
fn committed(root: &Path) -> io::Result<BTreeMap<String, usize>> {
    let text = match fs::read_to_string(root.join(NUMBERS)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let missing = "doesn't exist, and no pages were given; name their folder with `--docs`";
            return Err(io::Error::other(format!("{NUMBERS} {missing}")));
        }
        Err(error) => return Err(io::Error::new(error.kind(), format!("{NUMBERS}: {error}"))),
    };
    let coverage: Coverage =
        serde_json::from_str(&text).map_err(|error| io::Error::other(format!("{NUMBERS}: {error}")))?;
    let mut others = coverage.others;
    let named = named_calls().filter_map(|(key, _)| others.swap_remove(key)).flatten();
    let families = coverage.families.into_iter().chain(named);
    Ok(families.map(|(family, counts)| (family, counts.documented)).collect())
}

/// Returns the tables of calls that have names instead of paths, each with its only row.
fn named_calls() -> impl Iterator<Item = (&'static str, &'static str)> {
    let facts = Transport::ALL.into_iter().map(Transport::facts);
    facts.filter_map(|facts| Some((facts.key, facts.row?)))
}

/// The families of paths.
struct PathFamilies<'s>(BTreeMap<&'s str, &'s str>);

impl<'s> PathFamilies<'s> {
    /// Takes them from the spec and from its table of names, which has the paths that aren't transcribed, too.
    fn of(spec: &'s Spec) -> Self {
        let named = spec.names.iter().flat_map(|names| &names.endpoints);
        let named = named.flat_map(|(file, calls)| {
            let family = file.split('.').next().unwrap_or(file);
            calls.values().map(move |call| (call.path(), family))
        });
        let specified = spec.files.iter().flat_map(|file| {
            let endpoints = file.endpoints.values();
            endpoints.map(|endpoint| (endpoint.head.method_and_path().1, file.family()))
        });
        // The first file of a path that several have decides.
        let mut families = BTreeMap::new();
        for (path, family) in specified.chain(named) {
            families.entry(path).or_insert(family);
        }
        Self(families)
    }

    /// Returns the family of a path, or the row in place of one: no path contains a blank.
    fn get<'t>(&self, target: Target<'t>) -> &'t str
    where
        's: 't,
    {
        let Target { transport, path } = target;
        if let Some(row) = transport.facts().row {
            return row;
        }
        let rest = path.strip_prefix("/cgi-bin/").unwrap_or_else(|| path.trim_start_matches('/'));
        self.0.get(path).copied().unwrap_or_else(|| rest.split('/').next().unwrap_or(rest))
    }
}

fn by_family(spec: &Spec, paths: &BTreeSet<String>) -> BTreeMap<String, usize> {
    let known = PathFamilies::of(spec);
    let mut families = BTreeMap::new();
    for path in paths {
        // Of what isn't over HTTP, pages show only the calls of the zone. No name of theirs begins with a slash.
        let transport = if path.starts_with('/') { Transport::Http } else { Transport::Zone };
        *families.entry(known.get(Target { transport, path }).to_owned()).or_default() += 1;
    }
    families
}

/// The target of calls. Pages may define one several times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Target<'a> {
    transport: Transport,
    /// The path or the name, without the method.
    path: &'a str,
}

impl<'a> Target<'a> {
    fn of(endpoint: &'a Endpoint) -> Self {
        Self { transport: endpoint.head.transport(), path: endpoint.head.method_and_path().1 }
    }

    /// Returns the endpoints that call it.
    fn endpoints(self, spec: &Spec) -> impl Iterator<Item = &Endpoint> {
        let endpoints = spec.files.iter().flat_map(|file| file.endpoints.values());
        endpoints.filter(move |endpoint| Target::of(endpoint) == self)
    }

    /// Returns whether anybody has read a page that documents it.
    fn is_seen(self, spec: &Spec) -> bool {
        self.endpoints(spec).any(|endpoint| endpoint.head.doc.seen)
    }

    fn has_example(self, spec: &Spec) -> bool {
        self.endpoints(spec).any(|endpoint| !endpoint.head.examples.is_empty())
    }
}

/// Returns each path or name in the spec once.
fn specified(spec: &Spec) -> impl Iterator<Item = Target<'_>> {
    let endpoints = spec.files.iter().flat_map(|file| file.endpoints.values());
    endpoints.map(Target::of).collect::<BTreeSet<Target<'_>>>().into_iter()
}

impl Coverage {
    /// Counts how much of the documentation is in a spec.
    fn new(spec: &Spec, documented: &BTreeMap<String, usize>) -> Self {
        let known = PathFamilies::of(spec);
        let mut families = Families::new();
        for (family, count) in documented {
            families.entry(family.clone()).or_default().documented = *count;
        }
        for target in specified(spec) {
            let counts = families.entry(known.get(target).to_owned()).or_default();
            if target.is_seen(spec) {
                counts.specified += 1;
                counts.with_examples += usize::from(target.has_example(spec));
            } else {
                counts.unseen += 1;
            }
        }
        for file in &spec.files {
            for (family, endpoints) in endpoints_by_family(file, &known) {
                let own = endpoints.iter();
                let own =
                    own.flat_map(|endpoint| endpoint.request.values().chain(endpoint.response.values()));
                *families.entry(family.to_owned()).or_default() += fields(file, own);
            }
        }
        families.retain(|_, counts| *counts != Counts::default());
        let documents =
            DocumentKind::ALL.map(|kind| (kind.facts().counted, documents(spec, kind))).into_iter();
        let named = named_calls().filter_map(|(key, row)| Some((key, families.remove_entry(row)?)));
        let named: Vec<(&str, Families)> = named.map(|(key, row)| (key, Families::from([row]))).collect();
        let others = documents.chain(named).map(|(key, families)| (key.to_owned(), families));
        Self { families, others: others.collect() }
    }

    /// Returns the numbers of all families' endpoints together.
    pub fn total(&self) -> Counts {
        total(&self.families)
    }

    /// Returns the numbers as JSON.
    pub fn json(&self) -> String {
        // All keys are strings, and all numbers integers.
        let value = serde_json::to_value(self).unwrap_or_default();
        format!("{value:#}\n")
    }

    /// Returns the tables that aren't empty, each with its name.
    fn tables(&self) -> impl Iterator<Item = (&str, &Families)> {
        let row = |key: &str| named_calls().find(|(named, _)| *named == key).map(|(_, row)| row);
        let others = self.others.iter().map(move |(key, families)| (row(key).unwrap_or(key), families));
        let others = others.filter(|(_, families)| !families.is_empty());
        std::iter::once(("endpoints", &self.families)).chain(others)
    }

    /// Returns the tables as plain text.
    pub fn text(&self) -> String {
        let tables = self.tables().map(|(name, families)| {
            let mut text = format!("{name:24}");
            for column in COLUMNS {
                let _ = write!(text, "{column:>16}");
            }
            text.push('\n');
            for (family, counts) in rows(families) {
                let _ = write!(text, "{family:24}");
                for cell in cells(counts) {
                    let _ = write!(text, "{cell:>16}");
                }
                text.push('\n');
            }
            text
        });
        tables.collect::<Vec<String>>().join("\n")
    }

    /// Returns the tables as Markdown.
    pub fn markdown(&self) -> String {
        let tables = self.tables().map(|(name, families)| {
            let mut text =
                format!("| {name} | {} |\n|---|{}\n", COLUMNS.join(" | "), "--:|".repeat(COLUMNS.len()));
            for (family, counts) in rows(families) {
                let _ = writeln!(text, "| {family} | {} |", cells(counts).join(" | "));
            }
            text
        });
        tables.collect::<Vec<String>>().join("\n")
    }
}

/// Returns the sum over some families.
pub(super) fn total(families: &Families) -> Counts {
    let mut total = Counts::default();
    for counts in families.values() {
        total += *counts;
    }
    total
}

fn rows(families: &Families) -> impl Iterator<Item = (&str, Counts)> {
    let rows = families.iter().map(|(family, counts)| (family.as_str(), *counts));
    rows.chain([("all", total(families))])
}

/// Counts the documents of a kind. The table of names has all documented ones, and those whose pages nobody has read.
fn documents(spec: &Spec, kind: DocumentKind) -> Families {
    let mut families = Families::new();
    for (file, named) in spec.names.iter().flat_map(|names| names.documents(kind)) {
        // Others aren't documents: they are items of a response, or arrive through a socket.
        let is_received = |named: &&NamedWire| named.wire.iter().any(|wire| Wire::parse(wire).is_some());
        let family = file.split('.').next().unwrap_or(file);
        families.entry(family.to_owned()).or_default().documented +=
            named.values().filter(is_received).count();
    }
    for file in &spec.files {
        let own: Vec<NamedDocument<'_>> = file.documents().filter(|document| document.kind == kind).collect();
        let counts = families.entry(file.family().to_owned()).or_default();
        let (seen, unseen): (Vec<_>, Vec<_>) =
            own.iter().partition(|document| document.definition.head.doc.seen);
        counts.specified += seen.len();
        let has_example = |document: &&&NamedDocument<'_>| !document.definition.head.examples.is_empty();
        counts.with_examples += seen.iter().filter(has_example).count();
        counts.unseen += unseen.len();
        // The table names them, too.
        counts.documented = counts.documented.saturating_sub(unseen.len());
        *counts += fields(file, own.iter().flat_map(|document| document.definition.fields.values()));
    }
    families.retain(|_, counts| *counts != Counts::default());
    families
}

const COLUMNS: [&str; 7] =
    ["documented", "in the spec", "with examples", "page not read", "fields", "typed", "described"];

fn cells(counts: Counts) -> [String; 7] {
    let Counts { documented, specified, with_examples, unseen, fields, typed, described } = counts;
    let of = |part: usize, whole: usize| format!("{part} ({})", percent(part, whole));
    [
        documented.to_string(),
        of(specified, documented),
        of(with_examples, specified),
        unseen.to_string(),
        fields.to_string(),
        of(typed, fields),
        of(described, fields),
    ]
}

/// Returns a share in percent, rounded down, so that only a complete one is 100%.
pub(super) fn percent(part: usize, whole: usize) -> String {
    (part * 100).checked_div(whole).map_or_else(|| "–".to_owned(), |percent| format!("{percent}%"))
}

fn endpoints_by_family<'f>(file: &'f File, known: &PathFamilies<'f>) -> BTreeMap<&'f str, Vec<&'f Endpoint>> {
    let mut families: BTreeMap<&str, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in file.endpoints.values() {
        families.entry(known.get(Target::of(endpoint))).or_default().push(endpoint);
    }
    families
}

/// Counts fields, and those of the structs that they refer to, each struct once.
fn fields<'f>(file: &'f File, own: impl Iterator<Item = &'f Field>) -> Counts {
    let mut pending: Vec<&Field> = own.collect();
    let mut seen = BTreeSet::new();
    let mut counts = Counts::default();
    while let Some(field) = pending.pop() {
        counts.fields += 1;
        counts.typed += usize::from(!is_open(&field.ty));
        counts.described += usize::from(!field.doc.trim().is_empty());
        let mut types: Vec<&TypeExpr> = vec![&field.ty];
        while let Some(name) = types.pop().map(TypeExpr::name) {
            let Some(name) = name.filter(|name| seen.insert(*name)) else { continue };
            pending.extend(file.structs.get(name).into_iter().flat_map(|found| found.fields.values()));
            let variants = file.unions.get(name).into_iter().flat_map(|union| union.variants.values());
            types.extend(variants.filter_map(|variant| variant.ty.as_ref()));
        }
    }
    counts
}

/// Returns whether a type leaves its content open.
fn is_open(ty: &TypeExpr) -> bool {
    match ty {
        TypeExpr::Scalar(scalar) => *scalar == Scalar::Any,
        TypeExpr::Generic(_, inner) => is_open(inner),
        TypeExpr::Named(_) => false,
    }
}

#[cfg(test)]
mod tests;
