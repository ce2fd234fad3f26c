//! Secrets appear nowhere: neither in events of any level nor in errors, whatever goes wrong.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing_subscriber::util::SubscriberInitExt as _;
use wecom_mock::{Fault, Received, Reply, Server};
use wecom_sdk::access::GetToken;
use wecom_sdk::archive::PrivateKeys;
use wecom_sdk::corpgroup::chain::RemoveCorp;
use wecom_sdk::media::{GetMedia, MediaType, UploadMedia};
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{
    AuthorizedCorp, Backoff, Client, ClientBuilder, Content, Error, Hook, Method, Outgoing, Provider, Redis,
    Secret, Suite,
};
use wecom_tests::log::Log;

const SECRETS: [&str; 9] = [
    "the-plain-secret",
    "the-answers-secret",
    "the-typed-secret",
    "the-application-secret",
    "the-suite-secret",
    "the-suite-ticket",
    "the-permanent-code",
    "the-provider-secret",
    "the-redis-password",
];

/// Writes everything that an error says.
fn write_error(text: &mut String, error: &Error) {
    write!(text, "{error}\n{error:?}\n{error:#?}\n").unwrap();
    let mut source = error.source();
    while let Some(error) = source {
        write!(text, "{error}\n{error:?}\n").unwrap();
        source = error.source();
    }
}

/// Sends an application's own requests that contain secrets to a server that repeats them in every form.
async fn requests_that_hold_secrets(server: &Server, client: &Client, told: &mut String) {
    let (query, body) = ("the-typed-secret in /ä+&query?", "the-typed-secret \"in\"\n/äbody\\");
    for number in 0..6 {
        let echo = move |request: &Received| {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            let encoded: String = form_urlencoded::byte_serialize(body.as_bytes()).collect();
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&request.query);
            let message = match number {
                0 => format!("{:?}", request.query),
                1 => body,
                2 => encoded,
                3 => serde_json::Value::String(body).to_string(),
                4 => query.finish(),
                _ => format!("{:?}", request.json()),
            };
            Reply::json(serde_json::json!({ "errcode": 40013, "errmsg": message }))
        };
        for path in ["/cgi-bin/gettoken", "/cgi-bin/odd"] {
            server.answer(path, echo);
        }
        let gettoken = client.send(&GetToken::new("ww1", query)).await.unwrap_err();
        assert_eq!(gettoken.code(), Some(40013));
        write_error(told, &gettoken);
        let untyped = client.call(Method::POST, "/cgi-bin/odd").query("corpsecret", query).without_token();
        let untyped = untyped.json(&serde_json::json!({ "a": [Some(1)] }));
        write_error(told, &untyped.send::<serde_json::Value>().await.unwrap_err());
        let nested = std::collections::BTreeMap::from([("a", [Some(Secret::from(body))])]);
        let untyped = client.call(Method::POST, "/cgi-bin/odd").without_token().json(&nested);
        write_error(told, &untyped.send::<serde_json::Value>().await.unwrap_err());
        let plain = serde_json::json!({ "settings": [{ "Password": "the-plain-secret \"in\" /ä" }] });
        let untyped = client.call(Method::POST, "/cgi-bin/odd").without_token().json(&plain);
        write_error(told, &untyped.send::<serde_json::Value>().await.unwrap_err());
    }
    // The value in a response under the name of a secret.
    server.answer("/cgi-bin/odd", |_| {
        Reply::json(serde_json::json!({
            "errcode": 0, "kind": "none", "webhook_token": "the-answers-secret", "errmsg": "the-answers-secret",
        }))
    });
    let odd = || client.call(Method::POST, "/cgi-bin/odd").without_token();
    write_error(told, &odd().send::<Odd>().await.unwrap_err());
    server.answer("/cgi-bin/odd", |_| {
        let message = "is the-answers-secret a token?";
        Reply::json(serde_json::json!({ "errcode": 40014, "errmsg": message, "token": "the-answers-secret" }))
    });
    write_error(told, &odd().send::<serde_json::Value>().await.unwrap_err());
}

/// A type whose errors show the values they found.
#[derive(Debug, serde::Deserialize)]
struct Odd {
    #[expect(dead_code, reason = "it can't be read")]
    webhook_token: Kind,
}

#[derive(Debug, serde::Deserialize)]
enum Kind {
    #[serde(rename = "one")]
    One,
}

/// Keeps the addresses that it sees.
#[derive(Clone, Default)]
struct Addresses(Arc<Mutex<Vec<String>>>);

impl Hook for Addresses {
    fn before(&self, request: &mut Outgoing<'_>) {
        self.0.lock().unwrap().push(request.url());
    }
}

