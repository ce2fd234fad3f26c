//! The positions of everything in a spec file: a tree of YAML nodes with byte ranges.
//!
//! The reader (`serde_yaml`) reports no positions for semantic errors, so the same text is parsed once more into this
//! tree, and a path of keys and indices finds the place for a diagnostic.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// A spec file.
#[derive(Debug)]
pub struct Source {
    /// As shown in diagnostics: relative to the workspace, with `/`.
    pub path: String,
    /// The file's name without `.yaml`: `chatdata.archive`.
    pub stem: String,
    /// The whole text.
    pub text: String,
}

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The value of a mapping's key.
    Key(String),
    /// An item of a sequence.
    Index(usize),
}

/// The way from a file's root to a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// Creates a path of keys.
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self(keys.into_iter().map(|key| Step::Key(key.to_owned())).collect())
    }

    /// Returns the path to a key below this one.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.step(Step::Key(key.to_owned()))
    }

    /// Returns the path to an item below this one.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A node of a YAML file, with its bytes.
#[derive(Debug, Clone)]
pub struct Node {
    /// The bytes of the node, quotes included.
    pub span: Range<usize>,
    /// The content of the node.
    pub kind: Kind,
}

/// The content of a [`Node`].
#[derive(Debug, Clone)]
pub enum Kind {
    /// A scalar and its value.
    Scalar { value: String, block: bool },
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping.
    Mapping(Entries),
}

/// The entries of a mapping, in order, duplicate keys included.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    list: Vec<(Node, Node)>,
    /// The position of the first entry of each scalar key.
    places: HashMap<String, usize>,
}

impl Entries {
    /// Returns all of them: the keys and their values.
    pub fn as_slice(&self) -> &[(Node, Node)] {
        &self.list
    }

    fn push(&mut self, key: Node, value: Node) {
        if let Kind::Scalar { value: name, .. } = &key.kind {
            self.places.entry(name.clone()).or_insert(self.list.len());
        }
        self.list.push((key, value));
    }

    /// Returns the first entry of a key.
    fn get(&self, key: &str) -> Option<&(Node, Node)> {
        self.places.get(key).map(|place| &self.list[*place])
    }
}

/// Returns the line and the column of a byte of a text, both from 1; columns are characters.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The offsets at which the lines of a text begin.
#[derive(Debug)]
pub struct Lines {
    starts: Vec<usize>,
    end: usize,
}

impl Lines {
    /// Finds the lines of a text. A final line break begins no further line.
    pub fn of(text: &str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let inside = after_breaks.filter(|start| *start < text.len());
        Self { starts: std::iter::once(0).chain(inside).collect(), end: text.len() }
    }

    /// Returns the whole lines that a range touches: the number of the first one, from 1, and their bytes.
    pub fn around(&self, range: &Range<usize>) -> (usize, Range<usize>) {
        let line = |offset: usize| self.starts.partition_point(|start| *start <= offset);
        let (first, after) = (line(range.start), line(range.end));
        (first, self.starts[first - 1]..self.starts.get(after).copied().unwrap_or(self.end))
    }
}

/// The reason why a text can't be parsed as YAML.
#[derive(Debug)]
pub struct SyntaxError {
    /// The byte where the parser stopped.
    pub offset: usize,
    /// The parser's message.
    pub message: String,
}

