//! The types that a draft defines, each with a unique name.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::model::{Definition, Draft, mean_the_same};
use super::naming::{of_object, within};
use crate::spec::names;
use crate::spec::phrases::LONGEST;
use crate::spec::type_expr::TypeExpr;

/// The place of a type that is drafted before those that it needs.
#[derive(Debug)]
enum Slot {
    /// Not finished yet: the type of an object that a table of this name describes.
    Open { table: Option<String> },
    /// Finished, with a name.
    Filled(String, Draft<Definition>),
    /// Unused: the type is the same as another one, or nothing needs it.
    Empty,
}

/// The types of a draft, in the order in which they are first needed.
#[derive(Debug, Default)]
pub(super) struct Types {
    taken: BTreeSet<String>,
    /// The types that the file already has: they are reused where they are the same.
    existing: IndexMap<String, Definition>,
    slots: Vec<Slot>,
    /// The slots that are open, the outermost first.
    open: Vec<usize>,
    /// By name: the slot of a type.
    named: HashMap<String, usize>,
    /// By shape: the existing structs, and the slots of the drafted ones.
    existing_alike: HashMap<String, String>,
    alike: HashMap<String, BTreeSet<usize>>,
    /// By values: the slots of the drafted enums.
    enums: HashMap<String, usize>,
    /// By name without its number: the numbers of existing types.
    existing_numbers: HashMap<String, BTreeSet<u32>>,
    /// By name without its number, and by content: the numbers of drafted types.
    numbers: HashMap<(String, String), BTreeSet<u32>>,
    /// By name without its number: the first number that may be free.
    free: HashMap<String, u32>,
    /// The number of names tried so far.
    #[cfg(test)]
    tried: usize,
}

/// The number of structs with the same fields that are searched for one with the same limits.
const MOST_ALIKE: usize = 20;

/// Returns the stand-in for an open slot's type until it has a name: no type's name begins with a digit.
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

/// Returns the ways to split a name into a name and a distinguishing number.
fn numbered(name: &str) -> impl Iterator<Item = (String, u32)> {
    let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    (name.len() - digits..name.len()).filter_map(|at| {
        let number: u32 = name[at..].parse().ok()?;
        (number > 1 && !name[at..].starts_with('0')).then(|| (name[..at].to_owned(), number))
    })
}

/// Returns everything about a type with this name except the name.
fn content(definition: &Definition, name: &TypeExpr) -> String {
    let mut definition = definition.clone();
    let unnamed = TypeExpr::Named(String::new());
    definition.types_mut().into_iter().for_each(|ty| replace(ty, name, &unnamed));
    format!("{definition:?}")
}

impl Types {
    /// Creates an empty set, given existing types and names that can't be used.
    pub(super) fn besides(
        taken: impl IntoIterator<Item = String>,
        existing: IndexMap<String, Definition>,
    ) -> Self {
        let reserved = names::RESERVED.iter().map(|name| (*name).to_owned());
        let mut existing_alike = HashMap::new();
        let mut existing_numbers: HashMap<String, BTreeSet<u32>> = HashMap::new();
        for (name, definition) in &existing {
            for (base, number) in numbered(name) {
                existing_numbers.entry(base).or_default().insert(number);
            }
            if let Some(shape) = definition.shape() {
                existing_alike.entry(shape).or_insert_with(|| name.clone());
            }
        }
        let taken = taken.into_iter().chain(reserved).collect();
        Self { taken, existing, existing_alike, existing_numbers, ..Self::default() }
    }

    /// Reserves a name, so that no type gets it.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// Returns whether a name is taken.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// Returns whether the file already has a type of this name.
    pub(super) fn is_existing(&self, name: &str) -> bool {
        self.existing.contains_key(name)
    }

    /// Opens a slot for the type of an object that a table may describe.
    pub(super) fn open(&mut self, table: Option<&str>) -> usize {
        self.slots.push(Slot::Open { table: table.map(str::to_owned) });
        self.open.push(self.slots.len() - 1);
        self.slots.len() - 1
    }

    /// Returns the unfinished type of the object that a table describes.
    pub(super) fn around(&self, table: &str) -> Option<TypeExpr> {
        let describes =
            |slot: &usize| matches!(&self.slots[*slot], Slot::Open { table: Some(own) } if own == table);
        self.open.iter().copied().rfind(describes).map(stand_in)
    }

