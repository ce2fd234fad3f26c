//! Signatures for the JS-SDK, and the tickets for them.

use std::sync::Arc;
use std::time::SystemTime;

use futures_core::future::BoxFuture;
use serde::Serialize;
use sha1::{Digest as _, Sha1};
use wecom_models::auth::jssdk::{GetJsapiTicket, GetTicket, TicketType};
use wecom_requests::token::AccessToken;
use wecom_requests::{Endpoint as _, TokenKind};

use crate::caller::Caller;
use crate::credential::{granted, key, sealed::Sealed};
use crate::tokens::{StoredToken, Tokens};
use crate::{Client, Credential, Error, Provides, Secret, hex};

/// The number of characters in a `nonceStr`.
const NONCE: usize = 16;

/// Signs pages for the JS-SDK (JS-SDK 签名): for `getConfigSignature` and `getAgentConfigSignature` of `ww.register`, and for
/// `wx.config` and `wx.agentConfig`. Needs the feature `jssdk`.
///
/// ```
/// # use wecom_sdk::Client;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// # let client = Client::builder("ww1", "secret").base_url(server.base_url()).build()?;
/// let jssdk = client.jssdk();
/// // The URL of the page that asks, as its browser has it.
/// let signature = jssdk.config("https://example.com/orders?id=7#top").await?;
/// // {"timestamp":…,"nonceStr":"…","signature":"…"}
/// let body = serde_json::to_string(&signature)?;
/// # assert!(body.starts_with(r#"{"timestamp":"#), "{body}");
/// # Ok(())
/// # }
/// ```
///
/// The tickets are kept like tokens: fetched once, however many pages wait for one, renewed before they expire, and shared through the
/// [`TokenStore`](crate::TokenStore), since WeCom issues only 100 per hour to an app. For an app of a service provider, the client is that of the
/// [`AuthorizedCorp`](crate::AuthorizedCorp).
///
/// The algorithm: <https://developer.work.weixin.qq.com/document/path/90506>
#[derive(Clone)]
pub struct JsSdk {
    config: Arc<Tokens>,
    agent_config: Arc<Tokens>,
}

impl<C: Provides<AccessToken>> Client<C> {
    /// Returns a signer for pages that use the JS-SDK: see [`JsSdk`]. It is cheap, and shares its tickets with those of this client and its
    /// clones. Needs the feature `jssdk`.
    pub fn jssdk(&self) -> JsSdk {
        let tickets = |kind| {
            let credential = Arc::new(Ticket { client: self.clone(), kind });
            Arc::new(Tokens::new(credential, Arc::clone(self.caller())))
        };
        JsSdk { config: tickets(Kind::Company), agent_config: tickets(Kind::App) }
    }
}

impl JsSdk {
    /// Signs a page for the company (`getConfigSignature`, `wx.config`), by its URL. The part after `#` is ignored.
    pub async fn config(&self, url: &str) -> Result<JsSignature, Error> {
        sign(&self.config, url).await
    }

    /// Signs a page for the app (`getAgentConfigSignature`, `wx.agentConfig`), by its URL. The part after `#` is ignored.
    pub async fn agent_config(&self, url: &str) -> Result<JsSignature, Error> {
        sign(&self.agent_config, url).await
    }

    /// Drops the tickets. Call it if a page reports `invalid signature` although its URL is right: only pages learn that a ticket is
    /// invalid.
    ///
    /// It may be called for every such page: tickets that were just fetched are not fetched again immediately.
    pub async fn invalidate_tickets(&self) {
        for tickets in [&self.config, &self.agent_config] {
            if let Some(current) = tickets.at_hand() {
                tickets.refuse(&current).await;
            }
        }
    }
}

impl std::fmt::Debug for JsSdk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JsSdk").finish_non_exhaustive()
    }
}

/// The signature of a page. It serializes to the object that the page passes to the JS-SDK: `timestamp`, `nonceStr` and `signature`.
/// Needs the feature `jssdk`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsSignature {
    /// The time of the signature, in seconds since 1970.
    pub timestamp: u64,
    /// Random letters and digits.
    pub nonce_str: String,
    /// The signature, in hexadecimal digits.
    pub signature: String,
}

