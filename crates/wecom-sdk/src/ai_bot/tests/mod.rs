//! A bot and its peer in memory, where time passes only when nothing else happens.

mod calling;
mod connecting;
mod finishing;
mod receiving;
mod streaming;
mod uploading;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_core::future::BoxFuture;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::dial::{Dial, Io};
use super::*;

/// Makes connections to the test.
struct Wire {
    peers: mpsc::UnboundedSender<DuplexStream>,
    /// The bytes that fit into the connection.
    room: usize,
    /// How many attempts fail, before the others succeed.
    failing: Mutex<u32>,
}

impl Dial for Wire {
    fn dial(&self) -> BoxFuture<'_, Result<Box<dyn Io>, BotError>> {
        Box::pin(async {
            let mut failing = crate::lock(&self.failing);
            if *failing > 0 {
                *failing -= 1;
                return Err(BotError::Handshake("the HTTP status is 502".to_owned()));
            }
            let (ours, theirs) = tokio::io::duplex(self.room);
            self.peers.send(theirs).map_err(|_| BotError::Handshake("the test is over".to_owned()))?;
            Ok(Box::new(ours) as Box<dyn Io>)
        })
    }
}

/// The other side, which accepts connections.
struct Side(mpsc::UnboundedReceiver<DuplexStream>);

impl Side {
    /// Waits for a connection, however long that takes.
    async fn peer(&mut self) -> Peer {
        let stream = self.0.recv().await.expect("the bot connects");
        Peer(WebSocketStream::from_raw_socket(stream, Role::Server, None).await)
    }

    async fn subscribed(&mut self) -> Peer {
        let mut peer = self.peer().await;
        let frame = peer.frame().await;
        assert_eq!(frame["cmd"], "aibot_subscribe");
        peer.acknowledge(&frame, 0).await;
        peer
    }

    fn is_quiet(&mut self) -> bool {
        self.0.try_recv().is_err()
    }
}

/// One connection, as WeCom sees it.
struct Peer(WebSocketStream<DuplexStream>);

impl Peer {
    /// The next text, `None` at the end.
    async fn text(&mut self) -> Option<String> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn frame(&mut self) -> Value {
        serde_json::from_str(&self.text().await.expect("a frame")).expect("JSON")
    }

    /// The next frame that is no heartbeat; those are answered.
    async fn call(&mut self) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["cmd"] != "ping" {
                return frame;
            }
            self.acknowledge(&frame, 0).await;
        }
    }

    async fn send(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.expect("the bot listens");
    }

    async fn acknowledge(&mut self, frame: &Value, errcode: i64) {
        self.send(
            json!({ "headers": frame["headers"], "errcode": errcode, "errmsg": "as told" }).to_string(),
        )
        .await;
    }

    async fn push(&mut self, req_id: &str, body: Value) {
        let cmd = if body["msgtype"] == "event" { "aibot_event_callback" } else { "aibot_msg_callback" };
        self.send(json!({ "cmd": cmd, "headers": { "req_id": req_id }, "body": body }).to_string()).await;
    }

    /// Whether the bot sends nothing but heartbeats for some time.
    async fn is_quiet_for(&mut self, time: Duration) -> bool {
        timeout(time, self.call()).await.is_err()
    }

    /// Whether the bot sends nothing for some time.
    async fn is_silent_for(&mut self, time: Duration) -> bool {
        timeout(time, self.text()).await.is_err()
    }
}

fn message(msg_id: &str, content: &str) -> Value {
    json!({
        "msgid": msg_id,
        "aibotid": "aib",
        "chattype": "single",
        "from": { "userid": "lin.wei" },
        "msgtype": "text",
        "text": { "content": content },
    })
}

fn wire(room: usize, failing: u32) -> (Arc<Wire>, Side) {
    let (peers, accepted) = mpsc::unbounded_channel();
    (Arc::new(Wire { peers, room, failing: Mutex::new(failing) }), Side(accepted))
}

fn builder() -> AiBotBuilder {
    AiBot::builder("aib", "a-bot-secret")
}

/// A bot that is connected, its callbacks, and its peer.
async fn connected(builder: AiBotBuilder) -> (AiBot, BotCallbacks, Side, Peer) {
    connected_through(builder, 1 << 20).await
}

async fn connected_through(builder: AiBotBuilder, room: usize) -> (AiBot, BotCallbacks, Side, Peer) {
    let (wire, mut side) = wire(room, 0);
    let (connected, peer) = tokio::join!(builder.connect_by(wire), side.subscribed());
    let (bot, callbacks) = connected.expect("the peer accepts");
    (bot, callbacks, side, peer)
}

/// Collects what a bot reports.
fn noticing(builder: AiBotBuilder) -> (AiBotBuilder, Arc<Mutex<Vec<BotNotice>>>) {
    let notices = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&notices);
    (builder.on_notice(move |notice| crate::lock(&kept).push(notice.clone())), notices)
}

const SECOND: Duration = Duration::from_secs(1);
