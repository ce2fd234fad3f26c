//! Checks of structs, enums and unions.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};

use super::checker::{Checker, is_integer, key};
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{DocumentKind, Enum, Field, File, KINDS, Place, Repr, Section, Style, Union, Variant};

impl Checker<'_> {
    /// Checks the names of all types of the file, including those of requests and responses.
    pub(super) fn type_names(&mut self) {
        let file = self.file;
        let mut all = Vec::new();
        for operation in file.operations() {
            let (path, name) = (operation.section.entry(operation.name), operation.name);
            if !names::is_snake(name) {
                let (what, help) = match operation.section {
                    Section::Documents(kind) => (format!("{}'s name", kind.one()), kind.facts().naming),
                    _ => {
                        let help = "name it after the last part of its path, verb first";
                        ("an endpoint's name".to_owned(), help)
                    }
                };
                let message = format!("`{name}` is not snake_case");
                self.report.error(Mistake::BadIdentifier, At::Key(&path), message).label(what).help(help);
            }
            let pascal = names::pascal(name);
            if operation.section == Section::Endpoints {
                all.push((path.clone(), format!("{pascal}Response"), name));
                all.push((path.clone(), names::arguments(&pascal), name));
            }
            all.push((path, pascal, name));
        }
        let received =
            file.documents.iter().filter(|(kind, of)| !kind.facts().part.is_sent() && !of.is_empty());
        let enums = received.map(|(kind, _)| (*kind, format!("the enum of all {}", kind.facts().key)));
        let enums: Vec<(DocumentKind, String)> = enums.collect();
        for (kind, what) in &enums {
            let path = Path::of([Section::Documents(*kind).key()]);
            all.push((path, names::all_of(*kind, file.family()), what));
        }
        for (section, name) in file.type_names() {
            let path = section.entry(name);
            self.pascal(&path, name, "a type's name");
            if section == Section::Structs {
                all.push((path.clone(), names::arguments(name), name.as_str()));
            }
            all.push((path, name.clone(), name.as_str()));
        }
        for (path, rust, _) in &all {
            if names::RESERVED.contains(&rust.as_str()) {
                let message = format!("`{rust}` is reserved: Rust or generated code uses it");
                self.report.error(Mistake::ReservedName, At::Key(path), message).label("choose another name");
            }
        }
        let help = "an endpoint `foo` takes the names `Foo`, `FooResponse` and `FooArgs`, a struct `Foo` takes `FooArgs`";
        self.report.collisions(all, help);
    }

    /// Checks that a name is in PascalCase.
    fn pascal(&mut self, path: &Path, name: &str, what: &str) {
        if !names::is_pascal(name) {
            let help = format!("write `{}`", names::pascal(name));
            let message = format!("`{name}` is not PascalCase");
            self.report.error(Mistake::BadIdentifier, At::Key(path), message).label(what).help(help);
        }
    }

    pub(super) fn fields(&mut self, path: &Path, fields: &IndexMap<String, Field>, of_request: bool) {
        // A setter of the same name would hide these methods.
        let methods =
            ["new", "default"].map(|method| (path.clone(), method.to_owned(), "a method of every request"));
        let mut rust_names = Vec::from(methods);
        for (name, field) in fields {
            let path = path.key(&key(name, field));
            self.report.described(&path, &field.doc);
            if let Some(quirk) = &field.quirk {
                self.report.described(&path.key("quirk"), quirk);
            }
            let rust = field.rename.clone().unwrap_or_else(|| names::snake(name));
            self.report.identifier(&path, &rust, "give it another name with `rename`");
            if names::is_identifier(&rust) {
                let escaped = names::ident(&rust).to_string();
                rust_names.push((path.clone(), escaped.trim_start_matches("r#").to_owned(), name.as_str()));
            }
            self.misplaced(&path, field, of_request);
            if self.type_expr(&path.key("type"), &field.ty) {
                self.limits(&path, field);
                self.unit(&path, (name, field));
            }
            self.secret(&path, name, field);
            self.spellings(&path, (name, field), fields);
            if matches!(field.ty, TypeExpr::Generic(Generic::OrText, _)) && field.quirk.is_none() {
                let help = "add `quirk: …`: what the page shows instead of the documented type";
                self.report
                    .error(Mistake::MissingQuirk, At::Value(&path.key("type")), "`or_text` needs a `quirk`")
                    .label("this differs from the documented type")
                    .help(help);
            }
        }
        self.report.collisions(rust_names, "give one of them another name with `rename`");
        self.embedded(path, fields);
    }

    /// Checks that credentials are of type `secret`, so that neither logs nor errors show them.
    fn secret(&mut self, path: &Path, name: &str, field: &Field) {
        let shown = field.ty == TypeExpr::Scalar(Scalar::String);
        match &field.public {
            Some(reason) => self.report.described(&path.key("public"), reason),
            None if shown && names::sounds_secret(name) => {
                let help = "make it a `secret`, or explain in `public` why anyone may see it";
                self.report
                    .error(
                        Mistake::PlainSecret,
                        At::Value(&path.key("type")),
                        format!("`{name}` sounds like a secret"),
                    )
                    .label("would be shown in logs and errors")
                    .help(help);
            }
            None => {}
        }
    }

    /// Checks other names of a field, and of the items of a list.
    fn spellings(&mut self, path: &Path, (name, field): (&str, &Field), fields: &IndexMap<String, Field>) {
        for (index, aka) in field.aka.iter().enumerate() {
            let others = fields.iter().filter(|(other, _)| *other != name);
            if aka == name || others.clone().any(|(other, field)| other == aka || field.aka.contains(aka)) {
                let at = path.key("aka").index(index);
                self.report
                    .error(
                        Mistake::NameCollision,
                        At::Value(&at),
                        format!("`{aka}` is the name of a field already"),
                    )
                    .label("which one is meant?");
            }
        }
        if field.item.is_some() && !matches!(field.ty, TypeExpr::Generic(Generic::List, _)) {
            self.report
                .error(Mistake::BadType, At::Value(&path.key("item")), "only a list has items")
                .label(format!("`{name}` is a `{}`", field.ty));
        }
        if let Some(count) = &field.count {
            let at = path.key("count");
            if !matches!(field.ty, TypeExpr::Generic(Generic::List, _)) {
                self.report
                    .error(Mistake::BadType, At::Value(&at), "only a list is counted")
                    .label(format!("`{name}` is a `{}`", field.ty));
            }
            if fields.contains_key(count) {
                self.report
                    .error(Mistake::NameCollision, At::Value(&at), format!("`{count}` is a field already"))
                    .label("filled in by itself")
                    .help("leave the field out");
            }
        }
    }

    /// Checks properties that only a request's own fields can have.
    fn misplaced(&mut self, path: &Path, field: &Field, of_request: bool) {
        if !of_request && field.place != Place::Body {
            let message = "`in` is only for fields of a request";
            self.report
                .error(Mistake::BadQuery, At::Value(&path.key("in")), message)
                .label("not a field of a request");
        }
        let mut ty = &field.ty;
        while let TypeExpr::Generic(generic, inner) = ty {
            let joined = matches!(generic, Generic::Pipe | Generic::Csv);
            let joins = [Scalar::String, Scalar::Int, Scalar::Uint, Scalar::Flag];
            let item = joins.into_iter().any(|scalar| **inner == TypeExpr::Scalar(scalar));
            if joined && !item {
                let message = format!("a `{}` can only join strings, integers or flags", generic.keyword());
                self.report
                    .error(Mistake::BadType, At::Value(&path.key("type")), message)
                    .label(format!("`{inner}` is none of them"));
            }
            ty = inner;
        }
        let inside = !of_request || ty != &field.ty;
        if *ty == TypeExpr::Scalar(Scalar::File) && inside {
            let message = "a `file` must be a field of a request with `body: multipart`";
            self.report
                .error(Mistake::BadEncoding, At::Value(&path.key("type")), message)
                .label("can't be sent or received here");
        }
    }

    pub(super) fn enumeration(&mut self, path: &Path, enumeration: &Enum) {
        self.report.described(&path.key("doc"), &enumeration.doc);
        let values = path.key("values");
        if enumeration.values.is_empty() && self.file.complete {
            self.report
                .error(Mistake::EmptyType, At::Key(path), "the enum has no values")
                .label("list the documented values");
        }
        let mut rust_names = vec![(path.clone(), "Other".to_owned(), "the variant for unknown values")];
        for (wire, value) in &enumeration.values {
            let at = values.key(wire);
            if enumeration.repr == Repr::Int && !is_integer(wire) {
                self.report
                    .error(Mistake::BadEnumValue, At::Key(&at), format!("`{wire}` is not an integer"))
                    .label("the enum's `repr` is `int`");
            }
            self.pascal(&at, &value.name, "a variant's name");
            self.report.named(&at, &value.name);
            if let Some(doc) = &value.doc {
                self.report.described(&at.key("doc"), doc);
            }
            rust_names.push((at, value.name.clone(), wire.as_str()));
        }
        self.report.collisions(rust_names, "give each value a name of its own");
    }

    pub(super) fn union(&mut self, path: &Path, union: &Union) {
        self.report.described(&path.key("doc"), &union.doc);
        let variants = path.key("variants");
        if union.variants.is_empty() && self.file.complete {
            self.report
                .error(Mistake::EmptyType, At::Key(path), "the union has no variants")
                .label("list the documented variants");
        }
        if !union.variants.is_empty() && union.variants.values().all(|variant| variant.ty.is_none()) {
            let message = "a union needs content; make this an enum";
            self.report.error(Mistake::BadUnion, At::Key(path), message).label("no variant has a `type`");
        }
        let tagged = matches!(union.style, Style::Sibling | Style::Flat);
        if tagged != union.tag.is_some() {
            let message = format!(
                "a union of the style `{}` has {} `tag`",
                union.style.keyword(),
                if tagged { "a" } else { "no" }
            );
            self.report
                .error(Mistake::BadUnion, At::Key(path), message)
                .label("decides how variants are distinguished");
        }
        let mut rust_names = vec![(path.clone(), "Other".to_owned(), "the variant for unknown tags")];
        for (tag, variant) in &union.variants {
            let at = variants.key(tag);
            let name = variant.name.clone().unwrap_or_else(|| names::pascal(tag));
            self.report.identifier(&at, &name, "give the variant a `name`");
            self.report.named(&at, &name);
            rust_names.push((at.clone(), name, tag.as_str()));
            if let Some(ty) = &variant.ty {
                self.type_expr(&at, ty);
            }
            self.variant(&at, union, tag, variant);
        }
        self.report.collisions(rust_names, "give one of them another `name`");
    }

    fn variant(&mut self, at: &Path, union: &Union, tag: &str, variant: &Variant) {
        if union.repr == Repr::Int && union.tag.is_some() && !is_integer(tag) {
            self.report
                .error(Mistake::BadUnion, At::Key(at), format!("`{tag}` is not an integer"))
                .label("the union's `repr` is `int`");
        }
        if variant.key.is_some() && union.style != Style::Sibling {
            self.report
                .error(Mistake::BadUnion, At::Key(at), "only variants of a `sibling` union can have a `key`")
                .label("not a sibling");
        }
        let Some(ty) = &variant.ty else {
            if union.style != Style::Sibling || variant.key.is_some() {
                let message = "only a `sibling` union can have a variant without content";
                self.report.error(Mistake::BadUnion, At::Key(at), message).label("needs a `type`");
            }
            return;
        };
        match union.style {
            Style::Sibling if Some(variant.content(tag)) == union.tag.as_deref() => {
                let message = format!("the tag `{tag}` and the content are the same field");
                self.report.error(Mistake::BadUnion, At::Key(at), message).label("can't hold both");
            }
            Style::Flat if !ty.name().is_some_and(|name| self.file.structs.contains_key(name)) => {
                let message = "the content of a `flat` variant must be a struct";
                self.report.error(Mistake::BadUnion, At::Key(at), message).label(format!("`{ty}` is not"));
            }
            Style::Flat if self.has_field(ty, union.tag.as_deref().unwrap_or_default()) => {
                let message = format!("a field of the variant `{tag}` has the name of the tag");
                self.report.error(Mistake::BadUnion, At::Key(at), message).label("can't hold both");
            }
            Style::Kind if KINDS.contains(&tag) && !is_of_kind(self.file, ty, tag) => {
                let message = format!("`{ty}` is not a {tag} in JSON");
                self.report.error(Mistake::BadUnion, At::Key(at), message).label("can never be read");
            }
            Style::Kind if !KINDS.contains(&tag) => {
                let help = format!("kinds: {}", KINDS.join(", "));
                self.report
                    .error(Mistake::BadUnion, At::Key(at), format!("`{tag}` is not a kind of JSON"))
                    .label("unknown kind")
                    .help(help);
            }
            _ => {}
        }
    }

    fn has_field(&self, ty: &TypeExpr, field: &str) -> bool {
        ty.name()
            .and_then(|name| self.file.structs.get(name))
            .is_some_and(|structure| structure.fields.contains_key(field))
    }

    /// Returns the fields that an embedded union may add to an object.
    fn union_fields<'u>(&'u self, union: &'u Union) -> Vec<&'u str> {
        let mut fields: Vec<&str> = union.tag.as_deref().into_iter().collect();
        for (tag, variant) in &union.variants {
            let structure =
                variant.ty.as_ref().and_then(TypeExpr::name).and_then(|name| self.file.structs.get(name));
            match (union.style, structure) {
                (Style::Flat, Some(structure)) => fields.extend(structure.fields.keys().map(String::as_str)),
                _ => fields.push(variant.content(tag)),
            }
        }
        fields
    }

    /// Checks embedded fields: at most one per struct, and only unions of objects.
    fn embedded(&mut self, path: &Path, fields: &IndexMap<String, Field>) {
        let mut first = None;
        for (name, field) in fields.iter().filter(|(_, field)| field.embed) {
            let at = path.key(&key(name, field));
            let union = field.ty.name().and_then(|name| self.file.unions.get(name));
            let is_object = matches!(field.ty, TypeExpr::Named(_))
                && union.is_some_and(|union| union.style != Style::Kind);
            if !is_object {
                let help = "embedding puts the fields of its variants among the fields around it";
                self.report
                    .error(Mistake::BadEmbed, At::Value(&at.key("type")), "only a union can be embedded")
                    .label("not a union of objects")
                    .help(help);
            }
            // A second one is a mistake in any case.
            let inner = union.filter(|_| first.is_none()).map(|union| self.union_fields(union));
            let beside = inner.into_iter().flatten().filter_map(|name| fields.get_full(name));
            let beside = beside.filter(|(_, _, field)| !field.embed).min_by_key(|(index, ..)| *index);
            if let Some((_, clash, _)) = beside {
                let message = format!("`{clash}` is a field both of the union and beside it");
                self.report
                    .error(Mistake::BadEmbed, At::Key(&at), message)
                    .label("a second field with this name");
            }
            if let Some(first) = first.replace(name) {
                let message = format!("`{first}` is already embedded");
                self.report.error(Mistake::BadEmbed, At::Key(&at), message).label("a second embedded field");
            }
        }
    }

    pub(super) fn unused_types(&mut self) {
        let file = self.file;
        for (section, name) in file.type_names() {
            if !self.used.contains(name.as_str()) {
                let path = section.entry(name);
                self.report
                    .error(Mistake::UnusedType, At::Key(&path), format!("nothing uses the type `{name}`"))
                    .label("unused");
            }
        }
    }

    /// Reports structs that contain themselves without anything in between that can be empty: they have no finite value.
    pub(super) fn recursion(&mut self) {
        let file = self.file;
        let Some(name) = endless(file) else { return };
        if let Some((section, _)) = file.type_names().find(|(_, own)| *own == name) {
            let message = format!("`{name}` contains itself");
            let help = "put a list or a map in between: it can be empty";
            self.report
                .error(Mistake::EndlessType, At::Key(&section.entry(name)), message)
                .label("has no end")
                .help(help);
        }
    }
}

