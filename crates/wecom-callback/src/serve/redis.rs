//! Records callbacks for all processes that share a Redis server.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use ::redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, Cmd, FromRedisValue, RedisError, Script, cmd};

use super::store::{CallbackStore, CallbackStoreFuture, SavedCallback, Turn};
use crate::receiver::random;

/// The time to wait for Redis.
const PATIENCE: Duration = Duration::from_millis(500);

/// The lifetime of a turn that isn't renewed because its process has died.
const LEASE: Duration = Duration::from_secs(6);

/// The interval for checking whether another process has finished.
const POLL: Duration = Duration::from_millis(250);

/// The shortest lifetime that can be set: Redis has none of zero.
const SHORTEST: Duration = Duration::from_secs(1);

/// The longest one: Redis has an end of time.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The time for which a handled callback is remembered.
const REMEMBER: Duration = Duration::from_secs(60 * 60);

/// The time for which a callback is saved that nobody handles: a long weekend.
const KEEP: Duration = Duration::from_secs(4 * 24 * 60 * 60);

/// The maximum number of saved callbacks to look at in one search.
const SEARCHED: usize = 1000;

/// The value for a handled callback. Until then, it is the name of the process that handles it.
const DONE: &str = "done";

/// Records callbacks in Redis, so that only one of several processes handles each, and another one takes over if it dies. Needs the feature `redis`.
///
/// A process that handles a callback renews its turn every 2 seconds. If it dies, its turn ends after 6 seconds, and
/// the process to which WeCom has sent the callback again handles it, or any process if the callback was saved, even if the first handler had just
/// succeeded and this hadn't been recorded yet. The same happens if a process hangs for that long: a handler must not block the threads of its
/// runtime. While Redis is unavailable, callbacks are handled anyway, and not saved; what Redis loses is lost.
///
/// Keys begin with `wecom:callback:{all}:`, so that they are together in a cluster, and most of them end with a hash, which reveals nothing about the
/// callback. A callback is saved for 4 days at most, with the path of its URL, encrypted as WeCom has sent it.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use wecom_callback::RedisCallbackStore;
/// # let runtime = tokio::runtime::Runtime::new()?;
/// # let _runtime = runtime.enter();
/// let store = RedisCallbackStore::connect("redis://127.0.0.1:6379/")?;
/// # Ok(())
/// # }
/// ```
pub struct RedisCallbackStore<C = ConnectionManager> {
    connection: C,
    prefix: String,
    remember: Duration,
    keep: Duration,
    owner: String,
    scripts: Scripts,
}

impl<C> fmt::Debug for RedisCallbackStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCallbackStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl RedisCallbackStore {
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

impl<C> RedisCallbackStore<C> {
    /// Uses an existing connection, for instance to a cluster.
    pub fn with_connection(connection: C) -> Self {
        Self {
            connection,
            prefix: "wecom:callback:".to_owned(),
            remember: REMEMBER,
            keep: KEEP,
            owner: format!("{:032x}", u128::from_be_bytes(random())),
            scripts: Scripts::new(),
        }
    }

    /// Sets the prefix of keys, instead of `wecom:callback:`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the time for which a handled callback is remembered, instead of an hour: from a second to ten years.
    #[must_use]
    pub fn remember(mut self, time: Duration) -> Self {
        self.remember = time.clamp(SHORTEST, LONGEST);
        self
    }

    /// Sets the time for which a callback is saved that nobody handles, instead of 4 days: from a second to ten years.
    #[must_use]
    pub fn keep_saved(mut self, time: Duration) -> Self {
        self.keep = time.clamp(SHORTEST, LONGEST);
        self
    }

    /// Returns the key of a turn. All keys have the same hash tag, so scripts can change several at once in a cluster, too.
    fn turn(&self, digest: &[u8; 32]) -> String {
        format!("{}{{all}}:{}", self.prefix, hex(digest))
    }

    /// Returns the key of a saved callback: a hash of the callback, its last owner (`by`), its `recoveries`, and `left` if that owner is shutting down.
    fn saved(&self, digest: &[u8; 32]) -> String {
        format!("{}:saved", self.turn(digest))
    }

