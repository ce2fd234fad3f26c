//! From a page to a draft of all that it documents.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::endpoint::EndpointDrafter;
use super::model::{Definition, DraftEndpoint};
use super::naming::{end, endpoint_name};
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
    /// The paths of the endpoints.
    pub paths: Vec<String>,
    pub endpoints: Vec<String>,
    /// The names of types.
    pub types: Vec<String>,
    /// What its types are.
    pub definitions: IndexMap<String, Definition>,
}

impl DraftPage {
    /// Drafts what a page documents, beside what is there already.
    pub(super) fn of(page: &Page, contents: &Contents, taken: Taken) -> Self {
        let mut types = Types::besides(taken.types, taken.definitions);
        let mut named: Vec<(String, &Section)> = Vec::new();
        let mut ends: HashMap<_, HashSet<&str>> = HashMap::new();
        for path in contents.sections.iter().map(|section| &section.path).chain(&taken.paths) {
            ends.entry(end(path)).or_default().insert(path);
        }
        let mut names_taken: HashSet<String> = taken.endpoints.into_iter().collect();
        for section in &contents.sections {
            let shared = ends.get(&end(&section.path)).is_some_and(|paths| paths.len() > 1);
            let is_taken = |name: &str| names_taken.contains(name) || types.is_taken(&names::pascal(name));
            let name = endpoint_name(&section.path, shared, is_taken);
            names_taken.insert(name.clone());
            types.take(&names::pascal(&name));
            types.take(&format!("{}Response", names::pascal(&name)));
            named.push((name, section));
        }
        let number = page.numbers.first().copied().unwrap_or_default();
        let doc = Doc { id: page.id, page: number, updated: contents.updated.clone(), also: Vec::new() };
        let endpoints = named.into_iter().map(|(name, section)| {
            EndpointDrafter::new(section, &contents.named, &mut types).draft(name, doc.clone())
        });
        let endpoints: Vec<DraftEndpoint> = endpoints.collect();
        let parts = endpoints.iter().flat_map(DraftEndpoint::parts);
        types.keep_needed(parts.flat_map(|(_, fields)| fields.spec.values()).map(|field| &field.spec.ty));
        Self { endpoints, types }
    }
}
