//! One walk over all members of a type, nested ones included, and the answers derived from it.

use std::collections::HashSet;

use super::{Field, Module, Struct, Ty, Type, Union, Variant};
use crate::spec::{Limit, Style};

/// A step of a path into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The field of this name.
    Key(&'a str),
    /// Any item of a list.
    Item,
    /// Any entry of a map.
    Entry,
}

/// A member of a struct or a union.
#[derive(Clone, Copy, Debug)]
pub enum Member<'a> {
    /// A field of a struct.
    Field(&'a Field),
    /// A variant of a union.
    Variant(&'a Union, &'a Variant),
}

impl<'a> Member<'a> {
    /// Returns its type, if it has one.
    pub fn ty(self) -> Option<&'a Ty> {
        match self {
            Self::Field(field) => Some(&field.ty),
            Self::Variant(_, variant) => variant.ty.as_ref(),
        }
    }

    /// Returns the step that leads to it; none if its fields are inlined among those around it.
    fn step(self) -> Option<Step<'a>> {
        match self {
            Self::Field(field) => (!field.embed).then_some(Step::Key(&field.wire)),
            Self::Variant(union, variant) => match union.style {
                Style::Sibling | Style::Oneof => Some(Step::Key(&variant.content)),
                Style::Flat | Style::Kind => None,
            },
        }
    }
}

impl Type {
    /// Returns its members; none for an enum.
    pub fn members(&self) -> Vec<Member<'_>> {
        match self {
            Self::Struct(structure) => structure.fields.iter().map(Member::Field).collect(),
            Self::Enum(_) => Vec::new(),
            Self::Union(union) => {
                union.variants.iter().map(|variant| Member::Variant(union, variant)).collect()
            }
        }
    }
}

impl Module {
    /// Walks over all members of a type, nested ones included, each with its path from that type. Descends into a
    /// member if `visit` returns true, and never into a type that it is already inside of.
    pub fn walk<'a>(&'a self, name: &str, mut visit: impl FnMut(&[Step<'a>], Member<'a>) -> bool) {
        if let Some(ty) = self.named(name) {
            self.walk_type(ty, &mut Vec::new(), &mut Vec::new(), &mut visit);
        }
    }

    fn walk_type<'a>(
        &'a self,
        ty: &'a Type,
        path: &mut Vec<Step<'a>>,
        above: &mut Vec<&'a str>,
        visit: &mut impl FnMut(&[Step<'a>], Member<'a>) -> bool,
    ) {
        above.push(ty.name());
        for member in ty.members() {
            let depth = path.len();
            path.extend(member.step());
            if visit(path, member) {
                let mut inner = member.ty();
                while let Some(ty) = inner {
                    match ty {
                        Ty::List(_) => path.push(Step::Item),
                        Ty::Map(_) => path.push(Step::Entry),
                        _ => {}
                    }
                    inner = ty.inner();
                }
                let named = member.ty().and_then(Ty::name).filter(|name| !above.contains(name));
                if let Some(named) = named.and_then(|name| self.named(name)) {
                    self.walk_type(named, path, above, visit);
                }
            }
            path.truncate(depth);
        }
        above.pop();
    }

    /// Returns the type and all types reachable from it, each once.
    pub fn reach(&self, name: &str) -> Vec<&Type> {
        let mut found: Vec<&Type> = self.named(name).into_iter().collect();
        let mut next = 0;
        while let Some(ty) = found.get(next) {
            next += 1;
            for name in ty.members().into_iter().filter_map(|member| member.ty()?.name()) {
                if !found.iter().any(|known| known.name() == name) {
                    found.extend(self.named(name));
                }
            }
        }
        found
    }

    /// Returns the types in requests that have limits or rules, directly or further inside.
    pub fn limited(&self) -> HashSet<&str> {
        let is_limited = |ty: &Type| matches!(ty, Type::Struct(structure) if is_limited(structure));
        let types = self.types.iter().chain(&self.imported);
        let sent = types.filter(|ty| ty.direction().sent).map(Type::name);
        sent.filter(|name| self.reach(name).into_iter().any(is_limited)).collect()
    }
}

fn is_limited(structure: &Struct) -> bool {
    !structure.rules.is_empty()
        || structure.fields.iter().any(|field| field.limits.iter().chain(&field.each).any(Limit::refuses))
}
