//! The task that owns the socket: connects, subscribes, keeps the connection alive, and opens another one when it is lost.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use wecom_models::callback::{Document, Shape};
use wecom_requests::ApiError;

use super::builder::Settings;
use super::callback::Arrived;
use super::calls::{Call, Calls, Matched};
use super::dial::{Dial, Io};
use super::frame::{self, Frame};
use super::pauses::Pauses;
use super::seen::Seen;
use super::websocket::{Message, Reader, Writer, halves};
use super::{BotError, BotNotice, BotState};
use crate::errcode;
use crate::redact::redact;
use crate::time::after;

/// The number of heartbeats that may remain unanswered before the connection counts as lost.
const MISSED: u32 = 2;

/// The number of calls that are taken from their callers before they are written.
const TAKEN: usize = 256;

/// The time to wait for the last frames to be written when the connection is closed.
const CLOSING: Duration = Duration::from_secs(1);

/// The reason why a connection ended.
pub(super) enum End {
    Lost(BotError),
    Replaced,
    Rejected(ApiError),
    /// By the application; anyone who waits for it is notified afterwards.
    Closed(Option<oneshot::Sender<()>>),
}

/// The state that outlives a connection.
pub(super) struct Keeper {
    pub(super) settings: Arc<Settings>,
    pub(super) dial: Arc<dyn Dial>,
    pub(super) orders: mpsc::Receiver<Call>,
    /// Closing the connection does not wait behind calls.
    pub(super) closing: mpsc::Receiver<oneshot::Sender<()>>,
    pub(super) state: watch::Sender<BotState>,
    pub(super) arrived: mpsc::Sender<Arrived>,
    /// The bytes of the callbacks that the application hasn't taken yet.
    pub(super) held: Arc<AtomicUsize>,
    pub(super) seen: Seen,
    /// The caller that waits for the outcome of the first attempt, which is the only one if it fails.
    pub(super) first: Option<oneshot::Sender<BotError>>,
}

/// One connection.
struct Connection<'a> {
    keeper: &'a mut Keeper,
    reader: Reader<ReadHalf<Box<dyn Io>>>,
    writer: Writer<WriteHalf<Box<dyn Io>>>,
    calls: Calls,
    /// The `req_id` of the subscription, and how long to wait for its acknowledgement; `None` once it has arrived.
    subscribing: Option<(String, Instant)>,
    heartbeat: Instant,
    unanswered: u32,
}

impl Keeper {
    pub(super) async fn run(mut self) {
        let mut pauses = Pauses::new(&self.settings);
        loop {
            self.state.send_replace(BotState::Connecting);
            let mut subscribed = None;
            let end = self.connect(&mut subscribed).await;
            let (state, closed) = match end {
                End::Lost(error) => match self.first.take() {
                    Some(first) => {
                        self.state.send_replace(BotState::Closed);
                        let _ = first.send(error);
                        return;
                    }
                    None => match self.pause(&mut pauses, subscribed, &error).await {
                        Ok(()) => continue,
                        Err(closed) => (BotState::Closed, closed),
                    },
                },
                End::Replaced => (BotState::Replaced, None),
                End::Rejected(error) => (BotState::Rejected { error }, None),
                End::Closed(closed) => (BotState::Closed, closed),
            };
            match &state {
                BotState::Closed => {
                    tracing::info!(bot_id = self.settings.bot_id, "the bot's connection is closed");
                }
                _ => {
                    tracing::error!(bot_id = self.settings.bot_id, "the bot's connection has ended: {state}");
                }
            }
            self.state.send_replace(state);
            if let Some(closed) = closed {
                let _ = closed.send(());
            }
            return;
        }
    }

    /// Waits before the next attempt.
    async fn pause(
        &mut self,
        pauses: &mut Pauses,
        subscribed: Option<Instant>,
        error: &BotError,
    ) -> Result<(), Option<oneshot::Sender<()>>> {
        let (attempt, delay) = pauses.next(subscribed.map(|since| since.elapsed()), error.code());
        let reason = error.to_string();
        tracing::warn!(
            bot_id = self.settings.bot_id,
            attempt,
            ?delay,
            reason,
            "the bot isn't connected: trying again after a pause"
        );
        self.state.send_replace(BotState::Reconnecting { attempt, delay, reason });
        self.refusing(sleep(delay)).await
    }

    /// Waits for something while there is no connection: calls are refused.
    async fn refusing<F: Future>(&mut self, waiting: F) -> Result<F::Output, Option<oneshot::Sender<()>>> {
        tokio::pin!(waiting);
        loop {
            tokio::select! {
                done = &mut waiting => return Ok(done),
                Some(call) = self.orders.recv() => refuse(call, &self.state.borrow()),
                // `None` if no handle is left.
                closed = self.closing.recv() => return Err(closed),
            }
        }
    }

