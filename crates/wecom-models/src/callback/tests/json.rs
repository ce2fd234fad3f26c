//! The forms of JSON.

use super::*;

#[test]
fn json_with_the_same_members_is_read_alike() {
    let json = r#"{"MsgType":"event","Event":"change_test","ChangeType":"change","CreateTime":5,"Id":7,"Order":"3",
        "DocId":["a","b"],"GroupIds":{"GroupId":["1"]},"Department":"1,2"}"#;
    let xml = "<xml><MsgType>event</MsgType><Event>change_test</Event><ChangeType>change</ChangeType>\
        <CreateTime>5</CreateTime><Id>7</Id><Order>3</Order><DocId>a</DocId><DocId>b</DocId>\
        <GroupIds><GroupId>1</GroupId></GroupIds><Department>1,2</Department></xml>";
    assert_eq!(read::<Changed>(json).unwrap(), read::<Changed>(xml).unwrap());
}

#[test]
fn json_that_is_nearly_right_is_mended() {
    let (_, read): (_, Changed) = read("\u{feff}{\"Id\":\"a\nb\"}").unwrap();
    assert_eq!(read.id, "a\nb");
}

#[test]
fn the_shapes_of_json_are_told_apart() {
    for (text, shape, kind, id) in [
        (r#"{"msgid":"M","msgtype":"text","text":{"content":"x"}}"#, Shape::BotMessage, "text", Some("M")),
        (
            r#"{"msgid":"M","msgtype":"event","event":{"eventtype":"enter_chat"}}"#,
            Shape::BotEvent,
            "enter_chat",
            Some("M"),
        ),
        (
            r#"{"msg_type":"event","base_info":{"req_id":"R"},"event":{"event_type":"bind"}}"#,
            Shape::Notification,
            "bind",
            Some("R"),
        ),
        (
            r#"{"command":{"command_type":"user_scan"},"base_info":{"req_id":"R"},"msg_type":"command"}"#,
            Shape::DeviceCommand,
            "user_scan",
            Some("R"),
        ),
        (r#"{"id":"1","event_type":"REFUND.CLOSED"}"#, Shape::Notification, "REFUND.CLOSED", None),
        (r#"{"event_type":"hit_keyword","timestamp":5}"#, Shape::Notification, "hit_keyword", None),
        (r#"{"hello":1}"#, Shape::Unknown, "", None),
    ] {
        let envelope = envelope(text);
        assert_eq!((envelope.shape, envelope.kind.as_str(), envelope.msg_id.as_deref()), (shape, kind, id));
    }
}
