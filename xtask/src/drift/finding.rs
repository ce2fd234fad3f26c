//! The findings of a comparison, with their places in the spec and on a page.

use std::ops::Range;

use crate::spec::source::{Node, Path};
use crate::spec::{DriftRule, File};

/// A line of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageLine {
    /// The page, as an index into all pages.
    pub page: usize,
    /// From 1.
    pub line: usize,
}

impl PageLine {
    /// The first line of a page.
    pub(super) fn first(page: usize) -> Self {
        Self { page, line: 1 }
    }
}

/// Some bytes of a file of the spec.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// The file, as an index into the sources.
    pub file: usize,
    pub span: Range<usize>,
}

impl Spot {
    /// A node of a file.
    pub(super) fn of(file: usize, node: &Node) -> Self {
        Self { file, span: node.span.clone() }
    }

    /// The key of a path in a file; for something that the spec lacks, the key below which it belongs.
    pub(super) fn key(file: &File, path: &Path) -> Self {
        Self::of(file.source, file.root.nearest_key(path))
    }
}

/// Something that the spec and the pages don't agree on.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its rule; none for a deviation that the spec accepts and that isn't there.
    pub rule: Option<DriftRule>,
    /// The subject, as deviations call it: `create.request.title`, `Settings.title`, `Kind.voice`.
    pub at: String,
    /// The page's text in its place, where there is one to quote.
    pub page: Option<String>,
    /// The difference, as one sentence without a full stop.
    pub(super) message: String,
    /// The spot in the spec to point at.
    pub(super) spot: Spot,
    /// The page and its line, if there is a page.
    pub(super) line: Option<PageLine>,
    /// Whether an example shows it, so that no deviation can say that it isn't there.
    pub(super) shown: bool,
    /// The fact that makes it void, if a page states it in another place of the same field.
    pub(super) unless: Option<Fact>,
}

/// A fact that one place of a field may state for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// That the default is what the spec says.
    Default,
    /// That it is different in each item.
    Unique,
    /// A number of a rule.
    Number(i64),
}

impl Finding {
    /// Creates a finding about a difference at a spot of the spec.
    pub(super) fn new(
        spot: Spot,
        rule: impl Into<Option<DriftRule>>,
        at: impl Into<String>,
        message: String,
    ) -> Self {
        Self {
            rule: rule.into(),
            at: at.into(),
            page: None,
            message,
            spot,
            line: None,
            shown: false,
            unless: None,
        }
    }

    /// With what the page says.
    pub(super) fn says(self, page: impl Into<Option<String>>) -> Self {
        Self { page: page.into(), ..self }
    }

    /// With the line of the page.
    pub(super) fn seen_at(self, line: impl Into<Option<PageLine>>) -> Self {
        Self { line: line.into(), ..self }
    }

    /// As something that an example shows, or doesn't.
    pub(super) fn shown(self, shown: bool) -> Self {
        Self { shown, ..self }
    }

    /// As something that holds only if no page says this.
    pub(super) fn unless(self, fact: Option<Fact>) -> Self {
        Self { unless: fact, ..self }
    }

    /// Returns its name, in a word.
    pub fn name(&self) -> &'static str {
        self.rule.map_or("deviation-gone", DriftRule::keyword)
    }
}

/// An endpoint that pages document and the spec lacks.
#[derive(Debug, Clone)]
pub(super) struct Unspecified {
    /// Its path.
    pub path: String,
    /// Whether the spec has an endpoint of this path, from another page.
    pub known: bool,
    /// The page, and the line of its address.
    pub line: PageLine,
}

/// All that a comparison found.
pub(super) struct Found {
    pub findings: Vec<Finding>,
    pub unspecified: Vec<Unspecified>,
    /// The events that have a name and aren't in the spec: file and key.
    pub events: Vec<(String, String)>,
    /// The numbers of unread pages that are missing, each with the entry that refers to it: file and key.
    pub wanted: Vec<(u32, usize, String)>,
    /// The types, by file, that no page describes in a recognized way: fields that are gone from the pages can't be detected.
    pub unseen: Vec<(usize, String)>,
}
