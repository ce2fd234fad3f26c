//! Where something stands that is told: in the spec, and on a page.

use std::ops::Range;

use crate::spec::File;
use crate::spec::source::{Node, Path};

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

    /// The key of a path in a file: of what the spec lacks, the one below which it would stand.
    pub(super) fn key(file: &File, path: &Path) -> Self {
        Self::of(file.source, file.root.nearest_key(path))
    }
}
