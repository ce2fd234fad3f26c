//! How pages word rules over several fields.

use std::sync::LazyLock;

use regex_lite::Regex;

use crate::pages::markup::regex;
use crate::spec::Group;

/// A rule that a text states. Fields go by their own names, without what they stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// So many of these fields are set.
    Group(Group, Vec<String>),
    /// A field is required where another one has one of these values, which may go by what the page calls them.
    RequiredWhen { field: String, when: Subject, is: Vec<String> },
    /// A field is required where another one is set.
    RequiredWith { field: String, when: String },
    /// A field must not be set where another one has one of these values.
    ForbiddenWhen { field: String, when: Subject, is: Vec<String> },
    /// The second of two times or numbers isn't below the first; strictly, it is above.
    Order { fields: [Moment; 2], strict: bool },
    /// Two times lie at most so many days apart.
    MaxSpan(u32),
}

/// Which field decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The one of this name.
    Field(String),
    /// The one that the page calls so.
    Called(String),
    /// The one that can have these values.
    OfThese,
    /// The one of which a value is called so, but for the verb.
    Labelled,
}

/// One of two times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The field of this name.
    Field(String),
    /// The field that the page calls the start, or the end.
    Called(&'static str),
}

static NAME: LazyLock<Regex> =
    LazyLock::new(|| regex(r"[A-Za-z_][A-Za-z0-9_]*(?:(?:\[\])?\.[A-Za-z_][A-Za-z0-9_]*)*"));

/// How the kinds of groups are said, the clearest first.
static GROUPS: LazyLock<[(Group, Regex); 4]> = LazyLock::new(|| {
    [
        (Group::ExactlyOne, r"[填传选]且仅[填传选]|有且仅有?[填传选]?(?:其中)?一|[二三四]选一|任选其一"),
        (
            Group::AtLeastOne,
            concat!(
                r"不可?本字段和\s*[A-Za-z_.]+\s*都不填|不[能可](?:以)?(?:同时|全部?|都|均)(?:为|不)?(?:空|填|传)|均?不[能可]同时为不填|不[能可](?:以)?都不[填传]",
                r"|至少(?:需要?|要)?(?:[填传选]|填写|传入|提供|指定|选择|设置|包含)(?:写|入)?(?:其中)?(?:一|1)|至少(?:有)?(?:一|1)个(?:不为空|有值|非空)",
                r"|必须?选填(?:其中)?一|必[填传选](?:其中?)?一|需要?[填传](?:写|入)?其中一|选填其中一|只需[填传](?:写|入)?一",
            ),
        ),
        (
            Group::AtMostOne,
            concat!(
                r"互斥|只能?[填传选](?:写|入|择)?(?:其中)?一|不[能可](?:以)?同时(?:[填传]|指定|存在|使用|设置|出现)",
                r"|不(?:支持|能|可)(?:和|与|跟)\s*[A-Za-z_.]+\s*(?:一起|同时|共同)",
            ),
        ),
        (Group::AtLeastOne, r"二者(?:必)?[填传选]其?一"),
    ]
    .map(|(group, words)| (group, regex(words)))
});

/// The rules that a text states: about a field, where it describes one.
pub(crate) fn claims(text: &str, about: Option<&str>) -> Vec<Claim> {
    let sentences = text.split(['。', '；', ';']);
    sentences.flat_map(|sentence| claims_of(sentence, about)).collect()
}

fn claims_of(sentence: &str, about: Option<&str>) -> Vec<Claim> {
    let mut found = group(sentence, about);
    if let Some(field) = about {
        found.extend(required_when(sentence, field).or_else(|| required_with(sentence, field)));
        found.extend(forbidden_when(sentence, field));
    }
    found.extend(order(sentence, about));
    found.extend(max_span(sentence));
    found
}

