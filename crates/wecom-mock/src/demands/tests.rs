//! Tests of the demands on a request.

use serde_json::json;

use super::*;

/// The code and the message for a body.
fn found(demands: &Demands, body: &Value) -> Option<(i64, String)> {
    demands.check(body, true).err().map(|Refusal(code, message)| (code, message))
}

fn code(demands: &Demands, body: &Value) -> Option<i64> {
    found(demands, body).map(|(code, _)| code)
}

#[test]
fn a_required_field_is_missed_wherever_its_parent_is() {
    let body = json!({ "info": [{ "userid": "a" }, { "other": 1 }], "grid": [[{ "x": 1 }]], "none": null });
    assert!(has(&body, "info"));
    assert!(!has(&body, "info[].userid"));
    assert!(has(&body, "grid[][].x"));
    assert!(!has(&body, "grid[][].y"));
    assert!(has(&body, "absent.field"));
    assert!(has(&body, "none.field"));
    assert!(!has(&body, "absent"));
    assert!(!has(&body, "none"));
}

#[test]
fn a_kind_demands_its_content_and_an_unknown_one_has_a_code() {
    const DEMANDS: Demands = Demands {
        required: &["msgtype"],
        kinds: &[
            Kinds {
                tag: "msgtype",
                of: &[
                    (
                        "text",
                        Demands {
                            limits: &[("text.content", &[Limit::MinChars(1), Limit::MaxBytes(6)])],
                            ..Demands::fields(&["text", "text.content"])
                        },
                    ),
                    ("image", Demands::fields(&["image"])),
                ],
            },
            Kinds { tag: "attachments[].msgtype", of: &[("link", Demands::fields(&["link", "link.url"]))] },
        ],
        ..Demands::NONE
    };
    let text = |content: &str| json!({ "msgtype": "text", "text": { "content": content } });
    for (body, expected) in [
        (json!({}), Some(40008)),
        (json!({ "msgtype": "txt" }), Some(40008)),
        (json!({ "msgtype": "text" }), Some(40058)),
        (json!({ "msgtype": "text", "text": {} }), Some(44004)),
        (text(""), Some(44004)),
        (text("两个"), None),
        (text("两个a"), Some(45002)),
        (json!({ "msgtype": "image", "image": {} }), None),
        (json!({ "msgtype": "image", "text": { "content": "x" } }), Some(40058)),
        (json!({ "msgtype": "image", "image": {}, "attachments": [{ "msgtype": "none" }] }), Some(41065)),
    ] {
        assert_eq!(code(&DEMANDS, &body), expected, "{body}");
    }
    let link = json!({ "msgtype": "image", "image": {}, "attachments": [{ "msgtype": "link", "link": {} }] });
    assert_eq!(
        found(&DEMANDS, &link),
        Some((40058, "invalid Request Parameter: missing attachments[].link.url".to_owned()))
    );
}

