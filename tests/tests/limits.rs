//! Documented limits are kept before WeCom has to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use http::{Request, Response};
use tokio::time::Instant;
use wecom_mock::{Fault, Server};
use wecom_sdk::checkin::Getcorpcheckinoption;
use wecom_sdk::corpgroup::contacts::RemoveCorp;
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{Client, CorpSecret, Endpoint as _, Error, OnLimit, Period};

const REMOVE: &str = "/cgi-bin/corpgroup/corp/remove_corp";
const OPTIONS: &str = "/cgi-bin/checkin/getcorpcheckinoption";

fn client(server: &Server, on_limit: OnLimit) -> Client {
    let builder = Client::builder("ww1", "secret").base_url(server.base_url()).on_limit(on_limit);
    builder.deadline(Duration::from_secs(5)).build().expect("the client can be set up")
}

/// How many calls a minute the documentation allows.
fn allowed() -> usize {
    let [rate] = Getcorpcheckinoption::META.rates else { panic!("the endpoint has one rate") };
    assert_eq!(rate.per, Period::Minute);
    rate.calls as usize
}

#[tokio::test]
async fn no_more_calls_are_on_their_way_at_once_than_documented() {
    assert_eq!(RemoveCorp::META.concurrency, Some(1));
    let server = Server::start().await.unwrap();
    let client = client(&server, OnLimit::Wait);
    server.inject(Fault::delay(Duration::from_millis(20)).on(REMOVE));
    let request = RemoveCorp::new("chain").corpid("ww2");
    let calls = join_all((0..10).map(|_| client.send(&request))).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!(server.peak_concurrency(REMOVE), 1);
}

#[tokio::test]
async fn calls_beyond_a_rate_are_refused_and_not_sent() {
    let server = Server::start().await.unwrap();
    let client = client(&server, OnLimit::Refuse);
    let request = Getcorpcheckinoption::new();
    let calls = join_all((0..allowed() + 50).map(|_| client.send(&request))).await;
    let (sent, refused): (Vec<_>, Vec<_>) = calls.into_iter().partition(Result::is_ok);
    assert_eq!((sent.len(), refused.len()), (allowed(), 50));
    assert_eq!(server.requests(OPTIONS), allowed() as u64);
    for refusal in refused {
        let Err(Error::Limited { retry_after, .. }) = refusal else { panic!("{refusal:?}") };
        assert!(retry_after <= Duration::from_secs(61), "{retry_after:?}");
    }
    // Another credential has a limit of its own.
    let other = client.with_credential(CorpSecret::new("ww1", "another secret"));
    other.send(&request).await.unwrap();
}

#[tokio::test]
async fn a_wait_that_would_go_beyond_the_deadline_is_not_begun() {
    let server = Server::start().await.unwrap();
    let client = client(&server, OnLimit::Wait);
    let request = Getcorpcheckinoption::new();
    join_all((0..allowed()).map(|_| client.send(&request))).await;
    let error = client.send(&request).await.unwrap_err();
    assert!(matches!(error, Error::Limited { .. }), "{error:?}");
}

#[tokio::test]
async fn limits_can_be_left_to_wecom() {
    let server = Server::start().await.unwrap();
    let client = client(&server, OnLimit::Ignore);
    let request = Getcorpcheckinoption::new();
    let calls = join_all((0..allowed() + 50).map(|_| client.send(&request))).await;
    assert!(calls.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn a_rate_counts_calls_when_they_leave_and_not_when_they_begin_to_wait_for_a_token() {
    /// WeCom whose `gettoken` is slow, and that notes when calls arrive.
    #[derive(Default)]
    struct Slow(Mutex<Vec<Instant>>);

    impl Transport for Slow {
        fn send(
            &self,
            request: Request<RequestBody>,
        ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
            Box::pin(async move {
                if request.uri().path() == "/cgi-bin/gettoken" {
                    tokio::time::sleep(Duration::from_secs(20)).await;
                    return Ok(Response::new(
                        r#"{ "errcode": 0, "access_token": "token", "expires_in": 7200 }"#.into(),
                    ));
                }
                self.0.lock().unwrap().push(Instant::now());
                Ok(Response::new(r#"{ "errcode": 0 }"#.into()))
            })
        }
    }

    let arrivals = Arc::new(Slow::default());
    let client = Client::builder("ww1", "secret").transport(Arc::clone(&arrivals)).build().unwrap();
    let request = Getcorpcheckinoption::new();
    let calls = join_all((0..allowed() * 2).map(|_| client.send(&request))).await;
    assert!(calls.iter().all(Result::is_ok), "{:?}", calls.iter().find(|call| call.is_err()));
    let arrivals = arrivals.0.lock().unwrap();
    for (earlier, later) in arrivals.iter().zip(&arrivals[allowed()..]) {
        assert!(*later - *earlier >= Duration::from_secs(60), "{:?}", *later - *earlier);
    }
}
