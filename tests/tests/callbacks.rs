//! Callbacks from end to end: the mock pushes, a server receives, and the client has what came.

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
use wecom_mock::push::{Application, Format, PushError, Sender};
use wecom_mock::{Reply, Server};
use wecom_sdk::callback::{
    Callback, Callbacks, Passive, Receiver, Router, suite_authorizations, suite_tickets,
};
use wecom_sdk::service::auth::GetPreAuthCode;
use wecom_sdk::{Client, ClientBuilder, MemoryStore, Suite};

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
    let pushed = application.push(Format::Xml, message).await.unwrap();
    assert_eq!((pushed.tries, pushed.reply, application.requests(), application.answered()), (1, None, 2, 1));
    // As after a restart: nothing is left but the store.
    let next = suite(&server, &store);
    next.send(&GetPreAuthCode::new()).await.unwrap();
    assert!(other.send(&GetPreAuthCode::new()).await.is_err(), "the ticket is not for this one");
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
    assert_eq!(application.push(Format::Xml, &message).await.unwrap().tries, 2);
    assert_eq!(application.push(Format::Xml, &message).await.unwrap().tries, 1);
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
    let pushed = application.push(Format::Xml, "<xml><MsgType>text</MsgType></xml>").await.unwrap();
    assert_eq!(pushed.reply.as_deref(), Some(&b"<xml>hello</xml>"[..]));
    let error = application.push(Format::Xml, "<xml><MsgType>image</MsgType></xml>").await.unwrap_err();
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
    let error = Application::unverified(&quoting, settings("ww1"))
        .unwrap()
        .push(Format::Xml, "<xml/>")
        .await
        .unwrap_err();
    assert!(matches!(error, PushError::Reply(_)), "{error}");

    let silent = serve(|_| std::future::pending()).await;
    let application = Application::unverified(&silent, settings("ww1")).unwrap();
    let application = application.deadlines(Duration::from_millis(20), Duration::from_millis(10));
    let error = application.push(Format::Xml, "<xml/>").await.unwrap_err();
    assert!(matches!(error, PushError::Unanswered(_)), "{error}");
    assert_eq!((application.requests(), application.answered()), (3, 0));

    for url in ["https://localhost/", "/callback", "localhost", ""] {
        assert!(matches!(Application::unverified(url, settings("ww1")), Err(PushError::Url)), "{url}");
    }
}
