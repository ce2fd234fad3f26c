//! What is checked of a request before it is sent: limits of fields, and rules over several of them.

use super::pairing::Pairing;
use super::spot::{Both, Spot};
use super::structs::inside;
use super::{Comparison, Rule};
use crate::api::{self, Field, Limit, Struct};

/// A rule in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Which of the struct's rules it is.
    index: usize,
    /// What kind of rule it is, and over which fields.
    about: String,
    /// The rest of it.
    detail: String,
}

impl Comparison<'_> {
    pub(super) fn limits(&mut self, old: &Field, new: &Field, spots: &Both) {
        let rust = &spots.head.rust;
        for limit in &new.limits {
            let (key, number) = (limit.key(), limit.number());
            let at = inside(spots, key);
            let Some(before) = number_of(&old.limits, key) else {
                let meaning = format!("`{rust}` is refused beyond its new limit, {key} {number}");
                self.both(Rule::LimitAdded, &at, meaning);
                continue;
            };
            let tighter = if key.starts_with("min") { number > before } else { number < before };
            if before != number {
                let (rule, what) =
                    if tighter { (Rule::LimitTightened, "more") } else { (Rule::LimitLoosened, "less") };
                let meaning = format!("{what} is refused as `{rust}`: {key} {number} instead of {before}");
                self.both(rule, &at, meaning);
            }
        }
        for limit in old.limits.iter().filter(|limit| number_of(&new.limits, limit.key()).is_none()) {
            let (key, number) = (limit.key(), limit.number());
            let meaning = format!("`{rust}` is no longer limited by {key} {number}");
            self.lost(Rule::LimitRemoved, &inside(spots, key), meaning);
        }
    }

    /// The rules over several fields of a struct that is sent; they stand beside its fields, at `owner`.
    pub(super) fn rules(&mut self, module: &str, base: &Struct, head: &Struct, both: &Both, owner: &Both) {
        let (old, new) = self.told(module, base, head);
        let pairs = Pairing::new(&old, &new)
            .same(|old, new| (&old.about, &old.detail) == (&new.about, &new.detail))
            .same(|old, new| old.about == new.about);
        let at = |spot: &Spot, owner: &Spot, rule: &Told| Spot {
            path: owner.path.key("rules").index(rule.index),
            ..spot.clone()
        };
        let rust = both.head.rust.clone();
        for (old, new) in pairs.both.iter().filter(|(old, new)| old.detail != new.detail) {
            let spots =
                Both { base: at(&both.base, &owner.base, old), head: at(&both.head, &owner.head, new) };
            let meaning = format!("`{rust}` is checked for {} instead of {}", new.text(), old.text());
            self.both(Rule::RuleChanged, &spots, meaning);
        }
        for rule in &pairs.added {
            let spots = Both { base: both.base.clone(), head: at(&both.head, &owner.head, rule) };
            self.both(Rule::RuleAdded, &spots, format!("`{rust}` is checked for {}", rule.text()));
        }
        for rule in &pairs.removed {
            let spots = Both { base: at(&both.base, &owner.base, rule), head: both.head.clone() };
            self.lost(
                Rule::RuleRemoved,
                &spots,
                format!("`{rust}` is no longer checked for {}", rule.text()),
            );
        }
    }

    /// The rules of both structs, those of BASE with the fields' names in HEAD.
    pub(super) fn told(&self, module: &str, base: &Struct, head: &Struct) -> (Vec<Told>, Vec<Told>) {
        let pairs = self.pair_fields(module, base, head);
        let new_name = |field: &Field| {
            let pair = pairs.both.iter().find(|(old, _)| old.wire == field.wire);
            pair.map_or(&field.wire, |(_, new)| &new.wire).clone()
        };
        let old = base.rules.iter().enumerate().map(|(index, rule)| told(index, rule, &new_name));
        let new = head.rules.iter().enumerate();
        let new = new.map(|(index, rule)| told(index, rule, &|field: &Field| field.wire.clone()));
        (old.collect(), new.collect())
    }
}

impl Told {
    fn text(&self) -> String {
        format!("{}{}", self.about, self.detail)
    }
}

/// A rule in words, with the names that its fields have in HEAD.
fn told(index: usize, rule: &api::Rule, name: &impl Fn(&Field) -> String) -> Told {
    let list = |fields: &[Field]| {
        let names: Vec<String> = fields.iter().map(|field| format!("`{}`", name(field))).collect();
        names.join(", ")
    };
    let (about, detail) = match rule {
        api::Rule::MaxSpan { from, to, days } => {
            (format!("the time from `{}` to `{}`", name(from), name(to)), format!(" (at most {days} days)"))
        }
        api::Rule::ExactlyOne(fields) => (format!("exactly one of {}", list(fields)), String::new()),
        api::Rule::AtLeastOne(fields) => (format!("at least one of {}", list(fields)), String::new()),
        api::Rule::AtMostOne(fields) => (format!("at most one of {}", list(fields)), String::new()),
        api::Rule::RequiredWhen { field, when, is } => {
            let values: Vec<String> = is.iter().map(|value| format!("`{value}`")).collect();
            let about = format!("`{}` being set, as `{}` requires", name(field), name(when));
            (about, format!(" (when it is {})", values.join(" or ")))
        }
    };
    Told { index, about, detail }
}

fn number_of(limits: &[Limit], key: &str) -> Option<i64> {
    limits.iter().find(|limit| limit.key() == key).map(|limit| limit.number())
}
