//! What changes between two specs, and what it means for those who use the crates.
//!
//! Compared is what the specs lower to, so that the order of keys, quotes and comments don't matter. What is
//! in both is recognised first, by name, then by what it is called on the wire, then by likeness: a rename is
//! told as one change.

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

/// Something that changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// What kind of change it is.
    pub rule: Rule,
    /// Which spec the place is in: BASE for what is gone.
    pub side: Side,
    /// The file: `spec/media.yaml`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What changed, in the spec: `media.get_media.request.media_id`.
    pub spec: String,
    /// What changed, in Rust: `media::GetMedia::media_id`.
    pub rust: String,
    /// What it means for those who use the crates, as a sentence without a full stop.
    pub meaning: String,
    /// What BASE and HEAD say, where it is documentation that changed.
    pub texts: Option<[String; 2]>,
    /// Every name that a changelog may call it by.
    names: Vec<String>,
}

/// Everything that changed, the gravest first, then in the order of files and lines.
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

/// Two specs on their way to a list of changes.
struct Comparison<'a> {
    base: &'a Spec,
    head: &'a Spec,
    /// What the types of BASE are called in HEAD, by module and name.
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

    /// Something that is in HEAD only, or in BASE only.
    fn one(&mut self, rule: Rule, spot: &Spot, meaning: impl Into<String>) {
        self.push(rule, spot, spot.names.clone(), meaning.into());
    }

    /// Something that is in both, told where it stands in HEAD.
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

    /// Something that is in both and loses a part of it, told where that stands in BASE.
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

    /// What a type of BASE, in this module, is called in HEAD.
    fn new_name<'t>(&'t self, module: &str, name: &'t str) -> &'t str {
        self.types.get(&(module.to_owned(), name.to_owned())).map_or(name, String::as_str)
    }

    /// How a type of BASE differs from one of HEAD.
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

/// How types differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    None,
    OnTheWire,
    InRust,
}

/// A type, of which each named type is known only by its new name: what it is made of is told where it is
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

/// A type as it is written in Rust.
fn rust_text(ty: &Ty) -> String {
    ty.to_string()
}

/// Names in backticks, as a list.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
