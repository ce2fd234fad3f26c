//! Tokens in memory.

use std::sync::Mutex;

use tokio::time::Instant;
use wecom_models::Secret;

use super::store::{LEASE, Lease, StoreFuture, StoredToken, TokenStore};
use crate::kept::{Keep, Kept};
use crate::lock;

/// The default number of tokens kept.
const CAPACITY: usize = 10_000;

/// Keeps tokens in memory, for the clients of one process: up to 10,000. If there are more, those that live longest stay.
#[derive(Debug)]
pub struct MemoryStore {
    tokens: Mutex<Tokens>,
}

#[derive(Debug)]
struct Tokens {
    entries: Kept<String, Entry>,
    /// The fence of the last lease of any key: a key's own isn't remembered longer than its token.
    fence: u64,
}

#[derive(Debug, Default)]
struct Entry {
    token: Option<StoredToken>,
    /// The fence of the lease with which the token was stored.
    kept: u64,
    /// The current lease, and its end.
    lease: Option<(u64, Instant)>,
}

impl Entry {
    fn leased_until(&self) -> Option<Instant> {
        self.lease.map(|(_, until)| until).filter(|until| Instant::now() < *until)
    }

    /// Returns the end of a lease that is still held.
    fn held(&mut self, lease: &Lease) -> Option<&mut Instant> {
        self.lease.as_mut().filter(|(fence, _)| *fence == lease.fence).map(|(_, until)| until)
    }
}

impl Keep for Entry {
    fn until(&self, now: Instant) -> Option<Instant> {
        let remaining = self.token.as_ref().map(StoredToken::remaining).unwrap_or_default();
        self.leased_until().is_none().then(|| now + remaining.min(super::store::LONGEST))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a store for another number of tokens than 10,000: the number of credentials in use within two hours.
    pub fn with_capacity(tokens: usize) -> Self {
        Self { tokens: Mutex::new(Tokens { entries: Kept::at_most(tokens), fence: 0 }) }
    }
}

/// Returns a future that is already completed.
fn ready<'a, T: Send + 'a>(value: T) -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(Ok(value)))
}

impl TokenStore for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredToken>> {
        let found = lock(&self.tokens).entries.get(key).and_then(|entry| entry.token.clone());
        ready(found.filter(|token| !token.remaining().is_zero()))
    }

    fn put<'a>(&'a self, key: &'a str, token: &'a StoredToken, lease: Option<&'a Lease>) -> StoreFuture<'a> {
        let mut tokens = lock(&self.tokens);
        let entry = tokens.entries.get_or_insert_with(key, Entry::default);
        let fence = lease.map_or(entry.kept, |lease| lease.fence);
        if fence >= entry.kept {
            entry.kept = fence;
            entry.token = Some(token.clone());
        }
        ready(())
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> StoreFuture<'a> {
        if let Some(entry) = lock(&self.tokens).entries.get_mut(key)
            && entry.token.as_ref().is_some_and(|kept| kept.token == *token)
        {
            entry.token = None;
        }
        ready(())
    }

    fn lease<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Lease>> {
        let mut tokens = lock(&self.tokens);
        let fence = tokens.fence + 1;
        let entry = tokens.entries.get_or_insert_with(key, Entry::default);
        if entry.leased_until().is_some() {
            return ready(None);
        }
        entry.lease = Some((fence, Instant::now() + LEASE));
        tokens.fence = fence;
        ready(Some(Lease { fence }))
    }

    fn renew<'a>(&'a self, key: &'a str, lease: &'a Lease) -> StoreFuture<'a> {
        if let Some(until) = lock(&self.tokens).entries.get_mut(key).and_then(|entry| entry.held(lease)) {
            *until = Instant::now() + LEASE;
        }
        ready(())
    }

    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> StoreFuture<'a> {
        if let Some(entry) = lock(&self.tokens).entries.get_mut(key)
            && entry.held(&lease).is_some()
        {
            entry.lease = None;
        }
        ready(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn token(text: &str) -> StoredToken {
        StoredToken::for_next(text.into(), Duration::from_secs(60))
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
    async fn a_lease_ends_by_itself_unless_it_is_renewed() {
        let store = MemoryStore::new();
        let dead = store.lease("key").await.unwrap().unwrap();
        tokio::time::advance(LEASE / 2).await;
        store.renew("key", &dead).await.unwrap();
        tokio::time::advance(LEASE / 2).await;
        assert_eq!(store.lease("key").await.unwrap(), None);
        tokio::time::advance(LEASE / 2).await;
        assert!(store.lease("key").await.unwrap().is_some());
        store.renew("key", &dead).await.unwrap();
        tokio::time::advance(LEASE).await;
        assert!(store.lease("key").await.unwrap().is_some(), "nobody renews what somebody else holds");
    }

    #[tokio::test]
    async fn tokens_beyond_the_capacity_are_forgotten_and_leases_are_not() {
        let store = MemoryStore::with_capacity(100);
        let held = store.lease("held").await.unwrap().unwrap();
        for number in 0..1000 {
            store.put(&number.to_string(), &token("token"), None).await.unwrap();
        }
        assert!(lock(&store.tokens).entries.len() <= 100);
        assert_eq!(store.lease("held").await.unwrap(), None);
        assert!(store.get("999").await.unwrap().is_some());
        let next = store.lease("another").await.unwrap().unwrap();
        assert!(next.fence > held.fence);
    }
}
