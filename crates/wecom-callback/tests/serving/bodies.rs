//! Bodies that are still to come.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, sleep};
use wecom_callback::{Callback, Callbacks, Router};

use crate::common::{receiver, sent, text};

/// A body of blanks without an end, which counts what is taken of it.
struct Endless(Arc<AtomicUsize>);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.fetch_add(1000, Ordering::SeqCst);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 1000])))))
    }
}

/// A body that never comes.
struct Silent;

impl Body for Silent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

fn post<B>(body: B) -> Request<B> {
    Request::post("/").body(body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn of_a_body_that_is_too_large_no_more_is_taken_than_the_limit() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    let taken = Arc::new(AtomicUsize::new(0));
    assert_eq!(callbacks.handle_body(post(Endless(Arc::clone(&taken)))).await.status(), 413);
    assert!(taken.load(Ordering::SeqCst) <= (1 << 20) + 1000);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_in_time_is_not_waited_for() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    let start = Instant::now();
    assert_eq!(callbacks.handle_body(post(Silent)).await.status(), 408);
    assert_eq!(start.elapsed().as_secs(), 4);
}

/// A body that comes when it is asked for the second time.
struct Late(Option<String>, bool);

impl Body for Late {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !std::mem::replace(&mut self.1, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.0.take().map(|body| Ok(Frame::data(body.into()))))
    }
}

#[tokio::test(start_paused = true)]
async fn without_time_for_handlers_a_body_still_has_time_to_come() {
    let router = Router::new().fallback(|_: Callback| sleep(Duration::from_secs(60)));
    let callbacks = Callbacks::builder(router).receiver(receiver()).deadline(Duration::ZERO).build();
    let sent = sent(&text("hi"));
    let request = Request::post(format!("/?{}", sent.query)).body(Late(Some(sent.body), false)).unwrap();
    let start = Instant::now();
    assert_eq!(callbacks.handle_body(request).await.status(), 200);
    assert!(start.elapsed().is_zero(), "the handler is not waited for");
}

/// A body of a gigabyte, as its head says, of which nothing may be taken.
struct Announced;

impl Body for Announced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        panic!("it is read")
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(1 << 30)
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_announced_as_too_large_is_not_read() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    assert_eq!(callbacks.handle_body(post(Announced)).await.status(), 413);
}

/// A body whose connection breaks.
struct Broken;

impl Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_is_a_400() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    assert_eq!(callbacks.handle_body(post(Broken)).await.status(), 400);
}
