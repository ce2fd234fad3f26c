//! The contents of an object by wire name, as the spec has them, whatever types they are composed of.

use std::collections::BTreeSet;

use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, TypeExpr};
use crate::spec::{
    Field, Fields, File, Limit, LimitKind, Operation, Part, Rule, Section, Struct, Style, Union, Variant,
    WrittenRule,
};

/// A named member of an object.
#[derive(Clone)]
pub(super) struct SpecField<'s> {
    /// The name on the wire.
    pub name: &'s str,
    /// Its name in a deviation.
    pub at: String,
    /// The place of its key.
    pub path: Path,
    pub what: What<'s>,
}

/// The kind of a named member.
#[derive(Clone, Copy)]
pub(super) enum What<'s> {
    /// A field.
    Field(&'s Field),
    /// The tag that distinguishes the variants of a union.
    Tag(&'s str, &'s Union),
    /// The content of a union's variant.
    Content(&'s Variant),
}

/// An object: its members and its name.
pub(super) struct SpecObject<'s> {
    /// Its name in a deviation.
    pub at: String,
    /// Its place.
    pub path: Path,
    pub fields: Vec<SpecField<'s>>,
    /// The rules over them.
    pub rules: &'s [WrittenRule],
}

impl<'s> SpecField<'s> {
    /// Returns the type, if it has one.
    pub(super) fn ty(&self) -> Option<&'s TypeExpr> {
        match self.what {
            What::Field(field) => Some(&field.ty),
            What::Tag(..) => None,
            What::Content(variant) => variant.ty.as_ref(),
        }
    }

    /// Returns the field, if it is one.
    pub(super) fn own(&self) -> Option<&'s Field> {
        match self.what {
            What::Field(field) => Some(field),
            What::Tag(..) | What::Content(_) => None,
        }
    }

    /// Returns the only numbers that it, or an item of it, may be.
    pub(super) fn only_numbers(&self) -> Vec<i64> {
        let limits = self.own().into_iter().flat_map(|field| field.limits.iter().chain(&field.each.0));
        limits.filter(|limit| limit.kind == LimitKind::OneOf).flat_map(Limit::whole_numbers).collect()
    }

    /// Returns whether it has this name, even if only by a documented misspelling.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name || self.is_misspelt(name)
    }

    /// Returns whether the spec has this name as a misspelling of it.
    pub(super) fn is_misspelt(&self, name: &str) -> bool {
        matches!(self.what, What::Field(field) if field.misspelt.iter().any(|other| other == name))
    }
}

impl<'s> SpecObject<'s> {
    /// Creates the object for a part of an operation.
    pub(super) fn of_part(file: &'s File, operation: &Operation<'s>, part: Part, fields: &'s Fields) -> Self {
        let Operation { section, name, .. } = operation;
        let path = section.entry(name).key(part.key());
        let rules = if part.is_sent() { operation.rules } else { &[] };
        Self { rules, ..Self::of_fields(file, format!("{name}.{}", part.key()), path, fields, 0) }
    }

    /// Creates the object for a type, or for its items, if its fields are known.
    pub(super) fn of_type(file: &'s File, ty: &'s TypeExpr) -> Option<Self> {
        Self::of_name(file, ty.name()?, 0)
    }

    /// Returns its rules; for a union, those of its variants.
    pub(super) fn all_rules(&self, file: &File) -> Vec<Rule> {
        let union = file.unions.get(&self.at);
        let variants = union.into_iter().flat_map(|union| union.variants.values());
        let structs = variants.filter_map(|variant| file.structs.get(variant.ty.as_ref()?.name()?));
        let inner = structs.flat_map(|structure| &structure.rules);
        self.rules.iter().chain(inner).filter_map(WrittenRule::meaning).collect()
    }

