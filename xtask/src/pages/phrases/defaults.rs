//! Wordings for the default of an omitted field.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::numbers::{in_digits, seconds};
use super::values::{Value, value_of};
use crate::pages::markup::regex;
use crate::spec::type_expr::{Scalar, TypeExpr};

// The text after the word 默认, unless that belongs to a noun: 应用的默认日历.
static SAID: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:^|[^否要会的、])(?:默认|缺省)(?:值)?(?:情况下?|[和与、]最大值(?:都|均)?)?\s*(?:设置为|为|是|取|：|:|=)?\s*",
        r#"(?:["“‘「`])?([^\s"”’」`，,。；;（(）)、|：:]+)"#,
    ))
});
// Without that word.
static LEFT_OUT: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不填|不传|不填写|不指定|未填写|未指定)(?:写)?(?:或错填)?(?:时|的话)?[，,]?\s*(?:则为|则|表示|代表|视为|为)\s*(?:默认)?",
        r#"(?:["“‘「`])?([^\s"”’」`，,。；;（(）)、|：:]+)"#,
    ))
});
// Beside the value itself.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:^|[，,。；;：:、（(\s])([0-9A-Za-z_]+)\s*(?:[(（]默认(?:值)?[)）]|或不填|或不传)",
        r"|(?:^|[，,。；;：:、（(\s])([0-9A-Za-z_]+)\s*(?:[:：=-]|表示|代表)\s*[^；;，,。:：\s]{1,16}?\s*",
        r"(?:[(（]默认(?:值)?[)）]|[，,]\s*默认值?(?:\s*[；;。，,\n]|\s*$|\s+(?:[^0-9A-Za-z\s]|[0-9A-Za-z_]+\s*[:：=-])))",
        r"|(?:不填|不传)(?:该|此|本)?(?:字段|参数)?或(?:者)?(?:填|传|值?为)?\s*([0-9]+)",
        r"|默认情况下?或(?:者)?(?:值)?为?\s*([0-9]+)",
        r"|(?:^|[，,。；;：:、（(\s])(true|false|[0-9]+)\s*[:：-]\s*默认(?:配置|值|情况|选项)?(?:$|[，,。；;\s])",
    ))
});

/// Returns the default in a description, if it is a value of the type; for an enum, the description's list of values
/// is used.
pub(crate) fn default(doc: &str, ty: &TypeExpr, listed: &[Value]) -> Option<serde_yaml::Value> {
    let TypeExpr::Scalar(scalar) = *ty else { return None };
    let doc = &in_digits(doc);
    let marked = MARKED.captures_iter(doc).find_map(|found| {
        let word = (1..=5).find_map(|group| found.get(group))?.as_str();
        value_of(word, scalar).filter(|_| scalar != Scalar::String || listed.iter().any(|of| of.wire == word))
    });
    let said = || {
        let said = SAID.captures_iter(doc).chain(LEFT_OUT.captures_iter(doc));
        let mut words = said.map(|found| Word::of(doc, &found, listed));
        words.find_map(|word| word.value(scalar))
    };
    marked.or_else(said)
}

/// A stated default, with the surrounding text that may explain it.
struct Word<'d> {
    doc: &'d str,
    /// Whether it is in quotes.
    quoted: bool,
    text: &'d str,
    listed: &'d [Value],
}

impl<'d> Word<'d> {
    fn of(doc: &'d str, found: &Captures<'d>, listed: &'d [Value]) -> Self {
        let word = found.get(1).map_or(0..0, |word| word.range());
        let before = doc[..word.start].chars().next_back();
        let quoted = before.is_some_and(|c| "\"“‘「`".contains(c));
        Self { doc, quoted, text: &doc[word], listed }
    }

    fn value(&self, scalar: Scalar) -> Option<serde_yaml::Value> {
        let text = self.text;
        match scalar {
            Scalar::Bool => self.answer().map(Into::into),
            Scalar::Flag => self.answer().map(|answer| u64::from(answer).into()),
            Scalar::F64 => decimal(text).0.parse::<f64>().ok().map(Into::into),
            Scalar::Int | Scalar::Uint => self.number(scalar).or_else(|| self.labelled(scalar)),
            Scalar::String => {
                let word = ascii(text);
                // A number isn't a text, and neither is the rest of a sentence.
                let clear = word.starts_with(|c: char| c.is_ascii_alphabetic());
                let quoted = (self.quoted && !clear).then_some(text);
                let labelled = || self.labelled(scalar);
                quoted.or(clear.then_some(word)).and_then(|word| value_of(word, scalar)).or_else(labelled)
            }
            _ => None,
        }
    }

