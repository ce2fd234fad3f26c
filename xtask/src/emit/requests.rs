//! What requests know of their endpoints, and the documented limits of what is sent.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::wire::{chain, put};
use super::{gate, items, rust_path};
use crate::ir::{Api, Endpoint, Field, Module, Pagination, Period, Rule, Struct, Token, Ty, Type, Union};
use crate::names::ident;

/// The impls for the requests of one spec file.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = items::module_doc(&module.title);
    let path = rust_path(module);
    let limited = limited(module);
    let endpoints = module.endpoints.iter().map(|endpoint| {
        let request = module.structure(&endpoint.request).expect("every endpoint has a request");
        let check = check_struct(request, &limited, &endpoint.rules);
        let endpoint_impl = endpoint_impl(endpoint, request);
        let paged = endpoint.pagination.as_ref().map(|pagination| paged_impl(endpoint, pagination));
        quote!(#endpoint_impl #check #paged)
    });
    let is_request = |name: &str| module.endpoints.iter().any(|endpoint| endpoint.request == name);
    let parts =
        module.types.iter().filter(|ty| !is_request(ty.name()) && limited.contains(ty.name())).map(|ty| {
            match ty {
                Type::Struct(structure) => check_struct(structure, &limited, &[]),
                Type::Union(union) => check_union(union, &limited),
                Type::Enum(_) => TokenStream::new(),
            }
        });
    let items = module.endpoints.iter().filter_map(|endpoint| endpoint.pagination.as_ref());
    let names = items.flat_map(|pagination| std::iter::successors(Some(&pagination.item), |ty| ty.inner()));
    let imports = items::imports(names.filter_map(items::support_type), &quote!(wecom_models));
    quote! {
        #doc
        #[allow(unused_imports)]
        use wecom_models::#path::*;
        #imports
        #(#endpoints)*
        #(#parts)*
    }
}

