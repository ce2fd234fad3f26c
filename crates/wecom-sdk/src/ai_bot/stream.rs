//! Replies that grow: text that is shown while it is being written.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::{BotError, BotReplier, written};
use crate::errcode;
use crate::lock;

/// The longest text that a stream shows, in bytes of UTF-8.
const LONGEST: usize = 20_480;

/// How long after its first frame a stream is finished in any case: WeCom accepts nothing after 10 minutes, and an unfinished stream never
/// stops spinning.
const LIFETIME: Duration = Duration::from_secs(585);

/// How often the text is sent again if nothing is added: a stream without frames may expire early.
const KEEP_ALIVE: Duration = Duration::from_secs(45);

/// The pauses before a frame that overlapped with another one is sent again.
const CONFLICTS: [Duration; 3] =
    [Duration::from_millis(150), Duration::from_millis(300), Duration::from_millis(600)];

/// The pause after a refused frame whose text a later frame will have as well.
const REFUSED: Duration = Duration::from_secs(5);

const CMD: &str = "aibot_respond_msg";

/// A reply that grows: its text is shown while it is being written. Needs the feature `ai-bot`.
///
/// [`append`](Self::append) and [`set`](Self::set) don't wait: a task sends the newest text, at most twice per second, and skips
/// what has been overtaken. [`finish`](Self::finish) sends the last one. If the stream is dropped instead, the same happens in the
/// background, so that no stream is left open. After a lost connection, it continues on the next one.
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

