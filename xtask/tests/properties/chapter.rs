//! Makes a plan consistent, as the checks require.

use std::collections::BTreeSet;

use xtask::spec::names;

use crate::plan::{FieldPlan, Plan, Sent, TyPlan, TypePlan};
use crate::words::quoted;

/// A consistent file: names are unique, types are used, and no value is endless.
pub(crate) struct Chapter<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) types: Vec<Type>,
}

pub(crate) struct Endpoint {
    /// Whether it is safe, unless its words imply that.
    pub(crate) safe: bool,
    pub(crate) name: String,
    pub(crate) sent: Sent,
    pub(crate) answer: &'static str,
    /// Further lines about it, as they are in the file.
    pub(crate) more: String,
    pub(crate) request: Vec<Field>,
    pub(crate) response: Vec<Field>,
}

#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) wire: String,
    pub(crate) rename: Option<String>,
    pub(crate) optional: bool,
    /// Whether examples show it although they needn't, or vice versa.
    pub(crate) shown: Option<bool>,
    pub(crate) place: &'static str,
    pub(crate) embed: bool,
    pub(crate) limits: &'static str,
    pub(crate) ty: Ty,
}

/// A type, its name resolved to the position in [`Chapter::types`].
#[derive(Clone)]
pub(crate) enum Ty {
    Scalar(&'static str),
    Generic(&'static str, Box<Ty>),
    Named(usize),
}

pub(crate) enum Type {
    Struct(Vec<Field>),
    Ints(Vec<i64>),
    Strings(Vec<String>),
    Union { style: &'static str, ints: bool, tag: String, variants: Vec<Variant> },
}

pub(crate) struct Variant {
    pub(crate) tag: String,
    pub(crate) name: Option<String>,
    pub(crate) key: Option<String>,
    /// Whether the tag is everything: there is no content.
    pub(crate) bare: bool,
    pub(crate) ty: Ty,
}

impl<'a> Chapter<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let mut chapter = Self { plan, endpoints: Vec::new(), types: Vec::new() };
        // The last one first: a type comes before the types that it contains.
        for (index, ty) in plan.types.iter().enumerate().rev() {
            let ty = match ty {
                TypePlan::Struct(fields) => Type::Struct(chapter.fields(fields, Some(index), |_| true)),
                TypePlan::Ints(values) => Type::Ints(values.iter().copied().collect()),
                TypePlan::Strings(values) => Type::Strings(values.iter().cloned().collect()),
                TypePlan::Union(plan) => chapter.union(index, plan),
            };
            chapter.types.insert(0, ty);
        }
        let mut seen: BTreeSet<String> = names::RESERVED.iter().map(|name| (*name).to_owned()).collect();
        seen.extend((0..chapter.types.len()).map(type_name));
        for (index, endpoint) in plan.endpoints.iter().enumerate() {
            let name = &endpoint.name;
            let pascal = names::pascal(name);
            let clash = names::snake(name) != *name
                || !names::is_identifier(name)
                || !names::is_identifier(&pascal)
                || ["example", "snapshot"].contains(&name.as_str())
                || seen.contains(&pascal)
                || seen.contains(&format!("{pascal}Response"));
            let call = format!("call_{index}");
            let name = if clash || names::is_numbered(name, &call) { call } else { name.clone() };
            seen.extend([names::pascal(&name), format!("{}Response", names::pascal(&name))]);
            chapter.endpoints.push(chapter.endpoint(name, endpoint, index == 0));
        }
        chapter
    }

    /// Returns the type with this number, which must be created already.
    pub(crate) fn made(&self, index: usize) -> &Type {
        &self.types[index - (self.plan.types.len() - self.types.len())]
    }

    pub(crate) fn fields(
        &self,
        plans: &[FieldPlan],
        within: Option<usize>,
        fits: impl Fn(&Ty) -> bool,
    ) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let mut wires = BTreeSet::new();
        let mut rust_names = BTreeSet::from(["new".to_owned()]);
        for (index, plan) in plans.iter().enumerate() {
            // An example must show a quirk, and a struct may happen to be in none.
            let ty = match self.resolve(&plan.ty, within.map_or(0, |within| within + 1)) {
                Ty::Generic("or_text", inner) if within.is_some() => *inner,
                ty => ty,
            };
            let wire = plan.name.clone();
            let snake = names::snake(&wire);
            let rename = (!names::is_identifier(&snake) || rust_names.contains(&rust(&snake)))
                .then(|| format!("renamed_{index}"));
            let inner = self.wires(&ty, &wires);
            let embed = plan.embed && inner.is_some() && fields.iter().all(|field| !field.embed);
            let mut new = if embed { inner.unwrap_or_default() } else { BTreeSet::new() };
            new.insert(wire.clone());
            if !fits(&ty) || !wires.is_disjoint(&new) {
                continue;
            }
            wires.extend(new);
            rust_names.insert(rename.clone().unwrap_or_else(|| rust(&snake)));
            fields.push(Field {
                rename,
                optional: plan.optional && !embed,
                shown: matches!(ty, Ty::Generic("or_text", _)).then_some(true),
                place: if within.is_none() { plan.place } else { "body" },
                embed,
                limits: if plan.limited { limits(&ty) } else { "" },
                wire,
                ty,
            });
        }
        fields
    }

