//! Callbacks that survive the process that has answered them.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::{AsyncCommands as _, cmd};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use wecom_callback::{
    Callback, CallbackStore as _, Callbacks, Format, Receiver, RedisCallbackStore, Router, SavedCallback,
    Sender, Turn,
};
use wecom_tests::log::Log;

use super::arrangements::cluster;
use super::server::{PATIENCE, RedisServer};

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";

/// The handlers of all processes of a test.
#[derive(Clone)]
struct Handlers {
    begun: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
    /// Each takes one permit before it ends.
    may_end: Arc<Semaphore>,
}

impl Handlers {
    fn new() -> Self {
        Self { begun: Arc::default(), ended: Arc::default(), may_end: Arc::new(Semaphore::new(0)) }
    }

    fn callbacks(&self, redis: &str) -> Callbacks {
        let handlers = self.clone();
        let router = Router::new().fallback(move |_: Callback| {
            let handlers = handlers.clone();
            async move {
                handlers.begun.fetch_add(1, Ordering::SeqCst);
                handlers.may_end.acquire().await.unwrap().forget();
                handlers.ended.fetch_add(1, Ordering::SeqCst);
            }
        });
        let receiver = Receiver::builder(TOKEN, KEY).receiveid("ww1").build().unwrap();
        let builder = Callbacks::builder(router).receiver(receiver).deadline(Duration::ZERO);
        builder.store(RedisCallbackStore::connect(redis).unwrap()).build()
    }

