//! Handlers that fail, that are too many, and that run at a shutdown, with a clock of its own.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use http::StatusCode;
use tokio::time::{sleep, timeout};
use wecom_callback::{
    Callback, CallbackStore, CallbackStoreFuture, Callbacks, Passive, Router, SavedCallback, Turn,
};

use crate::common::{counting, post, receiver, sent, status_and_body, text};

#[tokio::test(start_paused = true)]
async fn a_failed_or_panicked_handler_is_a_500_and_its_callback_is_handled_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let router = counting(&count, |run| match run {
        0 => Err("the database is away".into()),
        1 => panic!("a mistake"),
        _ => Ok(Passive::none()),
    });
    let callbacks = Callbacks::new(receiver(), router);
    let callback = sent(&text("hi"));
    let statuses = [
        post(&callbacks, &callback).await,
        post(&callbacks, &callback).await,
        post(&callbacks, &callback).await,
    ];
    assert_eq!(statuses.map(|response| response.status().as_u16()), [500, 500, 200]);
    assert_eq!(status_and_body(&post(&callbacks, &callback).await), (200, ""));
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_condition_that_panics_is_a_500_and_takes_nothing_from_the_next_callback() {
    let router = Router::new().when(
        |envelope| if envelope.kind == "text" { panic!("a mistake") } else { true },
        |_: Callback| async {},
    );
    let callbacks = Callbacks::builder(router).receiver(receiver()).max_running(1).build();
    for (message, expected) in [(text("hi"), 500), (text("hi"), 500), ("<other/>".to_owned(), 200)] {
        assert_eq!(post(&callbacks, &sent(&message)).await.status(), expected);
    }
    callbacks.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn when_too_many_handlers_run_a_callback_is_refused_and_handled_when_it_comes_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let router = counting(&count, |_| Ok(Passive::none()));
    let callbacks = Callbacks::builder(router).receiver(receiver()).max_running(2).build();
    let [a, b, c] = ["a", "b", "c"].map(|content| sent(&text(content)));
    let (first, second, third) =
        tokio::join!(post(&callbacks, &a), post(&callbacks, &b), post(&callbacks, &c));
    assert_eq!([first, second, third].map(|response| response.status().as_u16()), [200, 200, 503]);
    assert_eq!(post(&callbacks, &c).await.status(), 200);
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_what_runs_and_takes_nothing_more() {
    let count = Arc::new(AtomicUsize::new(0));
    let callbacks = Callbacks::builder(counting(&count, |_| Ok(Passive::none())))
        .receiver(receiver())
        .deadline(Duration::ZERO)
        .build();
    assert_eq!(post(&callbacks, &sent(&text("hi"))).await.status(), 200);
    assert_eq!(count.load(Ordering::SeqCst), 0);
    let refused = async {
        sleep(Duration::from_millis(10)).await;
        post(&callbacks, &sent(&text("another"))).await.status()
    };
    let ((), status) = tokio::join!(callbacks.shutdown(), refused);
    assert_eq!((count.load(Ordering::SeqCst), status), (1, StatusCode::SERVICE_UNAVAILABLE));
    callbacks.shutdown().await;
    assert_eq!(post(&callbacks, &sent(&text("another"))).await.status(), 503);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_keeps_its_place_and_a_shutdown_can_be_given_up() {
    let router = Router::new()
        .when(|envelope| envelope.kind == "text", |_: Callback| std::future::pending::<()>())
        .fallback(|_: Callback| async {});
    let callbacks = Callbacks::builder(router).receiver(receiver()).max_running(2).build();
    let never = sent(&text("hi"));
    // It is answered in time, however often it comes.
    for _ in 0..3 {
        assert_eq!(status_and_body(&post(&callbacks, &never).await), (200, ""));
    }
    assert_eq!(post(&callbacks, &sent("<other/>")).await.status(), 200, "there is another place");
    assert_eq!(post(&callbacks, &sent(&text("as well"))).await.status(), 200);
    assert_eq!(post(&callbacks, &sent("<another/>")).await.status(), 503, "there is none");

    let callbacks =
        Callbacks::new(receiver(), Router::new().fallback(|_: Callback| std::future::pending::<()>()));
    post(&callbacks, &never).await;
    assert!(timeout(Duration::from_secs(60), callbacks.shutdown()).await.is_err());
    assert_eq!(post(&callbacks, &sent("<late/>")).await.status(), 503, "whoever gave up has shut down");
}

/// A store whose code is broken.
struct Broken;

impl CallbackStore for Broken {
    fn begin<'a>(&'a self, _: &'a [u8; 32]) -> CallbackStoreFuture<'a, Turn> {
        panic!("a mistake in the store")
    }

    fn keep<'a>(&'a self, _: &'a [u8; 32]) -> CallbackStoreFuture<'a, Infallible> {
        Box::pin(async { panic!("a mistake while a handler runs") })
    }

    fn done<'a>(&'a self, _: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        Box::pin(async { panic!("a mistake after a handler") })
    }

    fn forget<'a>(&'a self, _: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn save<'a>(&'a self, _: &'a [u8; 32], _: &'a [u8]) -> CallbackStoreFuture<'a, ()> {
        panic!("a mistake while a callback is saved")
    }

    fn abandoned(&self) -> CallbackStoreFuture<'_, Vec<[u8; 32]>> {
        panic!("another mistake in the store")
    }

    fn load<'a>(&'a self, _: &'a [u8; 32]) -> CallbackStoreFuture<'a, Option<SavedCallback>> {
        Box::pin(async { Ok(None) })
    }

    fn recover<'a>(&'a self, _: &'a [u8; 32]) -> CallbackStoreFuture<'a, Option<u32>> {
        Box::pin(async { Ok(None) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_has_failed_and_its_callbacks_are_handled() {
    let ended = Arc::new(AtomicUsize::new(0));
    let router = Router::new().fallback({
        let ended = Arc::clone(&ended);
        move |_: Callback| {
            let ended = Arc::clone(&ended);
            async move {
                sleep(Duration::from_secs(10)).await;
                ended.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let callbacks = Callbacks::builder(router).receiver(receiver()).store(Broken).build();
    for message in ["<a/>", "<a/>", "<b/>"] {
        assert_eq!(post(&callbacks, &sent(message)).await.status(), 200);
    }
    callbacks.shutdown().await;
    assert_eq!(ended.load(Ordering::SeqCst), 2);
}

#[test]
fn without_a_runtime_a_callback_panics_each_time_and_nothing_hangs() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    let callback = sent(&text("hi"));
    for _ in 0..2 {
        let attempt = AssertUnwindSafe(|| post(&callbacks, &callback).now_or_never());
        assert!(catch_unwind(attempt).is_err());
    }
}
