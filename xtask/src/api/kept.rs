//! Determines which fields of a thing a response can return as they were sent.

use std::collections::HashSet;

use super::{Api, Endpoint, Field, Keeps, Module, Struct, Ty};
use crate::spec::{Does, FieldPath, Repr};

/// The depth to which types are compared.
const MAX_DEPTH: usize = 8;

/// A struct, and the module that defines its types.
type Within<'a> = (&'a Module, &'a Struct);

impl Api {
    /// Returns the entries of the endpoints that create a thing.
    pub fn creators<'a>(&'a self, thing: &'a str) -> impl Iterator<Item = &'a Keeps> {
        self.keepers(thing).map(|(.., keeps)| keeps).filter(|keeps| keeps.does == Does::Creates)
    }

    /// Returns the endpoints that have an effect on a thing, with their modules.
    fn keepers<'a>(&'a self, thing: &'a str) -> impl Iterator<Item = (&'a Module, &'a Endpoint, &'a Keeps)> {
        self.modules.iter().flat_map(move |module| {
            let endpoints = module.endpoints();
            let keepers =
                endpoints.filter_map(move |endpoint| Some((module, endpoint, endpoint.keeps.as_ref()?)));
            keepers.filter(move |(.., keeps)| keeps.thing == thing)
        })
    }

    /// Returns the fields in which an endpoint's response can repeat values that were sent, or that were returned when the
    /// thing was created: their paths inside the thing, with a `?` after those that may be absent.
    pub fn carried(&self, module: &Module, endpoint: &Endpoint, keeps: &Keeps) -> Vec<String> {
        let (mut sources, mut by_itself) = (Vec::new(), HashSet::new());
        for (module, endpoint, keeps) in self.keepers(&keeps.thing) {
            if matches!(keeps.does, Does::Creates | Does::Changes) {
                sources.extend(sent(module, endpoint, keeps).map(|sent| (module, sent)));
            }
            by_itself.extend(keeps.sets.keys().map(String::as_str));
            if keeps.does == Does::Creates
                && let Some(response) = module.structure(&endpoint.response)
            {
                sources.push((module, returned(module, response, keeps)));
            }
        }
        let response = module.structure(&endpoint.response);
        let shown = match &keeps.at {
            _ if matches!(keeps.does, Does::Creates | Does::Changes) => {
                response.map(|response| returned(module, response, keeps))
            }
            None => response,
            Some(at) => response.and_then(|response| match &module.fields_at(response, at).pop()?.ty {
                Ty::List(item) if matches!(**item, Ty::Struct(_)) => module.structure(item.name()?),
                Ty::Struct(name) => module.structure(name),
                _ => None,
            }),
        };
        let mut carried = Vec::new();
        if let Some(shown) = shown {
            carry((module, shown), &sources, "", &mut carried);
            let own =
                shown.fields.iter().map(|field| field.wire.as_str()).filter(|wire| by_itself.contains(wire));
            let own: Vec<String> =
                own.filter(|wire| !carried.iter().any(|path| path == wire)).map(str::to_owned).collect();
            carried.extend(own);
        }
        carried
    }
}

impl Keeps {
    /// Returns the path of the object in a response that contains the ID of a created thing.
    pub fn inside(&self, response: &Struct) -> Option<FieldPath> {
        let id = self.id.as_ref()?;
        response.field(id.first())?;
        id.around()
    }

    /// Returns the fields of a change that are maps: their other entries stay.
    pub fn maps<'a>(&self, module: &'a Module, endpoint: &Endpoint) -> Vec<&'a str> {
        let fields = sent(module, endpoint, self).map_or(&[][..], |sent| &sent.fields);
        let maps = fields.iter().filter(|field| matches!(field.ty, Ty::Map(_)));
        maps.map(|field| field.wire.as_str()).collect()
    }
}

