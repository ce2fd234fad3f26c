//! Wordings for whether a field is present.

use std::sync::LazyLock;

use regex_lite::Regex;

use crate::pages::markup::{plain, regex};

pub(crate) fn yes_or_no(cell: &str) -> Option<bool> {
    match plain(cell).trim() {
        "是" | "必填" | "必须" | "Y" | "y" | "true" | "必选" | "M" => Some(true),
        "否" | "非必填" | "选填" | "N" | "n" | "false" | "可选" | "非必须" | "O" => Some(false),
        text if text.starts_with('是') => Some(true),
        text if text.starts_with('否') => Some(false),
        _ => None,
    }
}

/// Returns what a cell says beside yes or no: `否，默认true`.
pub(crate) fn beside_yes_or_no(cell: &str) -> Option<String> {
    let text = plain(cell);
    let rest = match yes_or_no(&text) {
        None => text.as_str(),
        Some(_) => text.trim().strip_prefix(['是', '否'])?,
    };
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || "，,。；;：:（）()".contains(c));
    rest.chars().any(|c| !c.is_ascii_punctuation()).then(|| rest.to_owned())
}

/// Returns whether a text about what is refused says that a field must be there.
pub(crate) fn is_demanded(words: &str) -> bool {
    static DEMANDED: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"不[可能得]?为空|必填|必须(?:填|设置|传)|需要?(?:填|设置|传|配置)|cannot be empty")
    });
    DEMANDED.is_match(words)
}

/// Returns the sentences of a description that say, perhaps under a condition, that a field must be set, or must not.
pub(crate) fn demands(doc: &str) -> impl Iterator<Item = &str> {
    static DEMAND: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"必[填传选]|[必需]?[须需要](?:填|传)|不可指定|不可?[得能可](?:填|传|指定|设置)")
    });
    // What is still required is no demand of this field.
    let own = |sentence: &&str| !["仍", "即使"].iter().any(|word| sentence.contains(word));
    doc.split(['。', '；', ';', '\n']).filter(own).filter(|sentence| DEMAND.is_match(sentence))
}

/// Returns whether a description says that a response may lack the field.
pub(crate) fn may_be_absent(doc: &str) -> bool {
    static ABSENT: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"不(?:会|再)?返回|时[，,]?(?:才|会|才会)?(?:返回|存在|出现)(?:[^非空0-9A-Za-z“]|$)|才(?:会)?(?:返回|存在|出现)|才有(?:[^意效]|$)",
            r"|仅[^，,。；;]{1,24}(?:返回|有值)|可能不(?:返回|存在|包含|带)|(?:没有|无|不存在|不含|不包含|没有返回)(?:该|此|这个)字段",
            r"|未返回|不可获取|(?:仅|只有)[^，,。；;]{1,24}可获取|会返回(?:该|此)字段|返回此项",
        ))
    });
    // An absence among the items of a list, or of a part of a value, says nothing about the field.
    static OTHERWISE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:用户|成员|数据|记录|客户|员工|部门|人员)(?:将|都|均|也)?不(?:会)?返回|仅返回|只返回|不返回(?:具体|详细|空)",
        )
    });
    ABSENT.is_match(&OTHERWISE.replace_all(doc, ""))
}

/// Returns whether a description contains a word that may state when a field is present, however it is worded.
pub(crate) fn may_be_conditional(doc: &str) -> bool {
    static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"可能|如果|若|仅|只|当[^天日前月年周]|时[，,。；;、）)]|时(?:有|存|返|才|为|则|表|该|此|，|$)|才|非?必[填传须选]|选填|可选|可空|为空|非空",
            r"|没有|不存在|存在|未|无[^需效论]|空|第三方|服务商|授权|权限|适用|支持|默认|有值|优先|或者|其中|之一|对应|类型(?:的|为)|不再|废弃|历史|旧|版本",
        ))
    });
    CONDITION.is_match(doc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_tell_of_a_condition_is_not_taken_for_a_promise() {
        for doc in ["当烤好时有值", "仅糕点", "如果有馅料", "烤箱的名称，可能为空"] {
            assert!(may_be_conditional(doc), "{doc}");
        }
        for doc in ["烤箱的名称", "烤制的起始时间，秒", "当前页的数量"] {
            assert!(!may_be_conditional(doc), "{doc}");
        }
    }

    #[test]
    fn pages_say_in_many_ways_that_a_field_may_be_absent() {
        for doc in [
            "发送时间，未发送时不返回",
            "媒体文件创建的时间戳。当status为2时返回。",
            "截至当天新增迁移群数(仅教培行业返回)",
            "仅微文档类型返回访问链接",
            "老的接待人员userid。仅change_type为2、3和4有值",
            "进入会话的视频号信息，从视频号进入会话才有值",
            "成员名称；第三方不可获取",
            "全局唯一。仅第三方应用可获取。",
            "当返回结果没有该字段时表示审批单已经拉取完",
            "是否开启审批打卡，若未返回则默认开启",
            "视频号名称，视频号场景值为1、2、3时返回此项",
            "视频号消息类型为“1视频号动态”时，返回动态标题",
            "如果满足条件，会返回该字段",
            "可能不返回",
        ] {
            assert!(may_be_absent(doc), "{doc}");
        }
        for doc in [
            "如果已经没有更多的数据则返回空",
            "当status为3时返回非0，其他返回0",
            "会中参会的外部联系人 注意：微信入会的用户不会返回",
            "快速会议仅返回已参与成员列表。",
            "允许时onwork_flex_time才有意义",
            "会议ID列表，可能为空",
            "返回的个数可能和size不一致",
        ] {
            assert!(!may_be_absent(doc), "{doc}");
        }
    }
}
