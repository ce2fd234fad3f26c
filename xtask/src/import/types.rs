//! The types that a draft defines, each with a name of its own.

use std::collections::BTreeSet;
use std::fmt;

use crate::names;

/// A type, as a spec writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ty {
    /// A type of the language.
    Scalar(&'static str),
    /// A type with a parameter.
    Generic(&'static str, Box<Ty>),
    /// A type of the draft.
    Named(String),
    /// The type of the object around it that a table of this name describes, as long as that has no name.
    Like(String),
}

impl Ty {
    /// Gives the type of the object around it its name.
    fn resolve(&mut self, table: &str, name: &str) {
        match self {
            Self::Like(like) if like == table => *self = Self::Named(name.to_owned()),
            Self::Generic(_, inner) => inner.resolve(table, name),
            Self::Scalar(_) | Self::Named(_) | Self::Like(_) => {}
        }
    }

    /// The type of the draft at the bottom, if there is one.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Scalar(_) | Self::Like(_) => None,
            Self::Generic(_, inner) => inner.name(),
            Self::Named(name) => Some(name),
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(name) => f.write_str(name),
            Self::Generic(name, inner) => write!(f, "{name}<{inner}>"),
            Self::Named(name) => f.write_str(name),
            // The object around it turned out to be none.
            Self::Like(_) => f.write_str("any"),
        }
    }
}

/// A field of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The wire name.
    pub name: String,
    /// Whether it may be absent.
    pub optional: bool,
    /// Its type.
    pub ty: Ty,
    /// What else is said of it, as keys and YAML values.
    pub keys: Vec<(&'static str, String)>,
    /// What the page says it is.
    pub doc: String,
    /// What the import isn't sure of.
    pub doubts: Vec<String>,
}

/// A value of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EnumValue {
    /// As on the wire.
    pub wire: String,
    /// The variant's name, or a placeholder.
    pub name: String,
    /// What the page says it means.
    pub doc: String,
    /// Whether only an example has it.
    pub undocumented: bool,
}

/// A variant of a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variant {
    /// The tag on the wire.
    pub tag: String,
    /// The variant's name, where the tag can't be it.
    pub name: Option<String>,
    /// The content.
    pub ty: Option<Ty>,
    /// The field with the content, where the tag doesn't name it.
    pub key: Option<String>,
}

/// What a type is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Definition {
    /// An object with fields.
    Struct { doc: String, fields: Vec<Field>, doubts: Vec<String> },
    /// A list of values.
    Enum { doc: String, text: bool, values: Vec<EnumValue> },
    /// An object that is told by a tag.
    Union { doc: String, tag: String, text: bool, variants: Vec<Variant> },
}

impl Definition {
    /// Gives the type of an object around its fields its name.
    fn resolve(&mut self, table: &str, name: &str) {
        match self {
            Self::Struct { fields, .. } => fields.iter_mut().for_each(|field| field.ty.resolve(table, name)),
            Self::Enum { .. } => {}
            Self::Union { variants, .. } => {
                variants
                    .iter_mut()
                    .filter_map(|variant| variant.ty.as_mut())
                    .for_each(|ty| ty.resolve(table, name));
            }
        }
    }

    /// The types of the draft that it needs itself.
    fn names(&self) -> impl Iterator<Item = &str> {
        let types: Vec<&Ty> = match self {
            Self::Struct { fields, .. } => fields.iter().map(|field| &field.ty).collect(),
            Self::Enum { .. } => Vec::new(),
            Self::Union { variants, .. } => {
                variants.iter().filter_map(|variant| variant.ty.as_ref()).collect()
            }
        };
        types.into_iter().filter_map(Ty::name)
    }
}

/// The types of a draft, in the order in which they are first needed.
#[derive(Debug, Default)]
pub(super) struct Types {
    taken: BTreeSet<String>,
    slots: Vec<Option<(String, Definition)>>,
}

impl Types {
    /// No types, where some names can't be used any more.
    pub(super) fn besides(taken: impl IntoIterator<Item = String>) -> Self {
        let reserved = names::RESERVED.iter().map(|name| (*name).to_owned());
        Self { taken: taken.into_iter().chain(reserved).collect(), slots: Vec::new() }
    }

    /// Takes a name, so that no type gets it.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// Whether a name is taken.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// The place of a type that is about to be made: before those that it needs.
    pub(super) fn open(&mut self) -> usize {
        self.slots.push(None);
        self.slots.len() - 1
    }

