//! The result of every way in which a response can fail.

mod pauses;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{BoxFuture, join_all};
use futures_util::stream;
use http::{Request, Response};
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::corpgroup::chain::RemoveCorp;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::pay::red_packet::{SendWorkwxRedPack, SendWorkwxRedPackArgs};
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{Backoff, Client, ClientBuilder, Error, NoRetry};

/// Only reads, so it may be retried.
const SAFE: &str = "/cgi-bin/meeting/get_info";

/// Must not be carried out twice.
const UNSAFE: &str = "/cgi-bin/corpgroup/corp/remove_corp";

fn quick() -> Backoff {
    let pause = Duration::from_millis(10);
    Backoff::new().delays(pause, pause).blocked_for(Duration::from_millis(50))
}

fn builder(server: &Server) -> ClientBuilder {
    Client::builder("ww1", "secret")
        .base_url(server.base_url())
        .timeout(Duration::from_millis(300))
        .max_response(64 << 10)
        .retry(quick())
}

async fn read(client: &Client) -> Result<(), Error> {
    client.send(&GetMeetingInfo::new("hy")).await.map(drop)
}

async fn write(client: &Client) -> Result<(), Error> {
    client.send(&RemoveCorp::new("chain").corpid("ww2")).await.map(drop)
}

/// The expected error, if any, and the number of requests until then.
type Expected = (Option<fn(&Error) -> bool>, u64);

/// The results for an endpoint that may be retried, and for one that may not, when a fault occurs once.
struct Outcome {
    fault: Fault,
    safe: Expected,
    not_safe: Expected,
}

#[tokio::test]
async fn each_fault_has_its_outcome_and_nothing_is_carried_out_twice() {
    let api = |error: &Error| matches!(error, Error::Api { .. });
    let status = |error: &Error| matches!(error, Error::Status { .. });
    let broken =
        |error: &Error| matches!(error, Error::Transport { source, .. } if source.may_have_arrived());
    let timeout = |error: &Error| matches!(error, Error::Timeout { .. });
    let decode = |error: &Error| matches!(error, Error::Decode { .. });
    let large = |error: &Error| matches!(error, Error::TooLarge { .. });
    let outcomes = [
        Outcome { fault: Fault::code(-1), safe: (None, 2), not_safe: (Some(api), 1) },
        // WeCom refuses before it carries anything out.
        Outcome { fault: Fault::code(45009), safe: (None, 2), not_safe: (None, 2) },
        Outcome { fault: Fault::code(45033), safe: (None, 2), not_safe: (None, 2) },
        Outcome { fault: Fault::code(42001), safe: (None, 2), not_safe: (None, 2) },
        Outcome { fault: Fault::code(60111), safe: (Some(api), 1), not_safe: (Some(api), 1) },
        Outcome { fault: Fault::status(503), safe: (None, 2), not_safe: (Some(status), 1) },
        Outcome { fault: Fault::status(429), safe: (None, 2), not_safe: (None, 2) },
        Outcome { fault: Fault::status(404), safe: (Some(status), 1), not_safe: (Some(status), 1) },
        Outcome { fault: Fault::html().with_status(502), safe: (None, 2), not_safe: (Some(status), 1) },
        Outcome { fault: Fault::html(), safe: (Some(decode), 1), not_safe: (Some(decode), 1) },
        Outcome { fault: Fault::disconnect(), safe: (None, 2), not_safe: (Some(broken), 1) },
        Outcome { fault: Fault::truncate(), safe: (None, 2), not_safe: (Some(broken), 1) },
        Outcome { fault: Fault::hang(), safe: (None, 2), not_safe: (Some(timeout), 1) },
        Outcome {
            fault: Fault::delay(Duration::from_secs(1)),
            safe: (None, 2),
            not_safe: (Some(timeout), 1),
        },
        Outcome { fault: Fault::delay(Duration::from_millis(50)), safe: (None, 1), not_safe: (None, 1) },
        Outcome { fault: Fault::oversize(1 << 20), safe: (Some(large), 1), not_safe: (Some(large), 1) },
        Outcome { fault: Fault::content_type("text/plain"), safe: (None, 1), not_safe: (None, 1) },
    ];
    for Outcome { fault, safe, not_safe } in outcomes {
        let server = Server::start().await.unwrap();
        let client = builder(&server).build().unwrap();
        for (path, (expected, requests), safe) in [(SAFE, safe, true), (UNSAFE, not_safe, false)] {
            server.inject(fault.clone().on(path).times(1));
            let result = if safe { read(&client).await } else { write(&client).await };
            match (expected, &result) {
                (None, Ok(())) => {}
                (Some(expected), Err(error)) if expected(error) => {
                    assert_eq!(error.endpoint().map(|endpoint| endpoint.path), Some(path));
                }
                _ => panic!("{fault:?} at {path}: {result:?}"),
            }
            assert_eq!(server.requests(path), requests, "{fault:?} at {path}");
            // And the client works as before.
            server.clear_faults();
            if safe { read(&client).await } else { write(&client).await }
                .unwrap_or_else(|error| panic!("after {fault:?}: {error}"));
        }
    }
}

