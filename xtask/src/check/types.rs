//! Checks of structs, enums and unions.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::{Checker, endpoints};
use crate::diagnostic::At;
use crate::names;
use crate::source::Path;
use crate::spec::{Enum, Field, KINDS, Limit, Repr, Style, Union, Variant};
use crate::type_expr::{Generic, Scalar, TypeExpr};

impl Checker<'_> {
    /// The names of all types of the file, those of requests and responses included.
    pub(super) fn type_names(&mut self) {
        let file = self.file;
        let mut all = Vec::new();
        for name in file.endpoints.keys() {
            let path = Path::of(["endpoints", name]);
            let pascal = names::pascal(name);
            all.push((path.clone(), format!("{pascal}Response"), name.as_str()));
            all.push((path, pascal, name.as_str()));
        }
        let sections = [
            ("structs", file.structs.keys().collect::<Vec<_>>()),
            ("enums", file.enums.keys().collect()),
            ("unions", file.unions.keys().collect()),
        ];
        for (section, names) in sections {
            for name in names {
                let path = Path::of([section, name]);
                self.identifier(&path, name, "a type's name is PascalCase");
                if names::is_identifier(name) && names::pascal(name) != *name {
                    let help = format!("write `{}`", names::pascal(name));
                    self.report.error_with_help(
                        "bad-identifier",
                        At::Key(&path),
                        format!("`{name}` is not PascalCase"),
                        "a type's name",
                        help,
                    );
                }
                all.push((path, name.clone(), name.as_str()));
            }
        }
        for (path, rust, _) in &all {
            if names::RESERVED.contains(&rust.as_str()) {
                let message = format!("`{rust}` is a type that generated code uses itself");
                self.report.error("reserved-name", At::Key(path), message, "choose another name");
            }
        }
        self.collisions(all, "an endpoint `foo` takes the names `Foo` and `FooResponse`");
    }

    pub(super) fn fields(&mut self, path: &Path, fields: &IndexMap<String, Field>) {
        let mut rust_names = vec![(path.clone(), "new".to_owned(), "the constructor")];
        for (name, field) in fields {
            let path = path.key(&endpoints::key(name, field));
            self.described(&path, &field.doc);
            let rust = field.rename.clone().unwrap_or_else(|| names::snake(name));
            self.identifier(&path, &rust, "give it another name with `rename`");
            rust_names.push((path.clone(), rust, name.as_str()));
            if self.type_expr(&path.key("type"), &field.ty) {
                self.limits(&path, field);
            }
            if matches!(field.ty, TypeExpr::Generic(Generic::OrText, _)) && field.quirk.is_none() {
                let help = "quirk: says what the page shows in place of the documented type";
                self.report.error_with_help(
                    "missing-quirk",
                    At::Value(&path.key("type")),
                    "`or_text` needs a reason",
                    "why is it not the documented type?",
                    help,
                );
            }
        }
        self.collisions(rust_names, "give one of them another name with `rename`");
        self.embedded(path, fields);
    }

    fn limits(&mut self, path: &Path, field: &Field) {
        for limit in field.limits() {
            let fits = match limit {
                Limit::MaxBytes(_) | Limit::MaxChars(_) | Limit::MinChars(_) => {
                    matches!(field.ty, TypeExpr::Scalar(Scalar::String | Scalar::Secret))
                }
                Limit::MaxItems(_) | Limit::MinItems(_) => {
                    matches!(
                        field.ty,
                        TypeExpr::Generic(Generic::List | Generic::Map | Generic::Pipe | Generic::Csv, _)
                    )
                }
                Limit::Max(_) | Limit::Min(_) => {
                    matches!(
                        field.ty,
                        TypeExpr::Scalar(Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64 | Scalar::F64)
                    )
                }
            };
            if !fits {
                let message = format!("`{}` doesn't fit the type `{}`", limit.key(), field.ty);
                let help =
                    "bytes and chars limit strings, items limit lists and maps, max and min limit numbers";
                self.report.error_with_help(
                    "bad-limit",
                    At::Key(&path.key(limit.key())),
                    message,
                    "can't be checked",
                    help,
                );
            }
        }
        let pairs = [
            (field.min, field.max),
            (field.min_items.map(i64::from), field.max_items.map(i64::from)),
            (field.min_chars.map(i64::from), field.max_chars.map(i64::from)),
        ];
        for (min, max) in pairs {
            if let (Some(min), Some(max)) = (min, max)
                && min > max
            {
                self.report.error(
                    "bad-limit",
                    At::Key(path),
                    format!("no value is between {min} and {max}"),
                    "the smallest is above the largest",
                );
            }
        }
    }

    pub(super) fn enumeration(&mut self, path: &Path, enumeration: &Enum) {
        self.described(&path.key("doc"), &enumeration.doc);
        let values = path.key("values");
        if enumeration.values.is_empty() {
            self.report.error(
                "empty-type",
                At::Key(path),
                "an enum without values",
                "list the documented values",
            );
        }
        let mut rust_names = vec![(path.clone(), "Other".to_owned(), "the variant for unknown values")];
        for (wire, value) in &enumeration.values {
            let at = values.key(wire);
            if enumeration.repr == Repr::Int && wire.parse::<i64>().is_err() {
                self.report.error(
                    "bad-enum-value",
                    At::Key(&at),
                    format!("`{wire}` is not an integer"),
                    "the enum's `repr` is `int`",
                );
            }
            self.identifier(&at, &value.name, "a variant's name is PascalCase");
            rust_names.push((at, value.name.clone(), wire.as_str()));
        }
        self.collisions(rust_names, "give each value a name of its own");
    }

    pub(super) fn union(&mut self, path: &Path, union: &Union) {
        self.described(&path.key("doc"), &union.doc);
        let variants = path.key("variants");
        if union.variants.is_empty() {
            self.report.error(
                "empty-type",
                At::Key(path),
                "a union without variants",
                "list the documented variants",
            );
        }
        let tagged = matches!(union.style, Style::Sibling | Style::Flat);
        if tagged != union.tag.is_some() {
            let message = format!(
                "a union of the style `{}` has {} `tag`",
                union.style.keyword(),
                if tagged { "a" } else { "no" }
            );
            self.report.error("bad-union", At::Key(path), message, "how are its variants told apart?");
        }
        let mut rust_names = vec![(path.clone(), "Other".to_owned(), "the variant for unknown tags")];
        for (tag, variant) in &union.variants {
            let at = variants.key(tag);
            let name = variant.name.clone().unwrap_or_else(|| names::pascal(tag));
            self.identifier(&at, &name, "give the variant a `name`");
            rust_names.push((at.clone(), name, tag.as_str()));
            if let Some(ty) = &variant.ty {
                self.type_expr(&at, ty);
            }
            self.variant(&at, union, tag, variant);
        }
        self.collisions(rust_names, "give one of them another `name`");
    }

    fn variant(&mut self, at: &Path, union: &Union, tag: &str, variant: &Variant) {
        if union.repr == Repr::Int && union.tag.is_some() && tag.parse::<i64>().is_err() {
            self.report.error(
                "bad-union",
                At::Key(at),
                format!("`{tag}` is not an integer"),
                "the union's `repr` is `int`",
            );
        }
        if variant.key.is_some() && union.style != Style::Sibling {
            self.report.error(
                "bad-union",
                At::Key(at),
                "only a sibling's content has a `key`",
                "not a sibling",
            );
        }
        let Some(ty) = &variant.ty else {
            if union.style != Style::Sibling || variant.key.is_some() {
                let message = "only a sibling can be a tag without content";
                self.report.error("bad-union", At::Key(at), message, "needs a `type`");
            }
            return;
        };
        match union.style {
            Style::Sibling if Some(variant.content(tag)) == union.tag.as_deref() => {
                let message = format!("the tag `{tag}` is also the field of the content");
                self.report.error("bad-union", At::Key(at), message, "can't hold both");
            }
            Style::Flat if !ty.name().is_some_and(|name| self.file.structs.contains_key(name)) => {
                let message = "what stands among a tag's fields is a struct";
                self.report.error("bad-union", At::Key(at), message, format!("`{ty}` is not"));
            }
            Style::Kind if !KINDS.contains(&tag) => {
                let help = format!("kinds: {}", KINDS.join(", "));
                self.report.error_with_help(
                    "bad-union",
                    At::Key(at),
                    format!("`{tag}` is no kind of JSON"),
                    "unknown kind",
                    help,
                );
            }
            _ => {}
        }
    }

    /// Fields that stand among those around them: at most one a struct, and a union, whose variants decide.
    fn embedded(&mut self, path: &Path, fields: &IndexMap<String, Field>) {
        let mut first = None;
        for (name, field) in fields.iter().filter(|(_, field)| field.embed) {
            let at = path.key(&endpoints::key(name, field));
            let union = field.ty.name().and_then(|name| self.file.unions.get(name));
            let is_object = matches!(field.ty, TypeExpr::Named(_))
                && union.is_some_and(|union| union.style != Style::Kind);
            if !is_object || field.optional {
                let help = "its variants' fields stand among the fields around it; it can't be absent";
                self.report.error_with_help(
                    "bad-embed",
                    At::Value(&at.key("type")),
                    "only a union is embedded",
                    "not a union, or optional",
                    help,
                );
            }
            if let Some(first) = first.replace(name) {
                let message = format!("`{first}` is embedded already");
                self.report.error("bad-embed", At::Key(&at), message, "a second embedded field");
            }
        }
    }

    pub(super) fn unused_types(&mut self) {
        let file = self.file;
        let sections = [
            ("structs", file.structs.keys().collect::<Vec<_>>()),
            ("enums", file.enums.keys().collect()),
            ("unions", file.unions.keys().collect()),
        ];
        for (section, names) in sections {
            for name in names {
                if !self.used.contains(name.as_str()) {
                    let path = Path::of([section, name]);
                    self.report.error(
                        "unused-type",
                        At::Key(&path),
                        format!("nothing uses the type `{name}`"),
                        "unused",
                    );
                }
            }
        }
    }

    /// A struct that contains itself with nothing in between that can be empty has no finite value.
    pub(super) fn recursion(&mut self) {
        let file = self.file;
        for name in file.structs.keys() {
            let mut seen = HashSet::new();
            let mut pending = vec![name.as_str()];
            while let Some(current) = pending.pop() {
                for next in self.inline_types(current) {
                    if next == name {
                        let path = Path::of(["structs", name]);
                        let message = format!("`{name}` contains itself");
                        let help = "a list or a map in between makes the recursion end";
                        self.report.error_with_help(
                            "endless-type",
                            At::Key(&path),
                            message,
                            "has no end",
                            help,
                        );
                        return;
                    }
                    if seen.insert(next) {
                        pending.push(next);
                    }
                }
            }
        }
    }

    /// The types whose values stand inside a value of this type, not behind a list or a map.
    fn inline_types(&self, name: &str) -> Vec<&str> {
        let inline = |ty: &TypeExpr| !matches!(ty, TypeExpr::Generic(Generic::List | Generic::Map, _));
        let file = self.file;
        let fields = file.structs.get(name).into_iter().flat_map(|structure| structure.fields.values());
        let variants = file.unions.get(name).into_iter().flat_map(|union| union.variants.values());
        let types = fields.map(|field| &field.ty).chain(variants.filter_map(|variant| variant.ty.as_ref()));
        types
            .filter(|ty| inline(ty))
            .filter_map(TypeExpr::name)
            .filter_map(|name| {
                let known = file.structs.get_key_value(name).map(|(name, _)| name);
                known.or_else(|| file.unions.get_key_value(name).map(|(name, _)| name)).map(String::as_str)
            })
            .collect()
    }
}
