//! Wordings for the number of items in a list.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::description::{Description, limit};
use crate::pages::markup::regex;
use crate::spec::{Limit, LimitKind};

static EXACT: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"长度(?:必须|固定|只能)(?:为|是)\s*([0-9]+)\s*(?:个)?\s*(?:字节|字符|位)?\s*(?:$|[，,。；;）)])")
});
// The first names what is counted before the numbers, the second after them.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:个数|数量|(?:列表|数组)(?:的)?(?:长度|大小)|长度取值范围)[^0-9，,。；;]{0,10}([0-9]+)\s*",
        r"(?:~|-|－|—|–|到|至|～|,|，)\s*([0-9]+)\s*(?:[\]】]|个(?:[^字汉uU]|$)|条|$|[，,。；;）)\s])",
    ))
});
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"([0-9]+)\s*(?:~|-|－|—|–|到|至|～)\s*([0-9]+)\s*",
        r"(?:个(?:[^字汉月小位uU]|$)|条|人|名|项|张|份|篇)",
    ))
});
static MOST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|最大|最多|至多|上限|限制)[^0-9，,。；;]{0,10}([0-9]+)\s*(?:个(?:[^字汉uU]|$)|条|",
        r"人|名|项|张|份|篇|$|[，,。；;）)])",
    ))
});
// Without a name for what is counted, if the items aren't numbers themselves.
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:取值)?范围\s*(?:为|是|：|:)?\s*([0-9]+)\s*(?:~|～|到|至)\s*([0-9]+)\s*(?:$|[，,。；;）)])")
});
// Without a word for "at most".
static ADDED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:支持|允许|可以?)(?:添加|设置|填写?|传入?|选择|指定|上传)\s*([0-9]+)\s*(?:个|条|人|名|项|张|份|篇)",
    )
});
static LEAST: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:至少|最少)[^0-9，,。；;]{0,6}([0-9]+)\s*(?:个|条|人|名|项)"));
static ABOVE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:个数|数量|长度)(?:必须|需要|应该|应|要|需)?大于\s*([0-9]+)(?:[^0-9]|$)"));

/// Returns all limits on a list's length.
pub(super) fn limits(doc: &Description, of_numbers: bool) -> Vec<Limit> {
    let bare = !of_numbers && doc.find(&BARE).is_some();
    let range = if doc.find(&NUMBERED).is_some() {
        &NUMBERED
    } else if bare {
        &BARE
    } else {
        &RANGE
    };
    let least = doc.number(range, 1).filter(|least| *least > 0);
    let above = doc.number(&ABOVE, 1).and_then(|number| number.checked_add(1));
    let limits = [
        limit(LimitKind::MinItems, doc.number(&EXACT, 1)),
        limit(LimitKind::MaxItems, doc.number(&EXACT, 1)),
        limit(LimitKind::MinItems, least),
        limit(LimitKind::MaxItems, doc.number(range, 2)),
        limit(LimitKind::MinItems, doc.number(&LEAST, 1)),
        limit(LimitKind::MinItems, above),
        limit(LimitKind::MaxItems, doc.number(&MOST, 1)),
        limit(LimitKind::MaxItems, doc.number(&ADDED, 1)),
        limit(LimitKind::MinItems, doc.is_filled().then_some(1)),
    ];
    limits.into_iter().flatten().collect()
}
