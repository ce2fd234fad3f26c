//! Wordings for what a caller needs before a call, and for coming changes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::pages::markup::{plain, regex};

/// The facts that the notes on an endpoint must mention.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Requirements {
    /// The names in quotes where the page is about permissions: `企业客户权限->客户联系`.
    pub permissions: BTreeSet<String>,
    /// Whether an application has to be listed among those that may call.
    pub listed: bool,
    /// The days on which something changes, as `2023-12-01`.
    pub changes: BTreeSet<String>,
}

impl Requirements {
    /// Reads the lines about an endpoint.
    pub(crate) fn of<'l>(lines: impl IntoIterator<Item = &'l str>) -> Self {
        static ABOUT: LazyLock<Regex> = LazyLock::new(|| regex(r"^\s*(?:\*\*|__|#+)\s*权限说明"));
        static QUOTED: LazyLock<Regex> = LazyLock::new(|| regex(r"[「“]([^「」“”，。]{2,40})[」”]"));
        // A menu in bold, and the entry below it.
        static BOLD: LazyLock<Regex> =
            LazyLock::new(|| regex(r"\*\*([^*，。]{2,40})\*\*\s*下的?\s*\*\*([^*，。]{2,40})\*\*"));
        static CHANGE: LazyLock<Regex> =
            LazyLock::new(|| regex(r"从([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日[^。|]{0,12}不再支持"));
        let mut found = Self::default();
        let mut inside = false;
        for line in lines {
            if ["**", "__", "#"].iter().any(|mark| line.trim_start().starts_with(mark)) {
                inside = ABOUT.is_match(line);
            }
            if !inside && !line.contains("不再支持") {
                continue;
            }
            let described = plain(line);
            let days = CHANGE.captures_iter(&described);
            found.changes.extend(days.map(|day| format!("{}-{:0>2}-{:0>2}", &day[1], &day[2], &day[3])));
            if inside {
                let quoted = QUOTED.captures_iter(&described).map(|found| found[1].trim().to_owned());
                let bold = BOLD.captures_iter(line).map(|found| format!("{}->{}", &found[1], &found[2]));
                let (common, names): (Vec<String>, Vec<String>) =
                    quoted.chain(bold).partition(|name| is_common(name));
                let is_list = |name: &String| COMMON.iter().any(|list| name.ends_with(list));
                found.listed |= common.iter().chain(&names).any(is_list);
                // Which of several is needed depends on the call.
                if names.len() > 1 && described.contains(OR) {
                    found.permissions.insert(names.join(OR));
                } else {
                    found.permissions.extend(names);
                }
            }
        }
        found
    }

    /// Returns the requirements that some notes lack, in the words of the page.
    pub(crate) fn missing_in(&self, notes: &str) -> Vec<&str> {
        let whole = |name: &str| parts(name).all(|part| is_common(part) || notes.contains(part));
        let permissions = self.permissions.iter().filter(|names| !names.split(OR).any(whole));
        let permissions: Vec<&str> = permissions.map(String::as_str).collect();
        let tells = |text: &str| COMMON.iter().any(|name| text.contains(name));
        let listed = self.listed && !tells(notes) && !permissions.iter().any(|name| tells(name));
        permissions
            .into_iter()
            .chain(listed.then_some(COMMON[1]))
            .chain(self.changes.iter().filter(|day| !notes.contains(day.as_str())).map(String::as_str))
            .collect()
    }
}

/// Returns the names of a path through menus.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split(['-', '>', '›', '/', '－', ' ']).map(str::trim).filter(|part| !part.is_empty())
}

const OR: &str = "或";

/// The names of the list of applications that may call.
const COMMON: [&str; 2] = ["可调用接口的应用", "可调用应用"];

/// Returns whether every application gets this notice in the same words, which notes word their own way, or it is a
/// whole sentence.
fn is_common(name: &str) -> bool {
    COMMON.contains(&name)
        || name.ends_with("secret")
        || !name.contains(['>', '-', '›']) && name.chars().count() > 16
}

/// Returns whether a description says that an omitted field stays unchanged.
pub(crate) fn stays_when_left_out(doc: &str) -> bool {
    static STAYS: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:不[填传](?:写|入)?|[无未]传入?|不指定|为空)[^，,。；;]{0,3}[，,]?(?:则|表示|理解为)?(?:不(?:更新|修改|变|做修改)|保持(?:不变|原样))",
        )
    });
    STAYS.is_match(doc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_quotes_and_days_are_asked_of_the_notes() {
        let page = [
            "需要“别的”。",
            "**权限说明：**",
            "|自建应用|配置到「[茶 - 可调用接口的应用](#1/a)」中 |",
            "|第三方应用|具有!!#ff0000 “茶客权限->点茶”!!权限|",
            "*注：* 从2023年12月1日0点起，不再支持通过系统应用secret调用接口，存量企业暂不受影响",
            "**返回结果：**",
            "“其他”",
        ];
        let found = Requirements::of(page);
        assert_eq!(Vec::from_iter(&found.permissions), ["茶 - 可调用接口的应用", "茶客权限->点茶"]);
        assert_eq!(Vec::from_iter(&found.changes), ["2023-12-01"]);
        assert_eq!(found.missing_in(""), ["茶 - 可调用接口的应用", "茶客权限->点茶", "2023-12-01"]);
        let all = "Needs 茶客权限 › 点茶 and 可调用应用. Since 2023-12-01 it works no longer.";
        assert_eq!(found.missing_in(all), [""; 0]);
        let unlisted = "Needs 茶客权限 › 点茶. Since 2023-12-01 it works no longer.";
        assert_eq!(found.missing_in(unlisted), ["可调用应用"]);
        assert_eq!(found.missing_in("Needs 茶, in 可调用应用. Since 2023-12-01."), ["茶客权限->点茶"]);
    }

    #[test]
    fn names_stand_in_bold_too_and_of_alternatives_one_is_enough() {
        let found = Requirements::of([
            "##权限说明",
            "- 第三方应用调用需要企业授权**茶客**下**点茶**的权限",
            "|代开发应用|具有「管茶」权限(添加)或「看茶」（读取）|",
            "- 企业可在“茶馆-通过API管理指定的茶客与茶馆”处设置",
        ]);
        let missing = ["管茶或看茶", "茶客->点茶", "茶馆-通过API管理指定的茶客与茶馆"];
        assert_eq!(found.missing_in(""), missing);
        assert_eq!(found.missing_in("茶客 › 点茶, 看茶, 茶馆 › 通过API管理指定的茶客与茶馆"), [""; 0]);
    }

    #[test]
    fn what_is_left_out_may_stay_as_it_is() {
        for doc in [
            "标签，不传则不变，传空为清空",
            "水印文本，此字段不填则保持原样",
            "不填表示不修改",
            "为空则不更新",
        ] {
            assert!(stays_when_left_out(doc), "{doc}");
        }
        for doc in ["不填则默认为1", "不填时该字段必填", "不传不返回"] {
            assert!(!stays_when_left_out(doc), "{doc}");
        }
    }
}
