//! Wordings for conditions on the value of one field for another field.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::claim::{Claim, Subject, own_name};
use crate::pages::markup::regex;

/// Returns what a sentence about a field demands of it, or of others because of it.
pub(super) fn of(sentence: &str, field: &str) -> Vec<Claim> {
    let mut found = by_own_value(sentence, field);
    if found.is_empty() {
        found.extend(required_when(sentence, field).or_else(|| required_with(sentence, field)));
        found.extend(forbidden_when(sentence, field).or_else(|| forbidden_unless(sentence, field)));
    }
    found.extend(by_listed_value(sentence, field));
    found
}

/// Returns what a field's values demand of others, if its own row says so: 当值为0、1时，不得传入a，b.
fn by_own_value(sentence: &str, when: &str) -> Vec<Claim> {
    static OWN: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"当(?:该|此|本)?(?:字段|参数)?的?值?(?:为|是|等于)\s*(["“]?[A-Za-z0-9_]+["”]?(?:\s*(?:或者?|、|/|和|,|，)\s*["“]?[A-Za-z0-9_]+["”]?)*)\s*时[，,]?\s*"#,
            r"(?:(不得|不能|不可以?|不允许|禁止)|必须|必|需要?)(?:同时)?(?:传入?|填写?|指定|设置|提供)\s*",
            r"([A-Za-z_][A-Za-z0-9_.]*(?:\s*(?:、|/|和|及|与|,|，)\s*[A-Za-z_][A-Za-z0-9_.]*)*)(.*)$",
        ))
    });
    let Some(found) = OWN.captures(sentence) else { return Vec::new() };
    // One of several may be enough.
    if found.get(2).is_none() && ["至少", "之一", "其中"].iter().any(|word| found[4].contains(word)) {
        return Vec::new();
    }
    let is = values_in(&found[1]);
    let when = || Subject::Field(own_name(when));
    let names = found[3].split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
    let fields = names.filter(|name| !name.is_empty()).map(own_name);
    let claim = |field| match found.get(2) {
        Some(_) => Claim::ForbiddenWhen { field, when: when(), is: is.clone() },
        None => Claim::RequiredWhen { field, when: when(), is: is.clone() },
    };
    fields.map(claim).collect()
}

/// Returns the demands in brackets behind a value that a row lists: cancel-取消（必须带上id）.
fn by_listed_value(sentence: &str, when: &str) -> Vec<Claim> {
    static LISTED: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:^|[^A-Za-z0-9_])([A-Za-z0-9_]+)\s*[-:：=]\s*[^，,。；;（()）A-Za-z0-9]{1,16}[（(]\s*(?:此时|这时)?(?:必须|必|需要?)",
            r"(?:同时)?(?:带上?|传入?|填写?|指定|设置|提供)\s*([A-Za-z_][A-Za-z0-9_.]*)\s*[）)]",
        ))
    });
    // 1-按设备筛选，该条件下a必填.
    static UNDER: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:^|[^A-Za-z0-9_])([A-Za-z0-9_]+)\s*[-:：=]\s*[^，,。；;]{1,24}[，,]\s*(?:该|此|这种)(?:条件|情况|类型|时)下?\s*",
            r"([A-Za-z_][A-Za-z0-9_.]*)\s*(?:为?必[填传选])",
        ))
    });
    let listed = LISTED.captures_iter(sentence).chain(UNDER.captures_iter(sentence));
    let claims = listed.map(|found| Claim::RequiredWhen {
        field: own_name(&found[2]),
        when: Subject::Field(own_name(when)),
        is: vec![found[1].to_owned()],
    });
    claims.collect()
}

