//! Wordings for types, and signs that a text is a secret or a number a point in time.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::description::{limit, number};
use crate::pages::markup::regex;
use crate::spec::type_expr::TypeExpr;
use crate::spec::{Carrier, Limit, LimitKind};

/// A type as a table states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DocType {
    /// The number of lists around it.
    pub lists: usize,
    /// The type of the items, if it is stated.
    pub base: Base,
}

/// The name that a table gives the type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    String,
    Bool,
    Int,
    Uint,
    F64,
    Object,
    File,
    /// `array`, or an unknown name.
    Unknown,
}

impl Base {
    /// Returns its name in a spec, for scalars.
    pub(crate) fn scalar(self) -> Option<&'static str> {
        Some(match self {
            Self::String => "string",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
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
        (Base::Uint, &["uint", "uin32", "unit32", "unsigned"]),
        (Base::Int, &["int", "long", "整"]),
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

/// Returns the limits in the column 类型 itself: `String(32)`, `string[1,32]`.
pub(crate) fn limits_in_type(text: &str, ty: &TypeExpr) -> Vec<Limit> {
    static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"(?i)^(?:string|varchar|char)\s*[\[(（]\s*(?:([0-9]+)\s*[,，~-]\s*)?([0-9]+)\s*[\])）]$")
    });
    let Some(found) = LENGTH.captures(text.trim()).filter(|_| Carrier::of(ty) == Some(Carrier::Text)) else {
        return Vec::new();
    };
    let least = number(&found, 1).filter(|least| *least > 0);
    let limits = [limit(LimitKind::MinChars, least), limit(LimitKind::MaxChars, number(&found, 2))];
    limits.into_iter().flatten().collect()
}

/// Returns whether a number may be a time in seconds: 0 often means none.
pub(crate) fn may_be_moment(number: i64) -> bool {
    number == 0 || (1_000_000_000..10_000_000_000).contains(&number)
}

/// Returns whether a description is about a time in seconds.
pub(crate) fn is_timestamp(name: &str, doc: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let named = name.ends_with("time") || name.ends_with("_at") || name.ends_with("timestamp");
    let said = named && doc.contains("时间") && !is_duration(doc) && !is_finer(&doc.to_ascii_lowercase());
    is_unix(doc) || said
}

/// Returns whether a description says that a time is counted in seconds since 1970.
pub(crate) fn is_unix(doc: &str) -> bool {
    let lower = doc.to_ascii_lowercase();
    (lower.contains("时间戳") || lower.contains("unix")) && !is_finer(&lower)
}

/// Returns whether a description is about a time or a duration.
pub(crate) fn tells_time(doc: &str) -> bool {
    ["时间", "时刻", "日期"].iter().any(|word| doc.contains(word))
        && !is_duration(doc)
        && !is_finer(&doc.to_ascii_lowercase())
}

/// Returns whether a description is about a duration.
pub(crate) fn is_duration(doc: &str) -> bool {
    let words = [
        "秒数",
        "（秒）",
        "(秒)",
        "时长",
        "间隔",
        "距离",
        "有效期",
        "有效时间",
        "超时",
        "多久",
        "持续",
        "小时数",
        "分钟数",
        "迟到",
        "早退",
        "弹性",
    ];
    let moment = ["时间戳", "unix"].iter().any(|word| doc.to_ascii_lowercase().contains(word));
    !moment && words.iter().any(|word| doc.contains(word))
}

/// Returns whether a description, in lower case, mentions units smaller than seconds.
fn is_finer(lower: &str) -> bool {
    static FINER: LazyLock<Regex> = LazyLock::new(|| regex(r"毫秒|微秒|(?:^|[^a-z])ms(?:[^a-z]|$)"));
    FINER.is_match(lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::type_expr::Scalar;

    #[test]
    fn types_are_read_however_they_are_spelt() {
        for (text, lists, base) in [
            ("string", 0, Base::String),
            ("stirng", 0, Base::String),
            ("String(32)", 0, Base::String),
            ("uint32", 0, Base::Uint),
            ("unit32", 0, Base::Uint),
            ("int", 0, Base::Int),
            ("Interger", 0, Base::Int),
            ("uint64", 0, Base::Uint),
            ("int64", 0, Base::Int),
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
    fn a_type_may_say_how_long_a_text_is() {
        for (text, expected) in [
            ("String(32)", vec![("max_chars", 32)]),
            ("string[1,32]", vec![("min_chars", 1), ("max_chars", 32)]),
            ("String（40）", vec![("max_chars", 40)]),
            ("string", vec![]),
            ("string[]", vec![]),
            ("map(32)", vec![]),
        ] {
            let found = limits_in_type(text, &TypeExpr::Scalar(Scalar::String));
            let found =
                found.iter().filter_map(|limit| Some((limit.kind.key(), limit.as_number()?.as_i64()?)));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
        }
        assert_eq!(limits_in_type("String(32)", &TypeExpr::Scalar(Scalar::Secret)).len(), 1);
        assert_eq!(limits_in_type("string[1,32]", &TypeExpr::Scalar(Scalar::Int)), []);
    }

    #[test]
    fn times_are_told_by_what_is_said_of_them() {
        assert!(is_timestamp("begin", "开始时间，unix时间戳"));
        assert!(is_timestamp("create_time", "创建时间"));
        assert!(is_timestamp("ApplyTime", "提单时间"));
        assert!(!is_timestamp("duration_time", "时长"));
        assert!(!is_timestamp("create_time", "创建时间，毫秒"));
        assert!(!is_timestamp("msgtime", "消息发送时间戳，utc时间，ms单位。"));
        assert!(is_timestamp("begin_time", "查询范围起始时间戳，单位为秒"));
        assert!(is_timestamp("ts", "unix时间戳（中国时区）,精确到秒"));
        assert!(!is_timestamp("flex_on_duty_time", "允许迟到时间（秒）"));
        assert!(!is_timestamp("work_time", "上班时间，表示为距离当天0点的秒数"));
        assert!(tells_time("重复结束时刻") && !tells_time("会议持续时间（单位秒）"));
        assert!(may_be_moment(1_720_000_000) && may_be_moment(0));
        assert!(!may_be_moment(3600) && !may_be_moment(1_720_000_000_000));
    }
}