    /// Returns the key of the set of all saved callbacks.
    fn index(&self) -> String {
        format!("{}{{all}}:saved", self.prefix)
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisCallbackStore<C> {
    async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        in_time(command.query_async(&mut self.connection.clone())).await
    }

    /// Takes the turn if nobody has it.
    async fn take(&self, digest: &[u8; 32]) -> Result<bool, RedisError> {
        let mut command = cmd("SET");
        command.arg(self.turn(digest)).arg(&self.owner).arg("PX").arg(milliseconds(LEASE)).arg("NX");
        Ok(self.query::<Option<String>>(&command).await?.is_some())
    }

    /// Runs a script that knows the keys of a callback and who asks.
    async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        digest: &[u8; 32],
        lifetime: Duration,
        callback: &[u8],
    ) -> Result<T, RedisError> {
        let mut invocation = script.key(self.turn(digest));
        invocation.key(self.saved(digest)).key(self.index());
        invocation.arg(&self.owner).arg(milliseconds(lifetime)).arg(hex(digest)).arg(callback);
        in_time(invocation.invoke_async(&mut self.connection.clone())).await
    }

    /// Returns which of these callbacks nobody handles.
    async fn free(&self, digests: &[[u8; 32]]) -> Result<Vec<String>, RedisError> {
        let mut invocation = self.scripts.free.key(self.index());
        invocation.arg(milliseconds(LEASE));
        for digest in digests {
            invocation.key(self.turn(digest)).key(self.saved(digest)).arg(hex(digest));
        }
        in_time(invocation.invoke_async(&mut self.connection.clone())).await
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> CallbackStore for RedisCallbackStore<C> {
    fn begin<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Turn> {
        Box::pin(async move {
            while !self.take(digest).await? {
                let value: Option<String> = self.run(&self.scripts.look, digest, LEASE, b"").await?;
                if value.as_deref() == Some(DONE) {
                    return Ok(Turn::Done);
                }
                tokio::time::sleep(POLL).await;
            }
            Ok(Turn::Ours)
        })
    }

    fn keep<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Infallible> {
        Box::pin(async move {
            loop {
                tokio::time::sleep(LEASE / 3).await;
                match self.run(&self.scripts.renew, digest, LEASE, b"").await {
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

    fn done<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        Box::pin(async move { Ok(self.run(&self.scripts.done, digest, self.remember, b"").await?) })
    }

    fn forget<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        Box::pin(async move { Ok(self.run(&self.scripts.forget, digest, LEASE, b"").await?) })
    }

    fn save<'a>(&'a self, digest: &'a [u8; 32], callback: &'a [u8]) -> CallbackStoreFuture<'a, ()> {
        Box::pin(async move { Ok(self.run(&self.scripts.save, digest, self.keep, callback).await?) })
    }

    fn abandoned(&self) -> CallbackStoreFuture<'_, Vec<[u8; 32]>> {
        Box::pin(async move {
            let mut sample = cmd("SRANDMEMBER");
            sample.arg(self.index()).arg(SEARCHED);
            let members: Vec<Vec<u8>> = self.query(&sample).await?;
            let (digests, others): (Vec<_>, Vec<_>) =
                members.into_iter().map(|member| unhex(&member).ok_or(member)).partition(Result::is_ok);
            if !others.is_empty() {
                let others: Vec<_> = others.into_iter().filter_map(Result::err).collect();
                let () = self.query(cmd("SREM").arg(self.index()).arg(others)).await?;
            }
            let digests: Vec<_> = digests.into_iter().flatten().collect();
            if digests.is_empty() {
                return Ok(Vec::new());
            }
            let free = self.free(&digests).await?;
            Ok(free.iter().filter_map(|member| unhex(member.as_bytes())).collect())
        })
    }

    fn load<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Option<SavedCallback>> {
        Box::pin(async move {
            let mut command = cmd("HMGET");
            command.arg(self.saved(digest)).arg("callback").arg("recoveries");
            let (callback, recoveries): (Option<Vec<u8>>, Option<Vec<u8>>) = self.query(&command).await?;
            let recoveries = recoveries.and_then(|number| String::from_utf8(number).ok()?.parse().ok());
            let recoveries = recoveries.unwrap_or_default();
            Ok(callback.map(|callback| SavedCallback::new(callback, recoveries)))
        })
    }

    fn recover<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Option<u32>> {
        Box::pin(async move { Ok(self.run(&self.scripts.recover, digest, LEASE, b"").await?) })
    }

    fn leave<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        Box::pin(async move { Ok(self.run(&self.scripts.leave, digest, LEASE, b"").await?) })
    }
}

/// The scripts, each of which Redis runs as one step. Each has the keys of the turn, of the saved callback and of the set of all saved ones, and as arguments the
/// process, a lifetime, the digest and the callback.
struct Scripts {
    look: Script,
    renew: Script,
    done: Script,
    forget: Script,
    save: Script,
    recover: Script,
    leave: Script,
    /// Has the key of the set and those of turns and callbacks, and as arguments the lifetime of a turn and digests.
    free: Script,
}

impl Scripts {
    fn new() -> Self {
        Self {
            // A turn that nobody has taken so would never end.
            look: Script::new(
                "local value, left = redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])
                if value and value ~= 'done' and (left == -1 or left > tonumber(ARGV[2])) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
                return value",
            ),
            // After a failure of Redis, the turn may be nobody's, although its handler still runs.
            renew: Script::new(
                "local owner = redis.call('GET', KEYS[1])
                if owner and owner ~= ARGV[1] then return 0 end
                redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
                return 1",
            ),
            done: Script::new(
                "redis.call('SET', KEYS[1], 'done', 'PX', ARGV[2])
                redis.call('DEL', KEYS[2])
                redis.pcall('SREM', KEYS[3], ARGV[3])",
            ),
            // If another process has saved it since, that one waits for the turn, and may have died.
            forget: Script::new(
                "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return end
                redis.call('DEL', KEYS[1])
                if redis.pcall('HGET', KEYS[2], 'by') ~= ARGV[1] then return end
                redis.call('DEL', KEYS[2])
                redis.pcall('SREM', KEYS[3], ARGV[3])",
            ),
            save: Script::new(
                "if redis.pcall('GET', KEYS[1]) == 'done' then return end
                for key, kind in pairs({[KEYS[2]] = 'hash', [KEYS[3]] = 'set'}) do
                    if redis.call('TYPE', key).ok ~= kind then redis.call('DEL', key) end
                end
                redis.call('HSET', KEYS[2], 'callback', ARGV[4], 'by', ARGV[1])
                redis.call('PEXPIRE', KEYS[2], ARGV[2])
                redis.call('SADD', KEYS[3], ARGV[3])
                if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[3], ARGV[2]) end",
            ),
            // Whoever has the turn already asks again, since the reply got lost.
            recover: Script::new(
                "local owner = redis.call('GET', KEYS[1])
                if owner and owner ~= ARGV[1] or redis.call('HEXISTS', KEYS[2], 'callback') == 0 then return false end
                redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
                if owner then return math.min(tonumber(redis.call('HGET', KEYS[2], 'recoveries') or '') or 1, 1000) end
                redis.call('HSET', KEYS[2], 'by', ARGV[1])
                local one = 1 - redis.call('HDEL', KEYS[2], 'left')
                local count = redis.pcall('HINCRBY', KEYS[2], 'recoveries', one)
                if type(count) ~= 'number' or count < one then
                    count = one
                    redis.call('HSET', KEYS[2], 'recoveries', count)
                end
                return math.min(count, 1000)",
            ),
            leave: Script::new(
                "if redis.call('GET', KEYS[1]) == ARGV[1] and redis.pcall('HEXISTS', KEYS[2], 'callback') == 1 then
                    redis.call('HSET', KEYS[2], 'left', 1)
                end",
            ),
            free: Script::new(
                "local free = {}
                for place = 2, #ARGV do
                    local turn, saved = KEYS[2 * place - 2], KEYS[2 * place - 1]
                    if redis.call('TYPE', saved).ok ~= 'hash' then
                        redis.call('DEL', saved)
                        redis.call('SREM', KEYS[1], ARGV[place])
                    else
                        local left = redis.call('PTTL', turn)
                        if left == -1 then redis.call('PEXPIRE', turn, ARGV[1]) end
                        if left == -2 then table.insert(free, ARGV[place]) end
                    end
                end
                return free",
            ),
        }
    }
}

/// Writes a digest as letters and digits.
fn hex(digest: &[u8; 32]) -> String {
    let (high, low) = digest.split_at(16);
    let number = |half: &[u8]| u128::from_be_bytes(half.try_into().expect("16 bytes"));
    format!("{:032x}{:032x}", number(high), number(low))
}

/// Reads what [`hex`] has written.
fn unhex(text: &[u8]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let text = std::str::from_utf8(text).ok().filter(|text| text.len() == 64 && text.is_ascii())?;
    for (half, number) in digest.chunks_mut(16).zip([&text[..32], &text[32..]]) {
        half.copy_from_slice(&u128::from_str_radix(number, 16).ok()?.to_be_bytes());
    }
    (hex(&digest) == text).then_some(digest)
}

/// Waits for Redis, whatever the connection's own limit is: that to a cluster has none by default.
async fn in_time<T>(reply: impl Future<Output = Result<T, RedisError>>) -> Result<T, RedisError> {
    match tokio::time::timeout(2 * PATIENCE, reply).await {
        Ok(reply) => reply,
        Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
