//! The default HTTP client, used unless an application provides its own.

use std::net::IpAddr;
use std::time::Duration;

use ::http::{Request, Response, Uri};
use futures_core::future::BoxFuture;

use crate::Error;
use crate::transport::{RequestBody, ResponseBody, Transport, TransportError};

/// The time for which an idle connection is kept: shorter than servers and middleboxes usually keep theirs (a minute or more). A
/// request on a connection that the other side is just closing is lost, and nobody knows whether it was carried out.
const IDLE: Duration = Duration::from_secs(15);

/// The timeout for connecting.
const CONNECT: Duration = Duration::from_secs(10);

/// The settings of the HTTP client.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpOptions {
    #[cfg(feature = "ai-bot")]
    http1: bool,
    pub(crate) proxy: Option<reqwest::Proxy>,
    #[cfg(feature = "rustls")]
    pub(crate) roots: Vec<reqwest::Certificate>,
    #[cfg(feature = "rustls")]
    pub(crate) identity: Option<reqwest::Identity>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_idle: Option<usize>,
}

impl HttpOptions {
    /// Returns the settings that were set, by the names of the builder's methods.
    pub(crate) fn set(&self) -> impl Iterator<Item = &'static str> {
        let set = [
            (self.proxy.is_some(), "proxy"),
            #[cfg(feature = "rustls")]
            (!self.roots.is_empty(), "root_certificates"),
            #[cfg(feature = "rustls")]
            (self.identity.is_some(), "identity"),
            (self.idle_timeout.is_some(), "pool_idle_timeout"),
            (self.max_idle.is_some(), "pool_max_idle_per_host"),
        ];
        set.into_iter().filter_map(|(is_set, name)| is_set.then_some(name))
    }

    /// Restricts the client to HTTP/1.1, whose connections can be upgraded.
    #[cfg(feature = "ai-bot")]
    pub(crate) fn http1(self) -> Self {
        Self { http1: true, ..self }
    }

    /// Creates a client for these addresses.
    pub(crate) fn build(self, base_urls: [&str; 2]) -> Result<Http, Error> {
        let has_loopback = base_urls.iter().any(|url| url.parse().is_ok_and(|url| is_loopback(&url)));
        let direct = match &self.proxy {
            // A proxy that is set explicitly applies to all addresses.
            None if has_loopback => Some(self.client(reqwest::Client::builder().no_proxy())?),
            _ => None,
        };
        let mut builder = reqwest::Client::builder();
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        Ok(Http { client: self.client(builder)?, direct })
    }

    fn client(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
        let builder = builder
            .user_agent(concat!("wecom-sdk/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(self.idle_timeout.unwrap_or(IDLE))
            .pool_max_idle_per_host(self.max_idle.unwrap_or(usize::MAX));
        #[cfg(feature = "ai-bot")]
        let builder = if self.http1 { builder.http1_only() } else { builder };
        #[cfg(feature = "rustls")]
        let builder = {
            let builder = builder.tls_certs_merge(self.roots.iter().cloned());
            match &self.identity {
                Some(identity) => builder.identity(identity.clone()),
                None => builder,
            }
        };
        builder.build().map_err(|error| Error::Setup(TransportError::from(error).root()))
    }
}

/// reqwest with settings for WeCom.
pub(crate) struct Http {
    client: reqwest::Client,
    /// For this machine's own addresses, whatever proxy the environment sets: no proxy leads back here.
    direct: Option<reqwest::Client>,
}

impl Http {
    /// Returns the client for an address.
    pub(crate) fn client(&self, url: &Uri) -> &reqwest::Client {
        match &self.direct {
            Some(direct) if is_loopback(url) => direct,
            _ => &self.client,
        }
    }
}

impl Transport for Http {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Transport::send(self.client(request.uri()), request)
    }
}

/// Returns whether an address is this machine's own.
fn is_loopback(url: &Uri) -> bool {
    let Some(host) = url.host() else { return false };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_known_by_all_its_names() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", true),
            ("http://127.8.9.10/path", true),
            ("https://localhost", true),
            ("http://LocalHost.:80", true),
            ("http://mock.localhost", true),
            ("http://[::1]:8080/", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("https://qyapi.weixin.qq.com", false),
            ("http://128.0.0.1", false),
            ("http://localhost.example.com", false),
            ("http://notlocalhost", false),
            ("http://[::2]", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[cfg(not(feature = "socks"))]
    #[tokio::test]
    async fn a_proxy_that_speaks_socks_is_told_and_not_tried_again() {
        use wecom_models::meeting::basic::GetMeetingInfo;
        use wecom_requests::token::AccessToken;

        for url in ["http://qyapi.example.com", "https://qyapi.example.com"] {
            for proxy in ["socks5://127.0.0.1:1", "socks5h://user:password@127.0.0.1", "socks4://127.0.0.1"] {
                let client = crate::ClientBuilder::new(crate::Fixed::<AccessToken>::new("token"))
                    .base_url(url)
                    .proxy(reqwest::Proxy::all(proxy).unwrap())
                    .build()
                    .unwrap();
                let error = client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
                assert!(error.to_string().contains("feature `socks`"), "{error}");
                assert!(!error.is_transient() && !error.to_string().contains("password"), "{error}");
            }
        }
    }
}
