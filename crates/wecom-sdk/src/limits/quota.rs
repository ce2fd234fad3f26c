//! The rates of an endpoint that count something other than an app's calls to it.

use std::sync::Arc;

use tokio::time::Instant;
use wecom_requests::rates::Scope;
use wecom_requests::{Endpoint, Meta, Quota, Usage};

use crate::credential::{Identity, key};
use crate::kept::Keep;

/// The part of a quota that a call uses.
#[derive(Debug)]
pub(crate) struct Demand {
    pub(super) quota: &'static Quota,
    usage: Usage,
}

impl Demand {
    /// Returns the demands of a request.
    pub(crate) fn of<E: Endpoint>(request: &E) -> Vec<Self> {
        let quotas = E::META.quotas.iter().enumerate();
        quotas.filter_map(|(index, quota)| Some(Self { quota, usage: request.usage(index)? })).collect()
    }

    /// Returns the demands of a call whose request has no type: those that don't depend on the request.
    pub(crate) fn of_any(endpoint: &'static Meta) -> Vec<Self> {
        // The generator decides the same for `Endpoint::usage` (`Quota::depends_on_request` in `xtask/src/api/quota.rs`): it can't depend
        // on a crate that it generates.
        let same = |quota: &&Quota| {
            quota.by.is_empty() && quota.counts.is_empty() && quota.when.is_none() && quota.unless.is_none()
        };
        endpoint.quotas.iter().filter(same).map(|quota| Self { quota, usage: Usage::call() }).collect()
    }

    /// Returns whether the quota limits the calls of a caller.
    pub(super) fn is_of(&self, who: &Identity) -> bool {
        who.is_provider || !self.quota.of_providers
    }

    /// Returns how much is counted. More than a rate ever allows is sent, for WeCom to decide, once nothing else is counted.
    pub(super) fn amount(&self) -> u32 {
        let most = self.quota.rates.iter().map(|rate| rate.calls).min().unwrap_or_default();
        self.usage.amount.min(most)
    }

    /// Returns the scope that it is counted under, which reveals neither the caller nor a value.
    pub(super) fn scope(&self, who: &Identity) -> String {
        let owner = match self.quota.scope {
            Scope::Company => who.company.as_deref().unwrap_or(&who.key),
            // A program belongs to one provider, and so do those that share its counts.
            Scope::Provider => "",
            _ => &who.key,
        };
        let values = self.usage.values.iter().map(String::as_str);
        let parts: Vec<&str> = [self.quota.name, owner].into_iter().chain(values).collect();
        key("quota", &parts)
    }
}

/// The line of calls that wait for one count.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue(pub(super) Arc<tokio::sync::Mutex<()>>);

impl Keep for Queue {
    fn until(&self, now: Instant) -> Option<Instant> {
        (Arc::strong_count(&self.0) == 1).then_some(now)
    }
}

#[cfg(test)]
mod tests {
    use wecom_requests::{Period, Rate};

    use super::*;

    #[test]
    fn a_provider_has_one_count_for_all_its_apps_and_their_companies() {
        let mut quota = Quota::new("convert", &[Rate { calls: 1, per: Period::Hour }]);
        (quota.scope, quota.of_providers) = (Scope::Provider, true);
        let demand = Demand { quota: Box::leak(Box::new(quota)), usage: Usage::call() };
        let who = |key: &str, company: &str, is_provider| Identity {
            key: key.to_owned(),
            company: Some(company.to_owned()),
            is_provider,
        };
        let (app, other) = (who("app", "ww1", true), who("other", "ww2", true));
        assert_eq!(demand.scope(&app), demand.scope(&other));
        assert_eq!([demand.is_of(&app), demand.is_of(&who("own", "ww1", false))], [true, false]);
    }
}
