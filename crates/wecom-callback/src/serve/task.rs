//! The run of a handler: takes the turn, saves the callback if its response can't wait, and records the outcome.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, join, select};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{sleep, timeout};
use wecom_requests::{BoxError, Passive};

use super::arrived::Arrived;
use super::handler::Handling;
use super::pending::{Outcome, SavingState};
use super::running::{Known, Place, lock};
use super::store::{CallbackStore, Turn, guarded};

/// The maximum number of times a callback is recovered. If its process dies each time, it is probably the reason.
pub(super) const RECOVERIES: u32 = 2;

/// The time to wait for a store that saves. The response waits less long.
const SAVE_PATIENCE: Duration = Duration::from_secs(2);

/// The time for which a callback that is handled for the last time keeps others like it waiting: one that kills its process has probably done so by then.
const LAST_ALONE: Duration = Duration::from_secs(60);

const MAY_REPEAT: &str = "the store of callbacks failed: a callback may be handled twice";

/// The state that a task shares with other processes.
pub(super) struct Shared {
    pub(super) store: Arc<dyn CallbackStore>,
    pub(super) arrived: Arrived,
    pub(super) saving: SavingState,
    /// Whether the service is shutting down.
    pub(super) closed: watch::Receiver<bool>,
}

/// Something to record in the store while a handler runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Save,
    Leave,
}

impl Shared {
    /// Waits until the callback is to be saved, or until the service shuts down if that hasn't been noted.
    async fn wish(&self, has_left: bool) -> Wish {
        let closing = async {
            // Without a sender, the service is gone, which isn't the end of the process.
            if has_left || self.closed.clone().wait_for(|is_closed| *is_closed).await.is_err() {
                pending::<()>().await;
            }
        };
        match select(pin!(self.saving.wanted()), pin!(closing)).await {
            Either::Left(_) => Wish::Save,
            Either::Right(_) => Wish::Leave,
        }
    }
}

pub(super) struct Task {
    pub(super) digest: [u8; 32],
    pub(super) known: Arc<Mutex<Known>>,
    pub(super) shared: Option<Shared>,
    pub(super) told: watch::Sender<Option<Outcome>>,
    pub(super) place: Place,
}