    /// Fills the slot of a type, or finds one that is the same; returns its name.
    pub(super) fn close(
        &mut self,
        slot: usize,
        base: &str,
        owner: &str,
        definition: &Draft<Definition>,
    ) -> TypeExpr {
        let plain = if names::is_pascal(base) { base.to_owned() } else { format!("Type{base}") };
        let inside = within(owner, &plain);
        let itself = stand_in(slot);
        self.slots[slot] = Slot::Empty;
        self.open.retain(|open| *open != slot);
        if let Some(name) = self.same(&definition.spec, &plain) {
            return TypeExpr::Named(name);
        }
        let numbers = self.numbers_for(&inside, &content(&definition.spec, &itself));
        let numbered = numbers.into_iter().map(|number| format!("{inside}{number}"));
        // A name by meaning takes precedence over one by place.
        let domain = of_object(owner, &plain);
        for name in [plain.clone()].into_iter().chain(domain.clone()).chain([inside.clone()]).chain(numbered)
        {
            #[cfg(test)]
            {
                self.tried += 1;
            }
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
                // A type isn't named after an endpoint's verb, nor after a number.
                let by_place =
                    name != plain && Some(&name) != domain.as_ref() && (domain.is_some() || name != inside);
                if by_place && own.doubts.is_empty() {
                    own.doubts.push("the name repeats the path: a better one?".to_owned());
                }
                self.taken.insert(name.clone());
                self.named.insert(name.clone(), slot);
                self.slots[slot] = Slot::Filled(name, own);
                self.index(slot, true);
            }
            for inner in slot..self.slots.len() {
                self.rename(inner, &itself, &ty);
            }
            return ty;
        }
        unreachable!("the last number is free")
    }

    /// Replaces a stand-in by a name, in a slot's type.
    fn rename(&mut self, slot: usize, from: &TypeExpr, to: &TypeExpr) {
        let Slot::Filled(_, definition) = &self.slots[slot] else { return };
        if !definition.spec.types().into_iter().any(|ty| ty.name() == from.name()) {
            return;
        }
        self.index(slot, false);
        if let Slot::Filled(_, definition) = &mut self.slots[slot] {
            definition.spec.types_mut().into_iter().for_each(|ty| replace(ty, from, to));
        }
        self.index(slot, true);
    }

    /// Adds a slot's type to the indexes, or removes it.
    fn index(&mut self, slot: usize, known: bool) {
        let Slot::Filled(name, Draft { spec, .. }) = &self.slots[slot] else { return };
        if let Some(shape) = spec.shape() {
            let alike = self.alike.entry(shape).or_default();
            _ = if known { alike.insert(slot) } else { alike.remove(&slot) };
        }
        if let Some(meanings) = spec.meanings() {
            _ = if known { self.enums.insert(meanings, slot) } else { self.enums.remove(&meanings) };
        }
        let content = content(spec, &TypeExpr::Named(name.clone()));
        for (base, number) in numbered(name) {
            let numbers = self.numbers.entry((base, content.clone())).or_default();
            _ = if known { numbers.insert(number) } else { numbers.remove(&number) };
        }
    }

    /// Returns the numbers to try after a name, for a type with this content: those of types that may be the same, and
    /// the first that is free.
    fn numbers_for(&mut self, base: &str, content: &str) -> BTreeSet<u32> {
        let taken = |number: &u32| self.taken.contains(&format!("{base}{number}"));
        let free = self.free.entry(base.to_owned()).or_insert(2);
        while taken(free) {
            *free += 1;
        }
        let drafted = self.numbers.get(&(base.to_owned(), content.to_owned())).into_iter().flatten();
        let existing = self.existing_numbers.get(base).into_iter().flatten();
        drafted.take(1).chain(existing).chain([&*free]).copied().collect()
    }

    /// Returns the type that is the same apart from descriptions: a struct with the same fields, an enum with the same
    /// values, or one of the same name that has more values or fewer.
    fn same(&mut self, own: &Definition, plain: &str) -> Option<String> {
        if let Some(shape) = own.shape() {
            if let Some(existing) = self.existing_alike.get(&shape) {
                return self
                    .existing
                    .get(existing)
                    .is_some_and(|other| own.has_limits_of(other))
                    .then(|| existing.clone());
            }
            let slots = self.alike.get(&shape)?.iter().take(MOST_ALIKE);
            let slot = slots
                .copied()
                .find(|slot| self.filled(*slot).is_some_and(|(_, other)| own.has_limits_of(&other.spec)))?;
            return self.used_for(slot, plain);
        }
        if let Some(slot) = own.meanings().and_then(|meanings| self.enums.get(&meanings).copied()) {
            return self.filled(slot).map(|(name, _)| name.clone());
        }
        let slot = *self.named.get(plain)?;
        self.index(slot, false);
        let learned = match self.slots.get_mut(slot) {
            Some(Slot::Filled(name, known)) => known.spec.learn(own).then(|| name.clone()),
            Some(Slot::Open { .. } | Slot::Empty) | None => None,
        };
        self.index(slot, true);
        learned
    }

    fn filled(&self, slot: usize) -> Option<(&String, &Draft<Definition>)> {
        match self.slots.get(slot)? {
            Slot::Filled(name, definition) => Some((name, definition)),
            Slot::Open { .. } | Slot::Empty => None,
        }
    }

    /// Returns the name of a type that now has another use, which the name may not fit.
    fn used_for(&mut self, slot: usize, plain: &str) -> Option<String> {
        let Slot::Filled(name, definition) = self.slots.get_mut(slot)? else { return None };
        if name != plain {
            let doubt = format!("also `{plain}`: a name by what it is?");
            if !definition.doubts.contains(&doubt) {
                definition.doubts.push(doubt);
            }
        }
        Some(name.clone())
    }

    /// Returns the struct that another one resembles, by its fields or by the name that it would have.
    fn resemblance(&self, own: &Definition, plain: &str) -> Option<String> {
        let Definition::Struct { .. } = own else { return None };
        let existing =
            self.existing.get(plain).or_else(|| self.drafted(plain).map(|drafted| &drafted.spec))?;
        if !shares_most(own, existing) {
            return None;
        }
        Some(format!("`{plain}` is there already{}: one type?", difference(own, existing)))
    }

    /// Removes the types that aren't needed by the given ones: a field may have been simplified.
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

    /// Returns the page's descriptions of the fields of an existing struct that has other descriptions for them.
    pub(super) fn words_lost(&self, name: &str, own: &Definition) -> Option<String> {
        let (Some(Definition::Struct { fields: known, .. }), Definition::Struct { fields, .. }) =
            (self.existing.get(name), own)
        else {
            return None;
        };
        let lost = fields.iter().filter_map(|(field, own)| {
            let (said, known) = (own.spec.doc.as_str(), known.get(field)?.spec.doc.as_str());
            // An English description may well express a short phrase.
            let kept = match known.strip_prefix("TODO") {
                Some(words) => mean_the_same(words, said),
                None => said.chars().count() <= LONGEST,
            };
            (!kept).then(|| format!("{field}: {said}"))
        });
        let lost: Vec<String> = lost.collect();
        (!lost.is_empty()).then(|| format!("of `{name}` the page also says: {}", lost.join(" / ")))
    }

    /// Returns the definition with a name.
    pub(super) fn get(&self, name: &str) -> Option<&Definition> {
        self.drafted(name).map(|definition| &definition.spec).or_else(|| self.existing.get(name))
    }

    fn drafted(&self, name: &str) -> Option<&Draft<Definition>> {
        self.filled(*self.named.get(name)?).map(|(_, definition)| definition)
    }

    /// Returns all drafted types, each after the types that need it.
    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Draft<Definition>)> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Filled(name, definition) => Some((name, definition)),
            Slot::Open { .. } | Slot::Empty => None,
        })
    }
}

