//! Documents that are sent, as passive replies: how they differ from others, and that handlers may return them.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::{checks, received};
use crate::api::{Document, Module, page_url};
use crate::spec::WireKey;
use crate::spec::names::ident;

/// Emits the impls of a module's sent documents.
pub(super) fn impls(module: &Module, limited: &HashSet<&str>) -> Option<TokenStream> {
    module.sent().next()?;
    let checks = module.sent().map(|reply| {
        let structure = module.structure(&reply.ty).expect("every document has a type");
        checks::of_struct(module, structure, limited)
    });
    let types = module.sent().map(|reply| ident(&reply.ty));
    let impls = module.sent().map(of_one);
    let imports = module.sent().any(|reply| reply.answers().is_some()).then(|| {
        quote! {
            #[cfg(feature = "callback")]
            use wecom_models::callback::{Select, Shape};
        }
    });
    Some(quote! {
        #imports
        #(#checks)*
        #(#impls)*
        #[cfg(feature = "callback")]
        crate::reply::passive! { #(#types),* }
    })
}

fn of_one(reply: &Document) -> TokenStream {
    let (ty, id, title, page) = (ident(&reply.ty), &reply.id, &reply.title, page_url(&reply.doc));
    let wire = reply.wires().next().expect("checked: something distinguishes it from others");
    let (format, told) = match reply.answers() {
        Some(callback) => {
            let select = received::select(callback);
            ("Device", quote!(Answers(#select)))
        }
        None => {
            let (member, kind) = (wire.key.keyword(), wire.kind);
            let format = if wire.key == WireKey::MsgType { "Xml" } else { "Bot" };
            (format, quote!(Says { member: #member, kind: #kind }))
        }
    };
    let format = ident(format);
    quote! {
        #[cfg(feature = "callback")]
        impl crate::PassiveReply for #ty {
            const META: &'static crate::ReplyMeta = &crate::ReplyMeta {
                id: #id,
                title: #title,
                page: #page,
                format: crate::ReplyFormat::#format,
                told: crate::ReplyTold::#told,
            };
        }
    }
}
