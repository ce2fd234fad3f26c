use wecom_models::aibot::events::AibotEvent;

use super::*;

#[tokio::test(start_paused = true)]
async fn callbacks_are_typed_and_keep_their_json() {
    let (_bot, mut callbacks, _side, mut peer) = connected(builder()).await;
    let body = json!({ "msgid": "M1", "aibotid": "aib", "msgtype": "text", "text": { "content": "Hi" }, "new": [1] });
    peer.push("R1", body.clone()).await;
    let callback = callbacks.next().await.unwrap();
    let AibotEvent::TextMessage(text) = &callback.event else { panic!("{callback:?}") };
    assert_eq!((text.text.content.as_str(), callback.envelope.msg_id.as_deref()), ("Hi", Some("M1")));
    assert_eq!(serde_json::from_str::<Value>(callback.expose_json()).unwrap(), body);
    assert_eq!(callback.replier().req_id(), "R1");
    assert!(!format!("{callback:?}").contains("Hi"));
    let kinds = json!({ "msgid": "M2", "msgtype": "hologram", "hologram": {} });
    peer.push("R2", kinds.clone()).await;
    assert_eq!(callbacks.next().await.unwrap().event, AibotEvent::Other(kinds));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_callback_is_dropped_also_on_the_next_connection() {
    let (builder, notices) = noticing(builder());
    let (_bot, mut callbacks, mut side, mut peer) = connected(builder).await;
    peer.push("R1", message("M1", "once")).await;
    peer.push("R2", message("M1", "twice")).await;
    peer.push("R1", message("M2", "other")).await;
    drop(peer);
    let mut peer = side.subscribed().await;
    peer.push("R3", message("M2", "again")).await;
    peer.push("R4", message("M3", "last")).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(callbacks.next().await.unwrap().envelope.msg_id.unwrap());
    }
    assert_eq!(ids, ["M1", "M2", "M3"]);
    let expected = ["M1", "M2"].map(|id| BotNotice::Duplicate { msg_id: id.to_owned() });
    assert_eq!(*crate::lock(&notices), expected);
}

#[tokio::test(start_paused = true)]
async fn callbacks_with_an_empty_id_are_not_repeated_ones() {
    let (_bot, mut callbacks, _side, mut peer) = connected(builder()).await;
    for content in ["first", "second"] {
        peer.push("R", message("", content)).await;
        let callback = timeout(SECOND, callbacks.next()).await.expect("it arrives").unwrap();
        let AibotEvent::TextMessage(text) = callback.event else { panic!() };
        assert_eq!(text.text.content, content);
    }
}

#[tokio::test(start_paused = true)]
async fn control_characters_in_a_text_are_kept() {
    let (_bot, mut callbacks, _side, mut peer) = connected(builder()).await;
    let frame = "\u{feff}{\"cmd\":\"aibot_msg_callback\",\u{1}\"headers\":{\"req_id\":\"R\"},\"body\":{\"msgid\":\"M\",\
                 \"msgtype\":\"text\",\"text\":{\"content\":\"a\u{1}b\nc\\ud800\"}}}";
    peer.send(frame).await;
    let AibotEvent::TextMessage(text) = callbacks.next().await.unwrap().event else { panic!() };
    assert_eq!(text.text.content, "a\u{1}b\nc\u{fffd}");
}

