//! Compares the numbers in rules over several fields with those on the pages.

use super::comparison::Comparison;
use super::finding::{Fact, Finding, Spot};
use super::object::SpecObject;
use super::page::PageObject;
use super::told::says;
use crate::pages::{mentions, phrases};
use crate::spec::{Demand, DriftRule, File, Limit, Rule, Test, WrittenRule};

impl Comparison<'_> {
    /// Reports numbers in the rules of an object that no page with it contains.
    pub(super) fn bounds(&mut self, file: &File, object: &SpecObject<'_>, seen: &[PageObject<'_>]) {
        let Some(first) = seen.first() else { return };
        for rule in object.rules.iter().filter_map(WrittenRule::meaning) {
            for number in numbers(&rule) {
                let fact = Fact::Number(number);
                let said = |seen: &PageObject<'_>| {
                    let text = seen.page.read.in_digits();
                    match &rule {
                        Rule::Difference { from, to, .. } => {
                            let names = [from, to].map(|path| path.steps().last().unwrap_or_default());
                            let is_about = |line: &&str| names.iter().any(|name| mentions(line, name));
                            text.lines().filter(is_about).any(|line| phrases::may_mean(line, number))
                        }
                        _ => says(text, &number.to_string()) || phrases::may_be_part(text, number),
                    }
                };
                if seen.iter().any(said) {
                    self.told.insert((file.source, object.at.clone(), fact));
                    continue;
                }
                let (key, spot) = (rule.key(), Spot::key(file, &object.path));
                let message = format!("no page has `{number}`, a number of its rule `{key}`");
                let finding = Finding::new(spot, DriftRule::Rule, &object.at, message).unless(Some(fact));
                self.found.push(finding.says(format!("no {number}")).seen_at(first.page.address()));
            }
        }
    }
}

/// Returns the numbers of a rule, except 0 and 1, which any page has.
fn numbers(rule: &Rule) -> Vec<i64> {
    let of = |limits: &[Limit]| limits.iter().flat_map(Limit::whole_numbers).collect::<Vec<i64>>();
    let found = match rule {
        Rule::Difference { limits, .. } => of(limits),
        Rule::MaxSpan { days, .. } => vec![i64::from(*days)],
        Rule::When { demand, test, .. } => {
            let tested = if let Test::Has(limits) = test { of(limits) } else { Vec::new() };
            let demanded = if let Demand::Limited(limits) = demand { of(limits) } else { Vec::new() };
            [tested, demanded].concat()
        }
        Rule::Total { min, max, .. } => [min, max].into_iter().flatten().copied().collect(),
        _ => Vec::new(),
    };
    found.into_iter().filter(|number| number.abs() > 1).collect()
}
