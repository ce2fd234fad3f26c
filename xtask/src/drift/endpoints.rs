//! All endpoints, compared with the pages that document them.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::{Comparison, Gathered};
use super::documents::Sourced;
use super::finding::{Finding, Found, PageLine, Spot, Unspecified};
use super::page::Documented;
use crate::pages::contents;
use crate::parallel;
use crate::spec::{DriftRule, Endpoint, File, Section};

impl<'a> Comparison<'a> {
    /// Compares all endpoints, each by itself; of those that are `known`, what was found before is found again.
    pub(super) fn endpoints(
        &self,
        known: impl Fn(usize, &str) -> Option<Gathered> + Sync,
    ) -> Vec<(usize, &'a str, Gathered)> {
        let files = self.spec.files.iter();
        let all = files.flat_map(|file| file.endpoints.iter().map(move |(name, of)| (file, name, of)));
        let all: Vec<(&'a File, &'a String, &'a Endpoint)> = all.collect();
        parallel::map(&all, |_, (file, name, endpoint)| {
            let gathered = known(file.source, name).unwrap_or_else(|| {
                let evidence = self.evidence.clone();
                let mut alone = Self { evidence, ..Self::new(self.spec, self.pages) };
                alone.endpoint(file, name, endpoint);
                alone.gathered()
            });
            (file.source, name.as_str(), gathered)
        })
    }

    /// Compares the rest, and collects all findings.
    pub(super) fn run(&mut self, endpoints: impl IntoIterator<Item = (usize, &'a str, Gathered)>) -> Found {
        let mut endpoints = endpoints.into_iter().peekable();
        for file in &self.spec.files {
            while let Some((_, _, gathered)) = endpoints.next_if(|(of, ..)| *of == file.source) {
                self.add(gathered);
            }
            self.events(file);
            self.values_gone(file);
            self.misspelt(file);
            self.told_of_types(file);
            self.gone_without_place(file);
        }
        self.across();
        self.names();
        self.jobs();
        if let Some(codes) = &self.spec.codes {
            self.codes(codes);
        }
        if let Some(rates) = &self.spec.rates {
            self.rates(rates);
        }
        if let Some(pages) = &self.spec.pages {
            self.other_pages(pages);
        }
        let (unspecified, unseen) = (self.unspecified(), self.unseen());
        // A type that is in several places is complete if all of them together are.
        let present = std::mem::take(&mut self.present);
        let is_gone = |found: &Finding| found.rule == Some(DriftRule::FieldGone);
        self.found
            .retain(|found| !(is_gone(found) && present.contains(&(found.spot.file, found.at.clone()))));
        let said = std::mem::take(&mut self.told);
        let is_void = |found: &Finding| {
            found.unless.is_some_and(|fact| said.contains(&(found.spot.file, found.at.clone(), fact)))
        };
        self.found.retain(|found| !is_void(found));
        let mut told = BTreeSet::new();
        // Types that endpoints share are compared with each of their pages.
        self.found.retain(|found| {
            told.insert((found.spot.file, found.name(), found.at.clone(), found.page.clone()))
        });
        self.reasons();
        self.accept();
        let (events, wanted) = (self.unspecified_events(), self.wanted());
        Found { findings: std::mem::take(&mut self.found), unspecified, events, wanted, unseen }
    }

    fn endpoint(&mut self, file: &'a File, name: &'a str, endpoint: &'a Endpoint) {
        let (doc, call) = (&endpoint.head.doc, &endpoint.head.call);
        let path = Section::Endpoints.entry(name);
        let spot = Spot::key(file, &path.key("call"));
        let gone = |message| Finding::new(spot.clone(), DriftRule::EndpointGone, name, message);
        let title = &endpoint.head.title;
        let own = self.document(&Sourced { file: file.source, root: &file.root, path, name, title, doc });
        let documented = self.documented(endpoint);
        let Some(first) = documented.first() else {
            // Without its page, that has been reported.
            if let Some(page) = own {
                let message = format!("its page doesn't document `{call}`");
                self.found.push(gone(message).seen_at(PageLine::first(page)));
            }
            return;
        };
        for also in &doc.also {
            let Some((id, page)) = also.id.and_then(|id| Some((id, self.page(id)?))) else { continue };
            // An appendix documents no call: rows of the others link to its tables.
            let is_appendix = !self.pages[page].contents.appended.is_empty();
            if !is_appendix && documented.iter().all(|documented| documented.index != page) {
                let message = format!("document {id} no longer documents `{call}`");
                self.found.push(gone(message).says(id.to_string()).seen_at(PageLine::first(page)));
            }
        }
        self.calls(file, name, endpoint, &documented);
        self.signed(file, name, endpoint, *first);
        self.definitions(file, name, endpoint);
        self.notes(file, name, endpoint, &documented);
        let head = &endpoint.head;
        self.told(file, &endpoint.operation(name), [Some(&head.summary), head.notes.as_deref()]);
        self.own_codes(file, name, endpoint, &documented);
        self.fields(file, &endpoint.operation(name), &documented);
    }

    /// Returns the places where the pages that the spec names document an endpoint, the main one first.
    pub(super) fn documented(&self, endpoint: &Endpoint) -> Vec<Documented<'a>> {
        let (_, path) = endpoint.head.method_and_path();
        let sections = endpoint.head.doc.ids().filter_map(|id| self.page(id)).flat_map(|index| {
            let read = &self.pages[index];
            let sections = read.contents.sections.iter().filter(|section| section.path == path);
            sections.map(move |section| Documented { index, read, section })
        });
        sections.collect()
    }

    /// The types of which pages have neither a field nor a value.
    fn unseen(&self) -> Vec<(usize, String)> {
        let of_field = |(file, at): &(usize, String)| (*file, at.split('.').next().unwrap_or(at).to_owned());
        let seen: BTreeSet<(usize, String)> =
            self.present.iter().map(of_field).chain(self.values.keys().cloned()).collect();
        let types = self.spec.files.iter().flat_map(|file| {
            // What is gone of documents is found where pages show them.
            let fields = file.documents().flat_map(|document| document.definition.fields.values());
            let shown = file.reached(fields.map(|field| &field.ty));
            let others = file.type_names().filter(move |(_, name)| !shown.contains(name.as_str()));
            others.map(move |(_, name)| (file.source, name.clone()))
        });
        types.filter(|found| !seen.contains(found)).collect()
    }

    /// The endpoints that are on pages only, each at its first page, and what other pages say of those of the spec.
    fn unspecified(&self) -> Vec<Unspecified> {
        let mut named: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for endpoint in self.spec.files.iter().flat_map(|file| file.endpoints.values()) {
            let (_, path) = endpoint.head.method_and_path();
            named.entry(path).or_default().extend(endpoint.head.doc.ids());
        }
        let mut found: BTreeMap<(&str, usize), Unspecified> = BTreeMap::new();
        for (page, read) in self.pages.iter().enumerate() {
            for contents::Section { path, line, .. } in &read.contents.sections {
                let ids = named.get(path.as_str());
                if ids.is_some_and(|ids| ids.contains(&read.page.id)) {
                    continue;
                }
                let known = ids.is_some();
                let line = PageLine { page, line: *line };
                let new = Unspecified { path: path.clone(), known, line };
                found.entry((path, if known { page } else { 0 })).or_insert(new);
            }
        }
        found.into_values().collect()
    }
}
