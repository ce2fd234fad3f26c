//! The bodies for a draft's examples: those on the page and, where it shows none, the required fields.

use serde_json::{Map, Value, json};

use super::model::{Bodies, Definition, Draft, DraftFields};
use super::types::Types;
use crate::pages::encoding::Encoding;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Errcode, Format, Repr, Variant};

/// The sources of an endpoint's examples.
pub(super) struct Shown<'s> {
    pub encoding: &'s Encoding,
    pub errcode: Errcode,
    /// The requests on the page.
    pub requests: Vec<Value>,
    /// The responses on the page.
    pub responses: Vec<Value>,
}

impl Shown<'_> {
    /// Pairs the page's examples; missing ones are made up.
    pub(super) fn pairs(
        self,
        request: &DraftFields,
        response: &DraftFields,
        types: &Types,
    ) -> Vec<Draft<Bodies>> {
        let Self { encoding, errcode, mut requests, mut responses } = self;
        let mut doubts = Vec::new();
        if requests.is_empty() && !request.is_empty() {
            requests.push(sample(types, request));
        }
        if encoding.answer().format() == Some(Format::Json) && errcode == Errcode::Always {
            let cut = responses.iter_mut().filter(|answer| answer.get("errcode").is_none());
            if cut.map(|answer| *answer = merged(envelope(), answer.take())).count() > 0 {
                doubts.push("the page shows no `errcode`: is it `errcode: on_failure`?".to_owned());
            }
        }
        if encoding.file_answer {
            responses.push(file());
        } else if responses.is_empty() {
            let envelope = if encoding.xml { json!({}) } else { envelope() };
            responses.push(merged(envelope, sample(types, response)));
        }
        let nth = |bodies: &[Value], index: usize| bodies.get(index).or(bodies.first()).cloned();
        let is_empty = |body: &Value| body.as_object().is_some_and(Map::is_empty);
        let pairs = (0..requests.len().max(responses.len())).filter_map(|index| {
            let request = nth(&requests, index).filter(|request| !is_empty(request));
            let response = nth(&responses, index)?;
            Some(Draft { spec: Bodies { request, response }, doubts: std::mem::take(&mut doubts) })
        });
        pairs.collect()
    }
}

/// Returns the fields that every response has.
fn envelope() -> Value {
    json!({ "errcode": 0, "errmsg": "ok" })
}

fn file() -> Value {
    json!({ "name": "file.bin", "text": "not really a file" })
}

fn merged(mut object: Value, other: Value) -> Value {
    if let (Value::Object(object), Value::Object(other)) = (&mut object, other) {
        object.extend(other);
    }
    object
}

/// Returns an object with the required fields.
fn sample(types: &Types, fields: &DraftFields) -> Value {
    let mut object = Map::new();
    for (name, field) in fields.iter().filter(|(_, field)| !field.spec.optional) {
        match sample_value(types, &field.spec.ty, name) {
            Value::Object(inner) if field.spec.embed => object.extend(inner),
            value => _ = object.insert(name.clone(), value),
        }
    }
    object.into()
}

fn sample_value(types: &Types, ty: &TypeExpr, name: &str) -> Value {
    match ty {
        TypeExpr::Scalar(scalar) => match scalar {
            Scalar::Bool => true.into(),
            Scalar::File => file(),
            Scalar::Timestamp => 1_720_000_000.into(),
            Scalar::Any => json!({}),
            Scalar::String | Scalar::Secret => name.to_ascii_uppercase().into(),
            Scalar::Flag | Scalar::Int | Scalar::Uint | Scalar::F64 => 1.into(),
        },
        TypeExpr::Generic(generic, inner) => {
            let inner = sample_value(types, inner, name);
            match generic {
                Generic::List => json!([inner]),
                Generic::Map => json!({ "KEY": inner }),
                Generic::Json | Generic::Pipe | Generic::Csv | Generic::OrText => inner,
            }
        }
        TypeExpr::Named(named) => match types.get(named) {
            Some(Definition::Struct { fields, .. }) => sample(types, fields),
            Some(Definition::Enum { repr, values, .. }) => {
                values.first().map_or(Value::Null, |(first, _)| wire(*repr, first))
            }
            Some(Definition::Union { tag, repr, variants, .. }) => match variants.first() {
                Some((first, variant)) => {
                    merged(json!({ tag: wire(*repr, first) }), content(types, variant, first))
                }
                None => Value::Null,
            },
            None => Value::Null,
        },
    }
}

/// Returns the content beside a union's tag.
fn content(types: &Types, variant: &Variant, tag: &str) -> Value {
    let Some(ty) = &variant.ty else { return json!({}) };
    let key = variant.content(tag);
    json!({ key: sample_value(types, ty, key) })
}

pub(super) fn wire(repr: Repr, value: &str) -> Value {
    match repr {
        Repr::String => value.into(),
        Repr::Int => value.parse::<i64>().unwrap_or_default().into(),
    }
}
