//! Servers that say when to come back, and blocked endpoints.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use http::{Request, Response};
use wecom_mock::{Fault, Server};
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{Client, Error, NoRetry, OnLimit};

use super::{SAFE, builder, quick, read, write};

#[tokio::test]
async fn a_blocked_endpoint_is_left_alone_by_everyone() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).retry(quick().blocked_for(Duration::from_millis(300))).build().unwrap();
    read(&client).await.unwrap();
    server.inject(Fault::code(45009).on(SAFE).times(1));
    let first = read(&client);
    let others = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let calls = join_all((0..50).map(|_| read(&client)));
        let early = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            server.requests(SAFE)
        };
        tokio::join!(calls, early)
    };
    let (first, (others, early)) = tokio::join!(first, others);
    first.unwrap();
    assert!(others.iter().all(Result::is_ok));
    assert_eq!(early, 2, "nothing is sent while the endpoint is blocked");
    assert_eq!(server.requests(SAFE), 53);
}

/// Responds to the first request to everything but `gettoken` with a status and `Retry-After`, and to others with
/// success.
struct Busy {
    status: u16,
    retry_after: String,
    sent: Arc<AtomicU64>,
}

impl Transport for Busy {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let mut answer =
            Response::new(ResponseBody::from(r#"{ "errcode": 0, "access_token": "t", "expires_in": 7200 }"#));
        if request.uri().path() != "/cgi-bin/gettoken" && self.sent.fetch_add(1, Ordering::Relaxed) == 0 {
            answer = Response::new(ResponseBody::from("busy"));
            *answer.status_mut() = self.status.try_into().unwrap();
            answer.headers_mut().insert("retry-after", self.retry_after.parse().unwrap());
        }
        Box::pin(async { Ok(answer) })
    }
}

/// Returns how long a call waits for the second response, and how many requests there are.
async fn waited(status: u16, retry_after: &str, safe: bool) -> (Result<Duration, Error>, u64) {
    let sent = Arc::<AtomicU64>::default();
    let busy = Busy { status, retry_after: retry_after.to_owned(), sent: Arc::clone(&sent) };
    let client = Client::builder("ww1", "secret").transport(busy).retry(quick()).build().unwrap();
    let start = tokio::time::Instant::now();
    let result = if safe { read(&client).await } else { write(&client).await };
    (result.map(|()| start.elapsed()), sent.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_when_to_come_back_is_left_alone_until_then() {
    let date = |seconds| httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(seconds));
    for (status, retry_after, safe, (least, most)) in [
        (503, "7".to_owned(), true, (7, 8)),
        (429, "7".to_owned(), true, (7, 8)),
        (429, "7".to_owned(), false, (7, 8)),
        (503, date(30), true, (28, 31)),
        // No value: the usual pause.
        (503, "0".to_owned(), true, (0, 1)),
        (503, "Sun, 06 Nov 1994 08:49:37 GMT".to_owned(), true, (0, 1)),
        (503, "soon".to_owned(), true, (0, 1)),
    ] {
        let (waited, sent) = waited(status, &retry_after, safe).await;
        let waited = waited.unwrap();
        assert!(
            (Duration::from_secs(least)..=Duration::from_secs(most)).contains(&waited),
            "{status} {retry_after}: {waited:?}"
        );
        assert_eq!(sent, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_beyond_the_deadline_and_the_error_says_how_long_it_would_take() {
    for retry_after in [3600, u64::MAX] {
        let start = tokio::time::Instant::now();
        let (result, sent) = waited(503, &retry_after.to_string(), true).await;
        let error = result.unwrap_err();
        let Error::Status { headers, .. } = &error else { panic!("{error:?}") };
        assert_eq!(headers["retry-after"], retry_after.to_string());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(retry_after)));
        assert!(error.is_transient());
        assert_eq!((sent, start.elapsed()), (1, Duration::ZERO));
    }
    // A call that may have been carried out is never sent again.
    let (result, sent) = waited(503, "1", false).await;
    assert_eq!((result.unwrap_err().retry_after(), sent), (Some(Duration::from_secs(1)), 1));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_when_to_come_back_is_left_alone_by_everyone() {
    let busy = |retry_after: u64| {
        let sent = Arc::<AtomicU64>::default();
        let busy = Busy { status: 503, retry_after: retry_after.to_string(), sent: Arc::clone(&sent) };
        (Client::builder("ww1", "secret").transport(busy).retry(NoRetry).build().unwrap(), sent)
    };
    // Others wait, whatever they call.
    let (client, sent) = busy(7);
    assert!(matches!(write(&client).await, Err(Error::Status { .. })));
    let start = tokio::time::Instant::now();
    read(&client).await.unwrap();
    assert!((6..=8).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    assert_eq!(sent.load(Ordering::Relaxed), 2);

    // But not beyond their deadlines, and not if they don't want to wait.
    let (client, sent) = busy(100_000);
    assert!(write(&client).await.is_err());
    let error = read(&client).await.unwrap_err();
    assert!(matches!(error, Error::Limited { .. }), "{error:?}");
    assert!(error.retry_after().is_some_and(|time| time <= Duration::from_secs(300)), "{error:?}");
    let refusing = client.with(|call| call.on_limit(OnLimit::Refuse));
    assert!(matches!(read(&refusing).await, Err(Error::Limited { .. })));
    assert_eq!(sent.load(Ordering::Relaxed), 1);
    // No pause is unlimited.
    tokio::time::advance(Duration::from_secs(301)).await;
    read(&client).await.unwrap();

    let (client, sent) = busy(100_000);
    assert!(write(&client).await.is_err());
    read(&client.with(|call| call.on_limit(OnLimit::Ignore))).await.unwrap();
    assert_eq!(sent.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_error_says_how_long_its_endpoint_is_blocked() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).retry(NoRetry).on_limit(OnLimit::Refuse).build().unwrap();
    server.inject(Fault::code(45009).on(SAFE).times(1));
    let error = read(&client).await.unwrap_err();
    assert!(error.is_code(45009) && error.is_transient());
    assert_eq!(error.api().map(|error| error.code), Some(45009));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert!(error.body().is_some_and(|body| body.0.starts_with(b"{")));
    let blocked = read(&client).await.unwrap_err();
    assert!(blocked.retry_after().is_some_and(|time| time > Duration::from_secs(50)), "{blocked:?}");
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_until_wecom_processes_a_call_even_if_it_refuses_that() {
    let codes = Arc::new(Mutex::new(VecDeque::from([45009, 45009, 60111, 45009, -1, 45009])));
    let answers = Answers(Arc::clone(&codes));
    let client = Client::builder("ww1", "secret").transport(answers).retry(NoRetry).build().unwrap();
    let mut pauses = Vec::new();
    while !codes.lock().unwrap().is_empty() {
        let error = read(&client).await.unwrap_err();
        pauses.extend(error.retry_after().map(|pause| pause.as_secs()));
        tokio::time::advance(error.retry_after().unwrap_or_default()).await;
    }
    let [first, second, anew, after_busy] = pauses[..] else { panic!("{pauses:?}") };
    assert!(second > first && anew == first && after_busy == second, "{pauses:?}");
}

/// Responds to everything but `gettoken` with error codes, one after the other.
struct Answers(Arc<Mutex<VecDeque<i64>>>);

impl Transport for Answers {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let body = match request.uri().path() {
            "/cgi-bin/gettoken" => r#"{ "errcode": 0, "access_token": "t", "expires_in": 7200 }"#.to_owned(),
            _ => {
                let code = self.0.lock().unwrap().pop_front().unwrap_or_default();
                format!(r#"{{ "errcode": {code} }}"#)
            }
        };
        Box::pin(async { Ok(Response::new(ResponseBody::from(body))) })
    }
}

#[tokio::test]
async fn a_blocked_endpoint_is_left_alone_even_where_nothing_is_repeated() {
    let server = Server::start().await.unwrap();
    let client = builder(&server).retry(NoRetry).on_limit(OnLimit::Refuse).build().unwrap();
    server.inject(Fault::code(45009).on(SAFE).times(1));
    assert_eq!(read(&client).await.unwrap_err().code(), Some(45009));
    let error = read(&client).await.unwrap_err();
    assert!(
        matches!(error, Error::Limited { retry_after, .. } if retry_after > Duration::from_secs(50)),
        "{error:?}"
    );
    assert_eq!(server.requests(SAFE), 1);
    write(&client).await.unwrap();
}
