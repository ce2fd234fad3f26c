//! Compares the statements of other pages about an endpoint's call, and those of its own page besides the fields.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::page::{Documented, ReadPage};
use crate::pages::contents;
use crate::spec::{DriftRule, Endpoint, File, Section};

impl Comparison<'_> {
    /// Reports pages that document the same call, unless the spec has their definitions or the notes mention them.
    pub(super) fn definitions(&mut self, file: &File, name: &str, endpoint: &Endpoint) {
        let (_, path) = endpoint.head.method_and_path();
        let same = self.spec.files.iter().flat_map(|file| file.endpoints.values());
        let same = same.filter(|other| other.head.method_and_path().1 == path);
        let known: BTreeSet<u32> = same.flat_map(|other| other.head.doc.ids()).collect();
        let notes = endpoint.head.notes.as_deref().unwrap_or_default();
        let own = endpoint.head.doc.id.and_then(|id| self.page(id)).map(|index| &self.pages[index]);
        let spot = Spot::key(file, &Section::Endpoints.entry(name).key("doc"));
        for (index, read) in self.pages.iter().enumerate() {
            // An overview that shows the call describes nothing of it.
            let defines = |section: &&contents::Section| section.path == path && !section.tables.is_empty();
            let section = read.contents.sections.iter().find(defines);
            let Some(section) = section.filter(|_| !known.contains(&read.page.id)) else { continue };
            if is_named(read, own, notes) {
                continue;
            }
            let id = read.page.id;
            let message = format!(
                "document {id}, `{}`, defines this call, too: add it to `also`, or explain in `notes` what it adds",
                read.page.title
            );
            let line = Documented { index, read, section }.address();
            let finding = Finding::new(spot.clone(), DriftRule::DefinitionNew, name, message);
            self.found.push(finding.says(id.to_string()).seen_at(line));
        }
    }
}

/// Returns whether notes name a page. A name that the endpoint's own page shares identifies no other page.
pub(crate) fn is_named(read: &ReadPage, own: Option<&ReadPage>, notes: &str) -> bool {
    let own = own.map(names_of).unwrap_or_default();
    names_of(read).iter().any(|name| !own.contains(name) && notes.contains(name.as_str()))
}

/// The names that notes may use for a page: its ID, its title, or that of its chapter.
fn names_of(read: &ReadPage) -> Vec<String> {
    let chapter =
        read.page.file.parent().and_then(|folder| folder.file_name()).and_then(|name| name.to_str());
    let numbered = |c: char| c.is_ascii_digit() || c == '-';
    let chapter = chapter.map(|name| name.trim_start_matches(numbered).to_owned());
    let names = [Some(read.page.id.to_string()), Some(read.page.title.clone()), chapter];
    names.into_iter().flatten().filter(|name| !name.is_empty()).collect()
}
