//! The response to a call of which every part succeeds. Examples also show failures, of people and things that no other request names.

use serde_json::{Map, Value};

use super::{Endpoint, Example, Field, Module, Struct, Ty};
use crate::spec::literal;

/// The beginnings of the names of response fields that list failed items, or items that were created because they were missing.
const FAILED: [&str; 6] = ["invalid", "fail", "excess", "unlicensed", "conflict", "created_department"];

/// A list of the response with a result for each item of a list in the request.
#[derive(Debug, PartialEq, Eq)]
pub struct Echo {
    /// The path of the response's list.
    pub list: String,
    /// The path of the request's list.
    pub of: String,
    /// The fields of a result that are the request's: one for a list of values, several for a list of structs, none if
    /// the results are the values.
    pub fields: Vec<String>,
}

impl Module {
    /// Returns the response of an example without its failures.
    pub fn succeeded(&self, endpoint: &Endpoint, example: &Example) -> String {
        let response = example.response.trim_end();
        let Ok(Value::Object(before)) = serde_json::from_str(response) else { return response.to_owned() };
        let mut fields = before.clone();
        if let Some(structure) = self.structure(&endpoint.response) {
            self.succeed(structure, &mut fields);
        }
        if fields == before { response.to_owned() } else { literal::json(&fields.into(), 0) }
    }

    fn succeed(&self, structure: &Struct, value: &mut Map<String, Value>) {
        for field in &structure.fields {
            let shows_failures = value.get(&field.wire).is_some_and(only_failures);
            if failed(field) || field.optional && shows_failures {
                if field.optional {
                    value.shift_remove(&field.wire);
                } else if let Some(value) = value.get_mut(&field.wire) {
                    empty(value);
                }
                continue;
            }
            let inner = field.ty.name().and_then(|name| self.structure(name));
            let (Some(inner), Some(value)) = (inner, value.get_mut(&field.wire)) else { continue };
            match value {
                Value::Object(value) => self.succeed(inner, value),
                Value::Array(items) => {
                    keep_successes(items);
                    for item in items.iter_mut().filter_map(Value::as_object_mut) {
                        self.succeed(inner, item);
                    }
                }
                _ => {}
            }
        }
    }

