//! How pages word limits.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Number;

use super::characters;
use super::numbers::in_digits;
use crate::pages::markup::regex;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{Carrier, Limit, LimitKind, LimitValue};

// How limits are said; first, bytes or characters, without saying which.
static EITHER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"字节\s*(?:或|/).{0,12}字符|字符\s*(?:或|/).{0,12}字节"));
static EXACT: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"长度(?:必须|固定|只能)(?:为|是)\s*([0-9]+)\s*(?:个)?\s*(字节|字符|位)?\s*(?:$|[，,。；;）)])")
});
static FEWEST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:大于等于|不少于|不小于|不能少于|不得少于|至少|最少|>=|≥)\s*([0-9]+)\s*(?:个)?\s*",
        r"(?:(?:[uU][tT][fF]-?8)?\s*字符|汉字|字(?:[^节段]|$))",
    ))
});
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"([0-9]+)\s*(?:~|-|－|—|–|到|至|～)\s*([0-9]+)\s*(?:个)?\s*(字节|(?:[uU][tT][fF]-?8)?\s*字符|个?汉字|字)",
    )
});
static BYTES: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|不长于|最长|最大|最多|至多|上限|限制|限|小于等于|<=|≤)[^0-9，,。；;]{0,8}",
        r"([0-9]+)\s*(?:个)?\s*(?:字节|[bB]ytes?)",
    ))
});
static WITHIN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"([0-9]+)\s*(?:个)?(字节|(?:[uU][tT][fF]-?8)?字符|汉字)(?:以内|之内|内)"));
static CHARS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|不长于|最长|最大|最多|至多|上限|限制|限)[^0-9，,。；;]{0,8}([0-9]+)",
        r"\s*(?:个)?\s*(?:(?:[uU][tT][fF]-?8)?\s*字符|汉字|文字|字(?:[^节段]|$))",
    ))
});
static ITEMS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|最大|最多|至多|上限|限制)[^0-9，,。；;]{0,10}([0-9]+)\s*(?:个|条|",
        r"人|名|项|张|份|篇|$|[，,。；;）)])",
    ))
});
static LEAST: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:至少|最少)[^0-9，,。；;]{0,6}([0-9]+)\s*(?:个|条|人|名|项)"));
static SPAN: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:范围|取值|有效值|区间|支持|介于|有效|之间)[^0-9，,。；;]{0,8}[\[(（]?\s*(-?[0-9]+)\s*(?:~|-|－|—|–|",
        r"到|至|～|,|，)\s*(-?[0-9]+)([^0-9^]|$)",
    ))
});
static MOST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不大于|不能大于|不可大于|不得大于|小于等于|<=|≤|最大|最大值|最多|上限)",
        r"(?:值|都|均|为|是|不超过|支持|：|:|\s){0,4}([0-9]+)",
        r"(?:\s*[^0-9\s^个小分天月年周KMGkmg%万亿兆字元]|\s*$)",
    ))
});
static FLOOR: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:最小|最小值|不小于|不能小于|不少于|不能少于|大于等于|>=|≥)(?:值|为|是|：|:|\s){0,3}([0-9]+)(?:[^0-9]|$)",
    )
});

// Without saying before how long a text may be.
static OVER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"超过\s*([0-9]+)\s*(?:个)?\s*(字节|(?:[uU][tT][fF]-?8)?\s*字符|汉字|字)[^，,。；;]{0,4}截断")
});

/// The limits that a description gives a value of a type.
pub(crate) fn limits(doc: &str, ty: &TypeExpr) -> Vec<Limit> {
    let doc = &in_digits(doc).replace('`', "");
    let found = |pattern: &Regex, group: usize| {
        let captures = pattern.captures_iter(doc).find(|captures| {
            let start = captures.get(0).map_or(0, |found| found.start());
            let before: String = doc[..start].chars().rev().take(8).collect();
            // A recommendation is no limit.
            !before.contains("议建") && !before.contains("荐推") && !captures[0].contains("建议")
        })?;
        captures.get(group).and_then(|number| number.as_str().parse::<i64>().ok())
    };
    let unit = |pattern: &Regex, group: usize| Some(pattern.captures(doc)?.get(group)?.as_str().to_owned());
    let mut limits: Vec<Limit> = Vec::new();
    let mut add = |kind: LimitKind, number: Option<i64>| {
        limits.extend(number.map(|number| Limit::number(kind, number)));
    };
    match Carrier::of(ty) {
        Some(Carrier::Text) => match unit(&RANGE, 3) {
            Some(unit) if unit.contains("字节") => {
                add(LimitKind::MaxBytes, found(&RANGE, 2));
            }
            Some(_) => {
                add(LimitKind::MinChars, found(&RANGE, 1).filter(|least| *least > 0));
                add(LimitKind::MaxChars, found(&RANGE, 2));
            }
            None => {
                add(LimitKind::MaxChars, found(&CHARS, 1));
                add(LimitKind::MinChars, found(&FEWEST, 1));
                match unit(&WITHIN, 2) {
                    Some(unit) if unit == "字节" => add(LimitKind::MaxBytes, found(&WITHIN, 1)),
                    Some(_) => add(LimitKind::MaxChars, found(&WITHIN, 1)),
                    None => {}
                }
                add(LimitKind::MaxBytes, found(&BYTES, 1));
                match unit(&OVER, 2) {
                    Some(unit) if unit == "字节" => add(LimitKind::MaxBytes, found(&OVER, 1)),
                    Some(_) => add(LimitKind::MaxChars, found(&OVER, 1)),
                    None => {}
                }
                if unit(&EXACT, 2).is_some_and(|unit| unit == "字节") {
                    add(LimitKind::MaxBytes, found(&EXACT, 1));
                }
            }
        },
        Some(Carrier::List | Carrier::Joined) => {
            add(LimitKind::MinItems, found(&EXACT, 1));
            add(LimitKind::MaxItems, found(&EXACT, 1));
            add(LimitKind::MinItems, found(&LEAST, 1));
            add(LimitKind::MaxItems, found(&ITEMS, 1));
        }
        Some(Carrier::Number) => {
            let unsigned = matches!(ty, TypeExpr::Scalar(Scalar::Uint));
            let span = found(&SPAN, 1).zip(found(&SPAN, 2)).filter(|(min, max)| min < max);
            match span {
                Some((min, max)) => {
                    add(LimitKind::Min, Some(min).filter(|min| *min != 0 || !unsigned));
                    add(LimitKind::Max, Some(max));
                }
                None => {
                    add(LimitKind::Min, found(&FLOOR, 1));
                    add(LimitKind::Max, found(&MOST, 1));
                }
            }
        }
        Some(Carrier::Map) | None => {}
    }
    // Bytes or characters: which of them, nobody knows.
    if EITHER.is_match(doc) {
        limits.retain(|limit| !matches!(limit.kind, LimitKind::MaxBytes | LimitKind::MaxChars));
    }
    let mut limits = settled(limits);
    if doc.contains("截断") {
        // What is cut off isn't refused.
        for limit in &mut limits {
            limit.kind = match limit.kind {
                LimitKind::MaxBytes => LimitKind::CutsAtBytes,
                LimitKind::MaxChars => LimitKind::CutsAtChars,
                other => other,
            };
        }
    }
    if Carrier::of(ty) == Some(Carrier::Text)
        && let Some(pattern) = characters::pattern(doc)
    {
        limits.push(Limit { kind: LimitKind::Pattern, value: LimitValue::Pattern(pattern) });
    }
    limits
}

