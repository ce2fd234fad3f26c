//! The spec held against the documentation's pages.
//!
//! What is new, pages say in a place where it is recognised; what is gone, they no longer say anywhere near. So a page's
//! wording that isn't understood makes no noise. What differs on purpose stands in the spec's `deviations`, with what the
//! page says, so that it is told again when the page says something else.

mod across;
mod calls;
mod claims;
mod codes;
mod comparison;
mod definitions;
mod deviations;
mod documents;
mod endpoints;
mod events;
mod evidence;
mod fields;
mod finding;
mod forms;
mod names;
mod notes;
mod object;
mod page;
mod rates;
mod report;
mod rows;
mod shown;
mod told;
mod unique;
mod values;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::pages::contents::Contents;
use crate::pages::{self, Page};
use crate::parallel;
use crate::spec::load;
use crate::spec::{self, Failure, Spec};
use comparison::{Comparison, Gathered};
pub(crate) use evidence::{Evidence, Seen};
pub(crate) use finding::Finding;
use finding::Found;
pub(crate) use page::{ReadPage, mentions, own_name};
pub use report::Differences;

/// Holds the spec of a workspace against the pages below a folder. `start` learns how many pages there are, `progress`
/// is called for each.
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

/// Takes pages apart. `progress` is called for each.
pub(crate) fn take_apart(pages: Vec<Page>, progress: impl Fn() + Sync) -> Vec<ReadPage> {
    let contents = parallel::map(&pages, |_, page| {
        let contents = Contents::of(page);
        progress();
        contents
    });
    pages.into_iter().zip(contents).map(|(page, contents)| ReadPage { page, contents }).collect()
}

/// Where a spec and pages differ, but for what the spec accepts, and what else a comparison of them tells.
pub(crate) struct Compared {
    pub findings: Vec<Finding>,
    /// What the pages say and show of everything in the spec, wherever it is found there.
    pub evidence: Evidence,
    /// By file and endpoint: what was found of it.
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

    /// Compares the same spec, changed in a way that means nothing to endpoints of some names, with the same pages.
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
