//! Wordings for how often an endpoint may be called, and how many calls may be in flight at once.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::numbers::in_digits;
use crate::pages::markup::{plain, regex};

/// The rates of an endpoint.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    /// The numbers of calls, each with its period.
    pub calls: Vec<(u64, &'static str)>,
    /// The sentences about rates that count something else, or apply only at times.
    pub otherwise: Vec<Otherwise>,
}

/// A sentence about rates that count something other than an app's calls, or apply only at times.
#[derive(Debug)]
pub(crate) struct Otherwise {
    /// The sentence.
    pub line: String,
    /// The numbers, each with its period.
    pub rates: Vec<(u64, &'static str)>,
    /// The counted objects.
    pub counts: Counted,
}

/// The objects that a rate counts according to its sentence, other than the calls of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Counted {
    /// The calls of all apps of a company.
    Company,
    /// The calls of all apps of a service provider.
    Provider,
    /// The calls to several endpoints.
    Shared,
    /// Something else, such as the calls about one member.
    Else,
}

impl Rates {
    /// Reads the lines about an endpoint.
    pub(crate) fn of(prose: &[String]) -> Self {
        let mut found = Self::default();
        for line in prose {
            let Some(calls) = rates(line).filter(|rates| !rates.is_empty()) else { continue };
            let described = plain(line);
            // What a sentence before it is about doesn't count.
            let sentences = described.split(['。', '；', ';']);
            match sentences.filter(|sentence| has_number(sentence)).filter_map(counted).max() {
                None => found.calls.extend(calls),
                Some(counts) => found.otherwise.push(Otherwise { line: described, rates: calls, counts }),
            }
        }
        found.calls.dedup();
        found
    }
}

fn has_number(sentence: &str) -> bool {
    sentence.contains(|c: char| c.is_ascii_digit())
}

/// Returns the lines that mention rates, as plain text.
pub(crate) fn sentences_of_rates(lines: &[String]) -> Vec<String> {
    let tells = |line: &&String| rates(line).is_some_and(|rates| !rates.is_empty());
    lines.iter().filter(tells).map(|line| plain(line)).collect()
}

/// Returns the lines that limit something per time in words that are not understood as a rate: 每天最多能导入20000人.
pub(crate) fn unclear_rates(lines: &[String]) -> Vec<String> {
    static PER: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:每个?|一|单)(?:秒|分钟|小时|天|日|月)[^。；;]{0,24}(?:最多|最大|不超过|不能超过|不可超过|不得超过|上限|限制)[^0-9。；;]{0,12}[0-9]",
            r"|(?:最多|最大|不超过|不能超过|不可超过|不得超过|上限)[^0-9。；;]{0,8}[0-9]+\s*万?[^0-9\s。；;，,]{1,4}/(?:秒|分钟|小时|天|日|月)",
        ))
    });
    let unclear = |line: &&String| {
        rates(line).is_none_or(|rates| rates.is_empty()) && PER.is_match(&in_digits(&plain(line)))
    };
    lines.iter().filter(unclear).map(|line| plain(line)).collect()
}

