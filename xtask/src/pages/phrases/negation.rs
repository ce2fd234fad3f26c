//! Wordings for what is not possible, on pages and in English: a description that lost its `not` says the opposite.

use std::sync::LazyLock;

use regex_lite::Regex;

use crate::pages::markup::{plain, regex};

/// Returns whether a text of a page rules something out in words that no English sentence can do without `not`, `only`
/// or the like.
pub(crate) fn denies(text: &str) -> bool {
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"不支持|不再支持|仅对|只对|只针对|不可获取|",
            r"不能获取|无法获取|不可修改|不能修改|不允许修改|不可见|不参与|不生效|无效",
        ))
    });
    // What isn't valid is an error or a value of an enum, which have names.
    static NAMED: LazyLock<Regex> = LazyLock::new(|| regex(r"[0-9]\s*(?:[-:：.、]|表示)|是否|无效的"));
    DENIED.is_match(text) && !NAMED.is_match(text)
}

/// Returns whether a text of a page has any word that may rule something out.
pub(crate) fn may_deny(text: &str) -> bool {
    [
        '不', '仅', '只', '无', '非', '未', '除', '没', '禁', '否', '勿', '才', '若', '当', '必', '须', '最',
        '限', '唯', '空', '忽', '失', '停', '废', '弃', '超', '外', '已', '缺', '省', '默',
    ]
    .iter()
    .any(|word| text.contains(*word))
}

/// Words that say that something is not so, or only so.
const NEGATIVE: [&str; 44] = [
    "not",
    "t",
    "no",
    "only",
    "never",
    "neither",
    "nor",
    "without",
    "except",
    "unless",
    "none",
    "ignored",
    "ignores",
    "absent",
    "omit",
    "omits",
    "omitted",
    "empty",
    "nothing",
    "nobody",
    "cannot",
    "alone",
    "instead",
    "other",
    "others",
    "invalid",
    "unlimited",
    "excluded",
    "excludes",
    "excluding",
    "fails",
    "before",
    "unchanged",
    "otherwise",
    "reserved",
    "invisible",
    "obsolete",
    "outside",
    "unsupported",
    "nonmembers",
    "present",
    "authorized",
    "sensitive",
    "restricted",
];

/// Returns whether an English text says that something is not so, or only so.
pub(crate) fn is_negative(english: &str) -> bool {
    let lower = english.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| NEGATIVE.contains(&word))
}

/// Returns whether an English text contradicts something that it mentions: `can't`, `not`, `only`, `never`.
pub(crate) fn contradicts(english: &str) -> bool {
    let lower = english.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| ["not", "t", "only", "never", "cannot"].contains(&word))
}

/// A kind of app: its name on pages, and in English.
pub(crate) const APPS: [(&str, &str); 3] =
    [("自建应用", "self-built"), ("代开发", "customized"), ("第三方应用", "third-party")];

/// Returns the kinds of apps, in English, for which the permissions on a page rule the call out.
pub(crate) fn excluded_apps<'l>(lines: impl IntoIterator<Item = &'l str>) -> Vec<&'static str> {
    static ABOUT: LazyLock<Regex> = LazyLock::new(|| regex(r"权限"));
    static REFUSED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"^\s*(?:暂不支持|暂时不支持|不支持|不可调用|不可用|暂不开放)"));
    let mut inside = false;
    let mut found = Vec::new();
    for line in lines {
        let trimmed = line.trim_start();
        if ["**", "__", "#"].iter().any(|mark| trimmed.starts_with(mark)) {
            inside = ABOUT.is_match(line);
        }
        if !inside {
            continue;
        }
        let cells: Vec<String> = trimmed.trim_matches('|').split('|').map(plain).collect();
        let [app, says, ..] = cells.as_slice() else { continue };
        // 代开发自建应用 are customized apps.
        let app = if app.contains("代开发") { app.replace("自建应用", "") } else { app.clone() };
        for (_, english) in APPS.iter().filter(|(chinese, _)| app.contains(chinese)) {
            if REFUSED.is_match(says) && !app.contains(['、', '和', '与', '/']) {
                found.push(*english);
            }
        }
    }
    found
}

/// The verbs of sentences that say which apps may call.
const ADMITTING: [&str; 6] = ["need", "can", "may", "must", "have", "with"];

/// Returns whether some notes let a kind of app call: a sentence says what such apps need, or that they can.
pub(crate) fn admits(notes: &str, app: &str) -> bool {
    let flat = notes.to_lowercase().replace('\n', " ");
    flat.split(['.', ';']).any(|sentence| {
        let after = sentence.split_once(app).map_or("", |(_, after)| after);
        let verb = after.split_once(" apps ").and_then(|(_, after)| after.split(' ').next());
        verb.is_some_and(|verb| ADMITTING.contains(&verb)) && !contradicts(sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_rules_out_needs_a_negation() {
        for text in ["暂不支持修改", "只对第三方应用有效", "第三方不可获取", "此参数不为空则其他无效"]
        {
            assert!(denies(text) && may_deny(text), "{text}");
        }
        for text in
            ["不能为空", "不超过20个", "仅支持文本", "是否支持：0-不支持 1-支持", "成员的名称", "不合法的茶"]
        {
            assert!(!denies(text), "{text}");
        }
        assert!(!may_deny("茶的名称"));
    }

    #[test]
    fn english_says_no_in_whole_words() {
        for english in
            ["It can't be changed.", "Only for members.", "Absent in third-party apps.", "Not sent."]
        {
            assert!(is_negative(english), "{english}");
        }
        for english in ["It can be changed.", "The notes of a note.", "The member's name."] {
            assert!(!is_negative(english) && !contradicts(english), "{english}");
        }
    }

    #[test]
    fn permissions_exclude_kinds_of_apps_in_tables() {
        let page = "**权限说明：**\n| 应用类型 | 权限要求 |\n|---|---|\n|自建应用|配置到「茶」中|\n|代开发自建应用|暂不支持|\n\
                    |第三方应用|暂不支持|\n\n**参数说明**\n|自建应用|不支持|\n";
        assert_eq!(excluded_apps(page.lines()), ["customized", "third-party"]);
        for notes in [
            "Self-built apps need X; customized and third-party apps can't call it.",
            "Only for self-built apps.",
            "",
        ] {
            assert!(!admits(notes, "third-party"), "{notes}");
        }
        for notes in [
            "Customized and third-party apps need the permission X.",
            "Not for webinars. Third-party apps\ncan call it.",
        ] {
            assert!(admits(notes, "third-party"), "{notes}");
        }
    }
}
