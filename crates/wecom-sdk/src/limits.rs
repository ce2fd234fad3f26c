//! Documented limits, kept before WeCom enforces them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_core::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use wecom_requests::{Meta, Rate};

use crate::time::later;
use crate::{Error, StoreError, lock};

/// What happens to a call for which a documented limit leaves no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnLimit {
    /// It waits for its turn, behind those that came before it. One that would wait beyond its deadline is refused.
    #[default]
    Wait,
    /// It is refused, with [`Error::Limited`].
    Refuse,
    /// It is sent all the same, and WeCom decides.
    Ignore,
}

/// Counts the calls that documented rates allow. [`MemoryLimits`] counts for one process; with the feature `redis`,
/// [`Redis`](crate::Redis) counts for all that share a server.
pub trait LimitStore: Send + Sync + 'static {
    /// Takes one call out of what every one of the rates still allows, or, if one of them allows none, takes nothing and
    /// says how long to wait before asking again.
    fn take<'a>(
        &'a self,
        key: LimitKey<'a>,
        rates: &'a [Rate],
    ) -> BoxFuture<'a, Result<Option<Duration>, StoreError>>;
}

impl<S: LimitStore + ?Sized> LimitStore for Arc<S> {
    fn take<'a>(
        &'a self,
        key: LimitKey<'a>,
        rates: &'a [Rate],
    ) -> BoxFuture<'a, Result<Option<Duration>, StoreError>> {
        (**self).take(key, rates)
    }
}

/// What a limit counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LimitKey<'a> {
    /// Names the credential without showing it.
    pub credential: &'a str,
    /// The endpoint's id.
    pub endpoint: &'static str,
}

impl<'a> LimitKey<'a> {
    /// The calls of a credential to an endpoint.
    pub fn new(credential: &'a str, endpoint: &'static str) -> Self {
        Self { credential, endpoint }
    }
}

/// Counts calls for one process.
#[derive(Debug, Default)]
pub struct MemoryLimits {
    windows: Mutex<HashMap<String, HashMap<&'static str, Vec<Window>>>>,
}

impl LimitStore for MemoryLimits {
    fn take<'a>(
        &'a self,
        key: LimitKey<'a>,
        rates: &'a [Rate],
    ) -> BoxFuture<'a, Result<Option<Duration>, StoreError>> {
        let mut credentials = lock(&self.windows);
        // Only the first call of a credential pays for a copy of its name.
        if !credentials.contains_key(key.credential) {
            credentials.insert(key.credential.to_owned(), HashMap::new());
        }
        let endpoints = credentials.get_mut(key.credential).expect("inserted above");
        let windows = endpoints
            .entry(key.endpoint)
            .or_insert_with(|| rates.iter().map(|rate| Window::new(*rate, Instant::now())).collect());
        let now = Instant::now();
        let wait = windows.iter_mut().filter_map(|window| window.wait(now)).max();
        if wait.is_none() {
            windows.iter_mut().for_each(Window::count);
        }
        Box::pin(std::future::ready(Ok(wait)))
    }
}

/// The slots that a period is counted in.
pub(crate) const SLOTS: u32 = 60;

/// The calls of the last period, counted by slots: no stretch of time as long as the period has more calls than the
/// rate allows, wherever it begins. (A token bucket of that size lets nearly twice as many through.)
#[derive(Debug)]
struct Window {
    rate: Rate,
    start: Instant,
    /// A ring: one more than a period has, since both ends of a period may fall into the middle of a slot.
    slots: [u32; SLOTS as usize + 1],
    /// The slot of the last call, counted from the start.
    newest: u64,
}

impl Window {
    fn new(rate: Rate, start: Instant) -> Self {
        Self { rate, start, slots: [0; SLOTS as usize + 1], newest: 0 }
    }

    fn slot(&self) -> Duration {
        self.rate.per.duration() / SLOTS
    }

    /// How long until there is room for a call; `None` if there is.
    fn wait(&mut self, now: Instant) -> Option<Duration> {
        let ring = self.slots.len() as u64;
        let elapsed = now - self.start;
        let slot = self.slot();
        let current = u64::try_from(elapsed.as_nanos() / slot.as_nanos()).unwrap_or(u64::MAX);
        for passed in (self.newest + 1..=current).take(self.slots.len()) {
            self.slots[usize::try_from(passed % ring).expect("the ring is short")] = 0;
        }
        self.newest = current;
        let mut excess = (self.slots.iter().sum::<u32>() + 1).checked_sub(self.rate.calls)?;
        if excess == 0 {
            return None;
        }
        // The oldest slots leave first: until enough calls have left with them.
        for age in (0..ring).rev() {
            let Some(number) = current.checked_sub(age) else { continue };
            let count = self.slots[usize::try_from(number % ring).expect("the ring is short")];
            excess = excess.saturating_sub(count);
            if excess == 0 {
                let leaves = slot.as_nanos().saturating_mul(u128::from(number + ring));
                let wait = leaves.saturating_sub(elapsed.as_nanos());
                return Some(Duration::from_nanos(u64::try_from(wait).unwrap_or(u64::MAX)));
            }
        }
        // A rate of no calls at all.
        Some(self.rate.per.duration())
    }

    fn count(&mut self) {
        let ring = self.slots.len() as u64;
        self.slots[usize::try_from(self.newest % ring).expect("the ring is short")] += 1;
    }
}

