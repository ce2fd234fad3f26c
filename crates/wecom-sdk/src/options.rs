//! What one call may differ in from another.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wecom_models::wire::Reading;

use crate::{Backoff, Hook, OnLimit, RetryPolicy};

/// How calls are made: set for all of a client's calls by [`ClientBuilder::options`](crate::ClientBuilder::options) and its likes,
/// for some of them by [`Client::with`](crate::Client::with).
#[derive(Clone)]
#[must_use]
pub struct CallOptions {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) stall: Duration,
    pub(crate) memory: usize,
    pub(crate) validates: bool,
    pub(crate) names_unknown_fields: bool,
    pub(crate) retry: Arc<dyn RetryPolicy>,
    pub(crate) on_limit: OnLimit,
    pub(crate) accounts: Option<u32>,
    pub(crate) hooks: Vec<Arc<dyn Hook>>,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
            stall: Duration::from_secs(20),
            memory: Reading::MEMORY,
            validates: true,
            names_unknown_fields: false,
            retry: Arc::new(Backoff::new()),
            on_limit: OnLimit::Wait,
            accounts: None,
            hooks: Vec::new(),
        }
    }
}

impl CallOptions {
    /// How long one HTTP request may take, instead of 30 seconds. An upload may take longer, by one second for every
    /// 256 KiB; a download as a stream may take as long as it comes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a call may take as a whole, instead of 2 minutes: with waiting for its turn, with a token if it needs
    /// one, and with all retries.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long an upload or a download may all but stand still, with less than a byte a second, before it is
    /// [`Error::Stalled`](crate::Error::Stalled): instead of 20 seconds.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall = timeout;
        self
    }

    /// How many bytes of memory the lists and maps of an answer may take, instead of 64 MiB; text counts besides, and takes no
    /// more than in the answer itself. More is [`Error::Decode`](crate::Error::Decode).
    ///
    /// [`max_response`](crate::ClientBuilder::max_response) alone is no limit: a list of `{}` takes three bytes an item on its way, and a
    /// struct of hundreds of bytes here.
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Which calls are retried, and when, instead of [`Backoff`].
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// What happens where a documented rate leaves no room, instead of waiting.
    pub fn on_limit(mut self, on_limit: OnLimit) -> Self {
        self.on_limit = on_limit;
        self
    }

    /// How many accounts the corporation may have (账号上限). Some [general rates](crate::rates) are so much for each of them, such as 200
    /// receivers of messages a day; without this, they are not kept.
    pub fn accounts(mut self, accounts: u32) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// Sends requests without checking documented limits of their fields first.
    pub fn without_validation(mut self) -> Self {
        self.validates = false;
        self
    }

    /// Adds something that sees every request before it leaves, and what comes back.
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// Names the fields of answers that no type here has a place for, in `tracing` events at the level `TRACE`. Answers are read
    /// several times for it, as long as somebody listens at that level.
    pub fn trace_unknown_fields(mut self) -> Self {
        self.names_unknown_fields = true;
        self
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("stall_timeout", &self.stall)
            .field("max_memory", &self.memory)
            .field("validates", &self.validates)
            .field("on_limit", &self.on_limit)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}
