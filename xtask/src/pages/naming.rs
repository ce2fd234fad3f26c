//! The names that pages give objects and types.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::links::targets;
use super::markup::regex;

static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*"));

/// Returns the object that a table is about by its title: `Settings说明`, `AgentItem 结构`, `UpdateRequest`.
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

/// Returns the names that a cell refers to: `详见Settings`, `object([Node](#node))`, `参考 **Amount**`.
pub(super) fn references(cell: &str) -> Vec<String> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\[([A-Za-z][A-Za-z0-9_]*)\]\(#[^)]*\)"));
    static SEE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:见|参考|参照|查看)[^A-Za-z。；，,;]{0,8}([A-Za-z][A-Za-z0-9_]*)"));
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"([A-Za-z][A-Za-z0-9_]*)\W{0,3}(?:结构|说明|对象)"));
    let found = [&*LINK, &*SEE, &*NAMED].into_iter().flat_map(|pattern| pattern.captures_iter(cell));
    let mut names: Vec<String> = found.map(|found| found[1].to_owned()).collect();
    for title in targets(cell) {
        if names.iter().all(|name| canonical(name) != canonical(&title)) {
            names.push(title);
        }
    }
    names
}

/// Returns what all spellings of an object's name have in common: `Settings`, `settings` and `setting_list` are one.
pub(crate) fn canonical(name: &str) -> String {
    let name = name.rsplit('.').next().unwrap_or(name).replace('_', "").to_ascii_lowercase();
    let singular = name.strip_suffix("list").filter(|rest| !rest.is_empty()).unwrap_or(&name);
    singular.strip_suffix('s').unwrap_or(singular).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_has_many_names() {
        for name in ["Settings", "settings", "setting_list", "Setting", "a.settings"] {
            assert_eq!(canonical(name), "setting", "{name}");
        }
        assert_eq!(canonical("list"), "list");
    }

    #[test]
    fn a_title_names_at_most_one_object() {
        assert_eq!(named("Settings说明").as_deref(), Some("Settings"));
        assert_eq!(named("AgentItem 结构").as_deref(), Some("AgentItem"));
        assert_eq!(named("A和B的说明"), None);
        assert_eq!(named("关于一个很长的Settings"), None);
    }

    #[test]
    fn a_cell_refers_to_objects() {
        for cell in ["详见Settings", "object([Settings](#settings))", "参考 **Settings**", "Settings结构"]
        {
            assert_eq!(references(cell), ["Settings"], "{cell}");
        }
        assert!(references("string").is_empty());
    }
}
