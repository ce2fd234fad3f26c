//! Documents that arrive: the enum of all of a family, and how they are distinguished.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::items::doc;
use super::{jobs, links};
use crate::api::{Document, Module};
use crate::spec::names::{self, ident};
use crate::spec::{DocumentKind, Wire, WireKey};

/// Returns the documents of a module that arrive, kind by kind.
fn received(module: &Module) -> impl Iterator<Item = (DocumentKind, Vec<&Document>)> {
    let kinds = DocumentKind::ALL.into_iter();
    let kinds =
        kinds.map(|kind| (kind, module.received().filter(|document| document.kind == kind).collect()));
    kinds.filter(|(_, documents): &(_, Vec<&Document>)| !documents.is_empty())
}

/// Returns how an application receives the documents of a module.
pub(super) fn handled(module: &Module) -> Option<String> {
    let keys: HashSet<WireKey> =
        module.received().flat_map(|document| document.wires().map(|wire| wire.key)).collect();
    // A program in the zone gets its notifications from WeCom's SDK.
    if keys.iter().all(|key| *key == WireKey::Notification) {
        return None;
    }
    let any = names::all_of(DocumentKind::Event, &module.family);
    let mut text = format!(
        "{} of `wecom-sdk` receives them: a handler takes `Event<T>` for one of them, or `Family<`[`{any}`]`>` for any.",
        links::callback()
    );
    if keys.contains(&WireKey::InfoType) && keys.len() > 1 {
        text += " Those with an `InfoType` go to suites and providers.";
    }
    if keys.contains(&WireKey::BotMessage) {
        text += &format!(" Over a long connection, {} receives them.", links::ai_bot());
    }
    Some(text)
}

/// Emits the enum of all documents of each kind of a module.
pub(super) fn items(module: &Module) -> TokenStream {
    received(module).map(|(kind, documents)| item(module, kind, &documents)).collect()
}

fn item(module: &Module, kind: DocumentKind, documents: &[&Document]) -> TokenStream {
    let name = ident(&names::all_of(kind, &module.family));
    let variants = documents.iter().map(|document| {
        let summary = document.summary.trim_end_matches('.');
        let docs = doc(&format!("{summary} ({}).", document.title));
        let ty = ident(&document.ty);
        quote!(#docs #ty(#ty))
    });
    let text = format!(
        "Any {} of the family `{}`. Match on it, or read a single type such as [`{}`].",
        kind.facts().noun,
        module.family,
        documents[0].ty
    );
    let docs = doc(&text);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// Anything that the documentation doesn't list, as received.
            Other(Value),
        }
    }
}

/// Emits how a document is identified as one of them, and read.
pub(super) fn impls(module: &Module) -> Option<TokenStream> {
    module.received().next()?;
    let family = &module.family;
    let payloads = module.received().map(|event| {
        let Document { id, title, .. } = event;
        let (ty, wires) = (ident(&event.ty), event.wires().map(select));
        let ended = jobs::ended(module, event);
        quote! {
            impl callback::Payload for #ty {
                const NAME: &'static str = #id;
                const TITLE: &'static str = #title;
                const FAMILY: &'static str = #family;
                const SELECT: &'static [Select] = &[#(#wires),*];
                #ended
            }
        }
    });
    let enums = received(module).map(|(kind, documents)| {
        let name = ident(&names::all_of(kind, family));
        let types = documents.iter().map(|document| ident(&document.ty));
        quote!(callback::events! { #name, #family, #(#types),* })
    });
    Some(quote! {
        use crate::callback::{self, Select, Shape};
        #(#payloads)*
        #(#enums)*
    })
}

/// Emits one kind of callback, without the path of `Select`.
pub(super) fn select(Wire { key, kind, change }: Wire<'_>) -> TokenStream {
    let shape = ident(match key {
        WireKey::Event => "Event",
        WireKey::InfoType => "Info",
        WireKey::MsgType => "Message",
        WireKey::BotMessage => "BotMessage",
        WireKey::BotEvent => "BotEvent",
        WireKey::Notification => "Notification",
        WireKey::DeviceCommand => "DeviceCommand",
        WireKey::Payment => "Payment",
        WireKey::Refund => "Refund",
        WireKey::BotResponse => unreachable!("checked: nothing that arrives is identified by it"),
    });
    match change {
        Some(change) => quote!(Select::change(Shape::#shape, #kind, #change)),
        None => quote!(Select::kind(Shape::#shape, #kind)),
    }
}