    /// Returns the lists of a response with a result for each item of a list in the request, as the first example shows.
    pub fn echoes(&self, endpoint: &Endpoint) -> Vec<Echo> {
        let parts = self.structure(&endpoint.request).zip(self.structure(&endpoint.response));
        let (Some((request, response)), Some(example), None) =
            (parts, endpoint.examples.first(), &endpoint.pagination)
        else {
            return Vec::new();
        };
        let sent: Value = serde_json::from_str(&example.request).unwrap_or_default();
        let shown: Value = serde_json::from_str(&self.succeeded(endpoint, example)).unwrap_or_default();
        let (sources, results) = (self.lists(request, &sent), self.lists(response, &shown));
        let is_kept = |path: &str| {
            let places = endpoint.keeps.iter().flat_map(|keeps| [keeps.at.clone(), keeps.inside(response)]);
            places.flatten().any(|place| {
                let rest = path.strip_prefix(&place.to_string());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let results = results.iter().filter(|result| !is_kept(&result.path));
        results.flat_map(|result| self.echoes_of(result, &sources)).collect()
    }

    /// Returns the lists of the request that the results of a list are about.
    fn echoes_of(&self, result: &List<'_>, sources: &[List<'_>]) -> Vec<Echo> {
        let echo =
            |source: &List<'_>, fields| Echo { list: result.path.clone(), of: source.path.clone(), fields };
        let Some(shown) = self.structure_of(result.item) else {
            let is_of = |source: &&List<'_>| {
                result.name().starts_with("succ") && source.item == result.item && source.has(result.items)
            };
            return sources.iter().find(is_of).map(|source| echo(source, Vec::new())).into_iter().collect();
        };
        let structs = sources.iter().filter_map(|source| {
            let sent = self.structure_of(source.item)?;
            let same = |field: &&Field| sent.field(&field.wire).is_some_and(|sent| sent.ty == field.ty);
            let fields: Vec<String> =
                shown.fields.iter().filter(same).map(|field| field.wire.clone()).collect();
            let is_id = |name: &String| name.ends_with("id") || name.ends_with("code");
            let is_shown = |item: &Value| source.items.iter().any(|sent| agree(item, sent, &fields));
            let about = fields.iter().any(is_id) && result.items.iter().all(is_shown);
            about.then(|| echo(source, fields))
        });
        let structs: Vec<Echo> = structs.collect();
        if structs.len() == 1 {
            return structs;
        }
        let by_id = |field: &Field| {
            let values: Vec<Value> =
                result.items.iter().filter_map(|item| item.get(&field.wire).cloned()).collect();
            let distinct = (1..values.len()).all(|end| !values[..end].contains(&values[end]));
            let source = sources.iter().find(|source| {
                *source.item == field.ty && is_about(&field.wire, source.name()) && source.has(&values)
            })?;
            distinct.then(|| echo(source, vec![field.wire.clone()]))
        };
        let echoes: Vec<Echo> = shown.fields.iter().filter_map(by_id).collect();
        // Each result is about one thing.
        let about_one =
            |item: &Value| echoes.iter().filter(|echo| item.get(&echo.fields[0]).is_some()).count() == 1;
        if result.items.iter().all(about_one) { echoes } else { Vec::new() }
    }

    /// Returns the lists in a struct and in the structs inside it that an example has items of.
    fn lists<'a>(&'a self, structure: &'a Struct, value: &'a Value) -> Vec<List<'a>> {
        let mut lists = Vec::new();
        for field in &structure.fields {
            match (&field.ty, value.get(&field.wire)) {
                (Ty::List(item), Some(Value::Array(items))) if !items.is_empty() => {
                    lists.push(List { path: field.wire.clone(), item, items });
                }
                (Ty::Struct(name), Some(value)) => {
                    let inner = self.structure(name).map(|inner| self.lists(inner, value));
                    let inner = inner.into_iter().flatten();
                    lists.extend(
                        inner.map(|list| List { path: format!("{}.{}", field.wire, list.path), ..list }),
                    );
                }
                _ => {}
            }
        }
        lists
    }

    fn structure_of(&self, ty: &Ty) -> Option<&Struct> {
        match ty {
            Ty::Struct(name) => self.structure(name),
            _ => None,
        }
    }
}

/// A list, and its items in an example.
struct List<'a> {
    path: String,
    item: &'a Ty,
    items: &'a [Value],
}

impl List<'_> {
    fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }

    /// Returns whether it has all of some values, if there are any.
    fn has(&self, values: &[Value]) -> bool {
        !values.is_empty() && values.iter().all(|value| self.items.contains(value))
    }
}

/// Returns whether a field has the ID of what a list contains: `userid` for `userid_list`, `open_userid` for `useridlist`.
fn is_about(field: &str, list: &str) -> bool {
    let stem = list.strip_suffix("list").unwrap_or(list).trim_end_matches('_').trim_end_matches('s');
    stem.ends_with(field) || field.ends_with(stem)
}

/// Returns whether two items have the same values in the fields that both have.
fn agree(item: &Value, other: &Value, fields: &[String]) -> bool {
    fields.iter().all(|field| item.get(field).is_none_or(|value| other.get(field) == Some(value)))
}

/// Returns whether a field lists what failed.
fn failed(field: &Field) -> bool {
    let lists = matches!(field.ty, Ty::List(_) | Ty::Pipe(_) | Ty::Csv(_) | Ty::Struct(_));
    lists && FAILED.iter().any(|word| field.wire.starts_with(word))
}

fn empty(value: &mut Value) {
    match value {
        Value::Array(items) => items.clear(),
        Value::Object(fields) => fields.values_mut().for_each(empty),
        Value::String(text) => text.clear(),
        _ => {}
    }
}

/// Returns whether a value lists results that all have an error.
fn only_failures(value: &Value) -> bool {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    !items.is_empty() && !items.iter().any(succeeded)
}

fn succeeded(item: &Value) -> bool {
    item.get("errcode").is_none_or(|code| *code == 0)
}

/// Keeps the results without an error; if all have one, takes it away.
fn keep_successes(items: &mut Vec<Value>) {
    if items.iter().any(succeeded) {
        items.retain(succeeded);
        return;
    }
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.insert("errcode".to_owned(), 0.into());
        if let Some(message) = item.get_mut("errmsg") {
            *message = "ok".into();
        }
    }
}