/// Returns a rate, as calls and period.
pub(crate) fn rates(line: &str) -> Option<Vec<(u64, &'static str)>> {
    static PER: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"([0-9]+)\s*(万)?\s*(?:人?次|条|QPM|qpm)?\s*(?:/|每)\s*(秒|分钟|分|小时|时|天|日|月|min|s\b)|",
            r"每(?:个)?(秒|分钟|小时|天|日|月)(?:[^0-9，,。]{0,16}([0-9]+)\s*(万)?\s*[次张条]|[^0-9，,。]{0,20}次数(?:限制)?[为：:]\s*([0-9]+))|",
            r"([0-9]+)\s*(?i:qps)|",
            r"24小时内[^0-9，,。]{0,16}([0-9]+|[一二三四五六七八九])\s*次",
        ))
    });
    static EXAMPLE: LazyLock<Regex> = LazyLock::new(|| regex("（[^）]*[若如][^）]*）"));
    let line = in_digits(&plain(line));
    let line = EXAMPLE.replace_all(&line, "");
    let speaks = ["频率", "次数", "条数", "触发", "调用", "上传", "限频", "qps", "QPS", "次/", "条/"]
        .iter()
        .any(|word| line.contains(word));
    let limits = ["限制", "最大", "最多", "不超过", "不可超过", "不能超过", "只允许", "上限", "频率"]
        .iter()
        .any(|word| line.contains(word));
    if !(speaks && limits) {
        return None;
    }
    let mut found = Vec::new();
    for captures in PER.captures_iter(&line) {
        let text = |group: usize| captures.get(group).map(|found| found.as_str());
        let (number, many, per) = match (text(1), text(5).or(text(7)), text(8), text(9)) {
            (Some(number), ..) => (number, text(2), text(3).and_then(period)),
            (_, Some(number), ..) => (number, text(6), text(4).and_then(period)),
            (_, _, Some(number), _) => (number, None, Some("second")),
            (.., Some(number)) => (number, None, Some("day")),
            _ => continue,
        };
        let digit = || "一二三四五六七八九".chars().zip(1..).find(|(word, _)| number.contains(*word));
        let calls = number
            .parse::<u64>()
            .ok()
            .or_else(|| digit().map(|(_, value)| value))
            .map(|number| number.saturating_mul(if many.is_some() { 10_000 } else { 1 }));
        if let (Some(calls @ 1..), Some(per)) = (calls.filter(|calls| u32::try_from(*calls).is_ok()), per) {
            found.push((calls, per));
        }
    }
    Some(found)
}

/// Returns the period that a word names.
pub(super) fn period(word: &str) -> Option<&'static str> {
    Some(match word {
        "秒" | "s" => "second",
        "分钟" | "分" | "min" => "minute",
        "小时" | "时" => "hour",
        "天" | "日" => "day",
        "月" => "month",
        _ => return None,
    })
}

/// Returns what a rate counts, if that isn't the calls of an app.
fn counted(line: &str) -> Option<Counted> {
    let line = line.replace("每个月", "每月").replace("当前", "");
    // Whoever has the credential: a bot, an app.
    let line =
        ["每个消息推送", "每个机器人", "每个应用"].iter().fold(line, |line, who| line.replace(who, ""));
    let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
    if has(&["共享同一"]) {
        Some(Counted::Shared)
    } else if has(&["成员", "人次", "同一", "用户", "设备", "单个", "单笔", "消息条数"])
        || line.replace("每个企业", "").contains("每个")
        || line.contains('当') && !has(&["按企业", "按服务商"])
        || line.contains("服务商") && !has(&["按服务商", "每服务商"])
    {
        Some(Counted::Else)
    } else if line.contains("服务商") {
        Some(Counted::Provider)
    } else if has(&["每企业", "每个企业", "企业维度", "按企业", "企业只允许", "一个企业"])
    {
        Some(Counted::Company)
    } else {
        None
    }
}

/// Returns how many calls may be in flight at once, by a line or by the one below its label.
pub(crate) fn at_once(prose: &[String]) -> Option<u32> {
    let is_label = |line: &str| line.contains("并发") && plain(line).ends_with([':', '：']);
    let labelled = prose.windows(2).filter(|pair| is_label(&pair[0]));
    let lines = prose.iter().cloned().chain(labelled.map(<[String]>::concat));
    lines.into_iter().find_map(|line| concurrency(&line))
}

