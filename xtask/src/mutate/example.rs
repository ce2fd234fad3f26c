//! The examples of a spec file, adapted to a mistake: a person who makes it would make it in the example as well.

use serde_json::{Map, Value};

use super::edit::Edit;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, TypeExpr};
use crate::spec::wire_text;
use crate::spec::{Fields, File, Part, Section, Style, Union, json_kind, payload};

/// A part of an example.
pub(super) enum Shown<'s> {
    /// An object with the fields of the list at a path of the file.
    Object(&'s Path, &'s mut Map<String, Value>),
    /// An object with the tag and the content of a union.
    Union(&'s str, &'s mut Map<String, Value>),
    /// A value of an enum.
    Enum(&'s str, &'s mut Value),
}

/// Returns whether an object anywhere in a value has a member of this name.
pub(super) fn has_member(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(own, value)| own == name || has_member(value, name)),
        Value::Array(items) => items.iter().any(|item| has_member(item, name)),
        _ => false,
    }
}

/// Returns the edits after which a file's examples are as `change` made them, with the paths of these examples.
pub(super) fn adapted(file: &File, mut change: impl FnMut(Shown<'_>)) -> Vec<(Path, Edit)> {
    let mut edits = Vec::new();
    let mut walk = Walk { file, change: &mut change };
    for (name, endpoint) in &file.endpoints {
        let path = Section::Endpoints.entry(name);
        for (index, example) in endpoint.head.examples.iter().enumerate() {
            let at = path.key("examples").index(index);
            let parts = [
                (Part::Request, example.request.as_ref(), &endpoint.request),
                (Part::Response, Some(&example.response), &endpoint.response),
            ];
            for (part, text, fields) in parts {
                let body = text.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
                let Some(body) = body else { continue };
                let mut changed = body.clone();
                walk.object(&path.key(part.key()), fields, &mut changed);
                if changed != body {
                    let text = Value::Object(changed).to_string();
                    edits.push((at.clone(), Edit::Set(at.key(part.key()), text.into())));
                }
            }
        }
    }
    for document in file.documents() {
        let path = document.path();
        for (index, example) in document.definition.head.examples.iter().enumerate() {
            let Ok(Value::Object(mut shown)) = payload::parse(&example.payload) else { continue };
            let fields = &document.definition.fields;
            payload::arrange(file, fields, &mut shown);
            let mut changed = shown.clone();
            walk.object(&path.key(document.part().key()), fields, &mut changed);
            if changed != shown {
                let at = path.key("examples").index(index);
                let is_xml = example.payload.trim_start().starts_with('<');
                let text =
                    if is_xml { payload::to_xml(&changed) } else { Value::Object(changed).to_string() };
                edits.push((at.clone(), Edit::Set(at.key("payload"), text.into())));
            }
        }
    }
    edits
}

struct Walk<'w> {
    file: &'w File,
    change: &'w mut dyn FnMut(Shown<'_>),
}

impl Walk<'_> {
    fn object(&mut self, path: &Path, fields: &Fields, object: &mut Map<String, Value>) {
        for (name, field) in fields {
            if field.embed {
                if let Some((name, union)) =
                    field.ty.name().and_then(|name| self.file.unions.get_key_value(name))
                {
                    self.union(name, union, object);
                }
            } else if let Some(value) = object.get_mut(name) {
                self.value(&field.ty, value);
            }
        }
        (self.change)(Shown::Object(path, object));
    }

    fn union(&mut self, name: &str, union: &Union, object: &mut Map<String, Value>) {
        let tag = match union.style {
            Style::Oneof => object.keys().find(|key| union.variants.contains_key(*key)).cloned(),
            _ => union.tag.as_ref().and_then(|tag| object.get(tag)).map(wire_text),
        };
        let variant = tag.and_then(|tag| Some((union.variants.get(&tag)?, tag)));
        if let Some((variant, tag)) = variant
            && let Some(ty) = &variant.ty
        {
            match (union.style, object.get_mut(variant.content(&tag))) {
                (Style::Flat, _) => self.flat(ty, object),
                (_, Some(content)) => self.value(ty, content),
                (_, None) => {}
            }
        }
        (self.change)(Shown::Union(name, object));
    }

    fn flat(&mut self, ty: &TypeExpr, object: &mut Map<String, Value>) {
        if let Some((name, structure)) = ty.name().and_then(|name| self.file.structs.get_key_value(name)) {
            self.object(&Section::Structs.entry(name).key("fields"), &structure.fields, object);
        }
    }

    fn value(&mut self, ty: &TypeExpr, value: &mut Value) {
        match (ty, value) {
            (TypeExpr::Generic(Generic::List, inner), Value::Array(items)) => {
                for item in items {
                    self.value(inner, item);
                }
            }
            (TypeExpr::Generic(Generic::Map, inner), Value::Object(entries)) => {
                for entry in entries.values_mut() {
                    self.value(inner, entry);
                }
            }
            (TypeExpr::Generic(Generic::Json, inner), Value::String(text)) => {
                if let Ok(mut value) = serde_json::from_str(text) {
                    self.value(inner, &mut value);
                    *text = value.to_string();
                }
            }
            (TypeExpr::Generic(Generic::OrText, inner), value) => self.value(inner, value),
            (TypeExpr::Named(name), value) => self.named(name, value),
            _ => {}
        }
    }

    fn named(&mut self, name: &str, value: &mut Value) {
        if self.file.enums.contains_key(name) {
            (self.change)(Shown::Enum(name, value));
        } else if let Some(union) = self.file.unions.get(name).filter(|union| union.style == Style::Kind) {
            if let Some(ty) = union.variants.get(json_kind(value)).and_then(|variant| variant.ty.as_ref()) {
                self.value(ty, value);
            }
        } else if let Value::Object(object) = value {
            if let Some(structure) = self.file.structs.get(name) {
                self.object(&Section::Structs.entry(name).key("fields"), &structure.fields, object);
            } else if let Some(union) = self.file.unions.get(name) {
                self.union(name, union, object);
            }
        }
    }
}
