//! Wordings for a value that differs among the items of a list.

use std::sync::LazyLock;

use regex_lite::Regex;

use crate::pages::markup::regex;

/// Returns whether a description of an item's field says that no other item of the request has its value: not of
/// everything that exists, and not of a certain time.
pub(crate) fn is_unique(doc: &str) -> bool {
    static UNIQUE: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:^|[，,。；;：:、（(\s*])(?:[A-Za-z_]+|且|并且|值|名称|标识)?\s*(?:之间|彼此)?(?:不可以?|不能|不允许|不得|不要|勿)(?:有)?重复(?:$|[，,。；;）)、\s|*])",
            r"|(?:规则|模[版板]|列表|数组|卡片|请求)[内中][^，,。；;]{0,8}唯一|互不(?:相同|重复)",
        ))
    });
    UNIQUE.is_match(doc)
}

/// Returns whether it says anything about what may be the same.
pub(crate) fn may_be_unique(doc: &str) -> bool {
    ["重复", "唯一", "相同", "同名", "递增"].iter().any(|word| doc.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_no_other_item_has_are_told_from_those_that_nothing_else_has() {
        for doc in [
            "按钮的key值，最长1024字节，不可重复",
            "选项id。最长支持128字节，不可重复",
            "杯子的编号（不能重复）",
            "时段标识，规则内唯一，大于0",
            "1-模版内控件id必须唯一；2-格式：cup-数字",
            "最长支持1024字节，key不可重复",
        ] {
            assert!(is_unique(doc), "{doc}");
        }
        for doc in [
            "同一个应用任务id不能重复，最长128字节",
            "成员UserID，企业内必须唯一",
            "一天内不能重复",
            "需保证15分钟内不重复",
            "允许重复",
            "不能重复调用",
        ] {
            assert!(!is_unique(doc), "{doc}");
        }
    }
}
