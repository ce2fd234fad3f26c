//! The mock's table: what it checks of a request, and what it answers.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::items::{module_doc, raw_string};
use super::rust_path;
use crate::api::{Api, Endpoint, Module, Next, Pagination, Place, Rest, Ty, Type, Way};
use crate::spec::names::{ident, pascal};

/// The routes of one spec file.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = module_doc(&module.title);
    let routes = module.endpoints.iter().map(|endpoint| route(module, endpoint));
    quote! {
        #doc
        #[allow(unused_imports)]
        use crate::route::{Answer, Body, Grants, Paging, Rest, Route};
        pub(crate) static ROUTES: &[Route] = &[#(#routes),*];
    }
}

/// The table of all routes.
pub(super) fn index(api: &Api) -> TokenStream {
    let modules = api.modules.iter().map(rust_path);
    quote! {
        /// The routes of every spec file.
        pub(crate) static ROUTES: &[&[crate::route::Route]] = &[#(#modules::ROUTES),*];
    }
}

fn route(module: &Module, endpoint: &Endpoint) -> TokenStream {
    let (id, path, method) = (&endpoint.id, &endpoint.path, endpoint.method.name());
    let token = option(endpoint.token.parameter());
    let body = ident(&pascal(endpoint.body.keyword()));
    let answer = ident(&pascal(endpoint.answer.keyword()));
    let request = module.structure(&endpoint.request).expect("every endpoint has a request");
    let mut query = Vec::new();
    let mut required = Vec::new();
    for field in &request.fields {
        match (&field.ty, field.place) {
            (Ty::Union(name, _), _) if field.embed => required.extend(tag(module, name)),
            (_, Place::Header) => {}
            (_, Place::Query) if field.optional => {}
            (_, Place::Query) => query.push(field.wire.clone()),
            (ty, Place::Body) if field.optional => {
                nested_paths(module, &field.wire, ty, &mut Vec::new(), &mut required);
            }
            (ty, Place::Body) => required_paths(module, &field.wire, ty, &mut Vec::new(), &mut required),
        }
    }
    let paging = option(endpoint.pagination.as_ref().map(paging));
    let grants = option(endpoint.grants.as_ref().map(|grants| {
        let (token, expires, id, secret) = (&grants.token, &grants.expires, &grants.id, &grants.secret);
        let parameter = grants.kind.parameter().expect("checked: a kind of token");
        quote!(Grants { parameter: #parameter, token: #token, expires: #expires, id: #id, secret: #secret })
    }));
    let response = raw_string(endpoint.examples.first().map_or("{}", |example| example.response.trim_end()));
    quote! {
        Route {
            id: #id,
            method: #method,
            path: #path,
            token: #token,
            body: Body::#body,
            answer: Answer::#answer,
            query: &[#(#query),*],
            required: &[#(#required),*],
            paging: #paging,
            grants: #grants,
            response: #response,
        }
    }
}

/// How an endpoint is paged.
fn paging(pagination: &Pagination) -> TokenStream {
    let start = &pagination.start.wire;
    let numeric = pagination.numeric();
    let (next, limit) = match &pagination.next {
        Next::Cursor(next) => (Some(next.wire()), None),
        Next::Offset { limit } => (None, limit.as_ref().map(|limit| &limit.wire)),
    };
    let (next, limit) = (option(next), option(limit));
    let rest = option(pagination.rest.as_ref().map(|rest| {
        let (kind, way) = match rest {
            Rest::More(way) => ("More", way),
            Rest::End(way) => ("End", way),
            Rest::Total(way) => ("Total", way),
        };
        let (kind, way) = (ident(kind), way.wire());
        quote!(Rest::#kind(#way))
    }));
    let items = option(pagination.items.as_ref().map(Way::wire));
    quote! {
        Paging { start: #start, numeric: #numeric, next: #next, limit: #limit, rest: #rest, items: #items }
    }
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

/// The tag of a union.
fn tag(module: &Module, name: &str) -> Option<String> {
    module.types.iter().find_map(|ty| match ty {
        Type::Union(union) if union.name == name && !union.tag.is_empty() => Some(union.tag.clone()),
        _ => None,
    })
}

/// The path of a required field, and of what is required inside it.
fn required_paths(module: &Module, path: &str, ty: &Ty, above: &mut Vec<String>, paths: &mut Vec<String>) {
    paths.push(path.to_owned());
    nested_paths(module, path, ty, above, paths);
}

/// The paths of what is required inside a field, if the field is there.
fn nested_paths(module: &Module, path: &str, ty: &Ty, above: &mut Vec<String>, paths: &mut Vec<String>) {
    match ty {
        Ty::List(item) => nested_paths(module, &format!("{path}[]"), item, above, paths),
        Ty::Struct(name) if !above.contains(name) => {
            let structure = module.structure(name).expect("checked: the type exists");
            above.push(name.clone());
            for field in &structure.fields {
                let path = format!("{path}.{}", field.wire);
                if field.optional {
                    nested_paths(module, &path, &field.ty, above, paths);
                } else {
                    required_paths(module, &path, &field.ty, above, paths);
                }
            }
            above.pop();
        }
        _ => {}
    }
}