/// The table of all endpoints.
pub(super) fn index(api: &Api) -> TokenStream {
    let entries = api.modules.iter().flat_map(|module| {
        let path = rust_path(module);
        let gate = gate(&module.family);
        module.endpoints.iter().map(move |endpoint| {
            let request = ident(&endpoint.request);
            quote!(#gate <wecom_models::#path::#request as crate::Endpoint>::META,)
        })
    });
    quote! {
        /// Every endpoint of the families that are compiled in.
        pub const ENDPOINTS: &[&crate::Meta] = &[#(#entries)*];
    }
}

fn endpoint_impl(endpoint: &Endpoint, request: &Struct) -> TokenStream {
    let name = ident(&endpoint.request);
    let response = ident(&endpoint.response);
    let (token, kind) = match endpoint.token {
        Token::None => (quote!(NoToken), quote!(None)),
        Token::AccessToken => (quote!(AccessToken), quote!(AccessToken)),
    };
    let (id, title, path, page) = (&endpoint.id, &endpoint.title, &endpoint.path, &endpoint.page_url);
    let method = format_ident!("{}", endpoint.method.name());
    let safe = endpoint.safe;
    let rates = endpoint.rates.iter().map(|(calls, period)| {
        let calls = Literal::u32_unsuffixed(*calls);
        let period = period_variant(*period);
        quote!(crate::Rate { calls: #calls, per: crate::Period::#period })
    });
    let query: Vec<TokenStream> = request.fields.iter().filter(|field| field.in_query).map(put).collect();
    let query = (!query.is_empty()).then(|| {
        let puts = chain(query);
        quote! {
            fn query(&self, out: &mut crate::Query) -> Result<(), serde_json::Error> {
                use wecom_models::wire::Output as _;
                #puts
            }
        }
    });
    quote! {
        impl crate::Endpoint for #name {
            type Response = #response;
            type Token = crate::#token;

            const META: &'static crate::Meta = &crate::Meta {
                id: #id,
                title: #title,
                method: http::Method::#method,
                path: #path,
                page: #page,
                token: crate::TokenKind::#kind,
                safe: #safe,
                rates: &[#(#rates),*],
            };

            #query
        }
    }
}

fn period_variant(period: Period) -> proc_macro2::Ident {
    format_ident!("{}", crate::names::pascal(crate::lower::period(period)))
}

fn paged_impl(endpoint: &Endpoint, pagination: &Pagination) -> TokenStream {
    let name = ident(&endpoint.request);
    let cursor = ident(&pagination.cursor.rust);
    let items = ident(&pagination.items.rust);
    let item = items::rust_type(&pagination.item);
    let next = ident(&pagination.next.rust);
    let next = if pagination.next.optional {
        quote!(page.#next.as_deref())
    } else {
        quote!(Some(page.#next.as_str()))
    };
    let more = match &pagination.more {
        None => quote!(None),
        Some(more) => {
            let field = ident(&more.rust);
            if more.optional { quote!(page.#field) } else { quote!(Some(page.#field)) }
        }
    };
    let unwrap = pagination.items.optional.then(|| quote!(.unwrap_or_default()));
    quote! {
        impl crate::Paged for #name {
            type Item = #item;

            fn cursor(&self) -> Option<&str> {
                self.#cursor.as_deref()
            }

            fn set_cursor(&mut self, cursor: String) {
                self.#cursor = Some(cursor);
            }

            fn next_cursor(page: &Self::Response) -> Option<String> {
                crate::paging::next_cursor(#next, #more)
            }

            fn into_items(page: Self::Response) -> Vec<Self::Item> {
                page.#items #unwrap
            }
        }
    }
}

/// The sent types with limits, of their own or further inside.
fn limited(module: &Module) -> HashSet<&str> {
    let sent = || module.types.iter().filter(|ty| ty.direction().sent);
    let mut limited: HashSet<&str> = HashSet::new();
    loop {
        let before = limited.len();
        for ty in sent() {
            let found = match ty {
                Type::Enum(_) => false,
                Type::Struct(structure) => structure
                    .fields
                    .iter()
                    .any(|field| !field.limits.is_empty() || is_limited(&field.ty, &limited)),
                Type::Union(union) => union.variants.iter().any(|variant| is_limited(&variant.ty, &limited)),
            };
            if found {
                limited.insert(ty.name());
            }
        }
        if limited.len() == before {
            return limited;
        }
    }
}

fn is_limited(ty: &Ty, limited: &HashSet<&str>) -> bool {
    ty.name().is_some_and(|name| limited.contains(name))
}

fn check_struct(structure: &Struct, limited: &HashSet<&str>, rules: &[Rule]) -> TokenStream {
    let name = ident(&structure.name);
    let fields = structure.fields.iter().map(|field| check_field(field, limited));
    let rules = rules.iter().map(|rule| match rule {
        Rule::MaxSpan { from, to, days } => {
            let (from_wire, to_wire) = (&from.wire, &to.wire);
            let (from, to) = (ident(&from.rust), ident(&to.rust));
            let days = Literal::u32_unsuffixed(*days);
            quote!(checker.max_span((#from_wire, &self.#from), (#to_wire, &self.#to), #days);)
        }
    });
    let steps: TokenStream = fields.chain(rules).collect();
    let checker = if steps.is_empty() { quote!(_checker) } else { quote!(checker) };
    quote! {
        impl crate::Check for #name {
            fn check(&self, #checker: &mut crate::Checker) { #steps }
        }
    }
}

fn check_field(field: &Field, limited: &HashSet<&str>) -> TokenStream {
    let wire = &field.wire;
    let name = ident(&field.rust);
    let limits = field.limits.iter().map(|limit| {
        let method = ident(limit.key());
        let number = Literal::i64_unsuffixed(limit.number());
        quote!(checker.#method(#wire, &self.#name, #number);)
    });
    let nested = is_limited(&field.ty, limited).then(|| quote!(checker.nested(#wire, &self.#name);));
    quote!(#(#limits)* #nested)
}

fn check_union(union: &Union, limited: &HashSet<&str>) -> TokenStream {
    let name = ident(&union.name);
    let arms = union.variants.iter().filter(|variant| is_limited(&variant.ty, limited)).map(|variant| {
        let (name, content) = (ident(&variant.name), &variant.content);
        quote!(Self::#name(content) => checker.nested(#content, content),)
    });
    quote! {
        impl crate::Check for #name {
            fn check(&self, checker: &mut crate::Checker) {
                match self {
                    #(#arms)*
                    _ => {}
                }
            }
        }
    }
}
