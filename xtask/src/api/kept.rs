//! Determines which fields of a thing a response can return as they were sent.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Api, Endpoint, Field, Keeps, Module, Struct, Ty};
use crate::spec::{FieldPath, Made, Repr};

/// The depth to which types are compared.
const MAX_DEPTH: usize = 8;

/// A struct, and the module that defines its types.
type Within<'a> = (&'a Module, &'a Struct);

/// A struct with values that are kept, some of them under another name.
#[derive(Clone, Copy)]
struct Source<'a> {
    within: Within<'a>,
    renames: Option<&'a IndexMap<String, String>>,
    /// The field that names the thing to change, which keeps its ID.
    id: Option<&'a str>,
}

impl<'a> Source<'a> {
    /// Returns the field whose values are kept under a name.
    fn field(&self, name: &str) -> Option<(&'a Module, &'a Field)> {
        let (module, structure) = self.within;
        let structure = Some(structure).filter(|_| self.id != Some(name))?;
        let renames = || self.renames.into_iter().flatten();
        let field = match renames().find(|(_, kept)| *kept == name) {
            Some((sent, _)) => structure.field(sent),
            None => structure.field(name).filter(|field| !renames().any(|(sent, _)| *sent == field.wire)),
        };
        Some((module, field?))
    }
}

impl Api {
    /// Returns the entries of the endpoints that create a thing.
    pub fn creators<'a>(&'a self, thing: &'a str) -> impl Iterator<Item = &'a Keeps> {
        self.keepers(thing).map(|(.., keeps)| keeps).filter(|keeps| keeps.does.creates())
    }

    /// Returns the things that calls make besides others, each with the kind of thing that it is made with.
    pub fn made(&self) -> impl Iterator<Item = (&str, &Made)> {
        let endpoints = self.modules.iter().flat_map(Module::endpoints);
        let all = endpoints.flat_map(|endpoint| endpoint.keeps.iter());
        all.flat_map(|keeps| keeps.makes.values().map(move |made| (keeps.thing.as_str(), made)))
    }

    /// Returns the ID of a thing that is made besides another, as the first example shows it.
    pub fn made_id(&self, made: &Made) -> Option<String> {
        let examples = self.keepers(&made.thing).flat_map(|(_, endpoint, _)| endpoint.examples.iter());
        let mut bodies = examples.filter_map(|example| serde_json::from_str::<Value>(&example.response).ok());
        bodies.find_map(|body| first_text(&body, &made.id))
    }

    /// Returns the endpoints that have an effect on a thing, with their modules.
    fn keepers<'a>(&'a self, thing: &'a str) -> impl Iterator<Item = (&'a Module, &'a Endpoint, &'a Keeps)> {
        self.modules.iter().flat_map(move |module| {
            let endpoints = module.endpoints();
            let keepers = endpoints
                .flat_map(move |endpoint| endpoint.keeps.iter().map(move |keeps| (module, endpoint, keeps)));
            keepers.filter(move |(.., keeps)| keeps.thing == thing)
        })
    }

    /// Returns the fields in which an endpoint's response can repeat values that were sent, or that were returned when the
    /// thing was created: their paths inside the thing. `path?` may be absent, `path=default` has a default, and of the items
    /// of `path[a b?]` these fields were sent. `path!` was sent in another form, so the example's value is returned.
    pub fn carried(&self, module: &Module, endpoint: &Endpoint, keeps: &Keeps) -> Vec<String> {
        let Some(response) = module.structure(&endpoint.response) else { return Vec::new() };
        let shown = match &keeps.at {
            _ if keeps.does.creates() => match keeps.inside(response) {
                Some(_) => Some(returned(module, response, keeps)),
                // The response itself repeats what the same call sends.
                None => return echoed(module, endpoint, keeps, response),
            },
            None if keeps.does.changes() => None,
            None => Some(response),
            Some(at) => structure_at(module, response, at),
        };
        let mut carried = shown.map(|shown| self.carried_by(module, shown, &keeps.thing)).unwrap_or_default();
        if keeps.does.creates() {
            // Other things that the call creates inside of it show themselves.
            let others = endpoint.keeps.iter().filter(|other| other.thing != keeps.thing);
            let places = others.filter_map(|other| other.id.as_ref()?.around());
            let inside: Vec<String> =
                places.filter_map(|place| place.steps().last().map(str::to_owned)).collect();
            carried.retain(|path| !inside.iter().any(|name| is_at(path, name)));
        }
        carried
    }

    /// Returns the same for the parts of the things that an endpoint lists, by where they are in a thing.
    pub fn carried_parts(
        &self,
        module: &Module,
        endpoint: &Endpoint,
        keeps: &Keeps,
        at: &str,
    ) -> Vec<String> {
        let thing = &keeps.parts[at].thing;
        let whole = module.structure(&endpoint.response).zip(keeps.at.as_ref());
        let whole = whole.and_then(|(response, at)| structure_at(module, response, at));
        let part = whole.and_then(|whole| structure_at(module, whole, &FieldPath::new(at)));
        part.map(|part| self.carried_by(module, part, thing)).unwrap_or_default()
    }

    fn carried_by(&self, module: &Module, shown: &Struct, thing: &str) -> Vec<String> {
        let mut sources = Vec::new();
        let made = self.made().filter(|(_, made)| made.thing == thing);
        let made = made.flat_map(|(_, made)| made.sets.keys().chain([&made.id]));
        let mut by_itself: HashSet<&str> = made.map(String::as_str).collect();
        for (module, endpoint, keeps) in self.keepers(thing) {
            if keeps.does.creates() || keeps.does.changes() {
                let id = keeps.id.as_ref().and_then(|id| id.steps().last()).filter(|_| keeps.does.changes());
                sources.extend(sent(module, endpoint, keeps).map(|sent| Source {
                    within: (module, sent),
                    renames: Some(&keeps.renames),
                    id,
                }));
            }
            by_itself.extend(keeps.sets.keys().map(String::as_str));
            if let Some(id) = keeps.id.as_ref().map(FieldPath::first).filter(|_| keeps.does.creates()) {
                // An ID that is made up, or listed beside the things.
                let renamed = keeps.renames.get(id).map(String::as_str);
                by_itself.extend(renamed.or(keeps.like.is_some().then_some(id)));
            }
            if keeps.does.creates()
                && let Some(response) = module.structure(&endpoint.response)
            {
                sources.push(Source {
                    within: (module, returned(module, response, keeps)),
                    renames: None,
                    id: None,
                });
            }
        }
        let mut carried = Vec::new();
        carry((module, shown), &sources, "", &mut carried);
        let own = shown.fields.iter().filter(|field| by_itself.contains(field.wire.as_str()));
        let own = own.filter(|field| !carried.iter().any(|path| is_at(path, &field.wire)));
        let own: Vec<String> =
            own.map(|field| format!("{}{}", field.wire, if field.optional { "?" } else { "" })).collect();
        carried.extend(own);
        carried
    }
}

