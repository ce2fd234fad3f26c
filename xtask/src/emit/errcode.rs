//! The error codes: a constant each, and a table of those that any endpoint may return.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::items::{doc, format_items, module_doc};
use super::{docs, search};
use crate::api::{Api, ErrorCode};
use crate::spec::names::ident;

/// Emits the file. Without codes in the spec, its table is empty, so that the code that uses it compiles anyway.
pub(super) fn file(api: &Api) -> String {
    let about =
        api.codes.as_ref().map(|table| module_doc(&docs::table(&table.title, &table.summary, &table.doc)));
    let codes = api.codes.as_ref().map_or(&[][..], |table| &table.codes);
    let constants = codes.iter().map(constant).chain(own_constants(api));
    let mut text = format_items(quote! {
        #about
        use crate::errcode::ErrorCode;
        #(#constants)*
    });
    // Text, not tokens: prettyplease would put every field on a line of its own.
    let entries = codes.iter().map(|ErrorCode { name, doc, help, .. }| {
        format!("\n    ErrorCode {{ code: {name}, name: {name:?}, doc: {doc:?}, help: {help:?} }},")
    });
    let entries: String = entries.chain((!codes.is_empty()).then(|| "\n".to_owned())).collect();
    text.push_str("\n/// Every code of the page, in ascending order.\n");
    text.push_str(&format!("pub(crate) static CODES: &[ErrorCode] = &[{entries}];\n"));
    text
}

fn constant(code: &ErrorCode) -> TokenStream {
    let text: Vec<&str> = [Some(code.doc.as_str()), code.help.as_deref()].into_iter().flatten().collect();
    with_doc(code, &text.join("\n\n"))
}

/// Emits the codes that only single endpoints have, with the meaning that each endpoint gives them.
fn own_constants(api: &Api) -> impl Iterator<Item = TokenStream> {
    api.own_codes().into_values().map(|codes| {
        let meanings = codes.iter().map(|(_, endpoint, code)| format!("`{}`: {}", endpoint.id, code.doc));
        with_doc(codes[0].2, &meanings.collect::<Vec<String>>().join("\n\n"))
    })
}

fn with_doc(code: &ErrorCode, text: &str) -> TokenStream {
    // People know the number: logs have it, and the page of all constants can be searched for it.
    let (doc, name) = (doc(&format!("{}: {text}", code.code)), ident(&code.name));
    let alias = search::aliases([code.code.to_string().as_str()]);
    let code = Literal::i64_unsuffixed(code.code);
    quote! {
        #doc
        #[#alias]
        pub const #name: i64 = #code;
    }
}