    /// Returns the names of all members, nested ones included.
    pub(super) fn names(&self, file: &'s File) -> BTreeSet<&'s str> {
        self.everything(file).into_iter().map(|field| field.name).collect()
    }

    /// Returns its members and those of the objects inside it, each type once.
    pub(super) fn everything(&self, file: &'s File) -> Vec<SpecField<'s>> {
        let mut all = Vec::new();
        let mut types: BTreeSet<&'s str> = BTreeSet::new();
        let mut pending: Vec<SpecField<'s>> = self.fields.clone();
        while let Some(field) = pending.pop() {
            if let Some(name) = field.ty().and_then(TypeExpr::name)
                && types.insert(name)
            {
                pending.extend(Self::of_name(file, name, 0).into_iter().flat_map(|inner| inner.fields));
            }
            all.push(field);
        }
        all
    }

    fn of_name(file: &'s File, name: &str, depth: usize) -> Option<Self> {
        if let Some((name, structure)) = file.structs.get_key_value(name) {
            return Some(Self::of_struct(file, name, structure, depth));
        }
        let (name, union) = file.unions.get_key_value(name)?;
        Some(Self::of_union(file, name, union, depth))
    }

    fn of_struct(file: &'s File, name: &'s str, structure: &'s Struct, depth: usize) -> Self {
        let path = Section::Structs.entry(name).key("fields");
        Self {
            rules: &structure.rules,
            ..Self::of_fields(file, name.to_owned(), path, &structure.fields, depth)
        }
    }

    fn of_fields(file: &'s File, at: String, path: Path, fields: &'s Fields, depth: usize) -> Self {
        let mut inside = Vec::new();
        for (name, field) in fields {
            let inner = field.embed.then(|| embedded(file, &field.ty, depth)).flatten();
            if let Some(inner) = inner {
                inside.extend(inner.fields);
                continue;
            }
            // A key in the file ends in `?` if the field may be absent.
            let key = if field.optional { format!("{name}?") } else { name.clone() };
            inside.push(SpecField {
                name,
                at: format!("{at}.{name}"),
                path: path.key(&key),
                what: What::Field(field),
            });
        }
        Self { at, path, fields: inside, rules: &[] }
    }

    fn of_union(file: &'s File, name: &'s str, union: &'s Union, depth: usize) -> Self {
        let path = Section::Unions.entry(name);
        let mut fields = Vec::new();
        if let Some(tag) = &union.tag {
            let (at, path) = (format!("{name}.{tag}"), path.key("tag"));
            fields.push(SpecField { name: tag, at, path, what: What::Tag(name, union) });
        }
        for (tag, variant) in &union.variants {
            let path = path.key("variants").key(tag);
            match union.style {
                Style::Sibling | Style::Oneof if variant.ty.is_some() => {
                    let at = format!("{name}.{tag}");
                    let content = variant.content(tag);
                    fields.push(SpecField { name: content, at, path, what: What::Content(variant) });
                }
                Style::Sibling | Style::Oneof => {}
                Style::Flat | Style::Kind => {
                    let inner = variant.ty.as_ref().and_then(|ty| embedded(file, ty, depth));
                    fields.extend(inner.into_iter().flat_map(|inner| inner.fields));
                }
            }
        }
        Self { at: name.to_owned(), path: path.key("variants"), fields, rules: &[] }
    }
}

/// The maximum depth of embedded objects: the checks reject those that embed themselves.
const MAX_DEPTH: usize = 12;

fn embedded<'s>(file: &'s File, ty: &'s TypeExpr, depth: usize) -> Option<SpecObject<'s>> {
    (depth < MAX_DEPTH).then(|| SpecObject::of_name(file, ty.name()?, depth + 1)).flatten()
}

/// Returns whether the keys of an object of a type are data, wherever the object is within the type.
pub(super) fn is_map(ty: &TypeExpr) -> bool {
    match ty {
        TypeExpr::Generic(Generic::Map, _) => true,
        TypeExpr::Generic(_, inner) => is_map(inner),
        TypeExpr::Scalar(_) | TypeExpr::Named(_) => false,
    }
}
