//! The run of a handler: takes the turn, saves the callback if its response can't wait, and records the outcome.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};
use tokio::sync::watch;
use tokio::time::timeout;
use wecom_requests::Passive;

use super::arrived::Arrived;
use super::handler::Handling;
use super::pending::{Outcome, SavingState};
use super::running::{Known, Place, lock};
use super::store::{CallbackStore, Turn};

/// How many times a callback is recovered. If its process dies each time, it is probably the reason.
pub(super) const RECOVERIES: u32 = 2;

/// The time to wait for a store that saves. The response waits less long.
const SAVE_PATIENCE: Duration = Duration::from_secs(2);

const MAY_REPEAT: &str = "the store of callbacks failed: a callback may be handled twice";

/// The state that a task shares with other processes.
pub(super) struct Shared {
    pub(super) store: Arc<dyn CallbackStore>,
    pub(super) arrived: Arrived,
    pub(super) saving: SavingState,
}

pub(super) struct Task {
    pub(super) digest: [u8; 32],
    pub(super) known: Arc<Mutex<Known>>,
    pub(super) shared: Option<Shared>,
    pub(super) told: watch::Sender<Option<Outcome>>,
    pub(super) place: Place,
}

impl Task {
    pub(super) async fn run(self, handling: Handling) {
        let outcome = match self.saving_meanwhile(self.turn()).await {
            None => return,
            Some(Turn::Done) => Outcome::Done(Passive::none()),
            Some(Turn::Ours) => {
                if let Some(shared) = &self.shared {
                    // The process that had the turn until now has failed, and may have removed the callback.
                    shared.saving.want_again();
                }
                let outcome = self.saving_meanwhile(self.handle(handling)).await;
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
            let recovered = match store.recover(&self.digest).await {
                // If only the reply got lost, the turn is ours, and giving it up would count as a death.
                Err(error) => {
                    tracing::debug!(error, "a saved callback can't be recovered: trying again");
                    store.recover(&self.digest).await
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
        let turn = store.begin(&self.digest).await.unwrap_or_else(|error| {
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

    /// Does the work, and saves the callback meanwhile whenever that is wanted.
    async fn saving_meanwhile<T>(&self, work: impl Future<Output = T>) -> T {
        let Some(shared) = &self.shared else { return work.await };
        let mut work = pin!(work);
        loop {
            if let Either::Left((done, _)) = select(work.as_mut(), pin!(shared.saving.wanted())).await {
                return done;
            }
            // What is being saved when the work ends must not be saved after it was removed.
            if let Either::Left((done, save)) = select(work.as_mut(), pin!(self.save(shared))).await {
                save.await;
                return done;
            }
        }
    }

    async fn save(&self, Shared { store, arrived, saving }: &Shared) {
        let record = arrived.encode();
        let saved = timeout(SAVE_PATIENCE, store.save(&self.digest, &record)).await;
        let saved = saved.unwrap_or_else(|_| Err("it takes too long".into()));
        if let Err(error) = &saved {
            tracing::warn!(error, "a callback can't be saved: it is lost if this process dies");
        }
        saving.settle(saved.is_ok());
    }

    async fn handle(&self, handling: Handling) -> Outcome {
        let handling = AssertUnwindSafe(handling).catch_unwind();
        let handled = match &self.shared {
            None => handling.await,
            Some(Shared { store, .. }) => {
                let keep = pin!(async {
                    let Err(error) = store.keep(&self.digest).await;
                    tracing::warn!(error, MAY_REPEAT);
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
        let Some(Shared { store, .. }) = &self.shared else { return };
        let ended = match outcome {
            Outcome::Done(_) => store.done(&self.digest).await,
            Outcome::Failed => store.forget(&self.digest).await,
        };
        if let Err(error) = ended {
            tracing::warn!(error, MAY_REPEAT);
        }
    }
}

impl Drop for Task {
    /// Forgets a callback without an outcome, because the store panicked or the runtime is gone: if it comes again, it is handled.
    fn drop(&mut self) {
        if self.told.borrow().is_none() {
            lock(&self.known).end(self.digest, &Outcome::Failed);
        }
    }
}
