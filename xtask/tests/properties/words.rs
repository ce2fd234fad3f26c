//! Names and texts, odd ones included.

use proptest::prelude::*;
use proptest::sample::select;

/// A wire name.
pub(crate) fn name() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "type",
        "self",
        "Self",
        "match",
        "crate",
        "super",
        "fn",
        "async",
        "try",
        "gen",
        "union",
        "true",
        "null",
        "yes",
        "None",
        "userId",
        "AgentID",
        "URL",
        "openUserID2",
        "v2",
        "x1y2z3",
        "value_uint32",
        "image-text",
        "a.b",
        "@type",
        "$ref",
        "2fa",
        "0",
        "会议室",
        "with space",
        "query",
        "check",
        "into",
        "clone",
        "out",
        "checker",
        "field",
        "name",
        "value",
        "other",
        "_private",
        "trailing_",
        "__",
        "A",
        "errcode_2",
    ]);
    prop_oneof![1 => odd.prop_map(str::to_owned), 1 => "[a-zA-Z][a-zA-Z0-9_-]{0,12}"]
}

/// A text for titles, descriptions and values.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "The id.",
        "会议室的编号。",
        "A \"quoted\" word",
        "back\\slash\\",
        "/* a comment */",
        "// another",
        "# a heading",
        "key: value",
        "{ braces }",
        "[link](crate::zoo)",
        "`code`",
        "a \"# b \"## c",
        "tab\there",
        "emoji 😀",
        "'single'",
        "- a\n- list",
        "Two\nlines",
        "Two\n\nparagraphs",
        "```text\ncode {\n```",
        "    indented",
        "| a | b |\n|---|---|",
        "<b>bold</b>",
        "100%",
        "!",
        "&amp",
        "*star*",
        "null",
        "true",
        "1",
        "a\u{a0}b",
        "ends with a space ",
        "r#\"raw\"#",
        "e\u{301}",
        "a,b|c",
    ]);
    prop_oneof![2 => odd.prop_map(str::to_owned), 1 => "[a-zA-Z][a-zA-Z ,;'()-]{0,120}"]
}

/// Returns a text as YAML reads it back.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text can be written")
}
