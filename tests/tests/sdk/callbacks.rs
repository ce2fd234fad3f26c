//! Callbacks from end to end: the mock pushes them, a server receives them, and the client gets their contents.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use wecom_mock::push::{Application, PushError, Sender, examples};
use wecom_mock::{Reply, Server};
use wecom_sdk::callback::{
    Callback, Callbacks, Passive, Receiver, Router, model_tickets, suite_authorizations, suite_tickets,
};
use wecom_sdk::openhw::access_control::{RemoteOpenResult, RemoteOpenType, ReportRemoteOpenResult};
use wecom_sdk::openhw::device::{GetDeviceSecret, RegisterSn};
use wecom_sdk::service::auth::GetPreAuthCode;
use wecom_sdk::{Client, ClientBuilder, Device, DeviceModel, Error, MemoryStore, Suite};

const TOKEN: &str = "QSdkTestToken02";
const KEY: &str = "ZyXwVuTsRqPoNmLkJiHgFeDcBa9876543210ZYXWVU0";
const SUITE: &str = "wwsuite00000000001";

fn settings(receiveid: &str) -> Sender {
    Sender::new(TOKEN, KEY, receiveid).unwrap()
}

/// Serves requests on loopback, and returns the URL.
async fn serve<F, Fut>(answer: F) -> String
where
    F: Fn(Request<Incoming>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response<Bytes>> + Send,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let answer = answer.clone();
                async move { Ok::<_, std::convert::Infallible>(answer(request).await.map(Full::new)) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    format!("http://{address}/callback?own=1")
}

async fn receive(router: Router, receiveid: &str) -> String {
    let receiver =
        Receiver::builder(TOKEN, KEY).receiveid(receiveid).verified_as(["ww1", receiveid]).build().unwrap();
    let callbacks = Callbacks::new(receiver, router);
    serve(move |request| {
        let callbacks = callbacks.clone();
        async move { callbacks.handle_body(request).await }
    })
    .await
}

fn suite(server: &Server, store: &Arc<MemoryStore>) -> Client<Suite> {
    ClientBuilder::new(Suite::new(SUITE, "the secret"))
        .base_url(server.base_url())
        .token_store(Arc::clone(store))
        .build()
        .unwrap()
}

fn info(kind: &str, member: &str) -> String {
    format!(
        "<xml><SuiteId><![CDATA[{SUITE}]]></SuiteId><InfoType><![CDATA[{kind}]]></InfoType><TimeStamp>1767225660</TimeStamp>{member}</xml>"
    )
}

#[tokio::test]
async fn a_pushed_ticket_reaches_its_suite_in_this_process_and_in_the_next() {
    let server = Server::start().await.unwrap();
    let token = server.issue_token("suite_access_token");
    server.answer("/cgi-bin/service/get_suite_token", move |request| {
        assert_eq!(request.json().unwrap()["suite_ticket"], "TICKET-abc_DEF.123");
        Reply::json(json!({ "errcode": 0, "errmsg": "ok", "suite_access_token": token, "expires_in": 7200 }))
    });
    let store = Arc::new(MemoryStore::default());
    let other =
        ClientBuilder::new(Suite::new("wwother", "secret")).base_url(server.base_url()).build().unwrap();
    let url = receive(suite_tickets([&other, &suite(&server, &store)]), SUITE).await;
    let application = Application::verify(&url, settings(SUITE)).await.unwrap();
    let message = info("suite_ticket", "<SuiteTicket><![CDATA[TICKET-abc_DEF.123]]></SuiteTicket>");
    let pushed = application.push(message).await.unwrap();
    assert_eq!((pushed.tries, pushed.reply, application.requests(), application.answered()), (1, None, 2, 1));
    // As after a restart: only the store is left.
    let next = suite(&server, &store);
    next.send(&GetPreAuthCode::new()).await.unwrap();
    assert!(other.send(&GetPreAuthCode::new()).await.is_err(), "the ticket is not for this one");
}

#[tokio::test]
async fn a_device_model_has_its_ticket_and_its_devices_have_tokens_of_their_own() {
    let server = Server::start().await.unwrap();
    let model = ClientBuilder::new(DeviceModel::new("mdgate01", "a secret"))
        .base_url(server.base_url())
        .build()
        .unwrap();
    let error = model.send(&RegisterSn::new("GATE0017A")).await.unwrap_err();
    assert!(matches!(&error, Error::Token(cause) if matches!(**cause, Error::NoTicket)), "{error}");

    let url = receive(model_tickets([&model]), "mdgate01").await;
    let application = Application::verify(&url, settings("mdgate01")).await.unwrap();
    let ticket = |model: &str| {
        json!({
            "msg_type": "event",
            "base_info": { "req_id": "1", "createtime": 1_767_225_600, "model_id": model, "service_corpid": "ww1" },
            "event": { "event_type": "model_ticket", "model_ticket": format!("the ticket of {model}") },
        })
    };
    for model in ["mdother", "mdgate01"] {
        application.push(ticket(model).to_string()).await.unwrap();
    }
    model.send(&RegisterSn::new("GATE0017A")).await.unwrap();
    let asked = server.received("/cgi-bin/openhw/get_model_token").pop().unwrap();
    assert_eq!(asked.json().unwrap()["model_ticket"], "the ticket of mdgate01");

    let secret = model.send(&GetDeviceSecret::new("a code")).await.unwrap().device_secret;
    let device = model.with_credential(Device::new(&model, "GATE0017A", secret));
    device
        .send(&ReportRemoteOpenResult::new("OPERATION-51", RemoteOpenType::App, RemoteOpenResult::Success))
        .await
        .unwrap();
    assert_eq!(server.requests("/cgi-bin/openhw/get_device_token"), 1);
}

#[tokio::test]
async fn an_installation_is_exchanged_once_and_told_until_the_application_has_kept_it() {
    let server = Server::start().await.unwrap();
    let suite = suite(&server, &Arc::default());
    suite.put_ticket("the ticket").await;
    let told = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&told);
    let router = suite_authorizations(&suite, move |installed| {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(!installed.permanent_code.is_empty());
            if number == 0 { Err("the database is away") } else { Ok(()) }
        }
    });
    let url = receive(router, SUITE).await;
    let application = Application::verify(&url, settings(SUITE)).await.unwrap();
    let message = info("create_auth", "<AuthCode><![CDATA[a-code]]></AuthCode><ExtraInfo></ExtraInfo>");
    assert_eq!(application.push(&message).await.unwrap().tries, 2);
    assert_eq!(application.push(&message).await.unwrap().tries, 1);
    assert_eq!(told.load(Ordering::SeqCst), 2);
    assert_eq!(server.requests("/cgi-bin/service/v2/get_permanent_code"), 1);
}