/// Returns the first type, in the order of the file, of a cycle of types that contain each other.
fn endless(file: &File) -> Option<&str> {
    let names: IndexSet<&str> = file.type_names().map(|(_, name)| name.as_str()).collect();
    let mut done: HashSet<&str> = HashSet::new();
    for name in &names {
        // The path from the type: each type on it, with the types inside it that haven't been visited.
        let mut way = IndexMap::from([(*name, inline_types(file, name))]);
        while let Some((name, inside)) = way.last_mut() {
            match inside.pop() {
                Some(next) => {
                    if let Some(start) = way.get_index_of(next) {
                        return way[start..].keys().copied().min_by_key(|name| names.get_index_of(name));
                    }
                    if !done.contains(next) {
                        way.insert(next, inline_types(file, next));
                    }
                }
                None => {
                    done.insert(name);
                    way.pop();
                }
            }
        }
    }
    None
}

/// Returns the types whose values are directly inside a value of this type, not behind a list or a map.
fn inline_types<'f>(file: &'f File, name: &str) -> Vec<&'f str> {
    let inline = |ty: &TypeExpr| {
        let mut ty = ty;
        while let TypeExpr::Generic(generic, inner) = ty {
            if matches!(generic, Generic::List | Generic::Map) {
                return false;
            }
            ty = inner;
        }
        true
    };
    let types = file.made_of(name).filter(|ty| inline(ty)).filter_map(TypeExpr::name);
    types.filter(|name| file.made_of(name).next().is_some()).collect()
}

/// Returns whether values of a type may be of a kind of JSON.
fn is_of_kind(file: &File, ty: &TypeExpr, kind: &str) -> bool {
    match ty {
        TypeExpr::Scalar(Scalar::Any) => true,
        TypeExpr::Scalar(Scalar::Bool | Scalar::Flag) => matches!(kind, "bool" | "number" | "string"),
        TypeExpr::Scalar(_) => !matches!(kind, "list" | "object"),
        TypeExpr::Generic(Generic::List, _) => kind == "list",
        TypeExpr::Generic(Generic::Map, _) => kind == "object",
        TypeExpr::Named(name) if file.enums.contains_key(name) => !matches!(kind, "list" | "object"),
        TypeExpr::Generic(_, _) | TypeExpr::Named(_) => kind != "list",
    }
}
