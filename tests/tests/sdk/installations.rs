//! Installations of a suite: a code is exchanged once, and the application is told until it has kept the result.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Request;
use serde_json::json;
use tokio::sync::Semaphore;
use wecom_mock::push::Application;
use wecom_mock::{Reply, Server};
use wecom_sdk::callback::{Callbacks, Format, Receiver, pending_authorizations, suite_authorizations};
use wecom_sdk::service::events::CreateAuth;
use wecom_sdk::{
    Client, ClientBuilder, Lease, Secret, StoreError, StoreFuture, StoredToken, Suite, TokenStore,
};
use wecom_tests::log::Log;

use crate::callbacks::{KEY, SUITE, TOKEN, info, receive, settings, suite};

/// The exchange of a code for a permanent code.
const EXCHANGE: &str = "/cgi-bin/service/v2/get_permanent_code";

/// A process that receives the installations of a suite at once, with a number of failures before the function succeeds.
struct Installing {
    callbacks: Callbacks,
    /// The permanent codes that the function was called with.
    told: Arc<Mutex<Vec<Secret>>>,
    /// How often the function may end.
    may_end: Arc<Semaphore>,
}

impl Installing {
    fn new(suite: &Client<Suite>, failures: usize) -> Self {
        let (told, may_end) = (Arc::<Mutex<Vec<_>>>::default(), Arc::new(Semaphore::new(0)));
        let (calls, permits) = (Arc::clone(&told), Arc::clone(&may_end));
        let router = suite_authorizations(suite, move |installed| {
            let (calls, permits) = (Arc::clone(&calls), Arc::clone(&permits));
            async move {
                let number = {
                    let mut calls = calls.lock().unwrap();
                    calls.push(installed.permanent_code);
                    calls.len()
                };
                permits.acquire().await.unwrap().forget();
                if number <= failures { Err("the database is away") } else { Ok(()) }
            }
        });
        let receiver = Receiver::builder(TOKEN, KEY).receiveid(SUITE).build().unwrap();
        let callbacks = Callbacks::builder(router).receiver(receiver).short_deadline(Duration::ZERO).build();
        Self { callbacks, told, may_end }
    }

    /// Pushes an installation, and returns the response, which doesn't wait for the function.
    async fn push(&self, kind: &str) -> (u16, Bytes) {
        let message = info(kind, "<AuthCode><![CDATA[a-code]]></AuthCode>");
        let sent = settings(SUITE).callback(Format::Xml, message.as_bytes(), SUITE, "");
        let request = Request::post(format!("/?{}", sent.query)).body(sent.body.into()).unwrap();
        let response = self.callbacks.handle(request).await;
        (response.status().as_u16(), response.into_body())
    }

    async fn told(&self, times: usize) {
        while self.told.lock().unwrap().len() < times {
            tokio::task::yield_now().await;
        }
    }
}

fn success() -> (u16, Bytes) {
    (200, "success".into())
}

#[tokio::test]
async fn an_installation_is_exchanged_once_and_told_until_the_application_has_kept_it() {
    let server = Server::start().await.unwrap();
    for (kind, exchanges) in [("create_auth", 1), ("reset_permanent_code", 2)] {
        let suite = suite(&server, &Arc::default());
        suite.put_ticket("the ticket").await;
        let process = Installing::new(&suite, 2);
        assert_eq!(process.push(kind).await, success(), "WeCom has its answer");
        assert!(process.told.lock().unwrap().len() <= 1, "and nothing has failed yet");
        process.may_end.add_permits(3);
        process.callbacks.shutdown().await;
        let told = process.told.lock().unwrap().clone();
        assert!(told.len() == 3 && told.iter().all(|code| !code.is_empty() && *code == told[0]), "{told:?}");
        assert_eq!(server.requests(EXCHANGE), exchanges);
    }
}

