//! Calls beyond what a type says: of endpoints that have none, with options of their own, with the raw answer, with hooks.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::chatdata::archive::SyncMsg;
use wecom_sdk::checkin::Getcorpcheckinoption;
use wecom_sdk::kf::message::SyncMsg as KfSyncMsg;
use wecom_sdk::media::{Get, MediaType, Upload};
use wecom_sdk::meeting::basic::GetInfo;
use wecom_sdk::message::app::{Message, Send as SendMessage, TextContent};
use wecom_sdk::token::AccessToken;
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{
    Backoff, Check, Checker, Client, ClientBuilder, Content, Endpoint, Error, File, Fixed, Form, Hook,
    Incoming, JsonAnswer, Meta, Method, NoRetry, OnLimit, Outgoing, Period, Rate,
};

const INFO: &str = "/cgi-bin/meeting/get_info";
const UNSPECIFIED: &str = "/cgi-bin/an/endpoint/of/tomorrow";

fn builder(server: &Server) -> ClientBuilder {
    let pause = Duration::from_millis(5);
    Client::builder("ww1", "the-secret")
        .base_url(server.base_url())
        .retry(Backoff::new().pauses(pause, pause).blocked_for(Duration::from_millis(20)))
}

async fn server() -> Server {
    let server = Server::start().await.unwrap();
    server.answer(UNSPECIFIED, |request| {
        let echo = json!({ "query": request.query, "body": request.json() });
        Reply::json(json!({ "errcode": 0, "errmsg": "ok", "echo": echo }))
    });
    server
}

#[derive(Deserialize)]
struct Typed {
    errmsg: String,
}

#[tokio::test]
async fn an_endpoint_without_a_type_is_called_by_its_path() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let answer: Value = client
        .call(Method::POST, UNSPECIFIED)
        .query("debug", 1)
        .query("名", "a&b")
        .json(&json!({ "id": 7 }))
        .send()
        .await
        .unwrap();
    let received = &server.received(UNSPECIFIED)[0];
    assert_eq!(received.method, Method::POST);
    assert_eq!(received.headers["content-type"], "application/json");
    assert_eq!((received.param("debug"), received.param("名")), (Some("1"), Some("a&b")));
    assert!(received.param("access_token").is_some());
    assert_eq!(answer["echo"]["body"], json!({ "id": 7 }));
    // Any type that serde reads.
    let typed: Typed = client.call(Method::GET, UNSPECIFIED).send().await.unwrap();
    assert_eq!(typed.errmsg, "ok");
    assert!(server.received(UNSPECIFIED)[1].body.is_empty());
    let error = client.call(Method::GET, UNSPECIFIED).send::<Vec<u8>>().await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
}

#[tokio::test]
async fn an_untyped_call_has_what_typed_ones_have() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let call = |safe| {
        let call = client.call(Method::POST, UNSPECIFIED).json(&json!({})).safe(safe);
        async move { call.send::<Value>().await }
    };
    call(false).await.unwrap();
    for (fault, safe, requests) in [
        // A token that is refused is renewed, and what may pass is retried.
        (Fault::code(42001), false, 2),
        (Fault::code(45033), false, 2),
        (Fault::disconnect(), true, 2),
        (Fault::disconnect(), false, 1),
        (Fault::code(40058), true, 1),
    ] {
        let before = server.requests(UNSPECIFIED);
        server.inject(fault.clone().on(UNSPECIFIED).times(1));
        let result = call(safe).await;
        assert_eq!(server.requests(UNSPECIFIED) - before, requests, "{fault:?}");
        assert_eq!(result.is_ok(), requests == 2, "{fault:?}: {result:?}");
        if let Err(error) = result {
            assert_eq!(error.endpoint().unwrap().path, UNSPECIFIED);
        }
    }
    // A server that repeats what it was sent tells nobody.
    server.answer(UNSPECIFIED, |request| {
        let token = request.param("access_token").unwrap();
        Reply::json(json!({ "errcode": 40058, "errmsg": format!("invalid {token}") }))
    });
    let error = call(false).await.unwrap_err();
    assert!(error.is_code(40058) && !format!("{error} {error:?}").contains("mock-access_token"), "{error}");
    // And the deadline ends it.
    server.inject(Fault::hang().on(UNSPECIFIED));
    let impatient = client.with(|call| call.deadline(Duration::from_millis(50)));
    let error = impatient.call(Method::POST, UNSPECIFIED).send::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::Deadline { sent: true, .. }), "{error:?}");
}

