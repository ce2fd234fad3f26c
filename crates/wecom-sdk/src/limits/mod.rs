//! Enforces documented limits before WeCom does.

mod general;
mod memory;
mod place;
mod quota;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;
use wecom_requests::{Host, Meta, Rate};

use crate::credential::Identity;
use crate::kept::{Keep, Kept};
use crate::options::CallOptions;
use crate::time::later;
use crate::tokens::StoreFuture;
use crate::{Error, lock};
use general::General;
use quota::Queue;

pub use memory::MemoryLimits;
use place::Place;
pub(crate) use quota::Demand;
#[cfg(feature = "redis")]
pub(crate) use window::SLOTS;

/// The longest pause for a server, whatever it asks for: after that, it is called again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// The treatment of a call that a documented limit doesn't allow yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnLimit {
    /// The call waits, behind earlier ones. If it would wait beyond its deadline, it is refused.
    #[default]
    Wait,
    /// The call is refused, with [`Error::Limited`].
    Refuse,
    /// The call is sent anyway: WeCom decides.
    Ignore,
}

/// Counts the calls that documented limits restrict. [`MemoryLimits`] counts for one process; with the feature `redis`,
/// [`Redis`](crate::Redis) counts for all that share a server. While a store fails, each client counts for itself.
pub trait LimitStore: Send + Sync + 'static {
    /// Counts calls against all of the rates, or, if one of them doesn't allow that many, counts none and returns how long to wait before
    /// asking again.
    ///
    /// Calls are counted one by one against an endpoint's own rates. For [general rates](wecom_requests::rates), each client counts its
    /// calls itself and reports a hundredth of the rate at once, including calls already made, so that most calls need no store.
    fn take<'a>(
        &'a self,
        key: LimitKey<'a>,
        rates: &'a [Rate],
        calls: u32,
    ) -> StoreFuture<'a, Option<Duration>>;

    /// Takes one of `most` places for a call that is about to be sent, and returns whether one was free. A call that already has a place
    /// keeps it: this is called repeatedly while the call is in flight, and a place that isn't renewed within its lifetime is freed.
    ///
    /// The default implementation always returns `true`: each client counts for itself.
    fn enter<'a>(
        &'a self,
        _key: LimitKey<'a>,
        _most: u32,
        _call: u128,
        _life: Duration,
    ) -> StoreFuture<'a, bool> {
        Box::pin(std::future::ready(Ok(true)))
    }

    /// Releases the place of a call, if it has one.
    fn leave<'a>(&'a self, _key: LimitKey<'a>, _call: u128) -> StoreFuture<'a> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl<S: LimitStore + ?Sized> LimitStore for Arc<S> {
    fn take<'a>(
        &'a self,
        key: LimitKey<'a>,
        rates: &'a [Rate],
        calls: u32,
    ) -> StoreFuture<'a, Option<Duration>> {
        (**self).take(key, rates, calls)
    }

    fn enter<'a>(
        &'a self,
        key: LimitKey<'a>,
        most: u32,
        call: u128,
        life: Duration,
    ) -> StoreFuture<'a, bool> {
        (**self).enter(key, most, call, life)
    }

    fn leave<'a>(&'a self, key: LimitKey<'a>, call: u128) -> StoreFuture<'a> {
        (**self).leave(key, call)
    }
}

/// The caller and endpoint that a limit counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LimitKey<'a> {
    /// Identifies the caller without revealing it: a credential; a general rate with a company, an app or an address; or a quota
    /// with an app, a company or a service provider, and the values that it counts apart.
    pub scope: &'a str,
    /// The endpoint's ID, or the name of a [quota](wecom_requests::Quota); for a general rate, its path.
    pub endpoint: &'static str,
}

impl<'a> LimitKey<'a> {
    /// Creates the key for a caller and an endpoint.
    pub fn new(scope: &'a str, endpoint: &'static str) -> Self {
        Self { scope, endpoint }
    }
}

/// A call that asks for permission.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) who: &'a Identity,
    pub(crate) endpoint: &'static Meta,
    /// The recipients.
    pub(crate) recipients: &'a [String],
    /// The parts of the endpoint's quotas that it uses.
    pub(crate) demands: &'a [Demand],
    pub(crate) options: &'a CallOptions,
    pub(crate) deadline: Instant,
}

impl<'a> Asking<'a> {
    /// Returns the key under which the endpoint's own limits count.
    fn key(&self) -> LimitKey<'a> {
        LimitKey::new(&self.who.key, self.endpoint.id)
    }
}

/// The state that delays the calls of a credential to an endpoint in this process.
#[derive(Debug)]
struct Local {
    /// WeCom's last refusal, as far as it is known.
    blocked: Mutex<Option<Block>>,
    /// The places, if the documentation limits the number of concurrent calls.
    places: Arc<Semaphore>,
    /// If it limits a rate: one call waits, and the others queue behind it.
    queue: tokio::sync::Mutex<()>,
}

