//! What goes wrong on demand, what a test answers itself, and what the server tells of the requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wecom_mock::{Fault, Reply, Server};

const USER: &str = "/cgi-bin/user/get";
const MEDIA: &str = "/cgi-bin/media/get";
const FILE: &str = "Nothing was decided.";

async fn server() -> Server {
    Server::start().await.unwrap()
}

/// An address that gets the usual answer: with a token and what is required.
fn address(server: &Server, path: &str) -> String {
    let token = server.issue_token("access_token");
    format!("{}{path}?access_token={token}&userid=lin.wei&media_id=m", server.base_url())
}

async fn get(server: &Server, path: &str) -> Response {
    Client::new().get(address(server, path)).timeout(Duration::from_secs(30)).send().await.unwrap()
}

async fn json(server: &Server, path: &str) -> Value {
    get(server, path).await.json().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn part(server: &Server, range: &str) -> Response {
    Client::new().get(address(server, MEDIA)).header("Range", range).send().await.unwrap()
}

#[tokio::test]
async fn a_code_is_answered_and_the_call_not_carried_out() {
    let server = server().await;
    server.inject(Fault::code(45009));
    let response = reqwest::get(format!("{}/cgi-bin/gettoken", server.base_url())).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(header(&response, "content-type").starts_with("application/json"));
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["errcode"], 45009);
    assert!(answer["errmsg"].is_string());
    assert_eq!(server.issue_token("access_token"), "mock-access_token-1", "none was given out before");
}

#[tokio::test]
async fn an_endpoint_that_answers_xml_tells_its_errors_in_xml() {
    const RED_PACKET: &str = "/mmpaymkttransfers/sendworkwxredpack";
    let server = server().await;
    let address = format!("{}{RED_PACKET}", server.base_url());
    let http = Client::new();
    let post = |body: &'static str| http.post(&address).body(body).send();
    let told = async |response: Response, status: u16, message: &str| {
        assert_eq!(response.status(), status);
        assert!(header(&response, "content-type").starts_with("text/xml"), "{response:?}");
        let body = response.text().await.unwrap();
        let fields = "<return_code><![CDATA[FAIL]]></return_code><return_msg>";
        assert_eq!(body, format!("<xml>{fields}<![CDATA[{message}]]></return_msg></xml>"));
    };
    let invalid = |what: &str| format!("40058: invalid Request Parameter: {what}");
    told(post("<xml></xml>").await.unwrap(), 200, &invalid("missing nonce_str")).await;
    told(post("<xml><nonce_str>n</nonce_str></xml>").await.unwrap(), 200, &invalid("missing sign")).await;
    for body in ["", "{}", "not XML"] {
        told(post(body).await.unwrap(), 200, &invalid("the body is not XML: it has no element `xml`")).await;
    }
    let wrong_method = invalid("pay.red_packet.send_workwx_red_pack takes POST");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let response = http.request(method, &address).send().await.unwrap();
        told(response, 200, &wrong_method).await;
    }
    server.inject(Fault::code(-1).times(1));
    told(post("<xml></xml>").await.unwrap(), 200, "-1: a fault on demand").await;
    server.inject(Fault::code(45009).with_status(500).times(1));
    told(post("<xml></xml>").await.unwrap(), 500, "45009: a fault on demand").await;
}

#[tokio::test]
async fn a_status_comes_with_a_short_text() {
    let server = server().await;
    server.inject(Fault::status(503));
    let response = get(&server, USER).await;
    assert_eq!(response.status(), 503);
    assert_eq!(header(&response, "content-type"), "text/plain");
    assert!(!response.text().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_gateways_page_comes_with_any_status() {
    let server = server().await;
    server.inject(Fault::html().times(1));
    server.inject(Fault::html().with_status(502));
    for status in [200, 502] {
        let response = get(&server, USER).await;
        assert_eq!(response.status(), status);
        assert!(header(&response, "content-type").starts_with("text/html"));
        assert!(response.text().await.unwrap().contains("<html>"));
    }
}

#[tokio::test]
async fn any_answer_can_have_another_status() {
    let server = server().await;
    server.inject(Fault::delay(Duration::ZERO).with_status(500));
    let response = get(&server, USER).await;
    assert_eq!(response.status(), 500);
    assert_eq!(response.json::<Value>().await.unwrap()["name"], "Lin Wei");
}

#[tokio::test]
async fn a_delayed_answer_is_the_usual_one() {
    let server = server().await;
    let delay = Duration::from_millis(300);
    server.inject(Fault::delay(delay));
    let start = Instant::now();
    assert_eq!(json(&server, USER).await["name"], "Lin Wei");
    assert!(start.elapsed() >= delay);
}

#[tokio::test]
async fn what_hangs_hangs_until_the_server_is_dropped() {
    let server = server().await;
    server.inject(Fault::hang());
    let mut call = tokio::spawn(reqwest::get(address(&server, USER)));
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut call).await.is_err());
    assert_eq!(server.requests(USER), 1);
    server.clear_faults();
    assert_eq!(json(&server, USER).await["errcode"], 0, "others are answered");
    assert!(!call.is_finished());
    drop(server);
    let ended = tokio::time::timeout(Duration::from_secs(30), call).await.unwrap();
    assert!(ended.unwrap().is_err());
}

