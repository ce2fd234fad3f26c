//! The types that a draft defines, each with a name of its own.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::model::{Definition, Draft};
use crate::spec::names;
use crate::spec::type_expr::TypeExpr;

/// The place of a type that is drafted before those that it needs.
#[derive(Debug)]
enum Slot {
    /// It is about to be made, of an object that a table of this name describes.
    Open { table: Option<String> },
    /// It is made, and has a name.
    Filled(String, Draft<Definition>),
    /// It turned out to be the same as another one, or nothing needs it.
    Empty,
}

/// The types of a draft, in the order in which they are first needed.
#[derive(Debug, Default)]
pub(super) struct Types {
    taken: BTreeSet<String>,
    /// The types that the file has already: they are used again where they are the same.
    existing: IndexMap<String, Definition>,
    slots: Vec<Slot>,
    /// The slots that are open, the outermost first.
    open: Vec<usize>,
    /// By name: the slot of a type.
    named: HashMap<String, usize>,
    /// By shape: the structs that exist already, and the slots of those that are drafted.
    existing_alike: HashMap<String, String>,
    alike: HashMap<String, BTreeSet<usize>>,
}

/// What an open slot's type is called until it has a name: no type's name begins with a digit.
fn stand_in(slot: usize) -> TypeExpr {
    TypeExpr::Named(slot.to_string())
}

fn replace(ty: &mut TypeExpr, from: &TypeExpr, to: &TypeExpr) {
    match ty {
        TypeExpr::Generic(_, inner) => replace(inner, from, to),
        own if own == from => *own = to.clone(),
        TypeExpr::Scalar(_) | TypeExpr::Named(_) => {}
    }
}

impl Types {
    /// No types, where some exist already and some names can't be used any more.
    pub(super) fn besides(
        taken: impl IntoIterator<Item = String>,
        existing: IndexMap<String, Definition>,
    ) -> Self {
        let reserved = names::RESERVED.iter().map(|name| (*name).to_owned());
        let mut existing_alike = HashMap::new();
        for (name, definition) in &existing {
            if let Some(shape) = definition.shape() {
                existing_alike.entry(shape).or_insert_with(|| name.clone());
            }
        }
        let taken = taken.into_iter().chain(reserved).collect();
        Self { taken, existing, existing_alike, ..Self::default() }
    }

    /// Takes a name, so that no type gets it.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// Whether a name is taken.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// The place of a type that is about to be made, of an object that a table may describe.
    pub(super) fn open(&mut self, table: Option<&str>) -> usize {
        self.slots.push(Slot::Open { table: table.map(str::to_owned) });
        self.open.push(self.slots.len() - 1);
        self.slots.len() - 1
    }

    /// The type that is about to be made of the object that a table describes.
    pub(super) fn around(&self, table: &str) -> Option<TypeExpr> {
        let describes =
            |slot: &usize| matches!(&self.slots[*slot], Slot::Open { table: Some(own) } if own == table);
        self.open.iter().copied().rfind(describes).map(stand_in)
    }

    /// Puts a type in its place, or finds the one that is the same; says its name.
    pub(super) fn close(
        &mut self,
        slot: usize,
        base: &str,
        owner: &str,
        definition: &Draft<Definition>,
    ) -> TypeExpr {
        let plain = if names::is_pascal(base) { base.to_owned() } else { format!("Type{base}") };
        let numbered = (2..).map(|number| format!("{owner}{plain}{number}"));
        let candidates = [plain.clone(), format!("{owner}{plain}")].into_iter().chain(numbered);
        let itself = stand_in(slot);
        self.slots[slot] = Slot::Empty;
        self.open.retain(|open| *open != slot);
        for name in candidates {
            let mut own = definition.clone();
            let ty = TypeExpr::Named(name.clone());
            own.spec.types_mut().into_iter().for_each(|inner| replace(inner, &itself, &ty));
            let same = self.existing.get(&name).is_some_and(|existing| own.spec.is_like(existing))
                || self.drafted(&name).is_some_and(|drafted| drafted.spec == own.spec);
            if !same && self.taken.contains(&name) {
                continue;
            }
            if !same {
                own.doubts.extend(self.resemblance(&own.spec, &plain));
                self.taken.insert(name.clone());
                self.named.insert(name.clone(), slot);
                if let Some(shape) = own.spec.shape() {
                    self.alike.entry(shape).or_default().insert(slot);
                }
                self.slots[slot] = Slot::Filled(name, own);
            }
            for inner in slot..self.slots.len() {
                self.rename(inner, &itself, &ty);
            }
            return ty;
        }
        unreachable!("one of endlessly many names is free")
    }

    /// Puts a name in the place of a stand-in, in what a slot holds.
    fn rename(&mut self, slot: usize, from: &TypeExpr, to: &TypeExpr) {
        let Slot::Filled(_, definition) = &mut self.slots[slot] else { return };
        if !definition.spec.types().into_iter().any(|ty| ty.name() == from.name()) {
            return;
        }
        let before = definition.spec.shape();
        definition.spec.types_mut().into_iter().for_each(|ty| replace(ty, from, to));
        if let Some((before, after)) = before.zip(definition.spec.shape()) {
            self.alike.entry(before).or_default().remove(&slot);
            self.alike.entry(after).or_default().insert(slot);
        }
    }

