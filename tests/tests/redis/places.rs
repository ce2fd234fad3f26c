//! Concurrent calls, counted for all processes.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use wecom_mock::{Fault, Server};
use wecom_sdk::corpgroup::chain::RemoveCorp;
use wecom_sdk::{Client, Endpoint as _, Error, LimitKey, LimitStore as _, OnLimit, Redis};

use crate::builder;
use crate::server::RedisServer;

const REMOVE: &str = "/cgi-bin/corpgroup/corp/remove_corp";

async fn remove(client: &Client) -> Result<(), Error> {
    client.send(&RemoveCorp::new("chain").corpid("ww2")).await.map(drop)
}

fn client(server: &Server, redis: &Redis) -> Client {
    builder(&server.base_url(), redis).limit_store(redis.clone()).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_calls_of_all_processes_are_on_their_way_at_once_than_documented() {
    let test = "no_more_calls_of_all_processes_are_on_their_way_at_once_than_documented";
    let Some(redis) = RedisServer::start(test) else { return };
    assert_eq!(RemoveCorp::META.concurrency, Some(1));
    let server = Server::start().await.unwrap();
    server.inject(Fault::delay(Duration::from_millis(30)).on(REMOVE));
    // Each with its own connection, as processes have.
    let clients = [(); 4].map(|()| client(&server, &redis.store()));
    let calls = (0..20).map(|number| remove(&clients[number % 4]));
    for outcome in join_all(calls).await {
        outcome.unwrap();
    }
    assert_eq!((server.requests(REMOVE), server.peak_concurrency(REMOVE)), (20, 1));
    // Nothing is left of them.
    let places = redis.keys("*:places:*").await;
    assert!(places.is_empty(), "{places:?}");
}

/// The work of a test's process until it is killed: see [`hanging_process`].
#[tokio::test]
async fn a_call_that_hangs() {
    let (Ok(base_url), Ok(redis)) = (std::env::var("TEST_HANG_AT"), std::env::var("TEST_REDIS")) else {
        return;
    };
    let redis = Redis::connect(&redis).unwrap();
    let client = builder(&base_url, &redis).limit_store(redis).build().unwrap();
    remove(&client).await.unwrap();
}

fn hanging_process(server: &Server, redis: &RedisServer) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "places::a_call_that_hangs"])
        .env("TEST_HANG_AT", server.base_url())
        .env("TEST_REDIS", redis.address())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_frees_its_place() {
    let Some(redis) = RedisServer::start("a_process_that_is_killed_frees_its_place") else { return };
    let server = Server::start().await.unwrap();
    server.inject(Fault::hang().on(REMOVE).times(1));
    let mut process = hanging_process(&server, &redis);
    while server.requests(REMOVE) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let refusing = builder(&server.base_url(), &redis.store()).limit_store(redis.store());
    let refusing = refusing.on_limit(OnLimit::Refuse).build().unwrap();
    let refusal = remove(&refusing).await.unwrap_err();
    assert!(matches!(refusal, Error::Limited { .. }), "{refusal:?}");
    process.kill().unwrap();
    process.wait().unwrap();
    remove(&client(&server, &redis.store())).await.unwrap();
    assert_eq!(server.requests(REMOVE), 2);
}

#[tokio::test]
async fn a_call_that_takes_long_keeps_its_place() {
    let Some(redis) = RedisServer::start("a_call_that_takes_long_keeps_its_place") else { return };
    let store = redis.store();
    let (key, life) = (LimitKey::new("key", "endpoint"), Duration::from_millis(300));
    for _ in 0..10 {
        assert!(store.enter(key, 1, 1, life).await.unwrap());
        assert!(!store.enter(key, 1, 2, life).await.unwrap());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    store.leave(key, 2).await.unwrap();
    assert!(!store.enter(key, 1, 2, life).await.unwrap(), "one can't leave for another");
    store.leave(key, 1).await.unwrap();
    assert!(store.enter(key, 1, 2, life).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_each_process_counts_for_itself() {
    let Some(redis) = RedisServer::start("without_redis_each_process_counts_for_itself") else { return };
    let server = Server::start().await.unwrap();
    server.inject(Fault::delay(Duration::from_millis(20)).on(REMOVE));
    let clients = [(); 2].map(|()| client(&server, &redis.store()));
    remove(&clients[0]).await.unwrap();
    drop(redis);
    let calls = (0..20).map(|number| remove(&clients[number % 2]));
    for outcome in join_all(calls).await {
        outcome.unwrap();
    }
    assert!(server.peak_concurrency(REMOVE) <= 2, "{}", server.peak_concurrency(REMOVE));
}

#[tokio::test]
async fn a_call_that_is_dropped_gives_its_place_back() {
    let Some(redis) = RedisServer::start("a_call_that_is_dropped_gives_its_place_back") else { return };
    let server = Server::start().await.unwrap();
    server.inject(Fault::hang().on(REMOVE).times(1));
    let clients = [(); 2].map(|()| client(&server, &redis.store()));
    let dropped = tokio::time::timeout(Duration::from_millis(300), remove(&clients[0])).await;
    assert!(dropped.is_err() && server.requests(REMOVE) == 1);
    let next = tokio::time::timeout(Duration::from_secs(5), remove(&clients[1])).await;
    next.expect("before the place is free by itself").unwrap();
}
