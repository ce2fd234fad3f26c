//! Where tokens are kept, for those who share them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use futures_core::future::BoxFuture;
use tokio::time::Instant;
use wecom_models::Secret;

use crate::lock;

/// Where tokens are kept: [`MemoryStore`] for one process, with the feature `redis` [`Redis`](crate::Redis) for all that share
/// a server.
///
/// Whoever fetches a token holds the lease of its key meanwhile, so that one of many does. When the store fails, each
/// client goes on with a token of its own: a failing store makes no call fail.
///
/// Keys name a credential by a hash. Values are tokens, so a store has to be as well kept as the secrets themselves.
pub trait TokenStore: Send + Sync + 'static {
    /// The token of a key.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>>;

    /// Keeps a token until it expires. With a lease, only if nobody with a later lease has kept one already.
    fn put<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lease: Option<&'a Lease>,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Drops the token of a key if it is still this one.
    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Takes the lease of a key, unless somebody holds it. It ends by itself after a while, should its holder die.
    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Lease>, StoreError>>;

    /// Gives a lease back, if it is still held.
    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> BoxFuture<'a, Result<(), StoreError>>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        (**self).get(key)
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lease: Option<&'a Lease>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        (**self).put(key, token, lease)
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> BoxFuture<'a, Result<(), StoreError>> {
        (**self).remove(key, token)
    }

    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        (**self).lease(key)
    }

    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        (**self).release(key, lease)
    }
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// The token.
    pub token: Secret,
    /// When WeCom no longer accepts it.
    pub expires_at: SystemTime,
}

impl StoredToken {
    /// How long it still lives.
    pub fn remaining(&self) -> Duration {
        self.expires_at.duration_since(SystemTime::now()).unwrap_or_default()
    }
}

/// The right to fetch a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Larger than that of every earlier lease of the key: a holder that comes back late is told by it.
    pub fence: u64,
}

/// A store failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    message: String,
}

impl StoreError {
    /// What went wrong, without anything secret.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// How long a lease lasts: longer than it takes to fetch a token.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// Keeps tokens in memory, for the clients of one process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug, Default)]
struct Entry {
    token: Option<StoredToken>,
    /// The fence of the lease that the token was kept with.
    kept: u64,
    /// The fence of the last lease.
    fence: u64,
    leased_until: Option<Instant>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        lock(&self.entries)
    }
}

/// What is done already.
fn ready<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, Result<T, StoreError>> {
    Box::pin(std::future::ready(Ok(value)))
}

impl TokenStore for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        let found = self.entries().get(key).and_then(|entry| entry.token.clone());
        ready(found.filter(|token| !token.remaining().is_zero()))
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lease: Option<&'a Lease>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut entries = self.entries();
        let entry = entries.entry(key.to_owned()).or_default();
        let fence = lease.map_or(entry.kept, |lease| lease.fence);
        if fence >= entry.kept {
            entry.kept = fence;
            entry.token = Some(token.clone());
        }
        ready(())
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> BoxFuture<'a, Result<(), StoreError>> {
        if let Some(entry) = self.entries().get_mut(key)
            && entry.token.as_ref().is_some_and(|kept| kept.token == *token)
        {
            entry.token = None;
        }
        ready(())
    }

    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        let mut entries = self.entries();
        let entry = entries.entry(key.to_owned()).or_default();
        if entry.leased_until.is_some_and(|until| Instant::now() < until) {
            return ready(None);
        }
        entry.leased_until = Some(Instant::now() + LEASE);
        entry.fence += 1;
        ready(Some(Lease { fence: entry.fence }))
    }

    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        if let Some(entry) = self.entries().get_mut(key)
            && entry.fence == lease.fence
        {
            entry.leased_until = None;
        }
        ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> StoredToken {
        StoredToken { token: text.into(), expires_at: SystemTime::now() + Duration::from_secs(60) }
    }

    #[tokio::test]
    async fn a_holder_that_comes_back_late_overwrites_nothing() {
        let store = MemoryStore::new();
        let late = store.lease("key").await.unwrap().unwrap();
        assert_eq!(store.lease("key").await.unwrap(), None);
        store.release("key", late.clone()).await.unwrap();
        let next = store.lease("key").await.unwrap().unwrap();
        store.put("key", &token("new"), Some(&next)).await.unwrap();
        store.put("key", &token("old"), Some(&late)).await.unwrap();
        assert_eq!(store.get("key").await.unwrap().unwrap().token.expose(), "new");
        store.release("key", late).await.unwrap();
        assert_eq!(store.lease("key").await.unwrap(), None, "only its holder gives a lease back");
    }

    #[tokio::test]
    async fn only_the_token_that_was_refused_is_removed() {
        let store = MemoryStore::new();
        store.put("key", &token("new"), None).await.unwrap();
        store.remove("key", &"old".into()).await.unwrap();
        assert!(store.get("key").await.unwrap().is_some());
        store.remove("key", &"new".into()).await.unwrap();
        assert_eq!(store.get("key").await.unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_ends_by_itself() {
        let store = MemoryStore::new();
        let _dead = store.lease("key").await.unwrap().unwrap();
        tokio::time::advance(LEASE).await;
        assert!(store.lease("key").await.unwrap().is_some());
    }
}
