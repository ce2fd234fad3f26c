//! Tokens: fetched once, renewed early, dropped only when they are the ones that were refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use http::{Request, Response};
use tokio::sync::{Notify, Semaphore};
use wecom_mock::{Fault, Server};
use wecom_sdk::meeting::basic::GetInfo;
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{Client, CorpSecret, Error, MemoryStore, NoRetry, StoredToken, TokenStore};

const GETTOKEN: &str = "/cgi-bin/gettoken";
const GET_INFO: &str = "/cgi-bin/meeting/get_info";

fn client(server: &Server) -> Client {
    Client::builder("ww1", "secret").base_url(server.base_url()).build().expect("the client can be set up")
}

/// Calls at once, each in a task of its own.
async fn calls(client: &Client, number: usize) -> Vec<Result<(), Error>> {
    let calls = (0..number).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(&GetInfo::new("hy")).await.map(drop) })
    });
    join_all(calls.collect::<Vec<_>>()).await.into_iter().map(|call| call.expect("no panic")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_on_a_cold_cache_fetch_one_token() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    assert!(calls(&client, 1000).await.iter().all(Result::is_ok));
    assert_eq!(server.requests(GETTOKEN), 1);
    assert_eq!(server.requests(GET_INFO), 1000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_all_tokens_expire_every_call_succeeds_after_one_refresh() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    client.send(&GetInfo::new("hy")).await.unwrap();
    for expire in [Server::expire_tokens, Server::revoke_tokens] {
        let before = server.requests(GETTOKEN);
        expire(&server);
        let outcomes = calls(&client, 500).await;
        assert!(outcomes.iter().all(Result::is_ok), "{:?}", outcomes.iter().find(|outcome| outcome.is_err()));
        assert_eq!(server.requests(GETTOKEN), before + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_is_one_clear_error_for_everyone_and_gettoken_is_left_alone() {
    let server = Server::builder().credentials("ww1", "another secret").start().await.unwrap();
    let client = client(&server);
    for _ in 0..3 {
        for outcome in calls(&client, 300).await {
            let error = outcome.unwrap_err();
            assert_eq!(error.code(), Some(40001));
            let text = error.to_string();
            assert!(
                text.starts_with("no token: auth.gettoken: WeCom error 40001: invalid credential"),
                "{text}"
            );
            assert!(text.contains("INVALID_SECRET"), "what it means: {text}");
        }
    }
    assert_eq!(server.requests(GETTOKEN), 1);
    assert_eq!(server.requests(GET_INFO), 0);
}

#[tokio::test]
async fn a_refusal_passes_and_a_passing_failure_is_tried_again_soon() {
    let server = Server::start().await.unwrap();
    let client = Client::builder("ww1", "secret").base_url(server.base_url()).retry(NoRetry).build().unwrap();
    server.inject(Fault::status(503).on(GETTOKEN).times(1));
    assert!(matches!(client.send(&GetInfo::new("hy")).await, Err(Error::Token(_))));
    tokio::time::sleep(Duration::from_millis(150)).await;
    client.send(&GetInfo::new("hy")).await.unwrap();
    assert_eq!(server.requests(GETTOKEN), 2);
}

#[tokio::test]
async fn a_call_is_repeated_once_and_no_more_when_its_tokens_are_refused() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    server.inject(Fault::code(42001).on(GET_INFO));
    assert_eq!(client.send(&GetInfo::new("hy")).await.unwrap_err().code(), Some(42001));
    assert_eq!((server.requests(GETTOKEN), server.requests(GET_INFO)), (2, 2));
}

/// WeCom, as far as these tests go: it counts tokens, and answers when it is allowed to.
#[derive(Default)]
struct Fake {
    /// How many tokens it has given out: the last is the only one it accepts.
    issued: AtomicU64,
    /// Whether it gives out the same token for ever.
    constant: bool,
    /// Tokens that are refused whatever their number.
    refuses_all: bool,
    /// Where `gettoken` waits, if it has to.
    gettoken: Option<Semaphore>,
    /// Where calls with an old token wait before they are refused.
    late: Option<Notify>,
    /// The tokens that calls came with.
    used: std::sync::Mutex<Vec<String>>,
}

#[derive(Clone)]
struct Shared(Arc<Fake>);

impl Transport for Shared {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            let fake = &self.0;
            if request.uri().path() == GETTOKEN {
                if let Some(gate) = &fake.gettoken {
                    gate.acquire().await.expect("the gate stays").forget();
                }
                let number = fake.issued.fetch_add(1, Ordering::SeqCst) + 1;
                let number = if fake.constant { 1 } else { number };
                let body = format!(r#"{{ "access_token": "token-{number}", "expires_in": 7200 }}"#);
                return Ok(Response::new(body.into()));
            }
            let query = request.uri().query().unwrap_or_default();
            let token = query.split(['=', '&']).nth(1).unwrap_or_default().to_owned();
            fake.used.lock().unwrap().push(token.clone());
            let current = format!("token-{}", fake.issued.load(Ordering::SeqCst));
            if fake.refuses_all || (token != current && !fake.constant) {
                if let Some(late) = &fake.late {
                    late.notified().await;
                }
                return Ok(Response::new(r#"{ "errcode": 40014, "errmsg": "invalid access_token" }"#.into()));
            }
            Ok(Response::new(r#"{ "errcode": 0, "title": "Weekly review" }"#.into()))
        })
    }
}

fn fake(fake: Fake) -> (Arc<Fake>, Client) {
    let fake = Arc::new(fake);
    let client = Client::builder("ww1", "secret").transport(Shared(Arc::clone(&fake))).build().unwrap();
    (fake, client)
}

#[tokio::test]
async fn a_late_refusal_of_an_old_token_does_not_cost_the_new_one() {
    let (fake, client) = fake(Fake { late: Some(Notify::new()), ..Fake::default() });
    client.send(&GetInfo::new("hy")).await.unwrap();
    // WeCom withdraws the first token, and is slow to say so.
    fake.issued.fetch_add(1, Ordering::SeqCst);
    let slow: Vec<_> = (0..2)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&GetInfo::new("hy")).await.map(drop) })
        })
        .collect();
    while fake.used.lock().unwrap().len() < 3 {
        tokio::task::yield_now().await;
    }
    let late = fake.late.as_ref().unwrap();
    late.notify_one();
    while fake.issued.load(Ordering::SeqCst) < 3 {
        tokio::task::yield_now().await;
    }
    // One call has a new token by now; the other one's refusal, of the first token, comes only now.
    late.notify_one();
    for call in slow {
        call.await.unwrap().unwrap();
    }
    client.send(&GetInfo::new("hy")).await.unwrap();
    assert_eq!(fake.issued.load(Ordering::SeqCst), 3, "the new token was kept");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_runs_out_and_serves_meanwhile() {
    let (fake, client) = fake(Fake { gettoken: Some(Semaphore::new(1)), constant: false, ..Fake::default() });
    client.send(&GetInfo::new("hy")).await.unwrap();
    // Too early for any renewal, whatever the jitter.
    tokio::time::advance(Duration::from_secs(7200 - 300 - 601)).await;
    client.send(&GetInfo::new("hy")).await.unwrap();
    assert_eq!(fake.gettoken.as_ref().unwrap().available_permits(), 0);
    // Late enough for one, but the old token is still good. `gettoken` is made to wait.
    tokio::time::advance(Duration::from_secs(400)).await;
    for _ in 0..20 {
        client.send(&GetInfo::new("hy")).await.unwrap();
    }
    assert_eq!(fake.issued.load(Ordering::SeqCst), 1, "all of them were served meanwhile");
    fake.gettoken.as_ref().unwrap().add_permits(1);
    while fake.issued.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(1)).await;
    client.send(&GetInfo::new("hy")).await.unwrap();
    let used = fake.used.lock().unwrap().clone();
    assert_eq!(used.last().map(String::as_str), Some("token-2"));
    assert_eq!(used.iter().filter(|token| *token == "token-1").count(), 22);
}

