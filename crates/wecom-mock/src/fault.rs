//! Faults on demand.

use std::future::pending;
use std::io;
use std::iter::{once, repeat_n};
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::lock;
use crate::reply::{Reply, code};
use crate::route::Answer;

/// A body that may break off.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A fault in the response to a request: inject it with [`Server::inject`](crate::Server::inject).
///
/// It hits every request, including those for tokens, until it is cleared. Limit it with [`on`](Self::on) and
/// [`times`](Self::times).
///
/// ```
/// use wecom_mock::Fault;
///
/// let bad_gateway = Fault::html().with_status(502).on("/cgi-bin/user/get").times(2);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fault has to be injected"]
pub struct Fault {
    effect: Effect,
    status: Option<StatusCode>,
    path: Option<String>,
    /// The number of times it will still happen; `None` for no limit.
    turns: Option<u32>,
}

#[derive(Clone, Debug)]
enum Effect {
    Refusal(i64),
    Instead(Reply),
    Delay(Duration),
    Hang,
    Disconnect,
    DropResponse,
    Truncate,
    Oversize(usize),
    ContentType(HeaderValue),
}

impl Fault {
    const fn new(effect: Effect) -> Self {
        Self { effect, status: None, path: None, turns: None }
    }

    /// Reports a WeCom error with this code, with the HTTP status 200, in the format of the endpoint: as `errcode` in
    /// JSON, at the beginning of `return_msg` in XML. The call is not carried out.
    pub fn code(errcode: i64) -> Self {
        Self::new(Effect::Refusal(errcode))
    }