#[tokio::test]
async fn a_disconnect_comes_after_the_request_and_before_the_answer() {
    let server = server().await;
    server.inject(Fault::disconnect().times(1));
    let error = reqwest::get(address(&server, USER)).await.unwrap_err();
    assert!(error.is_request() && !error.is_connect() && !error.is_timeout(), "{error:?}");
    assert_eq!(server.requests(USER), 1);
    assert_eq!(json(&server, USER).await["errcode"], 0);
}

#[tokio::test]
async fn a_dropped_response_is_that_of_a_call_that_was_carried_out() {
    for (fault, expected) in [(Fault::drop_response(), 1), (Fault::disconnect(), 0)] {
        let server = server().await;
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        server.answer(USER, move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Reply::json(json!({ "errcode": 0 }))
        });
        server.inject(fault.times(1));
        assert!(reqwest::get(address(&server, USER)).await.unwrap_err().is_request());
        assert_eq!(count.load(Ordering::Relaxed), expected);
    }
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_in_the_middle() {
    let server = server().await;
    server.inject(Fault::truncate().on(MEDIA));
    let mut response = get(&server, MEDIA).await;
    assert_eq!(response.content_length(), Some(FILE.len() as u64));
    let mut read = Vec::new();
    let error = loop {
        match response.chunk().await {
            Ok(chunk) => read.extend_from_slice(&chunk.expect("the answer should break off")),
            Err(error) => break error,
        }
    };
    assert_eq!(read, &FILE.as_bytes()[..FILE.len() / 2]);
    assert!(!error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn half_of_a_large_answer_arrives_too() {
    let server = server().await;
    let size = 4 << 20;
    server.answer("/large", move |_| Reply::file("large.bin", "application/octet-stream", vec![7; size]));
    server.inject(Fault::truncate());
    let mut response = get(&server, "/large").await;
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
    }
    assert_eq!(read, size / 2);
}

#[tokio::test]
async fn an_oversized_answer_is_the_usual_one_with_padding() {
    let server = server().await;
    let size = 3_000_001;
    server.inject(Fault::oversize(size));
    let response = get(&server, USER).await;
    assert_eq!(response.content_length(), Some(size as u64));
    let body = response.bytes().await.unwrap();
    assert_eq!(body.len(), size);
    let mut answer: Value = serde_json::from_slice(&body).unwrap();
    assert!(answer["padding"].as_str().unwrap().len() > size / 2);
    answer.as_object_mut().unwrap().remove("padding");
    server.clear_faults();
    assert_eq!(answer, json(&server, USER).await);
}

#[tokio::test]
async fn an_oversized_answer_is_valid_whatever_it_pads() {
    let server = server().await;
    server.inject(Fault::oversize(100));
    server.answer("/empty", |_| Reply::json(json!({})));
    assert_eq!(
        json(&server, "/empty").await["padding"].as_str().unwrap().len(),
        100 - r#"{"padding":""}"#.len()
    );
    assert!(json(&server, USER).await["name"].is_string(), "what is large already is not cut");
    let file = get(&server, MEDIA).await.text().await.unwrap();
    assert_eq!((file.len(), file.starts_with(FILE)), (100, true));
}

#[tokio::test]
#[cfg(target_pointer_width = "64")]
async fn an_oversized_answer_is_not_held_in_memory() {
    let server = server().await;
    server.inject(Fault::oversize(1 << 50));
    let mut response = get(&server, USER).await;
    assert_eq!(response.content_length(), Some(1 << 50));
    assert!(response.chunk().await.unwrap().unwrap().starts_with(br#"{"padding":"xx"#));
}

#[tokio::test]
async fn the_content_type_can_be_another() {
    let server = server().await;
    server.inject(Fault::content_type("text/plain"));
    let response = get(&server, USER).await;
    assert_eq!(header(&response, "content-type"), "text/plain");
    assert_eq!(response.json::<Value>().await.unwrap()["name"], "Lin Wei");
}

#[tokio::test]
async fn a_fault_hits_its_path_only() {
    let server = server().await;
    server.inject(Fault::code(1).on(USER));
    assert_eq!(json(&server, USER).await["errcode"], 1);
    assert_eq!(get(&server, MEDIA).await.text().await.unwrap(), FILE);
    server.inject(Fault::code(2));
    assert_eq!(json(&server, MEDIA).await["errcode"], 2, "no path means every path");
    assert_eq!(json(&server, "/nowhere").await["errcode"], 2);
}

#[tokio::test]
async fn faults_take_turns_in_the_order_of_their_injection() {
    let server = server().await;
    server.inject(Fault::code(1).times(0));
    server.inject(Fault::code(2).times(2));
    server.inject(Fault::code(3).on(MEDIA));
    server.inject(Fault::code(4).times(1));
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(json(&server, USER).await["errcode"].as_i64().unwrap());
    }
    assert_eq!(codes, [2, 2, 4, 0]);
    assert_eq!(json(&server, MEDIA).await["errcode"], 3);
}

#[tokio::test]
async fn faults_last_until_they_are_cleared() {
    let server = server().await;
    server.inject(Fault::status(500));
    for _ in 0..5 {
        assert_eq!(get(&server, USER).await.status(), 500);
    }
    server.clear_faults();
    assert_eq!(get(&server, USER).await.status(), 200);
}

#[tokio::test]
async fn a_test_answers_itself_and_faults_hit_that_too() {
    let server = server().await;
    let address = format!("{}/cgi-bin/not/yet", server.base_url());
    assert_eq!(reqwest::get(&address).await.unwrap().status(), 404);
    server.answer("/cgi-bin/not/yet", |request| {
        let sent = request.json().unwrap();
        Reply::json(json!({ "errcode": 0, "method": request.method.as_str(), "sent": sent }))
    });
    let call = || Client::new().post(&address).json(&json!({ "a": 1 })).send();
    let answer: Value = call().await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "errcode": 0, "method": "POST", "sent": { "a": 1 } }));
    server.inject(Fault::content_type("text/plain").times(1));
    assert_eq!(header(&call().await.unwrap(), "content-type"), "text/plain");
    server.answer("/cgi-bin/not/yet", |_| {
        Reply::new(418, "text/x-tea", "short and stout")
            .with_header("X-Pot", "tea")
            .with_header("x-pot", "coffee")
    });
    let response = call().await.unwrap();
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    assert_eq!(header(&response, "content-type"), "text/x-tea");
    assert_eq!(header(&response, "x-pot"), "coffee");
    assert_eq!(response.text().await.unwrap(), "short and stout");
}

