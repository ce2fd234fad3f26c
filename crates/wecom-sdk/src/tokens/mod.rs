//! The token of a credential: fetched once however many callers wait for it, renewed before it expires, dropped when
//! WeCom refuses it, and shared through a [`TokenStore`].

mod lease;
mod memory;
mod state;
mod store;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;
use wecom_models::Secret;

use crate::caller::Caller;
use crate::credential::Identity;
use crate::time::jitter;
use crate::{Credential, Error};

pub(crate) use lease::Held;
pub use memory::MemoryStore;
use state::State;
pub(crate) use state::{Credentials, Current, Refusal};
#[cfg(feature = "redis")]
pub(crate) use store::LEASE;
pub(crate) use store::{LONGEST, is_token};
pub use store::{Lease, StoreError, StoreFuture, StoredToken, TokenStore};

/// The timeout for fetching a token, whatever the deadline of the callers.
pub(crate) const FETCH: Duration = Duration::from_secs(25);

/// The time before its end from which on a token is no longer used, at most: a call takes time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(300);

/// The additional time before that from which on a new one is fetched, at most.
const EARLY: Duration = Duration::from_secs(600);

/// The pause between attempts to renew a valid token.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// The interval for checking whether the holder of the lease has stored a token.
const POLL: Duration = Duration::from_millis(100);

/// The time to wait for the holder of the lease. The lease of a dead process expires, unless the store is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A credential and its token.
pub(crate) struct Tokens {
    credential: Arc<dyn Credential>,
    caller: Arc<Caller>,
    identity: Identity,
    /// Shared by all clients of the caller with this credential.
    state: Arc<State>,
}

/// The turn to fetch a token.
enum Turn {
    /// Nobody's: there is one.
    Found(StoredToken),
    /// The caller's.
    Ours(Held),
    /// Another process's, which is fetching already.
    Taken,
}

impl Tokens {
    pub(crate) fn new(credential: Arc<dyn Credential>, caller: Arc<Caller>) -> Self {
        let identity = Identity::of(&*credential);
        let state = caller.credentials.state(&identity.key);
        Self { credential, caller, identity, state }
    }

    /// Returns the caller that the credential represents.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Identifies the credential without revealing it.
    fn key(&self) -> &str {
        &self.state.key
    }

