//! What requests know of their endpoints, and the documented limits of what is sent.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::wire::{chain, put};
use super::{gate, items, rust_path};
use crate::api::{
    Answer, Api, Body, Endpoint, Field, Module, Next, Pagination, Place, Rest, Rule, Struct, Style, Token,
    Ty, Type, Union,
};
use crate::spec::names::{ident, pascal};

/// The impls for the requests of one spec file.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = items::module_doc(&module.title);
    let path = rust_path(module);
    let limited = limited(module);
    let endpoints = module.endpoints.iter().map(|endpoint| {
        let request = module.structure(&endpoint.request).expect("every endpoint has a request");
        let check = check_struct(request, &limited);
        let endpoint_impl = endpoint_impl(endpoint, request);
        let paged = endpoint.pagination.as_ref().map(|pagination| paged_impl(endpoint, pagination));
        let signed = signed_impl(endpoint);
        quote!(#endpoint_impl #check #paged #signed)
    });
    let is_request = |name: &str| module.endpoints.iter().any(|endpoint| endpoint.request == name);
    let parts =
        module.types.iter().filter(|ty| !is_request(ty.name()) && limited.contains(ty.name())).map(|ty| {
            match ty {
                Type::Struct(structure) => check_struct(structure, &limited),
                Type::Union(union) => check_union(union, &limited),
                Type::Enum(_) => TokenStream::new(),
            }
        });
    let items = module.endpoints.iter().filter_map(|endpoint| endpoint.pagination.as_ref());
    let names = items.flat_map(|pagination| std::iter::successors(pagination.item(), |ty| ty.inner()));
    let json = answers(module, "json_answers", Answer::Json);
    let xml = answers(module, "xml_answers", Answer::Xml);
    let imports = items::imports(names.filter_map(items::support_type), &quote!(wecom_models));
    quote! {
        #doc
        #[allow(unused_imports)]
        use wecom_models::#path::*;
        #imports
        #(#endpoints)*
        #(#parts)*
        #json
        #xml
    }
}