    fn number(&self, scalar: Scalar) -> Option<serde_yaml::Value> {
        static UNIT: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:分钟|小时|天|分|日|元|[KkMmGg%])"));
        let (digits, rest) = decimal(self.text);
        let Some(unit) = UNIT.find(rest) else { return value_of(digits, scalar) };
        let in_seconds = self.doc.contains('秒');
        let number = digits.parse::<i64>().ok().zip(seconds(unit.as_str()).filter(|_| in_seconds));
        number.and_then(|(number, times)| number.checked_mul(times)).map(Into::into)
    }

    /// Returns the listed value that it names.
    fn labelled(&self, scalar: Scalar) -> Option<serde_yaml::Value> {
        let likeness = |value: &&Value| strsim::normalized_levenshtein(&value.doc, self.text);
        let mut alike: Vec<&Value> = self.listed.iter().filter(|value| likeness(value) > 0.7).collect();
        alike.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
        let starts = |value: &&Value| value.doc.starts_with(self.text) || self.text.starts_with(&value.doc);
        let mut starting = self.listed.iter().filter(starts);
        let only = starting.next().filter(|_| starting.next().is_none());
        // 默认用标题, if one of them has the label key用标题表示.
        let word = self.text.strip_prefix(['用', '按', '以']).filter(|word| word.chars().count() > 1);
        let having = |value: &&Value| word.is_some_and(|word| value.doc.contains(word));
        let mut having = self.listed.iter().filter(having);
        let only = only.or_else(|| having.next().filter(|_| alike.is_empty() && having.next().is_none()));
        value_of(&only.or(alike.first().copied())?.wire, scalar)
    }

    /// Returns yes or no.
    fn answer(&self) -> Option<bool> {
        static ANSWERS: LazyLock<Regex> = LazyLock::new(|| {
            regex(r"(?:^|[^0-9A-Za-z])(true|false|0|1)\s*(?:[:：=-]|表示|代表|为)\s*([^\s，,。；;、（(）)]+)")
        });
        static QUESTION: LazyLock<Regex> =
            LazyLock::new(|| regex(r"是否(?:要|会|可以|能够?|已|需要?)?([^\s，,。；;（(）)]+)"));
        let text = self.text;
        match ascii(text) {
            "true" | "1" => return Some(true),
            "false" | "0" => return Some(false),
            _ => {}
        }
        if matches!(text, "是" | "否") {
            return Some(text == "是");
        }
        let labels = ANSWERS.captures_iter(self.doc).map(|found| (matches!(&found[1], "true" | "1"), found));
        let labelled = labels.filter(|(_, found)| found[2] == *text).map(|(answer, _)| answer);
        let by_label: Vec<bool> = labelled.collect();
        if let [answer] = by_label[..] {
            return Some(answer);
        }
        let question = QUESTION.captures(self.doc)?;
        same_sense(&question[1], text)
    }
}

/// Returns whether an answer says the same as the question, or the opposite, if they are about the same thing.
fn same_sense(asked: &str, answer: &str) -> Option<bool> {
    const OPPOSITES: [(&str, &str); 8] = [
        ("开", "关"),
        ("允许", "禁止"),
        ("启用", "禁用"),
        ("启用", "停用"),
        ("升序", "降序"),
        ("显示", "隐藏"),
        ("公开", "私密"),
        ("需要", "无需"),
    ];
    let plain = |text: &str| {
        let bare = text.trim_start_matches(['不', '未', '非', '无']);
        (bare.len() == text.len(), bare.trim_start_matches("需要").to_owned())
    };
    let ((asks, of), (answers, what)) = (plain(asked), plain(answer));
    let both = |one: &str, other: &str| of.contains(one) && what.contains(other);
    if OPPOSITES.iter().any(|(one, other)| both(one, other) || both(other, one)) {
        return Some(asks != answers);
    }
    let alike = what.chars().next().is_some_and(|first| of.contains(first));
    alike.then_some(asks == answers)
}

