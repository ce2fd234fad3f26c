//! The client's events.

use std::time::Duration;

use wecom_mock::{Fault, Server};
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{Backoff, Client};
use wecom_tests::log::Log;

#[tokio::test(flavor = "current_thread")]
async fn what_makes_a_call_slow_is_seen_without_debugging() {
    let log = Log::of_this_thread(tracing::Level::INFO);
    let server = Server::start().await.unwrap();
    let pause = Duration::from_millis(10);
    let client = Client::builder("ww1", "secret")
        .base_url(server.base_url())
        .retry(Backoff::new().delays(pause, pause).blocked_for(pause))
        .build()
        .unwrap();
    let request = GetMeetingInfo::new("hy");
    client.send(&request).await.unwrap();
    assert!(log.text().is_empty(), "a call that goes well is not worth a line");
    for fault in [Fault::status(503), Fault::code(42001)] {
        server.inject(fault.on("/cgi-bin/meeting/get_info").times(1));
        client.send(&request).await.unwrap();
    }
    // A block for which others wait, too.
    let client = Client::builder("ww1", "secret")
        .base_url(server.base_url())
        .retry(Backoff::new().retries(0).blocked_for(Duration::from_millis(200)))
        .build()
        .unwrap();
    server.inject(Fault::code(45009).on("/cgi-bin/meeting/get_info").times(1));
    assert!(client.send(&request).await.unwrap_err().is_code(45009));
    client.send(&request).await.unwrap();
    let text = log.text();
    for (level, said) in [
        ("WARN", "retrying after a pause"),
        ("INFO", "WeCom refused the token"),
        ("WARN", "WeCom blocks the endpoint"),
        ("INFO", "the call waits"),
    ] {
        let line = text.lines().find(|line| line.contains(said)).unwrap_or_else(|| panic!("{said}:\n{text}"));
        assert!(line.contains(level) && line.contains("meeting.basic.get_meeting_info"), "{line}");
    }
}
