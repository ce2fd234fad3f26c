//! The mock's table: what it checks of a request, and what it answers.

mod demands;

use std::collections::BTreeSet;

use indexmap::IndexMap;
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use serde_json::Value;

use super::items::{list, module_doc, raw_string};
use super::paths::rust_path;
use crate::api::{Api, Echo, Endpoint, Example, Keeps, Member, Module, Next, Pagination, Step, Struct, Ty};
use crate::spec::names::{ident, pascal};
use crate::spec::{self, Answer, Body, Credentials, FieldPath, Place, Style, wire_text};

/// The code for what is wrong with a parameter, where no other is documented.
const INVALID: i64 = 40058;

/// The routes of one spec file.
pub(super) fn module(api: &Api, module: &Module) -> TokenStream {
    let doc = module_doc(&module.title);
    let routes = module.endpoints().map(|endpoint| route(api, module, endpoint));
    quote! {
        #doc
        #[allow(unused_imports)]
        use crate::route::{
            Answer, Body, Case, Continuation, Does, Echo, Grants, Keeps, Makes, Paging, Parts, Route,
        };
        #[allow(unused_imports)]
        use crate::demands::{Demands, Group, Kinds, Limit};
        pub(crate) static ROUTES: &[Route] = &[#(#routes),*];
    }
}

/// The table of all routes.
pub(super) fn index(api: &Api) -> TokenStream {
    let modules = api.modules.iter().filter(|module| !module.needs_callback()).map(rust_path);
    quote! {
        /// The routes of every spec file.
        pub(crate) static ROUTES: &[&[crate::route::Route]] = &[#(#modules::ROUTES),*];

        #[cfg(feature = "push")]
        mod callbacks;
        #[cfg(feature = "push")]
        pub(crate) use callbacks::EXAMPLES;
    }
}

/// The examples of all callbacks.
pub(super) fn examples(api: &Api) -> TokenStream {
    let events = api.modules.iter().flat_map(Module::received).map(|event| {
        let id = &event.id;
        let payloads = event.examples.iter().map(|example| raw_string(example.payload.trim_end()));
        quote!((#id, &[#(#payloads),*]))
    });
    quote! {
        /// The examples of every callback, by its name.
        pub(crate) static EXAMPLES: &[(&str, &[&str])] = &[#(#events),*];
    }
}

fn route(api: &Api, module: &Module, endpoint: &Endpoint) -> TokenStream {
    let (id, path, method) = (&endpoint.id, &endpoint.path, endpoint.method.name());
    let body = ident(&pascal(endpoint.body.keyword()));
    let answer = ident(&pascal(endpoint.answer.keyword()));
    let request = module.structure(&endpoint.request).expect("every endpoint has a request");
    let query = request.sent_in(Place::Query).filter(|field| !field.optional).map(|field| &field.wire);
    let query_values = request.sent_in(Place::Query).filter_map(|field| {
        let (name, values) = (&field.wire, demands::values(module, field)?);
        Some(quote!((#name, #values)))
    });
    let grants = endpoint.grants.as_ref().map(|grants| {
        let (token, expires) = (&grants.token, &grants.expires);
        let Credentials { id, secret } = &grants.credentials;
        let parameter = grants.kind.parameter().expect("checked: a kind of token");
        quote!(Grants { parameter: #parameter, token: #token, expires: #expires, id: #id, secret: #secret })
    });
    let echoes = module
        .echoes(endpoint)
        .into_iter()
        .map(|Echo { list, of, fields }| quote!(Echo { list: #list, of: #of, fields: &[#(#fields),*] }));
    // What isn't the usual.
    let fields = [
        endpoint.token.parameter().map(|token| quote!(token: Some(#token))),
        (endpoint.body != Body::Json).then(|| quote!(body: Body::#body)),
        (endpoint.answer != Answer::Json).then(|| quote!(answer: Answer::#answer)),
        list(query).map(|query| quote!(query: #query)),
        list(query_values).map(|values| quote!(query_values: #values)),
        demands::of(module, endpoint, request).map(|demands| quote!(demands: #demands)),
        endpoint.pagination.as_ref().map(|pagination| {
            let paging = paging(pagination, request);
            quote!(paging: Some(#paging))
        }),
        grants.map(|grants| quote!(grants: Some(#grants))),
        list(endpoint.keeps.iter().map(|keeps| self::keeps(api, module, endpoint, keeps)))
            .map(|keeps| quote!(keeps: #keeps)),
        endpoint.examples.first().map(|example| {
            let response = raw_string(&module.succeeded(endpoint, example));
            quote!(response: #response)
        }),
        list(echoes).map(|echoes| quote!(echoes: #echoes)),
        list(cases(module, endpoint)).map(|cases| quote!(cases: #cases)),
    ];
    let fields = fields.into_iter().flatten();
    quote! {
        Route { id: #id, method: #method, path: #path, #(#fields,)* ..Route::NEW }
    }
}

/// The responses with other fields than the first, of examples that send another variant of a union: the tags distinguish them.
fn cases(module: &Module, endpoint: &Endpoint) -> Vec<TokenStream> {
    let tags = tags(module, &endpoint.request);
    let sent = |example: &Example| {
        let request: Value = serde_json::from_str(&example.request).unwrap_or_default();
        let tag = |path: &String| {
            let value = request.pointer(&format!("/{}", path.replace('.', "/")))?;
            Some((path.clone(), wire_text(value)))
        };
        tags.iter().filter_map(tag).collect::<Vec<(String, String)>>()
    };
    let shown = |example: &Example| {
        let response: Value = serde_json::from_str(&module.succeeded(endpoint, example)).unwrap_or_default();
        response.as_object().map(|fields| fields.keys().cloned().collect::<BTreeSet<String>>())
    };
    let mut known: Vec<Vec<(String, String)>> = Vec::new();
    let mut cases = Vec::new();
    for example in &endpoint.examples {
        let when = sent(example);
        if when.is_empty() || known.contains(&when) {
            continue;
        }
        if shown(example) != shown(&endpoint.examples[0]) {
            let pairs = when.iter().map(|(path, value)| quote!((#path, #value)));
            let response = raw_string(&module.succeeded(endpoint, example));
            cases.push(quote!(Case { when: &[#(#pairs),*], response: #response }));
        }
        known.push(when);
    }
    cases
}

/// The paths of all tags in a request that are in no list.
fn tags(module: &Module, request: &str) -> BTreeSet<String> {
    let mut tags = BTreeSet::new();
    module.walk(request, |path, member| {
        if let Member::Variant(union, _) = member
            && !union.tag.is_empty()
        {
            let around = if union.style == Style::Sibling { &path[..path.len() - 1] } else { path };
            let tag = [around, &[Step::Key(&union.tag)]].concat();
            tags.insert(dotted(&tag));
        }
        path.iter().all(|step| matches!(step, Step::Key(_)))
            && !member.ty().is_some_and(|ty| matches!(ty, Ty::List(_) | Ty::Map(_)))
    });
    tags
}

/// The names that pages use for the number of items that a request with a cursor asks for.
const LIMITS: [&str; 4] = ["limit", "size", "page_size", "count"];

/// The paging of an endpoint.
fn paging(pagination: &Pagination, request: &Struct) -> TokenStream {
    let start = pagination.start.to_string();
    let numeric = pagination.numeric;
    let text = |path: Option<&FieldPath>| option(path.map(ToString::to_string));
    let (next, limit) = match &pagination.next {
        Next::Cursor(next) => {
            let limit = request.fields.iter().find(|field| LIMITS.contains(&field.wire.as_str()));
            (text(Some(next)), option(limit.map(|field| &field.wire)))
        }
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

/// The effects on things.
fn keeps(api: &Api, module: &Module, endpoint: &Endpoint, keeps: &Keeps) -> TokenStream {
    let (thing, id) = (&keeps.thing, keeps.id.as_ref().map(ToString::to_string).unwrap_or_default());
    let from = option(keeps.from.as_ref().map(ToString::to_string));
    let at = option(keeps.at.as_ref().map(ToString::to_string));
    let renames = pairs(&keeps.renames);
    let content = option(keeps.content.as_ref());
    let fields = || {
        let fields = api.carried(module, endpoint, keeps);
        quote!(&[#(#fields),*])
    };
    let does = match keeps.does {
        spec::Does::Creates | spec::Does::Puts => {
            let taken = Literal::i64_unsuffixed(keeps.taken.unwrap_or(INVALID));
            let (existing, fields, replaces) = (&keeps.existing, fields(), keeps.does == spec::Does::Puts);
            quote! {
                Does::Create {
                    id: #id,
                    from: #from,
                    renames: #renames,
                    existing: &[#(#existing),*],
                    replaces: #replaces,
                    content: #content,
                    fields: #fields,
                    taken: #taken,
                }
            }
        }
        spec::Does::Changes | spec::Does::Replaces => {
            let (fields, maps) = (fields(), keeps.maps(module, endpoint));
            let (adds, drops) = (&keeps.adds, &keeps.drops);
            let replaces = keeps.does == spec::Does::Replaces;
            quote! {
                Does::Change {
                    id: #id,
                    from: #from,
                    renames: #renames,
                    replaces: #replaces,
                    maps: &[#(#maps),*],
                    adds: &[#(#adds),*],
                    drops: &[#(#drops),*],
                    at: #at,
                    fields: #fields,
                }
            }
        }
        spec::Does::Removes => {
            let with = pairs(&keeps.with);
            quote!(Does::Remove { id: #id, with: #with })
        }
        spec::Does::Uses => quote!(Does::Use { id: #id }),
        spec::Does::Gets => {
            let fields = fields();
            let shows = keeps.shows.iter().map(|(place, field)| {
                let (list, field_of_items) = place.rsplit_once('.').expect("checked: in the items of a list");
                quote!((#list, #field_of_items, #field))
            });
            let instead = option(instead(module, endpoint, keeps).map(|body| raw_string(&body)));
            quote! {
                Does::Get {
                    id: #id,
                    at: #at,
                    instead: #instead,
                    content: #content,
                    fields: #fields,
                    shows: &[#(#shows),*],
                }
            }
        }
        spec::Does::Lists => {
            let fields = fields();
            let at =
                keeps.at.as_ref().map(ToString::to_string).expect("checked: things are listed in a field");
            let (below, each) = (option(keeps.below.as_ref()), option(keeps.each.as_ref()));
            let parts = keeps.parts.iter().map(|(at, parts)| {
                let spec::Parts { thing, of, narrowed } = parts;
                let (narrowed, fields) = (pairs(narrowed), api.carried_parts(module, endpoint, keeps, at));
                quote!(Parts { at: #at, thing: #thing, of: #of, narrowed: #narrowed, fields: &[#(#fields),*] })
            });
            quote! {
                Does::List {
                    at: #at,
                    below: #below,
                    each: #each,
                    fields: #fields,
                    parts: &[#(#parts),*],
                }
            }
        }
    };
    let made = || api.made().filter(|(_, made)| made.thing == *thing).find_map(|(_, made)| made.unknown);
    let unknown = api.creators(thing).find_map(|creator| creator.unknown).or_else(made).unwrap_or(INVALID);
    let unknown = Literal::i64_unsuffixed(unknown);
    let rest = rest(api, keeps).into_iter().flatten();
    quote!(Keeps { thing: #thing, unknown: #unknown, does: #does, #(#rest,)* ..Keeps::NEW })
}

/// Returns the fields of an effect that aren't the usual.
fn rest(api: &Api, keeps: &Keeps) -> [Option<TokenStream>; 11] {
    let only = keeps.only.iter().map(|(field, values)| {
        let values = values.iter().map(wire_text);
        quote!((#field, &[#(#values),*]))
    });
    let makes = keeps.makes.iter().map(|(number, made)| {
        let spec::Made { thing, id, .. } = made;
        let like = option(api.made_id(made));
        let sets = sets(&made.sets);
        quote!(Makes { number: #number, thing: #thing, id: #id, like: #like, sets: &[#(#sets),*] })
    });
    let opens: BTreeSet<&str> = if keeps.does.creates() {
        api.made().filter(|(of, _)| *of == keeps.thing).map(|(_, made)| &*made.thing).collect()
    } else {
        BTreeSet::new()
    };
    let narrowed = list(keeps.narrowed.iter().map(|(asked, field)| quote!((#asked, #field))));
    let refused = keeps.refused.map(Literal::i64_unsuffixed);
    [
        narrowed.map(|narrowed| quote!(narrowed: #narrowed)),
        keeps.through.iter().next().map(|(kind, field)| quote!(through: Some((#kind, #field)))),
        keeps.like.as_ref().map(ToString::to_string).map(|like| quote!(like: Some(#like))),
        keeps.adopts.then(|| quote!(adopts: true)),
        list(only).map(|only| quote!(only: #only)),
        refused.map(|refused| quote!(refused: #refused)),
        list(sets(&keeps.sets)).map(|sets| quote!(sets: #sets)),
        list(makes).map(|makes| quote!(makes: #makes)),
        list(opens).map(|opens| quote!(opens: #opens)),
        keeps.any.as_ref().map(|any| quote!(any: Some(#any))),
        keeps.missing.as_ref().map(|missing| quote!(missing: Some(#missing))),
    ]
}

/// The fields that a call sets by itself, as JSON.
fn sets(of: &IndexMap<String, Value>) -> impl Iterator<Item = TokenStream> {
    of.iter().map(|(name, value)| {
        let value = value.to_string();
        quote!((#name, #value))
    })
}

/// The first example that shows a thing where it is returned, unless that is the first of all.
fn instead(module: &Module, endpoint: &Endpoint, keeps: &Keeps) -> Option<String> {
    let place = keeps.at.as_ref()?.to_string().replace('.', "/");
    let shows = |example: &&Example| {
        let response: Value = serde_json::from_str(&example.response).unwrap_or_default();
        response.pointer(&format!("/{place}")).is_some()
    };
    let example = endpoint.examples.iter().find(shows)?;
    let is_first = std::ptr::eq(example, &raw const endpoint.examples[0]);
    (!is_first).then(|| module.succeeded(endpoint, example))
}

fn pairs(of: &IndexMap<String, String>) -> TokenStream {
    let pairs = of.iter().map(|(from, to)| quote!((#from, #to)));
    quote!(&[#(#pairs),*])
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
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
