//! `cargo xtask drift`: the spec held against the documentation's pages.
//!
//! What is new, pages say in a place where it is recognised; what is gone, they no longer say anywhere near. So a page's
//! wording that isn't understood makes no noise. What differs on purpose stands in the spec's `deviations`, with what the
//! page says, so that it is told again when the page says something else.

mod calls;
mod codes;
mod fields;
mod report;
mod said;
mod shape;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::path::Path as FilePath;

use crate::check;
use crate::codegen::Failure;
use crate::diagnostic::Diagnostics;
use crate::load;
use crate::pages::contents::{Contents, Section};
use crate::pages::{self, Page};
use crate::parallel;
use crate::source::{Node, Path};
use crate::spec::{Deviation, Drift, Endpoint, File, Spec};
pub use report::{Form, Report};

/// A line of a page.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The page, as an index into all pages.
    page: usize,
    /// From 1.
    line: usize,
}

/// Something that the spec and the pages don't agree on.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What it is; none for a deviation that the spec accepts and that isn't there.
    pub rule: Option<Drift>,
    /// Where in its file of the spec: `create.request.title`, `Settings.title`, `Kind.voice`.
    pub at: String,
    /// What the page says in its place, where that is something to quote.
    pub page: Option<String>,
    /// What differs, as one sentence without a full stop.
    message: String,
    /// The spec file, as an index into the sources.
    file: usize,
    /// The bytes there to point at.
    span: Range<usize>,
    /// The page and its line, if there is a page.
    place: Option<Place>,
}

impl Finding {
    /// What it is, in a word.
    pub fn name(&self) -> &'static str {
        self.rule.map_or("deviation-gone", Drift::keyword)
    }
}

/// An endpoint that pages document and the spec lacks.
#[derive(Debug, Clone)]
pub struct Unspecified {
    /// Its path.
    pub path: String,
    /// Whether the spec has an endpoint of this path, from another page.
    pub known: bool,
    /// The page, and the line of its address.
    place: Place,
}

/// A page, and what is read of it.
struct Read {
    page: Page,
    contents: Contents,
}

/// Holds the spec of a workspace against the pages below a folder. `start` learns how many pages there are, `progress`
/// is called for each.
pub fn run(
    root: &FilePath,
    docs: &FilePath,
    color: bool,
    start: impl FnOnce(usize),
    progress: impl Fn() + Sync,
) -> Result<Report, Failure> {
    let sources = load::sources(&root.join("spec"))?;
    let mut diagnostics = Diagnostics::default();
    let spec = load::spec(&sources, &mut diagnostics);
    check::spec(&spec, &sources, &mut diagnostics);
    if !diagnostics.is_empty() {
        return Err(Failure::Spec { mistakes: diagnostics.len(), text: diagnostics.render(&sources, color) });
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
    let pages: Vec<Read> =
        pages.into_iter().zip(contents).map(|(page, contents)| Read { page, contents }).collect();
    let drift = Comparison { spec: &spec, pages: &pages, found: Vec::new(), values: BTreeMap::new() };
    let (findings, unspecified) = drift.run();
    let pages = pages.into_iter().map(|read| (read.page.file.clone(), read.page.text)).collect();
    Ok(Report::new(sources, pages, findings, unspecified))
}

/// The method and the path of an endpoint.
fn call(endpoint: &Endpoint) -> (&str, &str) {
    endpoint.head.call.split_once(' ').unwrap_or(("", &endpoint.head.call))
}

struct Comparison<'a> {
    spec: &'a Spec,
    pages: &'a [Read],
    found: Vec<Finding>,
    /// By file and type: the values that pages list of it.
    values: BTreeMap<(usize, String), Listed>,
}

/// The values of a type that pages list.
struct Listed {
    /// Where the first of them does.
    place: Place,
    wires: BTreeSet<String>,
}

/// An endpoint as a page documents it: the page's number in all pages, and the section.
#[derive(Clone, Copy)]
struct Documented<'a> {
    index: usize,
    read: &'a Read,
    section: &'a Section,
}

impl<'a> Comparison<'a> {
    fn run(mut self) -> (Vec<Finding>, Vec<Unspecified>) {
        for file in &self.spec.files {
            for (name, endpoint) in &file.endpoints {
                self.endpoint(file, name, endpoint);
            }
            self.values_gone(file);
        }
        if let Some(codes) = &self.spec.codes {
            self.codes(codes);
        }
        let unspecified = self.unspecified();
        let mut told = BTreeSet::new();
        // What endpoints share is compared with each of their pages.
        self.found
            .retain(|found| told.insert((found.file, found.name(), found.at.clone(), found.page.clone())));
        let mut accepted = self.accept();
        self.found.append(&mut accepted);
        (self.found, unspecified)
    }

    fn endpoint(&mut self, file: &'a File, name: &'a str, endpoint: &'a Endpoint) {
        let at = Path::of(["endpoints", name]);
        let own = self.document(file.source, &file.root, &at, name, &endpoint.head.doc);
        let documented = self.documented(endpoint);
        let Some(first) = documented.first() else {
            // Without its page, that is what was told.
            if own.is_none() {
                return;
            }
            let place = own.map(|page| Place { page, line: 1 });
            let message = format!("its page doesn't document `{}`", endpoint.head.call);
            self.add(file, Drift::EndpointGone, name, None, message, &at.key("call"), place);
            return;
        };
        self.calls(file, name, endpoint, *first);
        self.fields(file, name, endpoint, &documented);
    }

