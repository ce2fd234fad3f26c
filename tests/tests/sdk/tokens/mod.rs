//! Tokens: fetched once, renewed early, dropped only when they are the ones that were refused.

mod brakes;
mod stores;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use http::{Request, Response};
use tokio::sync::{Notify, Semaphore};
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{AuthorizedCorp, Client, ClientBuilder, CorpSecret, Error, Suite};

const GETTOKEN: &str = "/cgi-bin/gettoken";
const GET_INFO: &str = "/cgi-bin/meeting/get_info";

fn client(server: &Server) -> Client {
    Client::builder("ww1", "secret").base_url(server.base_url()).build().expect("the client can be set up")
}

/// Makes concurrent calls, each in a task of its own.
async fn calls(client: &Client, number: usize) -> Vec<Result<(), Error>> {
    let calls = (0..number).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(&GetMeetingInfo::new("hy")).await.map(drop) })
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
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    for expire in [Server::expire_tokens, Server::revoke_tokens] {
        let before = server.requests(GETTOKEN);
        expire(&server);
        let outcomes = calls(&client, 500).await;
        assert!(outcomes.iter().all(Result::is_ok), "{:?}", outcomes.iter().find(|outcome| outcome.is_err()));
        assert_eq!(server.requests(GETTOKEN), before + 1);
    }
}

/// A WeCom for these tests: it counts tokens, and responds when it is allowed to.
#[derive(Default)]
struct Fake {
    /// How many tokens it has issued: it accepts only the last one.
    issued: AtomicU64,
    /// Whether it always issues the same token.
    constant: bool,
    /// Whether it refuses all tokens.
    refuses_all: bool,
    /// Delays `gettoken`, if set.
    gettoken: Option<Semaphore>,
    /// Delays the refusal of calls with an old token, if set.
    late: Option<Notify>,
    /// The tokens in calls.
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
                let body =
                    format!(r#"{{ "errcode": 0, "access_token": "token-{number}", "expires_in": 7200 }}"#);
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
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    // WeCom revokes the first token, and is slow to say so.
    fake.issued.fetch_add(1, Ordering::SeqCst);
    let slow: Vec<_> = (0..2)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&GetMeetingInfo::new("hy")).await.map(drop) })
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
    // One call has a new token by now; the refusal of the other one's first token arrives only now.
    late.notify_one();
    for call in slow {
        call.await.unwrap().unwrap();
    }
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    assert_eq!(fake.issued.load(Ordering::SeqCst), 3, "the new token was kept");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_runs_out_and_serves_meanwhile() {
    let (fake, client) = fake(Fake { gettoken: Some(Semaphore::new(1)), constant: false, ..Fake::default() });
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    // Too early for any renewal, whatever the jitter.
    tokio::time::advance(Duration::from_secs(7200 - 300 - 601)).await;
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    assert_eq!(fake.gettoken.as_ref().unwrap().available_permits(), 0);
    // Late enough for a renewal, but the old token is still valid. `gettoken` is made to wait.
    tokio::time::advance(Duration::from_secs(400)).await;
    for _ in 0..20 {
        client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    }
    assert_eq!(fake.issued.load(Ordering::SeqCst), 1, "all of them were served meanwhile");
    fake.gettoken.as_ref().unwrap().add_permits(1);
    while fake.issued.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(1)).await;
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    let used = fake.used.lock().unwrap().clone();
    assert_eq!(used.last().map(String::as_str), Some("token-2"));
    assert_eq!(used.iter().filter(|token| *token == "token-1").count(), 22);
}

#[tokio::test]
async fn a_thousand_clients_of_one_credential_fetch_one_token() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let calls = (0..1000).map(|_| {
        let client = client.with_credential(CorpSecret::new("ww1", "a secret"));
        async move { client.send(&GetMeetingInfo::new("hy")).await.map(drop) }
    });
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(server.requests(GETTOKEN), 1);
}

