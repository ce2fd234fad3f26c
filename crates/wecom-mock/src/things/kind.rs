//! All things of a kind.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value};

use super::thing::{Thing, like, texts};
use crate::files::Content;
use crate::reply::Refusal;
use crate::route::{Keeps, Makes};
use crate::value::{at, json, put, text};

/// The maximum number of things kept of a kind: the oldest make room for new ones.
const KEPT: usize = 10_000;

/// The maximum number of bytes of files kept of a kind, as long as it has more than one thing.
const KEPT_BYTES: usize = 256 << 20;

/// The things of a kind.
#[derive(Default)]
pub(super) struct Kind {
    /// In the order in which they were created, by their numbers.
    things: BTreeMap<u64, Thing>,
    numbers: HashMap<String, u64>,
    /// The number of things so far.
    created: u64,
    /// The number of IDs that have been made up.
    named: u64,
    /// The number of bytes in the files of all things.
    bytes: usize,
    /// Whether any ID is that of a thing.
    adopts: bool,
}

/// The number of a thing that a request names, or why it may not.
pub(super) type Found = Result<u64, Refusal>;

/// A thing to create.
pub(super) struct New<'a> {
    /// The field with its ID, in the part of the answer that shows the thing.
    pub(super) id: &'a str,
    /// The ID that the request chooses.
    pub(super) given: Option<Value>,
    /// The first ID, if it is in no part of the call.
    pub(super) like: Option<Value>,
    pub(super) fields: Map<String, Value>,
    pub(super) around: Value,
    pub(super) content: Option<Content>,
    /// Whether it replaces a thing with the same ID.
    pub(super) replaces: bool,
    /// The error code for an ID that is already taken.
    pub(super) taken: i64,
    /// The fields that the response shows.
    pub(super) shown: &'a [&'a str],
    /// The fields of the response that are things of their own.
    pub(super) apart: &'a [&'a str],
}

impl Kind {
    /// Returns whether nothing was ever created.
    pub(super) fn is_new(&self) -> bool {
        self.created == 0
    }

    pub(super) fn fields(&self) -> Vec<Value> {
        self.things.values().map(|thing| thing.fields.clone()).collect()
    }

