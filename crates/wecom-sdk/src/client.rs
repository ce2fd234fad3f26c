//! The client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wecom_models::Secret;
use wecom_requests::token::AccessToken;
use wecom_requests::{Endpoint, Paged, PagedItems};

use crate::caller::Caller;
use crate::http::HttpOptions;
use crate::limits::{LimitStore, Limits, MemoryLimits, OnLimit};
use crate::options::CallOptions;
use crate::retry::RetryPolicy;
use crate::session::Session;
use crate::tokens::{Credentials, MemoryStore, TokenStore, Tokens};
use crate::transport::Transport;
use crate::{Body, CorpSecret, Credential, Error, Headers, Hook, Items, Pages, Position, Provides};

/// Where WeCom is.
const BASE_URL: &str = "https://qyapi.weixin.qq.com";

/// Where WeChat Pay is.
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
    /// A client for one application of a corporation, with everything else as it is by default.
    pub fn new(corp_id: impl Into<String>, secret: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder(corp_id, secret).build()
    }

    /// A client for one application of a corporation.
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

    /// A client with another credential, which shares everything else with this one: connections, limits, the budget
    /// for repeats and the token store. One for each application, say, or for each corporation that installed one.
    pub fn with_credential<D: Credential>(&self, credential: D) -> Client<D> {
        Client::of(Arc::clone(&self.caller), Arc::clone(&self.options), credential)
    }

    /// What this client proves with that it may call.
    pub fn credential(&self) -> &C {
        &self.credential
    }

    /// Calls an endpoint.
    ///
    /// A request that breaks documented limits is not sent. When WeCom refuses the token, which it does before it
    /// carries anything out, another one is fetched and the request sent once more. What else is repeated, the
    /// [`RetryPolicy`] decides. All of it is done, or given up, within the [deadline](ClientBuilder::deadline).
    pub async fn send<E>(&self, request: &E) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
        C: Provides<E::Token>,
    {
        self.session().send(request).await.map(|(value, _)| value)
    }

    /// Calls an endpoint, and gives the answer as it came besides what was read from it. That costs nothing: the body is shared.
    ///
    /// ```
    /// # use wecom_sdk::{Client, checkin::GetCorpCheckinOption};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// let options = client.send_with_body(&GetCorpCheckinOption::new()).await?;
    /// println!("{} groups", options.value.group.len());
    /// // What the model has no place for:
    /// let raw: serde_json::Value = serde_json::from_slice(&options.body.0)?;
    /// println!("{}", raw["group"][0]["late_rule"]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn send_with_body<E>(&self, request: &E) -> Result<Answered<E::Response>, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
        C: Provides<E::Token>,
    {
        let (value, answer) = self.session().send(request).await?;
        let (head, body) = answer.into_parts();
        Ok(Answered { value, headers: head.headers.into(), body: Body(body) })
    }

    /// A view of this client that makes its calls in another way: with other times, another policy, another hook. It is cheap, and
    /// shares everything with this client.
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
    /// Tokens are fetched as the client was built, whoever needs them first.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        Self { options: Arc::new(change((*self.options).clone())), ..self.clone() }
    }

    /// A token that is good, as far as anyone knows: for endpoints that have no type here yet.
    pub async fn access_token(&self) -> Result<Secret, Error>
    where
        C: Provides<AccessToken>,
    {
        Ok(self.tokens.get().await?.token.clone())
    }

    /// The pages of an endpoint, from where the request starts.
    pub fn pages<E>(&self, request: E) -> Pages<E, C>
    where
        E: Paged,
        C: Provides<E::Token>,
    {
        Pages::new(self.clone(), request)
    }

    /// The items on the pages of an endpoint, one by one, from where the request starts.
    pub fn items<E>(&self, request: E) -> Items<E, C>
    where
        E: PagedItems,
        C: Provides<E::Token>,
    {
        Items::new(self.pages(request))
    }

    /// The items on the pages of an endpoint from where others stopped: see [`Items::position`].
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

    #[cfg(any(feature = "jssdk", feature = "service"))]
    pub(crate) fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    #[cfg(feature = "service")]
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

