//! Emits the snapshot tests of all examples, and the table of endpoints for `conformance`.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::items::{doc, module_doc, raw_string};
use super::paths::rust_path;
use crate::api::{Api, Field, Member, Module, Step, Type};
use crate::spec::names::ident;
use crate::spec::{DocumentKind, Transport, TransportFacts};

/// Emits the examples of one spec file: a list per operation.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = module_doc(&module.title);
    let calls = module.calls.iter().map(|call| {
        let name = constant(&call.name);
        let examples = call.examples.iter().map(|example| {
            let request = raw_string(example.request.trim_end());
            let response = raw_string(example.response.trim_end());
            quote!(Example { request: #request, response: #response })
        });
        quote!(pub(crate) const #name: &[Example] = &[#(#examples),*];)
    });
    let documents = module.documents.iter().map(|document| {
        let name = constant(&document.name);
        let examples = document.examples.iter().map(|example| raw_string(example.payload.trim_end()));
        quote!(pub(crate) const #name: &[&str] = &[#(#examples),*];)
    });
    let import = (!module.calls.is_empty()).then(|| {
        quote!(
            use crate::snapshot::Example;
        )
    });
    quote! {
        #doc
        #import
        #(#calls)*
        #(#documents)*
    }
}

/// Returns the name of a list of examples.
fn constant(name: &str) -> Ident {
    ident(&name.to_uppercase())
}

/// Emits the tests of all spec files: one per operation, over all its examples.
pub(super) fn tests(api: &Api) -> TokenStream {
    let families = api.families().into_iter().map(|family| {
        let modules = api.modules.iter().filter(|module| module.family == family);
        let tests = modules.map(|module| {
            let tests = tests_of(module);
            match &module.chapter {
                Some(chapter) => {
                    let chapter = ident(chapter);
                    quote!(mod #chapter { #tests })
                }
                None => tests,
            }
        });
        let name = ident(family);
        quote!(mod #name { #(#tests)* })
    });
    quote!(#(#families)*)
}

fn tests_of(module: &Module) -> TokenStream {
    let calls = module.calls.iter();
    let calls = calls.map(|call| test(&call.name, &call.id, call.method.transport().facts().check));
    let documents = module.documents.iter();
    let documents = documents.map(|document| test(&document.name, &document.id, document.kind.facts().noun));
    quote!(#(#calls)* #(#documents)*)
}

fn test(name: &str, id: &str, check: &str) -> TokenStream {
    let [name, check] = [name, check].map(ident);
    quote! {
        #[test]
        fn #name() {
            wecom_tests::snapshot::#check(#id);
        }
    }
}

/// Emits the tables of all operations, which read and write their parts.
pub(super) fn index(api: &Api) -> TokenStream {
    let contracts = Transport::ALL.into_iter().map(|transport| transport.facts().contract);
    let mut imports: Vec<[&str; 2]> = contracts.chain([["event", "Occurrence"]]).collect();
    imports.sort_unstable();
    let imports = imports.into_iter().map(|path| {
        let [module, ty] = path.map(ident);
        quote!(use crate::#module::#ty;)
    });
    let calls = Transport::ALL.map(|transport| calls(api, transport));
    let documents = DocumentKind::ALL.map(|kind| documents(api, kind));
    quote! {
        #(#imports)*
        #(#calls)*
        #(#documents)*
    }
}

/// Emits the table of all calls that a transport carries.
fn calls(api: &Api, transport: Transport) -> TokenStream {
    let TransportFacts { contracts: [table, docs], contract: [_, ty], .. } = transport.facts();
    let (table, docs, ty) = (ident(table), doc(docs), ident(ty));
    let calls = api.modules.iter().flat_map(|module| {
        let (path, ty) = (rust_path(module), &ty);
        module.carried_by(transport).map(move |call| {
            let (request, examples) = (ident(&call.request), constant(&call.name));
            let [sent, received] = [&call.request, &call.response].map(|name| quirks(module, name));
            quote!(#ty::of::<wecom_models::#path::#request>(#path::#examples, &[#(#sent),*], &[#(#received),*]))
        })
    });
    quote! {
        #docs
        pub(crate) static #table: &[#ty] = &[#(#calls),*];
    }
}

/// Emits the table of all documents of a kind.
fn documents(api: &Api, kind: DocumentKind) -> TokenStream {
    let facts = kind.facts();
    let [of, what] = if facts.part.is_sent() { ["of_reply", "passive "] } else { ["of", ""] };
    let of = ident(of);
    let documents = api.modules.iter().flat_map(|module| {
        let (path, of) = (rust_path(module), &of);
        let documents = module.documents.iter().filter(move |document| document.kind == kind);
        documents.map(move |document| {
            let (ty, examples) = (ident(&document.ty), constant(&document.name));
            let quirks = quirks(module, &document.ty);
            let spellings = spellings(module, &document.ty);
            let spellings = spellings.iter().map(|(aka, wire)| quote!((#aka, #wire)));
            quote!(Occurrence::#of::<wecom_models::#path::#ty>(#path::#examples, &[#(#quirks),*], &[#(#spellings),*]))
        })
    });
    let (table, docs) = (constant(facts.key), doc(&format!("Every {what}{}, likewise.", facts.noun)));
    quote! {
        #docs
        pub(crate) static #table: &[Occurrence] = &[#(#documents),*];
    }
}

/// Returns the other names of fields below a type, each with the name that is written.
fn spellings<'a>(module: &'a Module, name: &str) -> BTreeSet<(&'a str, &'a str)> {
    let mut found = BTreeSet::new();
    module.walk(name, |_, member| {
        if let Member::Field(field) = member {
            found.extend(field.aka.iter().map(|aka| (aka.as_str(), field.wire.as_str())));
        }
        true
    });
    found
}

/// Returns the places below a type where the documentation contradicts itself, as JSON pointers with `*` for any item of a list
/// or a map.
fn quirks(module: &Module, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    module.walk(name, |path, member| {
        if let Member::Field(field) = member {
            let around = &path[..path.len() - usize::from(!field.embed)];
            let misspelt = field.misspelt.iter().map(|name| format!("{}/{name}", pointer(around)));
            let quirk = field.quirk.as_ref().map(|_| format!("{}{}", pointer(path), tag(module, field)));
            found.extend(misspelt.chain(quirk));
        }
        true
    });
    found
}

/// Returns the suffix for a quirk of an embedded union, whose contradiction is in the tag.
fn tag(module: &Module, field: &Field) -> String {
    match field.ty.name().and_then(|name| module.named(name)) {
        Some(Type::Union(union)) if field.embed => format!("/{}", union.tag),
        _ => String::new(),
    }
}

fn pointer(path: &[Step<'_>]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Key(name) => format!("/{name}"),
        Step::Item | Step::Entry => "/*".to_owned(),
    });
    steps.collect()
}
