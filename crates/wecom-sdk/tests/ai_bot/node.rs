//! WeCom's own SDK for Node (npm `@wecom/aibot-node-sdk`) talks to the mock, where it is installed.

use std::env;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use wecom_mock::Server;

const PROGRAM: &str = include_str!("node.cjs");

/// Node with the program, which finds libraries in the folder of the variable `WECOM_INTEROP` as well.
fn node(program: &str, argument: &str) -> Command {
    let mut command = Command::new("node");
    if let Ok(folder) = env::var("WECOM_INTEROP") {
        command.env("NODE_PATH", format!("{folder}/node_modules"));
    }
    command.args(["-e", program, argument]).stdin(Stdio::null());
    command
}

#[tokio::test]
async fn wecoms_own_sdk_subscribes_receives_streams_uploads_and_is_replaced() {
    let is_there =
        node("require('@wecom/aibot-node-sdk')", "").output().is_ok_and(|output| output.status.success());
    if !is_there {
        println!("skipped: no node with @wecom/aibot-node-sdk");
        return;
    }
    let server = Server::builder().credentials("aib", "a-bot-secret").start().await.unwrap();
    let url = server.bot_url();
    let running = tokio::task::spawn_blocking(move || node(PROGRAM, &url).output().unwrap());
    while server.bots().is_empty() {
        assert!(!running.is_finished(), "{:?}", running.await);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    for name in ["text_message", "enter_chat", "template_card_event"] {
        server.push_to_bot(format!("aibot.events.{name}")).unwrap();
    }
    let said_goodbye = async {
        while server.requests("aibot_send_msg") == 0 && !running.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), said_goodbye).await.unwrap();
    let (_bot, _callbacks) = crate::builder(&server).connect().await.unwrap();
    let Output { status, stdout, stderr } = running.await.unwrap();
    let (out, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{out}{errors}");
    let told: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(told["text"], "@Canteen When does it open?");
    assert_eq!(told["clicked"], "multiple_interaction");
    assert_eq!(told["refused"], 40008);
    assert_eq!(told["replaced"], true);
    let content = server.bot_upload(told["media_id"].as_str().unwrap()).unwrap();
    assert_eq!(content.len(), 1_200_000);
    let frames: Vec<Value> = server
        .received("aibot_respond_msg")
        .iter()
        .map(|request| request.json().unwrap()["body"].clone())
        .filter(|body| body["msgtype"] == "stream")
        .collect();
    assert_eq!(frames.len(), 2);
    assert_eq!(
        (&frames[1]["stream"]["content"], &frames[1]["stream"]["finish"]),
        (&"At noon.".into(), &true.into())
    );
    assert_eq!(server.requests("aibot_respond_welcome_msg"), 1);
    assert_eq!(server.requests("aibot_respond_update_msg"), 1);
}
