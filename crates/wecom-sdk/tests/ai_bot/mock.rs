//! Connections, replies and messages, as the mock answers them.

use serde_json::{Value, json};
use wecom_mock::{BotPushError, Fault, Reply, Server};
use wecom_sdk::aibot::events::AibotEvent;
use wecom_sdk::aibot::socket::{
    ChatType, MediaType, Message, ReplyMessage, RespondMsg, RespondWelcomeMsg, SendMsg, WelcomeMessage,
};
use wecom_sdk::{AiBot, BotError, BotState, Content};

use crate::{builder, connected};

const RESPOND: &str = "aibot_respond_msg";

/// The bodies that the mock has received for a command.
fn bodies(server: &Server, cmd: &str) -> Vec<Value> {
    server.received(cmd).iter().map(|request| request.json().unwrap()["body"].clone()).collect()
}

#[tokio::test]
async fn only_a_known_bot_may_subscribe() {
    let server = Server::builder().credentials("aib", "a-bot-secret").start().await.unwrap();
    builder(&server).connect().await.unwrap();
    for (bot_id, secret) in [("aib", "another-secret"), ("another", "a-bot-secret")] {
        let error = AiBot::builder(bot_id, secret).url(server.bot_url()).connect().await.unwrap_err();
        assert_eq!(error.code(), Some(853_000));
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
}

#[tokio::test]
async fn a_second_connection_replaces_the_first() {
    let (server, first, mut callbacks) = connected().await;
    let (second, _callbacks) = builder(&server).connect().await.unwrap();
    let event = callbacks.next().await.unwrap();
    assert!(matches!(event.event, AibotEvent::DisconnectedEvent(_)), "{event:?}");
    assert!(callbacks.next().await.is_none());
    assert_eq!((first.state(), second.state()), (BotState::Replaced, BotState::Subscribed));
    assert_eq!((server.bots(), server.requests("aibot_subscribe")), (vec!["aib".to_owned()], 2));
    // Taking the place back is a choice.
    let (third, _callbacks) = builder(&server).connect().await.unwrap();
    second.watch().wait_for(|state| *state == BotState::Replaced).await.unwrap();
    third
        .call(
            "aibot_send_msg",
            &json!({ "chatid": "c", "msgtype": "markdown", "markdown": { "content": "x" } }),
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stream_answers_a_message() {
    let (server, _bot, mut callbacks) = connected().await;
    let req_id = server.push_to_bot("aibot.events.text_message").unwrap();
    let callback = callbacks.next().await.unwrap();
    assert_eq!(callback.replier().req_id(), req_id);
    let mut stream = callback.stream();
    stream.append("It opens ");
    stream.append("at noon.");
    stream.finish().await.unwrap();
    let last = bodies(&server, RESPOND).pop().unwrap();
    assert_eq!(
        (&last["stream"]["content"], &last["stream"]["finish"]),
        (&json!("It opens at noon."), &json!(true))
    );
    // Nothing can follow.
    let late = json!({ "msgtype": "stream", "stream": { "id": last["stream"]["id"], "finish": true, "content": "x" } });
    assert_eq!(callback.replier().call(RESPOND, &late).await.unwrap_err().code(), Some(846_608));
}

#[tokio::test]
async fn a_stream_whose_end_was_carried_out_is_not_returned_as_missing() {
    let (server, _bot, mut callbacks) = connected().await;
    server.push_to_bot("aibot.events.text_message").unwrap();
    let mut stream = callbacks.next().await.unwrap().stream();
    server.inject(Fault::drop_response().on(RESPOND).times(1));
    stream.append("At noon.");
    let error = stream.finish().await.unwrap_err();
    let BotError::StreamUnconfirmed { rest, .. } = error else { panic!("{error:?}") };
    assert_eq!(rest, "");
    let frames = bodies(&server, RESPOND);
    assert!(frames.len() == 2 && frames.iter().all(|body| body["stream"]["content"] == "At noon."));
}

#[tokio::test]
async fn every_example_of_a_callback_arrives_as_its_type() {
    let (server, _bot, mut callbacks) = connected().await;
    let mut names = 0;
    for name in wecom_mock::push::examples().filter(|name| name.starts_with("aibot.events.")) {
        // That of a replaced connection would end this one.
        if name.ends_with("disconnected_event") {
            continue;
        }
        server.push_to_bot(name).unwrap();
        let callback = callbacks.next().await.unwrap();
        assert!(!matches!(callback.event, AibotEvent::Other(_)), "{name}");
        names += 1;
    }
    assert!(names > 8);
    let error = server.push_to_bot("contacts.events.create_user").unwrap_err();
    assert!(matches!(error, BotPushError::NoExample(_)));
}

#[tokio::test]
async fn the_mock_refuses_what_wecom_refuses() {
    let (server, bot, mut callbacks) = connected().await;
    let markdown = json!({ "msgtype": "markdown", "markdown": { "content": "x" } });
    let text = json!({ "msgtype": "text", "text": { "content": "x" } });
    let card = json!({ "msgtype": "template_card", "template_card": { "card_type": "text_notice" } });
    let image = json!({ "msgtype": "image", "image": { "media_id": "unknown" } });
    let by_url = json!({ "msgtype": "image", "image": { "url": "https://example.com" } });
    let mut code = Vec::new();
    for name in ["text_message", "enter_chat", "feedback_event", "template_card_event"] {
        server.push_to_bot(format!("aibot.events.{name}")).unwrap();
        let replier = callbacks.next().await.unwrap().replier();
        let update =
            json!({ "response_type": "update_template_card", "template_card": card["template_card"] });
        for (cmd, body) in [
            (RESPOND, &markdown),
            (RESPOND, &text),
            (RESPOND, &card),
            (RESPOND, &image),
            (RESPOND, &by_url),
            ("aibot_respond_welcome_msg", &text),
            ("aibot_respond_welcome_msg", &markdown),
            ("aibot_respond_update_msg", &update),
        ] {
            code.push(replier.call(cmd, body).await.err().map_or(0, |error| error.code().unwrap_or(-7)));
        }
    }
    let invalid = 846_605;
    assert_eq!(
        code,
        [
            0, 40008, 0, 40007, 40058, invalid, invalid, invalid, invalid, invalid, invalid, invalid,
            invalid, 0, 40008, invalid, invalid, invalid, invalid, invalid, invalid, invalid, invalid,
            invalid, invalid, invalid, invalid, invalid, invalid, invalid, invalid, 0,
        ]
    );
    for (body, expected) in [
        (json!({ "msgtype": "markdown", "markdown": { "content": "x" } }), 86201),
        (json!({ "chatid": "c", "msgtype": "text", "text": { "content": "x" } }), 40008),
        (json!({ "chatid": "c", "msgtype": "markdown", "markdown": { "content": "" } }), 93017),
        (
            json!({ "chatid": "c", "msgtype": "markdown", "markdown": { "content": "x".repeat(20_481) } }),
            40058,
        ),
    ] {
        assert_eq!(bot.call("aibot_send_msg", &body).await.unwrap_err().code(), Some(expected), "{body}");
    }
    let error = bot.replier("made up").call(RESPOND, &markdown).await.unwrap_err();
    assert_eq!(error.code(), Some(invalid));
}

#[tokio::test]
async fn faults_and_custom_responses_apply_to_commands() {
    let server = Server::start().await.unwrap();
    let timeout = std::time::Duration::from_millis(500);
    let (bot, _callbacks) = builder(&server).ack_timeout(timeout).connect().await.unwrap();
    let message = json!({ "chatid": "c", "msgtype": "markdown", "markdown": { "content": "x" } });
    let send = async || bot.call("aibot_send_msg", &message).await;
    let once = |fault: Fault| server.inject(fault.on("aibot_send_msg").times(1));

    once(Fault::code(45009));
    assert_eq!(send().await.unwrap_err().code(), Some(45009));
    for silent in [Fault::hang(), Fault::truncate(), Fault::html(), Fault::delay(3 * timeout)] {
        once(silent);
        assert!(matches!(send().await, Err(BotError::Unacknowledged { .. })));
    }
    once(Fault::oversize(1_000_000));
    send().await.unwrap();
    once(Fault::disconnect());
    let error = send().await.unwrap_err();
    assert!(matches!(error, BotError::Lost { written: true, .. }), "{error}");
    bot.ready().await.unwrap();
    send().await.unwrap();

    server.answer_times(1, "aibot_send_msg", |_| {
        Reply::json(json!({ "errcode": 0, "body": { "seen": true } }))
    });
    assert_eq!(send().await.unwrap(), json!({ "seen": true }));
    assert_eq!(server.requests("aibot_send_msg"), 9);
    server.disconnect_bots();
    bot.watch().wait_for(|state| *state != BotState::Subscribed).await.unwrap();
    bot.ready().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_no_websocket_is_reported() {
    let server = Server::start().await.unwrap();
    server.inject(Fault::status(502).on("/"));
    let error = builder(&server).connect().await.unwrap_err();
    assert_eq!(error.to_string(), "no WebSocket connection: the HTTP status is 502 Bad Gateway");
    server.clear_faults();
    let (bot, _callbacks) = builder(&server).start().unwrap();
    bot.ready().await.unwrap();
    drop(server);
    bot.watch().wait_for(|state| matches!(state, BotState::Reconnecting { .. })).await.unwrap();
    let error = AiBot::builder("aib", "secret").url("ws://127.0.0.1:1").connect().await.unwrap_err();
    assert!(matches!(error, BotError::Connect(_)), "{error}");
    for url in ["", "openws.work.weixin.qq.com", "https://host", "wss://user:password@host", "ws://host/#a"] {
        let error = AiBot::builder("aib", "secret").url(url).connect().await.unwrap_err();
        assert!(matches!(&error, BotError::Setup(text) if !text.contains("password")), "{error}");
    }
}

#[tokio::test]
async fn the_control_api_pushes_to_bots() {
    let (server, _bot, mut callbacks) = connected().await;
    let http = wecom_sdk::reqwest::Client::new();
    let call = async |path: &str, body: &str| -> Value {
        let request = http.post(format!("{}/_mock{path}", server.base_url())).body(body.to_owned());
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    };
    let pushed =
        call("/bots/push", r#"{ "json": { "msgid": "M", "msgtype": "text", "text": { "content": "Hi" } } }"#)
            .await;
    let callback = callbacks.next().await.unwrap();
    assert_eq!(pushed["req_id"], callback.replier().req_id());
    assert!(call("/bots/push", "{}").await["error"].is_string());
    call("/faults", r#"{ "fault": "code", "errcode": 6000, "path": "aibot_respond_msg", "times": 1 }"#).await;
    let markdown = json!({ "msgtype": "markdown", "markdown": { "content": "x" } });
    assert_eq!(callback.replier().call(RESPOND, &markdown).await.unwrap_err().code(), Some(6000));
}

#[tokio::test]
async fn commands_are_typed() {
    let (server, bot, mut callbacks) = connected().await;
    let message = Message::markdown("The build is **green**.");
    bot.send(&SendMsg::new("lin.wei", message).chat_type(ChatType::Single)).await.unwrap();
    let sent = &bodies(&server, "aibot_send_msg")[0];
    assert_eq!((&sent["chat_type"], &sent["msgtype"]), (&json!(1), &json!("markdown")));
    let long = Message::markdown("x".repeat(20_481));
    let error = bot.send(&SendMsg::new("lin.wei", long)).await.unwrap_err();
    assert!(matches!(error, BotError::Invalid { .. }) && error.to_string().contains("20480"), "{error}");
    assert_eq!(server.requests("aibot_send_msg"), 1);

    server.push_to_bot("aibot.events.text_message").unwrap();
    let replier = callbacks.next().await.unwrap().replier();
    replier.send(&RespondMsg::new(ReplyMessage::markdown("It opens at noon."))).await.unwrap();
    let welcome = RespondWelcomeMsg::new(WelcomeMessage::text("Hello"));
    assert_eq!(replier.send(&welcome).await.unwrap_err().code(), Some(846_605));
    server.push_to_bot("aibot.events.enter_chat").unwrap();
    callbacks.next().await.unwrap().replier().send(&welcome).await.unwrap();

    // Without what the response promises, there is no upload.
    server.answer("aibot_upload_media_init", |_| Reply::json(json!({ "errcode": 0, "body": {} })));
    let error = bot.upload(Content::bytes("hello").named("a"), MediaType::File).await.unwrap_err();
    assert!(matches!(error, BotError::Decode { .. }) && error.may_have_been_carried_out(), "{error}");
}
