//! The spec held against the documentation's pages.
//!
//! What is new, pages say in a place where it is recognised; what is gone, they no longer say anywhere near. So a page's
//! wording that isn't understood makes no noise. What differs on purpose stands in the spec's `deviations`, with what the
//! page says, so that it is told again when the page says something else.

mod calls;
mod codes;
mod comparison;
mod deviations;
mod documents;
mod endpoints;
mod fields;
mod finding;
mod object;
mod page;
mod report;
mod rows;
mod shown;
mod values;

use std::io;
use std::path::Path;

use crate::pages;
use crate::pages::contents::Contents;
use crate::parallel;
use crate::spec::load;
use crate::spec::{self, Failure};
use comparison::Comparison;
use page::ReadPage;
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
    if spec.codes.is_none() && spec.files.iter().all(|file| file.endpoints.is_empty()) {
        let message = format!("{}: no endpoint in it, and no error code", root.join("spec").display());
        return Err(io::Error::other(message).into());
    }
    let pages = pages::read(docs)?;
    if pages.is_empty() {
        let message =
            format!("{}: no page in it: no Markdown file with a `doc_id` at its start", docs.display());
        return Err(io::Error::other(message).into());
    }
    start(pages.len());
    let contents = parallel::map(&pages, |_, page| {
        let contents = Contents::of(page);
        progress();
        contents
    });
    let pages = pages.into_iter().zip(contents).map(|(page, contents)| ReadPage { page, contents });
    let pages: Vec<ReadPage> = pages.collect();
    let found = Comparison::new(&spec, &pages).run();
    let pages = pages.into_iter().map(|read| (read.page.file, read.page.text)).collect();
    Ok(Differences::new(sources, pages, found))
}
