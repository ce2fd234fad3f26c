//! What the service does, with a clock of its own: nothing waits for real time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::{
    Added, CORP, Customers, KEY, TOKEN, added, builder, post, receiver, request, sender, sent,
    status_and_body, text, ticket,
};
use http::{Method, StatusCode};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use wecom_callback::{
    Callback, Callbacks, Event, Family, Format, Passive, Receiveid, Receiver, Router, Sender, State,
};
use wecom_models::callback::Shape;

/// What handlers have seen.
type Log = Arc<Mutex<Vec<String>>>;

/// Handlers of each sort, which note what comes to them.
fn noting(log: &Log) -> Callbacks {
    let note = |log: &Log, what: String| log.lock().unwrap().push(what);
    let router = Router::<Log>::new()
        .on(move |State(log): State<Log>, event: Event<Added>| async move {
            note(&log, format!("added {}", event.customer));
        })
        .on(move |State(log): State<Log>, event: Family<Customers>| async move {
            note(&log, format!("{:?}", event.payload));
        })
        .when(
            |envelope| envelope.shape == Shape::Message,
            move |State(log): State<Log>, callback: Callback| async move {
                note(&log, callback.envelope.kind.clone());
            },
        )
        .fallback(move |State(log): State<Log>, callback: Callback| async move {
            note(&log, format!("fallback {}", callback.opened.text()));
        });
    Callbacks::new(receiver(), router.with_state(Arc::clone(log)))
}

#[tokio::test(start_paused = true)]
async fn a_callback_goes_to_the_first_handler_whose_type_it_is() {
    let log = Log::default();
    let callbacks = noting(&log);
    let deleted = added("x").replace("add_external_contact", "del_external_contact");
    for message in [&*added("wm1"), &deleted, &text("hi"), "<xml><Event>new</Event></xml>", "<xml><broken"] {
        assert_eq!(status_and_body(&post(&callbacks, &sent(message)).await), (200, ""), "{message}");
    }
    let log = log.lock().unwrap();
    assert_eq!(log[0], "added wm1");
    assert!(log[1].starts_with("Other(Object"), "{}", log[1]);
    assert_eq!(log[2..], ["text", "fallback <xml><Event>new</Event></xml>", "fallback <xml><broken"]);
}

#[tokio::test(start_paused = true)]
async fn what_no_handler_takes_is_answered_all_the_same() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    assert_eq!(status_and_body(&post(&callbacks, &sent(&text("hi"))).await), (200, ""));
    // Suites must answer this, whatever came; it is told by the content: events arrive at a suite's other URL, too.
    assert_eq!(status_and_body(&post(&callbacks, &sent(&ticket("t"))).await), (200, "success"));
    assert_eq!(
        status_and_body(
            &post(&callbacks, &sent("<xml><SuiteId>s</SuiteId><InfoType>new</InfoType></xml>")).await
        ),
        (200, "success")
    );
    let event = "<xml><MsgType>event</MsgType><Event>change_app_admin</Event></xml>";
    assert_eq!(status_and_body(&post(&callbacks, &sent(event)).await), (200, ""));
}

#[tokio::test(start_paused = true)]
async fn several_routers_are_one() {
    let log = Log::default();
    let first = Router::new().on({
        let log = Arc::clone(&log);
        move |event: Event<Added>| {
            let log = Arc::clone(&log);
            async move { log.lock().unwrap().push(event.customer.clone()) }
        }
    });
    let second = Router::new().fallback(|_: Callback| async { Passive::new("<xml/>") });
    let callbacks = Callbacks::new(receiver(), first.merge(second));
    assert_eq!(post(&callbacks, &sent(&added("wm1"))).await.body(), "");
    assert_ne!(post(&callbacks, &sent(&text("hi"))).await.body(), "");
    assert_eq!(*log.lock().unwrap(), ["wm1"]);
}

#[tokio::test(start_paused = true)]
async fn a_url_is_verified_with_the_bare_text_as_often_as_it_is_asked() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    let query = sender().verification("6543210987654321098");
    for _ in 0..3 {
        let response = callbacks.handle(request(Method::GET, &format!("/?own=1&{query}"), "")).await;
        assert_eq!(status_and_body(&response), (200, "6543210987654321098"));
        assert_eq!(response.headers()["content-type"], "text/plain");
    }
    let other = Sender::new("another", KEY, CORP).unwrap().verification("1");
    assert_eq!(callbacks.handle(request(Method::GET, &format!("/?{other}"), "")).await.status(), 403);
    assert_eq!(callbacks.handle(request(Method::GET, "/", "")).await.status(), 400);
}

