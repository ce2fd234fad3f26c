//! Creates things.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::kind::{Kind, New, unknown};
use super::{Call, items, last, named};
use crate::reply::Refusal;
use crate::route::{Does, Keeps};
use crate::value::{at, at_mut, json, put, text};

/// Creates the things of a call: one, or one for each item of a list.
pub(super) fn create(
    kind: &mut Kind,
    call: &Call<'_>,
    keeps: &Keeps,
    answer: &mut Value,
) -> Result<(), Refusal> {
    let Does::Create { id, from, renames, existing, replaces, content, fields: shown, taken } = keeps.does
    else {
        return Ok(());
    };
    let fields = call.fields;
    let sent = from.map_or(Some(fields), |from| at(fields, from));
    let mut around = from.map_or(Value::Null, |_| fields.clone());
    if let Some(from) = from {
        put(&mut around, from, None);
    }
    let (parts, shown_parts) = apart(call, id);
    let new = |id, given, item: Option<&Value>, around| {
        let mut fields = named(item, renames);
        fields.retain(|name, _| content != Some(name.as_str()) && !parts.contains(&name.as_str()));
        fields.extend(keeps.sets.iter().map(|(name, value)| ((*name).to_owned(), json(value))));
        let content = content.and_then(|field| (call.file)(field));
        let like = keeps.like.map(json);
        New { id, given, like, fields, around, content, replaces, taken, shown, apart: &shown_parts }
    };
    // If the thing is inside the response, its ID comes from there.
    let Some((place, id)) = id.rsplit_once('.').filter(|(place, _)| at(answer, place).is_some()) else {
        // The request chooses the IDs of several things.
        if let Some((items, id)) = items(fields, id) {
            let mut new = items.iter().map(|item| new(id, item.get(id).cloned(), Some(item), Value::Null));
            return new.try_for_each(|new| kind.add(new, &mut Value::Null));
        }
        // Their IDs are in a list, in the response beside them or in the request.
        let Some(&(_, name)) = renames.iter().find(|(sent, _)| *sent == id) else {
            return kind.add(new(id, at(fields, id).cloned(), sent, around), answer);
        };
        if let (Some(Value::Array(ids)), Some(Value::Array(sent))) = (at(answer, id), sent) {
            let example = ids.first().cloned().unwrap_or_default();
            let mut ids = Vec::new();
            for item in sent {
                let mut shown = Value::Object(Map::from_iter([(name.to_owned(), example.clone())]));
                kind.add(new(name, None, Some(item), around.clone()), &mut shown)?;
                ids.push(shown[name].take());
            }
            put(answer, id, Some(ids.into()));
            return Ok(());
        }
        let ids = at(fields, id).and_then(Value::as_array).into_iter().flatten();
        let mut new = ids.map(|given| new(name, Some(given.clone()), None, around.clone()));
        return new.try_for_each(|new| kind.add(new, &mut Value::Null));
    };
    add_neighbors(&mut around, answer, place);
    // The request chooses an ID in the same place; elsewhere, the same name is that of something else.
    let is_given = from.map_or_else(|| at(fields, place).is_some(), |from| from == place);
    let given = |item: Option<&'_ Value>| item.filter(|_| is_given).and_then(|item| item.get(id)).cloned();
    match at_mut(answer, place) {
        Some(Value::Array(list)) => {
            let examples = std::mem::take(list);
            let sent = sent.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let positions = positions(&examples, id);
            // Other examples show failures.
            let is_created = |example: &&Value| example.get(id).is_some();
            let any = examples.iter().any(|example| is_created(&example));
            let created = examples.iter().filter(|example| !any || is_created(example));
            for (index, (sent, example)) in sent.iter().zip(created.cycle()).enumerate() {
                let mut item = example.clone();
                for name in &positions {
                    item[*name] = (index + 1).into();
                }
                kind.add(new(id, given(Some(sent)), Some(sent), around.clone()), &mut item)?;
                list.push(item);
            }
            Ok(())
        }
        Some(one) => {
            let named = existing.iter().find_map(|name| {
                let wanted = at(fields, name).filter(|value| !value.is_null() && **value != "")?;
                Some((*name, wanted))
            });
            if let Some((name, wanted)) = named {
                let is_wanted = HashSet::from([text(wanted)]);
                let found = kind.numbered(|thing| thing.has(name, &is_wanted));
                if let Some(thing) = found.first().and_then(|number| kind.get(*number)) {
                    *one = thing.show_created(one, shown);
                    return Ok(());
                }
                if name == id {
                    if !kind.is_new() {
                        return Err(unknown(keeps, id, &text(wanted)));
                    }
                    return kind.add(new(id, Some(wanted.clone()), sent, around), one);
                }
            }
            let given = given(from.map_or_else(|| at(fields, place), |_| sent));
            kind.add(new(id, given, sent, around), one)
        }
        None => Ok(()),
    }
}

/// Returns the fields of the request, and of the response, with the other things that a call creates: they are kept by themselves.
fn apart<'a>(call: &Call<'a>, id: &str) -> (Vec<&'a str>, Vec<&'a str>) {
    let others = call.keeps.iter().filter_map(|other| match other.does {
        Does::Create { id: inner, from: Some(from), .. } if inner != id => Some((from, inner)),
        _ => None,
    });
    let (sent, ids): (Vec<&str>, Vec<&str>) = others.unzip();
    (sent, ids.into_iter().filter_map(|id| id.rsplit_once('.')).map(|(place, _)| last(place)).collect())
}

/// Adds to the surroundings of a thing the fields beside its place in the response.
fn add_neighbors(around: &mut Value, answer: &Value, place: &str) {
    let Some((outer, name)) = place.rsplit_once('.') else { return };
    let Some(Value::Object(outer)) = at(answer, outer) else { return };
    let mut all = around.as_object().cloned().unwrap_or_default();
    let neighbors = outer.iter().filter(|(other, _)| *other != name);
    all.extend(neighbors.map(|(name, value)| (name.clone(), value.clone())));
    *around = all.into();
}

/// The fields of a list's items that count them, besides their ID.
fn positions<'a>(examples: &'a [Value], id: &str) -> Vec<&'a str> {
    let fields = examples.first().and_then(Value::as_object).filter(|_| examples.len() > 1);
    let counts = |name: &&str| {
        let mut positions = examples.iter().zip(1_u64..);
        *name != id && positions.all(|(example, position)| example.get(name) == Some(&position.into()))
    };
    fields.into_iter().flat_map(Map::keys).map(String::as_str).filter(counts).collect()
}
