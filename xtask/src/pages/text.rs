//! What the descriptions of fields say besides what they mean: types, values, limits, defaults, rates.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::contents::{plain, regex};

/// A type as a table gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DocType {
    /// How many lists are around it.
    pub lists: usize,
    /// What it is a list of, if it says so.
    pub base: Base,
}

/// What a table calls the type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    String,
    Bool,
    I32,
    U32,
    I64,
    U64,
    F64,
    Object,
    File,
    /// It says `array`, or something nobody knows.
    Unknown,
}

impl Base {
    /// Its name in a spec, for scalars.
    pub(crate) fn scalar(self) -> Option<&'static str> {
        Some(match self {
            Self::String => "string",
            Self::Bool => "bool",
            Self::I32 => "i32",
            Self::U32 => "u32",
            Self::I64 => "i64",
            Self::U64 => "u64",
            Self::F64 => "f64",
            Self::File => "file",
            Self::Object | Self::Unknown => return None,
        })
    }
}

/// Reads the column 类型.
pub(crate) fn doc_type(text: &str) -> DocType {
    let text = text.to_ascii_lowercase().replace(['\\', ' '], "");
    let brackets = text.matches("[]").count();
    let array = ["array", "arrary", "list", "数组", "列表"].iter().any(|word| text.contains(word));
    let base = [
        (Base::Object, &["obj", "obect", "struct", "json", "map", "对象", "结构"][..]),
        (Base::U64, &["uint64", "unsignedlong"]),
        (Base::I64, &["int64", "long", "bigint"]),
        (Base::U32, &["uint", "uin32", "unit32", "unsigned"]),
        (Base::I32, &["int", "整"]),
        (Base::F64, &["double", "float", "decimal"]),
        (Base::Bool, &["bool", "布尔"]),
        (Base::F64, &["number"]),
        (Base::String, &["str", "sti", "char", "text", "字符串"]),
        (Base::File, &["file", "multipart"]),
    ]
    .into_iter()
    .find(|(_, words)| words.iter().any(|word| text.contains(word)))
    .map_or(Base::Unknown, |(base, _)| base);
    DocType { lists: brackets.max(usize::from(array)), base }
}

/// A documented value and what the text says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    /// As on the wire.
    pub wire: String,
    /// What it means.
    pub doc: String,
}

/// The values that a description lists, if it lists several.
pub(crate) fn values(doc: &str, text: bool) -> Vec<Value> {
    static SPACED: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:^|[：:，,；;、\s])(0|[1-9][0-9]{0,3})(?:[(（]默认[)）])?\s*([^\s0-9A-Za-z.:：=，,；;。|",
            r"/~\-][^\s，,；;。、|]*)",
        ))
    });
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        regex(r#"([^A-Za-z0-9\s，,、。；;（(）):：]+)[（(]["“]?([a-z][A-Za-z0-9_]*)["”]?[)）]"#)
    });
    static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?:^|[^0-9A-Za-z.~\[(\-])(-?[0-9]{1,5})(?:或不填|或空|[(（]默认[)）])?\s*(?:[:：=、]|-{1,2}",
            r"|——?|–|\.|表示|代表|为|是|）|\))\s*([^0-9\s:：，,；;。.|/~\-][^，,；;。|/]*)",
        ))
    });
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"(?:^|[^0-9A-Za-z_./<&])["“‘']?([A-Za-z][A-Za-z0-9_]*)["”’']?\s*(?:[:：=]|-{1,2}|"#,
            r#"——?|–|[，,]?(?:表示|代表)|为)\s*([^A-Za-z0-9\s:：，,；;。.|/_=\-][^，,；;。|]*)"#,
        ))
    });
    let found = listed(doc, if text { &WORDS } else { &NUMBERS }, text);
    if !found.is_empty() {
        return found;
    }
    let pairs: Vec<Value> = if text {
        let before = ["分别有", "分别为", "分为", "包括", "可以是"];
        let meaning =
            |text: &str| before.iter().fold(text, |text, word| text.trim_start_matches(word)).to_owned();
        let pairs = NAMED.captures_iter(doc).map(|pair| (pair[2].to_owned(), meaning(&pair[1])));
        pairs.map(|(wire, doc)| Value { wire, doc }).collect()
    } else {
        let pairs = SPACED.captures_iter(doc).map(|pair| (pair[1].to_owned(), pair[2].to_owned()));
        pairs
            .filter(|(_, doc)| !UNITS.iter().any(|unit| doc.starts_with(unit)))
            .map(|(wire, doc)| Value { wire, doc })
            .collect()
    };
    let number = |value: &Value| value.wire.parse::<i64>().unwrap_or_default();
    let in_order = |pair: &[Value]| number(&pair[1]) == number(&pair[0]) + 1;
    let distinct = if text {
        pairs.iter().enumerate().all(|(at, pair)| pairs[..at].iter().all(|other| other.wire != pair.wire))
    } else {
        pairs.windows(2).all(in_order)
    };
    if distinct && pairs.len() > 1 { pairs } else { Vec::new() }
}

