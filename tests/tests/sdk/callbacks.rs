//! Callbacks from end to end: the mock pushes them, a server receives them, and the client gets their contents.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use wecom_mock::push::{Application, PushError, Sender, examples};
use wecom_mock::{Reply, Server};
use wecom_sdk::aibot::events::TextMessage;
use wecom_sdk::aibot::reply::{Stream, StreamReply};
use wecom_sdk::callback::{
    Callback, Callbacks, Document, Event, Passive, Receiver, Router, model_tickets, suite_tickets,
};
use wecom_sdk::oa::events::SysApprovalChange;
use wecom_sdk::openhw::access_control::{RemoteOpenResult, RemoteOpenType, ReportRemoteOpenResult};
use wecom_sdk::openhw::device::{GetDeviceSecret, RegisterSn};
use wecom_sdk::openhw::events::{BindDevice, UserScan, VerifyDevice};
use wecom_sdk::openhw::reply::{BindDeviceReply, BindResult, OnlineStatus, UserScanReply, VerifyDeviceReply};
use wecom_sdk::service::auth::GetPreAuthCode;
use wecom_sdk::{Client, ClientBuilder, Device, DeviceModel, Error, MemoryStore, Suite};

pub(crate) const TOKEN: &str = "QSdkTestToken02";
pub(crate) const KEY: &str = "ZyXwVuTsRqPoNmLkJiHgFeDcBa9876543210ZYXWVU0";
pub(crate) const SUITE: &str = "wwsuite00000000001";

