//! The running handlers, and the outcomes of earlier ones.

use std::collections::VecDeque;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tracing::Instrument as _;
use wecom_models::callback::Envelope;
use wecom_requests::{BoxError, Passive};

use super::duplicates::{Duplicates, Recent, Turn};

/// The outcome of a callback.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The callback was handled, here or elsewhere.
    Done(Passive),
    /// Its handler failed.
    Failed,
}

/// An outcome, once there is one.
type Pending = watch::Receiver<Option<Outcome>>;

/// The number of replies kept for repeated callbacks: an older callback gets a response without its reply.
const REPLIES: usize = 256;

/// The callbacks of this process.
struct Known {
    recent: Recent<State>,
    /// The callbacks whose replies are kept, the oldest first, with the outcome that has the reply: a callback that was
    /// forgotten may have another one by now.
    replied: VecDeque<([u8; 32], Pending)>,
    /// Whether no more handlers may begin.
    closed: bool,
}

/// The state of a callback.
enum State {
    /// It is being handled, or its reply is kept.
    Pending(Pending),
    /// It has been handled, and nothing else is kept.
    Done,
}

impl Known {
    fn get(&mut self, digest: &[u8; 32]) -> Option<Pending> {
        self.recent.get(digest).map(|state| match state {
            State::Pending(outcome) => outcome.clone(),
            State::Done => watch::channel(Some(Outcome::Done(Passive::none()))).1,
        })
    }

    fn end(&mut self, digest: [u8; 32], outcome: &Outcome) {
        match outcome {
            Outcome::Failed => self.recent.remove(&digest),
            Outcome::Done(reply) if reply.is_none() => self.recent.set(&digest, State::Done),
            Outcome::Done(_) => {
                if let Some(State::Pending(outcome)) = self.recent.get(&digest) {
                    self.replied.push_back((digest, outcome.clone()));
                }
                if self.replied.len() > REPLIES
                    && let Some((oldest, kept)) = self.replied.pop_front()
                    && let Some(State::Pending(current)) = self.recent.get(&oldest)
                    && current.same_channel(&kept)
                {
                    self.recent.set(&oldest, State::Done);
                }
            }
        }
    }
}

/// A handler's work.
pub(super) trait Handling: Future<Output = Result<Passive, BoxError>> + Send + 'static {}

impl<F: Future<Output = Result<Passive, BoxError>> + Send + 'static> Handling for F {}

/// No more handlers may run.
pub(super) struct Refused;

/// The handlers of one [`Callbacks`](super::Callbacks).
pub(super) struct Running {
    most: u32,
    places: Arc<Semaphore>,
    known: Arc<Mutex<Known>>,
    shared: Option<Arc<dyn Duplicates>>,
}

impl Running {
    pub(super) fn new(
        most: u32,
        remember: Duration,
        remembered: usize,
        shared: Option<Arc<dyn Duplicates>>,
    ) -> Self {
        let recent = Recent::new(remember, remembered);
        let known = Arc::new(Mutex::new(Known { recent, replied: VecDeque::new(), closed: false }));
        Self { most, places: Arc::new(Semaphore::new(most as usize)), known, shared }
    }

    /// Starts a handler in a task of its own, unless that callback already has one: then the outcome is shared.
    pub(super) fn start(
        &self,
        envelope: &Envelope,
        digest: [u8; 32],
        handling: impl Handling,
    ) -> Result<Pending, Refused> {
        let mut known = lock(&self.known);
        if let Some(outcome) = known.get(&digest) {
            return Ok(outcome);
        }
        if known.closed {
            return Err(Refused);
        }
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refused)?;
        let (told, outcome) = watch::channel(None);
        known.recent.insert(digest, State::Pending(outcome.clone()));
        drop(known);
        let span = tracing::info_span!("callback", shape = ?envelope.shape, kind = envelope.kind, change = envelope.change);
        let task =
            Task { digest, known: Arc::clone(&self.known), shared: self.shared.clone(), told, _place: place };
        tokio::spawn(task.run(handling).instrument(span));
        Ok(outcome)
    }

    /// Prevents new handlers, and waits until all are done. Whoever stops waiting still gets no new ones.
    pub(super) async fn shutdown(&self) {
        // The lock is also held where a place is taken: no handler gets one afterwards.
        lock(&self.known).closed = true;
        // This can't fail: nobody closes the semaphore.
        drop(self.places.acquire_many(self.most).await);
    }
}

/// The run of a handler.
struct Task {
    digest: [u8; 32],
    known: Arc<Mutex<Known>>,
    shared: Option<Arc<dyn Duplicates>>,
    told: watch::Sender<Option<Outcome>>,
    _place: OwnedSemaphorePermit,
}

impl Task {
    async fn run(self, handling: impl Handling) {
        let outcome = match self.begin().await {
            Turn::Done => Outcome::Done(Passive::none()),
            Turn::Ours => {
                let outcome = self.handle(handling).await;
                self.end(&outcome).await;
                outcome
            }
        };
        // A repeated callback that arrives in between still finds this outcome.
        let unseen = self.told.receiver_count() <= 1;
        lock(&self.known).end(self.digest, &outcome);
        if matches!(&outcome, Outcome::Done(reply) if !reply.is_none()) && unseen {
            tracing::warn!(
                "a reply is late: WeCom already has the response to the callback; send a message instead"
            );
        }
        self.told.send_replace(Some(outcome));
    }

    /// Takes the turn, if it is shared with other processes.
    async fn begin(&self) -> Turn {
        let Some(shared) = &self.shared else { return Turn::Ours };
        shared.begin(&self.digest).await.unwrap_or_else(|error| {
            tracing::warn!(error, "the store of duplicates failed: a callback may be handled twice");
            Turn::Ours
        })
    }

    async fn handle(&self, handling: impl Handling) -> Outcome {
        let handling = AssertUnwindSafe(handling).catch_unwind();
        let handled = match &self.shared {
            None => handling.await,
            Some(shared) => {
                let keep = pin!(async {
                    let Err(error) = shared.keep(&self.digest).await;
                    tracing::warn!(error, "the store of duplicates failed: a callback may be handled twice");
                    pending().await
                });
                select(pin!(handling), keep).await.factor_first().0
            }
        };
        match handled {
            Ok(Ok(reply)) => Outcome::Done(reply),
            Ok(Err(error)) => {
                tracing::error!(error, "a handler failed");
                Outcome::Failed
            }
            Err(_) => {
                tracing::error!("a handler panicked");
                Outcome::Failed
            }
        }
    }

    async fn end(&self, outcome: &Outcome) {
        let Some(shared) = &self.shared else { return };
        let ended = match outcome {
            Outcome::Done(_) => shared.done(&self.digest).await,
            Outcome::Failed => shared.forget(&self.digest).await,
        };
        if let Err(error) = ended {
            tracing::warn!(error, "the store of duplicates failed: a callback may be handled twice");
        }
    }
}

impl Drop for Task {
    /// Forgets a callback without an outcome, since the store of duplicates panicked: it is handled anew if it comes again.
    fn drop(&mut self) {
        if self.told.borrow().is_none() {
            lock(&self.known).end(self.digest, &Outcome::Failed);
        }
    }
}

/// Locks a mutex whose data is consistent even if a task panicked while it had the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
