//! Drafts of the spec from documentation pages: what can be read is drafted, what needs words is left to a person, and
//! what isn't sure is said beside it.

mod endpoint;
mod examples;
mod fields;
mod into;
mod model;
mod naming;
mod page;
mod paging;
mod rules;
mod scalar;
mod sighting;
mod survey;
mod tagged;
mod types;
mod values;
mod yaml;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::pages::Page;
use crate::pages::contents::Contents;
use into::Existing;
use page::{DraftPage, Taken};
pub use survey::{Survey, survey};
use yaml::Sections;

/// Why there is no draft.
#[derive(Debug)]
pub enum Failure {
    /// A file can't be read or written.
    Io(PathBuf, io::Error),
    /// A file is not what it should be: which, and why.
    File(PathBuf, String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(file, error) => write!(f, "{}: {error}", file.display()),
            Self::File(file, reason) => write!(f, "{}: {reason}", file.display()),
        }
    }
}

impl std::error::Error for Failure {}

/// Drafts the endpoints of some pages, as the text of a spec file.
pub fn draft(pages: &[PathBuf]) -> Result<String, Failure> {
    let Some((first, rest)) = pages.split_first() else { return Ok(String::new()) };
    let text = read(first)?;
    let spec = new_file(first, &text).map_err(|reason| Failure::File(first.clone(), reason))?;
    rest.iter().try_fold(spec, |spec, page| add(page, &read(page)?, spec, page))
}

/// Adds the endpoints of some pages to the text of a spec file.
pub fn added(pages: &[PathBuf], file: &Path) -> Result<String, Failure> {
    pages.iter().try_fold(read(file)?, |spec, page| add(page, &read(page)?, spec, file))
}

/// Drafts the endpoints of a page's text, as the text of a spec file.
pub fn new_file(page: &Path, text: &str) -> Result<String, String> {
    let (page, draft) = drafted(page, text, Taken::default())?;
    Ok(Sections::of(&draft).file(&page.title))
}

/// Adds the endpoints of a page's text to the text of a spec file.
pub fn add(page: &Path, text: &str, spec: String, file: &Path) -> Result<String, Failure> {
    let of_file = |reason| Failure::File(file.to_owned(), reason);
    let existing = Existing::read(spec).map_err(of_file)?;
    let (_, draft) =
        drafted(page, text, existing.taken()).map_err(|reason| Failure::File(page.to_owned(), reason))?;
    let known = existing.known(&draft);
    if !known.is_empty() {
        let reason = format!("{} is there already, from the same page; change it there", known.join(", "));
        return Err(of_file(reason));
    }
    existing.with(&Sections::of(&draft)).map_err(of_file)
}

fn drafted(file: &Path, text: &str, taken: Taken) -> Result<(Page, DraftPage), String> {
    let page = Page::parse(file.to_owned(), text)
        .ok_or("not a page: it lacks a `doc_id` between two lines of `---` at its start")?;
    let contents = Contents::of(&page);
    if contents.sections.is_empty() {
        return Err("no endpoint: no address of the server API follows a label such as 请求地址".to_owned());
    }
    let draft = DraftPage::of(&page, &contents, taken);
    Ok((page, draft))
}

fn read(file: &Path) -> Result<String, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::Io(file.to_owned(), error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