#[tokio::test]
async fn a_reply_is_decrypted_and_a_callback_that_fails_is_pushed_three_times() {
    let router = Router::new()
        .when(|envelope| envelope.kind == "text", |_: Callback| async { Passive::new("<xml>hello</xml>") })
        .fallback(|_: Callback| async { Err::<(), _>("no") });
    let url = receive(router, "ww1").await;
    let application = Application::verify(&url, settings("ww1")).await.unwrap();
    let pushed = application.push("<xml><MsgType>text</MsgType></xml>").await.unwrap();
    assert_eq!(pushed.reply.as_deref(), Some(&b"<xml>hello</xml>"[..]));
    let error = application.push("<xml><MsgType>image</MsgType></xml>").await.unwrap_err();
    assert!(matches!(error, PushError::Status(status) if status == 500), "{error}");
    assert_eq!((application.requests(), application.answered()), (1 + 1 + 3, 1));
}

#[tokio::test]
async fn what_does_not_answer_in_time_or_not_with_the_bare_text_is_told() {
    let quoting = serve(|_| async { Response::new(Bytes::from_static(b"\"123\"")) }).await;
    let error = Application::verify(&quoting, settings("ww1")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the application must answer the verification with the decrypted text alone, and answered \"\\\"123\\\"\""
    );
    let error = Application::unverified(&quoting, settings("ww1")).unwrap().push("<xml/>").await.unwrap_err();
    assert!(matches!(error, PushError::Reply(_)), "{error}");

    let silent = serve(|_| std::future::pending()).await;
    let application = Application::unverified(&silent, settings("ww1")).unwrap();
    let application = application.deadlines(Duration::from_millis(20), Duration::from_millis(10));
    let error = application.push("<xml/>").await.unwrap_err();
    assert!(matches!(error, PushError::Unanswered(_)), "{error}");
    assert_eq!((application.requests(), application.answered()), (3, 0));

    for url in ["https://localhost/", "/callback", "localhost", ""] {
        assert!(matches!(Application::unverified(url, settings("ww1")), Err(PushError::Url)), "{url}");
    }
}

