//! Rates, with the keys of the spec.

use serde_json::{Value, json};

use crate::api::{Endpoint, Quota};
use crate::spec::{GeneralRate, Of, Rate, Scope};

/// Returns the rates of an endpoint.
pub(super) fn of(endpoint: &Endpoint) -> Value {
    let plain = endpoint.rates.iter().map(rate);
    plain.chain(endpoint.quotas.iter().flat_map(quota)).collect()
}

pub(super) fn general(name: &str, rate: &GeneralRate) -> Value {
    let GeneralRate { doc, of, except, per, counts, recipients, rate, times_accounts, excess } = rate;
    let of = match of {
        Of::Each => json!("each"),
        Of::None => json!("none"),
        Of::Paths(paths) => json!(paths),
    };
    let mut entry = json!({
        "name": name,
        "description": doc,
        "of": of,
        "per": per.keyword(),
        "counts": counts.keyword(),
        "rates": plain(rate),
        "times-accounts": times_accounts,
        "excess": excess.keyword(),
    });
    if !except.is_empty() {
        entry["except"] = json!(except);
    }
    if let Some(field) = recipients {
        entry["recipients"] = json!(field);
    }
    entry
}

/// Returns rate limits.
fn plain(rates: &[Rate]) -> Value {
    rates.iter().map(rate).collect()
}

fn rate(rate: &Rate) -> Value {
    json!({ "calls": rate.calls, "per": rate.per.keyword() })
}

/// Returns the rates of a quota, with the keys of the spec; a shared count has the name under which it is counted.
fn quota(quota: &Quota) -> Vec<Value> {
    let Quota { name, shared, only, scope, by, counts, when, unless, rates } = quota;
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let rates = rates.iter().map(|of| {
        let mut entry = rate(of);
        let keys = [
            ("only", only.map(|apps| json!(apps.keyword()))),
            ("scope", (*scope != Scope::App).then(|| json!(scope.keyword()))),
            ("by", (!by.is_empty()).then(|| json!(by))),
            ("counts", (!counts.is_empty()).then(|| json!(counts))),
            ("when", when.as_ref().map(|(field, _)| json!(field))),
            ("is", when.as_ref().map(|(_, values)| json!(values))),
            ("shared", (!shared.is_empty()).then(|| json!(name))),
            ("unless", unless.as_ref().map(|field| json!(field))),
        ];
        for (key, value) in keys {
            if let Some(value) = value {
                entry[key] = value;
            }
        }
        entry
    });
    rates.collect()
}
