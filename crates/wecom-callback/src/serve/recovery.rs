//! The search for saved callbacks whose process has died.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use wecom_requests::BoxError;

use super::Service;
use super::arrived::Arrived;
use super::running::{Work, lock};
use super::store::{CallbackStore, guarded};
use super::task::RECOVERIES;
use crate::Opened;
use crate::receiver::random;

/// The interval of the search.
const SEARCH: Duration = Duration::from_secs(2);

/// The maximum number of callbacks that are remembered because they can't be opened here.
const UNREADABLE: usize = 10_000;

/// The task that searches, which ends with its [`Service`].
#[derive(Debug, Default)]
pub(super) struct Search(Mutex<Option<AbortHandle>>);

impl Search {
    /// Starts to search if there is a store, a runtime, and no such task yet.
    pub(super) fn start(&self, service: &Arc<Service>) {
        let Some(store) = &service.running.store else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        let mut task = lock(&self.0);
        // The last one may have ended with its runtime.
        if task.as_ref().is_none_or(AbortHandle::is_finished) && !service.running.is_closed() {
            let search = search(Arc::downgrade(service), Arc::clone(store));
            *task = Some(runtime.spawn(search).abort_handle());
        }
    }

    pub(super) fn stop(&self) {
        if let Some(task) = lock(&self.0).take() {
            task.abort();
        }
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn search(service: Weak<Service>, store: Arc<dyn CallbackStore>) {
    let mut unreadable = HashSet::new();
    let mut is_failing = false;
    loop {
        {
            let Some(service) = service.upgrade().filter(|service| !service.running.is_closed()) else {
                return;
            };
            let searched = recover_all(&service, &*store, &mut unreadable).await;
            if let (Err(error), false) = (&searched, is_failing) {
                tracing::warn!(
                    error,
                    "the store of callbacks failed: those of dead processes wait until it works"
                );
            }
            is_failing = searched.is_err();
        }
        sleep(SEARCH).await;
    }
}

/// Starts handlers for the saved callbacks that no process handles, as long as there is room.
async fn recover_all(
    service: &Service,
    store: &dyn CallbackStore,
    unreadable: &mut HashSet<[u8; 32]>,
) -> Result<(), BoxError> {
    let mut abandoned = guarded(|| store.abandoned()).await?;
    if !abandoned.is_empty() {
        // Each process begins with another one, so that they don't all compete for the same, nor all fail at the same.
        let start = usize::from(u16::from_be_bytes(random())) % abandoned.len();
        abandoned.rotate_left(start);
    }
    for digest in abandoned {
        if unreadable.contains(&digest) {
            continue;
        }
        match service.running.has_ended(&digest) {
            // Its end couldn't be recorded when it ended.
            Some(true) => guarded(|| store.done(&digest)).await?,
            Some(false) => {}
            None => {
                let Some(mut place) = service.running.place_for_recovered() else { return Ok(()) };
                let Some(saved) = guarded(|| store.load(&digest)).await? else { continue };
                let Some((arrived, opened)) = open(service, &saved.callback, &digest) else {
                    tracing::warn!(
                        "a saved callback can't be opened: the receiver's settings have changed, or it belongs to another application"
                    );
                    if unreadable.len() >= UNREADABLE {
                        unreadable.clear();
                    }
                    unreadable.insert(digest);
                    continue;
                };
                // What was recovered together with the callback that kills its process was blameless, so the last time, each runs without the others.
                if saved.recoveries.saturating_add(1) >= RECOVERIES
                    && !service.running.reserve_last(&mut place)
                {
                    continue;
                }
                let (callback, handling) = service.read(opened);
                let work = Work { envelope: &callback.envelope, digest, arrived: Some(arrived), handling };
                service.running.resume(work, place);
            }
        }
    }
    Ok(())
}

/// Opens a saved callback, unless it is another one than its digest says.
fn open(service: &Service, record: &[u8], digest: &[u8; 32]) -> Option<(Arrived, Opened)> {
    let arrived = Arrived::decode(record)?;
    let opened = service.receivers.reopen(&arrived.path, &arrived.query, &arrived.body).ok()?;
    (opened.digest() == *digest).then_some((arrived, opened))
}
