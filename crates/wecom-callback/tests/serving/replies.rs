//! Replies of the specification, returned by handlers.

use std::convert::Infallible;

use crate::common::{CORP, post, receiver, sender, sent};
use http::StatusCode;
use serde_json::{Value, json};
use wecom_callback::{Callbacks, Event, Format, IntoPassive, Passive, ReplyError, Router};
use wecom_models::aibot::reply as bot;
use wecom_models::callback::Document;
use wecom_models::message::events::TextMessage;
use wecom_models::message::reply::{
    ActionMenu, Article, CardAction, Media, MenuAction, NewsReply, TextNoticeCard, TextReply,
    UpdateTemplateCardReply, VoiceReply,
};
use wecom_models::openhw::reply as device;

/// A member's text.
fn asked(content: &str) -> String {
    format!(
        "<xml><ToUserName>{CORP}</ToUserName><FromUserName><![CDATA[lin & wei]]></FromUserName><CreateTime>1767225600</CreateTime>\
         <MsgType>text</MsgType><Content><![CDATA[{content}]]></Content><MsgId>1</MsgId></xml>"
    )
}

/// Returns the decrypted reply as JSON, or the status.
async fn answer<R: IntoPassive + 'static>(
    format: Format,
    message: &str,
    reply: impl Fn(String) -> R + Send + Sync + Copy + 'static,
) -> Result<Value, StatusCode> {
    let router = Router::new().on(move |callback: wecom_callback::Callback| async move {
        let asked = callback.opened.read::<TextMessage>().map(|message| message.content);
        reply(asked.unwrap_or_default())
    });
    let callback = match format {
        Format::Xml => sent(message),
        _ => sender().callback(format, message.as_bytes(), CORP, ""),
    };
    let response = post(&Callbacks::new(receiver(), router), &callback).await;
    if response.status() != StatusCode::OK || response.body().is_empty() {
        return Err(response.status());
    }
    let reply = String::from_utf8(sender().open_reply(response.body()).unwrap()).unwrap();
    Ok(Document::parse(&reply).unwrap().to_value().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_handler_returns_a_reply_and_the_receiver_addresses_it() {
    async fn echo(message: Event<TextMessage>) -> TextReply {
        TextReply::new(format!("You said: {}", message.content))
    }

    let callbacks = Callbacks::new(receiver(), Router::new().on(echo));
    let response = post(&callbacks, &sent(&asked("hi"))).await;
    let reply = String::from_utf8(sender().open_reply(response.body()).unwrap()).unwrap();
    assert!(
        reply.starts_with("<xml><ToUserName><![CDATA[lin & wei]]></ToUserName><FromUserName><![CDATA[ww"),
        "{reply}"
    );
    let reply = Document::parse(&reply).unwrap();
    let envelope = reply.envelope().unwrap();
    assert_eq!((&*envelope.to_user_name, &*envelope.from_user_name), ("lin & wei", CORP));
    assert!(envelope.create_time.is_some_and(|time| time.as_unix() > 1_767_225_600));
    assert_eq!(reply.to_value().unwrap()["Content"], "You said: hi");
}

#[tokio::test(start_paused = true)]
async fn what_a_member_wrote_stays_what_it_is_in_a_reply() {
    for content in ["a]]&gt;b", "<x>&amp;</x>", "你好 😀", "  two  lines\n ", "\"'", "</Content></xml>"] {
        let reply = answer(Format::Xml, &asked(content), TextReply::new).await.unwrap();
        assert_eq!(reply["Content"], content);
    }
    let reply =
        answer(Format::Xml, &asked("x"), |_| TextReply::new("a\u{8}b\u{0}c\u{ffff}]]>")).await.unwrap();
    assert_eq!(reply["Content"], "abc]]>", "characters that XML doesn't have");
}

#[tokio::test(start_paused = true)]
async fn a_reply_may_be_one_of_many_or_none_or_an_error() {
    let xml = Format::Xml;
    let some = answer(xml, &asked("x"), |_| Some(VoiceReply::new(Media::new("m1")))).await.unwrap();
    assert_eq!((&some["MsgType"], &some["Voice"]["MediaId"]), (&json!("voice"), &json!("m1")));
    let none = answer(xml, &asked("x"), |_| None::<TextReply>).await;
    assert_eq!(none, Err(StatusCode::OK));
    let fine = answer(xml, &asked("x"), |_| Ok::<_, Infallible>(TextReply::new("a"))).await.unwrap();
    assert_eq!(fine["Content"], "a");
    let failed = answer(xml, &asked("x"), |_| Err::<TextReply, _>("no")).await;
    assert_eq!(failed, Err(StatusCode::INTERNAL_SERVER_ERROR));
}

#[tokio::test(start_paused = true)]
async fn articles_are_counted_and_wrapped_and_lists_of_cards_are_flat() {
    let articles = |count: usize| {
        NewsReply::new((0..count).map(|number| Article::new(number.to_string(), "https://example.com")))
    };
    let one = answer(Format::Xml, &asked("x"), move |_| articles(1)).await.unwrap();
    assert_eq!((&one["ArticleCount"], &one["Articles"]["item"]["Title"]), (&json!("1"), &json!("0")));
    let two = answer(Format::Xml, &asked("x"), move |_| articles(2)).await.unwrap();
    assert_eq!((&two["ArticleCount"], &two["Articles"]["item"][1]["Title"]), (&json!("2"), &json!("1")));
    let card = answer(Format::Xml, &asked("x"), |_| card(2)).await.unwrap();
    let menu = &card["TemplateCard"]["ActionMenu"];
    assert_eq!(card["TemplateCard"]["CardType"], "text_notice");
    assert_eq!((&menu["ActionList"][0]["Key"], &menu["ActionList"][1]["Key"]), (&json!("0"), &json!("1")));
}

/// A card with a menu of so many items.
fn card(items: usize) -> UpdateTemplateCardReply {
    let items = (0..items).map(|number| MenuAction::new("text", number.to_string()));
    let card = TextNoticeCard::new(CardAction::new()).sub_title_text("a").action_menu(ActionMenu::new(items));
    UpdateTemplateCardReply::new(card)
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_breaks_its_limits_is_not_sent() {
    assert!(answer(Format::Xml, &asked("x"), |_| card(10)).await.is_ok());
    let eleven = answer(Format::Xml, &asked("x"), |_| card(11)).await;
    assert_eq!(eleven, Err(StatusCode::INTERNAL_SERVER_ERROR));
    let error = Passive::of(&card(11)).unwrap_err().to_string();
    assert_eq!(
        error,
        "the reply message.reply.update_template_card_reply breaks documented limits: \
         `TemplateCard.ActionMenu.ActionList` must have at most 10 items, but has 11"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bot_is_answered_in_json_and_an_application_in_xml() {
    let asked_bot = r#"{ "msgid": "M", "msgtype": "text", "text": { "content": "x" } }"#;
    let stream = || bot::StreamReply::new(bot::Stream::new().id("s1").finish(true).content("ok"));
    let reply = answer(Format::Bot, asked_bot, move |_| stream()).await.unwrap();
    let expected = json!({ "msgtype": "stream", "stream": { "id": "s1", "finish": true, "content": "ok" } });
    assert_eq!(reply, expected);
    let to_bot = answer(Format::Bot, asked_bot, |_| TextReply::new("a")).await;
    let to_app = answer(Format::Xml, &asked("x"), move |_| stream()).await;
    for refused in [to_bot, to_app] {
        assert_eq!(refused, Err(StatusCode::INTERNAL_SERVER_ERROR));
    }
}

fn device_event(kind: &str) -> String {
    json!({ "msg_type": "event", "base_info": { "req_id": "1" }, "event": { "event_type": kind } })
        .to_string()
}

#[tokio::test(start_paused = true)]
async fn a_device_is_answered_in_json_and_each_reply_answers_its_own_callback() {
    let refuse = |_| device::BindDeviceReply::new(device::BindResult::HasData, "it has data");
    let reply = answer(Format::Json, &device_event("bind"), refuse).await.unwrap();
    assert_eq!(reply, json!({ "errcode": 3, "errmsg": "it has data" }));
    let valid = |_| device::VerifyDeviceReply::new(true).modelid("mdgate01");
    let reply = answer(Format::Json, &device_event("verify_device"), valid).await.unwrap();
    assert_eq!(reply, json!({ "is_valid": true, "modelid": "mdgate01" }));
    let scan = json!({ "msg_type": "command", "command": { "command_type": "user_scan" } }).to_string();
    let offline = |_| device::UserScanReply::new(device::OnlineStatus::Offline);
    let reply = answer(Format::Json, &scan, offline).await.unwrap();
    assert_eq!(reply, json!({ "online_status": 2 }));

    let to_unbind = answer(Format::Json, &device_event("unbind"), refuse).await;
    let to_verify = answer(Format::Json, &device_event("verify_device"), refuse).await;
    let to_app = answer(Format::Xml, &asked("x"), refuse).await;
    let a_text = answer(Format::Json, &device_event("bind"), TextReply::new).await;
    let no_model = |_| device::VerifyDeviceReply::new(true);
    let no_model = answer(Format::Json, &device_event("verify_device"), no_model).await;
    for refused in [to_unbind, to_verify, to_app, a_text, no_model] {
        assert_eq!(refused, Err(StatusCode::INTERNAL_SERVER_ERROR));
    }
    let callback = sender().callback(Format::Json, device_event("unbind").as_bytes(), CORP, "");
    let opened = receiver().open(&callback.query, callback.body.as_bytes()).unwrap();
    let error = receiver().reply(&opened, &refuse(String::new())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the reply openhw.reply.bind_device_reply is for the callback `bind`, but the callback is `unbind`"
    );
}

#[test]
fn a_receiver_alone_seals_replies_too() {
    let callback = sent(&asked("x"));
    let opened = receiver().open(&callback.query, callback.body.as_bytes()).unwrap();
    let reply = receiver().reply(&opened, &TextReply::new("a")).unwrap();
    let plain = String::from_utf8(sender().open_reply(&reply.body).unwrap()).unwrap();
    assert!(
        plain.ends_with("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a]]></Content></xml>"),
        "{plain}"
    );
    let error = receiver().reply(&opened, &bot::TextReply::new(bot::TextContent::new("a"))).unwrap_err();
    assert!(matches!(error, ReplyError::Format { .. }));
    let error = error.to_string();
    assert_eq!(
        error,
        "the reply aibot.reply.text_reply is for AI bots, in JSON, but the callback has another format"
    );
}
