//! The AI bots that are connected, and the rules of their commands.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use wecom_models::Timestamp;

use crate::lock;
use crate::push::example;
use crate::tokens::Tokens;

/// The longest text of a stream or of Markdown, in bytes.
const LONGEST: usize = 20_480;

/// The largest part of an upload.
const PART: usize = 512 << 10;

/// The kinds of message to a chat.
const PUSHED: [&str; 6] = ["markdown", "template_card", "image", "file", "voice", "video"];

/// The reason why a callback can't be pushed to an AI bot. Needs the feature `ai-bot`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BotPushError {
    /// No bot is connected.
    NoBot,
    /// The callback is neither JSON nor the name of an example for AI bots.
    NoExample(String),
}

impl fmt::Display for BotPushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBot => f.write_str("no AI bot is connected"),
            Self::NoExample(name) => write!(
                f,
                "`{name}` is neither a JSON object nor the name of an example for AI bots, such as `aibot.events.text_message`"
            ),
        }
    }
}

impl std::error::Error for BotPushError {}

/// Something for the socket of a connection to send.
#[derive(Debug)]
pub(crate) enum Out {
    Text(String),
    Close,
    Disconnect,
}

/// One connection.
pub(crate) struct Session {
    pub(crate) out: mpsc::UnboundedSender<Out>,
    number: u64,
    /// The bot, once it has subscribed.
    bot_id: Option<String>,
}

impl Session {
    pub(crate) fn new(out: mpsc::UnboundedSender<Out>) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Self { out, number: NUMBER.fetch_add(1, Ordering::Relaxed), bot_id: None }
    }
}

/// All bots.
#[derive(Default)]
pub(crate) struct Bots(Mutex<Known>);

#[derive(Default)]
struct Known {
    connected: Vec<Connected>,
    /// The callbacks that were pushed, by the `req_id` for replies.
    callbacks: HashMap<String, Callback>,
    uploads: HashMap<String, Upload>,
    media: HashMap<String, Vec<u8>>,
    number: u64,
}

/// A bot that has subscribed; the last one is at the end.
struct Connected {
    bot_id: String,
    session: u64,
    out: mpsc::UnboundedSender<Out>,
}

struct Callback {
    kind: String,
    is_event: bool,
    stream: Option<(String, bool)>,
}

struct Upload {
    kind: String,
    size: u64,
    count: u64,
    md5: Option<String>,
    parts: BTreeMap<u64, Vec<u8>>,
}

/// An error code and its message.
struct Refused(i64, String);

/// The result of a command: the body of its acknowledgement.
type Done = Result<Option<Value>, Refused>;

fn refused<T>(code: i64, message: &str) -> Result<T, Refused> {
    Err(Refused(code, message.to_owned()))
}

