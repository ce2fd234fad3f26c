//! The task that sends a stream's frames.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use wecom_models::aibot::socket::{Feedback, ReplyMessage, RespondMsg, Stream};
use wecom_requests::SocketCommand as _;

use super::{Shared, StreamEnd, UnshownText};
use crate::ai_bot::pauses::{TOO_OFTEN, is_too_often};
use crate::ai_bot::{BotError, BotReplier, BotState, checked};
use crate::{errcode, lock};

/// The longest text that a stream shows, in bytes of UTF-8.
const LONGEST: usize = 20_480;

/// The time after its first frame during which a stream accepts others.
const LIFETIME: Duration = Duration::from_secs(600);

/// The time after its first frame at which a stream is finished in any case: an unfinished stream never stops spinning.
const FINISHED_AFTER: Duration = Duration::from_secs(585);

/// The interval at which the text is sent again if nothing is added: a stream without frames may expire early.
const KEEP_ALIVE: Duration = Duration::from_secs(45);

/// The pauses before a frame that overlapped with another one is sent again.
const CONFLICTS: [Duration; 3] =
    [Duration::from_millis(150), Duration::from_millis(300), Duration::from_millis(600)];

/// The pause after a frame that was lost.
const LOST: Duration = Duration::from_millis(500);

/// The pause after a frame that was refused.
const REFUSED: Duration = Duration::from_secs(5);

/// The task that sends a stream's frames.
pub(super) struct Writer {
    replier: BotReplier,
    id: String,
    shared: Arc<Shared>,
    /// Whether the bot is being closed.
    closing: watch::Receiver<bool>,
    /// The time of the first frame that may have arrived.
    first: Option<Instant>,
    shown: Shown,
}

/// The text that users see.
#[derive(Default)]
struct Shown {
    /// The last text that WeCom has acknowledged, or a final one that may have arrived later.
    text: String,
    /// Whether it is such a final one.
    is_unconfirmed: bool,
}

/// The next step.
enum Next {
    Refresh,
    Finish,
    /// Finish although the application hasn't, because nothing can be sent later.
    FinishEarly(BotError),
}

/// The possible reactions to a frame that failed. A text is the whole text so far, so sending it again shows nothing twice.
enum Sequel {
    /// The same frame, after a pause.
    Same(Duration),
    /// A frame with another text.
    Other,
    Nothing,
}

impl Sequel {
    fn of(error: &BotError) -> Self {
        match error {
            BotError::Lost { .. } | BotError::NotSent { .. } | BotError::Unacknowledged { .. } => {
                Self::Same(LOST)
            }
            BotError::NotConnected(state) if !state.is_final() => Self::Same(LOST),
            BotError::TooManyReplies { .. } => Self::Same(REFUSED),
            BotError::Api { error, .. } => match error.code {
                code if is_too_often(code) => Self::Same(TOO_OFTEN),
                errcode::SYSTEM_BUSY | errcode::DATA_VERSION_CONFLICT => Self::Same(REFUSED),
                errcode::AIBOT_CONNECTION_NOT_SUBSCRIBED => Self::Same(LOST),
                errcode::AIBOT_STREAM_EXPIRED | errcode::AIBOT_INVALID_REQ_ID => Self::Nothing,
                _ => Self::Other,
            },
            _ => Self::Nothing,
        }
    }
}

impl Writer {
    pub(super) fn new(replier: BotReplier, shared: Arc<Shared>) -> Self {
        let closing = replier.bot().0.closing_streams.subscribe();
        let id = format!("{:032x}", fastrand::u128(..));
        Self { replier, id, shared, closing, first: None, shown: Shown::default() }
    }

    pub(super) async fn run(mut self) -> Result<StreamEnd, BotError> {
        let ended = self.send_all().await;
        let (shared, shown) = (Arc::clone(&self.shared), mem::take(&mut self.shown));
        // A bot that is being closed needn't wait for the application.
        drop(self);
        shared.is_over.store(true, Ordering::Release);
        if let Ok(Some(error)) | Err(error) = &ended {
            tracing::warn!(%error, "a bot's stream has ended early");
        }
        while !lock(&shared.text).is_finishing {
            shared.changed.notified().await;
        }
        let text = lock(&shared.text);
        shown.end(ended, &text.content)
    }

    /// Sends frames until the last one is acknowledged. Returns why nothing can follow, if the application could still add text.
    async fn send_all(&mut self) -> Result<Option<BotError>, BotError> {
        let refresh = self.replier.bot().0.settings.refresh.min(KEEP_ALIVE);
        let mut last = Instant::now();
        let mut allowed = last;
        loop {
            match self.next(allowed, last).await {
                Next::Finish => return self.finish().await.map(|()| None),
                Next::FinishEarly(reason) => return self.finish().await.map(|()| Some(reason)),
                Next::Refresh => {}
            }
            let is_due = last.elapsed() >= KEEP_ALIVE;
            let content = self.newest();
            let is_needed = !content.is_empty() && (is_due || content != self.shown.text);
            if is_needed || is_due {
                last = Instant::now();
                allowed = last + refresh;
            }
            if !is_needed {
                continue;
            }
            let Err(error) = self.send(&content, false).await else { continue };
            tracing::debug!(%error, "a frame of a bot's stream failed");
            let pause = match Sequel::of(&error) {
                Sequel::Same(pause) => {
                    lock(&self.shared.text).is_dirty = true;
                    pause
                }
                Sequel::Other => REFUSED,
                Sequel::Nothing => return Err(error),
            };
            allowed = allowed.max(Instant::now() + pause);
        }
    }