/// An endpoint that WeCom has blocked.
#[derive(Clone, Copy, Debug)]
struct Block {
    until: Instant,
    /// The number of pauses since a call was last processed.
    pauses: u32,
}

impl Local {
    fn new(endpoint: &Meta) -> Self {
        let most = endpoint.concurrency.and_then(|most| usize::try_from(most).ok());
        let places = most.unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Self {
            blocked: Mutex::default(),
            places: Arc::new(Semaphore::new(places)),
            queue: tokio::sync::Mutex::default(),
        }
    }

    fn blocked_until(&self) -> Option<Instant> {
        lock(&self.blocked).map(|block| block.until)
    }

    /// Returns how long calls pause, since WeCom has refused one. Other calls that were in flight change nothing.
    fn block(&self, pause: impl FnOnce(u32) -> Duration) -> Duration {
        let mut blocked = lock(&self.blocked);
        let now = Instant::now();
        let pauses = match *blocked {
            Some(block) if block.until > now => return block.until - now,
            Some(block) => block.pauses,
            None => 0,
        };
        let pause = pause(pauses);
        *blocked = Some(Block { until: later(pause), pauses: pauses.saturating_add(1) });
        pause
    }

    /// Notes that WeCom has processed a call, with whatever result.
    fn processed(&self) {
        let mut blocked = lock(&self.blocked);
        if let Some(block) = &mut *blocked {
            block.pauses = 0;
        }
    }
}

/// A call that may be sent. It is held while the call is in flight.
#[derive(Default)]
pub(crate) struct Admitted {
    _place: Option<Place>,
    local: Option<Arc<Local>>,
}

impl Admitted {
    /// Notes that WeCom has processed the call, with whatever result: it doesn't block the endpoint any more.
    pub(crate) fn processed(&self) {
        if let Some(local) = &self.local {
            local.processed();
        }
    }
}

/// The state that delays the calls of a credential in this process.
#[derive(Debug, Default)]
struct Locals {
    /// By endpoint.
    endpoints: HashMap<&'static str, Arc<Local>>,
    /// The times until which servers have asked for a pause.
    pauses: HashMap<Host, Instant>,
}

impl Locals {
    fn pause(&self, host: Host) -> Option<Instant> {
        self.pauses.get(&host).copied()
    }
}

impl Keep for Locals {
    fn until(&self, now: Instant) -> Option<Instant> {
        // A call in flight holds the semaphore of its place, and a waiting one the whole entry.
        let in_use = |local: &Arc<Local>| Arc::strong_count(local) + Arc::strong_count(&local.places) > 2;
        let blocked = self.endpoints.values().filter_map(|local| local.blocked_until());
        let until = blocked.chain(self.pauses.values().copied()).max();
        (!self.endpoints.values().any(in_use)).then(|| until.unwrap_or(now))
    }
}

