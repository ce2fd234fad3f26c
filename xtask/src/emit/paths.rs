//! The paths of generated files and modules.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::items;
use crate::api::{CORE_FAMILY, Module};

/// Generated files by path from the workspace's root, with `/`.
pub type Files = BTreeMap<String, String>;

/// The folders that contain only generated files.
pub const FOLDERS: [&str; 6] = [
    "crates/wecom-models/src/generated",
    "crates/wecom-requests/src/generated",
    "crates/wecom-mock/src/generated",
    "tests/src/generated",
    "crates/wecom-sdk/src/generated",
    "tests/tests/snapshots/generated",
];

/// Returns a module's path within a folder: `chatdata/archive`.
pub(super) fn module_path(module: &Module) -> String {
    match &module.chapter {
        Some(chapter) => format!("{}/{chapter}", module.family),
        None => module.family.clone(),
    }
}

/// Emits the condition under which a family is compiled.
pub(super) fn gate(family: &str) -> Option<TokenStream> {
    (family != CORE_FAMILY).then(|| quote!(#[cfg(feature = #family)]))
}

/// Returns the path of a module within a crate: `chatdata::archive`.
pub(super) fn rust_path(module: &Module) -> TokenStream {
    items::tokens(&module.rust_path())
}
