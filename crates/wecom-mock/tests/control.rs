//! The control API, as a program in any language uses it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wecom_mock::{Reply, Server};

const USER: &str = "/cgi-bin/user/get";

/// A server, and somebody who knows its address only.
struct Caller {
    server: Server,
    http: Client,
}

impl Caller {
    async fn new() -> Self {
        Self { server: Server::start().await.unwrap(), http: Client::new() }
    }

    async fn send(&self, method: &str, path: &str, body: impl Into<reqwest::Body>) -> Response {
        let method: Method = method.parse().unwrap();
        let address = format!("{}{path}", self.server.base_url());
        let request = self.http.request(method, address).body(body).timeout(Duration::from_secs(30));
        request.send().await.unwrap()
    }

    /// A call of the control API that works.
    async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let response = self.send(method, &format!("/_mock{path}"), body).await;
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 200, "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A call of the control API that is refused, and why.
    async fn refused(&self, status: u16, method: &str, path: &str, body: impl Into<reqwest::Body>) -> String {
        let response = self.send(method, path, body).await;
        assert_eq!(response.status(), status, "{method} {path}");
        let answer: Value = response.json().await.unwrap();
        answer["error"].as_str().unwrap().to_owned()
    }

    async fn token(&self) -> String {
        let issued = self.control("POST", "/tokens", json!({ "kind": "access_token" })).await;
        issued["token"].as_str().unwrap().to_owned()
    }

    async fn user(&self, token: &str) -> Response {
        self.send("GET", &format!("{USER}?access_token={token}&userid=lin.wei"), "").await
    }

    async fn user_json(&self, token: &str) -> Value {
        self.user(token).await.json().await.unwrap()
    }
}

#[tokio::test]
async fn a_fault_hits_as_often_and_where_it_says_and_is_listed_meanwhile() {
    let caller = Caller::new().await;
    let token = caller.token().await;
    let fault = json!({ "fault": "code", "errcode": 45009, "path": USER, "times": 2, "status": 500 });
    assert_eq!(caller.control("POST", "/faults", fault.clone()).await, json!({ "faults": [fault] }));
    for left in [1, 0] {
        let other = caller.send("GET", "/cgi-bin/gettoken?corpid=ww1&corpsecret=any", "").await;
        assert_eq!(other.json::<Value>().await.unwrap()["errcode"], 0);
        let response = caller.user(&token).await;
        assert_eq!(response.status(), 500);
        assert_eq!(response.json::<Value>().await.unwrap()["errcode"], 45009);
        let listed = caller.control("GET", "/faults", Value::Null).await;
        assert_eq!(listed["faults"].get(0).map_or(&json!(0), |fault| &fault["times"]), &json!(left));
    }
    assert_eq!(caller.user_json(&token).await["name"], "Lin Wei");
}

#[tokio::test]
async fn every_kind_of_fault_can_be_injected_and_is_listed_as_it_was_sent() {
    let caller = Caller::new().await;
    let all = [
        json!({ "fault": "code", "errcode": -1 }),
        json!({ "fault": "status", "status": 503 }),
        json!({ "fault": "html" }),
        json!({ "fault": "html", "status": 502 }),
        json!({ "fault": "delay", "ms": u64::MAX }),
        json!({ "fault": "hang" }),
        json!({ "fault": "disconnect" }),
        json!({ "fault": "drop_response" }),
        json!({ "fault": "truncate" }),
        json!({ "fault": "oversize", "bytes": 100_000 }),
        json!({ "fault": "content_type", "value": "text/plain" }),
    ];
    for fault in all {
        let listed = caller.control("POST", "/faults", fault.clone()).await;
        let listed = listed["faults"][0].as_object().unwrap();
        let listed: Value = listed
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        assert_eq!(listed, fault);
        caller.control("DELETE", "/faults", Value::Null).await;
    }
    let token = caller.token().await;
    caller.control("POST", "/faults", json!({ "fault": "oversize", "bytes": 100_000, "times": 1 })).await;
    assert_eq!(caller.user(&token).await.bytes().await.unwrap().len(), 100_000);
    caller.control("POST", "/faults", json!({ "fault": "content_type", "value": "a/b", "times": 1 })).await;
    assert_eq!(caller.user(&token).await.headers()["content-type"], "a/b");
    caller.control("POST", "/faults", json!({ "fault": "truncate", "times": 1 })).await;
    assert!(caller.user(&token).await.bytes().await.is_err());
    assert_eq!(caller.user_json(&token).await["name"], "Lin Wei");
}

