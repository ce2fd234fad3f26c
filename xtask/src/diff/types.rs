//! The types of a file other than requests and responses: pairs them, and compares their contents.

use std::collections::HashSet;

use super::pairing::{Pairing, alike};
use super::spot::{Both, Side, Spot};
use super::structs::Structs;
use super::{Comparison, Difference, Rule, rust_text};
use crate::api::{Direction, Enum, EnumValue, Module, Ty, Type, Union, Variant};
use crate::spec::names::ident;
use crate::spec::{Repr, Section, Style};

/// A type and its module.
#[derive(Debug)]
pub(super) struct Own<'a> {
    pub(super) module: &'a Module,
    pub(super) ty: &'a Type,
    /// Whether it implements `Check`.
    checked: bool,
    /// Its contents: a line per field, value or variant.
    shape: HashSet<String>,
}

impl<'a> Own<'a> {
    /// Returns those of a module.
    pub(super) fn of(module: &'a Module) -> Vec<Self> {
        let limited = module.limited();
        module
            .own_types()
            .map(|ty| Self { module, ty, checked: limited.contains(ty.name()), shape: shape(ty) })
            .collect()
    }

    pub(super) fn spot(&self, side: Side) -> Spot {
        let section = match self.ty {
            Type::Struct(_) => Section::Structs,
            Type::Enum(_) => Section::Enums,
            Type::Union(_) => Section::Unions,
        };
        Spot::of_type(side, self.module, section, self.ty.name())
    }
}

