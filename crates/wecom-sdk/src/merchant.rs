//! Merchants of WeChat Pay (商户), who pay people: red packets, and payments to members.

use std::fmt;

use wecom_requests::token::NoToken;
use wecom_requests::{Check, MerchantSigned};

use crate::{Client, ClientBuilder, Error, Fixed, Secret};

/// A merchant of WeChat Pay (商户): it signs requests with its API key, presents its certificate, and checks the signature of responses.
/// Needs the feature `pay`.
///
/// ```no_run
/// # use wecom_sdk::Error;
/// use wecom_sdk::Merchant;
/// use wecom_sdk::pay::red_packet::{SendWorkwxRedPack, SendWorkwxRedPackArgs};
///
/// # async fn pay() -> Result<(), Box<dyn std::error::Error>> {
/// // apiclient_cert.pem and apiclient_key.pem of the merchant platform, one after the other.
/// let certificate = std::fs::read("merchant.pem")?;
/// let merchant = Merchant::builder("1900000001", "the API key")
///     .certificate(&certificate)?
///     .app_secret("the secret of the app that pays")
///     .build()?;
///
/// let red_packet = SendWorkwxRedPack::new(SendWorkwxRedPackArgs {
///     mch_billno: "1900000001202607030000000042".to_owned(),
///     wxappid: "ww1a2b3c4d5e6f7a8b".to_owned(),
///     re_openid: "oAbCdEfGhIjKlMnOpQrStUvWx012".to_owned(),
///     total_amount: 880,
///     wishing: "Thank you for a good year".to_owned(),
///     act_name: "Summer party".to_owned(),
///     remark: "For the organizers".to_owned(),
/// });
/// match merchant.send(&red_packet).await {
///     Ok(sent) => println!("{}", sent.send_listid),
///     // The same request again, with the same `mch_billno`, sends nothing twice. Another number would.
///     Err(error) if error.may_have_been_carried_out() => eprintln!("unclear: {error}"),
///     Err(error) => eprintln!("not sent: {error}"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// The nonce, the merchant ID and both signatures of a request are filled in when it is sent, anew each time.
///
/// **If the outcome is unclear, send the same request again**, or query it; never send one with a new order number. This applies to every error
/// for which [`Error::may_have_been_carried_out`] is true: a timeout, a response that can't be read or whose signature is wrong, and an
/// error that WeChat Pay reports, since its codes may be new. A merchant retries only requests that can't have
/// arrived.
///
/// A certificate in PKCS #12 (`apiclient_cert.p12`) becomes PEM with `openssl pkcs12 -in apiclient_cert.p12 -nodes -out merchant.pem`; its
/// password is the merchant ID.
///
/// The signatures: <https://developer.work.weixin.qq.com/document/path/90281>
#[derive(Clone)]
pub struct Merchant {
    client: Client<Fixed<NoToken>>,
    signer: Signer,
}

/// The secrets that sign requests.
#[derive(Clone)]
struct Signer {
    merchant_id: String,
    key: Secret,
    app_secret: Option<Secret>,
}

impl Merchant {
    /// Creates a builder from a merchant's ID (商户号) and the API key of the merchant platform.
    pub fn builder(merchant_id: impl Into<String>, key: impl Into<Secret>) -> MerchantBuilder {
        let merchant_id = merchant_id.into();
        // No request of a merchant takes a token; the ID distinguishes its rates from those of other merchants.
        let client = ClientBuilder::new(Fixed::new(merchant_id.as_str()));
        MerchantBuilder { client, signer: Signer { merchant_id, key: key.into(), app_secret: None } }
    }

    /// Signs a request, sends it, and checks the response and its signature.
    ///
    /// # Errors
    ///
    /// Those of [`Client::send`]; [`Error::Merchant`] if WeChat Pay reports an error; [`Error::Decode`] if the signature of the response is
    /// wrong; [`Error::Setup`] if the app's secret is needed and missing.
    pub async fn send<E>(&self, request: &E) -> Result<E::Response, Error>
    where
        E: MerchantSigned<Token = NoToken> + Check + Clone + Sync,
        E::Response: Send,
    {
        let mut signed = request.clone();
        let Signer { merchant_id, key, app_secret } = &self.signer;
        let nonce = format!("{:032x}", fastrand::u128(..));
        let is_signed = signed.sign_as(merchant_id, key, app_secret.as_ref(), &nonce);
        is_signed.map_err(|error| Error::Setup(error.to_string()))?;
        let response = self.client.send_with_body(&signed).await?;
        match E::verify(&response.body.0, key) {
            Ok(()) => Ok(response.value),
            Err(error) => Err(Error::Decode { endpoint: E::META, error, body: response.body }),
        }
    }

    /// Returns the client that requests are sent with.
    pub fn client(&self) -> &Client<Fixed<NoToken>> {
        &self.client
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Merchant").field("merchant_id", &self.signer.merchant_id).finish_non_exhaustive()
    }
}

/// Configures a [`Merchant`]. Needs the feature `pay`.
#[must_use = "a builder does nothing until it builds"]
pub struct MerchantBuilder {
    client: ClientBuilder<Fixed<NoToken>>,
    signer: Signer,
}

impl MerchantBuilder {
    /// Sets the merchant's certificate and its private key, both in PEM. WeChat Pay refuses connections without it. Needs the feature `rustls`.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] if this is not a certificate with its key.
    #[cfg(feature = "rustls")]
    pub fn certificate(mut self, pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        let identity = reqwest::Identity::from_pem(pem.as_ref()).map_err(|_| {
            Error::Setup("the merchant's certificate must be in PEM, with its private key".to_owned())
        })?;
        self.client = self.client.identity(identity);
        Ok(self)
    }

    /// Sets the secret of the app that pays, whose agentid requests contain. Queries don't need it.
    pub fn app_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.signer.app_secret = Some(secret.into());
        self
    }

    /// Sets other options of the client: timeouts, proxies, hooks.
    pub fn client(
        mut self,
        set: impl FnOnce(ClientBuilder<Fixed<NoToken>>) -> ClientBuilder<Fixed<NoToken>>,
    ) -> Self {
        self.client = set(self.client);
        self
    }

    /// Builds the merchant.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::build`].
    pub fn build(self) -> Result<Merchant, Error> {
        Ok(Merchant { client: self.client.build()?, signer: self.signer })
    }
}
