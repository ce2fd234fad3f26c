//! Tokens and limits shared by all processes that share Redis.

mod link;
mod scripts;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redis::Client;
#[cfg(feature = "redis-cluster")]
use redis::cluster::ClusterClient;
#[cfg(feature = "redis-sentinel")]
use redis::sentinel::{SentinelClient, SentinelServerType};
use wecom_models::Secret;
use wecom_requests::Rate;

use crate::limits::{LimitKey, LimitStore, SLOTS};
use crate::tokens::{LEASE, Lease, StoreError, StoreFuture, StoredToken, TokenStore};
use link::{Link, Source};
use scripts::{
    ENTER, GET, Invocation, LEAVE, PUT, RELEASE_LEASE, REMOVE, RENEW_LEASE, TAKE_CALL, TAKE_LEASE,
};

/// Keeps tokens, and counts calls, in Redis: for several processes or machines that use the same credentials. Needs the feature `redis`.
///
/// One of them fetches a token while it holds a lease, and the others read it from Redis. A lease expires in case its
/// holder dies, and a holder that returns late can't overwrite a newer token (fencing). While Redis is unavailable,
/// every process continues with its own token and counts for itself.
///
/// Pass it to a client twice. (No server listens at the address below, so this client works without it.)
///
/// ```
/// # use wecom_sdk::meeting::basic::GetMeetingInfo;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// use wecom_sdk::{Client, Redis};
///
/// let redis = Redis::connect("redis://127.0.0.1:1/")?;
/// let client = Client::builder("corp id", "secret")
///     .base_url(server.base_url())
///     .token_store(redis.clone())
///     .limit_store(redis)
///     .build()?;
/// client.send(&GetMeetingInfo::new("meeting id")).await?;
/// # Ok(())
/// # }
/// ```
///
/// Besides one server, with or without TLS, it can be a cluster ([`Redis::cluster`], feature `redis-cluster`) or the master that
/// sentinels name ([`Redis::sentinel`], feature `redis-sentinel`).
///
/// Keys begin with `wecom:` and a hash of the credential, or of what a general rate counts for. Values are tokens, tickets, cursors of messages and, for an hour at most, permanent codes
/// ([`TokenStore`]) in clear text: protect the server like the secrets.
#[derive(Clone)]
pub struct Redis {
    link: Arc<Link>,
    prefix: Arc<str>,
    lease: Duration,
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Redis {
    /// Connects to a server by its address: `redis://user:password@host:port/database`, or `rediss://…` for TLS, with the certificates that the
    /// system trusts. It connects when first needed, and reconnects when the connection is lost.
    pub fn connect(address: &str) -> Result<Self, StoreError> {
        Client::open(address).map(Self::with_client).map_err(unusable)
    }

    /// Connects to a server through an existing client, for instance one with its own certificates.
    pub fn with_client(client: Client) -> Self {
        Self::new(Source::Server(client))
    }

    /// Connects to a cluster by the addresses of some of its servers, which all have the same password. Needs the feature `redis-cluster`.
    ///
    /// ```
    /// # fn main() -> Result<(), wecom_sdk::StoreError> {
    /// use wecom_sdk::Redis;
    ///
    /// let redis = Redis::cluster(["redis://:password@10.0.0.1:6379", "redis://:password@10.0.0.2:6379"])?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "redis-cluster")]
    pub fn cluster<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Result<Self, StoreError> {
        ClusterClient::builder(addresses).retries(1).build().map(Self::with_cluster).map_err(unusable)
    }

    /// Connects to a cluster through an existing client, for instance one with its own certificates. It should not retry for longer than a
    /// second, the time that calls wait for Redis. Needs the feature `redis-cluster`.
    #[cfg(feature = "redis-cluster")]
    pub fn with_cluster(client: ClusterClient) -> Self {
        Self::new(Source::Cluster(Box::new(client)))
    }

    /// Connects to the master of this name, as named by the sentinels at these addresses, and follows a failover. Needs the feature `redis-sentinel`.
    ///
    /// ```
    /// # fn main() -> Result<(), wecom_sdk::StoreError> {
    /// use wecom_sdk::Redis;
    ///
    /// let redis = Redis::sentinel(["redis://10.0.0.1:26379", "redis://10.0.0.2:26379"], "mymaster")?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "redis-sentinel")]
    pub fn sentinel<'a>(
        addresses: impl IntoIterator<Item = &'a str>,
        master: &str,
    ) -> Result<Self, StoreError> {
        // Without TLS, this is the only form.
        let master = String::from(master);
        SentinelClient::build(addresses.into_iter().collect(), master, None, SentinelServerType::Master)
            .map(Self::with_sentinel)
            .map_err(unusable)
    }

    /// Connects to a master through an existing client of its sentinels, for instance one with passwords
    /// ([`SentinelClientBuilder`](redis::sentinel::SentinelClientBuilder)). Needs the feature `redis-sentinel`.
    #[cfg(feature = "redis-sentinel")]
    pub fn with_sentinel(client: SentinelClient) -> Self {
        Self::new(Source::Sentinel(tokio::sync::Mutex::new(client)))
    }

