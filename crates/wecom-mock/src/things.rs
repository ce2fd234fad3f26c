//! The things that callers create, change and remove, so that a thing that was created can be read back.
//!
//! As long as nothing of a kind was created, its endpoints answer with their examples, whatever the ID.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Mutex;

use serde_json::{Map, Value};

use crate::lock;
use crate::reply::Refusal;
use crate::route::{Does, Keeps};
use crate::value::{at, at_mut, put, text};

/// The maximum number of things kept of a kind: the oldest make room for new ones.
const KEPT: usize = 10_000;

/// The things of each kind of which one was created.
#[derive(Default)]
pub(crate) struct Things(Mutex<BTreeMap<&'static str, Kind>>);

/// The things of a kind.
#[derive(Default)]
struct Kind {
    /// In the order in which they were created, by their numbers.
    things: BTreeMap<u64, Thing>,
    numbers: HashMap<String, u64>,
    /// The number of things so far.
    created: u64,
    /// The number of IDs that have been made up.
    named: u64,
}

struct Thing {
    id: Value,
    fields: Value,
    /// The rest of the request that created it: what it is part of.
    around: Value,
}

/// The ID that a call assigns to the thing it creates, and the fields that its response shows.
#[derive(Clone, Copy)]
struct New<'a> {
    id: &'a str,
    taken: i64,
    shown: &'a [&'a str],
    around: &'a Value,
}

