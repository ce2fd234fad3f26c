//! Wordings for rules over several fields.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::claim::{Claim, Moment, own_name};
use super::conditions;
use crate::pages::markup::regex;
use crate::spec::Group;

static NAME: LazyLock<Regex> =
    LazyLock::new(|| regex(r"[A-Za-z_][A-Za-z0-9_]*(?:(?:\[\])?\.[A-Za-z_][A-Za-z0-9_]*)*"));

/// A sequence of names at the end of a text.
static RUN: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"`?[A-Za-z_][A-Za-z0-9_.\[\]]*`?";
    regex(&format!(
        r"{name}(?:\s*(?:[、，,/]|和|与|及|或者?|跟)\s*{name})+\s*(?:[两二三四]者|这[两二三四]个(?:字段|参数)|[两二三四]个(?:字段|参数)|中|必?须?)?\s*$"
    ))
});

/// Wordings for the kinds of groups, the clearest first.
static GROUPS: LazyLock<[(Group, Regex); 4]> = LazyLock::new(|| {
    [
        (Group::ExactlyOne, r"[填传选]且仅[填传选]|有且仅有?[填传选]?(?:其中)?一|[二三四]选一|任选其一"),
        (
            Group::AtLeastOne,
            concat!(
                r"不可?本字段和\s*[A-Za-z_.]+\s*都不填|不[能可](?:以)?(?:同时|全部?|都|均)(?:为|不)?(?:空|填|传)|均?不[能可]同时为不填|不[能可](?:以)?都不[填传]",
                r"|至少(?:需要?|要|应该?)?(?:[填传选]|填写|传入|提供|指定|选择|设置|包含)(?:写|入)?(?:其中)?(?:一|1)|至少(?:有)?(?:一|1)个(?:不为空|有值|非空)",
                r"|必须[填传送](?:写|入)?(?:其中)?一|不[能可](?:和|与|跟)\s*[A-Za-z_.]+\s*同时(?:为空|不[填传])|必须?选填(?:其中)?一|必[填传选](?:其中?)?一|需要?[填传](?:写|入)?其中一|选填其中一|只需[填传](?:写|入)?一",
            ),
        ),
        (
            Group::AtMostOne,
            concat!(
                r"互斥|只能?[填传选](?:写|入|择)?(?:其中)?一|不[能可会](?:以)?同时(?:[填传]|指定|存在|使用|设置|出现|返回)",
                r"|不(?:支持|能|可)(?:和|与|跟)\s*[A-Za-z_.]+\s*(?:一起|同时|共同)",
            ),
        ),
        (Group::AtLeastOne, r"二者(?:必)?[填传选]其?一"),
    ]
    .map(|(group, words)| (group, regex(words)))
});

/// Returns the rules in a text, which may describe a field.
pub(crate) fn claims(text: &str, about: Option<&str>) -> Vec<Claim> {
    let sentences = text.split(['。', '；', ';', '\n']);
    sentences.flat_map(|sentence| claims_of(sentence, about)).collect()
}

fn claims_of(sentence: &str, about: Option<&str>) -> Vec<Claim> {
    let mut found = group(sentence, about);
    if let Some(field) = about {
        found.extend(conditions::of(sentence, field));
    }
    found.extend(order(sentence, about));
    found.extend(max_span(sentence));
    found
}

