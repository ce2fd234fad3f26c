//! Mistakes in a spec, with their places: collected first, then shown all at once.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use crate::spec::mistakes::Mistake;
use crate::spec::source::{Lines, Node, Path, Source};

/// A mistake in a spec file.
#[derive(Debug)]
pub struct Diagnostic {
    /// Its kind.
    pub mistake: Mistake,
    /// The message: one sentence without a full stop.
    pub message: String,
    /// The file, as an index into the sources.
    pub file: usize,
    /// The bytes to point at.
    pub span: Range<usize>,
    label: String,
    context: Option<(Range<usize>, String)>,
    help: Option<String>,
}

impl Diagnostic {
    /// Adds a label at the place of the mistake.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }

    /// Points at another place of the same file that is related, with a label.
    pub fn context(&mut self, span: Range<usize>, label: impl Into<String>) -> &mut Self {
        self.context = Some((span, label.into()));
        self
    }

    /// Adds a line of help: how to fix it.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help_if(Some(help.into()))
    }

    /// Adds a line of help, if there is one.
    pub fn help_if(&mut self, help: Option<String>) -> &mut Self {
        self.help = help;
        self
    }

    fn render(&self, source: &Source, lines: &Lines, renderer: &Renderer) -> String {
        let mark = |kind: AnnotationKind, span, label| (kind, clamp(&source.text, span), label);
        let mut marks = vec![mark(AnnotationKind::Primary, &self.span, self.label.as_str())];
        marks.extend(self.context.iter().map(|(span, label)| mark(AnnotationKind::Context, span, label)));
        let far = marks.iter().any(|(_, span, _)| span.start.abs_diff(self.span.start) > FAR);
        let pieces = marks.chunks(if far { 1 } else { marks.len() });
        let title = Level::ERROR.primary_title(self.message.as_str()).id(self.mistake.code());
        let group = title
            .elements(pieces.map(|marks| excerpt(source, lines, marks)))
            .elements(self.help.iter().map(|help| Level::HELP.message(help.as_str())));
        renderer.render(&[group])
    }
}

/// The distance in bytes from which on two places are shown as two excerpts: within one excerpt, the renderer looks at
/// every line.
const FAR: usize = 20_000;

/// A kind of mark, the marked bytes, and their label.
type Mark<'a> = (AnnotationKind, Range<usize>, &'a str);

/// Returns the lines of a file that contain some marks. The renderer gets no other lines, since it looks at each.
fn excerpt<'a>(source: &'a Source, lines: &Lines, marks: &[Mark<'a>]) -> Snippet<'a, Annotation<'a>> {
    let covered = marks.iter().skip(1).fold(marks[0].1.clone(), |covered, (_, span, _)| {
        covered.start.min(span.start)..covered.end.max(span.end)
    });
    let (first, bytes) = lines.around(&covered);
    let annotations = marks
        .iter()
        .map(|(kind, span, label)| kind.span(span.start - bytes.start..span.end - bytes.start).label(*label));
    Snippet::source(&source.text[bytes.clone()])
        .path(source.path.as_str())
        .line_start(first)
        .annotations(annotations)
}

/// Every mistake found so far.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    /// The work spent on comparing names so far, in pairs of characters.
    compared: usize,
}

/// The amount of work that may be spent on suggesting names, in pairs of characters. A few hundred mistakes beside a few hundred
/// names cost less. If a file has more, its mistakes have a common cause, which needs fixing first.
const COMPARISONS: usize = 4_000_000;

impl Diagnostics {
    /// Returns whether there are no mistakes.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Returns how many mistakes there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Returns every mistake, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Reports a mistake at some bytes of a file. It counts at once, even if nothing is added to it.
    pub fn error(
        &mut self,
        mistake: Mistake,
        file: usize,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let (message, label) = (message.into(), String::new());
        let index = self.found.len();
        self.found.push(Diagnostic { mistake, message, file, span, label, context: None, help: None });
        &mut self.found[index]
    }

    /// Adds the mistakes that were found elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// Creates a reporter for one file.
    pub fn reporter<'a>(&'a mut self, file: usize, root: &'a Node) -> Reporter<'a> {
        Reporter { diagnostics: self, file, root }
    }

    /// Renders all mistakes as text, by file and line.
    pub fn render(mut self, sources: &[Source], color: bool) -> String {
        self.found.sort_by_key(|found| (found.file, found.span.start, found.mistake));
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let lines: Vec<Lines> = sources.iter().map(|source| Lines::of(&source.text)).collect();
        let mut text = String::new();
        for found in &self.found {
            text.push_str(&found.render(&sources[found.file], &lines[found.file], &renderer));
            text.push_str("\n\n");
        }
        text
    }
}

/// The place of a mistake.
#[derive(Clone, Debug)]
pub enum At<'a> {
    /// The key (or the item) at the end of a path.
    Key(&'a Path),
    /// The value at the end of a path.
    Value(&'a Path),
    /// A range of bytes.
    Bytes(Range<usize>),
}

/// One file, for reporting mistakes in it.
#[derive(Debug)]
pub struct Reporter<'a> {
    diagnostics: &'a mut Diagnostics,
    file: usize,
    root: &'a Node,
}