fn required_when(sentence: &str, field: &str) -> Option<Claim> {
    static BY_NAME: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"([A-Za-z_][A-Za-z0-9_.]*)\s*[)）]?(?:的?值)?(?:为|=|＝|等于|是)\s*(["“]?[A-Za-z0-9_]+["”]?(?:\s*(?:或者?|、|/|和)\s*["“]?[A-Za-z0-9_]+["”]?)*|[是否])"#,
            r"(?:或(?:者)?(?:不[填传]|为空))?\s*(?:的话|[时是](?:有效)?(?:且|并且)?)[，,]?\s*(?:该字段|该参数|此字段|此参数|该值|本字段|参数)?\s*(?:要求)?",
            r"(?:为?必填|必传|为?必选|必须填|需要?填|不能为空)",
        ))
    });
    static CALLED: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"(?:当|^\s*)([^，,。；;A-Za-z0-9"“]{2,12}?)(?:为|是|等于)\s*["“「]?([^，,。；;"”」]{1,24}?)["”」]?\s*时[，,]?\s*"#,
            r"(?:该字段|该参数|此字段|此参数|该值|本字段)?\s*(?:为?必填|必传|为?必选|必须填|需要?填|不能为空)",
        ))
    });
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:当|若|如果)?\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:的?值)?(?:为|=|＝|等于|是)\s*[“「]?([^，,。；;“”「」A-Za-z0-9]{2,12}?)[”」]?\s*",
            r"时[，,]?\s*(?:该字段|该参数|此字段|此参数|该值|本字段)?(?:为?必填|必传|为?必选|必须填|需要?填|不能为空)",
        ))
    });
    // With no word for the time, it is only clear if a value is called so.
    static ALONE: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"(?:^|[，,])\s*([^A-Za-z0-9，,。、“”（()）时非不未则均都也]{4,8})必[填传]\s*(?:$|[（(])")
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
    if !["时", "类型", "必", "的话"].iter().any(|word| sentence.contains(word)) {
        return None;
    }
    let field = field.to_owned();
    if let Some(found) = BY_NAME.captures(sentence) {
        let is = match &found[2] {
            "是" => vec!["true".to_owned()],
            "否" => vec!["false".to_owned()],
            values => values_in(values),
        };
        let when = own_name(&found[1]);
        return (when != field).then_some(Claim::RequiredWhen { field, when: Subject::Field(when), is });
    }
    if let Some(found) = LABEL.captures(sentence) {
        let (when, is) = (own_name(&found[1]), vec![found[2].to_owned()]);
        return (when != field).then_some(Claim::RequiredWhen { field, when: Subject::Field(when), is });
    }
    if let Some(found) = KIND.captures(sentence) {
        return Some(Claim::RequiredWhen { field, when: Subject::OfThese, is: values_in(&found[1]) });
    }
    let Some(found) = CALLED.captures(sentence).or_else(|| CHOSEN.captures(sentence)) else {
        let found = LABELLED.captures(sentence).or_else(|| ALONE.captures(sentence))?;
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
            r"(?:填写?|传入?|设置|指定|使用|有|存在|包含)了?\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:字段|参数)?(?:(?:的方式[^，,]{0,4}|后)?[，,]|(?:的话|时|的时候)[，,]?)\s*",
            r"(?:该字段|该参数|此字段|此参数|本字段)?(?:为?必填|必传|为?必选|必须填|不能为空)",
        ))
    });
    static ALSO: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:填写?|传入?|设置|指定)了?\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:字段|参数)?(?:的话|时|的时候|后)?[，,]\s*",
            r"(?:则|也|还|那么)?(?:必须|须|需要)(?:同时|也)?(?:指定|填写?|传入?|设置|提供)\s*([A-Za-z_][A-Za-z0-9_.]*)",
        ))
    });
    // 若指定了a，则b也要同时指定.
    static NEEDS: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:若|如果?)(?:填写?|传入?|设置|指定)了?\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:字段|参数)?(?:的话|时|后)?[，,]\s*(?:则|那么)?\s*",
            r"([A-Za-z_][A-Za-z0-9_.]*)\s*(?:字段|参数)?(?:也|还)?(?:必须|必|须|需要?|要)(?:同时|也)?(?:填写?|传入?|设置|指定|提供)",
        ))
    });
    // 若a填写，则该项为必填.
    static SET: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:若|如果?)\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:有?填写?|有值|不为空|已?设置|非空)[，,]\s*(?:则|那么)?\s*",
            r"(?:该项|此项|该字段|该参数|此字段|此参数|本字段)(?:为?必填|必传|为?必选|必须填|不能为空)",
        ))
    });
    // 如果传了该字段，a不能为空; 请求参数a必传.
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:(?:若|如果?)(?:填写?|传入?|更新|设置|指定)了?(?:该|此|本)(?:字段|参数)[，,]\s*(?:则)?|请求参数)\s*",
            r"([A-Za-z_][A-Za-z0-9_.]*)\s*(?:也|还)?(?:为?必[填传选]|必须[填传]|不能为空)",
        ))
    });
    if let Some(found) = OTHER.captures(sentence) {
        let other = own_name(&found[1]);
        return (other != field).then(|| Claim::RequiredWith { field: other, when: field.to_owned() });
    }
    if let Some(found) = ALSO.captures(sentence).or_else(|| NEEDS.captures(sentence)) {
        let [when, field] = [&found[1], &found[2]].map(own_name);
        return (when != field).then_some(Claim::RequiredWith { field, when });
    }
    let denied = |found: &Captures<'_>| {
        found.get(0).is_some_and(|found| sentence[..found.start()].ends_with(['未', '不', '没', '非']))
    };
    if let Some(found) =
        WITH.captures(sentence).filter(|found| !denied(found)).or_else(|| SET.captures(sentence))
    {
        let when = own_name(&found[1]);
        return (when != field).then(|| Claim::RequiredWith { field: field.to_owned(), when });
    }
    let found = TOGETHER.captures(sentence)?;
    let other = own_name(found.get(1).or_else(|| found.get(2))?.as_str());
    (other != field).then(|| Claim::RequiredWith { field: other, when: field.to_owned() })
}

