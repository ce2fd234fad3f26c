use tokio::time::{Instant, sleep};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_bot_subscribes_and_then_sends_heartbeats() {
    let (wire, mut side) = wire(1 << 20, 0);
    let connecting = tokio::spawn(builder().connect_by(wire));
    let mut peer = side.peer().await;
    let frame = peer.frame().await;
    assert_eq!(frame["cmd"], "aibot_subscribe");
    assert_eq!(frame["body"], json!({ "bot_id": "aib", "secret": "a-bot-secret" }));
    // Nothing else is sent before the acknowledgement.
    assert!(peer.is_silent_for(9 * SECOND).await && !connecting.is_finished());
    peer.acknowledge(&frame, 0).await;
    let (bot, _callbacks) = connecting.await.unwrap().unwrap();
    assert_eq!(bot.state(), BotState::Subscribed);

    let start = Instant::now();
    for number in 1..=3 {
        let ping = peer.frame().await;
        assert_eq!((&ping["cmd"], ping.get("body")), (&json!("ping"), None));
        assert_eq!(start.elapsed().as_secs(), 30 * number);
        peer.acknowledge(&ping, 0).await;
    }
    assert!(side.is_quiet());
    assert!(!format!("{bot:?} {:?}", builder()).contains("a-bot-secret"));
}

