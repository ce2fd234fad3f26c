//! What the long connection of an AI bot sends, as the types that callbacks to a URL have, too.

use serde_json::{Value, json};
use wecom_models::aibot::events::{AibotEvent, ChatType, MixedItem, Quote};
use wecom_models::callback::{Document, Events as _};

/// Reads the `body` of a frame.
fn read(body: &Value) -> AibotEvent {
    let text = body.to_string();
    let document = Document::parse(&text).unwrap();
    AibotEvent::read(&document.envelope().unwrap(), &document).unwrap()
}

/// Returns a message with the members that all of them have, and some of its own.
fn message(kind: &str, own: Value) -> Value {
    let mut message = json!({
        "msgid": "M1", "aibotid": "aib1", "chattype": "single", "from": { "userid": "lin.wei" }, "msgtype": kind
    });
    let (message_fields, Value::Object(own)) = (message.as_object_mut().unwrap(), own) else {
        panic!("an object")
    };
    message_fields.extend(own);
    message
}

#[test]
fn each_file_has_its_own_key_and_a_url_may_end_with_a_blank() {
    let file = json!({ "url": "https://example.com/a?sign=1 ", "aeskey": "c2VjcmV0LWtleQ" });
    let with = |kind: &str| read(&message(kind, json!({ kind: file })));
    let (AibotEvent::ImageMessage(image), AibotEvent::FileMessage(sent), AibotEvent::VideoMessage(video)) =
        (with("image"), with("file"), with("video"))
    else {
        panic!("each is of its kind");
    };
    for content in [image.image, sent.file, video.video] {
        assert_eq!(content.url, "https://example.com/a?sign=1 ");
        assert_eq!(content.aeskey.unwrap().expose(), "c2VjcmV0LWtleQ");
    }
}

#[test]
fn a_message_in_a_group_has_its_chat_and_what_it_quotes() {
    let items = json!([
        { "msgtype": "text", "text": { "content": "@Canteen what is this?" } },
        { "msgtype": "image", "image": { "url": "https://example.com/1", "aeskey": "k1" } }
    ]);
    let AibotEvent::MixedMessage(mixed) = read(&message(
        "mixed",
        json!({
            "chattype": "group", "chatid": "wr1", "create_time": 1_767_225_600, "mixed": { "msg_item": items },
            "quote": { "msgtype": "video", "video": { "url": "https://example.com/2", "aeskey": "k2" } }
        }),
    )) else {
        panic!("it is of its kind");
    };
    assert_eq!((mixed.chattype, mixed.chatid.as_deref()), (ChatType::Group, Some("wr1")));
    assert!(matches!(&mixed.mixed.msg_item[..], [MixedItem::Text(_), MixedItem::Image(_)]));
    let Some(Quote::Video(video)) = mixed.quote else { panic!("it quotes a video") };
    assert_eq!(video.aeskey.unwrap().expose(), "k2");
}

#[test]
fn the_end_of_a_connection_has_no_sender() {
    let body = json!({
        "msgid": "M1", "create_time": 1_767_225_600, "aibotid": "aib1", "msgtype": "event",
        "event": { "eventtype": "disconnected_event" }
    });
    let AibotEvent::DisconnectedEvent(end) = read(&body) else { panic!("it is of its kind") };
    assert_eq!(end.create_time.as_unix(), 1_767_225_600);
}

#[test]
fn an_event_may_repeat_its_name_with_nothing_inside() {
    let event = json!({ "eventtype": "enter_chat", "enter_chat": {} });
    let body = message("event", json!({ "create_time": 1_767_225_600, "event": event }));
    let AibotEvent::EnterChat(entered) = read(&body) else { panic!("it is of its kind") };
    assert_eq!(entered.from.userid, "lin.wei");
}

#[test]
fn what_nobody_documents_is_kept_as_it_arrived() {
    let location = message("location", json!({ "location": { "name": "North gate" } }));
    let event = message(
        "event",
        json!({ "event": { "eventtype": "renamed_event", "renamed_event": { "name": "B" } } }),
    );
    for body in [location, event] {
        let AibotEvent::Other(kept) = read(&body) else { panic!("it isn't documented") };
        assert_eq!(kept, body);
    }
}
