//! Mistakes in the values of enums and the variants of unions.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use serde_yaml::Value;

use crate::mutate::edit::{self, Edit};
use crate::mutate::example::{self, Shown};
use crate::mutate::kind::Make::{Enum, Union};
use crate::mutate::kind::{Kind, mistyped};
use crate::mutate::site::{EnumSite, Mutant, UnionSite};
use crate::pages::phrases::word_of;
use crate::spec::source::Path;
use crate::spec::{Repr, Style, wire_text};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("value-dropped", "a description lists or names it", Enum(dropped)),
    Kind::new("value-invented", "a description lists two values or more", Enum(invented)),
    Kind::new("value-changed", "a description lists or names it", Enum(changed)),
    Kind::new("names-swapped", "a description lists both values with what they mean", Enum(names_swapped)),
    Kind::new("tag-changed", "the page lists or shows it", Union(tag_changed)),
    Kind::new("variant-dropped", "the page lists or shows its tag", Union(variant_dropped)),
    Kind::new("variants-swapped", "the page lists or shows both tags", Union(variants_swapped)),
    Kind::new("content-mistyped", "the page lists or shows its tag", Union(content_mistyped)),
];

fn value_path(site: &EnumSite<'_>, wire: &str) -> Path {
    site.path.key("values").key(wire)
}

/// Returns a value of an enum as an example has it.
fn json(repr: Repr, wire: &str) -> Json {
    match repr {
        Repr::String => wire.into(),
        Repr::Int => wire.parse::<i64>().map_or(Json::Null, Into::into),
    }
}

/// Returns whether the spec itself needs a value: as a default, or in a rule.
fn is_needed(site: &EnumSite<'_>, wire: &str) -> bool {
    let typed = site.file.fields().filter(|field| field.field.ty.name() == Some(site.name));
    typed.into_iter().any(|field| {
        let default = field.field.default.as_ref();
        field.is_referred_to() || default.is_some_and(|value| word_of(value) == wire)
    })
}

/// Replaces one value by another in the examples.
fn replaced(site: &EnumSite<'_>, from: &str, to: &str) -> Vec<Edit> {
    let to = json(site.listed.repr, to);
    site.file.examples(|shown| {
        if let Shown::Enum(name, value) = shown
            && name == site.name
            && wire_text(value) == from
        {
            *value = to.clone();
        }
    })
}

fn dropped(site: &EnumSite<'_>) -> Vec<Mutant> {
    let values = &site.listed.values;
    let mutants =
        values.keys().filter(|wire| values.len() > 2 && !is_needed(site, wire)).filter_map(|wire| {
            let other = values.keys().find(|other| *other != wire)?;
            let at = value_path(site, wire);
            let mut edits = vec![Edit::Remove(at.clone())];
            edits.extend(replaced(site, wire, other));
            Some(Mutant { at, change: format!("no {wire}"), edits, said: site.says(wire) })
        });
    mutants.collect()
}

/// Returns a wire value that an enum doesn't have, and a name for it.
fn another(site: &EnumSite<'_>) -> (String, &'static str) {
    let wire = match site.listed.repr {
        Repr::String => "walnut".to_owned(),
        Repr::Int => {
            let known = site.listed.values.keys().filter_map(|wire| wire.parse::<i64>().ok());
            (known.max().unwrap_or_default() + 1).to_string()
        }
    };
    (wire, "Walnut")
}

fn invented(site: &EnumSite<'_>) -> Vec<Mutant> {
    let (wire, name) = another(site);
    let said = site.listed.values.keys().filter(|wire| site.says(wire)).count() > 1;
    let at = value_path(site, &wire);
    let edits = vec![Edit::Set(at.clone(), name.into())];
    vec![Mutant { at: site.path.key("values"), change: format!("{wire} is added"), edits, said }]
}

fn changed(site: &EnumSite<'_>) -> Vec<Mutant> {
    let mutants = site.listed.values.keys().filter(|wire| !is_needed(site, wire)).map(|wire| {
        let other = match site.listed.repr {
            Repr::String => mistyped(wire),
            Repr::Int => another(site).0,
        };
        let at = value_path(site, wire);
        let mut edits = replaced(site, wire, &other);
        edits.push(Edit::Rename(at.clone(), other.clone()));
        Mutant { at, change: format!("{wire} is {other}"), edits, said: site.says(wire) }
    });
    mutants.collect()
}

/// Swaps the values of two keys.
fn swapped(root: &Value, first: &Path, second: &Path) -> Option<Vec<Edit>> {
    let (one, other) = (edit::get(root, first)?.clone(), edit::get(root, second)?.clone());
    Some(vec![Edit::Set(first.clone(), other), Edit::Set(second.clone(), one)])
}

fn names_swapped(site: &EnumSite<'_>) -> Vec<Mutant> {
    let wires: Vec<&String> = site.listed.values.keys().collect();
    let meaning = |wire: &str| {
        let listed = site.seen.listed.iter().find(|value| value.wire == wire);
        listed.map(|value| value.doc.as_str()).filter(|doc| !doc.is_empty())
    };
    let mutants = wires.windows(2).filter_map(|pair| {
        let [first, second] = pair else { return None };
        let at = value_path(site, first);
        let edits = swapped(site.file.value, &at, &value_path(site, second))?;
        let said = matches!((meaning(first), meaning(second)), (Some(one), Some(other)) if one != other);
        Some(Mutant { at, change: format!("{first} and {second} have each other's names"), edits, said })
    });
    mutants.collect()
}

