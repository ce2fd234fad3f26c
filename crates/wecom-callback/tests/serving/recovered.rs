//! Callbacks that survive their process, with a clock of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use wecom_callback::{BoxError, Callback, Callbacks, Format, Router, SavedCallback, Sender, Sent};

use crate::common::{CORP, KEY, TOKEN, post, receiver, sent, text};
use crate::handlers::{Handlers, digest};
use crate::memory::{Memory, Mood};

const SECOND: Duration = Duration::from_secs(1);

/// The time after which a callback of a dead process is surely handled by another one.
const RECOVERED: Duration = Duration::from_secs(9);

/// Saves a callback as a process that died long ago would have.
fn leave(store: &Memory, sent: &Sent, digest: [u8; 32], recoveries: u32) {
    let record = format!("/callback?{}\n{}", sent.query, sent.body);
    store.records().saved.insert(digest, (SavedCallback::new(record, recoveries), 100));
}

#[tokio::test(start_paused = true)]
async fn the_callbacks_of_a_dead_process_are_handled_by_another_one() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let first = handlers.process(&store);
    let others = [1, 2, 3].map(|process| handlers.process(&store.process(process)));
    for number in 0..20 {
        // Each is saved after 4 seconds, and its turn is renewed until the process dies.
        let (first, callback) = (first.clone(), sent(&text(&number.to_string())));
        tokio::spawn(async move { post(&first, &callback).await });
    }
    sleep(60 * SECOND).await;
    assert_eq!(handlers.counts(), (20, 0), "nobody else handles what is still being handled");
    store.set(Mood::Dead);
    sleep(RECOVERED).await;
    assert_eq!(handlers.counts(), (40, 0), "one process handles each");
    handlers.may_end.add_permits(100);
    for process in others {
        process.shutdown().await;
    }
    assert!(store.records().saved.is_empty());
    assert_eq!(store.records().turns.values().filter(|turn| turn.is_none()).count(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_waits_for_its_turn_is_saved_as_well() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let (first, second) = (handlers.process(&store), store.process(1));
    let waiting = handlers.process(&second);
    let callback = sent(&text("hi"));
    let held = tokio::spawn({
        let (first, callback) = (first.clone(), callback.clone());
        async move { post(&first, &callback).await.status() }
    });
    sleep(SECOND).await;
    assert_eq!(post(&waiting, &callback).await.status(), 200);
    assert_eq!(held.await.unwrap(), 200);
    assert_eq!(handlers.counts(), (1, 0));
    // Both die.
    store.set(Mood::Dead);
    second.set(Mood::Dead);
    let third = handlers.process(&store.process(2));
    handlers.may_end.add_permits(100);
    sleep(RECOVERED).await;
    third.shutdown().await;
    // The first two still live in this test, so the handler of the first ends, too.
    assert_eq!(handlers.counts(), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn whoever_takes_the_turn_after_a_failure_saves_the_callback_again() {
    let store = Memory::new();
    let runs = Arc::new(AtomicUsize::new(0));
    let router = || {
        let runs = Arc::clone(&runs);
        Router::new().fallback(move |_: Callback| {
            let run = runs.fetch_add(1, Ordering::SeqCst);
            async move {
                sleep(10 * SECOND).await;
                if run == 0 { Err("no") } else { Ok(()) }
            }
        })
    };
    let process = |store: Memory| Callbacks::builder(router()).receiver(receiver()).store(store).build();
    let (first, second) = (process(store.clone()), process(store.process(1)));
    let callback = sent(&text("hi"));
    let posted = tokio::spawn({
        let (second, callback) = (second.clone(), callback.clone());
        async move {
            sleep(SECOND).await;
            post(&second, &callback).await
        }
    });
    post(&first, &callback).await;
    posted.await.unwrap();
    // As if the first had saved it last, so that it removes the callback when its handler fails.
    store.records().saved.get_mut(&digest(&callback)).unwrap().1 = 0;
    sleep(7 * SECOND).await;
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(store.records().saved.get(&digest(&callback)).unwrap().1, 1);
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_kills_its_processes_is_dropped_after_three() {
    let store = Memory::new();
    let runs = Arc::new(AtomicUsize::new(0));
    let process = |number| {
        let (runs, store) = (Arc::clone(&runs), store.process(number));
        let killed = store.clone();
        let router = Router::new().fallback(move |_: Callback| {
            runs.fetch_add(1, Ordering::SeqCst);
            let killed = killed.clone();
            async move {
                sleep(5 * SECOND).await;
                killed.set(Mood::Dead);
                std::future::pending::<()>().await;
            }
        });
        Callbacks::builder(router).receiver(receiver()).store(store).build()
    };
    let callback = sent(&text("hi"));
    let first = process(0);
    post(&first, &callback).await;
    let mut processes = vec![first];
    for number in 1..6 {
        processes.push(process(number));
        sleep(20 * SECOND).await;
    }
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert!(store.records().saved.is_empty());
    // If WeCom repeats it, it kills nobody else.
    assert_eq!(post(&processes[5], &callback).await.status(), 200);
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn at_its_last_attempt_a_callback_runs_without_others_like_it() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    for number in 0..6 {
        let callback = sent(&text(&number.to_string()));
        leave(&store, &callback, digest(&callback), u32::from(number < 3));
    }
    let process = handlers.process(&store);
    sleep(RECOVERED).await;
    assert_eq!(handlers.counts(), (4, 0), "three for the first time, and one for the last");
    handlers.may_end.add_permits(4);
    sleep(3 * SECOND).await;
    assert_eq!(handlers.counts(), (5, 4));
    handlers.may_end.add_permits(2);
    sleep(3 * SECOND).await;
    assert_eq!(handlers.counts(), (6, 6));
    process.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn recovered_callbacks_leave_half_of_the_places_to_new_ones() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    for number in 0..10 {
        let callback = sent(&text(&number.to_string()));
        leave(&store, &callback, digest(&callback), 0);
    }
    let process = handlers.builder(&store).max_running(4).build();
    sleep(RECOVERED).await;
    assert_eq!(handlers.counts(), (2, 0));
    let [a, b, c] = ["a", "b", "c"].map(|new| sent(&text(new)));
    let (a, b, c) = tokio::join!(post(&process, &a), post(&process, &b), post(&process, &c));
    assert_eq!([a, b, c].map(|response| response.status().as_u16()), [200, 200, 503]);
    handlers.may_end.add_permits(100);
    sleep(20 * SECOND).await;
    assert_eq!(handlers.counts(), (12, 12), "the others are handled as soon as there is room");
    assert!(store.records().saved.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_recovers_nothing_more_and_leaves_what_it_does_not_wait_for() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let first = handlers.process(&store);
    let callback = sent(&text("slow"));
    post(&first, &callback).await;
    assert!(tokio::time::timeout(30 * SECOND, first.shutdown()).await.is_err());
    let left = sent(&text("left"));
    leave(&store, &left, digest(&left), 0);
    sleep(60 * SECOND).await;
    assert_eq!(handlers.counts(), (1, 0));
    store.set(Mood::Dead);
    let second = handlers.process(&store.process(1));
    sleep(RECOVERED).await;
    assert_eq!(handlers.counts(), (3, 0));
    drop(second);
}

#[tokio::test(start_paused = true)]
async fn the_search_ends_with_the_last_clone_and_with_a_shutdown() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let callbacks = handlers.process(&store);
    let clone = callbacks.clone();
    drop(callbacks);
    let searches = async || {
        let before = store.records().searches;
        sleep(20 * SECOND).await;
        store.records().searches - before
    };
    assert_eq!(searches().await, 10);
    drop(clone);
    assert_eq!(searches().await, 0);
    let callbacks = handlers.process(&store);
    assert_eq!(searches().await, 10);
    callbacks.shutdown().await;
    assert_eq!(searches().await, 0);
    post(&callbacks, &sent(&text("hi"))).await;
    assert_eq!(searches().await, 0, "a request doesn't start it again");
}

#[test]
fn without_a_runtime_the_search_begins_with_the_first_request_and_again_in_the_next_runtime() {
    let (store, handlers) = (Memory::new(), Handlers::new(100));
    let callbacks = handlers.process(&store);
    for number in 0..2 {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let left = sent(&text(&format!("left {number}")));
            leave(&store, &left, digest(&left), 0);
            sleep(RECOVERED).await;
            assert_eq!(handlers.counts().0, 2 * number);
            post(&callbacks, &sent(&text(&format!("new {number}")))).await;
            sleep(RECOVERED).await;
            assert_eq!(handlers.counts().0, 2 * number + 2);
        });
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_opened_is_left_to_others_and_stops_nothing() {
    let (store, handlers) = (Memory::new(), Handlers::new(100));
    let good = sent(&text("good"));
    let message = text("of another application");
    let foreign =
        Sender::new("AnotherToken", KEY, CORP).unwrap().callback(Format::Xml, message.as_bytes(), CORP, "");
    leave(&store, &foreign, [1; 32], 0);
    leave(&store, &good, [2; 32], 0);
    let forged = Sender::new(TOKEN, KEY, "another company").unwrap();
    leave(&store, &forged.callback(Format::Xml, b"<xml/>", "", ""), [3; 32], 0);
    for (number, garbage) in
        [&b""[..], b"\xff\xfe", b"no line", b"/callback?\n", b"/?a=b\n<xml>"].iter().enumerate()
    {
        let digest = [10 + u8::try_from(number).unwrap(); 32];
        store.records().saved.insert(digest, (SavedCallback::new(*garbage, 0), 100));
    }
    leave(&store, &good, digest(&good), 0);
    let process = handlers.process(&store);
    sleep(60 * SECOND).await;
    assert_eq!(handlers.counts(), (1, 1));
    assert_eq!(store.records().saved.len(), 8, "somebody else may be able to open them");
    assert!(store.records().saved.values().all(|(saved, by)| saved.recoveries == 0 && *by == 100));
    drop(process);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_callback_joins_one_that_is_recovered() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let callback = sent(&text("hi"));
    leave(&store, &callback, digest(&callback), 0);
    let processes = [1, 2].map(|process| handlers.process(&store.process(process)));
    sleep(RECOVERED).await;
    assert_eq!(handlers.counts(), (1, 0));
    let posts = processes.each_ref().map(|process| {
        let (process, callback) = (process.clone(), callback.clone());
        tokio::spawn(async move { post(&process, &callback).await.status() })
    });
    sleep(SECOND).await;
    handlers.may_end.add_permits(1);
    for posted in posts {
        assert_eq!(posted.await.unwrap(), 200);
    }
    assert_eq!(handlers.counts(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_end_that_could_not_be_recorded_is_recorded_by_the_search() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let callbacks = handlers.process(&store);
    let callback = sent(&text("hi"));
    post(&callbacks, &callback).await;
    store.set(Mood::ForgetsEnds);
    handlers.may_end.add_permits(1);
    sleep(SECOND).await;
    assert_eq!((handlers.counts(), store.records().saved.len()), ((1, 1), 1));
    store.set(Mood::Works);
    handlers.may_end.add_permits(1);
    sleep(RECOVERED).await;
    assert_eq!((handlers.counts(), store.records().saved.len()), ((1, 1), 0));
}

#[tokio::test(start_paused = true)]
async fn a_recovered_callback_that_fails_is_removed() {
    let store = Memory::new();
    let router = Router::new().fallback(|_: Callback| async { Err::<(), BoxError>("no".into()) });
    let callback = sent(&text("hi"));
    leave(&store, &callback, digest(&callback), 0);
    let callbacks = Callbacks::builder(router).receiver(receiver()).store(store.clone()).build();
    sleep(RECOVERED).await;
    assert!(store.records().saved.is_empty() && store.records().turns.is_empty());
    assert_eq!(post(&callbacks, &callback).await.status(), 500, "it is handled again if WeCom repeats it");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_shut_down_has_not_died() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let callback = sent(&text("hi"));
    let mut process = store.process(0);
    let mut callbacks = handlers.process(&process);
    post(&callbacks, &callback).await;
    for restart in 1..8 {
        assert!(timeout(5 * SECOND, callbacks.shutdown()).await.is_err());
        process.set(Mood::Dead);
        process = store.process(restart);
        callbacks = handlers.process(&process);
        sleep(RECOVERED).await;
        assert_eq!(handlers.counts(), (restart + 1, 0));
        assert_eq!(store.records().saved[&digest(&callback)].0.recoveries, 0);
    }
    // A real death counts.
    process.set(Mood::Dead);
    let last = handlers.process(&store.process(8));
    sleep(RECOVERED).await;
    assert_eq!(store.records().saved[&digest(&callback)].0.recoveries, 1);
    handlers.may_end.add_permits(100);
    last.shutdown().await;
    assert!(store.records().saved.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_saved_during_a_shutdown_is_left_behind_as_well() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    let callbacks = handlers.process(&store);
    let callback = sent(&text("hi"));
    let posted = tokio::spawn({
        let (callbacks, callback) = (callbacks.clone(), callback.clone());
        async move { post(&callbacks, &callback).await.status() }
    });
    sleep(SECOND).await;
    assert!(timeout(2 * SECOND, callbacks.shutdown()).await.is_err());
    assert!(store.records().left.is_empty(), "nothing is saved yet");
    assert_eq!(posted.await.unwrap(), 200);
    assert!(timeout(SECOND, callbacks.shutdown()).await.is_err());
    assert!(store.records().left.contains(&digest(&callback)));
}

#[tokio::test(start_paused = true)]
async fn a_last_attempt_that_never_ends_lets_the_next_one_begin_after_a_minute() {
    let (store, handlers) = (Memory::new(), Handlers::new(0));
    for number in 0..3 {
        let callback = sent(&text(&number.to_string()));
        leave(&store, &callback, digest(&callback), 1);
    }
    let _process = handlers.process(&store);
    for (seconds, begun) in [(50, 1), (20, 2), (30, 2), (40, 3)] {
        sleep(seconds * SECOND).await;
        assert_eq!(handlers.counts(), (begun, 0));
    }
}