#[tokio::test]
async fn an_own_answer_takes_the_place_of_the_usual_one_without_a_token() {
    let server = server().await;
    let address = format!("{}{USER}", server.base_url());
    let code =
        async || reqwest::get(&address).await.unwrap().json::<Value>().await.unwrap()["errcode"].clone();
    assert_eq!(code().await, 41001);
    server.answer(USER, |_| Reply::json(json!({ "errcode": 0 })));
    assert_eq!(code().await, 0);
}

#[tokio::test]
async fn a_file_comes_in_parts() {
    let server = server().await;
    let whole = get(&server, MEDIA).await;
    assert_eq!((whole.status(), whole.content_length()), (StatusCode::OK, Some(20)));
    assert_eq!(header(&whole, "content-disposition"), "attachment; filename=\"minutes.txt\"");
    assert_eq!(header(&whole, "content-range"), "");
    for (range, answered, bytes) in [
        ("bytes=0-6", "bytes 0-6/20", "Nothing"),
        ("bytes=12-", "bytes 12-19/20", "decided."),
        ("bytes=19-4096", "bytes 19-19/20", "."),
    ] {
        let part = part(&server, range).await;
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(header(&part, "content-range"), answered);
        assert_eq!(header(&part, "content-disposition"), "attachment; filename=\"minutes.txt\"");
        assert_eq!(part.content_length(), Some(bytes.len() as u64));
        assert_eq!(part.text().await.unwrap(), bytes);
    }
    for range in ["bytes=20-", "bytes=3-2", "lines=1-2"] {
        let refused = part(&server, range).await;
        assert_eq!(refused.status(), StatusCode::OK);
        assert_eq!(refused.json::<Value>().await.unwrap()["errcode"], 40146, "{range}");
    }
}

