//! Generated code about the families as such: their modules, and a page of all endpoints.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::items::doc;
use super::paths::gate;
use super::search;
use crate::api::{Api, CORE_FAMILY, Module};
use crate::spec::names::ident;
use crate::spec::{Transport, TransportFacts};

/// Emits the modules of the families below `root`, each under its name: rustc says which feature is missing for one
/// that isn't compiled.
pub(super) fn modules(api: &Api, root: &TokenStream) -> TokenStream {
    let modules = api.families().into_iter().map(|family| {
        let (gate, name) = (gate(family), ident(family));
        let aliases = search::family_aliases(api, family);
        quote!(#gate #[#aliases] #[doc(inline)] pub use #root::#name;)
    });
    quote!(#(#modules)*)
}

/// Emits the page of all endpoints. A family that isn't compiled has no types to link to, so its endpoints are shown
/// only with its feature.
pub(super) fn page(api: &Api) -> TokenStream {
    let families = called(api).map(|family| {
        let file = format!("endpoints/{family}.md");
        let Some(_) = gate(family) else { return quote!(#[doc = include_str!(#file)]) };
        let count: usize = of(api, family).map(|module| module.calls.len()).sum();
        let calls = if count == 1 { "call" } else { "calls" };
        let without = format!("\n# {family}\n\n{count} {calls}. {}\n", docs::needs_feature(family));
        quote! {
            #[cfg_attr(feature = #family, doc = include_str!(#file))]
            #[cfg_attr(not(feature = #family), doc = #without)]
        }
    });
    let intro = doc(
        "Every endpoint, every call of the zone and every command of a long connection, by family: its title, its call, and the type of its request.\n",
    );
    quote! {
        #intro
        #(#families)*
        pub mod endpoints {}
    }
}

/// Returns the families that have calls.
pub(super) fn called(api: &Api) -> impl Iterator<Item = &str> {
    api.families().into_iter().filter(|family| of(api, family).any(|module| !module.calls.is_empty()))
}

/// Returns a family's part of the page of all endpoints, in Markdown.
pub(super) fn endpoints(api: &Api, family: &str) -> String {
    let needs =
        if family == CORE_FAMILY { "Needs no feature.".to_owned() } else { docs::needs_feature(family) };
    format!("\n# {family}\n\n{needs}\n{}", tables(api, family))
}

/// Returns the tables of a family's calls, one for each transport, in Markdown.
pub(super) fn tables(api: &Api, family: &str) -> String {
    Transport::ALL.into_iter().filter_map(|transport| table(api, family, transport)).collect()
}

fn of<'a>(api: &'a Api, family: &'a str) -> impl Iterator<Item = &'a Module> {
    api.modules.iter().filter(move |module| module.family == family)
}

/// Returns the table of a family's calls that a transport carries.
fn table(api: &Api, family: &str, transport: Transport) -> Option<String> {
    let rows: String = of(api, family).flat_map(|module| rows(module, transport)).collect();
    let TransportFacts { target, notice, .. } = transport.facts();
    let notice = notice.map(|notice| format!("\n{notice}\n")).unwrap_or_default();
    let unseen = if rows.contains(UNSEEN) {
        format!("\n{UNSEEN} Nobody has read the page: the call is known from other implementations.\n")
    } else {
        String::new()
    };
    (!rows.is_empty())
        .then(|| format!("{notice}\n| title | {target} | request |\n|---|---|---|\n{rows}{unseen}"))
}

/// The mark of a call whose page nobody has read.
const UNSEEN: char = '†';

fn rows(module: &Module, transport: Transport) -> impl Iterator<Item = String> {
    let path = module.stem().replace('.', "::");
    module.carried_by(transport).map(move |endpoint| {
        let [title, target] = [docs::title_cell(endpoint), docs::target_cell(endpoint)];
        let request = &endpoint.request;
        // The heading names the family: without it here, calls fit on one line.
        let chapter = module.chapter.as_ref().map(|chapter| format!("{chapter}::")).unwrap_or_default();
        let mark = if endpoint.doc.seen { String::new() } else { format!(" {UNSEEN}") };
        format!("| {title}{mark} | {target} | [`{chapter}{request}`](crate::{path}::{request}) |\n")
    })
}
