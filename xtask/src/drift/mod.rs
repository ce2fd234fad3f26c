//! The spec held against the documentation's pages.
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

use crate::pages::contents::{Contents, Section};
use crate::pages::{self, Page};
use crate::parallel;
use crate::spec::load;
use crate::spec::source::{Node, Path};
use crate::spec::{self, Failure};
use crate::spec::{Deviation, Drift, Endpoint, File, Spec};
pub use report::Report;

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

/// What a comparison found.
struct Found {
    findings: Vec<Finding>,
    unspecified: Vec<Unspecified>,
    /// The types, by file, that no page describes in a way that is recognised: what is gone of them isn't seen.
    unseen: Vec<(usize, String)>,
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
    let pages: Vec<Read> =
        pages.into_iter().zip(contents).map(|(page, contents)| Read { page, contents }).collect();
    let drift = Comparison {
        spec: &spec,
        pages: &pages,
        found: Vec::new(),
        present: BTreeSet::new(),
        values: BTreeMap::new(),
    };
    let found = drift.run();
    let pages = pages.into_iter().map(|read| (read.page.file.clone(), read.page.text)).collect();
    Ok(Report::new(sources, pages, found))
}

struct Comparison<'a> {
    spec: &'a Spec,
    pages: &'a [Read],
    found: Vec<Finding>,
    /// By file: the fields that pages have in some place, as deviations call them.
    present: BTreeSet<(usize, String)>,
    /// By file and type: the values that pages list of it.
    values: BTreeMap<(usize, String), Listed>,
}

