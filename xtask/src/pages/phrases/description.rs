//! The text that is searched for limits, and the search for patterns in it.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::numbers::in_digits;
use crate::pages::markup::regex;
use crate::spec::{Limit, LimitKind};

/// The text that is searched for limits: a description with large numbers as digits and without mere examples.
pub(super) struct Description(String);

impl Description {
    pub(super) fn of(doc: &str) -> Self {
        static EXAMPLE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:例如|比如|譬如|示例|举例)[^。；;\n]*"));
        Self(EXAMPLE.replace_all(&in_digits(doc).replace('`', ""), "").into_owned())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Returns the first match of a pattern that isn't only a recommendation.
    pub(super) fn find<'d>(&'d self, pattern: &Regex) -> Option<Captures<'d>> {
        pattern.captures_iter(&self.0).find(|captures| {
            let start = captures.get(0).map_or(0, |found| found.start());
            // A recommendation in another clause is another limit.
            let clause = self.0[..start].rsplit(['，', ',', '。', '；', ';']).next().unwrap_or_default();
            let before: String = clause.chars().rev().take(8).collect();
            !before.contains("议建") && !before.contains("荐推") && !captures[0].contains("建议")
        })
    }

    /// Returns the number of a group in the first match.
    pub(super) fn number(&self, pattern: &Regex, group: usize) -> Option<i64> {
        number(&self.find(pattern)?, group)
    }

    /// Returns the word of a group in the first match.
    pub(super) fn word(&self, pattern: &Regex, group: usize) -> Option<&str> {
        Some(pattern.captures(&self.0)?.get(group)?.as_str())
    }

    /// Returns whether it says, without a condition, that the value is not empty.
    pub(super) fn is_filled(&self) -> bool {
        static FILLED: LazyLock<Regex> = LazyLock::new(|| {
            regex(concat!(
                r"(?:^|[，,：:（(\s])(?:且|并且|该字段|此字段|内容|列表)?\s*(?:不能|不可|不得|不允许|不可以)为空",
                r"(?:数组|列表|字符串)?(?:$|[，,）)\s]|且|并)",
            ))
        });
        static CONDITION: LazyLock<Regex> =
            LazyLock::new(|| regex(r"时(?:[^间长区刻段]|$)|若|如|当|则|类型|同时|可不填"));
        let mut sentences = self.0.split(['。', '；', ';', '\n']);
        sentences.any(|text| FILLED.is_match(text) && !CONDITION.is_match(text))
    }
}

/// Returns whether a description says that an empty list or text is accepted: 该字段可为空数组.
pub(crate) fn may_be_empty(doc: &str) -> bool {
    static EMPTY: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:^|[，,。；;：:（(\s]|字段|列表|数组|内容)(?:也)?(?:可|可以|允许|可能)(?:传|填)?为?空(?:数组|列表|字符串)?",
            r"(?:$|[，,。；;）)\s])",
        ))
    });
    EMPTY.is_match(doc)
}

/// Returns the number of a group, with its sign.
pub(super) fn number(captures: &Captures<'_>, group: usize) -> Option<i64> {
    captures.get(group)?.as_str().trim_start_matches('+').parse().ok()
}

/// Returns a limit, if there is a number.
pub(super) fn limit(kind: LimitKind, number: Option<i64>) -> Option<Limit> {
    number.map(|number| Limit::number(kind, number))
}