fn answers(module: &Module, name: &str, answer: Answer) -> Option<TokenStream> {
    let answers = module.endpoints.iter().filter(|endpoint| endpoint.answer == answer);
    let types: Vec<_> = answers.map(|endpoint| ident(&endpoint.response)).collect();
    let name = ident(name);
    (!types.is_empty()).then(|| quote!(crate::#name! { #(#types),* }))
}

/// The table of all endpoints, and where that of the error codes is.
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
        /// The error codes that any endpoint may answer with.
        pub(crate) mod errcode;

        /// Every endpoint of the families that are compiled in.
        pub const ENDPOINTS: &[&crate::Meta] = &[#(#entries)*];
    }
}

fn endpoint_impl(endpoint: &Endpoint, request: &Struct) -> TokenStream {
    let name = ident(&endpoint.request);
    let model = ident(&endpoint.response);
    let response = match endpoint.answer {
        Answer::Json | Answer::Xml => quote!(#model),
        Answer::File => quote!(wecom_models::File),
        Answer::FileOrJson => quote!(wecom_models::FileOr<#model>),
    };
    let token = ident(&token_type(endpoint.token));
    let (id, title, path, page) = (&endpoint.id, &endpoint.title, &endpoint.path, &endpoint.page_url);
    let method = ident(endpoint.method.name());
    let host = ident(&pascal(endpoint.host.keyword()));
    let answer = ident(&pascal(endpoint.answer.keyword()));
    let safe = endpoint.safe;
    let rates = endpoint.rates.iter().map(|(calls, period)| {
        let calls = Literal::u32_unsuffixed(*calls);
        let period = ident(&pascal(crate::api::period(*period)));
        quote!(crate::Rate { calls: #calls, per: crate::Period::#period })
    });
    let concurrency = match endpoint.concurrency.map(Literal::u32_unsuffixed) {
        Some(calls) => quote!(Some(#calls)),
        None => quote!(None),
    };
    let query = parameters("query", "Query", request, Place::Query);
    let headers = parameters("headers", "Headers", request, Place::Header);
    let body = match endpoint.body {
        Body::Json => None,
        Body::Xml => Some(quote! {
            fn body(&self) -> Result<crate::Body, crate::BuildError> {
                crate::xml::write(self)
            }
        }),
        Body::Multipart => Some(form(request)),
    };
    quote! {
        impl crate::Endpoint for #name {
            type Response = #response;
            type Token = crate::token::#token;

            const META: &'static crate::Meta = &crate::Meta {
                id: #id,
                title: #title,
                method: http::Method::#method,
                host: crate::Host::#host,
                path: #path,
                page: #page,
                token: crate::TokenKind::#token,
                answer: crate::AnswerKind::#answer,
                safe: #safe,
                rates: &[#(#rates),*],
                concurrency: #concurrency,
            };

            #query
            #headers
            #body
        }
    }
}

/// What a kind of token is called in Rust.
pub(crate) fn token_type(token: Token) -> String {
    match token {
        Token::None => "NoToken".to_owned(),
        other => pascal(other.keyword()),
    }
}

/// A method that puts the fields of one place where they go.
fn parameters(method: &str, output: &str, request: &Struct, place: Place) -> Option<TokenStream> {
    let puts: Vec<TokenStream> = request.sent_in(place).map(put).collect();
    if puts.is_empty() {
        return None;
    }
    let (method, output, puts) = (ident(method), ident(output), chain(puts));
    Some(quote! {
        fn #method(&self, out: &mut crate::#output) -> Result<(), serde_json::Error> {
            #[allow(unused_imports)]
            use wecom_models::wire::{self, Output as _};
            #puts
        }
    })
}

/// The body of a request with a file.
fn form(request: &Struct) -> TokenStream {
    let parts: Vec<TokenStream> = request
        .sent_in(Place::Body)
        .map(|field| {
            let (wire, name) = (&field.wire, ident(&field.rust));
            match (&field.ty, field.optional) {
                (Ty::File, false) => quote!(form.file(#wire, &self.#name);),
                (Ty::File, true) => quote!(if let Some(file) = &self.#name { form.file(#wire, file); }),
                _ => {
                    let put = put(field);
                    quote!({ let out = &mut form; #put?; })
                }
            }
        })
        .collect();
    quote! {
        fn body(&self) -> Result<crate::Body, crate::BuildError> {
            #[allow(unused_imports)]
            use wecom_models::wire::{self, Output as _};
            let mut form = crate::Form::default();
            #(#parts)*
            form.finish()
        }
    }
}

fn signed_impl(endpoint: &Endpoint) -> Option<TokenStream> {
    let sign = endpoint.sign.as_ref()?;
    let name = ident(&endpoint.request);
    let set = |field: &Field, value: TokenStream| {
        let name = ident(&field.rust);
        if field.optional { quote!(self.#name = Some(#value);) } else { quote!(self.#name = #value;) }
    };
    let (nonce, ts, sig) =
        (set(&sign.nonce, quote!(nonce)), set(&sign.ts, quote!(time)), set(&sign.sig, quote!(signature)));
    Some(quote! {
        impl crate::Signed for #name {
            fn set_signature(&mut self, nonce: String, time: wecom_models::Timestamp, signature: String) {
                #nonce
                #ts
                #sig
            }
        }
    })
}

fn paged_impl(endpoint: &Endpoint, pagination: &Pagination) -> TokenStream {
    let name = ident(&endpoint.request);
    let (this, page) = (quote!(self), quote!(page));
    let start = optional_ref(&this, [&pagination.start]);
    let field = ident(&pagination.start.rust);
    let unwrap = (!pagination.start.optional).then(|| quote!(.unwrap_or_default()));
    let rest = match &pagination.rest {
        None => quote!(Unsaid),
        Some(rest) => {
            let (kind, way) = match rest {
                Rest::More(way) => ("more", way),
                Rest::End(way) => ("end", way),
                Rest::Total(way) => ("total", way),
            };
            let (kind, said) = (ident(kind), optional_ref(&page, &way.0));
            quote!(#kind(#said))
        }
    };
    let items = pagination.items.as_ref().map(|items| optional_ref(&page, &items.0));
    let next = match &pagination.next {
        Next::Cursor(next) => {
            let next = optional_ref(&page, &next.0);
            quote!(next_cursor(#next, crate::paging::Rest::#rest))
        }
        Next::Offset { limit } => {
            let limit = match limit {
                Some(limit) => optional_ref(&this, [limit]),
                None => quote!(None::<&u32>),
            };
            quote!(next_offset(#start, #limit, #items, crate::paging::Rest::#rest))
        }
    };
    let items = pagination.items.as_ref().zip(pagination.item()).map(|(items, item)| {
        let item = items::rust_type(item);
        let steps = items.0.iter().map(|field| {
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
    quote! {
        impl crate::Paged for #name {
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

        #items
    }
}

/// A reference to a field some steps away, if all of them are there.
fn optional_ref<'a>(base: &TokenStream, steps: impl IntoIterator<Item = &'a Field>) -> TokenStream {
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

/// The sent types with limits or rules, of their own or further inside.
pub(crate) fn limited(module: &Module) -> HashSet<&str> {
    let sent = || module.types.iter().filter(|ty| ty.direction().sent);
    let mut limited: HashSet<&str> = HashSet::new();
    loop {
        let before = limited.len();
        for ty in sent() {
            let found = match ty {
                Type::Enum(_) => false,
                Type::Struct(structure) => {
                    let is_limited =
                        |field: &Field| !field.limits.is_empty() || is_limited(&field.ty, &limited);
                    !structure.rules.is_empty() || structure.fields.iter().any(is_limited)
                }
                Type::Union(union) => union
                    .variants
                    .iter()
                    .filter_map(|variant| variant.ty.as_ref())
                    .any(|ty| is_limited(ty, &limited)),
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

fn check_struct(structure: &Struct, limited: &HashSet<&str>) -> TokenStream {
    let name = ident(&structure.name);
    let fields = structure.fields.iter().map(|field| check_field(field, limited));
    let rules = structure.rules.iter().map(check_rule);
    let steps: TokenStream = fields.chain(rules).collect();
    let checker = if steps.is_empty() { quote!(_checker) } else { quote!(checker) };
    quote! {
        impl crate::Check for #name {
            fn check(&self, #checker: &mut crate::Checker) { #steps }
        }
    }
}

fn check_rule(rule: &Rule) -> TokenStream {
    let group = |method: &str, fields: &[Field]| {
        let method = ident(method);
        let fields = fields.iter().map(|field| {
            let (wire, name) = (&field.wire, ident(&field.rust));
            quote!((#wire, self.#name.is_some()))
        });
        quote!(checker.#method(&[#(#fields),*]);)
    };
    match rule {
        Rule::MaxSpan { from, to, days } => {
            let (from_wire, to_wire) = (&from.wire, &to.wire);
            let (from, to) = (ident(&from.rust), ident(&to.rust));
            let days = Literal::u32_unsuffixed(*days);
            quote!(checker.max_span((#from_wire, &self.#from), (#to_wire, &self.#to), #days);)
        }
        Rule::ExactlyOne(fields) => group("exactly_one", fields),
        Rule::AtLeastOne(fields) => group("at_least_one", fields),
        Rule::AtMostOne(fields) => group("at_most_one", fields),
        Rule::RequiredWhen { field, when, is } => {
            let (field_wire, when_wire) = (&field.wire, &when.wire);
            let (field, when) = (ident(&field.rust), ident(&when.rust));
            quote!(checker.required_when((#field_wire, self.#field.is_some()), (#when_wire, &self.#when), &[#(#is),*]);)
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
    let nested = is_limited(&field.ty, limited).then(|| {
        if field.embed {
            quote!(crate::Check::check(&self.#name, checker);)
        } else {
            quote!(checker.nested(#wire, &self.#name);)
        }
    });
    quote!(#(#limits)* #nested)
}

fn check_union(union: &Union, limited: &HashSet<&str>) -> TokenStream {
    let name = ident(&union.name);
    let arms = union
        .variants
        .iter()
        .filter(|variant| variant.ty.as_ref().is_some_and(|ty| is_limited(ty, limited)))
        .map(|variant| {
            let (name, content) = (ident(&variant.name), &variant.content);
            match union.style {
                Style::Sibling | Style::Oneof => {
                    quote!(Self::#name(content) => checker.nested(#content, content),)
                }
                Style::Flat | Style::Kind => {
                    quote!(Self::#name(content) => crate::Check::check(content, checker),)
                }
            }
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
