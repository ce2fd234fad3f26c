//! What is logged, and what never is.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use wecom_mock::Fault;
use wecom_sdk::Content;

use crate::{builder, connected};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn logs_name_commands_and_reasons_but_no_secret_key_url_or_text() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(subscriber.finish(), || {
        runtime.block_on(async {
            let (server, bot, mut callbacks) = connected().await;
            let file = json!({
                "msgid": "M", "msgtype": "file", "from": { "userid": "u" },
                "file": { "url": format!("{}/hidden-path?sign=hidden-sign", server.base_url()), "aeskey": "hidden-key" },
            });
            for _ in 0..2 {
                server.push_to_bot(file.to_string()).unwrap();
            }
            let callback = callbacks.next().await.unwrap();
            let wecom_sdk::aibot::events::AibotEvent::FileMessage(message) = &callback.event else { panic!() };
            bot.download(&message.file).await.unwrap_err();
            let mut stream = callback.stream();
            stream.append("hidden-text");
            stream.finish().await.unwrap();
            server.inject(Fault::code(45009).on("aibot_send_msg"));
            let markdown = json!({ "chatid": "c", "msgtype": "markdown", "markdown": { "content": "hidden-text" } });
            bot.call("aibot_send_msg", &markdown).await.unwrap_err();
            bot.upload(Content::bytes("hidden-content").named("a"), "file").await.unwrap();
            server.send_to_bot("{ hidden-frame").unwrap();
            server.send_to_bot(r#"{"errcode":40058,"errmsg":"no id"}"#).unwrap();
            server.disconnect_bots();
            bot.watch().wait_for(|state| *state != wecom_sdk::BotState::Subscribed).await.unwrap();
            bot.ready().await.unwrap();
            let (_second, _callbacks) = builder(&server).connect().await.unwrap();
            while callbacks.next().await.is_some() {}
        });
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
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
    ] {
        assert!(log.contains(expected), "{expected} is missing:\n{log}");
    }
    for hidden in ["a-bot-secret", "hidden-"] {
        let line = log.lines().find(|line| line.contains(hidden));
        assert!(line.is_none(), "{line:?}");
    }
}
