//! A hook's view of whole calls.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use wecom_mock::{Fault, Server};
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{Backoff, Client, ClientBuilder, Error, Finished, Hook};

const INFO: &str = "/cgi-bin/meeting/get_info";

/// Records how calls end: the endpoint, the number of requests and the outcome.
#[derive(Default)]
struct Calls(Mutex<Vec<(&'static str, u32, &'static str)>>);

impl Hook for Calls {
    fn finished(&self, call: &Finished<'_>) {
        let outcome = call.error().map_or("ok", Error::kind);
        self.0.lock().unwrap().push((call.endpoint().id, call.attempts(), outcome));
    }
}

impl Calls {
    fn take(&self) -> Vec<(&'static str, u32, &'static str)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn builder(server: &Server) -> ClientBuilder {
    let pause = Duration::from_millis(5);
    let retry = Backoff::new().delays(pause, pause);
    Client::builder("ww1", "the-secret").base_url(server.base_url()).retry(retry)
}

#[tokio::test]
async fn a_hook_hears_once_how_each_call_ended() {
    let server = Server::start().await.unwrap();
    let calls = Arc::<Calls>::default();
    let client = builder(&server).hook(Arc::clone(&calls)).build().unwrap();
    let request = GetMeetingInfo::new("hy");
    client.send(&request).await.unwrap();
    assert_eq!(calls.take(), [("access.get_token", 1, "ok"), ("meeting.basic.get_meeting_info", 1, "ok")]);
    for (fault, attempts, outcome) in [
        (Fault::status(503).times(1), 2, "ok"),
        (Fault::code(42001).times(1), 2, "ok"),
        (Fault::code(40058).times(1), 1, "api"),
        (Fault::html().times(1), 1, "decode"),
        (Fault::hang().times(1), 1, "deadline"),
    ] {
        server.inject(fault.on(INFO));
        let impatient = client.with(|call| call.deadline(Duration::from_millis(500)));
        let _ = impatient.send(&request).await;
        let ended: Vec<_> = calls.take().into_iter().filter(|(id, ..)| id.starts_with("meeting.")).collect();
        assert_eq!(ended, [("meeting.basic.get_meeting_info", attempts, outcome)]);
    }
}

#[tokio::test]
async fn a_call_without_a_token_ends_with_no_request_and_the_tokens_failure() {
    let server = Server::builder().credentials("ww1", "another secret").start().await.unwrap();
    let calls = Arc::<Calls>::default();
    let client = builder(&server).hook(Arc::clone(&calls)).build().unwrap();
    client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
    assert_eq!(calls.take(), [("access.get_token", 1, "api"), ("meeting.basic.get_meeting_info", 0, "api")]);
}
