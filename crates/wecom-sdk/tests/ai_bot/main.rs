//! AI bots and the mock over loopback.
#![cfg(feature = "ai-bot")]

mod files;
mod mock;
mod node;

use std::time::Duration;

use wecom_mock::Server;
use wecom_sdk::{AiBot, AiBotBuilder, BotCallbacks};

fn builder(server: &Server) -> AiBotBuilder {
    let pause = Duration::from_millis(5);
    AiBot::builder("aib", "a-bot-secret").url(server.bot_url()).reconnect_delays(pause, pause)
}

async fn connected() -> (Server, AiBot, BotCallbacks) {
    let server = Server::start().await.unwrap();
    let (bot, callbacks) = builder(&server).connect().await.unwrap();
    (server, bot, callbacks)
}