/// The values of a type that pages list.
#[derive(Clone)]
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
    fn run(mut self) -> Found {
        for file in &self.spec.files {
            for (name, endpoint) in &file.endpoints {
                self.endpoint(file, name, endpoint);
            }
            self.values_gone(file);
        }
        if let Some(codes) = &self.spec.codes {
            self.codes(codes);
        }
        let (unspecified, unseen) = (self.unspecified(), self.unseen());
        // A type that stands in several places is whole if all of them together are.
        let present = std::mem::take(&mut self.present);
        let is_gone = |found: &Finding| found.rule == Some(Drift::FieldGone);
        self.found.retain(|found| !(is_gone(found) && present.contains(&(found.file, found.at.clone()))));
        let mut told = BTreeSet::new();
        // What endpoints share is compared with each of their pages.
        self.found
            .retain(|found| told.insert((found.file, found.name(), found.at.clone(), found.page.clone())));
        let mut accepted = self.accept();
        self.found.append(&mut accepted);
        Found { findings: self.found, unspecified, unseen }
    }

    /// The types of which pages have neither a field nor a value.
    fn unseen(&self) -> Vec<(usize, String)> {
        let of_field = |(file, at): &(usize, String)| (*file, at.split('.').next().unwrap_or(at).to_owned());
        let seen: BTreeSet<(usize, String)> =
            self.present.iter().map(of_field).chain(self.values.keys().cloned()).collect();
        let types = self
            .spec
            .files
            .iter()
            .flat_map(|file| file.type_names().map(move |(_, name)| (file.source, name.clone())));
        types.filter(|found| !seen.contains(found)).collect()
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
        let others: Vec<usize> =
            endpoint.head.doc.also.iter().filter_map(|also| self.page(also.id)).collect();
        for page in others {
            if documented.iter().all(|documented| documented.index != page) {
                let id = self.pages[page].page.id.to_string();
                let message = format!("document {id} doesn't document `{}` any more", endpoint.head.call);
                let place = Some(Place { page, line: 1 });
                self.add(file, Drift::EndpointGone, name, Some(id), message, &at.key("call"), place);
            }
        }
        self.calls(file, name, endpoint, *first);
        self.fields(file, name, endpoint, &documented);
    }

    /// Where the pages that the spec names document an endpoint, the main one first.
    fn documented(&self, endpoint: &Endpoint) -> Vec<Documented<'a>> {
        let (_, path) = endpoint.head.method_and_path();
        let sections = endpoint.head.doc.ids().filter_map(|id| self.page(id)).flat_map(|index| {
            let read = &self.pages[index];
            let sections = read.contents.sections.iter().filter(|section| section.path == path);
            sections.map(move |section| Documented { index, read, section })
        });
        sections.collect()
    }

    /// The page of a document.
    fn page(&self, id: u32) -> Option<usize> {
        self.pages.iter().position(|read| read.page.id == id)
    }

    /// When a page says that it was changed, if that is not when the spec says, and a sentence about it.
    fn changed(&self, page: usize, known: Option<&String>) -> Option<(Option<String>, String)> {
        let says = self.pages[page].contents.updated.as_ref();
        let message = match says {
            _ if says == known => return None,
            Some(date) => format!("the page was changed on {date}: read it again, then say so in `updated`"),
            None => "the page doesn't say when it was changed".to_owned(),
        };
        Some((says.cloned(), message))
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
        let add = |this: &mut Self, rule, page, message, below: Path, place| {
            let span = root.find(&Path([at.0.clone(), below.0].concat())).span.clone();
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
        for (number, also) in doc.also.iter().enumerate() {
            let at = Path::of(["also"]).index(number);
            let id = Some(also.id.to_string());
            match self.page(also.id) {
                None => {
                    add(self, Drift::PageGone, id, format!("no page has the `doc_id` {}", also.id), at, None);
                }
                Some(page) => {
                    if let Some((says, message)) = self.changed(page, also.updated.as_ref()) {
                        let says = Some(format!("{}: {}", also.id, says.unwrap_or_default()));
                        add(self, Drift::PageChanged, says, message, at, Some(Place { page, line: 1 }));
                    }
                }
            }
        }
        let Some(index) = self.page(doc.id) else {
            let message = format!("no page has the `doc_id` {}", doc.id);
            add(self, Drift::PageGone, None, message, Path::of(["id"]), None);
            return None;
        };
        let read = &self.pages[index];
        let place = Some(Place { page: index, line: 1 });
        let numbers = &read.page.numbers;
        if let Some(number) = numbers.first().filter(|_| !numbers.contains(&doc.page)) {
            let message = format!("the page has another address: …/document/path/{number}");
            add(self, Drift::PageMoved, Some(number.to_string()), message, Path::of(["page"]), place);
        }
        if let Some((says, message)) = self.changed(index, doc.updated.as_ref()) {
            add(self, Drift::PageChanged, says, message, Path::of(["updated"]), place);
        }
        Some(index)
    }

    /// The endpoints that are on pages only, each at its first page, and what other pages say of those of the spec.
    fn unspecified(&self) -> Vec<Unspecified> {
        let mut named: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for endpoint in self.spec.files.iter().flat_map(|file| file.endpoints.values()) {
            let (_, path) = endpoint.head.method_and_path();
            named.entry(path).or_default().extend(endpoint.head.doc.ids());
        }
        let mut found: BTreeMap<(&str, usize), Unspecified> = BTreeMap::new();
        for (index, read) in self.pages.iter().enumerate() {
            for Section { path, line, .. } in &read.contents.sections {
                let ids = named.get(path.as_str());
                if ids.is_some_and(|ids| ids.contains(&read.page.id)) {
                    continue;
                }
                let known = ids.is_some();
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
        // What the spec lacks is told where it would stand.
        let span = file.root.nearest_key(node).span.clone();
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
        let files = self.spec.files.iter().map(|file| (file.source, &file.root, &file.deviations));
        let codes = self.spec.codes.iter().map(|codes| (codes.source, &codes.root, &codes.deviations));
        let mut needless = Vec::new();
        for (file, root, deviations) in files.chain(codes) {
            for (index, deviation) in deviations.iter().enumerate() {
                let before = self.found.len();
                self.found
                    .retain(|found| !(is_about(deviation, file, found) && found.page == deviation.page));
                if self.found.len() == before {
                    let path = Path::of(["deviations"]).index(index);
                    needless.push((file, root.find(&path).span.clone(), deviation));
                }
            }
        }
        // What is left then is accepted by none of them.
        let told = needless.into_iter().map(|(file, span, deviation)| {
            let mut others = self.found.iter().filter(|found| is_about(deviation, file, found));
            no_longer(file, span, deviation, others.next())
        });
        told.collect()
    }
}

/// Whether a deviation is about what was found, if the page said what it quotes.
fn is_about(deviation: &Deviation, file: usize, found: &Finding) -> bool {
    // A field has several limits: `max: 9`, `no min`.
    let key = |page: &Option<String>| {
        let page = page.as_deref().filter(|_| deviation.rule == Drift::FieldLimit).unwrap_or_default();
        page.trim_start_matches("no ").split(':').next().unwrap_or_default().to_owned()
    };
    found.file == file
        && found.rule == Some(deviation.rule)
        && found.at == deviation.at
        && key(&found.page) == key(&deviation.page)
}

/// What is to be said of an accepted deviation that isn't there.
fn no_longer(file: usize, span: Range<usize>, deviation: &Deviation, other: Option<&Finding>) -> Finding {
    let Deviation { rule, at, page, .. } = deviation;
    let now = match other.map(|found| found.page.as_deref()) {
        Some(Some(says)) => format!("the page now says `{says}`"),
        Some(None) => "this difference quotes nothing; leave out `page`".to_owned(),
        None => "no such difference is found".to_owned(),
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
