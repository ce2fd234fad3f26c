//! Checks that compare examples with the spec, field by field.

use indexmap::IndexMap;
use serde_json::Value;

use super::checker::{Checker, key};
use super::lenience;
use super::place::Place;
use crate::spec::diagnostic::{At, Diagnostic};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{
    Endpoint, Errcode, Field, FieldPath, Format, Held, Repr, Style, Transport, Union, Variant, WrittenRule,
    json_kind,
};

impl Checker<'_> {
    pub(super) fn examples(&mut self, path: &Path, endpoint: &Endpoint) {
        for (index, example) in endpoint.head.examples.iter().enumerate() {
            let path = path.key("examples").index(index);
            let request = example.request.as_deref().unwrap_or("{}");
            let rules = endpoint.head.rules.as_slice();
            self.example(&path.key("request"), request, (&endpoint.request, rules), false);
            let file = serde_json::from_str::<Value>(&example.response);
            let is_file = file.is_ok_and(|file| Scalar::File.takes(&file, false));
            if !(is_file && endpoint.head.answer.may_be_file()) {
                let path = path.key("response");
                self.example(&path, &example.response, (&endpoint.response, &[]), true);
                // The code of a command is in the frame around its response.
                if endpoint.head.transport() != Transport::Socket {
                    self.errcode(&path, endpoint, &example.response);
                }
            }
        }
    }

    /// Checks that a response shows that it is WeCom's.
    fn errcode(&mut self, path: &Path, endpoint: &Endpoint, text: &str) {
        let head = &endpoint.head;
        let has_none = matches!(serde_json::from_str(text), Ok(Value::Object(answer)) if !answer.contains_key("errcode"));
        if head.answer.format() == Some(Format::Json) && head.errcode == Errcode::Always && has_none {
            let help = "if WeCom omits it from successes, add `errcode: on_failure` to the endpoint";
            self.report
                .error(Mistake::IncompleteExample, At::Value(path), "the example lacks `errcode`")
                .label("a response without it counts as not from WeCom")
                .help(help);
        }
    }

    /// Reports quirks that no example shows: they can't be tested, and may be outdated.
    pub(super) fn unshown_quirks(&mut self) {
        let file = self.file;
        for (path, fields) in file.field_lists() {
            for (name, field) in fields {
                if field.quirk.is_some() && !self.shown.contains(&std::ptr::from_ref(field)) {
                    let at = path.key(&key(name, field));
                    let help = "show it in an example, or say it in `doc`";
                    let message = format!("no example shows the quirk of `{name}`");
                    self.report
                        .error(Mistake::UnshownQuirk, At::Key(&at), message)
                        .label("nothing tests it")
                        .help(help);
                }
            }
        }
    }

    fn example(
        &mut self,
        path: &Path,
        text: &str,
        (fields, rules): (&IndexMap<String, Field>, &[WrittenRule]),
        envelope: bool,
    ) {
        let file = self.file;
        let mut place = Place::new(file.root.find(path), text, self.text);
        // Requests have exactly the documented types; in responses, only values that look like another type are odd.
        place.sent = !envelope;
        for (_, again) in place.duplicates() {
            let message = "a key occurs twice in the same object";
            self.report.error(Mistake::BadExample, At::Bytes(again), message).label("again here");
        }
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(object)) => {
                self.object(&mut place, fields, &object, envelope);
                self.held(&place, (fields, rules), &object);
            }
            Ok(_) => {
                self.problem(Mistake::BadExample, &place, "an example is a JSON object")
                    .label("not an object");
            }
            Err(error) => {
                let span = place.json_position(error.line(), error.column());
                let message = error.to_string();
                let label = message.split(" at line ").next().unwrap_or_default().to_owned();
                self.report
                    .error(Mistake::BadExample, At::Bytes(span), "this example is not JSON")
                    .label(label);
            }
        }
    }

    pub(super) fn object(
        &mut self,
        place: &mut Place<'_>,
        fields: &IndexMap<String, Field>,
        object: &serde_json::Map<String, Value>,
        envelope: bool,
    ) {
        let file = self.file;
        let embedded = fields.values().filter(|field| field.embed);
        let embedded =
            embedded.filter_map(|field| field.ty.name()).find_map(|name| file.unions.get_key_value(name));
        let mut rest = serde_json::Map::new();
        for (name, value) in object {
            place.enter_key(name);
            self.shown.extend(fields.get(name).map(std::ptr::from_ref));
            match fields.get(name).filter(|field| !field.embed) {
                // A quirk allows any scalar, and any value of an enum.
                Some(field) if field.quirk.is_some() && !value.is_object() && !value.is_array() => {}
                Some(field) => {
                    self.value(place, &field.ty, field.optional, value);
                    if place.sent {
                        self.within(place, field, value);
                    }
                }
                None if envelope && matches!(name.as_str(), "errcode" | "errmsg") => {}
                None if embedded.is_some() => {
                    rest.insert(name.clone(), value.clone());
                }
                None => {
                    let help = self.report.did_you_mean(name, fields.keys().map(String::as_str));
                    self.problem(
                        Mistake::UnknownExampleField,
                        place,
                        format!("the spec has no field `{name}`"),
                    )
                    .label("not in the spec")
                    .help_if(help);
                }
            }
            place.leave();
        }
        let may_be_absent = fields.values().any(|field| field.embed && field.optional);
        if let Some((name, union)) = embedded.filter(|_| !(may_be_absent && rest.is_empty())) {
            self.shown.extend(fields.values().filter(|field| field.embed).map(std::ptr::from_ref));
            self.union_object(place, name, union, &rest);
        }
        for (name, field) in fields.iter().filter(|(_, field)| !field.embed) {
            if !field.optional && !object.contains_key(name) {
                let help = format!("if it may be absent, write its key as `{name}?`");
                self.problem(
                    Mistake::IncompleteExample,
                    place,
                    format!("the example lacks the field `{name}`"),
                )
                .label(format!("no `{name}` in here"))
                .help(help);
            }
        }
    }

    /// Checks the rules of a type on an object of that type.
    pub(super) fn held(
        &mut self,
        place: &Place<'_>,
        (fields, rules): (&IndexMap<String, Field>, &[WrittenRule]),
        object: &serde_json::Map<String, Value>,
    ) {
        let file = self.file;
        let default = |path: &FieldPath| {
            let field = file.field_at(fields, path)?;
            serde_json::to_value(field.default.as_ref()?).ok()
        };
        let held = Held { object, default: &default };
        for rule in rules.iter().filter_map(WrittenRule::meaning).filter(|rule| !held.keeps(rule)) {
            self.problem(Mistake::BrokenRule, place, "the example breaks a rule over several fields")
                .label(rule.sentence())
                .help("change the example, or the rule if the page says otherwise");
        }
    }

    fn value(&mut self, place: &mut Place<'_>, ty: &TypeExpr, optional: bool, value: &Value) {
        if value.is_null() && (optional || self.lenient) {
            return;
        }
        match ty {
            TypeExpr::Scalar(scalar) => {
                if !(scalar.takes(value, place.sent) || self.lenient && lenience::is_read_as(*scalar, value))
                {
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
                    Err(_) => {
                        self.problem(Mistake::BadExample, place, "this string is not JSON")
                            .label("the field is JSON inside a string");
                    }
                },
                _ => self.mismatch(place, ty, value),
            },
            TypeExpr::Generic(generic @ (Generic::Pipe | Generic::Csv), item) => match value {
                Value::String(text) if !joins(*generic, item, text) => {
                    self.problem(
                        Mistake::BadExample,
                        place,
                        format!("this text joins something else than `{item}`"),
                    )
                    .label(format!("the type is `{ty}`"));
                }
                Value::String(_) => {}
                _ => self.mismatch(place, ty, value),
            },
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
                (_, Value::Number(_) | Value::String(_)) if self.lenient => lenience::text_of(value),
                _ => return self.mismatch(place, ty, value),
            };
            if !enumeration.values.contains_key(&wire) {
                let message = format!("`{wire}` is not a value of `{name}`");
                self.problem(Mistake::BadExampleValue, place, message).label("not documented");
            }
            return;
        }
        if let Some(union) = file.unions.get(name).filter(|union| union.style == Style::Kind) {
            return match union.variants.get(json_kind(value)) {
                Some(Variant { ty: Some(ty), .. }) => self.value(place, ty, false, value),
                _ => self.mismatch(place, ty, value),
            };
        }
        let Value::Object(object) = value else { return self.mismatch(place, ty, value) };
        if let Some(structure) = file.structs.get(name) {
            self.object(place, &structure.fields, object, false);
            self.held(place, (&structure.fields, &structure.rules), object);
        } else if let Some(union) = file.unions.get(name) {
            self.union_object(place, name, union, object);
        }
    }

    /// Checks the fields of a union, whether it is an object of its own or embedded in another one.
    fn union_object(
        &mut self,
        place: &mut Place<'_>,
        name: &str,
        union: &Union,
        object: &serde_json::Map<String, Value>,
    ) {
        let Some(tag) = self.tag(place, name, union, object) else { return };
        let Some(variant) = union.variants.get(&tag) else {
            let help = self.report.did_you_mean(&tag, union.variants.keys().map(String::as_str));
            let message = format!("`{tag}` is not a variant of `{name}`");
            self.problem(Mistake::BadExampleValue, place, message).label("not documented").help_if(help);
            return;
        };
        let tag_name = union.tag.as_deref().unwrap_or_default();
        if union.style == Style::Flat {
            let mut content = object.clone();
            content.remove(tag_name);
            let structure =
                variant.ty.as_ref().and_then(TypeExpr::name).and_then(|name| self.file.structs.get(name));
            if let Some(structure) = structure {
                self.object(place, &structure.fields, &content, false);
                self.held(place, (&structure.fields, &structure.rules), &content);
            }
            return;
        }
        let content = variant.content(&tag);
        for (key, value) in object {
            place.enter_key(key);
            if let Some(ty) = variant.ty.as_ref().filter(|_| key == content) {
                self.value(place, ty, false, value);
            } else if key != tag_name {
                let message = format!("the variant `{tag}` has no field `{key}`");
                self.problem(Mistake::UnknownExampleField, place, message).label("not in the spec");
            }
            place.leave();
        }
        if variant.ty.is_some() && !object.contains_key(content) {
            let message = format!("the variant `{tag}` lacks its content");
            self.problem(Mistake::IncompleteExample, place, message).label(format!("no `{content}` in here"));
        }
    }

    /// Returns the tag in an object, which determines the variant of a union.
    fn tag(
        &mut self,
        place: &Place<'_>,
        name: &str,
        union: &Union,
        object: &serde_json::Map<String, Value>,
    ) -> Option<String> {
        let tag_name = union.tag.as_deref().unwrap_or_default();
        match (union.style, object.get(tag_name)) {
            (Style::Oneof, _) => {
                if let [one] = object.keys().collect::<Vec<_>>().as_slice() {
                    return Some((*one).clone());
                }
                let message = format!("a `{name}` has exactly one field, and this has {}", object.len());
                self.problem(Mistake::BadExampleValue, place, message).label("not one field");
            }
            (_, Some(Value::String(tag))) if union.repr == Repr::String => return Some(tag.clone()),
            (_, Some(Value::Number(tag))) if union.repr == Repr::Int => return Some(tag.to_string()),
            (_, Some(tag @ (Value::String(_) | Value::Number(_)))) if self.lenient => {
                return Some(lenience::text_of(tag));
            }
            (_, Some(_)) => {
                let message = format!("`{tag_name}` is a tag of the kind `{}`", union.repr.keyword());
                self.problem(Mistake::BadExampleValue, place, message).label("of another kind");
            }
            (_, None) => {
                let message = format!("a `{name}` says what it is in `{tag_name}`");
                self.problem(Mistake::IncompleteExample, place, message).label("no tag");
            }
        }
        None
    }

    fn mismatch(&mut self, place: &Place<'_>, ty: &TypeExpr, value: &Value) {
        let kind = json_kind(value);
        let help =
            "if the page shows another type than it documents, change the field's type and add a `quirk`"
                .to_owned();
        self.problem(Mistake::BadExampleValue, place, format!("expected a `{ty}`, found `{kind}`"))
            .label(format!("not a `{ty}`"))
            .help(help);
    }

    fn problem(
        &mut self,
        mistake: Mistake,
        place: &Place<'_>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let message = message.into();
        let message = place.told().map_or_else(|| message.clone(), |path| format!("`{path}`: {message}"));
        self.report.error(mistake, At::Bytes(place.span()), message)
    }
}

/// Returns whether all items that a text joins are of their type.
fn joins(generic: Generic, item: &TypeExpr, text: &str) -> bool {
    let separator = if generic == Generic::Pipe { '|' } else { ',' };
    let mut items = text.split(separator).map(str::trim).filter(|item| !item.is_empty());
    items.all(|text| match item {
        TypeExpr::Scalar(Scalar::Uint) => text.parse::<u64>().is_ok(),
        TypeExpr::Scalar(Scalar::Int) => text.parse::<i64>().is_ok(),
        TypeExpr::Scalar(Scalar::Flag) => matches!(text, "0" | "1"),
        _ => true,
    })
}
