//! The WebSocket of an AI bot: accepts it, and moves frames.

use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::answer::State;
use crate::bots::{Out, Session};
use crate::fault::{self, Acknowledged};
use crate::received::Received;
use crate::reply::Reply;

/// Upgrades a request for a WebSocket; returns any other.
pub(crate) fn accept(
    state: &Arc<State>,
    mut request: Request<Incoming>,
    ends: watch::Receiver<()>,
) -> Result<Response<fault::Body>, Box<Request<Incoming>>> {
    let key = request.headers().get(SEC_WEBSOCKET_KEY).cloned();
    let path = request.uri().path();
    let (Some(key), false) = (key, state.faults.has(path)) else { return Err(Box::new(request)) };
    if request.method() != Method::GET || crate::control::call(path).is_some() {
        return Err(Box::new(request));
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let state = Arc::clone(state);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
            converse(&state, socket, ends).await;
        }
    });
    let mut reply = Reply::new(101, "text/plain", "");
    reply.status = StatusCode::SWITCHING_PROTOCOLS;
    reply.headers = HeaderMap::new();
    reply.headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    reply.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    let signed = derive_accept_key(key.as_bytes());
    reply.headers.insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&signed).expect("base64"));
    Ok(fault::whole(reply))
}

async fn converse(
    state: &State,
    mut socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>,
    mut ends: watch::Receiver<()>,
) {
    let (out, mut outgoing) = mpsc::unbounded_channel();
    let mut session = Session::new(out.clone());
    loop {
        tokio::select! {
            _ = ends.changed() => break,
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => receive(state, &mut session, text.as_str()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
            next = outgoing.recv() => match next {
                Some(Out::Text(text)) => if socket.send(Message::text(text)).await.is_err() { break },
                Some(Out::Close) => {
                    let _ = socket.close(None).await;
                    break;
                }
                Some(Out::Disconnect) | None => break,
            },
        }
    }
    state.bots.leave(&session);
}

/// Takes a frame: logs it, and lets a fault or a custom response have its way.
fn receive(state: &State, session: &mut Session, text: &str) {
    let frame: Value = serde_json::from_str(text).unwrap_or_default();
    let cmd = frame["cmd"].as_str().unwrap_or_default();
    let request = Received {
        method: Method::from_bytes(b"CMD").expect("a token"),
        path: cmd.to_owned(),
        query: Vec::new(),
        headers: HeaderMap::new(),
        body: text.to_owned().into(),
    };
    let _answering = state.log.enter(&request);
    let mut usual = || match state.answers.take(cmd) {
        Some(custom) => acknowledgement(&frame, &custom(&request)),
        None => state.bots.handle(session, &frame, &state.tokens),
    };
    let refused = |errcode| {
        acknowledgement(&frame, &Reply::refusal(crate::route::Answer::Json, errcode, "a fault on demand"))
    };
    let Acknowledged { text, delay, disconnects } = match state.faults.take(cmd) {
        Some(fault) => fault.strike_frame(usual, refused),
        None => Acknowledged::with(Some(usual())),
    };
    let out = session.out.clone();
    if disconnects {
        let _ = out.send(Out::Disconnect);
    }
    let Some(text) = text else { return };
    if delay.is_zero() {
        let _ = out.send(Out::Text(text));
        return;
    }
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        let _ = out.send(Out::Text(text));
    });
}

/// Returns a response as the acknowledgement of a frame.
fn acknowledgement(frame: &Value, reply: &Reply) -> String {
    match serde_json::from_slice(&reply.body) {
        Ok(Value::Object(mut members)) => {
            members.entry("headers").or_insert_with(|| frame["headers"].clone());
            Value::Object(members).to_string()
        }
        _ => String::from_utf8_lossy(&reply.body).into_owned(),
    }
}