#[tokio::test(start_paused = true)]
async fn a_reply_is_encrypted_in_the_format_of_its_callback() {
    let router = Router::new()
        .fallback(|callback: Callback| async move { Passive::new(callback.opened.message.clone()) });
    let callbacks = Callbacks::new(receiver(), router);
    for (format, content_type) in [
        (Format::Xml, "text/xml; charset=utf-8"),
        (Format::Bot, "application/json"),
        (Format::Json, "application/json"),
    ] {
        let message = format!("{{\"msgtype\":\"{format:?}\"}}");
        let response = post(&callbacks, &sender().callback(format, message.as_bytes(), CORP, "")).await;
        assert_eq!(response.headers()["content-type"], content_type);
        assert_eq!(sender().open_reply(response.body()).unwrap(), message.as_bytes());
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_goes_on_after_the_answer() {
    let done = Arc::new(Notify::new());
    let router =
        Router::<Arc<Notify>>::new().fallback(|State(done): State<Arc<Notify>>, _: Callback| async move {
            sleep(Duration::from_secs(8)).await;
            done.notify_one();
            Passive::new("too late")
        });
    let callbacks = Callbacks::new(receiver(), router.with_state(Arc::clone(&done)));
    let start = Instant::now();
    assert_eq!(status_and_body(&post(&callbacks, &sent(&text("hi"))).await), (200, ""));
    assert_eq!(start.elapsed().as_secs(), 4);
    done.notified().await;
    assert_eq!(start.elapsed().as_secs(), 8);
}

#[tokio::test(start_paused = true)]
async fn suites_providers_and_devices_are_answered_within_a_second() {
    let router = || Router::new().fallback(|_: Callback| sleep(Duration::from_secs(60)));
    let callbacks = Callbacks::new(receiver(), router());
    let device = |kind: &str| {
        let event = format!(r#"{{"msg_type":"event","event":{{"event_type":"{kind}"}}}}"#);
        sender().callback(Format::Json, event.as_bytes(), CORP, "")
    };
    let report = "<xml><MsgType>event</MsgType><Event>device_checkin_data_report</Event></xml>";
    let unknown = sender().callback(Format::Json, b"{}", CORP, "");
    for (callback, expected) in [
        (sent(&ticket("1")), 700),
        (device("unbind"), 700),
        (unknown, 700),
        (sent(report), 700),
        // While a device is bound, WeCom waits for 3 seconds.
        (device("bind"), 2100),
    ] {
        let start = Instant::now();
        assert_eq!(post(&callbacks, &callback).await.status(), 200);
        assert_eq!(start.elapsed().as_millis(), expected);
    }
    let own = Callbacks::builder(router())
        .receiver(receiver())
        .deadline(Duration::ZERO)
        .short_deadline(Duration::from_millis(100))
        .build();
    for (message, expected) in [(text("hi"), 0), (ticket("1"), 100)] {
        let start = Instant::now();
        post(&own, &sent(&message)).await;
        assert_eq!(start.elapsed().as_millis(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_suite_gets_success_for_what_cannot_be_read() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    let info = "<xml><SuiteId>wwsuite</SuiteId><InfoType>suite_ticket</InfoType><SuiteTicket>a</xml>";
    assert_eq!(status_and_body(&post(&callbacks, &sent(info)).await), (200, "success"));
    let message = "<xml><MsgType>text</MsgType><Content>a</xml>";
    assert_eq!(status_and_body(&post(&callbacks, &sent(message)).await), (200, ""));
}

#[tokio::test(start_paused = true)]
async fn the_receiver_is_found_by_path_by_application_and_by_trial() {
    let of =
        |token: &str, receiveid: &str| Receiver::builder(token, KEY).receiveid(receiveid).build().unwrap();
    let router = Router::new()
        .fallback(|callback: Callback| async move { Passive::new(callback.opened.receiveid.clone()) });
    let callbacks = Callbacks::builder(router)
        .receiver(of("one", "ww1"))
        .receiver(of("two", "ww2"))
        .receiver_for(7, of("seven", "ww7"))
        .receiver_at("/suite", of("suite", "wwsuite"))
        .build();
    let ask = async |path: &str, token: &str, receiveid: &str, agent_id: &str| {
        let sender = Sender::new(token, KEY, receiveid).unwrap();
        let sent = sender.callback(Format::Xml, text("hi").as_bytes(), receiveid, agent_id);
        let response =
            callbacks.handle(request(Method::POST, &format!("{path}?{}", sent.query), &sent.body)).await;
        match response.status() {
            StatusCode::OK => String::from_utf8(sender.open_reply(response.body()).unwrap()).unwrap(),
            status => status.as_str().to_owned(),
        }
    };
    assert_eq!(ask("/any", "one", "ww1", "").await, "ww1");
    assert_eq!(ask("/", "two", "ww2", "9").await, "ww2");
    assert_eq!(ask("/", "seven", "ww7", "7").await, "ww7");
    assert_eq!(ask("/", "seven", "ww7", "8").await, "403");
    assert_eq!(ask("/suite", "suite", "wwsuite", "").await, "wwsuite");
    assert_eq!(ask("/suite", "one", "ww1", "").await, "403");
    assert_eq!(ask("/", "suite", "wwsuite", "").await, "403");
    for (path, token, receiveid) in
        [("/", "two", "ww2"), ("/", "seven", "ww7"), ("/suite", "suite", "wwsuite")]
    {
        let query = Sender::new(token, KEY, receiveid).unwrap().verification("123");
        assert_eq!(
            callbacks.handle(request(Method::GET, &format!("{path}?{query}"), "")).await.body(),
            "123"
        );
    }
    let only = Callbacks::builder(Router::new()).receiver_at("/suite", of("suite", "wwsuite")).build();
    assert_eq!(
        only.handle(request(Method::GET, "/?msg_signature=1&timestamp=1&nonce=1", "")).await.status(),
        404
    );
}

#[tokio::test(start_paused = true)]
async fn tickets_of_several_suites_at_one_url_are_told_apart() {
    let log = Log::default();
    let router = Router::<Log>::new().fallback(|State(log): State<Log>, callback: Callback| async move {
        log.lock().unwrap().push(callback.envelope.suite_id.clone().unwrap());
    });
    let suites = Receiver::builder(TOKEN, KEY).receiveid(Receiveid::any()).build().unwrap();
    let callbacks = Callbacks::new(suites, router.with_state(Arc::clone(&log)));
    for suite in ["wwsuite1", "wwsuite2"] {
        let message = ticket("t").replace(CORP, suite);
        let sender = Sender::new(TOKEN, KEY, suite).unwrap();
        post(&callbacks, &sender.callback(Format::Xml, message.as_bytes(), suite, "")).await;
    }
    assert_eq!(*log.lock().unwrap(), ["wwsuite1", "wwsuite2"]);
}

#[tokio::test(start_paused = true)]
async fn refusals_have_their_status_and_tell_nothing_else() {
    let callbacks =
        Callbacks::builder(Router::new()).receiver(builder().max_body(1000).build().unwrap()).build();
    let good = sent(&text("hi"));
    let signature = good.query.replace("msg_signature=", "msg_signature=0");
    let other = Sender::new(TOKEN, KEY, "wwother").unwrap().callback(Format::Xml, b"", "", "");
    for (method, query, body, expected) in [
        (Method::POST, &*signature, &*good.body, (403, "Forbidden")),
        (Method::POST, &*other.query, &*other.body, (403, "Forbidden")),
        (Method::POST, "", &*good.body, (400, "Bad Request")),
        (Method::POST, &*good.query, "<xml/>", (400, "Bad Request")),
        (Method::POST, &*good.query, &" ".repeat(1001), (413, "Payload Too Large")),
        (Method::PUT, &*good.query, &*good.body, (405, "Method Not Allowed")),
        (Method::HEAD, &*good.query, "", (405, "Method Not Allowed")),
    ] {
        let response = callbacks.handle(request(method, &format!("/?{query}"), body)).await;
        assert_eq!(status_and_body(&response), expected);
    }
}
