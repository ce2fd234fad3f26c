//! Checks of examples: JSON that says what the spec says, field for field.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value;

use super::Checker;
use crate::diagnostic::did_you_mean;
use crate::source::{Kind, Node, Path};
use crate::spec::{Endpoint, Field, Repr};
use crate::type_expr::{Generic, Scalar, TypeExpr};

impl Checker<'_> {
    pub(super) fn examples(&mut self, path: &Path, endpoint: &Endpoint) {
        for (index, example) in endpoint.head.examples.iter().enumerate() {
            let path = path.key("examples").index(index);
            let request = example.request.as_deref().unwrap_or("{}");
            self.example(&path.key("request"), request, &endpoint.request, false);
            self.example(&path.key("response"), &example.response, &endpoint.response, true);
        }
    }

    fn example(&mut self, path: &Path, text: &str, fields: &IndexMap<String, Field>, envelope: bool) {
        let file = self.file;
        let mut place = Place::new(file.root.find(path), text, self.text);
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(object)) => self.object(&mut place, fields, &object, envelope),
            Ok(_) => {
                self.problem("bad-example", &place, "an example is a JSON object", "not an object", None);
            }
            Err(error) => {
                let span = place.json_position(error.line(), error.column());
                let message = error.to_string();
                let label = message.split(" at line ").next().unwrap_or_default().to_owned();
                self.report.error_at("bad-example", span, "this example is not JSON", label, None);
            }
        }
    }

    fn object(
        &mut self,
        place: &mut Place<'_>,
        fields: &IndexMap<String, Field>,
        object: &serde_json::Map<String, Value>,
        envelope: bool,
    ) {
        for (name, value) in object {
            place.enter_key(name);
            match fields.get(name) {
                // What a quirk is about may be shown: any scalar, any value of an enum.
                Some(field) if field.quirk.is_some() && !value.is_object() && !value.is_array() => {}
                Some(field) => self.value(place, &field.ty, field.optional, value),
                None if envelope && matches!(name.as_str(), "errcode" | "errmsg") => {}
                None => {
                    let help = did_you_mean(name, fields.keys().map(String::as_str));
                    self.problem(
                        "unknown-example-field",
                        place,
                        format!("the spec has no field `{name}`"),
                        "not in the spec",
                        help,
                    );
                }
            }
            place.leave();
        }
        for (name, field) in fields {
            if !field.optional && !object.contains_key(name) {
                let help = format!("if it may be absent, its key is `{name}?`");
                self.problem(
                    "incomplete-example",
                    place,
                    format!("the example lacks the field `{name}`"),
                    format!("no `{name}` in here"),
                    Some(help),
                );
            }
        }
    }

    fn value(&mut self, place: &mut Place<'_>, ty: &TypeExpr, optional: bool, value: &Value) {
        if value.is_null() && optional {
            return;
        }
        match ty {
            TypeExpr::Scalar(scalar) => {
                if !scalar_fits(*scalar, value) {
                    self.mismatch(place, ty, value);
                }
            }
            TypeExpr::Generic(Generic::List, item) => match value {
                Value::Array(items) => {
                    for (index, value) in items.iter().enumerate() {
                        place.enter_index(index);
                        self.value(place, item, false, value);
                        place.leave();
                    }
                }
                _ => self.mismatch(place, ty, value),
            },
            TypeExpr::Generic(Generic::Map, item) => match value {
                Value::Object(entries) => {
                    for (key, value) in entries {
                        place.enter_key(key);
                        self.value(place, item, false, value);
                        place.leave();
                    }
                }
                _ => self.mismatch(place, ty, value),
            },
            TypeExpr::Generic(Generic::Json, inner) => match value {
                Value::String(text) => match serde_json::from_str::<Value>(text) {
                    Ok(value) => self.value(&mut place.opaque(), inner, false, &value),
                    Err(_) => self.problem(
                        "bad-example",
                        place,
                        "this string is not JSON",
                        "the field is JSON inside a string",
                        None,
                    ),
                },
                _ => self.mismatch(place, ty, value),
            },
            TypeExpr::Generic(Generic::Pipe | Generic::Csv, _) => {
                if !value.is_string() {
                    self.mismatch(place, ty, value);
                }
            }
            TypeExpr::Generic(Generic::OrText, inner) => {
                if !value.is_string() {
                    self.value(place, inner, optional, value);
                }
            }
            TypeExpr::Named(name) => self.named(place, name, ty, value),
        }
    }

    fn named(&mut self, place: &mut Place<'_>, name: &str, ty: &TypeExpr, value: &Value) {
        let file = self.file;
        if let Some(enumeration) = file.enums.get(name) {
            let wire = match (enumeration.repr, value) {
                (Repr::Int, Value::Number(number)) => number.to_string(),
                (Repr::String, Value::String(text)) => text.clone(),
                _ => return self.mismatch(place, ty, value),
            };
            if !enumeration.values.contains_key(&wire) {
                let message = format!("`{wire}` is not a value of `{name}`");
                self.problem("bad-example-value", place, message, "not documented", None);
            }
            return;
        }
        let Value::Object(object) = value else { return self.mismatch(place, ty, value) };
        if let Some(structure) = file.structs.get(name) {
            self.object(place, &structure.fields, object, false);
        } else if let Some(union) = file.unions.get(name) {
            let tag = match object.get(&union.tag) {
                Some(Value::String(tag)) => tag.clone(),
                Some(tag) => tag.to_string(),
                None => {
                    let message = format!("a `{name}` says what it is in `{}`", union.tag);
                    return self.problem("incomplete-example", place, message, "no tag", None);
                }
            };
            let Some(variant) = union.variants.get(&tag) else {
                let help = did_you_mean(&tag, union.variants.keys().map(String::as_str));
                return self.problem(
                    "bad-example-value",
                    place,
                    format!("`{tag}` is not a variant of `{name}`"),
                    "not documented",
                    help,
                );
            };
            let content = variant.content(&tag);
            for (key, value) in object {
                place.enter_key(key);
                if key == content {
                    self.value(place, &variant.ty, false, value);
                } else if *key != union.tag {
                    self.problem(
                        "unknown-example-field",
                        place,
                        format!("the variant `{tag}` has no field `{key}`"),
                        "not in the spec",
                        None,
                    );
                }
                place.leave();
            }
            if !object.contains_key(content) {
                self.problem(
                    "incomplete-example",
                    place,
                    format!("the variant `{tag}` lacks its content"),
                    format!("no `{content}` in here"),
                    None,
                );
            }
        }
    }

    fn mismatch(&mut self, place: &Place<'_>, ty: &TypeExpr, value: &Value) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        let help =
            "where the page shows another type than it documents, the field's type says so, with a `quirk`"
                .to_owned();
        self.problem(
            "bad-example-value",
            place,
            format!("a `{ty}` is expected, this is {kind}"),
            format!("not a `{ty}`"),
            Some(help),
        );
    }

    fn problem(
        &mut self,
        code: &'static str,
        place: &Place<'_>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        self.report.error_at(code, place.span(), message, label, help);
    }
}

