//! Wordings for the characters that a text may contain.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use crate::pages::markup::regex;

// A list of kinds of characters, with a word that makes it complete: 只能由数字、字母和“_-@”组成.
static LIST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:(?:只能|只允许|只支持|仅支持|仅能|只可)(?:是?由|是|为|输入|填写|使用|包含|包括)?|由)\s*",
        r"(?:[0-9]+\s*[-~～]\s*[0-9]+\s*[个位]的?)?",
        r#"((?:纯?数字|阿拉伯数字|(?:半角的?)?(?:大小\s?写|大写|小写)?(?:英文)?字母|英文|中文|汉字|中划线|下划线|减号|连字符|点号|点|空格"#,
        r#"|[“"'‘][^“”"'‘’]{1,16}[”"'’]|\([^()]{1,3}\)|\\?[_*@.-]|及|和|或者?|与|以及|、|,|，|/|\s)+)"#,
        r"(?:[两二三四五六七八]种字符|中的一种或几种)?\s*(组成|构成|$|[，,。；;）)且])",
    ))
});
// Ranges as in a pattern: 可以填写a-zA-Z0-9, 从a-z, A-Z, 0-9共62个字符中选取.
static RANGES: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:可以?填写?|可用|从|由|只能(?:是|由|包含)?|[仅只](?:支持|允许))\s*((?:(?:字符|字母|数字)?(?:a-z|A-Z|0-9|_|-)[、,，/和及或\s]*){2,})",
    )
});
static LITERAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"正则(?:表达式)?[)）]?\s*(?:为|是)?[：:]?\s*(?:\^([^\s^$]+)\$|",
        r"((?:\[[^\[\]]+\](?:[*+]|\{[0-9]+(?:,[0-9]*)?\})?)+)(?:$|[\s，,。；;]))",
    ))
});
static FIXED: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"长度(?:必须|固定|只能)(?:为|是)?\s*([0-9]{1,3})\s*(?:个?(?:字符|字节)|位)?\s*(?:$|[，,。；;）)])")
});
static FIRST: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:第一个|首)(?:个)?字符必须是(数字或字母|字母或数字|字母)"));
static KIND: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"a-z|A-Z|0-9|数字|(大小\s?写|大写|小写)?(?:英文)?字母|英文|中文|汉字|中划线|减号|连字符|下划线|点号|空格|[“"'‘]([^“”"'‘’]{1,16})[”"'’]|\\?([_*@.-])"#,
    )
});

// A list of forbidden marks: 不能包括\:*?"<>. Marks that are forbidden only at the ends may occur elsewhere.
static EXCLUDED: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r#"(前后|首尾|开头|结尾)?(?:不能|不可以?|不得|不允许|不支持|禁止)(?:包括|包含|含有?|出现|使用|有)?(?:以下|下列|如下)?(?:的)?(?:特殊)?"#,
        r#"(?:字符|符号)?(?:如|有|为)?[：:]?\s*((?:[!-/:-@\[-`{-~，｜、\s]|空格|换行符?|制表符|[“”‘’])+)"#,
    ))
});

// This many digits.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"([0-9]+)\s*([-~～到至]\s*[0-9]+\s*)?位的?纯?数字(?:$|[，,。；;）)\s]|密码|组成)")
});

static LENGTHS: LazyLock<Regex> = LazyLock::new(|| regex(r"([0-9]+)\s*(?:[-~～到至]\s*[0-9]+\s*)?位"));

/// Returns the pattern of a text that consists of the characters in a description, if it lists all of them, or all
/// forbidden ones.
pub(super) fn pattern(doc: &str) -> Option<String> {
    let literal = || {
        let found = LITERAL.captures(doc)?;
        Some(format!("^{}$", found.get(1).or(found.get(2))?.as_str()))
    };
    let known = |pattern: &String| regex_lite::Regex::new(pattern).is_ok();
    let digits = || {
        let found = DIGITS.captures(doc)?;
        let clause = doc[..found.get(0)?.start()].rsplit(['，', ',', '。', '；', ';', '\n']).next()?;
        let refused = ["不能", "不得", "不可", "不支持"].iter().any(|word| clause.contains(word));
        // If there are several lengths, each belongs to something else.
        let mut lengths = LENGTHS.captures_iter(doc);
        if refused || lengths.any(|length| length[1] != found[1]) {
            return None;
        }
        let some = found.get(2).is_some();
        Some(if some { "^[0-9]*$".to_owned() } else { format!("^[0-9]{{{}}}$", &found[1]) })
    };
    literal().filter(known).or_else(|| listed(doc)).or_else(|| without(doc)).or_else(digits)
}

