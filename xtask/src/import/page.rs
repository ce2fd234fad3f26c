//! Turns a page into a draft of everything that it documents.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::calls::endpoint_name;
use super::endpoint::EndpointDrafter;
use super::event::EventDrafter;
use super::known::Known;
use super::making::Maker;
use super::model::{Definition, DraftEndpoint, DraftEvent};
use super::types::Types;
use crate::pages::contents::{Contents, Section};
use crate::pages::{Occurrence, Page};
use crate::spec::{Doc, DocumentFacts, DocumentKind, names};

/// A draft of a page's endpoints, and of their types.
#[derive(Debug)]
pub(super) struct DraftPage {
    pub endpoints: Vec<DraftEndpoint>,
    /// Its documents.
    pub events: Vec<DraftEvent>,
    pub types: Types,
}

/// The existing contents of a file.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub endpoints: Vec<String>,
    /// The names of types.
    pub types: Vec<String>,
    /// Its types.
    pub definitions: IndexMap<String, Definition>,
    /// The settled names of the file's endpoints by their paths, and of its documents by their distinguishing values.
    pub settled: HashMap<String, String>,
}

impl DraftPage {
    /// Drafts what a page documents, beside what is there already.
    pub(super) fn of(page: &Page, contents: &Contents, taken: Taken, known: &Known) -> Self {
        let all: Vec<usize> = (0..contents.sections.len()).collect();
        Self::of_endpoints(page, (contents, &all), taken, known)
    }

    /// Drafts some of the endpoints that a page documents, by their places in it, beside what is there already.
    pub(super) fn of_endpoints(
        page: &Page,
        (contents, wanted): (&Contents, &[usize]),
        taken: Taken,
        known: &Known,
    ) -> Self {
        let mut types = Types::besides(taken.types, taken.definitions);
        let mut named: Vec<(String, &Section)> = Vec::new();
        let mut names_taken: HashSet<String> = taken.endpoints.into_iter().collect();
        for section in wanted.iter().filter_map(|index| contents.sections.get(*index)) {
            let is_taken = |name: &str| names_taken.contains(name) || types.is_taken(&names::pascal(name));
            let settled = taken.settled.get(&section.path).filter(|name| !is_taken(name)).cloned();
            let name = settled.unwrap_or_else(|| endpoint_name(&section.path, &section.title, is_taken));
            names_taken.insert(name.clone());
            types.take(&names::pascal(&name));
            types.take(&format!("{}Response", names::pascal(&name)));
            named.push((name, section));
        }
        let endpoints = named.into_iter().map(|(name, section)| {
            let doc = doc_of(page, contents, &section.title);
            let required = contents.requirements(section, page);
            EndpointDrafter::new(section, &contents.named, &mut types, known).draft(name, doc, &required)
        });
        let endpoints: Vec<DraftEndpoint> = endpoints.collect();
        let parts = endpoints.iter().flat_map(DraftEndpoint::parts);
        types.keep_needed(parts.flat_map(|(_, fields)| fields.spec.values()).map(|field| &field.spec.ty));
        Self { endpoints, events: Vec::new(), types }
    }

    /// Drafts some of the documents that a page shows, by their places in it. Those with one settled name, or with the same
    /// identifying members, become one.
    pub(super) fn of_documents(
        page: &Page,
        (contents, wanted): (&Contents, &[usize]),
        kind: DocumentKind,
        taken: Taken,
        known: &Known,
    ) -> Self {
        let mut types = Types::besides(taken.types, taken.definitions);
        let mut named: IndexMap<String, Vec<&Occurrence>> = IndexMap::new();
        for shown in wanted.iter().filter_map(|index| contents.documents.get(*index)) {
            let Some(told) = shown.told() else { continue };
            let settled = taken.settled.get(&told.to_string()).cloned();
            let DocumentFacts { part, noun, .. } = kind.facts();
            let end = if part.is_sent() { format!("_{noun}") } else { String::new() };
            let own = || format!("{}{end}", names::snake(told.change.unwrap_or(told.kind)));
            named.entry(settled.unwrap_or_else(own)).or_default().push(shown);
        }
        named.keys().for_each(|name| types.take(&names::pascal(name)));
        let events = named.into_iter().map(|(name, shown)| {
            let title = shown.first().map_or("", |shown| shown.section.title.as_str());
            let doc = doc_of(page, contents, title);
            let drafter = EventDrafter { kind, shown, named: &contents.named, known };
            drafter.draft(name, doc, &mut types)
        });
        let events: Vec<DraftEvent> = events.collect();
        let fields = events.iter().flat_map(|event| event.fields.spec.values());
        types.keep_needed(fields.map(|field| &field.spec.ty));
        Self { endpoints: Vec::new(), events, types }
    }

    /// Puts values of our own in the place of the page's.
    pub(super) fn make_examples(&mut self, maker: &mut Maker) {
        self.endpoints.iter_mut().for_each(|endpoint| maker.make(endpoint, &self.types));
        self.events.iter_mut().for_each(|event| maker.document(event, &self.types));
    }
}

/// Returns the page as the source of an operation with a title.
fn doc_of(page: &Page, contents: &Contents, title: &str) -> Doc {
    let number = page.numbers.first().copied().unwrap_or_default();
    let (title, updated) = (page.title_beside(title).map(str::to_owned), contents.updated.clone());
    Doc { id: Some(page.id), page: number, updated, title, seen: true, also: Vec::new() }
}