#[test]
fn groups_count_the_fields_that_are_set() {
    const fn of(group: Group) -> (&'static str, Group, &'static [&'static str]) {
        ("", group, &["a", "b.c"])
    }
    const LEAST: Demands = Demands { groups: &[of(Group::AtLeastOne)], ..Demands::NONE };
    const MOST: Demands = Demands { groups: &[of(Group::AtMostOne)], ..Demands::NONE };
    const EXACTLY: Demands = Demands { groups: &[of(Group::ExactlyOne)], ..Demands::NONE };
    const BOTH: Demands = Demands { groups: &[of(Group::BothOrNeither)], ..Demands::NONE };
    let bodies = [
        json!({}),
        json!({ "a": [] }),
        json!({ "a": 1 }),
        json!({ "b": [{}, { "c": true }] }),
        json!({ "a": 1, "b": { "c": false } }),
        json!({ "a": "", "b": { "c": 1 } }),
    ];
    for (demands, accepted) in [
        (LEAST, [false, false, true, true, true, true]),
        (MOST, [true, true, true, true, false, true]),
        (EXACTLY, [false, false, true, true, false, true]),
        (BOTH, [true, true, false, false, true, true]),
    ] {
        let found = bodies.each_ref().map(|body| code(&demands, body).is_none());
        assert_eq!(found, accepted, "{demands:?}");
    }
}

#[test]
fn a_value_has_its_kind_of_json_and_is_one_of_those_that_are_documented() {
    const DEMANDS: Demands = Demands {
        lists: &["tags", "news.articles"],
        objects: &["news", "news.articles[]"],
        scalars: &["name", "tags[]", "news.articles[].title"],
        values: &[("kind", &["a", "1", ""])],
        ..Demands::NONE
    };
    for (body, expected) in [
        (json!({ "name": 5, "tags": ["a", 1], "news": { "articles": [{ "title": true }] } }), None),
        (json!({ "name": null, "tags": null, "news": null, "kind": null }), None),
        (json!({ "kind": 1 }), None),
        (json!({ "kind": "" }), None),
        (json!({ "kind": "b" }), Some("kind: `b` isn't documented")),
        (json!({ "name": {} }), Some("name: must be a single value, not a list or an object")),
        (json!({ "tags": "a" }), Some("tags: must be a list")),
        (json!({ "tags": [["a"]] }), Some("tags[]: must be a single value, not a list or an object")),
        (json!({ "news": "x" }), Some("news: must be an object")),
        (json!({ "news": { "articles": {} } }), Some("news.articles: must be a list")),
        (json!({ "news": { "articles": [1] } }), Some("news.articles[]: must be an object")),
        (
            json!({ "news": { "articles": [{}, { "title": [] }] } }),
            Some("news.articles[].title: must be a single value, not a list or an object"),
        ),
    ] {
        let expected = expected.map(|what| (40058, format!("invalid Request Parameter: {what}")));
        assert_eq!(found(&DEMANDS, &body), expected, "{body}");
    }
}

#[test]
fn a_text_with_items_is_counted_by_them_and_without_any_it_is_not_set() {
    const DEMANDS: Demands = Demands {
        groups: &[("", Group::AtLeastOne, &["touser", "toparty", "totag"])],
        limits: &[("touser", &[Limit::Text, Limit::MaxParts('|', 2)]), ("toparty", &[Limit::Text])],
        ..Demands::NONE
    };
    for (body, expected) in [
        (json!({ "touser": "a|b" }), None),
        (json!({ "touser": "|a||b|" }), None),
        (json!({ "touser": "", "toparty": "1" }), None),
        (json!({ "touser": "", "totag": "" }), None),
        (json!({ "touser": "a|b|c" }), Some(40058)),
        (json!({ "touser": "", "toparty": "" }), Some(82001)),
        (json!({}), Some(82001)),
    ] {
        assert_eq!(code(&DEMANDS, &body), expected, "{body}");
    }
}

#[test]
fn a_limit_names_the_field_and_itself() {
    const DEMANDS: Demands = Demands {
        limits: &[
            ("users", &[Limit::Text]),
            ("tags", &[Limit::MinItems(1), Limit::MaxItems(2)]),
            ("tags[]", &[Limit::MaxChars(3)]),
            ("in.n", &[Limit::Min(1), Limit::Max(9)]),
        ],
        ..Demands::NONE
    };
    for (body, expected) in [
        (json!({ "users": "a|b", "tags": ["abc"], "in": { "n": 9 } }), None),
        (json!({ "users": null, "tags": "abcd", "in": { "n": "10" } }), None),
        (json!({ "users": ["a"] }), Some("users: must have text, not a list")),
        (json!({ "tags": [] }), Some("tags: must have at least 1 item")),
        (json!({ "tags": [1, 2, 3] }), Some("tags: must have at most 2 items")),
        (json!({ "tags": ["a", "abcd"] }), Some("tags[]: must have at most 3 characters")),
        (json!({ "in": { "n": 0 } }), Some("in.n: must have a value of at least 1")),
        (json!({ "in": { "n": 9.5 } }), Some("in.n: must have a value of at most 9")),
        (json!({ "in": { "n": 10 } }), Some("in.n: must have a value of at most 9")),
    ] {
        let expected = expected.map(|what| (40058, format!("invalid Request Parameter: {what}")));
        assert_eq!(found(&DEMANDS, &body), expected, "{body}");
    }
}
