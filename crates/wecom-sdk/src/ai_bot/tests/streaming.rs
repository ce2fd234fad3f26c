use tokio::time::{Instant, sleep};

use super::*;

/// The stream of a frame.
fn stream(frame: &Value) -> (&str, bool) {
    assert_eq!((&frame["cmd"], &frame["body"]["msgtype"]), (&json!("aibot_respond_msg"), &json!("stream")));
    assert_eq!(frame["headers"]["req_id"], "R");
    let stream = &frame["body"]["stream"];
    (stream["content"].as_str().unwrap(), stream["finish"].as_bool().unwrap())
}

/// Finishes a stream before it can do anything else.
fn finish(reply: BotStream) -> tokio::task::JoinHandle<Result<StreamEnd, BotError>> {
    reply.end();
    tokio::spawn(reply.finish())
}

#[tokio::test(start_paused = true)]
async fn only_the_newest_text_is_sent_one_frame_at_a_time() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream().feedback_id("F");
    reply.append("a");
    let first = peer.call().await;
    assert_eq!(stream(&first), ("a", false));
    assert_eq!(first["body"]["stream"]["feedback"], json!({ "id": "F" }));
    for letter in ["b", "c", "d"] {
        reply.append(letter);
        assert!(peer.is_silent_for(SECOND).await);
    }
    let acknowledged = Instant::now();
    peer.acknowledge(&first, 0).await;
    let second = peer.call().await;
    assert_eq!(stream(&second), ("abcd", false));
    assert_eq!(acknowledged.elapsed(), Duration::ZERO);
    assert_eq!(second["body"]["stream"]["id"], first["body"]["stream"]["id"]);
    assert!(second["body"]["stream"].get("feedback").is_none());
    peer.acknowledge(&second, 0).await;
    // Not more often than twice per second.
    reply.append("e");
    let third = peer.call().await;
    assert_eq!((stream(&third), acknowledged.elapsed()), (("abcde", false), SECOND / 2));
    peer.acknowledge(&third, 0).await;
    reply.set("fin");
    let (end, ()) = tokio::join!(reply.finish(), async {
        let last = peer.call().await;
        assert_eq!(stream(&last), ("fin", true));
        peer.acknowledge(&last, 0).await;
    });
    assert_eq!(end.unwrap(), StreamEnd::default());
    assert!(peer.is_silent_for(20 * SECOND).await);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_is_finished_with_its_text() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    let frame = peer.call().await;
    peer.acknowledge(&frame, 0).await;
    reply.append("b");
    drop(reply);
    assert_eq!(stream(&peer.call().await), ("ab", true));
    // Without any text there is nothing to finish.
    drop(bot.replier("R").stream());
    assert_eq!(bot.replier("R").stream().finish().await.unwrap(), StreamEnd::default());
    assert!(peer.is_silent_for(4 * SECOND).await);
}

#[tokio::test(start_paused = true)]
async fn an_empty_end_erases_nothing() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("The answer");
    let frame = peer.call().await;
    peer.acknowledge(&frame, 0).await;
    reply.set("");
    finish(reply);
    assert_eq!(stream(&peer.call().await), ("The answer", true));
}

#[tokio::test(start_paused = true)]
async fn a_long_text_is_cut_and_the_rest_is_returned() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("好".repeat(7000));
    let finishing = finish(reply);
    let frame = peer.call().await;
    assert_eq!(stream(&frame), ("好".repeat(6826).as_str(), true));
    peer.acknowledge(&frame, 0).await;
    assert_eq!(finishing.await.unwrap().unwrap().rest, "好".repeat(174));
}

#[tokio::test(start_paused = true)]
async fn overlapping_frames_are_sent_again_three_times() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    let finishing = finish(reply);
    let mut times = Vec::new();
    let mut last = Instant::now();
    for _ in 0..4 {
        let frame = peer.call().await;
        assert_eq!(stream(&frame), ("a", true));
        times.push(last.elapsed().as_millis());
        last = Instant::now();
        peer.acknowledge(&frame, 6000).await;
    }
    assert_eq!(times, [0, 150, 300, 600]);
    assert_eq!(finishing.await.unwrap().unwrap_err().code(), Some(6000));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_expired_says_what_is_missing() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("shown, ");
    let frame = peer.call().await;
    peer.acknowledge(&frame, 0).await;
    reply.append("lost, ");
    let frame = peer.call().await;
    peer.acknowledge(&frame, 846_608).await;
    sleep(SECOND).await;
    assert!(!reply.is_open());
    reply.append("and late");
    assert!(peer.is_silent_for(2 * SECOND).await);
    let Err(BotError::StreamExpired { rest }) = reply.finish().await else { panic!() };
    assert_eq!(rest, "lost, and late");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_kept_alive_and_finished_before_10_minutes() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("Working");
    let start = Instant::now();
    let mut frames = 0;
    loop {
        let frame = peer.call().await;
        peer.acknowledge(&frame, 0).await;
        frames += 1;
        if stream(&frame) == ("Working", true) {
            break;
        }
        assert_eq!(stream(&frame), ("Working", false));
    }
    assert!(start.elapsed() > 580 * SECOND && start.elapsed() < 600 * SECOND, "{:?}", start.elapsed());
    assert_eq!(frames, 14);
    sleep(SECOND).await;
    assert!(!reply.is_open());
    reply.append(" on");
    let Err(BotError::StreamExpired { rest }) = reply.finish().await else { panic!() };
    assert_eq!(rest, " on");
}

#[tokio::test(start_paused = true)]
async fn a_stream_continues_on_the_next_connection() {
    let (bot, _callbacks, mut side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    peer.call().await;
    drop(peer);
    let mut peer = side.subscribed().await;
    let frame = peer.call().await;
    assert_eq!(stream(&frame), ("a", false));
    peer.acknowledge(&frame, 0).await;
    reply.append("b");
    let finishing = finish(reply);
    assert_eq!(stream(&peer.call().await), ("ab", true));
    drop(peer);
    let mut peer = side.subscribed().await;
    let frame = peer.call().await;
    assert_eq!(stream(&frame), ("ab", true));
    peer.acknowledge(&frame, 0).await;
    finishing.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_not_acknowledged_does_not_end_a_stream() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    peer.call().await;
    reply.append("b");
    let second = peer.call().await;
    assert_eq!(stream(&second), ("ab", false));
    // A refusal that isn't final: the text goes out with the next frame.
    peer.acknowledge(&second, 45009).await;
    let third = peer.call().await;
    assert_eq!(stream(&third), ("ab", false));
    peer.acknowledge(&third, 0).await;
    sleep(61 * SECOND).await;
    let finishing = finish(reply);
    loop {
        let frame = peer.call().await;
        peer.acknowledge(&frame, 0).await;
        if stream(&frame) == ("ab", true) {
            break;
        }
    }
    finishing.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_unknown_callback_ends_a_stream_at_once() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    let frame = peer.call().await;
    peer.acknowledge(&frame, 846_605).await;
    assert!(peer.is_silent_for(4 * SECOND).await && !reply.is_open());
    assert_eq!(reply.finish().await.unwrap_err().code(), Some(846_605));
}
