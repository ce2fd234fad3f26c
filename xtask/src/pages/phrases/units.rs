//! Wordings for the unit of a time, on pages and in descriptions.

use std::sync::LazyLock;

use regex_lite::Regex;

use crate::pages::markup::regex;

/// Returns the unit that a page states for a number; none if it speaks of several.
pub(crate) fn unit(doc: &str) -> Option<&'static str> {
    static UNIT: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"单位(?:为|是|：|:)?\s*(毫秒|秒|分钟|小时|天|ms\b|s\b)|[（(]\s*(毫秒|秒|分钟|小时|天)\s*[）)]|",
            r"(毫秒|秒|分钟|小时)数",
        ))
    });
    let mut found = UNIT.captures_iter(doc).filter_map(|unit| {
        let word = unit.get(1).or(unit.get(2)).or(unit.get(3))?.as_str();
        Some(match word {
            "毫秒" | "ms" => "millisecond",
            "秒" | "s" => "second",
            "分钟" => "minute",
            "小时" => "hour",
            _ => "day",
        })
    });
    let first = found.next()?;
    found.all(|unit| unit == first).then_some(first)
}

/// Returns whether a number of seconds is a point in time, and no duration: `距离0点的秒数`. Text after the first sentence is about other
/// fields.
pub(crate) fn is_time_of_day(doc: &str) -> bool {
    const POINTS: [&str; 7] = ["0点", "零点", "时间戳", "最早时间", "最晚时间", "开始时间", "结束时间"];
    let sentence = doc.split('。').next().unwrap_or_default();
    POINTS.iter().any(|point| sentence.contains(point))
}

/// Returns the units in which a description counts time, in the singular: "in seconds".
pub(crate) fn units_of(doc: &str) -> Vec<&str> {
    static IN: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\b(?:in|number of) (millisecond|second|minute|hour|day|month)s\b"));
    IN.captures_iter(doc).filter_map(|found| found.get(1)).map(|unit| unit.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_states_one_unit() {
        for (doc, expected) in [
            ("时长，单位：秒", Some("second")),
            ("时间戳，单位为毫秒", Some("millisecond")),
            ("允许迟到时间（分钟）", Some("minute")),
            ("表示为距离当天0点的秒数", Some("second")),
            ("将秒数换算为小时，单位小时", None),
            ("有效期为10分钟", None),
        ] {
            assert_eq!(unit(doc), expected, "{doc}");
        }
    }

    #[test]
    fn a_time_of_day_is_no_duration() {
        for (doc, expected) in [
            ("会议持续时间（单位秒），最大86399秒。注：创建会议时指定的开始时间", false),
            ("上班最早时间，单位：秒</br>需要是60的倍数", true),
            ("表示为距离当天0点的秒数", true),
            ("允许早退时间，单位：秒", false),
        ] {
            assert_eq!(is_time_of_day(doc), expected, "{doc}");
        }
    }

    #[test]
    fn a_description_counts_in_a_unit() {
        assert_eq!(units_of("The duration in seconds, at most 10 minutes."), ["second"]);
        assert_eq!(units_of("The number of minutes on days off."), ["minute"]);
        assert_eq!(units_of("In seconds-like form, within seconds."), [""; 0]);
    }
}
