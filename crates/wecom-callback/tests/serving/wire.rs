//! Requests that no client sends, byte by byte, to a server in hyper, with a clock of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, WriteHalf};
use tokio::time::{Instant, sleep};
use wecom_callback::{Callback, Callbacks, Router};

use crate::common::{receiver, sent, text};

/// A query like that of a callback.
const QUERY: &str = "msg_signature=1&timestamp=1&nonce=1";

type Writer = WriteHalf<DuplexStream>;

/// Sends to a server what the function writes, until the server closes the connection. Returns its response, and how
/// many handlers ran.
async fn exchange<F>(write: impl FnOnce(Writer) -> F) -> (String, usize)
where
    F: Future<Output = ()> + Send + 'static,
{
    let handled = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&handled);
    let router = Router::new().fallback(move |_: Callback| {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready(())
    });
    let service = TowerToHyperService::new(Callbacks::new(receiver(), router));
    let (client, server) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        // With a timer, hyper waits no longer than 30 seconds for a head.
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(server), service).await
    });
    let (mut reader, writer) = tokio::io::split(client);
    tokio::spawn(write(writer));
    let mut response = Vec::new();
    reader.read_to_end(&mut response).await.unwrap();
    (String::from_utf8(response).unwrap(), handled.load(Ordering::SeqCst))
}

/// Returns the head of a callback's request, with more headers.
fn head(query: &str, headers: &str) -> String {
    format!("POST /callback?{query} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n")
}

#[track_caller]
fn assert_status((response, handled): &(String, usize), status: &str, runs: usize) {
    assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{response:?}");
    assert_eq!(*handled, runs);
}

#[tokio::test(start_paused = true)]
async fn a_body_in_chunks_of_a_byte_is_one_body() {
    let sent = sent(&text("hi"));
    let chunked = exchange(|mut writer| async move {
        let head = head(&sent.query, "transfer-encoding: chunked\r\n");
        writer.write_all(head.as_bytes()).await.unwrap();
        for byte in sent.body.bytes() {
            writer.write_all(&[b'1', b'\r', b'\n', byte, b'\r', b'\n']).await.unwrap();
        }
        writer.write_all(b"0\r\n\r\n").await.unwrap();
    });
    assert_status(&chunked.await, "200", 1);
}

#[tokio::test(start_paused = true)]
async fn chunks_without_an_end_are_read_up_to_the_limit() {
    let written = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&written);
    let endless = exchange(|mut writer| async move {
        let chunk = format!("1000\r\n{:4096}\r\n", "");
        writer.write_all(head(QUERY, "transfer-encoding: chunked\r\n").as_bytes()).await.unwrap();
        while writer.write_all(chunk.as_bytes()).await.is_ok() {
            counted.fetch_add(chunk.len(), Ordering::SeqCst);
        }
    });
    assert_status(&endless.await, "413", 0);
    // What it has read, and what fits into the buffers between.
    let written = written.load(Ordering::SeqCst);
    assert!((1 << 20..3 << 20).contains(&written), "{written}");
}

#[tokio::test(start_paused = true)]
async fn a_gigabyte_is_refused_before_it_comes() {
    let huge = exchange(|mut writer| async move {
        writer.write_all(head(QUERY, "content-length: 1073741824\r\n").as_bytes()).await.unwrap();
        sleep(Duration::from_secs(1000)).await;
    });
    let start = Instant::now();
    assert_status(&huge.await, "413", 0);
    assert!(start.elapsed().is_zero());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_given_up_after_4_seconds() {
    let sent = sent(&text("hi"));
    let slow = exchange(|mut writer| async move {
        let head = head(&sent.query, &format!("content-length: {}\r\n", sent.body.len()));
        writer.write_all(head.as_bytes()).await.unwrap();
        for byte in sent.body.bytes() {
            sleep(Duration::from_millis(500)).await;
            if writer.write_all(&[byte]).await.is_err() {
                return;
            }
        }
    });
    let start = Instant::now();
    assert_status(&slow.await, "408", 0);
    assert_eq!(start.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn floods_of_headers_reach_no_handler() {
    let many = (0..1000).map(|number| format!("x-{number}: 1\r\n")).collect::<Vec<_>>().concat();
    let large = format!("x: {}\r\n", "1".repeat(1 << 20));
    for headers in [many, large] {
        let sent = sent(&text("hi"));
        let flood = exchange(|mut writer| async move {
            let _ = writer.write_all(head(&sent.query, &headers).as_bytes()).await;
            let _ = writer.write_all(sent.body.as_bytes()).await;
        });
        assert_status(&flood.await, "431", 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_is_given_up_by_a_server_with_a_timer() {
    let start = Instant::now();
    let (response, handled) = exchange(|mut writer| async move {
        while writer.write_all(b"GET").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    assert_eq!((&*response, handled, start.elapsed().as_secs()), ("", 0, 30));
}
