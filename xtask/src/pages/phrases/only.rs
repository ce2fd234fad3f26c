//! Wordings for the only numbers that a field may have.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::description::Description;
use crate::pages::markup::regex;

/// The only numbers that a text allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Only {
    /// The numbers, in the order of the text.
    pub numbers: Vec<i64>,
    /// Whether they are the only ones in some cases, and others in other cases.
    pub conditional: bool,
}

// The words before such numbers.
static INTRODUCED: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:(?:仅|只)支持|目前支持)\s*(?:以下)?(?:数值|值|取值)?\s*[：:]?",
        r"|(?:以下|如下)枚举值?之?[中内]\s*[，,：:]?|(?:只能|仅能|只可以?|仅可以?)(?:传|填写?|取|选|为|是|设置为)",
        r"|可选择",
    ))
});
// The numbers alone.
static RUN: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^\s*((?:-?[0-9]+\s*(?:、|/|或者?|和|，|,)\s*)+-?[0-9]+)",
        r"(?:\s*(?:之一|[，,。；;）)]|填写|$)|\s)",
    ))
});
// Each with its meaning.
static ITEM: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:^|[\s：:，,；;。])(-?[0-9]+)\s*(?:-{1,2}|–|——?|[：:]|表示|代表)\s*[^\s0-9]"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"-?[0-9]+"));

/// Returns the numbers that a text lists as the only ones: 目前仅支持以下数值：0 - 开始时 …, 可选择1800或3600之一.
pub(crate) fn only(doc: &str) -> Vec<Only> {
    found(&Description::of(doc))
}

/// Returns the only numbers that a text allows in all cases.
pub(super) fn always(doc: &Description) -> Option<Vec<i64>> {
    found(doc).into_iter().find(|only| !only.conditional).map(|only| only.numbers)
}

fn found(doc: &Description) -> Vec<Only> {
    // Others have a meaning, too.
    if ["非支持的值", "不支持的值"].iter().any(|words| doc.text().contains(words)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for words in INTRODUCED.find_iter(doc.text()) {
        let (before, after) = (&doc.text()[..words.start()], &doc.text()[words.end()..]);
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
        let clause = line.rsplit(['，', ',', '。', '；', ';', '：', ':']).next().unwrap_or_default();
        // A line of a list is one of several cases.
        let conditional =
            line.starts_with('-') || ["当", "若", "如果", "时"].iter().any(|word| clause.contains(word));
        let numbers: Vec<i64> = match RUN.captures(after) {
            Some(run) => {
                NUMBER.find_iter(&run[1]).filter_map(|number| number.as_str().parse().ok()).collect()
            }
            None if words.as_str() == "可选择" => Vec::new(),
            None => ITEM.captures_iter(after).filter_map(|item| item[1].parse().ok()).collect(),
        };
        let mut distinct: Vec<i64> = Vec::new();
        for number in numbers {
            if !distinct.contains(&number) {
                distinct.push(number);
            }
        }
        if distinct.len() > 1 {
            found.push(Only { numbers: distinct, conditional });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_only_ones_in_many_words() {
        for (doc, numbers) in [
            ("间隔，目前支持100、200、300", vec![100, 200, 300]),
            ("必须在以下枚举之中，100、200、1500", vec![100, 200, 1500]),
            ("这里只能传1或者2", vec![1, 2]),
            ("可选择1800/3600之一填写，表示0.5小时/1小时", vec![1800, 3600]),
            (
                "差值，目前仅支持以下数值：\n0 - 开始时\n-300 - 前5分钟\n**全天时，还支持：**\n 32400 - 当天（09：00）\n-172800 - 前两天",
                vec![0, -300, 32_400, -172_800],
            ),
            ("当open为1时有效，仅支持以下值：0：不等 5：等一会", vec![0, 5]),
        ] {
            assert_eq!(only(doc), [Only { numbers, conditional: false }], "{doc}");
        }
    }

    #[test]
    fn what_is_listed_for_one_case_is_conditional() {
        let doc = "按小时时：\n- 向上可选择1800或3600之一填写。\n- 向下可选择1800/7200之一填写\n按天时：\n- 可选择43200或86400之一";
        let found: Vec<Vec<i64>> =
            only(doc).into_iter().filter(|only| only.conditional).map(|only| only.numbers).collect();
        assert_eq!(found, [vec![1800, 3600], vec![1800, 7200], vec![43_200, 86_400]]);
        assert_eq!(always(&Description::of(doc)), None);
        assert!(only("当kind为1时只能填1或2").iter().all(|only| only.conditional));
    }

    #[test]
    fn what_only_mentions_numbers_allows_others() {
        for doc in [
            "目前仅支持 0：开始时；300：5分钟前。若指定了非支持的值，则表现为开始时",
            "目前支持3天、7天的有效期",
            "目前仅支持1、2级部门",
            "只支持pdf和jpg",
            "例如目前支持100、200",
            "仅支持6.5.30及以上版本",
            "目前仅支持整数或1位小数",
            "只能为1",
            "可选择：1.直接回复。2.放进待接入池。",
        ] {
            assert_eq!(only(doc), [], "{doc}");
        }
    }
}
