//! Greets a member, and prints the messages to a customer service account.

use std::error::Error;

use reqwest::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const API: &str = "https://qyapi.weixin.qq.com/cgi-bin";

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct User {
    userid: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Sent {}

#[derive(Deserialize)]
struct Messages {
    next_cursor: String,
    has_more: u8,
    msg_list: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    msgid: String,
}

/// Calls an endpoint: with `GET`, or with a body.
async fn call<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    body: Option<Value>,
) -> Result<T, Box<dyn Error>> {
    let url = format!("{API}/{path}");
    let request = match body {
        Some(body) => client.post(url).json(&body),
        None => client.get(url),
    };
    let response: Value = request.send().await?.error_for_status()?.json().await?;
    match response["errcode"].as_i64() {
        Some(0) => Ok(serde_json::from_value(response)?),
        _ => Err(format!("WeCom refused the call: {response}").into()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::new();
    let token: Token = call(&client, "gettoken?corpid=corp%20id&corpsecret=secret", None).await?;
    let token = token.access_token;
    let user: User = call(&client, &format!("user/get?access_token={token}&userid=lin.wei"), None).await?;
    let text = json!({ "content": format!("Hello, {}", user.name) });
    let message = json!({ "touser": user.userid, "agentid": 1_000_002, "msgtype": "text", "text": text });
    let Sent {} = call(&client, &format!("message/send?access_token={token}"), Some(message)).await?;
    let mut request = json!({ "open_kfid": "account" });
    loop {
        let path = format!("kf/sync_msg?access_token={token}");
        let messages: Messages = call(&client, &path, Some(request.clone())).await?;
        for message in &messages.msg_list {
            println!("{}", message.msgid);
        }
        if messages.has_more == 0 {
            return Ok(());
        }
        request["cursor"] = messages.next_cursor.into();
    }
}
