//! The token of a credential: fetched once however many callers wait for it, renewed before it runs out, dropped when
//! WeCom refuses it, and shared through a [`TokenStore`].

#[cfg(feature = "redis")]
pub(crate) mod redis;
mod store;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;
use wecom_models::Secret;

use crate::caller::Caller;
use crate::time::jitter;
use crate::{Credential, Error, lock};

use store::LEASE;
pub use store::{Lease, MemoryStore, StoreError, StoredToken, TokenStore};

/// How long before its end a token is no longer used, at most: a call takes time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(300);

/// How long before that a new one is fetched, at most.
const EARLY: Duration = Duration::from_secs(600);

/// How long to wait before another attempt to renew a token that is still good.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// How often to look whether whoever holds the lease has put a token into the store.
const POLL: Duration = Duration::from_millis(100);

/// How long a token that was refused, and that WeCom gave out again all the same, is believed in.
const CONFIRMED: Duration = Duration::from_secs(60);

/// A credential, and the token it is good for.
pub(crate) struct Tokens {
    credential: Arc<dyn Credential>,
    caller: Arc<Caller>,
    /// Names the credential without showing it.
    key: String,
    current: RwLock<Option<Arc<Current>>>,
    /// The token that was refused last: a store may still have it.
    refused: Mutex<Option<Secret>>,
    /// Held while a token is fetched.
    gate: Arc<tokio::sync::Mutex<Gate>>,
    /// How many attempts have failed: callers that were waiting when one did share its outcome.
    failures: AtomicU64,
}

/// How the last attempts to fetch a token have failed.
#[derive(Debug, Default)]
struct Gate {
    failure: Option<Arc<Error>>,
    /// How many failed in a row.
    failed: u32,
    /// Until then, callers get the failure without another attempt.
    closed_until: Option<Instant>,
}

impl Gate {
    /// Keeps callers from trying again at once. A refusal stays one for some time, and too many of them get the address
    /// blocked for an hour; what fails otherwise may work again soon.
    fn remember(&mut self, failure: &Arc<Error>) {
        self.failure = Some(Arc::clone(failure));
        // A ticket may come at any time, and a token that another one is needed for has a gate of its own.
        if matches!(**failure, Error::NoTicket | Error::Token(_)) {
            return;
        }
        let (first, longest) = if failure.code().is_some() { (1_000, 60_000) } else { (100, 5_000) };
        let pause = (first << self.failed.min(10)).min(longest);
        self.failed += 1;
        self.closed_until = Some(Instant::now() + jitter(Duration::from_millis(pause)));
    }
}

/// Who fetches a token.
enum Turn {
    /// Nobody has to: there is one.
    Found(StoredToken),
    /// Whoever asked.
    Ours(Held),
    /// Somebody else, already.
    Taken,
}

/// A lease, which is given back whatever happens to its holder.
struct Held {
    store: Arc<dyn TokenStore>,
    key: String,
    lease: Option<Lease>,
}

impl Held {
    async fn release(mut self) {
        if let Some(lease) = self.lease.take()
            && let Err(error) = self.store.release(&self.key, lease).await
        {
            tracing::debug!(%error, "the lease can't be given back: it ends by itself");
        }
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

/// A token in use.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) token: Secret,
    /// When a new one should be fetched, in the background.
    renew_at: Mutex<Instant>,
    /// When it is no longer used.
    until: Instant,
    /// WeCom gave it out again, after it had been refused.
    confirmed: Option<Instant>,
}

impl Tokens {
    pub(crate) fn new(credential: Arc<dyn Credential>, caller: Arc<Caller>) -> Self {
        Self {
            key: credential.key(),
            credential,
            caller,
            current: RwLock::default(),
            refused: Mutex::default(),
            gate: Arc::default(),
            failures: AtomicU64::new(0),
        }
    }

