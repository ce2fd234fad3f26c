//! The default HTTP client, used unless an application provides its own, and the addresses that it is set up with.

use std::net::IpAddr;
use std::time::Duration;

use ::http::{Request, Response, Uri};
use futures_core::future::BoxFuture;

use crate::Error;
use crate::transport::{RequestBody, ResponseBody, Transport, TransportError};

/// The time for which an idle connection is kept: shorter than servers and middleboxes usually keep theirs (a minute or more). A
/// request on a connection that the other side is just closing is lost, and nobody knows whether it was carried out.
const IDLE: Duration = Duration::from_secs(15);

/// The timeout for connecting, unless another one is set.
const CONNECT: Duration = Duration::from_secs(10);

/// The settings of the HTTP client.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpOptions {
    /// For connections that can be upgraded: the timeout for connecting.
    #[cfg(feature = "ai-bot")]
    http1: Option<Duration>,
    /// The proxy, or what is wrong with it.
    proxy: Option<Result<reqwest::Proxy, String>>,
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

    /// Restricts the client to HTTP/1.1, whose connections can be upgraded, and sets the timeout for connecting.
    #[cfg(feature = "ai-bot")]
    pub(crate) fn http1(self, connect_timeout: Duration) -> Self {
        Self { http1: Some(connect_timeout), ..self }
    }

    pub(crate) fn set_proxy(&mut self, proxy: impl IntoProxy) {
        self.proxy = Some(proxy.into_proxy().map_err(|error| error.to_string()));
    }

    /// Creates a client for these addresses.
    pub(crate) fn build(mut self, base_urls: [&str; 2]) -> Result<Http, Error> {
        let has_loopback = base_urls.iter().any(|url| url.parse().is_ok_and(|url| is_loopback(&url)));
        let proxy = self.proxy.take().transpose().map_err(Error::Setup)?;
        let direct = match &proxy {
            // A proxy that is set explicitly applies to all addresses.
            None if has_loopback => Some(self.client(reqwest::Client::builder().no_proxy())?),
            _ => None,
        };
        let mut builder = reqwest::Client::builder();
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
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
        let builder = match self.http1 {
            Some(timeout) => builder.http1_only().connect_timeout(timeout),
            None => builder,
        };
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

/// Converts to a proxy: an address such as `http://user:password@proxy:3128`, or a `reqwest::Proxy`.
///
/// An address without a scheme means `http://`.
pub trait IntoProxy {
    /// Converts to the proxy.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] if this isn't the address of a proxy. The error doesn't show it, since it may contain a password.
    fn into_proxy(self) -> Result<reqwest::Proxy, Error>;
}

impl IntoProxy for reqwest::Proxy {
    fn into_proxy(self) -> Result<reqwest::Proxy, Error> {
        Ok(self)
    }
}

impl IntoProxy for &str {
    fn into_proxy(self) -> Result<reqwest::Proxy, Error> {
        // Without a scheme, the host would be taken for one.
        let url = if self.contains("://") { self.parse() } else { format!("http://{self}").parse() };
        let url =
            url.ok().filter(|url: &reqwest::Url| url.has_host() && PROXY_SCHEMES.contains(&url.scheme()));
        url.and_then(|url| reqwest::Proxy::all(url).ok()).ok_or_else(|| {
            let shape = "the address of a proxy must look like http://user:password@proxy:3128";
            Error::Setup(format!("{shape}, with special characters percent-encoded"))
        })
    }
}

impl IntoProxy for String {
    fn into_proxy(self) -> Result<reqwest::Proxy, Error> {
        self.as_str().into_proxy()
    }
}

impl IntoProxy for &String {
    fn into_proxy(self) -> Result<reqwest::Proxy, Error> {
        self.as_str().into_proxy()
    }
}

/// The protocols between reqwest and a proxy.
const PROXY_SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// Checks a base URL. The error doesn't show it, since it may contain a password.
pub(crate) fn checked_url(url: String) -> Result<String, Error> {
    let plain = url.parse::<Uri>().is_ok_and(|parsed| {
        let scheme = matches!(parsed.scheme_str(), Some("http" | "https"));
        let authority = parsed.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        scheme && authority && parsed.query().is_none() && !url.contains('#')
    });
    if plain {
        return Ok(url);
    }
    Err(Error::Setup(
        "the base URL must look like https://qyapi.weixin.qq.com, without user, query or fragment".to_owned(),
    ))
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

    #[test]
    fn an_address_that_no_proxy_has_is_an_error_at_build_that_hides_its_password() {
        use wecom_requests::token::AccessToken;

        let build = |proxy: &str| {
            let credential = crate::Fixed::<AccessToken>::new("token");
            crate::ClientBuilder::new(credential).proxy(proxy).build().map(drop)
        };
        for proxy in [
            "http://proxy:3128",
            "https://user:pa%23ss@proxy.example.com",
            "proxy:3128",
            "proxy",
            "user:password@proxy:3128",
            "10.0.0.8:3128",
            "[::1]:3128",
            "socks5h://proxy",
            " http://proxy:3128\n",
        ] {
            assert!(build(proxy).is_ok(), "{proxy}");
        }
        for proxy in [
            "",
            "http://",
            "http://proxy:secret",
            "http://user:secret#1@proxy:3128",
            "http://user:secret@proxy:99999",
            "ftp://user:secret@proxy",
            "a proxy",
            ":3128",
        ] {
            let error = build(proxy).unwrap_err();
            assert!(matches!(&error, Error::Setup(text) if !text.contains("secret")), "{proxy}: {error:?}");
            assert!(error.to_string().contains("must look like http://"), "{proxy}: {error}");
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
                    .proxy(proxy)
                    .build()
                    .unwrap();
                let error = client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
                assert!(error.to_string().contains("feature `socks`"), "{error}");
                assert!(!error.is_transient() && !error.to_string().contains("password"), "{error}");
            }
        }
    }
}
