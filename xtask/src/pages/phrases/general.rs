//! Wordings for rates that limit no single endpoint: for whom something is counted, and how much of it is allowed.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::numbers::in_digits;
use super::rates::period;
use crate::pages::markup::{plain, regex};

/// A rate that a page states for a company, an app, an address or a recipient.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stated {
    /// For whom it is counted: a scope of the general rates.
    pub scope: &'static str,
    /// The name of the endpoint whose calls are counted, if it is stated.
    pub endpoint: Option<String>,
    /// Its other statements.
    pub traits: BTreeSet<Trait>,
    /// The numbers, each with its period.
    pub rates: Vec<(u64, &'static str)>,
    /// Its line, from 1.
    pub line: usize,
}

/// A statement about a rate beyond its scope and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trait {
    /// It limits the calls to each endpoint.
    OfEach,
    /// Recipients are counted.
    Recipients,
    /// The number is multiplied by the accounts that the company may have.
    TimesAccounts,
    /// The excess is dropped.
    Dropped,
}

impl Trait {
    /// Returns what it adds, in words.
    pub(crate) const fn told(self) -> &'static str {
        match self {
            Self::OfEach => "each endpoint",
            Self::Recipients => "recipients",
            Self::TimesAccounts => "times accounts",
            Self::Dropped => "dropped",
        }
    }
}

/// Returns the rates that a page states, in its order.
pub(crate) fn general_rates(text: &str) -> Vec<Stated> {
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            // "Per app" before "to one member" has no number of its own.
            r"(?<provider>提供商每ip)|(?<address>每ip)|(?<recipient>对同一个成员|每个成员)|(?<app>每个?应用|单个应用)|",
            r"(?<company>每个?企业|一个企业)|(?:一(?<within>分钟|小时|天)内|每(?<every>分钟|小时|天|月))|",
            r"(?<restated>也即)?(?<times>账号上限数?\*)?(?<number>[0-9]+)\s*(?<people>人次)?(?:次|条|张)?(?:/(?<per>分钟|分|小时|天|月))?",
        ))
    });
    static ASIDE: LazyLock<Regex> = LazyLock::new(|| regex(r"（[^（）]*）"));
    static CALLED: LazyLock<Regex> = LazyLock::new(|| regex(r"调用([a-z_]{3,})"));
    let mut found: Vec<Stated> = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = in_digits(&ASIDE.replace_all(&plain(line), ""));
        let first = found.len();
        let mut pending = None;
        let traits = [("单个cgi/api", Trait::OfEach), ("丢弃", Trait::Dropped)];
        let traits = traits.into_iter().filter(|(word, _)| line.contains(word)).map(|(_, of)| of);
        let traits: BTreeSet<Trait> = traits.collect();
        for token in TOKEN.captures_iter(&line) {
            let has = |group: &str| token.name(group).is_some();
            let scopes = ["provider", "address", "recipient", "app", "company"];
            if let Some(scope) = scopes.into_iter().find(|scope| has(scope)) {
                found.push(Stated {
                    scope: if scope == "provider" { "provider_address" } else { scope },
                    endpoint: CALLED.captures(&line).map(|called| called[1].to_owned()),
                    traits: traits.clone(),
                    rates: Vec::new(),
                    line: number,
                });
            } else if let Some(word) = token.name("within").or_else(|| token.name("every")) {
                pending = period(word.as_str());
            } else if let Some(stated) = found[first..].last_mut() {
                let Ok(calls) = token["number"].parse() else { continue };
                // The product of the rate before.
                if has("restated") {
                    stated.rates.iter_mut().for_each(|rate| rate.0 = calls);
                    continue;
                }
                let per = token.name("per").map_or(pending, |per| period(per.as_str()));
                let more = [("times", Trait::TimesAccounts), ("people", Trait::Recipients)];
                stated.traits.extend(more.into_iter().filter(|(group, _)| has(group)).map(|(_, of)| of));
                stated.rates.extend(per.map(|per| (calls, per)));
            }
        }
    }
    found.retain(|stated| !stated.rates.is_empty());
    found
}

/// Returns the ends of the paths that a page exempts from its rates.
pub(crate) fn exempt(text: &str) -> Vec<&str> {
    static PATH: LazyLock<Regex> = LazyLock::new(|| regex(r"/[a-z_]+(?:/[a-z_]+)+"));
    let lines = text.lines().filter(|line| line.contains("不受") && line.contains("频率"));
    lines.flat_map(|line| PATH.find_iter(line)).map(|found| found.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Vec<String> {
        let told = |stated: Stated| {
            let rates = stated.rates.iter().map(|(calls, per)| format!("{calls}/{per}"));
            let traits = stated.traits.iter().map(|of| of.told().to_owned());
            let scope = stated.scope.to_owned();
            let parts = [scope].into_iter().chain(stated.endpoint).chain(traits).chain(rates);
            parts.collect::<Vec<_>>().join(" ")
        };
        general_rates(line).into_iter().map(told).collect()
    }

    #[test]
    fn a_rate_has_a_scope_and_numbers_with_their_periods() {
        for (line, expected) in [
            (
                "- 每企业调用单个cgi/api不可超过1万次/分，15万次/小时",
                &["company each endpoint 10000/minute 150000/hour"][..],
            ),
            (
                "- 第三方应用提供商每ip调用单个cgi/api不可超过4万次/分",
                &["provider_address each endpoint 40000/minute"],
            ),
            (
                "每应用不可超过账号上限数*200人次/天（注：发给1000人，算1000人次）",
                &["app recipients times accounts 200/day"],
            ),
            ("每应用对同一个成员不可超过30次/分钟，超过部分会被丢弃不下发", &["recipient dropped 30/minute"]),
            ("每企业创建账号数不可超过账号上限数*3/月", &["company times accounts 3/month"]),
            (
                "每企业最大应用数限制为：300个；创建应用次数不可超过最大应用数*3/月，也即900次",
                &["company 900/month"],
            ),
            ("每企业调用getcheckindata不可超过600次/分", &["company getcheckindata 600/minute"]),
            (
                "一小时内，一个企业最多可获取400次，且单个应用不能超过100次",
                &["company 400/hour", "app 100/hour"],
            ),
            ("每企业每月最多可上传3000张永久图片，每天最多可上传1000张", &["company 3000/month 1000/day"]),
            ("每篇文章被企业外部人员阅读的次数不能超过企业成员上限*3", &[]),
            ("以上所有频率，按月拦截则屏蔽一个月（30天），按分钟拦截则被屏蔽60秒", &[]),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
    }

    #[test]
    fn paths_are_exempt_where_a_page_says_so() {
        let text =
            "身份验证接口的/auth/getuserinfo，若code合法则不受上述频率限制\n每企业调用/a/b不可超过1次/分";
        assert_eq!(exempt(text), ["/auth/getuserinfo"]);
    }
}
