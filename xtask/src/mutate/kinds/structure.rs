//! Mistakes in the set of fields, in their names, and in their places.

use serde_yaml::Value;

use crate::mutate::edit::{self, Edit};
use crate::mutate::kind::Make::Field;
use crate::mutate::kind::{Kind, last, mistyped};
use crate::mutate::site::{FieldSite, Mutant};
use crate::pages::mentions;
use crate::spec;
use crate::spec::source::Path;
use crate::spec::type_expr::TypeExpr;
use crate::spec::{Place, Section, Struct};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("field-mistyped", "the page speaks of it", Field(misspelt)),
    Kind::new("field-dropped", "the page speaks of it", Field(dropped)),
    Kind::new("field-invented", "the page speaks of those beside it", Field(invented)),
    Kind::new("field-lifted", "the page shows it, or says where it belongs", Field(lifted)),
    Kind::new("field-lowered", "the page shows it, or says where it belongs", Field(lowered)),
    Kind::new("place", "the address has it as a parameter", Field(place)),
];

/// Updates the names in rules, paging and signatures to a field's new name.
fn references(site: &FieldSite<'_>, name: &str) -> Vec<Edit> {
    let mut owner = site.list.clone();
    owner.0.pop();
    let keys = ["rules", "pagination", "sign", "grants", "keeps"].map(|key| owner.key(key));
    let changed = keys.into_iter().filter_map(|path| {
        let value = edit::get(site.file.value, &path)?;
        let mut renamed = value.clone();
        rename(&mut renamed, site.wire, name);
        (renamed != *value).then_some(Edit::Set(path, renamed))
    });
    changed.collect()
}

fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if mentions(text, from) => {
            let steps = text.split('.').map(|step| if step == from { to } else { step });
            *text = steps.collect::<Vec<_>>().join(".");
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| rename(item, from, to)),
        Value::Mapping(mapping) => mapping.values_mut().for_each(|value| rename(value, from, to)),
        _ => {}
    }
}

fn misspelt(site: &FieldSite<'_>) -> Vec<Mutant> {
    let typo = mistyped(site.wire);
    if site.field.embed || site.fields.contains_key(&typo) {
        return Vec::new();
    }
    let key = if site.field.optional { format!("{typo}?") } else { typo.clone() };
    let mut edits = references(site, &typo);
    edits.push(Edit::Rename(site.path(), key));
    edits.extend(site.objects(|object| {
        let renamed = std::mem::take(object).into_iter();
        *object = renamed
            .map(|(name, value)| (if name == site.wire { typo.clone() } else { name }, value))
            .collect();
    }));
    vec![site.mutant(format!("{} is called {typo}", site.wire), edits, site.is_known())]
}

fn dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    if site.field.embed || site.fields.len() == 1 || site.is_referred_to() {
        return Vec::new();
    }
    let mut edits = vec![Edit::Remove(site.path())];
    edits.extend(site.objects(|object| _ = object.shift_remove(site.wire)));
    edits.push(Edit::Prune);
    vec![site.mutant(format!("no {}", site.wire), edits, site.is_known())]
}

fn invented(site: &FieldSite<'_>) -> Vec<Mutant> {
    let name = format!("{}_remark", site.wire);
    let is_last = site.fields.keys().last().is_some_and(|last| last == site.wire);
    if !is_last || site.fields.contains_key(&name) || site.field.embed {
        return Vec::new();
    }
    let field = [("type", "string"), ("doc", "Further remarks.")];
    let field = Value::Mapping(field.into_iter().map(|(key, value)| (key.into(), value.into())).collect());
    let mut edits = vec![Edit::Set(site.list.key(&name), field)];
    edits.extend(site.objects(|object| _ = object.insert(name.clone(), "None.".into())));
    vec![site.mutant(format!("{name} is added"), edits, site.is_known())]
}

/// Returns the struct of a field, if nothing else has that type.
fn own_struct<'s>(site: &'s FieldSite<'_>, ty: &'s TypeExpr) -> Option<(&'s str, &'s Struct)> {
    let TypeExpr::Named(name) = ty else { return None };
    let (name, structure) = site.file.file.structs.get_key_value(name)?;
    (site.file.uses(name) == 1).then_some((name, structure))
}

/// Returns whether a page shows the place of a nested field.
fn is_placed(site: &FieldSite<'_>) -> bool {
    let nested = |name: &str| name.contains('.') || name.contains("[]");
    !site.seen.values.is_empty() || site.seen.rows.iter().any(|row| row.depth > 0 || nested(&row.name))
}

fn key(name: &str, field: &spec::Field) -> String {
    if field.optional { format!("{name}?") } else { name.to_owned() }
}

/// Moves the first field of a struct beside the struct.
fn lifted(site: &FieldSite<'_>) -> Vec<Mutant> {
    let Some((of, structure)) = own_struct(site, &site.field.ty) else { return Vec::new() };
    let Some((name, field)) = structure.fields.first() else { return Vec::new() };
    if structure.fields.len() == 1
        || site.fields.contains_key(name)
        || field.embed
        || !structure.rules.is_empty()
    {
        return Vec::new();
    }
    let inner = Section::Structs.entry(of).key("fields").key(&key(name, field));
    let Some(value) = edit::get(site.file.value, &inner) else { return Vec::new() };
    let outer = site.list.key(&key(name, field));
    let mut edits = vec![Edit::Set(outer, value.clone()), Edit::Remove(inner.clone())];
    edits.extend(site.objects(|object| {
        let inner = object.get_mut(site.wire).and_then(serde_json::Value::as_object_mut);
        if let Some(value) = inner.and_then(|inner| inner.shift_remove(name)) {
            object.insert(name.clone(), value);
        }
    }));
    let said = site
        .file
        .fields()
        .any(|child| child.list == parent(&inner) && child.wire == name && is_placed(&child));
    vec![site.mutant(format!("{} is beside {}", last(&inner), site.wire), edits, said)]
}

fn parent(path: &Path) -> Path {
    let mut path = path.clone();
    path.0.pop();
    path
}

/// Moves a field into the struct after it.
fn lowered(site: &FieldSite<'_>) -> Vec<Mutant> {
    let mut after = site.fields.iter().skip_while(|(name, _)| name.as_str() != site.wire).skip(1);
    let Some((next, field)) = after.next() else { return Vec::new() };
    let Some((of, structure)) = own_struct(site, &field.ty) else { return Vec::new() };
    let whole = !site.field.embed && !site.is_referred_to() && !structure.fields.contains_key(site.wire);
    if !whole || site.fields.len() < 3 {
        return Vec::new();
    }
    let inner = Section::Structs.entry(of).key("fields").key(&site.key());
    let mut edits = vec![Edit::Set(inner, site.value()), Edit::Remove(site.path())];
    edits.extend(site.objects(|object| {
        let Some(value) = object.shift_remove(site.wire) else { return };
        if let Some(inner) = object.get_mut(next).and_then(serde_json::Value::as_object_mut) {
            inner.insert(site.wire.to_owned(), value);
        }
    }));
    vec![site.mutant(format!("{} is inside {next}", site.wire), edits, is_placed(site))]
}

/// Moves a parameter of the address into the body.
fn place(site: &FieldSite<'_>) -> Vec<Mutant> {
    let in_query = site.field.place == Place::Query;
    in_query
        .then(|| site.mutant("in: body", vec![Edit::Remove(site.path().key("in"))], true))
        .into_iter()
        .collect()
}