/// What a number before it counts.
const UNITS: [&str; 14] =
    ["个", "条", "次", "天", "人", "字", "秒", "分", "元", "小时", "月", "年", "位", "名"];

/// The values of which a pattern finds the wire value and the meaning, if there are several.
fn listed(doc: &str, pattern: &Regex, text: bool) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let mut at = 0;
    while let Some(captures) = pattern.captures_at(doc, at) {
        let (Some(wire), Some(meaning)) = (captures.get(1), captures.get(2)) else { break };
        // The next value may stand in what looks like this one's meaning.
        at = meaning.start();
        let rest = pattern.find_at(doc, at).map_or(meaning.end(), |next| next.start().min(meaning.end()));
        let meaning = doc.get(meaning.start()..rest).unwrap_or_default().trim();
        let prefixed = ["默认", "至少", "最多", "最大", "最小"]
            .iter()
            .any(|word| doc[..wire.start()].trim_end().ends_with(word));
        let is_number = wire.as_str().parse::<i64>().is_ok_and(|number| number.to_string() == wire.as_str());
        let known = found.iter().any(|value| value.wire == wire.as_str());
        if !prefixed && !known && (text || is_number) && !meaning.is_empty() {
            found.push(Value { wire: wire.as_str().to_owned(), doc: meaning.to_owned() });
        }
    }
    let boolean = found.iter().all(|value| matches!(value.wire.as_str(), "true" | "false"));
    if found.len() < 2 || boolean { Vec::new() } else { found }
}

/// Whether two values 0 and 1 only say no and yes.
pub(crate) fn is_flag(values: &[Value], doc: &str) -> bool {
    let mut wires: Vec<&str> = values.iter().map(|value| value.wire.as_str()).collect();
    wires.sort_unstable();
    let zero =
        values.iter().find(|value| value.wire == "0").map(|value| value.doc.as_str()).unwrap_or_default();
    let no = ["不", "否", "非", "关", "无", "没", "未", "禁"].iter().any(|word| zero.contains(word));
    wires == ["0", "1"] && (no || doc.contains("是否"))
}

