//! Credentials, and the kinds of token that they obtain.

use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use hmac_sha256::Hash;
use wecom_models::Secret;
use wecom_models::access::GetToken;
use wecom_requests::token::{AccessToken, NoToken, Token};
use wecom_requests::{DecodeError, Endpoint as _, Meta, TokenKind};

use crate::caller::Caller;
use crate::session::Session;
use crate::tokens::{LONGEST, StoredToken, is_token};
use crate::{Body, Error, hex};

/// The credential of a client: [`CorpSecret`], [`Suite`], [`AuthorizedCorp`], [`Provider`], [`DeviceModel`], [`Device`] or a [`Fixed`]
/// token. It can't be implemented outside this crate.
///
/// [`DeviceModel`]: crate::DeviceModel
/// [`Device`]: crate::Device
/// [`Suite`]: crate::Suite
/// [`AuthorizedCorp`]: crate::AuthorizedCorp
/// [`Provider`]: crate::Provider
pub trait Credential: sealed::Sealed + Send + Sync + 'static {
    /// Returns a hash that identifies it without showing it.
    #[doc(hidden)]
    fn key(&self) -> String;

    /// Returns its company's ID, or anything that distinguishes it from others where that isn't known.
    #[doc(hidden)]
    fn company(&self) -> Option<String>;

    /// Returns whether it belongs to a service provider's app.
    #[doc(hidden)]
    fn is_provider(&self) -> bool {
        false
    }

    /// The kind of token that it obtains.
    #[doc(hidden)]
    fn token_kind(&self) -> TokenKind;

    /// Whether its token is kept in the store.
    #[doc(hidden)]
    fn is_stored(&self) -> bool {
        true
    }

    /// Fetches a token from WeCom.
    #[doc(hidden)]
    fn fetch<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>>;
}

/// The caller that a credential represents.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// Identifies the credential without revealing it.
    pub(crate) key: String,
    /// The company, if it belongs to one.
    pub(crate) company: Option<String>,
    /// Whether a service provider's applications call.
    pub(crate) is_provider: bool,
}

impl Identity {
    pub(crate) fn of<C: Credential + ?Sized>(credential: &C) -> Self {
        Self { key: credential.key(), company: credential.company(), is_provider: credential.is_provider() }
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// A credential that obtains tokens of the kind `T`.
///
/// An app's secret obtains access tokens, so it can call an endpoint that takes one:
///
/// ```
/// # use wecom_sdk::{Client, Error};
/// use wecom_sdk::meeting::basic::GetMeetingInfo;
///
/// async fn call(client: &Client, request: &GetMeetingInfo) -> Result<(), Error> {
///     client.send(request).await.map(drop)
/// }
/// ```
///
/// It obtains no provider tokens, so this does not compile:
///
/// ```compile_fail,E0277
/// # use wecom_sdk::{Client, Error};
/// use wecom_sdk::paytool::OpenOrder;
///
/// async fn call(client: &Client, request: &OpenOrder) -> Result<(), Error> {
///     client.send(request).await.map(drop)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "an endpoint that takes `{T}` can't be called with the credential `{Self}`",
    label = "this client's credential doesn't obtain such a token"
)]
pub trait Provides<T: Token>: Credential {}

/// A company's ID and the secret of one of its apps. For a customized app, which a service provider develops
/// for one company (代开发应用), the secret is the permanent code.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CorpSecret {
    /// The company's ID.
    pub corp_id: String,
    /// The app's secret.
    pub secret: Secret,
}

impl CorpSecret {
    /// Creates a credential from a company's ID and an app's secret.
    pub fn new(corp_id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { corp_id: corp_id.into(), secret: secret.into() }
    }
}

impl sealed::Sealed for CorpSecret {}
impl Provides<AccessToken> for CorpSecret {}
impl Provides<NoToken> for CorpSecret {}

impl Credential for CorpSecret {
    fn token_kind(&self) -> TokenKind {
        TokenKind::AccessToken
    }

    fn key(&self) -> String {
        key("corp", &[&self.corp_id, self.secret.expose()])
    }

    fn company(&self) -> Option<String> {
        Some(self.corp_id.clone())
    }

    fn fetch<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>> {
        Box::pin(async {
            let request = GetToken::new(self.corp_id.as_str(), self.secret.clone());
            let answer = Session::without_token(caller, &Identity::of(self)).grant(&request).await?;
            granted(GetToken::META, "access_token", answer.access_token, answer.expires_in)
        })
    }
}

/// A token from elsewhere: from a service that keeps the tokens of a whole company, or the key of a webhook
/// ([`WebhookKey`](crate::token::WebhookKey)), of a group bot or a smart sheet. If WeCom refuses it, the call fails.
///
/// ```
/// # fn main() -> Result<(), wecom_sdk::Error> {
/// use wecom_sdk::{ClientBuilder, Fixed, token::{AccessToken, WebhookKey}};
///
/// let client = ClientBuilder::new(Fixed::<AccessToken>::new("a token from elsewhere")).build()?;
/// // For `wedoc::smartsheet_webhook`; a `GroupBot` makes its own.
/// let sheet = ClientBuilder::new(Fixed::<WebhookKey>::new("the key of a smart sheet's webhook")).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fixed<T> {
    token: Secret,
    kind: PhantomData<fn() -> T>,
}

impl<T: Token> Fixed<T> {
    /// Creates a credential from a token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self { token: token.into(), kind: PhantomData }
    }
}

impl<T> sealed::Sealed for Fixed<T> {}
impl<T: Token + 'static> Provides<T> for Fixed<T> {}

impl<T: Token + 'static> Credential for Fixed<T> {
    fn token_kind(&self) -> TokenKind {
        T::KIND
    }

    fn key(&self) -> String {
        key("fixed", &[self.token.expose()])
    }

    /// Unknown: all calls with one token are those of one company.
    fn company(&self) -> Option<String> {
        Some(self.key())
    }

    /// The application already has it, and its lifetime is unknown.
    fn is_stored(&self) -> bool {
        false
    }

    fn fetch<'a>(&'a self, _: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>> {
        // Only the application that obtained it knows its real lifetime.
        Box::pin(std::future::ready(Ok(StoredToken::for_next(self.token.clone(), LONGEST))))
    }
}

/// Returns a hash of a credential's parts.
pub(crate) fn key(kind: &str, parts: &[&str]) -> String {
    let mut hash = Hash::new();
    for part in [kind].iter().chain(parts) {
        // The lengths make the hashed bytes of different lists of parts different.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    format!("{kind}-{}", hex(&hash.finalize()[..16]))
}

/// Checks a token that WeCom returned.
pub(crate) fn granted(
    endpoint: &'static Meta,
    field: &str,
    token: Secret,
    lifetime: u64,
) -> Result<StoredToken, Error> {
    // For example, a gateway's empty response: continuing would put the blame on another endpoint, or request a token
    // for every call.
    let error = if token.is_empty() {
        DecodeError::new(field, "missing")
    } else if !is_token(&token) {
        DecodeError::new(field, "expected a token, of up to 4096 visible ASCII characters")
    } else if lifetime == 0 {
        DecodeError::new("expires_in", "expected a number of seconds above 0")
    } else {
        return Ok(StoredToken::for_next(token, Duration::from_secs(lifetime)));
    };
    Err(Error::Decode { endpoint, error, body: Body(Bytes::new()) })
}
