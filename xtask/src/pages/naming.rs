//! The names that pages call objects and types by.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::markup::regex;

static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*"));

/// The object that a title says a table is about: `Settings说明`, `AgentItem 结构`, `UpdateRequest`.
pub(super) fn named(title: &str) -> Option<String> {
    let mut found = IDENTIFIER.find_iter(title);
    let name = found.next()?;
    let several = found.next().is_some();
    let rest = title.replace(name.as_str(), "");
    let words = [
        "说明", "结构", "参数", "字段", "对象", "类型", "内容", "信息", "取值", "枚举", "返回", "请求",
        "详细", "的", "体",
    ];
    let rest = words.iter().fold(rest, |rest, word| rest.replace(word, ""));
    let other = rest.chars().filter(|c| c.is_alphabetic()).count();
    (!several && other <= 4).then(|| name.as_str().to_owned())
}

/// The names that a cell refers to: `详见Settings`, `object([Node](#node))`, `参考 **Amount**`.
pub(super) fn references(cell: &str) -> Vec<String> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\[([A-Za-z][A-Za-z0-9_]*)\]\(#[^)]*\)"));
    static SEE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:见|参考|参照|查看)[^A-Za-z。；，,;]{0,8}([A-Za-z][A-Za-z0-9_]*)"));
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"([A-Za-z][A-Za-z0-9_]*)\W{0,3}(?:结构|说明|对象)"));
    let found = [&*LINK, &*SEE, &*NAMED].into_iter().flat_map(|pattern| pattern.captures_iter(cell));
    found.map(|found| found[1].to_owned()).collect()
}

/// The names of two objects that mean the same one: `Settings`, `settings`, `setting_list`.
pub(crate) fn same(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        let name = name.rsplit('.').next().unwrap_or(name).replace('_', "").to_ascii_lowercase();
        let name =
            name.strip_suffix("list").filter(|rest| !rest.is_empty()).map_or(name.clone(), str::to_owned);
        name.strip_suffix('s').map_or(name.clone(), str::to_owned)
    };
    plain(a) == plain(b)
}