// How limits are said; first, bytes or characters, without saying which.
static EITHER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"字节\s*(?:或|/).{0,12}字符|字符\s*(?:或|/).{0,12}字节"));
static EXACT: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"长度(?:必须|固定|只能)(?:为|是)\s*([0-9]+)\s*(?:个)?\s*(字节|字符|位)?\s*(?:$|[，,。；;）)])")
});
static FEWEST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:大于等于|不少于|不小于|不能少于|不得少于|至少|最少|>=|≥)\s*([0-9]+)\s*(?:个)?\s*",
        r"(?:(?:[uU][tT][fF]-?8)?\s*字符|汉字|字(?:[^节段]|$))",
    ))
});
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"([0-9]+)\s*(?:~|-|－|—|–|到|至|～)\s*([0-9]+)\s*(?:个)?\s*(字节|(?:[uU][tT][fF]-?8)?\s*字符|个?汉字|字)",
    )
});
static BYTES: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|不长于|最长|最大|最多|至多|上限|限制|限|小于等于|<=|≤)[^0-9，,。；;]{0,8}",
        r"([0-9]+)\s*(?:个)?\s*(?:字节|[bB]ytes?)",
    ))
});
static WITHIN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"([0-9]+)\s*(?:个)?(字节|(?:[uU][tT][fF]-?8)?字符|汉字)(?:以内|之内|内)"));
static CHARS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|不长于|最长|最大|最多|至多|上限|限制|限)[^0-9，,。；;]{0,8}([0-9]+)",
        r"\s*(?:个)?\s*(?:(?:[uU][tT][fF]-?8)?\s*字符|汉字|字(?:[^节段]|$))",
    ))
});
static ITEMS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不多于|不大于|最大|最多|至多|上限|限制)[^0-9，,。；;]{0,10}([0-9]+)\s*(?:个|条|",
        r"人|名|项|张|份|篇|$|[，,。；;）)])",
    ))
});
static LEAST: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:至少|最少)[^0-9，,。；;]{0,6}([0-9]+)\s*(?:个|条|人|名|项)"));
static SPAN: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:范围|取值|有效值|区间|支持|介于|有效|之间)[^0-9，,。；;]{0,8}[\[(（]?\s*(-?[0-9]+)\s*(?:~|-|－|—|–|",
        r"到|至|～|,|，)\s*(-?[0-9]+)([^0-9^]|$)",
    ))
});
static MOST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:不超过|不能超过|不可超过|不得超过|不大于|不能大于|不可大于|不得大于|小于等于|<=|≤|最大|最大值|最多|上限)",
        r"(?:值|都|均|为|是|不超过|支持|：|:|\s){0,4}([0-9]+)",
        r"(?:\s*[^0-9\s^个小分天月年周KMGkmg%万亿兆字元]|\s*$)",
    ))
});
static FLOOR: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:最小|最小值|不小于|不能小于|不少于|不能少于|大于等于|>=|≥)(?:值|为|是|：|:|\s){0,3}([0-9]+)(?:[^0-9]|$)",
    )
});