/// Wordings for the form of a text, each with a pattern for it: pages describe it loosely.
static FORMS: LazyLock<[(Regex, &str); 8]> = LazyLock::new(|| {
    [
        (r"https?[^，,。；;]{0,8}开头|协议头[(（]?https?|支持https?或https?协议", "^https?://.+$"),
        (r"(?:16|十六)进制[^。；;]{0,4}RRGGBB|RGB[^，,。；;]{0,6}16进制", "^#?[0-9A-Fa-f]{6}$"),
        (r"YYYY-MM-DD格式", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        (r"格式如[：:]?[0-9]{8}(?:[^0-9]|$)", "^[0-9]{8}$"),
        (r"(?i)RFC\s*3339", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T.+$"),
        (r"前后不能有空格", "^[^ ](.*[^ ])?$"),
        (r"必须是全数字|传86，不是\+86", "^[0-9]+$"),
        (r"需要带@", "^.+@.+$"),
    ]
    .map(|(words, pattern)| (regex(words), pattern))
});

/// Returns a pattern for a text whose form a description demands in other words than its characters.
pub(crate) fn form(doc: &str) -> Option<&'static str> {
    FORMS.iter().find(|(words, _)| words.is_match(doc)).map(|(_, pattern)| *pattern)
}

/// Returns the pattern of a text without some marks.
fn without(doc: &str) -> Option<String> {
    let list = EXCLUDED.captures_iter(doc).find(|found| found.get(1).is_none())?;
    let marks = list[2].trim();
    // Quotes around all of them are only quotation marks.
    let quoted = marks.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let mut marks = quoted.filter(|inner| !inner.is_empty()).unwrap_or(marks).to_owned();
    let mut set = Set::default();
    for (word, mark) in [("空格", ' '), ("换行符", '\n'), ("换行", '\n'), ("制表符", '\t')] {
        if marks.contains(word) {
            marks = marks.replace(word, "");
            set.single.push(mark);
        }
    }
    // Separators aren't among them, except a single one after another mark; a sentence may continue after a comma.
    let marks = marks.trim_end_matches(['，', ',', '、', ';', '.', ')', ' ']);
    set.single.extend(marks.chars().filter(|c| !c.is_whitespace() && !"、“”‘’".contains(*c)));
    let several = set.single.len() > 1 || quoted.is_some();
    several.then(|| format!("^[^{}]*$", set.marks()))
}

/// Returns the pattern of a text that consists of the listed characters.
fn listed(doc: &str) -> Option<String> {
    let list = LIST.captures(doc).or_else(|| RANGES.captures(doc))?;
    let mut set = Set::default();
    for kind in KIND.captures_iter(&list[1]) {
        set.add(&kind);
    }
    // A list without letters and digits is about something else.
    if set.ranges.is_empty() {
        return None;
    }
    let all = set.text();
    if let Some(fixed) = FIXED.captures(doc) {
        return Some(format!("^[{all}]{{{}}}$", &fixed[1]));
    }
    let first =
        FIRST.captures(doc).map(|first| if first[1].contains("数字") { "[0-9A-Za-z]" } else { "[A-Za-z]" });
    Some(first.map_or_else(|| format!("^[{all}]*$"), |first| format!("^{first}[{all}]*$")))
}

/// Characters, in the order of a pattern.
#[derive(Default)]
struct Set {
    ranges: Vec<&'static str>,
    single: Vec<char>,
}

impl Set {
    fn add(&mut self, kind: &Captures<'_>) {
        if let Some(listed) = kind.get(2).or(kind.get(3)) {
            self.single.extend(listed.as_str().chars().filter(|c| *c != '\\'));
            return;
        }
        match kind.get(1).map_or(&kind[0], |case| case.as_str()) {
            "数字" | "0-9" => self.ranges.push("0-9"),
            "大写" | "A-Z" => self.ranges.push("A-Z"),
            "小写" | "a-z" => self.ranges.push("a-z"),
            "中文" | "汉字" => self.ranges.push("一-鿿"),
            "中划线" | "减号" | "连字符" => self.single.push('-'),
            "下划线" => self.single.push('_'),
            "点号" => self.single.push('.'),
            "空格" => self.single.push(' '),
            _ => self.ranges.push("A-Za-z"),
        }
    }

    /// Returns them as in the brackets of a pattern; the hyphen comes last, where it is literal.
    fn text(mut self) -> String {
        // Letters may be listed in words and again as a range.
        if self.ranges.contains(&"A-Za-z") {
            self.ranges.retain(|range| !matches!(*range, "A-Z" | "a-z"));
        }
        self.ranges.sort_unstable();
        self.ranges.dedup();
        self.single.sort_unstable();
        let ranges: String = self.ranges.concat();
        ranges + &self.marks()
    }

    /// Returns the marks, each once, in the order of the list.
    fn marks(mut self) -> String {
        let mut known = HashSet::new();
        self.single.retain(|c| known.insert(*c));
        self.single.sort_by_key(|c| *c == '-');
        let escaped = self.single.into_iter().map(|c| match c {
            '\\' | ']' | '[' | '^' => format!("\\{c}"),
            '\n' => "\\n".to_owned(),
            '\t' => "\\t".to_owned(),
            c => c.to_string(),
        });
        escaped.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_be_demanded_in_words() {
        for (doc, expected) in [
            ("网页链接，以http或https开头的链接", Some("^https?://.+$")),
            ("最长2048字节，请确保包含了协议头(http/https)", Some("^https?://.+$")),
            ("协议和地址，支持http或https协议", Some("^https?://.+$")),
            ("建议使用https的url", None),
            ("颜色使用十六进制，RRGGBB格式", Some("^#?[0-9A-Fa-f]{6}$")),
            ("满足合法的YYYY-MM-DD格式或长期", Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
            ("生效日期，格式如：20221212", Some("^[0-9]{8}$")),
            ("编号，如：2022121200001", None),
            ("国家代码（例如：中国传86，不是+86）", Some("^[0-9]+$")),
        ] {
            assert_eq!(form(doc), expected, "{doc}");
        }
    }

    #[test]
    fn lists_of_characters_become_patterns() {
        for (doc, expected) in [
            ("任务id，只能由数字、字母和“_-@”组成，最长128字节", Some("^[0-9A-Za-z@_-]*$")),
            (
                "只能由数字、字母和“_-@.”四种字符组成，且第一个字符必须是数字或字母",
                Some("^[0-9A-Za-z][0-9A-Za-z.@_-]*$"),
            ),
            ("由半角的大小写字母、数字、中划线、下划线中的一种或几种组成", Some("^[0-9A-Za-z_-]*$")),
            ("由英文字母、数字、中划线、下划线以及点号构成", Some("^[0-9A-Za-z._-]*$")),
            ("只支持英文字母和数字，最长为128字节", Some("^[0-9A-Za-z]*$")),
            ("只能输入数字和字母", Some("^[0-9A-Za-z]*$")),
            ("最长32个字符。只允许字符0-9及字母a-zA-Z。如果不填，系统会随机生成", Some("^[0-9A-Za-z]*$")),
            ("座机。由1-32位的纯数字、“-”、“+”或“,”组成", Some("^[0-9+,-]*$")),
            ("入会密码，仅可输入4-6位纯数字", Some("^[0-9]*$")),
            ("密码（4~6位数字），当开启时必传", Some("^[0-9]*$")),
            ("主持人密钥，仅支持6位数字。如没有填写", Some("^[0-9]{6}$")),
            ("密码，8~20位数字或字母", None),
            ("自定义 id，不能为11位或13位数字", None),
            ("注册号，满足任一条件：\n-15位数字\n-18位大写字母和数字", None),
            ("32字节以内，由纯数字、“-”、“+”或“,”组成。", Some("^[0-9+,-]*$")),
            ("state值，可以填写a-zA-Z0-9，长度不可超过32个字节", Some("^[0-9A-Za-z]*$")),
            ("长度固定为43，从a-z, A-Z, 0-9共62个字符中选取，是密钥", Some("^[0-9A-Za-z]{43}$")),
            ("字符串取值范围(正则表达式)：[0-9a-zA-Z_-]*", Some("^[0-9a-zA-Z_-]*$")),
            ("地址，满足正则表达式^[a-f]{2}:[a-f]{2}$。传入时必填", Some("^[a-f]{2}:[a-f]{2}$")),
            ("用正则表达式：[0-9匹配", None),
            ("从0-9点开始", None),
            ("商户订单号，只能是数字、大小写字母_-*且在同一个商户号下唯一", Some("^[0-9A-Za-z*_-]*$")),
            ("只能是由字母、数字、空格组成", Some("^[0-9A-Za-z ]*$")),
            (r#"长度限制为1~64个字符，字符不能包括\:*?"<>｜"#, Some(r#"^[^\\:*?"<>｜]*$"#)),
            (r#"字符不能包括-\:*?"<>/，*"#, Some(r#"^[^\\:*?"<>/，-]*$"#)),
            ("名称，不能包含/、\\、:，最长64字节", Some(r"^[^/\\:]*$")),
            (r##"不支持字符"#""##, Some("^[^#]*$")),
            ("不支持包含换行符和“|”", None),
            ("前后不能有空格、制表符、换行符", None),
            ("名字中不能包含不可见字符", None),
            ("不支持 emoji", None),
            ("创建后不能使用，请注意", None),
            ("按照字母字典排序", None),
            ("由企业自行维护", None),
            ("长度限制为32个字（汉字或英文字母）", None),
            ("只能由下划线组成", None),
        ] {
            assert_eq!(pattern(doc).as_deref(), expected, "{doc}");
        }
    }
}
