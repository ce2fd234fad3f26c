//! Values that don't fit their documented type, in responses and callbacks.

use serde_json::json;
use wecom_models::Timestamp;
use wecom_models::callback::Document;
use wecom_models::chatdata::archive::SyncMsg;
use wecom_models::contacts::department::ListDepartment;
use wecom_models::contacts::user::GetUser;
use wecom_models::externalcontact::message_push::GetGroupMsgListV2;
use wecom_models::kf::message::SyncMsg as KfSyncMsg;
use wecom_models::meeting::basic::GetMeetingInfo;
use wecom_models::message::events::ReportLocation;
use wecom_models::school::user::BatchCreateStudent;
use wecom_models::wedoc::smartsheet::GetViews;
use wecom_models::wedrive::file::ListFile;
use wecom_models::wire::strictly;
use wecom_requests::parse;

use super::answers::member;

#[test]
fn integers_are_64_bits_wide() {
    let meeting = parse::<GetMeetingInfo>(br#"{"errcode":0,"agentid":1013699173317}"#).unwrap();
    assert_eq!(meeting.agentid, Some(1_013_699_173_317));
    let files = json!({ "errcode": 0, "file_list": { "item": [{ "file_size": 2_287_375_645_u64 }] } });
    let files = parse::<ListFile>(files.to_string().as_bytes()).unwrap();
    assert_eq!(files.file_list.item[0].file_size, 2_287_375_645);
}

#[test]
fn a_number_that_does_not_fit_is_absent_or_if_that_is_asked_for_an_error_that_names_the_range() {
    const UINT: &str = "expected an integer from 0 to 18446744073709551615";
    const INT: &str = "expected an integer from -9223372036854775808 to 9223372036854775807";
    for (sent, found) in [
        ("-1", "integer `-1`"),
        ("99999999999999999999", "floating point `1e+20`"),
        ("0.5", "floating point `0.5`"),
        ("\"18446744073709551616\"", "a string"),
        ("-13800138000", "a long integer"),
        ("13800138000.5", "a long number"),
    ] {
        let body = format!(r#"{{"errcode":0,"agentid":{sent}}}"#);
        assert_eq!(parse::<GetMeetingInfo>(body.as_bytes()).unwrap().agentid, None);
        let error = strictly(|| parse::<GetMeetingInfo>(body.as_bytes())).unwrap_err().to_string();
        assert!(error.contains(&format!("at `agentid`: invalid value: {found}, {UINT}")), "{error}");
    }
    // The code decides, so it is never guessed.
    for (sent, found) in [
        ("18446744073709551615", "a long integer"),
        ("0.5", "0.5"),
        (r#""ok""#, "a string"),
        ("false", "boolean"),
    ] {
        let body = format!(r#"{{"errcode":{sent}}}"#);
        let error = parse::<SyncMsg>(body.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(found) && error.contains(INT), "{error}");
    }
}

#[test]
fn one_value_that_does_not_fit_costs_nothing_else() {
    let member = |field: &str, value: &str| {
        let member = member(field, value);
        (member.department, member.is_leader_in_dept, member.main_department)
    };
    // Next to others, wherever it is.
    assert_eq!(member("department", r#"[1, -1, "x", 4.5, 2]"#).0, [1, 0, 0, 0, 2]);
    assert_eq!(member("department", r#""all""#).0, Vec::<u64>::new());
    assert_eq!(member("main_department", "18446744073709551616").2, None);
    let flags = r#"[0, 1, 2, -1, 0.0, 1.0, "2", "yes", true, 0.5, "nan", "inf"]"#;
    let expected = [false, true, true, false, false, true, true, false, true, false, false, false];
    assert_eq!(member("is_leader_in_dept", flags).1.unwrap(), expected);
    let page = |time: &str| {
        let body = format!(
            r#"{{"errcode":0,"msg_list":[{{"msgid":"a","send_time":{time}}},{{"msgid":"b","send_time":7}}]}}"#
        );
        let page = parse::<KfSyncMsg>(body.as_bytes()).unwrap();
        assert_eq!((page.msg_list[1].msgid.as_str(), page.msg_list[1].send_time), ("b", Timestamp::from(7)));
        page.msg_list[0].send_time.as_unix()
    };
    assert_eq!(page(r#""2026-03-01 09:30:00""#), 1_772_328_600);
    assert_eq!([r#""soon""#, "1e300", r#""2026-02-""#].map(page), [0; 3]);
    // An object or a list elsewhere is another structure, which nobody can guess.
    for other in [r#"{"id":1}"#, "[1,2]"] {
        let body = format!(r#"{{"errcode":0,"userid":"lin","main_department":{other}}}"#);
        let error = parse::<GetUser>(body.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("at `main_department`"), "{error}");
    }
}

#[test]
fn a_callback_is_read_despite_a_value_that_does_not_fit() {
    let text = "<xml><ToUserName>c</ToUserName><FromUserName>u</FromUserName><CreateTime>now</CreateTime>\
        <MsgType>event</MsgType><Event>LOCATION</Event><Latitude>north</Latitude><Longitude>113.5</Longitude>\
        <Precision>1e3</Precision><AgentID>1</AgentID></xml>";
    let document = Document::parse(text).unwrap();
    let place = document.read::<ReportLocation>().unwrap();
    assert_eq!((place.latitude, place.longitude, place.precision), (0.0, 113.5, 1000.0));
    let envelope = document.envelope().unwrap();
    assert_eq!((envelope.create_time, envelope.agent_id), (None, Some(1)));
    let error = strictly(|| document.read::<ReportLocation>()).unwrap_err();
    assert_eq!(error.path, "Latitude");
}

#[test]
fn a_response_without_a_code_that_can_be_read_is_no_success() {
    for code in ["null", r#""""#, r#"" ""#, "[]", "{}", "false", r#""0x0""#] {
        let body = format!(r#"{{"errcode":{code},"errmsg":"system error","next_cursor":"c"}}"#);
        let error = parse::<SyncMsg>(body.as_bytes()).unwrap_err();
        assert!(!format!("{error:?}").contains("succeeded: true"), "{code}: {error:?}");
    }
}

#[test]
fn what_identifies_decides_or_is_paid_is_never_guessed() {
    let departments = |id: &str| {
        format!(r#"{{"errcode":0,"department":[{{"id":{id},"parentid":1}},{{"id":5,"parentid":{id}}}]}}"#)
    };
    for id in ["-1", r#""sales""#, "0.5", "1e30"] {
        let error = parse::<ListDepartment>(departments(id).as_bytes()).unwrap_err().to_string();
        assert!(error.contains("at `department[0].id`"), "{error}");
    }
    assert_eq!(parse::<ListDepartment>(departments(r#""7""#).as_bytes()).unwrap().department[1].parentid, 7);
    // The codes of single items.
    let body = r#"{"errcode":0,"result_list":[{"student_userid":"s","errcode":"fail"}]}"#;
    let error = parse::<BatchCreateStudent>(body.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("result_list[0].errcode"), "{error}");
    // Whether another page follows.
    let body = r#"{"errcode":0,"has_more":"yes","next_cursor":"c","msg_list":[]}"#;
    let error = parse::<KfSyncMsg>(body.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("at `has_more`"), "{error}");
}

#[test]
fn a_misfit_in_json_inside_a_string_or_where_text_may_be_costs_nothing_else() {
    for content in [r#""hi""#, r#""[]]""#, "5", r#""""#] {
        let body = json!({ "errcode": 0, "next_cursor": "c", "msg_list": [{ "msgid": "a", "msgtype": "merged_msg", "merged_msg": {
            "title": "t", "item": [{ "msgtype": "text", "send_time": 7, "sender_name": "n", "msg_content": "?" }] } }] });
        let body = body.to_string().replace(r#""?""#, content);
        let page = parse::<KfSyncMsg>(body.as_bytes()).unwrap();
        assert_eq!((page.next_cursor.as_str(), page.msg_list[0].msgid.as_str()), ("c", "a"), "{content}");
    }
    for (sent, text) in [("1.5", "1.5"), ("1e300", "1"), (r#""soon""#, "soon")] {
        let body = format!(r#"{{"errcode":0,"group_msg_list":[{{"msgid":"m","create_time":{sent}}}]}}"#);
        let list = parse::<GetGroupMsgListV2>(body.as_bytes()).unwrap();
        assert!(format!("{:?}", list.group_msg_list[0].create_time).contains(text), "{sent}");
    }
}

#[test]
fn what_is_repaired_is_as_strict_as_the_rest() {
    let body = "{\"errcode\":0,\"errmsg\":\"o\tk\",\"agentid\":-1}";
    assert_eq!(parse::<GetMeetingInfo>(body.as_bytes()).unwrap().agentid, None);
    let error = strictly(|| parse::<GetMeetingInfo>(body.as_bytes())).unwrap_err().to_string();
    assert!(error.contains("at `agentid`"), "{error}");
    let body = body.replace("-1", "1");
    assert_eq!(strictly(|| parse::<GetMeetingInfo>(body.as_bytes())).unwrap().agentid, Some(1));
}

#[test]
fn the_name_of_an_entry_ends_neither_a_line_nor_a_path() {
    let name = format!("a\nWARN forged `: {}", "k".repeat(1000));
    let body = json!({ "errcode": 0, "views": [{ "property": { "field_visibility": { name: [1, 2] } } }] });
    let error = parse::<GetViews>(body.to_string().as_bytes()).unwrap_err().to_string();
    assert!(
        !error.contains('\n') && error.len() < 300 && error.contains("field_visibility.a\\nWARN"),
        "{error}"
    );
}