/// The limits that a description gives a value of a type, as keys and numbers of a spec.
pub(crate) fn limits(doc: &str, ty: &str) -> Vec<(&'static str, i64)> {
    let doc = &in_digits(doc);
    let found = |pattern: &Regex, group: usize| {
        let captures = pattern.captures_iter(doc).find(|captures| {
            let start = captures.get(0).map_or(0, |found| found.start());
            let before: String = doc[..start].chars().rev().take(8).collect();
            // A recommendation is no limit.
            !before.contains("议建") && !before.contains("荐推") && !captures[0].contains("建议")
        })?;
        captures.get(group).and_then(|number| number.as_str().parse::<i64>().ok())
    };
    let unit = |pattern: &Regex, group: usize| Some(pattern.captures(doc)?.get(group)?.as_str().to_owned());
    let mut limits: Vec<(&'static str, i64)> = Vec::new();
    let mut add = |key: &'static str, number: Option<i64>| limits.extend(number.map(|number| (key, number)));
    if ty == "string" || ty == "secret" {
        match unit(&RANGE, 3) {
            Some(unit) if unit.contains("字节") => {
                add("max_bytes", found(&RANGE, 2));
            }
            Some(_) => {
                add("min_chars", found(&RANGE, 1).filter(|least| *least > 0));
                add("max_chars", found(&RANGE, 2));
            }
            None => {
                add("max_chars", found(&CHARS, 1));
                add("min_chars", found(&FEWEST, 1));
                match unit(&WITHIN, 2) {
                    Some(unit) if unit == "字节" => add("max_bytes", found(&WITHIN, 1)),
                    Some(_) => add("max_chars", found(&WITHIN, 1)),
                    None => {}
                }
                add("max_bytes", found(&BYTES, 1));
                if unit(&EXACT, 2).is_some_and(|unit| unit == "字节") {
                    add("max_bytes", found(&EXACT, 1));
                }
            }
        }
    } else if ty.starts_with("list<") || ty.starts_with("pipe<") {
        add("min_items", found(&EXACT, 1));
        add("max_items", found(&EXACT, 1));
        add("min_items", found(&LEAST, 1));
        add("max_items", found(&ITEMS, 1));
    } else if matches!(ty, "i32" | "u32" | "i64" | "u64" | "f64") {
        let span = found(&SPAN, 1).zip(found(&SPAN, 2)).filter(|(min, max)| min < max);
        match span {
            Some((min, max)) => {
                add("min", Some(min).filter(|min| *min != 0 || !ty.starts_with('u')));
                add("max", Some(max));
            }
            None => {
                add("min", found(&FLOOR, 1));
                add("max", found(&MOST, 1));
            }
        }
    }
    // Bytes or characters: which of them, nobody knows.
    if EITHER.is_match(doc) {
        limits.retain(|(key, _)| !matches!(*key, "max_bytes" | "max_chars"));
    }
    settled(limits)
}

/// The first limit of each kind; none where they contradict each other.
fn settled(limits: Vec<(&'static str, i64)>) -> Vec<(&'static str, i64)> {
    let mut kept: Vec<(&'static str, i64)> = Vec::new();
    for (key, number) in limits {
        if kept.iter().all(|(known, _)| *known != key) && u32::try_from(number.abs()).is_ok() {
            kept.push((key, number));
        }
    }
    let of = |key: &str| kept.iter().find(|(known, _)| *known == key).map(|(_, number)| *number);
    let crossed = [("min", "max"), ("min_items", "max_items"), ("min_chars", "max_chars")]
        .into_iter()
        .any(|(min, max)| of(min).zip(of(max)).is_some_and(|(min, max)| min > max));
    if crossed { Vec::new() } else { kept }
}

/// A text with 1万 and 1千 as digits.
pub(crate) fn in_digits(doc: &str) -> String {
    static MANY: LazyLock<Regex> = LazyLock::new(|| regex(r"([0-9]+)\s*([万千])"));
    let digits =
        |found: &Captures<'_>| format!("{}{}", &found[1], if &found[2] == "万" { "0000" } else { "000" });
    MANY.replace_all(doc, digits).into_owned()
}

/// What a description says is assumed, as YAML, where it is a value of the type.
pub(crate) fn default(doc: &str, ty: &str) -> Option<String> {
    static DEFAULT: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"(?:默认|缺省)(?:值)?(?:[和与、]最大值(?:都|均)?)?\s*(?:为|是|取|：|:|=)?\s*["“‘]?(-?[A-Za-z0-9_]+)["”’]?"#,
        )
    });
    let found = DEFAULT.captures(doc)?[1].to_owned();
    match ty {
        "bool" => matches!(found.as_str(), "true" | "false").then_some(found),
        "flag" => matches!(found.as_str(), "0" | "1").then_some(found),
        "u32" | "u64" => found.parse::<u32>().ok().map(|number| number.to_string()),
        "i32" | "i64" => found.parse::<i32>().ok().map(|number| number.to_string()),
        "string" => found.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| format!("\"{found}\"")),
        _ => None,
    }
}

/// Whether a description says that a response may lack the field.
pub(crate) fn may_be_absent(doc: &str) -> bool {
    ["不返回", "时返回", "才返回", "才有", "不会返回", "可能不", "仅当", "时存在", "不存在该字段"]
        .iter()
        .any(|words| doc.contains(words))
}

