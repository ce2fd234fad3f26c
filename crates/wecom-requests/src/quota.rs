//! Rates that count something other than an app's calls to one endpoint.

use serde::Serialize;

use crate::Rate;
use crate::body::text;
use crate::rates::Scope;

/// A rate of an endpoint that counts something other than an app's calls to it: the calls about one device, the calls to several
/// endpoints together, the items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// The name it is counted under. Endpoints with a quota of the same name share the count.
    pub name: &'static str,
    /// The owner whose calls are counted together: [`Scope::App`], [`Scope::Company`] or [`Scope::Provider`].
    pub scope: Scope,
    /// Whether it limits only the calls of service providers' apps.
    pub of_providers: bool,
    /// The request fields whose values are counted apart.
    pub by: &'static [&'static str],
    /// The request's lists whose items are counted, `a.b` for those in the items of another one. Empty if calls are counted.
    pub counts: &'static [&'static str],
    /// The request field that must have one of these values, as text, for a call to count.
    pub when: Option<(&'static str, &'static [&'static str])>,
    /// The request field that exempts the calls that set it.
    pub unless: Option<&'static str>,
    /// The limits.
    pub rates: &'static [Rate],
}

impl Quota {
    /// Describes a quota of an app's calls.
    pub const fn new(name: &'static str, rates: &'static [Rate]) -> Self {
        Self {
            name,
            scope: Scope::App,
            of_providers: false,
            by: &[],
            counts: &[],
            when: None,
            unless: None,
            rates,
        }
    }
}

/// The part of a [`Quota`] that one call uses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The values that it is counted under, one after the other. Empty if all calls are counted together.
    pub values: Vec<String>,
    /// The number of calls or items.
    pub amount: u32,
}

impl Usage {
    /// Creates the usage of one call.
    pub fn call() -> Self {
        Self { values: Vec::new(), amount: 1 }
    }

    /// Creates the usage of a call with this number of items.
    pub fn items(number: usize) -> Self {
        Self { values: Vec::new(), amount: u32::try_from(number).unwrap_or(u32::MAX) }
    }

    /// Counts it under the value of a field, as it is on the wire.
    #[must_use]
    pub fn by(mut self, value: &impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.values.push(text(&value));
        self
    }
}
