//! Mistakes and gaps in the documentation, and their correct handling.

use serde_json::json;
use wecom_models::chatdata::archive::{MsgType, PartyType, SyncMsg, SyncMsgResponse};
use wecom_models::chatdata::search::SearchMsg;
use wecom_models::externalcontact::message_push::{
    Attachment, ChatType, CreateType, GetGroupMsgListV2, GetGroupMsgSendResult, GetGroupMsgTask, SendStatus,
    TaskStatus,
};
use wecom_models::hr::{FieldId, GetStaffInfo};
use wecom_models::meeting::basic::{AttendeeStatus, EnterMute, GetMeetingInfo, UpdateMeeting};
use wecom_models::message::app;
use wecom_models::msgaudit::{AgreeStatus, CheckRoomAgree, CheckSingleAgree, OneToOneChat};
use wecom_models::wire::{ReadObject, strictly};
use wecom_models::{OrText, Timestamp, Unknown};
use wecom_requests::{Check, Endpoint, Paged, Period, Rate, ResponseError, Rule, When, parse};
use wecom_tests::success;

fn read<E: Endpoint<Response: ReadObject>>(body: &serde_json::Value) -> E::Response {
    parse::<E>(success(body).to_string().as_bytes()).expect("the body should be understood")
}

fn rules(request: &impl Check) -> Vec<(String, Rule)> {
    let violations = request.violations().err().map(|violations| violations.0).unwrap_or_default();
    violations.into_iter().map(|violation| (violation.path, violation.rule)).collect()
}

#[test]
fn exteranalopenid_keeps_its_misspelling_both_ways() {
    let request = CheckSingleAgree::new([OneToOneChat::new("lin.wei", "wm1")]);
    let sent = serde_json::to_value(&request).unwrap();
    assert_eq!(sent, json!({ "info": [{ "userid": "lin.wei", "exteranalopenid": "wm1" }] }));
    let answer = read::<CheckRoomAgree>(&json!({
        "agreeinfo": [{ "exteranalopenid": "wm1", "agree_status": "Agree", "status_change_time": 7 }]
    }));
    assert_eq!(answer.agreeinfo[0].exteranalopenid, "wm1");
    assert_eq!(answer.agreeinfo[0].agree_status, AgreeStatus::Agree);
}

#[test]
fn at_most_100_chats_are_looked_up_at_once() {
    let chats = |count| CheckSingleAgree::new((0..count).map(|n| OneToOneChat::new(format!("u{n}"), "wm")));
    assert_eq!(rules(&chats(100)), []);
    assert_eq!(rules(&chats(101)), [("info".to_owned(), Rule::MaxItems(100))]);
}

#[test]
fn consent_is_limited_to_2500_and_1500_calls_a_minute() {
    assert_eq!(CheckSingleAgree::META.rates, [Rate { calls: 2500, per: Period::Minute }]);
    assert_eq!(CheckRoomAgree::META.rates, [Rate { calls: 1500, per: Period::Minute }]);
}