#[tokio::test]
async fn a_function_that_panics_is_called_again() {
    let server = Server::start().await.unwrap();
    let suite = suite(&server, &Arc::default());
    suite.put_ticket("the ticket").await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let router = suite_authorizations(&suite, move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        // Before its future exists, and within it.
        assert_ne!(number, 0, "the first call");
        async move { assert_ne!(number, 1, "the second call") }
    });
    let url = receive(router, SUITE).await;
    let application = Application::verify(&url, settings(SUITE)).await.unwrap();
    application.push_event(&CreateAuth { auth_code: "a-code".into(), ..Default::default() }).await.unwrap();
    while calls.load(Ordering::SeqCst) < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    while !pending_authorizations(&suite).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(server.requests(EXCHANGE), 1);
}

#[tokio::test]
async fn what_a_process_left_behind_is_pending_until_the_application_has_it() {
    let server = Server::start().await.unwrap();
    let store = Arc::default();
    let suite = suite(&server, &store);
    suite.put_ticket("the ticket").await;
    assert!(pending_authorizations(&suite).await.unwrap().is_empty());
    let process = Installing::new(&suite, usize::MAX);
    process.push("create_auth").await;
    process.told(1).await;
    // As after a restart: only the store is left.
    let next = self::suite(&server, &store);
    let found = pending_authorizations(&next).await.unwrap();
    let [pending] = <[_; 1]>::try_from(found).unwrap();
    assert_eq!(pending.response.permanent_code, process.told.lock().unwrap()[0]);
    pending.accept().await.unwrap();
    assert!(pending_authorizations(&next).await.unwrap().is_empty());
    let other = ClientBuilder::new(Suite::new("wwother", "secret")).token_store(store).build().unwrap();
    assert!(pending_authorizations(&other).await.unwrap().is_empty());
}

#[test]
fn another_process_takes_over_what_one_has_exchanged_and_nobody_sends_a_code_again() {
    let here = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = here.block_on(Server::start()).unwrap();
    let store = Arc::default();
    // A process that dies while its function runs: its tasks end, and its lease is free.
    let first = std::thread::scope(|scope| {
        let died = scope.spawn(|| {
            let there = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            there.block_on(async {
                let suite = suite(&server, &store);
                suite.put_ticket("the ticket").await;
                let process = Installing::new(&suite, 0);
                assert_eq!(process.push("create_auth").await, success());
                process.told(1).await;
                process.told.lock().unwrap().clone()
            })
        });
        // The mock answers meanwhile.
        here.block_on(async {
            while !died.is_finished() {
                tokio::task::yield_now().await;
            }
        });
        died.join().unwrap()
    });
    here.block_on(async {
        let (second, third) =
            (Installing::new(&suite(&server, &store), 0), Installing::new(&suite(&server, &store), 0));
        assert_eq!(
            (second.push("create_auth").await, third.push("create_auth").await),
            (success(), success())
        );
        second.may_end.add_permits(1);
        third.may_end.add_permits(1);
        second.callbacks.shutdown().await;
        third.callbacks.shutdown().await;
        let told = [&second, &third].map(|process| process.told.lock().unwrap().clone()).concat();
        assert_eq!(told, first, "one of the two calls its function, with the same permanent code");
        assert_eq!(server.requests(EXCHANGE), 1);
    });
}