#[tokio::test(start_paused = true)]
async fn two_heartbeats_without_an_answer_end_a_connection_and_another_one_follows() {
    let (bot, _callbacks, mut side, mut peer) = connected(builder()).await;
    let start = Instant::now();
    assert_eq!([peer.frame().await["cmd"].take(), peer.frame().await["cmd"].take()], ["ping", "ping"]);
    let mut states = bot.watch();
    states.wait_for(|state| *state != BotState::Subscribed).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 90);
    let BotState::Reconnecting { attempt: 1, delay, reason } = bot.state() else { panic!("{bot:?}") };
    assert!(delay >= SECOND / 2 && delay <= SECOND && reason.contains("heartbeats"), "{reason}");
    let error = bot.call("aibot_send_msg", &json!({})).await.unwrap_err();
    assert!(matches!(error, BotError::NotConnected(_)) && !error.may_have_been_carried_out());
    let _peer = side.subscribed().await;
    bot.ready().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_until_a_connection_was_healthy() {
    let (bot, _callbacks, mut side, peer) = connected(builder()).await;
    drop(peer);
    let mut states = bot.watch();
    for attempt in 1..=6 {
        // Each connection is accepted, and lost at once.
        let state = states
            .wait_for(|state| matches!(state, BotState::Reconnecting { attempt: n, .. } if *n == attempt));
        let BotState::Reconnecting { delay, .. } = state.await.unwrap().clone() else { unreachable!() };
        let whole = SECOND * [1, 2, 4, 8, 16, 30][attempt as usize - 1];
        assert!(delay <= whole && 2 * delay >= whole, "{attempt}: {delay:?}");
        drop(side.subscribed().await);
    }
    let mut peer = side.subscribed().await;
    for _ in 0..2 {
        let ping = peer.frame().await;
        peer.acknowledge(&ping, 0).await;
    }
    drop(peer);
    states.wait_for(|state| matches!(state, BotState::Reconnecting { attempt: 1, .. })).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_that_fails_is_reported_and_a_started_bot_goes_on() {
    let (failing, _side) = wire(1 << 20, 1);
    let error = builder().connect_by(failing).await.unwrap_err();
    assert_eq!(error.to_string(), "no WebSocket connection: the HTTP status is 502");

    // Nobody answers the subscription.
    let (silent, mut side) = wire(1 << 20, 0);
    let start = Instant::now();
    let (connected, _peer) = tokio::join!(builder().connect_by(silent), side.peer());
    assert!(matches!(connected, Err(BotError::Handshake(_))) && start.elapsed() == 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_end_a_bot() {
    let (wire, mut side) = wire(1 << 20, 0);
    let refusing = async {
        let mut peer = side.peer().await;
        let frame = peer.frame().await;
        peer.acknowledge(&frame, 853_000).await;
        peer
    };
    let (connected, _peer) = tokio::join!(builder().connect_by(wire), refusing);
    let error = connected.unwrap_err();
    assert_eq!(error.code(), Some(853_000));
    assert!(matches!(&error, BotError::NotConnected(BotState::Rejected { .. })), "{error:?}");
    sleep(600 * SECOND).await;
    assert!(side.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn a_bot_whose_secret_is_changed_later_ends_too_and_other_refusals_are_tried_again() {
    let (bot, mut callbacks, mut side, peer) = connected(builder()).await;
    drop(peer);
    for (errcode, shortest) in [(-1, SECOND / 2), (45009, 60 * SECOND), (853_000, Duration::ZERO)] {
        let start = Instant::now();
        let mut peer = side.peer().await;
        assert!(start.elapsed() >= shortest.min(SECOND / 2));
        let frame = peer.frame().await;
        peer.acknowledge(&frame, errcode).await;
        if errcode == 45009 {
            let since = Instant::now();
            let mut next = side.peer().await;
            assert!(since.elapsed() >= shortest);
            let frame = next.frame().await;
            next.acknowledge(&frame, -1).await;
        }
    }
    assert!(callbacks.next().await.is_none());
    assert!(matches!(bot.state(), BotState::Rejected { .. }));
    assert_eq!(bot.ready().await.unwrap_err().code(), Some(853_000));
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_is_replaced_does_not_fight() {
    let (bot, mut callbacks, mut side, mut peer) = connected(builder()).await;
    let waiting = tokio::spawn({
        let bot = bot.clone();
        async move { bot.call("aibot_send_msg", &json!({})).await }
    });
    peer.call().await;
    let event = json!({ "msgid": "M", "create_time": 1, "aibotid": "aib", "msgtype": "event", "event": { "eventtype": "disconnected_event" } });
    peer.push("R", event).await;
    let callback = callbacks.next().await.unwrap();
    assert_eq!(callback.envelope.kind, "disconnected_event");
    assert!(callbacks.next().await.is_none());
    assert_eq!(bot.state(), BotState::Replaced);
    let error = waiting.await.unwrap().unwrap_err();
    assert!(matches!(error, BotError::Lost { written: true, .. }), "{error}");
    assert!(matches!(bot.call("ping", &()).await, Err(BotError::NotConnected(BotState::Replaced))));
    sleep(600 * SECOND).await;
    assert!(side.is_quiet());
}

const DISCONNECTED: &str = r#"{ "cmd": "aibot_event_callback", "headers": { "req_id": "R" }, "body":
    { "msgid": "M", "msgtype": "event", "event": { "eventtype": "disconnected_event" } } }"#;

#[tokio::test(start_paused = true)]
async fn a_bot_whose_subscription_is_lost_comes_back_and_whoever_it_replaces_by_that_does_not() {
    let (bot, _callbacks, mut side, mut peer) = connected(builder()).await;
    let answering = async {
        let frame = peer.call().await;
        peer.acknowledge(&frame, 846_609).await;
    };
    let (outcome, ()) = tokio::join!(bot.call("aibot_send_msg", &()), answering);
    assert_eq!(outcome.unwrap_err().code(), Some(846_609));
    let mut peer = side.subscribed().await;
    bot.ready().await.unwrap();
    peer.send(DISCONNECTED).await;
    bot.watch().wait_for(|state| *state == BotState::Replaced).await.unwrap();
    sleep(600 * SECOND).await;
    assert!(side.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_is_replaced_while_it_writes_does_not_fight_either() {
    for _ in 0..20 {
        let (bot, _callbacks, mut side, mut peer) = connected_through(builder(), 1024).await;
        let writing = tokio::spawn({
            let bot = bot.clone();
            async move { bot.call("aibot_send_msg", &json!({ "text": "x".repeat(100_000) })).await }
        });
        sleep(SECOND).await;
        peer.send(DISCONNECTED).await;
        drop(peer);
        writing.await.unwrap().unwrap_err();
        bot.watch().wait_for(|state| *state != BotState::Subscribed).await.unwrap();
        assert_eq!(bot.state(), BotState::Replaced);
        assert!(side.is_quiet());
    }
}

#[tokio::test(start_paused = true)]
async fn a_farewell_is_answered() {
    let (_bot, _callbacks, mut side, mut peer) = connected(builder()).await;
    peer.0.close(None).await.unwrap();
    let answer = peer.0.next().await;
    assert!(matches!(answer, Some(Ok(Message::Close(Some(_))))), "{answer:?}");
    side.subscribed().await;
}

#[tokio::test(start_paused = true)]
async fn an_application_may_send_heartbeats_of_its_own_and_none_come_too_often() {
    let (bot, _callbacks, _side, mut peer) = connected(builder().heartbeat(Duration::ZERO)).await;
    let start = Instant::now();
    let pinging = tokio::spawn({
        let bot = bot.clone();
        async move { bot.call("ping", &()).await }
    });
    for _ in 0..5 {
        let ping = peer.frame().await;
        peer.acknowledge(&ping, 0).await;
    }
    assert_eq!(start.elapsed(), 4 * SECOND);
    pinging.await.unwrap().unwrap();
    assert_eq!(bot.state(), BotState::Subscribed);
}

#[test]
fn a_bot_whose_runtime_has_ended_is_closed() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let (bot, _callbacks, _side, _peer) = first.block_on(connected(builder()));
    let calling = bot.call("aibot_send_msg", &());
    drop(first);
    assert_eq!(bot.state(), BotState::Closed);
    runtime().block_on(async {
        assert!(matches!(bot.ready().await, Err(BotError::NotConnected(BotState::Closed))));
        assert!(matches!(calling.await, Err(BotError::NotConnected(BotState::Closed))));
        bot.close().await;
    });
}

#[tokio::test(start_paused = true)]
async fn the_time_for_a_connection_can_be_longer_than_that_of_other_requests() {
    // A proxy that takes connections, and says nothing.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let builder = builder().url("wss://openws.example.com").proxy(proxy).connect_timeout(60 * SECOND);
    let start = Instant::now();
    builder.connect().await.unwrap_err();
    assert!(start.elapsed() >= 60 * SECOND, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_bot_is_closed_by_the_application_or_when_nobody_has_it_any_more() {
    let (bot, mut callbacks, _side, mut peer) = connected(builder()).await;
    let (bot_again, clone) = (bot.clone(), bot.clone());
    let (ended, ()) = tokio::join!(peer.text(), bot_again.close());
    assert_eq!((ended, clone.state()), (None, BotState::Closed));
    assert!(callbacks.next().await.is_none());
    bot.close().await;

    let (bot, callbacks, _side, mut peer) = connected(builder()).await;
    peer.push("R", message("M", "Hello")).await;
    drop(bot);
    let mut callbacks = callbacks;
    let replier = callbacks.next().await.unwrap().replier();
    drop(callbacks);
    assert!(peer.is_silent_for(20 * SECOND).await);
    drop(replier);
    assert_eq!(peer.text().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_bot_is_closed_at_once_also_while_its_peer_reads_nothing() {
    let (bot, _callbacks, _side, _peer) = connected_through(builder(), 64).await;
    for _ in 0..600 {
        let bot = bot.clone();
        tokio::spawn(async move { bot.call("aibot_send_msg", &json!({ "text": "x".repeat(1000) })).await });
    }
    sleep(SECOND).await;
    let start = Instant::now();
    bot.close().await;
    assert!(bot.state() == BotState::Closed && start.elapsed() <= SECOND, "{:?}", start.elapsed());
}
