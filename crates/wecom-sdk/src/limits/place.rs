//! A place among concurrent calls.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::{LimitKey, LimitStore, OnLimit};
use crate::time::jitter;

/// The time for which the place of a silent call stays taken: its process may have been killed.
const LIFE: Duration = Duration::from_secs(10);

/// The interval for reporting that a call is still in flight.
const RENEWAL: Duration = Duration::from_secs(3);

/// The time to wait before checking again for a free place, at first and at most.
const POLL: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

/// A place, taken in this process and in the store, and freed when dropped.
pub(crate) struct Place {
    store: Arc<dyn LimitStore>,
    scope: String,
    endpoint: &'static str,
    call: u128,
    /// Held until the store knows that the place is free: callers that wait in this process find it free then.
    permit: Option<OwnedSemaphorePermit>,
    renewals: Option<JoinHandle<()>>,
}

impl Place {
    /// Takes a place: first in this process, where calls queue, then in the store, for all processes that share
    /// it. `None` if there is none and the call should not wait.
    pub(super) async fn take(
        store: &Arc<dyn LimitStore>,
        key: LimitKey<'_>,
        places: &Arc<Semaphore>,
        most: u32,
        on_limit: OnLimit,
    ) -> Option<Self> {
        let waits = on_limit == OnLimit::Wait;
        let places = Arc::clone(places);
        let permit = if waits { places.acquire_owned().await.ok() } else { places.try_acquire_owned().ok() };
        // From here on, it is always released: the store may have recorded it even if its response was lost.
        let mut place = Self {
            store: Arc::clone(store),
            scope: key.scope.to_owned(),
            endpoint: key.endpoint,
            call: fastrand::u128(..),
            permit: Some(permit?),
            renewals: None,
        };
        let mut poll = POLL.0;
        loop {
            match store.enter(key, most, place.call, LIFE).await {
                Ok(true) => break,
                Ok(false) if !waits => return None,
                Ok(false) => sleep(jitter(poll)).await,
                Err(error) => {
                    tracing::warn!(%error, "the limit store failed: counting in this process only");
                    break;
                }
            }
            poll = (poll * 2).min(POLL.1);
        }
        place.renewals =
            Some(tokio::spawn(renew(Arc::clone(store), place.scope.clone(), key.endpoint, most, place.call)));
        Some(place)
    }
}

/// Keeps a place while its call is in flight.
async fn renew(store: Arc<dyn LimitStore>, scope: String, endpoint: &'static str, most: u32, call: u128) {
    loop {
        sleep(RENEWAL).await;
        let key = LimitKey { scope: &scope, endpoint };
        if let Err(error) = store.enter(key, most, call, LIFE).await {
            tracing::debug!(%error, "the limit store failed: another process may take the place of this call");
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(renewals) = self.renewals.take() {
            renewals.abort();
        }
        let (store, scope) = (Arc::clone(&self.store), std::mem::take(&mut self.scope));
        let (endpoint, call, permit) = (self.endpoint, self.call, self.permit.take());
        let mut leave = Box::pin(async move {
            let key = LimitKey { scope: &scope, endpoint };
            if let Err(error) = store.leave(key, call).await {
                tracing::debug!(%error, "the limit store failed: the place is freed when it expires");
            }
            drop(permit);
        });
        // A store in memory needs no runtime, which may be shutting down.
        if leave.as_mut().now_or_never().is_none()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(leave);
        }
    }
}
