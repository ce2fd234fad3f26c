//! Counts how many endpoints of a folder of pages can be drafted, and how many drafts fit the examples on their pages.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::known::Known;
use super::page::{DraftPage, Taken};
use super::yaml::Sections;
use crate::pages::contents::Contents;
use crate::pages::encoding;
use crate::pages::{self, Page};
use crate::parallel;
use crate::spec::check;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::load;
use crate::spec::mistakes::Mistake;
use crate::spec::source::{Lines, Source};

/// The result for the pages of a folder.
#[derive(Debug, Default, Serialize)]
pub struct Survey {
    /// Paths that some page documents.
    pub paths: usize,
    /// Paths with a draft.
    pub drafted: usize,
    /// Paths whose draft accepts all examples, on every page with them.
    pub accepted: usize,
    /// Among those, the paths without an example on any page.
    pub without_examples: usize,
    /// Pages with endpoints.
    pub pages: usize,
    /// The reasons why drafts were not accepted, with the places.
    pub reasons: BTreeMap<String, Vec<String>>,
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons: Vec<(&String, &Vec<String>)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(reason, places)| (Reverse(places.len()), *reason));
        for (reason, places) in reasons {
            writeln!(f, "{reason}: {}", places.len())?;
            for place in places {
                writeln!(f, "  {place}")?;
            }
        }
        let Self { paths, drafted, accepted, without_examples, pages, .. } = self;
        writeln!(
            f,
            "{paths} paths on {pages} pages: {drafted} drafted, {accepted} accept their pages' examples \
             ({without_examples} have none)"
        )
    }
}

/// The result for a path on all of its pages.
#[derive(Debug)]
struct Found {
    drafted: bool,
    accepted: bool,
    examples: usize,
}

/// The result for a page.
#[derive(Debug)]
struct Outcome {
    endpoints: Vec<EndpointOutcome>,
    /// Mistakes that count against all of its endpoints, since they may keep the checks from the rest, by reason.
    mistakes: Vec<(String, String)>,
}

/// The result for an endpoint of a page.
#[derive(Debug)]
struct EndpointOutcome {
    path: String,
    /// Whether the generator can read a draft of it.
    drafted: bool,
    /// The number of bodies on the page.
    examples: usize,
    /// The bodies that are in no example of the draft.
    left_out: Vec<String>,
}

/// Drafts every page below a folder, and checks the drafts against the pages' examples.
pub fn survey(docs: &Path, progress: impl Fn() + Sync, start: impl FnOnce(usize)) -> io::Result<Survey> {
    let pages = pages::read(docs)?;
    start(pages.len());
    let outcomes = parallel::map(&pages, |_, page| {
        let outcome = outcome(page);
        progress();
        outcome
    });
    let mut survey = Survey::default();
    let mut paths: BTreeMap<String, Found> = BTreeMap::new();
    for (page, Outcome { endpoints, mistakes }) in pages.iter().zip(outcomes) {
        survey.pages += usize::from(!endpoints.is_empty());
        let of_page = mistakes.is_empty();
        let mut tell = |reason: String, what: String| {
            let place = format!("{} {}: {what}", page.id, page.title);
            survey.reasons.entry(reason).or_default().push(place);
        };
        for (reason, what) in mistakes {
            tell(reason, what);
        }
        for EndpointOutcome { path, drafted, examples, left_out } in endpoints {
            let found =
                paths.entry(path.clone()).or_insert(Found { drafted: true, accepted: true, examples: 0 });
            found.drafted &= drafted;
            found.accepted &= drafted && of_page && left_out.is_empty();
            found.examples += examples;
            for what in left_out {
                tell("body-left-out".to_owned(), format!("{path} {what}"));
            }
        }
    }
    survey.paths = paths.len();
    let count = |of: fn(&Found) -> bool| paths.values().filter(|path| of(path)).count();
    survey.drafted = count(|path| path.drafted);
    survey.accepted = count(|path| path.accepted);
    survey.without_examples = count(|path| path.accepted && path.examples == 0);
    Ok(survey)
}

fn outcome(page: &Page) -> Outcome {
    let contents = Contents::of(page);
    let mut known = Known::default();
    known.read(&contents);
    let draft = DraftPage::of(page, &contents, Taken::default(), &known);
    let text = Sections::of(&draft, &known.phrases).file(&page.title);
    let (paths, mistakes) = checked(&text);
    let unreadable = contents.unreadable.iter().map(|body| {
        let what = format!("{} line {}: {}", body.path, body.line, body.reason);
        ("unreadable-body".to_owned(), what)
    });
    let endpoints = contents.sections.iter().map(|section| EndpointOutcome {
        path: section.path.clone(),
        drafted: paths.contains(&section.path),
        examples: section.examples.len(),
        left_out: encoding::left_out(section),
    });
    // A page without endpoints can't have a wrong draft.
    let mistakes = unreadable.chain(mistakes).filter(|_| !contents.sections.is_empty());
    Outcome { endpoints: endpoints.collect(), mistakes: mistakes.collect() }
}

/// Returns the paths of a draft that the generator reads, and the messages of its checks by reason, except those about
/// unwritten words.
fn checked(text: &str) -> (HashSet<String>, Vec<(String, String)>) {
    let source = Source { path: "draft.yaml".to_owned(), stem: "draft".to_owned(), text: text.to_owned() };
    let mut diagnostics = Diagnostics::default();
    let sources = [source];
    let spec = load::spec(&sources, &mut diagnostics);
    check::spec(&spec, &sources, &mut diagnostics);
    let lines = Lines::of(text);
    // Examples on pages have values of arbitrary length.
    let counts = |mistake: Mistake| !mistake.is_unwritten() && mistake != Mistake::BeyondLimit;
    let found = diagnostics.iter().filter(|diagnostic| counts(diagnostic.mistake));
    let told: BTreeSet<(String, String)> = found
        .map(|diagnostic| {
            let (line, _) = lines.around(&diagnostic.span);
            (
                diagnostic.mistake.code().to_owned(),
                format!("line {line} of the draft: {}", diagnostic.message),
            )
        })
        .collect();
    let endpoints = spec.files.iter().flat_map(|file| file.endpoints.values());
    (
        endpoints.map(|endpoint| endpoint.head.method_and_path().1.to_owned()).collect(),
        told.into_iter().collect(),
    )
}
