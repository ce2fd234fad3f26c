//! Tokens and limits shared by all processes that share a Redis server.

use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, Script, ScriptInvocation};
use futures_core::future::BoxFuture;
use tokio::time::{Instant, timeout};
use wecom_models::Secret;
use wecom_requests::Rate;

use super::store::LEASE;
use super::{Lease, StoreError, StoredToken, TokenStore};
use crate::limits::{LimitKey, LimitStore, SLOTS};
use crate::lock;

/// How long to wait for an answer, with a connection if one is needed.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long to leave a server alone that did not answer, at first and at most.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Keeps tokens, and counts calls, in Redis: for several processes or machines that use the same credentials.
///
/// One of them fetches a token while it holds a lease, and the others take it from here. A lease ends by itself should its
/// holder die, and a holder that comes back late can't overwrite a newer token (fencing). While the server is away,
/// every process goes on with a token of its own and counts for itself.
///
/// Give it to a client twice. (Nobody listens at the address below, so this client does without.)
///
/// ```
/// # use wecom_sdk::meeting::basic::GetInfo;
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
/// client.send(&GetInfo::new("meeting id")).await?;
/// # Ok(())
/// # }
/// ```
///
/// Keys begin with `wecom:` and a hash of the credential. Values are tokens in the clear: the server has to be as well kept as
/// the secrets.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    connection: Arc<tokio::sync::Mutex<Option<MultiplexedConnection>>>,
    prefix: Arc<str>,
    lease: Duration,
    outage: Arc<Mutex<Option<Outage>>>,
}