#[tokio::test]
async fn what_wechat_pay_refuses_is_its_error_with_code_and_message() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).merchant_url(server.base_url()).build().unwrap();
    let red_packet = red_packet();
    client.send(&red_packet).await.unwrap();
    for (code, message) in [(-1, "-1: a fault on demand"), (45009, "45009: a fault on demand")] {
        server.inject(Fault::code(code).times(1));
        let error = client.send(&red_packet).await.unwrap_err();
        let Error::Merchant { error, .. } = &error else { panic!("{error:?}") };
        assert_eq!((error.code.as_str(), error.message.as_str()), ("FAIL", message));
    }
    assert_eq!(server.total_requests(), 3, "money is not sent again");
}

#[tokio::test]
async fn a_fault_that_lasts_is_given_up_after_three_repeats() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).build().unwrap();
    for fault in [Fault::code(-1), Fault::status(503), Fault::disconnect(), Fault::code(45009)] {
        let before = server.requests(SAFE);
        server.inject(fault.clone().on(SAFE));
        read(&client).await.unwrap_err();
        assert_eq!(server.requests(SAFE) - before, 4, "{fault:?}");
        server.clear_faults();
    }
}

#[tokio::test]
async fn a_policy_can_be_replaced() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).retry(NoRetry).build().unwrap();
    server.inject(Fault::status(503).on(SAFE));
    assert!(matches!(read(&client).await, Err(Error::Status { .. })));
    assert_eq!(server.requests(SAFE), 1);
}

#[tokio::test]
async fn an_outage_is_not_multiplied() {
    let server = Server::start().await.unwrap();
    // So many calls at once may take long on a slow machine.
    let client = builder(&server).timeout(Duration::from_secs(60)).build().unwrap();
    read(&client).await.unwrap();
    server.inject(Fault::status(503).on(SAFE));
    let calls = join_all((0..200).map(|_| read(&client))).await;
    assert!(calls.iter().all(Result::is_err));
    let requests = server.requests(SAFE) - 1;
    assert!((201..=211).contains(&requests), "{requests} requests for 200 calls");
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_and_a_pause_beyond_it_is_not_begun() {
    let server = Server::start().await.unwrap();
    let deadline = Duration::from_millis(200);
    let client = builder(&server).timeout(Duration::from_secs(60)).deadline(deadline).build().unwrap();
    read(&client).await.unwrap();
    server.inject(Fault::hang().on(SAFE).times(1));
    let error = read(&client).await.unwrap_err();
    assert!(matches!(error, Error::Deadline { sent: true, .. }), "{error:?}");
    assert!(error.may_have_been_carried_out());

    let patient = quick().blocked_for(Duration::from_secs(60));
    let client = builder(&server).deadline(Duration::from_secs(30)).retry(patient).build().unwrap();
    server.inject(Fault::code(45009).on(SAFE).times(1));
    let start = tokio::time::Instant::now();
    assert_eq!(read(&client).await.unwrap_err().code(), Some(45009));
    assert!(
        matches!(read(&client).await, Err(Error::Limited { retry_after, .. }) if retry_after > Duration::from_secs(50))
    );
    assert!(start.elapsed() < Duration::from_secs(20), "the error comes at once");
}

/// Counts requests.
struct Counting(reqwest::Client, Arc<AtomicU64>);

impl Transport for Counting {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.send(request)
    }
}

