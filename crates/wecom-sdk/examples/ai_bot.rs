//! An AI bot (智能机器人) on a long connection: it welcomes users, and answers texts while it is still thinking about them.
//!
//! `cargo run -p wecom-sdk --example ai_bot` talks to a mock server. With `WECOM_BOT_ID` and `WECOM_BOT_SECRET` set, which WeCom shows in
//! the bot's settings (API mode, long connection), it answers in WeCom until it is stopped.

use std::env;
use std::time::Duration;

use tokio::time::sleep;
use wecom_mock::Server;
use wecom_sdk::aibot::events::{AibotEvent, TextMessage};
use wecom_sdk::aibot::socket::{RespondWelcomeMsg, WelcomeMessage};
use wecom_sdk::{AiBot, AiBotBuilder, BotCallback, BotError};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, mock) = builder().await?;
    let (bot, mut callbacks) = builder.connect().await?;
    if let Some(server) = &mock {
        server.push_to_bot("aibot.events.enter_chat")?;
        server.push_to_bot("aibot.events.text_message")?;
    }
    while let Some(callback) = callbacks.next().await {
        match &callback.event {
            AibotEvent::EnterChat(_) => {
                let welcome = WelcomeMessage::text("Hello! Ask me something.");
                callback.replier().send(&RespondWelcomeMsg::new(welcome)).await?;
                println!("welcomed a user");
            }
            AibotEvent::TextMessage(message) => {
                // In a bot that has more to do, in a task of its own: callbacks wait meanwhile.
                answer(&callback, message).await?;
                if mock.is_some() {
                    bot.close().await;
                }
            }
            _ => println!("something else: {}", callback.envelope.kind),
        }
    }
    println!("the end: {}", bot.state());
    Ok(())
}

/// Answers a text, word by word, as a language model would.
async fn answer(callback: &BotCallback, message: &TextMessage) -> Result<(), BotError> {
    println!("{} asks: {}", message.from.userid, message.text.content);
    let mut stream = callback.stream();
    for word in ["It ", "opens ", "at ", "**noon**."] {
        stream.append(word);
        sleep(Duration::from_millis(10)).await;
    }
    let end = stream.finish().await?;
    println!("answered, {} bytes are left over", end.rest.len());
    Ok(())
}

/// Returns a bot from the environment, or one that connects to a mock server, which runs as long as it is kept.
async fn builder() -> Result<(AiBotBuilder, Option<Server>), Box<dyn std::error::Error>> {
    if let (Ok(bot_id), Ok(secret)) = (env::var("WECOM_BOT_ID"), env::var("WECOM_BOT_SECRET")) {
        println!("talking to WeCom as WECOM_BOT_ID\n");
        return Ok((AiBot::builder(bot_id, secret), None));
    }
    let server = Server::start().await?;
    println!("talking to a mock server (set WECOM_BOT_ID and WECOM_BOT_SECRET for WeCom)\n");
    Ok((AiBot::builder("aib-example", "secret").url(server.bot_url()), Some(server)))
}