#[test]
fn has_more_is_a_boolean_or_a_number() {
    for (sent, expected) in
        [(json!(true), true), (json!(1), true), (json!("1"), true), (json!(false), false), (json!(0), false)]
    {
        assert_eq!(read::<SyncMsg>(&json!({ "has_more": sent })).has_more, expected);
    }
    // It decides whether anything is left, so it is never guessed.
    let error = parse::<SyncMsg>(br#"{"errcode":0,"has_more":2}"#).unwrap_err();
    assert!(error.to_string().contains("at `has_more`"), "{error}");
}

#[test]
fn cursor_and_token_are_limited_by_bytes_not_characters() {
    // 43 Chinese characters are 129 bytes.
    let long = "汉".repeat(43);
    assert_eq!(rules(&SyncMsg::new().cursor(&long[..126]).token("t".repeat(128)).limit(1000)), []);
    assert_eq!(
        rules(&SyncMsg::new().cursor(&long).token("t".repeat(129)).limit(1001)),
        [
            ("cursor".to_owned(), Rule::MaxBytes(128)),
            ("token".to_owned(), Rule::MaxBytes(128)),
            ("limit".to_owned(), Rule::Max(1000.into())),
        ]
    );
}

#[test]
fn every_documented_message_type_has_a_name_and_no_other_is_lost() {
    let of = |value: serde_json::Value| {
        read::<SyncMsg>(&json!({ "msg_list": [{ "msgtype": value }] })).msg_list.remove(0).msgtype
    };
    for code in 0..28 {
        assert!(!matches!(of(json!(code)), MsgType::Other(_)), "{code} is documented");
    }
    assert_eq!(of(json!(27)), MsgType::Markdown);
    assert_eq!(of(json!("2")), MsgType::Image);
    assert_eq!(of(json!(28)), MsgType::Other(Unknown::Int(28)));
    assert_eq!(of(json!("28")), MsgType::Other(Unknown::Text("28".to_owned())));
    assert_eq!(of(json!("poll")), MsgType::Other(Unknown::Text("poll".to_owned())));
    assert_eq!(of(json!(u64::MAX)), MsgType::Other(Unknown::Text(u64::MAX.to_string())));
    assert_eq!(of(json!(null)), MsgType::Other(Unknown::Absent));
    assert_eq!(serde_json::to_value(MsgType::Other(Unknown::Int(28))).unwrap(), json!(28));
}

#[test]
fn a_time_that_is_no_number_does_not_cost_the_records_around_it() {
    let page = read::<GetGroupMsgListV2>(&json!({ "group_msg_list": [
        { "msgid": "a", "create_time": "xxxx" },
        { "msgid": "b", "create_time": "1605171726", "creator": "lin.wei" },
        { "msgid": "c", "create_time": 1_605_171_726 },
        { "msgid": "d", "create_time": null },
    ] }));
    let times: Vec<_> = page.group_msg_list.iter().map(|message| message.create_time.clone()).collect();
    let time = OrText::Value(Timestamp::from_unix(1_605_171_726));
    assert_eq!(times, [OrText::Text("xxxx".to_owned()), time.clone(), time, OrText::default()]);
    assert_eq!(page.group_msg_list[0].creator, None, "a message created through the API has no creator");
    assert_eq!(page.group_msg_list[1].creator.as_deref(), Some("lin.wei"));
}

#[test]
fn attachments_are_told_apart_by_msgtype_in_any_order_of_keys() {
    let page = read::<GetGroupMsgListV2>(&json!({ "group_msg_list": [{ "create_type": 0, "attachments": [
        { "msgtype": "file", "file": { "media_id": "F" } },
        { "msgtype": "image", "image": { "media_id": "I" } },
        { "msgtype": "poll", "poll": { "question": "?", "options": [1, 2] }, "extra": null },
    ] }] }));
    let attachments = page.group_msg_list[0].attachments.as_ref().unwrap();
    assert!(matches!(&attachments[0], Attachment::File(file) if file.media_id == "F"));
    assert!(matches!(&attachments[1], Attachment::Image(image) if image.media_id.as_deref() == Some("I")));
    let Attachment::Other(unknown) = &attachments[2] else { panic!("{:?}", attachments[2]) };
    assert_eq!(unknown.fields["poll"], json!({ "question": "?", "options": [1, 2] }));
    assert_eq!(
        serde_json::to_value(&attachments[2]).unwrap(),
        json!({ "msgtype": "poll", "poll": { "question": "?", "options": [1, 2] }, "extra": null })
    );
    assert_eq!(page.group_msg_list[0].create_type, CreateType::Company);

    let content_first = r#"{"errcode":0,"group_msg_list":[{"attachments":[{"link":{"title":"T","url":"U"},"msgtype":"link"}]}]}"#;
    let page = parse::<GetGroupMsgListV2>(content_first.as_bytes()).unwrap();
    let attachments = page.group_msg_list[0].attachments.as_ref().unwrap();
    assert!(matches!(&attachments[0], Attachment::Link(link) if link.title == "T" && link.url == "U"));
}

#[test]
fn an_attachment_without_tag_or_content_keeps_what_it_has() {
    let page = read::<GetGroupMsgListV2>(&json!({ "group_msg_list": [{ "attachments": [
        { "image": { "media_id": "I" } }, { "msgtype": "image" }, {}, { "msgtype": null },
    ] }] }));
    let attachments = page.group_msg_list[0].attachments.as_ref().unwrap();
    let written = serde_json::to_value(attachments).unwrap();
    assert_eq!(
        written,
        json!([{ "image": { "media_id": "I" } }, { "msgtype": "image" }, {}, { "msgtype": null }])
    );
}

#[test]
fn group_messages_are_listed_for_a_month_at_most_and_never_backwards() {
    let day: i64 = 24 * 60 * 60;
    let list = |days| GetGroupMsgListV2::new(ChatType::Group, 1_720_000_000, 1_720_000_000 + days * day);
    assert_eq!(rules(&list(31)), []);
    let rule = Rule::MaxSpan { from: "start_time", days: 31 };
    assert_eq!(rules(&list(32)), [("end_time".to_owned(), rule)]);
    assert_eq!(rules(&list(-1)), [("end_time".to_owned(), rule)]);
}

#[test]
fn fields_that_need_each_other_are_refused_alone() {
    assert_eq!(rules(&UpdateMeeting::new("m")), []);
    assert_eq!(rules(&UpdateMeeting::new("m").meeting_start(1_720_000_000).meeting_duration(600_u64)), []);
    assert_eq!(
        rules(&UpdateMeeting::new("m").meeting_duration(600_u64)),
        [("meeting_start, meeting_duration".to_owned(), Rule::BothOrNeither)]
    );
    let until = SearchMsg::new("tea").end_time(1_720_000_000);
    let rule = Rule::RequiredWhen { field: "end_time", when: When::Set };
    assert_eq!(rules(&until), [("start_time".to_owned(), rule)]);
    let nothing = SearchMsg::new("tea").start_time(1_720_000_000).end_time(1_720_000_000);
    assert_eq!(rules(&nothing), [("end_time".to_owned(), Rule::Above("start_time"))]);
}

#[test]
fn the_default_decides_where_a_field_is_absent() {
    let rule = Rule::RequiredWhen { field: "get_all", when: When::Is(&["0"]) };
    let missing = [("fieldids".to_owned(), rule)];
    assert_eq!(rules(&GetStaffInfo::new("u")), missing);
    assert_eq!(rules(&GetStaffInfo::new("u").get_all(false)), missing);
    assert_eq!(rules(&GetStaffInfo::new("u").get_all(true)), []);
    let none: [FieldId; 0] = [];
    assert_eq!(rules(&GetStaffInfo::new("u").fieldids(none)), missing, "nothing is asked for");
    assert_eq!(rules(&GetStaffInfo::new("u").fieldids([FieldId::new(11_004)])), []);
}

#[test]
fn limits_of_the_three_lists_are_100_1000_and_1000() {
    let list = GetGroupMsgListV2::new(ChatType::Single, 1, 2);
    assert_eq!(rules(&list.clone().limit(100)), []);
    assert_eq!(rules(&list.limit(101)), [("limit".to_owned(), Rule::Max(100.into()))]);
    assert_eq!(rules(&GetGroupMsgTask::new("m").limit(1001)), [("limit".to_owned(), Rule::Max(1000.into()))]);
    assert_eq!(
        rules(&GetGroupMsgSendResult::new("m", "u").limit(1001)),
        [("limit".to_owned(), Rule::Max(1000.into()))]
    );
}

#[test]
fn an_empty_next_cursor_ends_paging_and_so_does_has_more() {
    let next = |cursor| {
        GetGroupMsgTask::new("m").next_cursor(&read::<GetGroupMsgTask>(&json!({ "next_cursor": cursor })))
    };
    assert_eq!(next(Some("C")), Some("C".to_owned()));
    assert_eq!(next(Some("")), None);
    assert_eq!(next(None), None);
    let next = |more, cursor| {
        SyncMsg::new().next_cursor(&read::<SyncMsg>(&json!({ "has_more": more, "next_cursor": cursor })))
    };
    assert_eq!(next(1, "C"), Some("C".to_owned()));
    assert_eq!(next(0, "C"), None, "the cursor is for later");
    assert_eq!(next(1, ""), Some(String::new()), "more follows, and nobody knows where");
}

#[test]
fn what_is_absent_while_unsent_or_by_kind_of_message_is_none() {
    let tasks = read::<GetGroupMsgTask>(&json!({ "task_list": [
        { "userid": "a", "status": 0 }, { "userid": "b", "status": 2, "send_time": 1_552_536_375 },
    ] }))
    .task_list;
    assert_eq!((tasks[0].status.clone(), tasks[0].send_time), (TaskStatus::Unsent, None));
    assert_eq!(tasks[1].send_time, Some(Timestamp::from_unix(1_552_536_375)));
    let sent = read::<GetGroupMsgSendResult>(&json!({ "send_list": [
        { "external_userid": "wm", "status": 1 }, { "chat_id": "wr", "status": 2 }, { "status": 1, "send_time": "" },
    ] })).send_list;
    assert_eq!((sent[0].external_userid.as_deref(), sent[0].chat_id.as_deref()), (Some("wm"), None));
    assert_eq!((sent[1].external_userid.as_deref(), sent[1].chat_id.as_deref()), (None, Some("wr")));
    assert_eq!(sent[2].send_time, None);
}

#[test]
fn status_2_means_sent_in_one_list_and_failed_in_the_other() {
    let task = read::<GetGroupMsgTask>(&json!({ "task_list": [{ "status": 2 }, { "status": 1 }] })).task_list;
    assert_eq!(task[0].status, TaskStatus::Sent);
    assert_eq!(task[1].status, TaskStatus::Other(Unknown::Int(1)));
    let sent =
        read::<GetGroupMsgSendResult>(&json!({ "send_list": [{ "status": 2 }, { "status": 1 }] })).send_list;
    assert_eq!(sent[0].status, SendStatus::NotContacts);
    assert_eq!(sent[1].status, SendStatus::Sent);
}

#[test]
fn a_meeting_nests_its_lists_and_mutes_by_boolean_or_number() {
    let meeting = read::<GetMeetingInfo>(&json!({
        "attendees": {
            "member": [{ "userid": "lin.wei", "status": 1 }],
            "tmp_external_user": [{ "tmp_external_userid": "wo", "status": 4 }]
        },
        "settings": { "enable_enter_mute": true, "hosts": { "userid": ["a", "b"] }, "ring_users": { "userid": [] } },
        "reminders": { "is_repeat": 1, "remind_before": [5, 10] }
    }));
    assert_eq!(meeting.attendees.member[0].status, AttendeeStatus::Joined);
    assert_eq!(meeting.attendees.tmp_external_user[0].status, AttendeeStatus::Other(Unknown::Int(4)));
    assert_eq!(meeting.settings.enable_enter_mute, Some(EnterMute::On));
    assert_eq!(meeting.settings.hosts.unwrap().userid, ["a", "b"]);
    assert_eq!(meeting.settings.ring_users.unwrap().userid, Vec::<String>::new());
    let reminders = meeting.reminders.unwrap();
    assert_eq!((reminders.is_repeat, reminders.remind_before), (Some(true), Some(vec![5, 10])));
    for (sent, expected) in
        [(json!(false), EnterMute::Off), (json!(2), EnterMute::AboveSix), (json!("1"), EnterMute::On)]
    {
        let meeting = read::<GetMeetingInfo>(&json!({ "settings": { "enable_enter_mute": sent } }));
        assert_eq!(meeting.settings.enable_enter_mute, Some(expected));
    }
}

#[test]
fn an_errcode_is_a_number_or_text_and_an_error_is_one_whatever_its_shape() {
    assert!(parse::<SyncMsg>(br#"{"errcode":"0","errmsg":"ok"}"#).is_ok());
    let error = parse::<SyncMsg>(br#"{"errcode":40058,"errmsg":"bad","msg_list":"none"}"#).unwrap_err();
    let ResponseError::Api(error) = error else { panic!("{error:?}") };
    assert_eq!((error.code, error.message.as_str()), (40058, "bad"));
}

#[test]
fn extra_missing_and_null_fields_are_no_errors() {
    let page = read::<SyncMsg>(&json!({ "brand": { "new": [1] }, "msg_list": null, "next_cursor": null }));
    assert_eq!(page, SyncMsgResponse::default());
    let meeting = read::<GetMeetingInfo>(
        &json!({ "attendees": null, "settings": { "hosts": null }, "reminders": null }),
    );
    assert_eq!(meeting.attendees.member, []);
    assert_eq!((meeting.settings.hosts, meeting.reminders), (None, None));
}

#[test]
fn what_cannot_be_understood_says_where_and_what() {
    let cases = [
        (
            r#"{"msg_list":[{"sender":{"type":1}},{"sender":{"type":[1,2]}}]}"#,
            "`msg_list[1].sender.type`",
            "expected an integer",
        ),
        (r#"{"msg_list":"none"}"#, "`msg_list`", "expected a list"),
        (
            r#"{"msg_list":[{"service_encrypt_info":{"public_key_ver":-1}}]}"#,
            "`msg_list[0].service_encrypt_info.public_key_ver`",
            "`-1`",
        ),
        (
            r#"{"msg_list":[{"send_time":"soon"}]}"#,
            "`msg_list[0].send_time`",
            "invalid value: a string, expected an integer",
        ),
        (r#"{"msg_list":[{"msgid":"a""#, "`msg_list[0]`", "EOF"),
    ];
    for (body, place, what) in cases {
        let error = strictly(|| parse::<SyncMsg>(body.as_bytes())).unwrap_err().to_string();
        assert!(error.contains(place) && error.contains(what), "{body}: {error}");
    }
}

#[test]
fn hostile_bodies_are_errors_not_crashes() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let skipped = format!(r#"{{"errcode":0,"unknown":{deep}}}"#);
    assert!(
        parse::<SyncMsg>(skipped.as_bytes()).is_ok(),
        "what no type knows is passed over without recursion"
    );
    let kept = format!(r#"{{"group_msg_list":[{{"attachments":[{{"msgtype":"new","new":{deep}}}]}}]}}"#);
    assert!(matches!(parse::<GetGroupMsgListV2>(kept.as_bytes()), Err(ResponseError::Decode(_))));
    let bodies: [&[u8]; 7] =
        [b"", b"null", b"[]", b"\"ok\"", b"<html>", b"{\"errcode\":0}trailing", b"\xff\xfe"];
    for body in bodies {
        assert!(
            matches!(parse::<SyncMsg>(body), Err(ResponseError::Decode(_))),
            "{:?}",
            &body[..body.len().min(20)]
        );
    }
}

#[test]
fn escaped_keys_are_the_same_keys() {
    let page =
        parse::<SyncMsg>(br#"{"\u0065rrcode":0,"h\u0061s_more":1,"msg_list":[{"sender":{"\u0074ype":3}}]}"#)
            .unwrap();
    assert!(page.has_more);
    assert_eq!(page.msg_list[0].sender.r#type, PartyType::Bot);
}

#[test]
fn an_optional_field_that_is_not_set_is_not_sent() {
    assert_eq!(serde_json::to_string(&SyncMsg::new()).unwrap(), "{}");
    assert_eq!(serde_json::to_string(&SyncMsg::new().cursor("")).unwrap(), r#"{"cursor":""}"#);
}

#[test]
fn what_cannot_be_understood_is_not_shown() {
    let error =
        parse::<SyncMsg>(br#"{"msg_list":[{"send_time":"13800000000x"}],"has_more":"secret"}"#).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("1380000"), "{error:?}");
    let error = parse::<SyncMsg>(br#""a token, say""#).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("token, say"), "{error:?}");
}

#[test]
fn numbers_of_any_precision_are_numbers() {
    // This is their form if a crate of the program enables serde_json's `arbitrary_precision`.
    fn number<T: for<'de> wecom_models::wire::Read<'de>>(digits: &str) -> Option<T> {
        let map = [("$serde_json::private::Number", digits)].into_iter();
        let map: serde::de::value::MapDeserializer<'_, _, serde::de::value::Error> =
            serde::de::value::MapDeserializer::new(map);
        wecom_models::wire::read::<Option<T>, _>(map).expect("a number")
    }
    assert_eq!(number::<u64>("5"), Some(5));
    assert_eq!(number::<i64>("-5"), Some(-5));
    assert_eq!(number::<u64>("5.0"), Some(5));
    assert_eq!(number::<f64>("0.5"), Some(0.5));
    assert_eq!(number::<bool>("1"), Some(true));
    assert_eq!(number::<String>("17"), Some("17".to_owned()));
    assert_eq!(number::<MsgType>("2"), Some(MsgType::Image));
    assert_eq!(number::<MsgType>("99"), Some(MsgType::Other(Unknown::Int(99))));
    assert_eq!(number::<Timestamp>("1720000000"), Some(Timestamp::from_unix(1_720_000_000)));
}

#[test]
fn text_that_wecom_cuts_off_is_sent_all_the_same() {
    let alert = "数据库连接池耗尽。".repeat(400);
    let message = app::Message::Text(app::TextContent::new(alert.as_str()));
    assert_eq!(rules(&app::SendMessage::new(message).touser(["zhangsan"])), []);
    let kept = wecom_models::cut_at_bytes(&alert, 2048);
    assert_eq!(kept.len(), 2046, "a character of three bytes stays whole");
}
