//! The credentials of a service provider: its own, those of its apps, and those of the companies that installed
//! them.

use futures_core::future::BoxFuture;
use wecom_models::Secret;
use wecom_models::service::auth::{GetCorpToken, GetProviderToken, GetSuiteToken};
use wecom_requests::token::{AccessToken, NoToken, ProviderAccessToken, SuiteAccessToken};
use wecom_requests::{Endpoint as _, TokenKind};

use crate::caller::Caller;
use crate::credential::{Identity, granted, key, sealed::Sealed};
use crate::session::Session;
use crate::ticket::Ticket;
use crate::tokens::StoredToken;
use crate::{Client, Credential, Error, Provides};

/// A service provider's app (套件) and its secret. WeCom also requires the ticket that it pushes to the provider's
/// callback every 10 minutes: pass it to [`Client::put_ticket`]. Needs the feature `service`.
///
/// ```
/// # use wecom_sdk::{AuthorizedCorp, ClientBuilder, Error, Suite, contacts::user::GetUser};
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// let suite = ClientBuilder::new(Suite::new("suite id", "suite secret"))
///     .base_url(server.base_url())
///     .build()?;
///
/// // Wherever the callback arrives:
/// suite.put_ticket("the ticket WeCom pushed").await;
///
/// // For each company that installed the app:
/// let corp = suite.with_credential(AuthorizedCorp::new(&suite, "corp id", "permanent code"));
/// let member = corp.send(&GetUser::new("zhangsan")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Suite {
    /// The app's ID.
    pub suite_id: String,
    /// The app's secret.
    pub secret: Secret,
    ticket: Ticket,
}

impl Suite {
    /// Creates a credential from an app's ID and secret.
    pub fn new(suite_id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { suite_id: suite_id.into(), secret: secret.into(), ticket: Ticket::default() }
    }
}

impl Sealed for Suite {}
impl Provides<SuiteAccessToken> for Suite {}
impl Provides<NoToken> for Suite {}

impl Credential for Suite {
    fn token_kind(&self) -> TokenKind {
        TokenKind::SuiteAccessToken
    }

    fn key(&self) -> String {
        key("suite", &[&self.suite_id, self.secret.expose()])
    }

    /// It belongs to no company.
    fn company(&self) -> Option<String> {
        None
    }

    fn is_provider(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>> {
        Box::pin(async {
            let ticket = self.ticket.latest(self, caller).await?;
            let request = GetSuiteToken::new(self.suite_id.as_str(), self.secret.clone(), ticket);
            let answer = Session::without_token(caller, &Identity::of(self)).grant(&request).await?;
            granted(GetSuiteToken::META, "suite_access_token", answer.suite_access_token, answer.expires_in)
        })
    }
}

impl Client<Suite> {
    /// Accepts the ticket that WeCom pushed. It is kept for 30 minutes, in the client and in the token store, so that other processes
    /// have it, too. WeCom waits one second for a callback's response, so a slow store is not waited for longer than
    /// half of that. Needs the feature `service`.
    pub async fn put_ticket(&self, ticket: impl Into<Secret>) {
        self.credential().ticket.put(self, ticket.into()).await;
    }
}

/// A company that has installed a service provider's app. Needs the feature `service`.
#[derive(Clone, Debug)]
pub struct AuthorizedCorp {
    suite: Client<Suite>,
    corp_id: String,
    permanent_code: Secret,
}

impl AuthorizedCorp {
    /// Creates a credential from a company's ID and the permanent code that the provider received when the company installed the app. Tokens are fetched
    /// through the app's client.
    pub fn new(suite: &Client<Suite>, corp_id: impl Into<String>, permanent_code: impl Into<Secret>) -> Self {
        Self { suite: suite.clone(), corp_id: corp_id.into(), permanent_code: permanent_code.into() }
    }
}

impl Sealed for AuthorizedCorp {}
impl Provides<AccessToken> for AuthorizedCorp {}
impl Provides<NoToken> for AuthorizedCorp {}

impl Credential for AuthorizedCorp {
    fn token_kind(&self) -> TokenKind {
        TokenKind::AccessToken
    }

    fn key(&self) -> String {
        key("authorized", &[&self.suite.credential().suite_id, &self.corp_id, self.permanent_code.expose()])
    }

    fn company(&self) -> Option<String> {
        Some(self.corp_id.clone())
    }

    fn is_provider(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, _: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>> {
        Box::pin(async {
            let request = GetCorpToken::new(self.corp_id.as_str(), self.permanent_code.clone());
            let answer = self.suite.session().grant(&request).await?;
            granted(GetCorpToken::META, "access_token", answer.access_token, answer.expires_in)
        })
    }
}

/// A service provider's own ID and secret. Needs the feature `service`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Provider {
    /// The provider's company.
    pub corp_id: String,
    /// The provider's secret.
    pub secret: Secret,
}

impl Provider {
    /// Creates a credential from a provider's ID and secret.
    pub fn new(corp_id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { corp_id: corp_id.into(), secret: secret.into() }
    }
}

impl Sealed for Provider {}
impl Provides<ProviderAccessToken> for Provider {}
impl Provides<NoToken> for Provider {}

impl Credential for Provider {
    fn token_kind(&self) -> TokenKind {
        TokenKind::ProviderAccessToken
    }

    fn key(&self) -> String {
        key("provider", &[&self.corp_id, self.secret.expose()])
    }

    fn company(&self) -> Option<String> {
        Some(self.corp_id.clone())
    }

    fn is_provider(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>> {
        Box::pin(async {
            let request = GetProviderToken::new(self.corp_id.as_str(), self.secret.clone());
            let answer = Session::without_token(caller, &Identity::of(self)).grant(&request).await?;
            granted(
                GetProviderToken::META,
                "provider_access_token",
                answer.provider_access_token,
                answer.expires_in,
            )
        })
    }
}
