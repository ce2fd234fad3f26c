//! Changes of the checks that run before a request is sent: limits of fields, and rules over several fields.

use super::pairing::Pairing;
use super::spot::{Both, Spot};
use super::structs::{Structs, inside};
use super::{Comparison, Rule};
use crate::api::Field;
use crate::spec::{self, FieldPath, Limit};

/// A rule in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Worded {
    /// The rule's index in its struct.
    index: usize,
    /// The kind of rule, and its fields.
    about: String,
    /// The numbers or values in the rule.
    detail: String,
}

impl Comparison<'_> {
    /// Compares the limits of a field, and of its items.
    pub(super) fn limits(&mut self, old: &Field, new: &Field, spots: &Both) {
        let rust = &spots.head.rust;
        self.limits_of([&old.limits, &new.limits], spots, &format!("`{rust}`"));
        let each = inside(spots, "each");
        self.limits_of([&old.each, &new.each], &each, &format!("an item of `{rust}`"));
    }

    fn limits_of(&mut self, [old, new]: [&[Limit]; 2], spots: &Both, what: &str) {
        let of_kind =
            |limits: &[Limit], kind| limits.iter().find(|limit: &&Limit| limit.kind == kind).cloned();
        for limit in new.iter().filter(|limit| limit.refuses()) {
            let at = inside(spots, limit.kind.key());
            let Some(before) = of_kind(old, limit.kind) else {
                let meaning = format!("{what} is refused beyond its new limit, {}", told(limit));
                self.both(Rule::LimitAdded, &at, meaning);
                continue;
            };
            if before != *limit {
                let (rule, more) = if limit.is_tighter_than(&before) {
                    (Rule::LimitTightened, "more")
                } else {
                    (Rule::LimitLoosened, "less")
                };
                let meaning =
                    format!("{more} is refused as {what}: {} instead of {}", told(limit), before.value);
                self.both(rule, &at, meaning);
            }
        }
        let gone = |limit: &&Limit| limit.refuses() && of_kind(new, limit.kind).is_none();
        for limit in old.iter().filter(gone) {
            let meaning = format!("{what} is no longer limited by {}", told(limit));
            self.lost(Rule::LimitRemoved, &inside(spots, limit.kind.key()), meaning);
        }
    }

    /// Compares the rules over several fields of a struct that is sent; in the spec they are beside its fields, at
    /// `owner`.
    pub(super) fn rules(&mut self, structs: &Structs<'_>, owner: &Both) {
        let both = structs.spots;
        let (old, new) = self.worded(structs);
        let pairs = Pairing::new(&old, &new)
            .same(|old, new| (&old.about, &old.detail) == (&new.about, &new.detail))
            .same(|old, new| old.about == new.about);
        let at = |spot: &Spot, owner: &Spot, rule: &Worded| Spot {
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

    /// Returns the rules of both structs, those of BASE with the fields' names in HEAD.
    pub(super) fn worded(&self, structs: &Structs<'_>) -> (Vec<Worded>, Vec<Worded>) {
        let Structs { base, head, .. } = structs;
        let pairs = self.pair_fields(structs);
        let new_name = |path: &FieldPath| {
            let pair = pairs.both.iter().find(|(old, _)| old.wire == path.first());
            pair.map_or_else(|| path.clone(), |(_, new)| path.starting_at(&new.wire))
        };
        let old = base.rules.iter().map(|rule| rule.renamed(new_name));
        (worded(old), worded(head.rules.iter().cloned()))
    }
}

/// Words a limit for use within a sentence.
fn told(limit: &Limit) -> String {
    format!("{} {}", limit.kind.key(), limit.value)
}

impl Worded {
    fn text(&self) -> String {
        format!("{}{}", self.about, self.detail)
    }
}

fn worded(rules: impl Iterator<Item = spec::Rule>) -> Vec<Worded> {
    let worded = rules.enumerate().map(|(index, rule)| {
        let (about, detail) = rule.check();
        Worded { index, about, detail }
    });
    worded.collect()
}
