//! The span of a call.

use wecom_mock::{Fault, Server};
use wecom_sdk::Client;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_tests::log::Log;

#[tokio::test(flavor = "current_thread")]
async fn a_span_has_the_names_that_open_telemetry_gives_to_a_clients_call() {
    let log = Log::of_this_thread(tracing::Level::DEBUG);
    let server = Server::start().await.unwrap();
    let client = Client::builder("ww1", "secret").base_url(server.base_url()).build().unwrap();
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    server.inject(Fault::code(40058).on("/cgi-bin/meeting/get_info").times(1));
    client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
    let text = log.text();
    // Not the token's call, which is within the first one's span.
    let ends =
        |line: &&str| line.contains(": wecom_sdk::session: close") && !line.contains("access.get_token");
    let closed: Vec<_> = text.lines().filter(ends).collect();
    let [good, bad] = closed[..] else { panic!("{text}") };
    for said in [r#"endpoint="meeting.basic.get_meeting_info""#, r#"otel.kind="client""#, "attempts=1"] {
        assert!(good.contains(said) && bad.contains(said), "{said}: {text}");
    }
    for said in [r#"otel.status_code="ERROR""#, r#"error.type="api""#, "errcode=40058"] {
        assert!(!good.contains(said) && bad.contains(said), "{said}: {text}");
    }
}
