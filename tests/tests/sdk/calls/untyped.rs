//! Endpoints that the specification lacks: by path, or with a type of the application's own.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wecom_mock::{Fault, Reply};
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::token::AccessToken;
use wecom_sdk::{
    Check, Checker, ClientBuilder, Endpoint, Error, File, Form, JsonResponse, Meta, Method, OnLimit, Period,
    Rate,
};

use super::{UNSPECIFIED, builder, server};

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
        // A refused token is renewed, and transient failures are retried.
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
    // Even if a server repeats what it was sent, nothing is revealed.
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
            client.send(&GetCorpCheckinOption::new()).await.unwrap();
        } else {
            // Whatever else the caller says about it.
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
        ("/cgi-bin/user get", "whitespace"),
        ("/cgi-bin/\r\nx: y", "control"),
    ] {
        let error = client.call(Method::GET, path).send::<Value>().await.unwrap_err();
        assert!(matches!(error, Error::Build { .. }), "{path}: {error:?}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert_eq!(server.total_requests(), 0);
    // Anything that remains a path is accepted.
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
    type Response = JsonResponse<TomorrowAnswer>;
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
    let JsonResponse(answer) = client.send(&tomorrow("a")).await.unwrap();
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