#[tokio::test(start_paused = true)]
async fn hostile_frames_end_nothing_but_themselves() {
    let (builder, notices) = noticing(builder());
    let (bot, mut callbacks, side, mut peer) = connected(builder).await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let frames = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "\"aibot_msg_callback\"".to_owned(),
        "{".to_owned(),
        "{}".to_owned(),
        "\u{0}\u{1}".to_owned(),
        deep.clone(),
        r#"{"cmd":7,"headers":7,"body":7}"#.to_owned(),
        r#"{"cmd":"aibot_msg_callback"}"#.to_owned(),
        r#"{"cmd":"aibot_msg_callback","body":null}"#.to_owned(),
        r#"{"cmd":"aibot_msg_callback","body":"text"}"#.to_owned(),
        r#"{"cmd":"aibot_event_callback","headers":[],"body":[1]}"#.to_owned(),
        r#"{"cmd":"aibot_unheard_of","headers":{"req_id":"R"},"body":{}}"#.to_owned(),
        r#"{"errcode":0}"#.to_owned(),
        r#"{"errcode":"not a number","headers":{"req_id":"R"}}"#.to_owned(),
        r#"{"errcode":1e400}"#.to_owned(),
        r#"{"errcode":40058}"#.to_owned(),
        r#"{"errcode":0,"headers":{"req_id":"unknown"}}"#.to_owned(),
        r#"{"errcode":0,"headers":{"req_id":{}}}"#.to_owned(),
        format!(r#"{{"cmd":"aibot_msg_callback","body":{deep}}}"#),
    ];
    for frame in &frames {
        peer.send(frame.clone()).await;
    }
    // What can be read at all arrives: as its type, or as received.
    for body in [
        r#"{"msgtype":"text","text":[[[]]]}"#.to_owned(),
        r#"{"msgid":5,"msgtype":"image","image":"none"}"#.to_owned(),
        format!(r#"{{"msgid":"deep","msgtype":"text","text":{deep}}}"#),
        format!(r#"{{"msgid":"deeper","msgtype":"unknown","text":{deep}}}"#),
    ] {
        peer.send(format!(r#"{{"cmd":"aibot_msg_callback","headers":{{"req_id":1}},"body":{body}}}"#)).await;
    }
    peer.push("R", message("last", "Hello")).await;
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "last") {
        let callback = callbacks.next().await.unwrap();
        kinds.push(callback.envelope.msg_id.unwrap_or_default());
    }
    assert_eq!(kinds, ["", "5", "deep", "deeper", "last"]);
    assert_eq!(bot.state(), BotState::Subscribed);
    let mut side = side;
    assert!(side.is_quiet());
    assert!(crate::lock(&notices).len() >= frames.len() - 2, "{notices:?}");
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_too_large_ends_the_connection_and_not_the_bot() {
    let (bot, _callbacks, mut side, mut peer) = connected_through(builder(), 8 << 20).await;
    peer.send("x".repeat(5 << 20)).await;
    let _peer = side.subscribed().await;
    bot.ready().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_slow_application_loses_callbacks_and_not_the_connection() {
    let (builder, notices) = noticing(builder().max_waiting_callbacks(2));
    let (bot, mut callbacks, mut side, mut peer) = connected(builder).await;
    for id in ["M1", "M2", "M3"] {
        peer.push("R", message(id, "Hello")).await;
    }
    for _ in 0..10 {
        let ping = peer.frame().await;
        assert_eq!(ping["cmd"], "ping");
        peer.acknowledge(&ping, 0).await;
    }
    assert!(side.is_quiet() && bot.state() == BotState::Subscribed);
    assert_eq!(*crate::lock(&notices), [BotNotice::Overflow { msg_id: Some("M3".to_owned()) }]);
    assert_eq!(callbacks.next().await.unwrap().envelope.msg_id.as_deref(), Some("M1"));
    // It isn't taken for a repeated one.
    peer.push("R", message("M3", "Hello")).await;
    let rest = [callbacks.next().await, callbacks.next().await]
        .map(|callback| callback.unwrap().envelope.msg_id.unwrap());
    assert_eq!(rest, ["M2", "M3"]);
}

#[tokio::test(start_paused = true)]
async fn callbacks_that_wait_take_a_limited_number_of_bytes() {
    let (mut builder, notices) = noticing(builder());
    builder.settings.max_held = 1000;
    let (_bot, mut callbacks, _side, mut peer) = connected(builder).await;
    for (id, length) in [("M1", 700), ("M2", 700), ("M3", 10)] {
        peer.push("R", message(id, &"x".repeat(length))).await;
    }
    peer.frame().await;
    assert_eq!(*crate::lock(&notices), [BotNotice::Overflow { msg_id: Some("M2".to_owned()) }]);
    callbacks.next().await.unwrap();
    callbacks.next().await.unwrap();
    assert_eq!(callbacks.held.load(std::sync::atomic::Ordering::Relaxed), 0);
}
