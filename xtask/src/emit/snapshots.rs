//! Emits the snapshot tests of all examples, and the table of endpoints for `conformance`.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::items::{module_doc, raw_string};
use super::paths::rust_path;
use crate::api::{Api, Endpoint, Event, Field, Member, Module, Step, Type};
use crate::spec::names::ident;

/// Emits the tests of one spec file: one per endpoint, over all its examples.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = module_doc(&module.title);
    let path = rust_path(module);
    let tests = module.endpoints.iter().map(|endpoint| {
        let name = ident(&endpoint.name);
        let request = ident(&endpoint.request);
        let constant = ident(&endpoint.name.to_uppercase());
        let examples = examples(endpoint);
        quote! {
            pub(crate) const #constant: &[crate::snapshot::Example] = #examples;

            #[test]
            fn #name() {
                crate::snapshot::snapshot::<#request>(#constant);
            }
        }
    });
    let zone = module.zone.iter().map(|call| {
        let (name, request) = (ident(&call.name), ident(&call.request));
        let examples = examples(call);
        quote! {
            #[test]
            fn #name() {
                crate::zone::snapshot::<#request>(#examples);
            }
        }
    });
    let events = module.events.iter().map(|event| document(event, "snapshot"));
    let replies = module.replies.iter().map(|reply| document(reply, "snapshot_reply"));
    quote! {
        #doc
        #[allow(unused_imports)]
        use wecom_models::#path::*;
        #(#tests)*
        #(#zone)*
        #(#events)*
        #(#replies)*
    }
}

/// Emits the examples of a call.
fn examples(call: &Endpoint) -> TokenStream {
    let examples = call.examples.iter().map(|example| {
        let request = raw_string(example.request.trim_end());
        let response = raw_string(example.response.trim_end());
        quote!(crate::snapshot::Example { request: #request, response: #response })
    });
    quote!(&[#(#examples),*])
}

/// Emits the test of an event or a reply, which calls a function of `event`.
fn document(document: &Event, check: &str) -> TokenStream {
    let [name, ty, check] = [document.name.as_str(), &document.ty, check].map(ident);
    let documents = document.examples.iter().map(|example| raw_string(example.payload.trim_end()));
    quote! {
        #[test]
        fn #name() {
            crate::event::#check::<#ty>(&[#(#documents),*]);
        }
    }
}

/// Emits the table of all endpoints, which reads and writes their requests and responses by path.
pub(super) fn index(api: &Api) -> TokenStream {
    let entries = api.modules.iter().flat_map(|module| {
        let path = rust_path(module);
        module.endpoints.iter().map(move |endpoint| {
            let request = ident(&endpoint.request);
            let sent = quirks(module, &endpoint.request);
            let received = quirks(module, &endpoint.response);
            let examples = ident(&endpoint.name.to_uppercase());
            quote!(Contract::of::<wecom_models::#path::#request>(#path::#examples, &[#(#sent),*], &[#(#received),*]))
        })
    });
    let zone = api.modules.iter().flat_map(|module| {
        let path = rust_path(module);
        module.zone.iter().map(move |call| {
            let request = ident(&call.request);
            let sent = quirks(module, &call.request);
            let received = quirks(module, &call.response);
            quote!(ZoneContract::of::<wecom_models::#path::#request>(&[#(#sent),*], &[#(#received),*]))
        })
    });
    let documents = |chosen: fn(&Module) -> &[Event], of: &'static str| {
        let modules = api.modules.iter();
        modules.flat_map(move |module| {
            let (path, of) = (rust_path(module), ident(of));
            chosen(module).iter().map(move |event| {
                let ty = ident(&event.ty);
                let quirks = quirks(module, &event.ty);
                let spellings = spellings(module, &event.ty);
                let spellings = spellings.iter().map(|(aka, wire)| quote!((#aka, #wire)));
                quote!(Occurrence::#of::<wecom_models::#path::#ty>(&[#(#quirks),*], &[#(#spellings),*]))
            })
        })
    };
    let events = documents(|module| &module.events, "of");
    let replies = documents(|module| &module.replies, "of_reply");
    quote! {
        use crate::conformance::Contract;
        use crate::event::Occurrence;
        use crate::zone::ZoneContract;

        /// Every endpoint, in the order of the spec files, and where its page contradicts itself.
        pub(crate) static CONTRACTS: &[Contract] = &[#(#entries),*];

        /// Every call of the zone, likewise.
        pub(crate) static ZONE: &[ZoneContract] = &[#(#zone),*];

        /// Every event, likewise.
        pub(crate) static EVENTS: &[Occurrence] = &[#(#events),*];

        /// Every passive reply, likewise.
        pub(crate) static REPLIES: &[Occurrence] = &[#(#replies),*];
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
