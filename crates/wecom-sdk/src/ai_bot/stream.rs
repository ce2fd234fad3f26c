//! Replies that grow: text that is shown while it is being written.

mod writer;

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{BotError, BotReplier, BotState};
use crate::lock;
use writer::Writer;

/// A reply that grows: its text is shown while it is being written. Needs the feature `ai-bot`.
///
/// [`append`](Self::append) and [`set`](Self::set) don't wait: a task sends the newest text, at most twice per second, and skips
/// what has been overtaken. [`finish`](Self::finish) sends the last one. If the stream is dropped instead, the same happens in the
/// background, so that no stream is left open. After a lost connection, it continues on the next one. A bot that is
/// [closed](crate::AiBot::close) finishes its streams first, with their texts so far.
///
/// - A stream shows at most 20,480 bytes of text: it is cut there between two characters, and [`StreamEnd::rest`] has the rest.
/// - WeCom accepts a stream's text for 10 minutes. Shortly before that, the stream is finished with the text so far;
///   [`is_open`](Self::is_open) is false then, and `finish` returns the rest as [`BotError::StreamExpired`].
///
/// ```
/// # async fn reply(callback: wecom_sdk::BotCallback) -> Result<(), wecom_sdk::BotError> {
/// let mut stream = callback.stream();
/// for word in ["It ", "opens ", "at noon."] {
///     stream.append(word);
/// }
/// let end = stream.finish().await?;
/// assert!(end.rest.is_empty());
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream without text replies nothing"]
pub struct BotStream {
    shared: Arc<Shared>,
    task: Option<JoinHandle<Result<StreamEnd, BotError>>>,
}

/// The end of a finished stream. Needs the feature `ai-bot`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamEnd {
    /// The text beyond 20,480 bytes, which isn't shown: send it as another message. Empty if everything is shown.
    pub rest: UnshownText,
}

/// Text that a stream doesn't show. `Debug` shows only its length. Needs the feature `ai-bot`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UnshownText(String);

impl UnshownText {
    /// Returns the text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for UnshownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnshownText({} bytes)", self.0.len())
    }
}

impl Deref for UnshownText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for UnshownText {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<UnshownText> for String {
    fn from(text: UnshownText) -> Self {
        text.0
    }
}

#[derive(Default)]
struct Shared {
    text: Mutex<Text>,
    changed: Notify,
    is_over: AtomicBool,
}

#[derive(Default)]
struct Text {
    content: String,
    feedback_id: Option<String>,
    is_dirty: bool,
    is_finishing: bool,
}

impl fmt::Debug for BotStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotStream").field("is_open", &self.is_open()).finish_non_exhaustive()
    }
}

impl BotStream {
    pub(super) fn start(replier: BotReplier) -> Self {
        let shared = Arc::new(Shared::default());
        let runtime = replier.bot().0.runtime.clone();
        let writer = Writer::new(replier, Arc::clone(&shared));
        Self { shared, task: Some(runtime.spawn(writer.run())) }
    }

    /// Lets the user rate the reply: WeCom shows thumbs, and sends the event `feedback_event` with this ID of at most 256 bytes. Only before
    /// the first text.
    pub fn feedback_id(self, id: impl Into<String>) -> Self {
        lock(&self.shared.text).feedback_id = Some(id.into());
        self
    }

    /// Appends to the text.
    pub fn append(&mut self, text: impl AsRef<str>) {
        self.change(|all| all.push_str(text.as_ref()));
    }

    /// Replaces the whole text.
    pub fn set(&mut self, text: impl Into<String>) {
        self.change(|all| *all = text.into());
    }

    fn change(&self, change: impl FnOnce(&mut String)) {
        let mut text = lock(&self.shared.text);
        change(&mut text.content);
        text.is_dirty = true;
        drop(text);
        self.shared.changed.notify_one();
    }

    /// Returns whether WeCom still accepts text: not after the stream has expired or was refused. [`finish`](Self::finish) says why.
    pub fn is_open(&self) -> bool {
        !self.shared.is_over.load(Ordering::Acquire)
    }

    /// Sends the last text, and waits for its acknowledgement. If the text is empty, the one shown before stays; if there never was any,
    /// nothing is sent.
    ///
    /// The text is sent again, after a pause, if it isn't acknowledged, if WeCom is busy or limits the rate, and after a lost connection, until
    /// 10 minutes after the stream's first text: it replaces itself, so it isn't shown twice. A stream of which nothing was sent waits for
    /// a connection without a limit. If this future is dropped, that goes on in the background.
    ///
    /// # Errors
    ///
    /// - [`BotError::StreamExpired`] if the stream expired before all of the text was shown, with what is missing.
    /// - [`BotError::StreamUnconfirmed`] if the last text was sent, but never acknowledged.
    /// - [`BotError::StreamUnfinished`] if WeCom refuses the text, or the connection has ended for good, with what is missing.
    pub async fn finish(mut self) -> Result<StreamEnd, BotError> {
        self.end();
        let Some(task) = self.task.take() else { return Ok(StreamEnd::default()) };
        task.await.unwrap_or_else(|_| {
            let error = Box::new(BotError::NotConnected(BotState::Closed));
            let rest = UnshownText(lock(&self.shared.text).content.clone());
            Err(BotError::StreamUnfinished { error, rest })
        })
    }

    pub(super) fn end(&self) {
        lock(&self.shared.text).is_finishing = true;
        self.shared.changed.notify_one();
    }
}

impl Drop for BotStream {
    fn drop(&mut self) {
        self.end();
    }
}
