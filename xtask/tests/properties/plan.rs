//! The raw material of a spec, which need not be valid.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use xtask::spec::{Answer, Place, Style, Token};

use crate::words::{name, text};

pub(crate) const SCALARS: &[&str] =
    &["string", "bool", "flag", "int", "uint", "f64", "timestamp", "secret", "any"];

/// The scalars that only a form may contain.
pub(crate) const FORM_SCALARS: &[&str] = &["file"];

pub(crate) const GENERICS: &[&str] = &["list", "map", "json", "pipe", "csv", "or_text"];

/// The raw material of a spec. It shrinks; [`Chapter`] makes it consistent.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) salt: usize,
    pub(crate) texts: Vec<String>,
    pub(crate) endpoints: Vec<EndpointPlan>,
    pub(crate) types: Vec<TypePlan>,
}

#[derive(Clone, Debug)]
pub(crate) struct EndpointPlan {
    pub(crate) name: String,
    pub(crate) sent: Sent,
    pub(crate) answer: &'static str,
    pub(crate) token: &'static str,
    pub(crate) paged: bool,
    pub(crate) ruled: bool,
    pub(crate) signed: bool,
    pub(crate) request: Vec<FieldPlan>,
    pub(crate) response: Vec<FieldPlan>,
}

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sent {
    Json,
    Query,
    Form,
    Xml,
}

#[derive(Clone, Debug)]
pub(crate) struct FieldPlan {
    pub(crate) name: String,
    pub(crate) optional: bool,
    pub(crate) limited: bool,
    pub(crate) place: &'static str,
    pub(crate) embed: bool,
    pub(crate) ty: TyPlan,
}

#[derive(Clone, Debug)]
pub(crate) enum TyPlan {
    Scalar(&'static str),
    Generic(&'static str, Box<TyPlan>),
    Named(Index),
}

#[derive(Clone, Debug)]
pub(crate) enum TypePlan {
    Struct(Vec<FieldPlan>),
    Ints(BTreeSet<i64>),
    Strings(BTreeSet<String>),
    Union(UnionPlan),
}

#[derive(Clone, Debug)]
pub(crate) struct UnionPlan {
    pub(crate) style: &'static str,
    pub(crate) ints: bool,
    pub(crate) tag: String,
    pub(crate) variants: Vec<(String, TyPlan)>,
}

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    (any::<usize>(), vec(text(), 1..6), vec(endpoint_plan(), 1..4), vec(type_plan(), 0..6))
        .prop_map(|(salt, texts, endpoints, types)| Plan { salt, texts, endpoints, types })
}

fn endpoint_plan() -> impl Strategy<Value = EndpointPlan> {
    let fields = || vec(field_plan(), 0..6);
    let sent = prop_oneof![3 => Just(Sent::Json), 2 => Just(Sent::Query), 1 => Just(Sent::Form), 1 => Just(Sent::Xml)];
    let answer = prop_oneof![Just("json"), select(Answer::KEYWORDS)];
    let flags = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.1));
    (name(), sent, answer, select(Token::KEYWORDS), flags, fields(), fields()).prop_map(
        |(name, sent, answer, token, (paged, ruled, signed), request, response)| EndpointPlan {
            name,
            sent,
            answer,
            token,
            paged,
            ruled,
            signed,
            request,
            response,
        },
    )
}

fn field_plan() -> impl Strategy<Value = FieldPlan> {
    let place = prop_oneof![2 => Just("body"), 1 => select(Place::KEYWORDS)];
    (name(), any::<bool>(), any::<bool>(), place, any::<bool>(), ty_plan()).prop_map(
        |(name, optional, limited, place, embed, ty)| FieldPlan { name, optional, limited, place, embed, ty },
    )
}

fn ty_plan() -> impl Strategy<Value = TyPlan> {
    let leaf = prop_oneof![
        3 => select(SCALARS).prop_map(TyPlan::Scalar),
        2 => any::<Index>().prop_map(TyPlan::Named),
    ];
    let nested = leaf.clone().prop_recursive(3, 4, 1, |inner| {
        (select(GENERICS), inner).prop_map(|(generic, inner)| TyPlan::Generic(generic, Box::new(inner)))
    });
    prop_oneof![leaf, nested]
}

fn type_plan() -> impl Strategy<Value = TypePlan> {
    let union = (select(Style::KEYWORDS), any::<bool>(), name(), vec((name(), ty_plan()), 1..4));
    prop_oneof![
        3 => vec(field_plan(), 0..5).prop_map(TypePlan::Struct),
        1 => prop::collection::btree_set(-9..=999_i64, 1..5).prop_map(TypePlan::Ints),
        1 => prop::collection::btree_set(text(), 1..5).prop_map(TypePlan::Strings),
        3 => union.prop_map(|(style, ints, tag, variants)| {
            TypePlan::Union(UnionPlan { style, ints, tag, variants })
        }),
    ]
}
