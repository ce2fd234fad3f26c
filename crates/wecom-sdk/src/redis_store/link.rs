//! The connection to Redis: to one server, to a cluster, or to the master that sentinels name. All callers share one
//! connection, which is replaced when it is lost. If none can be made, there is a pause before the next attempt.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
#[cfg(feature = "redis-cluster")]
use redis::cluster::{ClusterClient, ClusterConfig};
#[cfg(feature = "redis-cluster")]
use redis::cluster_async::ClusterConnection;
#[cfg(feature = "redis-sentinel")]
use redis::sentinel::SentinelClient;
use redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError, ServerErrorKind};
use tokio::time::{Instant, timeout};

use super::scripts::Invocation;
use crate::{StoreError, lock};

/// The time to wait for a response, connecting included.
const PATIENCE: Duration = Duration::from_secs(1);

/// The pause after a server has not responded, at first and at most.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// The source of connections.
pub(super) enum Source {
    Server(Client),
    #[cfg(feature = "redis-cluster")]
    Cluster(Box<ClusterClient>),
    #[cfg(feature = "redis-sentinel")]
    Sentinel(tokio::sync::Mutex<SentinelClient>),
}

impl Source {
    async fn connect(&self) -> Result<Connection, RedisError> {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
        Ok(match self {
            Self::Server(client) => {
                Connection::Server(client.get_multiplexed_async_connection_with_config(&config).await?)
            }
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(client) => {
                let config = ClusterConfig::new().set_response_timeout(PATIENCE);
                Connection::Cluster(client.get_async_connection_with_config(config).await?)
            }
            #[cfg(feature = "redis-sentinel")]
            Self::Sentinel(client) => {
                let mut client = client.lock().await;
                Connection::Server(client.get_async_connection_with_config(&config).await?)
            }
        })
    }
}

#[derive(Clone)]
enum Connection {
    Server(MultiplexedConnection),
    #[cfg(feature = "redis-cluster")]
    Cluster(ClusterConnection),
}

impl Connection {
    async fn query<T: FromRedisValue>(&mut self, cmd: &Cmd) -> Result<T, RedisError> {
        match self {
            Self::Server(connection) => cmd.query_async(connection).await,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => cmd.query_async(connection).await,
        }
    }

    async fn invoke<T: FromRedisValue>(&mut self, script: &Invocation) -> Result<T, RedisError> {
        match self.query(&script.known).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                self.query(&script.whole).await
            }
            answer => answer,
        }
    }
}

/// The part that all clones of a store share.
pub(super) struct Link {
    source: Source,
    slot: tokio::sync::Mutex<Slot>,
    outage: Mutex<Option<Outage>>,
}

/// The connection in use, and the number of connections so far.
#[derive(Default)]
struct Slot {
    number: u64,
    connection: Option<Connection>,
}

/// The server did not respond: calls must not wait for it each time.
#[derive(Debug)]
struct Outage {
    /// The end of the pause. After that, one caller tries, and the others still don't wait.
    until: Instant,
    pause: Duration,
}

impl Link {
    pub(super) fn new(source: Source) -> Self {
        Self { source, slot: tokio::sync::Mutex::default(), outage: Mutex::default() }
    }

    pub(super) async fn run<T: FromRedisValue>(&self, script: &Invocation) -> Result<T, StoreError> {
        if !self.may_try() {
            return Err(StoreError::new(
                "Redis did not respond a moment ago: the next attempt is after a pause",
            ));
        }
        let error = match timeout(PATIENCE, self.invoke(script)).await {
            Ok(Ok(value)) => {
                *self.outage() = None;
                return Ok(value);
            }
            Ok(Err(error)) if !is_outage(&error) => return Err(failed(&error)),
            Ok(Err(error)) => failed(&error),
            Err(_) => StoreError::new("Redis: no response in time"),
        };
        // It may be one that no longer works, although the server is back.
        if let Ok(mut slot) = self.slot.try_lock() {
            slot.connection = None;
        }
        let mut outage = self.outage();
        let pause = outage.as_ref().map_or(REST.0, |outage| (outage.pause * 2).min(REST.1));
        *outage = Some(Outage { until: Instant::now() + pause, pause });
        Err(error)
    }

    /// Runs a script. Connects anew if the current connection turns out to be useless: because the server was
    /// restarted, or is no longer the master, or because the runtime that the connection belonged to has ended.
    async fn invoke<T: FromRedisValue>(&self, script: &Invocation) -> Result<T, RedisError> {
        let (number, mut connection) = self.connection(None).await?;
        match connection.invoke(script).await {
            Err(error) if is_outage(&error) && !error.is_timeout() => {}
            answer => return answer,
        }
        let (_, mut connection) = self.connection(Some(number)).await?;
        connection.invoke(script).await
    }

    /// Returns a connection other than the useless one, with its number. One caller connects, and the others wait for
    /// it.
    async fn connection(&self, useless: Option<u64>) -> Result<(u64, Connection), RedisError> {
        let mut slot = self.slot.lock().await;
        if let Some(connection) = slot.connection.clone()
            && useless != Some(slot.number)
        {
            return Ok((slot.number, connection));
        }
        slot.connection = None;
        let fresh = self.source.connect().await?;
        slot.number += 1;
        slot.connection = Some(fresh.clone());
        Ok((slot.number, fresh))
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

/// Returns whether the server could not be reached. If it has responded, even with an error about one key, it is
/// there.
fn is_outage(error: &RedisError) -> bool {
    let away = matches!(
        error.kind(),
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ReadOnly
                | ServerErrorKind::TryAgain
        ) | ErrorKind::ClusterConnectionNotFound
            | ErrorKind::MasterNameNotFoundBySentinel
            | ErrorKind::EmptySentinelList
    );
    away || error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error()
}

/// Converts an error without its own text, which could repeat a token.
fn failed(error: &RedisError) -> StoreError {
    match (error.category(), error.code()) {
        ("", Some(code)) => StoreError::new(format!("Redis: {code}")),
        (category, _) => StoreError::new(format!("Redis: {category}")),
    }
}
