//! Emits the pagination of endpoints.

use proc_macro2::TokenStream;
use quote::quote;

use super::items;
use crate::api::{Endpoint, Field, Module, Next, Pagination};
use crate::spec::names::ident;

/// Emits the impls of `Paged` and, if a page has one list of items, `PagedItems`.
pub(super) fn impls(module: &Module, endpoint: &Endpoint, pagination: &Pagination) -> TokenStream {
    let paged = of(&quote!(Paged), module, endpoint, pagination);
    let name = ident(&endpoint.request);
    let response = module.structure(&endpoint.response).expect("checked: what has pages has fields");
    let items = pagination.items.as_ref().zip(pagination.item.as_ref()).map(|(items, item)| {
        let item = items::rust_type(item);
        let steps = module.fields_at(response, items).into_iter().map(|field| {
            let name = ident(&field.rust);
            let unwrap = field.optional.then(|| quote!(.unwrap_or_default()));
            quote!(.#name #unwrap)
        });
        quote! {
            impl crate::PagedItems for #name {
                type Item = #item;

                fn into_items(page: Self::Response) -> Vec<Self::Item> {
                    page #(#steps)*
                }
            }
        }
    });
    quote!(#paged #items)
}

/// Emits the impl of a trait for pages.
pub(super) fn of(
    paged: &TokenStream,
    module: &Module,
    endpoint: &Endpoint,
    pagination: &Pagination,
) -> TokenStream {
    let name = ident(&endpoint.request);
    let request = module.structure(&endpoint.request).expect("every endpoint has a request");
    let response = module.structure(&endpoint.response).expect("checked: what has pages has fields");
    let sent = |path| optional_ref(&quote!(self), module.fields_at(request, path));
    let said = |path| optional_ref(&quote!(page), module.fields_at(response, path));
    let start = sent(&pagination.start);
    let first = request.field(pagination.start.first()).expect("checked: the field exists");
    let field = ident(&first.rust);
    let unwrap = (!first.optional).then(|| quote!(.unwrap_or_default()));
    let continuation = match &pagination.continuation {
        None => quote!(Unsaid),
        Some((continuation, path)) => {
            let (kind, said) = (ident(continuation.keyword()), said(path));
            quote!(#kind(#said))
        }
    };
    let next = match &pagination.next {
        Next::Cursor(next) => {
            let next = said(next);
            quote!(next_cursor(#next, crate::paging::Continuation::#continuation))
        }
        Next::Offset { limit } => {
            let limit = limit.as_ref().map_or_else(|| quote!(None::<&u64>), sent);
            let items = pagination.items.as_ref().map(said);
            quote!(next_offset(#start, #limit, #items, crate::paging::Continuation::#continuation))
        }
    };
    quote! {
        impl crate::#paged for #name {
            fn cursor(&self) -> Option<String> {
                crate::paging::cursor(#start)
            }

            fn set_cursor(&mut self, cursor: String) {
                self.#field = crate::paging::start(cursor) #unwrap;
            }

            fn next_cursor(&self, page: &Self::Response) -> Option<String> {
                crate::paging::#next
            }
        }
    }
}

/// Emits a reference to a field at the end of a path, if all fields along the path are present.
pub(super) fn optional_ref<'a>(
    base: &TokenStream,
    steps: impl IntoIterator<Item = &'a Field>,
) -> TokenStream {
    let (mut place, mut optional) = (base.clone(), false);
    for field in steps {
        let name = ident(&field.rust);
        place = match (optional, field.optional) {
            (false, false) => quote!(#place.#name),
            (false, true) => quote!(#place.#name.as_ref()),
            (true, false) => quote!(#place.map(|it| &it.#name)),
            (true, true) => quote!(#place.and_then(|it| it.#name.as_ref())),
        };
        optional |= field.optional;
    }
    if optional { place } else { quote!(Some(&#place)) }
}
