//! What the client says in events. There is one test: the subscriber is the whole program's.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wecom_mock::{Fault, Server};
use wecom_sdk::meeting::basic::GetInfo;
use wecom_sdk::{Backoff, Client};

/// Keeps the lines of events.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_makes_a_call_slow_is_seen_without_debugging() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let server = Server::start().await.unwrap();
    let pause = Duration::from_millis(10);
    let client = Client::builder("ww1", "secret")
        .base_url(server.base_url())
        .retry(Backoff::new().pauses(pause, pause).blocked_for(pause))
        .build()
        .unwrap();
    let request = GetInfo::new("hy");
    client.send(&request).await.unwrap();
    assert!(lines.0.lock().unwrap().is_empty(), "a call that goes well is not worth a line");
    for fault in [Fault::status(503), Fault::code(42001)] {
        server.inject(fault.on("/cgi-bin/meeting/get_info").times(1));
        client.send(&request).await.unwrap();
    }
    // A block that others wait for, too.
    let client = Client::builder("ww1", "secret")
        .base_url(server.base_url())
        .retry(Backoff::new().retries(0).blocked_for(Duration::from_millis(200)))
        .build()
        .unwrap();
    server.inject(Fault::code(45009).on("/cgi-bin/meeting/get_info").times(1));
    assert!(client.send(&request).await.unwrap_err().is_code(45009));
    client.send(&request).await.unwrap();
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for (level, said) in [
        ("WARN", "it is retried after a pause"),
        ("INFO", "WeCom refused the token"),
        ("WARN", "WeCom has blocked the endpoint"),
        ("INFO", "the call waits for its turn"),
    ] {
        let line = text.lines().find(|line| line.contains(said)).unwrap_or_else(|| panic!("{said}:\n{text}"));
        assert!(line.contains(level) && line.contains("meeting.basic.get_info"), "{line}");
    }
}