impl<'a> Comparison<'a> {
    /// Pairs types by name, then by contents. From then on their names in HEAD are known.
    pub(super) fn pair_types<'t>(
        &mut self,
        base: &'t [Own<'a>],
        head: &'t [Own<'a>],
        twins: impl Fn(&Module, &Module) -> bool,
    ) -> Pairing<'t, Own<'a>> {
        let pairs = Pairing::new(base, head)
            .same(|old, new| old.ty.name() == new.ty.name() && twins(old.module, new.module))
            .best(|old, new| if twins(old.module, new.module) { likeness(old, new) } else { None })
            .best(|old, new| if old.ty.name() == new.ty.name() { likeness(old, new) } else { None });
        for (old, new) in &pairs.both {
            let name = (old.module.stem(), old.ty.name().to_owned());
            self.types.insert(name, new.ty.name().to_owned());
        }
        pairs
    }

    pub(super) fn own_type(&mut self, base: &Own<'_>, head: &Own<'_>, same_module: bool) {
        let both = Both { base: base.spot(Side::Base), head: head.spot(Side::Head) };
        if !same_module {
            let meaning = format!("`{}` has moved to `{}`", both.base.rust, both.head.rust);
            self.both(Rule::TypeMoved, &both, meaning);
        } else if base.ty.name() != head.ty.name() {
            let meaning = format!("`{}` is renamed to `{}`", both.base.rust, both.head.rust);
            self.both(Rule::TypeRenamed, &both, meaning);
        }
        let stem = base.module.stem();
        match (base.ty, head.ty) {
            (Type::Struct(old), Type::Struct(new)) => {
                let structs = Structs { module: &stem, base: old, head: new, spots: &both };
                self.own_struct(&structs, base.checked || head.checked);
            }
            (Type::Enum(old), Type::Enum(new)) => self.own_enum(old, new, &both),
            (Type::Union(old), Type::Union(new)) => self.own_union(&stem, old, new, &both),
            (old, new) => {
                let meaning = format!("`{}` is {} instead of {}", both.head.rust, kind(new), kind(old));
                self.both(Rule::TypeKindChanged, &both, meaning);
                return;
            }
        }
        self.directions(base.ty, head.ty, &both);
        let sent = base.ty.direction().sent && head.ty.direction().sent;
        if sent && base.checked && !head.checked {
            let meaning =
                format!("`{}` no longer implements `Check`: nothing of it is limited", both.head.rust);
            self.both(Rule::TypeNoLongerChecked, &both, meaning);
        }
    }

    /// Compares directions. A struct that is sent has `new`, with or without the feature `bidirectional`.
    fn directions(&mut self, base: &Type, head: &Type, both: &Both) {
        const UNLESS: &str = "without the feature `bidirectional`";
        let rust = &both.head.rust;
        let is_struct = matches!(head, Type::Struct(_));
        let (Direction { sent, received }, now) = (base.direction(), head.direction());
        if sent && !now.sent {
            let new = if is_struct { "`new`, its setters and, " } else { "" };
            let comma = if is_struct { "," } else { "" };
            let meaning =
                format!("`{rust}` loses {new}{UNLESS}{comma} `Serialize`: no request holds it any more");
            self.both(Rule::TypeNoLongerSent, both, meaning);
        }
        if received && !now.received {
            let meaning = format!("`{rust}` loses `Deserialize` {UNLESS}: no response holds it any more");
            self.both(Rule::TypeNoLongerReceived, both, meaning);
        }
        if !sent && now.sent {
            let new = if is_struct { "`new`, setters and " } else { "" };
            let meaning = format!("`{rust}` gains {new}`Serialize`: requests hold it now");
            self.both(Rule::TypeNowSent, both, meaning);
        }
        if !received && now.received {
            let meaning = format!("`{rust}` gains `Deserialize`: responses hold it now");
            self.both(Rule::TypeNowReceived, both, meaning);
        }
    }

    /// Compares structs. The rules of a struct that doesn't implement `Check` are documentation.
    fn own_struct(&mut self, structs: &Structs<'_>, checked: bool) {
        let both = structs.spots;
        self.fields(structs, |spot| spot.path.key("fields"));
        let mut docs = structs.base.doc != structs.head.doc;
        if checked && structs.sent() {
            self.rules(structs, both);
        } else {
            let (old, new) = self.worded(structs);
            docs |= old != new;
        }
        self.type_docs(docs, both);
    }

    fn type_docs(&mut self, changed: bool, both: &Both) {
        if changed {
            let at = both.step(|spot| spot.key("doc"));
            self.both(
                Rule::TypeDocsChanged,
                &at,
                format!("the documentation of `{}` changed", both.head.rust),
            );
        }
    }

    /// Compares enums. Values are paired by name, then by wire value.
    fn own_enum(&mut self, old: &Enum, new: &Enum, both: &Both) {
        if old.repr != new.repr {
            let (from, to) = (enum_trait(old), enum_trait(new));
            let meaning = format!("`{}` implements `{to}` instead of `{from}`", both.head.rust);
            self.both(Rule::EnumReprChanged, &both.step(|spot| spot.key("repr")), meaning);
        }
        self.type_docs(old.doc != new.doc, both);
        let at = |spot: &Spot, value: &EnumValue| {
            spot.part(spot.path.key("values").key(&value.wire), &value.wire, &ident(&value.name).to_string())
        };
        let pairs = Pairing::new(&old.values, &new.values)
            .same(|old, new| old.name == new.name)
            .same(|old, new| old.wire == new.wire);
        for (old, new) in &pairs.both {
            self.enum_value(old, new, &Both { base: at(&both.base, old), head: at(&both.head, new) });
        }
        for value in &pairs.removed {
            let spots = Both { base: at(&both.base, value), head: both.head.clone() };
            let meaning = format!("`{}` is gone: `{}` is read as `Other`", spots.base.rust, value.wire);
            self.lost(Rule::EnumValueRemoved, &spots, meaning);
        }
        for value in &pairs.added {
            let spots = Both { base: both.base.clone(), head: at(&both.head, value) };
            let meaning =
                format!("`{}` is new: `{}` was read as `Other`; enums are open", spots.head.rust, value.wire);
            self.both(Rule::EnumValueAdded, &spots, meaning);
        }
    }

    fn enum_value(&mut self, old: &EnumValue, new: &EnumValue, spots: &Both) {
        let rust = &spots.head.rust;
        if old.name != new.name {
            let meaning = format!("`{}` is renamed to `{rust}`", spots.base.rust);
            self.both(Rule::EnumValueRenamed, spots, meaning);
        }
        if old.wire != new.wire {
            let meaning = format!("`{rust}` is `{}` instead of `{}` on the wire", new.wire, old.wire);
            self.both(Rule::EnumValueWireChanged, spots, meaning);
        }
        if old.doc != new.doc {
            let meaning = format!("the documentation of `{rust}` changed");
            self.both(Rule::EnumValueDocsChanged, spots, meaning);
        }
    }

    /// Compares unions. Variants are paired by name, then by tag.
    fn own_union(&mut self, stem: &str, old: &Union, new: &Union, both: &Both) {
        let rust = both.head.rust.clone();
        if old.style != new.style {
            let (from, to) = (union_trait(old.style), union_trait(new.style));
            let meaning = format!("`{rust}` implements `{to}` instead of `{from}`");
            self.both(Rule::UnionStyleChanged, &both.step(|spot| spot.key("style")), meaning);
        }
        if (&old.tag, old.repr) != (&new.tag, new.repr) {
            let (from, to) = (tag(old), tag(new));
            let meaning = format!("the variants of `{rust}` are distinguished by {to} instead of {from}");
            self.both(Rule::UnionTagChanged, &both.step(|spot| spot.key("tag")), meaning);
        }
        self.type_docs(old.doc != new.doc, both);
        let at = |spot: &Spot, variant: &Variant| {
            let path = spot.path.key("variants").key(&variant.tag);
            spot.part(path, &variant.tag, &ident(&variant.name).to_string())
        };
        let pairs = Pairing::new(&old.variants, &new.variants)
            .same(|old, new| old.name == new.name)
            .same(|old, new| old.tag == new.tag);
        for (old, new) in &pairs.both {
            self.variant(stem, old, new, &Both { base: at(&both.base, old), head: at(&both.head, new) });
        }
        for variant in &pairs.removed {
            let spots = Both { base: at(&both.base, variant), head: both.head.clone() };
            let meaning = format!("`{}` is gone: it is read as `Other`", spots.base.rust);
            self.lost(Rule::VariantRemoved, &spots, meaning);
        }
        for variant in &pairs.added {
            let spots = Both { base: both.base.clone(), head: at(&both.head, variant) };
            let meaning = format!("`{}` is new: it was read as `Other`; unions are open", spots.head.rust);
            self.both(Rule::VariantAdded, &spots, meaning);
        }
    }

    fn variant(&mut self, stem: &str, old: &Variant, new: &Variant, spots: &Both) {
        let rust = &spots.head.rust;
        if old.name != new.name {
            let meaning = format!("`{}` is renamed to `{rust}`", spots.base.rust);
            self.both(Rule::VariantRenamed, spots, meaning);
        }
        if (&old.tag, &old.content) != (&new.tag, &new.content) {
            let on = |variant: &Variant| {
                let content =
                    (variant.tag != variant.content).then(|| format!(" with `{}`", variant.content));
                format!("`{}`{}", variant.tag, content.unwrap_or_default())
            };
            let meaning = format!("`{rust}` is {} instead of {} on the wire", on(new), on(old));
            self.both(Rule::VariantWireChanged, spots, meaning);
        }
        let same = match (&old.ty, &new.ty) {
            (Some(old), Some(new)) => self.difference(stem, old, new) != Difference::InRust,
            (old, new) => old.is_none() && new.is_none(),
        };
        if !same {
            let (from, to) = (payload(old.ty.as_ref()), payload(new.ty.as_ref()));
            let meaning = format!("`{rust}` holds {to} instead of {from}");
            self.both(Rule::VariantPayloadChanged, spots, meaning);
        }
        if old.doc != new.doc {
            let meaning = format!("the documentation of `{rust}` changed");
            self.both(Rule::VariantDocsChanged, spots, meaning);
        }
    }
}

