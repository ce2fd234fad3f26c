//! AI bots (智能机器人) on a long connection (长连接): one WebSocket, over which callbacks arrive, and replies and messages leave.

mod builder;
mod callback;
mod calls;
mod connection;
mod dial;
mod error;
mod frame;
mod pauses;
mod seen;
mod state;
mod stream;
#[cfg(test)]
mod tests;
mod websocket;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument as _;
use tracing::field::Empty;
use wecom_models::Secret;
use wecom_requests::{DecodeError, ResponseError, SocketCall, SocketCommand};

use crate::http::Http;
use crate::time::{after, milliseconds};
pub use builder::AiBotBuilder;
use builder::Settings;
pub use callback::{BotCallback, BotCallbacks, BotReplier};
use calls::Call;
pub use error::BotError;
pub use media::BotFile;
pub use state::{BotNotice, BotState};
pub use stream::{BotStream, StreamEnd, UnshownText};

/// The time that streams may take to finish when the bot is closed.
const FINISHING: Duration = Duration::from_secs(5);

/// An AI bot (智能机器人) on a long connection (长连接): it receives messages and events, replies to them, also with texts that grow, and
/// sends messages, without a public address. Needs the feature `ai-bot`.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// # let url = server.bot_url();
/// use wecom_sdk::AiBot;
/// use wecom_sdk::aibot::events::AibotEvent;
///
/// # #[cfg(any())]
/// let (_bot, mut callbacks) = AiBot::connect("bot id", "secret").await?;
/// # let (bot, mut callbacks) = AiBot::builder("bot id", "secret").url(url).connect().await?;
/// # let pushed = server.push_to_bot("aibot.events.text_message")?;
/// while let Some(callback) = callbacks.next().await {
///     # let bot = bot.clone();
///     // In a task of its own: answers don't wait for each other, and one that fails doesn't end the bot.
///     tokio::spawn(async move {
///         let AibotEvent::TextMessage(message) = &callback.event else { return };
///         let mut stream = callback.stream();
///         stream.append("You said: ");
///         stream.append(&message.text.content);
///         if let Err(error) = stream.finish().await {
///             eprintln!("no answer: {error}");
///         }
///         # bot.close().await;
///     });
/// }
/// # Ok(())
/// # }
/// ```
///
/// The protocol is documented on [page 101463](https://developer.work.weixin.qq.com/document/path/101463), which was not available: it is known from
/// other implementations.
///
/// # Connection
///
/// A task owns the connection. It subscribes, sends a heartbeat every 30 seconds, and opens another connection, after a growing
/// pause, when the last one is lost. [`state`](Self::state) returns what it is doing, and [`watch`](Self::watch) follows it.
/// Callbacks that WeCom sends in the meantime may be missed.
///
/// A bot has one connection: a second one, of whatever process, replaces the first, which ends as [`BotState::Replaced`] and
/// doesn't fight for its place. So let only one process run a bot, and another one take over only if the first has died. If WeCom
/// says only that the connection isn't subscribed (846609), the bot connects again.
///
/// Clones share the connection. It ends with [`close`](Self::close), or when the last clone, the [`BotCallbacks`] and everything
/// that replies are dropped.
///
/// # Replies
///
/// [`BotCallback::stream`] replies with a text that grows; [`BotCallback::replier`] replies with anything else. Replies to one
/// callback are sent one at a time, in order, each after the acknowledgement of the one before; replies to different callbacks
/// don't wait for each other.
///
/// # Errors
///
/// No message is sent twice, since WeCom doesn't recognize a repeated one. [`BotError::may_have_been_carried_out`] says whether it may
/// have arrived although there is no acknowledgement. Only what replaces itself is sent again: the text of a [`BotStream`], and the
/// parts of an [upload](Self::upload).
///
/// A call may take [5 seconds](AiBotBuilder::ack_timeout), from the call to its acknowledgement. If its future is dropped earlier, for example
/// by a timeout, a frame that was not handed to the socket yet is never sent, and one that was is, without anyone to learn the outcome.
///
/// WeCom accepts 30 messages per minute and 1,000 per hour in each chat. The bot doesn't count them: further ones fail with the code 45009.
///
/// # Logging
///
/// A change of the connection is an event at the level `INFO`, `WARN` or `ERROR`, each call a span `wecom.bot.call` at `DEBUG` with its `cmd`, the
/// `errcode` if there was one, and `elapsed_ms`. No secret, key, text or URL of a file is in any of them.
#[derive(Clone)]
pub struct AiBot(Arc<Shared>);

