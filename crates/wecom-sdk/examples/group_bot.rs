//! Sends messages to a group chat through a group bot (群机器人), with nothing but the bot's webhook URL.
//!
//! `cargo run -p wecom-sdk --example group_bot` talks to a mock server. With `WECOM_WEBHOOK_URL` set, which WeCom shows in the bot's
//! settings, it sends them to the group chat.

use std::env;

use wecom_mock::Server;
use wecom_sdk::message::webhook::{Article, MarkdownV2Content, NewsContent, TextContent};
use wecom_sdk::{Content, GroupBot};

const IMAGE: &[u8] = include_bytes!("setup/image.png");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (url, _mock) = webhook_url().await?;
    // Keep the bot, and clone it where it is needed: it counts its messages, of which WeCom accepts 20 per minute. The
    // next one waits.
    let bot = GroupBot::from_url(&url)?;

    bot.send("The build is green.").await?;
    println!("text: sent");

    // Mentioned members are notified. If a member's userid is unknown, mention the mobile number.
    let lunch = TextContent::new("Lunch?").mentioned_list(["lin.wei", "@all"]);
    bot.send(lunch).await?;
    println!("text with mentions: sent");

    bot.send(MarkdownV2Content::new("# Sales\n| North | South |\n| ---: | ---: |\n| 248 | 251 |")).await?;
    println!("Markdown: sent");

    let article = Article::new("Release 1.4", "https://example.com/releases/1.4");
    bot.send(NewsContent::new([article.description("The changes since the last release")])).await?;
    println!("article: sent");

    // An image is sent with the message, a file is uploaded first: here, each is a single call.
    bot.send_image(IMAGE).await?;
    println!("image: sent");
    bot.send_file(Content::bytes("region,sales\nnorth,248\nsouth,251\n").named("sales.csv")).await?;
    println!("file: sent");
    Ok(())
}

/// Returns the webhook URL from the environment, or that of a mock server, which runs as long as it is kept.
async fn webhook_url() -> Result<(String, Option<Server>), Box<dyn std::error::Error>> {
    if let Ok(url) = env::var("WECOM_WEBHOOK_URL") {
        return Ok((url, None));
    }
    let server = Server::start().await?;
    let url = format!("{}/cgi-bin/webhook/send?key={}", server.base_url(), server.issue_token("key"));
    println!("talking to a mock server (set WECOM_WEBHOOK_URL for WeCom)\n");
    Ok((url, Some(server)))
}
