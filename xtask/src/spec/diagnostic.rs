//! What is wrong with a spec, and where: collected first, then shown all at once.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::spec::source::{Node, Path, Source};

/// A mistake in a spec file.
#[derive(Debug)]
pub struct Diagnostic {
    /// The check's stable name.
    pub code: &'static str,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Which file: an index into the sources.
    pub file: usize,
    /// The bytes to point at.
    pub span: Range<usize>,
    /// What to say at that place.
    pub label: String,
    /// Another place of the same file that belongs to it, and what to say there.
    pub context: Option<(Range<usize>, String)>,
    /// How to fix it.
    pub help: Option<String>,
}

/// The mistakes that a person's words resolve, and from which no other mistake follows.
pub const UNWRITTEN: [&str; 2] = ["missing-description", "placeholder-name"];

/// Every mistake found so far.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

/// One file, for reporting mistakes in it.
#[derive(Debug)]
pub struct Reporter<'a> {
    diagnostics: &'a mut Diagnostics,
    file: usize,
    root: &'a Node,
}

impl Diagnostics {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many mistakes there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Every mistake, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Adds those found elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// A reporter for one file.
    pub fn reporter<'a>(&'a mut self, file: usize, root: &'a Node) -> Reporter<'a> {
        Reporter { diagnostics: self, file, root }
    }

    /// All mistakes as text, in the order of files and lines.
    pub fn render(mut self, sources: &[Source], color: bool) -> String {
        self.found.sort_by(|a, b| (a.file, a.span.start, a.code).cmp(&(b.file, b.span.start, b.code)));
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for diagnostic in &self.found {
            let source = &sources[diagnostic.file];
            let span = |range: &Range<usize>| clamp(&source.text, range);
            let mut snippet = Snippet::source(source.text.as_str()).path(source.path.as_str()).annotation(
                AnnotationKind::Primary.span(span(&diagnostic.span)).label(diagnostic.label.as_str()),
            );
            if let Some((range, label)) = &diagnostic.context {
                snippet = snippet.annotation(AnnotationKind::Context.span(span(range)).label(label.as_str()));
            }
            let mut group =
                Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code).element(snippet);
            if let Some(help) = &diagnostic.help {
                group = group.element(Level::HELP.message(help.as_str()));
            }
            text.push_str(&renderer.render(&[group]));
            text.push_str("\n\n");
        }
        text
    }
}

/// Where a diagnostic points: a node's key, or its value.
#[derive(Clone, Copy, Debug)]
pub enum At<'a> {
    /// The key (or the item) at the end of a path.
    Key(&'a Path),
    /// The value at the end of a path.
    Value(&'a Path),
}

impl Reporter<'_> {
    /// The node at a path of the file, if there is one.
    pub fn node(&self, path: &Path) -> Option<&Node> {
        self.root.get(path)
    }

    /// The keys of the mapping at a path of the file, as they are written.
    pub fn keys(&self, path: &Path) -> Vec<String> {
        self.root.get(path).map(Node::keys).unwrap_or_default()
    }

    /// How many mistakes have been reported so far, in all files, but for words that are still to be written: nothing
    /// follows from these.
    pub fn count(&self) -> usize {
        self.diagnostics.iter().filter(|found| !UNWRITTEN.contains(&found.code)).count()
    }

    /// Reports a mistake.
    pub fn error(
        &mut self,
        code: &'static str,
        at: At<'_>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        self.report(code, at, message, label, None);
    }

    /// Reports a mistake and how to fix it.
    pub fn error_with_help(
        &mut self,
        code: &'static str,
        at: At<'_>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(code, at, message, label, Some(help.into()));
    }

    /// Reports a mistake, with a suggestion where there is one.
    pub fn report(
        &mut self,
        code: &'static str,
        at: At<'_>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        let span = match at {
            At::Key(path) => self.root.find_key(path).span.clone(),
            At::Value(path) => self.root.find(path).span.clone(),
        };
        self.error_at(code, span, message, label, help);
    }

    /// Reports a mistake at a range of bytes.
    pub fn error_at(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        self.diagnostics.push(Diagnostic {
            code,
            message: message.into(),
            file: self.file,
            span,
            label: label.into(),
            context: None,
            help,
        });
    }
}

/// The nearest of some names, if one is near enough to have been meant.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wanted, name), name))
        .filter(|(distance, name)| *distance <= (name.len().max(wanted.len()) / 3).max(1))
        .min()
        .map(|(_, name)| name)
}

/// A help line for [`nearest`].
pub fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(wanted, names).map(|name| format!("`{name}` is close"))
}

/// Keeps a range inside a text, on one line where it begins, and at least one character wide.
pub(crate) fn clamp(text: &str, range: &Range<usize>) -> Range<usize> {
    let boundary =
        |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = boundary(range.start);
    let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    let end = boundary(range.end.min(line_end));
    let trimmed = text.get(start..end).map_or(0, |marked| marked.trim_end().len());
    let next = text[start..].chars().next().map_or(0, char::len_utf8);
    start..start + trimmed.max(next)
}
