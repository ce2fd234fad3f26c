//! The client.

use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument as _;
use wecom_models::Secret;
use wecom_requests::token::AccessToken;
use wecom_requests::{Endpoint, Paged, TokenKind};

use crate::tokens::Tokens;
use crate::{CorpSecret, Credential, Error, Http, Items, Pages, Provides};

/// Where WeCom is.
const BASE_URL: &str = "https://qyapi.weixin.qq.com";

/// Where WeChat Pay is.
const MERCHANT_URL: &str = "https://api.mch.weixin.qq.com";

/// The codes that say that a token is no good: a wrong one, and one that has run out. WeCom is not strict about
/// which is which.
const REFUSED_TOKEN: [i64; 3] = [40001, 40014, 42001];

/// A client for the WeCom API. Cloning it is cheap, and the clones share their token.
#[derive(Debug)]
pub struct Client<C = CorpSecret> {
    inner: Arc<Inner<C>>,
}

impl<C> Clone for Client<C> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

#[derive(Debug)]
struct Inner<C> {
    http: Http,
    credential: C,
    tokens: Tokens,
    validates: bool,
}

impl Client {
    /// A client for one application of a corporation, with everything else as it is by default.
    pub fn new(corp_id: impl Into<String>, secret: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder(corp_id, secret).build()
    }

    /// A client for one application of a corporation.
    pub fn builder(corp_id: impl Into<String>, secret: impl Into<Secret>) -> ClientBuilder {
        ClientBuilder {
            credential: CorpSecret { corp_id: corp_id.into(), secret: secret.into() },
            client: None,
            base_url: BASE_URL.to_owned(),
            merchant_url: MERCHANT_URL.to_owned(),
            timeout: Duration::from_secs(30),
            max_response: 32 << 20,
            validates: true,
        }
    }
}

impl<C: Credential> Client<C> {
    /// Calls an endpoint.
    ///
    /// A request that breaks documented limits is not sent. When WeCom refuses the token, which it does before it
    /// carries anything out, another one is fetched and the request sent once more.
    pub async fn send<E>(&self, request: &E) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
        C: Provides<E::Token>,
    {
        let endpoint = E::META;
        let Inner { http, credential, tokens, validates } = &*self.inner;
        if *validates {
            request.violations().map_err(|violations| Error::Invalid { endpoint, violations })?;
        }
        let span = tracing::debug_span!("call", endpoint = endpoint.id);
        let call = async {
            if endpoint.token == TokenKind::NoToken {
                return http.call(request, "").await;
            }
            let token = tokens.get(credential, http).await?;
            let result = http.call(request, token.token.expose()).await;
            match &result {
                Err(Error::Api { error, .. }) if REFUSED_TOKEN.contains(&error.code) => {
                    tracing::debug!(errcode = error.code, "the token was refused");
                    tokens.refuse(&token);
                }
                _ => return result,
            }
            let another = tokens.get(credential, http).await?;
            if another.token == token.token {
                // WeCom gives the same token out again while it lives: it is not the token that is wrong.
                return result;
            }
            http.call(request, another.token.expose()).await
        };
        call.instrument(span).await
    }

    /// A token that is good, as far as anyone knows: for endpoints that have no type here yet.
    pub async fn access_token(&self) -> Result<Secret, Error>
    where
        C: Provides<AccessToken>,
    {
        let Inner { http, credential, tokens, .. } = &*self.inner;
        Ok(tokens.get(credential, http).await?.token.clone())
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
        E: Paged,
        C: Provides<E::Token>,
    {
        Items::new(self.pages(request))
    }
}

/// Sets up a [`Client`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    credential: CorpSecret,
    client: Option<reqwest::Client>,
    base_url: String,
    merchant_url: String,
    timeout: Duration,
    max_response: usize,
    validates: bool,
}

impl ClientBuilder {
    /// Where the API is, instead of `https://qyapi.weixin.qq.com`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Where WeChat Pay is, instead of `https://api.mch.weixin.qq.com`. Its endpoints ask for a merchant's certificate,
    /// which [`ClientBuilder::http_client`] can present.
    pub fn merchant_url(mut self, merchant_url: impl Into<String>) -> Self {
        self.merchant_url = merchant_url.into();
        self
    }

    /// How long one HTTP request may take, instead of 30 seconds. A call may need several: one for a token, and both once
    /// more when WeCom refuses the token.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many bytes an answer may have, instead of 32 MiB.
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }

    /// A client to send with, for example one with a proxy. It should not follow redirects: WeCom sends none.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Sends requests without checking documented limits first.
    pub fn without_validation(mut self) -> Self {
        self.validates = false;
        self
    }

    /// The client. Nothing is sent yet.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = checked_url(self.base_url)?;
        let merchant_url = checked_url(self.merchant_url)?;
        let client = match self.client {
            Some(client) => client,
            None => reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(Duration::from_secs(10))
                .build()
                .map_err(|error| Error::Setup(error.to_string()))?,
        };
        let http =
            Http { client, base_url, merchant_url, timeout: self.timeout, max_response: self.max_response };
        let inner =
            Inner { http, credential: self.credential, tokens: Tokens::default(), validates: self.validates };
        Ok(Client { inner: Arc::new(inner) })
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