    pub(super) fn get(&self, number: u64) -> Option<&Thing> {
        self.things.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Thing> {
        self.things.get_mut(&number)
    }

    pub(super) fn number(&self, id: &str) -> Option<u64> {
        self.numbers.get(id).copied()
    }

    /// The numbers of the things that a request names, or an item of it, unless they are `elsewhere`.
    pub(super) fn find(
        &self,
        keeps: &Keeps,
        (id, item): (&str, &Value),
        fields: &Value,
        elsewhere: impl Fn(&str) -> bool,
    ) -> Vec<Found> {
        let ids = match at(item, id) {
            Some(Value::Array(ids)) => &ids[..],
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let asked = asked(keeps.narrowed, fields);
        let mut found = Vec::new();
        for wanted in ids.iter().filter(|id| !id.is_null()).map(text) {
            let number = self.number(&wanted);
            let thing = number.and_then(|number| self.get(number));
            let thing = thing.filter(|thing| asked.iter().all(|(field, wanted)| thing.has(field, wanted)));
            found.push(match (number, thing) {
                (Some(number), Some(thing)) if thing.is_one_of(keeps.only) => Ok(number),
                (_, Some(_)) => Err(refused(keeps, &wanted)),
                (None, _) if self.adopts || elsewhere(&wanted) => continue,
                _ => Err(unknown(keeps, id, &wanted)),
            });
        }
        found
    }

    /// Says which of the IDs that a request names don't exist, and that they are nowhere else.
    pub(super) fn say_missing(&self, keeps: &Keeps, (fields, found): (&Value, &[u64]), answer: &mut Value) {
        let (Some(missing), Some(id)) = (keeps.missing, keeps.does.needs()) else { return };
        let is_found = |id: &Value| self.number(&text(id)).is_some_and(|id| found.contains(&id));
        if let Value::Object(fields) = answer {
            for list in fields.values_mut().filter_map(Value::as_array_mut) {
                list.retain(|item| !item.is_string() || is_found(item));
            }
        }
        let ids = at(fields, id).and_then(Value::as_array).into_iter().flatten();
        put(answer, missing, Some(ids.filter(|id| !is_found(id)).cloned().collect()));
    }

    /// The number of the first thing with the values that a request asks for.
    pub(super) fn find_one(&self, keeps: &Keeps, fields: &Value) -> Option<Found> {
        let found = self.asked(keeps.narrowed, fields);
        let is_one_of = |number: &&u64| self.get(**number).is_some_and(|thing| thing.is_one_of(keeps.only));
        let wanted = keeps.narrowed.iter().find_map(|(name, _)| Some((*name, text(at(fields, name)?))));
        match (found.iter().find(is_one_of), wanted) {
            (Some(number), _) => Some(Ok(*number)),
            (None, Some((_, wanted))) if !keeps.only.is_empty() => Some(Err(refused(keeps, &wanted))),
            (None, Some((name, wanted))) => Some(Err(unknown(keeps, name, &wanted))),
            (None, None) => None,
        }
    }

    /// The numbers of the things that have the values that a request asks for, in all of these fields.
    pub(super) fn asked(&self, narrowed: &[(&str, &str)], fields: &Value) -> Vec<u64> {
        let asked = asked(narrowed, fields);
        self.numbered(|thing| asked.iter().all(|(field, wanted)| thing.has(field, wanted)))
    }

    /// Adds everything below the IDs that a request asks for, at all levels.
    pub(super) fn with_below(
        &self,
        found: Vec<u64>,
        asked: Vec<(&str, HashSet<String>)>,
        below: &str,
    ) -> BTreeSet<u64> {
        let mut children: HashMap<String, Vec<u64>> = HashMap::new();
        for (number, thing) in &self.things {
            for parent in thing.values(below) {
                children.entry(parent).or_default().push(*number);
            }
        }
        let mut listed: BTreeSet<u64> = found.into_iter().collect();
        let mut parents: Vec<String> = asked.into_iter().flat_map(|(_, wanted)| wanted).collect();
        while let Some(parent) = parents.pop() {
            // The children of a parent are taken once, so that a thing that is its own ancestor ends the walk.
            for number in children.remove(&parent).into_iter().flatten() {
                parents.push(text(&self.things[&number].id));
                listed.insert(number);
            }
        }
        listed
    }

    /// The numbers of the things that are so.
    pub(super) fn numbered(&self, is_so: impl Fn(&Thing) -> bool) -> Vec<u64> {
        self.things.iter().filter(|(_, thing)| is_so(thing)).map(|(number, _)| *number).collect()
    }

    /// Adds a thing whose ID is in the response, or in the object inside it.
    pub(super) fn add(&mut self, new: New<'_>, answer: &mut Value) -> Result<(), Refusal> {
        let New { id, given, like: first, mut fields, around, content, replaces, taken, shown, apart } = new;
        let example = at(answer, id);
        let name = match given.filter(|given| !given.is_null() && *given != "") {
            Some(given) => like(&given, example)
                .ok_or_else(|| Refusal(40058, format!("invalid Request Parameter: {id}")))?,
            None => self.name(example.or(first.as_ref())),
        };
        if let Some(number) = self.number(&text(&name)) {
            if !replaces {
                return Err(Refusal(taken, format!("invalid {id}: `{}` is taken", text(&name))));
            }
            self.remove(number);
        }
        let is_shown = example.is_some();
        if is_shown {
            put(answer, id, Some(name.clone()));
        }
        // What the request says of the ID, such as nothing, doesn't count.
        if is_shown || first.is_some() || fields.contains_key(id) {
            fields.insert(id.to_owned(), name.clone());
        }
        let (returned, is_whole) = (Map::new(), true);
        let mut thing = Thing { id: name, fields: fields.into(), returned, around, content, is_whole };
        if !shown.is_empty() {
            *answer = thing.show_created(answer, shown);
        }
        if let Value::Object(answer) = &*answer {
            let returned = answer
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "errcode" | "errmsg"))
                .filter(|(name, _)| !apart.contains(&name.as_str()));
            thing.returned = returned.map(|(name, value)| (name.clone(), value.clone())).collect();
        }
        if let Value::Object(kept) = &mut thing.fields {
            kept.extend(thing.returned.clone());
        }
        self.keep(thing);
        Ok(())
    }