/// The first limit of each kind; none where they contradict each other.
fn settled(limits: Vec<Limit>) -> Vec<Limit> {
    let mut kept: Vec<Limit> = Vec::new();
    for limit in limits {
        let sensible = limit
            .as_number()
            .and_then(Number::as_i64)
            .is_some_and(|number| u32::try_from(number.abs()).is_ok());
        if sensible && kept.iter().all(|known| known.kind != limit.kind) {
            kept.push(limit);
        }
    }
    if kept.iter().any(|limit| kept.iter().any(|other| limit.contradicts(other))) { Vec::new() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_of_the_kind_that_the_type_has() {
        for (doc, ty, expected) in [
            ("不超过64个字节", "string", vec![("max_bytes", 64)]),
            ("最长 128 字节", "string", vec![("max_bytes", 128)]),
            ("长度为1~64个字节", "string", vec![("max_bytes", 64)]),
            ("长度1～32个utf8字符", "string", vec![("min_chars", 1), ("max_chars", 32)]),
            ("最多20个字符", "string", vec![("max_chars", 20)]),
            ("长度10个汉字以内", "string", vec![("max_chars", 10)]),
            ("32字节以内", "string", vec![("max_bytes", 32)]),
            ("建议不超过36个字", "string", vec![]),
            ("最多支持100个", "list<string>", vec![("max_items", 100)]),
            ("至少1个，最多20个", "list<string>", vec![("min_items", 1), ("max_items", 20)]),
            ("取值范围 1~9", "int", vec![("min", 1), ("max", 9)]),
            ("有效的值范围是[0, 2^32)", "uint", vec![]),
            ("最大值1000，默认值50", "uint", vec![("max", 1000)]),
            ("最小300秒，最大86399", "uint", vec![("min", 300), ("max", 86_399)]),
            ("最大不超过4小时", "uint", vec![]),
            ("不超过10万", "uint", vec![("max", 100_000)]),
            ("不超过2千条", "list<string>", vec![("max_items", 2000)]),
            ("默认值和最大值都为100", "uint", vec![("max", 100)]),
            ("不能大于2", "uint", vec![("max", 2)]),
            ("不能大于1000天", "uint", vec![]),
            ("大于等于2个UTF8字符", "string", vec![("min_chars", 2)]),
            ("不超过64个字符", "string", vec![("max_chars", 64)]),
            ("最多支持40个字节或者20个utf8字符", "string", vec![]),
            ("最多支持500个字节或者utf8字符", "string", vec![]),
            ("最多100个查询条目", "list<string>", vec![("max_items", 100)]),
            ("长度必须为8字节", "string", vec![("max_bytes", 8)]),
            ("长度必须为8", "string", vec![]),
            (
                "消息内容，最长不超过2048个字节，超过将截断（支持id转译）",
                "string",
                vec![("cuts_at_bytes", 2048)],
            ),
            ("群聊名，最多50个utf8字符，超过将截断", "string", vec![("cuts_at_chars", 50)]),
            ("备注信息，超过30个字符将被截断", "string", vec![("cuts_at_chars", 30)]),
            ("按钮文字，不超过4个文字，超过自动截断", "string", vec![("cuts_at_chars", 4)]),
            ("长度限制`128`字节，超出的部分截断", "string", vec![("cuts_at_bytes", 128)]),
            ("数组长度必须为2", "list<string>", vec![("min_items", 2), ("max_items", 2)]),
            ("不超过64个字节", "uint", vec![]),
            ("不超过64个字节", "Kind", vec![]),
        ] {
            let ty = ty.parse().expect("a type");
            let found = limits(doc, &ty);
            let found: Vec<(&str, i64)> = found
                .iter()
                .filter_map(|limit| Some((limit.kind.key(), limit.as_number()?.as_i64()?)))
                .collect();
            assert_eq!(found, expected, "{doc}");
        }
    }
}
