//! The callbacks of an AI bot, and replies to them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;
use wecom_models::aibot::events::AibotEvent;
use wecom_models::callback::{Document, Envelope, Events as _};
use wecom_requests::SocketReply;

use super::{AiBot, BotError, BotStream, Exchange, checked, response, value, written};

/// A callback as the connection received it.
pub(super) struct Arrived {
    pub(super) req_id: String,
    pub(super) text: String,
    pub(super) envelope: Envelope,
}

/// The callbacks of an [`AiBot`], in the order of their arrival. Needs the feature `ai-bot`.
///
/// Repeated ones, which WeCom may send, are skipped: the last 4096 within 10 minutes are recognized by their `msgid`.
///
/// Take them quickly and work in tasks of your own: the connection holds at most
/// [a thousand](crate::AiBotBuilder::max_waiting_callbacks), and goes on meanwhile.
pub struct BotCallbacks {
    bot: AiBot,
    arrived: mpsc::Receiver<Arrived>,
    pub(super) held: Arc<AtomicUsize>,
}

impl fmt::Debug for BotCallbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotCallbacks").field("bot", &self.bot).finish_non_exhaustive()
    }
}

impl BotCallbacks {
    pub(super) fn new(bot: AiBot, arrived: mpsc::Receiver<Arrived>, held: Arc<AtomicUsize>) -> Self {
        Self { bot, arrived, held }
    }

    /// Waits for the next callback; `None` once the connection has ended for good, as [`AiBot::state`] explains. It may be dropped and
    /// called again: no callback is lost.
    pub async fn next(&mut self) -> Option<BotCallback> {
        let arrived = self.arrived.recv().await?;
        self.held.fetch_sub(arrived.text.len(), Ordering::Relaxed);
        Some(BotCallback::read(arrived, self.bot.clone()))
    }
}

/// A message to an AI bot, or an event. Needs the feature `ai-bot`.
#[derive(Clone)]
#[non_exhaustive]
pub struct BotCallback {
    /// The message or the event.
    pub event: AibotEvent,
    /// The members that all callbacks share, such as the ID of the message.
    pub envelope: Envelope,
    text: Arc<str>,
    replier: BotReplier,
}

/// Shows neither texts nor URLs.
impl fmt::Debug for BotCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotCallback")
            .field("kind", &self.envelope.kind)
            .field("msg_id", &self.envelope.msg_id)
            .field("replier", &self.replier)
            .finish_non_exhaustive()
    }
}

impl BotCallback {
    fn read(arrived: Arrived, bot: AiBot) -> Self {
        let Arrived { req_id, text, envelope } = arrived;
        let event = Document::parse(&text)
            .and_then(|document| {
                AibotEvent::read(&envelope, &document).or_else(|error| {
                    tracing::warn!(%error, kind = envelope.kind, "a bot's callback can't be read as its type");
                    document.to_value().map(AibotEvent::Other)
                })
            })
            // Nested deeper than any value may be: only its text is left.
            .unwrap_or(AibotEvent::Other(Value::Null));
        Self { event, envelope, text: text.into(), replier: BotReplier::new(bot, req_id) }
    }

    /// Returns the callback as received, in JSON: for members that the type lacks. It contains keys and URLs of files.
    pub fn expose_json(&self) -> &str {
        &self.text
    }

    /// Starts a reply that grows: see [`BotStream`]. A callback has one stream.
    pub fn stream(&self) -> BotStream {
        self.replier.stream()
    }

    /// Returns what replies to this callback.
    pub fn replier(&self) -> BotReplier {
        self.replier.clone()
    }
}

/// Replies to one callback: one at a time, in order. It is cheap to clone. Needs the feature `ai-bot`.
#[derive(Clone)]
pub struct BotReplier {
    bot: AiBot,
    req_id: Arc<str>,
    /// Whether a stream was started, by whatever clone.
    has_stream: Arc<AtomicBool>,
}

impl fmt::Debug for BotReplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotReplier").field("req_id", &self.req_id).finish_non_exhaustive()
    }
}

impl BotReplier {
    pub(super) fn new(bot: AiBot, req_id: String) -> Self {
        Self { bot, req_id: req_id.into(), has_stream: Arc::default() }
    }

    /// Returns the ID of the callback's frame, with which [`AiBot::replier`] replies later.
    pub fn req_id(&self) -> &str {
        &self.req_id
    }

    /// Returns the bot.
    pub fn bot(&self) -> &AiBot {
        &self.bot
    }

    /// Replies with a command: `RespondMsg` to a message, `RespondWelcomeMsg` to a user who enters the chat, `RespondUpdateMsg` to a click on
    /// a card. WeCom accepts the last two for 5 seconds.
    ///
    /// ```
    /// # async fn reply(callback: wecom_sdk::BotCallback) -> Result<(), wecom_sdk::BotError> {
    /// use wecom_sdk::aibot::socket::{ReplyMessage, RespondMsg};
    ///
    /// callback.replier().send(&RespondMsg::new(ReplyMessage::markdown("It opens at **noon**."))).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn send<R: SocketReply + Sync>(&self, reply: &R) -> Result<R::Response, BotError> {
        let answer = self.reply(R::META.cmd.into(), checked(reply)?, true).await?;
        response::<R>(answer.as_deref())
    }

    /// Replies with a command that has no type yet, and returns the body of its acknowledgement, `null` if there is none.
    pub async fn call(
        &self,
        cmd: impl Into<Cow<'static, str>>,
        body: &(impl Serialize + Sync + ?Sized),
    ) -> Result<Value, BotError> {
        let cmd = cmd.into();
        let body = written(&cmd, body)?;
        let answer = self.reply(cmd.clone(), body, true).await?;
        value(cmd, answer.as_deref())
    }

    /// Starts a reply that grows: see [`BotStream`]. A callback has one stream: a second one may replace the first or be refused, and is logged
    /// as a warning.
    pub fn stream(&self) -> BotStream {
        if self.has_stream.swap(true, Ordering::Relaxed) {
            tracing::warn!(req_id = &*self.req_id, "a callback has one stream, but this is another one");
        }
        BotStream::start(self.clone())
    }

    /// Sends a reply; without `exact`, any acknowledgement ends it.
    pub(super) async fn reply(
        &self,
        cmd: Cow<'static, str>,
        body: String,
        exact: bool,
    ) -> super::calls::Outcome {
        let timeout = self.bot.0.settings.ack_timeout;
        self.bot.exchange(Exchange { cmd, req_id: Some(&self.req_id), body, exact, timeout }).await
    }
}