    /// Returns a token that is valid as far as the client knows.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Arc<Current>, Error> {
        if let Some(current) = self.state.usable() {
            self.renew(&current);
            return Ok(current);
        }
        let failures = self.state.failures();
        let gate = Arc::clone(&self.state.gate).lock_owned().await;
        if let Some(current) = self.state.usable() {
            return Ok(current);
        }
        if let Some(failure) = self.state.braked(failures) {
            return Err(Error::Token(failure));
        }
        // In its own task: a caller that is dropped neither wastes the attempt nor leaves the lease behind.
        let task = tokio::spawn(Arc::clone(self).obtain(gate).in_current_span());
        task.await.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Setup("the Tokio runtime is shutting down".to_owned())),
        })
    }

    /// Returns the current token, if there is one: for callers that know it is invalid without a call.
    #[cfg(feature = "jssdk")]
    pub(crate) fn at_hand(&self) -> Option<Arc<Current>> {
        self.state.usable()
    }

    /// Returns the token that is current by now, for a caller that had to wait after it got one.
    pub(crate) fn latest(&self, current: Arc<Current>) -> Arc<Current> {
        self.state.usable().unwrap_or(current)
    }

    /// Records that WeCom refused a token. Returns `false` if another one wouldn't help, because the token isn't the
    /// problem.
    pub(crate) async fn refuse(&self, refused: &Current) -> bool {
        let refusal = self.state.refuse(refused);
        if refusal == Refusal::Dropped
            && self.credential.is_stored()
            && let Err(error) = self.caller.store.remove(self.key(), &refused.token).await
        {
            tracing::warn!(%error, "the refused token can't be removed from the store");
        }
        refusal != Refusal::Believed
    }

    /// Lets callers try again immediately after a failed fetch, since something has changed.
    #[cfg(any(feature = "openhw", feature = "service"))]
    pub(crate) fn changed(&self) {
        self.state.changed();
    }

    /// Fetches a token in the background if the current one is about to expire.
    fn renew(self: &Arc<Self>, current: &Arc<Current>) {
        if !current.is_due(RENEWAL_PAUSE) {
            return;
        }
        let Ok(gate) = Arc::clone(&self.state.gate).try_lock_owned() else { return };
        let (tokens, old) = (Arc::clone(self), Arc::clone(current));
        let renewal = async move {
            let _gate = gate;
            match tokens.through_store(Some(&old.token)).await {
                Ok(Some(token)) => drop(tokens.keep(token)),
                // Another process is about to fetch one.
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "the token can't be renewed yet: the current one stays in use");
                }
            }
        };
        tokio::spawn(renewal.in_current_span());
    }

    async fn obtain(self: Arc<Self>, _gate: OwnedMutexGuard<()>) -> Result<Arc<Current>, Error> {
        let changes = self.state.changes();
        let patience = Instant::now() + PATIENCE;
        let outcome = loop {
            match self.through_store(None).await {
                Ok(Some(token)) => break Ok(token),
                Ok(None) if Instant::now() < patience => sleep(jitter(POLL)).await,
                Ok(None) => break self.credential.fetch(&self.caller).await,
                Err(error) => break Err(error),
            }
        };
        outcome.map(|token| self.keep(token)).map_err(|error| {
            let failure = Arc::new(error);
            self.state.failed(&failure, changes);
            Error::Token(failure)
        })
    }

    /// Returns a token from the store, or from WeCom, which is stored; none while another process fetches one. If the store
    /// fails, it comes from WeCom.
    async fn through_store(&self, old: Option<&Secret>) -> Result<Option<StoredToken>, Error> {
        if !self.credential.is_stored() {
            return self.credential.fetch(&self.caller).await.map(Some);
        }
        let held = match self.turn(old).await {
            Ok(Turn::Found(token)) => return Ok(Some(token)),
            Ok(Turn::Taken) => return Ok(None),
            Ok(Turn::Ours(held)) => held,
            Err(error) => {
                tracing::warn!(%error, "the token store failed: continuing without it");
                return self.credential.fetch(&self.caller).await.map(Some);
            }
        };
        let fetched = held.during(self.credential.fetch(&self.caller)).await;
        if let Ok(token) = &fetched
            && let Err(error) = self.caller.store.put(self.key(), token, held.lease()).await
        {
            tracing::warn!(%error, "the token can't be stored: other processes fetch their own");
        }
        held.release().await;
        fetched.map(Some)
    }

    /// Decides whose turn it is to fetch a token.
    async fn turn(&self, old: Option<&Secret>) -> Result<Turn, StoreError> {
        if let Some(token) = self.stored(old).await? {
            return Ok(Turn::Found(token));
        }
        let store = &self.caller.store;
        let Some(lease) = store.lease(self.key()).await? else { return Ok(Turn::Taken) };
        let held = Held::new(store, self.key(), lease);
        // The previous holder of the lease may have been quicker.
        if let Some(token) = self.stored(old).await? {
            held.release().await;
            return Ok(Turn::Found(token));
        }
        Ok(Turn::Ours(held))
    }

    /// Returns the stored token, unless it is the one to be replaced, a refused one, or invalid.
    async fn stored(&self, old: Option<&Secret>) -> Result<Option<StoredToken>, StoreError> {
        let Some(stored) = self.caller.store.get(self.key()).await? else { return Ok(None) };
        if !is_token(&stored.token) || !stored.lives_at_most(LONGEST) {
            tracing::warn!("the token store has an invalid token: replacing it");
            return Ok(None);
        }
        let usable = Some(&stored.token) != old
            && !self.state.was_refused(&stored.token)
            && usable_for(&stored) > Duration::ZERO;
        Ok(usable.then_some(stored))
    }

    fn keep(&self, stored: StoredToken) -> Arc<Current> {
        let usable = usable_for(&stored);
        self.state.keep(stored.token, usable, jitter(EARLY.min(usable / 5)))
    }
}

/// Returns how long a token can still be used.
fn usable_for(token: &StoredToken) -> Duration {
    let remaining = token.remaining();
    remaining.saturating_sub(MARGIN.min(remaining / 10))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_token_is_left_alone_well_before_its_end() {
        for (lifetime, usable) in [(7200, 6900), (600, 540), (10, 9)] {
            let token = StoredToken::for_next("token".into(), Duration::from_secs(lifetime));
            let usable_now = usable_for(&token).as_secs_f64();
            assert!((usable_now - f64::from(usable)).abs() < 1.0, "{lifetime}: {usable_now}");
        }
        let expired = StoredToken { token: "token".into(), expires_at: SystemTime::UNIX_EPOCH };
        assert_eq!(usable_for(&expired), Duration::ZERO);
    }
}
