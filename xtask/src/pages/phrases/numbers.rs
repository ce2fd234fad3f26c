//! Wordings for numbers.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use crate::pages::markup::regex;

/// Writes 1万, 1千 and 2^32 in a text as digits.
pub(crate) fn in_digits(doc: &str) -> String {
    static MANY: LazyLock<Regex> = LazyLock::new(|| regex(r"([0-9]+)\s*(?:([万千])|[wW]([^A-Za-z0-9_]|$))"));
    static POWER: LazyLock<Regex> = LazyLock::new(|| regex(r"([0-9]{1,3})\s*\^\s*([0-9]{1,2})\^?"));
    let power = |found: &Captures<'_>| {
        let parts = found[1].parse::<i64>().ok().zip(found[2].parse::<u32>().ok());
        let power = parts.and_then(|(base, exponent)| base.checked_pow(exponent));
        power.map_or_else(|| found[0].to_owned(), |power| power.to_string())
    };
    let group = |found: &Captures<'_>, index| {
        found.get(index).map_or_else(String::new, |found| found.as_str().to_owned())
    };
    let digits = |found: &Captures<'_>| {
        let zeros = if group(found, 2) == "千" { "000" } else { "0000" };
        format!("{}{zeros}{}", &found[1], group(found, 3))
    };
    let doc = if doc.contains('^') { POWER.replace_all(doc, power) } else { doc.into() };
    if doc.contains(['万', '千', 'w', 'W']) {
        MANY.replace_all(&doc, digits).into_owned()
    } else {
        doc.into_owned()
    }
}

/// Returns the seconds in a unit of time.
pub(super) fn seconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" | "S" | "秒" => 1,
        "分钟" | "分" | "min" => 60,
        "小时" | "h" => 3600,
        "天" | "日" => 86_400,
        _ => return None,
    })
}

/// Returns whether a text may mean a number: as written, in a smaller unit, or as the last value within a bound.
pub(crate) fn may_mean(doc: &str, number: i64) -> bool {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:^|[^0-9A-Za-z_.]|(大于|小于|[<>＜＞]))\s*([0-9]+)\s*(?:([)）])|(分钟|小时|天|日|元|分|[KkMmGgTt]))?",
        )
    });
    let mut meant = BTreeSet::new();
    for found in NUMBER.captures_iter(&in_digits(doc)) {
        let Some(base) = found.get(2).and_then(|digits| digits.as_str().parse::<i64>().ok()) else {
            continue;
        };
        let unit = found.get(4).map(|unit| unit.as_str().to_lowercase()).unwrap_or_default();
        let times: &[i64] = match unit.as_str() {
            "k" => &[1000, 1 << 10],
            "m" => &[1_000_000, 1 << 20],
            "g" => &[1_000_000_000, 1 << 30],
            "t" => &[1_000_000_000_000, 1 << 40],
            "元" => &[1, 100],
            unit => &[1, seconds(unit).unwrap_or(1)],
        };
        // A range ends before a round bracket.
        let beyond = i64::from(found.get(1).is_some() || found.get(3).is_some());
        let said = times.iter().filter_map(|times| base.checked_mul(*times));
        meant.extend(said.flat_map(|said| [said - beyond, said, said.saturating_add(beyond)]));
    }
    meant.contains(&number.abs())
}

/// Returns whether a text has a part of a day or of an hour that lasts so many seconds: 0.1小时, 半天.
pub(crate) fn may_be_part(doc: &str, number: i64) -> bool {
    static PART: LazyLock<Regex> = LazyLock::new(|| regex(r"(半|0\.[0-9]+)\s*个?(分钟|小时|天|日)"));
    PART.captures_iter(doc).any(|found| {
        let part = if &found[1] == "半" { Some(0.5) } else { found[1].parse::<f64>().ok() };
        let whole = seconds(&found[2]).and_then(|whole| u32::try_from(whole).ok());
        let lasts = part.zip(whole).map(|(part, whole)| part * f64::from(whole));
        lasts.is_some_and(|lasts| Some(lasts.round()) == u32::try_from(number).ok().map(f64::from))
    })
}