/// What a finished stream doesn't show. Needs the feature `ai-bot`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamEnd {
    /// The text beyond 20,480 bytes, which isn't shown: send it as another message. Empty if everything is shown.
    pub rest: String,
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
        let id = format!("{:032x}", fastrand::u128(..));
        let writer = Writer {
            replier,
            id,
            shared: Arc::clone(&shared),
            first: None,
            shown: String::new(),
            failure: None,
        };
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
    /// # Errors
    ///
    /// [`BotError::StreamExpired`] if the stream expired before all of the text was shown, with what is missing.
    pub async fn finish(mut self) -> Result<StreamEnd, BotError> {
        self.end();
        match self.task.take() {
            Some(task) => task.await.unwrap_or_else(|_| Err(BotError::NotConnected(super::BotState::Closed))),
            None => Ok(StreamEnd::default()),
        }
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

/// The task that sends a stream's frames.
struct Writer {
    replier: BotReplier,
    id: String,
    shared: Arc<Shared>,
    /// When the first frame was sent.
    first: Option<Instant>,
    /// The last text that WeCom has acknowledged.
    shown: String,
    failure: Option<BotError>,
}

/// What to do next.
enum Next {
    Refresh,
    Finish,
    /// Finish because time is up, although the application hasn't.
    Expire,
}

impl Writer {
    async fn run(mut self) -> Result<StreamEnd, BotError> {
        let refresh = self.replier.bot().0.settings.refresh;
        let mut allowed = Instant::now();
        let mut last = allowed;
        loop {
            match self.next(allowed, last).await {
                Next::Refresh => {
                    last = Instant::now();
                    allowed = last + refresh;
                    if let Err(error) = self.refresh().await
                        && let Err(fatal) = self.recover(error).await
                    {
                        return self.over(fatal).await;
                    }
                    if self.was_refused() {
                        allowed = Instant::now() + REFUSED;
                    }
                }
                Next::Finish => return self.finish().await,
                Next::Expire => {
                    let finished = self.finish().await;
                    let error = finished.err().unwrap_or(BotError::StreamExpired { rest: String::new() });
                    return self.over(error).await;
                }
            }
        }
    }

    /// Waits until there is something to do.
    async fn next(&self, allowed: Instant, last: Instant) -> Next {
        loop {
            let changed = self.shared.changed.notified();
            let (is_dirty, is_finishing) = {
                let text = lock(&self.shared.text);
                (text.is_dirty, text.is_finishing)
            };
            let now = Instant::now();
            let expires = self.first.map(|first| first + LIFETIME);
            let due = if is_dirty { Some(allowed) } else { self.first.map(|_| last + KEEP_ALIVE) };
            if is_finishing {
                return Next::Finish;
            }
            if expires.is_some_and(|expires| expires <= now) {
                return Next::Expire;
            }
            if due.is_some_and(|due| due <= now) {
                return Next::Refresh;
            }
            match due.into_iter().chain(expires).min() {
                Some(wake) => tokio::select! { () = changed => {}, () = sleep_until(wake) => {} },
                None => changed.await,
            }
        }
    }

    async fn refresh(&mut self) -> Result<(), BotError> {
        let content = {
            let mut text = lock(&self.shared.text);
            text.is_dirty = false;
            cut(&text.content).to_owned()
        };
        // An empty text would hide the one before.
        if content.is_empty() {
            return Ok(());
        }
        self.send(&content, false).await
    }

    /// Sends the last frame, on another connection if this one is lost.
    async fn finish(&mut self) -> Result<StreamEnd, BotError> {
        let (content, rest) = {
            let text = lock(&self.shared.text);
            let content = cut(&text.content);
            (content.to_owned(), text.content[content.len()..].to_owned())
        };
        let content = if content.is_empty() { self.shown.clone() } else { content };
        if content.is_empty() && self.first.is_none() {
            return Ok(StreamEnd::default());
        }
        let finished = loop {
            match self.send(&content, true).await {
                Ok(()) => break Ok(StreamEnd { rest }),
                Err(error) => {
                    if let Err(fatal) = self.recover(error).await {
                        break Err(fatal);
                    }
                    if let Some(refused) = self.failure.take() {
                        break Err(refused);
                    }
                }
            }
        };
        self.shared.is_over.store(true, Ordering::Release);
        if let Err(error) = &finished {
            tracing::warn!(%error, "a bot's stream isn't finished");
        }
        finished.map_err(|error| self.with_rest(error))
    }

    /// Decides whether a failed frame may be followed by another one. A lost connection is waited for; a text is the whole text so far, so
    /// sending it again shows nothing twice.
    async fn recover(&mut self, error: BotError) -> Result<(), BotError> {
        match error {
            BotError::Lost { .. } | BotError::NotConnected(_) => {
                let expires = self.first.unwrap_or_else(Instant::now) + LIFETIME;
                match tokio::time::timeout_at(expires, self.replier.bot().ready()).await {
                    Ok(ready) => ready?,
                    Err(_) => return Err(BotError::StreamExpired { rest: String::new() }),
                }
                lock(&self.shared.text).is_dirty = true;
                Ok(())
            }
            BotError::Api { error, .. } if error.code == errcode::AIBOT_STREAM_EXPIRED => {
                Err(BotError::StreamExpired { rest: String::new() })
            }
            BotError::Api { error, cmd }
                if matches!(
                    error.code,
                    errcode::AIBOT_INVALID_REQ_ID | errcode::AIBOT_CONNECTION_NOT_SUBSCRIBED
                ) =>
            {
                Err(BotError::Api { error, cmd })
            }
            other => {
                tracing::debug!(error = %other, "a frame of a bot's stream failed");
                self.failure = Some(other);
                Ok(())
            }
        }
    }

    /// Returns whether the last frame failed in a way that the next one may not; its text is sent again.
    fn was_refused(&mut self) -> bool {
        let failure = self.failure.take();
        if failure.is_some() {
            lock(&self.shared.text).is_dirty = true;
        }
        failure.is_some_and(|failure| matches!(failure, BotError::Api { .. }))
    }

    /// Waits for the application to finish a stream that WeCom no longer accepts.
    async fn over(&mut self, error: BotError) -> Result<StreamEnd, BotError> {
        self.shared.is_over.store(true, Ordering::Release);
        tracing::warn!(%error, "a bot's stream has ended early");
        loop {
            let changed = self.shared.changed.notified();
            if lock(&self.shared.text).is_finishing {
                break;
            }
            changed.await;
        }
        match self.with_rest(error) {
            // Nothing was added after it had been finished.
            BotError::StreamExpired { rest } if rest.is_empty() => Ok(StreamEnd::default()),
            error => Err(error),
        }
    }

    /// Puts the text that isn't shown into the error.
    fn with_rest(&self, error: BotError) -> BotError {
        let BotError::StreamExpired { .. } = error else { return error };
        let text = lock(&self.shared.text);
        let rest = text.content.strip_prefix(&self.shown).unwrap_or(&text.content);
        BotError::StreamExpired { rest: rest.to_owned() }
    }

    /// Sends a frame, again if it overlapped with another one.
    async fn send(&mut self, content: &str, finish: bool) -> Result<(), BotError> {
        let mut stream = json!({ "id": self.id, "finish": finish, "content": content });
        if self.first.is_none()
            && let Some(feedback_id) = &lock(&self.shared.text).feedback_id
        {
            stream["feedback"] = json!({ "id": feedback_id });
        }
        let body = written(CMD, &json!({ "msgtype": "stream", "stream": stream }))?;
        let first = *self.first.get_or_insert_with(Instant::now);
        if first.elapsed() > LIFETIME + Duration::from_secs(15) {
            return Err(BotError::StreamExpired { rest: String::new() });
        }
        let mut pauses = CONFLICTS.iter();
        loop {
            match self.replier.reply(CMD.into(), body.clone(), finish).await {
                Err(error) if error.code() == Some(errcode::DATA_VERSION_CONFLICT) => match pauses.next() {
                    Some(pause) => sleep(*pause).await,
                    None => return Err(error),
                },
                Err(error) => return Err(error),
                Ok(_) => {
                    content.clone_into(&mut self.shown);
                    return Ok(());
                }
            }
        }
    }
}

/// Returns as much of a text as a stream shows, without cutting a character.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        let text = "好".repeat(LONGEST);
        assert_eq!(cut(&text).len(), 20_478);
        assert_eq!(cut(&"a".repeat(LONGEST)).len(), LONGEST);
        assert_eq!(cut("short"), "short");
    }
}
