//! The things that callers create, change and remove, so that a thing that was created can be read back.
//!
//! As long as nothing of a kind was created, its endpoints answer with their examples, whatever the ID.

mod change;
mod create;
mod kind;
mod thing;

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;

use serde_json::{Map, Value};

use crate::files::Content;
use crate::lock;
use crate::reply::Refusal;
use crate::route::{Does, Keeps, Parts};
use crate::value::{at, at_first, at_mut, put, put_flag, text};
use kind::{Found, Kind, asked};
use thing::Thing;

/// The things of each kind of which one was created.
#[derive(Default)]
pub(crate) struct Things(Mutex<Kinds>);

type Kinds = BTreeMap<&'static str, Kind>;

/// A call of an endpoint that does something with things.
pub(crate) struct Call<'a> {
    pub(crate) keeps: &'static [Keeps],
    /// The fields of the request, those of its query included.
    pub(crate) fields: &'a Value,
    /// Returns the file in a field of the request.
    pub(crate) file: &'a dyn Fn(&str) -> Option<Content>,
    /// Returns the URL of a thing's file.
    pub(crate) url: &'a dyn Fn(&str, &str) -> String,
}

/// The things that a response shows.
#[derive(Default)]
pub(crate) struct Shown {
    /// Whether it lists all there are.
    pub(crate) listed: bool,
    /// The file that it is.
    pub(crate) content: Option<Content>,
}

impl Things {
    /// Does what a call does with things, and shows them in the answer, which is the example before.
    pub(crate) fn act(&self, call: &Call<'_>, answer: &mut Value) -> Result<Shown, Refusal> {
        let mut kinds = lock(&self.0);
        let mut shown = Shown::default();
        // Everything is found before anything changes.
        let mut found = Vec::new();
        for keeps in call.keeps {
            if let (true, Some(id)) = (keeps.adopts, keeps.does.needs()) {
                kinds.entry(keeps.thing).or_default().adopt(id, call.fields);
            }
            let all = find(&kinds, call, keeps);
            found.push(if keeps.reports(answer) {
                all
            } else {
                all.into_iter().map(|found| found.map(Ok)).collect::<Result<Vec<Found>, Refusal>>()?
            });
        }
        for (keeps, found) in call.keeps.iter().zip(found) {
            act(&mut kinds, call, (keeps, &found), answer, &mut shown)?;
        }
        Ok(shown)
    }

    /// The fields of all things of a kind, in the order in which they were created.
    pub(crate) fn of(&self, kind: &str) -> Vec<Value> {
        lock(&self.0).get(kind).map(Kind::fields).unwrap_or_default()
    }

    /// The fields of all things, by kind.
    pub(crate) fn all(&self) -> Map<String, Value> {
        lock(&self.0).iter().map(|(kind, things)| ((*kind).to_owned(), things.fields().into())).collect()
    }

    /// The file of a thing.
    pub(crate) fn content(&self, kind: &str, id: &str) -> Option<Content> {
        let kinds = lock(&self.0);
        let kind = kinds.get(kind)?;
        kind.get(kind.number(id)?)?.content.clone()
    }

    /// Returns to the examples of a kind, or of all.
    pub(crate) fn clear(&self, kind: Option<&str>) {
        lock(&self.0).retain(|of, _| kind.is_some_and(|kind| kind != *of));
    }
}

impl Does {
    /// The field with the IDs of the things that have to be there.
    fn needs(&self) -> Option<&'static str> {
        match self {
            Self::Create { .. }
            | Self::List { .. }
            | Self::Get { id: "", .. }
            | Self::Change { id: "", .. } => None,
            Self::Change { id, .. } | Self::Remove { id, .. } | Self::Use { id } | Self::Get { id, .. } => {
                Some(*id)
            }
        }
    }
}

impl Keeps {
    /// Whether the answer says what is wrong with single things, so that the call succeeds.
    fn reports(&self, answer: &Value) -> bool {
        match self.does {
            Does::Change { at: Some(place), .. } => at_first(answer, place).get("errcode").is_some(),
            _ => self.missing.is_some(),
        }
    }
}

