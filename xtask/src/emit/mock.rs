//! The mock's table: what it checks of a request, and what it answers.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::items::{module_doc, raw_string};
use super::paths::rust_path;
use crate::api::{Api, Endpoint, Member, Module, Next, Pagination, Step, Struct, Ty, Type};
use crate::spec::names::{ident, pascal};
use crate::spec::{Credentials, FieldPath, Place};

/// The routes of one spec file.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = module_doc(&module.title);
    let routes = module.endpoints.iter().map(|endpoint| route(module, endpoint));
    quote! {
        #doc
        #[allow(unused_imports)]
        use crate::route::{Answer, Body, Grants, Paging, Continuation, Route};
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
    let query = request.sent_in(Place::Query).filter(|field| !field.optional).map(|field| &field.wire);
    let required = required(module, request);
    let paging = option(endpoint.pagination.as_ref().map(paging));
    let grants = option(endpoint.grants.as_ref().map(|grants| {
        let (token, expires) = (&grants.token, &grants.expires);
        let Credentials { id, secret } = &grants.credentials;
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
    let start = pagination.start.to_string();
    let numeric = pagination.numeric;
    let text = |path: Option<&FieldPath>| option(path.map(ToString::to_string));
    let (next, limit) = match &pagination.next {
        Next::Cursor(next) => (text(Some(next)), text(None)),
        Next::Offset { limit } => (text(None), text(limit.as_ref())),
    };
    let continuation = option(pagination.continuation.as_ref().map(|(continuation, path)| {
        let (kind, path) = (ident(&pascal(continuation.keyword())), path.to_string());
        quote!(Continuation::#kind(#path))
    }));
    let items = text(pagination.items.as_ref());
    quote! {
        Paging { start: #start, numeric: #numeric, next: #next, limit: #limit, continuation: #continuation, items: #items }
    }
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

/// The paths of what a request's body must hold; inside of what may be absent, of what it must hold if it is there.
fn required(module: &Module, request: &Struct) -> Vec<String> {
    let mut paths = Vec::new();
    module.walk(&request.name, |path, member| {
        let Member::Field(field) = member else { return false };
        if field.place != Place::Body {
            return false;
        }
        let union = field.ty.name().and_then(|name| module.named(name));
        match union {
            Some(Type::Union(union)) if field.embed => {
                let tagged = path.is_empty() && !union.tag.is_empty();
                paths.extend((tagged && !field.optional).then(|| union.tag.clone()));
            }
            _ => paths.extend((!field.optional).then(|| dotted(path))),
        }
        // Of other types, it isn't looked into what is inside.
        field.ty.layers().all(|ty| matches!(ty, Ty::List(_) | Ty::Struct(_)))
    });
    paths
}

/// `info[].userid`.
fn dotted(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(name) if text.is_empty() => text.push_str(name),
            Step::Key(name) => text.push_str(&format!(".{name}")),
            Step::Item => text.push_str("[]"),
            Step::Entry => text.push_str("{}"),
        }
    }
    text
}
