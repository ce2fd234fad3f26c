//! Callbacks that nobody should send: nothing of them is held, and nothing secret is said of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::Request;
use tokio::sync::Mutex;
use wecom_sdk::callback::{Callback, Callbacks, Event, Format, Passive, Receiver, Router, Sender};
use wecom_sdk::service::events::SuiteTicket;
use wecom_tests::log::Log;

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";
const SUITE: &str = "ww1234567890abcdef";

/// Whether a thread's first events are logged depends on the other threads, so the tests run one at a time.
static ONE: Mutex<()> = Mutex::const_new(());

/// Secrets that no event may contain.
const TICKET: &str = "TICKET-abc_DEF.123";
const WORDS: &str = "meet me at nine";

fn sender(receiveid: &str) -> Sender {
    Sender::new(TOKEN, KEY, receiveid).unwrap()
}

fn callbacks(runs: &Arc<AtomicUsize>) -> Callbacks {
    let runs = [Arc::clone(runs), Arc::clone(runs), Arc::clone(runs)];
    let [tickets, failures, others] = runs;
    let router = Router::new()
        .on(move |event: Event<SuiteTicket>| {
            tickets.fetch_add(1, Ordering::SeqCst);
            async move { Passive::new(format!("<xml>{}</xml>", event.suite_ticket.expose())) }
        })
        .when(
            |envelope| envelope.kind == "fails",
            move |_: Callback| {
                failures.fetch_add(1, Ordering::SeqCst);
                async { Err::<(), _>("no") }
            },
        )
        .fallback(move |_: Callback| {
            others.fetch_add(1, Ordering::SeqCst);
            std::future::ready(())
        });
    let receiver = Receiver::builder(TOKEN, KEY).receiveid(SUITE).max_body(100_000).build().unwrap();
    Callbacks::builder(router).receiver(receiver).max_running(1).build()
}

async fn post(callbacks: &Callbacks, query: &str, body: impl Into<Bytes>) -> u16 {
    let request = Request::post(format!("/?{query}")).body(body.into()).unwrap();
    callbacks.handle(request).await.status().as_u16()
}

fn ticket(receiveid: &str) -> (String, String) {
    let message = format!(
        "<xml><SuiteId>{SUITE}</SuiteId><InfoType>suite_ticket</InfoType><TimeStamp>1</TimeStamp>\
         <SuiteTicket>{TICKET}</SuiteTicket><Words>{WORDS}</Words></xml>"
    );
    let sent = sender(receiveid).callback(Format::Xml, message.as_bytes(), receiveid, "");
    (sent.query, sent.body)
}

/// A query and a body each, and the status that they get.
fn hostile() -> Vec<(String, Bytes, u16)> {
    let (query, body) = ticket(SUITE);
    let (other_query, other_body) = ticket("wwother");
    let bytes = body.clone().into_bytes();
    let flipped = |index: usize| {
        let mut flipped = bytes.clone();
        flipped[index] ^= 1;
        Bytes::from(flipped)
    };
    let encrypted = body.find("CDATA[").unwrap() + 6;
    let laughs = "<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">]>";
    vec![
        (query.clone(), flipped(encrypted + 40), 403),
        (query.replace("nonce=", "nonce=1"), body.clone().into(), 403),
        (query.replace("msg_signature=", "msg_signature=0"), body.clone().into(), 403),
        (other_query, other_body.into(), 403),
        (query.clone(), Bytes::from(bytes[..bytes.len() / 2].to_vec()), 400),
        (query.clone(), format!("{laughs}{body}").into(), 400),
        (query.clone(), "<a>".repeat(20_000).into(), 400),
        (query.clone(), Bytes::from(vec![b' '; 100_001]), 413),
        (query.clone(), Bytes::from(vec![0xff; 1000]), 400),
        (query, Bytes::new(), 400),
        (String::new(), body.into(), 400),
    ]
}

#[tokio::test]
async fn what_is_refused_takes_no_place_and_is_not_remembered() {
    let _one = ONE.lock().await;
    let runs = Arc::default();
    let callbacks = callbacks(&runs);
    for _ in 0..20 {
        for (query, body, status) in hostile() {
            assert_eq!(post(&callbacks, &query, body).await, status);
        }
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0);
    // There is one place, and it is free; what was refused before is handled where it comes whole.
    let (query, body) = ticket(SUITE);
    assert_eq!(post(&callbacks, &query, body.clone()).await, 200);
    assert_eq!(post(&callbacks, &query, body).await, 200, "a recorded one is answered again");
    assert_eq!(runs.load(Ordering::SeqCst), 1, "and handled once");
}

#[tokio::test]
async fn a_genuine_message_that_is_hostile_reaches_nobody_who_reads_it() {
    let _one = ONE.lock().await;
    let runs = Arc::default();
    let callbacks = callbacks(&runs);
    let entities = "<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;\">]><xml><InfoType>suite_ticket</InfoType><SuiteTicket>&b;</SuiteTicket></xml>";
    let deep = format!("{}{}", "<a>".repeat(1000), "</a>".repeat(1000));
    for (number, message) in [entities, &deep, "{\"a\":", "", "\0", "<xml>"].into_iter().enumerate() {
        let sent = sender(SUITE).callback(Format::Xml, message.as_bytes(), SUITE, "");
        // Whatever reads none is the fallback; an empty body is an answer as good as any.
        assert_eq!(post(&callbacks, &sent.query, sent.body).await, 200, "{message:.20}");
        assert_eq!(runs.load(Ordering::SeqCst), number + 1);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn no_event_says_a_token_a_key_a_ticket_or_a_message() {
    let _one = ONE.lock().await;
    let log = Log::of_this_thread(tracing::Level::TRACE);
    let callbacks = callbacks(&Arc::default());
    for (query, body, _) in hostile() {
        post(&callbacks, &query, body).await;
    }
    let (query, body) = ticket(SUITE);
    post(&callbacks, &query, body).await;
    let fails = format!("<xml><MsgType>fails</MsgType><Content>{WORDS}</Content></xml>");
    let broken = format!("<xml><MsgType>text</MsgType><Content>{WORDS}");
    for message in [fails, broken] {
        let sent = sender(SUITE).callback(Format::Xml, message.as_bytes(), SUITE, "");
        post(&callbacks, &sent.query, sent.body).await;
    }
    let text = log.text();
    for said in ["a callback is refused", "a handler failed", "can't be read"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for secret in [TOKEN, KEY, TICKET, WORDS] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
