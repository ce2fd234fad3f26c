//! What happens while Redis fails, and once it is back.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use wecom_mock::Server;
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{ClientBuilder, Error, Redis, StoredToken, Suite, TokenStore as _};

use crate::server::RedisServer;
use crate::{GET_INFO, GETTOKEN, builder};

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
pub(crate) fn front(port: u16, silent: &Arc<AtomicBool>) -> u16 {
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
async fn a_ticket_is_taken_in_at_once_although_redis_does_not_answer() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let store = Redis::connect(&format!("redis://{}/", silent.local_addr().unwrap())).unwrap();
    let builder = ClientBuilder::new(Suite::new("suite", "suite secret")).token_store(store);
    let suite = builder.base_url("http://127.0.0.1:1").build().unwrap();
    let start = Instant::now();
    suite.put_ticket("the ticket").await;
    assert!(start.elapsed() < Duration::from_millis(900), "{:?}", start.elapsed());
}
