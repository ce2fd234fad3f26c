//! Remembers handled callbacks for all processes that share a Redis server.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use ::redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, Cmd, FromRedisValue, RedisError, Script, cmd};

use super::duplicates::{Duplicates, DuplicatesFuture, Turn};
use crate::receiver::random;

/// The time to wait for Redis.
const PATIENCE: Duration = Duration::from_millis(500);

/// The lifetime of a turn that isn't renewed because its process has died.
const LEASE: Duration = Duration::from_secs(6);

/// The interval for checking whether another process has finished.
const POLL: Duration = Duration::from_millis(250);

/// The time for which a handled callback is remembered.
const REMEMBER: Duration = Duration::from_secs(60 * 60);

/// The value for a handled callback. Until then, it is the name of the process that handles it.
const DONE: &str = "done";

/// Records in Redis which callbacks have been handled, so that only one of several processes handles each.
///
/// A process that handles a callback renews its turn every 2 seconds. If it dies, its turn ends after 6 seconds, and
/// the process to which WeCom has sent the callback again handles it, even if the first handler had just succeeded and
/// this hadn't been recorded yet. While Redis is unavailable, callbacks are handled anyway.
///
/// Keys begin with `wecom:callback:` and end with a hash, which reveals nothing about the callback.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_callback::RedisDuplicates;
///
/// # let runtime = tokio::runtime::Runtime::new()?;
/// # let _runtime = runtime.enter();
/// let duplicates = RedisDuplicates::connect("redis://127.0.0.1:6379/")?;
/// # Ok(())
/// # }
/// ```
pub struct RedisDuplicates<C = ConnectionManager> {
    connection: C,
    prefix: String,
    remember: Duration,
    owner: String,
    renew: Script,
    release: Script,
}

impl<C> fmt::Debug for RedisDuplicates<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisDuplicates").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl RedisDuplicates {
    /// Uses a server by its address: `redis://user:password@host:port/database`. The connection is made when it is
    /// first needed, and again whenever the connection is lost. Call it within a Tokio runtime.
    pub fn connect(address: &str) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        Ok(Self::with_connection(ConnectionManager::new_lazy_with_config(Client::open(address)?, config)?))
    }
}

impl<C> RedisDuplicates<C> {
    /// Uses an existing connection, for instance to a cluster.
    pub fn with_connection(connection: C) -> Self {
        Self {
            connection,
            prefix: "wecom:callback:".to_owned(),
            remember: REMEMBER,
            owner: format!("{:032x}", u128::from_be_bytes(random())),
            renew: Script::new(
                "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0",
            ),
            release: Script::new(
                "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
            ),
        }
    }

    /// Sets the prefix of keys, instead of `wecom:callback:`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the time for which a handled callback is remembered, instead of an hour.
    #[must_use]
    pub fn remember(mut self, time: Duration) -> Self {
        self.remember = time;
        self
    }

    fn key(&self, digest: &[u8; 32]) -> String {
        let (high, low) = digest.split_at(16);
        let number = |half: &[u8]| u128::from_be_bytes(half.try_into().expect("16 bytes"));
        format!("{}{:032x}{:032x}", self.prefix, number(high), number(low))
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisDuplicates<C> {
    async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        command.query_async(&mut self.connection.clone()).await
    }

    async fn set(
        &self,
        digest: &[u8; 32],
        value: &str,
        lifetime: Duration,
        new: bool,
    ) -> Result<bool, RedisError> {
        let mut command = cmd("SET");
        command.arg(self.key(digest)).arg(value).arg("PX").arg(milliseconds(lifetime));
        if new {
            command.arg("NX");
        }
        Ok(self.query::<Option<String>>(&command).await?.is_some())
    }

    async fn run(&self, script: &Script, digest: &[u8; 32]) -> Result<bool, RedisError> {
        let mut invocation = script.key(self.key(digest));
        invocation.arg(&self.owner).arg(milliseconds(LEASE));
        invocation.invoke_async(&mut self.connection.clone()).await
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Duplicates for RedisDuplicates<C> {
    fn begin<'a>(&'a self, digest: &'a [u8; 32]) -> DuplicatesFuture<'a, Turn> {
        Box::pin(async move {
            while !self.set(digest, &self.owner, LEASE, true).await? {
                let value: Option<String> = self.query(cmd("GET").arg(self.key(digest))).await?;
                if value.as_deref() == Some(DONE) {
                    return Ok(Turn::Done);
                }
                tokio::time::sleep(POLL).await;
            }
            Ok(Turn::Ours)
        })
    }

    fn keep<'a>(&'a self, digest: &'a [u8; 32]) -> DuplicatesFuture<'a, Infallible> {
        Box::pin(async move {
            loop {
                tokio::time::sleep(LEASE / 3).await;
                match self.run(&self.renew, digest).await {
                    Ok(true) => {}
                    Ok(false) => {
                        return Err("the turn for a callback expired before its handler finished".into());
                    }
                    Err(error) => {
                        tracing::debug!(%error, "the turn for a callback can't be renewed at the moment");
                    }
                }
            }
        })
    }

    fn done<'a>(&'a self, digest: &'a [u8; 32]) -> DuplicatesFuture<'a, ()> {
        Box::pin(async move { Ok(self.set(digest, DONE, self.remember, false).await.map(drop)?) })
    }

    fn forget<'a>(&'a self, digest: &'a [u8; 32]) -> DuplicatesFuture<'a, ()> {
        Box::pin(async move { Ok(self.run(&self.release, digest).await.map(drop)?) })
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
