//! Greets a member, and prints the messages to a customer service account.

use std::error::Error;

use wecom_sdk::Client;
use wecom_sdk::contacts::user::GetUser;
use wecom_sdk::kf::message::SyncMsg;
use wecom_sdk::message::app::SendMessage;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::new("corp id", "secret")?;
    let user = client.send(&GetUser::new("lin.wei")).await?;
    let text = format!("Hello, {}", user.name.unwrap_or_default());
    client.send(&SendMessage::new(text).agentid(1_000_002).touser(user.userid)).await?;
    let mut messages = client.items(SyncMsg::new("account"));
    while let Some(message) = messages.try_next().await? {
        println!("{}", message.msgid);
    }
    Ok(())
}