fn scalar_fits(scalar: Scalar, value: &Value) -> bool {
    match scalar {
        Scalar::String | Scalar::Secret => value.is_string(),
        Scalar::Bool => value.is_boolean(),
        Scalar::Flag => value.is_boolean() || matches!(value.as_u64(), Some(0 | 1)),
        Scalar::I32 => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Scalar::U32 => value.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
        Scalar::I64 | Scalar::Timestamp => value.is_i64(),
        Scalar::U64 => value.is_u64(),
        Scalar::F64 => value.is_number(),
        Scalar::Any => true,
    }
}

/// Where in a spec file a value of an example stands.
///
/// JSON is YAML, so the example's text is parsed into a tree of its own, whose positions are carried over to
/// the file: an example is a block scalar, every line of it indented alike.
struct Place<'a> {
    /// The scalar with the example.
    scalar: &'a Node,
    text: &'a str,
    source: &'a str,
    tree: Option<Node>,
    path: Path,
    /// Whether the value stands inside a string of the example, where positions can't follow.
    opaque: bool,
}

impl<'a> Place<'a> {
    fn new(scalar: &'a Node, text: &'a str, source: &'a str) -> Self {
        Self { scalar, text, source, tree: Node::parse(text).ok(), path: Path::default(), opaque: false }
    }

    fn opaque(&self) -> Self {
        Self { tree: self.tree.clone(), path: self.path.clone(), opaque: true, ..*self }
    }

    fn enter_key(&mut self, key: &str) {
        if !self.opaque {
            self.path = self.path.key(key);
        }
    }

    fn enter_index(&mut self, index: usize) {
        if !self.opaque {
            self.path = self.path.index(index);
        }
    }

    fn leave(&mut self) {
        if !self.opaque {
            self.path.0.pop();
        }
    }

    fn span(&self) -> Range<usize> {
        match &self.tree {
            Some(tree) => {
                let node = tree.find_key(&self.path);
                self.carry(node.span.start)..self.carry(node.span.end)
            }
            None => self.scalar.span.clone(),
        }
    }

    fn json_position(&self, line: usize, column: usize) -> Range<usize> {
        let line_start: usize =
            self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let start = self.carry(line_start + column.saturating_sub(1));
        start..start + 1
    }

    /// An offset in the example's text as an offset in the file.
    fn carry(&self, offset: usize) -> usize {
        let start = self.scalar.span.start;
        if !matches!(self.scalar.kind, Kind::Scalar { block: true, .. }) {
            return start;
        }
        let before = &self.text[..offset.min(self.text.len())];
        let line = before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
        let indent = start - self.source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_start: usize = self.source[start..].split_inclusive('\n').take(line).map(str::len).sum();
        let indent = if line == 0 { 0 } else { indent };
        start + line_start + indent + column
    }
}
