//! What one call may differ in from another.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Backoff, OnLimit, RetryPolicy};

/// How calls are made.
#[derive(Clone)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) validates: bool,
    pub(crate) retry: Arc<dyn RetryPolicy>,
    pub(crate) on_limit: OnLimit,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
            validates: true,
            retry: Arc::new(Backoff::new()),
            on_limit: OnLimit::Wait,
        }
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("validates", &self.validates)
            .field("on_limit", &self.on_limit)
            .finish_non_exhaustive()
    }
}
