//! The examples of a draft: what the page shows, and what is made up where it shows nothing.

use serde_json::{Map, Value};

use super::draft::Example;
use super::types::{Definition, Field, Ty, Types};
use crate::pages::encoding::Encoding;

/// The page's examples in pairs; what it doesn't show is made up.
pub(super) fn examples(
    types: &Types,
    request: &[Field],
    response: &[Field],
    encoding: &Encoding,
    requests: Vec<Value>,
    responses: Vec<Value>,
) -> Vec<Example> {
    let mut made_up = Vec::new();
    let needs_request = !request.is_empty();
    let requests = if requests.is_empty() && needs_request {
        made_up.push("the request is made up: the page shows none".to_owned());
        vec![sample(types, request)]
    } else {
        requests
    };
    let file =
        encoding.file_answer.then(|| serde_json::json!({ "name": "file.bin", "text": "not really a file" }));
    let responses = if let Some(file) = file {
        responses.into_iter().chain([file]).collect()
    } else if responses.is_empty() {
        made_up.push("the response is made up: the page shows none".to_owned());
        let mut body = Map::new();
        if !encoding.xml {
            body.insert("errcode".to_owned(), 0.into());
            body.insert("errmsg".to_owned(), "ok".into());
        }
        if let Value::Object(fields) = sample(types, response) {
            body.extend(fields);
        }
        vec![body.into()]
    } else {
        responses
    };
    let count = requests.len().max(responses.len());
    let mut examples = Vec::new();
    for index in 0..count {
        let request = requests.get(index).or(requests.first()).cloned();
        let Some(response) = responses.get(index).or(responses.first()).cloned() else { continue };
        let request = request.filter(|request| request.as_object().is_none_or(|fields| !fields.is_empty()));
        let doubts = if index == 0 { std::mem::take(&mut made_up) } else { Vec::new() };
        examples.push(Example { doubts, request, response });
    }
    examples
}

/// An object with the fields that can't be left out.
fn sample(types: &Types, fields: &[Field]) -> Value {
    let mut object = Map::new();
    for field in fields.iter().filter(|field| !field.optional) {
        let value = sample_value(types, &field.ty, &field.name);
        match value {
            Value::Object(inner) if field.keys.iter().any(|(key, _)| *key == "embed") => {
                object.extend(inner);
            }
            value => {
                object.insert(field.name.clone(), value);
            }
        }
    }
    object.into()
}

fn sample_value(types: &Types, ty: &Ty, name: &str) -> Value {
    match ty {
        Ty::Scalar("bool") => true.into(),
        Ty::Scalar("file") => serde_json::json!({ "name": "file.bin", "text": "not really a file" }),
        Ty::Scalar("timestamp") => 1_720_000_000.into(),
        Ty::Scalar("any") | Ty::Like(_) => Map::new().into(),
        Ty::Scalar("string" | "secret") => name.to_ascii_uppercase().into(),
        Ty::Scalar(_) => 1.into(),
        Ty::Generic("list", inner) => vec![sample_value(types, inner, name)].into(),
        Ty::Generic("map", inner) => {
            Value::Object(Map::from_iter([("KEY".to_owned(), sample_value(types, inner, name))]))
        }
        Ty::Generic(_, inner) => sample_value(types, inner, name),
        Ty::Named(named) => match types.get(named) {
            Some(Definition::Struct { fields, .. }) => sample(types, fields),
            Some(Definition::Enum { text, values, .. }) => match values.first() {
                Some(first) if *text => first.wire.clone().into(),
                Some(first) => first.wire.parse::<i64>().unwrap_or_default().into(),
                None => Value::Null,
            },
            Some(Definition::Union { tag, text, variants, .. }) => match variants.first() {
                Some(first) => {
                    let wire: Value = if *text {
                        first.tag.clone().into()
                    } else {
                        first.tag.parse::<i64>().unwrap_or_default().into()
                    };
                    let mut object = Map::from_iter([(tag.clone(), wire)]);
                    if let Some(ty) = &first.ty {
                        let key = first.key.clone().unwrap_or_else(|| first.tag.clone());
                        object.insert(key.clone(), sample_value(types, ty, &key));
                    }
                    object.into()
                }
                None => Value::Null,
            },
            None => Value::Null,
        },
    }
}
