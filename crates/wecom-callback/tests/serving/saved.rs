//! Callbacks whose response can't wait for their handler, with a clock of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use tokio::time::{Instant, sleep};
use wecom_callback::{BoxError, Callback, Callbacks, Format, Passive, Router};

use crate::common::{CORP, post, receiver, request, sender, sent, status_and_body, text, ticket};
use crate::handlers::{Handlers, digest};
use crate::memory::{Memory, Mood};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_callback_is_saved_before_its_response_and_removed_after_its_handler() {
    for fails in [false, true] {
        let store = Memory::new();
        let router = Router::new().fallback(move |_: Callback| async move {
            sleep(8 * SECOND).await;
            if fails { Err("no") } else { Ok(()) }
        });
        let callbacks = Callbacks::builder(router).receiver(receiver()).store(store.clone()).build();
        let callback = sent(&text("meet me at nine"));
        let start = Instant::now();
        let uri = format!("/callback?key=hunter2&{}", callback.query);
        let response = callbacks.handle(request(Method::POST, &uri, &callback.body)).await;
        assert_eq!((status_and_body(&response), start.elapsed().as_secs()), ((200, ""), 4));
        let (saved, _) = store.records().saved.remove(&digest(&callback)).unwrap();
        let record = String::from_utf8(saved.callback.clone()).unwrap();
        assert_eq!(record, format!("/callback?{}\n{}", callback.query, callback.body));
        store.records().saved.insert(digest(&callback), (saved, 0));
        sleep(5 * SECOND).await;
        assert!(store.records().saved.is_empty());
        assert_eq!(store.records().turns.get(&digest(&callback)), (!fails).then_some(&None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_is_answered_with_its_outcome_is_not_saved() {
    let store = Memory::new();
    let router = Router::new().fallback(|_: Callback| async {
        sleep(3 * SECOND).await;
        Passive::new("<xml/>")
    });
    let callbacks = Callbacks::builder(router).receiver(receiver()).store(store.clone()).build();
    let watched = async {
        sleep(SECOND * 2).await;
        assert!(store.records().saved.is_empty());
    };
    let callback = sent(&text("hi"));
    let (response, ()) = tokio::join!(post(&callbacks, &callback), watched);
    assert_eq!(sender().open_reply(response.body()).unwrap(), b"<xml/>");
    assert!(store.records().saved.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_save_delays_a_response_only_a_little() {
    let bind =
        sender().callback(Format::Json, br#"{"msg_type":"event","event":{"event_type":"bind"}}"#, CORP, "");
    for (mood, callback, expected) in [
        (Mood::Fails, sent(&text("hi")), 4000),
        (Mood::Hangs, sent(&text("hi")), 4500),
        (Mood::Hangs, sent(&ticket("1")), 900),
        (Mood::Hangs, bind, 2700),
    ] {
        let (store, handlers) = (Memory::new(), Handlers::new(0));
        store.set(mood);
        let callbacks = handlers.process(&store);
        let start = Instant::now();
        assert_eq!(post(&callbacks, &callback).await.status(), 200);
        assert_eq!(start.elapsed().as_millis(), expected);
        handlers.may_end.add_permits(1);
        callbacks.shutdown().await;
        assert_eq!(handlers.counts(), (1, 1));
        assert_eq!(store.records().turns.get(&digest(&callback)), Some(&None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_callback_is_saved_if_the_first_could_not_be() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    store.set(Mood::Fails);
    let callbacks = handlers.process(&store);
    let callback = sent(&text("hi"));
    post(&callbacks, &callback).await;
    assert!(store.records().saved.is_empty());
    store.set(Mood::Works);
    post(&callbacks, &callback).await;
    assert_eq!((store.records().saved.len(), handlers.counts()), (1, (1, 0)));
}

#[tokio::test(start_paused = true)]
async fn what_is_being_saved_when_its_handler_fails_is_removed() {
    let (store, runs) = (Memory::new(), Arc::new(AtomicUsize::new(0)));
    store.set(Mood::SavesLate);
    let counted = Arc::clone(&runs);
    let router = Router::new().fallback(move |_: Callback| {
        counted.fetch_add(1, Ordering::SeqCst);
        async {
            sleep(Duration::from_millis(4100)).await;
            Err::<(), BoxError>("no".into())
        }
    });
    let callbacks = Callbacks::builder(router).receiver(receiver()).store(store.clone()).build();
    post(&callbacks, &sent(&text("hi"))).await;
    sleep(20 * SECOND).await;
    assert_eq!((runs.load(Ordering::SeqCst), store.records().saved.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn without_time_for_handlers_a_callback_is_saved_at_once() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let callbacks = handlers.builder(&store).deadline(Duration::ZERO).build();
    let start = Instant::now();
    assert_eq!(post(&callbacks, &sent(&text("hi"))).await.status(), 200);
    assert_eq!((start.elapsed(), store.records().saved.len()), (Duration::ZERO, 1));
}
