//! Wordings for limits.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Number;

use super::description::{Description, may_be_empty};
use super::{characters, counts, lengths, ranges};
use crate::pages::markup::regex;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Carrier, Limit, LimitKind, LimitValue};

/// Returns the limits in a description on values of a type.
pub(crate) fn limits(doc: &str, ty: &TypeExpr) -> Vec<Limit> {
    let mut limits = all_limits(&Description::of(doc), ty);
    if may_be_empty(doc) {
        limits.retain(|limit| !needs_content(limit));
    }
    limits
}

/// Returns whether a limit refuses what is empty.
pub(crate) fn needs_content(limit: &Limit) -> bool {
    matches!(limit.kind, LimitKind::MinItems | LimitKind::MinChars)
}

fn all_limits(doc: &Description, ty: &TypeExpr) -> Vec<Limit> {
    match Carrier::of(ty) {
        Some(Carrier::Text) => {
            let limits = lengths::known(doc, settled(lengths::limits(doc)));
            let mut limits = lengths::wide(doc, lengths::cut(doc, limits));
            let pattern = characters::pattern(doc.text()).map(LimitValue::Pattern);
            limits.extend(pattern.map(|value| Limit { kind: LimitKind::Pattern, value }));
            limits
        }
        Some(Carrier::List | Carrier::Joined) => {
            let of_numbers =
                matches!(ty, TypeExpr::Generic(_, item) if Carrier::of(item) == Some(Carrier::Number));
            settled(counts::limits(doc, of_numbers))
        }
        Some(Carrier::Number) => {
            let unsigned = matches!(ty, TypeExpr::Scalar(Scalar::Uint));
            let whole = !matches!(ty, TypeExpr::Scalar(Scalar::F64));
            settled(ranges::limits(doc, whole, unsigned))
        }
        Some(Carrier::Map) | None => Vec::new(),
    }
}

/// Returns the limits that a description of a list states for each item: 每个选项最多支持36个字符.
pub(crate) fn limits_of_each(doc: &str, ty: &TypeExpr) -> Vec<Limit> {
    static EACH: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:每一?[个条项]|单[个条])[^。；;\n]*"));
    static FILLED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:不少于|不小于|大于等于|至少|最少)\s*1\s*个?\s*字节"));
    let TypeExpr::Generic(list @ (Generic::List | Generic::Pipe | Generic::Csv), item) = ty else {
        return Vec::new();
    };
    let all = &Description::of(doc);
    let clauses: Vec<&str> = EACH.find_iter(all.text()).map(|found| found.as_str()).collect();
    let each = (!clauses.is_empty()).then(|| Description::of(&clauses.join("。")));
    match Carrier::of(item) {
        // A list has no length in characters, but a string that contains one does.
        Some(Carrier::Text) => {
            let Some(doc) = each.as_ref().or((*list == Generic::List).then_some(all)) else {
                return Vec::new();
            };
            let filled = doc.find(&FILLED).map(|_| Limit::number(LimitKind::MinChars, 1));
            let lengths = lengths::known(doc, lengths::lengths(doc));
            settled(filled.into_iter().chain(lengths).collect())
        }
        Some(Carrier::Number) => {
            if let Some(listed) = ranges::one_of(each.as_ref().unwrap_or(all)) {
                return vec![listed];
            }
            let counted = counts::limits(all, true);
            let mut limits = ranges::range(each.as_ref().unwrap_or(all));
            // The numbers count the items.
            if limits.iter().any(|limit| counted.iter().any(|other| other.value == limit.value)) {
                limits.clear();
            }
            let unsigned = **item == TypeExpr::Scalar(Scalar::Uint);
            limits.retain(|limit| !(unsigned && *limit == Limit::number(LimitKind::Min, 0)));
            limits
        }
        _ => Vec::new(),
    }
}