    /// Waits until so many have begun and ended.
    async fn are(&self, begun: usize, ended: usize) {
        let counts = || (self.begun.load(Ordering::SeqCst), self.ended.load(Ordering::SeqCst));
        let start = Instant::now();
        while counts() != (begun, ended) {
            assert!(start.elapsed() < PATIENCE, "{:?}", counts());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A process: its tasks end when it is dropped, wherever they are.
struct Process {
    runtime: Option<Runtime>,
    callbacks: Callbacks,
}

impl Process {
    fn start(redis: &RedisServer, handlers: &Handlers) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let callbacks = {
            let _runtime = runtime.enter();
            handlers.callbacks(&redis.address())
        };
        Self { runtime: Some(runtime), callbacks }
    }

    async fn post(&self, message: &str) {
        let posted = post(self.callbacks.clone(), message);
        assert_eq!(self.runtime.as_ref().unwrap().spawn(posted).await.unwrap(), StatusCode::OK);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

fn post(callbacks: Callbacks, message: &str) -> impl Future<Output = StatusCode> + Send + 'static {
    let sent = Sender::new(TOKEN, KEY, "ww1").unwrap().callback(Format::Xml, message.as_bytes(), "ww1", "");
    let request =
        Request::post(format!("/?key=hunter2&{}", sent.query)).body(Bytes::from(sent.body)).unwrap();
    async move { callbacks.handle(request).await.status() }
}

/// Ends all turns of processes, as time would.
async fn end_turns(redis: &RedisServer) {
    let mut connection = redis.connection().await;
    for key in redis.keys("wecom:callback:{all}:*").await {
        let kind: String = cmd("TYPE").arg(&key).query_async(&mut connection).await.unwrap();
        if !key.ends_with(":saved") && kind == "string" {
            let () = connection.del(key).await.unwrap();
        }
    }
}

async fn assert_nothing_saved(redis: &RedisServer) {
    let start = Instant::now();
    // The end is recorded after the handler has ended.
    while !redis.keys("*saved").await.is_empty() {
        assert!(start.elapsed() < PATIENCE, "{:?}", redis.keys("*").await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_a_dead_process_has_answered_is_handled_by_one_of_the_others() {
    let test = "what_a_dead_process_has_answered_is_handled_by_one_of_the_others";
    let Some(redis) = RedisServer::start(test) else { return };
    let handlers = Handlers::new();
    let first = Process::start(&redis, &handlers);
    let others = [(); 3].map(|()| Process::start(&redis, &handlers));
    for number in 0..30 {
        first.post(&format!("<xml>meet me at nine, {number}</xml>")).await;
    }
    handlers.are(30, 0).await;
    let mut connection = redis.connection().await;
    let keys = redis.keys("*").await;
    assert_eq!(keys.len(), 61, "a turn and a callback each, and the set of these");
    for key in keys {
        assert!(connection.pttl::<_, i64>(&key).await.unwrap() > 0, "{key} stays for ever");
        let dump: Vec<u8> = cmd("DUMP").arg(&key).query_async(&mut connection).await.unwrap();
        let shown = format!("{key} {}", String::from_utf8_lossy(&dump));
        for secret in ["meet", "hunter2", TOKEN, KEY] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    drop(first);
    handlers.are(60, 0).await;
    handlers.may_end.add_permits(100);
    handlers.are(60, 30).await;
    assert_nothing_saved(&redis).await;
    assert_eq!(redis.keys("*").await.len(), 30, "that each was handled is remembered");
    drop(others);
}

#[tokio::test]
async fn after_a_restart_of_all_processes_what_was_answered_is_handled() {
    let test = "after_a_restart_of_all_processes_what_was_answered_is_handled";
    let Some(redis) = RedisServer::start(test) else { return };
    let handlers = Handlers::new();
    let processes = [(); 2].map(|()| Process::start(&redis, &handlers));
    processes[0].post("<a/>").await;
    processes[1].post("<b/>").await;
    // This one waits for its turn when its process dies.
    processes[1].post("<a/>").await;
    handlers.are(2, 0).await;
    drop(processes);
    end_turns(&redis).await;
    handlers.may_end.add_permits(100);
    let process = Process::start(&redis, &handlers);
    handlers.are(4, 2).await;
    assert_nothing_saved(&redis).await;
    process.post("<a/>").await;
    handlers.are(4, 2).await;
}

#[tokio::test]
async fn a_callback_whose_processes_die_is_handled_three_times_at_most() {
    let test = "a_callback_whose_processes_die_is_handled_three_times_at_most";
    let Some(redis) = RedisServer::start(test) else { return };
    let handlers = Handlers::new();
    let first = Process::start(&redis, &handlers);
    first.post("<xml/>").await;
    handlers.are(1, 0).await;
    drop(first);
    for begun in [2, 3] {
        end_turns(&redis).await;
        let next = Process::start(&redis, &handlers);
        handlers.are(begun, 0).await;
        drop(next);
    }
    end_turns(&redis).await;
    let last = Process::start(&redis, &handlers);
    assert_nothing_saved(&redis).await;
    last.post("<xml/>").await;
    handlers.are(3, 0).await;
}

#[tokio::test(flavor = "current_thread")]
async fn without_redis_nothing_is_saved_and_a_callback_is_answered_and_handled() {
    let test = "without_redis_nothing_is_saved_and_a_callback_is_answered_and_handled";
    let Some(redis) = RedisServer::start(test) else { return };
    let log = Log::of_this_thread(tracing::Level::WARN);
    let handlers = Handlers::new();
    let callbacks = handlers.callbacks(&redis.address());
    assert_eq!(post(callbacks.clone(), "<a/>").await, StatusCode::OK);
    drop(redis);
    let start = Instant::now();
    assert_eq!(post(callbacks.clone(), "<b/>").await, StatusCode::OK);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    handlers.are(2, 0).await;
    handlers.may_end.add_permits(2);
    callbacks.shutdown().await;
    handlers.are(2, 2).await;
    assert!(log.text().contains("it is lost if this process dies"), "{}", log.text());
}

/// All that a store does, with three processes.
async fn all_operations<C: ConnectionLike + Clone + Send + Sync + 'static>(
    [a, b, c]: [RedisCallbackStore<C>; 3],
) {
    let saved = |recoveries| Some(SavedCallback::new(*b"callback", recoveries));
    let nothing = Vec::<[u8; 32]>::new();
    // Done: before and after it is saved.
    let digest = [1; 32];
    assert_eq!(a.begin(&digest).await.unwrap(), Turn::Ours);
    a.save(&digest, b"another").await.unwrap();
    a.save(&digest, b"callback").await.unwrap();
    assert_eq!(b.load(&digest).await.unwrap(), saved(0));
    assert_eq!(b.abandoned().await.unwrap(), nothing, "it has its turn");
    assert_eq!(b.recover(&digest).await.unwrap(), None);
    a.done(&digest).await.unwrap();
    assert_eq!(b.load(&digest).await.unwrap(), None);
    b.save(&digest, b"callback").await.unwrap();
    assert_eq!(b.load(&digest).await.unwrap(), None, "it has been handled");
    assert_eq!((b.abandoned().await.unwrap(), b.recover(&digest).await.unwrap()), (nothing.clone(), None));
    // Failed, while another process waits, which has saved it as well.
    let digest = [2; 32];
    assert_eq!(a.begin(&digest).await.unwrap(), Turn::Ours);
    a.save(&digest, b"callback").await.unwrap();
    b.save(&digest, b"callback").await.unwrap();
    a.forget(&digest).await.unwrap();
    assert_eq!(c.abandoned().await.unwrap(), [digest]);
    // One of those that find it gets it, and counts.
    assert_eq!(c.recover(&digest).await.unwrap(), Some(1));
    assert_eq!((b.recover(&digest).await.unwrap(), c.recover(&digest).await.unwrap()), (None, Some(1)));
    assert_eq!((b.load(&digest).await.unwrap(), b.abandoned().await.unwrap()), (saved(1), nothing.clone()));
    // Only the one whose turn it is removes it.
    a.forget(&digest).await.unwrap();
    assert_eq!(b.load(&digest).await.unwrap(), saved(1));
    c.forget(&digest).await.unwrap();
    assert_eq!((b.load(&digest).await.unwrap(), b.recover(&digest).await.unwrap()), (None, None));
    // Nobody has the turn.
    let left: HashSet<_> = (10..30).map(|number| [number; 32]).collect();
    for digest in &left {
        a.save(digest, b"callback").await.unwrap();
    }
    assert_eq!(b.abandoned().await.unwrap().into_iter().collect::<HashSet<_>>(), left);
    for digest in &left {
        b.done(digest).await.unwrap();
    }
    assert_eq!(c.abandoned().await.unwrap(), nothing);
}

#[tokio::test]
async fn a_callback_is_saved_until_its_handler_has_ended() {
    let Some(redis) = RedisServer::start("a_callback_is_saved_until_its_handler_has_ended") else { return };
    let connection = redis.connection().await;
    all_operations([(); 3].map(|()| RedisCallbackStore::with_connection(connection.clone()))).await;
    assert_nothing_saved(&redis).await;
    let others = [(); 3].map(|()| RedisCallbackStore::with_connection(connection.clone()).prefix("{app}:"));
    all_operations(others).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_are_saved_in_a_cluster() {
    let Some(servers) = cluster("callbacks_are_saved_in_a_cluster").await else { return };
    let client = ClusterClient::new(servers.iter().map(RedisServer::address)).unwrap();
    let connection = client.get_async_connection().await.unwrap();
    all_operations([(); 3].map(|()| RedisCallbackStore::with_connection(connection.clone()))).await;
}

#[tokio::test]
async fn garbage_in_redis_stops_nothing() {
    let Some(redis) = RedisServer::start("garbage_in_redis_stops_nothing") else { return };
    let mut connection = redis.connection().await;
    let handlers = Handlers::new();
    handlers.may_end.add_permits(100);
    let index = "wecom:callback:{all}:saved";
    let of = |digit: &str| format!("wecom:callback:{{all}}:{}", digit.repeat(64));
    let saved_of = |digit: &str| format!("{}:saved", of(digit));
    let run = async |connection: &mut MultiplexedConnection, words: &[&str]| {
        let mut command = cmd(words[0]);
        for word in &words[1..] {
            command.arg(*word);
        }
        let _: redis::Value = command.query_async(connection).await.unwrap();
    };
    // The set is none: the next callback that is saved replaces it.
    run(&mut connection, &["SET", index, "text"]).await;
    let first = Process::start(&redis, &handlers);
    first.post("<a/>").await;
    handlers.are(1, 1).await;
    assert_nothing_saved(&redis).await;
    drop(first);
    // Members, callbacks, counts and turns that are none.
    let members = ["1", "2", "3", "4", "5"].map(|digit| digit.repeat(64));
    for member in ["", "text", "\u{fc}", &"x".repeat(64), &"+".repeat(64)]
        .into_iter()
        .chain(members.iter().map(String::as_str))
    {
        run(&mut connection, &["SADD", index, member]).await;
    }
    run(&mut connection, &["SET", &saved_of("1"), "text"]).await;
    run(&mut connection, &["HSET", &saved_of("2"), "callback", "garbage"]).await;
    run(&mut connection, &["HSET", &saved_of("3"), "callback", "/?\n<xml/>", "recoveries", "many"]).await;
    run(&mut connection, &["HSET", &saved_of("4"), "by", "somebody"]).await;
    run(&mut connection, &["HSET", &saved_of("5"), "callback", "/?\n"]).await;
    run(&mut connection, &["SADD", &of("5"), "no turn"]).await;
    // Among them, one callback that a process has left, whose count is none, either.
    let dead = Process::start(&redis, &Handlers::new());
    dead.post("<b/>").await;
    drop(dead);
    end_turns(&redis).await;
    for key in redis.keys("*:saved").await {
        if key != index && ["1", "2", "3", "4", "5"].iter().all(|digit| key != saved_of(digit)) {
            run(&mut connection, &["HSET", &key, "recoveries", "99999999999999999999"]).await;
        }
    }
    let second = Process::start(&redis, &handlers);
    handlers.are(2, 2).await;
    second.post("<c/>").await;
    handlers.are(3, 3).await;
    // What could be neither a member nor a callback is gone, and the turn without an end has one.
    let left: HashSet<String> = connection.smembers(index).await.unwrap();
    assert!(left.iter().all(|member| members[1..].contains(member)), "{left:?}");
    assert!(!connection.exists::<_, bool>(saved_of("1")).await.unwrap());
    assert!(connection.pttl::<_, i64>(of("5")).await.unwrap() != -1);
    let load = RedisCallbackStore::with_connection(connection.clone());
    assert_eq!(load.load(&[0x33; 32]).await.unwrap().unwrap().recoveries, 0);
    assert_eq!(load.recover(&[0x33; 32]).await.unwrap(), Some(1));
    drop(second);
}

#[tokio::test]
async fn a_turn_without_an_end_gets_one() {
    let Some(redis) = RedisServer::start("a_turn_without_an_end_gets_one") else { return };
    let mut connection = redis.connection().await;
    let key = format!("wecom:callback:{{all}}:{}", "07".repeat(32));
    let () = connection.set(&key, "somebody").await.unwrap();
    let store = RedisCallbackStore::with_connection(connection.clone());
    let begun = tokio::time::timeout(PATIENCE, store.begin(&[7; 32])).await;
    assert_eq!(begun.unwrap().unwrap(), Turn::Ours);
}

/// A reply may get lost on its way: whoever asks again isn't taken for another process.
#[tokio::test]
async fn who_recovers_a_callback_twice_counts_once() {
    let Some(redis) = RedisServer::start("who_recovers_a_callback_twice_counts_once") else { return };
    let [ours, other] = [(); 2].map(|()| RedisCallbackStore::connect(&redis.address()).unwrap());
    let digest = [7; 32];
    ours.save(&digest, b"callback").await.unwrap();
    for _ in 0..3 {
        assert_eq!(ours.recover(&digest).await.unwrap(), Some(1));
        assert_eq!(other.recover(&digest).await.unwrap(), None);
    }
    end_turns(&redis).await;
    assert_eq!(other.recover(&digest).await.unwrap(), Some(2));
}

#[tokio::test]
async fn the_next_recovery_after_a_shutdown_is_not_counted() {
    let Some(redis) = RedisServer::start("the_next_recovery_after_a_shutdown_is_not_counted") else { return };
    let [first, second] = [(); 2].map(|()| RedisCallbackStore::connect(&redis.address()).unwrap());
    let digest = [8; 32];
    first.leave(&digest).await.unwrap();
    assert_eq!(first.load(&digest).await.unwrap(), None, "what isn't saved stays so");
    first.begin(&digest).await.unwrap();
    first.save(&digest, b"callback").await.unwrap();
    second.leave(&digest).await.unwrap();
    end_turns(&redis).await;
    assert_eq!(second.recover(&digest).await.unwrap(), Some(1), "whose turn it isn't can't leave it");
    for (process, other) in [(&second, &first), (&first, &second)] {
        process.leave(&digest).await.unwrap();
        end_turns(&redis).await;
        for _ in 0..2 {
            assert_eq!(other.recover(&digest).await.unwrap(), Some(1));
        }
    }
    end_turns(&redis).await;
    assert_eq!(first.recover(&digest).await.unwrap(), Some(2));
    first.done(&digest).await.unwrap();
    first.leave(&digest).await.unwrap();
    assert_nothing_saved(&redis).await;
}

#[tokio::test]
async fn no_lifetime_is_too_short_or_too_long_for_redis() {
    let Some(redis) = RedisServer::start("no_lifetime_is_too_short_or_too_long_for_redis") else { return };
    for (number, time) in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX].into_iter().enumerate() {
        let store = RedisCallbackStore::connect(&redis.address()).unwrap();
        let store = store.prefix(format!("{number}:")).remember(time).keep_saved(time);
        let digest = [7; 32];
        store.save(&digest, b"callback").await.unwrap();
        assert_eq!(store.abandoned().await.unwrap(), [digest]);
        store.done(&digest).await.unwrap();
        assert_eq!(store.begin(&digest).await.unwrap(), Turn::Done);
        assert!(store.load(&digest).await.unwrap().is_none());
    }
}
