use tokio::time::{Instant, sleep};
use wecom_models::aibot::socket::MediaType;

use super::*;
use crate::Content;

/// Uploads a file of one part.
fn upload(bot: &AiBot) -> tokio::task::JoinHandle<Result<String, BotError>> {
    let bot = bot.clone();
    tokio::spawn(async move { bot.upload(Content::bytes("content").named("a"), MediaType::File).await })
}

impl Peer {
    /// Acknowledges the next command with what it needs.
    async fn carry_out(&mut self, cmd: &str) {
        let frame = self.call().await;
        assert_eq!(frame["cmd"], cmd);
        let body = json!({ "upload_id": "U", "type": "file", "media_id": "M", "created_at": 1 });
        self.send(json!({ "headers": frame["headers"], "errcode": 0, "body": body }).to_string()).await;
    }
}

const COMMANDS: [&str; 3] =
    ["aibot_upload_media_init", "aibot_upload_media_chunk", "aibot_upload_media_finish"];

#[tokio::test(start_paused = true)]
async fn an_upload_waits_while_wecom_limits_the_rate() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let uploading = upload(&bot);
    for cmd in COMMANDS {
        for _ in 0..4 {
            let frame = peer.call().await;
            assert_eq!(frame["cmd"], cmd);
            let refused = Instant::now();
            peer.acknowledge(&frame, 45009).await;
            assert!(peer.is_quiet_for(59 * SECOND).await && refused.elapsed() >= 59 * SECOND);
        }
        peer.carry_out(cmd).await;
    }
    assert_eq!(uploading.await.unwrap().unwrap(), "M");
}

#[tokio::test(start_paused = true)]
async fn an_upload_waits_for_connections_and_not_without_end() {
    let (bot, _callbacks, mut side, mut peer) = connected(builder()).await;
    for outage in [20 * 60 * SECOND, 40 * 60 * SECOND] {
        let uploading = upload(&bot);
        peer.carry_out(COMMANDS[0]).await;
        drop(peer);
        // Connections are accepted, but no subscription is.
        let start = Instant::now();
        peer = side.peer().await;
        while start.elapsed() < outage {
            sleep(9 * SECOND).await;
            drop(peer);
            peer = side.peer().await;
        }
        let frame = peer.frame().await;
        peer.acknowledge(&frame, 0).await;
        if outage < LIFETIME {
            peer.carry_out(COMMANDS[1]).await;
            peer.carry_out(COMMANDS[2]).await;
            assert_eq!(uploading.await.unwrap().unwrap(), "M");
        } else {
            let error = uploading.await.unwrap().unwrap_err();
            assert_eq!(error.to_string(), "the upload took longer than 30 minutes");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_upload_that_may_have_been_carried_out_is_not_repeated() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let uploading = upload(&bot);
    peer.carry_out(COMMANDS[0]).await;
    peer.carry_out(COMMANDS[1]).await;
    assert_eq!(peer.call().await["cmd"], COMMANDS[2]);
    let error = uploading.await.unwrap().unwrap_err();
    assert!(matches!(error, BotError::Unacknowledged { .. }), "{error}");
    assert!(peer.is_quiet_for(60 * SECOND).await);
}

const LIFETIME: Duration = Duration::from_secs(30 * 60);
