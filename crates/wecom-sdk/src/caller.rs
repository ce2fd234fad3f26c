//! The state that clients with several credentials share: the transport, the limits, and the token store.

use std::fmt;
use std::sync::Arc;

use wecom_requests::{Host, Meta};

use crate::jobs::Jobs;
use crate::limits::Limits;
use crate::options::CallOptions;
use crate::tokens::{Credentials, TokenStore};
use crate::transport::Transport;

/// The connection to WeCom that clients share.
pub struct Caller {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) base_url: String,
    pub(crate) merchant_url: String,
    pub(crate) max_response: usize,
    pub(crate) limits: Limits,
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) credentials: Credentials,
    /// The callers that wait for jobs.
    pub(crate) jobs: Jobs,
    /// The options for fetching tokens, and for calls without options of their own.
    pub(crate) options: Arc<CallOptions>,
}

impl Caller {
    /// Returns the base URL of an endpoint.
    pub(crate) fn base_url(&self, endpoint: &Meta) -> &str {
        match endpoint.host {
            Host::Merchant => &self.merchant_url,
            _ => &self.base_url,
        }
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("limits", &self.limits).finish_non_exhaustive()
    }
}
