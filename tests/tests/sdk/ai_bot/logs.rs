//! What is logged, and what never is.

use std::time::Duration;

use serde_json::json;
use wecom_mock::{Fault, Server};
use wecom_sdk::aibot::events::AibotEvent;
use wecom_sdk::aibot::socket::MediaType;
use wecom_sdk::{AiBot, AiBotBuilder, BotState, Content};
use wecom_tests::log::Log;

fn builder(server: &Server) -> AiBotBuilder {
    let pause = Duration::from_millis(5);
    AiBot::builder("aib", "a-bot-secret").url(server.bot_url()).reconnect_delays(pause, pause)
}

#[tokio::test(flavor = "current_thread")]
async fn logs_name_commands_and_reasons_but_no_secret_key_url_or_text() {
    let log = Log::of_this_thread(tracing::Level::TRACE);
    let server = Server::start().await.unwrap();
    let (bot, mut callbacks) = builder(&server).connect().await.unwrap();
    let file = json!({
        "msgid": "M", "msgtype": "file", "from": { "userid": "u" },
        "file": { "url": format!("{}/hidden-path?sign=hidden-sign", server.base_url()), "aeskey": "hidden-key" },
    });
    for _ in 0..2 {
        server.push_to_bot(file.to_string()).unwrap();
    }
    let callback = callbacks.next().await.unwrap();
    let AibotEvent::FileMessage(message) = &callback.event else { panic!() };
    bot.download(&message.file).await.unwrap_err();
    let mut stream = callback.stream();
    stream.append("hidden-text");
    stream.finish().await.unwrap();
    // WeCom accepts nothing after that.
    let mut stream = callback.stream();
    stream.append("hidden-text");
    let error = stream.finish().await.unwrap_err();
    assert_eq!(error.kind(), "stream_expired");
    tracing::error!(?error, "as an application logs it");
    server.inject(Fault::code(45009).on("aibot_send_msg"));
    let markdown = json!({ "chatid": "c", "msgtype": "markdown", "markdown": { "content": "hidden-text" } });
    bot.call("aibot_send_msg", &markdown).await.unwrap_err();
    bot.upload(Content::bytes("hidden-content").named("a"), MediaType::File).await.unwrap();
    server.send_to_bot("{ hidden-frame").unwrap();
    server.send_to_bot(r#"{"errcode":40058,"errmsg":"no id"}"#).unwrap();
    server.disconnect_bots();
    bot.watch().wait_for(|state| *state != BotState::Subscribed).await.unwrap();
    bot.ready().await.unwrap();
    let (_second, _callbacks) = builder(&server).connect().await.unwrap();
    while callbacks.next().await.is_some() {}
    let log = log.text();
    for expected in [
        "the bot is connected",
        "the bot isn't connected",
        "has replaced it",
        "wecom.bot.call",
        "cmd=\"aibot_send_msg\"",
        "errcode=45009",
        "Duplicate",
        "Unreadable",
        "matched: false",
        "UnshownText(11 bytes)",
        "a callback has one stream",
    ] {
        assert!(log.contains(expected), "{expected} is missing:\n{log}");
    }
    for hidden in ["a-bot-secret", "hidden-"] {
        // The mock is in this process, too, and its crate logs frames.
        let line = log.lines().find(|line| line.contains(hidden) && !line.contains("tungstenite"));
        assert!(line.is_none(), "{line:?}");
    }
}
