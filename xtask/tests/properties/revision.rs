//! Revisions of a spec from one version to the next.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::plan::{EndpointPlan, FieldPlan, Plan, TypePlan};

/// A change of a plan when its spec is revised.
#[derive(Clone, Debug)]
pub(crate) enum Revision {
    /// A change of a field of a request, a response or a struct.
    Field(Index, Index, &'static str),
    /// Adds, renames or removes an endpoint.
    Endpoint(Index, &'static str),
    /// Adds, replaces or removes a type.
    Type(Index, &'static str),
}

pub(crate) fn revision() -> impl Strategy<Value = Revision> {
    let field = select(vec!["optional", "limited", "type", "name", "remove", "add", "swap", "place"]);
    let endpoint = select(vec!["name", "remove", "add", "token", "answer", "paged", "ruled", "signed"]);
    let ty = select(vec!["remove", "add", "replace", "value"]);
    prop_oneof![
        5 => (any::<Index>(), any::<Index>(), field).prop_map(|(list, at, what)| Revision::Field(list, at, what)),
        2 => (any::<Index>(), endpoint).prop_map(|(at, what)| Revision::Endpoint(at, what)),
        1 => (any::<Index>(), ty).prop_map(|(at, what)| Revision::Type(at, what)),
    ]
}

impl Revision {
    /// Additions are taken from another plan.
    pub(crate) fn apply(&self, plan: &mut Plan, other: &Plan) {
        match self {
            Self::Field(list, at, what) => {
                let mut lists: Vec<&mut Vec<FieldPlan>> = Vec::new();
                for endpoint in &mut plan.endpoints {
                    lists.extend([&mut endpoint.request, &mut endpoint.response]);
                }
                lists.extend(plan.types.iter_mut().filter_map(|ty| match ty {
                    TypePlan::Struct(fields) => Some(fields),
                    _ => None,
                }));
                let list = list.index(lists.len());
                let others: Vec<&FieldPlan> = other
                    .endpoints
                    .iter()
                    .flat_map(|endpoint| endpoint.request.iter().chain(&endpoint.response))
                    .collect();
                revise_field(lists.swap_remove(list), *at, what, &others);
            }
            Self::Endpoint(at, what) => {
                revise_endpoint(&mut plan.endpoints, *at, what, at.get(&other.endpoints));
            }
            Self::Type(at, what) => revise_type(&mut plan.types, *at, what, &other.types),
        }
    }
}

fn revise_field(fields: &mut Vec<FieldPlan>, at: Index, what: &str, others: &[&FieldPlan]) {
    let other = (!others.is_empty()).then(|| (*at.get(others)).clone());
    if what == "add" || fields.is_empty() {
        fields.extend(other);
        return;
    }
    let at = at.index(fields.len());
    match (what, other) {
        ("optional", _) => fields[at].optional ^= true,
        ("limited", _) => fields[at].limited ^= true,
        ("type", Some(other)) => fields[at].ty = other.ty,
        ("name", Some(other)) => fields[at].name = other.name,
        ("place", Some(other)) => fields[at].place = other.place,
        ("swap", _) => fields.swap(0, at),
        _ => {
            fields.remove(at);
        }
    }
}

fn revise_endpoint(endpoints: &mut Vec<EndpointPlan>, at: Index, what: &str, other: &EndpointPlan) {
    let at = at.index(endpoints.len());
    let endpoint = &mut endpoints[at];
    match what {
        "name" => endpoint.name.clone_from(&other.name),
        "token" => endpoint.token = other.token,
        "answer" => endpoint.answer = other.answer,
        "paged" => endpoint.paged ^= true,
        "ruled" => endpoint.ruled ^= true,
        "signed" => endpoint.signed ^= true,
        "remove" if endpoints.len() > 1 => {
            endpoints.remove(at);
        }
        _ => endpoints.push(other.clone()),
    }
}

fn revise_type(types: &mut Vec<TypePlan>, at: Index, what: &str, others: &[TypePlan]) {
    let other = (!others.is_empty()).then(|| at.get(others).clone());
    let place = (!types.is_empty()).then(|| at.index(types.len()));
    match (what, place, other) {
        ("remove", Some(place), _) => {
            types.remove(place);
        }
        ("replace", Some(place), Some(other)) => types[place] = other,
        ("value", Some(place), _) => match &mut types[place] {
            TypePlan::Ints(values) if values.len() > 1 => drop(values.pop_first()),
            TypePlan::Strings(values) if values.len() > 1 => drop(values.pop_last()),
            TypePlan::Union(union) if union.variants.len() > 1 => drop(union.variants.pop()),
            TypePlan::Struct(fields) => drop(fields.pop()),
            _ => {}
        },
        (_, _, other) => types.extend(other),
    }
}