/// Returns the first text of a field, at any depth.
fn first_text(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().find_map(|item| first_text(item, name)),
        Value::Object(fields) => {
            let own = fields.get(name).and_then(Value::as_str).map(str::to_owned);
            own.or_else(|| fields.values().find_map(|field| first_text(field, name)))
        }
        _ => None,
    }
}

/// Returns whether what is carried is the field with this name.
fn is_at(carried: &str, wire: &str) -> bool {
    carried.strip_prefix(wire).is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '=', '[', '!']))
}

/// Returns the fields in which a response repeats what the same call sends.
fn echoed(module: &Module, endpoint: &Endpoint, keeps: &Keeps, response: &Struct) -> Vec<String> {
    let sent = sent(module, endpoint, keeps);
    let source = sent.map(|sent| Source { within: (module, sent), renames: Some(&keeps.renames), id: None });
    let mut echoed = Vec::new();
    carry((module, response), source.as_slice(), "", &mut echoed);
    echoed
}

/// Returns the struct at a path of a response, or in a list there.
fn structure_at<'a>(module: &'a Module, response: &'a Struct, at: &FieldPath) -> Option<&'a Struct> {
    match &module.fields_at(response, at).pop()?.ty {
        Ty::List(item) if matches!(**item, Ty::Struct(_)) => module.structure(item.name()?),
        Ty::Struct(name) => module.structure(name),
        _ => None,
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
fn carry((module, shown): Within<'_>, sources: &[Source<'_>], prefix: &str, carried: &mut Vec<String>) {
    for field in shown.fields.iter().filter(|field| !field.embed) {
        let sent: Vec<(&Module, &Field)> =
            sources.iter().filter_map(|source| source.field(&field.wire)).collect();
        if sent.is_empty() {
            continue;
        }
        let path = format!("{prefix}{}", field.wire);
        if sent.iter().all(|(of, sent)| agree((module, &field.ty), (of, &sent.ty), MAX_DEPTH)) {
            let default =
                sent.iter().map(|(_, sent)| *sent).chain([field]).find_map(|field| field.default.as_deref());
            carried.push(match default {
                _ if field.optional => format!("{path}?"),
                Some(default) => format!("{path}={default}"),
                // What nobody turned on is off.
                None if field.ty == Ty::Flag => format!("{path}=0"),
                None if field.ty == Ty::Bool => format!("{path}=false"),
                None => path,
            });
        } else if let Some(inner) = structure(module, &field.ty).filter(|_| prefix.len() < 64) {
            carry((module, inner), &inside(&sent, structure), &format!("{path}."), carried);
        } else if let Some(inner) = item(module, &field.ty) {
            let (mut fields, sources) = (Vec::new(), inside(&sent, item));
            carry((module, inner), &sources, "", &mut fields);
            // An item of which only a part was sent so would contradict itself: the list is that of the example.
            let is_sent = |wire: &str| sources.iter().any(|source| source.field(wire).is_some());
            let is_carried = |wire: &str| {
                fields.iter().any(|path| is_at(path, wire) || path.starts_with(&format!("{wire}.")))
            };
            if inner.fields.iter().any(|field| is_sent(&field.wire) && !is_carried(&field.wire)) {
                carried.push(format!("{path}!"));
                continue;
            }
            let mut fields: Vec<&str> =
                fields.iter().map(|field| field.split('=').next().unwrap_or(field)).collect();
            // The items of lists inside are those of the example.
            fields.retain(|field| !field.contains(['[', '!']));
            if !fields.is_empty() {
                let absent = if field.optional { "?" } else { "" };
                carried.push(format!("{path}[{}]{absent}", fields.join(" ")));
            }
        }
    }
}

/// Returns the structs inside of fields that are sent; none if one of the fields has none.
fn inside<'a>(
    sent: &[(&'a Module, &'a Field)],
    structure: fn(&'a Module, &'a Ty) -> Option<&'a Struct>,
) -> Vec<Source<'a>> {
    let within = sent.iter().map(|(of, sent)| Some((*of, structure(of, &sent.ty)?)));
    let within: Option<Vec<Within<'_>>> = within.collect();
    within.into_iter().flatten().map(|within| Source { within, renames: None, id: None }).collect()
}

/// Returns the struct of a list's items.
fn item<'a>(module: &'a Module, ty: &'a Ty) -> Option<&'a Struct> {
    match ty {
        Ty::List(item) => structure(module, item),
        _ => None,
    }
}

fn structure<'a>(module: &'a Module, ty: &'a Ty) -> Option<&'a Struct> {
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