    /// Which other struct a struct is like, by its fields or by the name that it would have.
    fn resemblance(&self, own: &Definition, plain: &str) -> Option<String> {
        let Definition::Struct { .. } = own else { return None };
        let drafted = |shape: &String| match &self.slots[*self.alike.get(shape)?.first()?] {
            Slot::Filled(name, _) => Some(name),
            Slot::Open { .. } | Slot::Empty => None,
        };
        let alike = own.shape().and_then(|shape| self.existing_alike.get(&shape).or_else(|| drafted(&shape)));
        if let Some(name) = alike {
            return Some(format!("the same fields as `{name}`: one type?"));
        }
        let existing = self.existing.get(plain)?;
        Some(format!("`{plain}` is there already{}: one type?", difference(own, existing)))
    }

    /// Takes out the types that none of some others needs: a field may have become something plainer.
    pub(super) fn keep_needed<'f>(&mut self, types: impl Iterator<Item = &'f TypeExpr>) {
        let mut needed = BTreeSet::new();
        let mut pending: Vec<String> = types.filter_map(TypeExpr::name).map(str::to_owned).collect();
        while let Some(name) = pending.pop() {
            if let Some(definition) = self.get(&name)
                && needed.insert(name)
            {
                pending.extend(definition.types().into_iter().filter_map(TypeExpr::name).map(str::to_owned));
            }
        }
        for slot in &mut self.slots {
            if matches!(slot, Slot::Filled(name, _) if !needed.contains(name)) {
                *slot = Slot::Empty;
            }
        }
    }

    /// The definition of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Definition> {
        self.drafted(name).map(|definition| &definition.spec).or_else(|| self.existing.get(name))
    }

    fn drafted(&self, name: &str) -> Option<&Draft<Definition>> {
        match &self.slots[*self.named.get(name)?] {
            Slot::Filled(_, definition) => Some(definition),
            Slot::Open { .. } | Slot::Empty => None,
        }
    }

    /// All types that are drafted, those that need others before them.
    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Draft<Definition>)> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Filled(name, definition) => Some((name, definition)),
            Slot::Open { .. } | Slot::Empty => None,
        })
    }
}

/// What one of two structs has and the other lacks, as a part of a sentence.
fn difference(own: &Definition, existing: &Definition) -> String {
    let names = |definition: &Definition| match definition {
        Definition::Struct { fields, .. } => fields.keys().cloned().collect(),
        Definition::Enum { .. } | Definition::Union { .. } => BTreeSet::new(),
    };
    let (own, existing): (BTreeSet<String>, BTreeSet<String>) = (names(own), names(existing));
    let listed = |of: &BTreeSet<String>, but: &BTreeSet<String>| {
        of.difference(but).cloned().collect::<Vec<String>>().join(", ")
    };
    let parts = [(" with ", listed(&existing, &own)), (" without ", listed(&own, &existing))];
    let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
    let told: String = parts.map(|(word, names)| word.to_owned() + &names).collect();
    if told.is_empty() { ", of other types, or with others that may be absent".to_owned() } else { told }
}

#[cfg(test)]
mod tests {
    use super::super::model::DraftFields;
    use super::*;
    use crate::spec::Field;
    use crate::spec::type_expr::Generic;

    fn object(doc: &str, fields: DraftFields) -> Draft<Definition> {
        Draft::sure(Definition::Struct { doc: doc.to_owned(), fields })
    }

    #[test]
    fn equal_types_share_a_name_and_others_get_one_of_their_own() {
        let mut types = Types::besides(["Taken".to_owned()], IndexMap::new());
        let mut close = |base: &str, doc: &str| {
            let slot = types.open(None);
            types.close(slot, base, "Owner", &object(doc, DraftFields::new())).to_string()
        };
        assert_eq!(close("Cup", "a"), "Cup");
        assert_eq!(close("Cup", "a"), "Cup");
        assert_eq!(close("Cup", "b"), "OwnerCup");
        assert_eq!(close("Cup", "c"), "OwnerCup2");
        assert_eq!(close("Cup", "b"), "OwnerCup");
        assert_eq!(close("Taken", "a"), "OwnerTaken");
        assert_eq!(close("File", "a"), "OwnerFile", "generated code needs the name");
        assert_eq!(types.all().count(), 5);
    }

    #[test]
    fn an_object_that_holds_its_like_refers_to_itself() {
        let mut types = Types::besides([], IndexMap::new());
        let node = |ty: TypeExpr| {
            let children = Field::new(TypeExpr::Generic(Generic::List, Box::new(ty)));
            object("", DraftFields::from_iter([("children".to_owned(), Draft::sure(children))]))
        };
        for _ in 0..2 {
            let slot = types.open(Some("Node"));
            let itself = types.around("Node").expect("it is about to be made");
            assert_eq!(types.close(slot, "Root", "Owner", &node(itself)).to_string(), "Root");
        }
        assert_eq!(types.all().count(), 1);
        assert_eq!(types.get("Root"), Some(&node(TypeExpr::Named("Root".to_owned())).spec));
        assert_eq!(types.around("Node"), None, "there is no such object around any more");
    }
}
