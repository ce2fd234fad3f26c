//! Rates of endpoints that count something other than the calls of an app to one of them.

use indexmap::IndexMap;

use crate::spec::names::pascal;
use crate::spec::{Apps, Endpoint, EndpointRate, FieldPath, Rate, Scope, on_the_wire};

/// A count, and the rates that limit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// The name that it is counted under: what several endpoints share, with their module, or the endpoint's ID and what it
    /// counts.
    pub name: String,
    /// The requests of the other endpoints that share the count.
    pub shared: Vec<String>,
    /// The apps whose calls it limits, if it doesn't limit those of all apps.
    pub only: Option<Apps>,
    /// The owner whose calls it counts together: an app, or all apps of a company or of a service provider.
    pub scope: Scope,
    /// The request fields whose values are counted apart.
    pub by: Vec<String>,
    /// The lists of the request whose items are counted; calls, if there are none.
    pub counts: Vec<FieldPath>,
    /// The request field that must have one of some values for a call to count, with these, as text.
    pub when: Option<(String, Vec<String>)>,
    /// The request field that exempts the calls that set it.
    pub unless: Option<String>,
    /// The allowed numbers.
    pub rates: Vec<Rate>,
}

impl Quota {
    /// Returns whether a request's fields matter for the count.
    pub fn depends_on_request(&self) -> bool {
        !(self.by.is_empty() && self.counts.is_empty() && self.when.is_none() && self.unless.is_none())
    }
}

/// Returns the plain rates of an endpoint, and its quotas.
pub(super) fn of(stem: &str, name: &str, endpoints: &IndexMap<String, Endpoint>) -> (Vec<Rate>, Vec<Quota>) {
    let (mut plain, mut quotas): (Vec<Rate>, Vec<Quota>) = (Vec::new(), Vec::new());
    for rate in &endpoints[name].head.rate {
        if rate.is_plain() {
            plain.push(rate.rate());
            continue;
        }
        let shares = |other: &Endpoint| {
            rate.shared.is_some() && other.head.rate.iter().any(|other| other.shared == rate.shared)
        };
        let others = endpoints.iter().filter(|(other, endpoint)| *other != name && shares(endpoint));
        let quota = Quota {
            name: format!("{stem}.{}", rate.shared.clone().unwrap_or_else(|| own_name(name, rate))),
            shared: others.map(|(other, _)| pascal(other)).collect(),
            only: rate.only,
            scope: rate.scope,
            by: rate.by.clone(),
            counts: rate.counts.iter().map(|list| FieldPath::new(list)).collect(),
            when: rate.when.clone().map(|field| (field, values(rate))),
            unless: rate.unless.clone(),
            rates: vec![rate.rate()],
        };
        match quotas.iter_mut().find(|known| known.name == quota.name) {
            Some(known) => known.rates.extend(quota.rates),
            None => quotas.push(quota),
        }
    }
    (plain, quotas)
}

/// Returns a name that differs from those of the endpoint's other counts.
fn own_name(name: &str, rate: &EndpointRate) -> String {
    let EndpointRate { only, scope, by, counts, when, unless, .. } = rate;
    let of = (*scope != Scope::App).then(|| format!("per {}", scope.keyword()));
    let by = (!by.is_empty()).then(|| format!("by {}", by.join(", ")));
    let counts = (!counts.is_empty()).then(|| format!("counting {}", counts.join(", ")));
    let only = only.map(|apps| format!("of {}", apps.keyword()));
    let when = when.as_ref().map(|field| format!("when {field} is {}", values(rate).join(", ")));
    let unless = unless.as_ref().map(|field| format!("unless {field}"));
    let parts = only.into_iter().chain(of).chain(by).chain(counts).chain(when).chain(unless);
    std::iter::once(name.to_owned()).chain(parts).collect::<Vec<String>>().join(" ")
}

/// Returns the values for which a call counts, as text.
fn values(rate: &EndpointRate) -> Vec<String> {
    rate.is.iter().map(on_the_wire).collect()
}