impl Things {
    /// Does what a call does with things of its kind, and shows them in the answer, which is the example before. Says
    /// whether the answer lists all there are.
    pub(crate) fn act(&self, keeps: &Keeps, fields: &Value, answer: &mut Value) -> Result<bool, Refusal> {
        let mut kinds = lock(&self.0);
        if let Does::Create { .. } = keeps.does {
            // A kind is kept once something of it is there, not when creating it fails.
            let mut new = Kind::default();
            let kind = kinds.get_mut(keeps.thing).unwrap_or(&mut new);
            kind.create(&keeps.does, fields, answer)?;
            if new.created > 0 {
                kinds.insert(keeps.thing, new);
            }
            return Ok(false);
        }
        let Some(kind) = kinds.get_mut(keeps.thing) else { return Ok(false) };
        match keeps.does {
            Does::Create { .. } => {}
            Does::Change { id, from, .. } => {
                let several =
                    id.rsplit_once('.').and_then(|(place, id)| Some((at(fields, place)?.as_array()?, id)));
                let changes = match several {
                    Some((items, id)) => {
                        let found = items.iter().map(|item| Ok((kind.find(keeps, id, item)?, Some(item))));
                        found.collect::<Result<Vec<_>, _>>()?
                    }
                    None => {
                        let new = from.map_or(Some(fields), |from| at(fields, from));
                        vec![(kind.find(keeps, id, fields)?, new)]
                    }
                };
                for (numbers, new) in &changes {
                    for number in numbers {
                        kind.change(*number, &keeps.does, *new);
                    }
                }
                kind.show_changed(&keeps.does, changes.iter().flat_map(|(numbers, _)| numbers), answer);
            }
            Does::Remove { id } => {
                for number in kind.find(keeps, id, fields)? {
                    kind.remove(number);
                }
            }
            Does::Use { id } => _ = kind.find(keeps, id, fields)?,
            Does::Get { id, at, fields: shown, shows } => {
                let numbers = kind.find(keeps, id, fields)?;
                let things: Vec<&Thing> =
                    numbers.iter().filter_map(|number| kind.things.get(number)).collect();
                let place = match at {
                    Some(at) => at_mut(answer, at),
                    None => Some(answer),
                };
                let show = |thing: &Thing, example: &Value| {
                    let mut whole = thing.show(example, shown);
                    thing.show_elsewhere(shows, &mut whole);
                    whole
                };
                match (place, &things[..]) {
                    (Some(Value::Array(list)), things) if !things.is_empty() => {
                        let example = list.first().cloned().unwrap_or_default();
                        *list = things.iter().map(|thing| show(thing, &example)).collect();
                    }
                    (Some(place), [thing, ..]) => *place = show(thing, place),
                    _ => {}
                }
            }
            Does::List { at, narrowed, below, each, fields: shown } => {
                let example = at_first(answer, at);
                let listed = kind.list(narrowed, below, fields).into_iter();
                let shown = listed.flat_map(|thing| thing.show_each(&example, shown, each));
                put(answer, at, Some(shown.collect()));
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The fields of all things of a kind, in the order in which they were created.
    pub(crate) fn of(&self, kind: &str) -> Vec<Value> {
        lock(&self.0).get(kind).map(Kind::fields).unwrap_or_default()
    }

    /// The fields of all things, by kind.
    pub(crate) fn all(&self) -> Map<String, Value> {
        lock(&self.0).iter().map(|(kind, things)| ((*kind).to_owned(), things.fields().into())).collect()
    }

    /// Returns to the examples of a kind, or of all.
    pub(crate) fn clear(&self, kind: Option<&str>) {
        lock(&self.0).retain(|of, _| kind.is_some_and(|kind| kind != *of));
    }
}

impl Kind {
    fn fields(&self) -> Vec<Value> {
        self.things.values().map(|thing| thing.fields.clone()).collect()
    }

    /// The numbers of the things that a request names: all of them are there.
    fn find(&self, keeps: &Keeps, id: &str, fields: &Value) -> Result<Vec<u64>, Refusal> {
        let ids = match at(fields, id) {
            Some(Value::Array(ids)) => &ids[..],
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let find = |wanted: &Value| {
            let wanted = text(wanted);
            let unknown =
                || Refusal(keeps.unknown, format!("invalid {id}: there is no {} `{wanted}`", keeps.thing));
            self.numbers.get(&wanted).copied().ok_or_else(unknown)
        };
        ids.iter().map(find).collect()
    }

    /// The things that a request asks for.
    fn list(&self, narrowed: &[(&str, &str)], below: Option<&str>, fields: &Value) -> Vec<&Thing> {
        let asked: Vec<(&str, HashSet<String>)> = narrowed
            .iter()
            .map(|(name, field)| (*field, at(fields, name).map(texts).unwrap_or_default()))
            .filter(|(_, wanted)| !wanted.is_empty())
            .collect();
        let mut listed: BTreeSet<u64> = BTreeSet::new();
        let mut found: Vec<u64> =
            self.numbered(|thing| asked.iter().all(|(field, wanted)| thing.has(field, wanted)));
        // Level by level: what is below the things that were found last.
        while !found.is_empty() {
            let above: HashSet<String> = found.iter().map(|number| text(&self.things[number].id)).collect();
            listed.extend(found);
            found = match below {
                Some(below) => self.numbered(|thing| thing.has(below, &above)),
                None => Vec::new(),
            };
            found.retain(|number| !listed.contains(number));
        }
        listed.iter().map(|number| &self.things[number]).collect()
    }

    /// The numbers of the things that are so.
    fn numbered(&self, is_so: impl Fn(&Thing) -> bool) -> Vec<u64> {
        self.things.iter().filter(|(_, thing)| is_so(thing)).map(|(number, _)| *number).collect()
    }

    fn create(&mut self, does: &Does, fields: &Value, answer: &mut Value) -> Result<(), Refusal> {
        let Does::Create { id, from, fields: shown, taken } = *does else { return Ok(()) };
        let sent = from.map_or(Some(fields), |from| at(fields, from));
        let mut around = from.map_or(Value::Null, |_| fields.clone());
        if let Some(from) = from {
            put(&mut around, from, None);
        }
        let new = New { id, taken, shown, around: &around };
        // If the thing is inside the response, its ID comes from there.
        let Some((place, id)) = id.rsplit_once('.').filter(|(place, _)| at(answer, place).is_some()) else {
            return self.add(new, at(fields, id), sent, answer);
        };
        let new = New { id, ..new };
        let given = |sent: Option<&Value>| sent.and_then(|sent| at(sent, id)).cloned();
        match at_mut(answer, place) {
            Some(Value::Array(list)) => {
                let examples = std::mem::take(list);
                let sent = sent.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                for (sent, example) in sent.iter().zip(examples.iter().cycle()) {
                    let mut item = example.clone();
                    self.add(new, given(Some(sent)).as_ref(), Some(sent), &mut item)?;
                    list.push(item);
                }
                Ok(())
            }
            Some(place) => self.add(new, given(sent).as_ref(), sent, place),
            None => Ok(()),
        }
    }

    /// Adds a thing whose ID is in the response, or in the object inside it.
    fn add(
        &mut self,
        New { id, taken, shown, around }: New<'_>,
        given: Option<&Value>,
        sent: Option<&Value>,
        answer: &mut Value,
    ) -> Result<(), Refusal> {
        let example = at(answer, id);
        let new = match given.filter(|given| !given.is_null() && **given != "") {
            Some(given) => like(given, example)
                .ok_or_else(|| Refusal(40058, format!("invalid Request Parameter: {id}")))?,
            None => self.name(example),
        };
        if self.numbers.contains_key(&text(&new)) {
            return Err(Refusal(taken, format!("invalid {id}: `{}` is taken", text(&new))));
        }
        if example.is_some() {
            put(answer, id, Some(new.clone()));
        }
        let fields = sent.cloned().unwrap_or_else(|| Value::Object(Map::new()));
        let mut thing = Thing { id: new, fields, around: around.clone() };
        if !shown.is_empty() {
            *answer = thing.show(answer, shown);
        }
        if let (Value::Object(kept), Value::Object(answer)) = (&mut thing.fields, &*answer) {
            let returned = answer.iter().filter(|(name, _)| !matches!(name.as_str(), "errcode" | "errmsg"));
            kept.extend(returned.map(|(name, value)| (name.clone(), value.clone())));
        }
        if self.things.len() == KEPT
            && let Some(oldest) = self.things.keys().next().copied()
        {
            self.remove(oldest);
        }
        self.created += 1;
        self.numbers.insert(text(&thing.id), self.created);
        self.things.insert(self.created, thing);
        Ok(())
    }

    /// An ID like that of the example, which comes first, and which nothing has.
    fn name(&mut self, example: Option<&Value>) -> Value {
        loop {
            let before = self.named;
            self.named += 1;
            let name = match (example, example.and_then(Value::as_u64)) {
                (_, Some(first)) => first.saturating_add(before).into(),
                (Some(Value::String(first)), None) if before == 0 => first.as_str().into(),
                (example, None) => {
                    let first = example.and_then(Value::as_str).unwrap_or("mock");
                    format!("{first}-{}", before + 1).into()
                }
            };
            if !self.numbers.contains_key(&text(&name)) {
                return name;
            }
        }
    }

    /// Sets what a request says of a thing.
    fn change(&mut self, number: u64, does: &Does, new: Option<&Value>) {
        let Does::Change { sets, maps, .. } = does else { return };
        let Some(Value::Object(kept)) = self.things.get_mut(&number).map(|thing| &mut thing.fields) else {
            return;
        };
        let new = new.and_then(Value::as_object).into_iter().flatten().filter(|(_, value)| !value.is_null());
        for (name, value) in new {
            match (kept.get_mut(name), value) {
                (Some(Value::Object(entries)), Value::Object(new)) if maps.contains(&name.as_str()) => {
                    entries.extend(new.clone());
                }
                _ => _ = kept.insert(name.clone(), value.clone()),
            }
        }
        for (name, value) in *sets {
            let value = serde_json::from_str(value).expect("the generator wrote JSON");
            kept.insert((*name).to_owned(), value);
        }
    }

    /// Shows what was changed, where the answer has it.
    fn show_changed<'n>(&self, does: &Does, numbers: impl Iterator<Item = &'n u64>, answer: &mut Value) {
        let Does::Change { id, fields, .. } = does else { return };
        let place = id.rsplit_once('.').and_then(|(place, _)| at_mut(answer, place));
        let Some(place) = place.filter(|_| !fields.is_empty()) else { return };
        let mut changed = numbers.filter_map(|number| self.things.get(number));
        match place {
            Value::Array(list) => {
                let example = list.first().cloned().unwrap_or_default();
                *list = changed.map(|thing| thing.show(&example, fields)).collect();
            }
            one => {
                if let Some(thing) = changed.next() {
                    *one = thing.show(one, fields);
                }
            }
        }
    }

    fn remove(&mut self, number: u64) {
        if let Some(thing) = self.things.remove(&number) {
            self.numbers.remove(&text(&thing.id));
        }
    }
}

impl Thing {
    /// Whether a field has one of the values, or holds one in its list.
    fn has(&self, field: &str, wanted: &HashSet<String>) -> bool {
        let value = at(&self.fields, field).or_else(|| at(&self.around, field));
        value.is_some_and(|value| !texts(value).is_disjoint(wanted))
    }

    /// The thing as a list shows it: once, or once for each value of a field.
    fn show_each(&self, example: &Value, fields: &[&str], each: Option<&str>) -> Vec<Value> {
        let shown = self.show(example, fields);
        let values = each.and_then(|field| Some((field, at(&self.fields, field)?.as_array()?)));
        let Some((field, values)) = values else { return vec![shown] };
        let with = |value: &Value| {
            let mut shown = shown.clone();
            put(&mut shown, field, Some(value.clone()));
            shown
        };
        values.iter().map(with).collect()
    }

    /// Lists that have an item for each value of a field: none, if the thing doesn't have it.
    fn show_elsewhere(&self, shows: &[(&str, &str, &str)], whole: &mut Value) {
        for (list, of_item, field) in shows {
            let example = at_first(whole, list);
            let values = at(&self.fields, field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let item = |value: &Value| {
                let mut item = example.clone();
                put(&mut item, of_item, Some(value.clone()));
                item
            };
            put(whole, list, Some(values.iter().map(item).collect()));
        }
    }

    /// The thing as an example of its kind shows one: an object with its fields, or its ID.
    fn show(&self, example: &Value, fields: &[&str]) -> Value {
        if !example.is_object() {
            return self.id.clone();
        }
        let mut shown = example.clone();
        for field in fields {
            let path = field.trim_end_matches('?');
            match at(&self.fields, path).filter(|value| !value.is_null()) {
                Some(value) => put(&mut shown, path, Some(value.clone())),
                None if path != *field => put(&mut shown, path, None),
                // It has to be there, so what the example says will do.
                None => {}
            }
        }
        shown
    }
}

/// Returns a value as text: each item of a list, and nothing if it is empty.
fn texts(value: &Value) -> HashSet<String> {
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    values.iter().filter(|value| !value.is_null() && **value != "").map(text).collect()
}

/// The first item of the list at a path.
fn at_first(answer: &Value, path: &str) -> Value {
    at(answer, path).and_then(|list| list.get(0)).cloned().unwrap_or_default()
}

/// An ID that a request gives, in the kind of JSON that the example has.
fn like(given: &Value, example: Option<&Value>) -> Option<Value> {
    match (given, example) {
        (Value::String(given), Some(Value::Number(_))) => given.parse::<u64>().ok().map(Value::from),
        (Value::Number(given), Some(Value::String(_))) => Some(given.to_string().into()),
        (Value::String(_) | Value::Number(_), _) => Some(given.clone()),
        _ => None,
    }
}
