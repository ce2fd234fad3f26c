//! Mistakes in the only numbers that a field, or an item of it, may be.

use serde_yaml::Value;

use crate::mutate::edit::Edit;
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::Field;
use crate::mutate::site::{FieldSite, Mutant};
use crate::spec::LimitKind;
use crate::spec::source::Path;

pub(super) const KINDS: &[Kind] = &[
    Kind::new("one-of-dropped", "its own row lists the numbers", Field(dropped)),
    Kind::new("one-of-number-dropped", "its own row lists the number", Field(number_dropped)),
    Kind::new("one-of-number-added", "its own row lists the others", Field(number_added)),
];

/// Returns the lists of such numbers, with their places and the limits beside them.
fn lists(site: &FieldSite<'_>) -> Vec<(Path, Vec<i64>)> {
    let own = site.field.limits.iter().map(|limit| (site.path(), limit));
    let each = site.field.each.0.iter().map(|limit| (site.path().key("each"), limit));
    let only = own.chain(each).filter(|(_, limit)| limit.kind == LimitKind::OneOf);
    only.map(|(at, limit)| (at.key(limit.kind.key()), limit.whole_numbers())).collect()
}

fn is_said(site: &FieldSite<'_>, numbers: &[i64]) -> bool {
    !site.seen.rows.is_empty() && numbers.iter().all(|number| site.says(&number.to_string()))
}

fn dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let mutants = lists(site).into_iter().map(|(at, numbers)| {
        // Nothing else limits the items.
        let gone = if at == site.path().key("each").key(LimitKind::OneOf.key()) {
            site.path().key("each")
        } else {
            at
        };
        // What is always one number may be a constant of the page's example.
        let said = numbers.len() > 1 && is_said(site, &numbers);
        site.mutant(format!("not one of {numbers:?}"), vec![Edit::Remove(gone)], said)
    });
    mutants.collect()
}

fn number_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let lists = lists(site).into_iter().filter(|(_, numbers)| numbers.len() > 1);
    let mutants = lists.flat_map(|(at, numbers)| {
        let without = |index: usize| {
            let mut rest = numbers.clone();
            let number = rest.remove(index);
            let edits = vec![Edit::Set(at.clone(), listed(&rest))];
            site.mutant(format!("without {number}"), edits, is_said(site, &[number]))
        };
        (0..numbers.len()).map(without).collect::<Vec<_>>()
    });
    mutants.collect()
}

fn number_added(site: &FieldSite<'_>) -> Vec<Mutant> {
    let mutants = lists(site).into_iter().filter_map(|(at, mut numbers)| {
        let said = is_said(site, &numbers);
        let more = numbers.iter().max()?.checked_add(77)?;
        numbers.push(more);
        Some(site.mutant(format!("with {more}"), vec![Edit::Set(at, listed(&numbers))], said))
    });
    mutants.collect()
}

fn listed(numbers: &[i64]) -> Value {
    numbers.iter().map(|number| Value::from(*number)).collect::<Vec<_>>().into()
}
