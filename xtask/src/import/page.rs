//! From a page to a draft of all that it documents.

use indexmap::IndexMap;

use super::endpoint::EndpointDrafter;
use super::model::{Definition, DraftEndpoint};
use super::naming::{endpoint_name, share_their_end};
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
        for section in &contents.sections {
            let others = contents.sections.iter().map(|other| &other.path).chain(&taken.paths);
            let mut others = others.filter(|other| **other != section.path);
            let shared = others.any(|other| share_their_end(other, &section.path));
            let name = endpoint_name(&section.path, shared, |name| {
                taken.endpoints.iter().any(|known| known == name)
                    || named.iter().any(|(known, _)| known == name)
                    || types.is_taken(&names::pascal(name))
            });
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
