use tokio::time::{Instant, sleep};

use super::streaming::{finish, stream};
use super::*;

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
async fn the_last_text_is_sent_again_until_it_is_acknowledged() {
    let (bot, _callbacks, mut side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    let finishing = finish(reply);
    let mut last = Instant::now();
    let mut pauses = Vec::new();
    for errcode in [Some(45009), Some(-1), Some(45033), None, None, Some(0)] {
        let frame = peer.call().await;
        assert_eq!(stream(&frame), ("a", true));
        pauses.push(last.elapsed().as_millis());
        last = Instant::now();
        match errcode {
            Some(errcode) => peer.acknowledge(&frame, errcode).await,
            // A dead link is noticed later than a missing acknowledgement.
            None if pauses.len() == 4 => {}
            None => {
                drop(peer);
                peer = side.subscribed().await;
                last = Instant::now();
            }
        }
    }
    assert_eq!(pauses[..5], [0, 60_000, 5_000, 60_000, 5_500]);
    assert_eq!(finishing.await.unwrap().unwrap(), StreamEnd::default());
}

#[tokio::test(start_paused = true)]
async fn a_last_text_that_may_have_arrived_is_not_returned_as_missing() {
    for refusal in [846_608, 846_605] {
        let (bot, _callbacks, mut side, mut peer) = connected(builder()).await;
        let mut reply = bot.replier("R").stream();
        reply.append("hidden answer");
        let finishing = finish(reply);
        peer.call().await;
        drop(peer);
        let mut peer = side.subscribed().await;
        let frame = peer.call().await;
        peer.acknowledge(&frame, refusal).await;
        let error = finishing.await.unwrap().unwrap_err();
        assert!(error.may_have_been_carried_out(), "{error}");
        let BotError::StreamUnconfirmed { rest } = error else { panic!("{error:?}") };
        assert_eq!(rest, "");
    }
}

#[tokio::test(start_paused = true)]
async fn a_last_text_that_is_never_acknowledged_may_have_arrived_and_one_that_is_refused_has_not() {
    for (errcode, expected) in [(None, "stream_unconfirmed"), (Some(45009), "stream_expired")] {
        let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
        let mut reply = bot.replier("R").stream();
        reply.append("hidden answer");
        let start = Instant::now();
        let mut finishing = finish(reply);
        let error = loop {
            tokio::select! {
                ended = &mut finishing => break ended.unwrap().unwrap_err(),
                frame = peer.call() => {
                    if let Some(errcode) = errcode {
                        peer.acknowledge(&frame, errcode).await;
                    }
                }
            }
        };
        assert_eq!(error.kind(), expected);
        assert!(start.elapsed() > 530 * SECOND && start.elapsed() < 605 * SECOND, "{:?}", start.elapsed());
        assert!(!format!("{error:?} {error}").contains("hidden"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_text_is_returned_and_not_sent_again() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut reply = bot.replier("R").stream();
    reply.append("a");
    let frame = peer.call().await;
    peer.acknowledge(&frame, 40058).await;
    assert!(peer.is_silent_for(20 * SECOND).await);
    reply.append("b");
    let finishing = finish(reply);
    let frame = peer.call().await;
    assert_eq!(stream(&frame), ("ab", true));
    peer.acknowledge(&frame, 40058).await;
    let error = finishing.await.unwrap().unwrap_err();
    assert_eq!(error.code(), Some(40058));
    let BotError::StreamUnfinished { rest, .. } = error else { panic!("{error:?}") };
    assert_eq!(rest, "ab");
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_is_closed_finishes_its_streams_first() {
    let (bot, _callbacks, _side, mut peer) = connected(builder()).await;
    let mut dropped = bot.replier("R").stream();
    dropped.append("dropped");
    drop(dropped);
    let mut kept = bot.replier("R").stream();
    kept.append("kept");
    let closing = tokio::spawn({
        let bot = bot.clone();
        async move { bot.close().await }
    });
    let mut texts = Vec::new();
    while texts.len() < 2 {
        let frame = peer.call().await;
        let (text, is_last) = stream(&frame);
        if is_last {
            texts.push(text.to_owned());
        }
        peer.acknowledge(&frame, 0).await;
    }
    closing.await.unwrap();
    texts.sort();
    assert_eq!((texts, bot.state()), (vec!["dropped".to_owned(), "kept".to_owned()], BotState::Closed));
    kept.append(", and late");
    let Err(BotError::StreamUnfinished { rest, .. }) = kept.finish().await else { panic!() };
    assert_eq!(rest, ", and late");

    // It doesn't wait without end.
    let (bot, _callbacks, _side, _peer) = connected(builder()).await;
    let mut endless = bot.replier("R").stream();
    endless.append("text");
    let start = Instant::now();
    bot.close().await;
    assert!(start.elapsed() <= 6 * SECOND, "{:?}", start.elapsed());
    let error = endless.finish().await.unwrap_err();
    assert!(matches!(error, BotError::StreamUnconfirmed { .. }), "{error:?}");
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
