//! Tokens and limits shared through a real Redis.

mod arrangements;
mod callbacks;
mod places;
mod poisoned;
mod processes;
mod server;

use std::env;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::join_all;
use wecom_mock::{Fault, Server};
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{
    AuthorizedCorp, Client, ClientBuilder, Endpoint as _, Error, LimitKey, LimitStore as _, OnLimit, Period,
    Redis, StoredToken, Suite, TokenStore as _,
};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_redis_dies_amid_thousands_of_calls_none_fails() {
    let test = "when_redis_dies_amid_thousands_of_calls_none_fails";
    let Some(redis) = RedisServer::start(test) else { return };
    let server = Server::start().await.unwrap();
    // Two clients that share nothing but the server, as two processes do.
    let clients = [(); 2].map(|()| {
        let store = redis.store();
        builder(&server.base_url(), &store).limit_store(store).build().unwrap()
    });
    let workers: Vec<_> = (0..90)
        .map(|number| {
            let client = clients[number % 2].clone();
            tokio::spawn(async move {
                for call in 0..100 {
                    client.send(&GetMeetingInfo::new("hy")).await?;
                    if call == number {
                        // One whose rate is counted in Redis, at any time before and after the end of that.
                        client.send(&GetCorpCheckinOption::new()).await?;
                    }
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    let after = async |calls: u64| {
        while server.requests(GET_INFO) < calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    after(3000).await;
    drop(redis);
    after(6000).await;
    // The tokens were still good: now each client has to do without the other's.
    server.expire_tokens();
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    assert!(server.requests(GET_INFO) >= 9_000);
    assert!(server.requests(GETTOKEN) <= 3, "one together, and then one each: {}", server.requests(GETTOKEN));
}

/// Passes bytes on to a server, until it is told to fall silent on the connections that there are.
fn front(port: u16, silent: &Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let front = listener.local_addr().unwrap().port();
    let silent = Arc::clone(silent);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(client) = client else { continue };
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            for (mut from, mut to) in
                [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
            {
                let silent = Arc::clone(&silent);
                std::thread::spawn(move || {
                    let mut bytes = [0; 4096];
                    while let Ok(read @ 1..) = from.read(&mut bytes) {
                        if silent.load(Ordering::SeqCst) {
                            // The connection stays, and nothing comes through any more.
                            std::thread::sleep(Duration::from_secs(600));
                        }
                        let _ = to.write_all(&bytes[..read]);
                    }
                });
            }
        }
    });
    front
}

#[tokio::test]
async fn a_connection_that_nobody_answers_any_more_is_replaced() {
    let Some(redis) = RedisServer::start("a_connection_that_nobody_answers_any_more_is_replaced") else {
        return;
    };
    let silent = Arc::new(AtomicBool::new(false));
    let store = Redis::connect(&format!("redis://127.0.0.1:{}/", front(redis.port, &silent))).unwrap();
    let token =
        StoredToken { token: "token".into(), expires_at: SystemTime::now() + Duration::from_secs(60) };
    store.put("key", &token, None).await.unwrap();
    silent.store(true, Ordering::SeqCst);
    store.get("key").await.unwrap_err();
    // The other side is there again, for whoever asks it anew.
    silent.store(false, Ordering::SeqCst);
    let start = Instant::now();
    while let Err(error) = store.get("key").await {
        assert!(start.elapsed() < Duration::from_secs(10), "{error}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_error_about_one_key_is_no_outage() {
    let Some(redis) = RedisServer::start("an_error_about_one_key_is_no_outage") else { return };
    let rules = ["ACL", "SETUSER", "app", "on", ">password", "~wecom:{even}:*", "+@all"];
    let () = redis::cmd(rules[0]).arg(&rules[1..]).query_async(&mut redis.connection().await).await.unwrap();
    let store = Redis::connect(&redis.address().replace("//", "//app:password@")).unwrap();
    let error = store.get("odd").await.unwrap_err();
    assert_eq!(error.to_string(), "Redis: NOPERM");
    assert_eq!(store.get("even").await.unwrap(), None);
}

#[test]
fn a_store_can_be_made_before_there_is_a_runtime() {
    Redis::connect("redis://127.0.0.1:1/").unwrap();
    assert!(Redis::connect("127.0.0.1").is_err());
}

#[tokio::test]
async fn no_second_has_more_calls_than_its_rate_wherever_it_begins() {
    let Some(redis) = RedisServer::start("no_second_has_more_calls_than_its_rate_wherever_it_begins") else {
        return;
    };
    let store = redis.store();
    let mut rate = GetCorpCheckinOption::META.rates[0];
    (rate.calls, rate.per) = (7, Period::Second);
    let key = LimitKey::new("credential", "endpoint");
    let mut calls = Vec::new();
    while calls.len() < 7 * 4 {
        let before = Instant::now();
        match store.take(key, &[rate], 1).await.unwrap() {
            // Spread over the second, so that slots leave one by one.
            None => {
                calls.push((before, Instant::now()));
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
            Some(wait) => {
                assert!(wait <= Duration::from_millis(1100), "{wait:?}");
                tokio::time::sleep(wait).await;
            }
        }
    }
    for (earlier, later) in calls.iter().zip(&calls[7..]) {
        assert!(later.1 - earlier.0 >= Duration::from_millis(999), "{:?}", later.1 - earlier.0);
    }
    let took = calls[27].0 - calls[0].0;
    assert!(took < Duration::from_secs(8), "and nearly as many get through: {took:?}");
}

#[tokio::test]
async fn redis_that_accepts_and_never_answers_holds_up_one_call_and_not_each() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let store = Redis::connect(&format!("redis://{}/", silent.local_addr().unwrap())).unwrap();
    let server = Server::start().await.unwrap();
    let client = builder(&server.base_url(), &store).limit_store(store.clone()).build().unwrap();
    let start = Instant::now();
    for _ in 0..50 {
        client.send(&GetCorpCheckinOption::new()).await.unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[tokio::test]
async fn redis_that_comes_back_is_used_again() {
    let test = "redis_that_comes_back_is_used_again";
    let Some(redis) = RedisServer::start(test) else { return };
    let (port, store) = (redis.port, redis.store());
    let token =
        StoredToken { token: "token".into(), expires_at: SystemTime::now() + Duration::from_secs(60) };
    store.put("key", &token, None).await.unwrap();
    drop(redis);
    store.get("key").await.unwrap_err();
    let Some(_redis) = RedisServer::start_at(test, port) else { return };
    let start = Instant::now();
    while let Err(error) = store.put("key", &token, None).await {
        assert!(start.elapsed() < Duration::from_secs(20), "{error}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(store.get("key").await.unwrap().unwrap().token, token.token);
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
async fn processes_share_what_a_rate_allows() {
    let Some(redis) = RedisServer::start("processes_share_what_a_rate_allows") else { return };
    let server = Server::start().await.unwrap();
    let allowed = GetCorpCheckinOption::META.rates[0].calls as usize;
    let store = redis.store();
    let clients = [(); 2].map(|()| {
        let builder = builder(&server.base_url(), &store).limit_store(store.clone());
        builder.on_limit(OnLimit::Refuse).build().unwrap()
    });
    let request = GetCorpCheckinOption::new();
    let calls = (0..allowed + 20).map(|number| clients[number % 2].send(&request));
    let (sent, refused): (Vec<_>, Vec<_>) = join_all(calls).await.into_iter().partition(Result::is_ok);
    assert_eq!((sent.len(), refused.len()), (allowed, 20));
    for refusal in refused {
        let Err(Error::Limited { retry_after, .. }) = refusal else { panic!("{refusal:?}") };
        assert!(
            retry_after > Duration::from_secs(50) && retry_after < Duration::from_secs(62),
            "{retry_after:?}"
        );
    }
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

#[tokio::test]
async fn a_ticket_is_taken_in_at_once_although_redis_does_not_answer() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let store = Redis::connect(&format!("redis://{}/", silent.local_addr().unwrap())).unwrap();
    let builder = ClientBuilder::new(Suite::new("suite", "suite secret")).token_store(store);
    let suite = builder.base_url("http://127.0.0.1:1").build().unwrap();
    let start = Instant::now();
    suite.put_ticket("the ticket").await;
    assert!(start.elapsed() < Duration::from_millis(900), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_companys_calls_are_told_by_the_hundred_and_counted_for_all_who_share_redis() {
    let test = "a_companys_calls_are_told_by_the_hundred_and_counted_for_all_who_share_redis";
    let Some(redis) = RedisServer::start(test) else { return };
    let server = Server::start().await.unwrap();
    let clients = [(); 2].map(|()| {
        let store = redis.store();
        let builder = builder(&server.base_url(), &store).on_limit(OnLimit::Refuse);
        builder.limit_store(store).build().unwrap()
    });
    let counted = async || {
        let keys = redis.keys("wecom:*:calls:/cgi-bin/meeting/get_info:60").await;
        let [key] = &keys[..] else { return 0 };
        let counts: Vec<u64> =
            redis::cmd("HVALS").arg(key).query_async(&mut redis.connection().await).await.unwrap();
        counts.iter().sum()
    };
    assert!(calls(&clients[0], 99).await.iter().all(Result::is_ok));
    assert_eq!(counted().await, 0);
    assert!(calls(&clients[0], 1).await.iter().all(Result::is_ok));
    assert_eq!(counted().await, 100);
    assert!(calls(&clients[1], 150).await.iter().all(Result::is_ok));
    assert_eq!(counted().await, 200);
    // As if other processes had made nearly all that a minute allows.
    let [key] = &redis.keys("wecom:*:calls:/cgi-bin/meeting/get_info:60").await[..] else { panic!() };
    let mut connection = redis.connection().await;
    let slots: Vec<String> = redis::cmd("HKEYS").arg(key).query_async(&mut connection).await.unwrap();
    let () =
        redis::cmd("HINCRBY").arg(key).arg(&slots[0]).arg(9_790).query_async(&mut connection).await.unwrap();
    let mut refused = 0;
    for _ in 0..60 {
        // One after the other: while Redis is asked, others need not wait for that.
        refused += calls(&clients[1], 1)
            .await
            .iter()
            .filter(|call| matches!(call, Err(Error::Limited { .. })))
            .count();
    }
    assert_eq!(
        refused, 11,
        "49 complete the hundred that there is no room for, and every call from there on asks"
    );
    assert_eq!(counted().await, 9_990);
}