#[tokio::test]
async fn an_installation_does_not_need_a_store_that_works() {
    /// Fails, or has something else in place of a response.
    struct Broken(bool);

    impl Broken {
        fn answer<T: Send + 'static>(&self, value: T) -> StoreFuture<'_, T> {
            let answer = if self.0 { Err(StoreError::new("connection refused")) } else { Ok(value) };
            Box::pin(std::future::ready(answer))
        }
    }

    impl TokenStore for Broken {
        fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredToken>> {
            let expires_at = SystemTime::now() + Duration::from_secs(60);
            let other = StoredToken { token: "something-else".into(), expires_at };
            self.answer(key.starts_with("code-").then_some(other))
        }
        fn put<'a>(&'a self, _: &'a str, _: &'a StoredToken, _: Option<&'a Lease>) -> StoreFuture<'a> {
            self.answer(())
        }
        fn remove<'a>(&'a self, _: &'a str, _: &'a Secret) -> StoreFuture<'a> {
            self.answer(())
        }
        fn lease<'a>(&'a self, _: &'a str) -> StoreFuture<'a, Option<Lease>> {
            self.answer(Some(Lease { fence: 1 }))
        }
        fn release<'a>(&'a self, _: &'a str, _: Lease) -> StoreFuture<'a> {
            self.answer(())
        }
    }

    let server = Server::start().await.unwrap();
    let token = server.issue_token("suite_access_token");
    server.answer("/cgi-bin/service/get_suite_token", move |_| {
        Reply::json(json!({ "errcode": 0, "errmsg": "ok", "suite_access_token": token, "expires_in": 7200 }))
    });
    for fails in [true, false] {
        let suite = ClientBuilder::new(Suite::new(SUITE, "the secret"))
            .base_url(server.base_url())
            .token_store(Broken(fails))
            .build()
            .unwrap();
        suite.put_ticket("the ticket").await;
        let process = Installing::new(&suite, 1);
        process.may_end.add_permits(2);
        assert_eq!(process.push("create_auth").await, success());
        process.callbacks.shutdown().await;
        assert_eq!(process.told.lock().unwrap().len(), 2, "{fails}");
    }
    assert_eq!(server.requests(EXCHANGE), 2);
}

#[tokio::test(flavor = "current_thread")]
async fn the_log_of_an_installation_that_fails_shows_no_code() {
    let log = Log::of_this_thread(tracing::Level::TRACE);
    let server = Server::start().await.unwrap();
    server.answer_times(1, EXCHANGE, |_| {
        Reply::json(json!({ "errcode": 40029, "errmsg": "invalid code: a-code" }))
    });
    let answer = json!({
        "errcode": 0, "errmsg": "ok", "permanent_code": "the-permanent-code",
        "auth_corp_info": { "corpid": "ww1", "corp_name": "A" },
    });
    server.answer(EXCHANGE, move |_| Reply::json(answer.clone()));
    let suite = suite(&server, &Arc::default());
    suite.put_ticket("the ticket").await;
    let process = Installing::new(&suite, 1);
    process.may_end.add_permits(2);
    process.push("create_auth").await;
    while server.requests(EXCHANGE) == 0 || !log.text().contains("a handler failed") {
        tokio::task::yield_now().await;
    }
    process.push("create_auth").await;
    process.callbacks.shutdown().await;
    let text = log.text();
    assert!(text.contains("the function for an installation failed: trying again"), "{text}");
    for secret in ["a-code", "the-permanent-code", "the ticket", TOKEN, KEY] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn a_code_waits_for_the_ticket_that_its_exchange_needs() {
    let server = Server::start().await.unwrap();
    let suite = suite(&server, &Arc::default());
    let process = Installing::new(&suite, 0);
    process.may_end.add_permits(1);
    assert_eq!(process.push("create_auth").await, success());
    tokio::task::yield_now().await;
    suite.put_ticket("the ticket").await;
    process.callbacks.shutdown().await;
    assert_eq!((process.told.lock().unwrap().len(), server.requests(EXCHANGE)), (1, 1));
}

#[tokio::test]
async fn a_code_that_wecom_refuses_is_not_sent_again() {
    let server = Server::start().await.unwrap();
    server.answer(EXCHANGE, |_| Reply::json(json!({ "errcode": 40029, "errmsg": "invalid code" })));
    let suite = suite(&server, &Arc::default());
    suite.put_ticket("the ticket").await;
    let process = Installing::new(&suite, 0);
    process.push("create_auth").await;
    process.callbacks.shutdown().await;
    assert_eq!((process.told.lock().unwrap().len(), server.requests(EXCHANGE)), (0, 1));
}