fn missing(name: &str) -> Refused {
    Refused(40058, format!("invalid Request Parameter: missing {name}"))
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, Refused> {
    value[name].as_str().ok_or_else(|| missing(name))
}

impl Bots {
    pub(crate) fn connected(&self) -> Vec<String> {
        lock(&self.0).connected.iter().map(|bot| bot.bot_id.clone()).collect()
    }

    pub(crate) fn clear(&self) {
        self.disconnect();
        *lock(&self.0) = Known::default();
    }

    pub(crate) fn disconnect(&self) {
        for bot in lock(&self.0).connected.drain(..) {
            let _ = bot.out.send(Out::Disconnect);
        }
    }

    pub(crate) fn leave(&self, session: &Session) {
        lock(&self.0).connected.retain(|bot| bot.session != session.number);
    }

    pub(crate) fn uploaded(&self, media_id: &str) -> Option<Vec<u8>> {
        lock(&self.0).media.get(media_id).cloned()
    }

    pub(crate) fn send(&self, text: String) -> Result<(), BotPushError> {
        let known = lock(&self.0);
        let bot = known.connected.last().ok_or(BotPushError::NoBot)?;
        bot.out.send(Out::Text(text)).map_err(|_| BotPushError::NoBot)
    }

    /// Sends a callback to the last bot, and returns the `req_id` for replies.
    pub(crate) fn push(&self, callback: &str) -> Result<String, BotPushError> {
        let callback = callback.trim();
        let unknown = || BotPushError::NoExample(callback.to_owned());
        let is_document = callback.starts_with('{');
        let document = if is_document { callback } else { example(callback).ok_or_else(unknown)? };
        let mut body: Value = serde_json::from_str(document).map_err(|_| unknown())?;
        if body["msgtype"].as_str().is_none() && !is_document {
            return Err(unknown());
        }
        let mut known = lock(&self.0);
        known.number += 1;
        let number = known.number;
        let bot = known.connected.last().ok_or(BotPushError::NoBot)?;
        if !is_document {
            body["aibotid"] = bot.bot_id.as_str().into();
            body["msgid"] = format!("mock-message-{number}").into();
        }
        let is_event = body["msgtype"] == "event";
        let kind = if is_event { &body["event"]["eventtype"] } else { &body["msgtype"] };
        let kind = kind.as_str().unwrap_or_default().to_owned();
        let cmd = if is_event { "aibot_event_callback" } else { "aibot_msg_callback" };
        let req_id = format!("mock-callback-{number}");
        let frame = json!({ "cmd": cmd, "headers": { "req_id": req_id }, "body": body }).to_string();
        bot.out.send(Out::Text(frame)).map_err(|_| BotPushError::NoBot)?;
        known.callbacks.insert(req_id.clone(), Callback { kind, is_event, stream: None });
        Ok(req_id)
    }

    /// Carries out a command, and returns its acknowledgement.
    pub(crate) fn handle(&self, session: &mut Session, frame: &Value, tokens: &Tokens) -> String {
        let req_id = frame["headers"]["req_id"].as_str().unwrap_or_default();
        let done = lock(&self.0).carry_out(session, frame, req_id, tokens);
        let mut acknowledgement = match done {
            Ok(None) => json!({ "errcode": 0, "errmsg": "ok" }),
            Ok(Some(body)) => json!({ "errcode": 0, "errmsg": "ok", "body": body }),
            Err(Refused(code, message)) => json!({ "errcode": code, "errmsg": message }),
        };
        // WeCom doesn't say which frame has a wrong parameter.
        if acknowledgement["errcode"] != 40058 {
            acknowledgement["headers"] = json!({ "req_id": req_id });
        }
        acknowledgement.to_string()
    }
}

impl Known {
    fn carry_out(&mut self, session: &mut Session, frame: &Value, req_id: &str, tokens: &Tokens) -> Done {
        let cmd = frame["cmd"].as_str().unwrap_or_default();
        let body = &frame["body"];
        if req_id.is_empty() || req_id.len() > 256 {
            return Err(missing("headers.req_id"));
        }
        if cmd == "aibot_subscribe" {
            return self.subscribe(session, body, tokens);
        }
        if !self.connected.iter().any(|bot| bot.session == session.number) {
            return refused(846_609, "aibot websocket not subscribed");
        }
        match cmd {
            "ping" => Ok(None),
            "aibot_respond_msg" => self.respond(req_id, body),
            "aibot_respond_welcome_msg" => self.reply_to_event(req_id, "enter_chat", body),
            "aibot_respond_update_msg" => self.reply_to_event(req_id, "template_card_event", body),
            "aibot_send_msg" => self.send_message(body),
            "aibot_upload_media_init" => self.begin_upload(body),
            "aibot_upload_media_chunk" => self.take_part(body),
            "aibot_upload_media_finish" => self.finish_upload(body),
            _ => refused(40058, "invalid Request Parameter: unknown cmd"),
        }
    }

    fn subscribe(&mut self, session: &mut Session, body: &Value, tokens: &Tokens) -> Done {
        let (bot_id, secret) = (text(body, "bot_id")?, text(body, "secret")?);
        if !tokens.admits(bot_id, secret) {
            return refused(853_000, "invalid bot_id or secret");
        }
        for older in
            self.connected.extract_if(.., |bot| bot.bot_id == bot_id && bot.session != session.number)
        {
            self.number += 1;
            let event = json!({
                "cmd": "aibot_event_callback",
                "headers": { "req_id": format!("mock-callback-{}", self.number) },
                "body": {
                    "msgid": format!("mock-message-{}", self.number),
                    "create_time": Timestamp::now().as_unix(),
                    "aibotid": bot_id,
                    "msgtype": "event",
                    "event": { "eventtype": "disconnected_event" },
                },
            });
            let _ = older.out.send(Out::Text(event.to_string()));
            let _ = older.out.send(Out::Close);
        }
        self.connected.retain(|bot| bot.session != session.number);
        let connected =
            Connected { bot_id: bot_id.to_owned(), session: session.number, out: session.out.clone() };
        self.connected.push(connected);
        session.bot_id = Some(bot_id.to_owned());
        Ok(None)
    }

    fn respond(&mut self, req_id: &str, body: &Value) -> Done {
        let Some(callback) = self.callbacks.get_mut(req_id).filter(|callback| !callback.is_event) else {
            return refused(846_605, "invalid req_id");
        };
        match text(body, "msgtype")? {
            "stream" => callback.take(&body["stream"]),
            kind if PUSHED.contains(&kind) => self.content(kind, body),
            _ => refused(40008, "invalid message type"),
        }
    }

    fn reply_to_event(&mut self, req_id: &str, event: &str, body: &Value) -> Done {
        let fits =
            self.callbacks.get(req_id).is_some_and(|callback| callback.is_event && callback.kind == event);
        if !fits || body.as_object().is_none_or(serde_json::Map::is_empty) {
            return refused(846_605, "invalid req_id");
        }
        if event == "template_card_event" {
            text(body, "response_type")?;
            return self.content("template_card", body);
        }
        match text(body, "msgtype")? {
            "text" => text(&body["text"], "content").map(|_| None),
            "template_card" => self.content("template_card", body),
            _ => refused(40008, "invalid message type"),
        }
    }

    fn send_message(&mut self, body: &Value) -> Done {
        if body["chatid"].as_str().is_none_or(str::is_empty) {
            return refused(86201, "chatid missing");
        }
        match text(body, "msgtype")? {
            kind if PUSHED.contains(&kind) => self.content(kind, body),
            _ => refused(40008, "invalid message type"),
        }
    }

    /// Checks the content of a message.
    fn content(&self, kind: &str, body: &Value) -> Done {
        let content = &body[kind];
        match kind {
            "markdown" => match text(content, "content")? {
                "" => refused(93017, "empty content"),
                content => fits(content),
            },
            "template_card" => text(content, "card_type").map(|_| None),
            _ => {
                let media_id = text(content, "media_id")?;
                if self.media.contains_key(media_id) { Ok(None) } else { refused(40007, "invalid media_id") }
            }
        }
    }

    fn begin_upload(&mut self, body: &Value) -> Done {
        let number = |name: &str| body[name].as_u64().ok_or_else(|| missing(name));
        let (size, count) = (number("total_size")?, number("total_chunks")?);
        text(body, "filename")?;
        if size < 5 || !(1..=100).contains(&count) || size > count * PART as u64 {
            return refused(40058, "invalid Request Parameter: total_size or total_chunks");
        }
        let kind = text(body, "type")?.to_owned();
        let md5 = body["md5"].as_str().map(str::to_owned);
        self.number += 1;
        let upload_id = format!("mock-upload-{}", self.number);
        self.uploads.insert(upload_id.clone(), Upload { kind, size, count, md5, parts: BTreeMap::new() });
        Ok(Some(json!({ "upload_id": upload_id })))
    }

    fn take_part(&mut self, body: &Value) -> Done {
        let upload = self.uploads.get_mut(text(body, "upload_id")?).ok_or_else(|| missing("upload_id"))?;
        let index = body["chunk_index"].as_u64().filter(|index| *index < upload.count);
        let index = index.ok_or_else(|| missing("chunk_index"))?;
        let part = STANDARD.decode(text(body, "base64_data")?).map_err(|_| missing("base64_data"))?;
        if part.len() > PART {
            return refused(40058, "invalid Request Parameter: base64_data is too long");
        }
        upload.parts.insert(index, part);
        Ok(None)
    }

    fn finish_upload(&mut self, body: &Value) -> Done {
        let upload_id = text(body, "upload_id")?;
        let upload = self.uploads.get(upload_id).ok_or_else(|| missing("upload_id"))?;
        let bytes: Vec<u8> = upload.parts.values().flatten().copied().collect();
        let md5 = Md5::digest(&bytes).iter().fold(String::new(), |mut digits, byte| {
            write!(digits, "{byte:02x}").expect("strings take everything");
            digits
        });
        if upload.parts.len() as u64 != upload.count
            || bytes.len() as u64 != upload.size
            || upload.md5.as_ref().is_some_and(|expected| *expected != md5)
        {
            return refused(40058, "invalid Request Parameter: the upload is incomplete or damaged");
        }
        let kind = upload.kind.clone();
        self.uploads.remove(upload_id);
        self.number += 1;
        let media_id = format!("mock-media-{}", self.number);
        self.media.insert(media_id.clone(), bytes);
        Ok(Some(json!({ "type": kind, "media_id": media_id, "created_at": Timestamp::now().as_unix() })))
    }
}

impl Callback {
    /// Takes a frame of a stream.
    fn take(&mut self, stream: &Value) -> Done {
        let id = text(stream, "id")?;
        if let Some((known, is_finished)) = &self.stream
            && (known != id || *is_finished)
        {
            return refused(846_608, "stream message update expired");
        }
        let done = fits(stream["content"].as_str().unwrap_or_default())?;
        self.stream = Some((id.to_owned(), stream["finish"] == true));
        Ok(done)
    }
}

/// Checks the length of a text.
fn fits(content: &str) -> Done {
    if content.len() <= LONGEST {
        Ok(None)
    } else {
        refused(40058, "invalid Request Parameter: content is too long")
    }
}
