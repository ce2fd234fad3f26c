//! Drafts of the spec from documentation pages: what can be read is drafted, what needs words is left to a person, and
//! what isn't sure is said beside it.

mod calls;
mod chapter;
mod endpoint;
mod event;
mod examples;
mod fields;
mod into;
mod known;
mod learn;
mod lists;
mod made;
mod making;
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

use crate::pages;
use crate::pages::Page;
use crate::pages::contents::Contents;
use crate::spec::load;
use crate::spec::{DocumentKind, Phrases, Spec};
pub use chapter::{Chapter, Completed, Portion};
use into::Existing;
use known::Known;
use making::Maker;
use page::{DraftPage, Taken};
pub use survey::{Survey, survey};
pub use yaml::KNOWN;
use yaml::Sections;

/// The reason why there is no draft.
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

const NO_PAGE: &str = "not a page: it doesn't begin with a `doc_id` between two lines of `---`";
const NO_ENDPOINT: &str = "no endpoint: no URL of the server API follows a label such as 请求地址; and no callback: no document says what it is";

/// Drafts the endpoints of some pages, as the text of a spec file.
pub fn draft(pages: &[PathBuf]) -> Result<String, Failure> {
    let Some((first, rest)) = pages.split_first() else { return Ok(String::new()) };
    let text = read(first)?;
    let spec = new_file(first, &text).map_err(|reason| Failure::File(first.clone(), reason))?;
    rest.iter().try_fold(spec, |spec, page| add(page, &read(page)?, spec, page))
}

/// Adds the endpoints of some pages to the text of a spec file, in the words and with the types that the files beside it
/// know.
pub fn added(pages: &[PathBuf], file: &Path) -> Result<String, Failure> {
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let others = load::sources(folder).map_err(|error| Failure::Io(folder.to_owned(), error))?;
    let mut known = Known::of(&others, file);
    pages.iter().try_fold(read(file)?, |spec, page| {
        let drafts = Drafts { page, text: &read(page)?, known: &mut known };
        drafts.added_to(spec, file)
    })
}

/// Drafts the endpoints of a page's text, as the text of a spec file.
pub fn new_file(page: &Path, text: &str) -> Result<String, String> {
    let (page, draft) = drafted(page, text, None, Taken::default(), &mut Known::default())?;
    Ok(Sections::of(&draft, &Phrases::default()).file(&page.title))
}

/// Adds the endpoints of a page's text to the text of a spec file.
pub fn add(page: &Path, text: &str, spec: String, file: &Path) -> Result<String, Failure> {
    Drafts { page, text, known: &mut Known::default() }.added_to(spec, file)
}

/// A page that is to be drafted.
struct Drafts<'d> {
    page: &'d Path,
    text: &'d str,
    known: &'d mut Known,
}

impl Drafts<'_> {
    fn added_to(self, spec: String, file: &Path) -> Result<String, Failure> {
        let of_file = |reason| Failure::File(file.to_owned(), reason);
        let existing = Existing::read(spec).map_err(of_file)?;
        self.known.read_file(existing.text());
        let taken = existing.taken(file, &self.known.names);
        let (_, draft) = drafted(self.page, self.text, Some(file), taken, &mut *self.known)
            .map_err(|reason| Failure::File(self.page.to_owned(), reason))?;
        let calls = existing.calls();
        let is_known =
            |id: Option<u32>, path: &str| id.is_some_and(|id| calls.contains(&(id, path.to_owned())));
        let again = draft.endpoints.iter().filter(|endpoint| is_known(endpoint.doc.id, &endpoint.path));
        let events = draft.events.iter();
        let events = events.flat_map(|event| event.wire.iter().filter(|wire| is_known(event.doc.id, wire)));
        let again: Vec<&str> =
            again.map(|endpoint| endpoint.path.as_str()).chain(events.map(String::as_str)).collect();
        if !again.is_empty() {
            let reason = format!("{} already exists, from the same page: edit it there", again.join(", "));
            return Err(of_file(reason));
        }
        existing.with(&Sections::of(&draft, &self.known.phrases)).map_err(of_file)
    }
}

/// Returns the English that a workspace's spec has for the short phrases of the pages below a folder.
pub fn phrases(spec: &Spec, docs: &Path) -> io::Result<Phrases> {
    let pages = pages::read(docs)?;
    let pages: Vec<(Page, Contents)> = pages
        .into_iter()
        .map(|page| {
            let contents = Contents::of(&page);
            (page, contents)
        })
        .collect();
    Ok(learn::learn(spec, pages.iter().map(|(page, contents)| (page, contents))))
}

fn drafted(
    page: &Path,
    text: &str,
    into: Option<&Path>,
    taken: Taken,
    known: &mut Known,
) -> Result<(Page, DraftPage), String> {
    let page = Page::parse(page.to_owned(), text).ok_or(NO_PAGE)?;
    let contents = Contents::of(&page);
    if contents.sections.is_empty() && contents.documents.is_empty() {
        return Err(NO_ENDPOINT.to_owned());
    }
    known.read(&contents);
    let mut draft = match documents_in(into, &contents) {
        Some(kind) => {
            let all: Vec<usize> = (0..contents.documents.len()).collect();
            DraftPage::of_documents(&page, (&contents, &all), kind, taken, known)
        }
        None => DraftPage::of(&page, &contents, taken, known),
    };
    draft.make_examples(&mut Maker::default());
    Ok((page, draft))
}

/// Returns the kind as which a page's documents are drafted, for a spec file or a new one; `None` if its endpoints are drafted.
fn documents_in(file: Option<&Path>, contents: &Contents) -> Option<DocumentKind> {
    let stem = file.and_then(Path::file_stem).and_then(|stem| stem.to_str()).unwrap_or_default();
    DocumentKind::of_file(stem).or_else(|| contents.sections.is_empty().then_some(DocumentKind::Event))
}

fn read(file: &Path) -> Result<String, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::Io(file.to_owned(), error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
