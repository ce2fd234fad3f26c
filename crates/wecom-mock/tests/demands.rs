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
            40058,
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