#[tokio::test]
async fn a_token_that_is_given_out_again_is_not_fetched_for_every_call() {
    let (fake, client) = fake(Fake { constant: true, refuses_all: true, ..Fake::default() });
    for _ in 0..50 {
        assert_eq!(client.send(&GetInfo::new("hy")).await.unwrap_err().code(), Some(40014));
    }
    assert_eq!(fake.issued.load(Ordering::SeqCst), 2, "a second time, to see that it is the same");
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_waste_the_token_it_was_waiting_for() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    server.inject(Fault::delay(Duration::from_millis(200)).on(GETTOKEN).times(1));
    let request = GetInfo::new("hy");
    let given_up = tokio::time::timeout(Duration::from_millis(50), client.send(&request)).await;
    assert!(given_up.is_err());
    client.send(&request).await.unwrap();
    assert_eq!((server.requests(GETTOKEN), server.requests(GET_INFO)), (1, 1));
}

#[tokio::test]
async fn clients_side_by_side_have_tokens_of_their_own_unless_their_credential_is_the_same() {
    let server = Server::start().await.unwrap();
    let first = client(&server);
    let same = first.with_credential(CorpSecret::new("ww1", "secret"));
    let other = first.with_credential(CorpSecret::new("ww1", "the secret of another application"));
    for client in [&first, &same, &other] {
        client.send(&GetInfo::new("hy")).await.unwrap();
    }
    assert_eq!(server.requests(GETTOKEN), 2);
    let tokens: Vec<_> =
        server.received(GET_INFO).iter().map(|call| call.param("access_token").unwrap().to_owned()).collect();
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[0], tokens[2]);
}

#[tokio::test]
async fn what_a_store_is_told_shows_no_secret() {
    /// Remembers every key.
    #[derive(Clone, Default)]
    struct Spy(Arc<MemoryStore>, Arc<std::sync::Mutex<Vec<String>>>);
    type Answer<'a, T> = BoxFuture<'a, Result<T, wecom_sdk::StoreError>>;
    impl TokenStore for Spy {
        fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<StoredToken>> {
            self.1.lock().unwrap().push(key.to_owned());
            self.0.get(key)
        }
        fn put<'a>(
            &'a self,
            key: &'a str,
            token: &'a StoredToken,
            lease: Option<&'a wecom_sdk::Lease>,
        ) -> Answer<'a, ()> {
            self.0.put(key, token, lease)
        }
        fn remove<'a>(&'a self, key: &'a str, token: &'a wecom_sdk::Secret) -> Answer<'a, ()> {
            self.0.remove(key, token)
        }
        fn lease<'a>(&'a self, key: &'a str) -> Answer<'a, Option<wecom_sdk::Lease>> {
            self.0.lease(key)
        }
        fn release<'a>(&'a self, key: &'a str, lease: wecom_sdk::Lease) -> Answer<'a, ()> {
            self.0.release(key, lease)
        }
    }
    let server = Server::start().await.unwrap();
    let spy = Spy::default();
    let client = Client::builder("ww1", "a secret")
        .base_url(server.base_url())
        .token_store(spy.clone())
        .build()
        .unwrap();
    client.send(&GetInfo::new("hy")).await.unwrap();
    let keys = spy.1.lock().unwrap().clone();
    assert!(!keys.is_empty());
    assert!(keys.iter().all(|key| !key.contains("a secret") && !key.contains("ww1")), "{keys:?}");
}