    async fn connect(&mut self, subscribed: &mut Option<Instant>) -> End {
        let dial = Arc::clone(&self.dial);
        let limit = self.settings.connect_timeout;
        let io = match self.refusing(timeout(limit, dial.dial())).await {
            Err(closed) => return End::Closed(closed),
            Ok(Err(_)) => return End::Lost(BotError::Handshake(format!("no response within {limit:?}"))),
            Ok(Ok(Err(error))) => return End::Lost(error),
            Ok(Ok(Ok(io))) => io,
        };
        let (reader, writer) = halves(io);
        let lane_limit = self.settings.lane_limit;
        let mut connection = Connection {
            reader,
            writer,
            calls: Calls::new(lane_limit),
            subscribing: None,
            heartbeat: Instant::now(),
            unanswered: 0,
            keeper: self,
        };
        connection.subscribe();
        let end = connection.run(subscribed).await;
        let reason = match &end {
            End::Lost(BotError::Disconnected(reason)) => reason.clone(),
            End::Lost(error) => error.to_string(),
            End::Replaced => BotState::Replaced.to_string(),
            End::Rejected(error) => error.to_string(),
            End::Closed(_) => BotState::Closed.to_string(),
        };
        connection.calls.fail(&reason);
        // A peer that may still be there is told; a dead one isn't waited for.
        connection.writer.close();
        let limit = if matches!(end, End::Lost(_)) { Duration::ZERO } else { CLOSING };
        let _ = timeout(limit, connection.writer.write()).await;
        end
    }
}

/// A caller that asks for the state learns that the task is gone, also if that is because its runtime has ended.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.state.send_if_modified(|state| {
            let ends = !state.is_final();
            if ends {
                *state = BotState::Closed;
            }
            ends
        });
    }
}

