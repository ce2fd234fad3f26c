//! The rates that are of no single endpoint: of a company, an application, an address, a recipient.
//!
//! They are those of the page [访问频率限制](https://developer.work.weixin.qq.com/document/path/90312). The rates that an endpoint's own
//! page documents are in its [`Meta`](crate::Meta::rates).
//!
//! ```
//! use wecom_requests::rates::{self, Scope};
//!
//! let rates = rates::of("/cgi-bin/user/get");
//! let of_company: Vec<u32> =
//!     rates.filter(|rate| rate.per == Scope::Company).flat_map(|rate| rate.rates).map(|rate| rate.calls).collect();
//! assert_eq!(of_company, [10_000, 150_000]);
//! ```

use crate::Rate;
use crate::generated::rates::RATES;

/// A rate that is of no single endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GeneralRate {
    /// Its name in the specification.
    pub name: &'static str,
    /// What it limits.
    pub doc: &'static str,
    /// Whose calls are counted.
    pub of: Of,
    /// For whom they are counted.
    pub per: Scope,
    /// What is counted of them.
    pub counts: Counts,
    /// The field of the request that names who receives something, where recipients are counted and a field does.
    pub recipients: Option<&'static str>,
    /// How much is allowed.
    pub rates: &'static [Rate],
    /// Whether that is for each account that the company may have (账号上限).
    pub times_accounts: bool,
    /// What becomes of the rest.
    pub excess: Excess,
}

impl GeneralRate {
    /// Whether it counts the calls of an endpoint.
    pub fn is_of(&self, path: &str) -> bool {
        match self.of {
            Of::Each { except } => path.starts_with("/cgi-bin/") && !except.contains(&path),
            Of::None => false,
            Of::Paths(paths) => paths.contains(&path),
        }
    }
}

/// The calls that a rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Of {
    /// Those of each endpoint below `/cgi-bin/`, counted by itself.
    Each {
        /// The paths that aren't counted.
        except: &'static [&'static str],
    },
    /// None: something else is limited.
    None,
    /// Those of each of these paths, counted by itself.
    Paths(&'static [&'static str]),
}

/// For whom calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// A company, whichever of its apps calls.
    Company,
    /// An app of a company.
    App,
    /// The address that calls come from.
    Address,
    /// The address that the calls of a service provider's applications come from.
    ProviderAddress,
    /// Who receives something from an application.
    Recipient,
}

/// What is counted of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counts {
    /// Each of them.
    Calls,
    /// Each recipient of each of them.
    Recipients,
    /// Something that no request tells.
    Other,
}

/// What becomes of what is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Excess {
    /// WeCom refuses the call.
    Refused,
    /// WeCom accepts the call, and drops what is too much without an error.
    Dropped,
}

/// Every general rate, in the order of the page.
pub fn all() -> &'static [GeneralRate] {
    RATES
}

/// The general rates that count the calls of an endpoint.
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
