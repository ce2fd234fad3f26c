//! The client.

use std::fmt;
use std::sync::Arc;

use wecom_models::Secret;
use wecom_requests::token::AccessToken;
use wecom_requests::{Endpoint, Paged, PagedItems};

use crate::caller::Caller;
use crate::options::CallOptions;
use crate::session::Session;
use crate::tokens::Tokens;
use crate::{Body, ClientBuilder, CorpSecret, Credential, Error, Headers, Items, Pages, Position, Provides};

/// A client for the WeCom API. Create one per app, and clone it wherever it is needed: cloning is cheap, and the clones share their token,
/// connections and limits.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// # let url = server.base_url();
/// use wecom_sdk::Client;
/// use wecom_sdk::contacts::user::{GetUser, ListUserId};
///
/// let client = Client::new("corp id", "secret")?;
/// # let client = Client::builder("corp id", "secret").base_url(url).build()?;
/// let user = client.send(&GetUser::new("lin.wei")).await?;
/// println!("{:?}", user.name);
///
/// let mut members = client.items(ListUserId::new());
/// while let Some(member) = members.try_next().await? {
///     println!("{:?}", member.userid);
/// }
/// # Ok(())
/// # }
/// ```
///
/// `C` is its [`Credential`], which says whose token it uses: a [`CorpSecret`] unless another one is passed to
/// [`ClientBuilder::new`] or [`with_credential`](Self::with_credential). The compiler knows which endpoints a credential may call: see
/// [`Provides`].
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
    pub(crate) fn of(caller: Arc<Caller>, options: Arc<CallOptions>, credential: C) -> Self {
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
    /// [`RetryPolicy`](crate::RetryPolicy) decides about other failures. All of it ends within the [deadline](ClientBuilder::deadline).
    ///
    /// # Errors
    ///
    /// [`Error::Api`] if WeCom refuses the call, [`Error::Invalid`] if the request breaks documented limits, or any other [`Error`]: the
    /// table [*When a call fails*](crate#when-a-call-fails) lists them. [`Error::may_have_been_carried_out`] says whether WeCom may have acted on it.
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

    /// Iterates over the pages of an endpoint, starting where the request says: see [*Pages*](crate#pages).
    pub fn pages<E>(&self, request: E) -> Pages<E, C>
    where
        E: Paged,
        C: Provides<E::Token>,
    {
        Pages::new(self.clone(), request)
    }

    /// Iterates over the items on all pages of an endpoint, starting where the request says, as in [the example](Client).
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
