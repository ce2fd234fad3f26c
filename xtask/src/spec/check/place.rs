//! The places of an example's values in a spec file.

use std::ops::Range;

use crate::spec::source::{Kind, Node, Path};

/// The place of an example's value in a spec file.
///
/// JSON is YAML, so the example's text is parsed into a tree of its own, whose positions are carried over to
/// the file: an example is a block scalar, every line of it indented alike.
pub(super) struct Place<'a> {
    /// The scalar with the example.
    scalar: &'a Node,
    text: &'a str,
    source: &'a str,
    tree: Option<Node>,
    path: Path,
    /// Whether the value is inside a string of the example, where no positions are known.
    opaque: bool,
    /// Whether positions are reported as paths: those of a document that isn't JSON.
    told: bool,
    /// Whether it is part of a request.
    pub(super) sent: bool,
}

impl<'a> Place<'a> {
    /// Creates the place of a body that is in no spec file.
    pub(super) fn outside(root: &'a Node, sent: bool) -> Self {
        Self {
            scalar: root,
            text: "",
            source: "",
            tree: None,
            path: Path::default(),
            opaque: true,
            told: false,
            sent,
        }
    }

    /// Creates the place of a document that has one position as a whole.
    pub(super) fn document(scalar: &'a Node) -> Self {
        Self { told: true, ..Self::outside(scalar, false) }
    }

    /// Returns the path of the value in a document whose parts have no positions.
    pub(super) fn told(&self) -> Option<String> {
        (self.told && !self.path.0.is_empty()).then(|| self.path.to_string())
    }

    pub(super) fn new(scalar: &'a Node, text: &'a str, source: &'a str) -> Self {
        let tree = Node::parse(text).ok();
        Self { scalar, text, source, tree, path: Path::default(), opaque: false, told: false, sent: false }
    }

    /// Returns every key that occurs a second time in its object, with the first occurrence.
    pub(super) fn duplicates(&self) -> Vec<(Range<usize>, Range<usize>)> {
        let carry = |node: &Node| self.carry(node.span.start)..self.carry(node.span.end);
        let found = self.tree.iter().flat_map(Node::duplicates);
        found.map(|(first, again)| (carry(first), carry(again))).collect()
    }

    pub(super) fn opaque(&self) -> Self {
        Self { tree: self.tree.clone(), path: self.path.clone(), opaque: true, ..*self }
    }

    pub(super) fn enter_key(&mut self, key: &str) {
        if !self.opaque || self.told {
            self.path = self.path.key(key);
        }
    }

    pub(super) fn enter_index(&mut self, index: usize) {
        if !self.opaque || self.told {
            self.path = self.path.index(index);
        }
    }

    pub(super) fn leave(&mut self) {
        if !self.opaque || self.told {
            self.path.0.pop();
        }
    }

    pub(super) fn span(&self) -> Range<usize> {
        match &self.tree {
            Some(tree) => {
                let node = tree.find_key(&self.path);
                self.carry(node.span.start)..self.carry(node.span.end)
            }
            None => self.scalar.span.clone(),
        }
    }

    pub(super) fn json_position(&self, line: usize, column: usize) -> Range<usize> {
        let line_start: usize =
            self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let start = self.carry(line_start + column.saturating_sub(1));
        start..start + 1
    }

    /// Converts an offset in the example's text to an offset in the file.
    fn carry(&self, offset: usize) -> usize {
        let start = self.scalar.span.start;
        if !matches!(self.scalar.kind, Kind::Scalar { block: true, .. }) {
            return start;
        }
        let before = &self.text[..offset.min(self.text.len())];
        let line = before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
        let indent = start - self.source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_start: usize = self.source[start..].split_inclusive('\n').take(line).map(str::len).sum();
        let indent = if line == 0 { 0 } else { indent };
        start + line_start + indent + column
    }
}
