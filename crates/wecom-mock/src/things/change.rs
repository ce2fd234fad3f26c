//! Changes things.

use serde_json::Value;

use super::kind::{Found, Kind};
use super::thing::Thing;
use super::{Call, Kinds, items, last, named, show};
use crate::route::{Does, Keeps};
use crate::value::{at, at_mut, json, put, text};

/// Changes the things that a call names, makes others with them, and shows them in the answer.
pub(super) fn change(
    kinds: &mut Kinds,
    call: &Call<'_>,
    (keeps, named_ones): (&Keeps, &[Found]),
    answer: &mut Value,
) {
    let Does::Change { id, from, renames, replaces, maps, adds, drops, at: place, fields: carried } =
        keeps.does
    else {
        return;
    };
    let fields = call.fields;
    let found: Vec<u64> = named_ones.iter().filter_map(|found| found.as_ref().ok().copied()).collect();
    let Some(kind) = kinds.get_mut(keeps.thing) else { return };
    let changes: Vec<(u64, Option<&Value>)> = match items(fields, id) {
        Some((items, id)) => {
            let number =
                |item: &Value| kind.number(&text(item.get(id)?)).filter(|number| found.contains(number));
            items.iter().filter_map(|item| Some((number(item)?, Some(item)))).collect()
        }
        None => {
            let new = from.map_or(Some(fields), |from| at(fields, from));
            found.iter().map(|number| (*number, new)).collect()
        }
    };
    let mut makers = Vec::new();
    for (number, item) in changes {
        let Some(thing) = kind.get_mut(number) else { continue };
        let mut new = named(item, renames);
        // A thing keeps its ID.
        new.remove(last(id));
        thing.change_lists(&mut new, adds, drops);
        thing.set(&new, replaces, maps);
        for (name, value) in keeps.sets {
            put(&mut thing.fields, name, Some(json(value)));
        }
        makers.extend((!keeps.makes.is_empty()).then(|| thing.whole()));
    }
    if let Some(place) = place.and_then(|place| at_mut(answer, place)).filter(|_| !carried.is_empty()) {
        let items = items(fields, id).map_or(&[][..], |(items, _)| items);
        report(kind, place, (items, named_ones), carried);
    }
    for makes in keeps.makes {
        let kind = kinds.entry(makes.thing).or_default();
        for maker in &makers {
            kind.make(makes, maker);
        }
    }
}

/// Shows what a call changed: in a list that says what is wrong with single things, those that weren't changed, too.
fn report(kind: &Kind, place: &mut Value, (items, named): (&[Value], &[Found]), carried: &[&str]) {
    if let Value::Array(list) = place
        && named.iter().any(Result::is_err)
    {
        let example = list.first().cloned().unwrap_or_default();
        let result = |(item, found): (&Value, &Found)| match found {
            Ok(number) => Some(kind.get(*number)?.show(&example, carried)),
            Err(refusal) => Some(Thing::refused(&example, item, refusal)),
        };
        *list = items.iter().zip(named).filter_map(result).collect();
        return;
    }
    let things = named.iter().filter_map(|found| kind.get(*found.as_ref().ok()?));
    show(place, things, |thing, example| thing.show(example, carried));
}
