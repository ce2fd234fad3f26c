//! Rates across endpoints: per company, app, IP address or recipient.
//!
//! The page [访问频率限制](https://developer.work.weixin.qq.com/document/path/90312) documents them. The rates on an endpoint's own
//! page are in its [`Meta`](crate::Meta::rates).
//!
//! ```
//! # use wecom_requests::rates::{self, Scope};
//! let rates = rates::of("/cgi-bin/user/get");
//! let of_company: Vec<u32> =
//!     rates.filter(|rate| rate.per == Scope::Company).flat_map(|rate| rate.rates).map(|rate| rate.calls).collect();
//! assert_eq!(of_company, [10_000, 150_000]);
//! ```

use crate::Rate;
use crate::generated::rates::RATES;

/// A rate that no single endpoint's page documents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GeneralRate {
    /// Its name in the specification.
    pub name: &'static str,
    /// The calls that it limits, in words.
    pub doc: &'static str,
    /// The endpoints whose calls count.
    pub of: Of,
    /// The caller or recipient they are counted for.
    pub per: Scope,
    /// The unit that is counted.
    pub counts: Counts,
    /// The request field with the recipients, if they are counted and a field names them.
    pub recipients: Option<&'static str>,
    /// The limits.
    pub rates: &'static [Rate],
    /// Whether the limits are multiplied by the number of accounts that the company may have (账号上限).
    pub times_accounts: bool,
    /// The consequence of exceeding the limits.
    pub excess: Excess,
}

impl GeneralRate {
    /// Returns whether calls of an endpoint count.
    pub fn is_of(&self, path: &str) -> bool {
        match self.of {
            Of::Each { except } => path.starts_with("/cgi-bin/") && !except.contains(&path),
            Of::None => false,
            Of::Paths(paths) => paths.contains(&path),
        }
    }
}

/// The endpoints whose calls a rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Of {
    /// Each endpoint below `/cgi-bin/`, separately.
    Each {
        /// The paths that don't count.
        except: &'static [&'static str],
    },
    /// None: the rate doesn't limit calls.
    None,
    /// Each of these paths, separately.
    Paths(&'static [&'static str]),
}

/// The caller or recipient that calls are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// A company, whichever of its apps calls.
    Company,
    /// An app of a company.
    App,
    /// A service provider, whichever of its apps calls, for whichever company.
    Provider,
    /// The IP address that calls come from.
    Address,
    /// The IP address that calls of a service provider's apps come from.
    ProviderAddress,
    /// A recipient of an app's messages.
    Recipient,
}

/// The unit that a rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counts {
    /// Each call.
    Calls,
    /// Each recipient of each call.
    Recipients,
    /// Something that isn't visible in requests.
    Other,
}

/// The consequence of exceeding a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Excess {
    /// WeCom refuses the call.
    Refused,
    /// WeCom accepts the call and drops the excess without an error.
    Dropped,
}

/// Returns every general rate, in the order of the page.
pub fn all() -> &'static [GeneralRate] {
    RATES
}

/// Returns the general rates that count the calls of an endpoint.
pub fn of(path: &str) -> impl Iterator<Item = &'static GeneralRate> {
    RATES.iter().filter(move |rate| rate.is_of(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_excepted_and_what_is_no_part_of_wecom_is_not_counted_for_each_endpoint() {
        let each = |path| of(path).filter(|rate| matches!(rate.of, Of::Each { .. })).count();
        assert_eq!(each("/cgi-bin/user/get"), 3);
        for path in
            ["/cgi-bin/message/send", "/cgi-bin/auth/getuserinfo", "/mmpaymkttransfers/sendworkwxredpack"]
        {
            assert_eq!(each(path), 0, "{path}");
        }
    }

    #[test]
    fn a_rate_counts_the_paths_that_it_names_and_no_others() {
        let names = |path| of(path).map(|rate| rate.name).collect::<Vec<&str>>();
        assert_eq!(names("/cgi-bin/message/send"), ["message_recipients", "messages_to_one"]);
        assert!(names("/cgi-bin/ticket/get").contains(&"jsapi_tickets_of_app"));
        assert!(!names("/cgi-bin/ticket/get2").contains(&"jsapi_tickets_of_app"));
    }
}
