//! The callbacks for whose response WeCom waits longer or shorter than for others of their shape.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::received;
use crate::api::{Api, Module};

/// Emits the table of all of them.
pub(super) fn file(api: &Api) -> TokenStream {
    let events = api.modules.iter().flat_map(Module::received);
    let rows = events.filter_map(|event| Some((event, event.deadline?))).flat_map(|(event, seconds)| {
        let seconds = Literal::u64_unsuffixed(seconds);
        event.wires().map(received::select).map(move |select| quote!((#select, #seconds))).collect::<Vec<_>>()
    });
    quote! {
        #[allow(unused_imports)]
        use crate::callback::{Select, Shape};
        /// For how many seconds WeCom waits for the response to a callback, where its shape alone doesn't say.
        pub(super) const DEADLINES: &[(Select, u64)] = &[#(#rows),*];
    }
}
