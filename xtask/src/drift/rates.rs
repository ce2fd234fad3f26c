//! Compares the general rates with their page: whether it exists, where it is, its date, and what it states.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::documents::Sourced;
use super::finding::{Finding, PageLine, Spot};
use crate::pages::phrases::{Stated, Trait, exempt, general_rates};
use crate::spec::source::Path;
use crate::spec::{Counts, DriftRule, Excess, GeneralRate, Of, Rates};

impl Comparison<'_> {
    pub(super) fn rates(&mut self, rates: &Rates) {
        let Rates { source: file, root, title, doc, .. } = rates;
        let of = Sourced { file: *file, root, path: Path::default(), name: "rates", title, doc };
        let Some(page) = self.document(&of) else { return };
        let mut stated = general_rates(&self.pages[page].page.text);
        let mut rest: Vec<(&String, &GeneralRate)> = rates.rates.iter().collect();
        rest.retain(|(_, rate)| take(&mut stated, |stated| agrees(stated, rate)).is_none());
        let at = Path::of(["rates"]);
        let spot = |path: &Path| Spot::of(*file, root.find(path));
        for (name, rate) in rest {
            let same = take(&mut stated, |stated| is_of_same(stated, rate));
            let says = same.as_ref().map_or_else(|| "no such rate".to_owned(), as_stated);
            let line = PageLine { page, line: same.map_or(1, |stated| stated.line) };
            let message = format!("the page says `{says}`, the spec says `{}`", told(rate));
            let finding =
                Finding::new(spot(&at.key(name)), DriftRule::Rate, format!("rates.{name}"), message);
            self.found.push(finding.says(says).seen_at(line));
        }
        for (name, rate) in rates.rates.iter().filter(|(_, rate)| rate.of == Of::Each) {
            for path in exempt(&self.pages[page].page.text) {
                if rate.except.iter().any(|own| own.ends_with(path)) {
                    continue;
                }
                let message = format!("the page exempts `{path}`, the spec doesn't");
                let finding =
                    Finding::new(spot(&at.key(name)), DriftRule::Rate, format!("rates.{name}"), message);
                self.found.push(finding.says(format!("except {path}")).seen_at(PageLine::first(page)));
            }
        }
        for stated in stated {
            let says = as_stated(&stated);
            let message = format!("the page states a rate, the spec lacks it: `{says}`");
            let finding = Finding::new(spot(&at), DriftRule::Rate, "rates", message);
            self.found.push(finding.says(says).seen_at(PageLine { page, line: stated.line }));
        }
    }
}

/// Takes the first one that fits out of a list.
fn take(stated: &mut Vec<Stated>, fits: impl FnMut(&Stated) -> bool) -> Option<Stated> {
    let index = stated.iter().position(fits)?;
    Some(stated.remove(index))
}

/// Returns whether the numbers of both are for the same.
fn is_of_same(stated: &Stated, rate: &GeneralRate) -> bool {
    stated.scope == rate.per.keyword() && stated.traits.contains(&Trait::OfEach) == (rate.of == Of::Each)
}

/// Returns whether a rate of the spec is what the page states, as far as the page says.
fn agrees(stated: &Stated, rate: &GeneralRate) -> bool {
    let named = stated.endpoint.as_ref().is_none_or(|name| {
        let is_named = |path: &String| path.rsplit('/').next() == Some(name.as_str());
        rate.of.paths().iter().any(is_named)
    });
    is_of_same(stated, rate)
        && stated.rates == numbers(rate).collect::<Vec<_>>()
        && stated.traits == traits(rate)
        && named
}

fn numbers(rate: &GeneralRate) -> impl Iterator<Item = (u64, &'static str)> {
    rate.rate.iter().map(|rate| (u64::from(rate.calls), rate.per.keyword()))
}

fn traits(rate: &GeneralRate) -> BTreeSet<Trait> {
    let all = [
        (rate.of == Of::Each, Trait::OfEach),
        (rate.counts == Counts::Recipients, Trait::Recipients),
        (rate.times_accounts, Trait::TimesAccounts),
        (rate.excess == Excess::Dropped, Trait::Dropped),
    ];
    all.into_iter().filter(|(is, _)| *is).map(|(_, of)| of).collect()
}

/// Returns a rate of the spec in a form that can be compared by eye.
fn told(rate: &GeneralRate) -> String {
    written(rate.per.keyword(), None, &traits(rate), numbers(rate))
}

/// Returns a rate of the page in the same form.
fn as_stated(stated: &Stated) -> String {
    written(stated.scope, stated.endpoint.as_deref(), &stated.traits, stated.rates.iter().copied())
}

fn written<'r>(
    scope: &str,
    endpoint: Option<&str>,
    traits: &BTreeSet<Trait>,
    rates: impl Iterator<Item = (u64, &'r str)>,
) -> String {
    let traits = traits.iter().map(|of| of.told());
    let of = [scope].into_iter().chain(endpoint).chain(traits).collect::<Vec<_>>().join(", ");
    let rates = rates.map(|(calls, per)| format!("{calls} per {per}")).collect::<Vec<_>>().join(", ");
    format!("{of}: {rates}")
}