fn group(sentence: &str, about: Option<&str>) -> Vec<Claim> {
    let found = GROUPS.iter().find_map(|(group, words)| Some((*group, words.find(sentence)?)));
    let Some((group, words)) = found else { return Vec::new() };
    let before = &sentence[..words.start()];
    // What only holds at times is no rule of the fields alone, and neither is what is only recommended.
    let conditional =
        ["若", "如果", "当", "建议"].iter().any(|word| before.replace("当前", "").contains(word));
    if conditional {
        return Vec::new();
    }
    if sentence[words.end()..].starts_with("其中一组") {
        return of_sets(group, before);
    }
    // A name that stands among the words is one of the group's.
    let mut names: Vec<String> = about.map(str::to_owned).into_iter().collect();
    for found in NAME.find_iter(&sentence[..words.end()]) {
        let name = own_name(found.as_str());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // Whoever takes one of two where both are given refuses neither.
    let both = ["都填", "都传", "同时填", "同时传", "如果都", "优先", "为准"]
        .iter()
        .any(|word| sentence[words.end()..].contains(word));
    let group = if both && group == Group::ExactlyOne { Group::AtLeastOne } else { group };
    (names.len() > 1).then_some(Claim::Group(group, names)).into_iter().collect()
}

/// A group of sets, whose names stand with slashes between them: one of each set stands for it, and the others go with that one.
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

fn required_when(sentence: &str, field: &str) -> Option<Claim> {
    static BY_NAME: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"([A-Za-z_][A-Za-z0-9_.]*)\s*(?:的?值)?(?:为|=|＝|等于|是)\s*(["“]?[A-Za-z0-9_]+["”]?(?:\s*(?:或者?|、|/|和)\s*["“]?[A-Za-z0-9_]+["”]?)*)"#,
            r"\s*时[，,]?\s*(?:该字段|该参数|此字段|此参数|该值|本字段)?\s*(?:为?必填|必传|为?必选|必须填|需要?填|不能为空)",
        ))
    });
    static CALLED: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"当([^，,。；;A-Za-z0-9"“]{2,12}?)(?:为|是|等于)\s*["“「]?([^，,。；;"”」]{1,24}?)["”」]?\s*时[，,]?\s*"#,
            r"(?:该字段|该参数|此字段|此参数|该值|本字段)?\s*(?:为?必填|必传|为?必选|必须填|需要?填|不能为空)",
        ))
    });
    static KIND: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"^\s*([a-z][a-z_]*(?:\s*[、/，,或和]\s*[a-z][a-z_]*)*)\s*类型时?(?:必须|必填|必选)\s*$")
    });
    static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^\s*(?:仅|当|仅当)?([^A-Za-z0-9，,。、“”]{4,16})时[，,]?\s*(?:该字段|该参数|此字段|此参数|本字段)?(?:为?必填|必传|为?必选)",
        )
    });
    static CHOSEN: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^\s*当?([^，,。；;A-Za-z0-9“]{2,8}?)(?:选择|为)([^，,。；;A-Za-z0-9“”]{2,16})时[，,]\s*(?:需要?|必须|须)(?:上传|填写|提供|传入)",
        )
    });
    let field = field.to_owned();
    if let Some(found) = BY_NAME.captures(sentence) {
        let is = values_in(&found[2]);
        let when = own_name(&found[1]);
        return (when != field).then_some(Claim::RequiredWhen { field, when: Subject::Field(when), is });
    }
    if let Some(found) = KIND.captures(sentence) {
        return Some(Claim::RequiredWhen { field, when: Subject::OfThese, is: values_in(&found[1]) });
    }
    let Some(found) = CALLED.captures(sentence).or_else(|| CHOSEN.captures(sentence)) else {
        let found = LABELLED.captures(sentence)?;
        return Some(Claim::RequiredWhen { field, when: Subject::Labelled, is: vec![found[1].to_owned()] });
    };
    let is =
        found[2].split(['或', '、', '/']).map(|value| value.trim_start_matches('者').to_owned()).collect();
    Some(Claim::RequiredWhen { field, when: Subject::Called(found[1].to_owned()), is })
}

fn required_with(sentence: &str, field: &str) -> Option<Claim> {
    static TOGETHER: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"必?[须需]要?同时(?:指定|填写|传入|提供|设置|传|填|有)\s*([A-Za-z_][A-Za-z0-9_.]*)|(?:与|和|跟)\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:必须|需要?)(?:同时|一起|成对)(?:指定|填写|传入|出现|提供|设置|传|填)",
        )
    });
    static WITH: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:填写?|传入?|设置|指定|有|存在|包含)了?\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:字段|参数)?(?:的话|时|的时候|后)?[，,]\s*",
            r"(?:该字段|该参数|此字段|此参数|本字段)?(?:为?必填|必传|为?必选|必须填|不能为空)",
        ))
    });
    if let Some(found) = WITH.captures(sentence) {
        let when = own_name(&found[1]);
        return (when != field).then(|| Claim::RequiredWith { field: field.to_owned(), when });
    }
    let found = TOGETHER.captures(sentence)?;
    let other = own_name(found.get(1).or_else(|| found.get(2))?.as_str());
    (other != field).then(|| Claim::RequiredWith { field: other, when: field.to_owned() })
}

fn forbidden_when(sentence: &str, field: &str) -> Option<Claim> {
    static FORBIDDEN: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"([A-Za-z_][A-Za-z0-9_.]*)\s*(?:的?值)?(?:为|=|＝|等于|是)\s*(["“]?[A-Za-z0-9_]+["”]?(?:\s*(?:或者?|、|/|和)\s*["“]?[A-Za-z0-9_]+["”]?)*)"#,
            r"\s*时[，,]?\s*(?:该字段|该参数|此字段|此参数|本字段)?\s*(?:不能|不可|不得|不允许|禁止)(?:填|传|设置|指定|赋值)(?:写|入|值)?\s*$",
        ))
    });
    let found = FORBIDDEN.captures(sentence)?;
    let when = own_name(&found[1]);
    let is = values_in(&found[2]);
    (when != field).then(|| Claim::ForbiddenWhen { field: field.to_owned(), when: Subject::Field(when), is })
}

