//! Compares the spec with the documentation's pages.
//!
//! A field counts as new if a page has it in a recognized place, and as gone if the pages no longer mention it
//! anywhere near. So wordings that aren't understood cause no noise. Deliberate differences are in the spec's
//! `deviations`, with the page's words, so that they are reported again if the page changes.

mod across;
mod bounds;
mod calls;
mod causes;
mod claims;
mod code_limits;
mod codes;
mod comparison;
mod conditioned;
mod definitions;
mod demands;
mod deviations;
mod documents;
mod endpoints;
mod events;
mod evidence;
mod fields;
mod finding;
mod forms;
mod jobs;
mod limits;
mod names;
mod notes;
mod object;
mod other_pages;
mod page;
mod rates;
mod reasons;
mod report;
mod rows;
mod shown;
mod signs;
mod standing;
mod told;
mod unique;
mod units;
mod values;
mod wires;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::pages::contents::Contents;
use crate::pages::{self, Page};
use crate::parallel;
use crate::spec::load;
use crate::spec::{self, Failure, Spec};
pub(crate) use causes::Cause;
use comparison::{Comparison, Gathered};
pub(crate) use definitions::is_named;
pub(crate) use evidence::{Evidence, Seen};
pub(crate) use finding::Finding;
use finding::Found;
pub(crate) use page::{ReadPage, own_name};
pub use report::Differences;

/// Compares the spec of a workspace with the pages below a folder. `start` receives the number of pages, `progress` is
/// called for each.
pub fn run(
    root: &Path,
    docs: &Path,
    color: bool,
    start: impl FnOnce(usize),
    progress: impl Fn() + Sync,
) -> Result<Differences, Failure> {
    let sources = load::sources(&root.join("spec"))?;
    let spec = spec::read(&sources, color)?;
    if spec.codes.is_none() && spec.files.iter().all(|file| file.operations().next().is_none()) {
        let message = format!("{}: it has neither endpoints nor error codes", root.join("spec").display());
        return Err(io::Error::other(message).into());
    }
    let pages = pages::read(docs)?;
    if pages.is_empty() {
        let message =
            format!("{}: it has no pages: Markdown files that begin with a `doc_id`", docs.display());
        return Err(io::Error::other(message).into());
    }
    start(pages.len());
    let pages = take_apart(pages, progress);
    let mut comparison = Comparison::new(&spec, &pages);
    let endpoints = comparison.endpoints(|_, _| None);
    let found = comparison.run(endpoints);
    let pages = pages.into_iter().map(|read| (read.page.file, read.page.text)).collect();
    Ok(Differences::new(sources, pages, found))
}

/// Parses pages. `progress` is called for each.
pub(crate) fn take_apart(pages: Vec<Page>, progress: impl Fn() + Sync) -> Vec<ReadPage> {
    let mut contents = parallel::map(&pages, |_, page| {
        let contents = Contents::of(page);
        progress();
        contents
    });
    pages::take_linked(&pages, &mut contents);
    pages.into_iter().zip(contents).map(|(page, contents)| ReadPage::new(page, contents)).collect()
}

/// The differences between a spec and pages, except those that the spec accepts, and other results of the comparison.
pub(crate) struct Compared {
    pub findings: Vec<Finding>,
    /// The statements and examples of the pages about everything in the spec that is found there.
    pub evidence: Evidence,
    /// By file and endpoint: the findings about it.
    gathered: BTreeMap<(usize, String), Gathered>,
}

impl Compared {
    /// Compares a spec with pages.
    pub(crate) fn of(spec: &Spec, pages: &[ReadPage]) -> Self {
        let mut comparison =
            Comparison { evidence: Some(Evidence::default()), ..Comparison::new(spec, pages) };
        let endpoints = comparison.endpoints(|_, _| None);
        let known = endpoints
            .iter()
            .map(|(file, name, gathered)| ((*file, (*name).to_owned()), gathered.without_evidence()));
        let gathered = known.collect();
        let Found { findings, .. } = comparison.run(endpoints);
        Self { findings, evidence: comparison.evidence.unwrap_or_default(), gathered }
    }

    /// Compares the same spec with the same pages again after a change that doesn't affect some endpoints.
    pub(crate) fn again(
        &self,
        spec: &Spec,
        pages: &[ReadPage],
        unchanged: impl Fn(&str) -> bool + Sync,
    ) -> Vec<Finding> {
        let mut comparison = Comparison::new(spec, pages);
        let endpoints = comparison.endpoints(|file, name| {
            self.gathered.get(&(file, name.to_owned())).filter(|_| unchanged(name)).cloned()
        });
        comparison.run(endpoints).findings
    }
}
