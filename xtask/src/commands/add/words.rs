//! The parts of a draft that still need a person: words, names, and answers to the import's doubts.

use crate::spec::check;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::load;
use crate::spec::source::{Lines, Source, position};

/// A task that is left to a person in a spec file: its line, its column, and a description.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Words and names that are missing.
    pub words: Vec<(usize, usize, String)>,
    /// The import's doubts.
    pub doubts: Vec<(usize, usize, String)>,
}

/// The beginning of a comment with a doubt of the import.
const DOUBT: &str = "# ?";

impl Left {
    /// Finds what is left in one of some spec files.
    pub(super) fn of(sources: &[Source], file: usize) -> Self {
        let mut diagnostics = Diagnostics::default();
        let spec = load::spec(sources, &mut diagnostics);
        check::spec(&spec, sources, &mut diagnostics);
        let text = &sources[file].text;
        let lines = Lines::of(text);
        let unwritten = diagnostics.iter().filter(|found| found.file == file && found.mistake.is_unwritten());
        let mut words: Vec<(usize, usize, String)> = unwritten
            .map(|found| {
                let (line, column) = position(text, found.span.start);
                let (_, bytes) = lines.around(&found.span);
                (line, column, shortened(text[bytes].trim()))
            })
            .collect();
        words.sort();
        let doubts = text.lines().zip(1..).filter_map(|(line, number)| {
            let at = if line.trim_start().starts_with(DOUBT) {
                line.find(DOUBT)
            } else {
                line.find(&format!(" {DOUBT}")).map(|at| at + 1)
            }?;
            let doubt = line[at + DOUBT.len()..].trim().to_owned();
            Some((number, line[..at].chars().count() + 1, doubt))
        });
        Self { words, doubts: doubts.collect() }
    }
}

/// Shortens a line to a length that is read at a glance.
fn shortened(line: &str) -> String {
    const MOST: usize = 80;
    if line.chars().count() <= MOST {
        line.to_owned()
    } else {
        line.chars().take(MOST).chain(['…']).collect()
    }
}
