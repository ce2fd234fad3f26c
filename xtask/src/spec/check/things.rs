//! Checks of what all endpoints do with each thing, for the mock.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::keeps::{fields_of, found};
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::type_expr::{Generic, TypeExpr};
use crate::spec::{CODES, Does, Endpoint, FieldPath, Fields, File, Keeps, Section, Spec, shown_at};

/// Checks the endpoints of each thing, in all files, against one another.
pub(super) fn check(spec: &Spec, diagnostics: &mut Diagnostics) {
    let all = || {
        spec.files.iter().flat_map(|file| {
            let endpoints = file.endpoints.iter();
            endpoints.flat_map(move |(name, endpoint)| {
                let path = Section::Endpoints.entry(name).key("keeps");
                endpoint.head.keeps.with_paths(&path).map(move |(path, keeps)| (file, path, endpoint, keeps))
            })
        })
    };
    let does = |endpoint: &Endpoint, keeps: &Keeps| keeps.does(endpoint.head.method_and_path().1);
    let mut created: BTreeSet<&str> = all()
        .filter(|(.., endpoint, keeps)| keeps.adopts || does(endpoint, keeps).is_some_and(Does::creates))
        .map(|(.., keeps)| keeps.thing.as_str())
        .collect();
    created.extend(all().flat_map(|(.., keeps)| keeps.makes.values()).map(|made| made.thing.as_str()));
    // The fields that calls set by themselves.
    let sets = |thing: &str| -> BTreeSet<&str> {
        let own = all().filter(|(.., keeps)| keeps.thing == thing).flat_map(|(.., keeps)| keeps.sets.keys());
        let made = all().flat_map(|(.., keeps)| keeps.makes.values()).filter(|made| made.thing == thing);
        let made = made.flat_map(|made| made.sets.keys().chain([&made.id]));
        own.chain(made).map(String::as_str).collect()
    };
    let kept = |thing: &str| -> Vec<Kept<'_>> {
        // A thing that is made with another one has the fields of that one, too.
        let of = |other: &Keeps| other.thing == thing || other.makes.values().any(|made| made.thing == thing);
        let makers: BTreeSet<&str> =
            all().filter(|(.., other)| of(other)).map(|(.., other)| other.thing.as_str()).collect();
        let keepers = all().filter(|(.., other)| makers.contains(other.thing.as_str()));
        let changed = keepers.filter(|(.., endpoint, of)| {
            does(endpoint, of).is_some_and(|does| does.creates() || does.changes())
        });
        changed.flat_map(|(file, _, endpoint, of)| sent(file, endpoint, of)).collect()
    };
    for (file, at, endpoint, keeps) in all() {
        let mut report = diagnostics.reporter(file.source, &file.root);
        let others =
            keeps.parts.iter().map(|(name, parts)| (at.key("parts").key(name).key("thing"), &parts.thing));
        let others = others.chain(keeps.with.keys().map(|thing| (at.key("with").key(thing), thing)));
        let others = others.chain(keeps.through.keys().map(|thing| (at.key("through").key(thing), thing)));
        for (at, thing) in others.chain([(at.key("thing"), &keeps.thing)]) {
            if !created.contains(thing.as_str()) {
                let help = report.did_you_mean(thing, created.iter().copied());
                report
                    .error(Mistake::BadKeeps, At::Value(&at), format!("nothing creates a `{thing}`"))
                    .label("never there")
                    .help_if(help);
            }
        }
        for (key, thing, field) in keeps.fields_of_things() {
            let (fields, sets) = (kept(thing), sets(thing));
            let first = field.split('.').next().unwrap_or(field);
            if created.contains(thing)
                && !sets.contains(first)
                && !fields.iter().any(|fields| fields.has(first))
            {
                let names = fields.iter().flat_map(Kept::names).chain(sets);
                let help = report.did_you_mean(field, names);
                let message = format!("nothing sets the field `{field}` of a `{thing}`");
                let path = key.iter().fold(at.clone(), |path, key| path.key(key));
                report.error(Mistake::BadKeeps, At::Value(&path), message).label("never set").help_if(help);
            }
        }
        let fields: Vec<&Fields> = kept(&keeps.thing).iter().map(|kept| kept.fields).collect();
        if let Some(each) =
            keeps.each.as_deref().filter(|each| !shows_each(file, endpoint, keeps, each, &fields))
        {
            let message = format!("the list doesn't show one item of `{each}`");
            report
                .error(Mistake::BadKeeps, At::Value(&at.key("each")), message)
                .label("not a list there, or another type here");
        }
        let codes = [("unknown", keeps.unknown), ("taken", keeps.taken), ("refused", keeps.refused)];
        let codes = codes.map(|(key, code)| (at.key(key), code)).into_iter();
        let made = keeps.makes.iter();
        let made = made.map(|(name, made)| (at.key("makes").key(name).key("unknown"), made.unknown));
        for (path, code) in codes.chain(made) {
            let Some(code) = code.map(|code| code.to_string()) else { continue };
            let table = spec.codes.as_ref().map(|table| &table.codes);
            if !endpoint.codes.contains_key(&code) && !table.is_some_and(|codes| codes.contains_key(&code)) {
                let message = format!("the error code {code} isn't documented");
                report
                    .error(Mistake::BadKeeps, At::Value(&path), message)
                    .label(format!("neither in {CODES}.yaml nor in `codes`"));
            }
        }
    }
}

/// Fields whose values are kept.
struct Kept<'f> {
    fields: &'f Fields,
    renames: &'f IndexMap<String, String>,
}

impl<'f> Kept<'f> {
    fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name) || self.names().any(|kept| kept == name)
    }

    fn names(&self) -> impl Iterator<Item = &'f str> + use<'f> {
        let renamed = self.renames.values();
        self.fields.keys().chain(renamed).map(String::as_str)
    }
}

/// Returns the fields that a call that creates or changes a thing sends about it, or that name its parent.
fn sent<'f>(file: &'f File, endpoint: &'f Endpoint, keeps: &'f Keeps) -> Vec<Kept<'f>> {
    let of = |fields: &'f Fields, path: &str| fields_of(file, &found(file, fields, path)?.ty);
    let sent = keeps.from.as_deref().and_then(|from| of(&endpoint.request, from));
    let around = keeps.id.as_deref().and_then(|id| FieldPath::new(id).around());
    let returned = around.and_then(|around| of(&endpoint.response, &around.to_string()));
    let all = sent.into_iter().chain(returned).chain([&endpoint.request, &endpoint.response]);
    all.map(|fields| Kept { fields, renames: &keeps.renames }).collect()
}

/// Returns whether a list shows one of the several values that a thing has in a field.
fn shows_each(file: &File, endpoint: &Endpoint, keeps: &Keeps, each: &str, kept: &[&Fields]) -> bool {
    let listed = || {
        let at = shown_at(keeps, file, endpoint)?.to_string();
        match &found(file, &endpoint.response, &at)?.ty {
            TypeExpr::Generic(Generic::List, item) => fields_of(file, item)?.get(each),
            _ => None,
        }
    };
    let mut kept = kept.iter().filter_map(|fields| fields.get(each));
    listed().is_some_and(|shown| {
        kept.all(|kept| matches!(&kept.ty, TypeExpr::Generic(Generic::List, item) if **item == shown.ty))
    })
}