/// Whether a text that is called so gives access to something.
pub(crate) fn is_secret(name: &str) -> bool {
    let endings = ["secret", "access_token", "permanent_code", "suite_ticket", "session_key"];
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Whether a number may be a moment in seconds: 0 often stands for none.
pub(crate) fn may_be_moment(number: i64) -> bool {
    number == 0 || (1_000_000_000..10_000_000_000).contains(&number)
}

/// Whether a description speaks of a moment in seconds.
pub(crate) fn is_timestamp(name: &str, doc: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let named = name.ends_with("time") || name.ends_with("_at") || name.ends_with("timestamp");
    let lower = doc.to_ascii_lowercase();
    let said = lower.contains("时间戳") || lower.contains("unix") || named && doc.contains("时间");
    said && !doc.contains("毫秒") && !doc.contains("微秒")
}

/// A rate, as calls and period.
pub(crate) fn rates(line: &str) -> Option<Vec<(u64, &'static str)>> {
    static PER: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"([0-9]+)\s*(万)?\s*(?:次|条|QPM|qpm)?\s*(?:/|每)\s*(秒|分钟|分|小时|时|天|日|月|min|s\b)|",
            r"每(?:个)?(秒|分钟|小时|天|日|月)[^0-9，,。]{0,10}([0-9]+)\s*(万)?\s*[次张]|([0-9]+)\s*(?i:qps)",
        ))
    });
    let line = in_digits(&plain(line));
    let speaks =
        ["频率", "次数", "调用", "上传", "限频", "qps", "QPS"].iter().any(|word| line.contains(word));
    let limits =
        ["限制", "最大", "最多", "不超过", "不可超过", "上限", "频率"].iter().any(|word| line.contains(word));
    if !(speaks && limits) {
        return None;
    }
    let period = |word: &str| {
        Some(match word {
            "秒" | "s" => "second",
            "分钟" | "分" | "min" => "minute",
            "小时" | "时" => "hour",
            "天" | "日" => "day",
            "月" => "month",
            _ => return None,
        })
    };
    let mut found = Vec::new();
    for captures in PER.captures_iter(&line) {
        let text = |group: usize| captures.get(group).map(|found| found.as_str());
        let (number, many, per) = match (text(1), text(5), text(7)) {
            (Some(number), _, _) => (number, text(2), text(3).and_then(period)),
            (_, Some(number), _) => (number, text(6), text(4).and_then(period)),
            (_, _, Some(number)) => (number, None, Some("second")),
            _ => continue,
        };
        let calls = number
            .parse::<u64>()
            .ok()
            .map(|number| number.saturating_mul(if many.is_some() { 10_000 } else { 1 }));
        if let (Some(calls @ 1..), Some(per)) = (calls.filter(|calls| u32::try_from(*calls).is_ok()), per) {
            found.push((calls, per));
        }
    }
    Some(found)
}

/// Whether a rate counts something other than the calls of an application, or only holds at times.
pub(crate) fn counts_otherwise(line: &str) -> bool {
    ["成员", "人次", "每个", "同一", "用户", "设备", "每企业", "单个"].iter().any(|word| line.contains(word))
        || line.replace("当前", "").contains('当')
}