#[tokio::test]
async fn typed_and_untyped_calls_share_the_documented_rates() {
    const PATH: &str = "/cgi-bin/checkin/getcorpcheckinoption";
    let server = server().await;
    let client = builder(&server).on_limit(OnLimit::Refuse).build().unwrap();
    for number in 0..60 {
        if number % 3 == 0 {
            client.send(&Getcorpcheckinoption::new()).await.unwrap();
        } else {
            // Whatever the caller says of it otherwise.
            let call = client.call(Method::POST, PATH).json(&json!({}));
            let call = if number % 3 == 1 { call.safe(false) } else { call };
            call.send::<Value>().await.unwrap();
        }
    }
    let error = client.call(Method::POST, PATH).send::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::Limited { .. }) && error.retry_after().is_some(), "{error:?}");
    assert_eq!(server.requests(PATH), 60);
}

#[tokio::test]
async fn a_path_that_is_none_takes_the_token_nowhere() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    for (path, reason) in [
        ("@evil.example.com/cgi-bin", "begin with `/`"),
        (":80/cgi-bin", "begin with `/`"),
        ("cgi-bin/user/get", "begin with `/`"),
        ("", "begin with `/`"),
        ("https://evil.example.com/", "begin with `/`"),
        ("/cgi-bin/user/get?userid=1", "one by one"),
        ("/cgi-bin/user#", "one by one"),
        ("/cgi-bin/user get", "blank"),
        ("/cgi-bin/\r\nx: y", "control"),
    ] {
        let error = client.call(Method::GET, path).send::<Value>().await.unwrap_err();
        assert!(matches!(error, Error::Build { .. }), "{path}: {error:?}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert_eq!(server.total_requests(), 0);
    // What stays a path is one.
    let _ = client.call(Method::GET, "//evil.example.com/cgi-bin").send::<Value>().await;
    assert_eq!(server.requests("//evil.example.com/cgi-bin"), 1);
}

#[tokio::test]
async fn an_untyped_call_takes_the_kind_of_token_that_the_credential_gives() {
    let server = server().await;
    let suite = ClientBuilder::new(wecom_sdk::Suite::new("suite", "secret"))
        .base_url(server.base_url())
        .build()
        .unwrap();
    suite.put_ticket("ticket").await;
    suite.call(Method::POST, UNSPECIFIED).send::<Value>().await.unwrap();
    assert!(server.received(UNSPECIFIED)[0].param("suite_access_token").is_some());
    suite.call(Method::POST, UNSPECIFIED).without_token().send::<Value>().await.unwrap();
    assert!(server.received(UNSPECIFIED)[1].query.is_empty());
}

#[tokio::test]
async fn files_go_up_and_come_down_without_a_type() {
    const UP: &str = "/cgi-bin/an/upload/of/tomorrow";
    const DOWN: &str = "/cgi-bin/a/download/of/tomorrow";
    let server = server().await;
    let client = builder(&server).build().unwrap();
    server.answer(UP, |_| Reply::json(json!({ "errcode": 0, "media_id": "m" })));
    let mut form = Form::default();
    form.file("media", &File::new("a.txt", "abc"));
    let uploaded: Value = client.call(Method::POST, UP).form(form).send().await.unwrap();
    assert_eq!(uploaded["media_id"], "m");
    let received = &server.received(UP)[0];
    assert!(received.headers["content-type"].to_str().unwrap().starts_with("multipart/form-data"));
    assert!(received.body.windows(3).any(|window| window == b"abc"));

    server.answer(DOWN, |_| Reply::file("a.txt", "text/plain", "abc"));
    let file = client.call(Method::GET, DOWN).query("media_id", "m").download().await.unwrap();
    assert_eq!(file.name.as_deref(), Some("a.txt"));
    assert_eq!(&file.bytes().await.unwrap()[..], b"abc");
    server.inject(Fault::code(40007).on(DOWN));
    assert!(client.call(Method::GET, DOWN).download().await.unwrap_err().is_code(40007));
}

/// An endpoint that an application describes itself.
#[derive(Serialize)]
struct Tomorrow {
    id: String,
}

#[derive(Debug, Deserialize)]
struct TomorrowAnswer {
    echo: Value,
}

impl Endpoint for Tomorrow {
    type Response = JsonAnswer<TomorrowAnswer>;
    type Token = AccessToken;
    const META: &'static Meta = &Meta::post(UNSPECIFIED)
        .id("an.endpoint.of.tomorrow")
        .safe(true)
        .rates(&[Rate { calls: 5, per: Period::Minute }])
        .concurrency(2);
}

impl Check for Tomorrow {
    fn check(&self, checker: &mut Checker) {
        checker.max_bytes("id", &self.id, 8);
    }
}

#[tokio::test]
async fn an_application_describes_an_endpoint_and_gets_everything_for_it() {
    let server = server().await;
    let client = builder(&server).on_limit(OnLimit::Refuse).build().unwrap();
    let tomorrow = |id: &str| Tomorrow { id: id.to_owned() };
    let JsonAnswer(answer) = client.send(&tomorrow("a")).await.unwrap();
    assert_eq!(answer.echo["body"], json!({ "id": "a" }));
    let error = client.send(&tomorrow("far too long")).await.unwrap_err();
    assert!(error.to_string().contains("`id` must be at most 8 bytes long"), "{error}");
    for fault in [Fault::disconnect(), Fault::code(42001)] {
        server.inject(fault.on(UNSPECIFIED).times(1));
        client.send(&tomorrow("b")).await.unwrap();
    }
    assert!(matches!(client.send(&tomorrow("c")).await, Err(Error::Limited { .. })));
    assert_eq!(server.requests(UNSPECIFIED), 5);
}

#[tokio::test]
async fn options_hold_for_a_view_and_for_no_one_else() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let request = GetInfo::new("hy");
    client.send(&request).await.unwrap();
    let once = client.with(|call| call.retry(NoRetry));
    server.inject(Fault::status(503).on(INFO).times(1));
    assert!(matches!(once.send(&request).await, Err(Error::Status { .. })));
    server.inject(Fault::status(503).on(INFO).times(1));
    client.send(&request).await.unwrap();

    let hasty = client.with(|call| call.timeout(Duration::from_millis(30)).retry(NoRetry));
    server.inject(Fault::hang().on(INFO).times(1));
    assert!(matches!(hasty.send(&request).await, Err(Error::Timeout { .. })));

    let long = SyncMsg::new().limit(1001);
    assert!(matches!(client.send(&long).await, Err(Error::Invalid { .. })));
    let unchecked = client.with(wecom_sdk::CallOptions::without_validation);
    unchecked.send(&long).await.unwrap();

    for _ in 0..60 {
        client.send(&Getcorpcheckinoption::new()).await.unwrap();
    }
    let refusing = client.with(|call| call.on_limit(OnLimit::Refuse));
    assert!(matches!(refusing.send(&Getcorpcheckinoption::new()).await, Err(Error::Limited { .. })));
    client.with(|call| call.on_limit(OnLimit::Ignore)).send(&Getcorpcheckinoption::new()).await.unwrap();
    assert_eq!(server.requests("/cgi-bin/gettoken"), 1, "all of them share a token");
}

