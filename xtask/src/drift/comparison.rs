//! A comparison in progress: both sides of it, and its findings so far.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::finding::{Fact, Finding, PageLine};
use super::page::ReadPage;
use crate::pages::phrases::Value;
use crate::spec::Spec;

pub(super) struct Comparison<'a> {
    pub spec: &'a Spec,
    pub pages: &'a [ReadPage],
    pub found: Vec<Finding>,
    /// By file: the fields that pages have in some place, as deviations name them.
    pub present: BTreeSet<(usize, String)>,
    /// By file and type: its values on pages.
    pub values: BTreeMap<(usize, String), Listed>,
    /// The statements of pages about each field, if requested.
    pub evidence: Option<Evidence>,
    /// By file and type: the labels of its values on pages.
    pub labels: BTreeMap<(usize, String), Labels>,
    /// By file and field: statements of pages about it in any place.
    pub told: BTreeSet<(usize, String, Fact)>,
}

/// The findings about one endpoint, which are independent of those about others.
#[derive(Clone)]
pub(super) struct Gathered {
    found: Vec<Finding>,
    present: BTreeSet<(usize, String)>,
    values: BTreeMap<(usize, String), Listed>,
    evidence: Option<Evidence>,
    labels: BTreeMap<(usize, String), Labels>,
    told: BTreeSet<(usize, String, Fact)>,
}

impl Gathered {
    /// Creates the same for a comparison that needs no evidence.
    pub(super) fn without_evidence(&self) -> Self {
        Self { evidence: None, ..self.clone() }
    }
}

/// The values of a type on pages.
#[derive(Clone)]
pub(super) struct Listed {
    /// The first line that lists them.
    pub line: PageLine,
    pub wires: BTreeSet<String>,
}

/// The labels that pages give the values of a type.
#[derive(Clone, Default)]
pub(super) struct Labels {
    /// The first line that has them.
    pub line: Option<PageLine>,
    /// By wire value.
    pub of: BTreeMap<String, Vec<String>>,
}

impl Labels {
    /// Adds the labels that a page gives some values.
    pub(super) fn add(&mut self, values: &[Value], line: PageLine) {
        for value in values.iter().filter(|value| !value.doc.is_empty()) {
            self.line.get_or_insert(line);
            self.of.entry(value.wire.clone()).or_default().push(value.doc.clone());
        }
    }

    /// Adds the labels in another place of the same type.
    fn merge(&mut self, other: Self) {
        self.line = self.line.or(other.line);
        for (wire, labels) in other.of {
            self.of.entry(wire).or_default().extend(labels);
        }
    }
}

impl<'a> Comparison<'a> {
    /// Creates a comparison without findings.
    pub(super) fn new(spec: &'a Spec, pages: &'a [ReadPage]) -> Self {
        let (present, values, labels) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        let told = BTreeSet::new();
        Self { spec, pages, found: Vec::new(), present, values, labels, told, evidence: None }
    }

    /// Returns the findings so far.
    pub(super) fn gathered(self) -> Gathered {
        let Self { found, present, values, evidence, labels, told, .. } = self;
        Gathered { found, present, values, evidence, labels, told }
    }

    /// Adds the findings about an endpoint.
    pub(super) fn add(&mut self, gathered: Gathered) {
        self.found.extend(gathered.found);
        self.present.extend(gathered.present);
        self.told.extend(gathered.told);
        for (of, Listed { line, wires }) in gathered.values {
            let all = self.values.entry(of).or_insert_with(|| Listed { line, wires: BTreeSet::new() });
            all.wires.extend(wires);
        }
        for (of, labels) in gathered.labels {
            self.labels.entry(of).or_default().merge(labels);
        }
        if let (Some(all), Some(evidence)) = (&mut self.evidence, gathered.evidence) {
            for (at, seen) in evidence {
                all.entry(at).or_default().merge(seen);
            }
        }
    }

    /// Returns the page of a document.
    pub(super) fn page(&self, id: u32) -> Option<usize> {
        self.pages.iter().position(|read| read.page.id == id)
    }
}