    /// Where the pages that the spec names document an endpoint, the main one first.
    fn documented(&self, endpoint: &Endpoint) -> Vec<Documented<'a>> {
        let (_, path) = call(endpoint);
        let named = |id| self.pages.iter().position(|read| read.page.id == id);
        let sections = endpoint.head.doc.ids().filter_map(named).flat_map(|index| {
            let read = &self.pages[index];
            let sections = read.contents.sections.iter().filter(|section| section.path == path);
            sections.map(move |section| Documented { index, read, section })
        });
        sections.collect()
    }

    /// The page that a document's id names, which is compared with what the spec says of it.
    fn document(
        &mut self,
        file: usize,
        root: &Node,
        at: &Path,
        name: &str,
        doc: &crate::spec::Doc,
    ) -> Option<usize> {
        let at = at.key("doc");
        let add = |this: &mut Self, rule, page, message, key: &str, place| {
            let span = root.find(&at.key(key)).span.clone();
            this.found.push(Finding {
                rule: Some(rule),
                at: name.to_owned(),
                page,
                message,
                file,
                span,
                place,
            });
        };
        for id in &doc.also {
            if !self.pages.iter().any(|read| read.page.id == *id) {
                let message = format!("no page has the `doc_id` {id}");
                add(self, Drift::PageGone, Some(id.to_string()), message, "also", None);
            }
        }
        let Some(index) = self.pages.iter().position(|read| read.page.id == doc.id) else {
            let message = format!("no page has the `doc_id` {}", doc.id);
            add(self, Drift::PageGone, None, message, "id", None);
            return None;
        };
        let read = &self.pages[index];
        let place = Some(Place { page: index, line: 1 });
        let numbers = &read.page.numbers;
        if let Some(number) = numbers.first().filter(|_| !numbers.contains(&doc.page)) {
            let message = format!("the page has another address: …/document/path/{number}");
            add(self, Drift::PageMoved, Some(number.to_string()), message, "page", place);
        }
        if read.contents.updated != doc.updated {
            let says = read.contents.updated.clone();
            let message = match &says {
                Some(date) => {
                    format!("the page was changed on {date}: read it again, then say so in `updated`")
                }
                None => "the page doesn't say when it was changed".to_owned(),
            };
            add(self, Drift::PageChanged, says, message, "updated", place);
        }
        Some(index)
    }

    /// The endpoints that are on pages only, each at its first page, and what other pages say of those of the spec.
    fn unspecified(&self) -> Vec<Unspecified> {
        let endpoints = || self.spec.files.iter().flat_map(|file| file.endpoints.values());
        let named = |path: &str, id: u32| {
            endpoints()
                .any(|endpoint| call(endpoint).1 == path && endpoint.head.doc.ids().any(|named| named == id))
        };
        let mut found: BTreeMap<(&str, usize), Unspecified> = BTreeMap::new();
        for (index, read) in self.pages.iter().enumerate() {
            for Section { path, line, .. } in &read.contents.sections {
                let known = endpoints().any(|endpoint| call(endpoint).1 == path);
                if known && named(path, read.page.id) {
                    continue;
                }
                let new =
                    Unspecified { path: path.clone(), known, place: Place { page: index, line: *line } };
                found.entry((path, if known { index } else { 0 })).or_insert(new);
            }
        }
        found.into_values().collect()
    }

    #[allow(clippy::too_many_arguments, reason = "a finding has as many parts")]
    fn add(
        &mut self,
        file: &File,
        rule: Drift,
        at: &str,
        page: Option<String>,
        message: String,
        node: &Path,
        place: Option<Place>,
    ) {
        let span = file.root.find_key(node).span.clone();
        self.found.push(Finding {
            rule: Some(rule),
            at: at.to_owned(),
            page,
            message,
            file: file.source,
            span,
            place,
        });
    }

    /// Takes out what the spec accepts; returns what it accepts without need.
    fn accept(&mut self) -> Vec<Finding> {
        let mut needless = Vec::new();
        let files = self.spec.files.iter().map(|file| (file.source, &file.root, &file.deviations));
        let codes = self.spec.codes.iter().map(|codes| (codes.source, &codes.root, &codes.deviations));
        for (file, root, deviations) in files.chain(codes) {
            for (index, deviation) in deviations.iter().enumerate() {
                let of = |found: &Finding| {
                    found.file == file && found.rule == Some(deviation.rule) && found.at == deviation.at
                };
                let before = self.found.len();
                self.found.retain(|found| !(of(found) && found.page == deviation.page));
                if self.found.len() < before {
                    continue;
                }
                let other = self.found.iter().find(|found| of(found));
                let path = Path::of(["deviations"]).index(index);
                let span = root.find(&path).span.clone();
                needless.push(no_longer(file, span, deviation, other));
            }
        }
        needless
    }
}

/// What is to be said of an accepted deviation that isn't there.
fn no_longer(file: usize, span: Range<usize>, deviation: &Deviation, other: Option<&Finding>) -> Finding {
    let Deviation { rule, at, page, .. } = deviation;
    let now = match other.and_then(|found| found.page.as_deref()) {
        Some(says) => format!("the page now says `{says}`"),
        None => "the pages and the spec agree there".to_owned(),
    };
    Finding {
        rule: None,
        at: format!("{at} ({})", rule.keyword()),
        page: page.clone(),
        message: format!("this deviation no longer applies: {now}"),
        file,
        span,
        place: other.and_then(|found| found.place),
    }
}