    /// Names the credential without showing it.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// A token that is good, as far as anyone knows.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Arc<Current>, Error> {
        if let Some(current) = self.usable() {
            self.renew(&current);
            return Ok(current);
        }
        let failures = self.failures.load(Ordering::Acquire);
        let gate = Arc::clone(&self.gate).lock_owned().await;
        if let Some(current) = self.usable() {
            return Ok(current);
        }
        if let Some(failure) = &gate.failure {
            let just_now = self.failures.load(Ordering::Acquire) != failures;
            if just_now || gate.closed_until.is_some_and(|until| Instant::now() < until) {
                return Err(Error::Token(Arc::clone(failure)));
            }
        }
        // In a task of its own: a caller that gives up neither wastes the attempt nor leaves the lease behind.
        let task = tokio::spawn(Arc::clone(self).obtain(gate).in_current_span());
        task.await.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Setup("the runtime is shutting down".to_owned())),
        })
    }

    /// Drops a token that WeCom refused, and only that one: a late refusal must not cost a fresh token. Gives `false`
    /// where another one would be the same: then it is not the token that is wrong.
    pub(crate) async fn refuse(&self, refused: &Arc<Current>) -> bool {
        if refused.confirmed.is_some_and(|at| at.elapsed() < CONFIRMED) {
            return false;
        }
        let dropped = {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            let is_current = current.as_ref().is_some_and(|current| current.token == refused.token);
            if is_current {
                // Before anyone can see that there is no token, and take this one out of the store again.
                *self.refused() = Some(refused.token.clone());
                *current = None;
            }
            is_current
        };
        if dropped
            && self.credential.is_stored()
            && let Err(error) = self.caller.store.remove(&self.key, &refused.token).await
        {
            tracing::warn!(%error, "a refused token can't be removed from the store");
        }
        true
    }

    /// Lets callers try again although a fetch has just failed: something has changed.
    #[cfg(feature = "service")]
    pub(crate) async fn reopen(&self) {
        *self.gate.lock().await = Gate::default();
    }

    fn usable(&self) -> Option<Arc<Current>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|current| Instant::now() < current.until).cloned()
    }

    fn refused(&self) -> MutexGuard<'_, Option<Secret>> {
        lock(&self.refused)
    }

    /// Fetches a token in the background where the current one is about to run out.
    fn renew(self: &Arc<Self>, current: &Arc<Current>) {
        let now = Instant::now();
        {
            let mut renew_at = lock(&current.renew_at);
            if now < *renew_at {
                return;
            }
            *renew_at = now + jitter(RENEWAL_PAUSE);
        }
        let Ok(gate) = Arc::clone(&self.gate).try_lock_owned() else { return };
        let (tokens, old) = (Arc::clone(self), Arc::clone(current));
        let renewal = async move {
            let _gate = gate;
            match tokens.through_store(Some(&old.token)).await {
                Ok(Some(token)) => drop(tokens.keep(token)),
                // Somebody else is about to.
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "the token can't be renewed yet"),
            }
        };
        tokio::spawn(renewal.in_current_span());
    }

    async fn obtain(self: Arc<Self>, mut gate: OwnedMutexGuard<Gate>) -> Result<Arc<Current>, Error> {
        // A lease ends by itself, unless its store is broken.
        let patience = Instant::now() + 2 * LEASE;
        let outcome = loop {
            match self.through_store(None).await {
                Ok(Some(token)) => break Ok(token),
                Ok(None) if Instant::now() < patience => sleep(jitter(POLL)).await,
                Ok(None) => break self.credential.fetch(&self.caller).await,
                Err(error) => break Err(error),
            }
        };
        match outcome {
            Ok(token) => {
                *gate = Gate::default();
                Ok(self.keep(token))
            }
            Err(error) => {
                let failure = Arc::new(error);
                gate.remember(&failure);
                self.failures.fetch_add(1, Ordering::Release);
                Err(Error::Token(failure))
            }
        }
    }

    /// A token from the store, or one from WeCom that is put into it; none while somebody else fetches one. Without a
    /// store that works, one from WeCom.
    async fn through_store(&self, old: Option<&Secret>) -> Result<Option<StoredToken>, Error> {
        if !self.credential.is_stored() {
            return self.credential.fetch(&self.caller).await.map(Some);
        }
        let held = match self.turn(old).await {
            Ok(Turn::Found(token)) => return Ok(Some(token)),
            Ok(Turn::Taken) => return Ok(None),
            Ok(Turn::Ours(held)) => held,
            Err(error) => {
                tracing::warn!(%error, "the token store failed: going on without it");
                return self.credential.fetch(&self.caller).await.map(Some);
            }
        };
        let fetched = self.credential.fetch(&self.caller).await;
        if let Ok(token) = &fetched
            && let Err(error) = held.store.put(&self.key, token, held.lease.as_ref()).await
        {
            tracing::warn!(%error, "the token can't be stored: others have to fetch one of their own");
        }
        held.release().await;
        fetched.map(Some)
    }

    /// Whose turn it is to fetch a token.
    async fn turn(&self, old: Option<&Secret>) -> Result<Turn, StoreError> {
        let store = &self.caller.store;
        if let Some(token) = self.stored(old).await? {
            return Ok(Turn::Found(token));
        }
        let Some(lease) = store.lease(&self.key).await? else { return Ok(Turn::Taken) };
        let held = Held { store: Arc::clone(store), key: self.key.clone(), lease: Some(lease) };
        // Whoever held the lease before may have been quicker.
        if let Some(token) = self.stored(old).await? {
            held.release().await;
            return Ok(Turn::Found(token));
        }
        Ok(Turn::Ours(held))
    }

    /// What the store has, unless it is the token that is to be replaced, or one that was refused.
    async fn stored(&self, old: Option<&Secret>) -> Result<Option<StoredToken>, StoreError> {
        let stored = self.caller.store.get(&self.key).await?;
        let refused = self.refused().clone();
        Ok(stored.filter(|stored| {
            Some(&stored.token) != old
                && Some(&stored.token) != refused.as_ref()
                && usable_for(stored) > Duration::ZERO
        }))
    }

    fn keep(&self, stored: StoredToken) -> Arc<Current> {
        let now = Instant::now();
        let usable = usable_for(&stored);
        let early = EARLY.min(usable / 5);
        let confirmed = (self.refused().as_ref() == Some(&stored.token)).then_some(now);
        let current = Arc::new(Current {
            token: stored.token,
            renew_at: Mutex::new(now + usable.saturating_sub(jitter(early))),
            until: now + usable,
            confirmed,
        });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&current));
        current
    }
}

/// How long a token can still be used.
fn usable_for(token: &StoredToken) -> Duration {
    let remaining = token.remaining();
    remaining.saturating_sub(MARGIN.min(remaining / 10))
}

/// A token as WeCom gave it out, with a lifetime in seconds.
pub(crate) fn fresh(token: Secret, lifetime: u64) -> StoredToken {
    StoredToken { token, expires_at: SystemTime::now() + Duration::from_secs(lifetime) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_left_alone_well_before_its_end() {
        for (lifetime, usable) in [(7200, 6900), (600, 540), (10, 9)] {
            let usable_now = usable_for(&fresh("token".into(), lifetime)).as_secs_f64();
            assert!((usable_now - f64::from(usable)).abs() < 1.0, "{lifetime}: {usable_now}");
        }
        let expired = StoredToken { token: "token".into(), expires_at: SystemTime::UNIX_EPOCH };
        assert_eq!(usable_for(&expired), Duration::ZERO);
    }
}