impl JsSignature {
    /// Signs a page with a ticket from elsewhere, a `nonceStr` and a time in seconds since 1970. [`JsSdk`] provides all three.
    pub fn new(ticket: &Secret, nonce_str: impl Into<String>, timestamp: u64, url: &str) -> Self {
        let nonce_str = nonce_str.into();
        let page = url.split('#').next().unwrap_or_default();
        let ticket = ticket.expose();
        let text = format!("jsapi_ticket={ticket}&noncestr={nonce_str}&timestamp={timestamp}&url={page}");
        Self { timestamp, nonce_str, signature: hex(&Sha1::digest(text)) }
    }
}

impl Serialize for JsSignature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("JsSignature", 3)?;
        fields.serialize_field("timestamp", &self.timestamp)?;
        fields.serialize_field("nonceStr", &self.nonce_str)?;
        fields.serialize_field("signature", &self.signature)?;
        fields.end()
    }
}

async fn sign(tickets: &Arc<Tokens>, url: &str) -> Result<JsSignature, Error> {
    let ticket = tickets.get().await?;
    let nonce: String = std::iter::repeat_with(fastrand::alphanumeric).take(NONCE).collect();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok(JsSignature::new(&ticket.token, nonce, now.as_secs(), url))
}

/// The holder of a ticket.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Company,
    App,
}

/// A ticket is fetched with a client's token, and kept like a token.
struct Ticket<C> {
    client: Client<C>,
    kind: Kind,
}

impl<C> Sealed for Ticket<C> {}

impl<C: Provides<AccessToken>> Credential for Ticket<C> {
    fn token_kind(&self) -> TokenKind {
        TokenKind::NoToken
    }

    fn key(&self) -> String {
        let kind = match self.kind {
            Kind::Company => "jsapi",
            Kind::App => "agentjsapi",
        };
        key(kind, &[&self.client.credential().key()])
    }

    fn company(&self) -> Option<String> {
        self.client.credential().company()
    }

    fn is_provider(&self) -> bool {
        self.client.credential().is_provider()
    }

    fn fetch<'a>(&'a self, _: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>> {
        Box::pin(async {
            let session = self.client.session();
            let (endpoint, ticket, expires_in) = match self.kind {
                Kind::Company => {
                    let answer = session.grant(&GetJsapiTicket::new()).await?;
                    (GetJsapiTicket::META, answer.ticket, answer.expires_in)
                }
                Kind::App => {
                    let answer = session.grant(&GetTicket::new(TicketType::AgentConfig)).await?;
                    (GetTicket::META, answer.ticket, answer.expires_in)
                }
            };
            granted(endpoint, "ticket", ticket, expires_in)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_signed_without_what_follows_the_hash() {
        for (ticket, nonce, time, url, signature) in [
            (
                "HoagFKDcsGMVCIY2vOjf9k-ticket_1",
                "Wq7Zr1LmPb3Xc9Dt",
                1_720_000_000,
                "https://example.com/orders?id=7&name=%E6%9D%8E#/detail?x=1#y",
                "4be717d27e718908f6a732529f6c4b34f042cde9",
            ),
            (
                "HoagFKDcsGMVCIY2vOjf9k-ticket_1",
                "Wq7Zr1LmPb3Xc9Dt",
                1_720_000_000,
                "https://example.com/orders?id=7&name=%E6%9D%8E",
                "4be717d27e718908f6a732529f6c4b34f042cde9",
            ),
            (
                "t",
                "n",
                0,
                "https://例子.cn/页 面?a=b c&timestamp=1",
                "0c6887ee5079cd3674adffa4e4b6bd992b296715",
            ),
        ] {
            let signed = JsSignature::new(&ticket.into(), nonce, time, url);
            assert_eq!(signed.signature, signature, "{url}");
        }
    }

    #[test]
    fn a_signature_is_what_a_page_hands_to_the_sdk() {
        let signed = JsSignature::new(&"ticket".into(), "Nonce7", 1_720_000_000, "https://example.com/");
        let json = serde_json::to_string(&signed).unwrap();
        let expected =
            format!(r#"{{"timestamp":1720000000,"nonceStr":"Nonce7","signature":"{}"}}"#, signed.signature);
        assert_eq!(json, expected);
    }
}
