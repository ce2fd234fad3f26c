//! Options of one call, and hooks around it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::chatdata::archive::SyncMsg;
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::kf::message::SyncMsg as KfSyncMsg;
use wecom_sdk::media::{GetMedia, MediaType, UploadMedia};
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{Content, Error, Hook, Incoming, Method, NoRetry, OnLimit, Outgoing};

use super::{INFO, builder, server};

#[tokio::test]
async fn options_hold_for_a_view_and_for_no_one_else() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let request = GetMeetingInfo::new("hy");
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
    assert_eq!(unchecked.send(&long).await.unwrap_err().code(), Some(40058), "the server refuses it");

    for _ in 0..60 {
        client.send(&GetCorpCheckinOption::new()).await.unwrap();
    }
    let refusing = client.with(|call| call.on_limit(OnLimit::Refuse));
    assert!(matches!(refusing.send(&GetCorpCheckinOption::new()).await, Err(Error::Limited { .. })));
    client.with(|call| call.on_limit(OnLimit::Ignore)).send(&GetCorpCheckinOption::new()).await.unwrap();
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
    narrow.send(&GetMeetingInfo::new("hy")).await.expect_err("the mock's meeting has members, who take more");
    narrow.with(|call| call.max_memory(100_000)).send(&GetMeetingInfo::new("hy")).await.unwrap();
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
    let media = client.upload(content, |file| UploadMedia::new(MediaType::File, file)).await.unwrap();
    let read = client.download(&GetMedia::new(media.media_id)).await.unwrap().bytes().await.unwrap();
    assert_eq!(read, "minutes");
    client.call(Method::POST, INFO).json(&json!({ "meetingid": "hy" })).send::<Value>().await.unwrap();
    assert_eq!(calls(), 3, "the token was fetched by the client that others share");
}

struct Count(Arc<AtomicU32>);

impl Hook for Count {
    fn after(&self, _: &Incoming<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Records what it sees, and signs requests.
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
        let status = answer.expose_response().map(|answer| answer.status().as_u16());
        self.0.lock().unwrap().push(format!("{} {status:?} {answer:?}", answer.attempt()));
    }
}

#[tokio::test]
async fn a_hook_sees_every_request_and_signs_it_and_is_told_no_secret() {
    let server = server().await;
    let audit = Arc::<Audit>::default();
    let client = builder(&server).hook(Arc::clone(&audit)).build().unwrap();
    server.inject(Fault::code(-1).on(INFO).times(1));
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    let seen = std::mem::take(&mut *audit.0.lock().unwrap());
    let expected = [
        "access.get_token Outgoing(GET http://",
        "1 Some(200) Incoming",
        "meeting.basic.get_meeting_info Outgoing(POST http://",
        "1 None Incoming",
        "meeting.basic.get_meeting_info Outgoing(POST http://",
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
