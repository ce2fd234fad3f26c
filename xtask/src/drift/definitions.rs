//! What other pages say of an endpoint's call, and what its own page says beside the fields.

use std::collections::BTreeSet;

use super::codes::listed;
use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::page::{Documented, ReadPage, mentions};
use crate::pages::contents;
use crate::spec::{DriftRule, Endpoint, File, Section};

impl Comparison<'_> {
    /// Tells of pages that document the same call, if neither the spec has what they define nor the notes speak of them.
    pub(super) fn definitions(&mut self, file: &File, name: &str, endpoint: &Endpoint) {
        let (_, path) = endpoint.head.method_and_path();
        let same = self.spec.files.iter().flat_map(|file| file.endpoints.values());
        let same = same.filter(|other| other.head.method_and_path().1 == path);
        let known: BTreeSet<u32> = same.flat_map(|other| other.head.doc.ids()).collect();
        let notes = endpoint.head.notes.as_deref().unwrap_or_default();
        let spot = Spot::key(file, &Section::Endpoints.entry(name).key("doc"));
        for (index, read) in self.pages.iter().enumerate() {
            // An overview that shows the call describes nothing of it.
            let defines = |section: &&contents::Section| section.path == path && !section.tables.is_empty();
            let section = read.contents.sections.iter().find(defines);
            let Some(section) = section.filter(|_| !known.contains(&read.page.id)) else { continue };
            if names_of(read).iter().any(|name| notes.contains(name.as_str())) {
                continue;
            }
            let id = read.page.id;
            let message = format!(
                "document {id}, `{}`, defines this call, too: name it in `also`, or say in `notes` what it adds",
                read.page.title
            );
            let line = Documented { index, read, section }.address();
            let finding = Finding::new(spot.clone(), DriftRule::DefinitionNew, name, message);
            self.found.push(finding.says(id.to_string()).seen_at(line));
        }
    }

    /// Tells of the codes in tables of the endpoint's page of which the spec knows nothing.
    pub(super) fn page_codes(&mut self, file: &File, name: &str, endpoint: &Endpoint, page: Documented<'_>) {
        let sections = page.read.contents.sections.iter();
        let paths: BTreeSet<&str> = sections.map(|section| section.path.as_str()).collect();
        // What stands on a page with several endpoints may be about any of them.
        let Some(general) = self.spec.codes.as_ref().filter(|_| paths.len() == 1) else { return };
        let notes = endpoint.head.notes.as_deref().unwrap_or_default();
        let spot = Spot::key(file, &Section::Endpoints.entry(name));
        for (code, line) in listed(page.read) {
            let known = general.codes.contains_key(&code);
            if known || code.trim_start_matches('-').len() < SHORTEST_CODE || mentions(notes, &code) {
                continue;
            }
            let message = format!("the page has the error code {code}, and the notes don't");
            let finding =
                Finding::new(spot.clone(), DriftRule::CodeUnsaid, format!("{name}.{code}"), message);
            self.found.push(finding.seen_at(page.line(line)));
        }
    }
}

/// How many digits an error code has at least: smaller numbers are values.
const SHORTEST_CODE: usize = 5;

/// What notes may call a page: its id, its title, or that of its chapter.
fn names_of(read: &ReadPage) -> Vec<String> {
    let chapter =
        read.page.file.parent().and_then(|folder| folder.file_name()).and_then(|name| name.to_str());
    let numbered = |c: char| c.is_ascii_digit() || c == '-';
    let chapter = chapter.map(|name| name.trim_start_matches(numbered).to_owned());
    let names = [Some(read.page.id.to_string()), Some(read.page.title.clone()), chapter];
    names.into_iter().flatten().filter(|name| !name.is_empty()).collect()
}