#[tokio::test]
async fn the_memory_that_an_answer_may_take_is_raised_and_lowered() {
    const MESSAGES: usize = 350_000;
    let server = server().await;
    let body = Bytes::from(format!(r#"{{"errcode":0,"msg_list":[{}{{}}]}}"#, "{},".repeat(MESSAGES - 1)));
    server.answer("/cgi-bin/kf/sync_msg", move |_| Reply::new(200, "application/json", body.clone()));
    let client = builder(&server).build().unwrap();
    let refused = |error: Error, limit: usize| {
        let Error::Decode { error: decode, .. } = &error else { panic!("{error:?}") };
        assert!(decode.path.starts_with("msg_list["), "{}", decode.path);
        let said = error.to_string();
        let limit = format!("lists and maps take more than {limit} bytes of memory; raise `max_memory`");
        assert!(said.contains("the call succeeded") && said.contains(&limit), "{said}");
    };
    let page = KfSyncMsg::new("wk");
    refused(client.send(&page).await.unwrap_err(), 64 << 20);
    let roomy = client.with(|call| call.max_memory(256 << 20));
    assert_eq!(roomy.send(&page).await.unwrap().msg_list.len(), MESSAGES);

    let narrow = builder(&server).max_memory(50).build().unwrap();
    refused(narrow.send(&page).await.unwrap_err(), 50);
    narrow.send(&GetInfo::new("hy")).await.expect_err("the mock's meeting has members, who take more");
    narrow.with(|call| call.max_memory(100_000)).send(&GetInfo::new("hy")).await.unwrap();
}

#[tokio::test]
async fn options_hold_for_pages_and_items_and_files_too() {
    let server = Server::builder().pages(3).start().await.unwrap();
    let seen = Arc::<AtomicU32>::default();
    let client = builder(&server).build().unwrap().with(|call| call.hook(Count(Arc::clone(&seen))));
    let calls = || seen.swap(0, Ordering::Relaxed);
    let pages: Vec<_> = client.pages(SyncMsg::new()).into_stream().try_collect().await.unwrap();
    assert_eq!((pages.len(), calls()), (3, 3));
    let items: Vec<_> = client.items(SyncMsg::new()).into_stream().try_collect().await.unwrap();
    assert_eq!((items.is_empty(), calls()), (false, 3));
    let content = Content::bytes("minutes").named("a.txt");
    client.upload(content, |file| Upload::new(MediaType::File, file)).await.unwrap();
    client.download(&Get::new("media")).await.unwrap().bytes().await.unwrap();
    client.call(Method::POST, INFO).json(&json!({ "meetingid": "hy" })).send::<Value>().await.unwrap();
    assert_eq!(calls(), 3, "the token was fetched by the client that others share");
}

struct Count(Arc<AtomicU32>);

impl Hook for Count {
    fn after(&self, _: &Incoming<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes down what it sees, and signs what goes out.
#[derive(Default)]
struct Audit(Mutex<Vec<String>>);

impl Hook for Audit {
    fn before(&self, request: &mut Outgoing<'_>) {
        let signature =
            format!("{}-{}", request.expose_url().path(), request.expose_body().map_or(0, Bytes::len));
        request.headers_mut().insert("x-signature", signature.parse().unwrap());
        self.0.lock().unwrap().push(format!("{} {request:?}", request.endpoint().id));
    }

    fn after(&self, answer: &Incoming<'_>) {
        let status = answer.expose_answer().map(|answer| answer.status().as_u16());
        self.0.lock().unwrap().push(format!("{} {status:?} {answer:?}", answer.attempt()));
    }
}

#[tokio::test]
async fn a_hook_sees_every_request_and_signs_it_and_is_told_no_secret() {
    let server = server().await;
    let audit = Arc::<Audit>::default();
    let client = builder(&server).hook(Arc::clone(&audit)).build().unwrap();
    server.inject(Fault::code(-1).on(INFO).times(1));
    client.send(&GetInfo::new("hy")).await.unwrap();
    let seen = std::mem::take(&mut *audit.0.lock().unwrap());
    let expected = [
        "auth.gettoken Outgoing(GET http://",
        "1 Some(200) Incoming",
        "meeting.basic.get_info Outgoing(POST http://",
        "1 None Incoming",
        "meeting.basic.get_info Outgoing(POST http://",
        "2 Some(200) Incoming",
    ];
    assert_eq!(seen.len(), expected.len(), "{seen:#?}");
    for (line, expected) in seen.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}");
        assert!(!line.contains("the-secret") && !line.contains("mock-access_token"), "{line}");
    }
    assert!(seen[3].contains("WeCom error -1") || seen[3].contains("code: -1"), "{}", seen[3]);
    assert!(seen[0].contains("corpsecret=…") && seen[2].contains("access_token=…"), "{seen:#?}");
    let signed = server.received(INFO);
    assert!(
        signed
            .iter()
            .all(|request| request.headers["x-signature"] == format!("{INFO}-{}", request.body.len()))
    );
}

#[tokio::test]
async fn an_answer_comes_with_its_body_where_that_is_asked_for() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let body = json!({ "errcode": 0, "errmsg": "ok", "title": "Monday", "late_rule": { "minutes": 5 } });
    let sent = body.clone();
    server.answer(INFO, move |_| Reply::json(sent.clone()).with_header("x-request-id", "7"));
    let answer = client.send_with_body(&GetInfo::new("hy")).await.unwrap();
    assert_eq!(answer.value.title, "Monday");
    assert_eq!(serde_json::from_slice::<Value>(&answer.body.0).unwrap(), body);
    assert_eq!(answer.headers["x-request-id"], "7");
    // And so do pages.
    let mut pages = client.pages(SyncMsg::new());
    let page = pages.try_next_with_body().await.unwrap().unwrap();
    let raw: Value = serde_json::from_slice(&page.body.0).unwrap();
    assert_eq!(raw["msg_list"].as_array().unwrap().len(), page.value.msg_list.len());
    server.inject(Fault::code(60111).on(INFO));
    assert!(client.send_with_body(&GetInfo::new("hy")).await.unwrap_err().is_code(60111));
}

/// Sends nothing that comes to an end: of an upload it takes a piece, of a download it gives one.
struct Stalling {
    /// How many bytes come at once, and how often.
    trickle: (usize, Duration),
}

impl Transport for Stalling {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let (bytes, pause) = self.trickle;
        Box::pin(async move {
            if let RequestBody::Stream { mut stream, .. } = request.into_body() {
                while let Some(piece) = stream.next().await {
                    piece.map_err(TransportError::broken)?;
                    tokio::time::sleep(pause).await;
                }
                return Ok(Response::new(r#"{"errcode":0,"media_id":"m"}"#.into()));
            }
            let pieces = stream::unfold(0, move |count| async move {
                tokio::time::sleep(pause).await;
                (count < 100).then(|| (Ok(Bytes::from(vec![7; bytes])), count + 1))
            });
            let mut answer = Response::new(ResponseBody::stream(pieces));
            answer.headers_mut().insert("content-disposition", "attachment".parse().unwrap());
            Ok(answer)
        })
    }
}

fn stalling(bytes: usize, pause: u64) -> Client<Fixed<AccessToken>> {
    ClientBuilder::new(Fixed::new("token"))
        .transport(Stalling { trickle: (bytes, Duration::from_secs(pause)) })
        .deadline(Duration::from_secs(1_000_000))
        .options(|options| options.timeout(Duration::from_secs(100_000)))
        .retry(NoRetry)
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_download_that_stands_still_is_noticed_and_a_slow_one_is_not() {
    let download = |bytes, pause| async move {
        stalling(bytes, pause).download(&Get::new("media")).await?.bytes().await
    };
    // More than a byte a second, all the time.
    assert_eq!(download(30, 19).await.unwrap().len(), 3000);
    assert_eq!(download(2, 1).await.unwrap().len(), 200);
    for (bytes, pause) in [(1_000_000, 21), (1, 2), (9, 10)] {
        let start = tokio::time::Instant::now();
        let error = download(bytes, pause).await.unwrap_err();
        assert!(
            matches!(error, Error::Stalled { .. }) && error.is_timeout() && error.is_transient(),
            "{error:?}"
        );
        assert!(start.elapsed() < Duration::from_secs(45), "{:?}", start.elapsed());
    }
    let patient = stalling(1_000_000, 21).with(|call| call.stall_timeout(Duration::from_secs(60)));
    assert_eq!(patient.download(&Get::new("media")).await.unwrap().bytes().await.unwrap().len(), 100_000_000);
    // Whoever takes their time to look at what has come doesn't make it stall.
    let mut download = stalling(30, 1).download(&Get::new("media")).await.unwrap();
    for _ in 0..3 {
        assert!(download.chunk().await.unwrap().is_some());
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stands_still_is_noticed_and_a_slow_one_is_not() {
    let upload = |size: usize, pause| async move {
        let pieces = stream::iter((0..size / 100).map(|_| Ok(Bytes::from_static(&[7; 100]))));
        let content = Content::stream(size as u64, pieces);
        stalling(0, pause).upload(content.named("a.bin"), |file| Upload::new(MediaType::File, file)).await
    };
    upload(2000, 19).await.unwrap();
    let start = tokio::time::Instant::now();
    let error = upload(2000, 50_000).await.unwrap_err();
    assert!(matches!(error, Error::Stalled { .. }) && !error.may_have_been_carried_out(), "{error:?}");
    assert!(start.elapsed() <= Duration::from_secs(60), "{:?}", start.elapsed());
}

#[tokio::test]
async fn items_go_on_from_where_they_stopped() {
    let server = Server::builder().pages(3).start().await.unwrap();
    let client = builder(&server).build().unwrap();
    let all: Vec<_> = client.items(SyncMsg::new()).into_stream().try_collect().await.unwrap();
    let ids = |items: &[wecom_sdk::chatdata::archive::Message]| {
        items.iter().map(|item| item.msgid.clone()).collect::<Vec<_>>()
    };
    assert!(all.len() >= 3);
    for stop in 0..=all.len() {
        let mut items = client.items(SyncMsg::new());
        for _ in 0..stop {
            assert!(items.try_next().await.unwrap().is_some());
        }
        let position = items.position();
        let rest = client.items_from(SyncMsg::new(), &position);
        assert_eq!(rest.position(), position, "nothing has been taken since");
        let rest: Vec<_> = rest.into_stream().try_collect().await.unwrap();
        assert_eq!(ids(&rest), ids(&all[stop..]), "after {stop}");
    }
    // At the end, what has been added since comes next.
    let mut items = client.items(SyncMsg::new());
    while items.try_next().await.unwrap().is_some() {}
    assert!(items.position().taken > 0);
    // An error moves nothing.
    let mut items = client.with(|call| call.retry(NoRetry)).items(SyncMsg::new());
    items.try_next().await.unwrap();
    let position = items.position();
    server.inject(Fault::status(500));
    while items.try_next().await.is_ok() {}
    server.clear_faults();
    assert!(items.position().cursor == position.cursor);
}

#[tokio::test]
async fn streams_need_no_pinning() {
    let server = Server::builder().pages(2).start().await.unwrap();
    let client = builder(&server).build().unwrap();
    assert!(client.items(SyncMsg::new()).into_stream().next().await.unwrap().is_ok());
    assert!(client.pages(SyncMsg::new()).into_stream().next().await.unwrap().is_ok());
    let download = client.download(&Get::new("media")).await.unwrap();
    assert!(download.into_stream().next().await.unwrap().is_ok());
}

#[tokio::test]
async fn a_separator_in_an_item_is_told_with_its_field() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let message = || Message::Text(TextContent::new("hi"));
    for (request, field) in [
        (SendMessage::new(message()).touser(["a|b"]), "touser"),
        (SendMessage::new(message()).touser(["a", "b"]).toparty(["1", "2|3"]), "toparty"),
    ] {
        let error = client.send(&request).await.unwrap_err();
        assert!(matches!(error, Error::Build { .. }), "{error:?}");
        let expected = format!("`{field}`: an item contains `|`, which separates items");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
    assert_eq!(server.requests("/cgi-bin/message/send"), 0);
}

/// Keeps the lines of events.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "current_thread")]
async fn fields_that_are_new_are_named_where_they_first_stand_when_asked_for() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = server().await;
    let answer = json!({
        "errcode": 0, "errmsg": "ok", "title": "Monday", "late_rule": { "inner": { "x": 1 } },
        "attendees": {
            "member": [{ "userid": "a", "mood": 1 }, { "userid": "b", "mood": 2, "seat": {} }],
            "seat": null, "tmp_external_user": []
        },
    });
    server.answer(INFO, move |_| Reply::json(answer.clone()));
    let client = builder(&server).build().unwrap();
    client.send(&GetInfo::new("hy")).await.unwrap();
    let traced = builder(&server).trace_unknown_fields().build().unwrap();
    assert_eq!(traced.send(&GetInfo::new("hy")).await.unwrap().title, "Monday");
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let named: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("no type has a place for a field") && line.contains(" TRACE "))
        .filter_map(|line| line.split("field=\"").nth(1)?.split('"').next())
        .collect();
    assert_eq!(
        named,
        ["late_rule", "attendees.member[0].mood", "attendees.member[1].seat", "attendees.seat"],
        "{text}"
    );
}