#[tokio::test]
async fn the_faults_of_one_path_end_alone() {
    let caller = Caller::new().await;
    for path in [Some(USER), Some("/cgi-bin/tag/get"), None] {
        caller.control("POST", "/faults", json!({ "fault": "hang", "path": path })).await;
    }
    let left = caller.control("DELETE", &format!("/faults?path={USER}"), Value::Null).await;
    let paths: Vec<&Value> = left["faults"].as_array().unwrap().iter().map(|fault| &fault["path"]).collect();
    assert_eq!(paths, [&json!("/cgi-bin/tag/get"), &Value::Null]);
    assert_eq!(caller.control("DELETE", "/faults", Value::Null).await, json!({ "faults": [] }));
}

#[tokio::test]
async fn a_path_that_only_an_answer_has_may_have_a_fault() {
    let caller = Caller::new().await;
    caller.control("POST", "/answers", json!({ "path": "/cgi-bin/own", "text": "own" })).await;
    caller
        .control(
            "POST",
            "/faults",
            json!({ "fault": "status", "status": 503, "path": "/cgi-bin/own", "times": 1 }),
        )
        .await;
    assert_eq!(caller.send("GET", "/cgi-bin/own", "").await.status(), 503);
    assert_eq!(caller.send("GET", "/cgi-bin/own", "").await.text().await.unwrap(), "own");
}

#[tokio::test]
async fn answers_are_given_in_turn_and_then_the_lasting_one() {
    let caller = Caller::new().await;
    let token = caller.token().await;
    for (name, times) in [("always", None), ("first", Some(1)), ("second", Some(2))] {
        let answer = json!({ "path": USER, "times": times, "json": { "errcode": 0, "name": name } });
        caller.control("POST", "/answers", answer).await;
    }
    let listed = caller.control("GET", "/answers", Value::Null).await;
    let times: Vec<&Value> = listed["answers"].as_array().unwrap().iter().map(|a| &a["times"]).collect();
    assert_eq!(times, [&json!(1), &json!(2), &Value::Null]);
    for name in ["first", "second", "second", "always", "always"] {
        assert_eq!(caller.user_json(&token).await["name"], name);
    }
    caller.control("DELETE", "/answers?path=/cgi-bin/tag/get", Value::Null).await;
    assert_eq!(caller.user_json(&token).await["name"], "always");
    caller.control("DELETE", &format!("/answers?path={USER}"), Value::Null).await;
    assert_eq!(caller.user_json(&token).await["name"], "Lin Wei");
}

#[tokio::test]
async fn an_answer_has_any_body_status_and_headers() {
    let caller = Caller::new().await;
    let image = json!({
        "path": "/own", "times": 1, "base64": "iVBORw0KGgo=", "status": 206,
        "headers": { "Content-Type": "image/png", "x-name": "林" },
    });
    caller.control("POST", "/answers", image).await;
    caller.control("POST", "/answers", json!({ "path": "/own", "text": "", "status": 204 })).await;
    let response = caller.send("GET", "/own", "").await;
    assert_eq!(
        (response.status(), &response.headers()["content-type"]),
        (StatusCode::PARTIAL_CONTENT, &"image/png".parse().unwrap())
    );
    assert_eq!(response.headers()["x-name"].as_bytes(), "林".as_bytes());
    assert_eq!(response.bytes().await.unwrap(), &b"\x89PNG\r\n\x1a\n"[..]);
    let empty = caller.send("GET", "/own", "").await;
    assert_eq!((empty.status(), empty.bytes().await.unwrap().len()), (StatusCode::NO_CONTENT, 0));
    // A body with a status that can't have one does no harm to the connection.
    caller.control("POST", "/answers", json!({ "path": "/own", "json": [1], "status": 304 })).await;
    for _ in 0..2 {
        assert_eq!(caller.send("GET", "/own", "").await.status(), 304);
    }
}