struct Shared {
    settings: Arc<Settings>,
    orders: mpsc::Sender<Call>,
    closing: mpsc::Sender<oneshot::Sender<()>>,
    state: watch::Receiver<BotState>,
    /// Signals the tasks of streams to finish them. Each has a receiver until then.
    closing_streams: watch::Sender<bool>,
    /// For downloads.
    http: Http,
    runtime: Handle,
}

impl fmt::Debug for AiBot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AiBot")
            .field("bot_id", &self.0.settings.bot_id)
            .field("state", &*self.0.state.borrow())
            .finish_non_exhaustive()
    }
}

impl AiBot {
    /// Connects a bot with default settings: see [`AiBotBuilder::connect`].
    pub async fn connect(
        bot_id: impl Into<String>,
        secret: impl Into<Secret>,
    ) -> Result<(Self, BotCallbacks), BotError> {
        Self::builder(bot_id, secret).connect().await
    }

    /// Creates a builder for a bot. The secret is that of the long connection, which WeCom shows in the bot's API settings.
    pub fn builder(bot_id: impl Into<String>, secret: impl Into<Secret>) -> AiBotBuilder {
        AiBotBuilder::new(bot_id.into(), secret.into())
    }

    /// Returns what the connection is doing.
    pub fn state(&self) -> BotState {
        self.0.state.borrow().clone()
    }

    /// Follows what the connection is doing. States that follow each other quickly may be skipped, but not the last one.
    pub fn watch(&self) -> watch::Receiver<BotState> {
        self.0.state.clone()
    }

    /// Waits until the bot is connected.
    ///
    /// # Errors
    ///
    /// [`BotError::NotConnected`] if the connection has ended for good.
    pub async fn ready(&self) -> Result<(), BotError> {
        let mut state = self.0.state.clone();
        let settled = |state: &BotState| *state == BotState::Subscribed || state.is_final();
        // The sender is dropped only after a final state.
        let state = state.wait_for(settled).await.map_or(BotState::Closed, |state| state.clone());
        if state.is_final() { Err(BotError::NotConnected(state)) } else { Ok(()) }
    }

    /// Sends a command, such as a message to a chat, and returns its response.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let (bot, _) = wecom_sdk::AiBot::builder("bot id", "secret").url(server.bot_url()).connect().await?;
    /// use wecom_sdk::aibot::socket::{ChatType, Message, SendMsg};
    ///
    /// let message = Message::markdown("The build is **green**.");
    /// bot.send(&SendMsg::new("lin.wei", message).chat_type(ChatType::Single)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A command that breaks documented limits is not sent. It isn't sent twice: see [`BotError::may_have_been_carried_out`].
    pub async fn send<C: SocketCall + Sync>(&self, command: &C) -> Result<C::Response, BotError> {
        self.send_within(command, self.0.settings.ack_timeout).await
    }

    async fn send_within<C: SocketCall + Sync>(
        &self,
        command: &C,
        timeout: Duration,
    ) -> Result<C::Response, BotError> {
        let (cmd, body) = (C::META.cmd.into(), checked(command)?);
        let answer = self.exchange(Exchange { cmd, req_id: None, body, exact: true, timeout }).await?;
        response::<C>(answer.as_deref())
    }