/// How many calls may be on their way at once.
pub(crate) fn concurrency(line: &str) -> Option<u32> {
    static AT_ONCE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"并发(?:数|量)?(?:限制)?(?:数)?[^0-9，,。]{0,8}([0-9]+)"));
    let line = plain(line);
    AT_ONCE.captures(&line).and_then(|found| found[1].parse().ok()).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_however_they_are_spelt() {
        for (text, lists, base) in [
            ("string", 0, Base::String),
            ("stirng", 0, Base::String),
            ("String(32)", 0, Base::String),
            ("uint32", 0, Base::U32),
            ("unit32", 0, Base::U32),
            ("int", 0, Base::I32),
            ("Interger", 0, Base::I32),
            ("uint64", 0, Base::U64),
            ("int64", 0, Base::I64),
            ("double", 0, Base::F64),
            ("bool", 0, Base::Bool),
            ("obect", 0, Base::Object),
            ("obj[]", 1, Base::Object),
            ("string \\[\\]", 1, Base::String),
            ("arrary", 1, Base::Unknown),
            ("object(Node)", 0, Base::Object),
            ("what", 0, Base::Unknown),
        ] {
            assert_eq!(doc_type(text), DocType { lists, base }, "{text}");
        }
    }

    #[test]
    fn values_are_found_in_all_their_forms() {
        for (doc, wires) in [
            ("颜色。0：红 1：绿", vec!["0", "1"]),
            ("0-红；1-绿；2-蓝", vec!["0", "1", "2"]),
            ("0表示红，1表示绿", vec!["0", "1"]),
            ("1.红 2.绿", vec!["1", "2"]),
            ("1=红，2=绿", vec!["1", "2"]),
            ("0(默认) 红，1 绿，2 蓝", vec!["0", "1", "2"]),
            ("0或不填代表红，1 代表绿", vec!["0", "1"]),
            ("1红、2绿、3蓝", vec!["1", "2", "3"]),
            // These are no values.
            ("最多100个，默认为50个", vec![]),
            ("长度为1~64个字节", vec![]),
            ("取值范围是[0, 2^32)", vec![]),
            ("2020年6月30日起", vec![]),
            ("只有 1 个", vec![]),
        ] {
            let found: Vec<String> = values(doc, false).into_iter().map(|value| value.wire).collect();
            assert_eq!(found, wires, "{doc}");
        }
        for (doc, wires) in [
            ("single，表示单发，group表示群发", vec!["single", "group"]),
            ("day-日期；hour-小时", vec!["day", "hour"]),
            ("图片（image）、语音（voice）", vec!["image", "voice"]),
            ("true：是；false：否", vec![]),
            ("见https://example.com", vec![]),
        ] {
            let found: Vec<String> = values(doc, true).into_iter().map(|value| value.wire).collect();
            assert_eq!(found, wires, "{doc}");
        }
    }

    #[test]
    fn no_and_yes_are_a_flag() {
        for (doc, flag) in [
            ("0-否，1-是", true),
            ("是否加热，0：冷，1：热", true),
            ("1表示启用，0表示禁用", true),
            ("0：红，1：绿", false),
            ("0：否，1：是，2：不知道", false),
        ] {
            assert_eq!(is_flag(&values(doc, false), doc), flag, "{doc}");
        }
    }

    #[test]
    fn limits_are_of_the_kind_that_the_type_has() {
        for (doc, ty, expected) in [
            ("不超过64个字节", "string", vec![("max_bytes", 64)]),
            ("最长 128 字节", "string", vec![("max_bytes", 128)]),
            ("长度为1~64个字节", "string", vec![("max_bytes", 64)]),
            ("长度1～32个utf8字符", "string", vec![("min_chars", 1), ("max_chars", 32)]),
            ("最多20个字符", "string", vec![("max_chars", 20)]),
            ("长度10个汉字以内", "string", vec![("max_chars", 10)]),
            ("32字节以内", "string", vec![("max_bytes", 32)]),
            ("建议不超过36个字", "string", vec![]),
            ("最多支持100个", "list<string>", vec![("max_items", 100)]),
            ("至少1个，最多20个", "list<string>", vec![("min_items", 1), ("max_items", 20)]),
            ("取值范围 1~9", "i32", vec![("min", 1), ("max", 9)]),
            ("有效的值范围是[0, 2^32)", "u32", vec![]),
            ("最大值1000，默认值50", "u32", vec![("max", 1000)]),
            ("最小300秒，最大86399", "u32", vec![("min", 300), ("max", 86_399)]),
            ("最大不超过4小时", "u32", vec![]),
            ("不超过10万", "u32", vec![("max", 100_000)]),
            ("不超过2千条", "list<string>", vec![("max_items", 2000)]),
            ("默认值和最大值都为100", "u32", vec![("max", 100)]),
            ("不能大于2", "u32", vec![("max", 2)]),
            ("不能大于1000天", "u32", vec![]),
            ("大于等于2个UTF8字符", "string", vec![("min_chars", 2)]),
            ("不超过64个字符", "string", vec![("max_chars", 64)]),
            ("最多支持40个字节或者20个utf8字符", "string", vec![]),
            ("最多支持500个字节或者utf8字符", "string", vec![]),
            ("最多100个查询条目", "list<string>", vec![("max_items", 100)]),
            ("长度必须为8字节", "string", vec![("max_bytes", 8)]),
            ("长度必须为8", "string", vec![]),
            ("数组长度必须为2", "list<string>", vec![("min_items", 2), ("max_items", 2)]),
            ("不超过64个字节", "u32", vec![]),
            ("不超过64个字节", "Kind", vec![]),
        ] {
            assert_eq!(limits(doc, ty), expected, "{doc}");
        }
    }

    #[test]
    fn defaults_are_values_of_the_type() {
        for (doc, ty, expected) in [
            ("默认为0", "i32", Some("0")),
            ("默认值50，最大100", "u32", Some("50")),
            ("默认值和最大值都为100", "u32", Some("100")),
            ("默认false", "bool", Some("false")),
            ("默认为single", "string", Some("\"single\"")),
            ("默认为0", "string", None),
            ("默认为红", "string", None),
            ("默认-1", "u32", None),
            ("默认5", "flag", None),
        ] {
            assert_eq!(default(doc, ty).as_deref(), expected, "{doc}");
        }
    }

    #[test]
    fn rates_are_numbers_a_period() {
        for (line, expected) in [
            ("> 接口频率限制 600次/分钟", Some(vec![(600, "minute")])),
            ("调用频率最大为10万次/小时，48万次/天", Some(vec![(100_000, "hour"), (480_000, "day")])),
            ("该接口每天最多调用1000次", Some(vec![(1000, "day")])),
            ("接口频率限制 20 qps", Some(vec![(20, "second")])),
            ("每天导出次数不可超过1千次", Some(vec![(1000, "day")])),
            (
                "每月最多可上传3000张图片，每天最多可上传1000张图片",
                Some(vec![(3000, "month"), (1000, "day")]),
            ),
            ("每分钟看一次", None),
        ] {
            assert_eq!(rates(line), expected, "{line}");
        }
        assert!(counts_otherwise("每应用对同一个成员不可超过30次/分钟"));
        assert!(counts_otherwise("当种类为0时，频率限制为600次/分钟"));
        assert!(!counts_otherwise("接口频率限制 600次/分钟"));
        assert!(!counts_otherwise("当前接口频率限制 600次/分钟"));
    }

    #[test]
    fn calls_at_once_are_counted() {
        assert_eq!(concurrency("**并发限制：5**"), Some(5));
        assert_eq!(concurrency("**并发限制：**20"), Some(20));
        assert_eq!(concurrency("并发限制见下"), None);
    }

    #[test]
    fn times_are_told_by_what_is_said_of_them() {
        assert!(is_timestamp("begin", "开始时间，unix时间戳"));
        assert!(is_timestamp("create_time", "创建时间"));
        assert!(is_timestamp("ApplyTime", "提单时间"));
        assert!(!is_timestamp("duration_time", "时长"));
        assert!(!is_timestamp("create_time", "创建时间，毫秒"));
        assert!(may_be_moment(1_720_000_000) && may_be_moment(0));
        assert!(!may_be_moment(3600) && !may_be_moment(1_720_000_000_000));
    }

    #[test]
    fn what_gives_access_is_a_secret() {
        assert!(["corpsecret", "suite_access_token", "permanent_code"].into_iter().all(is_secret));
        assert!(!is_secret("token_type"));
    }
}
