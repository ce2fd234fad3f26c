use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::*;

const SEND: &str = "aibot_send_msg";
const RESPOND: &str = "aibot_respond_msg";

fn spawn(bot: &AiBot, number: u32) -> tokio::task::JoinHandle<Result<Value, BotError>> {
    let bot = bot.clone();
    tokio::spawn(async move { bot.call(SEND, &json!({ "number": number })).await })
}

#[tokio::test(start_paused = true)]
async fn acknowledgements_may_come_in_any_order() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let calls: Vec<_> = (0..3).map(|number| spawn(&bot, number)).collect();
    let mut frames = [peer.call().await, peer.call().await, peer.call().await];
    frames.reverse();
    for frame in &frames {
        let body = json!({ "headers": frame["headers"], "errcode": 0, "body": frame["body"] });
        peer.send(body.to_string()).await;
    }
    for (number, call) in (0..).zip(calls) {
        assert_eq!(call.await.unwrap().unwrap(), json!({ "number": number }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_at_once_get_their_own_answers() {
    let (bot, _callbacks, _side, mut peer) = connected_through(builder(), 4096).await;
    let calls = join_all((0..1000).map(|number| spawn(&bot, number)));
    let answering = async {
        for _ in 0..1000 {
            let frame = peer.call().await;
            let answer = json!({ "headers": frame["headers"], "errcode": 0, "body": frame["body"] });
            peer.send(answer.to_string()).await;
        }
    };
    let (outcomes, ()) = tokio::join!(calls, answering);
    for (number, outcome) in (0..).zip(outcomes) {
        assert_eq!(outcome.unwrap().unwrap(), json!({ "number": number }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_acknowledgement_ends_a_call_after_5_seconds_and_its_late_one_nothing() {
    let (builder, notices) = noticing(builder());
    let (bot, _callbacks, _side, mut peer) = connected(builder).await;
    let start = Instant::now();
    let call = spawn(&bot, 0);
    let frame = peer.call().await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "aibot_send_msg: no acknowledgement within 5s");
    assert!(error.may_have_been_carried_out() && start.elapsed() == 5 * SECOND);
    let second = spawn(&bot, 1);
    let next = peer.call().await;
    peer.acknowledge(&frame, 0).await;
    peer.acknowledge(&next, 40008).await;
    assert_eq!(second.await.unwrap().unwrap_err().code(), Some(40008));
    assert_eq!(*crate::lock(&notices), [BotNotice::LateAcknowledgement]);
}

#[tokio::test(start_paused = true)]
async fn an_error_without_an_id_is_the_oldest_calls_and_never_a_heartbeats() {
    let (builder, notices) = noticing(builder());
    let (bot, _callbacks, _side, mut peer) = connected(builder).await;
    let ping = peer.frame().await;
    assert_eq!(ping["cmd"], "ping");
    let error = r#"{ "errcode": 40058, "errmsg": "missing media_id" }"#;
    peer.send(error).await;
    let first = spawn(&bot, 0);
    peer.call().await;
    let second = spawn(&bot, 1);
    let frame = peer.call().await;
    peer.send(error).await;
    peer.acknowledge(&frame, 0).await;
    assert_eq!(first.await.unwrap().unwrap_err().code(), Some(40058));
    second.await.unwrap().unwrap();
    let matched: Vec<bool> = crate::lock(&notices)
        .iter()
        .map(|notice| matches!(notice, BotNotice::Error { error, matched: true } if error.code == 40058))
        .collect();
    assert_eq!(matched, [false, true]);
}

#[tokio::test(start_paused = true)]
async fn replies_to_one_callback_wait_for_each_other_and_not_for_those_to_another() {
    let (bot, _callbacks, _side, mut peer) = connected(builder().max_waiting_replies(2)).await;
    let reply = |req_id: &str, number: u32| {
        let replier = bot.replier(req_id);
        tokio::spawn(async move { replier.call(RESPOND, &json!({ "number": number })).await })
    };
    let mut calls = Vec::new();
    for (req_id, number) in [("A", 0), ("A", 1), ("A", 2), ("A", 3), ("B", 4)] {
        calls.push(reply(req_id, number));
        sleep(SECOND / 100).await;
    }
    let mut seen = Vec::new();
    let mut frames = vec![peer.call().await, peer.call().await];
    assert!(peer.is_silent_for(SECOND).await);
    while let Some(frame) = frames.pop() {
        seen.push((
            frame["headers"]["req_id"].as_str().unwrap().to_owned(),
            frame["body"]["number"].as_u64().unwrap(),
        ));
        let is_a = frame["headers"]["req_id"] == "A";
        peer.acknowledge(&frame, 0).await;
        if is_a && seen.len() < 4 {
            frames.push(peer.call().await);
        }
    }
    assert_eq!(seen, [("B", 4), ("A", 0), ("A", 1), ("A", 2)].map(|(id, number)| (id.to_owned(), number)));
    let outcomes: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert!(matches!(outcomes[3], Err(BotError::TooManyReplies { limit: 2 })));
    assert!([0, 1, 2, 4].iter().all(|index| outcomes[*index].is_ok()));
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_says_what_was_written() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let replier = bot.replier("A");
    let (first, second) = (replier.clone(), replier);
    let written = tokio::spawn(async move { first.call(RESPOND, &json!({})).await });
    peer.call().await;
    let waiting = tokio::spawn(async move { second.call(RESPOND, &json!({})).await });
    sleep(SECOND).await;
    drop(peer);
    let outcomes = [written.await.unwrap().unwrap_err(), waiting.await.unwrap().unwrap_err()];
    assert_eq!(outcomes.each_ref().map(BotError::may_have_been_carried_out), [true, false]);
    assert!(outcomes.iter().all(|error| matches!(error, BotError::Lost { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_stops_neither_timeouts_nor_heartbeats() {
    let (bot, _callbacks, mut side, _peer) = connected_through(builder(), 1024).await;
    let start = Instant::now();
    let long = json!({ "text": "x".repeat(100_000) });
    let error = bot.call(SEND, &long).await.unwrap_err();
    assert!(matches!(error, BotError::Unacknowledged { .. }) && start.elapsed() == 5 * SECOND);
    // It is behind the first, which is still being written.
    assert!(timeout(SECOND, bot.call(SEND, &json!({}))).await.is_err());
    let error = bot.call(SEND, &json!({})).await.unwrap_err();
    assert_eq!(error.to_string(), "aibot_send_msg: not sent within 5s");
    assert!(!error.may_have_been_carried_out() && start.elapsed() == 11 * SECOND);
    bot.watch().wait_for(|state| *state != BotState::Subscribed).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 90);
    let _peer = side.subscribed().await;
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_any_more_is_not_sent() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let replier = bot.replier("A");
    let first = tokio::spawn({
        let replier = replier.clone();
        async move { replier.call(RESPOND, &json!({ "number": 0 })).await }
    });
    let frame = peer.call().await;
    let body = json!({ "number": 1 });
    assert!(timeout(SECOND, replier.call(RESPOND, &body)).await.is_err());
    peer.acknowledge(&frame, 0).await;
    first.await.unwrap().unwrap();
    assert!(peer.is_silent_for(20 * SECOND).await);
}
