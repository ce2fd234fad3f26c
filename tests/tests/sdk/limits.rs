//! Documented limits are kept before WeCom has to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::time::Instant;
use wecom_mock::{Fault, Server};
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::corpgroup::chain::RemoveCorp;
use wecom_sdk::message::app::{Message, SendMessage, TextContent};
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{
    Client, CorpSecret, Credential, Endpoint as _, Error, LimitKey, LimitStore, MemoryLimits, Method,
    OnLimit, Period, Pipe, Rate, StoreFuture,
};

const REMOVE: &str = "/cgi-bin/corpgroup/corp/remove_corp";
const OPTIONS: &str = "/cgi-bin/checkin/getcorpcheckinoption";

fn client(server: &Server, on_limit: OnLimit) -> Client {
    let builder = Client::builder("ww1", "secret").base_url(server.base_url()).on_limit(on_limit);
    builder.deadline(Duration::from_secs(5)).build().expect("the client can be set up")
}

/// Returns how many calls per minute the documentation allows.
fn allowed() -> usize {
    let [rate] = GetCorpCheckinOption::META.rates else { panic!("the endpoint has one rate") };
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
    let request = GetCorpCheckinOption::new();
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
    let request = GetCorpCheckinOption::new();
    join_all((0..allowed()).map(|_| client.send(&request))).await;
    let error = client.send(&request).await.unwrap_err();
    assert!(matches!(error, Error::Limited { .. }), "{error:?}");
}

