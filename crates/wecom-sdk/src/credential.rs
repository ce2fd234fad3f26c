//! Who calls: what proves it, and which tokens it is good for.

use std::time::Duration;

use bytes::Bytes;
use wecom_models::Secret;
use wecom_models::auth::Gettoken;
use wecom_requests::token::{AccessToken, NoToken, Token};
use wecom_requests::{DecodeError, Endpoint as _};

use crate::{Body, Error, Http};

/// What a client proves with that it may call. It can't be implemented outside this crate: what is here so far is
/// [`CorpSecret`].
pub trait Credential: sealed::Sealed + Send + Sync + 'static {
    /// Fetches a token from WeCom.
    #[doc(hidden)]
    fn fetch(&self, http: &Http) -> impl Future<Output = Result<FreshToken, Error>> + Send;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::CorpSecret {}
}

/// A token as WeCom gave it out.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct FreshToken {
    /// The token.
    pub token: Secret,
    /// How long it lives.
    pub lifetime: Duration,
}

/// A credential that tokens of the kind `T` can be had with.
///
/// An application's secret gives access tokens, so an endpoint that takes one can be called:
///
/// ```
/// # use wecom_sdk::{Client, Error};
/// use wecom_sdk::meeting::basic::GetInfo;
///
/// async fn call(client: &Client, request: &GetInfo) -> Result<(), Error> {
///     client.send(request).await.map(drop)
/// }
/// ```
///
/// It gives no token of a service provider, so this does not compile:
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
    label = "this client's credential gives no such token"
)]
pub trait Provides<T: Token>: Credential {}

/// A corporation's id and the secret of one of its applications.
#[derive(Clone, Debug)]
pub struct CorpSecret {
    /// The corporation's id.
    pub corp_id: String,
    /// The application's secret.
    pub secret: Secret,
}

impl Provides<AccessToken> for CorpSecret {}
impl Provides<NoToken> for CorpSecret {}

impl Credential for CorpSecret {
    async fn fetch(&self, http: &Http) -> Result<FreshToken, Error> {
        let request = Gettoken::new(self.corp_id.as_str(), self.secret.clone());
        let answer = http.call(&request, "").await?;
        if answer.access_token.is_empty() {
            // A gateway's empty answer, for example: to go on would put the blame on another endpoint.
            let error = DecodeError { path: "access_token".to_owned(), message: "missing".to_owned() };
            return Err(Error::Decode { endpoint: Gettoken::META, error, body: Body(Bytes::new()) });
        }
        Ok(FreshToken { token: answer.access_token, lifetime: Duration::from_secs(answer.expires_in.into()) })
    }
}
