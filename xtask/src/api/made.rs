//! The values that callers may pass instead of a union or of a struct, which is made from them.

use super::{Field, Module, Struct, Ty, Type, Union, Variant};
use crate::spec::Style;

impl Module {
    /// Returns the types that convert to a union, each with its variant: the types that only this variant contains, directly
    /// or in an inner union. In a union over kinds of values, they may be numbers and lists, too; for text, see
    /// [`by_text`](Self::by_text).
    pub fn by_content<'a>(&'a self, union: &'a Union) -> Vec<(&'a Variant, &'a Ty)> {
        let held = |variant: &'a Variant| {
            let ty = variant.ty.as_ref()?;
            let makes = match ty {
                Ty::Struct(_) | Ty::Union(..) => true,
                Ty::String | Ty::Secret | Ty::Any | Ty::Flag | Ty::File => false,
                _ => union.style == Style::Kind,
            };
            makes.then_some((variant, ty))
        };
        let inner = |(variant, ty): (&'a Variant, &'a Ty)| {
            let Ty::Union(name, _) = ty else { return Vec::new() };
            let Some(Type::Union(inner)) = self.named(name) else { return Vec::new() };
            let structs = inner.variants.iter().filter_map(|variant| variant.ty.as_ref());
            structs.filter(|ty| matches!(ty, Ty::Struct(_))).map(|ty| (variant, ty)).collect()
        };
        let outer = || union.variants.iter().filter_map(held);
        let all: Vec<(&Variant, &Ty)> = outer().chain(outer().flat_map(inner)).collect();
        let alone = |ty: &Ty| all.iter().filter(|(_, other)| *other == ty).count() == 1;
        all.iter().copied().filter(|(_, ty)| alone(ty) && ty.name() != Some(&union.name)).collect()
    }

    /// Returns the content of a variant and its only required field, if that field is a text.
    pub fn only_text<'a>(&'a self, variant: &'a Variant) -> Option<(&'a Struct, &'a Field)> {
        let Some(Ty::Struct(content)) = &variant.ty else { return None };
        let structure = self.structure(content).filter(|structure| structure.direction.sent)?;
        let field = structure.only_required().filter(|field| field.ty == Ty::String)?;
        Some((structure, field))
    }

    /// Returns the only required field of a struct that this field makes, so that callers pass its value instead: few would guess that
    /// an image is more than its ID.
    pub fn wrapped(&self, name: &str) -> Option<&Field> {
        let structure = self.structure(name).filter(|structure| structure.direction.sent)?;
        structure.only_required().filter(|only| match &only.ty {
            Ty::String | Ty::Int | Ty::Uint | Ty::F64 => true,
            Ty::List(item) => !matches!(**item, Ty::List(_) | Ty::Map(_) | Ty::Flag),
            // What the union is made of makes the struct, too, unless that is the struct itself.
            Ty::Union(union, _) => match self.named(union) {
                Some(Type::Union(union)) => {
                    self.by_content(union).iter().all(|(_, content)| content.name() != Some(name))
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// Returns the same for an item of a list, which only a text makes: of several kinds, none would be inferred.
    pub fn wrapped_item(&self, name: &str) -> Option<&Field> {
        self.wrapped(name).filter(|only| only.ty == Ty::String)
    }

    /// Returns these structs, each with that field, where a field of something that is sent takes one, or a list of them.
    pub fn wrappers(&self) -> Vec<(&Struct, &Field)> {
        let sent = self.types.iter().filter_map(|ty| match ty {
            Type::Struct(structure) if structure.direction.sent => Some(structure),
            _ => None,
        });
        let mut found: Vec<(&Struct, &Field)> = Vec::new();
        for field in sent.flat_map(|structure| &structure.fields) {
            let Some(name) = field.ty.name() else { continue };
            let only = match &field.ty {
                Ty::Struct(_) | Ty::Json(_) => self.wrapped(name),
                Ty::List(item) if matches!(**item, Ty::Struct(_)) => self.wrapped_item(name),
                _ => None,
            };
            if let Some((structure, only)) = self.structure(name).zip(only)
                && !self.origins.contains_key(name)
                && found.iter().all(|(known, _)| known.name != *name)
            {
                found.push((structure, only));
            }
        }
        found
    }

    /// Returns the variant that a plain text converts to, which is the one called "text".
    pub fn by_text<'a>(&'a self, union: &'a Union) -> Option<&'a Variant> {
        union.variants.iter().find(|variant| match union.style {
            Style::Kind => variant.ty == Some(Ty::String) && variant.name == "Text",
            _ => variant.tag == "text" && self.only_text(variant).is_some(),
        })
    }
}