    /// Sends a command that has no type yet, with an ID of its own, and returns the body of its acknowledgement, `null` if there is none.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let (bot, _) = wecom_sdk::AiBot::builder("bot id", "secret").url(server.bot_url()).connect().await?;
    /// use serde_json::json;
    ///
    /// let message = json!({ "chatid": "lin.wei", "chat_type": 1, "msgtype": "markdown", "markdown": { "content": "Hello" } });
    /// bot.call("aibot_send_msg", &message).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call(
        &self,
        cmd: impl Into<Cow<'static, str>>,
        body: &(impl Serialize + Sync + ?Sized),
    ) -> Result<Value, BotError> {
        let cmd = cmd.into();
        let body = written(&cmd, body)?;
        let timeout = self.0.settings.ack_timeout;
        let answer =
            self.exchange(Exchange { cmd: cmd.clone(), req_id: None, body, exact: true, timeout }).await?;
        value(cmd, answer.as_deref())
    }

    /// Replies to a callback by the ID of its frame ([`BotReplier::req_id`]), for example in another process: WeCom accepts most replies for
    /// 24 hours.
    pub fn replier(&self, req_id: impl Into<String>) -> BotReplier {
        BotReplier::new(self.clone(), req_id.into())
    }

    /// Closes the connection and waits until it is closed. Before that, all [streams](BotStream) are finished with their texts so far, for
    /// at most 5 seconds. Other calls in progress fail, and [`BotCallbacks::next`] returns `None` after the callbacks that have arrived.
    pub async fn close(&self) {
        self.0.closing_streams.send_replace(true);
        if self.state() == BotState::Subscribed {
            let _ = timeout(FINISHING, self.0.closing_streams.closed()).await;
        }
        let (closed, is_closed) = oneshot::channel();
        // Without a receiver, it has ended already.
        if self.0.closing.send(closed).await.is_ok() {
            let _ = is_closed.await;
        }
    }

    /// Sends a frame, and waits for its acknowledgement.
    async fn exchange(&self, exchange: Exchange<'_>) -> Result<Option<Box<RawValue>>, BotError> {
        let Exchange { cmd, req_id, body, exact, timeout } = exchange;
        let span = tracing::debug_span!(
            "wecom.bot.call",
            otel.kind = "client",
            otel.status_code = Empty,
            error.r#type = Empty,
            cmd = &*cmd,
            errcode = Empty,
            elapsed_ms = Empty,
        );
        let start = Instant::now();
        let is_reply = req_id.is_some();
        let req_id = req_id.map_or_else(|| self.0.settings.req_id(&cmd), ToOwned::to_owned);
        let text = frame::write(&cmd, &req_id, Some(&body));
        let (answer, outcome) = oneshot::channel();
        let deadline = after(start, timeout);
        let unsent = || BotError::NotSent { cmd: cmd.clone(), timeout };
        let call = Call { cmd: cmd.clone(), req_id, text, is_reply, exact, timeout, deadline, answer };
        let exchanged = async {
            let gone = || BotError::NotConnected(self.state());
            let handed_over = timeout_at(deadline, self.0.orders.send(call)).await;
            handed_over.map_err(|_| unsent())?.map_err(|_| gone())?;
            outcome.await.map_err(|_| gone())?
        };
        let result = exchanged.instrument(span.clone()).await;
        span.record("elapsed_ms", milliseconds(start));
        if let Err(error) = &result {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", error.kind());
            if let Some(code) = error.code() {
                span.record("errcode", code);
            }
        }
        span.in_scope(|| match &result {
            Ok(_) => tracing::debug!("acknowledged"),
            Err(error) => tracing::debug!(%error, "failed"),
        });
        result
    }
}

// Here, since rustdoc lists methods in the order of modules: those for files come after the others.
mod media;

/// A frame to send.
struct Exchange<'a> {
    cmd: Cow<'static, str>,
    /// That of the callback it replies to.
    req_id: Option<&'a str>,
    body: String,
    exact: bool,
    timeout: Duration,
}

/// Writes the body of a command.
fn written(cmd: &str, body: &(impl Serialize + ?Sized)) -> Result<String, BotError> {
    serde_json::to_string(body)
        .map_err(|error| BotError::Write { cmd: cmd.to_owned().into(), reason: error.to_string() })
}

/// Writes the body of a typed command, if it is within its limits.
fn checked<C: SocketCommand>(command: &C) -> Result<String, BotError> {
    let cmd = C::META.cmd;
    command.violations().map_err(|violations| BotError::Invalid { cmd: cmd.into(), violations })?;
    written(cmd, command)
}

/// Reads the body of the acknowledgement of a typed command.
fn response<C: SocketCommand>(body: Option<&RawValue>) -> Result<C::Response, BotError> {
    let body = body.map_or("{}", RawValue::get);
    C::parse(format!(r#"{{"errcode":0,"body":{body}}}"#)).map_err(|error| {
        let error = match error {
            ResponseError::Decode(error) => error,
            other => DecodeError::new("", other.to_string()),
        };
        BotError::Decode { cmd: C::META.cmd.into(), error: DecodeError { succeeded: true, ..error } }
    })
}

/// Reads the body of an acknowledgement.
fn value(cmd: Cow<'static, str>, body: Option<&RawValue>) -> Result<Value, BotError> {
    let Some(body) = body else { return Ok(Value::Null) };
    serde_json::from_str(body.get()).map_err(|error| {
        let error = DecodeError { succeeded: true, ..DecodeError::new("", error.to_string()) };
        BotError::Decode { cmd, error }
    })
}
