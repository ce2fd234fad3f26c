//! The unions of a consistent file, in all styles.

use std::collections::BTreeSet;

use xtask::spec::{KINDS, names};

use crate::chapter::{Chapter, Ty, Type, Variant, rust};
use crate::plan::UnionPlan;

impl Chapter<'_> {
    pub(crate) fn union(&self, index: usize, plan: &UnionPlan) -> Type {
        let &UnionPlan { style, ints, ref tag, variants: ref plans } = plan;
        let mut seen = BTreeSet::from(["Other".to_owned()]);
        let mut variants: Vec<Variant> = Vec::new();
        for (number, (name, ty)) in plans.iter().enumerate() {
            let ty = match style {
                "flat" => match self.a_struct(index + 1, number) {
                    Some(ty) if !self.struct_wires(&ty).contains(tag) => ty,
                    _ => continue,
                },
                _ => self.resolve(ty, index + 1),
            };
            let pascal = names::pascal(name);
            let mut variant = match style {
                "kind" => match KINDS.get(number) {
                    Some(kind) => Variant {
                        tag: (*kind).to_owned(),
                        name: None,
                        key: None,
                        bare: false,
                        ty: of_kind(kind),
                    },
                    None => continue,
                },
                _ => Variant { tag: name.clone(), name: None, key: None, bare: false, ty },
            };
            if ints && ["sibling", "flat"].contains(&style) {
                variant.tag = number.to_string();
                variant.name = Some(format!("V{number}"));
                variant.key = (style == "sibling").then(|| format!("{tag}_{number}"));
            } else if !variants.is_empty() && style == "sibling" && self.salt(number).is_multiple_of(4) {
                variant.name = Some(format!("Bare{number}"));
                variant.bare = true;
            } else if style != "kind" && (!names::is_identifier(&pascal) || name == tag) {
                continue;
            }
            let name = variant.name.clone().unwrap_or_else(|| names::pascal(&variant.tag));
            let new = variants.iter().all(|other| other.tag != variant.tag);
            if new && seen.insert(rust(&name)) {
                variants.push(variant);
            }
        }
        if variants.is_empty() {
            let only = Variant {
                tag: "only".to_owned(),
                name: None,
                key: None,
                bare: false,
                ty: Ty::Scalar("string"),
            };
            return Type::Union { style: "oneof", ints: false, tag: String::new(), variants: vec![only] };
        }
        Type::Union { style, ints: ints && ["sibling", "flat"].contains(&style), tag: tag.clone(), variants }
    }
}

/// Returns a type whose values have one kind of JSON.
fn of_kind(kind: &str) -> Ty {
    match kind {
        "bool" => Ty::Scalar("bool"),
        "number" => Ty::Scalar("f64"),
        "string" => Ty::Scalar("string"),
        "list" => Ty::Generic("list", Box::new(Ty::Scalar("any"))),
        "object" => Ty::Generic("map", Box::new(Ty::Scalar("uint"))),
        kind => panic!("which type is of the kind `{kind}`?"),
    }
}
