//! Compares two specs in both directions.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use xtask::diff::{self, Change, Rule, Side, Spec};

use crate::chapter::Chapter;
use crate::plan::plan;
use crate::revision::revision;
use crate::{ACCESS, cases, source};

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_spec_compared_with_itself_has_no_changes(plan in plan()) {
        let yaml = Chapter::of(&plan).yaml();
        let changes = diff::compare(&spec("zoo.cages", &yaml)?, &spec("zoo.cages", &yaml)?);
        prop_assert!(changes.is_empty(), "{:?}\n{}", changes, yaml);
    }

    #[test]
    fn what_is_added_on_the_way_there_is_removed_on_the_way_back(
        old in plan(),
        other in plan(),
        revisions in vec(revision(), 0..12),
        stem in select(vec!["zoo.cages", "zoo.cages", "zoo.aviary"]),
    ) {
        // Partly the same, so that there is something to recognize.
        let mut new = old.clone();
        for revision in &revisions {
            revision.apply(&mut new, &other);
        }
        let [old, new] = [&old, &new].map(|plan| Chapter::of(plan).yaml());
        let (base, head) = (spec("zoo.cages", &old)?, spec(stem, &new)?);
        let there = sorted(diff::compare(&base, &head).iter().map(|change| told(change, false)));
        let back = sorted(diff::compare(&head, &base).iter().map(|change| told(change, true)));
        prop_assert_eq!(&there, &back, "\n{}\n{}", old, new);
    }
}

/// A change without its sentence: the rule, the side, and the place if only one side has it.
type Told = (&'static str, Option<(Side, String, usize, usize)>);

/// Returns a change; one of the reverse comparison as the forward one would report it.
fn told(change: &Change, back: bool) -> Told {
    // An added field has several rules, depending on what the addition may mean.
    let name = match change.rule {
        Rule::RequestFieldAddedRequired | Rule::RequestFieldAddedOptional | Rule::ResponseFieldAdded => {
            "field-added"
        }
        other => other.name(),
    };
    let opposite = OPPOSITES
        .iter()
        .find_map(|(one, other)| if *one == name { Some(*other) } else { (*other == name).then_some(*one) });
    let one_sided = ["-added", "-removed"].iter().any(|end| name.ends_with(end));
    let side = if back && change.side == Side::Base {
        Side::Head
    } else if back {
        Side::Base
    } else {
        change.side
    };
    let place = one_sided.then(|| (side, change.file.clone(), change.line, change.column));
    (opposite.filter(|_| back).unwrap_or(name), place)
}

/// Rules that are each other's reverse; all others are their own.
const OPPOSITES: &[(&str, &str)] = &[
    ("endpoint-added", "endpoint-removed"),
    ("enum-value-added", "enum-value-removed"),
    ("example-added", "example-removed"),
    ("family-added", "family-removed"),
    ("field-added", "field-removed"),
    ("field-now-optional", "field-now-required"),
    ("field-now-signed", "field-no-longer-signed"),
    ("limit-added", "limit-removed"),
    ("limit-tightened", "limit-loosened"),
    ("module-added", "module-removed"),
    ("pagination-added", "pagination-removed"),
    ("rule-added", "rule-removed"),
    ("sign-added", "sign-removed"),
    ("type-added", "type-removed"),
    ("type-now-received", "type-no-longer-received"),
    ("type-now-sent", "type-no-longer-sent"),
    ("variant-added", "variant-removed"),
];

fn sorted(told: impl Iterator<Item = Told>) -> Vec<Told> {
    // No reverse: a type gains `Check` with its first limit, which is reported as such.
    let mut told: Vec<Told> = told.filter(|(name, _)| *name != "type-no-longer-checked").collect();
    told.sort_by_key(|told| format!("{told:?}"));
    told
}

fn spec(stem: &str, yaml: &str) -> Result<Spec, TestCaseError> {
    let sources = vec![source(stem, yaml.to_owned()), source("access", ACCESS.to_owned())];
    Spec::new(stem, sources, None, false).map_err(|error| TestCaseError::fail(format!("{}\n{yaml}", error.0)))
}