    /// Responds with an HTTP status and a short plain text, as a gateway does. The call is not carried out.
    ///
    /// # Panics
    ///
    /// Panics if the status is not between 100 and 999.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Instead(Reply::new(status, "text/plain", "a fault on demand\n")))
    }

    /// Responds with the web page of a gateway, with the HTTP status 200 or [another](Self::with_status). The call is not carried
    /// out.
    pub fn html() -> Self {
        Self::new(Effect::Instead(Reply::new(200, "text/html; charset=UTF-8", PAGE)))
    }

    /// Delays the usual response. The call is carried out on receipt of the request.
    pub fn delay(time: Duration) -> Self {
        Self::new(Effect::Delay(time))
    }

    /// Sends no response: the request is read, and the connection stays open until the client or the server closes it. The
    /// call is not carried out.
    pub fn hang() -> Self {
        Self::new(Effect::Hang)
    }

    /// Sends no response: the request is read, and the connection is closed. The call is not carried out.
    pub fn disconnect() -> Self {
        Self::new(Effect::Disconnect)
    }

    /// Carries out the call, but sends no response: the connection is closed instead.
    pub fn drop_response() -> Self {
        Self::new(Effect::DropResponse)
    }

    /// Sends half of the usual response: `Content-Length` announces the whole, and after half of the bytes the connection is
    /// closed.
    pub fn truncate() -> Self {
        Self::new(Effect::Truncate)
    }

    /// Extends the usual response to at least that many bytes: by a string field `padding` if it is a JSON object,
    /// by `x` at its end if it is anything else. It is generated while it is sent, so it may be larger than the memory.
    pub fn oversize(bytes: usize) -> Self {
        Self::new(Effect::Oversize(bytes))
    }

    /// Sends the usual response with another content type.
    ///
    /// # Panics
    ///
    /// Panics if the content type cannot be in a header.
    pub fn content_type(kind: &'static str) -> Self {
        Self::under(HeaderValue::from_static(kind))
    }

    /// Sends the usual response with another content type.
    pub(crate) fn under(kind: HeaderValue) -> Self {
        Self::new(Effect::ContentType(kind))
    }

    /// Sets the HTTP status of the response, whatever else is wrong with it.
    ///
    /// # Panics
    ///
    /// Panics if the status is not between 100 and 999.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(code(status));
        self
    }

    /// Restricts the fault to requests to this path, such as `/cgi-bin/user/get`, or to a command of an AI bot's long connection, such as
    /// `aibot_send_msg`.
    pub fn on(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Restricts the fault to this many requests.
    pub fn times(mut self, n: u32) -> Self {
        self.turns = Some(n);
        self
    }

    /// Returns its name in the control API, with its fields.
    pub(crate) fn shown(&self) -> Value {
        let (name, detail) = match &self.effect {
            Effect::Refusal(errcode) => ("code", Some(("errcode", json!(errcode)))),
            Effect::Instead(reply) if reply.body == PAGE => ("html", None),
            Effect::Instead(reply) => ("status", Some(("status", json!(reply.status.as_u16())))),
            Effect::Delay(time) => {
                ("delay", Some(("ms", json!(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))))
            }
            Effect::Hang => ("hang", None),
            Effect::Disconnect => ("disconnect", None),
            Effect::DropResponse => ("drop_response", None),
            Effect::Truncate => ("truncate", None),
            Effect::Oversize(bytes) => ("oversize", Some(("bytes", json!(bytes)))),
            Effect::ContentType(kind) => {
                ("content_type", Some(("value", String::from_utf8_lossy(kind.as_bytes()).into())))
            }
        };
        let mut shown = json!({ "fault": name, "path": self.path, "times": self.turns });
        if let Some((name, value)) = detail {
            shown[name] = value;
        }
        if let Some(status) = self.status {
            shown["status"] = status.as_u16().into();
        }
        shown
    }

    /// Responds to a request with the fault, given the endpoint's encoding and its usual response. An error closes the
    /// connection.
    pub(crate) async fn strike(
        self,
        kind: Answer,
        usual: impl FnOnce() -> Reply,
    ) -> io::Result<Response<Body>> {
        let mut response = match self.effect {
            Effect::Refusal(errcode) => whole(Reply::refusal(kind, errcode, "a fault on demand")),
            Effect::Instead(reply) => whole(reply),
            Effect::Delay(time) => {
                let reply = usual();
                sleep(time).await;
                whole(reply)
            }
            Effect::Hang => pending().await,
            Effect::Disconnect => return Err(broken()),
            Effect::DropResponse => {
                let _ = usual();
                return Err(broken());
            }
            Effect::Truncate => half(usual()),
            Effect::Oversize(bytes) => padded(usual(), bytes),
            Effect::ContentType(kind) => {
                let mut reply = usual();
                reply.headers.insert(CONTENT_TYPE, kind);
                whole(reply)
            }
        };
        if let Some(status) = self.status {
            *response.status_mut() = status;
        }
        Ok(response)
    }

    /// Responds to a frame with the fault, given its usual acknowledgement and that with an error code.
    #[cfg(feature = "ai-bot")]
    pub(crate) fn strike_frame(
        self,
        usual: impl FnOnce() -> String,
        refused: impl FnOnce(i64) -> String,
    ) -> Acknowledged {
        match self.effect {
            Effect::Refusal(errcode) => Acknowledged::with(Some(refused(errcode))),
            Effect::Instead(reply) => {
                Acknowledged::with(Some(String::from_utf8_lossy(&reply.body).into_owned()))
            }
            Effect::Delay(time) => Acknowledged { delay: time, ..Acknowledged::with(Some(usual())) },
            Effect::Hang => Acknowledged::with(None),
            Effect::Disconnect => Acknowledged { disconnects: true, ..Acknowledged::with(None) },
            Effect::DropResponse => {
                let _ = usual();
                Acknowledged { disconnects: true, ..Acknowledged::with(None) }
            }
            Effect::Truncate => {
                let text = usual();
                let half = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
                Acknowledged::with(Some(text[..half].to_owned()))
            }
            Effect::Oversize(bytes) => {
                let text = usual();
                let padding = "x".repeat(bytes.saturating_sub(text.len()));
                Acknowledged::with(Some(format!("{{\"padding\":\"{padding}\",{}", &text[1..])))
            }
            Effect::ContentType(_) => Acknowledged::with(Some(usual())),
        }
    }
}

/// The effect of a fault on a frame.
#[cfg(feature = "ai-bot")]
pub(crate) struct Acknowledged {
    pub(crate) text: Option<String>,
    pub(crate) delay: Duration,
    pub(crate) disconnects: bool,
}

