//! The running handlers, and the outcomes of earlier ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tracing::Instrument as _;
use wecom_models::callback::Envelope;

use super::arrived::Arrived;
use super::handler::Handling;
use super::pending::{Outcome, Pending, SavingState};
use super::recent::Recent;
use super::store::CallbackStore;
use super::task::{Shared, Task};

/// The number of replies kept for repeated callbacks: an older callback gets a response without its reply.
const REPLIES: usize = 256;

/// The callbacks of this process.
pub(super) struct Known {
    recent: Recent<State>,
    /// The callbacks whose replies are kept, the oldest first, with the outcome that has the reply: a callback that was
    /// forgotten may have another one by now.
    replied: VecDeque<([u8; 32], Pending)>,
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
            State::Pending(pending) => pending.clone(),
            State::Done => Pending::done(),
        })
    }

    pub(super) fn end(&mut self, digest: [u8; 32], outcome: &Outcome) {
        match outcome {
            Outcome::Failed => self.recent.remove(&digest),
            Outcome::Done(reply) if reply.is_none() => self.recent.set(&digest, State::Done),
            Outcome::Done(_) => {
                if let Some(State::Pending(pending)) = self.recent.get(&digest) {
                    self.replied.push_back((digest, pending.clone()));
                }
                if self.replied.len() > REPLIES
                    && let Some((oldest, kept)) = self.replied.pop_front()
                    && let Some(State::Pending(current)) = self.recent.get(&oldest)
                    && current.is_same(&kept)
                {
                    self.recent.set(&oldest, State::Done);
                }
            }
        }
    }
}

/// A callback, and what its handler does with it.
pub(super) struct Work<'a> {
    pub(super) envelope: &'a Envelope,
    pub(super) digest: [u8; 32],
    /// The record to save; `None` without a store.
    pub(super) arrived: Option<Arrived>,
    pub(super) handling: Handling,
}

/// No more handlers may run.
pub(super) struct Refused;

/// The place of a running handler.
pub(super) struct Place {
    _of_all: OwnedSemaphorePermit,
    /// For a recovered callback, its place among those.
    recovered: Option<OwnedSemaphorePermit>,
    /// For one that is handled for the last time, the right to run without others like it.
    pub(super) last: Option<OwnedSemaphorePermit>,
}

impl Place {
    pub(super) fn is_for_recovered(&self) -> bool {
        self.recovered.is_some()
    }
}

/// The handlers of one [`Callbacks`](super::Callbacks).
pub(super) struct Running {
    most: u32,
    places: Arc<Semaphore>,
    /// Those of the places that recovered callbacks may take.
    recovered: Arc<Semaphore>,
    /// The one of these in which callbacks run for the last time.
    last: Arc<Semaphore>,
    known: Arc<Mutex<Known>>,
    /// Whether no more handlers may start. It changes under the lock of `known`, which is also held where handlers start.
    closed: watch::Sender<bool>,
    pub(super) store: Option<Arc<dyn CallbackStore>>,
}

impl Running {
    pub(super) fn new(
        most: u32,
        remember: Duration,
        remembered: usize,
        store: Option<Arc<dyn CallbackStore>>,
    ) -> Self {
        let recent = Recent::new(remember, remembered);
        let known = Arc::new(Mutex::new(Known { recent, replied: VecDeque::new() }));
        // After a crash, there may be many to recover; new callbacks need room, too.
        let recovered = (most as usize).div_ceil(2);
        Self {
            most,
            places: Arc::new(Semaphore::new(most as usize)),
            recovered: Arc::new(Semaphore::new(recovered)),
            last: Arc::new(Semaphore::new(1)),
            known,
            closed: watch::Sender::new(false),
            store,
        }
    }

    /// Starts a handler in a task of its own, unless that callback already has one: then the outcome is shared.
    pub(super) fn start(&self, work: Work<'_>) -> Result<Pending, Refused> {
        let mut known = lock(&self.known);
        if let Some(pending) = known.get(&work.digest) {
            return Ok(pending);
        }
        if self.is_closed() {
            return Err(Refused);
        }
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refused)?;
        let (pending, task) =
            self.prepare(&mut known, work, Place { _of_all: place, recovered: None, last: None });
        // A runtime that is shutting down drops the task at once, which takes the lock.
        drop(known);
        tokio::spawn(task);
        Ok(pending)
    }

    /// Starts a handler for a saved callback, whose turn the task still has to take; does nothing if the callback has arrived again meanwhile.
    pub(super) fn resume(&self, work: Work<'_>, place: Place) {
        let mut known = lock(&self.known);
        if !self.is_closed() && known.get(&work.digest).is_none() {
            let (_, task) = self.prepare(&mut known, work, place);
            drop(known);
            tokio::spawn(task);
        }
    }

    /// Notes that a callback is being handled, and returns the task that does it.
    fn prepare(
        &self,
        known: &mut Known,
        work: Work<'_>,
        place: Place,
    ) -> (Pending, impl Future<Output = ()> + Send + 'static) {
        let Work { envelope, digest, arrived, handling } = work;
        let (told, outcome) = watch::channel(None);
        let shared = self.store.clone().zip(arrived);
        let closed = self.closed.subscribe();
        let shared =
            shared.map(|(store, arrived)| Shared { store, arrived, saving: SavingState::new(), closed });
        let pending = Pending::new(outcome, shared.as_ref().map(|shared| shared.saving.clone()));
        known.recent.insert(digest, State::Pending(pending.clone()));
        let span = tracing::info_span!("callback", shape = ?envelope.shape, kind = envelope.kind, change = envelope.change);
        let task = Task { digest, known: Arc::clone(&self.known), shared, told, place };
        (pending, task.run(handling).instrument(span))
    }

    /// Returns a place for a callback to recover, if one is free.
    pub(super) fn place_for_recovered(&self) -> Option<Place> {
        let recovered = Arc::clone(&self.recovered).try_acquire_owned().ok()?;
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Place { _of_all: place, recovered: Some(recovered), last: None })
    }

    /// Reserves the only place in which callbacks run for the last time; returns whether it was free.
    pub(super) fn reserve_last(&self, place: &mut Place) -> bool {
        place.last = Arc::clone(&self.last).try_acquire_owned().ok();
        place.last.is_some()
    }

    /// Returns whether a callback is being handled here (`Some(false)`) or has been (`Some(true)`).
    pub(super) fn has_ended(&self, digest: &[u8; 32]) -> Option<bool> {
        lock(&self.known).get(digest).map(|pending| pending.has_ended())
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// Prevents new handlers.
    pub(super) fn close(&self) {
        let _known = lock(&self.known);
        self.closed.send_replace(true);
    }

    /// Waits until all handlers are done.
    pub(super) async fn ended(&self) {
        // This can't fail: nobody closes the semaphore.
        drop(self.places.acquire_many(self.most).await);
    }
}

/// Locks a mutex whose data is consistent even if a task panicked while it had the lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