    /// Puts a type in its place, or finds the one that is the same; says its name.
    ///
    /// A type that a table describes may hold objects like itself.
    pub(super) fn close(
        &mut self,
        slot: usize,
        base: &str,
        owner: &str,
        table: Option<&str>,
        definition: &Definition,
    ) -> Ty {
        let plain = if names::is_pascal(base) { base.to_owned() } else { format!("Type{base}") };
        let numbered = (2..).map(|number| format!("{owner}{plain}{number}"));
        let candidates = [plain.clone(), format!("{owner}{plain}")].into_iter().chain(numbered);
        for name in candidates {
            let mut own = definition.clone();
            if let Some(table) = table {
                own.resolve(table, &name);
            }
            let known = self.slots.iter().flatten().find(|(known, _)| *known == name);
            match known {
                Some((_, same)) if *same == own => return Ty::Named(name),
                Some(_) => {}
                None if self.taken.contains(&name) => {}
                None => {
                    self.taken.insert(name.clone());
                    self.slots[slot] = Some((name.clone(), own));
                    if let Some(table) = table {
                        self.slots[slot..]
                            .iter_mut()
                            .flatten()
                            .for_each(|(_, inner)| inner.resolve(table, &name));
                    }
                    return Ty::Named(name);
                }
            }
        }
        unreachable!("one of endlessly many names is free")
    }

    /// Takes out the types that none of some fields needs: a field may have become something plainer.
    pub(super) fn keep_needed<'f>(&mut self, fields: impl Iterator<Item = &'f Field>) {
        let mut needed = BTreeSet::new();
        let mut pending: Vec<String> =
            fields.filter_map(|field| field.ty.name()).map(str::to_owned).collect();
        while let Some(name) = pending.pop() {
            if let Some(definition) = self.get(&name)
                && needed.insert(name)
            {
                pending.extend(definition.names().map(str::to_owned));
            }
        }
        for slot in &mut self.slots {
            slot.take_if(|(name, _)| !needed.contains(name));
        }
    }

    /// The definition of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Definition> {
        self.all().find(|(known, _)| known == name).map(|(_, definition)| definition)
    }

    /// All types, those that need others before them.
    pub(super) fn all(&self) -> impl Iterator<Item = &(String, Definition)> {
        self.slots.iter().flatten()
    }
}

/// A name in PascalCase; of text in capitals, one that can be read.
pub(super) fn pascal(name: &str) -> String {
    if name.contains(|c: char| c.is_ascii_lowercase()) {
        return names::pascal(name);
    }
    names::pascal(&name.to_ascii_lowercase())
}

/// The name of one of several: `user_list` → `user`, `replies` → `reply`, `status` stays.
pub(super) fn singular(name: &str) -> String {
    let lists = ["_list", "List", "list"];
    let base = lists
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|base| base.len() > 1)
        .unwrap_or(name);
    let base = base.trim_end_matches('_');
    if let Some(stem) = base.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let stays = ["ss", "us", "is", "news", "os"].iter().any(|ending| base.ends_with(ending));
    match base.strip_suffix('s') {
        Some(stem) if !stays && stem.len() > 1 => stem.to_owned(),
        _ => base.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_is_named_in_the_singular() {
        for (several, one) in [
            ("user_list", "user"),
            ("userlist", "user"),
            ("replies", "reply"),
            ("attachments", "attachment"),
            ("status", "status"),
            ("news", "news"),
            ("address", "address"),
            ("list", "list"),
            ("s", "s"),
        ] {
            assert_eq!(singular(several), one);
        }
    }

    #[test]
    fn equal_types_share_a_name_and_others_get_one_of_their_own() {
        let mut types = Types::besides(["Taken".to_owned()]);
        let with =
            |doc: &str| Definition::Struct { doc: doc.to_owned(), fields: Vec::new(), doubts: Vec::new() };
        let mut close = |base: &str, doc: &str| {
            let slot = types.open();
            types.close(slot, base, "Owner", None, &with(doc)).to_string()
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
        let mut types = Types::besides([]);
        let children = |ty: Ty| Field {
            name: "children".to_owned(),
            optional: true,
            ty: Ty::Generic("list", Box::new(ty)),
            keys: Vec::new(),
            doc: String::new(),
            doubts: Vec::new(),
        };
        let node = |ty: Ty| Definition::Struct {
            doc: String::new(),
            fields: vec![children(ty)],
            doubts: Vec::new(),
        };
        for _ in 0..2 {
            let slot = types.open();
            let like = node(Ty::Like("Node".to_owned()));
            assert_eq!(types.close(slot, "Root", "Owner", Some("Node"), &like).to_string(), "Root");
        }
        assert_eq!(types.get("Root"), Some(&node(Ty::Named("Root".to_owned()))));
        assert_eq!(Ty::Like("Other".to_owned()).to_string(), "any", "there is no such object around it");
    }
}
