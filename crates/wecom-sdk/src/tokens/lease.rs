//! A lease, which lasts as long as its holder lives, and is always released.

use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};
use tokio::runtime::Handle;
use tokio::time::sleep;

use super::store::{Lease, RENEWAL, TokenStore};

/// A lease that is held.
pub(crate) struct Held {
    store: Arc<dyn TokenStore>,
    key: String,
    lease: Option<Lease>,
}

impl Held {
    pub(crate) fn new(store: &Arc<dyn TokenStore>, key: &str, lease: Lease) -> Self {
        Self { store: Arc::clone(store), key: key.to_owned(), lease: Some(lease) }
    }

    pub(crate) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    /// Waits for a future, and renews the lease meanwhile: it is short, since a killed process can't release it.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let renewals = async {
            loop {
                sleep(RENEWAL).await;
                if let Some(lease) = &self.lease
                    && let Err(error) = self.store.renew(&self.key, lease).await
                {
                    tracing::debug!(%error, "the lease can't be renewed: another process may take it");
                }
            }
        };
        match select(pin!(work), pin!(renewals)).await {
            Either::Left((done, _)) => done,
            Either::Right((never, _)) => never,
        }
    }

    pub(crate) async fn release(mut self) {
        if let Some(lease) = self.lease.take()
            && let Err(error) = self.store.release(&self.key, lease).await
        {
            tracing::debug!(%error, "the lease can't be released: it expires by itself");
        }
    }
}

/// Leases for handlers of callbacks.
#[cfg(all(feature = "callback", any(feature = "chatdata", feature = "kf", feature = "service")))]
impl Held {
    /// Waits until no other process holds the lease of a key.
    pub(crate) async fn wait_for(
        store: &Arc<dyn TokenStore>,
        key: &str,
    ) -> Result<Self, super::store::StoreError> {
        /// The interval between attempts.
        const POLL: std::time::Duration = std::time::Duration::from_millis(200);
        loop {
            if let Some(lease) = store.lease(key).await? {
                return Ok(Self::new(store, key, lease));
            }
            sleep(crate::time::jitter(POLL)).await;
        }
    }
}

/// Leases that can be done without.
#[cfg(all(feature = "callback", feature = "service"))]
impl Held {
    /// A substitute for a lease that a failing store can't grant.
    pub(crate) fn without_lease(store: &Arc<dyn TokenStore>, key: &str) -> Self {
        Self { store: Arc::clone(store), key: key.to_owned(), lease: None }
    }

    /// Returns the key of the lease.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else { return };
        let (store, key) = (Arc::clone(&self.store), std::mem::take(&mut self.key));
        let mut release = Box::pin(async move { drop(store.release(&key, lease).await) });
        // A store in memory needs no runtime, which may be shutting down.
        if release.as_mut().now_or_never().is_none()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(release);
        }
    }
}
