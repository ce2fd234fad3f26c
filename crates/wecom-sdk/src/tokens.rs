//! The token a client keeps: fetched once however many callers wait for it, dropped when WeCom refuses it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use wecom_models::Secret;

use crate::{Credential, Error, FreshToken, Http};

/// How long before its end a token is no longer used: a call takes time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
pub(crate) struct Tokens {
    current: RwLock<Option<Arc<Current>>>,
    /// Held while a token is fetched. How the last attempt failed, if it did.
    fetching: Mutex<Option<Arc<Error>>>,
    /// How many attempts have failed: callers that were waiting when one did share its outcome.
    failures: AtomicU64,
}

/// A token in use.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) token: Secret,
    /// When it is no longer used.
    until: Instant,
}

impl Tokens {
    /// A token that is good, as far as anyone knows.
    pub(crate) async fn get<C: Credential>(
        &self,
        credential: &C,
        http: &Http,
    ) -> Result<Arc<Current>, Error> {
        if let Some(current) = self.usable() {
            return Ok(current);
        }
        let failures = self.failures.load(Ordering::Acquire);
        let mut last = self.fetching.lock().await;
        if let Some(current) = self.usable() {
            return Ok(current);
        }
        if let Some(failure) = last.as_ref().filter(|_| self.failures.load(Ordering::Acquire) != failures) {
            return Err(Error::Token(Arc::clone(failure)));
        }
        match credential.fetch(http).await {
            Ok(fresh) => {
                *last = None;
                Ok(self.store(fresh))
            }
            Err(error) => {
                let failure = Arc::new(error);
                *last = Some(Arc::clone(&failure));
                self.failures.fetch_add(1, Ordering::Release);
                Err(Error::Token(failure))
            }
        }
    }

    /// Drops a token that WeCom refused, and only that one: a late refusal must not cost a fresh token.
    pub(crate) fn refuse(&self, refused: &Arc<Current>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, refused)) {
            *current = None;
        }
    }

    fn usable(&self) -> Option<Arc<Current>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|current| Instant::now() < current.until).cloned()
    }

    fn store(&self, fresh: FreshToken) -> Arc<Current> {
        let margin = MARGIN.min(fresh.lifetime / 10);
        let until = Instant::now() + fresh.lifetime.saturating_sub(margin);
        let current = Arc::new(Current { token: fresh.token, until });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&current));
        current
    }
}
