use tokio::time::{Instant, sleep};

use super::*;

/// The stream of a frame.
pub(super) fn stream(frame: &Value) -> (&str, bool) {
    assert_eq!((&frame["cmd"], &frame["body"]["msgtype"]), (&json!("aibot_respond_msg"), &json!("stream")));
    assert_eq!(frame["headers"]["req_id"], "R");
    let stream = &frame["body"]["stream"];
    (stream["content"].as_str().unwrap(), stream["finish"].as_bool().unwrap())
}

/// Finishes a stream before it can do anything else.
pub(super) fn finish(reply: BotStream) -> tokio::task::JoinHandle<Result<StreamEnd, BotError>> {
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
async fn a_long_text_is_cut_and_the_rest_is_returned() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("好".repeat(7000));
    let finishing = finish(reply);
    let frame = peer.call().await;
    assert_eq!(stream(&frame), ("好".repeat(6826).as_str(), true));
    peer.acknowledge(&frame, 0).await;
    assert_eq!(finishing.await.unwrap().unwrap().rest.into_string(), "好".repeat(174));
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
    let frame = peer.call().await;
    assert_eq!(last.elapsed(), 5 * SECOND);
    peer.acknowledge(&frame, 0).await;
    finishing.await.unwrap().unwrap();
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
    sleep(SECOND).await;
    let start = Instant::now();
    let finishing = finish(reply);
    let last = peer.call().await;
    assert_eq!(stream(&last), ("ab", true));
    peer.acknowledge(&last, 0).await;
    finishing.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_is_waited_for() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    for errcode in [45009, 0] {
        let frame = peer.call().await;
        assert_eq!(stream(&frame), ("a", false));
        peer.acknowledge(&frame, errcode).await;
        let start = Instant::now();
        reply.append("");
        if errcode != 0 {
            let frame = peer.call().await;
            assert_eq!(start.elapsed(), 60 * SECOND);
            peer.acknowledge(&frame, errcode).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn time_and_feedback_begin_with_the_first_frame_that_may_have_arrived() {
    let (bot, _callbacks, mut side, peer) = connected(builder()).await;
    drop(peer);
    bot.watch().wait_for(|state| *state != BotState::Subscribed).await.unwrap();
    let mut reply = bot.replier("R").stream().feedback_id("F");
    reply.append("a");
    // Nobody accepts the connection for longer than a stream lives.
    let mut peer = side.peer().await;
    for _ in 0..70 {
        sleep(10 * SECOND).await;
        drop(peer);
        peer = side.peer().await;
    }
    let frame = peer.frame().await;
    peer.acknowledge(&frame, 0).await;
    for _ in 0..2 {
        // The first one isn't acknowledged.
        let frame = peer.call().await;
        assert_eq!((stream(&frame), &frame["body"]["stream"]["feedback"]["id"]), (("a", false), &json!("F")));
    }
    assert!(reply.is_open());
}

#[tokio::test(start_paused = true)]
async fn an_interval_without_end_keeps_a_stream_alive() {
    let (bot, _callbacks, _side, mut peer) = connected(builder().refresh_interval(Duration::MAX)).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    let frame = peer.call().await;
    assert_eq!(stream(&frame), ("a", false));
    peer.acknowledge(&frame, 0).await;
    let start = Instant::now();
    reply.append("b");
    let frame = peer.call().await;
    assert_eq!((stream(&frame), start.elapsed()), (("ab", false), 45 * SECOND));
    peer.acknowledge(&frame, 0).await;
    let finishing = finish(reply);
    let frame = peer.call().await;
    assert_eq!(stream(&frame), ("ab", true));
    peer.acknowledge(&frame, 0).await;
    finishing.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_shown_is_not_sent_again_before_it_has_to_be_kept_alive() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    let start = Instant::now();
    reply.append("x".repeat(20_480));
    for seconds in [0, 45, 90] {
        let frame = peer.call().await;
        assert_eq!(start.elapsed().as_secs(), seconds);
        peer.acknowledge(&frame, 0).await;
        for _ in 0..20 {
            reply.append("beyond the limit");
            sleep(SECOND).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_feedback_id_that_is_too_long_is_not_sent() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream().feedback_id("F".repeat(257));
    reply.append("a");
    let error = reply.finish().await.unwrap_err();
    assert!(error.to_string().contains("256"), "{error}");
    let BotError::StreamUnfinished { rest, .. } = error else { panic!("{error:?}") };
    assert_eq!(rest, "a");
    assert!(peer.is_quiet_for(SECOND).await);
}