    fn new(source: Source) -> Self {
        Self { link: Arc::new(Link::new(source)), prefix: "wecom:".into(), lease: LEASE }
    }

    /// Sets the prefix of keys, instead of `wecom:`.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets how long a lease outlives its holder, instead of 6 seconds. While a token is fetched, its lease is renewed every 2 seconds: a
    /// shorter lease may expire before, and two processes fetch a token then.
    #[must_use]
    pub fn lease_lifetime(mut self, lifetime: Duration) -> Self {
        self.lease = lifetime;
        self
    }

    fn key(&self, scope: &str, what: impl fmt::Display) -> String {
        format!("{}{{{scope}}}:{what}", self.prefix)
    }

    fn places(&self, key: LimitKey<'_>) -> String {
        self.key(key.scope, format_args!("places:{}", key.endpoint))
    }

    /// Runs a script whose result doesn't matter.
    fn effect(&self, script: Invocation) -> StoreFuture<'_> {
        Box::pin(async move { self.link.run::<redis::Value>(&script).await.map(drop) })
    }
}

/// Converts an error about an address without its text, which could show a password.
fn unusable(_: redis::RedisError) -> StoreError {
    StoreError::new(
        "the address is not that of a Redis server: expected `redis://host:port`, or `rediss://` for TLS",
    )
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Returns a field of Redis, if it is text.
fn text(field: Option<Vec<u8>>) -> Option<String> {
    String::from_utf8(field?).ok()
}

impl TokenStore for Redis {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredToken>> {
        let script = GET.call(&[self.key(key, "token")]);
        Box::pin(async move {
            let mut fields = self.link.run::<Vec<Option<Vec<u8>>>>(&script).await?.into_iter();
            let (token, expires) = (fields.next().and_then(text), fields.next().and_then(text));
            let expires_at = expires
                .and_then(|expires| UNIX_EPOCH.checked_add(Duration::from_millis(expires.parse().ok()?)));
            let stored = token.zip(expires_at);
            let stored = stored.map(|(token, expires_at)| StoredToken { token: token.into(), expires_at });
            Ok(stored.filter(|stored| !stored.remaining().is_zero()))
        })
    }

    fn put<'a>(&'a self, key: &'a str, token: &'a StoredToken, lease: Option<&'a Lease>) -> StoreFuture<'a> {
        let expires = token.expires_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let fence = lease.map(|lease| lease.fence.to_string()).unwrap_or_default();
        let mut script = PUT.call(&[self.key(key, "token")]);
        script.arg(token.token.expose()).arg(milliseconds(expires)).arg(fence);
        self.effect(script)
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> StoreFuture<'a> {
        let mut script = REMOVE.call(&[self.key(key, "token")]);
        script.arg(token.expose());
        self.effect(script)
    }

    fn lease<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Lease>> {
        let keys = ["lease", "fence", "token"].map(|what| self.key(key, what));
        let mut script = TAKE_LEASE.call(&keys);
        script.arg(milliseconds(self.lease));
        Box::pin(async move {
            let fence: u64 = self.link.run(&script).await?;
            Ok((fence > 0).then_some(Lease { fence }))
        })
    }

    fn renew<'a>(&'a self, key: &'a str, lease: &'a Lease) -> StoreFuture<'a> {
        let mut script = RENEW_LEASE.call(&[self.key(key, "lease")]);
        script.arg(lease.fence).arg(milliseconds(self.lease));
        self.effect(script)
    }

    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> StoreFuture<'a> {
        let mut script = RELEASE_LEASE.call(&[self.key(key, "lease")]);
        script.arg(lease.fence);
        self.effect(script)
    }
}

impl LimitStore for Redis {
    fn take<'a>(
        &'a self,
        key: LimitKey<'a>,
        rates: &'a [Rate],
        calls: u32,
    ) -> StoreFuture<'a, Option<Duration>> {
        let keys: Vec<_> = rates
            .iter()
            .map(|rate| format!("calls:{}:{}", key.endpoint, rate.per.duration().as_secs()))
            .map(|what| self.key(key.scope, what))
            .collect();
        let mut script = TAKE_CALL.call(&keys);
        script.arg(SLOTS).arg(calls);
        for rate in rates {
            script.arg(rate.calls).arg(milliseconds(rate.per.duration()));
        }
        Box::pin(async move {
            let wait: u64 = self.link.run(&script).await?;
            Ok((wait > 0).then(|| Duration::from_millis(wait)))
        })
    }

    fn enter<'a>(
        &'a self,
        key: LimitKey<'a>,
        most: u32,
        call: u128,
        life: Duration,
    ) -> StoreFuture<'a, bool> {
        let mut script = ENTER.call(&[self.places(key)]);
        script.arg(most).arg(format!("{call:x}")).arg(milliseconds(life));
        Box::pin(async move { self.link.run(&script).await })
    }

    fn leave<'a>(&'a self, key: LimitKey<'a>, call: u128) -> StoreFuture<'a> {
        let mut script = LEAVE.call(&[self.places(key)]);
        script.arg(format!("{call:x}"));
        self.effect(script)
    }
}