#[tokio::test]
async fn limits_can_be_left_to_wecom() {
    let server = Server::start().await.unwrap();
    let client = client(&server, OnLimit::Ignore);
    let request = GetCorpCheckinOption::new();
    let calls = join_all((0..allowed() + 50).map(|_| client.send(&request))).await;
    assert!(calls.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn a_rate_counts_calls_when_they_leave_and_not_when_they_begin_to_wait_for_a_token() {
    /// A WeCom whose `gettoken` is slow, and which records when calls arrive.
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
    let request = GetCorpCheckinOption::new();
    let calls = join_all((0..allowed() * 2).map(|_| client.send(&request))).await;
    assert!(calls.iter().all(Result::is_ok), "{:?}", calls.iter().find(|call| call.is_err()));
    let arrivals = arrivals.0.lock().unwrap();
    for (earlier, later) in arrivals.iter().zip(&arrivals[allowed()..]) {
        assert!(*later - *earlier >= Duration::from_secs(60), "{:?}", *later - *earlier);
    }
}

/// A WeCom that responds at once, and records when calls of each path arrive.
#[derive(Default)]
pub(crate) struct Noted(Mutex<Vec<(String, Instant)>>);

impl Noted {
    pub(crate) fn times(&self, path: &str) -> Vec<Instant> {
        let calls = self.0.lock().unwrap();
        calls.iter().filter(|(called, _)| called == path).map(|(_, time)| *time).collect()
    }
}

impl Transport for Noted {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let path = request.uri().path().to_owned();
        self.0.lock().unwrap().push((path, Instant::now()));
        let answer = r#"{ "errcode": 0, "access_token": "token", "suite_access_token": "token", "expires_in": 7200, "msgid": "m", "is_new": true }"#;
        Box::pin(async move { Ok(Response::new(answer.into())) })
    }
}

pub(crate) fn noted(on_limit: OnLimit) -> (Arc<Noted>, Client) {
    let noted = Arc::new(Noted::default());
    let builder = Client::builder("ww1", "secret").transport(Arc::clone(&noted)).on_limit(on_limit);
    (noted, builder.build().unwrap())
}

/// Calls an endpoint that has no rate of its own.
pub(crate) async fn call<C: Credential>(client: &Client<C>, path: &str) -> Result<(), Error> {
    client.call(Method::POST, path).json(&json!({})).send::<Value>().await.map(drop)
}

const ANY: &str = "/cgi-bin/tag/list";
const SEND: &str = "/cgi-bin/message/send";
const A_MINUTE: usize = 10_000;

fn message(to: &[&str]) -> SendMessage {
    SendMessage::new(Message::Text(TextContent::new("hello")))
        .touser(to.iter().copied().collect::<Pipe<String>>())
}

#[tokio::test(start_paused = true)]
async fn the_next_call_of_a_company_beyond_what_a_minute_allows_waits_until_that_is_over() {
    let (noted, client) = noted(OnLimit::Wait);
    let start = Instant::now();
    for _ in 0..=A_MINUTE {
        call(&client, ANY).await.unwrap();
    }
    let times = noted.times(ANY);
    assert!(times[..A_MINUTE].iter().all(|time| *time == start), "as many as allowed don't wait");
    let last = times[A_MINUTE] - start;
    assert!(last >= Duration::from_secs(60) && last <= Duration::from_secs(62), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn applications_of_a_company_count_together_and_companies_and_endpoints_apart() {
    let (noted, client) = noted(OnLimit::Refuse);
    let other = client.with_credential(CorpSecret::new("ww1", "another secret"));
    for number in 0..A_MINUTE {
        call(if number % 2 == 0 { &client } else { &other }, ANY).await.unwrap();
    }
    for client in [&client, &other] {
        let error = call(client, ANY).await.unwrap_err();
        assert!(matches!(error, Error::Limited { .. }), "{error:?}");
        assert!(error.retry_after().unwrap() <= Duration::from_secs(61), "{error:?}");
    }
    assert_eq!(noted.times(ANY).len(), A_MINUTE, "what is refused is not sent");
    call(&client, "/cgi-bin/tag/create").await.unwrap();
    let elsewhere = client.with_credential(CorpSecret::new("ww2", "secret"));
    call(&elsewhere, ANY).await.unwrap();
    // 20,000 calls per minute from one address, whichever client makes them.
    for _ in 1..A_MINUTE {
        call(&elsewhere, ANY).await.unwrap();
    }
    let third = client.with_credential(CorpSecret::new("ww3", "secret"));
    assert!(matches!(call(&third, ANY).await, Err(Error::Limited { .. })));
    // Nor were refused calls counted.
    tokio::time::advance(Duration::from_secs(62)).await;
    for _ in 0..A_MINUTE {
        call(&third, ANY).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn rates_of_some_endpoints_are_kept_although_the_specification_lacks_them() {
    const TICKET: &str = "/cgi-bin/get_jsapi_ticket";
    let (noted, client) = noted(OnLimit::Refuse);
    // An application gets 100 per hour, and all of a company 400.
    for number in 0..5 {
        let client = client.with_credential(CorpSecret::new("ww1", number.to_string()));
        for _ in 0..100 {
            assert_eq!(call(&client, TICKET).await.is_ok(), number < 4);
        }
        let error = call(&client, TICKET).await.unwrap_err();
        assert!(error.retry_after().unwrap() > Duration::from_secs(59 * 60), "{error:?}");
    }
    assert_eq!(noted.times(TICKET).len(), 400);
}

#[tokio::test(start_paused = true)]
async fn what_general_rates_except_is_not_counted() {
    let (noted, client) = noted(OnLimit::Refuse);
    for number in 0..=A_MINUTE {
        client.send(&message(&[&number.to_string()])).await.unwrap();
        call(&client, "/cgi-bin/auth/getuserinfo").await.unwrap();
    }
    assert_eq!(noted.times(SEND).len(), A_MINUTE + 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_beyond_what_one_receiver_may_get_is_not_sent_to_be_dropped() {
    let (noted, client) = noted(OnLimit::Refuse);
    for number in 0..30 {
        // WeCom ignores the case of IDs.
        client.send(&message(&[if number % 2 == 0 { "lin" } else { "LIN" }])).await.unwrap();
    }
    let error = client.send(&message(&["chen", "lin"])).await.unwrap_err();
    assert!(matches!(error, Error::Limited { .. }), "{error:?}");
    // The member who was named beside `lin` has received nothing: all 30 are left.
    for _ in 0..30 {
        client.send(&message(&["chen"])).await.unwrap();
    }
    assert!(client.send(&message(&["chen"])).await.is_err());
    assert_eq!(noted.times(SEND).len(), 60);
    // Another application's messages count apart.
    let other = client.with_credential(CorpSecret::new("ww1", "another secret"));
    other.send(&message(&["chen", "lin"])).await.unwrap();
    // A caller that waits gets all of them.
    let patient = client.with(|options| options.on_limit(OnLimit::Wait));
    patient.send(&message(&["chen", "lin"])).await.unwrap();
    let (first, last) = (noted.times(SEND)[0], *noted.times(SEND).last().unwrap());
    assert!(last - first >= Duration::from_secs(60), "{:?}", last - first);
}

#[tokio::test(start_paused = true)]
async fn what_is_allowed_for_each_account_is_kept_once_their_number_is_known() {
    let (noted, client) = noted(OnLimit::Refuse);
    let people: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    let everyone: Vec<&str> = people.iter().map(String::as_str).collect();
    // 200 recipients per day for each account.
    let limited = client.with(|options| options.accounts(10));
    limited.send(&message(&everyone)).await.unwrap();
    limited.send(&message(&everyone)).await.unwrap();
    let error = limited.send(&message(&["one more"])).await.unwrap_err();
    assert!(error.retry_after().unwrap() > Duration::from_secs(23 * 60 * 60), "{error:?}");
    // The number of accounts is unknown: nothing is limited.
    client.send(&message(&["one more"])).await.unwrap();
    // More accounts, and all of them at once.
    let larger = client.with(|options| options.accounts(30));
    larger.send(&message(&["@all"])).await.unwrap();
    assert_eq!(noted.times(SEND).len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_store_hears_of_a_hundred_calls_at_once_and_of_those_that_were_made() {
    /// Counts the requests to the store.
    #[derive(Default)]
    struct Asked(Mutex<Vec<u32>>);

    impl LimitStore for Asked {
        fn take<'a>(
            &'a self,
            _: LimitKey<'a>,
            _: &'a [Rate],
            calls: u32,
        ) -> StoreFuture<'a, Option<Duration>> {
            self.0.lock().unwrap().push(calls);
            Box::pin(std::future::ready(Ok(None)))
        }
    }

    let (asked, noted) = (Arc::new(Asked::default()), Arc::new(Noted::default()));
    let builder = Client::builder("ww1", "secret").transport(Arc::clone(&noted));
    let client = builder.limit_store(Arc::clone(&asked)).build().unwrap();
    for _ in 0..99 {
        call(&client, ANY).await.unwrap();
    }
    assert!(asked.0.lock().unwrap().is_empty());
    for _ in 99..1000 {
        call(&client, ANY).await.unwrap();
    }
    assert_eq!(*asked.0.lock().unwrap(), [100; 10]);
}

#[tokio::test(start_paused = true)]
async fn processes_that_share_a_store_keep_a_companys_rate_together() {
    let store = Arc::new(MemoryLimits::default());
    let clients = [(); 2].map(|()| {
        let noted = Arc::new(Noted::default());
        let builder = Client::builder("ww1", "secret").transport(Arc::clone(&noted));
        let client = builder.limit_store(Arc::clone(&store)).on_limit(OnLimit::Refuse).build().unwrap();
        (noted, client)
    });
    let (mut sent, mut refused) = (0, 0);
    for number in 0..A_MINUTE * 3 / 2 {
        match call(&clients[number % 2].1, ANY).await {
            Ok(()) => sent += 1,
            Err(_) => refused += 1,
        }
    }
    // Each may have sent 99 calls that the store hasn't heard of.
    assert!((A_MINUTE..A_MINUTE + 200).contains(&sent) && refused > 0, "{sent} sent, {refused} refused");
    let arrived: usize = clients.iter().map(|(noted, _)| noted.times(ANY).len()).sum();
    assert_eq!(arrived, sent);
    tokio::time::advance(Duration::from_secs(62)).await;
    for (_, client) in &clients {
        call(client, ANY).await.unwrap();
    }
}