#[tokio::test]
async fn a_deadline_that_is_shorter_than_gettoken_does_not_keep_the_token_from_coming() {
    let server = Server::start().await.unwrap();
    server.inject(Fault::delay(Duration::from_millis(400)).on(GETTOKEN));
    let builder = Client::builder("ww1", "secret").base_url(server.base_url());
    let client = builder.deadline(Duration::from_millis(150)).build().unwrap();
    let mut failed = 0;
    while let Err(error) = client.send(&GetMeetingInfo::new("hy")).await {
        assert!(matches!(error, Error::Deadline { sent: false, .. }), "{error:?}");
        failed += 1;
        assert!(failed < 20, "the token never comes");
    }
    assert_eq!(server.requests(GETTOKEN), 1);
}

#[tokio::test]
async fn what_gettoken_gives_and_cannot_be_a_token_is_an_error_that_says_so() {
    let server = Server::start().await.unwrap();
    for token in ["", "two words", "token\n", &"k".repeat(1 << 20)] {
        let token = token.to_owned();
        server.answer(GETTOKEN, move |_| {
            Reply::json(serde_json::json!({ "errcode": 0, "access_token": token, "expires_in": 7200 }))
        });
        let client = client(&server);
        for _ in 0..10 {
            let error = client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
            assert!(error.to_string().contains("`access_token`: "), "{error}");
        }
    }
    assert_eq!((server.requests(GETTOKEN), server.requests(GET_INFO)), (4, 0));
}

#[tokio::test]
async fn a_ticket_is_taken_in_while_a_token_is_being_fetched() {
    let server = Server::start().await.unwrap();
    let builder = ClientBuilder::new(Suite::new("suite", "suite secret")).base_url(server.base_url());
    let suite = builder.build().unwrap();
    suite.put_ticket("the ticket").await;
    server.inject(Fault::hang().on("/cgi-bin/service/get_suite_token").times(1));
    let corp = suite.with_credential(AuthorizedCorp::new(&suite, "ww2", "permanent code"));
    let call = tokio::spawn(async move { corp.send(&GetMeetingInfo::new("hy")).await.map(drop) });
    while server.requests("/cgi-bin/service/get_suite_token") == 0 {
        tokio::task::yield_now().await;
    }
    let ticket = tokio::time::timeout(Duration::from_millis(900), suite.put_ticket("the next ticket")).await;
    ticket.expect("a callback is answered within a second");
    call.abort();
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_waste_the_token_it_was_waiting_for() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    server.inject(Fault::delay(Duration::from_millis(200)).on(GETTOKEN).times(1));
    let request = GetMeetingInfo::new("hy");
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
        client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    }
    assert_eq!(server.requests(GETTOKEN), 2);
    let tokens: Vec<_> =
        server.received(GET_INFO).iter().map(|call| call.param("access_token").unwrap().to_owned()).collect();
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[0], tokens[2]);
}

#[tokio::test]
async fn a_token_without_a_lifetime_is_an_error_and_not_one_fetch_for_every_call() {
    let server = Server::start().await.unwrap();
    server.answer(GETTOKEN, |_| Reply::json(serde_json::json!({ "errcode": 0, "access_token": "token" })));
    let client = client(&server);
    for _ in 0..20 {
        let error = client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
        assert!(error.to_string().contains("`expires_in`: expected a number of seconds above 0"), "{error}");
    }
    assert_eq!(server.requests(GETTOKEN), 1);
}

#[test]
fn a_client_outlives_the_runtime_that_was_fetching_its_token() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let servers = runtime();
    let server = servers.block_on(Server::start()).unwrap();
    let client = client(&server);
    server.inject(Fault::hang().on(GETTOKEN).times(1));
    let first = runtime();
    let waiting = client.clone();
    let call = first.spawn(async move { waiting.send(&GetMeetingInfo::new("hy")).await.map(drop) });
    while server.requests(GETTOKEN) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    // A caller that waits from outside gets an error, rather than a panic.
    let outside = client.clone();
    let handle = first.handle().clone();
    let outside = std::thread::spawn(move || {
        handle.block_on(async move { outside.send(&GetMeetingInfo::new("hy")).await.map(drop) })
    });
    std::thread::sleep(Duration::from_millis(50));
    first.shutdown_background();
    drop(call);
    let second = runtime();
    let start = std::time::Instant::now();
    second.block_on(client.send(&GetMeetingInfo::new("hy"))).unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "the lease was given back: {:?}", start.elapsed());
    outside.join().expect("no panic").ok();
}
