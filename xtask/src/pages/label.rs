//! What a line of text says about the body below it.

use super::side::Kind;

/// What a line of text says about what follows.
pub(super) enum Label {
    /// Nothing: it is prose.
    None,
    /// A body.
    Body(Kind),
    /// Something else.
    Other,
    /// It starts a section.
    Heading,
}

/// What requests are called.
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

/// What responses are called. These count before [`REQUEST`]: there are responses to requests.
const RESPONSE: [&str; 9] =
    ["返回结果", "返回示例", "返回数据", "返回说明", "返回包", "返回内容", "回包", "返回样例", "返回参数"];

/// What the tables of parameters are called, `返回参数说明` among them.
const PARAMETERS: [&str; 2] = ["参数说明", "字段说明"];

impl Label {
    pub(super) fn of(line: &str) -> Self {
        let heading = line.starts_with('#');
        let bold = line.starts_with("**") || line.starts_with("__");
        let text = line.trim_matches(['#', ' ', '*', '_', ':', '：']);
        // Longer lines are sentences that mention a body.
        let short = text.chars().count() <= 40;
        let called = |names: &[&str]| short && names.iter().any(|name| text.contains(name));
        let kind = if called(&PARAMETERS) {
            None
        } else if called(&RESPONSE) {
            Some(Kind::Response)
        } else if called(&REQUEST) {
            Some(Kind::Request)
        } else {
            None
        };
        let labels = heading || bold || line.ends_with([':', '：']);
        match kind {
            Some(kind) if labels => Self::Body(kind),
            _ if heading => Self::Heading,
            _ if bold && line.trim_end_matches([' ', ':', '：']).ends_with(['*', '_']) => Self::Other,
            _ => Self::None,
        }
    }
}
