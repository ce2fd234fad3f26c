//! The facts that all calls have in common, whatever carries them.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::api::{Endpoint, ErrorCode};
use crate::spec::names::ident;

/// The number of calls that may be in flight at once.
pub(super) fn concurrency(endpoint: &Endpoint) -> TokenStream {
    match endpoint.concurrency.map(Literal::u32_unsuffixed) {
        Some(calls) => quote!(Some(#calls)),
        None => quote!(None),
    }
}

/// The error codes that the page of an endpoint documents.
pub(super) fn codes(endpoint: &Endpoint) -> TokenStream {
    let codes = endpoint.codes.iter().map(|ErrorCode { name, doc, help, .. }| {
        let code = ident(name);
        let help = match help {
            Some(help) => quote!(Some(#help)),
            None => quote!(None),
        };
        quote!(crate::errcode::ErrorCode { code: crate::errcode::#code, name: #name, doc: #doc, help: #help })
    });
    quote!(&[#(#codes),*])
}
