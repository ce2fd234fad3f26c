//! Compares families and modules, and pairs their endpoints and types.

use std::collections::HashSet;

use super::documents::Told;
use super::pairing::Pairing;
use super::spot::{Both, Side, Spot};
use super::types::Own;
use super::{Comparison, Rule, listed};
use crate::api::{CORE_FAMILY, Endpoint, Module};
use crate::spec::source::Path;

/// An endpoint and its module.
#[derive(Debug)]
pub(super) struct Located<'a> {
    pub(super) module: &'a Module,
    pub(super) endpoint: &'a Endpoint,
}

impl Located<'_> {
    pub(super) fn spot(&self, side: Side) -> Spot {
        Spot::endpoint(side, self.module, self.endpoint)
    }
}

impl<'a> Comparison<'a> {
    /// Compares everything but the error codes.
    pub(super) fn modules(&mut self) {
        let (base, head) = (self.base, self.head);
        let modules = Pairing::new(&base.api.modules, &head.api.modules)
            .same(|base, head| base.stem() == head.stem())
            .best(common_calls);
        self.families();
        let (base, head) = (located(&base.api.modules), located(&head.api.modules));
        let twins = |base: &Module, head: &Module| {
            modules.both.iter().any(|(b, h)| b.stem() == base.stem() && h.stem() == head.stem())
        };
        let endpoints = Pairing::new(&base, &head)
            .same(|base, head| base.endpoint.name == head.endpoint.name && twins(base.module, head.module))
            .best(|base, head| same_call(base, head).then(|| u32::from(twins(base.module, head.module))));
        let (base, head) = (Told::of(&self.base.api.modules), Told::of(&self.head.api.modules));
        let documents = Pairing::new(&base, &head)
            .same(|base, head| {
                let same = base.event.kind == head.event.kind && base.event.name == head.event.name;
                same && twins(base.module, head.module)
            })
            .best(|base, head| base.is_told_as(head).then(|| u32::from(twins(base.module, head.module))));
        let (base, head) = (self.own_types(Side::Base), self.own_types(Side::Head));
        let types = self.pair_types(&base, &head, twins);
        for (base, head) in &modules.both {
            self.module(base, head);
        }
        for (base, head) in &endpoints.both {
            self.endpoint(base, head, twins(base.module, head.module));
        }
        for (base, head) in &documents.both {
            self.document(base, head, twins(base.module, head.module));
        }
        for (base, head) in &types.both {
            self.own_type(base, head, twins(base.module, head.module));
        }
        let removed =
            Only { endpoints: endpoints.removed, documents: documents.removed, types: types.removed };
        self.only_in(Side::Base, &modules.removed, &removed);
        let added = Only { endpoints: endpoints.added, documents: documents.added, types: types.added };
        self.only_in(Side::Head, &modules.added, &added);
    }

    fn families(&mut self) {
        let (base, head) = (self.base.api.families(), self.head.api.families());
        let sides = [
            (Side::Base, &base, &head, Rule::FamilyRemoved, "gone"),
            (Side::Head, &head, &base, Rule::FamilyAdded, "new"),
        ];
        for (side, own, other, rule, what) in sides {
            for family in own.iter().filter(|family| !other.contains(family) && **family != CORE_FAMILY) {
                let spot = first_of(family, side, &self.spec(side).api.modules);
                self.one(rule, &spot, format!("the feature `{family}` is {what}"));
            }
        }
    }

    fn module(&mut self, base: &Module, head: &Module) {
        let both = Both { base: Spot::module(Side::Base, base), head: Spot::module(Side::Head, head) };
        if base.stem() != head.stem() {
            let meaning = format!("`{}` is renamed to `{}`", both.base.rust, both.head.rust);
            self.both(Rule::ModuleRenamed, &both, meaning);
        }
        if base.title != head.title {
            let meaning = format!("`{}` is titled {}", both.head.rust, head.title);
            self.both(Rule::ModuleDocsChanged, &both, meaning);
        }
        if base.summary != head.summary {
            let both = both.step(|spot| Spot { path: Path::of(["summary"]), ..spot.clone() });
            let meaning = format!("the summary of `{}` changed", both.head.rust);
            self.both(Rule::ModuleDocsChanged, &both, meaning);
        }
    }

