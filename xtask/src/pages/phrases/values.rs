//! Wordings for the values of a field, and its default.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use crate::pages::markup::regex;
use crate::spec::type_expr::Scalar;

/// A documented value and its description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    /// As on the wire.
    pub wire: String,
    /// Its meaning.
    pub doc: String,
}

/// Returns the values that a description lists, if there are several.
pub(crate) fn values(doc: &str, text: bool) -> Vec<Value> {
    static SPACED: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:^|[：:，,；;、\s])(0|[1-9][0-9]{0,3})(?:[(（]默认[)）])?\s*([^\s0-9A-Za-z.:：=，,；;。|",
            r"/~\-][^\s，,；;。、|]*)",
        ))
    });
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        regex(r#"([^A-Za-z0-9\s，,、。；;（(）):：]+)[（(]["“]?([a-z][A-Za-z0-9_]*)["”]?[)）]"#)
    });
    static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:^|[^0-9A-Za-z.~\[(\-])(-?[0-9]{1,5})(?:或不填|或空|[(（]默认[)）])?\s*(?:[:：=、]|-{1,2}",
            r"|——?|–|\.|表示|代表|为|是|）|\))\s*([^0-9\s:：，,；;。.|/~\-]|[0-9]{2,5}\s*[xX×*]\s*[0-9])",
        ))
    });
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"(?:^|[^0-9A-Za-z_./<&])["“‘']?([A-Za-z][A-Za-z0-9_]*)["”’']?\s*(?:[:：=]|-{1,2}|"#,
            r#"——?|–|[，,]?(?:表示|代表)|为)\s*([^A-Za-z0-9\s:：，,；;。.|/_=\-])"#,
        ))
    });
    let found = listed(doc, if text { &WORDS } else { &NUMBERS }, text);
    if !found.is_empty() {
        let spaced = if text { &[][..] } else { &SPACED.captures_iter(doc).collect::<Vec<_>>() };
        return with_gaps_filled(found, spaced);
    }
    let pairs: Vec<Value> = if text {
        let before = ["分别有", "分别为", "分为", "包括", "可以是"];
        let meaning =
            |text: &str| before.iter().fold(text, |text, word| text.trim_start_matches(word)).to_owned();
        let pairs = NAMED.captures_iter(doc).map(|pair| (pair[2].to_owned(), meaning(&pair[1])));
        pairs.map(|(wire, doc)| Value { wire, doc }).collect()
    } else {
        let pairs = SPACED.captures_iter(doc).map(|pair| (pair[1].to_owned(), pair[2].to_owned()));
        pairs
            .filter(|(_, doc)| !UNITS.iter().any(|unit| doc.starts_with(unit)))
            .map(|(wire, doc)| Value { wire, doc })
            .collect()
    };
    let number = |value: &Value| value.wire.parse::<i64>().unwrap_or_default();
    let in_order = |pair: &[Value]| number(&pair[1]) == number(&pair[0]) + 1;
    let distinct = if text {
        pairs.iter().map(|pair| &pair.wire).collect::<HashSet<_>>().len() == pairs.len()
    } else {
        pairs.windows(2).all(in_order)
    };
    if distinct && pairs.len() > 1 { pairs } else { Vec::new() }
}

/// Adds the numbers in between whose meaning follows without a colon: `0: 红，1绿，2: 蓝`.
fn with_gaps_filled(mut found: Vec<Value>, spaced: &[Captures<'_>]) -> Vec<Value> {
    let number = |wire: &str| wire.parse::<i64>().ok();
    for pair in spaced {
        let place = found.windows(2).position(|two| {
            let gap = number(&two[0].wire).zip(number(&pair[1])).zip(number(&two[1].wire));
            gap.is_some_and(|((before, own), after)| before + 1 == own && own + 1 == after)
        });
        if let Some(place) = place.filter(|_| !UNITS.iter().any(|unit| pair[2].starts_with(unit))) {
            found.insert(place + 1, Value { wire: pair[1].to_owned(), doc: pair[2].to_owned() });
        }
    }
    found
}

/// Returns the words that a description lists in sequence without a meaning, if one of them is a known value:
/// `html，text`.
pub(crate) fn words(doc: &str, is_known: impl Fn(&str) -> bool) -> Vec<Value> {
    static RUN: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"["“‘']?[A-Za-z][A-Za-z0-9_]*["”’']?(?:\s*(?:[、，,/|｜]|和|及|或者?)\s*"#,
            r#"["“‘']?[A-Za-z][A-Za-z0-9_]*["”’']?)+"#,
        ))
    });
    static WORD: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z][A-Za-z0-9_]*"));
    let runs = RUN.find_iter(doc).map(|run| WORD.find_iter(run.as_str()).map(|word| word.as_str()));
    let run = runs.map(Iterator::collect::<Vec<&str>>).find(|run| run.iter().any(|word| is_known(word)));
    let mut told = HashSet::new();
    let words = run.into_iter().flatten().filter(|word| told.insert(*word));
    words.map(|word| Value { wire: word.to_owned(), doc: String::new() }).collect()
}

/// The units that make a number before them a count.
const UNITS: [&str; 14] =
    ["个", "条", "次", "天", "人", "字", "秒", "分", "元", "小时", "月", "年", "位", "名"];

