//! An AI bot (智能机器人) on a long connection: it welcomes users, and answers texts while it is still thinking about them.
//!
//! `cargo run -p wecom-sdk --example ai_bot` talks to a mock server. With `WECOM_BOT_ID` and `WECOM_BOT_SECRET` set, which WeCom shows in
//! the bot's settings (API mode, long connection), it answers in WeCom until it is stopped.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use wecom_mock::Server;
use wecom_sdk::aibot::events::{AibotEvent, TextMessage};
use wecom_sdk::aibot::socket::{RespondWelcomeMsg, WelcomeMessage};
use wecom_sdk::{AiBot, AiBotBuilder, BotCallback, BotError};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, mock) = builder().await?;
    let mock = Arc::new(mock);
    let (bot, mut callbacks) = builder.connect().await?;
    if let Some(server) = &*mock {
        server.push_to_bot("aibot.events.enter_chat")?;
    }
    while let Some(callback) = callbacks.next().await {
        let (bot, mock) = (bot.clone(), Arc::clone(&mock));
        // In a task of its own: answers don't wait for each other, and one that fails doesn't end the bot.
        tokio::spawn(async move {
            if let Err(error) = handle(&callback).await {
                eprintln!("no reply to {}: {error}", callback.envelope.kind);
            }
            // The mock's user says one thing.
            match (&*mock, &callback.event) {
                (Some(server), AibotEvent::EnterChat(_)) => {
                    let _ = server.push_to_bot("aibot.events.text_message");
                }
                (Some(_), _) => bot.close().await,
                (None, _) => {}
            }
        });
    }
    println!("the end: {}", bot.state());
    Ok(())
}

/// Replies to a callback.
async fn handle(callback: &BotCallback) -> Result<(), BotError> {
    match &callback.event {
        AibotEvent::EnterChat(_) => {
            let welcome = WelcomeMessage::text("Hello! Ask me something.");
            callback.replier().send(&RespondWelcomeMsg::new(welcome)).await?;
            println!("welcomed a user");
        }
        AibotEvent::TextMessage(message) => answer(callback, message).await?,
        _ => println!("something else: {}", callback.envelope.kind),
    }
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
