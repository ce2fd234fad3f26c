//! Wordings for the allowed numbers.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::description::{Description, limit, number};
use super::numbers::seconds;
use super::only;
use crate::pages::markup::regex;
use crate::spec::{Limit, LimitKind, LimitValue};

// Two numbers after a word that marks them as the ends; then, two numbers alone.
static SPAN: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:范围|取值|有效值|区间|支持|介于|有效|之间|可填|可传)[^0-9，,。；;+(（\[【-]{0,8}([\[【(（])?\s*([+-]?[0-9]+)\s*",
        r"(?:~|-|－|—|–|到|至|～|,|，)\s*([+-]?[0-9]+)\s*([\]】)）])?(?:[^0-9^)）\]】]|$)",
    ))
});
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:^|[，,：:。；;\s])([\[【(（])?(-?[0-9]+)\s*[~～]\s*\+?(-?[0-9]+)\s*([\]】)）])?",
        r"(?:$|[，,。；;\s]|之间|的整数)",
    ))
});
// Alone in brackets.
static ENCLOSED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"([(（])\s*([0-9]+)\s*(?:-|~|～|–)\s*([0-9]+)\s*([)）])"));
static MOST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不大于|不能大于|不可大于|不得大于|小于等于|<=|≤|最大|最大值|最多|最高|上限)",
        r"(?:值|都|均|为|是|不超过|支持|可以?填写?|可?设置为?|：|:|\s){0,4}(-?[0-9]+)",
        r"(?:\s*[^0-9\s^个小分天月年周KMGkmg%万亿兆字元.:：]|\s*$)",
    ))
});
// In the unit that the number itself counts.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(个数|数量|数目|条数|次数|月数|天数|时限)[^；;。\n]*?(?:不超过|不能超过|不可超过|不得超过|最大|最多|上限)",
        r"(?:不超过|支持|购买|可|为|是|：|:|\s){0,3}([0-9]+)\s*(个月|个|条|次|天)",
    ))
});
// In another unit than the number itself, which counts seconds.
static LONGEST: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:不超过|不能超过|不可超过|不得超过|最大|最多|最长)[^0-9，,。；;]{0,4}([0-9]+)\s*(分钟|小时|天)")
});
static IN_SECONDS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"单位(?:为|是|：|:)?\s*秒|秒数|[(（]秒[)）]|[0-9]+\s*(?:s\b|秒)"));
static FLOOR: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:最小|最小值|不小于|不能小于|不可小于|不得小于|不少于|不能少于|不低于|大于等于|>=|≥)",
        r"(?:值|为|是|：|:|\s){0,3}(-?[0-9]+)(?:[^0-9]|$)",
    ))
});
static FIRST: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:^|[^认])从\s*([1-9][0-9]*)\s*(?:开始|起)"));
static ABOVE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:必须|须|需要?|应该?|要|^|[，,：:（(]\s*)大于\s*(-?[0-9]+)\s*",
        r"(?:$|[，,。；;）)且]|(小于等于|小于|不超过|不大于|不能超过|不能大于)\s*([0-9]+))",
    ))
});
static BELOW: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:必须|须|需要?|应该?|要|(?:大于等于|大于|不小于)\s*-?[0-9]+\s*[，,、且并]{0,2}\s*)小于\s*(-?[0-9]+)",
        r"(?:\s*$|\s*[，,。；;）)且])",
    ))
});
static OUTSIDE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"不[能可得](?:小于|低于)\s*-?[0-9]+(?:或者?|且|和|也?不[能可得]|，|,)*(?:等于0)?(?:或者?)?",
        r"(?:大于|超过|高于)\s*([0-9]+)(?:$|[^0-9])",
    ))
});

// The unit may differ from that of the number itself.
static MULTIPLE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"([0-9]+(?:\.[0-9]+)?)\s*(秒|分钟|小时|天)?\s*的?\s*(?:整倍数?|倍数)"));
static IN_MINUTES: LazyLock<Regex> =
    LazyLock::new(|| regex(r"单位(?:为|是|：|:)?\s*分钟|分钟数|[(（]分钟[)）]"));

/// Returns what a number must be a multiple of, unless that is conditional.
fn step(doc: &Description) -> Option<i64> {
    static CONDITION: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:^|[^小])时(?:[^间长区刻段数]|$)|若|如|当|其他|其它"));
    if doc.text().contains("整分钟") && doc.text().contains('秒') {
        return Some(60);
    }
    let found = doc.find(&MULTIPLE)?;
    let sentence = doc.text()[..found.get(0)?.start()].rsplit(['。', '；', ';', '\n']).next()?;
    if CONDITION.is_match(sentence) {
        return None;
    }
    let number: f64 = found[1].parse().ok()?;
    let times = match found.get(2).map(|unit| unit.as_str()) {
        None => 1,
        Some("分钟") if IN_MINUTES.is_match(doc.text()) => 1,
        Some(unit) if IN_SECONDS.is_match(doc.text()) => seconds(unit)?,
        Some(_) => return None,
    };
    // A tenth of an hour is a whole number of seconds.
    let step = format!("{:.0}", number * f64::from(u32::try_from(times).ok()?));
    step.parse().ok().filter(|step| *step > 0)
}

