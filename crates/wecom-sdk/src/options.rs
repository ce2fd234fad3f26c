//! The options of calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wecom_models::wire::Reading;

use crate::{Backoff, Hook, OnLimit, RetryPolicy};

/// The options of calls, set for all calls of a client by [`ClientBuilder::options`](crate::ClientBuilder::options) and similar methods,
/// for some of them by [`Client::with`](crate::Client::with).
///
/// ```
/// use std::time::Duration;
/// use wecom_sdk::{Client, NoRetry};
///
/// # fn main() -> Result<(), wecom_sdk::Error> {
/// let client = Client::builder("corp id", "secret")
///     .options(|call| call.deadline(Duration::from_secs(30)))
///     .build()?;
/// // The same client, for calls that a person waits for.
/// let impatient = client.with(|call| call.deadline(Duration::from_secs(3)).retry(NoRetry));
/// # Ok(())
/// # }
/// ```
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
    /// Sets how long one HTTP request may take, instead of 30 seconds. An upload may take longer, by one second for every
    /// 256 KiB; a download as a stream may take as long as data arrives.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long a call may take as a whole, instead of 2 minutes, including waits for its turn, fetching a token
    /// and all retries.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets how long an upload or a download may stall at less than a byte per second before it fails with
    /// [`Error::Stalled`](crate::Error::Stalled), instead of 20 seconds.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall = timeout;
        self
    }

    /// Sets how many bytes of memory the lists and maps of a response may take, instead of 64 MiB. Text isn't counted: it takes no
    /// more than in the response itself. Exceeding it is [`Error::Decode`](crate::Error::Decode).
    ///
    /// [`max_response`](crate::ClientBuilder::max_response) alone doesn't limit memory: in a list of `{}` each item takes three bytes in the response, and a
    /// struct of hundreds of bytes in memory.
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets which calls are retried, and when, instead of [`Backoff`].
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// Sets what happens when a documented rate limit is reached, instead of waiting.
    pub fn on_limit(mut self, on_limit: OnLimit) -> Self {
        self.on_limit = on_limit;
        self
    }

    /// Sets how many accounts the company may have (账号上限). Some [general rates](crate::rates) are multiplied by it, such as 200
    /// recipients of messages per day; without it, they are not enforced.
    pub fn accounts(mut self, accounts: u32) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// Sends requests without checking documented limits of their fields first.
    pub fn without_validation(mut self) -> Self {
        self.validates = false;
        self
    }

    /// Adds a hook that sees every request before it is sent, and every response.
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// Reports the fields of responses that the types lack, in `tracing` events at the level `TRACE`. While a subscriber is enabled at that level,
    /// responses are read several times.
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
