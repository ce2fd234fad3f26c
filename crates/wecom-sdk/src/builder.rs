//! The builder of the client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::caller::Caller;
use crate::http::{HttpOptions, IntoProxy, checked_url};
use crate::jobs::Jobs;
use crate::limits::{LimitStore, Limits, MemoryLimits, OnLimit};
use crate::options::CallOptions;
use crate::retry::RetryPolicy;
use crate::tokens::{Credentials, MemoryStore, TokenStore};
use crate::transport::Transport;
use crate::{Client, CorpSecret, Credential, Error, Hook};

/// The base URL of WeCom.
const BASE_URL: &str = "https://qyapi.weixin.qq.com";

/// The base URL of WeChat Pay.
const MERCHANT_URL: &str = "https://api.mch.weixin.qq.com";

/// Sets up a [`Client`].
#[must_use]
pub struct ClientBuilder<C = CorpSecret> {
    credential: C,
    transport: Option<Arc<dyn Transport>>,
    http: HttpOptions,
    base_url: String,
    merchant_url: String,
    max_response: usize,
    options: CallOptions,
    limit_store: Arc<dyn LimitStore>,
    address: Option<String>,
    token_store: Arc<dyn TokenStore>,
}

impl<C: fmt::Debug> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("credential", &self.credential).finish_non_exhaustive()
    }
}

impl<C: Credential> ClientBuilder<C> {
    /// Creates a builder for a client with a credential.
    pub fn new(credential: C) -> Self {
        Self {
            credential,
            transport: None,
            http: HttpOptions::default(),
            base_url: BASE_URL.to_owned(),
            merchant_url: MERCHANT_URL.to_owned(),
            max_response: 32 << 20,
            options: CallOptions::default(),
            limit_store: Arc::new(MemoryLimits::default()),
            address: None,
            token_store: Arc::new(MemoryStore::new()),
        }
    }

    /// Sets the base URL of the API, instead of `https://qyapi.weixin.qq.com`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Sets the base URL of WeChat Pay, instead of `https://api.mch.weixin.qq.com`. Its endpoints require a merchant's certificate, which
    /// `identity` sets.
    pub fn merchant_url(mut self, merchant_url: impl Into<String>) -> Self {
        self.merchant_url = merchant_url.into();
        self
    }

    /// Sets how calls are made: the methods below, and more.
    pub fn options(mut self, change: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.options = change(self.options);
        self
    }

    /// Sets how long one HTTP request may take, instead of 30 seconds: see [`CallOptions::timeout`].
    pub fn timeout(self, timeout: Duration) -> Self {
        self.options(|options| options.timeout(timeout))
    }