/// The server did not answer: calls must not wait for it each time.
#[derive(Debug)]
struct Outage {
    /// Until when it is left alone. After that, one caller tries, and the others still don't wait.
    until: Instant,
    pause: Duration,
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Redis {
    /// A server by its address: `redis://user:password@host:port/database`, or `rediss://` where the application turns on TLS in
    /// the crate `redis`. It is connected to when it is first needed, and again whenever the connection is lost.
    pub fn connect(address: &str) -> Result<Self, StoreError> {
        // What is wrong with it could show a password.
        let client = Client::open(address);
        let client = client
            .map_err(|_| StoreError::new("this is not the address of a Redis server that can be reached"))?;
        Ok(Self::with_client(client))
    }

    /// A server by a client that knows how to reach it.
    pub fn with_client(client: Client) -> Self {
        Self {
            client,
            connection: Arc::default(),
            prefix: "wecom:".into(),
            lease: LEASE,
            outage: Arc::default(),
        }
    }

    /// What keys begin with, instead of `wecom:`.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long a lease lasts whose holder has died, instead of 30 seconds. Fetching a token is given up after 25 seconds: a
    /// shorter lease may end before that, and then two processes fetch one.
    #[must_use]
    pub fn lease_lifetime(mut self, lifetime: Duration) -> Self {
        self.lease = lifetime;
        self
    }

    fn key(&self, credential: &str, what: impl fmt::Display) -> String {
        format!("{}{{{credential}}}:{what}", self.prefix)
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        if !self.may_try() {
            return Err(StoreError::new("Redis did not answer a moment ago"));
        }
        let result = timeout(PATIENCE, self.invoke(script)).await;
        let error = match result {
            Ok(Ok(value)) => {
                *self.outage() = None;
                return Ok(value);
            }
            Ok(Err(error)) if !is_outage(&error) => return Err(failed(&error)),
            Ok(Err(error)) => failed(&error),
            Err(_) => StoreError::new("Redis: no answer"),
        };
        // It may be one that nobody answers any more, although the server is there again.
        if let Ok(mut connection) = self.connection.try_lock() {
            *connection = None;
        }
        let mut outage = self.outage();
        let pause = outage.as_ref().map_or(REST.0, |outage| (outage.pause * 2).min(REST.1));
        *outage = Some(Outage { until: Instant::now() + pause, pause });
        Err(error)
    }

    async fn invoke<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, RedisError> {
        let mut connection = {
            let mut connection = self.connection.lock().await;
            match &*connection {
                Some(connection) => connection.clone(),
                None => {
                    let config = AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
                    let fresh = self.client.get_multiplexed_async_connection_with_config(&config).await?;
                    connection.insert(fresh).clone()
                }
            }
        };
        script.invoke_async(&mut connection).await
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        lock(&self.outage)
    }

    fn may_try(&self) -> bool {
        let now = Instant::now();
        match &mut *self.outage() {
            None => true,
            Some(outage) if now < outage.until => false,
            Some(outage) => {
                outage.until = now + outage.pause;
                true
            }
        }
    }
}

/// Whether the server could not be asked. One that has answered, if only about one key, is there.
fn is_outage(error: &RedisError) -> bool {
    error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error()
}

/// What the error says of itself could repeat a token.
fn failed(error: &RedisError) -> StoreError {
    StoreError::new(format!("Redis: {}", error.category()))
}

macro_rules! scripts {
    ($($name:ident: $text:expr,)*) => {$(
        static $name: LazyLock<Script> = LazyLock::new(|| Script::new($text));
    )*};
}

scripts! {
    GET: "return redis.call('HMGET', KEYS[1], 'token', 'expires')",
    PUT: "
        local kept = tonumber(redis.call('HGET', KEYS[1], 'fence') or '0')
        local fence = tonumber(ARGV[3]) or kept
        if fence < kept then return 0 end
        redis.call('HSET', KEYS[1], 'token', ARGV[1], 'expires', ARGV[2], 'fence', string.format('%d', fence))
        return redis.call('PEXPIREAT', KEYS[1], ARGV[2])",
    // The fence stays: a holder that comes back late must not bring an older token back.
    REMOVE: "
        if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
        return redis.call('HDEL', KEYS[1], 'token')",
    TAKE_LEASE: "
        if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
        local fence = redis.call('INCR', KEYS[2])
        redis.call('EXPIRE', KEYS[2], 30 * 24 * 60 * 60)
        redis.call('SET', KEYS[1], string.format('%d', fence), 'PX', ARGV[1])
        return fence",
    RELEASE: "
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('DEL', KEYS[1])",
    // A window of slots for each rate, as in memory: a hash of how many calls each slot has.
    TAKE_CALL: "
        local slots = tonumber(ARGV[1])
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local wait, current = 0, {}
        for i, key in ipairs(KEYS) do
            local calls, period = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
            local slot = period / slots
            current[i] = math.floor(now / slot)
            local entries, live, excess = redis.call('HGETALL', key), {}, 1 - calls
            for j = 1, #entries, 2 do
                local number, count = tonumber(entries[j]), tonumber(entries[j + 1])
                if number < current[i] - slots then
                    redis.call('HDEL', key, entries[j])
                else
                    excess = excess + count
                    live[#live + 1] = { number, count }
                end
            end
            if excess > 0 then
                table.sort(live, function(a, b) return a[1] < b[1] end)
                local pause = period
                for _, entry in ipairs(live) do
                    excess = excess - entry[2]
                    if excess <= 0 then
                        pause = (entry[1] + slots + 1) * slot - now
                        break
                    end
                end
                wait = math.max(wait, math.ceil(pause))
            end
        end
        if wait > 0 then return wait end
        for i, key in ipairs(KEYS) do
            redis.call('HINCRBY', key, string.format('%d', current[i]), 1)
            redis.call('PEXPIRE', key, tonumber(ARGV[2 * i + 1]) * 2)
        end
        return 0",
}

impl TokenStore for Redis {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        Box::pin(async move {
            let (token, expires): (Option<String>, Option<u64>) =
                self.run(&GET.key(self.key(key, "token"))).await?;
            let stored = token.zip(expires).map(|(token, expires)| StoredToken {
                token: token.into(),
                expires_at: UNIX_EPOCH + Duration::from_millis(expires),
            });
            Ok(stored.filter(|stored| !stored.remaining().is_zero()))
        })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lease: Option<&'a Lease>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let expires = token.expires_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let expires = u64::try_from(expires.as_millis()).unwrap_or(u64::MAX);
            let fence = lease.map(|lease| lease.fence.to_string()).unwrap_or_default();
            let mut script = PUT.key(self.key(key, "token"));
            self.run(script.arg(token.token.expose()).arg(expires).arg(fence)).await
        })
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.run(REMOVE.key(self.key(key, "token")).arg(token.expose())).await })
    }

    fn lease<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(async move {
            let lifetime = u64::try_from(self.lease.as_millis()).unwrap_or(u64::MAX);
            let mut script = TAKE_LEASE.key(self.key(key, "lease"));
            let fence: u64 = self.run(script.key(self.key(key, "fence")).arg(lifetime)).await?;
            Ok((fence > 0).then_some(Lease { fence }))
        })
    }

    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { self.run(RELEASE.key(self.key(key, "lease")).arg(lease.fence)).await })
    }
}

impl LimitStore for Redis {
    fn take<'a>(
        &'a self,
        key: LimitKey<'a>,
        rates: &'a [Rate],
    ) -> BoxFuture<'a, Result<Option<Duration>, StoreError>> {
        Box::pin(async move {
            let mut script = TAKE_CALL.arg(SLOTS);
            for rate in rates {
                let what = format!("calls:{}:{}", key.endpoint, rate.per.duration().as_secs());
                script.key(self.key(key.credential, what));
                script.arg(rate.calls).arg(rate.per.duration().as_secs() * 1000);
            }
            let wait: u64 = self.run(&script).await?;
            Ok((wait > 0).then(|| Duration::from_millis(wait)))
        })
    }
}