/// Returns the first limit of each kind; none if they contradict each other.
fn settled(limits: Vec<Limit>) -> Vec<Limit> {
    let mut kept: Vec<Limit> = Vec::new();
    for limit in limits {
        let numbers = limit.numbers();
        let small = |number: &Number| number.as_f64().is_some_and(|number| number.abs() <= u32::MAX.into());
        let sensible = !numbers.is_empty() && numbers.iter().all(small);
        if sensible && kept.iter().all(|known| known.kind != limit.kind) {
            kept.push(limit);
        }
    }
    if kept.iter().any(|limit| kept.iter().any(|other| limit.contradicts(other))) { Vec::new() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_of_the_kind_that_the_type_has() {
        for (doc, ty, expected) in [
            ("不超过64个字节", "string", vec![("max_bytes", 64)]),
            ("最长 128 字节", "string", vec![("max_bytes", 128)]),
            ("长度为1~64个字节", "string", vec![("max_bytes", 64)]),
            ("长度1～32个utf8字符", "string", vec![("min_chars", 1), ("max_chars", 32)]),
            ("最多20个字符", "string", vec![("max_chars", 20)]),
            ("最长64个utf8字", "string", vec![("max_chars", 64)]),
            ("文件名最多填255个字符, 英文算1个, 汉字算2个", "string", vec![("max_width", 255)]),
            (
                "最多填255个字符, 英文算1个, 汉字算2个, 超过255个字符会被截断",
                "string",
                vec![("cuts_at_width", 255)],
            ),
            ("名称，最多64个字符或32个汉字", "string", vec![("max_width", 64)]),
            ("名称，最多64个字符或64个汉字", "string", vec![("max_chars", 64)]),
            ("标题，不超过18个汉字或36个英文字母", "string", vec![("max_width", 36)]),
            ("长度10个汉字以内", "string", vec![("max_chars", 10)]),
            ("32字节以内", "string", vec![("max_bytes", 32)]),
            ("建议不超过36个字", "string", vec![]),
            ("最多支持100个", "list<string>", vec![("max_items", 100)]),
            ("至少1个，最多20个", "list<string>", vec![("min_items", 1), ("max_items", 20)]),
            ("取值范围 1~9", "int", vec![("min", 1), ("max", 9)]),
            ("有效的值范围是[0, 2^32)", "uint", vec![("max", 4_294_967_295)]),
            ("取值范围1到2^64-2", "uint", vec![]),
            ("最大值1000，默认值50", "uint", vec![("max", 1000)]),
            ("默认100，最大可填写1000", "uint", vec![("max", 1000)]),
            ("条数，最多设置为1000", "uint", vec![("max", 1000)]),
            ("账号个数，最多1000000个。(测试企业最多1000个)", "uint", vec![("max", 1_000_000)]),
            ("购买的月数，最多购买60个月", "uint", vec![("max", 60)]),
            ("补卡时限，最大不超过180天", "int", vec![("max", 180)]),
            ("不可小于-1或等于0或大于28", "int", vec![("min", -1), ("max", 28)]),
            ("间隔，最多60个月", "uint", vec![]),
            ("最小300秒，最大86399", "uint", vec![("min", 300), ("max", 86_399)]),
            ("最大不超过4小时", "uint", vec![]),
            ("不超过10万", "uint", vec![("max", 100_000)]),
            ("不超过2千条", "list<string>", vec![("max_items", 2000)]),
            ("默认值和最大值都为100", "uint", vec![("max", 100)]),
            ("不能大于2", "uint", vec![("max", 2)]),
            ("不能大于1000天", "uint", vec![]),
            ("大于等于2个UTF8字符", "string", vec![("min_chars", 2)]),
            ("不超过64个字符", "string", vec![("max_chars", 64)]),
            ("最多支持40个字节或者20个utf8字符", "string", vec![]),
            ("最多支持500个字节或者utf8字符", "string", vec![]),
            ("最多100个查询条目", "list<string>", vec![("max_items", 100)]),
            ("长度必须为8字节", "string", vec![("max_bytes", 8)]),
            ("长度必须为8", "string", vec![]),
            (
                "消息内容，最长不超过2048个字节，超过将截断（支持id转译）",
                "string",
                vec![("cuts_at_bytes", 2048)],
            ),
            ("群聊名，最多50个utf8字符，超过将截断", "string", vec![("cuts_at_chars", 50)]),
            ("备注信息，超过30个字符将被截断", "string", vec![("cuts_at_chars", 30)]),
            ("按钮文字，不超过4个文字，超过自动截断", "string", vec![("cuts_at_chars", 4)]),
            ("长度限制`128`字节，超出的部分截断", "string", vec![("cuts_at_bytes", 128)]),
            ("数组长度必须为2", "list<string>", vec![("min_items", 2), ("max_items", 2)]),
            ("列表，建议200个，最多不超过1000个", "list<string>", vec![("max_items", 1000)]),
            ("问题数组，每个投票支持添加10个问题", "list<Question>", vec![("max_items", 10)]),
            ("群ID列表。取值范围： 1 ~ 100", "list<string>", vec![("min_items", 1), ("max_items", 100)]),
            ("每周周几重复。取值范围：1 ~ 7", "list<uint>", vec![]),
            ("选项。每个选项最多支持36个字符", "list<string>", vec![]),
            ("不超过64个字节", "uint", vec![]),
            ("不超过64个字节", "Kind", vec![]),
        ] {
            assert_limits(doc, ty, &expected);
        }
    }

    #[test]
    fn ranges_in_words_have_both_ends() {
        for (doc, ty, expected) in [
            ("页码，从1开始，最大50，默认20", "uint", vec![("min", 1), ("max", 50)]),
            ("序号，从0开始", "uint", vec![]),
            ("纬度，浮点数，范围为90 ~ -90", "f64", vec![("min", -90), ("max", 90)]),
            ("支持范围[10^4^,10^6^]，默认值为10^6^", "uint", vec![("min", 10_000), ("max", 1_000_000)]),
            ("时区。例如：+8 表示东八区\n取值范围：-12 ~ +12", "int", vec![("min", -12), ("max", 12)]),
            ("时区，取值范围：-12 ~ +12", "int", vec![("min", -12), ("max", 12)]),
            ("密码，仅可输入4-6位纯数字", "string", vec![("min_chars", 4), ("max_chars", 6)]),
            ("指定时必须大于1", "uint", vec![("min", 2)]),
            ("总价，需大于0且不能超过500万", "uint", vec![("min", 1), ("max", 5_000_000)]),
            ("时长，必须大于0小于等于86400", "uint", vec![("min", 1), ("max", 86_400)]),
            ("大于0，小于99999", "uint", vec![("min", 1), ("max", 99_998)]),
            ("不小于3", "int", vec![("min", 3)]),
            ("要小于9，大于1", "uint", vec![("min", 2), ("max", 8)]),
            ("每月的第几天（1 - 31），只能每月填写", "uint", vec![("min", 1), ("max", 31)]),
            ("大小，必须大于0", "f64", vec![("exclusive_min", 0)]),
            ("默认-1不限制，不可小于-1或大于99", "int", vec![("min", -1), ("max", 99)]),
            ("取值范围[1,100]", "uint", vec![("min", 1), ("max", 100)]),
            ("取值范围(0,100]", "uint", vec![("min", 1), ("max", 100)]),
            ("取值【1~7】", "uint", vec![("min", 1), ("max", 7)]),
            ("每页条数，1~1000", "uint", vec![("min", 1), ("max", 1000)]),
            ("间隔，默认1800s，最大不超过4小时", "uint", vec![("max", 14_400)]),
            ("不超过666 K个字节", "string", vec![("max_bytes", 681_984)]),
            ("菜单的名字。不能为空，不超过16字节", "string", vec![("min_chars", 1), ("max_bytes", 16)]),
            ("成员列表，不能为空", "list<string>", vec![("min_items", 1)]),
            ("随机字符串，不长于32位", "string", vec![("max_chars", 32)]),
            ("个数应为1~3个", "list<string>", vec![("min_items", 1), ("max_items", 3)]),
            ("一个图文消息支持1到8条图文", "list<string>", vec![("min_items", 1), ("max_items", 8)]),
            ("列表长度取值范围为 [1, 3]", "list<string>", vec![("min_items", 1), ("max_items", 3)]),
            ("购买应用列表可填充个数： 1 ~ 20", "list<string>", vec![("min_items", 1), ("max_items", 20)]),
            ("列表，该字段不能为空数组，不超过6个", "list<string>", vec![("max_items", 6), ("min_items", 1)]),
            ("列表，该字段可为空数组，1到6个", "list<string>", vec![("max_items", 6)]),
            ("名字，可为空，长度1~6个字符", "string", vec![("max_chars", 6)]),
            ("items个数需要大于0且不超过5", "list<string>", vec![("min_items", 1), ("max_items", 5)]),
            ("不超过 10 个，最少1个", "list<string>", vec![("min_items", 1), ("max_items", 10)]),
        ] {
            assert_limits(doc, ty, &expected);
        }
    }

    #[test]
    fn each_item_of_a_list_may_have_limits() {
        for (doc, ty, expected) in [
            ("每个问题支持添加10个选项。每个选项最多支持36个字符。", "list<string>", &["max_chars: 36"][..]),
            ("每个词不超过64字节", "csv<string>", &["max_bytes: 64"]),
            ("每个选项最多支持36个字符", "list<Option>", &[]),
            ("每个选项建议不超过36个字符", "list<string>", &[]),
            ("每个成员最多10个标签", "list<string>", &[]),
            (
                "单个userid不少于1字节，不多于64字节，最多100个",
                "list<string>",
                &["min_chars: 1", "max_bytes: 64"],
            ),
            ("敏感词列表，敏感词长度1~32个utf8字符", "list<string>", &["min_chars: 1", "max_chars: 32"]),
            ("词长度1~32个字符", "pipe<string>", &[]),
            ("每个词长度1~32个字符", "pipe<string>", &["min_chars: 1", "max_chars: 32"]),
            ("每个X为2到6个字符", "list<string>", &["min_chars: 2", "max_chars: 6"]),
            ("列表，不能为空", "list<string>", &[]),
            ("每周周几重复。取值范围：1 ~ 7", "list<uint>", &["min: 1", "max: 7"]),
            ("差值，取值范围：-604800 ~ 86399", "csv<int>", &["min: -604800", "max: 86399"]),
            ("部门id列表，每个部门id的取值范围为[1, 2^32)", "list<uint>", &["min: 1", "max: 4294967295"]),
            ("排序值。有效的值范围是[0, 2^32)", "list<uint>", &["max: 4294967295"]),
            ("标签id列表，支持1到8个", "list<uint>", &[]),
            ("取值范围：1 ~ 7", "list<Day>", &[]),
        ] {
            let found = limits_of_each(doc, &ty.parse().expect("a type"));
            assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{doc}");
        }
    }

    #[test]
    fn ends_of_a_range_may_be_fractions() {
        let said = |doc| {
            let found = limits(doc, &TypeExpr::Scalar(Scalar::F64));
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            said("宽高比要小于2.25，大于1.3，不填该参数默认1.3"),
            ["exclusive_min: 1.3", "exclusive_max: 2.25"]
        );
        assert_eq!(said("大于等于0.5且小于等于2"), ["min: 0.5", "max: 2"]);
        assert_eq!(said("如果大于1.5，则按1.5处理"), [""; 0]);
    }

    #[test]
    fn multiples_are_in_the_unit_of_the_number() {
        for (doc, expected) in [
            ("最早时间，单位：秒\n需要是60的倍数", vec![("multiple_of", 60)]),
            ("余额，单位为秒，必须为360整倍数，即0.1小时整倍数", vec![("multiple_of", 360)]),
            (
                "该字段将秒数换算为小时，取值范围为3600-86400，且必须是0.1小时的倍数",
                vec![("min", 3600), ("max", 86_400), ("multiple_of", 360)],
            ),
            ("时长（分钟），需要是5分钟的倍数", vec![("multiple_of", 5)]),
            ("时长，单位秒，需要是5分钟的倍数", vec![("multiple_of", 300)]),
            ("需要是5分钟的倍数", vec![]),
            ("秒数，type为hour时需为360的整倍数", vec![]),
            ("当按小时计算时，必须为360整倍数", vec![]),
            ("其他：需为43200的整倍数", vec![]),
            ("最大值不超过3000，即换算倍数不超过30", vec![("max", 3000)]),
        ] {
            assert_limits(doc, "uint", &expected);
        }
    }

    #[test]
    fn what_only_looks_like_a_limit_is_none() {
        for (doc, ty) in [
            ("如该参数大于100则按100处理", "uint"),
            ("需要大于2000年1月1日零点", "uint"),
            ("红包金额大于200或者小于1元时必传", "uint"),
            ("文件大小。最大支持20G", "uint"),
            ("参数get_all为否时，此字段不能为空", "string"),
            ("key和value不能同时为空", "string"),
            ("间隔，例如：1~10", "uint"),
            ("关键词长度1~32个字符", "list<string>"),
            ("从3天内最早的消息开始返回", "uint"),
            ("2020~2021学年", "uint"),
            ("分别表示1~31号", "uint"),
        ] {
            assert_limits(doc, ty, &[]);
        }
    }

    fn assert_limits(doc: &str, ty: &str, expected: &[(&str, i64)]) {
        let ty = ty.parse().expect("a type");
        let found = limits(doc, &ty);
        let number = |limit: &Limit| Some((limit.kind.key(), limit.as_number()?.as_i64()?));
        let found: Vec<(&str, i64)> = found.iter().filter_map(number).collect();
        assert_eq!(found, expected, "{doc}");
    }
}