/// Something for each credential and endpoint.
type PerEndpoint<T> = Mutex<HashMap<(String, &'static str), T>>;

/// Everything that holds calls back.
pub(crate) struct Limits {
    store: Arc<dyn LimitStore>,
    /// Counts while the store fails.
    fallback: MemoryLimits,
    /// What WeCom has blocked, and until when.
    blocked: PerEndpoint<Instant>,
    /// Where the documentation limits how many calls may be on their way at once.
    places: PerEndpoint<Arc<Semaphore>>,
    /// Where it limits a rate: one call waits, the others behind it.
    queues: PerEndpoint<Arc<tokio::sync::Mutex<()>>>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limits {
    pub(crate) fn new(store: Arc<dyn LimitStore>) -> Self {
        Self {
            store,
            fallback: MemoryLimits::default(),
            blocked: Mutex::default(),
            places: Mutex::default(),
            queues: Mutex::default(),
        }
    }

    /// Waits until the endpoint may be called, or refuses. What it gives is held while the call is on its way.
    pub(crate) async fn admit(
        &self,
        credential: &str,
        endpoint: &'static Meta,
        on_limit: OnLimit,
        deadline: Instant,
    ) -> Result<Option<OwnedSemaphorePermit>, Error> {
        if on_limit == OnLimit::Ignore {
            return Ok(None);
        }
        let place = match endpoint.concurrency {
            Some(most) => Some(self.place(credential, endpoint, on_limit, most).await?),
            None => None,
        };
        let queue = (on_limit == OnLimit::Wait && !endpoint.rates.is_empty())
            .then(|| Arc::clone(lock(&self.queues).entry((credential.to_owned(), endpoint.id)).or_default()));
        let _first = match &queue {
            Some(queue) => Some(queue.lock().await),
            None => None,
        };
        while let Some(wait) = self.wait(credential, endpoint).await {
            if on_limit == OnLimit::Refuse || later(wait) > deadline {
                return Err(Error::Limited { endpoint, retry_after: wait });
            }
            tracing::info!(endpoint = endpoint.id, ?wait, "a limit is reached: the call waits for its turn");
            tokio::time::sleep(wait).await;
        }
        Ok(place)
    }

    /// Leaves an endpoint alone for a while, since WeCom has blocked it.
    pub(crate) fn block(&self, credential: &str, endpoint: &'static Meta, pause: Duration) {
        lock(&self.blocked).insert((credential.to_owned(), endpoint.id), later(pause));
    }

    async fn place(
        &self,
        credential: &str,
        endpoint: &'static Meta,
        on_limit: OnLimit,
        most: u32,
    ) -> Result<OwnedSemaphorePermit, Error> {
        let most = usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS);
        let key = (credential.to_owned(), endpoint.id);
        let places =
            Arc::clone(lock(&self.places).entry(key).or_insert_with(|| Arc::new(Semaphore::new(most))));
        match on_limit {
            OnLimit::Refuse => places.try_acquire_owned().ok(),
            _ => places.acquire_owned().await.ok(),
        }
        // When a place becomes free, nobody knows.
        .ok_or(Error::Limited { endpoint, retry_after: Duration::ZERO })
    }

    /// How long to wait; `None` once the call is counted.
    async fn wait(&self, credential: &str, endpoint: &'static Meta) -> Option<Duration> {
        if let Some(wait) = self.blocked_for(credential, endpoint) {
            return Some(wait);
        }
        if endpoint.rates.is_empty() {
            return None;
        }
        let key = LimitKey { credential, endpoint: endpoint.id };
        match self.store.take(key, endpoint.rates).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the limit store failed: counting for this process alone");
                self.fallback.take(key, endpoint.rates).await.unwrap_or_default()
            }
        }
    }

    fn blocked_for(&self, credential: &str, endpoint: &'static Meta) -> Option<Duration> {
        let mut blocked = lock(&self.blocked);
        if blocked.is_empty() {
            return None;
        }
        let now = Instant::now();
        blocked.retain(|_, until| *until > now);
        blocked.get(&(credential.to_owned(), endpoint.id)).map(|until| *until - now)
    }
}

#[cfg(test)]
mod tests {
    use wecom_requests::Period;

    use super::*;

    /// Sends as fast as it may for a while, and gives the times of the calls.
    fn calls(rate: Rate, total: usize, between: Duration) -> Vec<Duration> {
        let start = Instant::now();
        let mut window = Window::new(rate, start);
        let mut now = start;
        let mut times = Vec::new();
        while times.len() < total {
            match window.wait(now) {
                Some(wait) => {
                    assert!(wait > Duration::ZERO && wait <= rate.per.duration() * 2, "{wait:?}");
                    now += wait;
                }
                None => {
                    window.count();
                    times.push(now - start);
                    now += between;
                }
            }
        }
        times
    }

    #[test]
    fn no_period_has_more_calls_than_its_rate_wherever_it_begins() {
        for number in [1, 7, 100] {
            for between in [0, 1, 37, 400, 999] {
                let rate = Rate { calls: number, per: Period::Minute };
                let times = calls(rate, number as usize * 6, Duration::from_millis(between));
                for (index, time) in times.iter().enumerate().skip(number as usize) {
                    let earlier = times[index - number as usize];
                    assert!(
                        *time >= earlier + Period::Minute.duration(),
                        "{number} {between} {earlier:?} {time:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn nearly_as_many_calls_as_allowed_get_through() {
        let rate = Rate { calls: 600, per: Period::Minute };
        let times = calls(rate, 6000, Duration::ZERO);
        let periods = times.last().unwrap().as_secs_f64() / 60.0;
        assert!(periods < 9.0 * 61.0 / 60.0 + 0.1, "{periods}");
    }

    #[test]
    fn a_long_silence_forgets_everything() {
        let rate = Rate { calls: 3, per: Period::Second };
        let start = Instant::now();
        let mut window = Window::new(rate, start);
        for _ in 0..3 {
            assert_eq!(window.wait(start), None);
            window.count();
        }
        assert!(window.wait(start).is_some());
        assert_eq!(window.wait(start + Duration::from_secs(86_400)), None);
    }
}
