//! The client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wecom_models::Secret;
use wecom_requests::token::AccessToken;
use wecom_requests::{Endpoint, Paged, PagedItems};

use crate::caller::Caller;
use crate::http::{HttpOptions, IntoProxy, checked_url};
use crate::jobs::Jobs;
use crate::limits::{LimitStore, Limits, MemoryLimits, OnLimit};
use crate::options::CallOptions;
use crate::retry::RetryPolicy;
use crate::session::Session;
use crate::tokens::{Credentials, MemoryStore, TokenStore, Tokens};
use crate::transport::Transport;
use crate::{Body, CorpSecret, Credential, Error, Headers, Hook, Items, Pages, Position, Provides};

/// The base URL of WeCom.
const BASE_URL: &str = "https://qyapi.weixin.qq.com";

/// The base URL of WeChat Pay.
const MERCHANT_URL: &str = "https://api.mch.weixin.qq.com";

/// A client for the WeCom API. Cloning it is cheap, and the clones share their token.
pub struct Client<C = CorpSecret> {
    caller: Arc<Caller>,
    credential: Arc<C>,
    tokens: Arc<Tokens>,
    options: Arc<CallOptions>,
}

impl<C> Clone for Client<C> {
    fn clone(&self) -> Self {
        Self {
            caller: Arc::clone(&self.caller),
            credential: Arc::clone(&self.credential),
            tokens: Arc::clone(&self.tokens),
            options: Arc::clone(&self.options),
        }
    }
}

impl<C: fmt::Debug> fmt::Debug for Client<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("credential", &self.credential).finish_non_exhaustive()
    }
}

impl Client {
    /// Creates a client for one app of a company, with default settings.
    pub fn new(corp_id: impl Into<String>, secret: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder(corp_id, secret).build()
    }

    /// Creates a builder for a client for one app of a company.
    pub fn builder(corp_id: impl Into<String>, secret: impl Into<Secret>) -> ClientBuilder {
        ClientBuilder::new(CorpSecret::new(corp_id, secret))
    }
}

impl<C: Credential> Client<C> {
    fn of(caller: Arc<Caller>, options: Arc<CallOptions>, credential: C) -> Self {
        let credential = Arc::new(credential);
        let tokens = Tokens::new(Arc::clone(&credential) as Arc<dyn Credential>, Arc::clone(&caller));
        Self { caller, credential, tokens: Arc::new(tokens), options }
    }

    /// Creates a client with another credential that shares everything else with this one: connections, limits, the retry
    /// budget and the token store. Use one per app, or per company that installed an app.
    pub fn with_credential<D: Credential>(&self, credential: D) -> Client<D> {
        Client::of(Arc::clone(&self.caller), Arc::clone(&self.options), credential)
    }

    /// Returns the credential of this client.
    pub fn credential(&self) -> &C {
        &self.credential
    }

    /// Calls an endpoint.
    ///
    /// A request that breaks documented limits is not sent. When WeCom refuses the token, which it does before it
    /// carries anything out, the client fetches another one and sends the request once more. The
    /// [`RetryPolicy`] decides about other failures. All of it ends within the [deadline](ClientBuilder::deadline).
    pub async fn send<E>(&self, request: &E) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
        C: Provides<E::Token>,
    {
        self.session().send(request).await.map(|(value, _)| value)
    }

    /// Calls an endpoint, and returns the body as received besides the decoded response. That costs nothing: the body is shared.
    ///
    /// ```
    /// # use wecom_sdk::{Client, checkin::GetCorpCheckinOption};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// let options = client.send_with_body(&GetCorpCheckinOption::new()).await?;
    /// println!("{} groups", options.value.group.len());
    /// // Fields that the model lacks:
    /// let raw: serde_json::Value = serde_json::from_slice(&options.body.0)?;
    /// println!("{}", raw["group"][0]["late_rule"]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn send_with_body<E>(&self, request: &E) -> Result<FullResponse<E::Response>, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
        C: Provides<E::Token>,
    {
        let (value, answer) = self.session().send(request).await?;
        let (head, body) = answer.into_parts();
        Ok(FullResponse { value, headers: head.headers.into(), body: Body(body) })
    }

    /// Creates a view of this client with other options: timeouts, another policy, another hook. It is cheap, and
    /// shares everything else with this client.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use wecom_sdk::{Client, NoRetry, meeting::basic::GetMeetingInfo};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// let impatient = client.with(|call| call.deadline(Duration::from_secs(3)).retry(NoRetry));
    /// impatient.send(&GetMeetingInfo::new("meeting id")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Tokens are always fetched with the options that the client was built with.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        Self { options: Arc::new(change((*self.options).clone())), ..self.clone() }
    }

    /// Returns a token that is valid as far as the client knows: for endpoints that have no type yet.
    pub async fn access_token(&self) -> Result<Secret, Error>
    where
        C: Provides<AccessToken>,
    {
        Ok(self.tokens.get().await?.token.clone())
    }

    /// Iterates over the pages of an endpoint, starting where the request says.
    pub fn pages<E>(&self, request: E) -> Pages<E, C>
    where
        E: Paged,
        C: Provides<E::Token>,
    {
        Pages::new(self.clone(), request)
    }

    /// Iterates over the items on all pages of an endpoint, starting where the request says.
    pub fn items<E>(&self, request: E) -> Items<E, C>
    where
        E: PagedItems,
        C: Provides<E::Token>,
    {
        Items::new(self.pages(request))
    }

    /// Resumes iterating over the items of an endpoint: see [`Items::position`].
    pub fn items_from<E>(&self, request: E, position: &Position) -> Items<E, C>
    where
        E: PagedItems,
        C: Provides<E::Token>,
    {
        Items::from_position(self, request, position)
    }

    pub(crate) fn session(&self) -> Session<'_> {
        Session::new(&self.caller, &self.tokens, &self.options)
    }

    pub(crate) fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    #[cfg(any(feature = "openhw", feature = "service"))]
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

/// A response with its headers and body: see [`Client::send_with_body`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FullResponse<T> {
    /// The decoded response.
    pub value: T,
    /// The headers.
    pub headers: Headers,
    /// The body as received. It may contain fields that `value` lacks.
    pub body: Body,
}

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
    /// `NO_PROXY`): an address, or a [`reqwest::Proxy`]. The environment's proxy is not used for this machine's own addresses
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
