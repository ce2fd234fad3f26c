//! The meaning of a line of text for the content below it.

use super::markup::plain;
use crate::spec::Part;

/// A line that is a heading, or has a name that headings have on a page.
#[derive(Debug, PartialEq)]
pub(super) struct Label {
    /// Its text, if that is short enough for a title.
    pub title: Option<String>,
    /// Whether it is a heading.
    pub heading: bool,
    /// Its level, as a heading.
    pub level: usize,
    /// The content that it announces.
    pub announces: Announced,
    /// The part of an endpoint that the tables below it describe, if it says so.
    pub part: Option<Part>,
}

/// The meaning of a label for the fence below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Announced {
    /// It is a body.
    Body(Part),
    /// It is something else.
    Other,
    /// Nothing.
    Unsaid,
}

/// Names of requests.
const REQUEST: [&str; 11] = [
    "请求示例",
    "请求实例",
    "请求包",
    "请求参数",
    "请求数据",
    "请求内容",
    "请求体",
    "请求结构",
    "入参",
    "请求样例",
    "的请求",
];

/// Names of responses. These are checked before [`REQUEST`]: there are responses to requests.
const RESPONSE: [&str; 9] =
    ["返回结果", "返回示例", "返回数据", "返回说明", "返回包", "返回内容", "回包", "返回样例", "返回参数"];

/// Names of the tables of parameters, also in `返回参数说明`.
const PARAMETERS: [&str; 2] = ["参数说明", "字段说明"];

/// The maximum length of a label in characters. Longer lines are sentences that mention a body.
const LONGEST: usize = 40;

impl Label {
    /// Reads a line without surrounding white space; prose is no label.
    pub(super) fn of(line: &str) -> Option<Self> {
        let level = line.chars().take_while(|c| *c == '#').count();
        let heading = level > 0;
        let bold = line.starts_with("**") || line.starts_with("__");
        let text = plain(line);
        if !(heading || bold || text.ends_with([':', '：'])) {
            return None;
        }
        let text = text.trim_matches(|c: char| matches!(c, ':' | '：') || c.is_whitespace());
        let title = (text.chars().count() <= LONGEST).then(|| text.to_owned());
        let says = |words: &[&str]| {
            title.as_deref().is_some_and(|title| words.iter().any(|word| title.contains(word)))
        };
        let body = if says(&PARAMETERS) {
            None
        } else if says(&RESPONSE) {
            Some(Part::Response)
        } else {
            says(&REQUEST).then_some(Part::Request)
        };
        let part = if says(&["返回", "回包", "响应"]) {
            Some(Part::Response)
        } else {
            (says(&["请求"]) && !says(&["请求方式", "请求地址"])).then_some(Part::Request)
        };
        let all_bold = bold && line.trim_end_matches([' ', ':', '：']).ends_with(['*', '_']);
        let announces = match body {
            Some(part) => Announced::Body(part),
            None if all_bold && !heading => Announced::Other,
            None => Announced::Unsaid,
        };
        Some(Self { title, heading, level, announces, part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_which_way_a_body_goes() {
        for (line, part) in [
            ("**请求示例：**", Part::Request),
            ("**请求包体**", Part::Request),
            ("__请求参数__:", Part::Request),
            ("请求实例：", Part::Request),
            ("## 入参 of green tea", Part::Request),
            ("**返回结果 ：**", Part::Response),
            ("**返回示例**", Part::Response),
            ("<b>返回数据：</b>", Part::Response),
            ("**返回说明**", Part::Response),
            ("**请求回包**", Part::Response),
        ] {
            let label = Label::of(line).unwrap_or_else(|| panic!("{line} is a label"));
            assert_eq!(label.announces, Announced::Body(part), "{line}");
        }
    }

    #[test]
    fn tables_of_parameters_are_no_bodies_but_belong_to_a_part() {
        let label = Label::of("**返回参数说明：**").expect("a label");
        assert_eq!((label.announces, label.part), (Announced::Other, Some(Part::Response)));
        let label = Label::of("参数说明：").expect("a label");
        assert_eq!((label.announces, label.part), (Announced::Unsaid, None));
        let label = Label::of("**请求方式：** POST").expect("a label");
        assert_eq!((label.announces, label.part), (Announced::Unsaid, None));
    }

    #[test]
    fn prose_is_no_label_and_long_lines_are_no_titles() {
        assert_eq!(Label::of("请求示例见上"), None);
        let long = format!("## {}返回结果", "茶".repeat(LONGEST));
        let label = Label::of(&long).expect("a heading");
        assert_eq!((label.title, label.heading, label.announces), (None, true, Announced::Unsaid));
    }
}