/// The things that a call names: one for each ID, or for each item of a list.
fn find(kinds: &Kinds, call: &Call<'_>, keeps: &Keeps) -> Vec<Found> {
    let Some(kind) = kinds.get(keeps.thing) else { return Vec::new() };
    if let Does::Get { id: "", .. } | Does::Change { id: "", .. } = keeps.does {
        return kind.find_one(keeps, call.fields).into_iter().collect();
    }
    let Some(id) = keeps.does.needs() else { return Vec::new() };
    // An ID may be that of a thing of either kind. As long as nothing of a kind was created, any ID is one of its things.
    let elsewhere = |wanted: &str| {
        let mut others = call.keeps.iter().filter(|other| other.does.needs() == Some(id));
        let of_others =
            |other: &Keeps| kinds.get(other.thing).is_none_or(|kind| kind.number(wanted).is_some());
        others.any(|other| other.thing != keeps.thing && of_others(other))
    };
    match items(call.fields, id) {
        Some((items, id)) => {
            items.iter().flat_map(|item| kind.find(keeps, (id, item), call.fields, elsewhere)).collect()
        }
        None => kind.find(keeps, (id, call.fields), call.fields, elsewhere),
    }
}

/// The items of the list that an ID is in, and its name there.
fn items<'a, 'i>(fields: &'a Value, id: &'i str) -> Option<(&'a [Value], &'i str)> {
    let (place, id) = id.rsplit_once('.')?;
    Some((at(fields, place)?.as_array()?, id))
}

fn act(
    kinds: &mut Kinds,
    call: &Call<'_>,
    (keeps, named): (&Keeps, &[Found]),
    answer: &mut Value,
    shown: &mut Shown,
) -> Result<(), Refusal> {
    let fields = call.fields;
    let found: Vec<u64> = named.iter().filter_map(|found| found.as_ref().ok().copied()).collect();
    if let Does::Create { .. } = keeps.does {
        // A kind is kept once something of it is there, not when creating it fails.
        let mut new = Kind::default();
        let kind = kinds.get_mut(keeps.thing).unwrap_or(&mut new);
        create::create(kind, call, keeps, answer)?;
        if !new.is_new() {
            kinds.insert(keeps.thing, new);
        }
        for kind in keeps.opens {
            kinds.entry(kind).or_default();
        }
        return Ok(());
    }
    match keeps.does {
        Does::Create { .. } | Does::Use { .. } => {}
        Does::Change { .. } => change::change(kinds, call, (keeps, named), answer),
        Does::Remove { with, .. } => {
            if let Some(kind) = kinds.get(keeps.thing) {
                kind.say_missing(keeps, (fields, &found), answer);
            }
            remove(kinds, keeps.thing, &found, with);
        }
        Does::Get { at: place, instead, content, fields: carried, shows, .. } => {
            let Some(kind) = kinds.get(keeps.thing).filter(|_| !named.is_empty()) else { return Ok(()) };
            let things = || found.iter().filter_map(|number| kind.get(*number));
            shown.listed = true;
            if let Some(body) = instead {
                *answer = serde_json::from_str(body).expect("the generator checked the example");
            }
            let place = match place {
                Some(place) => at_mut(answer, place),
                None => Some(&mut *answer),
            };
            if let Some(place) = place {
                show(place, things(), |thing, example| {
                    let mut whole = thing.show(example, carried);
                    thing.show_elsewhere(shows, example, &mut whole);
                    whole
                });
            }
            kind.say_missing(keeps, (fields, &found), answer);
            let file = things().next().and_then(|thing| Some((text(&thing.id), thing.content.clone()?)));
            if let Some((id, file)) = file {
                match content {
                    Some(field) => put(answer, field, Some((call.url)(keeps.thing, &id).into())),
                    None => shown.content = Some(file),
                }
            }
        }
        Does::List { at: place, .. } => {
            let listed = list(kinds, keeps, fields, &at_first(answer, place));
            if let Some(listed) = listed {
                if let Some(any) = keeps.any {
                    put_flag(answer, any, !listed.is_empty());
                }
                put(answer, place, Some(listed.into()));
                shown.listed = true;
            }
        }
    }
    Ok(())
}

