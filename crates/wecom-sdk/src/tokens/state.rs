//! The state that all clients of a process with the same credential share: its token, and pauses after failures.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;
use wecom_models::Secret;

use crate::kept::{Keep, Kept};
use crate::time::jitter;
use crate::{Error, lock};

/// The time for which a refused token is trusted after WeCom has issued it again.
const CONFIRMED: Duration = Duration::from_secs(60);

/// The number of credentials without a client that are remembered.
const IDLE: usize = 1000;

/// The credentials in use, now or recently.
#[derive(Debug)]
pub(crate) struct Credentials {
    states: Mutex<Kept<String, Arc<State>>>,
}

impl Default for Credentials {
    fn default() -> Self {
        Self { states: Mutex::new(Kept::at_most(IDLE)) }
    }
}

impl Credentials {
    /// Returns the state of a credential.
    pub(crate) fn state(&self, key: &str) -> Arc<State> {
        Arc::clone(lock(&self.states).get_or_insert_with(key, || Arc::new(State::new(key))))
    }
}

/// The state of a credential.
#[derive(Debug)]
pub(crate) struct State {
    /// Identifies the credential without revealing it.
    pub(crate) key: String,
    current: RwLock<Option<Arc<Current>>>,
    /// Held while a token is fetched.
    pub(crate) gate: Arc<tokio::sync::Mutex<()>>,
    trouble: Mutex<Trouble>,
}

/// The current token.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) token: Secret,
    /// The time at which a new one should be fetched, in the background.
    renew_at: Mutex<Instant>,
    /// The time from which on it is no longer used.
    until: Instant,
    /// Whether it replaced a refused one.
    replaces: bool,
    /// Whether a call with it has succeeded, or its refusal has been recorded.
    tried: AtomicBool,
}

impl Current {
    /// Returns whether it is time to fetch another one, which is true once per `pause`.
    pub(crate) fn is_due(&self, pause: Duration) -> bool {
        let now = Instant::now();
        let mut renew_at = lock(&self.renew_at);
        let due = *renew_at <= now;
        if due {
            *renew_at = now + jitter(pause);
        }
        due
    }

    /// Records that WeCom accepts it.
    pub(crate) fn succeeded(&self) {
        self.tried.store(true, Ordering::Relaxed);
    }
}

/// The consequence of a refused token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is another one already.
    Replaced,
    /// It was dropped: another one has to be fetched.
    Dropped,
    /// Another one wouldn't help.
    Believed,
}

/// Recent failures, and pauses before further attempts.
#[derive(Debug, Default)]
struct Trouble {
    /// The last failure to fetch a token.
    failure: Option<Arc<Error>>,
    /// The number of failed attempts: callers that were waiting when one failed share its outcome.
    failures: u64,
    /// The number of changes so far that may help.
    changes: u64,
    /// After failed fetches.
    fetches: Brake,
    /// The token that was refused last: a store may still have it.
    refused: Option<Secret>,
    /// After tokens that were refused as soon as they had been fetched.
    refusals: Brake,
}

/// Prevents attempts for longer and longer.
#[derive(Debug, Default)]
struct Brake {
    /// The number of times in a row that it was needed.
    times: u32,
    until: Option<Instant>,
}

impl Brake {
    /// Brakes, for `first` and then for twice as long each time.
    fn pull(&mut self, first: Duration, longest: Duration) {
        // A failure long ago is unrelated.
        if self.until.is_some_and(|until| until + 2 * longest < Instant::now()) {
            self.times = 0;
        }
        let pause = first.saturating_mul(1 << self.times.min(10)).min(longest);
        self.times += 1;
        self.until = Some(Instant::now() + jitter(pause));
    }

    fn is_on(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }
}

