//! A callback that is being handled, as those see it who wait for its outcome.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};
use tokio::sync::watch;
use wecom_requests::Passive;

/// The outcome of a callback.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The callback was handled, here or elsewhere.
    Done(Passive),
    /// Its handler failed.
    Failed,
}

/// Whether a callback is saved, so that it survives this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Saving {
    /// Nobody has asked for it.
    Unneeded,
    Wanted,
    Saved,
    Failed,
}

/// The part of a callback's task that others see.
#[derive(Clone)]
pub(super) struct Pending {
    outcome: watch::Receiver<Option<Outcome>>,
    /// `None` without a store.
    saving: Option<SavingState>,
}

impl Pending {
    pub(super) fn new(outcome: watch::Receiver<Option<Outcome>>, saving: Option<SavingState>) -> Self {
        Self { outcome, saving }
    }

    /// A callback that has been handled, and of which nothing else is known.
    pub(super) fn done() -> Self {
        Self::new(watch::channel(Some(Outcome::Done(Passive::none()))).1, None)
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.outcome.same_channel(&other.outcome)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.outcome.borrow().is_some()
    }

    /// Waits for the outcome.
    pub(super) async fn outcome(&mut self) -> Outcome {
        match self.outcome.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or(Outcome::Failed),
            // The task has panicked.
            Err(_) => Outcome::Failed,
        }
    }

    /// Has the callback saved, if there is a store, and waits until that succeeds or fails. Returns the outcome if there is one before.
    pub(super) async fn saved(&mut self) -> Option<Outcome> {
        let saving = self.saving.clone()?;
        saving.want();
        match select(pin!(self.outcome()), pin!(saving.settled())).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(_) => None,
        }
    }
}

/// Connects the responses that can't wait any longer with the task, which saves: so saving and the handler's end have an order.
#[derive(Clone)]
pub(super) struct SavingState(Arc<watch::Sender<Saving>>);

impl SavingState {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Saving::Unneeded)))
    }

    /// Asks for it, unless the callback is saved.
    fn want(&self) {
        self.0.send_if_modified(|state| {
            let is_missing = matches!(state, Saving::Unneeded | Saving::Failed);
            if is_missing {
                *state = Saving::Wanted;
            }
            is_missing
        });
    }

    /// Asks for it again, if it was asked for before.
    pub(super) fn want_again(&self) {
        self.0.send_if_modified(|state| {
            let is_asked = *state != Saving::Unneeded;
            if is_asked {
                *state = Saving::Wanted;
            }
            is_asked
        });
    }

    /// Waits until it is asked for.
    pub(super) async fn wanted(&self) {
        // This can't fail: the sender is here.
        drop(self.0.subscribe().wait_for(|state| *state == Saving::Wanted).await);
    }

    async fn settled(&self) {
        drop(self.0.subscribe().wait_for(|state| matches!(state, Saving::Saved | Saving::Failed)).await);
    }

    pub(super) fn settle(&self, is_saved: bool) {
        self.0.send_replace(if is_saved { Saving::Saved } else { Saving::Failed });
    }
}
