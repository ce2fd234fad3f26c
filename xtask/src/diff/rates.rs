//! The general rates.

use super::pairing::Pairing;
use super::spot::{Both, Side, Spot};
use super::{Comparison, Rule};
use crate::api::Rates;
use crate::spec::source::Path;
use crate::spec::{GeneralRate, Of, Rate};

impl Comparison<'_> {
    /// Compares rates. They are identified by name: nothing else shows that two are the same.
    pub(super) fn rates(&mut self) {
        let (base, head) = (self.base.api.rates.as_ref(), self.head.api.rates.as_ref());
        let all = |table: Option<&Rates>| {
            let rates = table.into_iter().flat_map(|table| &table.rates);
            rates.map(|(name, rate)| (name.clone(), rate.clone())).collect::<Vec<(String, GeneralRate)>>()
        };
        let (old, new) = (all(base), all(head));
        let pairs = Pairing::new(&old, &new).same(|(base, _), (head, _)| base == head);
        for ((name, old), (_, new)) in &pairs.both {
            let [Some(base), Some(head)] = [base, head] else { continue };
            let both = Both { base: spot(Side::Base, base, name), head: spot(Side::Head, head, name) };
            let (was, is) = (told(old), told(new));
            if was != is {
                self.both(Rule::GeneralRateChanged, &both, format!("`{name}` counts {is}; it counted {was}"));
            }
            if old.doc != new.doc {
                self.both(
                    Rule::GeneralRatesDocsChanged,
                    &both,
                    format!("the description of `{name}` changed"),
                );
            }
        }
        let sides = [
            (Rule::GeneralRateRemoved, Side::Base, base, &pairs.removed, "counted"),
            (Rule::GeneralRateAdded, Side::Head, head, &pairs.added, "counts"),
        ];
        for (rule, side, table, rates, counts) in sides {
            for ((name, rate), table) in rates.iter().zip(table.into_iter().cycle()) {
                self.one(rule, &spot(side, table, name), format!("`{name}` {counts} {}", told(rate)));
            }
        }
        if let (Some(base), Some(head)) = (base, head)
            && (&base.title, &base.summary, &base.doc) != (&head.title, &head.summary, &head.doc)
        {
            let both = Both { base: table(Side::Base, base), head: table(Side::Head, head) };
            self.both(Rule::GeneralRatesDocsChanged, &both, "the documentation of the general rates changed");
        }
    }
}

fn table(side: Side, table: &Rates) -> Spot {
    Spot::new(side, &table.spec, Path::of(["summary"]), "rates".to_owned(), "rates".to_owned())
}

fn spot(side: Side, table: &Rates, name: &str) -> Spot {
    let path = Path::of(["rates", name]);
    Spot::new(side, &table.spec, path, format!("rates.{name}"), "rates".to_owned())
}

/// Words everything about a rate except its documentation.
fn told(rate: &GeneralRate) -> String {
    let GeneralRate { of, except, per, counts, recipients, rate, times_accounts, excess, doc: _ } = rate;
    let of = match of {
        Of::Each => "each endpoint".to_owned(),
        Of::None => "no endpoint".to_owned(),
        Of::Paths(paths) => super::listed(paths.iter().map(String::as_str)),
    };
    let except = match super::listed(except.iter().map(String::as_str)) {
        none if none.is_empty() => none,
        paths => format!(" but {paths}"),
    };
    let recipients = recipients.as_ref().map(|field| format!(" in `{field}`")).unwrap_or_default();
    let times = if *times_accounts { " for each account" } else { "" };
    let numbers = rate.iter().map(|Rate { calls, per }| format!("{calls} per {}", per.keyword()));
    let numbers = numbers.collect::<Vec<String>>().join(", ");
    let (counts, per, excess) = (counts.keyword(), per.keyword(), excess.keyword());
    format!("{counts}{recipients} of {of}{except}: {numbers}{times}, per {per}, and more is {excess}")
}
