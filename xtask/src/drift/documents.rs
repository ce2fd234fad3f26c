//! The pages that the spec names as its own: whether they are there, where, and of when.

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use crate::spec::source::{Node, Path};
use crate::spec::{Doc, DriftRule};

/// What names its documents: an endpoint, the error codes, or the general rates.
pub(super) struct Sourced<'d> {
    /// Its file, as an index into the sources.
    pub file: usize,
    /// What stands in the file.
    pub root: &'d Node,
    /// Where it stands there.
    pub path: Path,
    pub name: &'d str,
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
            let Some(page) = self.page(also.id) else {
                let gone = of.finding(DriftRule::PageGone, &path, no_page(also.id));
                self.found.push(gone.says(also.id.to_string()));
                continue;
            };
            if let Some((says, message)) = self.changed(page, also.updated.as_ref()) {
                let says = format!("{}: {}", also.id, says.unwrap_or_default());
                let changed = of.finding(DriftRule::PageChanged, &path, message);
                self.found.push(changed.says(says).seen_at(PageLine::first(page)));
            }
        }
        let Doc { id, page: number, updated, .. } = of.doc;
        let Some(page) = self.page(*id) else {
            self.found.push(of.finding(DriftRule::PageGone, &path.key("id"), no_page(*id)));
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
        Some(page)
    }

    /// When a page says that it was changed, if that is not when the spec says, and a sentence about it.
    fn changed(&self, page: usize, known: Option<&String>) -> Option<(Option<String>, String)> {
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
