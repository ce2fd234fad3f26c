//! Callbacks that several processes receive, each handled once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use redis::AsyncCommands as _;
use tokio::sync::Semaphore;
use wecom_callback::{
    Callback, CallbackStore as _, Callbacks, Format, Receiver, RedisCallbackStore, Router, Sender, State,
    Turn,
};
use wecom_tests::log::Log;

use super::outages::front;
use super::server::RedisServer;

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";

/// A password, which nothing may show.
const PASSWORD: &str = "hunter2-of-redis";

/// The state that the handlers of all processes share.
#[derive(Clone)]
struct Shared {
    runs: Arc<AtomicUsize>,
    /// Each run takes one permit.
    may_end: Arc<Semaphore>,
}

impl Shared {
    fn new(may_end: usize) -> Self {
        Self { runs: Arc::default(), may_end: Arc::new(Semaphore::new(may_end)) }
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

/// One process. Its first `failures` runs fail.
fn process(redis: &RedisServer, shared: &Shared, failures: usize) -> Callbacks {
    process_at(&redis.address(), shared, failures)
}

fn process_at(redis: &str, shared: &Shared, failures: usize) -> Callbacks {
    let router =
        Router::<Shared>::new().fallback(move |State(shared): State<Shared>, _: Callback| async move {
            let run = shared.runs.fetch_add(1, Ordering::SeqCst);
            shared.may_end.acquire().await.unwrap().forget();
            if run < failures { Err("no") } else { Ok(()) }
        });
    let store = RedisCallbackStore::connect(redis).unwrap();
    let receiver = Receiver::builder(TOKEN, KEY).receiveid("ww1").build().unwrap();
    Callbacks::builder(router.with_state(shared.clone())).receiver(receiver).store(store).build()
}

async fn post(callbacks: &Callbacks, message: &str) -> StatusCode {
    let sent = Sender::new(TOKEN, KEY, "ww1").unwrap().callback(Format::Xml, message.as_bytes(), "ww1", "");
    let request = Request::post(format!("/?{}", sent.query)).body(Bytes::from(sent.body)).unwrap();
    callbacks.handle(request).await.status()
}

#[tokio::test]
async fn of_two_processes_one_handles_a_callback() {
    let Some(redis) = RedisServer::start("of_two_processes_one_handles_a_callback") else { return };
    let shared = Shared::new(50);
    let processes = [process(&redis, &shared, 0), process(&redis, &shared, 0)];
    for number in 0..50 {
        let message = format!("<xml>{number}</xml>");
        let statuses = tokio::join!(post(&processes[0], &message), post(&processes[1], &message));
        assert_eq!(statuses, (StatusCode::OK, StatusCode::OK));
    }
    assert_eq!(shared.runs(), 50);
    // Handled ones are remembered for a while, and the keys reveal nothing about them.
    let keys = redis.keys("*").await;
    assert_eq!(keys.len(), 50);
    assert!(keys.iter().all(|key| key.starts_with("wecom:callback:{all}:") && key.len() == 21 + 64));
    let left: i64 = redis.connection().await.pttl(&keys[0]).await.unwrap();
    assert!((3_500_000..=3_600_000).contains(&left), "{left}");
}

#[tokio::test]
async fn what_has_failed_in_one_process_is_handled_by_the_other() {
    let Some(redis) = RedisServer::start("what_has_failed_in_one_process_is_handled_by_the_other") else {
        return;
    };
    let shared = Shared::new(2);
    let processes = [process(&redis, &shared, 1), process(&redis, &shared, 1)];
    assert_eq!(post(&processes[0], "<xml/>").await, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(post(&processes[1], "<xml/>").await, StatusCode::OK);
    assert_eq!(post(&processes[0], "<xml/>").await, StatusCode::OK);
    assert_eq!(shared.runs(), 2);
}

#[tokio::test]
async fn the_turn_of_a_process_that_has_died_ends() {
    let Some(redis) = RedisServer::start("the_turn_of_a_process_that_has_died_ends") else { return };
    let digest = [7; 32];
    let mut connection = redis.connection().await;
    let died = RedisCallbackStore::connect(&redis.address()).unwrap();
    assert_eq!(died.begin(&digest).await.unwrap(), Turn::Ours);
    let key = redis.keys("*").await.remove(0);
    let left: i64 = connection.pttl(&key).await.unwrap();
    assert!((1..=6000).contains(&left), "{left}");
    // Nobody renews it: it ends sooner here than in reality.
    let () = connection.pexpire(&key, 100).await.unwrap();
    let next = RedisCallbackStore::connect(&redis.address()).unwrap();
    assert_eq!(next.begin(&digest).await.unwrap(), Turn::Ours);
    // If the dead process came back, it could neither keep the turn nor remove it.
    died.forget(&digest).await.unwrap();
    assert!(connection.exists::<_, bool>(&key).await.unwrap());
    assert!(died.keep(&digest).await.is_err());
    next.done(&digest).await.unwrap();
    assert_eq!(died.begin(&digest).await.unwrap(), Turn::Done);
}

#[tokio::test]
async fn a_turn_is_renewed_while_its_handler_runs() {
    let Some(redis) = RedisServer::start("a_turn_is_renewed_while_its_handler_runs") else { return };
    let shared = Shared::new(0);
    let callbacks = process(&redis, &shared, 0);
    let posted = tokio::spawn(async move { post(&callbacks, "<xml/>").await });
    let mut connection = redis.connection().await;
    let key = loop {
        if let Some(key) = redis.keys("*").await.pop() {
            break key;
        }
    };
    // Shorter than a lease, longer than a renewal takes.
    let () = connection.pexpire(&key, 4000).await.unwrap();
    while connection.pttl::<_, i64>(&key).await.unwrap() <= 4000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    shared.may_end.add_permits(1);
    assert_eq!(posted.await.unwrap(), StatusCode::OK);
}

#[tokio::test]
async fn a_turn_that_redis_has_lost_is_taken_again_unless_somebody_else_has_it() {
    let test = "a_turn_that_redis_has_lost_is_taken_again_unless_somebody_else_has_it";
    let Some(redis) = RedisServer::start(test) else { return };
    let (mine, other) = ([1; 32], [2; 32]);
    let [first, second] = [(); 2].map(|()| RedisCallbackStore::connect(&redis.address()).unwrap());
    for digest in [&mine, &other] {
        assert_eq!(first.begin(digest).await.unwrap(), Turn::Ours);
    }
    let mut connection = redis.connection().await;
    let () = redis::cmd("FLUSHALL").query_async(&mut connection).await.unwrap();
    assert_eq!(second.begin(&other).await.unwrap(), Turn::Ours);
    let kept = tokio::time::timeout(Duration::from_secs(3), first.keep(&mine));
    let (kept, lost) = tokio::join!(kept, first.keep(&other));
    assert!(kept.is_err() && lost.is_err());
    let keys = redis.keys("*").await;
    assert_eq!(keys.len(), 2);
    let mut owners = Vec::new();
    for key in keys {
        owners.push(connection.get::<_, String>(key).await.unwrap());
    }
    assert_ne!(owners[0], owners[1]);
}

#[tokio::test]
async fn without_redis_callbacks_are_handled_all_the_same() {
    let test = "without_redis_callbacks_are_handled_all_the_same";
    let Some(redis) = RedisServer::start(test) else { return };
    let shared = Shared::new(2);
    let callbacks = process(&redis, &shared, 0);
    assert_eq!(post(&callbacks, "<a/>").await, StatusCode::OK);
    drop(redis);
    assert_eq!(post(&callbacks, "<b/>").await, StatusCode::OK);
    assert_eq!(post(&callbacks, "<b/>").await, StatusCode::OK);
    assert_eq!(shared.runs(), 2);
}

#[tokio::test]
async fn redis_that_dies_while_a_handler_runs_takes_nothing_from_it() {
    let test = "redis_that_dies_while_a_handler_runs_takes_nothing_from_it";
    let Some(redis) = RedisServer::start(test) else { return };
    let shared = Shared::new(0);
    let callbacks = process(&redis, &shared, 0);
    let posted = tokio::spawn({
        let callbacks = callbacks.clone();
        async move { post(&callbacks, "<a/>").await }
    });
    while shared.runs() == 0 {
        tokio::task::yield_now().await;
    }
    drop(redis);
    shared.may_end.add_permits(1);
    assert_eq!(posted.await.unwrap(), StatusCode::OK);
    assert_eq!(post(&callbacks, "<a/>").await, StatusCode::OK, "this process remembers it all the same");
    assert_eq!(shared.runs(), 1);
}

#[tokio::test]
async fn redis_that_hangs_keeps_no_callback_from_its_handler() {
    let test = "redis_that_hangs_keeps_no_callback_from_its_handler";
    let Some(redis) = RedisServer::start(test) else { return };
    let silent = Arc::new(AtomicBool::new(false));
    let address = format!("redis://127.0.0.1:{}/", front(redis.port, &silent));
    let shared = Shared::new(0);
    let callbacks = process_at(&address, &shared, 0);
    let posted = |message: &'static str| {
        let callbacks = callbacks.clone();
        tokio::spawn(async move { post(&callbacks, message).await })
    };
    // It falls silent after the handler has begun, and stays so.
    let first = posted("<a/>");
    while shared.runs() == 0 {
        tokio::task::yield_now().await;
    }
    silent.store(true, Ordering::SeqCst);
    shared.may_end.add_permits(3);
    let others = [posted("<b/>"), posted("<c/>")];
    for response in [first].into_iter().chain(others) {
        assert_eq!(response.await.unwrap(), StatusCode::OK);
    }
    callbacks.shutdown().await;
    assert_eq!(shared.runs(), 3);
}

#[tokio::test]
async fn whoever_waits_for_anothers_turn_handles_the_callback_if_redis_dies() {
    let test = "whoever_waits_for_anothers_turn_handles_the_callback_if_redis_dies";
    let Some(redis) = RedisServer::start(test) else { return };
    let (first, second) = (Shared::new(0), Shared::new(1));
    let (holder, waiter) = (process(&redis, &first, 0), process(&redis, &second, 0));
    let held = tokio::spawn(async move { post(&holder, "<a/>").await });
    while first.runs() == 0 {
        tokio::task::yield_now().await;
    }
    let waiting = tokio::spawn(async move { post(&waiter, "<a/>").await });
    // Longer than it takes to see whose turn it is.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(second.runs(), 0);
    drop(redis);
    assert_eq!(waiting.await.unwrap(), StatusCode::OK);
    assert_eq!(second.runs(), 1, "better twice than never");
    first.may_end.add_permits(1);
    assert_eq!(held.await.unwrap(), StatusCode::OK);
}

#[tokio::test(flavor = "current_thread")]
async fn no_error_of_redis_says_its_password_or_a_message() {
    let test = "no_error_of_redis_says_its_password_or_a_message";
    let Some(redis) = RedisServer::start(test) else { return };
    let log = Log::of_this_thread(tracing::Level::TRACE);
    for address in
        [format!("redis://:{PASSWORD}@127.0.0.1:{}/", redis.port), format!("redis://:{PASSWORD}@[")]
    {
        match RedisCallbackStore::connect(&address) {
            Ok(store) => {
                let shown = format!("{store:?} {}", store.begin(&[1; 32]).await.unwrap_err());
                assert!(!shown.contains(PASSWORD), "{shown}");
                let shared = Shared::new(1);
                post(&process_at(&address, &shared, 0), "<xml>meet me at nine</xml>").await;
                assert_eq!(shared.runs(), 1);
            }
            Err(error) => assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}"),
        }
    }
    let logged = log.text();
    assert!(logged.contains("the store of callbacks failed"), "{logged}");
    assert!(!logged.contains(PASSWORD) && !logged.contains("at nine"), "{logged}");
}
