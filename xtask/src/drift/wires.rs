//! Compares the titles of documents, and the members that identify them, with those on pages.

use std::collections::BTreeSet;

use super::calls::is_line;
use super::comparison::Comparison;
use super::definitions::is_named;
use super::finding::{Finding, PageLine, Spot};
use crate::pages::{Occurrence, Page};
use crate::spec::{DriftRule, File, NamedDocument, Wire};

impl Comparison<'_> {
    /// Compares a document's title with the headings of its pages. A remark in parentheses may be ours.
    pub(super) fn document_title(
        &mut self,
        file: &File,
        of: NamedDocument<'_>,
        (page, shown): (usize, &Occurrence),
    ) {
        let title = of.definition.head.title.as_str();
        let plain = title.strip_suffix('）').and_then(|title| Some(title.rsplit_once('（')?.0));
        let pages = of.definition.head.doc.ids().filter_map(|id| self.page(id));
        let pages: Vec<&Page> = pages.map(|page| &self.pages[page].page).collect();
        let is_there =
            |title: &str| pages.iter().any(|page| page.title == title || is_line(&page.text, title));
        if is_there(title) || plain.is_some_and(is_there) {
            return;
        }
        // Not every document has a heading of its own.
        let heading = &shown.section.title;
        let theirs = if heading.is_empty() { &self.pages[page].page.title } else { heading };
        let message = format!("the page says `{theirs}`, the spec says `{title}`");
        let spot = Spot::key(file, &of.path().key("title"));
        let finding = Finding::new(spot, DriftRule::Title, of.name, message);
        self.found.push(finding.says(theirs.clone()).seen_at(PageLine { page, line: shown.line }));
    }

    /// Reports documents on a document's own pages that the spec doesn't have, and other pages that show it.
    pub(super) fn wires(&mut self, file: &File, of: NamedDocument<'_>) {
        let NamedDocument { name, definition, .. } = of;
        let own: BTreeSet<u32> = definition.head.doc.ids().collect();
        let documents = || self.spec.files.iter().flat_map(File::documents);
        let takes = |document: &NamedDocument<'_>, told: &Wire<'_>| {
            document.definition.wires().any(|wire| wire.takes(told))
        };
        let notes = definition.head.notes.as_deref().unwrap_or_default();
        let first = definition.head.doc.id.and_then(|id| self.page(id)).map(|index| &self.pages[index]);
        let mut found = Vec::new();
        for (page, read) in self.pages.iter().enumerate() {
            for shown in &read.contents.documents {
                // JSON with a `msgtype` may be a message that is sent.
                let Some(told) = shown.told().filter(|told| told.key.is_xml()) else { continue };
                let line = PageLine { page, line: shown.line };
                let id = read.page.id;
                let known = |document: NamedDocument<'_>| {
                    takes(&document, &told) || document.definition.wires().any(|wire| shown.lists(&wire))
                };
                if own.contains(&id) && !documents().any(known) {
                    let message = format!("the page shows `{told}`, which isn't in the spec");
                    let spot = Spot::key(file, &of.path().key("wire"));
                    let finding =
                        Finding::new(spot, DriftRule::ValueNew, format!("{}.wire", file.stem), message);
                    found.push(finding.says(told.to_string()).seen_at(line));
                }
                let same = || documents().filter(|document| takes(document, &told));
                let known =
                    || same().any(|document| document.definition.head.doc.ids().any(|known| known == id));
                if takes(&of, &told) && !known() && !is_named(read, first, notes) {
                    let message = format!(
                        "document {id}, `{}`, shows it, too: add it to `also`, or explain in `notes` what it adds",
                        read.page.title
                    );
                    let spot = Spot::key(file, &of.path().key("doc"));
                    let finding = Finding::new(spot, DriftRule::DefinitionNew, name, message);
                    found.push(finding.says(id.to_string()).seen_at(line));
                }
            }
        }
        self.found.extend(found);
    }
}