/// All limits.
pub(crate) struct Limits {
    store: Arc<dyn LimitStore>,
    /// Counts while the store fails.
    fallback: MemoryLimits,
    general: General,
    /// By credential.
    locals: Mutex<Kept<String, Locals>>,
    /// The lines of calls that wait for quotas, by scope.
    queues: Mutex<Kept<String, Queue>>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limits {
    pub(crate) fn new(store: Arc<dyn LimitStore>, address: Option<String>) -> Self {
        Self {
            store,
            fallback: MemoryLimits::default(),
            general: General::new(address),
            locals: Mutex::default(),
            queues: Mutex::default(),
        }
    }

    /// Waits until the endpoint may be called, or refuses. The call has been counted then, and should be sent
    /// immediately.
    pub(crate) async fn admit(&self, call: &Asking<'_>) -> Result<Admitted, Error> {
        let Asking { who, endpoint, .. } = *call;
        let on_limit = call.options.on_limit;
        if on_limit == OnLimit::Ignore {
            // It isn't held up, but tells whether the endpoint is still blocked.
            return Ok(Admitted { _place: None, local: self.known(&who.key, endpoint) });
        }
        for demand in call.demands.iter().filter(|demand| demand.is_of(who)) {
            self.take_quota(call, demand).await?;
        }
        let local = match self.held(&who.key, endpoint) {
            Some(local) => local,
            // Only the general rates apply, and most calls have room.
            None if self.take(call).await.is_none() => return Ok(Admitted::default()),
            None => self.local(&who.key, endpoint),
        };
        let place = match endpoint.concurrency {
            Some(most) => {
                let place = Place::take(&self.store, call.key(), &local.places, most, on_limit).await;
                // It is unknown when a place will become free.
                Some(place.ok_or(Error::Limited { endpoint, retry_after: Duration::ZERO })?)
            }
            None => None,
        };
        let first = match on_limit {
            OnLimit::Wait => Some(local.queue.lock().await),
            _ => None,
        };
        while let Some(wait) = self.wait(call, &local).await {
            hold(call, wait).await?;
        }
        drop(first);
        Ok(Admitted { _place: place, local: Some(local) })
    }

    /// Waits until a quota has room, or refuses. The call has been counted then. A call takes its quotas before it waits for anything else,
    /// so that calls about one device don't hold up those about another.
    async fn take_quota(&self, call: &Asking<'_>, demand: &Demand) -> Result<(), Error> {
        let amount = demand.amount();
        if amount == 0 {
            return Ok(());
        }
        let scope = demand.scope(call.who);
        let key = LimitKey::new(&scope, demand.quota.name);
        let queue = lock(&self.queues).get_or_insert_with(scope.as_str(), Queue::default).clone();
        let _first = match call.options.on_limit {
            OnLimit::Wait => Some(queue.0.lock().await),
            _ => None,
        };
        while let Some(wait) = self.count(key, demand.quota.rates, amount).await {
            hold(call, wait).await?;
        }
        Ok(())
    }

    /// Pauses calls to an endpoint, since WeCom has blocked it, and returns how long: `pause` gets the number of pauses since a call
    /// was last processed.
    pub(crate) fn block(
        &self,
        credential: &str,
        endpoint: &'static Meta,
        pause: impl FnOnce(u32) -> Duration,
    ) -> Duration {
        self.local(credential, endpoint).block(pause)
    }

    /// Pauses calls to a server, since it asks for that.
    pub(crate) fn pause(&self, credential: &str, host: Host, pause: Duration) {
        let until = later(pause.min(LONGEST_PAUSE));
        let mut locals = lock(&self.locals);
        let pauses = &mut locals.get_or_insert_with(credential, Locals::default).pauses;
        let known = pauses.entry(host).or_insert(until);
        *known = until.max(*known);
    }

    fn local(&self, credential: &str, endpoint: &'static Meta) -> Arc<Local> {
        let mut locals = lock(&self.locals);
        let endpoints = &mut locals.get_or_insert_with(credential, Locals::default).endpoints;
        Arc::clone(endpoints.entry(endpoint.id).or_insert_with(|| Arc::new(Local::new(endpoint))))
    }

    /// Returns the state that delays the calls to an endpoint, if there is any so far.
    fn known(&self, credential: &str, endpoint: &'static Meta) -> Option<Arc<Local>> {
        lock(&self.locals).get(credential)?.endpoints.get(endpoint.id).cloned()
    }

    /// Returns the state that delays the calls to an endpoint, if it has any limits.
    fn held(&self, credential: &str, endpoint: &'static Meta) -> Option<Arc<Local>> {
        if endpoint.concurrency.is_none() && endpoint.rates.is_empty() {
            let locals = lock(&self.locals);
            let locals = locals.get(credential)?;
            if locals.pause(endpoint.host).is_none_or(|until| until <= Instant::now()) {
                return locals.endpoints.get(endpoint.id).cloned();
            }
        }
        Some(self.local(credential, endpoint))
    }

    /// Returns how long to wait; `None` once the call has been counted.
    async fn wait(&self, call: &Asking<'_>, local: &Local) -> Option<Duration> {
        let now = Instant::now();
        let host = call.endpoint.host;
        let pause = lock(&self.locals).get(call.who.key.as_str()).and_then(|locals| locals.pause(host));
        match pause.max(local.blocked_until()).filter(|until| *until > now) {
            Some(until) => Some(until - now),
            None => self.take(call).await,
        }
    }

    /// Counts a call against all rates. If one of them leaves no room, counts nothing and returns how long to wait.
    async fn take(&self, call: &Asking<'_>) -> Option<Duration> {
        let mut taken = match self.general.take(call) {
            Ok(taken) => taken,
            Err(wait) => return Some(wait),
        };
        let mut wait = None;
        for due in &mut taken.due {
            wait = self.count(due.key(), &due.rates, due.calls).await;
            if wait.is_some() {
                break;
            }
            due.told = true;
        }
        let own = call.endpoint.rates;
        if wait.is_none() && !own.is_empty() {
            wait = self.count(call.key(), own, 1).await;
        }
        if wait.is_some() {
            self.general.give_back(call, &taken);
        }
        wait
    }

    /// Counts calls in the store.
    async fn count(&self, key: LimitKey<'_>, rates: &[Rate], calls: u32) -> Option<Duration> {
        match self.store.take(key, rates, calls).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the limit store failed: counting in this process only");
                self.fallback.take(key, rates, calls).await.unwrap_or_default()
            }
        }
    }
}

/// Lets a call wait, unless it is to be refused or would wait beyond its deadline.
async fn hold(call: &Asking<'_>, wait: Duration) -> Result<(), Error> {
    let endpoint = call.endpoint;
    if call.options.on_limit == OnLimit::Refuse || later(wait) > call.deadline {
        return Err(Error::Limited { endpoint, retry_after: wait });
    }
    tracing::info!(endpoint = endpoint.id, ?wait, "a rate limit has been reached: the call waits");
    tokio::time::sleep(wait).await;
    Ok(())
}