/// An answer, with what it was read from: see [`Client::send_with_body`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answered<T> {
    /// What was read.
    pub value: T,
    /// The headers.
    pub headers: Headers,
    /// The body, as it came: it may hold more than `value` has places for.
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
    /// A client with a credential.
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

    /// Where the API is, instead of `https://qyapi.weixin.qq.com`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Where WeChat Pay is, instead of `https://api.mch.weixin.qq.com`. Its endpoints ask for a merchant's certificate, which
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

    /// How long one HTTP request may take, instead of 30 seconds: see [`CallOptions::timeout`].
    pub fn timeout(self, timeout: Duration) -> Self {
        self.options(|options| options.timeout(timeout))
    }

    /// How long a call may take as a whole, instead of 2 minutes: with waiting for its turn, with a token if it needs
    /// one, and with all repeats.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.options(|options| options.deadline(deadline))
    }

    /// How many bytes an answer may have, instead of 32 MiB. A download as a stream may have more.
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }

    /// How many bytes of memory the lists and maps of an answer may take, instead of 64 MiB: see [`CallOptions::max_memory`].
    pub fn max_memory(self, bytes: usize) -> Self {
        self.options(|options| options.max_memory(bytes))
    }

    /// A proxy to go through, instead of the one that the environment asks for (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
    /// `NO_PROXY`). The environment's is not used for this machine's own addresses (`localhost`, `127.0.0.1`, `[::1]`); this one
    /// is. `socks5://` needs the feature `socks`.
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.http.proxy = Some(proxy);
        self
    }

    /// Certificate authorities to trust besides those that the system trusts: of a company's proxy, say.
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

    /// The certificate to present, with its key: WeChat Pay asks for a merchant's.
    #[cfg(feature = "rustls")]
    pub fn identity(mut self, identity: reqwest::Identity) -> Self {
        self.http.identity = Some(identity);
        self
    }

    /// How long a connection is kept that nobody uses, instead of 15 seconds. It should be less than the other side keeps it, and
    /// whatever stands between: on a connection that is just being closed, a request is lost, and nobody knows whether it was
    /// carried out.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.http.idle_timeout = Some(timeout);
        self
    }

    /// How many connections that nobody uses are kept, instead of all.
    pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.http.max_idle = Some(connections);
        self
    }

    /// A client to send with, which brings its own settings for proxies, certificates and connections. It must neither follow
    /// redirects, which would carry the token elsewhere, nor repeat requests by itself: `Policy::none()` and
    /// `reqwest::retry::never()`.
    pub fn http_client(self, client: reqwest::Client) -> Self {
        self.transport(client)
    }

    /// Anything else to send with.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sends requests without checking documented limits of their fields first.
    pub fn without_validation(self) -> Self {
        self.options(CallOptions::without_validation)
    }

    /// Which calls are retried, and when, instead of [`Backoff`](crate::Backoff).
    pub fn retry(self, policy: impl RetryPolicy) -> Self {
        self.options(|options| options.retry(policy))
    }

    /// What happens where a documented rate leaves no room, instead of waiting.
    pub fn on_limit(self, on_limit: OnLimit) -> Self {
        self.options(|options| options.on_limit(on_limit))
    }

    /// How many accounts the corporation may have: see [`CallOptions::accounts`].
    pub fn accounts(self, accounts: u32) -> Self {
        self.options(|options| options.accounts(accounts))
    }

    /// Names the address that calls leave from, where other processes call from it and share the
    /// [limit store](Self::limit_store): then they count together what WeCom allows one address. Otherwise each client takes it
    /// that it is alone.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Adds something that sees every request before it leaves, and what comes back.
    pub fn hook(self, hook: impl Hook) -> Self {
        self.options(|options| options.hook(hook))
    }

    /// Names the fields of answers that no type here has a place for: see [`CallOptions::trace_unknown_fields`].
    pub fn trace_unknown_fields(self) -> Self {
        self.options(CallOptions::trace_unknown_fields)
    }

    /// Where calls are counted, instead of in memory.
    pub fn limit_store(mut self, store: impl LimitStore) -> Self {
        self.limit_store = Arc::new(store);
        self
    }

    /// Where tokens are kept, instead of in memory.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.token_store = Arc::new(store);
        self
    }

    /// The client. Nothing is sent yet.
    pub fn build(self) -> Result<Client<C>, Error> {
        let base_url = checked_url(self.base_url)?;
        let merchant_url = checked_url(self.merchant_url)?;
        let transport = match self.transport {
            None => Arc::new(self.http.build([&base_url, &merchant_url])?),
            Some(transport) => match self.http.set().next() {
                None => transport,
                Some(option) => {
                    return Err(Error::Setup(format!(
                        "`{option}` has no effect on the HTTP client that is given: set it there"
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
            options: Arc::clone(&options),
        };
        Ok(Client::of(Arc::new(caller), options, self.credential))
    }
}

/// A base URL, or an error that doesn't show it: it may hold a password.
fn checked_url(url: String) -> Result<String, Error> {
    let plain = url.parse::<::http::Uri>().is_ok_and(|parsed| {
        let scheme = matches!(parsed.scheme_str(), Some("http" | "https"));
        let authority = parsed.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        scheme && authority && parsed.query().is_none() && !url.contains('#')
    });
    if plain {
        return Ok(url);
    }
    Err(Error::Setup(
        "a base URL is like https://qyapi.weixin.qq.com, without user, query or fragment".to_owned(),
    ))
}
