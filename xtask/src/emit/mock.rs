//! The mock's table: what it checks of a request, and what it answers.

use proc_macro2::TokenStream;
use quote::quote;

use super::items::{module_doc, raw_string};
use super::rust_path;
use crate::ir::{Api, Endpoint, Module, Place, Ty, Type};
use crate::names::{ident, pascal};

/// The routes of one spec file.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = module_doc(&module.title);
    let routes = module.endpoints.iter().map(|endpoint| route(module, endpoint));
    quote! {
        #doc
        #[allow(unused_imports)]
        use crate::route::{Answer, Body, Grants, Paging, Route};
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
    let token = match endpoint.token.parameter() {
        Some(parameter) => quote!(Some(#parameter)),
        None => quote!(None),
    };
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
    let paging = match &endpoint.pagination {
        None => quote!(None),
        Some(paging) => {
            let numeric = paging.next.ty != Ty::String;
            let (cursor, next, items) = (&paging.cursor.wire, &paging.next.wire, &paging.items.wire);
            let more = match &paging.more {
                Some(more) => {
                    let more = &more.wire;
                    quote!(Some(#more))
                }
                None => quote!(None),
            };
            quote!(Some(Paging { cursor: #cursor, next: #next, more: #more, items: #items, numeric: #numeric }))
        }
    };
    let grants = match &endpoint.grants {
        None => quote!(None),
        Some(grants) => {
            let (token, expires, id, secret) = (&grants.token, &grants.expires, &grants.id, &grants.secret);
            let parameter = grants.kind.parameter().expect("checked: a kind of token");
            quote!(Some(Grants { parameter: #parameter, token: #token, expires: #expires, id: #id, secret: #secret }))
        }
    };
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
