//! The fourth stage: the API as Rust files. Everything is decided by now; this only prints.

mod checks;
mod docs;
mod errcode;
mod items;
mod manifest;
mod mock;
mod models;
mod paging;
mod requests;
mod snapshots;
mod wire;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, CORE_FAMILY, Module};
use crate::parallel;
use crate::spec::names::ident;

use items::format_items;
pub use manifest::{BEGIN, END, features};

/// Generated files by path from the workspace's root, with `/`.
pub type Files = BTreeMap<String, String>;

/// The folders that hold nothing but generated files.
pub const FOLDERS: [&str; 4] = [
    "crates/wecom-models/src/generated",
    "crates/wecom-requests/src/generated",
    "crates/wecom-mock/src/generated",
    "tests/src/generated",
];

/// Everything a workspace's spec generates.
pub fn files(root: &Path, api: &Api) -> io::Result<Files> {
    let mut files = self::api(api);
    manifest::add(root, api, &mut files)?;
    Ok(files)
}

/// Every generated file.
///
/// # Panics
///
/// If the tokens are not Rust, which is a mistake in this crate.
pub fn api(api: &Api) -> Files {
    let [models, requests, mock, tests] = FOLDERS;
    // Formatting is nearly all of the work, and no module depends on another.
    let mut files: Files =
        parallel::map(&api.modules, |_, module| all_of(module)).into_iter().flatten().collect();
    families(&mut files, api, models, &quote!(pub), gate);
    families(&mut files, api, requests, &quote!(pub(crate)), gate);
    families(&mut files, api, mock, &quote!(pub(crate)), |_| None);
    families(&mut files, api, tests, &quote!(pub(crate)), |_| None);
    let index = &mut |folder: &str, index: TokenStream| {
        let file = files.get_mut(&format!("{folder}/mod.rs")).expect("written above");
        file.push('\n');
        file.push_str(&format_items(index));
    };
    index(requests, requests::index(api));
    index(mock, mock::index(api));
    index(tests, snapshots::index(api));
    let spec = api.codes.as_ref().map_or("spec/*.yaml", |codes| &codes.spec);
    insert_text(&mut files, format!("{requests}/errcode.rs"), spec, &errcode::file(api));
    files
}

/// The files of a module.
fn all_of(module: &Module) -> Files {
    let [models, requests, mock, tests] = FOLDERS;
    let at = module_path(module);
    let mut files = Files::new();
    insert(&mut files, format!("{models}/{at}.rs"), &module.spec, models::module(module));
    insert(&mut files, format!("{models}/{at}/impls.rs"), &module.spec, wire::in_use(module));
    insert(&mut files, format!("{models}/{at}/reverse.rs"), &module.spec, wire::reverse(module));
    insert(&mut files, format!("{requests}/{at}.rs"), &module.spec, requests::module(module));
    insert(&mut files, format!("{mock}/{at}.rs"), &module.spec, mock::module(module));
    insert(&mut files, format!("{tests}/{at}.rs"), &module.spec, snapshots::module(module));
    files
}

/// `chatdata/archive`, as a path or below a folder.
fn module_path(module: &Module) -> String {
    match &module.chapter {
        Some(chapter) => format!("{}/{chapter}", module.family),
        None => module.family.clone(),
    }
}

/// The modules above those of the spec files: one that lists the families, and one a family that lists its chapters.
fn families(
    files: &mut Files,
    api: &Api,
    folder: &str,
    visibility: &TokenStream,
    gate: impl Fn(&str) -> Option<TokenStream>,
) {
    let mut root = TokenStream::new();
    for family in api.families() {
        let name = ident(family);
        let gate = gate(family);
        let modules: Vec<&Module> = api.modules.iter().filter(|module| module.family == family).collect();
        let chapters: Vec<&str> = modules.iter().filter_map(|module| module.chapter.as_deref()).collect();
        let doc = family_doc(family, &modules);
        root.extend(quote!(#doc #gate #visibility mod #name;));
        if !chapters.is_empty() {
            let names = chapters.iter().map(|chapter| ident(chapter));
            let text = quote!(#(#visibility mod #names;)*);
            insert(files, format!("{folder}/{family}.rs"), &format!("spec/{family}.*.yaml"), text);
        }
    }
    insert(files, format!("{folder}/mod.rs"), "spec/*.yaml", root);
}

fn family_doc(family: &str, modules: &[&Module]) -> TokenStream {
    let titles: Vec<&str> = modules.iter().map(|module| module.title.as_str()).collect();
    let feature =
        if family == CORE_FAMILY { "always there".to_owned() } else { format!("feature `{family}`") };
    items::doc(&format!("{} ({feature}).", titles.join(", ")))
}

/// The condition under which a family is compiled.
fn gate(family: &str) -> Option<TokenStream> {
    (family != CORE_FAMILY).then(|| quote!(#[cfg(feature = #family)]))
}

/// The path of a module below a crate: `chatdata::archive`.
fn rust_path(module: &Module) -> TokenStream {
    items::tokens(&module.rust_path())
}

fn insert(files: &mut Files, path: String, spec: &str, tokens: TokenStream) {
    insert_text(files, path, spec, &format_items(tokens));
}

fn insert_text(files: &mut Files, path: String, spec: &str, text: &str) {
    let text = format!(
        "// Generated by `cargo xtask codegen` from {spec}. Do not edit: change the spec instead.\n\n{text}"
    );
    let twice = files.insert(path, text);
    debug_assert!(twice.is_none(), "every generated file has one source");
}
