//! Generated code about the families as such: their modules, and a page of all endpoints.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::items::doc;
use super::paths::gate;
use super::search;
use crate::api::{Api, CORE_FAMILY, Endpoint, Module};
use crate::spec::Transport;
use crate::spec::names::ident;

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
        "Every endpoint, every call of the zone and every command of a long connection, by family: the type of its request, its title, and its call.\n",
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

/// Returns the tables of a family's calls, in Markdown: one for each module and transport, below the module's name if there are several.
pub(super) fn tables(api: &Api, family: &str) -> String {
    let modules: Vec<&Module> = of(api, family).filter(|module| !module.calls.is_empty()).collect();
    let carriers: Vec<Transport> = Transport::ALL
        .into_iter()
        .filter(|transport| modules.iter().any(|module| module.carried_by(*transport).next().is_some()))
        .collect();
    let mut text = String::new();
    // What applies to all calls is said once.
    let of_all = carriers.first().filter(|_| carriers.len() == 1);
    text.extend(of_all.and_then(|transport| notice(*transport)));
    for module in &modules {
        if let Some(chapter) = &module.chapter {
            text += &format!("\n## [{chapter}](crate::{})\n", path(module));
        }
        for transport in &carriers {
            let Some(table) = table(module, *transport) else { continue };
            text.extend(notice(*transport).filter(|_| of_all.is_none()));
            text += &table;
        }
    }
    if text.contains(UNSEEN) {
        text += &format!(
            "\n{UNSEEN} Not checked against WeCom's page, which was not available: known from other implementations.\n"
        );
    }
    text
}

/// Returns what applies to all calls that a transport carries.
fn notice(transport: Transport) -> Option<String> {
    transport.facts().notice.map(|notice| format!("\n{notice}\n"))
}

fn of<'a>(api: &'a Api, family: &'a str) -> impl Iterator<Item = &'a Module> {
    api.modules.iter().filter(move |module| module.family == family)
}

/// Returns the table of a module's calls that a transport carries.
fn table(module: &Module, transport: Transport) -> Option<String> {
    let rows: String = module.carried_by(transport).map(|endpoint| row(module, endpoint)).collect();
    let target = transport.facts().target;
    (!rows.is_empty()).then(|| format!("\n| request | title | {target} |\n|---|---|---|\n{rows}"))
}

/// The mark of a call whose page was not available.
const UNSEEN: char = '†';

fn row(module: &Module, endpoint: &Endpoint) -> String {
    let [title, target] = [docs::title_cell(endpoint), docs::target_cell(endpoint)];
    let (path, request) = (path(module), &endpoint.request);
    let mark = if endpoint.doc.seen { String::new() } else { format!(" {UNSEEN}") };
    format!("| [`{request}`](crate::{path}::{request}){mark} | {title} | {target} |\n")
}

fn path(module: &Module) -> String {
    module.stem().replace('.', "::")
}