#[tokio::test]
async fn a_request_that_never_left_is_repeated_whatever_it_asks_for() {
    // A port on which nobody listens any more.
    let base_url = Server::start().await.unwrap().base_url();
    let sent = Arc::new(AtomicU64::new(0));
    let server = Server::start().await.unwrap();
    let client = Client::builder("ww1", "secret")
        .base_url(base_url)
        .transport(Counting(reqwest::Client::new(), Arc::clone(&sent)))
        .retry(quick())
        .build()
        .unwrap();
    drop(server);
    let error = write(&client).await.unwrap_err();
    let Error::Token(error) = error else { panic!("{error:?}") };
    assert!(matches!(&*error, Error::Transport { source, .. } if !source.may_have_arrived()), "{error:?}");
    assert!(!error.may_have_been_carried_out());
    assert_eq!(sent.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn an_error_in_its_own_words_is_one_whatever_the_status() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).retry(NoRetry).merchant_url(server.base_url()).build().unwrap();
    read(&client).await.unwrap();
    for status in [400, 401, 403, 429, 500, 503] {
        server.inject(Fault::code(60020).with_status(status).times(2));
        assert!(read(&client).await.unwrap_err().is_code(60020), "{status}");
        let error = client.send(&red_packet()).await.unwrap_err();
        let Error::Merchant { error, .. } = error else { panic!("{status}: {error:?}") };
        assert_eq!(error.message, "60020: a fault on demand");
    }
    // A body that reports no error, or isn't understood, isn't a response if it has such a status.
    for status in [400, 500] {
        let success = Reply::new(status, "text/xml", "<xml><return_code>SUCCESS</return_code></xml>");
        for reply in [
            success,
            Reply::new(status, "text/html", "<html>no</html>"),
            Reply::new(status, "text/plain", "{}"),
        ] {
            let path = "/mmpaymkttransfers/sendworkwxredpack";
            server.answer(path, move |_| reply.clone());
            let error = client.send(&red_packet()).await.unwrap_err();
            assert!(matches!(error, Error::Status { .. }), "{status}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_redirect_after_the_fact_says_that_the_call_may_have_been_carried_out() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).build().unwrap();
    server.inject(Fault::status(303).on(UNSAFE).times(1));
    let error = write(&client).await.unwrap_err();
    assert!(matches!(error, Error::Status { .. }) && error.may_have_been_carried_out(), "{error:?}");
    assert!(error.to_string().contains("may have been carried out"), "{error}");
    assert_eq!(server.requests(UNSAFE), 1);
}

#[tokio::test]
async fn a_dropped_call_leaves_the_client_usable() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).timeout(Duration::from_secs(30)).build().unwrap();
    read(&client).await.unwrap();
    // More than there are places for at once: each dropped call releases its place.
    server.inject(Fault::hang().on(UNSAFE));
    for _ in 0..5 {
        assert!(tokio::time::timeout(Duration::from_millis(20), write(&client)).await.is_err());
    }
    server.clear_faults();
    write(&client).await.unwrap();
    read(&client).await.unwrap();
}

#[tokio::test]
async fn the_body_of_an_answer_that_cannot_be_understood_is_there_to_be_read() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).build().unwrap();
    server.answer(SAFE, |_| Reply::new(200, "text/html", "<html>Please log in</html>"));
    let error = read(&client).await.unwrap_err();
    let Error::Decode { body, .. } = &error else { panic!("{error:?}") };
    assert_eq!(&body.0[..], b"<html>Please log in</html>");
}

#[tokio::test]
async fn a_call_may_take_for_ever() {
    let server = Server::start().await.unwrap();
    let client = |pause| {
        let policy = quick().blocked_for(pause);
        builder(&server).timeout(Duration::MAX).deadline(Duration::MAX).retry(policy).build().unwrap()
    };
    server.inject(Fault::code(45009).on(SAFE).times(2));
    let patient = client(Duration::from_secs(3600));
    let blocked = tokio::time::timeout(Duration::from_millis(100), read(&patient)).await;
    assert!(blocked.is_err(), "{blocked:?}");
    // Unlimited is longer than even that.
    assert_eq!(read(&client(Duration::MAX)).await.unwrap_err().code(), Some(45009));
    read(&client(Duration::ZERO)).await.unwrap();
}

/// Sends a response without end, and without a length.
struct Endless;

impl Transport for Endless {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let token = r#"{ "errcode": 0, "access_token": "token", "expires_in": 7200 }"#;
        let body = match request.uri().path() {
            SAFE => ResponseBody::stream(stream::repeat_with(|| Ok(Bytes::from_static(&[b' '; 1000])))),
            _ => token.into(),
        };
        Box::pin(async { Ok(Response::new(body)) })
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_too_large() {
    let client = Client::builder("ww1", "secret").transport(Endless).max_response(64 << 10).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 65536, .. }), "{error:?}");
}

fn red_packet() -> SendWorkwxRedPack {
    SendWorkwxRedPack::new(SendWorkwxRedPackArgs {
        mch_billno: "b".into(),
        wxappid: "ww1".into(),
        re_openid: "o".into(),
        total_amount: 100,
        wishing: "w".into(),
        act_name: "a".into(),
        remark: "r".into(),
    })
}