#[tokio::test]
async fn a_file_of_the_tests_own_comes_in_parts_and_other_answers_do_not() {
    let server = server().await;
    server.answer(MEDIA, |_| Reply::file("a \"b\".txt", "text/plain", "0123456789"));
    let response = part(&server, "bytes=2-3").await;
    assert_eq!(header(&response, "content-disposition"), r#"attachment; filename="a \"b\".txt""#);
    assert_eq!(header(&response, "content-range"), "bytes 2-3/10");
    assert_eq!(response.text().await.unwrap(), "23");
    server.answer(MEDIA, |_| Reply::json(json!({ "errcode": 40007 })));
    let response = part(&server, "bytes=2-3").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.json::<Value>().await.unwrap()["errcode"], 40007);
}

#[tokio::test]
async fn requests_are_shown_as_they_came() {
    let server = server().await;
    let body = json!({ "button": [] });
    let address = format!("{}/cgi-bin/menu/create?agentid=7&name=%E5%BC%A0+x&agentid=8", server.base_url());
    Client::new().post(address).header("X-Trace", "t1").json(&body).send().await.unwrap();
    let received = server.received("/cgi-bin/menu/create");
    let [request] = &received[..] else { panic!("{received:?}") };
    assert_eq!(request.method, "POST");
    assert_eq!(request.path, "/cgi-bin/menu/create");
    assert_eq!(request.param("agentid"), Some("7"));
    assert_eq!(request.param("name"), Some("张 x"));
    assert_eq!(request.param("absent"), None);
    assert_eq!(request.query.len(), 3);
    assert_eq!(request.headers["x-trace"], "t1");
    assert_eq!(request.body, body.to_string());
    assert_eq!(request.json(), Some(body));
    get(&server, USER).await;
    assert_eq!(server.received(USER)[0].json(), None);
    assert!(server.received("/nowhere").is_empty());
}

#[tokio::test]
async fn every_request_is_counted_and_the_latest_are_kept() {
    let server = server().await;
    let client = Client::new();
    for number in 0..1003 {
        let address = format!("{}/anywhere?number={number}", server.base_url());
        client.get(address).send().await.unwrap().bytes().await.unwrap();
    }
    server.inject(Fault::code(1).times(1));
    get(&server, USER).await;
    assert_eq!(server.requests("/anywhere"), 1003);
    assert_eq!(server.requests(USER), 1, "faults are counted");
    assert_eq!(server.requests("/nowhere"), 0);
    assert_eq!(server.total_requests(), 1004);
    let kept = server.received("/anywhere");
    assert_eq!(kept.len(), 1000);
    assert_eq!(kept[0].param("number"), Some("3"));
    assert_eq!(kept[999].param("number"), Some("1002"));
}

#[tokio::test]
async fn the_peak_is_how_many_were_answered_at_once() {
    let server = server().await;
    server.inject(Fault::delay(Duration::from_millis(500)).on(USER));
    let mut calls: JoinSet<_> = (0..5).map(|_| reqwest::get(address(&server, USER))).collect();
    for _ in 0..3 {
        get(&server, MEDIA).await;
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap().unwrap();
    }
    get(&server, USER).await;
    assert_eq!(server.peak_concurrency(USER), 5);
    assert_eq!(server.peak_concurrency(MEDIA), 1);
    assert_eq!(server.peak_concurrency("/nowhere"), 0);
}

#[tokio::test]
async fn tokens_end_as_expired_or_as_revoked() {
    let server = server().await;
    let address = address(&server, USER);
    let code =
        async || reqwest::get(&address).await.unwrap().json::<Value>().await.unwrap()["errcode"].clone();
    assert_eq!(code().await, 0);
    server.expire_tokens();
    assert_eq!(code().await, 42001);
    assert_eq!(json(&server, USER).await["errcode"], 0, "a new token is not expired");
    server.revoke_tokens();
    assert_eq!(code().await, 40014);
}