/// Returns the days and the numbers of at least two digits in an English text, outside of code: 2023-12-01, 10000.
pub(crate) fn numbers_of(text: &str) -> Vec<String> {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{2,}"));
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '#' | ':');
    let prose = text.split('`').step_by(2);
    let found = prose.flat_map(|prose| {
        let alone = move |found: &regex_lite::Match<'_>| {
            let before = prose[..found.start()].chars().next_back().is_some_and(part);
            let mut after = prose[found.end()..].chars();
            let (next, then) = (after.next(), after.next());
            let goes_on = next.is_some_and(|next| {
                part(next) && (then.is_some_and(char::is_alphanumeric) || next.is_alphanumeric())
            });
            !before && !goes_on
        };
        NUMBER.find_iter(prose).filter(alone).map(|found| found.as_str().replace(',', ""))
    });
    found.collect()
}

/// Returns the numbers of at least two digits in a Chinese text that count something: 20个, 64字节, 10万.
pub(crate) fn counted_numbers(text: &str) -> Vec<String> {
    static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:^|[^0-9A-Za-z_.\-/])([0-9]{2,})\s*(?:个|次|条|人|名|位|字|天|日|月|年|小时|分钟|秒|家|层|倍|行|列|[MmGgKk]|%)",
        )
    });
    COUNTED.captures_iter(&in_digits(text)).map(|found| found[1].to_owned()).collect()
}

/// Returns whether a description has a negative number: a minus that follows neither a number nor a word.
pub(crate) fn has_negative(doc: &str) -> bool {
    static NEGATIVE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:^|[：:，,；;、。为是(（\[\s])[-－][1-9][0-9]*(?:[^0-9a-zA-Z\-]|$)"));
    NEGATIVE.is_match(doc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_numbers_of_a_text_stand_alone_and_outside_of_code() {
        let text = "At most 10,000 of 64 KB since 2023-12-01, not `77`, UTF-88, 192.168.10.20 or v30; 5 days. In 24.";
        assert_eq!(numbers_of(text), ["10000", "64", "2023-12-01", "24"]);
    }

    #[test]
    fn a_part_of_a_day_has_seconds() {
        for (doc, number, part) in [
            ("0.1天的整倍数", 8640, true),
            ("0.1小时", 360, true),
            ("半天", 43_200, true),
            ("1天", 8640, false),
        ] {
            assert_eq!(may_be_part(doc, number), part, "{doc}");
        }
    }

    #[test]
    fn a_minus_makes_a_number_negative_unless_it_stands_between() {
        for (doc, negative) in [
            ("-1表示不限", true),
            ("默认为-1", true),
            ("1-5个", false),
            ("0-否，1-是", false),
            ("2023-12-01", false),
        ] {
            assert_eq!(has_negative(doc), negative, "{doc}");
        }
    }

    #[test]
    fn a_number_is_meant_in_smaller_units_and_beside_its_bound() {
        for (doc, number, meant) in [
            ("最大20", 20, true),
            ("最大120", 20, false),
            ("base64编码", 64, false),
            ("不超过4小时", 14_400, true),
            ("文件最大支持20G", 20 << 30, true),
            ("不超过666 K个字节", 666 << 10, true),
            ("单笔最小金额默认为1元", 100, true),
            ("必须大于1", 2, true),
            ("小于32个字符", 31, true),
            ("[0, 2^32)", 4_294_967_295, true),
            ("[10^4^,10^6^]", 1_000_000, true),
            ("不超过5万", 50_000, true),
            ("人数上限5w", 50_000, true),
            ("最大2w，默认1", 20_000, true),
            ("宽5wide", 50_000, false),
            ("不小于-12", -12, true),
            ("最大20", 21, false),
            ("99999999999999999999天", 1, false),
        ] {
            assert_eq!(may_mean(doc, number), meant, "{doc}: {number}");
        }
    }
}