/// Returns the struct in a request that describes a thing: the request itself, or an object inside it.
fn sent<'a>(module: &'a Module, endpoint: &Endpoint, keeps: &Keeps) -> Option<&'a Struct> {
    let request = module.structure(&endpoint.request)?;
    match &keeps.from {
        Some(from) => module.structure(module.fields_at(request, from).pop()?.ty.name()?),
        None => Some(request),
    }
}

/// Returns the struct in a response that describes a created thing: the response itself, or an object inside it.
fn returned<'a>(module: &'a Module, response: &'a Struct, keeps: &Keeps) -> &'a Struct {
    let inside = keeps.inside(response);
    let last = inside.and_then(|inside| module.fields_at(response, &inside).pop());
    last.and_then(|field| module.structure(field.ty.name()?)).unwrap_or(response)
}

/// Adds the paths of the fields that agree with all fields of the same name in the sources; if a struct doesn't agree as a
/// whole, adds those of its fields that do.
fn carry((module, shown): Within<'_>, sources: &[Within<'_>], prefix: &str, carried: &mut Vec<String>) {
    for field in shown.fields.iter().filter(|field| !field.embed) {
        let sent = sources.iter().filter_map(|(module, sent)| Some((*module, sent.field(&field.wire)?)));
        let sent: Vec<(&Module, &Field)> = sent.collect();
        if sent.is_empty() {
            continue;
        }
        let path = format!("{prefix}{}", field.wire);
        if sent.iter().all(|(of, sent)| agree((module, &field.ty), (of, &sent.ty), MAX_DEPTH)) {
            carried.push(if field.optional { format!("{path}?") } else { path });
        } else if let Some(inner) = structure(module, &field.ty).filter(|_| prefix.len() < 64) {
            let sources = sent.iter().filter_map(|(of, sent)| Some((*of, structure(of, &sent.ty)?)));
            let sources: Vec<Within<'_>> = sources.collect();
            if sources.len() == sent.len() {
                carry((module, inner), &sources, &format!("{path}."), carried);
            }
        }
    }
}

fn structure<'a>(module: &'a Module, ty: &Ty) -> Option<&'a Struct> {
    match ty {
        Ty::Struct(name) => module.structure(name),
        _ => None,
    }
}

/// Returns whether the shown type accepts every value of the sent type.
fn agree(shown: (&Module, &Ty), sent: (&Module, &Ty), depth: usize) -> bool {
    let (here, there) = (shown.0, sent.0);
    let inner = |a: &Ty, b: &Ty| depth > 0 && agree((here, a), (there, b), depth - 1);
    let alike = |name: &str, other: &str| std::ptr::eq(here, there) && name == other;
    match (shown.1, sent.1) {
        (Ty::Any, _) | (Ty::Bool, Ty::Bool) | (Ty::Flag, Ty::Flag) => true,
        (Ty::List(a), Ty::List(b))
        | (Ty::Map(a), Ty::Map(b))
        | (Ty::Json(a), Ty::Json(b))
        | (Ty::Pipe(a), Ty::Pipe(b))
        | (Ty::Csv(a), Ty::Csv(b))
        | (Ty::OrText(a), Ty::OrText(b)) => inner(a, b),
        (Ty::Union(a, _), Ty::Union(b, _)) => alike(a, b),
        (Ty::Struct(a), Ty::Struct(b)) => {
            alike(a, b)
                || here.structure(a).zip(there.structure(b)).is_some_and(|(a, b)| {
                    let required = a.fields.iter().filter(|field| !field.optional);
                    required.into_iter().all(|field| b.field(&field.wire).is_some_and(|sent| !sent.optional))
                        && b.fields.iter().all(|sent| {
                            let field = a.field(&sent.wire);
                            field.is_some_and(|field| inner(&field.ty, &sent.ty))
                        })
                })
        }
        (a, b) => is_text(a) && is_text(b) || is_number(a) && is_number(b),
    }
}

fn is_text(ty: &Ty) -> bool {
    matches!(ty, Ty::String | Ty::Secret | Ty::Enum(_, Repr::String))
}

fn is_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Uint | Ty::Timestamp | Ty::F64 | Ty::Enum(_, Repr::Int))
}
