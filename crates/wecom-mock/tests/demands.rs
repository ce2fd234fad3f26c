//! A request that isn't as the documentation says is refused, whatever language it comes from.

mod caller;

use serde_json::{Value, json};

use caller::start;

#[tokio::test]
async fn messages_are_refused_for_what_they_lack_and_for_what_is_too_long() {
    let (_server, caller) = start().await;
    let text = |content: Value| json!({ "touser": "a", "msgtype": "text", "agentid": 1, "text": { "content": content } });
    let card = |card: Value| json!({ "touser": "a", "msgtype": "template_card", "agentid": 1, "template_card": card });
    for (message, code, words) in [
        (text("Hello".into()), 0, "ok"),
        (text("x".repeat(2048).into()), 0, "ok"),
        (json!({ "msgtype": "text", "agentid": 1 }), 40058, "missing text"),
        (json!({ "msgtype": "text", "agentid": 1, "text": {} }), 44004, "text.content missing"),
        (json!({ "msgtype": "txt", "touser": "a", "agentid": 1 }), 40008, "msgtype: `txt` is unknown"),
        (json!({ "touser": "a", "agentid": 1 }), 40008, "msgtype missing"),
        (text("x".repeat(3000).into()), 0, "ok"),
        (
            json!({ "touser": "a", "msgtype": "markdown", "agentid": 1, "markdown": { "content": "x".repeat(3000) } }),
            45002,
            "at most 2048 bytes",
        ),
        (
            json!({ "msgtype": "text", "agentid": 1, "text": { "content": "a" } }),
            82001,
            "touser, toparty, totag, selected_ticket_list: at least one must be set",
        ),
        (
            json!({ "touser": ["a"], "msgtype": "text", "agentid": 1, "text": { "content": "a" } }),
            40058,
            "touser: must have text, not a list",
        ),
        (card(json!({})), 40058, "missing template_card.card_type"),
        (card(json!({ "card_type": "poster" })), 40058, "template_card.card_type: `poster` is unknown"),
        (card(json!({ "card_type": "text_notice" })), 40058, "missing template_card.card_action"),
        (
            json!({ "touser": "a", "msgtype": "news", "agentid": 1, "news": { "articles": [{}] } }),
            41016,
            "news.articles[].title missing",
        ),
    ] {
        let response = caller.post("message/send", message.clone()).await;
        let found = (response["errcode"].as_i64(), response["errmsg"].as_str().unwrap_or_default());
        assert!(found.0 == Some(code) && found.1.contains(words), "{message:.200}: {response}");
    }
}

#[tokio::test]
async fn fields_inside_of_others_are_required_and_limited_too() {
    let (_server, caller) = start().await;
    assert_eq!(caller.get("user/get", "").await["errcode"], 40058);
    for (path, body, words) in [
        ("oa/schedule/add", json!({ "schedule": { "end_time": 1 } }), "missing schedule.start_time"),
        (
            "user/create",
            json!({ "userid": "a", "name": "x".repeat(100), "mobile": "1" }),
            "name: must have at most 64 characters",
        ),
        ("user/create", json!({ "userid": "a", "name": "A" }), "mobile, email: at least one must be set"),
        (
            "externalcontact/add_msg_template",
            json!({ "sender": "a", "attachments": [{ "msgtype": "link", "link": { "title": "A" } }] }),
            "missing attachments[].link.url",
        ),
    ] {
        let response = caller.post(path, body).await;
        assert_eq!(response["errcode"], 40058, "{path}: {response}");
        assert!(response["errmsg"].as_str().unwrap().contains(words), "{path}: {response}");
    }
}

#[tokio::test]
async fn each_field_has_its_kind_of_json_and_a_documented_value() {
    let (_server, caller) = start().await;
    let member = |more: Value| {
        let mut member = json!({ "userid": "a", "name": "A", "mobile": "13900001234", "department": [1] });
        member.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        member
    };
    let message = |more: Value| {
        let mut message = json!({ "touser": "a", "agentid": 1, "msgtype": "news", "news": { "articles": [{ "title": "A", "url": "u" }] } });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let users = |count: usize| vec!["u"; count].join("|");
    for (path, body, expected) in [
        ("user/create", member(json!({ "name": { "a": 1 } })), Some((40058, "name: must be a single value"))),
        ("user/create", member(json!({ "mobile": [5] })), Some((40058, "mobile: must be a single value"))),
        ("user/create", member(json!({ "department": "1" })), Some((40058, "department: must be a list"))),
        ("user/create", member(json!({ "gender": "2", "enable": 1 })), None),
        ("user/create", member(json!({ "userid": "b", "gender": "" })), None),
        ("user/create", member(json!({ "gender": "9" })), Some((40058, "gender: `9` isn't documented"))),
        ("message/send", message(json!({ "agentid": {} })), Some((40058, "agentid: must be a single value"))),
        (
            "message/send",
            message(json!({ "news": { "articles": "x" } })),
            Some((40058, "news.articles: must be a list")),
        ),
        (
            "message/send",
            message(json!({ "news": { "articles": {} } })),
            Some((40058, "news.articles: must be a list")),
        ),
        ("message/send", message(json!({ "news": 1 })), Some((40058, "news: must be an object"))),
        ("message/send", message(json!({ "touser": users(1000) })), None),
        (
            "message/send",
            message(json!({ "touser": users(1001) })),
            Some((40058, "touser: must have at most 1000 items")),
        ),
        ("message/send", message(json!({ "touser": "" })), Some((82001, "at least one must be set"))),
        ("message/send", message(json!({ "touser": "", "totag": "1" })), None),
        (
            "tag/addtagusers",
            json!({ "tagid": 1, "userlist": "c" }),
            Some((40058, "userlist: must be a list")),
        ),
        (
            "externalcontact/add_msg_template",
            json!({ "sender": "a", "attachments": { "msgtype": "none" } }),
            Some((40058, "attachments: must be a list")),
        ),
        (
            "externalcontact/get_groupmsg_list_v2",
            json!({ "chat_type": "bogus", "start_time": 1, "end_time": 2 }),
            Some((40058, "chat_type: `bogus` isn't documented")),
        ),
        ("media/upload?type=zzz", json!({}), Some((40005, "?type: `zzz` isn't documented"))),
        ("media/upload?type=", json!({}), Some((40005, "?type: `` isn't documented"))),
    ] {
        let response = caller.post(path, body.clone()).await;
        let (code, words) = expected.unwrap_or((0, ""));
        let message = response["errmsg"].as_str().unwrap_or_default();
        assert!(response["errcode"] == code && message.contains(words), "{path} {body:.200}: {response}");
    }
}