/// Removes things, and what goes with them.
fn remove(kinds: &mut Kinds, thing: &'static str, found: &[u64], with: &[(&'static str, &str)]) {
    let mut removed: Vec<(&str, u64)> = found.iter().map(|number| (thing, *number)).collect();
    while let Some((name, number)) = removed.pop() {
        let Some(id) = kinds.get_mut(name).and_then(|kind| kind.remove(number)) else { continue };
        let gone = HashSet::from([id]);
        // What goes with things of this kind doesn't go with those that went with one.
        for (name, field) in with.iter().filter(|_| name == thing) {
            let below = kinds.get(name).map(|kind| kind.numbered(|thing| thing.has(field, &gone)));
            removed.extend(below.into_iter().flatten().map(|number| (*name, number)));
        }
    }
}

/// The things that a call lists, like an example; none if nothing of the kind was created.
fn list(kinds: &Kinds, keeps: &Keeps, fields: &Value, example: &Value) -> Option<Vec<Value>> {
    let Does::List { below, each, fields: carried, parts, .. } = keeps.does else { return None };
    let kind = kinds.get(keeps.thing)?;
    let mut numbers = match keeps.through {
        Some((other, field)) => {
            // Without any, nobody says what the filters are about.
            let all = kind.numbered(|_| true);
            kinds.get(other).map_or(all, |others| {
                let asked = others.asked(keeps.narrowed, fields).into_iter();
                let ids = asked.filter_map(|number| Some(text(&others.get(number)?.id))).collect();
                kind.numbered(|thing| thing.has_any(field, &ids))
            })
        }
        None => kind.asked(keeps.narrowed, fields),
    };
    let asked = asked(keeps.narrowed, fields);
    let is_narrowed = !asked.is_empty();
    if let Some(below) = below.filter(|_| is_narrowed) {
        numbers = kind.with_below(numbers, asked, below).into_iter().collect();
    }
    numbers.retain(|number| kind.get(*number).is_some_and(|thing| thing.is_one_of(keeps.only)));
    // What narrows the list down to things doesn't narrow down their parts.
    let fields = Some(fields).filter(|_| !is_narrowed);
    let mut listed = Vec::new();
    for thing in numbers.iter().filter_map(|number| kind.get(*number)) {
        for mut shown in thing.show_each(example, carried, each) {
            if parts.iter().all(|parts| show_parts(kinds, parts, thing, fields, (example, &mut shown))) {
                listed.push(shown);
            }
        }
    }
    Some(listed)
}

/// Shows things like their example: in a list, or the only one.
fn show<'a>(
    place: &mut Value,
    mut things: impl Iterator<Item = &'a Thing>,
    show: impl Fn(&Thing, &Value) -> Value,
) {
    let Some(first) = things.next() else { return };
    match place {
        Value::Array(list) => {
            let example = list.first().cloned().unwrap_or_default();
            *list = std::iter::once(first).chain(things).map(|thing| show(thing, &example)).collect();
        }
        one => *one = show(first, one),
    }
}

/// Shows what a thing consists of: all, or what the fields of a request ask for. Says whether there is anything.
fn show_parts(
    kinds: &Kinds,
    parts: &Parts,
    thing: &Thing,
    fields: Option<&Value>,
    (example, shown): (&Value, &mut Value),
) -> bool {
    let Some(kind) = kinds.get(parts.thing) else { return false };
    let whole = HashSet::from([text(&thing.id)]);
    let narrowed = if fields.is_some() { parts.narrowed } else { &[] };
    let mut numbers = kind.asked(narrowed, fields.unwrap_or(&Value::Null));
    numbers.retain(|number| kind.get(*number).is_some_and(|part| part.has(parts.of, &whole)));
    let example = at_first(example, parts.at);
    let all = numbers.iter().filter_map(|number| kind.get(*number));
    put(shown, parts.at, Some(all.map(|part| part.show(&example, parts.fields)).collect()));
    !numbers.is_empty()
}

/// The fields that a request sends about a thing, by the names under which they are kept.
fn named(sent: Option<&Value>, renames: &[(&str, &str)]) -> Map<String, Value> {
    let sent = sent.and_then(Value::as_object).into_iter().flatten();
    let name = |name: &String| {
        let kept = renames.iter().find(|(sent, _)| sent == name);
        kept.map_or_else(|| name.clone(), |(_, kept)| (*kept).to_owned())
    };
    sent.map(|(sent, value)| (name(sent), value.clone())).collect()
}

/// The last name of a path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