/// Returns how many calls may be in flight at once.
pub(crate) fn concurrency(line: &str) -> Option<u32> {
    static AT_ONCE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"并发(?:数|量)?(?:限制)?(?:数)?[^0-9，,。]{0,8}([0-9]+)"));
    static ONE_BY_ONE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:仅|只)(?:支持|允许|能|可)\s*串行"));
    if !(line.contains("并发") || line.contains("串行")) {
        return None;
    }
    let line = plain(line);
    if ONE_BY_ONE.is_match(&line) {
        return Some(1);
    }
    AT_ONCE.captures(&line).and_then(|found| found[1].parse().ok()).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_numbers_a_period() {
        for (line, expected) in [
            ("> 接口频率限制 600次/分钟", Some(vec![(600, "minute")])),
            ("调用频率最大为10万次/小时，48万次/天", Some(vec![(100_000, "hour"), (480_000, "day")])),
            ("该接口每天最多调用1000次", Some(vec![(1000, "day")])),
            ("接口频率限制 20 qps", Some(vec![(20, "second")])),
            ("每天导出次数不可超过1千次", Some(vec![(1000, "day")])),
            (
                "每月最多可上传3000张图片，每天最多可上传1000张图片",
                Some(vec![(3000, "month"), (1000, "day")]),
            ),
            ("每个月允许通过api创建的次数限制：10万", Some(vec![(100_000, "month")])),
            ("每企业每天导出次数不可超过1千次", Some(vec![(1000, "day")])),
            ("企业只允许创建10次/min。", Some(vec![(10, "minute")])),
            ("发送的消息不能超过20条/分钟。", Some(vec![(20, "minute")])),
            ("24小时内每个群发最多触发三次提醒", Some(vec![(3, "day")])),
            ("每个应用接口限制100000人次/分钟", Some(vec![(100_000, "minute")])),
            (
                "每企业每天分析的消息条数不超过10万条（若每次有1000条，则每天只能提交100次任务）",
                Some(vec![(100_000, "day")]),
            ),
            ("每分钟看一次", None),
        ] {
            assert_eq!(rates(line), expected, "{line}");
        }
        for (line, expected) in [
            ("每应用对同一个成员不可超过30次/分钟", Some(Counted::Else)),
            ("当种类为0时，频率限制为600次/分钟", Some(Counted::Else)),
            ("单笔订单请求频率限制：1qpm", Some(Counted::Else)),
            (
                "动态二维码调用频率限制为针对设备sn级别 1次/min，与另一个接口共享同一调用频率限制",
                Some(Counted::Shared),
            ),
            ("企业每个月允许通过api创建的次数限制：10万", None),
            ("每企业每天导出次数不可超过1千次", Some(Counted::Company)),
            ("按上游企业维度，限制为：10万次/小时", Some(Counted::Company)),
            ("企业只允许创建10次/min。", Some(Counted::Company)),
            ("每服务商每分钟调用量不超过100次", Some(Counted::Provider)),
            ("当种类为1时，按服务商作如下的限制：10万次/小时", Some(Counted::Provider)),
            ("所有服务商共用10万次/小时", Some(Counted::Else)),
            ("每个消息推送发送的消息不能超过20条/分钟", None),
            ("接口频率限制 600次/分钟", None),
            ("当前接口频率限制 600次/分钟", None),
        ] {
            assert_eq!(counted(line), expected, "{line}");
        }
        let about = Rates::of(&["企业可通过此接口，获取成员列表。调用频率不可超过1000次/分钟。".to_owned()]);
        assert_eq!((about.calls.as_slice(), about.otherwise.len()), (&[(1000, "minute")][..], 0));
    }

    #[test]
    fn what_else_is_limited_per_time_may_be_a_rate() {
        for (line, unclear) in [
            ("9、每天最多能导入20000人", true),
            ("每小时查询的成员不超过1万", true),
            ("导入人数上限5000人/天", true),
            ("该接口每天最多调用1000次", false),
            ("单次最多能导入2000人", false),
            ("每天凌晨更新", false),
            ("名字最多64个字节", false),
        ] {
            assert_eq!(unclear_rates(&[line.to_owned()]).len(), usize::from(unclear), "{line}");
        }
    }

    #[test]
    fn calls_at_once_are_counted() {
        assert_eq!(concurrency("**并发限制：5**"), Some(5));
        assert_eq!(concurrency("**并发限制：**20"), Some(20));
        assert_eq!(concurrency("该接口仅支持串行调用，请勿并发创建"), Some(1));
        assert_eq!(concurrency("10、只允许串行调用"), Some(1));
        assert_eq!(concurrency("并发限制见下"), None);
        assert_eq!(concurrency("建议保证创建部门和成员是串行化处理"), None);
    }
}