    /// Waits until there is something to do.
    async fn next(&mut self, allowed: Instant, last: Instant) -> Next {
        loop {
            if lock(&self.shared.text).is_finishing {
                return Next::Finish;
            }
            if *self.closing.borrow() {
                return Next::FinishEarly(BotError::NotConnected(BotState::Closed));
            }
            let now = Instant::now();
            let expires = self.first.map(|first| first + FINISHED_AFTER);
            if expires.is_some_and(|expires| expires <= now) {
                return Next::FinishEarly(expired());
            }
            let is_dirty = lock(&self.shared.text).is_dirty;
            let due = if is_dirty { Some(allowed) } else { self.first.map(|_| last + KEEP_ALIVE) };
            if due.is_some_and(|due| due <= now) {
                return Next::Refresh;
            }
            match due.into_iter().chain(expires).min() {
                Some(wake) => tokio::select! { () = self.changed() => {}, () = sleep_until(wake) => {} },
                None => self.changed().await,
            }
        }
    }

    /// Waits until the text has changed, or the stream is to be finished. A change since the last time counts, too.
    async fn changed(&mut self) {
        tokio::select! {
            () = self.shared.changed.notified() => {}
            Ok(()) = self.closing.changed() => {}
        }
    }

    /// Returns the newest text. If it is empty, that is the one shown: an empty text would erase it.
    fn newest(&self) -> String {
        let mut text = lock(&self.shared.text);
        text.is_dirty = false;
        let content = cut(&text.content);
        if content.is_empty() { self.shown.text.clone() } else { content.to_owned() }
    }

    /// Sends the last frame until it is acknowledged.
    async fn finish(&mut self) -> Result<(), BotError> {
        let content = self.newest();
        if content.is_empty() && self.first.is_none() {
            return Ok(());
        }
        loop {
            let Err(error) = self.send(&content, true).await else { return Ok(()) };
            if error.may_have_been_carried_out() {
                self.shown = Shown { text: content.clone(), is_unconfirmed: true };
            }
            let Sequel::Same(pause) = Sequel::of(&error) else { return Err(error) };
            let again = Instant::now() + pause;
            if self.first.is_some_and(|first| first + LIFETIME <= again) {
                return Err(expired());
            }
            tracing::debug!(%error, ?pause, "the last frame of a bot's stream failed: sending it again after a pause");
            sleep(pause).await;
        }
    }

    /// Sends a frame once the bot is connected, again if it overlapped with another one.
    async fn send(&mut self, content: &str, finish: bool) -> Result<(), BotError> {
        match self.first.map(|first| first + LIFETIME) {
            None => self.replier.bot().ready().await?,
            Some(limit) => {
                timeout_at(limit, self.replier.bot().ready()).await.map_err(|_| expired())??;
                if limit <= Instant::now() {
                    return Err(expired());
                }
            }
        }
        let mut stream = Stream::new(self.id.as_str(), content).finish(finish);
        // Until a frame is acknowledged, each may be the first.
        if self.shown.text.is_empty() {
            let id = lock(&self.shared.text).feedback_id.clone();
            stream.feedback = id.map(|id| Feedback::new().id(id));
        }
        let body = checked(&RespondMsg::new(ReplyMessage::Stream(stream)))?;
        let mut pauses = CONFLICTS.iter();
        loop {
            let start = Instant::now();
            let outcome = self.replier.reply(RespondMsg::META.cmd.into(), body.clone(), finish).await;
            let is_unsent = matches!(
                outcome,
                Err(BotError::NotConnected(_)
                    | BotError::NotSent { .. }
                    | BotError::TooManyReplies { .. }
                    | BotError::Lost { written: false, .. })
            );
            if !is_unsent {
                self.first.get_or_insert(start);
            }
            match outcome {
                Err(error) if error.code() == Some(errcode::DATA_VERSION_CONFLICT) => match pauses.next() {
                    Some(pause) => sleep(*pause).await,
                    None => return Err(error),
                },
                Err(error) => return Err(error),
                Ok(_) => {
                    self.shown = Shown { text: content.to_owned(), is_unconfirmed: false };
                    return Ok(());
                }
            }
        }
    }
}

impl Shown {
    /// Returns how a stream ended, with the part of the whole text that isn't shown.
    fn end(&self, ended: Result<Option<BotError>, BotError>, whole: &str) -> Result<StreamEnd, BotError> {
        let rest = UnshownText(whole.strip_prefix(&self.text).unwrap_or(whole).to_owned());
        let error = match ended {
            Ok(None) => return Ok(StreamEnd { rest }),
            Ok(Some(_)) if rest.is_empty() => return Ok(StreamEnd { rest }),
            Ok(Some(error)) | Err(error) => error,
        };
        if self.is_unconfirmed {
            return Err(BotError::StreamUnconfirmed { rest });
        }
        let is_expired = matches!(error, BotError::StreamExpired { .. })
            || error.code() == Some(errcode::AIBOT_STREAM_EXPIRED);
        match is_expired {
            true if rest.is_empty() => Ok(StreamEnd { rest }),
            true => Err(BotError::StreamExpired { rest }),
            false => Err(BotError::StreamUnfinished { error: Box::new(error), rest }),
        }
    }
}

fn expired() -> BotError {
    BotError::StreamExpired { rest: UnshownText::default() }
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