fn values_in(text: &str) -> Vec<String> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z0-9_]+"));
    VALUE.find_iter(text).map(|value| value.as_str().to_owned()).collect()
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
    // What only tells how something is found, or what the server says, is no rule.
    if ["返回", "过滤", "筛选", "查询条件", "如果", "若", "当"].iter().any(|word| sentence.contains(word))
    {
        return None;
    }
    let found = ORDER.captures(sentence)?;
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
            r"(?:跨度|时间范围|时间间隔|时间区间)[^0-9，,]{0,6}(?:不能超过|不可超过|不得超过|不超过|不要超过|不允许超过|为|",
            r"最大|最多|最长)[^0-9，,]{0,4}([0-9]+)\s*(个?月|天|日)",
        ))
    });
    let found = SPAN.captures(sentence)?;
    let number: u32 = found[1].parse().ok()?;
    // A month has up to 31 days.
    let days = if found[2].ends_with('月') { number.checked_mul(31)? } else { number };
    (days > 0).then_some(Claim::MaxSpan(days))
}

/// A name without what it stands in.
fn own_name(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).trim_end_matches("[]").to_owned()
}

/// What is called so, without the verb before it: 获取 and 拉取 are the same.
pub(crate) fn without_verb(label: &str) -> &str {
    let verbs = ["获取", "拉取", "查询", "读取", "只", "仅"];
    verbs.iter().fold(label, |label, verb| label.trim_start_matches(verb))
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
            ("收件人，to.emails 和 to.userids 至少传一个", None, AtLeastOne, &["emails", "userids"]),
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
    fn a_field_is_required_by_the_values_of_another() {
        let claim = |field: &str, when, is: &[&str]| {
            let is = is.iter().map(|value| (*value).to_owned()).collect();
            vec![Claim::RequiredWhen { field: field.to_owned(), when, is }]
        };
        for (text, field, when, is) in [
            ("点击跳转的url，quote_area.type是1时必填", "url", Subject::Field("type".to_owned()), &["1"][..]),
            ("当type为a或b时，该字段必填", "key", Subject::Field("type".to_owned()), &["a", "b"]),
            ("当优惠类型为“固定优惠”时必填", "amount", Subject::Called("优惠类型".to_owned()), &["固定优惠"]),
            (
                "当购买类型是新购或续期时必填",
                "days",
                Subject::Called("购买类型".to_owned()),
                &["新购", "续期"],
            ),
        ] {
            assert_eq!(claims(text, Some(field)), claim(field, when, is), "{text}");
        }
        assert_eq!(claims("网页链接。view类型必须", Some("url")), claim("url", Subject::OfThese, &["view"]));
        assert_eq!(claims("未指定url时必填", Some("key")), []);
    }

    #[test]
    fn a_field_is_required_with_another_one() {
        let with = |field: &str, when: &str| {
            vec![Claim::RequiredWith { field: field.to_owned(), when: when.to_owned() }]
        };
        for (text, about, claim) in [
            ("注：修改该字段时必须同时指定bake_duration", "bake_start", with("bake_duration", "bake_start")),
            ("任务id，当填写了oven_menu字段的话，该字段必填", "task_id", with("task_id", "oven_menu")),
            ("与bake_end必须同时传", "bake_start", with("bake_end", "bake_start")),
        ] {
            assert_eq!(claims(text, Some(about)), claim, "{text}");
        }
        assert_eq!(claims("可以同时指定多个oven", Some("oven")), []);
    }

    #[test]
    fn a_value_may_be_called_without_its_field() {
        let is = vec!["拉取已烤列表".to_owned()];
        let claim = Claim::RequiredWhen { field: "start".to_owned(), when: Subject::Labelled, is };
        assert_eq!(claims("拉取已烤列表时必填，其余type不填", Some("start")), [claim]);
        assert_eq!(without_verb("拉取已烤列表"), without_verb("获取已烤列表"));
    }

    #[test]
    fn a_field_may_be_forbidden_by_the_values_of_another() {
        let claim = Claim::ForbiddenWhen {
            field: "filling".to_owned(),
            when: Subject::Field("type".to_owned()),
            is: vec!["2".to_owned()],
        };
        assert_eq!(claims("馅料。type为2时不可指定", Some("filling")), [claim]);
        assert_eq!(claims("type为2时不可指定为空", Some("filling")), []);
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
            ("结束时间不得小于开始时间", None, order(Called("start"), Called("end"), false)),
            ("begin不晚于end", None, order(field("begin"), field("end"), false)),
        ] {
            assert_eq!(claims(text, about), claim, "{text}");
        }
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
        ] {
            assert_eq!(claims(text, None), [Claim::MaxSpan(days)], "{text}");
        }
    }
}
