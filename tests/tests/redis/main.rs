//! Tokens and limits shared through a real Redis.

mod arrangements;
mod callbacks;
mod outages;
mod places;
mod poisoned;
mod rates;
mod recovered;
mod server;

use std::env;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::join_all;
use wecom_mock::{Fault, Server};
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{AuthorizedCorp, Client, ClientBuilder, Error, Redis, StoredToken, Suite, TokenStore as _};

use server::RedisServer;

const GETTOKEN: &str = "/cgi-bin/gettoken";
const GET_INFO: &str = "/cgi-bin/meeting/get_info";

fn builder(base_url: &str, redis: &Redis) -> ClientBuilder {
    Client::builder("ww1", "the secret").base_url(base_url).token_store(redis.clone())
}

async fn calls(client: &Client, number: usize) -> Vec<Result<(), Error>> {
    let calls = (0..number).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(&GetMeetingInfo::new("hy")).await.map(drop) })
    });
    join_all(calls.collect::<Vec<_>>()).await.into_iter().map(|call| call.expect("no panic")).collect()
}

/// What the second process of a test does: see [`in_another_process`].
#[tokio::test]
async fn calls_of_another_process() {
    let (Ok(base_url), Ok(redis)) = (env::var("TEST_BASE_URL"), env::var("TEST_REDIS")) else { return };
    let client = builder(&base_url, &Redis::connect(&redis).unwrap()).build().unwrap();
    assert!(calls(&client, 100).await.iter().all(Result::is_ok));
}

fn in_another_process(server: &Server, redis: &RedisServer) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "calls_of_another_process"])
        .env("TEST_BASE_URL", server.base_url())
        .env("TEST_REDIS", redis.address())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_one_token() {
    let Some(redis) = RedisServer::start("processes_share_one_token") else { return };
    let server = Server::start().await.unwrap();
    // Long enough for all of them to be waiting for the same token.
    server.inject(Fault::delay(Duration::from_millis(500)).on(GETTOKEN));
    let processes: Vec<_> = (0..2).map(|_| in_another_process(&server, &redis)).collect();
    let client = builder(&server.base_url(), &redis.store()).build().unwrap();
    assert!(calls(&client, 100).await.iter().all(Result::is_ok));
    for process in processes {
        let outcome = tokio::task::spawn_blocking(move || process.wait_with_output()).await.unwrap();
        assert!(outcome.unwrap().status.success());
    }
    assert_eq!(server.requests(GETTOKEN), 1);
    assert_eq!(server.requests(GET_INFO), 300);
}

#[test]
fn a_store_can_be_made_before_there_is_a_runtime() {
    Redis::connect("redis://127.0.0.1:1/").unwrap();
    assert!(Redis::connect("127.0.0.1").is_err());
}

#[tokio::test]
async fn a_lease_holder_that_dies_blocks_the_others_only_for_the_leases_life() {
    let test = "a_lease_holder_that_dies_blocks_the_others_only_for_the_leases_life";
    let Some(redis) = RedisServer::start(test) else { return };
    let server = Server::start().await.unwrap();
    let store = redis.store().lease_lifetime(Duration::from_millis(700));
    // The name that the client's credential has in the store.
    let probe = builder(&server.base_url(), &store).build().unwrap();
    probe.send(&GetMeetingInfo::new("hy")).await.unwrap();
    let mut connection = redis.connection().await;
    let keys = redis.keys("wecom:*:token").await;
    let [key] = &keys[..] else { panic!("{keys:?}") };
    let name = key.strip_prefix("wecom:{").and_then(|key| key.strip_suffix("}:token")).unwrap();
    let () = redis::cmd("DEL").arg(key).query_async(&mut connection).await.unwrap();
    assert!(store.lease(name).await.unwrap().is_some(), "the holder, which does nothing more");
    let start = Instant::now();
    let client = builder(&server.base_url(), &store).build().unwrap();
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    let waited = start.elapsed();
    assert!(waited >= Duration::from_millis(500) && waited < Duration::from_secs(10), "{waited:?}");
}

#[tokio::test]
async fn a_holder_that_comes_back_late_overwrites_nothing() {
    let Some(redis) = RedisServer::start("a_holder_that_comes_back_late_overwrites_nothing") else { return };
    let store = redis.store().lease_lifetime(Duration::from_millis(50));
    let token = |text: &str| StoredToken {
        token: text.into(),
        expires_at: SystemTime::now() + Duration::from_secs(60),
    };
    let late = store.lease("key").await.unwrap().unwrap();
    assert_eq!(store.lease("key").await.unwrap(), None);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let next = store.lease("key").await.unwrap().unwrap();
    assert!(next.fence > late.fence);
    store.put("key", &token("new"), Some(&next)).await.unwrap();
    store.put("key", &token("old"), Some(&late)).await.unwrap();
    assert_eq!(store.get("key").await.unwrap().unwrap().token.expose(), "new");
    // A refused token goes, and the late one still does not come back.
    store.remove("key", &"old".into()).await.unwrap();
    assert!(store.get("key").await.unwrap().is_some());
    store.remove("key", &"new".into()).await.unwrap();
    store.put("key", &token("old"), Some(&late)).await.unwrap();
    assert_eq!(store.get("key").await.unwrap(), None);
    // Only its holder gives a lease back.
    let held = store.lease("key").await.unwrap();
    let held = match held {
        Some(lease) => lease,
        None => {
            tokio::time::sleep(Duration::from_millis(100)).await;
            store.lease("key").await.unwrap().unwrap()
        }
    };
    store.release("key", late).await.unwrap();
    assert_eq!(store.lease("key").await.unwrap(), None);
    store.release("key", held).await.unwrap();
    assert!(store.lease("key").await.unwrap().is_some());
}