/// Returns whether two structs share so many fields that they may be one.
fn shares_most(own: &Definition, other: &Definition) -> bool {
    let (Definition::Struct { fields, .. }, Definition::Struct { fields: others, .. }) = (own, other) else {
        return false;
    };
    let common = fields.keys().filter(|name| others.contains_key(*name)).count();
    3 * common >= 2 * fields.len().max(others.len())
}

/// Words what one of two structs has and the other lacks, as a part of a sentence.
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
    use crate::spec::type_expr::Generic;
    use crate::spec::{Field, Repr};

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
    fn of_many_types_with_one_name_each_gets_its_own_without_trying_those_of_all_others() {
        let existing =
            ["OwnerCup3", "OwnerCup4"].map(|name| (name.to_owned(), object(name, DraftFields::new()).spec));
        let mut types =
            Types::besides(existing.iter().map(|(name, _)| name.clone()), existing.clone().into());
        let mut close = |doc: &str| {
            let slot = types.open(None);
            let definition =
                Definition::Enum { doc: doc.to_owned(), repr: Repr::Int, values: IndexMap::new() };
            (types.close(slot, "Cup", "Owner", &Draft::sure(definition)).to_string(), types.tried)
        };
        let names: Vec<String> = (0..1000).map(|number| close(&number.to_string()).0).collect();
        assert_eq!(names[..5], ["Cup", "OwnerCup", "OwnerCup2", "OwnerCup5", "OwnerCup6"]);
        let (again, tried) = close("500");
        assert_eq!(again, names[500]);
        assert!(tried < 6 * names.len(), "{tried} names were tried");
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