#[tokio::test]
async fn what_was_received_is_listed_in_order_narrowed_down_and_forgotten() {
    let caller = Caller::new().await;
    let token = caller.token().await;
    caller.user(&token).await;
    caller.send("POST", "/cgi-bin/tag/create?access_token=t&a=1&a=2", r#"{"tagname":"A"}"#).await;
    caller.send("POST", USER, &b"\xff\x00"[..]).await;
    let all = caller.control("GET", "/requests", Value::Null).await;
    let paths = |listed: &Value| -> Vec<String> {
        let requests = listed["requests"].as_array().unwrap().iter();
        requests.map(|request| request["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        paths(&all),
        [USER, "/cgi-bin/tag/create", USER],
        "calls of the control API aren't among them"
    );
    let created = &all["requests"][1];
    assert_eq!(created["method"], "POST");
    assert_eq!(created["query"], json!({ "access_token": ["t"], "a": ["1", "2"] }));
    assert_eq!(created["body"], r#"{"tagname":"A"}"#);
    assert_eq!(created["json"], json!({ "tagname": "A" }));
    assert!(created["headers"]["host"][0].as_str().unwrap().starts_with("127.0.0.1:"));
    let binary =
        caller.control("GET", &format!("/requests?path={USER}&method=post&last=5"), Value::Null).await;
    assert_eq!((paths(&binary).len(), &binary["requests"][0]["body_base64"]), (1, &json!("/wA=")));
    assert_eq!(paths(&caller.control("GET", "/requests?last=1", Value::Null).await), [USER]);
    caller.control("DELETE", &format!("/requests?path={USER}"), Value::Null).await;
    assert_eq!(paths(&caller.control("GET", "/requests", Value::Null).await), ["/cgi-bin/tag/create"]);
    caller.control("DELETE", "/requests", Value::Null).await;
    assert!(paths(&caller.control("GET", "/requests", Value::Null).await).is_empty());
    assert_eq!(caller.server.total_requests(), 0);
}

#[tokio::test]
async fn tokens_expire_and_are_revoked_on_demand() {
    let caller = Caller::new().await;
    let token = caller.token().await;
    assert_eq!(caller.user_json(&token).await["errcode"], 0);
    caller.control("POST", "/tokens/expire", Value::Null).await;
    assert_eq!(caller.user_json(&token).await["errcode"], 42001);
    let token = caller.token().await;
    caller.control("POST", "/tokens/revoke", Value::Null).await;
    assert_eq!(caller.user_json(&token).await["errcode"], 40014);
    let unknown = caller.refused(400, "POST", "/_mock/tokens", r#"{"kind":"access"}"#).await;
    assert!(unknown.contains("no endpoint takes such a token"), "{unknown}");
}

#[tokio::test]
async fn a_reset_forgets_everything_but_never_issues_a_token_twice() {
    let caller = Caller::new().await;
    let token = caller.token().await;
    caller.control("POST", "/answers", json!({ "path": USER, "text": "own" })).await;
    assert_eq!(caller.user(&token).await.text().await.unwrap(), "own");
    caller.control("POST", "/faults", json!({ "fault": "status", "status": 503 })).await;
    caller.control("POST", "/reset", Value::Null).await;
    assert_eq!(caller.control("GET", "/requests", Value::Null).await, json!({ "requests": [] }));
    assert_eq!(caller.control("GET", "/answers", Value::Null).await, json!({ "answers": [] }));
    assert_eq!(caller.control("GET", "/faults", Value::Null).await, json!({ "faults": [] }));
    assert_eq!(caller.user_json(&token).await["errcode"], 40014);
    let another = caller.token().await;
    assert_ne!(another, token);
    assert_eq!(caller.user_json(&another).await["name"], "Lin Wei");
}

#[tokio::test]
async fn a_wrong_control_request_says_what_is_wrong_and_changes_nothing() {
    let caller = Caller::new().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!(r#"{{"fault":"code","errcode":"{}"}}"#, "林".repeat(1_000_000));
    for (call, body, expected) in [
        ("faults", "", "the body is not JSON"),
        ("faults", "[]", "the body must be a JSON object"),
        ("faults", &deep, "the body is not JSON: recursion limit"),
        ("faults", "{}", "`fault` is missing"),
        ("faults", r#"{"fault":"Code"}"#, "`fault` is `Code`: it must be code, status, html"),
        ("faults", r#"{"fault":"code"}"#, "`errcode` is missing"),
        ("faults", r#"{"fault":"code","errcode":"45009"}"#, "`errcode` must be an integer, but is \"45009\""),
        ("faults", &long, "`errcode` must be an integer, but is \"林"),
        ("faults", r#"{"fault":"code","errcode":1e300}"#, "`errcode` must be an integer"),
        ("faults", r#"{"fault":"status"}"#, "`status` is missing"),
        (
            "faults",
            r#"{"fault":"status","status":101}"#,
            "`status` must be an HTTP status from 200 to 999, but is 101",
        ),
        ("faults", r#"{"fault":"html","status":1000}"#, "`status` must be an HTTP status"),
        ("faults", r#"{"fault":"delay","ms":-1}"#, "`ms` must be an integer of at least 0, but is -1"),
        ("faults", r#"{"fault":"hang","times":0}"#, "`times` must be an integer of at least 1, but is 0"),
        ("faults", r#"{"fault":"hang","times":4294967296}"#, "`times` must be an integer of at least 1"),
        ("faults", r#"{"fault":"hang","tims":1}"#, "unknown field `tims`"),
        ("faults", r#"{"fault":"hang","path":"cgi-bin/user/get"}"#, "`path` must be a path without a query"),
        ("faults", r#"{"fault":"hang","path":"/a?b=c"}"#, "`path` must be a path without a query"),
        ("faults", r#"{"fault":"hang","path":"/_mock/reset"}"#, "and not the mock's own"),
        (
            "faults",
            r#"{"fault":"hang","path":"/cgi-bin/user/gett"}"#,
            "`path` is `/cgi-bin/user/gett`: no endpoint has it",
        ),
        (
            "faults",
            "{\"fault\":\"content_type\",\"value\":\"a\\r\\nb: c\"}",
            "`value` contains characters that are not allowed",
        ),
        ("answers", r#"{"json":1}"#, "`path` is missing"),
        ("answers", r#"{"path":"/a"}"#, "a response needs exactly one of `json`, `text` and `base64`"),
        ("answers", r#"{"path":"/a","json":1,"text":"a"}"#, "a response needs exactly one of"),
        ("answers", r#"{"path":"/a","base64":"?"}"#, "`base64` is not base64"),
        ("answers", r#"{"path":"/a","text":"","status":"200"}"#, "`status` must be an HTTP status"),
        (
            "answers",
            r#"{"path":"/a","text":"","headers":["a"]}"#,
            "`headers` must be an object, but is [\"a\"]",
        ),
        (
            "answers",
            r#"{"path":"/a","text":"","headers":{"a b":"c"}}"#,
            "`headers.a b` is not a valid name of an HTTP header",
        ),
        ("answers", r#"{"path":"/a","text":"","headers":{"a":1}}"#, "`headers.a` must be a string"),
        (
            "answers",
            "{\"path\":\"/a\",\"text\":\"\",\"headers\":{\"a\":\"\\n\"}}",
            "`headers.a` contains characters",
        ),
        (
            "answers",
            r#"{"path":"/a","text":"","headers":{"Content-Length":"9"}}"#,
            "is set by the mock itself: omit it",
        ),
        (
            "answers",
            r#"{"path":"/a","text":"","headers":{"transfer-encoding":"chunked"}}"#,
            "is set by the mock itself: omit it",
        ),
        ("tokens", "{}", "`kind` is missing"),
    ] {
        let error = caller.refused(400, "POST", &format!("/_mock/{call}"), body.to_owned()).await;
        assert!(error.contains(expected), "{body:.80}: {error:.200}");
        assert!(error.len() < 400, "{error}");
    }
    for (path, expected) in [
        ("/_mock/requests?last=-1", "`last` is `-1`: it must be a number"),
        ("/_mock/requests?pth=/a", "unknown parameter `pth`: this call has path, method, last"),
    ] {
        assert_eq!(caller.refused(400, "GET", path, "").await, expected);
    }
    assert_eq!(caller.control("GET", "/faults", Value::Null).await, json!({ "faults": [] }));
    assert_eq!(caller.control("GET", "/answers", Value::Null).await, json!({ "answers": [] }));
    let unknown = caller.refused(404, "GET", "/_mock/fault", "").await;
    assert_eq!(unknown, "`/_mock/fault` is not a call of the control API; `GET /_mock` lists the calls");
    let method = caller.send("PUT", "/_mock/faults", "").await;
    assert_eq!(
        (method.status(), &method.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST, GET, DELETE".parse().unwrap())
    );
    assert_eq!(caller.refused(405, "POST", "/_mock", "").await, "`/_mock` takes GET, not POST");
}

#[tokio::test]
async fn the_control_api_says_itself_how_it_is_used() {
    let caller = Caller::new().await;
    for path in ["/_mock", "/_mock/"] {
        let manual = caller.send("GET", path, "").await.text().await.unwrap();
        assert!(manual.contains("`POST /_mock/faults`"), "{manual}");
    }
}

#[tokio::test]
async fn no_fault_hits_the_control_api() {
    let caller = Caller::new().await;
    caller.control("POST", "/faults", json!({ "fault": "hang" })).await;
    caller.control("DELETE", "/faults", Value::Null).await;
    caller.server.answer("/_mock/faults", |_| Reply::new(500, "text/plain", ""));
    caller.control("GET", "/faults", Value::Null).await;
}

#[tokio::test]
async fn each_of_many_callers_at_once_gets_an_answer_with_a_turn_of_its_own() {
    let caller = Caller::new().await;
    let token = caller.token().await;
    let address = format!("{}{USER}?access_token={token}&userid=a", caller.server.base_url());
    let own = json!({ "path": USER, "times": 40, "json": { "errcode": 0, "name": "own" } });
    caller.control("POST", "/answers", own).await;
    let fault = json!({ "fault": "code", "errcode": 45009, "path": USER, "times": 20 });
    caller.control("POST", "/faults", fault).await;
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let call = caller.http.get(&address);
        calls.spawn(async move { call.send().await.unwrap().json::<Value>().await.unwrap() });
    }
    let answers = calls.join_all().await;
    let count = |what: &dyn Fn(&Value) -> bool| answers.iter().filter(|answer| what(answer)).count();
    assert_eq!(count(&|answer| answer["errcode"] == 45009), 20);
    assert_eq!(count(&|answer| answer["name"] == "own"), 40);
    assert_eq!(count(&|answer| answer["name"] == "Lin Wei"), 40);
}

#[tokio::test]
async fn a_request_written_by_hand_is_understood() {
    let server = Server::start().await.unwrap();
    let address = server.base_url().replace("http://", "");
    let body = r#"{"fault":"code","errcode":60011}"#;
    let inject =
        format!("POST /_mock/faults HTTP/1.1\r\nHost: m\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let call = "GET /cgi-bin/user/get HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n";
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(format!("{inject}{call}").as_bytes()).unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        answers
    };
    let answers = tokio::task::spawn_blocking(exchange).await.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
    assert!(answers.contains(r#""errcode":60011"#), "{answers}");
}