fn group(sentence: &str, about: Option<&str>) -> Vec<Claim> {
    if !["一", "1", "不", "互斥", "且仅", "同时"].iter().any(|word| sentence.contains(word)) {
        return Vec::new();
    }
    // Of which type the items of a list are is no rule over fields.
    let is_of_types = |before: &str| before.trim_end_matches("只能").ends_with("类型");
    let found = GROUPS.iter().find_map(|(group, words)| {
        Some((*group, words.find(sentence).filter(|words| !is_of_types(&sentence[..words.start()]))?))
    });
    let Some((group, words)) = found else { return together(sentence).into_iter().collect() };
    let before = &sentence[..words.start()];
    // A rule that applies only at times isn't one of the fields alone, and neither is a recommendation.
    let conditional =
        ["若", "如果", "当", "建议"].iter().any(|word| before.replace("当前", "").contains(word));
    if conditional {
        return Vec::new();
    }
    if sentence[words.end()..].starts_with("其中一组") {
        return of_sets(group, before);
    }
    // A name among the words belongs to the group.
    let list = RUN.find(before).filter(|_| !NAME.is_match(words.as_str()));
    let (mut names, text) = match list {
        // Everything that the words are about comes right before them.
        Some(list) => (Vec::new(), list.as_str()),
        None => (about.map(str::to_owned).into_iter().collect::<Vec<_>>(), &sentence[..words.end()]),
    };
    for found in NAME.find_iter(text) {
        let name = found.as_str().replace("[]", "");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // If the server uses one of two when both are given, it rejects neither.
    let both = ["都填", "都传", "同时填", "同时传", "如果都", "优先", "为准"]
        .iter()
        .any(|word| sentence[words.end()..].contains(word));
    let group = if both && group == Group::ExactlyOne { Group::AtLeastOne } else { group };
    (names.len() > 1).then_some(Claim::Group(group, names)).into_iter().collect()
}

/// Returns the fields that a sentence demands together: 必须同时填写城市（city）和楼层（floor）两个参数.
fn together(sentence: &str) -> Option<Claim> {
    static TOGETHER: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"必须同时(?:填写?|传入?|提供|设置|指定)(.+?)[两二三四](?:个|者)(?:参数|字段)")
    });
    let found = TOGETHER.captures(sentence)?;
    let names: Vec<String> = NAME.find_iter(&found[1]).map(|name| name.as_str().to_owned()).collect();
    (names.len() > 1).then_some(Claim::Group(Group::BothOrNeither, names))
}

/// Returns the rules for a group of sets, whose names are separated by slashes: one of each set represents it, and the
/// others depend on that one.
fn of_sets(group: Group, text: &str) -> Vec<Claim> {
    static SET: LazyLock<Regex> =
        LazyLock::new(|| regex(r"[A-Za-z_][A-Za-z0-9_]*(?:`?\s*/\s*`?[A-Za-z_][A-Za-z0-9_]*)*"));
    let names = |set: &str| NAME.find_iter(set).map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
    let sets: Vec<Vec<String>> = SET.find_iter(text).map(|set| names(set.as_str())).collect();
    let firsts: Vec<String> = sets.iter().filter_map(|set| set.first().cloned()).collect();
    let one = (firsts.len() > 1).then_some(Claim::Group(group, firsts));
    let together = sets.into_iter().filter(|set| set.len() > 1);
    one.into_iter().chain(together.map(|set| Claim::Group(Group::BothOrNeither, set))).collect()
}

fn order(sentence: &str, about: Option<&str>) -> Option<Claim> {
    static ORDER: LazyLock<Regex> = LazyLock::new(|| {
        let one = r"([A-Za-z_][A-Za-z0-9_.]*|(?:开始|起始|结束|截止)(?:时间|日期)戳?)";
        let words = concat!(
            r"\s*(?:必须|需要?|应该?|要)?(大于等于|不小于|不早于|不得小于|不得早于|不能小于|不能早于|不可小于|不可早于|大于|晚于|",
            r"小于等于|不大于|不晚于|不得大于|不得晚于|不能大于|不能晚于|不可大于|不可晚于|不超过|小于|早于)\s*",
        );
        regex(&format!("{one}?{words}{one}"))
    });
    // The meaning of a value is no rule: 1: 小于等于a.
    static LISTED: LazyLock<Regex> = LazyLock::new(|| regex(r"[0-9]\s*[:：=-]\s*$"));
    if !(sentence.contains('于') || sentence.contains("超过")) {
        return None;
    }
    // If a clause requires something, the others don't revoke it.
    let mut clauses = sentence.split(['，', ',']).filter(|clause| clause.len() < sentence.len());
    let must = |clause: &str| clause.contains("必须").then(|| order(clause, about)).flatten();
    if let Some(found) = clauses.find_map(must) {
        return Some(found);
    }
    // How something is searched, or what the server returns, is no rule.
    if ["返回", "过滤", "筛选", "查询条件", "如果", "若", "当"]
        .iter()
        .any(|word| sentence.replace("当前", "").contains(word))
    {
        return None;
    }
    let found = ORDER.captures(sentence)?;
    if found.get(1).is_none() && LISTED.is_match(&sentence[..found.get(0)?.start()]) {
        return None;
    }
    let moment = |text: &str| match text.chars().next() {
        Some('开' | '起') => Moment::Called("start"),
        Some('结' | '截') => Moment::Called("end"),
        _ => Moment::Field(own_name(text)),
    };
    let first =
        found.get(1).map(|one| moment(one.as_str())).or_else(|| Some(Moment::Field(about?.to_owned())))?;
    let second = moment(&found[3]);
    let words = &found[2];
    let below = ["小于", "早于"].iter().any(|word| words.contains(word)) != words.starts_with('不');
    let strict = matches!(words, "大于" | "晚于" | "小于" | "早于");
    // `不超过` is `不大于`.
    let below = below || words == "不超过";
    let fields = if below { [first, second] } else { [second, first] };
    (fields[0] != fields[1]).then_some(Claim::Order { fields, strict })
}

