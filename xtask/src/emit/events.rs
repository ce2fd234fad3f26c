//! Events: the enum of all events of a family, and how they are distinguished.

use proc_macro2::TokenStream;
use quote::quote;

use super::items::doc;
use super::jobs;
use crate::api::{Event, Module};
use crate::spec::names::{self, ident};
use crate::spec::{Wire, WireKey};

/// Emits the enum of all events of a module.
pub(super) fn item(module: &Module) -> Option<TokenStream> {
    let first = module.events.first()?;
    let name = ident(&names::events(&module.family));
    let variants = module.events.iter().map(|event| {
        let docs = doc(&event.title);
        let ty = ident(&event.ty);
        quote!(#docs #ty(#ty))
    });
    let text = format!(
        "Any event of the family `{}`: match on it, or read a type such as [`{}`] alone.",
        module.family, first.ty
    );
    let docs = doc(&text);
    Some(quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// Something that the documentation doesn't list, whole.
            Other(Value),
        }
    })
}

/// Emits how a document is identified as one of them, and read.
pub(super) fn impls(module: &Module) -> Option<TokenStream> {
    module.events.first()?;
    let (name, family) = (ident(&names::events(&module.family)), &module.family);
    let types = module.events.iter().map(|event| ident(&event.ty));
    let payloads = module.events.iter().map(|event| {
        let Event { id, title, .. } = event;
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
    Some(quote! {
        use crate::callback::{self, Select, Shape};
        #(#payloads)*
        callback::events! { #name, #family, #(#types),* }
    })
}

fn select(Wire { key, kind, change }: Wire<'_>) -> TokenStream {
    let shape = ident(match key {
        WireKey::Event => "Event",
        WireKey::InfoType => "Info",
        WireKey::MsgType => "Message",
        WireKey::BotMessage => "BotMessage",
        WireKey::BotEvent => "BotEvent",
        WireKey::Notification => "Notification",
        WireKey::DeviceCommand => "DeviceCommand",
        WireKey::BotResponse => unreachable!("checked: only replies are told by it"),
    });
    match change {
        Some(change) => quote!(Select::change(Shape::#shape, #kind, #change)),
        None => quote!(Select::kind(Shape::#shape, #kind)),
    }
}
