//! Finds the pages of the spec's chapters that nobody has read: neither an entry names them, nor `pages.yaml`.
//!
//! Overviews state what no endpoint's page repeats: limits, permissions, error codes.

use std::collections::BTreeSet;
use std::path::Path as FilePath;

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use super::page::ReadPage;
use crate::spec::source::Path;
use crate::spec::{DriftRule, File, OtherPages};

impl Comparison<'_> {
    /// Reports pages that lie beside or above those of the spec and that nobody has read, and the entries of `pages.yaml` that no
    /// longer fit their pages.
    pub(super) fn other_pages(&mut self, others: &OtherPages) {
        let named = self.named_pages();
        let folders = folders(self.pages, &named);
        let spot = |path: &Path| Spot::of(others.source, others.root.find_key(path));
        let all = Path::of(["pages"]);
        for (index, read) in self.pages.iter().enumerate() {
            let page = &read.page;
            let beside = page.file.parent().is_some_and(|folder| folders.contains(folder));
            if !beside || named.contains(&page.id) || others.pages.contains_key(&page.id) {
                continue;
            }
            let message = format!(
                "nobody has read `{}`, a page of a chapter: read it, move its facts to the chapter, and list it as `{}`",
                page.title, page.id
            );
            let finding =
                Finding::new(spot(&all), DriftRule::PageUnread, format!("pages.{}", page.id), message);
            self.found.push(finding.seen_at(PageLine::first(index)));
        }
        for (id, entry) in &others.pages {
            let path = all.key(&id.to_string());
            let finding =
                |rule, path: &Path, message| Finding::new(spot(path), rule, format!("pages.{id}"), message);
            let files = || self.spec.files.iter();
            for chapter in entry.chapters.iter().filter(|stem| files().all(|file| file.stem != **stem)) {
                let message = format!("the spec has no `{chapter}.yaml`");
                self.found
                    .push(finding(DriftRule::PageEntry, &path.key("in"), message).says(chapter.clone()));
            }
            if named.contains(id) {
                let message = format!("an entry of the spec names the document {id}: remove this one");
                self.found.push(finding(DriftRule::PageEntry, &path, message));
            }
            let Some(page) = self.page(*id) else {
                let message = format!("no page has the `doc_id` {id}");
                self.found.push(finding(DriftRule::PageGone, &path, message));
                continue;
            };
            if let Some((says, message)) = self.changed(page, entry.updated.as_ref()) {
                let changed = finding(DriftRule::PageChanged, &path.key("updated"), message);
                self.found.push(changed.says(says).seen_at(PageLine::first(page)));
            }
        }
    }

    /// Returns the documents that the spec names.
    fn named_pages(&self) -> BTreeSet<u32> {
        let operations = self.spec.files.iter().flat_map(File::operations);
        let own = operations.flat_map(|operation| operation.doc.ids());
        let codes = self.spec.codes.iter().flat_map(|codes| codes.doc.ids());
        own.chain(codes).chain(self.spec.rates.iter().flat_map(|rates| rates.doc.ids())).collect()
    }
}

/// Returns the folders with some documents, at any depth.
fn folders<'p>(pages: &'p [ReadPage], named: &BTreeSet<u32>) -> BTreeSet<&'p FilePath> {
    let own = pages.iter().filter(|read| named.contains(&read.page.id));
    own.flat_map(|read| read.page.file.ancestors().skip(1)).collect()
}