#[tokio::test]
async fn a_token_that_redis_still_has_is_not_used_again_once_refused() {
    let Some(redis) = RedisServer::start("a_token_that_redis_still_has_is_not_used_again_once_refused")
    else {
        return;
    };
    let server = Server::start().await.unwrap();
    let store = redis.store();
    let clients = [(); 2].map(|()| builder(&server.base_url(), &store).build().unwrap());
    for client in &clients {
        client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    }
    assert_eq!(server.requests(GETTOKEN), 1);
    server.expire_tokens();
    for client in &clients {
        client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    }
    assert_eq!(server.requests(GETTOKEN), 2, "the second client takes the first one's new token");
}

#[tokio::test]
async fn a_ticket_that_came_to_one_process_serves_all() {
    let Some(redis) = RedisServer::start("a_ticket_that_came_to_one_process_serves_all") else { return };
    let server = Server::start().await.unwrap();
    let store = redis.store();
    let [receives, calls] = [(); 2].map(|()| {
        let builder = ClientBuilder::new(Suite::new("suite", "suite secret")).base_url(server.base_url());
        builder.token_store(store.clone()).build().unwrap()
    });
    let corp = calls.with_credential(AuthorizedCorp::new(&calls, "ww2", "permanent code"));
    receives.put_ticket("the ticket").await;
    while redis.keys("*-ticket}:token").await.is_empty() {}
    corp.send(&GetMeetingInfo::new("hy")).await.unwrap();
    let asked = server.received("/cgi-bin/service/get_suite_token").remove(0).json().unwrap();
    assert_eq!(asked["suite_ticket"], "the ticket");
}

#[tokio::test]
async fn nothing_in_redis_is_named_after_a_secret() {
    let Some(redis) = RedisServer::start("nothing_in_redis_is_named_after_a_secret") else { return };
    let server = Server::start().await.unwrap();
    let store = redis.store().prefix("app:");
    let client = builder(&server.base_url(), &store).limit_store(store.clone()).build().unwrap();
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    client.send(&GetCorpCheckinOption::new()).await.unwrap();
    let mut connection = redis.connection().await;
    let keys = redis.keys("*").await;
    assert!(keys.len() >= 3, "{keys:?}");
    for key in keys {
        assert!(
            key.starts_with("app:{corp-") && !key.contains("the secret") && !key.contains("ww1"),
            "{key}"
        );
        let ttl: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut connection).await.unwrap();
        assert!(ttl > 0, "{key} stays for ever");
    }
    assert!(!format!("{store:?} {client:?}").contains("the secret"));
}

#[test]
fn the_next_runtime_need_not_wait_for_what_the_last_one_was_fetching() {
    let test = "the_next_runtime_need_not_wait_for_what_the_last_one_was_fetching";
    let Some(redis) = RedisServer::start(test) else { return };
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let servers = runtime();
    let server = servers.block_on(Server::start()).unwrap();
    server.inject(Fault::hang().on(GETTOKEN).times(1));
    let store = redis.store();
    let client = builder(&server.base_url(), &store).build().unwrap();
    let first = runtime();
    let call = first.spawn({
        let client = client.clone();
        async move { client.send(&GetMeetingInfo::new("hy")).await.map(drop) }
    });
    while server.requests(GETTOKEN) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    first.shutdown_background();
    drop(call);
    // Neither the client itself, whose connection went with the runtime, nor another process.
    let start = Instant::now();
    let second = runtime();
    second.block_on(client.send(&GetMeetingInfo::new("hy"))).unwrap();
    let another = builder(&server.base_url(), &redis.store()).build().unwrap();
    second.block_on(another.send(&GetMeetingInfo::new("hy"))).unwrap();
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(server.requests(GETTOKEN), 2);
}

#[tokio::test]
async fn a_fetch_that_takes_longer_than_a_lease_keeps_it() {
    let Some(redis) = RedisServer::start("a_fetch_that_takes_longer_than_a_lease_keeps_it") else { return };
    let server = Server::start().await.unwrap();
    server.inject(Fault::delay(Duration::from_secs(5)).on(GETTOKEN));
    let clients = [(); 2].map(|()| {
        let store = redis.store().lease_lifetime(Duration::from_secs(3));
        builder(&server.base_url(), &store).build().unwrap()
    });
    let request = GetMeetingInfo::new("hy");
    for outcome in join_all(clients.iter().map(|client| client.send(&request))).await {
        outcome.unwrap();
    }
    assert_eq!(server.requests(GETTOKEN), 1);
}