impl Task {
    pub(super) async fn run(mut self, handling: Handling) {
        let outcome = match self.saving_meanwhile(self.turn()).await {
            None => return,
            Some(Turn::Done) => Outcome::Done(Passive::none()),
            Some(Turn::Ours) => {
                if let Some(shared) = &self.shared {
                    // The process that had the turn until now has failed, and may have removed the callback.
                    shared.saving.want_again();
                }
                let last = self.place.last.take();
                let outcome = self.saving_meanwhile(self.handle(handling, last)).await;
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

    /// Takes the turn, if it is shared with other processes. Returns `None` if another process has recovered the callback, and nobody waits here.
    async fn turn(&self) -> Option<Turn> {
        let Some(Shared { store, .. }) = &self.shared else { return Some(Turn::Ours) };
        if self.place.is_for_recovered() {
            let recovered = match guarded(|| store.recover(&self.digest)).await {
                // If only the reply got lost, the turn is ours, and giving it up would count as a death.
                Err(error) => {
                    tracing::debug!(error, "a saved callback can't be recovered: trying again");
                    guarded(|| store.recover(&self.digest)).await
                }
                recovered => recovered,
            };
            match recovered {
                Ok(Some(recoveries)) if recoveries <= RECOVERIES => {
                    tracing::warn!(
                        "a callback is handled again, since its process died before its handler ended"
                    );
                    return Some(Turn::Ours);
                }
                Ok(Some(_)) => {
                    tracing::error!("a callback is dropped: each process that handled it has died");
                    self.end(&Outcome::Done(Passive::none())).await;
                    return Some(Turn::Done);
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(error, "a saved callback can't be recovered at the moment"),
            }
            if self.withdraw() {
                return None;
            }
        }
        let turn = guarded(|| store.begin(&self.digest)).await.unwrap_or_else(|error| {
            tracing::warn!(error, MAY_REPEAT);
            Turn::Ours
        });
        Some(turn)
    }

    /// Leaves the callback to another process, unless it has arrived here again meanwhile; returns whether it did.
    fn withdraw(&self) -> bool {
        // Whoever joins does so with this lock.
        let mut known = lock(&self.known);
        let is_alone = self.told.receiver_count() <= 1;
        if is_alone {
            known.end(self.digest, &Outcome::Failed);
            self.told.send_replace(Some(Outcome::Failed));
        }
        is_alone
    }

    /// Does the work. Meanwhile, saves the callback whenever that is wanted, and notes in the store if the service shuts down.
    async fn saving_meanwhile<T>(&self, work: impl Future<Output = T>) -> T {
        let Some(shared) = &self.shared else { return work.await };
        let mut work = pin!(work);
        let mut has_left = false;
        loop {
            let wish = match select(work.as_mut(), pin!(shared.wish(has_left))).await {
                Either::Left((done, _)) => return done,
                Either::Right((wish, _)) => wish,
            };
            // What is saved after that was never noted.
            has_left = wish == Wish::Leave;
            // What is being saved when the work ends must not be saved after it was removed.
            if let Either::Left((done, granted)) = select(work.as_mut(), pin!(self.grant(shared, wish))).await
            {
                granted.await;
                return done;
            }
        }
    }

    async fn grant(&self, shared: &Shared, wish: Wish) {
        match wish {
            Wish::Save => self.save(shared).await,
            Wish::Leave => self.leave(shared).await,
        }
    }

    async fn save(&self, Shared { store, arrived, saving, .. }: &Shared) {
        let record = arrived.encode();
        let saved = in_time(guarded(|| store.save(&self.digest, &record))).await;
        if let Err(error) = &saved {
            tracing::warn!(error, "a callback can't be saved: it is lost if this process dies");
        }
        saving.settle(saved.is_ok());
    }

    async fn leave(&self, Shared { store, .. }: &Shared) {
        if let Err(error) = in_time(guarded(|| store.leave(&self.digest))).await {
            tracing::debug!(
                error,
                "a shutdown can't be noted: it counts as a death if the handler doesn't end in time"
            );
        }
    }

    /// Runs the handler; `last` is the right to do so without others for which it is the last time.
    async fn handle(&self, handling: Handling, last: Option<OwnedSemaphorePermit>) -> Outcome {
        let handling = AssertUnwindSafe(handling).catch_unwind();
        let handled = match &self.shared {
            None => handling.await,
            Some(Shared { store, .. }) => {
                let keep = async {
                    let Err(error) = guarded(|| store.keep(&self.digest)).await;
                    tracing::warn!(error, MAY_REPEAT);
                };
                let alone = async {
                    if let Some(last) = last {
                        sleep(LAST_ALONE).await;
                        drop(last);
                    }
                };
                let meanwhile = pin!(async {
                    join(keep, alone).await;
                    pending().await
                });
                select(pin!(handling), meanwhile).await.factor_first().0
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
        let Some(Shared { store, .. }) = &self.shared else { return };
        let ended = match outcome {
            Outcome::Done(_) => guarded(|| store.done(&self.digest)).await,
            Outcome::Failed => guarded(|| store.forget(&self.digest)).await,
        };
        if let Err(error) = ended {
            tracing::warn!(error, MAY_REPEAT);
        }
    }
}

impl Drop for Task {
    /// Forgets a callback without an outcome, because the runtime is gone: if it comes again, it is handled.
    fn drop(&mut self) {
        if self.told.borrow().is_none() {
            lock(&self.known).end(self.digest, &Outcome::Failed);
        }
    }
}

/// Waits for a store, but not longer than a response might.
async fn in_time<T>(called: impl Future<Output = Result<T, BoxError>>) -> Result<T, BoxError> {
    timeout(SAVE_PATIENCE, called).await.unwrap_or_else(|_| Err("it takes too long".into()))
}