impl Connection<'_> {
    fn subscribe(&mut self) {
        let settings = &self.keeper.settings;
        let req_id = settings.req_id("aibot_subscribe");
        let body = json!({ "bot_id": settings.bot_id, "secret": settings.secret.expose() }).to_string();
        self.writer.put(&frame::write("aibot_subscribe", &req_id, Some(&body)));
        self.subscribing = Some((req_id, after(Instant::now(), settings.subscribe_timeout)));
    }

    async fn run(&mut self, subscribed: &mut Option<Instant>) -> End {
        loop {
            self.calls.expire(Instant::now());
            if self.writer.is_idle()
                && let Some(text) = self.calls.next()
            {
                self.writer.put(&text);
            }
            let wake = match &self.subscribing {
                Some((_, deadline)) => *deadline,
                None => self.calls.deadline().map_or(self.heartbeat, |deadline| deadline.min(self.heartbeat)),
            };
            let end = tokio::select! {
                written = self.writer.write(), if !self.writer.is_idle() => match written {
                    Ok(()) => None,
                    Err(error) => Some(self.last_words(&error, subscribed).await),
                },
                message = self.reader.next() => self.receive(message, subscribed),
                Some(call) = self.keeper.orders.recv(), if self.calls.ready() < TAKEN => {
                    if self.subscribing.is_some() {
                        refuse(call, &self.keeper.state.borrow());
                    } else {
                        self.calls.add(call);
                    }
                    None
                }
                closed = self.keeper.closing.recv() => Some(End::Closed(closed)),
                () = sleep_until(wake) => self.wake(),
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Reads what WeCom sent before the connection broke, since it may say why: a bot that was replaced must not come back.
    async fn last_words(&mut self, error: &io::Error, subscribed: &mut Option<Instant>) -> End {
        let reading = async {
            loop {
                let message = self.reader.next().await;
                if let Some(end) = self.receive(message, subscribed) {
                    return end;
                }
            }
        };
        timeout(CLOSING, reading).await.unwrap_or_else(|_| lost(&error.to_string()))
    }

    /// Does what is due.
    fn wake(&mut self) -> Option<End> {
        if self.subscribing.is_some() {
            let limit = self.keeper.settings.subscribe_timeout;
            let reason = format!("the subscription wasn't acknowledged within {limit:?}");
            return Some(End::Lost(BotError::Handshake(reason)));
        }
        let now = Instant::now();
        if now >= self.heartbeat {
            if self.unanswered >= MISSED {
                return Some(lost(&format!("{MISSED} heartbeats weren't answered")));
            }
            let req_id = self.keeper.settings.req_id("ping");
            self.writer.put(&frame::write("ping", &req_id, None));
            self.unanswered += 1;
            self.heartbeat = after(now, self.keeper.settings.heartbeat);
        }
        None
    }

    fn receive(&mut self, message: Result<Message, String>, subscribed: &mut Option<Instant>) -> Option<End> {
        match message {
            Ok(Message::Text(text)) => self.read(&text, subscribed),
            Ok(Message::Ping(content)) => {
                self.writer.pong(content);
                None
            }
            Ok(Message::Close(Some(code))) => Some(lost(&format!("WeCom closed it with the code {code}"))),
            Ok(Message::Close(None)) => Some(lost("WeCom closed it")),
            Err(reason) => Some(lost(&reason)),
        }
    }

    fn read(&mut self, text: &str, subscribed: &mut Option<Instant>) -> Option<End> {
        let frame = match Frame::parse(text) {
            Ok(frame) => frame,
            Err(error) => {
                // serde's message may quote the text.
                let reason = format!("not a JSON object ({:?}, column {})", error.classify(), error.column());
                self.keeper.settings.notify(&BotNotice::Unreadable { reason });
                return None;
            }
        };
        match frame.cmd.as_deref() {
            Some("aibot_msg_callback" | "aibot_event_callback") => self.callback(frame),
            _ if frame.is_acknowledgement() => self.acknowledge(frame, subscribed),
            _ => {
                let reason = "neither a callback nor an acknowledgement".to_owned();
                self.keeper.settings.notify(&BotNotice::Unreadable { reason });
                None
            }
        }
    }

    fn acknowledge(&mut self, mut frame: Frame, subscribed: &mut Option<Instant>) -> Option<End> {
        let settings = &self.keeper.settings;
        redact(&mut frame.errmsg, [&settings.secret]);
        let error = || ApiError::reported(frame.errcode.unwrap_or_default(), frame.errmsg.clone());
        let code = frame.errcode.filter(|code| *code != 0);
        if let Some((expected, _)) = &self.subscribing {
            if frame.req_id.as_ref().is_some_and(|req_id| req_id != expected) {
                return None;
            }
            return match code {
                None if frame.req_id.is_none() => None,
                None => {
                    self.subscribing = None;
                    self.heartbeat = after(Instant::now(), settings.heartbeat);
                    *subscribed = Some(Instant::now());
                    tracing::info!(bot_id = settings.bot_id, "the bot is connected");
                    self.keeper.state.send_replace(BotState::Subscribed);
                    self.keeper.first = None;
                    None
                }
                Some(errcode::AIBOT_INVALID_CREDENTIAL) => Some(End::Rejected(error())),
                Some(code) => Some(End::Lost(BotError::api("aibot_subscribe".into(), code, frame.errmsg))),
            };
        }
        match &frame.req_id {
            Some(req_id) => {
                let req_id = req_id.clone();
                match self.calls.acknowledge(&req_id, frame) {
                    Matched::Call => {}
                    Matched::Nothing if settings.is_own(&req_id, "ping") => self.unanswered = 0,
                    Matched::Late | Matched::Nothing => settings.notify(&BotNotice::LateAcknowledgement),
                }
            }
            None if code.is_none() => settings.notify(&BotNotice::LateAcknowledgement),
            None => {
                let error = error();
                let matched = self.calls.acknowledge_oldest(&error, Instant::now()) == Matched::Call;
                settings.notify(&BotNotice::Error { error, matched });
            }
        }
        (code == Some(errcode::AIBOT_CONNECTION_NOT_SUBSCRIBED))
            .then(|| lost("WeCom has lost the subscription"))
    }

    fn callback(&mut self, frame: Frame) -> Option<End> {
        let keeper = &mut *self.keeper;
        let text = frame.body.map(|body| body.get().to_owned()).unwrap_or_default();
        let envelope = match Document::parse(&text).and_then(|document| document.envelope()) {
            Ok(envelope) => envelope,
            Err(error) => {
                keeper.settings.notify(&BotNotice::Unreadable { reason: error.to_string() });
                return None;
            }
        };
        let end = (envelope.shape == Shape::BotEvent && envelope.kind == "disconnected_event")
            .then_some(End::Replaced);
        let now = Instant::now();
        let msg_id = envelope.msg_id.clone().filter(|id| !id.is_empty());
        if let Some(msg_id) = &msg_id
            && keeper.seen.has(msg_id, now)
        {
            keeper.settings.notify(&BotNotice::Duplicate { msg_id: msg_id.clone() });
            return end;
        }
        let length = text.len();
        let has_room = keeper.held.load(Ordering::Relaxed) + length <= keeper.settings.max_held;
        let arrived = Arrived { req_id: frame.req_id.unwrap_or_default(), text, envelope };
        // Counted before the application can take it.
        keeper.held.fetch_add(length, Ordering::Relaxed);
        match if has_room {
            keeper.arrived.try_send(arrived)
        } else {
            Err(mpsc::error::TrySendError::Full(arrived))
        } {
            Ok(()) => {
                if let Some(msg_id) = msg_id {
                    keeper.seen.add(msg_id, now);
                }
            }
            Err(error) => {
                keeper.held.fetch_sub(length, Ordering::Relaxed);
                // Whoever has dropped the receiver wants none.
                if matches!(error, mpsc::error::TrySendError::Full(_)) {
                    keeper.settings.notify(&BotNotice::Overflow { msg_id });
                }
            }
        }
        end
    }
}

fn refuse(call: Call, state: &BotState) {
    let _ = call.answer.send(Err(BotError::NotConnected(state.clone())));
}

fn lost(reason: &str) -> End {
    End::Lost(BotError::Disconnected(reason.to_owned()))
}
