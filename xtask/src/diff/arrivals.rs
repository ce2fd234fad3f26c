//! Describes the new endpoints for a reviewer who compares them with their pages.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Spec;
use super::spot::{Side, Spot};
use crate::api::{Endpoint, Module, Struct, Ty, page_url};

/// An endpoint that the older spec lacks.
#[derive(Debug, Serialize)]
pub struct Arrival {
    /// Its name in the spec: `tea.pot.create_cup`.
    pub id: String,
    /// The page's Chinese title.
    pub title: String,
    /// The address of its page.
    pub page: String,
    /// The file: `spec/tea.pot.yaml`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// Method and path.
    pub call: String,
    /// The kind of its token.
    pub token: &'static str,
    /// Whether it may be sent again after a response was lost.
    pub safe: bool,
    /// The call that creates a request: `new(userid, name)`.
    pub new: String,
    /// The number of fields that it sends and receives, including those of its types.
    pub fields: usize,
    /// The number of accepted deviations from its page.
    pub deviations: usize,
}

/// Returns the endpoints of HEAD that BASE lacks: from the same page, under the same path or name.
pub(super) fn arrivals(base: &Spec, head: &Spec) -> Vec<Arrival> {
    let known: Vec<&Endpoint> = base.api.modules.iter().flat_map(|module| &module.calls).collect();
    let is_known = |endpoint: &Endpoint| {
        let same_call = |other: &Endpoint| other.path == endpoint.path || other.name == endpoint.name;
        let same_page = |other: &Endpoint| match (other.doc.id, endpoint.doc.id) {
            (Some(one), Some(other)) => one == other,
            // Of a page that nobody has read, only the address is known.
            _ => other.doc.page == endpoint.doc.page,
        };
        known.iter().any(|other| same_page(other) && same_call(other))
    };
    let arrival = |module: &Module, endpoint: &Endpoint| {
        let (line, _) = head.position(&module.spec, &Spot::endpoint(Side::Head, module, endpoint).path);
        let request = module.structure(&endpoint.request);
        let required = request.into_iter().flat_map(Struct::required);
        let required: Vec<&str> = required.map(|field| field.wire.as_str()).collect();
        Arrival {
            id: endpoint.id.clone(),
            title: endpoint.title.clone(),
            page: page_url(&endpoint.doc),
            file: module.spec.clone(),
            line,
            call: format!("{} {}", endpoint.method.name(), endpoint.path),
            token: endpoint.token.keyword(),
            safe: endpoint.safe,
            new: format!("new({})", required.join(", ")),
            fields: fields(module, endpoint),
            deviations: head.deviations(&module.spec, &endpoint.name),
        }
    };
    let all = head.api.modules.iter().flat_map(|module| module.calls.iter().map(move |of| (module, of)));
    let new = all.filter(|(_, endpoint)| !is_known(endpoint));
    new.map(|(module, endpoint)| arrival(module, endpoint)).collect()
}

/// Counts the fields of an endpoint, those of each type once.
fn fields(module: &Module, endpoint: &Endpoint) -> usize {
    let mut pending: Vec<&str> = endpoint.parts().map(|(_, name)| name).collect();
    let mut seen = BTreeSet::new();
    let mut count = 0;
    while let Some(name) = pending.pop() {
        if !seen.insert(name) {
            continue;
        }
        let Some(structure) = module.structure(name) else { continue };
        count += structure.fields.len();
        pending.extend(structure.fields.iter().filter_map(|field| Ty::name(&field.ty)));
    }
    count
}