#[tokio::test]
async fn every_example_of_the_specification_is_pushed_to_the_application() {
    let (sender, mut received) = tokio::sync::mpsc::unbounded_channel();
    let router = Router::new().fallback(move |callback: Callback| {
        sender.send(callback).unwrap();
        std::future::ready(())
    });
    let url = receive(router, SUITE).await;
    let server = Server::start().await.unwrap();
    let error = server.push("contacts.events.create_user").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no application: `Server::application` takes one");
    let application = server.application(&url, settings(SUITE)).await.unwrap();
    let names: Vec<&str> = examples().collect();
    assert!(names.contains(&"externalcontact.events.add_external_contact"));
    for name in &names {
        let pushed = server.push(name).await.unwrap();
        assert_eq!((pushed.tries, pushed.reply), (1, None), "{name}");
        let Callback { envelope, .. } = received.recv().await.unwrap();
        assert!(!envelope.kind.is_empty(), "{name}");
        let recipients = [Some(envelope.to_user_name.as_str()), envelope.suite_id.as_deref()];
        let recipient = recipients.into_iter().flatten().find(|recipient| !recipient.is_empty());
        assert!(recipient.is_none_or(|recipient| recipient == SUITE), "{name}: {recipient:?}");
    }
    assert_eq!(application.answered(), names.len() as u64);

    let second = names.iter().map(|name| format!("{name}#2"));
    let mut numbers = 0;
    for name in second {
        match server.push(&name).await {
            Ok(_) => numbers += 1,
            Err(error) => assert!(matches!(error, PushError::NoExample(_)), "{error}"),
        }
    }
    assert!(numbers > 0, "some have several");
    for name in ["", "create_user", "contacts.events.create_user#0", "contacts.events.create_user#x", "#1"] {
        let error = server.push(name).await.unwrap_err();
        assert!(matches!(&error, PushError::NoExample(told) if told == name), "{error}");
    }
    server.reset();
    assert!(matches!(server.push("<xml/>").await, Err(PushError::NoApplication)));
}

#[tokio::test]
async fn callbacks_are_pushed_over_the_control_api() {
    let router = Router::new()
        .when(|envelope| envelope.kind == "text", |_: Callback| async { Passive::new("<xml>hello</xml>") })
        .when(|envelope| envelope.kind == "image", |_: Callback| async { Err::<(), _>("no") });
    let url = receive(router, "ww1").await;
    let server = Server::start().await.unwrap();
    let http = reqwest::Client::new();
    let call = async |path: &str, body: serde_json::Value| {
        let request = http.post(format!("{}/_mock{path}", server.base_url())).body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let answer: serde_json::Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        (status, answer)
    };
    let refused = |message: &str| (400, json!({ "error": message }));
    let none = "there is no application: `POST /_mock/application` takes one";
    assert_eq!(call("/push", json!({ "xml": "<xml/>" })).await, refused(none));
    let settings = json!({ "url": url, "token": TOKEN, "encoding_aes_key": KEY, "receiveid": "ww1" });
    assert_eq!(call("/application", settings.clone()).await, (200, json!({ "requests": 1, "answered": 0 })));

    let text = call("/push", json!({ "xml": "<xml><MsgType>text</MsgType></xml>" })).await;
    assert_eq!(text, (200, json!({ "tries": 1, "reply": "<xml>hello</xml>" })));
    let text = call("/push", json!({ "example": "message.events.text_message" })).await;
    assert_eq!(text.1["reply"], "<xml>hello</xml>");
    let bot = call("/push", json!({ "json": { "msgtype": "mixed" } })).await;
    assert_eq!(bot, (200, json!({ "tries": 1, "reply": null })));
    let failed = call("/push", json!({ "xml": "<xml><MsgType>image</MsgType></xml>" })).await;
    assert_eq!(failed, refused("the application answered with 500 Internal Server Error, not with 200"));
    for body in [json!({}), json!({ "xml": "<xml/>", "json": {} })] {
        assert_eq!(call("/push", body).await, refused("a callback has one of `example`, `xml` and `json`"));
    }
    assert_eq!(
        call("/push", json!({ "xml": "text" })).await,
        refused("`xml` is no XML document: it begins with `<`")
    );

    let mut wrong = settings;
    wrong["encoding_aes_key"] = "short".into();
    let (status, answer) = call("/application", wrong).await;
    assert_eq!(status, 400);
    assert!(!answer.to_string().contains("short"), "a key is not repeated: {answer}");
    let counts: serde_json::Value = serde_json::from_str(
        &reqwest::get(format!("{}/_mock/application", server.base_url()))
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
    )
    .unwrap();
    assert_eq!(counts, json!({ "requests": 1 + 3 + 3, "answered": 3 }));
}
