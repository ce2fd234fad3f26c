//! Finds the changes between two specs, and their meaning for users of the crates.
//!
//! The lowered specs are compared, so the order of keys, quotes and comments don't matter. Things that are in
//! both are paired first, by name, then by their name on the wire, then by similarity, so a rename is reported
//! as one change.

mod arrivals;
mod changelog;
mod checks;
mod codes;
mod documents;
mod endpoints;
mod examples;
mod modules;
mod pairing;
mod rates;
mod report;
mod rules;
mod spec;
mod spot;
mod structs;
mod types;

use std::collections::HashMap;

use crate::api::Ty;

pub use arrivals::Arrival;
pub use changelog::Entries;
pub use report::{Report, entry};
pub use rules::{Class, Rule, Section};
pub use spec::{Spec, Unreadable};
pub use spot::Side;
use spot::{Both, Spot};

/// A change.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its kind.
    pub rule: Rule,
    /// The spec in which the place is: BASE if something is gone.
    pub side: Side,
    /// The file: `spec/media.yaml`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The thing that changed, in the spec: `media.get_media.request.media_id`.
    pub spec: String,
    /// The thing that changed, in Rust: `media::GetMedia::media_id`.
    pub rust: String,
    /// Its meaning for users of the crates, as a sentence without a full stop.
    pub meaning: String,
    /// The texts in BASE and in HEAD, if documentation changed.
    pub texts: Option<[String; 2]>,
    /// All names by which a changelog may refer to it.
    names: Vec<String>,
}

/// Returns all changes, the most severe first, then in the order of files and lines.
pub fn compare(base: &Spec, head: &Spec) -> Vec<Change> {
    let mut comparison = Comparison { base, head, types: HashMap::new(), found: Vec::new() };
    comparison.modules();
    comparison.codes();
    comparison.rates();
    let mut found = comparison.found;
    found.sort_by(|a, b| {
        let key = |change: &Change| (change.rule.section(), change.file.clone(), change.line, change.column);
        key(a).cmp(&key(b)).then(a.rule.cmp(&b.rule))
    });
    found
}

/// Two specs, and the changes found so far.
struct Comparison<'a> {
    base: &'a Spec,
    head: &'a Spec,
    /// The names in HEAD of the types of BASE, by module and name.
    types: HashMap<(String, String), String>,
    found: Vec<Change>,
}

impl<'a> Comparison<'a> {
    fn spec(&self, side: Side) -> &'a Spec {
        match side {
            Side::Base => self.base,
            Side::Head => self.head,
        }
    }

    /// Adds a change of something that is in HEAD only, or in BASE only.
    fn one(&mut self, rule: Rule, spot: &Spot, meaning: impl Into<String>) {
        self.push(rule, spot, spot.names.clone(), meaning.into());
    }

    /// Adds a change of something that is in both, at its place in HEAD.
    fn both(&mut self, rule: Rule, both: &Both, meaning: impl Into<String>) {
        let names = both.head.names.iter().chain(&both.base.names).cloned().collect();
        self.push(rule, &both.head, names, meaning.into());
        if rule.class() == Class::Docs
            && let Some(change) = self.found.last_mut()
        {
            let said = |spec: &Spec, spot: &Spot| spec.words_at(&spot.file, &spot.path);
            let texts = said(self.base, &both.base).zip(said(self.head, &both.head));
            change.texts = texts.filter(|(old, new)| old != new).map(|(old, new)| [old, new]);
        }
    }

    /// Adds a change of something that is in both and loses a part, at the place of that part in BASE.
    fn lost(&mut self, rule: Rule, both: &Both, meaning: impl Into<String>) {
        let names = both.head.names.iter().chain(&both.base.names).cloned().collect();
        self.push(rule, &both.base, names, meaning.into());
    }

    fn push(&mut self, rule: Rule, spot: &Spot, names: Vec<String>, meaning: String) {
        let (line, column) = self.spec(spot.side).position(&spot.file, &spot.path);
        self.found.push(Change {
            rule,
            side: spot.side,
            file: spot.file.clone(),
            line,
            column,
            spec: spot.spec.clone(),
            rust: spot.rust.clone(),
            meaning,
            texts: None,
            names,
        });
    }

    /// Returns the name in HEAD of a type of BASE, in this module.
    fn new_name<'t>(&'t self, module: &str, name: &'t str) -> &'t str {
        self.types.get(&(module.to_owned(), name.to_owned())).map_or(name, String::as_str)
    }

    /// Returns how a type of BASE differs from one of HEAD.
    fn difference(&self, module: &str, base: &Ty, head: &Ty) -> Difference {
        let base = named(base, &|name| self.new_name(module, name).to_owned());
        let head = named(head, &str::to_owned);
        if base == head {
            Difference::None
        } else if rust_text(&base) == rust_text(&head) {
            Difference::OnTheWire
        } else {
            Difference::InRust
        }
    }
}

/// The difference between two types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    None,
    OnTheWire,
    InRust,
}

/// Returns a type in which named types have their new names: changes inside them are reported where they are
/// defined.
fn named(ty: &Ty, new: &impl Fn(&str) -> String) -> Ty {
    let inner = |inner: &Ty| Box::new(named(inner, new));
    match ty {
        Ty::List(item) => Ty::List(inner(item)),
        Ty::Map(item) => Ty::Map(inner(item)),
        Ty::Json(item) => Ty::Json(inner(item)),
        Ty::Pipe(item) => Ty::Pipe(inner(item)),
        Ty::Csv(item) => Ty::Csv(inner(item)),
        Ty::OrText(item) => Ty::OrText(inner(item)),
        Ty::Struct(name) | Ty::Enum(name, _) | Ty::Union(name, _) => Ty::Struct(new(name)),
        other => other.clone(),
    }
}

/// Returns a type as written in Rust.
fn rust_text(ty: &Ty) -> String {
    ty.to_string()
}

/// Returns names in backticks, as a list.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
