//! Wordings for the length of a text.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::description::{Description, limit};
use crate::pages::markup::regex;
use crate::spec::{Limit, LimitKind};

// Bytes or characters, without saying which.
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
    regex(concat!(
        r"([0-9]+)\s*(?:~|-|－|—|–|到|至|～)\s*([0-9]+)\s*(?:个)?\s*",
        r"(字节|(?:[uU][tT][fF]-?8)?\s*字符|个?汉字|字|位)",
    ))
});
static BYTES: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|不长于|最长|最大|最多|至多|上限|限制|限|小于等于|<=|≤)[^0-9，,。；;]{0,8}",
        r"([0-9]+)\s*([kK])?\s*(?:个)?\s*(?:字节|[bB]ytes?)",
    ))
});
static WITHIN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"([0-9]+)\s*(?:个)?(字节|(?:[uU][tT][fF]-?8)?字符|汉字)(?:以内|之内|内)"));
static CHARS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|不长于|最长|最大|最多|至多|上限|限制|限)[^0-9，,。；;]{0,8}([0-9]+)",
        r"\s*(?:个)?\s*(?:(?:[uU][tT][fF]-?8)?\s*字符|汉字|文字|(?:[uU][tT][fF]-?8)?字(?:[^节段]|$)|位(?:$|[，,。；;）)]))",
    ))
});
// An excess, without a limit stated before.
static OVER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"超过\s*([0-9]+)\s*(?:个)?\s*(字节|(?:[uU][tT][fF]-?8)?\s*字符|汉字|字)[^，,。；;]{0,4}截断")
});
// A Chinese character counts as two.
static WIDE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:英文|字母)[^，,。；;0-9]{0,4}[1一]\s*个\s*[，,、]?\s*(?:汉字|中文)[^，,。；;0-9]{0,4}[2两二]\s*个",
    )
});

// This many characters, or this many Chinese ones.
static HALF: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"([0-9]+)\s*个?(?:英文)?(?:字符|字母)\s*(?:或者?|/|、|，|,)\s*([0-9]+)\s*个?(?:汉字|中文)")
});

// The same, the other way round.
static DOUBLED: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"([0-9]+)\s*个?(?:汉字|中文)\s*(?:或者?|/|、|，|,)\s*([0-9]+)\s*个?(?:英文)?(?:字符|字母)")
});

/// Returns all limits on a text's length.
pub(super) fn limits(doc: &Description) -> Vec<Limit> {
    let filled = limit(LimitKind::MinChars, doc.is_filled().then_some(1));
    filled.into_iter().chain(lengths(doc)).collect()
}

/// Returns the limits on a text's length that are stated as numbers.
pub(super) fn lengths(doc: &Description) -> Vec<Limit> {
    let at_most = |unit: &str| if unit == "字节" { LimitKind::MaxBytes } else { LimitKind::MaxChars };
    let mut limits = Vec::new();
    match doc.word(&RANGE, 3) {
        Some("字节") => limits.extend(limit(LimitKind::MaxBytes, doc.number(&RANGE, 2))),
        Some(_) => {
            let least = doc.number(&RANGE, 1).filter(|least| *least > 0);
            limits.extend(limit(LimitKind::MinChars, least));
            limits.extend(limit(LimitKind::MaxChars, doc.number(&RANGE, 2)));
        }
        None => {
            limits.extend(limit(LimitKind::MaxChars, doc.number(&CHARS, 1)));
            limits.extend(limit(LimitKind::MinChars, doc.number(&FEWEST, 1)));
            limits.extend(doc.word(&WITHIN, 2).and_then(|unit| limit(at_most(unit), doc.number(&WITHIN, 1))));
            let times = if doc.word(&BYTES, 2).is_some() { 1 << 10 } else { 1 };
            let bytes = doc.number(&BYTES, 1).and_then(|number| number.checked_mul(times));
            limits.extend(limit(LimitKind::MaxBytes, bytes));
            limits.extend(doc.word(&OVER, 2).and_then(|unit| limit(at_most(unit), doc.number(&OVER, 1))));
            let exact = doc.number(&EXACT, 1).filter(|_| doc.word(&EXACT, 2) == Some("字节"));
            limits.extend(limit(LimitKind::MaxBytes, exact));
        }
    }
    limits
}

/// Removes maximums that are in either bytes or characters, since the unit is unknown.
pub(super) fn known(doc: &Description, mut limits: Vec<Limit>) -> Vec<Limit> {
    if EITHER.is_match(doc.text()) {
        limits.retain(|limit| !matches!(limit.kind, LimitKind::MaxBytes | LimitKind::MaxChars));
    }
    limits
}

/// Removes limits beyond which text is truncated, since it isn't rejected.
pub(super) fn cut(doc: &Description, mut limits: Vec<Limit>) -> Vec<Limit> {
    for limit in limits.iter_mut().filter(|_| doc.text().contains("截断")) {
        limit.kind = match limit.kind {
            LimitKind::MaxBytes => LimitKind::CutsAtBytes,
            LimitKind::MaxChars => LimitKind::CutsAtChars,
            other => other,
        };
    }
    limits
}

/// Converts limits to widths where a text says that a Chinese character counts as two, or that half as many fit.
pub(super) fn wide(doc: &Description, mut limits: Vec<Limit>) -> Vec<Limit> {
    let halved = doc.number(&HALF, 2).zip(doc.number(&HALF, 1));
    let doubled = doc.number(&DOUBLED, 1).zip(doc.number(&DOUBLED, 2));
    let all = halved.or(doubled).filter(|(half, all)| *all == 2 * half).map(|(_, all)| all);
    for limit in limits.iter_mut().filter(|_| all.is_some() || WIDE.is_match(doc.text())) {
        let kind = match limit.kind {
            LimitKind::MaxChars => LimitKind::MaxWidth,
            LimitKind::CutsAtChars => LimitKind::CutsAtWidth,
            _ => continue,
        };
        *limit = all.map_or_else(|| Limit { kind, ..limit.clone() }, |all| Limit::number(kind, all));
    }
    limits
}
