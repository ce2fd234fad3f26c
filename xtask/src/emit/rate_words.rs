//! Renders the limits of calls to an endpoint, in words.

use crate::api::{Endpoint, Quota};
use crate::spec::Scope;

/// Renders the limits of calls to an endpoint.
pub(super) fn of_endpoint(endpoint: &Endpoint) -> Option<String> {
    let calls = |calls: u32| format!("{calls} {}", if calls == 1 { "call" } else { "calls" });
    let rates = endpoint.rates.iter().map(|rate| format!("{} per {}", calls(rate.calls), rate.per.keyword()));
    let at_once = endpoint.concurrency.map(|number| format!("{} at once", calls(number)));
    let texts: Vec<String> = rates.chain(at_once).collect();
    let plain = (!texts.is_empty()).then(|| format!("Rate limit: {}.", texts.join(", ")));
    let sentences: Vec<String> = plain.into_iter().chain(endpoint.quotas.iter().map(quota)).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Renders a rate that counts something other than the calls of an app.
fn quota(quota: &Quota) -> String {
    let listed =
        |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    let lists: Vec<String> = quota.counts.iter().map(ToString::to_string).collect();
    let items = (!lists.is_empty()).then(|| format!(" of {}", listed(&lists)));
    let unit = |number: u32| match (&items, number) {
        (Some(items), _) => format!("items{items}"),
        (None, 1) => "call".to_owned(),
        (None, _) => "calls".to_owned(),
    };
    let rates = quota
        .rates
        .iter()
        .map(|rate| format!("{} {} per {}", rate.calls, unit(rate.calls), rate.per.keyword()));
    let mut text = format!("Rate limit: {}", rates.collect::<Vec<_>>().join(", "));
    if !quota.by.is_empty() {
        text += &format!(" for each {}", listed(&quota.by));
    }
    text += match quota.scope {
        Scope::Company => ", from all apps of the company",
        Scope::Provider => ", from all apps of the service provider, for all companies",
        _ if quota.only.is_some() => ", from third-party apps",
        _ => "",
    };
    if !quota.shared.is_empty() {
        let others = quota.shared.iter().map(|other| format!("[`{other}`]"));
        text += &format!(", together with {}", others.collect::<Vec<_>>().join(" and "));
    }
    if let Some((field, values)) = &quota.when {
        text += &format!("; only calls with `{field}` {} count", values.join(" or "));
    }
    if let Some(field) = &quota.unless {
        text += &format!("; calls with `{field}` don't count");
    }
    text + "."
}
