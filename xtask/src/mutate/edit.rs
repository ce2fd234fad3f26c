//! Edits of a spec file, on its values.

use std::collections::BTreeSet;

use serde_yaml::{Mapping, Value};

use crate::pages::phrases::word_of;
use crate::spec::Section;
use crate::spec::source::{Path, Step};
use crate::spec::type_expr::TypeExpr;

/// A change of a spec file's values.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// Sets a key to another value, or adds it.
    Set(Path, Value),
    /// Removes a key or an item.
    Remove(Path),
    /// Renames a key in place.
    Rename(Path, String),
    /// Appends an item to a list, which is created if there is none.
    Push(Path, Value),
    /// Removes the types that nothing refers to any more.
    Prune,
}

impl Edit {
    /// Applies the edit to the values of a file.
    pub(super) fn apply(&self, root: &mut Value) {
        match self {
            Self::Set(path, value) => set(root, path, value.clone()),
            Self::Remove(path) => remove(root, path),
            Self::Rename(path, name) => rename(root, path, name),
            Self::Push(path, value) => match get_mut(root, &path.0) {
                Some(Value::Sequence(items)) => items.push(value.clone()),
                _ => set(root, path, Value::Sequence(vec![value.clone()])),
            },
            Self::Prune => while prune(root) {},
        }
    }
}

/// Returns the value at a path.
pub(super) fn get<'v>(root: &'v Value, path: &Path) -> Option<&'v Value> {
    path.0.iter().try_fold(root, |value, step| match (value, step) {
        (Value::Mapping(mapping), Step::Key(wanted)) => mapping.get(&key(mapping, wanted)?),
        (Value::Sequence(items), Step::Index(index)) => items.get(*index),
        _ => None,
    })
}

fn get_mut<'v>(root: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(root, |value, step| match (value, step) {
        (Value::Mapping(mapping), Step::Key(wanted)) => {
            let key = key(mapping, wanted)?;
            mapping.get_mut(&key)
        }
        (Value::Sequence(items), Step::Index(index)) => items.get_mut(*index),
        _ => None,
    })
}

/// Returns the key that is written so: it may be a number.
fn key(mapping: &Mapping, wanted: &str) -> Option<Value> {
    mapping.keys().find(|key| text(key) == wanted).cloned()
}

fn text(key: &Value) -> String {
    word_of(key)
}

/// Returns a key as YAML should parse it.
fn written(name: &str) -> Value {
    name.parse::<i64>().map_or_else(|_| name.into(), Into::into)
}

fn set(root: &mut Value, path: &Path, value: Value) {
    let Some((last, parents)) = path.0.split_last() else { return };
    match (get_mut(root, parents), last) {
        (Some(Value::Mapping(mapping)), Step::Key(name)) => {
            let key = key(mapping, name).unwrap_or_else(|| written(name));
            mapping.insert(key, value);
        }
        (Some(Value::Sequence(items)), Step::Index(index)) => {
            if let Some(item) = items.get_mut(*index) {
                *item = value;
            }
        }
        _ => {}
    }
}

fn remove(root: &mut Value, path: &Path) {
    let Some((last, parents)) = path.0.split_last() else { return };
    match (get_mut(root, parents), last) {
        (Some(Value::Mapping(mapping)), Step::Key(name)) => {
            *mapping = mapping
                .iter()
                .filter(|(key, _)| text(key) != *name)
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
        }
        (Some(Value::Sequence(items)), Step::Index(index)) if *index < items.len() => {
            items.remove(*index);
        }
        _ => {}
    }
}

fn rename(root: &mut Value, path: &Path, name: &str) {
    let Some((Step::Key(old), parents)) = path.0.split_last() else { return };
    let Some(Value::Mapping(mapping)) = get_mut(root, parents) else { return };
    let renamed = mapping.iter().map(|(key, value)| {
        let key = if text(key) == *old { written(name) } else { key.clone() };
        (key, value.clone())
    });
    *mapping = renamed.collect();
}

/// Removes the types that nothing refers to, and returns whether there were any.
fn prune(root: &mut Value) -> bool {
    let mut used = BTreeSet::new();
    names(root, &mut used);
    for (_, union) in entries(root, Section::Unions) {
        for variant in union.get("variants").and_then(Value::as_mapping).into_iter().flat_map(Mapping::values)
        {
            used.extend(variant.as_str().and_then(named));
        }
    }
    let mut unused = Vec::new();
    for section in [Section::Structs, Section::Enums, Section::Unions] {
        let names = entries(root, section).map(|(name, _)| text(name));
        unused.extend(names.filter(|name| !used.contains(name)).map(|name| section.entry(&name)));
    }
    for path in &unused {
        remove(root, path);
    }
    !unused.is_empty()
}

fn entries(root: &Value, section: Section) -> impl Iterator<Item = (&Value, &Value)> {
    root.get(section.key()).and_then(Value::as_mapping).into_iter().flat_map(Mapping::iter)
}

/// Collects the names in all types below a value.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Mapping(mapping) => {
            for (key, value) in mapping {
                match value.as_str() {
                    Some(ty) if text(key) == "type" => found.extend(named(ty)),
                    _ => names(value, found),
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

fn named(ty: &str) -> Option<String> {
    ty.parse::<TypeExpr>().ok()?.name().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str, edits: &[Edit]) -> String {
        let mut value = serde_yaml::from_str(text).expect("it is YAML");
        for edit in edits {
            edit.apply(&mut value);
        }
        serde_yaml::to_string(&value).expect("it can be written")
    }

    #[test]
    fn keys_are_set_renamed_and_taken_out_in_their_places() {
        let text = "a:\n  1: x\n  b: y\n  c: z\n";
        let at = |key: &str| Path::of(["a", key]);
        assert_eq!(
            after(text, &[Edit::Rename(at("1"), "2".to_owned()), Edit::Remove(at("b"))]),
            "a:\n  2: x\n  c: z\n"
        );
        assert_eq!(
            after(text, &[Edit::Set(at("b"), true.into()), Edit::Push(Path::of(["d"]), 1.into())]),
            "a:\n  1: x\n  b: true\n  c: z\nd:\n- 1\n"
        );
    }

    #[test]
    fn what_nothing_refers_to_is_taken_out_with_what_only_that_refers_to() {
        let text = "structs:\n  A:\n    fields:\n      b: { type: list<B> }\n  B:\n    fields: {}\nenums:\n  C: {}\nunions:\n  D:\n    variants:\n      c: C\n";
        assert_eq!(after(text, &[Edit::Prune]), "structs: {}\nenums: {}\nunions: {}\n");
    }
}