fn variant_path(site: &UnionSite<'_>, tag: &str) -> Path {
    site.path.key("variants").key(tag)
}

fn tag_changed(site: &UnionSite<'_>) -> Vec<Mutant> {
    if site.union.style == Style::Kind {
        return Vec::new();
    }
    let mutants = site.union.variants.iter().map(|(tag, variant)| {
        let other = match site.union.repr {
            Repr::String => mistyped(tag),
            Repr::Int => {
                let known = site.union.variants.keys().filter_map(|tag| tag.parse::<i64>().ok());
                (known.max().unwrap_or_default() + 1).to_string()
            }
        };
        let content = variant.content(tag);
        // Without a key, the content has the name of the tag.
        let moves = site.union.style != Style::Flat && content == tag;
        let mut edits = site.file.examples(|shown| {
            let Shown::Union(name, object) = shown else { return };
            let tag_name = site.union.tag.as_deref().unwrap_or_default();
            let is_this = match site.union.style {
                Style::Oneof => object.contains_key(tag),
                _ => object.get(tag_name).is_some_and(|value| wire_text(value) == *tag),
            };
            if name != site.name || !is_this {
                return;
            }
            if object.contains_key(tag_name) {
                object.insert(tag_name.to_owned(), json(site.union.repr, &other));
            }
            if moves && let Some(value) = object.shift_remove(content) {
                object.insert(other.clone(), value);
            }
        });
        let at = variant_path(site, tag);
        edits.push(Edit::Rename(at.clone(), other.clone()));
        Mutant { at, change: format!("{tag} is {other}"), edits, said: says(site, tag) }
    });
    mutants.collect()
}

/// Returns whether a page lists or shows a tag; without a tag, it is the name of a field.
fn says(site: &UnionSite<'_>, tag: &str) -> bool {
    let of = (site.file.file.source, format!("{}.{tag}", site.name));
    site.says(tag) || site.union.tag.is_none() && site.file.evidence.contains_key(&of)
}

fn variant_dropped(site: &UnionSite<'_>) -> Vec<Mutant> {
    if site.union.variants.len() < 3 || site.union.style == Style::Kind {
        return Vec::new();
    }
    let mutants = site.union.variants.keys().filter_map(|tag| {
        let at = variant_path(site, tag);
        let mut edits = without(site, tag)?;
        edits.extend([Edit::Remove(at.clone()), Edit::Prune]);
        Some(Mutant { at, change: format!("no {tag}"), edits, said: says(site, tag) })
    });
    mutants.collect()
}

/// Removes the examples that show a variant, unless an endpoint would have none left.
fn without(site: &UnionSite<'_>, tag: &str) -> Option<Vec<Edit>> {
    let marked = example::adapted(site.file.file, |shown| {
        let Shown::Union(name, object) = shown else { return };
        let own = match site.union.tag.as_deref().filter(|_| site.union.style != Style::Oneof) {
            Some(key) => object.get(key).is_some_and(|value| wire_text(value) == tag),
            None => object.contains_key(tag),
        };
        if name == site.name && own {
            object.clear();
        }
    });
    let shown: BTreeSet<String> = marked.iter().map(|(at, _)| at.to_string()).collect();
    let mut edits = Vec::new();
    for endpoint in site.file.endpoints() {
        let examples = endpoint.endpoint.head.examples.len();
        let at = |index: usize| endpoint.path.key("examples").index(index);
        let gone: Vec<Path> =
            (0..examples).rev().map(at).filter(|at| shown.contains(&at.to_string())).collect();
        if examples > 0 && gone.len() == examples {
            return None;
        }
        edits.extend(gone.into_iter().map(Edit::Remove));
    }
    Some(edits)
}

fn variants_swapped(site: &UnionSite<'_>) -> Vec<Mutant> {
    let variants: Vec<_> = site.union.variants.iter().collect();
    let mutants = variants.windows(2).filter_map(|pair| {
        let [(first, one), (second, other)] = pair else { return None };
        if one.ty == other.ty || one.ty.is_none() || other.ty.is_none() || site.union.style == Style::Kind {
            return None;
        }
        let at = variant_path(site, first);
        let edits = swapped(site.file.value, &at, &variant_path(site, second))?;
        let said = says(site, first) && says(site, second);
        Some(Mutant { at, change: format!("{first} and {second} have each other's content"), edits, said })
    });
    mutants.collect()
}

fn content_mistyped(site: &UnionSite<'_>) -> Vec<Mutant> {
    let keyed = site.union.variants.iter().filter(|(_, variant)| variant.key.is_some());
    let mutants = keyed.map(|(tag, variant)| {
        let content = variant.content(tag);
        let typo = mistyped(content);
        let at = variant_path(site, tag).key("key");
        let mut edits = site.file.examples(|shown| {
            if let Shown::Union(name, object) = shown
                && name == site.name
                && let Some(value) = object.shift_remove(content)
            {
                object.insert(typo.clone(), value);
            }
        });
        edits.push(Edit::Set(at.clone(), typo.as_str().into()));
        Mutant { at, change: format!("key: {typo}"), edits, said: says(site, tag) }
    });
    mutants.collect()
}