impl State {
    fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            current: RwLock::default(),
            gate: Arc::default(),
            trouble: Mutex::default(),
        }
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        lock(&self.trouble)
    }

    /// Returns the token in use, unless it is about to expire.
    pub(crate) fn usable(&self) -> Option<Arc<Current>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|current| Instant::now() < current.until).cloned()
    }

    /// Returns how many attempts to fetch a token have failed.
    pub(crate) fn failures(&self) -> u64 {
        self.trouble().failures
    }

    /// Returns why no token should be fetched now: an attempt has failed since this count of failures, or a moment
    /// ago.
    pub(crate) fn braked(&self, failures: u64) -> Option<Arc<Error>> {
        let trouble = self.trouble();
        let just_now = trouble.failures != failures;
        trouble.failure.clone().filter(|_| just_now || trouble.fetches.is_on())
    }

    /// Returns how many times [`State::changed`] was called.
    pub(crate) fn changes(&self) -> u64 {
        self.trouble().changes
    }

    /// Lets callers try again although a fetch has just failed, since something has changed.
    #[cfg(any(feature = "openhw", feature = "service"))]
    pub(crate) fn changed(&self) {
        let mut trouble = self.trouble();
        trouble.changes += 1;
        trouble.failure = None;
        trouble.fetches = Brake::default();
    }

    /// Records the failure of a fetch that began at this count of changes. A refusal lasts for some time, and too many
    /// of them get the address blocked for an hour; other failures may be over soon.
    pub(crate) fn failed(&self, failure: &Arc<Error>, changes: u64) {
        let mut trouble = self.trouble();
        trouble.failures += 1;
        if trouble.changes != changes {
            return;
        }
        trouble.failure = Some(Arc::clone(failure));
        // A ticket may arrive at any time, and a token that is needed for another one has a brake of its own.
        if matches!(**failure, Error::NoTicket | Error::Token(_)) {
            return;
        }
        let (first, longest) = if failure.code().is_some() { (1_000, 60_000) } else { (100, 5_000) };
        trouble.fetches.pull(Duration::from_millis(first), Duration::from_millis(longest));
    }

    /// Sets the current token with its lifetime, and how much earlier to fetch another one.
    pub(crate) fn keep(&self, token: Secret, usable: Duration, early: Duration) -> Arc<Current> {
        let now = Instant::now();
        let mut trouble = self.trouble();
        trouble.failure = None;
        trouble.fetches = Brake::default();
        let again = trouble.refused.as_ref() == Some(&token);
        if again {
            trouble.refusals.until = Some(now + CONFIRMED);
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let kept = Arc::new(Current {
            token,
            renew_at: Mutex::new(now + usable.saturating_sub(early)),
            until: now + usable,
            replaces: current.is_none() && trouble.refused.is_some(),
            tried: AtomicBool::new(again),
        });
        *current = Some(Arc::clone(&kept));
        kept
    }

    /// Drops a refused token, and only that one: a late refusal must not cost a new token. If WeCom refuses even a
    /// token that it has just issued, new ones aren't requested each time.
    pub(crate) fn refuse(&self, refused: &Current) -> Refusal {
        let mut trouble = self.trouble();
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|current| current.token != refused.token) {
            return Refusal::Replaced;
        }
        if trouble.refusals.is_on() {
            return Refusal::Believed;
        }
        if !refused.tried.swap(true, Ordering::Relaxed) && refused.replaces {
            trouble.refusals.pull(Duration::from_secs(1), Duration::from_secs(60));
            return Refusal::Believed;
        }
        // Before anyone notices that there is no token, and gets this one from the store again.
        trouble.refused = Some(refused.token.clone());
        *current = None;
        Refusal::Dropped
    }

    /// Returns whether this token was the last one to be refused.
    pub(crate) fn was_refused(&self, token: &Secret) -> bool {
        self.trouble().refused.as_ref() == Some(token)
    }
}

impl Keep for Arc<State> {
    /// Kept as long as there is a client, and then until WeCom may be asked again. A token is in the store, too.
    fn until(&self, now: Instant) -> Option<Instant> {
        let trouble = self.trouble();
        let until = [trouble.fetches.until, trouble.refusals.until].into_iter().flatten().max();
        (Arc::strong_count(self) == 1).then(|| until.unwrap_or(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_credentials_is_bounded() {
        let credentials = Credentials::default();
        let in_use: Vec<_> = (0..100).map(|number| credentials.state(&format!("used {number}"))).collect();
        let refused = Arc::new(Error::Setup("no".to_owned()));
        for number in 0..50_000 {
            let state = credentials.state(&number.to_string());
            state.keep("token".into(), Duration::from_secs(7200), Duration::ZERO);
            state.failed(&refused, 0);
        }
        assert!(lock(&credentials.states).len() <= IDLE);
        for (number, state) in in_use.iter().enumerate() {
            assert!(Arc::ptr_eq(state, &credentials.state(&format!("used {number}"))));
        }
        let braked = credentials.state("49999");
        assert!(braked.braked(braked.failures()).is_some(), "those in trouble are remembered longest");
    }
}