/// Returns the values that a pattern finds, with wire value and meaning, if there are several.
fn listed(doc: &str, pattern: &Regex, text: bool) -> Vec<Value> {
    // The apparent meaning of a value may contain the next value.
    let mut places: Vec<(Range<usize>, usize, usize)> = Vec::new();
    while let Some(captures) = pattern.captures_at(doc, places.last().map_or(0, |(.., meaning)| *meaning)) {
        let (Some(all), Some(wire), Some(meaning)) = (captures.get(0), captures.get(1), captures.get(2))
        else {
            break;
        };
        places.push((wire.range(), all.start(), meaning.start()));
    }
    let ends: Vec<usize> = places.iter().skip(1).map(|(_, start, _)| *start).chain([doc.len()]).collect();
    let mut found: Vec<Value> = Vec::new();
    let mut known: HashSet<&str> = HashSet::new();
    for ((wire, _, start), end) in places.into_iter().zip(ends) {
        let meaning = doc.get(start..end).unwrap_or_default();
        let meaning = meaning.split(|c: char| "，,；;。|\n".contains(c) || c == '/' && !text).next();
        let meaning = meaning.unwrap_or_default().trim();
        let prefixed = ["默认", "至少", "最多", "最大", "最小"]
            .iter()
            .any(|word| doc[..wire.start].trim_end().ends_with(word));
        let wire = &doc[wire];
        let is_number = wire.parse::<i64>().is_ok_and(|number| number.to_string() == wire);
        if !prefixed && (text || is_number) && !meaning.is_empty() && known.insert(wire) {
            found.push(Value { wire: wire.to_owned(), doc: meaning.to_owned() });
        }
    }
    let boolean = found.iter().all(|value| matches!(value.wire.as_str(), "true" | "false"));
    if found.len() < 2 || boolean { Vec::new() } else { found }
}

/// Returns whether two values 0 and 1 only mean no and yes.
pub(crate) fn is_flag(values: &[Value], doc: &str) -> bool {
    let mut wires: Vec<&str> = values.iter().map(|value| value.wire.as_str()).collect();
    wires.sort_unstable();
    let zero =
        values.iter().find(|value| value.wire == "0").map(|value| value.doc.as_str()).unwrap_or_default();
    let no = ["不", "否", "非", "关", "无", "没", "未", "禁"].iter().any(|word| zero.contains(word));
    wires == ["0", "1"] && (no || doc.contains("是否"))
}

/// Converts a word of a page to a spec's value, if it is a value of the type.
pub(crate) fn value_of(word: &str, scalar: Scalar) -> Option<serde_yaml::Value> {
    match scalar {
        Scalar::Bool => word.parse::<bool>().ok().map(Into::into),
        Scalar::Flag => word.parse::<u64>().ok().filter(|_| matches!(word, "0" | "1")).map(Into::into),
        Scalar::Uint => word.parse::<u64>().ok().map(Into::into),
        Scalar::Int => word.parse::<i64>().ok().map(Into::into),
        Scalar::String => Some(word.into()),
        Scalar::F64 | Scalar::Timestamp | Scalar::Secret | Scalar::Any | Scalar::File => None,
    }
}

/// Returns a value of a spec as a page writes it.
pub(crate) fn word_of(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::String(text) => text.clone(),
        other => serde_yaml::to_string(other).unwrap_or_default().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_all_their_forms() {
        for (doc, wires) in [
            ("颜色。0：红 1：绿", vec!["0", "1"]),
            ("0-红；1-绿；2-蓝", vec!["0", "1", "2"]),
            ("0表示红，1表示绿", vec!["0", "1"]),
            ("1.红 2.绿", vec!["1", "2"]),
            ("1=红，2=绿", vec!["1", "2"]),
            ("0(默认) 红，1 绿，2 蓝", vec!["0", "1", "2"]),
            ("0或不填代表红，1 代表绿", vec!["0", "1"]),
            ("1红、2绿、3蓝", vec!["1", "2", "3"]),
            ("0: 红, 1绿， 2:蓝", vec!["0", "1", "2"]),
            ("尺寸，1: 171 x 171; 2: 399 x 399; 4: 2052 x 2052", vec!["1", "2", "4"]),
            // These aren't values.
            ("最多100个，默认为50个", vec![]),
            ("长度为1~64个字节", vec![]),
            ("取值范围是[0, 2^32)", vec![]),
            ("2020年6月30日起", vec![]),
            ("只有 1 个", vec![]),
        ] {
            let found: Vec<String> = values(doc, false).into_iter().map(|value| value.wire).collect();
            assert_eq!(found, wires, "{doc}");
        }
        for (doc, wires) in [
            ("single，表示单发，group表示群发", vec!["single", "group"]),
            ("day-日期；hour-小时", vec!["day", "hour"]),
            ("图片（image）、语音（voice）", vec!["image", "voice"]),
            ("true：是；false：否", vec![]),
            ("见https://example.com", vec![]),
        ] {
            let found: Vec<String> = values(doc, true).into_iter().map(|value| value.wire).collect();
            assert_eq!(found, wires, "{doc}");
        }
    }

    #[test]
    fn words_are_values_where_one_of_them_is_known() {
        for (doc, expected) in [
            ("内容的格式，html，text（默认是html）", vec!["html", "text"]),
            ("轮询类型：voip、sip", vec![]),
            ("类型，\"text\"或\"image\"", vec!["text", "image"]),
            ("此时固定为text", vec![]),
        ] {
            let found = words(doc, |word| word == "text").into_iter().map(|value| value.wire);
            assert_eq!(found.collect::<Vec<_>>(), expected, "{doc}");
        }
    }

    #[test]
    fn no_and_yes_are_a_flag() {
        for (doc, flag) in [
            ("0-否，1-是", true),
            ("是否加热，0：冷，1：热", true),
            ("1表示启用，0表示禁用", true),
            ("0：红，1：绿", false),
            ("0：否，1：是，2：不知道", false),
        ] {
            assert_eq!(is_flag(&values(doc, false), doc), flag, "{doc}");
        }
    }
}
