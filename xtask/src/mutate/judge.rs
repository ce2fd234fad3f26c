//! Decides who notices a mistake: the spec's checks, the comparison with its pages, or the pages' examples.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::edit::Edit;
use super::reach::Unchanged;
use crate::drift::{Compared, Evidence, Finding, ReadPage};
use crate::pages::contents::Contents;
use crate::spec::check;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::source::Source;
use crate::spec::{Fields, File, Part, Spec, load};

/// The check that noticed a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Witness {
    /// The checks of the spec, as `codegen` runs them.
    Check,
    /// The comparison with the pages.
    Drift,
    /// The pages' examples, compared with the types.
    Examples,
}

impl Witness {
    pub(super) const ALL: [Self; 3] = [Self::Check, Self::Drift, Self::Examples];

    /// Returns its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Drift => "drift",
            Self::Examples => "examples",
        }
    }
}

/// A single file of the spec without a mistake, and what is found in it nevertheless.
pub(super) struct Subject<'a> {
    name: String,
    /// The pages of all files.
    pub pages: &'a [ReadPage],
    pub value: serde_yaml::Value,
    pub spec: Spec,
    compared: Compared,
    known: Found,
}

/// The number of times each finding occurs.
type Found = BTreeMap<String, usize>;

impl<'a> Subject<'a> {
    /// Creates a subject from a file of a spec without mistakes.
    pub(super) fn new(source: &Source, pages: &'a [ReadPage]) -> Result<Self, String> {
        let name = source.path.trim_start_matches("spec/").to_owned();
        let value =
            serde_yaml::from_str(&source.text).map_err(|error| format!("{}: {error}", source.path))?;
        // Findings that a check has only because the other files are missing.
        let (spec, known) = read(&name, &value);
        let compared = Compared::of(&spec, pages);
        let mut subject = Self { name, pages, value, spec, compared, known };
        subject.known.extend(told(&subject.compared.findings));
        subject.known.extend(subject.examples(&subject.spec));
        Ok(subject)
    }

    /// Returns what pages say about the file.
    pub(super) fn evidence(&self) -> &Evidence {
        &self.compared.evidence
    }

    /// Returns the deviations that a single file doesn't need: those about differences from other files.
    pub(super) fn needless(&self) -> BTreeSet<&str> {
        let findings = self.compared.findings.iter();
        findings.filter(|finding| finding.rule.is_none()).map(|finding| finding.at.as_str()).collect()
    }

    /// Returns who first notices the edits.
    pub(super) fn judge(&self, edits: &[Edit]) -> Option<Witness> {
        let mut value = self.value.clone();
        for edit in edits {
            edit.apply(&mut value);
        }
        let (spec, mistakes) = read(&self.name, &value);
        if self.is_new(&mistakes) {
            return Some(Witness::Check);
        }
        let unchanged = Unchanged::of(&self.spec, &spec, edits);
        let findings = self.compared.again(&spec, self.pages, |endpoint| unchanged.holds(endpoint));
        if self.is_new(&told(&findings)) {
            return Some(Witness::Drift);
        }
        self.is_new(&self.examples(&spec)).then_some(Witness::Examples)
    }

    fn is_new(&self, found: &Found) -> bool {
        found.iter().any(|(what, times)| self.known.get(what).is_none_or(|known| times > known))
    }

    /// Finds what the types don't expect in the bodies on their pages.
    fn examples(&self, spec: &Spec) -> Found {
        let found = spec.files.iter().flat_map(|file| file.endpoints.keys().map(move |name| (file, name)));
        counted(found.flat_map(|(file, name)| {
            let shown = self.shown(file, name).into_iter();
            shown
                .flat_map(|(part, fields, body)| check::body(file, part, fields, body))
                .map(move |told| format!("{name}: {told}"))
        }))
    }

    /// Returns the bodies that pages show of an endpoint.
    fn shown<'s>(&'s self, file: &'s File, name: &str) -> Vec<(Part, &'s Fields, &'s Map<String, Value>)> {
        let endpoint = &file.endpoints[name];
        let (_, path) = endpoint.head.method_and_path();
        let pages =
            endpoint.head.doc.ids().filter_map(|id| self.pages.iter().find(|read| read.page.id == id));
        let sections = pages.flat_map(|read| {
            let Contents { sections, .. } = &read.contents;
            sections.iter().filter(|section| section.path == path)
        });
        let parts = [(Part::Request, &endpoint.request), (Part::Response, &endpoint.response)];
        let bodies = sections.flat_map(|section| {
            parts.into_iter().flat_map(|(part, fields)| {
                section.bodies(part).filter_map(move |body| Some((part, fields, body.as_object()?)))
            })
        });
        bodies.collect()
    }
}

/// Reads a spec from the values of a file, with its mistakes.
fn read(name: &str, value: &serde_yaml::Value) -> (Spec, Found) {
    let text = serde_yaml::to_string(value).unwrap_or_default();
    let sources = [load::source(name, &text)];
    let mut found = Diagnostics::default();
    let spec = load::spec(&sources, &mut found);
    check::spec(&spec, &sources, &mut found);
    let mistakes = counted(found.iter().map(|found| format!("{}: {}", found.mistake.code(), found.message)));
    (spec, mistakes)
}

/// Counts the findings of a comparison with the pages.
fn told(findings: &[Finding]) -> Found {
    counted(findings.iter().map(|finding| {
        let says = finding.page.as_deref().unwrap_or_default();
        format!("{} {} {says}", finding.name(), finding.at)
    }))
}

fn counted(found: impl Iterator<Item = String>) -> Found {
    let mut counts = Found::new();
    for what in found {
        *counts.entry(what).or_default() += 1;
    }
    counts
}
