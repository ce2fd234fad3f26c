//! What stands in an object, as the spec says it: by wire name, whatever types it is made of.

use std::collections::BTreeSet;

use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, TypeExpr};
use crate::spec::{
    Field, Fields, File, Operation, Part, Section, Struct, Style, Union, Variant, WrittenRule,
};

/// Something that stands in an object under a name.
#[derive(Clone)]
pub(super) struct SpecField<'s> {
    /// The name on the wire.
    pub name: &'s str,
    /// What it is called in a deviation.
    pub at: String,
    /// Where its key stands.
    pub path: Path,
    pub what: What<'s>,
}

/// What stands under a name.
#[derive(Clone, Copy)]
pub(super) enum What<'s> {
    /// A field.
    Field(&'s Field),
    /// What tells the variants of a union apart.
    Tag(&'s str, &'s Union),
    /// The content of a union's variant.
    Content(&'s Variant),
}

/// An object: what stands in it, and what it is called.
pub(super) struct SpecObject<'s> {
    /// What it is called in a deviation.
    pub at: String,
    /// Where it stands.
    pub path: Path,
    pub fields: Vec<SpecField<'s>>,
    /// The rules over them.
    pub rules: &'s [WrittenRule],
}

impl<'s> SpecField<'s> {
    /// The type, of what has one.
    pub(super) fn ty(&self) -> Option<&'s TypeExpr> {
        match self.what {
            What::Field(field) => Some(&field.ty),
            What::Tag(..) => None,
            What::Content(variant) => variant.ty.as_ref(),
        }
    }

    /// Whether it is called so, if only by mistake.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name || self.is_misspelt(name)
    }

    /// Whether it is called so by mistake, as the spec says.
    pub(super) fn is_misspelt(&self, name: &str) -> bool {
        matches!(self.what, What::Field(field) if field.misspelt.iter().any(|other| other == name))
    }
}

impl<'s> SpecObject<'s> {
    /// A part of an operation.
    pub(super) fn of_part(file: &'s File, operation: &Operation<'s>, part: Part, fields: &'s Fields) -> Self {
        let Operation { section, name, .. } = operation;
        let path = section.entry(name).key(part.key());
        let endpoint = file.endpoints.get(*name).filter(|_| *section == Section::Endpoints && part.is_sent());
        let rules = endpoint.map_or(&[][..], |endpoint| &endpoint.head.rules);
        Self { rules, ..Self::of_fields(file, format!("{name}.{}", part.key()), path, fields, 0) }
    }

    /// The object that a type is, or that its items are, if it is one whose fields are known.
    pub(super) fn of_type(file: &'s File, ty: &'s TypeExpr) -> Option<Self> {
        Self::of_name(file, ty.name()?, 0)
    }

    /// The names of everything in it, and in the objects inside it.
    pub(super) fn names(&self, file: &'s File) -> BTreeSet<&'s str> {
        self.everything(file).into_iter().map(|field| field.name).collect()
    }

    /// Its fields, and those of the objects inside it, each type once.
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
            // A key of the file ends in `?` where the field may be absent.
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

/// How deep embedded objects may stand in one another: the checks refuse those that embed themselves.
const MAX_DEPTH: usize = 12;

fn embedded<'s>(file: &'s File, ty: &'s TypeExpr, depth: usize) -> Option<SpecObject<'s>> {
    (depth < MAX_DEPTH).then(|| SpecObject::of_name(file, ty.name()?, depth + 1)).flatten()
}

/// Whether the keys of an object of a type are data, of a type on the way to its objects.
pub(super) fn is_map(ty: &TypeExpr) -> bool {
    match ty {
        TypeExpr::Generic(Generic::Map, _) => true,
        TypeExpr::Generic(_, inner) => is_map(inner),
        TypeExpr::Scalar(_) | TypeExpr::Named(_) => false,
    }
}