/// Returns the letters and digits at the beginning of a text.
fn ascii(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Returns the number at the beginning of a text, and the rest.
fn decimal(text: &str) -> (&str, &str) {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"^-?[0-9]+(?:\.[0-9]+)?"));
    text.split_at(NUMBER.find(text).map_or(0, |found| found.end()))
}

#[cfg(test)]
mod tests {
    use super::super::values::values;
    use super::*;

    #[test]
    fn defaults_are_values_of_the_type() {
        for (doc, ty, expected) in [
            ("默认为0", "int", Some(0.into())),
            ("默认值50，最大100", "uint", Some(50.into())),
            ("默认值和最大值都为100", "uint", Some(100.into())),
            ("默认false", "bool", Some(false.into())),
            ("默认1", "flag", Some(1.into())),
            ("默认为single", "string", Some("single".into())),
            ("默认为0", "string", None),
            ("默认为红", "string", None),
            ("默认-1", "uint", None),
            ("默认5", "flag", None),
            ("默认5", "list<int>", None),
        ] {
            assert_default(doc, ty, expected);
        }
    }

    #[test]
    fn defaults_in_words_are_understood_by_what_is_asked_and_listed() {
        for (doc, ty, expected) in [
            ("是否允许提前加入。true:允许；false:不允许。默认允许", "bool", Some(true.into())),
            ("是否开启水印，true:开启；false:不开启。默认不开启", "bool", Some(false.into())),
            ("是否开启等候室，默认不开", "bool", Some(false.into())),
            ("是否需要详情，默认为否", "flag", Some(0.into())),
            ("是否升序。0-否；1-是。默认降序", "flag", Some(0.into())),
            ("是否通知成员，0-不通知，1-通知， 不填则通知", "flag", Some(1.into())),
            ("是否禁止转发，默认允许", "bool", Some(false.into())),
            ("是否开启审批打卡，若未返回则默认开启", "bool", Some(true.into())),
            ("不填默认是", "flag", Some(1.into())),
            ("默认由管理员决定", "bool", None),
            ("是否设为应用的默认日历。0-否；1-是。默认为0，即不设为默认日历", "flag", Some(0.into())),
            ("是否全员日历。不支持指定颜色、默认日历、权限", "flag", None),
            ("该选项是否要默认选中", "bool", None),
            ("时间间隔，默认1800s", "uint", Some(1800.into())),
            ("时长，单位秒，默认值30分钟", "uint", Some(1800.into())),
            ("时长，默认值30分钟", "uint", None),
            ("宽高比，不填该参数默认1.3", "f64", Some(1.3.into())),
            ("按钮文字。 默认为“详情”， 不超过4个文字", "string", Some("详情".into())),
            ("颜色，0(默认) 灰色，1 黑色", "uint", Some(0.into())),
            ("点击事件，0或不填代表没有点击事件，1 代表跳转url", "uint", Some(0.into())),
            ("处理方式，0-视为异常，默认值；1-视为正常", "uint", Some(0.into())),
            ("类型，0：通用直播，4：活动直播，默认 0。其中0和1需要权限", "uint", Some(0.into())),
            ("颜色，0：红，默认 1：绿", "uint", Some(0.into())),
            ("0：企业发表 1：个人发表 2：所有，默认情况下为所有类型", "uint", Some(2.into())),
            ("1:开启；0:关闭；2:超过6人后自动开启静音。默认超过6人自动开启静音", "uint", Some(2.into())),
            ("类型，single-单聊；group-群聊，默认单聊", "string", Some("single".into())),
            ("格式，html，text（默认是html）", "string", Some("html".into())),
            ("不填该字段或者填0代表全部", "uint", Some(0.into())),
            ("最大值100，默认情况或者值为0表示全部", "uint", Some(0.into())),
            ("无需报名。\ntrue：无需。\nfalse：默认配置，需要报名。", "bool", Some(false.into())),
            ("ID-标识；TITLE-列的标题，默认用标题", "string", Some("TITLE".into())),
        ] {
            assert_default(doc, ty, expected);
        }
    }

    fn assert_default(doc: &str, ty: &str, expected: impl Into<Option<serde_yaml::Value>>) {
        let listed = values(doc, ty == "string");
        let ty = ty.parse().expect("it is a type");
        assert_eq!(default(doc, &ty, &listed), expected.into(), "{doc}");
    }
}