#[cfg(feature = "ai-bot")]
impl Acknowledged {
    pub(crate) fn with(text: Option<String>) -> Self {
        Self { text, delay: Duration::ZERO, disconnects: false }
    }
}

/// The active faults, in the order of their injection.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        lock(&self.0).push(fault);
    }

    /// Removes the faults of one path, or all of them.
    pub(crate) fn clear(&self, path: Option<&str>) {
        lock(&self.0).retain(|fault| path.is_some_and(|path| fault.path.as_deref() != Some(path)));
    }

    /// Returns the faults that are still active.
    pub(crate) fn in_force(&self) -> Vec<Fault> {
        lock(&self.0).iter().filter(|fault| fault.turns != Some(0)).cloned().collect()
    }

    /// Returns whether there is a fault for a request to a path.
    #[cfg(feature = "ai-bot")]
    pub(crate) fn has(&self, path: &str) -> bool {
        self.in_force().iter().any(|fault| fault.path.as_deref() == Some(path))
    }

    /// Returns the fault for a request to a path, and uses up one turn of it.
    pub(crate) fn take(&self, path: &str) -> Option<Fault> {
        let mut faults = lock(&self.0);
        faults.retain(|fault| fault.turns != Some(0));
        let fault = faults.iter_mut().find(|fault| fault.path.as_deref().is_none_or(|on| on == path))?;
        fault.turns = fault.turns.map(|turns| turns - 1);
        Some(fault.clone())
    }
}

const PAGE: &str = "<!DOCTYPE html>
<html>
<head><title>Service unavailable</title></head>
<body><h1>Service unavailable</h1><p>A fault on demand.</p></body>
</html>
";

/// The number of bytes sent at a time.
const PIECE: usize = 1 << 14;

static PADDING: [u8; PIECE] = [b'x'; PIECE];

/// The time for the last pieces to leave the server before the connection is closed: if a body fails, hyper drops the
/// data it has buffered.
const FLUSH: Duration = Duration::from_millis(50);

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the connection is closed on demand")
}

/// Returns a complete reply.
pub(crate) fn whole(reply: Reply) -> Response<Body> {
    let body = Full::new(reply.body).map_err(|never| match never {}).boxed_unsync();
    response(reply.status, reply.headers, body)
}

/// Returns a reply without its second half.
fn half(mut reply: Reply) -> Response<Body> {
    reply.headers.insert(CONTENT_LENGTH, reply.body.len().into());
    let end = reply.body.len() / 2;
    // In pieces, so that hyper buffers only a few of them at the end.
    let pieces = (0..end).step_by(PIECE).map(move |at| reply.body.slice(at..end.min(at + PIECE)));
    let frames = stream::iter(pieces).map(|piece| Ok(Frame::data(piece))).chain(stream::once(async {
        sleep(FLUSH).await;
        Err(broken())
    }));
    response(reply.status, reply.headers, StreamBody::new(frames).boxed_unsync())
}

/// Returns a reply of at least that many bytes.
fn padded(mut reply: Reply, bytes: usize) -> Response<Body> {
    let (head, tail) = match serde_json::from_slice::<Map<String, Value>>(&reply.body) {
        Ok(fields) => {
            let comma = if fields.is_empty() { "" } else { "," };
            let rest = Value::Object(fields).to_string();
            (Bytes::from_static(b"{\"padding\":\""), format!("\"{comma}{}", &rest[1..]).into())
        }
        Err(_) => (reply.body, Bytes::new()),
    };
    let padding = bytes.saturating_sub(head.len() + tail.len());
    reply.headers.insert(CONTENT_LENGTH, (head.len() + padding + tail.len()).into());
    let pieces = repeat_n(Bytes::from_static(&PADDING), padding / PIECE)
        .chain(once(Bytes::from_static(&PADDING[..padding % PIECE])));
    let frames = once(head).chain(pieces).chain(once(tail)).map(|piece| Ok(Frame::data(piece)));
    response(reply.status, reply.headers, StreamBody::new(stream::iter(frames)).boxed_unsync())
}

fn response(status: StatusCode, headers: http::HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