/// Scores how alike two types are that may be the same: they must be of the same kind, and share two thirds of the
/// union of their contents. Small types must have similar names, too, since many structs contain only an ID.
fn likeness(base: &Own<'_>, head: &Own<'_>) -> Option<u32> {
    let common = base.shape.intersection(&head.shape).count();
    let all = base.shape.union(&head.shape).count();
    let same_name = base.ty.name() == head.ty.name();
    let same_words = doc(base.ty) == doc(head.ty);
    let telling = common >= 3 || same_name || same_words || alike(base.ty.name(), head.ty.name());
    let enough = kind(base.ty) == kind(head.ty) && common * 3 >= all * 2 && telling;
    let score = common * 100 / all.max(1) + usize::from(same_words);
    enough.then(|| u32::try_from(score).unwrap_or(u32::MAX))
}

fn doc(ty: &Type) -> &str {
    match ty {
        Type::Struct(structure) => &structure.doc,
        Type::Enum(enumeration) => &enumeration.doc,
        Type::Union(union) => &union.doc,
    }
}

fn shape(ty: &Type) -> HashSet<String> {
    match ty {
        Type::Struct(structure) => structure
            .fields
            .iter()
            .map(|field| format!("{}: {} {}", field.wire, rust_text(&field.ty), field.optional))
            .collect(),
        Type::Enum(enumeration) => {
            enumeration.values.iter().map(|value| format!("{} = {}", value.wire, value.name)).collect()
        }
        Type::Union(union) => union
            .variants
            .iter()
            .map(|variant| format!("{} = {}", variant.tag, payload(variant.ty.as_ref())))
            .collect(),
    }
}

fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::Struct(_) => "a struct",
        Type::Enum(_) => "an enum",
        Type::Union(_) => "a union",
    }
}

fn enum_trait(enumeration: &Enum) -> &'static str {
    match enumeration.repr {
        Repr::Int => "wire::IntEnum",
        Repr::String => "wire::StringEnum",
    }
}

fn union_trait(style: Style) -> &'static str {
    match style {
        Style::Sibling => "wire::SiblingUnion",
        Style::Flat => "wire::FlatUnion",
        Style::Oneof => "wire::OneofUnion",
        Style::Kind => "wire::KindUnion",
    }
}

fn tag(union: &Union) -> String {
    let repr = union.repr.keyword();
    if union.tag.is_empty() { "no tag".to_owned() } else { format!("`{}` ({repr})", union.tag) }
}

fn payload(ty: Option<&Ty>) -> String {
    ty.map_or("nothing".to_owned(), |ty| format!("`{}`", rust_text(ty)))
}