fn max_span(sentence: &str) -> Option<Claim> {
    static SPAN: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:跨度|(?:时间|的)范围|(?:时间|起止)(?:间隔|区间)|相差|起始时间[跟和与至到]结束时间|开始时间[跟和与至到]结束时间)[^0-9，,]{0,6}(?:不能超过|不可超过|不得超过|不超过|不要超过|",
            r"不允许超过|为|最大|最多|最长)[^0-9，,]{0,4}?([0-9]+|[一两三])\s*(个?月|天|日)",
        ))
    });
    if !["跨度", "时间", "间隔", "相差", "范围"].iter().any(|word| sentence.contains(word)) {
        return None;
    }
    let found = SPAN.captures(sentence)?;
    let number: u32 = match &found[1] {
        "一" => 1,
        "两" => 2,
        "三" => 3,
        digits => digits.parse().ok()?,
    };
    // A month has up to 31 days.
    let days = if found[2].ends_with('月') { number.checked_mul(31)? } else { number };
    (days > 0).then_some(Claim::MaxSpan(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group_of(group: Group, names: &[&str]) -> Vec<Claim> {
        vec![Claim::Group(group, names.iter().map(|name| (*name).to_owned()).collect())]
    }

    #[test]
    fn groups_are_said_in_many_ways() {
        use Group::{AtLeastOne, AtMostOne, ExactlyOne};
        for (text, about, group, names) in [
            (
                "touser、toparty、totag不能同时为空，后面不再强调",
                None,
                AtLeastOne,
                &["touser", "toparty", "totag"][..],
            ),
            (
                "corpid和pending_corpid至少填一个，都填corpid生效",
                Some("corpid"),
                AtLeastOne,
                &["corpid", "pending_corpid"],
            ),
            ("收件人，to.emails 和 to.userids 至少传一个", None, AtLeastOne, &["to.emails", "to.userids"]),
            (
                "userid_list和department_list至少需要填其中一个",
                None,
                AtLeastOne,
                &["userid_list", "department_list"],
            ),
            (
                "card_image和image_text_area两者必填一个字段，不可都不填",
                None,
                AtLeastOne,
                &["card_image", "image_text_area"],
            ),
            (
                "成员的地址，见[biz_mail]字段，emails，groups至少填写一个，不可同时为空",
                Some("emails"),
                AtLeastOne,
                &["emails", "groups"],
            ),
            ("userid与mail_id至少应该传一项，同时传则只看userid", None, AtLeastOne, &["userid", "mail_id"]),
            (
                "meetingid 和 meeting_code 二者必须送一个，二者都送时以 meetingid 为准",
                None,
                AtLeastOne,
                &["meetingid", "meeting_code"],
            ),
            (
                "附件，不能与text.content同时为空，类型只能三选一，若传了不同类型，报错",
                Some("files"),
                AtLeastOne,
                &["files", "text.content"],
            ),
            (
                "位置信息，则必须同时填写城市（city），楼宇（building）和楼层(floor)三个参数",
                None,
                Group::BothOrNeither,
                &["city", "building", "floor"],
            ),
            ("附件，不能与text.content同时为空", Some("files"), AtLeastOne, &["files", "text.content"]),
            ("text、image不能全部为空", None, AtLeastOne, &["text", "image"]),
            ("media_id和pic_url只需填写一个", None, AtLeastOne, &["media_id", "pic_url"]),
            (
                "`fileid`和`selected_ticket`必须填且仅填其中一组参数",
                None,
                ExactlyOne,
                &["fileid", "selected_ticket"],
            ),
            (
                "会议室 ID，与 mra_address 二选一",
                Some("room_id"),
                ExactlyOne,
                &["room_id", "ID", "mra_address"],
            ),
            ("与agentid互斥，二者只能填一个", Some("sender_name"), AtMostOne, &["sender_name", "agentid"]),
            ("过滤设置，不支持和sort一起使用", Some("filter_spec"), AtMostOne, &["filter_spec", "sort"]),
            ("文档docid（docid、formid只能填其中一个）", Some("docid"), AtMostOne, &["docid", "formid"]),
        ] {
            assert_eq!(claims(text, about), group_of(group, names), "{text}");
        }
        for text in [
            "若tag_id和group_id均为空，则返回所有标签",
            "key和value两个字段同时为空时，该键值对将被忽略",
            "如果a和b不能同时为空",
            "标题不能为空",
        ] {
            assert_eq!(claims(text, None), [], "{text}");
        }
    }

    #[test]
    fn of_sets_of_fields_one_is_set_as_a_whole() {
        let text = "注意：`spaceid`/`fatherid`和`selected_ticket`必须填且仅填其中一组参数";
        let one = group_of(Group::ExactlyOne, &["spaceid", "selected_ticket"]);
        let whole = group_of(Group::BothOrNeither, &["spaceid", "fatherid"]);
        assert_eq!(claims(text, None), [one, whole].concat());
    }

    #[test]
    fn two_times_have_an_order() {
        use Moment::{Called, Field};
        let field = |name: &str| Field(name.to_owned());
        let order = |first, second, strict| vec![Claim::Order { fields: [first, second], strict }];
        for (text, about, claim) in [
            ("开始时间必须小于结束时间", None, order(Called("start"), Called("end"), true)),
            ("请求的参数endtime需要大于startime", None, order(field("startime"), field("endtime"), true)),
            (
                "取值范围：大于start_time",
                Some("end_time"),
                order(field("start_time"), field("end_time"), true),
            ),
            (
                "若有end，也必须有start，start必须小于end，单位秒",
                None,
                order(field("start"), field("end"), true),
            ),
            ("结束时间不得小于开始时间", None, order(Called("start"), Called("end"), false)),
            (
                "取值范围：大于start_time，小于当前时间",
                Some("end_time"),
                order(field("start_time"), field("end_time"), true),
            ),
            ("begin不晚于end", None, order(field("begin"), field("end"), false)),
        ] {
            assert_eq!(claims(text, about), claim, "{text}");
        }
        assert_eq!(claims("0: 等于count数量 1: 小于等于count数量", Some("kind")), [], "values");
        for text in ["返回结束时间大于开始时间的记录", "如果开始时间大于结束时间，则为空", "不超过end"]
        {
            assert_eq!(claims(text, None), [], "{text}");
        }
    }

    #[test]
    fn spans_are_counted_in_days() {
        for (text, days) in [
            ("起始时间跨度不能超过31天", 31),
            ("支持的最大查询跨度为30天", 30),
            ("群发任务记录的起止时间间隔不能超过1个月", 31),
            ("与starttime跨度不超过一个月", 31),
            ("起始和结束时间相差不可超过30天", 30),
            ("流水的起止间隔不能超过31天", 31),
            ("起始时间跟结束时间不能超过31天", 31),
            ("开始时间到结束时间的范围不能超过14天", 14),
        ] {
            assert_eq!(claims(text, None), [Claim::MaxSpan(days)], "{text}");
        }
    }
}
