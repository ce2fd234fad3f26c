//! Opens the WebSocket: an HTTP request of the same HTTP client as elsewhere, with the same TLS, authorities and proxies, which is then
//! upgraded.

use ::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use ::http::{StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_core::future::BoxFuture;
use sha1::{Digest as _, Sha1};
use tokio::io::{AsyncRead, AsyncWrite};

use super::BotError;
use crate::http::Http;

/// The bytes of a connection after its upgrade.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Opens connections. Tests have one without sockets.
pub(super) trait Dial: Send + Sync {
    fn dial(&self) -> BoxFuture<'_, Result<Box<dyn Io>, BotError>>;
}

/// Opens connections to a URL.
pub(super) struct Upgrade {
    pub(super) http: Http,
    /// With `http` or `https` as its scheme.
    pub(super) url: Uri,
}

impl Upgrade {
    /// Reads a WebSocket URL. The error doesn't show it, since it may contain a password.
    pub(super) fn url(url: &str) -> Result<Uri, BotError> {
        let parsed = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => format!("https://{rest}"),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => format!("http://{rest}"),
            _ => String::new(),
        };
        let uri = parsed.parse::<Uri>().ok();
        let plain = |uri: &Uri| uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        uri.filter(|uri| plain(uri) && !url.contains('#')).ok_or_else(|| {
            BotError::Setup("the URL must look like wss://openws.work.weixin.qq.com, without user".to_owned())
        })
    }
}

impl Dial for Upgrade {
    fn dial(&self) -> BoxFuture<'_, Result<Box<dyn Io>, BotError>> {
        Box::pin(async {
            let mut key = [0; 16];
            getrandom::fill(&mut key).expect("the system has random bytes");
            let key = STANDARD.encode(key);
            let request = self
                .http
                .client(&self.url)
                .get(self.url.to_string())
                .header(CONNECTION, "Upgrade")
                .header(UPGRADE, "websocket")
                .header(SEC_WEBSOCKET_VERSION, "13")
                .header(SEC_WEBSOCKET_KEY, &key);
            let response = request.send().await.map_err(|error| BotError::Connect(error.into()))?;
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                return Err(BotError::Handshake(format!("the HTTP status is {}", response.status())));
            }
            let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT);
            if accepted.is_none_or(|accepted| accepted.as_bytes() != signed(&key).as_bytes()) {
                return Err(BotError::Handshake("the server did not sign the key".to_owned()));
            }
            let upgraded = response.upgrade().await.map_err(|error| BotError::Connect(error.into()))?;
            Ok(Box::new(upgraded) as Box<dyn Io>)
        })
    }
}

/// Returns a key with the signature of a server that speaks WebSocket.
fn signed(key: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_signed_as_in_the_standard() {
        assert_eq!(signed("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_url_is_that_of_a_websocket() {
        for (url, expected) in [
            ("wss://openws.work.weixin.qq.com", "https://openws.work.weixin.qq.com/"),
            ("WS://127.0.0.1:80/path?a=b", "http://127.0.0.1:80/path?a=b"),
        ] {
            assert_eq!(Upgrade::url(url).unwrap().to_string(), expected);
        }
    }
}