/// Returns the fields that must not be set unless another field has some values: `kind=3时才允许设置`.
fn forbidden_unless(sentence: &str, field: &str) -> Option<Claim> {
    static UNLESS: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"([A-Za-z_][A-Za-z0-9_.]*)\s*(?:的?值)?(?:为|=|＝|等于|是)\s*(["“]?[A-Za-z0-9_]+["”]?(?:\s*(?:或者?|、|/|和)\s*["“]?[A-Za-z0-9_]+["”]?)*)"#,
            r"\s*时[，,]?\s*(?:该字段|该参数|此字段|此参数|本字段)?\s*才(?:允许|能够?|可以?)(?:填|传|设置|指定)",
        ))
    });
    let found = UNLESS.captures(sentence)?;
    let when = own_name(&found[1]);
    let is = values_in(&found[2]);
    (when != field).then(|| Claim::ForbiddenUnless { field: field.to_owned(), when, is })
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

#[cfg(test)]
mod tests {
    use super::super::claim::without_verb;
    use super::*;

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
            ("当advanced为1是，必填，订单信息", "order", Subject::Field("advanced".to_owned()), &["1"]),
            ("所属的分类，level为2的话必传", "parent", Subject::Field("level".to_owned()), &["2"]),
            ("当烤炉类型(oven_type)为1时必填", "name", Subject::Field("oven_type".to_owned()), &["1"]),
            ("页码，仅当type为 1时有效且参数必传", "page", Subject::Field("type".to_owned()), &["1"]),
            (
                "参数get_all为否或不填时，此字段不能为空",
                "ids",
                Subject::Field("get_all".to_owned()),
                &["false"],
            ),
            ("当type为网页链接时必传", "url", Subject::Field("type".to_owned()), &["网页链接"]),
            ("经营场景为“线下门店”时必填", "place", Subject::Called("经营场景".to_owned()), &["线下门店"]),
            ("代码，外部嘉宾必填（例如：86）", "area", Subject::Labelled, &["外部嘉宾"]),
        ] {
            assert_eq!(of(text, field), claim(field, when, is), "{text}");
        }
        assert_eq!(of("view类型必须", "url"), claim("url", Subject::OfThese, &["view"]));
        assert_eq!(of("未指定url时必填", "key"), []);
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
            ("若指定bake_start，则bake_end也要同时指定", "bake_start", with("bake_end", "bake_start")),
            ("若使用 recipe 的方式导入，该字段必填", "oven", with("oven", "recipe")),
            ("任务id，填了oven_menu字段的话本字段必填", "task_id", with("task_id", "oven_menu")),
            ("传入bake_name时必填", "bake_mac", with("bake_mac", "bake_name")),
            ("若text填写，则该项为必填", "lang", with("lang", "text")),
            ("如果传了该字段，word_list不能为空", "rule", with("word_list", "rule")),
            ("是否允许，请求参数 mute_all 必传，且为true时生效", "allow", with("mute_all", "allow")),
        ] {
            assert_eq!(of(text, about), claim, "{text}");
        }
        assert_eq!(of("可以同时指定多个oven", "oven"), []);
    }

    #[test]
    fn a_value_may_be_called_without_its_field() {
        let is = vec!["拉取已烤列表".to_owned()];
        let claim = Claim::RequiredWhen { field: "start".to_owned(), when: Subject::Labelled, is };
        assert_eq!(of("拉取已烤列表时必填，其余type不填", "start"), [claim]);
        assert_eq!(without_verb("拉取已烤列表"), without_verb("获取已烤列表"));
    }

    #[test]
    fn a_field_may_be_forbidden_by_the_values_of_another() {
        let claim = Claim::ForbiddenWhen {
            field: "filling".to_owned(),
            when: Subject::Field("type".to_owned()),
            is: vec!["2".to_owned()],
        };
        assert_eq!(of("馅料。type为2时不可指定", "filling"), [claim]);
        assert_eq!(of("type为2时不可指定为空", "filling"), []);
        let unless = Claim::ForbiddenUnless {
            field: "filling".to_owned(),
            when: "type".to_owned(),
            is: vec!["3".to_owned()],
        };
        assert_eq!(of("说明：type=3时才允许设置", "filling"), [unless]);
    }

    #[test]
    fn what_a_value_demands_of_others_may_stand_with_it() {
        let claim = |field: &str, when: &str, is: &[&str], forbidden: bool| {
            let (field, when) = (field.to_owned(), Subject::Field(when.to_owned()));
            let is = is.iter().map(|value| (*value).to_owned()).collect();
            if forbidden {
                Claim::ForbiddenWhen { field, when, is }
            } else {
                Claim::RequiredWhen { field, when, is }
            }
        };
        for (text, about, expected) in [
            (
                "当值为0、1时，不得传入jam，cream",
                "kind",
                vec![claim("jam", "kind", &["0", "1"], true), claim("cream", "kind", &["0", "1"], true)],
            ),
            ("当值为3时，必须传入jam", "kind", vec![claim("jam", "kind", &["3"], false)]),
            ("当值为3时，必须传入jam，cream至少一项", "kind", vec![]),
            (
                "条件，1-按烤炉筛选，该条件下ovens必填，并忽略cups",
                "kind",
                vec![claim("ovens", "kind", &["1"], false)],
            ),
            (
                "方法：bake-烘烤（不传时是新烤） cancel-取消（必须带上id） 默认为bake",
                "method",
                vec![claim("id", "method", &["cancel"], false)],
            ),
        ] {
            assert_eq!(of(text, about), expected, "{text}");
        }
    }
}