    /// Makes as many things as a field of another one says, which they have the fields of as their surroundings.
    pub(super) fn make(&mut self, makes: &Makes, around: &Value) {
        let number = at(around, makes.number).and_then(Value::as_u64).unwrap_or_default();
        let like = makes.like.map(Value::from);
        for _ in 0..usize::try_from(number).map_or(KEPT, |number| number.min(KEPT)) {
            let id = self.name(like.as_ref());
            let sets = makes.sets.iter().map(|(name, value)| ((*name).to_owned(), json(value)));
            let fields: Map<String, Value> =
                std::iter::once((makes.id.to_owned(), id.clone())).chain(sets).collect();
            let (returned, around) = (Map::new(), around.clone());
            self.keep(Thing { id, fields: fields.into(), returned, around, content: None, is_whole: true });
        }
    }

    /// Keeps the things that a change names, which no call creates.
    pub(super) fn adopt(&mut self, id: &str, fields: &Value) {
        self.adopts = true;
        let ids = at(fields, id).map(texts).unwrap_or_default();
        for wanted in ids.into_iter().filter(|wanted| !self.numbers.contains_key(wanted)).collect::<Vec<_>>()
        {
            let (fields, returned) = (Value::Object(Map::new()), Map::new());
            let (id, around) = (wanted.into(), Value::Null);
            self.keep(Thing { id, fields, returned, around, content: None, is_whole: false });
        }
    }

    fn keep(&mut self, thing: Thing) {
        self.bytes += thing.size();
        self.created += 1;
        self.numbers.insert(text(&thing.id), self.created);
        self.things.insert(self.created, thing);
        while self.things.len() > KEPT || self.bytes > KEPT_BYTES && self.things.len() > 1 {
            let Some(oldest) = self.things.keys().next().copied() else { return };
            self.remove(oldest);
        }
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

    /// Removes a thing, and returns its ID.
    pub(super) fn remove(&mut self, number: u64) -> Option<String> {
        let thing = self.things.remove(&number)?;
        let id = text(&thing.id);
        self.bytes -= thing.size();
        self.numbers.remove(&id);
        Some(id)
    }
}

impl Thing {
    fn size(&self) -> usize {
        self.content.as_ref().map_or(0, |content| content.bytes.len())
    }
}

/// The error for an ID that nothing has.
pub(super) fn unknown(keeps: &Keeps, id: &str, wanted: &str) -> Refusal {
    Refusal(keeps.unknown, format!("invalid {id}: there is no {} `{wanted}`", keeps.thing))
}

/// The error for a thing that has other values than it must have.
fn refused(keeps: &Keeps, wanted: &str) -> Refusal {
    let fields: Vec<&str> = keeps.only.iter().map(|(field, _)| *field).collect();
    Refusal(keeps.refused, format!("the {} of `{wanted}` has the wrong {}", keeps.thing, fields.join(", ")))
}

/// The fields of things with the values that a request asks for, if it asks for any.
pub(super) fn asked<'a>(narrowed: &[(&str, &'a str)], fields: &Value) -> Vec<(&'a str, HashSet<String>)> {
    let values =
        narrowed.iter().map(|(name, field)| (*field, at(fields, name).map(texts).unwrap_or_default()));
    values.filter(|(_, wanted)| !wanted.is_empty()).collect()
}
