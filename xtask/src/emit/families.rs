//! What the client says of the families: their modules, and a page of all endpoints.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::paths::gate;
use crate::api::{Api, CORE_FAMILY, Module};
use crate::spec::names::ident;

/// The modules of the families, each by its name: of one that isn't compiled, rustc says which feature is missing.
pub(super) fn modules(api: &Api) -> TokenStream {
    let modules = api.families().into_iter().map(|family| {
        let (gate, name) = (gate(family), ident(family));
        quote!(#gate #[doc(inline)] pub use wecom_models::#name;)
    });
    quote!(#(#modules)*)
}

/// All endpoints, Markdown.
pub(super) fn endpoints(api: &Api) -> String {
    let mut text =
        String::from("Every endpoint, by family: its title, its call, and the type of its request.\n");
    let called = |family: &&str| {
        api.modules.iter().any(|module| module.family == *family && !module.endpoints.is_empty())
    };
    for family in api.families().into_iter().filter(called) {
        let needs =
            if family == CORE_FAMILY { "Always there.".to_owned() } else { docs::needs_feature(family) };
        text.push_str(&format!("\n# {family}\n\n{needs}\n\n| title | call | request |\n|---|---|---|\n"));
        let modules = api.modules.iter().filter(|module| module.family == family);
        text.extend(modules.flat_map(rows));
    }
    text
}

fn rows(module: &Module) -> impl Iterator<Item = String> {
    let path = module.stem().replace('.', "::");
    module.endpoints.iter().map(move |endpoint| {
        let [title, call] = [docs::title_cell(endpoint), docs::call(endpoint)];
        let request = &endpoint.request;
        format!("| {title} | {call} | [`{path}::{request}`](crate::{path}::{request}) |\n")
    })
}
