//! Calls beyond the types: of endpoints without a type, with options per call, with the raw response, with hooks.

mod options;
mod stalls;
mod untyped;

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::chatdata::archive::SyncMsg;
use wecom_sdk::media::GetMedia;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::message::app::{Message, SendMessage, TextContent};
use wecom_sdk::{Backoff, Client, ClientBuilder, Error, NoRetry};
use wecom_tests::log::Log;

const INFO: &str = "/cgi-bin/meeting/get_info";
const UNSPECIFIED: &str = "/cgi-bin/an/endpoint/of/tomorrow";

fn builder(server: &Server) -> ClientBuilder {
    let pause = Duration::from_millis(5);
    Client::builder("ww1", "the-secret")
        .base_url(server.base_url())
        .retry(Backoff::new().delays(pause, pause).blocked_for(Duration::from_millis(20)))
}

async fn server() -> Server {
    let server = Server::start().await.unwrap();
    server.answer(UNSPECIFIED, |request| {
        let echo = json!({ "query": request.query, "body": request.json() });
        Reply::json(json!({ "errcode": 0, "errmsg": "ok", "echo": echo }))
    });
    server
}

#[tokio::test]
async fn an_answer_comes_with_its_body_where_that_is_asked_for() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let body = json!({ "errcode": 0, "errmsg": "ok", "title": "Monday", "late_rule": { "minutes": 5 } });
    let sent = body.clone();
    server.answer(INFO, move |_| Reply::json(sent.clone()).with_header("x-request-id", "7"));
    let answer = client.send_with_body(&GetMeetingInfo::new("hy")).await.unwrap();
    assert_eq!(answer.value.title, "Monday");
    assert_eq!(serde_json::from_slice::<Value>(&answer.body.0).unwrap(), body);
    assert_eq!(answer.headers["x-request-id"], "7");
    // And so do pages.
    let mut pages = client.pages(SyncMsg::new());
    let page = pages.try_next_with_body().await.unwrap().unwrap();
    let raw: Value = serde_json::from_slice(&page.body.0).unwrap();
    assert_eq!(raw["msg_list"].as_array().unwrap().len(), page.value.msg_list.len());
    server.inject(Fault::code(60111).on(INFO));
    assert!(client.send_with_body(&GetMeetingInfo::new("hy")).await.unwrap_err().is_code(60111));
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
    // At the end, items that have been added since come next.
    let mut items = client.items(SyncMsg::new());
    while items.try_next().await.unwrap().is_some() {}
    assert!(items.position().taken > 0);
    // An error doesn't change the position.
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
    let download = client.download(&GetMedia::new("media")).await.unwrap();
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
        let expected =
            format!("`{field}`: an item contains `|`, which separates items: pass several as a list");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
    assert_eq!(server.requests("/cgi-bin/message/send"), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn fields_that_are_new_are_named_where_they_first_stand_when_asked_for() {
    let log = Log::of_this_thread(tracing::Level::TRACE);
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
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    let traced = builder(&server).trace_unknown_fields().build().unwrap();
    assert_eq!(traced.send(&GetMeetingInfo::new("hy")).await.unwrap().title, "Monday");
    let text = log.text();
    let named: Vec<&str> = text
        .lines()
        .filter(|line| {
            line.contains("the response has a field that its type lacks") && line.contains(" TRACE ")
        })
        .filter_map(|line| line.split("field=\"").nth(1)?.split('"').next())
        .collect();
    assert_eq!(
        named,
        ["late_rule", "attendees.member[0].mood", "attendees.member[1].seat", "attendees.seat"],
        "{text}"
    );
}
