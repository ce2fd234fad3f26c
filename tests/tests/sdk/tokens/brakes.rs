//! Tokens and secrets that are refused repeatedly.

use std::sync::atomic::Ordering;
use std::time::Duration;

use wecom_mock::{Fault, Server};
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{Client, CorpSecret, Error, NoRetry};

use super::{Fake, GET_INFO, GETTOKEN, calls, client, fake};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_is_one_clear_error_for_everyone_and_gettoken_is_left_alone() {
    let server = Server::builder().credentials("ww1", "another secret").start().await.unwrap();
    let client = client(&server);
    for _ in 0..3 {
        for outcome in calls(&client, 300).await {
            let error = outcome.unwrap_err();
            assert_eq!(error.code(), Some(40001));
            let text = error.to_string();
            assert!(
                text.starts_with("no token: access.get_token: WeCom error 40001: invalid credential"),
                "{text}"
            );
            assert!(text.contains("INVALID_SECRET"), "what it means: {text}");
        }
    }
    assert_eq!(server.requests(GETTOKEN), 1);
    assert_eq!(server.requests(GET_INFO), 0);
}

#[tokio::test]
async fn a_refusal_passes_and_a_passing_failure_is_tried_again_soon() {
    let server = Server::start().await.unwrap();
    let client = Client::builder("ww1", "secret").base_url(server.base_url()).retry(NoRetry).build().unwrap();
    server.inject(Fault::status(503).on(GETTOKEN).times(1));
    assert!(matches!(client.send(&GetMeetingInfo::new("hy")).await, Err(Error::Token(_))));
    tokio::time::sleep(Duration::from_millis(150)).await;
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    assert_eq!(server.requests(GETTOKEN), 2);
}

#[tokio::test]
async fn a_call_is_repeated_once_and_no_more_when_its_tokens_are_refused() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    server.inject(Fault::code(42001).on(GET_INFO));
    assert_eq!(client.send(&GetMeetingInfo::new("hy")).await.unwrap_err().code(), Some(42001));
    assert_eq!((server.requests(GETTOKEN), server.requests(GET_INFO)), (2, 2));
}

#[tokio::test]
async fn a_token_that_is_given_out_again_is_not_fetched_for_every_call() {
    let (fake, client) = fake(Fake { constant: true, refuses_all: true, ..Fake::default() });
    for _ in 0..50 {
        assert_eq!(client.send(&GetMeetingInfo::new("hy")).await.unwrap_err().code(), Some(40014));
    }
    assert_eq!(fake.issued.load(Ordering::SeqCst), 2, "a second time, to see that it is the same");
    assert_eq!(fake.used.lock().unwrap().len(), 50, "what is refused anyway is not sent twice");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_are_refused_as_soon_as_they_are_given_out_are_not_asked_for_each_time() {
    let (fake, client) = fake(Fake { refuses_all: true, ..Fake::default() });
    for _ in 0..100 {
        assert_eq!(client.send(&GetMeetingInfo::new("hy")).await.unwrap_err().code(), Some(40014));
    }
    assert_eq!(fake.issued.load(Ordering::SeqCst), 2, "one, and one in place of it");
    assert_eq!(fake.used.lock().unwrap().len(), 101, "each is sent once, and the first one again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_at_once_with_fresh_tokens_refused_ask_for_two_as_well() {
    for code in [40001, 40014, 41001, 42001] {
        let server = Server::start().await.unwrap();
        server.inject(Fault::code(code).on(GET_INFO));
        let client = client(&server);
        let start = std::time::Instant::now();
        for _ in 0..3 {
            for outcome in calls(&client, 100).await {
                assert_eq!(outcome.unwrap_err().code(), Some(code));
            }
        }
        // A slow machine may take longer than the first pauses, of a second and more.
        let most = 2 + start.elapsed().as_millis() / 500;
        let issued = server.requests(GETTOKEN);
        assert!((2..=most).contains(&u128::from(issued)), "{code}: {issued} of {most}");
    }
}

#[tokio::test(start_paused = true)]
async fn fresh_tokens_that_are_refused_are_asked_for_less_and_less_often() {
    let (fake, client) = fake(Fake { refuses_all: true, ..Fake::default() });
    for _ in 0..3600 {
        client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    let issued = fake.issued.load(Ordering::SeqCst);
    assert!((60..=150).contains(&issued), "{issued} in an hour");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_works_again_lifts_the_brake() {
    let (fake, client) = fake(Fake::default());
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    // WeCom revokes the first token twice as fast as another one can be used.
    for _ in 0..5 {
        fake.issued.fetch_add(1, Ordering::SeqCst);
        client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    }
    assert_eq!(fake.issued.load(Ordering::SeqCst), 11, "each time, one was fetched at once");
}

#[tokio::test]
async fn a_client_for_each_call_does_not_ask_with_a_wrong_secret_each_time() {
    let server = Server::builder().credentials("ww1", "another secret").start().await.unwrap();
    let client = Client::builder("ww2", "unused").base_url(server.base_url()).build().unwrap();
    for _ in 0..200 {
        let corp = client.with_credential(CorpSecret::new("ww1", "a wrong secret"));
        assert_eq!(corp.send(&GetMeetingInfo::new("hy")).await.unwrap_err().code(), Some(40001));
    }
    assert_eq!(server.requests(GETTOKEN), 1);
    // Another credential is unaffected.
    let right = client.with_credential(CorpSecret::new("ww1", "another secret"));
    right.send(&GetMeetingInfo::new("hy")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_for_each_call_does_not_ask_for_fresh_tokens_each_time_either() {
    let (fake, client) = fake(Fake { refuses_all: true, ..Fake::default() });
    for _ in 0..200 {
        let corp = client.with_credential(CorpSecret::new("ww1", "a secret"));
        assert_eq!(corp.send(&GetMeetingInfo::new("hy")).await.unwrap_err().code(), Some(40014));
    }
    assert_eq!(fake.issued.load(Ordering::SeqCst), 2);
}
