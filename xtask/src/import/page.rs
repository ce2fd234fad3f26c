//! From a page to a draft of all that it documents.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::calls::endpoint_name;
use super::endpoint::EndpointDrafter;
use super::known::Known;
use super::making::Maker;
use super::model::{Definition, DraftEndpoint};
use super::types::Types;
use crate::pages::Page;
use crate::pages::contents::{Contents, Section};
use crate::spec::{Doc, names};

/// A draft of a page's endpoints, and of their types.
#[derive(Debug)]
pub(super) struct DraftPage {
    pub endpoints: Vec<DraftEndpoint>,
    pub types: Types,
}

/// What a file has already.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub endpoints: Vec<String>,
    /// The names of types.
    pub types: Vec<String>,
    /// What its types are.
    pub definitions: IndexMap<String, Definition>,
    /// The settled names of the file's endpoints, by their paths.
    pub settled: HashMap<String, String>,
}

impl DraftPage {
    /// Drafts what a page documents, beside what is there already.
    pub(super) fn of(page: &Page, contents: &Contents, taken: Taken, known: &Known) -> Self {
        let all: Vec<usize> = (0..contents.sections.len()).collect();
        Self::of_some(page, (contents, &all), taken, known)
    }

    /// Drafts some of the endpoints that a page documents, by their places in it, beside what is there already.
    pub(super) fn of_some(
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
        let number = page.numbers.first().copied().unwrap_or_default();
        let updated = contents.updated.clone();
        let doc = Doc { id: Some(page.id), page: number, updated, seen: true, also: Vec::new() };
        let endpoints = named.into_iter().map(|(name, section)| {
            let required = contents.requirements(section, page);
            EndpointDrafter::new(section, &contents.named, &mut types, known).draft(
                name,
                doc.clone(),
                &required,
            )
        });
        let endpoints: Vec<DraftEndpoint> = endpoints.collect();
        let parts = endpoints.iter().flat_map(DraftEndpoint::parts);
        types.keep_needed(parts.flat_map(|(_, fields)| fields.spec.values()).map(|field| &field.spec.ty));
        Self { endpoints, types }
    }

    /// Puts values of our own in the place of the page's.
    pub(super) fn make_examples(&mut self, maker: &mut Maker) {
        self.endpoints.iter_mut().for_each(|endpoint| maker.make(endpoint, &self.types));
    }
}