pub(crate) fn settings(receiveid: &str) -> Sender {
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

pub(crate) async fn receive(router: Router, receiveid: &str) -> String {
    let receiver =
        Receiver::builder(TOKEN, KEY).receiveid(receiveid).verified_as(["ww1", receiveid]).build().unwrap();
    let callbacks = Callbacks::new(receiver, router);
    serve(move |request| {
        let callbacks = callbacks.clone();
        async move { callbacks.handle_body(request).await }
    })
    .await
}

pub(crate) fn suite(server: &Server, store: &Arc<MemoryStore>) -> Client<Suite> {
    ClientBuilder::new(Suite::new(SUITE, "the secret"))
        .base_url(server.base_url())
        .token_store(Arc::clone(store))
        .build()
        .unwrap()
}

pub(crate) fn info(kind: &str, member: &str) -> String {
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

/// Records of an approval repeat without an element around them; one alone is a list, too.
#[test]
fn every_record_of_an_approval_is_read() {
    for count in [1, 2, 5] {
        let speeches: Vec<String> = (0..count).map(|number| format!("no. {number}")).collect();
        let record = |speech| format!("<SpRecord><Details><Speech>{speech}</Speech></Details></SpRecord>");
        let records: String = speeches.iter().map(record).collect();
        let document = format!(
            "<xml><MsgType>event</MsgType><Event>sys_approval_change</Event><ApprovalInfo>{records}</ApprovalInfo></xml>"
        );
        let event: SysApprovalChange = Document::parse(&document).unwrap().read().unwrap();
        let read = event.approval_info.sp_record.into_iter().flat_map(|record| record.details);
        assert_eq!(read.map(|details| details.speech).collect::<Vec<_>>(), speeches);
    }
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
async fn a_vendor_refuses_a_device_and_answers_what_else_devices_ask() {
    let router = Router::new()
        .on(|bound: Event<BindDevice>| async move {
            assert_eq!(bound.event.verif_code, "804213");
            // WeCom waits longer than for the others.
            tokio::time::sleep(Duration::from_millis(1200)).await;
            BindDeviceReply::new(BindResult::WrongCode, "another code")
        })
        .on(|_: Event<VerifyDevice>| async { VerifyDeviceReply::new(true).modelid("mdgate01") })
        .on(|_: Event<UserScan>| async { UserScanReply::new(OnlineStatus::Online) });
    let server = Server::start().await.unwrap();
    server.application(&receive(router, "mdgate01").await, settings("mdgate01")).await.unwrap();
    let bound = server.push("openhw.events.bind_device").await.unwrap();
    let reply = bound.read_reply().unwrap();
    assert_eq!((bound.tries, reply), (1, Some(BindDeviceReply::new(BindResult::WrongCode, "another code"))));
    let verified = server.push("openhw.events.verify_device").await.unwrap();
    assert_eq!(verified.read_reply().unwrap(), Some(VerifyDeviceReply::new(true).modelid("mdgate01")));
    let scanned = server.push("openhw.events.user_scan").await.unwrap();
    assert_eq!(scanned.read_reply().unwrap(), Some(UserScanReply::new(OnlineStatus::Online)));
    let unbound = server.push("openhw.events.unbind_device").await.unwrap();
    assert_eq!(unbound.read_reply::<UserScanReply>().unwrap(), None);
}

#[tokio::test]
async fn each_channel_has_the_format_the_deadline_and_the_attempts_that_wecom_has() {
    // Which deadline it is shows in that the other one is too long to wait for.
    let (soon, never) = (Duration::from_millis(20), Duration::from_secs(60 * 60));
    let (long, short) = ((soon, never), (never, soon));
    let (sender, mut received) = tokio::sync::mpsc::unbounded_channel();
    let url = serve(move |request| {
        let sender = sender.clone();
        async move {
            let content_type = request.headers()["content-type"].to_str().unwrap().to_owned();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            sender.send((content_type, body)).unwrap();
            std::future::pending().await
        }
    })
    .await;
    for (callback, content_type, members, (deadline, short_deadline), tries) in [
        ("message.events.text_message", "text/xml", "<AgentID>1000002</AgentID>", long, 3),
        ("service.events.suite_ticket", "text/xml", "<AgentID></AgentID>", short, 3),
        ("devicedata.events.device_checkin_data_report", "text/xml", "<AgentID>1000002</AgentID>", short, 3),
        ("openhw.events.unbind_device", "application/json", "\"tousername\"", short, 3),
        ("openhw.events.bind_device", "application/json", "\"tousername\"", short, 3),
        ("aibot.events.text_message", "application/json", "{\"encrypt\"", long, 3),
        ("aibot.events.enter_chat", "application/json", "{\"encrypt\"", long, 3),
        ("aibot.events.template_card_event", "application/json", "{\"encrypt\"", long, 1),
    ] {
        let application = Application::unverified(&url, settings(SUITE)).unwrap().agent_id(1_000_002);
        let application = application.deadlines(deadline, short_deadline);
        let error = application.push(callback).await.unwrap_err();
        assert!(matches!(error, PushError::Unanswered(_)), "{callback}: {error}");
        for number in 0..tries {
            let (sent, body) = received.recv().await.unwrap();
            let body = String::from_utf8_lossy(&body);
            assert!(sent == content_type && body.contains(members), "{callback} {number}: {sent} {body}");
        }
        assert!(received.try_recv().is_err(), "{callback}: it is sent {tries} times");
    }
}

#[tokio::test]
async fn a_bot_gets_a_typed_reply_through_the_mock() {
    let router = Router::new().on(|message: Event<TextMessage>| async move {
        StreamReply::new(Stream::new().id("s1").content(&message.text.content).finish(true))
    });
    let url = receive(router, "").await;
    let application = Application::verify(&url, settings("")).await.unwrap();
    let pushed = application.push("aibot.events.text_message").await.unwrap();
    let reply: serde_json::Value = serde_json::from_slice(&pushed.reply.unwrap()).unwrap();
    assert_eq!((&reply["msgtype"], &reply["stream"]["id"]), (&json!("stream"), &json!("s1")));
}

#[tokio::test]
async fn a_suites_url_is_verified_as_the_provider_and_an_application_is_found_by_its_agent_id() {
    let of_suite = Receiver::builder(TOKEN, KEY).receiveid(SUITE).verified_as("wwprovider").build().unwrap();
    let of_app = Receiver::builder("another", KEY).receiveid("ww1").build().unwrap();
    let router = Router::new().fallback(|callback: Callback| async move {
        Passive::new(format!("<xml>{:?}</xml>", callback.opened.agent_id))
    });
    let callbacks = Callbacks::builder(router).receiver(of_suite).receiver_for(1_000_002, of_app).build();
    let url = serve(move |request| {
        let callbacks = callbacks.clone();
        async move { callbacks.handle_body(request).await }
    })
    .await;
    let error = Application::verify(&url, settings(SUITE)).await.unwrap_err();
    assert!(matches!(error, PushError::Status(status) if status == 403), "it is not verified as the suite");
    let to_suite = Application::verify_as(&url, "wwprovider", settings(SUITE)).await.unwrap();
    let ticket = info("suite_ticket", "<SuiteTicket>t</SuiteTicket>");
    assert_eq!(to_suite.push(&ticket).await.unwrap().reply.unwrap(), "<xml>None</xml>");

    let server = Server::start().await.unwrap();
    let of_app = || Sender::new("another", KEY, "ww1").unwrap();
    let app = Application::verify(&url, of_app()).await.unwrap();
    let error = app.push("<xml><MsgType>text</MsgType></xml>").await.unwrap_err();
    assert!(matches!(error, PushError::Status(status) if status == 403), "without its AgentID");
    server.push_to(app.agent_id(1_000_002));
    let pushed = server.push("<xml><MsgType>text</MsgType></xml>").await.unwrap();
    assert_eq!(pushed.reply.unwrap(), "<xml>Some(\"1000002\")</xml>");
}

#[tokio::test]
async fn what_does_not_answer_in_time_or_not_with_the_bare_text_is_told() {
    let quoting = serve(|_| async { Response::new(Bytes::from_static(b"\"123\"")) }).await;
    let error = Application::verify(&quoting, settings("ww1")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the application must respond to the verification with the decrypted text alone, but responded with \"\\\"123\\\"\""
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
    assert_eq!(error.to_string(), "there is no application: set one with `Server::application`");
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
    let none = "there is no application: set one with `POST /_mock/application`";
    assert_eq!(call("/push", json!({ "xml": "<xml/>" })).await, refused(none));
    let settings = json!({ "url": url, "token": TOKEN, "encoding_aes_key": KEY, "receiveid": "ww1" });
    let mut as_provider = settings.clone();
    as_provider["verified_as"] = "ww1".into();
    as_provider["agent_id"] = 1_000_002.into();
    for settings in [as_provider, settings.clone()] {
        assert_eq!(call("/application", settings).await, (200, json!({ "requests": 1, "answered": 0 })));
    }

    let text = call("/push", json!({ "xml": "<xml><MsgType>text</MsgType></xml>" })).await;
    assert_eq!(text, (200, json!({ "tries": 1, "reply": "<xml>hello</xml>" })));
    let text = call("/push", json!({ "example": "message.events.text_message" })).await;
    assert_eq!(text.1["reply"], "<xml>hello</xml>");
    let bot = call("/push", json!({ "json": { "msgtype": "mixed" } })).await;
    assert_eq!(bot, (200, json!({ "tries": 1, "reply": null })));
    let failed = call("/push", json!({ "xml": "<xml><MsgType>image</MsgType></xml>" })).await;
    assert_eq!(
        failed,
        refused("the application responded with the status 500 Internal Server Error instead of 200")
    );
    for body in [json!({}), json!({ "xml": "<xml/>", "json": {} })] {
        assert_eq!(
            call("/push", body).await,
            refused("a callback needs exactly one of `example`, `xml` and `json`")
        );
    }
    assert_eq!(
        call("/push", json!({ "xml": "text" })).await,
        refused("`xml` is not an XML document: it must begin with `<`")
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