impl Node {
    /// Parses a text with one YAML document (JSON is YAML, too) into a tree. An empty text is an empty mapping.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
        offsets.push(text.len());
        let mut builder = Builder { offsets, text, parser: Parser::new_from_str(text) };
        builder.document()
    }

    /// Returns the node at a path.
    pub fn get(&self, path: &Path) -> Option<&Node> {
        path.0.iter().try_fold(self, |node, step| node.child(step).map(|(_, value)| value))
    }

    /// Returns the keys of a mapping, as written.
    pub fn keys(&self) -> Vec<String> {
        let Kind::Mapping(entries) = &self.kind else { return Vec::new() };
        let keys = entries.list.iter().filter_map(|(key, _)| match &key.kind {
            Kind::Scalar { value, .. } => Some(value.clone()),
            _ => None,
        });
        keys.collect()
    }

    /// Returns the node at a path, or the last one on the way that exists.
    pub fn find(&self, path: &Path) -> &Node {
        path.0
            .iter()
            .try_fold(self, |node, step| node.child(step).map(|(_, value)| value).ok_or(node))
            .unwrap_or_else(|last| last)
    }

    /// Returns the key at the end of a path, or the last key on the way that exists.
    pub fn nearest_key(&self, path: &Path) -> &Node {
        let mut path = path.clone();
        while self.get(&path).is_none() && path.0.pop().is_some() {}
        self.find_key(&path)
    }

    /// Returns the key that leads to the last step of a path; for an item, the item itself.
    pub fn find_key(&self, path: &Path) -> &Node {
        let Some((last, parents)) = path.0.split_last() else { return self };
        let mut parent = self;
        for step in parents {
            match parent.child(step) {
                Some((_, child)) => parent = child,
                None => return parent,
            }
        }
        match parent.child(last) {
            Some((Some(key), _)) => key,
            Some((None, item)) => item,
            None => parent,
        }
    }

    fn child(&self, step: &Step) -> Option<(Option<&Node>, &Node)> {
        match (&self.kind, step) {
            (Kind::Sequence(items), Step::Index(index)) => items.get(*index).map(|item| (None, item)),
            (Kind::Mapping(entries), Step::Key(wanted)) => {
                entries.get(wanted).map(|(key, value)| (Some(key), value))
            }
            _ => None,
        }
    }

    /// Returns every key that occurs a second time in its mapping, with the first occurrence.
    pub fn duplicates(&self) -> Vec<(&Node, &Node)> {
        let mut found = Vec::new();
        self.collect_duplicates(&mut found);
        found
    }

    fn collect_duplicates<'a>(&'a self, found: &mut Vec<(&'a Node, &'a Node)>) {
        match &self.kind {
            Kind::Scalar { .. } => {}
            Kind::Sequence(items) => items.iter().for_each(|item| item.collect_duplicates(found)),
            Kind::Mapping(entries) => {
                for (index, (key, value)) in entries.list.iter().enumerate() {
                    if let Kind::Scalar { value: name, .. } = &key.kind
                        && let Some(first) = entries.places.get(name).filter(|first| **first != index)
                    {
                        found.push((&entries.list[*first].0, key));
                    }
                    value.collect_duplicates(found);
                }
            }
        }
    }
}

struct Builder<'a> {
    text: &'a str,
    /// The byte offset of every character, since the parser counts characters.
    offsets: Vec<usize>,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
}

/// The maximum depth of nodes: far more than any spec has, and far less than would overflow the stack.
const MAX_DEPTH: usize = 100;

impl<'a> Builder<'a> {
    fn document(&mut self) -> Result<Node, SyntaxError> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                _ if root.is_some() => return Err(self.error(&span, "a spec file is one YAML document")),
                event => root = Some(self.node(event, &span, 0)?),
            }
        }
        Ok(root.unwrap_or(Node { span: 0..self.text.len().min(1), kind: Kind::Mapping(Entries::default()) }))
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), SyntaxError> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(SyntaxError {
                offset: self.offset(error.marker().index()),
                message: error.info().to_owned(),
            }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(self.error(span, "nested too deeply"));
        }
        let start = self.offset(span.start.index());
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                if anchor != 0 || tag.is_some() {
                    return Err(self.error(span, "anchors and tags are not used in spec files"));
                }
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let end = self.offset(span.end.index());
                Ok(Node { span: start..end, kind: Kind::Scalar { value: value.into_owned(), block } })
            }
            Event::SequenceStart(anchor, ref tag) | Event::MappingStart(anchor, ref tag)
                if anchor != 0 || tag.is_some() =>
            {
                Err(self.error(span, "anchors and tags are not used in spec files"))
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => {
                            return Ok(Node { span: self.range(start, &end), kind: Kind::Sequence(items) });
                        }
                        (event, span) => items.push(self.node(event, &span, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut entries = Entries::default();
                loop {
                    let key = match self.next()? {
                        (Event::MappingEnd, end) => {
                            return Ok(Node { span: self.range(start, &end), kind: Kind::Mapping(entries) });
                        }
                        (event, span) => self.node(event, &span, depth + 1)?,
                    };
                    let (event, span) = self.next()?;
                    entries.push(key, self.node(event, &span, depth + 1)?);
                }
            }
            Event::Alias(_) => Err(self.error(span, "aliases are not used in spec files")),
            _ => Err(self.error(span, "unexpected end of the file")),
        }
    }

    fn offset(&self, character: usize) -> usize {
        self.offsets.get(character).copied().unwrap_or(self.text.len())
    }

    fn range(&self, start: usize, end: &Span) -> Range<usize> {
        start..self.offset(end.end.index()).max(start)
    }

    fn error(&self, span: &Span, message: &str) -> SyntaxError {
        SyntaxError { offset: self.offset(span.start.index()), message: message.to_owned() }
    }
}