#[tokio::test]
async fn what_sounds_secret_to_the_specification_is_a_secret_to_the_client() {
    use xtask::spec::names::sounds_secret;
    let server = Server::start().await.unwrap();
    let addresses = Addresses::default();
    let client = Client::builder("ww1", "secret").base_url(server.base_url()).hook(addresses.clone());
    let client = client.build().unwrap();
    let words = ["aes", "api", "auth", "corp", "encrypt", "login", "msg", "oauth", "permanent", "pre"];
    let more = ["private", "response", "secret", "session", "sign", "suite", "webhook", "welcome"];
    let ends = ["secret", "password", "passwd", "pwd", "ticket", "token", "code", "key", "aeskey"];
    let joined = words
        .iter()
        .chain(&more)
        .flat_map(|word| ends.iter().flat_map(move |end| [format!("{word}_{end}"), format!("{word}{end}")]));
    let names: Vec<String> =
        joined.chain(ends.map(str::to_owned)).filter(|name| sounds_secret(name)).collect();
    assert!(names.len() > 100, "{names:?}");
    let mut call = client.call(Method::GET, "/cgi-bin/odd").without_token();
    for name in &names {
        call = call.query(name.as_str(), "shown");
    }
    let _ = call.send::<serde_json::Value>().await;
    let address = addresses.0.lock().unwrap().concat();
    for name in &names {
        assert!(address.contains(&format!("{name}=…")), "{name}: {address}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn no_event_and_no_error_shows_a_secret() {
    let log = Log::default();
    // Everything, also what the HTTP stack writes through the crate `log`.
    log.subscriber().init();
    let mut told = String::new();

    let server = Server::start().await.unwrap();
    let backoff = || Backoff::new().delays(Duration::from_millis(1), Duration::from_millis(1));
    let builder = || {
        Client::builder("ww1", "the-application-secret")
            .base_url(server.base_url())
            .timeout(Duration::from_millis(200))
            .max_response(64 << 10)
            .retry(backoff().blocked_for(Duration::from_millis(10)).budget(1000))
    };
    let client = builder().build().unwrap();
    writeln!(told, "{client:?} {:?}", builder()).unwrap();
    for round in 0..2 {
        let faults = [
            Fault::code(-1),
            Fault::code(40001),
            Fault::code(40014),
            Fault::code(42001),
            Fault::code(45009),
            Fault::code(60020),
            Fault::status(503),
            Fault::status(302),
            Fault::html(),
            Fault::disconnect(),
            Fault::truncate(),
            Fault::hang(),
            Fault::oversize(1 << 20),
            Fault::content_type("text/plain"),
        ];
        for fault in faults {
            // First on the calls, with a token at hand; then on gettoken, too, with the secret in flight.
            server.inject(if round == 0 { fault.on("/cgi-bin/meeting/get_info") } else { fault });
            let client = if round == 0 { client.clone() } else { builder().build().unwrap() };
            if let Err(error) = client.send(&GetMeetingInfo::new("hy")).await {
                write_error(&mut told, &error);
            }
            if let Err(error) = client.send(&RemoveCorp::new("chain").corpid("ww2")).await {
                write_error(&mut told, &error);
            }
            server.clear_faults();
        }
    }

    // A server that repeats everything it is sent.
    for path in ["/cgi-bin/meeting/get_info", "/cgi-bin/gettoken"] {
        server.answer(path, |request| {
            let message = format!("what is {:?}?", request.query);
            Reply::json(serde_json::json!({ "errcode": 40013, "errmsg": message }))
        });
        for client in [&client, &builder().build().unwrap()] {
            write_error(&mut told, &client.send(&GetMeetingInfo::new("hy")).await.unwrap_err());
        }
    }

    requests_that_hold_secrets(&server, &client, &mut told).await;

    // The other credentials.
    let suite = ClientBuilder::new(Suite::new("suite", "the-suite-secret"));
    let suite = suite.base_url(server.base_url()).retry(backoff()).build().unwrap();
    let corp = suite.with_credential(AuthorizedCorp::new(&suite, "ww2", "the-permanent-code"));
    write_error(&mut told, &corp.send(&GetMeetingInfo::new("hy")).await.unwrap_err());
    suite.put_ticket("the-suite-ticket").await;
    server.answer("/cgi-bin/service/get_suite_token", |request| {
        let message = format!("what is {}?", String::from_utf8_lossy(&request.body));
        Reply::json(serde_json::json!({ "errcode": 40085, "errmsg": message }))
    });
    write_error(&mut told, &corp.send(&GetMeetingInfo::new("hy")).await.unwrap_err());
    let provider = suite.with_credential(Provider::new("ww3", "the-provider-secret"));
    writeln!(told, "{suite:?} {corp:?} {provider:?}").unwrap();

    // Files, and a store that is not there.
    let content = Content::stream(5, futures_util::stream::iter([Ok("abc".into())]));
    let upload = |file| UploadMedia::new(MediaType::File, file);
    write_error(&mut told, &client.upload(content, upload).await.unwrap_err());
    server.inject(Fault::truncate());
    if let Err(error) = client.download(&GetMedia::new("media")).await {
        write_error(&mut told, &error);
    }
    server.clear_faults();
    let redis = Redis::connect("redis://:the-redis-password@127.0.0.1:1/").unwrap();
    writeln!(told, "{redis:?} {:?}", Redis::connect("redis:the-redis-password").unwrap_err()).unwrap();
    let client = builder().token_store(redis).build().unwrap();
    let _ = client.send(&GetMeetingInfo::new("hy")).await;

    // Private keys.
    let pem = "-----BEGIN PRIVATE KEY-----\nTm90IHJlYWxseSBhIGtleQ==\n-----END PRIVATE KEY-----\n";
    writeln!(told, "{:?}", PrivateKeys::new().with(1, pem).unwrap_err()).unwrap();

    let log = log.text();
    assert!(log.lines().count() > 200, "events were recorded: {}", log.lines().count());
    assert!(
        log.contains("wecom.call") && log.contains("attempt=2") && log.contains("errcode"),
        "calls were, too"
    );
    assert!(log.contains("hyper_util") || log.contains("reqwest"), "and so was the HTTP stack");
    for (name, text) in [("events", &log), ("errors", &told)] {
        for secret in SECRETS.into_iter().chain(["mock-access_token-", "Tm90IHJlYWxseSBhIGtleQ"]) {
            let line = text.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{secret} stands in the {name}: {}", line.unwrap_or_default());
        }
    }
    let spans = log.lines().filter(|line| line.contains("elapsed_ms")).count();
    assert!(spans > 20, "every call tells how long it took");
}
