//! Sets up the service.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::receivers::Receivers;
use super::recovery::Search;
use super::running::Running;
use super::store::CallbackStore;
use super::{Callbacks, Router, Service};
use crate::Receiver;

/// WeCom waits 5 seconds for an application's response, including the time that both take on the network.
const DEADLINE: Duration = Duration::from_secs(4);

/// For suites, providers and devices, it waits 1 second.
const SHORT_DEADLINE: Duration = Duration::from_millis(700);

/// The longest deadline: nobody waits that long.
const LONGEST_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);

/// The maximum number of handlers that run at once.
const MAX_RUNNING: u32 = 1000;

/// The time for which a callback is remembered.
const REMEMBER: Duration = Duration::from_secs(60 * 60);

/// The maximum number of callbacks that are remembered.
const REMEMBERED: usize = 20_000;

/// Sets up [`Callbacks`].
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
#[must_use]
pub struct CallbacksBuilder {
    receivers: Receivers,
    router: Router,
    deadline: Duration,
    short_deadline: Duration,
    max_running: u32,
    remember: Duration,
    remembered: usize,
    store: Option<Arc<dyn CallbackStore>>,
}

impl fmt::Debug for CallbacksBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbacksBuilder").field("receivers", &self.receivers).finish_non_exhaustive()
    }
}

impl CallbacksBuilder {
    pub(super) fn new(router: Router) -> Self {
        Self {
            receivers: Receivers::default(),
            router,
            deadline: DEADLINE,
            short_deadline: SHORT_DEADLINE,
            max_running: MAX_RUNNING,
            remember: REMEMBER,
            remembered: REMEMBERED,
            store: None,
        }
    }

    /// Adds a receiver for all paths without one of their own. If there are several, the one whose signature and key
    /// fit opens a callback.
    pub fn receiver(mut self, receiver: Receiver) -> Self {
        self.receivers.add(receiver, None, None);
        self
    }

    /// Adds a receiver for a path of the URL, as the service sees it: `axum::Router::nest` removes its prefix.
    pub fn receiver_at(mut self, path: impl Into<String>, receiver: Receiver) -> Self {
        self.receivers.add(receiver, Some(path.into()), None);
        self
    }

    /// Adds a receiver for the callbacks of an application, by the `AgentID` of their envelope, and for the
    /// verification of its URL.
    pub fn receiver_for(mut self, agent_id: i64, receiver: Receiver) -> Self {
        self.receivers.add(receiver, None, Some(agent_id.to_string()));
        self
    }

    /// Sets how long to wait for a handler before responding without its reply; the default is 4 seconds. WeCom waits for 5.
    ///
    /// Zero responds as soon as the callback has been received. With a [store](Self::store), saving the callback comes next, for at most half a second.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline.min(LONGEST_DEADLINE);
        self
    }

    /// Sets the same for suites, providers and devices; the default is 0.7 seconds. WeCom waits for 1. While a device is bound to a company, WeCom
    /// waits for 3, and this is three times as long, too. Saving takes at most another 0.2 seconds (0.6).
    pub fn short_deadline(mut self, deadline: Duration) -> Self {
        self.short_deadline = deadline.min(LONGEST_DEADLINE);
        self
    }

    /// Sets how many handlers may run at once; the default is 1000. Further callbacks get a 503, and may be
    /// [lost](Callbacks#callbacks-that-dont-arrive).
    pub fn max_running(mut self, handlers: u32) -> Self {
        self.max_running = handlers;
        self
    }

    /// Sets how long, and how many, callbacks are remembered, so that a repeated one isn't handled again; the defaults
    /// are an hour and 20,000.
    pub fn remember(mut self, time: Duration, callbacks: usize) -> Self {
        (self.remember, self.remembered) = (time, callbacks);
        self
    }

    /// Sets a store, such as `RedisCallbackStore` (feature `redis`), which several processes share: each callback is handled by one of them, and
    /// another one [takes over](Callbacks#callbacks-that-dont-arrive) from a process that dies. All of them need the same receivers and handlers.
    pub fn store(mut self, store: impl CallbackStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Builds the service. With a store, a task begins to search for the callbacks of dead processes, now if there is a Tokio runtime, otherwise with
    /// the first request. It ends at a [`shutdown`](Callbacks::shutdown), or when the last clone of the service is dropped.
    pub fn build(self) -> Callbacks {
        let running = Running::new(self.max_running, self.remember, self.remembered, self.store);
        let service = Arc::new(Service {
            receivers: self.receivers,
            router: self.router,
            deadline: self.deadline,
            short_deadline: self.short_deadline,
            running,
            search: Search::default(),
        });
        service.search.start(&service);
        Callbacks(service)
    }
}