impl Reporter<'_> {
    /// Returns the node at a path of the file, if there is one.
    pub fn node(&self, path: &Path) -> Option<&Node> {
        self.root.get(path)
    }

    /// Returns the keys of the mapping at a path of the file, as written.
    pub fn keys(&self, path: &Path) -> Vec<String> {
        self.root.get(path).map(Node::keys).unwrap_or_default()
    }

    /// Returns how many mistakes have been reported so far in all files, placeholders for unwritten words excepted:
    /// nothing depends on these.
    pub fn count(&self) -> usize {
        self.diagnostics.iter().filter(|found| !found.mistake.is_unwritten()).count()
    }

    /// Returns a help line for [`nearest`], as long as there are few enough mistakes to search for one.
    pub fn did_you_mean<'n>(
        &mut self,
        wanted: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<String> {
        let left = COMPARISONS.checked_sub(self.diagnostics.compared).filter(|left| *left > 0)?;
        let names: Vec<&str> = names.into_iter().collect();
        let cost = names.iter().map(|name| wanted.len().saturating_mul(name.len()));
        let cost = cost.fold(0, usize::saturating_add).min(left);
        self.diagnostics.compared += cost;
        if cost < left { did_you_mean(wanted, names) } else { None }
    }

    /// Reports a mistake. It counts at once, even if nothing is added to it.
    pub fn error(&mut self, mistake: Mistake, at: At<'_>, message: impl Into<String>) -> &mut Diagnostic {
        let span = match at {
            At::Key(path) => self.root.find_key(path).span.clone(),
            At::Value(path) => self.root.find(path).span.clone(),
            At::Bytes(span) => span,
        };
        self.diagnostics.error(mistake, self.file, span, message)
    }
}

/// Returns the nearest of some names, if one is near enough to be what was meant.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wanted.chars().count();
    let allowed = |name: &str| (name.len().max(wanted.len()) / 3).max(1);
    names
        .into_iter()
        .filter(|name| name.chars().count().abs_diff(length) <= allowed(name))
        .map(|name| (strsim::damerau_levenshtein(wanted, name), name))
        .filter(|(distance, name)| *distance <= allowed(name))
        .min()
        .map(|(_, name)| name)
}

/// Returns a help line for [`nearest`].
pub fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(wanted, names).map(|name| format!("`{name}` is close"))
}

/// Limits a range to the text and to the line where it begins, at least one character wide.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(text: &str) -> Source {
        Source { path: "spec/rooms.yaml".to_owned(), stem: "rooms".to_owned(), text: text.to_owned() }
    }

    fn drawn<'a>(snippet: Snippet<'a, Annotation<'a>>) -> String {
        Renderer::plain().render(&[Level::ERROR.primary_title("a mistake").element(snippet)])
    }

    proptest! {
        #[test]
        fn a_few_lines_of_a_file_are_drawn_as_the_whole_file_is(
            text in "(?s)([a-z:会\u{301}\t ]{0,8}(\n|\r\n|\r)){0,8}[a-z会 ]{0,8}",
            places in prop::collection::vec((0..100_usize, 0..100_usize), 1..3),
        ) {
            let source = source(&text);
            let marks: Vec<Mark<'_>> = places
                .iter()
                .map(|(start, length)| clamp(&text, &(*start..start + length)))
                .zip([AnnotationKind::Primary, AnnotationKind::Context])
                .map(|(span, kind)| (kind, span, "here"))
                .collect();
            let whole = Snippet::source(text.as_str())
                .path(source.path.as_str())
                .annotations(marks.iter().map(|(kind, span, label)| kind.span(span.clone()).label(*label)));
            prop_assert_eq!(drawn(excerpt(&source, &Lines::of(&text), &marks)), drawn(whole));
        }
    }

    #[test]
    fn a_mistake_counts_even_if_nothing_more_is_said_of_it() {
        let mut diagnostics = Diagnostics::default();
        let root = Node::parse("title: 会议室").expect("this is YAML");
        let title = Path::of(["title"]);
        diagnostics.reporter(0, &root).error(Mistake::WrongKind, At::Value(&title), "this is wrong");
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(
            diagnostics.render(&[source("title: 会议室")], false),
            "error[wrong-kind]: this is wrong\n --> spec/rooms.yaml:1:8\n  |\n1 | title: 会议室\n  |        ^^^^^^\n\n"
        );
    }

    #[test]
    fn names_that_may_have_been_meant_are_looked_for_as_long_as_the_mistakes_are_few() {
        let root = Node::parse("title: 会议室").expect("this is YAML");
        let names: Vec<String> = (0..400).map(|number| format!("MeetingRoom{number}")).collect();
        let compared = |mistakes: usize| {
            let mut diagnostics = Diagnostics::default();
            let mut report = diagnostics.reporter(0, &root);
            let told = (0..mistakes)
                .filter(|_| report.did_you_mean("MeetingRoom", names.iter().map(String::as_str)).is_some());
            (told.count(), diagnostics.compared)
        };
        let (told, work) = compared(40);
        assert_eq!((told, compared(20).1), (40, work / 2));
        let (told, work) = compared(40_000);
        assert!(told < 100, "{told}");
        assert_eq!(work, COMPARISONS);
    }

    #[test]
    fn two_places_far_apart_are_shown_as_two_pieces() {
        let text = format!("safe: true\n{}safe: false\n", "# between\n".repeat(5000));
        let root = Node::parse(&text).expect("this is YAML");
        let again = text.len() - "safe: false\n".len();
        let mut diagnostics = Diagnostics::default();
        diagnostics
            .reporter(0, &root)
            .error(Mistake::DuplicateKey, At::Bytes(again..again + 4), "`safe` stands twice")
            .label("again here")
            .context(0..4, "first here");
        assert_eq!(
            diagnostics.render(&[source(&text)], false),
            "error[duplicate-key]: `safe` stands twice\n    --> spec/rooms.yaml:5002:1\n     |\n\
             5002 | safe: false\n     | ^^^^ again here\n     |\n    ::: spec/rooms.yaml:1:1\n     |\n   \
             1 | safe: true\n     | ---- first here\n\n"
        );
    }
}
