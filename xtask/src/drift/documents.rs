//! The pages that the spec names as its own: whether they are there, where, and of when.

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use crate::spec::source::{Node, Path};
use crate::spec::{Doc, DriftRule, Operation};

/// The entry that names its documents: an endpoint, the error codes, or the general rates.
pub(super) struct Sourced<'d> {
    /// Its file, as an index into the sources.
    pub file: usize,
    /// The file's content.
    pub root: &'d Node,
    /// Its place in the file.
    pub path: Path,
    pub name: &'d str,
    pub title: &'d str,
    pub doc: &'d Doc,
}

impl Sourced<'_> {
    fn finding(&self, rule: DriftRule, path: &Path, message: String) -> Finding {
        Finding::new(Spot::of(self.file, self.root.find(path)), rule, self.name, message)
    }
}

impl Comparison<'_> {
    /// Compares the documents' pages with what the spec says of them; returns that of the first document.
    pub(super) fn document(&mut self, of: &Sourced<'_>) -> Option<usize> {
        let path = of.path.key("doc");
        for (number, also) in of.doc.also.iter().enumerate() {
            let path = path.key("also").index(number);
            let Some(id) = also.id else { continue };
            let Some(page) = self.page(id) else {
                let gone = of.finding(DriftRule::PageGone, &path, no_page(id));
                self.found.push(gone.says(id.to_string()));
                continue;
            };
            if let Some((says, message)) = self.changed(page, also.updated.as_ref()) {
                let says = format!("{id}: {}", says.unwrap_or_default());
                let changed = of.finding(DriftRule::PageChanged, &path, message);
                self.found.push(changed.says(says).seen_at(PageLine::first(page)));
            }
            self.renamed(of, &path, page, also.title.as_deref());
        }
        self.asked_for(of, &path);
        let Doc { id, page: number, updated, .. } = of.doc;
        let id = (*id)?;
        let Some(page) = self.page(id) else {
            self.found.push(of.finding(DriftRule::PageGone, &path.key("id"), no_page(id)));
            return None;
        };
        let numbers = &self.pages[page].page.numbers;
        if let Some(says) = numbers.first().filter(|_| !numbers.contains(number)) {
            let message = format!("the URL of the page has changed: …/document/path/{says}");
            let moved = of.finding(DriftRule::PageMoved, &path.key("page"), message);
            self.found.push(moved.says(says.to_string()).seen_at(PageLine::first(page)));
        }
        if let Some((says, message)) = self.changed(page, updated.as_ref()) {
            let changed = of.finding(DriftRule::PageChanged, &path.key("updated"), message);
            self.found.push(changed.says(says).seen_at(PageLine::first(page)));
        }
        self.renamed(of, &path, page, of.doc.title.as_deref());
        Some(page)
    }

    /// Compares the title of a page with the one that the spec gives it, if any.
    fn renamed(&mut self, of: &Sourced<'_>, path: &Path, page: usize, known: Option<&str>) {
        let says = self.pages[page].page.title_beside(of.title);
        if says == known {
            return;
        }
        let message = match says {
            Some(title) => format!("the title of the page is `{title}`: set `title` of the page to it"),
            None => "the page has the title of the operation: omit `title` of the page".to_owned(),
        };
        let spot = if known.is_some() { path.key("title") } else { path.clone() };
        let renamed = of.finding(DriftRule::PageRenamed, &spot, message);
        let says = format!("{}: {}", self.pages[page].page.id, says.unwrap_or_default());
        self.found.push(renamed.says(says).seen_at(PageLine::first(page)));
    }

    /// The unread pages that are missing, with the entries that refer to them.
    pub(super) fn wanted(&self) -> Vec<(u32, usize, String)> {
        let here = |number: &u32| self.pages.iter().any(|read| read.page.numbers.contains(number));
        let all = self.spec.files.iter().flat_map(|file| {
            let unseen = move |of: Operation<'_>| {
                let name = of.name.to_owned();
                of.doc
                    .unseen()
                    .map(move |(number, _)| (number, file.source, name.clone()))
                    .collect::<Vec<_>>()
            };
            file.operations().flat_map(unseen)
        });
        let mut wanted: Vec<_> = all.filter(|(number, ..)| !here(number)).collect();
        wanted.sort();
        wanted
    }

    /// Reports pages that nobody had read, and that are here now.
    fn asked_for(&mut self, of: &Sourced<'_>, path: &Path) {
        for (number, index) in of.doc.unseen() {
            let found = self.pages.iter().position(|read| read.page.numbers.contains(&number));
            let Some(page) = found else { continue };
            let at = index.map_or_else(|| path.clone(), |index| path.key("also").index(index));
            let id = self.pages[page].page.id;
            let message = format!(
                "page {number}, which nobody had read, is here now: compare it, then write `id: {id}` and `updated` in \
                 place of `seen: false`"
            );
            let found = of.finding(DriftRule::PageFound, &at, message);
            self.found.push(found.says(number.to_string()).seen_at(PageLine::first(page)));
        }
    }

    /// Returns the date of a page's last change, if it differs from the spec's, and a sentence about it.
    pub(super) fn changed(&self, page: usize, known: Option<&String>) -> Option<(Option<String>, String)> {
        let says = self.pages[page].contents.updated.as_ref();
        let message = match says {
            _ if says == known => return None,
            Some(date) => format!("the page was updated on {date}: read it again, then set `updated`"),
            None => "the page doesn't say when it was changed".to_owned(),
        };
        Some((says.cloned(), message))
    }
}

fn no_page(id: u32) -> String {
    format!("no page has the `doc_id` {id}")
}