    /// Sets how long a call may take as a whole, instead of 2 minutes, including waits for its turn, fetching a token
    /// and all retries.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.options(|options| options.deadline(deadline))
    }

    /// Sets the largest size of a response in bytes, instead of 32 MiB. Downloads as streams may be larger.
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }

    /// Sets how many bytes of memory the lists and maps of a response may take, instead of 64 MiB: see [`CallOptions::max_memory`].
    pub fn max_memory(self, bytes: usize) -> Self {
        self.options(|options| options.max_memory(bytes))
    }

    /// Sets a proxy, instead of the one from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
    /// `NO_PROXY`): an address, or a `reqwest::Proxy`. The environment's proxy is not used for this machine's own addresses
    /// (`localhost`, `127.0.0.1`, `[::1]`); this one is. `socks5://` needs the feature `socks`. [`build`](Self::build) refuses an address
    /// that no proxy can have.
    ///
    /// ```
    /// use wecom_sdk::Client;
    /// use wecom_sdk::reqwest::{NoProxy, Proxy};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::builder("corp id", "secret").proxy("http://proxy:3128").build()?;
    ///
    /// // With a password, and only for addresses outside of the company's network.
    /// let proxy = Proxy::all("http://proxy:3128")?.basic_auth("user", "password");
    /// let proxy = proxy.no_proxy(NoProxy::from_string("internal.example.com"));
    /// let client = Client::builder("corp id", "secret").proxy(proxy).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn proxy(mut self, proxy: impl IntoProxy) -> Self {
        self.http.set_proxy(proxy);
        self
    }

    /// Sets certificate authorities to trust besides those of the system, such as that of a company's proxy. Needs the feature `rustls`.
    ///
    /// ```no_run
    /// use wecom_sdk::Client;
    /// use wecom_sdk::reqwest::Certificate;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let authorities = Certificate::from_pem_bundle(&std::fs::read("company.pem")?)?;
    /// let client = Client::builder("corp id", "secret").root_certificates(authorities).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "rustls")]
    pub fn root_certificates(mut self, roots: impl IntoIterator<Item = reqwest::Certificate>) -> Self {
        self.http.roots.extend(roots);
        self
    }

    /// Sets the certificate to present, with its key: WeChat Pay requires a merchant's. Needs the feature `rustls`.
    #[cfg(feature = "rustls")]
    pub fn identity(mut self, identity: reqwest::Identity) -> Self {
        self.http.identity = Some(identity);
        self
    }

    /// Sets how long idle connections are kept, instead of 15 seconds. It should be shorter than the server and any
    /// proxies keep them: a request on a connection that is just being closed is lost, and it is unknown whether it was
    /// carried out.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.http.idle_timeout = Some(timeout);
        self
    }

    /// Sets how many idle connections are kept, instead of all.
    pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.http.max_idle = Some(connections);
        self
    }

    /// Sets the HTTP client to send with. Its own settings for proxies, certificates and connections apply. It must neither follow
    /// redirects, which would carry the token elsewhere, nor retry requests by itself: `Policy::none()` and
    /// `reqwest::retry::never()`.
    pub fn http_client(self, client: reqwest::Client) -> Self {
        self.transport(client)
    }

    /// Sets a transport other than HTTP.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sends requests without checking documented limits of their fields first.
    pub fn without_validation(self) -> Self {
        self.options(CallOptions::without_validation)
    }

    /// Sets which calls are retried, and when, instead of [`Backoff`](crate::Backoff).
    pub fn retry(self, policy: impl RetryPolicy) -> Self {
        self.options(|options| options.retry(policy))
    }

    /// Sets what happens when a documented rate limit is reached, instead of waiting.
    pub fn on_limit(self, on_limit: OnLimit) -> Self {
        self.options(|options| options.on_limit(on_limit))
    }

    /// Sets how many accounts the company may have: see [`CallOptions::accounts`].
    pub fn accounts(self, accounts: u32) -> Self {
        self.options(|options| options.accounts(accounts))
    }

    /// Sets the IP address from which calls are sent, for processes that share it and the
    /// [limit store](Self::limit_store): they then count the calls per address together. Otherwise, each client assumes
    /// that nobody else uses the address.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Adds a hook that sees every request before it is sent, and every response.
    pub fn hook(self, hook: impl Hook) -> Self {
        self.options(|options| options.hook(hook))
    }

    /// Reports the fields of responses that the types lack: see [`CallOptions::trace_unknown_fields`].
    pub fn trace_unknown_fields(self) -> Self {
        self.options(CallOptions::trace_unknown_fields)
    }

    /// Sets the store that counts calls, instead of memory.
    pub fn limit_store(mut self, store: impl LimitStore) -> Self {
        self.limit_store = Arc::new(store);
        self
    }

    /// Sets the store that keeps tokens, instead of memory.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.token_store = Arc::new(store);
        self
    }

    /// Builds the client. Nothing is sent yet.
    pub fn build(self) -> Result<Client<C>, Error> {
        let base_url = checked_url(self.base_url)?;
        let merchant_url = checked_url(self.merchant_url)?;
        let transport = match self.transport {
            None => Arc::new(self.http.build([&base_url, &merchant_url])?),
            Some(transport) => match self.http.set().next() {
                None => transport,
                Some(option) => {
                    return Err(Error::Setup(format!(
                        "`{option}` doesn't apply to your own HTTP client: set it there"
                    )));
                }
            },
        };
        let options = Arc::new(self.options);
        let caller = Caller {
            transport,
            base_url,
            merchant_url,
            max_response: self.max_response,
            limits: Limits::new(self.limit_store, self.address),
            store: self.token_store,
            credentials: Credentials::default(),
            jobs: Jobs::default(),
            options: Arc::clone(&options),
        };
        Ok(Client::of(Arc::new(caller), options, self.credential))
    }
}
