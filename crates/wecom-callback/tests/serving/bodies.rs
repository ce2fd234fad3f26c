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
use http_body_util::Full;
use tokio::time::{Instant, sleep};
use wecom_callback::{Callback, Callbacks, Router};

use crate::common::{builder, receiver, sent, text};

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

/// Returns a request with the query of a callback.
fn post<B>(body: B) -> Request<B> {
    Request::post(format!("/?{}", sent(&text("hi")).query)).body(body).unwrap()
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

#[tokio::test(start_paused = true)]
async fn a_body_that_has_been_read_makes_no_difference_to_the_status() {
    let limited = builder().max_body(1000).build().unwrap();
    let callbacks = Callbacks::builder(Router::new()).receiver_at("/here", limited).build();
    let good = sent(&text("hi"));
    let signature = good.query.replace("msg_signature=", "msg_signature=0");
    let large = " ".repeat(1001);
    for (method, path, query, body, expected) in [
        ("PUT", "/", "", &*large, 405),
        ("POST", "/", "", &large, 400),
        ("POST", "/here", "", &large, 400),
        ("POST", "/here", &*good.query, &large, 413),
        ("POST", "/", &*good.query, &large, 413),
        ("POST", "/", &*good.query, "<xml/>", 400),
        ("POST", "/", &*good.query, &good.body, 404),
        ("POST", "/here", &*signature, &good.body, 403),
        ("POST", "/here", &*good.query, &good.body, 200),
    ] {
        let request = Request::builder().method(method).uri(format!("{path}?{query}"));
        let request = request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        let read = callbacks.handle(request.clone()).await.status();
        let unread = callbacks.handle_body(request.map(Full::new)).await.status();
        assert_eq!((read.as_u16(), unread.as_u16()), (expected, expected), "{method} {path} {query}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_query_of_a_callback_no_body_is_read() {
    let callbacks = Callbacks::new(receiver(), Router::new());
    let request = Request::post("/?msg_signature=1&timestamp=1").body(Announced).unwrap();
    assert_eq!(callbacks.handle_body(request).await.status(), 400);
}