/// Returns the bounds of a number that may be a fraction, unless they are conditional.
fn ends(doc: &Description) -> Vec<Limit> {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(大于等于|大于|不小于|不低于|小于等于|小于|不大于|不超过)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*",
            r"(?:$|[，,。；;）)、且并和]|(?:大于|小于))",
        ))
    });
    static CONDITION: LazyLock<Regex> = LazyLock::new(|| regex(r"若|如|当|时(?:[^间长]|$)|建议"));
    let sentences = doc.text().split(['。', '；', ';', '\n']).filter(|text| !CONDITION.is_match(text));
    let mut found: Vec<Limit> = Vec::new();
    for sentence in sentences {
        let mut from = 0;
        while let Some(end) = END.captures_at(sentence, from) {
            let (words, number) = (&end[1], &end[2]);
            from = end.get(2).map_or(sentence.len(), |number| number.end());
            let kind = match words {
                "大于" => LimitKind::ExclusiveMin,
                "小于" => LimitKind::ExclusiveMax,
                "大于等于" | "不小于" | "不低于" => LimitKind::Min,
                _ => LimitKind::Max,
            };
            let value = number.parse().ok().map(LimitValue::Number);
            found.extend(value.map(|value| Limit { kind, value }));
        }
    }
    let place = |limit: &Limit| LimitKind::ALL.iter().position(|kind| *kind == limit.kind);
    found.sort_by_key(place);
    found
}

/// Returns the two ends of a range.
fn span(doc: &Description, whole: bool) -> Option<(i64, i64)> {
    let found = doc.find(&SPAN).or_else(|| doc.find(&BARE)).or_else(|| doc.find(&ENCLOSED))?;
    let (min, max) = (number(&found, 2)?, number(&found, 3)?);
    // From the north pole to the south pole.
    let (min, max) = if doc.find(&SPAN).is_some() && min > max { (max, min) } else { (min, max) };
    let [open, close] = [1, 4].map(|group| found.get(group).map_or("", |bracket| bracket.as_str()));
    // Exactly one of two ends is excluded: otherwise, they may be in brackets for another reason.
    let above = whole && matches!((open, close), ("(" | "（", "]" | "】"));
    let below = whole && matches!((open, close), ("[" | "【", ")" | "）"));
    let (min, max) = (min + i64::from(above), max - i64::from(below));
    (min < max).then_some((min, max))
}

/// Returns the limits of the whole numbers in a list, which are only understood as a range.
pub(super) fn range(doc: &Description) -> Vec<Limit> {
    let ends = span(doc, true).map(|(min, max)| [(LimitKind::Min, min), (LimitKind::Max, max)]);
    ends.into_iter().flatten().map(|(kind, end)| Limit::number(kind, end)).collect()
}

/// Returns the most that there may be of what a number counts.
fn counted(doc: &Description) -> Option<i64> {
    let found = doc.find(&COUNTED)?;
    let unit = match &found[1] {
        "条数" => "条",
        "次数" => "次",
        "月数" => "个月",
        "天数" | "时限" => "天",
        _ => "个",
    };
    number(&found, 2).filter(|_| &found[3] == unit)
}

/// Returns the limit to the only numbers that are allowed.
pub(super) fn one_of(doc: &Description) -> Option<Limit> {
    only::always(doc).map(|numbers| Limit { kind: LimitKind::OneOf, value: LimitValue::Numbers(numbers) })
}

/// Returns all limits on a number.
pub(super) fn limits(doc: &Description, whole: bool, unsigned: bool) -> Vec<Limit> {
    if let Some(listed) = one_of(doc) {
        return vec![listed];
    }
    let least = |least: Option<i64>| limit(LimitKind::Min, least.filter(|least| *least != 0 || !unsigned));
    let multiple = limit(LimitKind::MultipleOf, step(doc));
    if let Some((min, max)) = span(doc, whole) {
        let range = least(Some(min)).into_iter().chain(limit(LimitKind::Max, Some(max)));
        return range.chain(multiple).collect();
    }
    if !whole {
        let ends = ends(doc);
        if !ends.is_empty() {
            return ends;
        }
    }
    let next = |number: Option<i64>, step: i64| number.filter(|_| whole)?.checked_add(step);
    let above = doc.find(&ABOVE);
    let above_and = above.as_ref().filter(|found| found.get(3).is_some()).and_then(|found| {
        let most = number(found, 3)?;
        Some(if &found[2] == "小于" { most - 1 } else { most })
    });
    let longest = doc
        .find(&LONGEST)
        .filter(|_| IN_SECONDS.is_match(doc.text()))
        .and_then(|found| number(&found, 1)?.checked_mul(seconds(&found[2])?));
    let limits = [
        least(doc.number(&FLOOR, 1)),
        least(next(above.and_then(|found| number(&found, 1)), 1)),
        least(doc.number(&FIRST, 1)),
        limit(LimitKind::Max, doc.number(&OUTSIDE, 1)),
        limit(LimitKind::Max, doc.number(&MOST, 1)),
        limit(LimitKind::Max, counted(doc)),
        limit(LimitKind::Max, above_and.filter(|_| whole)),
        limit(LimitKind::Max, next(doc.number(&BELOW, 1), -1)),
        limit(LimitKind::Max, longest),
        multiple,
    ];
    limits.into_iter().flatten().collect()
}
