//! The token of a credential: fetched once however many callers wait for it, renewed before it runs out, dropped when
//! WeCom refuses it, and shared through a [`TokenStore`].

#[cfg(feature = "redis")]
pub(crate) mod redis;
mod store;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;
use wecom_models::Secret;

use crate::caller::Caller;
use crate::{Credential, Error};

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
    fn close(&mut self, failure: &Arc<Error>) {
        let (first, longest) = if failure.code().is_some() { (1_000, 60_000) } else { (100, 5_000) };
        let pause = (first << self.failed.min(10)).min(longest);
        self.failed += 1;
        self.closed_until = Some(Instant::now() + jitter(Duration::from_millis(pause)));
        self.failure = Some(Arc::clone(failure));
    }
}

/// Who fetches a token.
enum Turn {
    /// Nobody has to: there is one.
    Found(StoredToken),
    /// Whoever asked.
    Ours(Lease),
    /// Somebody else, already.
    Taken,
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
            current.take_if(|current| current.token == refused.token)
        };
        if dropped.is_some() {
            *self.refused() = Some(refused.token.clone());
            if let Err(error) = self.caller.store.remove(&self.key, &refused.token).await {
                tracing::warn!(%error, "a refused token can't be removed from the store");
            }
        }
        true
    }

    fn usable(&self) -> Option<Arc<Current>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|current| Instant::now() < current.until).cloned()
    }

    fn refused(&self) -> MutexGuard<'_, Option<Secret>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches a token in the background where the current one is about to run out.
    fn renew(self: &Arc<Self>, current: &Arc<Current>) {
        let now = Instant::now();
        {
            let mut renew_at = current.renew_at.lock().unwrap_or_else(PoisonError::into_inner);
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
                gate.close(&failure);
                self.failures.fetch_add(1, Ordering::Release);
                Err(Error::Token(failure))
            }
        }
    }

    /// A token from the store, or one from WeCom that is put into it; none while somebody else fetches one. Without a
    /// store that works, one from WeCom.
    async fn through_store(&self, old: Option<&Secret>) -> Result<Option<StoredToken>, Error> {
        let lease = match self.turn(old).await {
            Ok(Turn::Found(token)) => return Ok(Some(token)),
            Ok(Turn::Taken) => return Ok(None),
            Ok(Turn::Ours(lease)) => lease,
            Err(error) => {
                tracing::warn!(%error, "the token store failed: going on without it");
                return self.credential.fetch(&self.caller).await.map(Some);
            }
        };
        let fetched = self.credential.fetch(&self.caller).await;
        let store = &self.caller.store;
        if let Ok(token) = &fetched
            && let Err(error) = store.put(&self.key, token, Some(&lease)).await
        {
            tracing::warn!(%error, "the token can't be stored: others have to fetch one of their own");
        }
        if let Err(error) = store.release(&self.key, lease).await {
            tracing::debug!(%error, "the lease can't be given back: it ends by itself");
        }
        fetched.map(Some)
    }

    /// Whose turn it is to fetch a token.
    async fn turn(&self, old: Option<&Secret>) -> Result<Turn, StoreError> {
        let store = &self.caller.store;
        if let Some(token) = self.stored(old).await? {
            return Ok(Turn::Found(token));
        }
        let Some(lease) = store.lease(&self.key).await? else { return Ok(Turn::Taken) };
        // Whoever held the lease before may have been quicker.
        if let Some(token) = self.stored(old).await? {
            store.release(&self.key, lease).await?;
            return Ok(Turn::Found(token));
        }
        Ok(Turn::Ours(lease))
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

/// A time between half of another and all of it.
fn jitter(time: Duration) -> Duration {
    time.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// A token as WeCom gave it out, with a lifetime in seconds.
pub(crate) fn fresh(token: Secret, lifetime: u64) -> StoredToken {
    StoredToken { token, expires_at: SystemTime::now() + Duration::from_secs(lifetime) }
}
