//! The impls of the commands of long connections.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{checks, facts, rates, received};
use crate::api::{Endpoint, Module, page_url};
use crate::spec::names::ident;
use crate::spec::{Answers, Transport};

/// The impls for the commands of a module.
pub(super) fn impls(module: &Module, limited: &HashSet<&str>) -> Option<TokenStream> {
    let commands: Vec<&Endpoint> = module.carried_by(Transport::Socket).collect();
    commands.first()?;
    let answers = commands.iter().any(|command| command.answers.is_some());
    let imports = answers.then(|| {
        quote! {
            #[cfg(feature = "callback")]
            use wecom_models::callback::{Select, Shape};
        }
    });
    let commands = commands.into_iter().map(|command| of_one(module, command, limited));
    Some(quote!(#imports #(#commands)*))
}

fn of_one(module: &Module, command: &Endpoint, limited: &HashSet<&str>) -> TokenStream {
    let request = module.structure(&command.request).expect("every command has a request");
    let check = checks::of_struct(module, request, limited);
    let (ty, response) = (ident(&command.request), ident(&command.response));
    let Endpoint { id, title, path: cmd, safe, .. } = command;
    let page = page_url(&command.doc);
    let has_body = !request.fields.is_empty();
    let rates = rates::list(&command.rates, &quote!(crate::));
    let quotas = rates::quotas(&command.quotas);
    let codes = facts::codes(command);
    let numbered = command
        .answers
        .as_ref()
        .map_or_else(|| quote!(impl crate::SocketCall for #ty {}), |told| answers(&ty, told));
    quote! {
        impl crate::SocketCommand for #ty {
            type Response = #response;

            const META: &'static crate::SocketMeta = &crate::SocketMeta {
                id: #id,
                title: #title,
                cmd: #cmd,
                page: #page,
                has_body: #has_body,
                safe: #safe,
                rates: #rates,
                quotas: #quotas,
                codes: #codes,
            };
        }

        #numbered
        #check
    }
}

/// The impl of a command that has the `req_id` of a callback.
fn answers(ty: &proc_macro2::Ident, answers: &Answers) -> TokenStream {
    let callbacks = answers.wires().map(received::select);
    let within = Literal::u64_unsuffixed(answers.within.into());
    quote! {
        #[cfg(feature = "callback")]
        impl crate::SocketReply for #ty {
            const CALLBACKS: &'static [Select] = &[#(#callbacks),*];
            const DEADLINE: std::time::Duration = std::time::Duration::from_secs(#within);
        }
    }
}
