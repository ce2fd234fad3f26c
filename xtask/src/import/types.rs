//! The types that a draft defines, each with a name of its own.

use std::collections::BTreeSet;
use std::fmt;

use crate::spec::names;
use crate::spec::type_expr::TypeExpr;
use crate::spec::{self, File, Repr};

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

impl From<&TypeExpr> for Ty {
    fn from(ty: &TypeExpr) -> Self {
        match ty {
            TypeExpr::Scalar(scalar) => Self::Scalar(scalar.keyword()),
            TypeExpr::Generic(generic, inner) => {
                Self::Generic(generic.keyword(), Box::new(Self::from(&**inner)))
            }
            TypeExpr::Named(name) => Self::Named(name.clone()),
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

/// Whether two lists have the same items, in whatever order.
fn same_items<T: Ord>(a: impl Iterator<Item = T>, b: impl Iterator<Item = T>) -> bool {
    a.collect::<BTreeSet<T>>() == b.collect()
}

/// What of a field makes its type what it is.
fn essence(field: &Field) -> (&str, bool, String) {
    (&field.name, field.optional, field.ty.to_string())
}

impl Definition {
    /// Whether it is the same on the wire, whatever is said of it. Of values and variants, the other may know more.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Struct { fields, .. }, Self::Struct { fields: others, .. }) => {
                same_items(fields.iter().map(essence), others.iter().map(essence))
            }
            (Self::Enum { text, values, .. }, Self::Enum { text: other_text, values: others, .. }) => {
                let known = |wire: &str| others.iter().any(|other| other.wire == wire);
                text == other_text && values.iter().all(|value| known(&value.wire))
            }
            (
                Self::Union { tag, text, variants, .. },
                Self::Union { tag: other_tag, text: other_text, variants: others, .. },
            ) => {
                let essence =
                    |variant: &Variant| (variant.tag.clone(), variant.ty.clone(), variant.key.clone());
                let known = |variant: &Variant| others.iter().any(|other| essence(other) == essence(variant));
                tag == other_tag && text == other_text && variants.iter().all(known)
            }
            _ => false,
        }
    }
}

/// The types that a spec file has, by name.
pub(super) fn of_file(file: &File) -> Vec<(String, Definition)> {
    let mut types = Vec::new();
    for (name, spec::Struct { fields, .. }) in &file.structs {
        let fields = fields.iter().map(|(name, field)| Field {
            name: name.clone(),
            optional: field.optional,
            ty: Ty::from(&field.ty),
            keys: if field.embed { vec![("embed", "true".to_owned())] } else { Vec::new() },
            doc: String::new(),
            doubts: Vec::new(),
        });
        let (doc, doubts) = (String::new(), Vec::new());
        types.push((name.clone(), Definition::Struct { doc, fields: fields.collect(), doubts }));
    }
    for (name, listed) in &file.enums {
        let values = listed.values.iter().map(|(wire, value)| EnumValue {
            wire: wire.clone(),
            name: value.name.clone(),
            doc: String::new(),
            undocumented: false,
        });
        let text = listed.repr == Repr::String;
        types.push((name.clone(), Definition::Enum { doc: String::new(), text, values: values.collect() }));
    }
    for (name, union) in &file.unions {
        let variants = union.variants.iter().map(|(tag, variant)| Variant {
            tag: tag.clone(),
            name: variant.name.clone(),
            ty: variant.ty.as_ref().map(Ty::from),
            key: variant.key.clone(),
        });
        // A union of another style is never drafted.
        let tag = if union.style == spec::Style::Sibling {
            union.tag.clone().unwrap_or_default()
        } else {
            continue;
        };
        let (doc, text) = (String::new(), union.repr == Repr::String);
        types.push((name.clone(), Definition::Union { doc, tag, text, variants: variants.collect() }));
    }
    types
}

/// The types of a draft, in the order in which they are first needed.
#[derive(Debug, Default)]
pub(super) struct Types {
    taken: BTreeSet<String>,
    /// The types that the file has already: they are used again where they are the same.
    existing: Vec<(String, Definition)>,
    slots: Vec<Option<(String, Definition)>>,
}

impl Types {
    /// No types, where some exist already and some names can't be used any more.
    pub(super) fn besides(
        taken: impl IntoIterator<Item = String>,
        existing: Vec<(String, Definition)>,
    ) -> Self {
        let reserved = names::RESERVED.iter().map(|name| (*name).to_owned());
        Self { taken: taken.into_iter().chain(reserved).collect(), existing, slots: Vec::new() }
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
            if self.existing(&name).is_some_and(|existing| own.is_like(existing)) {
                return Ty::Named(name);
            }
            let known = self.slots.iter().flatten().find(|(known, _)| *known == name);
            match known {
                Some((_, same)) if *same == own => return Ty::Named(name),
                Some(_) => {}
                None if self.taken.contains(&name) => {}
                None => {
                    self.taken.insert(name.clone());
                    self.compare(&mut own, &plain);
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

    /// The definition of a type that the file has already.
    fn existing(&self, name: &str) -> Option<&Definition> {
        self.existing.iter().find(|(known, _)| known == name).map(|(_, definition)| definition)
    }

    /// Says in a struct which others it is like, by its fields or by the name that it would have.
    fn compare(&self, own: &mut Definition, plain: &str) {
        let alike = |(_, other): &&(String, Definition)| {
            own.is_like(other) && matches!(other, Definition::Struct { fields, .. } if !fields.is_empty())
        };
        let alike = self.existing.iter().chain(self.all()).find(alike).map(|(name, _)| name.clone());
        let namesake = self.existing(plain).map(|existing| difference(own, existing));
        let Definition::Struct { doubts, .. } = own else { return };
        if let Some(name) = alike {
            doubts.push(format!("the same fields as `{name}`: one type?"));
        } else if let Some(difference) = namesake {
            doubts.push(format!("`{plain}` is there already{difference}: one type?"));
        }
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
        let drafted = self.all().find(|(known, _)| known == name).map(|(_, definition)| definition);
        drafted.or_else(|| self.existing(name))
    }

    /// All types, those that need others before them.
    pub(super) fn all(&self) -> impl Iterator<Item = &(String, Definition)> {
        self.slots.iter().flatten()
    }
}

/// What one of two structs has and the other lacks, as a part of a sentence.
fn difference(own: &Definition, existing: &Definition) -> String {
    let names = |definition: &Definition| match definition {
        Definition::Struct { fields, .. } => fields.iter().map(|field| field.name.clone()).collect(),
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
        let mut types = Types::besides(["Taken".to_owned()], Vec::new());
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
        let mut types = Types::besides([], Vec::new());
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