    /// Returns the wire names that would be inlined if the type were embedded, if it can be.
    pub(crate) fn wires(&self, ty: &Ty, around: &BTreeSet<String>) -> Option<BTreeSet<String>> {
        let Ty::Named(index) = ty else { return None };
        let Type::Union { style, tag, variants, .. } = self.made(*index) else { return None };
        let mut wires = BTreeSet::new();
        match *style {
            "sibling" => {
                wires.insert(tag.clone());
                wires.extend(
                    variants.iter().map(|variant| variant.key.clone().unwrap_or(variant.tag.clone())),
                );
            }
            "oneof" => wires.extend(variants.iter().map(|variant| variant.tag.clone())),
            "flat" => {
                wires.insert(tag.clone());
                for variant in variants {
                    wires.extend(self.struct_wires(&variant.ty));
                }
            }
            _ => return None,
        }
        let reserved = ["errcode", "errmsg"].iter().any(|name| wires.contains(*name));
        (!reserved && wires.is_disjoint(around)).then_some(wires)
    }

    /// Returns the wire names of a struct's fields, if the type is one.
    pub(crate) fn struct_wires(&self, ty: &Ty) -> BTreeSet<String> {
        let Ty::Named(index) = ty else { return BTreeSet::new() };
        let Type::Struct(fields) = self.made(*index) else { return BTreeSet::new() };
        let mut wires = BTreeSet::new();
        for field in fields {
            match self.wires(&field.ty, &BTreeSet::new()).filter(|_| field.embed) {
                Some(inner) => wires.extend(inner),
                None => wires.extend([field.wire.clone()]),
            }
        }
        wires
    }

    /// Returns a struct that comes no earlier than `first`.
    pub(crate) fn a_struct(&self, first: usize, salt: usize) -> Option<Ty> {
        let structs =
            (first..self.plan.types.len()).filter(|index| matches!(self.made(*index), Type::Struct(_)));
        let structs: Vec<usize> = structs.collect();
        (!structs.is_empty()).then(|| Ty::Named(structs[self.salt(salt) % structs.len()]))
    }

    /// Returns an existing type that comes no earlier than `first`; within a list or a map, it may come earlier.
    pub(crate) fn resolve(&self, ty: &TyPlan, first: usize) -> Ty {
        match ty {
            TyPlan::Scalar(scalar) => Ty::Scalar(scalar),
            TyPlan::Generic(generic @ ("list" | "map"), inner) => match self.resolve(inner, 0) {
                Ty::Scalar("flag") => Ty::Generic(generic, Box::new(Ty::Scalar("bool"))),
                inner => Ty::Generic(generic, Box::new(inner)),
            },
            TyPlan::Generic("json", inner) => match &**inner {
                TyPlan::Generic("list" | "map", _) if first == 0 => {
                    Ty::Generic("json", Box::new(self.resolve(inner, 0)))
                }
                TyPlan::Generic(..) | TyPlan::Scalar("flag") => self.resolve(inner, first),
                inner => Ty::Generic("json", Box::new(self.resolve(inner, first))),
            },
            // Only text and numbers can be joined.
            TyPlan::Generic(generic @ ("pipe" | "csv"), _) => {
                Ty::Generic(generic, Box::new(Ty::Scalar(["string", "uint", "int"][self.salt(6) % 3])))
            }
            TyPlan::Generic(generic, _) => {
                Ty::Generic(generic, Box::new(Ty::Scalar(["uint", "timestamp", "f64"][self.salt(7) % 3])))
            }
            TyPlan::Named(index) => match self.plan.types.len().checked_sub(first) {
                None | Some(0) => Ty::Scalar("string"),
                Some(types) => Ty::Named(first + index.index(types)),
            },
        }
    }

    pub(crate) fn salt(&self, index: usize) -> usize {
        self.plan.salt.rotate_left(u32::try_from(index * 7 % 64).unwrap_or_default()) >> 3
    }

    /// Returns a text, quoted.
    pub(crate) fn text(&self, index: usize) -> String {
        quoted(&self.plan.texts[(self.salt(index) ^ index) % self.plan.texts.len()])
    }
}

/// Returns a name as in Rust, as far as two names may become the same.
pub(crate) fn rust(name: &str) -> String {
    names::ident(name).to_string().trim_start_matches("r#").to_owned()
}

pub(crate) fn type_name(index: usize) -> String {
    ["Crate", "Kind", "Zoo", "F", "Serialize", "Iter"][index % 6].to_owned() + ["", "B2"][index / 6 % 2]
}

fn limits(ty: &Ty) -> &'static str {
    match ty {
        Ty::Scalar("string" | "secret") => ", min_chars: 1, max_chars: 2000, max_bytes: 8000",
        Ty::Scalar("int" | "f64") => ", min: -5, max: 1000",
        Ty::Scalar("uint") => ", min: 0, max: 1000",
        Ty::Generic("list" | "map" | "pipe" | "csv", _) => ", min_items: 0, max_items: 100",
        _ => "",
    }
}