    /// Reports a module that is gone, or new, in place of everything in it.
    fn only_in(&mut self, side: Side, modules: &[&Module], only: &Only<'_, '_>) {
        let (of_module, of_type, what) = match side {
            Side::Base => (Rule::ModuleRemoved, Rule::TypeRemoved, "gone"),
            Side::Head => (Rule::ModuleAdded, Rule::TypeAdded, "new"),
        };
        for module in modules {
            let meaning = format!("`{}` is {what}{}", module.rust_path(), inside(module));
            self.one(of_module, &Spot::module(side, module), meaning);
        }
        let told: HashSet<&str> = modules.iter().map(|module| module.spec.as_str()).collect();
        let is_told = |module: &Module| told.contains(module.spec.as_str());
        for located in only.endpoints.iter().filter(|located| !is_told(located.module)) {
            match side {
                Side::Base => self.endpoint_removed(located),
                Side::Head => self.endpoint_added(located),
            }
        }
        for document in only.documents.iter().filter(|document| !is_told(document.module)) {
            self.document_in(side, document);
        }
        for own in only.types.iter().filter(|own| !is_told(own.module)) {
            let spot = own.spot(side);
            self.one(of_type, &spot, format!("`{}` is {what}", spot.rust));
        }
    }

    fn own_types(&self, side: Side) -> Vec<Own<'a>> {
        self.spec(side).api.modules.iter().flat_map(Own::of).collect()
    }
}

/// The contents that are in one of the specs only.
struct Only<'t, 'a> {
    endpoints: Vec<&'t Located<'a>>,
    documents: Vec<&'t Told<'a>>,
    types: Vec<&'t Own<'a>>,
}

fn located(modules: &[Module]) -> Vec<Located<'_>> {
    let of = |module| move |endpoint| Located { module, endpoint };
    modules.iter().flat_map(|module| module.calls.iter().map(of(module))).collect()
}

/// Returns the place of a family's first module, at which changes of its feature are reported.
fn first_of(family: &str, side: Side, modules: &[Module]) -> Spot {
    let file = modules.iter().find(|module| module.family == family).map_or("", |module| &module.spec);
    let path = Path::of(["title"]);
    Spot::new(side, file, path, family.to_owned(), family.to_owned())
}

/// Returns how many operations two modules have in common, if it is more than half of either.
fn common_calls(base: &Module, head: &Module) -> Option<u32> {
    let (base, head) = (named(base), named(head));
    let common = base.intersection(&head).count();
    let enough = common * 2 > base.len().max(head.len());
    enough.then(|| u32::try_from(common).unwrap_or(u32::MAX))
}

/// Returns the contents of a module, by their names on the wire.
fn named(module: &Module) -> HashSet<(&'static str, &str)> {
    let documents = module
        .documents
        .iter()
        .flat_map(|document| document.wire.iter().map(|wire| (document.section().key(), wire.as_str())));
    module.calls.iter().map(calls).chain(documents).collect()
}

fn same_call(base: &Located<'_>, head: &Located<'_>) -> bool {
    calls(base.endpoint) == calls(head.endpoint)
}

fn calls(endpoint: &Endpoint) -> (&'static str, &str) {
    (endpoint.method.name(), &endpoint.path)
}

/// Returns the contents of a module, for a sentence about it.
fn inside(module: &Module) -> String {
    let documents = module.documents.iter().map(|document| document.ty.as_str());
    let names = module.calls.iter().map(|endpoint| endpoint.request.as_str()).chain(documents);
    let names = listed(names);
    if names.is_empty() { names } else { format!(", with {names}") }
}
