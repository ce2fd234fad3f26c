//! Every shape that JSON takes in the documentation, read and written.

use serde_json::{Value, json};
use wecom_models::aibot::events::{CardType, TemplateCardEvent, TextMessage};
use wecom_models::checkin::GetCorpCheckinOption;
use wecom_models::contacts::batch::{GetBatchResult, GetBatchResultResponse, Job};
use wecom_models::hr::{GetStaffInfo, GetStaffInfoResponse};
use wecom_models::kf::message::{Content, EventContent, Origin, SyncMsg, SyncMsgResponse};
use wecom_models::media::{GetMedia, UploadMedia};
use wecom_models::message::app::{Message, SendMessage, TextContent};
use wecom_models::paytool::OpenOrder;
use wecom_models::service::auth::{GetAppQrCode, GetSuiteToken};
use wecom_models::wedoc::document::BatchUpdateDocument;
use wecom_models::wedoc::smartsheet::{CellItem, CellValue, GetRecords};
use wecom_models::{File, FileOr, Secret, Timestamp};
use wecom_requests::{Endpoint, ResponseError, Signed, http_request, parse, parse_response};
use wecom_tests::success;

const BASE: &str = "https://qyapi.weixin.qq.com";

fn response(content_type: &str, body: &'static [u8]) -> http::Response<bytes::Bytes> {
    let builder = http::Response::builder().header("content-type", content_type);
    builder.body(bytes::Bytes::from_static(body)).expect("the header is plain")
}

fn read<E: Endpoint<Response: wecom_models::wire::ReadObject>>(body: &Value) -> E::Response {
    parse::<E>(success(body).to_string().as_bytes()).expect("the body should be understood")
}

/// Reads, and writes again.
fn again<T: serde::de::DeserializeOwned + serde::Serialize>(json: &Value) -> Value {
    let read: T = serde_json::from_value(json.clone()).expect("the JSON should be understood");
    serde_json::to_value(read).expect("a model can be written")
}

#[test]
fn an_embedded_union_stands_among_the_fields_around_it() {
    let sent = json!({
        "touser": "lin.wei|chen.yu", "msgtype": "text", "agentid": 7, "text": { "content": "Hello" }, "safe": 0
    });
    assert_eq!(again::<SendMessage>(&sent), sent);
    let request: SendMessage = serde_json::from_value(sent).unwrap();
    assert_eq!(request.touser.as_ref().unwrap().as_slice(), ["lin.wei", "chen.yu"]);
    assert!(matches!(&request.message, Message::Text(text) if text.content == "Hello"));
}

#[test]
fn an_embedded_union_does_not_mind_the_order_of_keys() {
    let fields = [
        ("msgid", json!("1")),
        ("msgtype", json!("event")),
        (
            "event",
            json!({ "open_kfid": "wk", "event_type": "enter_session", "external_userid": "wm", "scene": "s" }),
        ),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
        let pairs = order.map(|index| format!("\"{}\":{}", fields[index].0, fields[index].1));
        let body = format!("{{\"errcode\":0,\"msg_list\":[{{{}}}]}}", pairs.join(","));
        let message = parse::<SyncMsg>(body.as_bytes()).unwrap().msg_list.remove(0);
        let Content::Event(EventContent::EnterSession(event)) = &message.content else {
            panic!("{:?}", message.content)
        };
        assert_eq!((message.msgid.as_str(), event.open_kfid.as_str()), ("1", "wk"));
    }
}

#[test]
fn an_unknown_message_and_an_unknown_event_keep_all_their_fields() {
    let message = json!({ "msgid": "1", "msgtype": "hologram", "hologram": { "depth": 3 } });
    let written =
        again::<SyncMsgResponse>(&json!({ "has_more": 0, "next_cursor": "", "msg_list": [message] }));
    assert_eq!(written["msg_list"][0]["hologram"], json!({ "depth": 3 }));
    assert_eq!(written["msg_list"][0]["msgtype"], "hologram");
    let event = json!({ "event_type": "teleport", "to": "Mars", "open_kfid": "wk" });
    let body = json!({ "msg_list": [{ "msgtype": "event", "event": event }] });
    assert_eq!(again::<SyncMsgResponse>(&body)["msg_list"][0]["event"], event);
}

#[test]
fn a_tag_without_content_is_a_variant_too() {
    let page = read::<SyncMsg>(
        &json!({ "msg_list": [{ "msgtype": "meeting" }, { "msgtype": "note", "send_time": 5 }] }),
    );
    assert_eq!(page.msg_list[0].content, Content::Meeting);
    assert_eq!(page.msg_list[1].content, Content::Note);
    let late =
        parse::<SyncMsg>(br#"{"errcode":0,"msg_list":[{"new_field":1,"msgtype":"meeting"}]}"#).unwrap();
    assert_eq!(late.msg_list[0].content, Content::Meeting, "whatever stands before the tag");
    let with_content = json!({ "note": { "text": "kept" }, "msgtype": "note" });
    let written = again::<SyncMsgResponse>(&json!({ "msg_list": [with_content] }));
    assert_eq!(written["msg_list"][0]["note"], json!({ "text": "kept" }));
}

#[test]
fn an_item_of_a_joined_list_cannot_become_several() {
    let request = SendMessage::new(Message::default()).touser(["lin.wei|everybody"]);
    let error = http_request(&request, BASE, "T").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request can't be serialized: `touser`: an item contains `|`, which separates items: pass several as a list"
    );
}

#[test]
fn a_path_is_the_same_whether_content_comes_before_its_tag_or_after() {
    for body in [
        r#"{"msg_list":[{"msgtype":"text","text":{"content":["a","b"]}}]}"#,
        r#"{"msg_list":[{"text":{"content":["a","b"]},"msgtype":"text"}]}"#,
    ] {
        let error = parse::<SyncMsg>(body.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("`msg_list[0].text.content`"), "{error}");
    }
}

#[test]
fn content_need_not_follow_its_tag() {
    let read = |message: &str| {
        let body = format!("{{\"errcode\":0,\"msg_list\":[{{{message}}},{{\"msgid\":\"2\"}}]}}");
        let mut page = parse::<SyncMsg>(body.as_bytes()).unwrap();
        assert_eq!(page.msg_list[1].msgid, "2");
        page.msg_list.remove(0)
    };
    let between = read(r#""msgtype":"text","msgid":"1","text":{"content":"a"},"origin":3"#);
    assert!(matches!(&between.content, Content::Text(text) if text.content == "a"), "{between:?}");
    assert_eq!((between.msgid.as_str(), between.origin), ("1", Origin::Customer));
    let escaped = read(r#""msgtype":"te\u0078t","text":{"content":"a"},"msgid":"1""#);
    assert_eq!(escaped.content, between.content);
    let twice = read(r#""text":{"content":"a"},"msgtype":"text","text":{"content":"b"},"msgid":"1""#);
    assert_eq!((twice.content, twice.msgid), (between.content, "1".to_owned()));
    let never = read(r#""msgtype":"text","msgid":"1""#);
    let Content::Other(seen) = &never.content else { panic!("{never:?}") };
    assert_eq!(json!(seen.fields), json!({ "msgtype": "text" }));
    assert_eq!(never.msgid, "1");
    let last = read(r#""msgid":"1","msgtype":"text""#);
    assert_eq!(last.content, never.content);
}

#[test]
fn a_character_that_was_cut_in_two_costs_no_more_than_itself() {
    let mut body = r#"{"errcode":0,"next_cursor":"会","has_more":1}"#.as_bytes().to_vec();
    let cut = body.windows(3).position(|bytes| bytes == "会".as_bytes()).unwrap();
    body.remove(cut + 2);
    let page = parse::<SyncMsg>(&body).unwrap();
    assert_eq!((page.next_cursor.as_str(), page.has_more), ("\u{fffd}", true));
}

#[test]
fn a_flat_union_takes_what_came_before_its_tag() {
    let members =
        read::<GetBatchResult>(&json!({ "result": [{ "userid": "a", "errcode": 0 }], "type": "sync_user" }));
    let Job::SyncUser(job) = &members.job else { panic!("{:?}", members.job) };
    assert_eq!(job.result.as_ref().unwrap()[0].userid.as_deref(), Some("a"));
    let departments = read::<GetBatchResult>(
        &json!({ "type": "replace_party", "result": [{ "action": 3, "partyid": 9 }] }),
    );
    let Job::ReplaceParty(job) = &departments.job else { panic!("{:?}", departments.job) };
    assert_eq!(job.result.as_ref().unwrap()[0].partyid, 9);
    let unfinished = read::<GetBatchResult>(&json!({ "type": "replace_party", "status": 1 }));
    assert!(matches!(unfinished.job, Job::ReplaceParty(job) if job.result.is_none()));
    let unknown =
        json!({ "status": 1, "total": 0, "percentage": 0, "type": "sync_robot", "result": [{ "robot": 1 }] });
    assert_eq!(again::<GetBatchResultResponse>(&unknown), unknown);
}

#[test]
fn a_numeric_tag_names_content_of_any_type() {
    let known = json!({ "field_info": [
        { "fieldid": 1, "sub_idx": 0, "result": 1, "value_type": 1, "value_string": "Lin" },
        { "fieldid": 2, "sub_idx": 0, "result": 1, "value_type": 2, "value_uint64": 18_446_744_073_709_551_615_u64 },
        { "fieldid": 3, "sub_idx": 0, "result": 1, "value_type": 9, "value_future": [1] },
    ] });
    assert_eq!(again::<GetStaffInfoResponse>(&known), known);
    // Without a value, an item is still an item.
    let failed = read::<GetStaffInfo>(&json!({ "field_info": [{ "fieldid": 4, "result": 3 }] }));
    assert_eq!(failed.field_info[0].fieldid, 4);
}

#[test]
fn a_oneof_is_told_by_its_only_field_and_an_unknown_one_is_kept() {
    let sent = json!({ "docid": "d", "requests": [
        { "insert_text": { "text": "a", "location": { "index": 0 } } },
        { "paint_table": { "colour": "red" } },
    ] });
    assert_eq!(again::<BatchUpdateDocument>(&sent), sent);
}

#[test]
fn a_value_of_any_kind_is_told_by_what_it_is() {
    let cells = json!({
        "text": [{ "type": "text", "text": "a" }], "number": 12.5, "whole": 3, "date": "1715846245084", "done": true,
        "links": ["rec1", "rec2"], "none": null, "new": { "kind": "object" }
    });
    let page = read::<GetRecords>(&json!({ "records": [{ "record_id": "r", "values": cells }] }));
    let values = page.records.unwrap().remove(0).values;
    assert_eq!(values["number"], CellValue::Number(12.5));
    assert_eq!(values["whole"], CellValue::Number(3.0));
    assert_eq!(values["done"], CellValue::Bool(true));
    assert!(
        matches!(&values["links"], CellValue::List(items) if items[0] == CellItem::RecordId("rec1".to_owned()))
    );
    assert_eq!(values["none"], CellValue::default());
    assert_eq!(serde_json::to_value(&values["new"]).unwrap(), json!({ "kind": "object" }));
}

#[test]
fn a_file_goes_up_as_a_form_with_its_name_and_length() {
    let examples = serde_json::from_value::<UploadMedia>(json!({
        "type": "file", "media": { "name": "说明 \"1\".txt", "content_type": "text/plain", "text": "hello" }
    }));
    let request = http_request(&examples.unwrap(), BASE, "T").unwrap();
    assert_eq!(request.uri().query(), Some("access_token=T&type=file"));
    let kind = request.headers()["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"说明 %221%22.txt\"; filelength=5\r\n\
         Content-Type: text/plain\r\n\r\nhello\r\n--{boundary}--\r\n"
    );
    assert_eq!(std::str::from_utf8(request.body()).unwrap(), expected);
}

#[test]
fn a_download_is_a_file_or_the_error_that_came_instead() {
    let mut image = response("image/png", b"\x89PNG");
    image.headers_mut().insert("content-disposition", "attachment; filename=\"a.png\"".parse().unwrap());
    image.headers_mut().insert("content-range", "bytes 0-3/9".parse().unwrap());
    let file: File = parse_response::<GetMedia>(&image).unwrap();
    assert_eq!((file.name.as_str(), &file.bytes[..]), ("a.png", &b"\x89PNG"[..]));
    assert_eq!(file.content_range.as_deref(), Some("bytes 0-3/9"));

    let error = response("application/json", br#"{"errcode":40007,"errmsg":"invalid media_id"}"#);
    assert!(
        matches!(parse_response::<GetMedia>(&error), Err(ResponseError::Api(error)) if error.code == 40007)
    );

    let untyped = response("application/octet-stream", br#"{"errcode":40007,"errmsg":"invalid media_id"}"#);
    assert!(
        matches!(parse_response::<GetMedia>(&untyped), Err(ResponseError::Api(error)) if error.code == 40007)
    );

    let mut looks_like_an_error = response("application/json", br#"{"errcode":40014}"#);
    looks_like_an_error
        .headers_mut()
        .insert("content-disposition", "attachment; filename=\"a.json\"".parse().unwrap());
    assert_eq!(&parse_response::<GetMedia>(&looks_like_an_error).unwrap().bytes[..], br#"{"errcode":40014}"#);
}

#[test]
fn a_part_of_a_file_is_asked_for_by_a_header() {
    let request: GetMedia =
        serde_json::from_value(json!({ "media_id": "M", "Range": "bytes=0-15" })).unwrap();
    let request = http_request(&request, BASE, "T").unwrap();
    assert_eq!(request.headers()["range"], "bytes=0-15");
    assert_eq!(request.uri().query(), Some("access_token=T&media_id=M"));
}

#[test]
fn an_answer_is_a_file_or_json_as_it_says_itself() {
    let image = parse_response::<GetAppQrCode>(&response("image/png", b"PNG")).unwrap();
    assert!(matches!(image, FileOr::File(file) if &file.bytes[..] == b"PNG"));
    let link = parse_response::<GetAppQrCode>(&response(
        "application/json",
        br#"{"errcode":0,"qrcode":"https://example.com"}"#,
    ));
    assert!(matches!(link, Ok(FileOr::Json(_))));
    let error =
        parse_response::<GetAppQrCode>(&response("application/json", br#"{"errcode":40082,"errmsg":"x"}"#));
    assert!(matches!(error, Err(ResponseError::Api(error)) if error.code == 40082));
}

#[test]
fn xml_goes_out_escaped_and_comes_back_as_success_or_error() {
    use wecom_models::pay::red_packet::SendWorkwxRedPack;
    let json = json!({
        "nonce_str": "n", "sign": "s", "mch_billno": "b", "mch_id": "m", "wxappid": "ww", "re_openid": "o",
        "total_amount": 100, "wishing": "<&\"", "act_name": "a", "remark": "r", "workwx_sign": "w"
    });
    let request =
        http_request(&serde_json::from_value::<SendWorkwxRedPack>(json).unwrap(), "https://pay.example", "")
            .unwrap();
    let body = std::str::from_utf8(request.body()).unwrap();
    assert!(body.starts_with("<xml><nonce_str>n</nonce_str>"), "{body}");
    assert!(body.contains("<total_amount>100</total_amount><wishing>&lt;&amp;&quot;</wishing>"), "{body}");
    assert!(request.uri().query().is_none(), "{}", request.uri());

    let failed = response("text/xml", b"<xml><return_code>SUCCESS</return_code><result_code><![CDATA[FAIL]]></result_code><err_code>NOTENOUGH</err_code><err_code_des>empty</err_code_des></xml>");
    let error = parse_response::<SendWorkwxRedPack>(&failed).unwrap_err();
    assert_eq!(error.to_string(), "WeChat Pay error NOTENOUGH: empty");
    let refused =
        response("text/xml", b"<xml><return_code>FAIL</return_code><return_msg>bad sign</return_msg></xml>");
    assert_eq!(
        parse_response::<SendWorkwxRedPack>(&refused).unwrap_err().to_string(),
        "WeChat Pay error FAIL: bad sign"
    );
    let sent = response("text/xml", b"<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code><total_amount>100</total_amount></xml>");
    assert_eq!(parse_response::<SendWorkwxRedPack>(&sent).unwrap().total_amount, 100);
    for bad in [&b"not xml"[..], b"<xml><return_code>SUCC"] {
        let answer = parse_response::<SendWorkwxRedPack>(&response("text/xml", bad));
        assert!(matches!(answer, Err(ResponseError::Decode(_))));
    }
}

#[test]
fn errcode_comes_only_with_a_failure() {
    let token = parse::<GetSuiteToken>(br#"{"suite_access_token":"t","expires_in":7200}"#).unwrap();
    assert_eq!(token.suite_access_token.expose(), "t");
    assert!(!format!("{token:?}").contains("\"t\""), "{token:?}");
    let error = parse::<GetSuiteToken>(br#"{"errcode":40082,"errmsg":"invalid suite_token"}"#).unwrap_err();
    assert!(matches!(error, ResponseError::Api(error) if error.code == 40082));
}

#[test]
fn an_order_is_signed_over_everything_but_its_signature() {
    let json = json!({
        "business_type": 2, "custom_corpid": "ww", "pay_type": 0, "nonce_str": "", "ts": 0, "sig": "",
        "product_list": { "customized_app": { "order_type": 0, "buy_info_list": [{ "suiteid": "dk", "total_price": 1 }] } }
    });
    let mut order: OpenOrder = serde_json::from_value(json).unwrap();
    let key = Secret::new("key");
    order.sign(&key, "nonce", Timestamp::from_unix(1_720_000_000)).unwrap();
    let first = order.sig.clone();
    assert_eq!((order.nonce_str.as_str(), first.len()), ("nonce", 44));
    order.sign(&key, "nonce", Timestamp::from_unix(1_720_000_000)).unwrap();
    assert_eq!(order.sig, first, "an old signature is not signed");
    order.sign(&Secret::new("other"), "nonce", Timestamp::from_unix(1_720_000_000)).unwrap();
    assert_ne!(order.sig, first);
}

#[test]
fn what_one_guesses_first_is_what_there_is() {
    let message = Message::text("Lunch?");
    assert_eq!(message, TextContent::new("Lunch?").into());
    let request = SendMessage::new(message).toparty([1, 2]).touser(vec![String::from("lin.wei")]);
    let expected = json!({
        "touser": "lin.wei",
        "toparty": "1|2",
        "msgtype": "text",
        "text": { "content": "Lunch?" },
    });
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
}

#[test]
fn a_click_on_a_bots_card_is_read_where_the_sdk_of_wecom_looks_for_it() {
    let flat = json!({
        "msgid": "MESSAGE-1", "create_time": "1767225600", "aibotid": "bot", "chattype": "single",
        "from": { "userid": "lin.wei" }, "msgtype": "event",
        "event": { "task_id": "task-1", "eventtype": "template_card_event", "event_key": "approve" }
    });
    let event = serde_json::from_value::<TemplateCardEvent>(flat).unwrap().event;
    assert_eq!(
        (event.event_key.as_deref(), event.task_id.as_deref(), event.template_card_event.event_key.as_str()),
        (Some("approve"), Some("task-1"), "")
    );
    let nested = json!({
        "event": {
            "eventtype": "template_card_event", "event_key": null,
            "template_card_event": { "card_type": "vote_interaction", "event_key": "vote", "task_id": "task-2" }
        }
    });
    let event = serde_json::from_value::<TemplateCardEvent>(nested).unwrap().event;
    assert_eq!(event.template_card_event.card_type, CardType::VoteInteraction);
    assert_eq!((event.event_key, event.task_id), (None, None));
    // A message has a time in long connections only.
    for (time, expected) in [(json!(1_767_225_600), Some(1_767_225_600)), (Value::Null, None)] {
        let message = json!({ "msgtype": "text", "create_time": time, "text": { "content": "Hi" } });
        let message: TextMessage = serde_json::from_value(message).unwrap();
        assert_eq!(message.create_time.map(Timestamp::as_unix), expected);
    }
}

#[test]
fn a_check_in_rule_has_more_than_its_page() {
    let group = |dates: Value| {
        let rules =
            read::<GetCorpCheckinOption>(&json!({ "group": [{ "groupid": 7, "checkindate": dates }] }));
        rules.group.into_iter().next().expect("there is one rule").checkindate.expect("it has dates")
    };
    let dates = group(json!([{
        "workdays": [1],
        "checkintime": [{
            "time_id": "1", "work_sec": 79200, "off_work_sec": 108_000, "latest_off_work_sec": 115_200,
            "allow_rest": 1, "rest_begin_time": 90_000, "rest_end_time": 91_800, "no_need_checkoff": false
        }],
        "allow_flex": true,
        "late_rule": { "allow_offwork_after_time": true, "offwork_after_time": 5400, "onwork_flex_time": 2700, "timerules": [] }
    }]));
    let time = &dates[0].checkintime[0];
    assert_eq!((time.time_id, time.allow_rest, time.rest_end_time), (Some(1), Some(true), Some(91_800)));
    assert_eq!((time.latest_off_work_sec, time.earliest_work_sec), (Some(115_200), None));
    let late = dates[0].late_rule.as_ref().expect("it has a rule for coming late");
    assert_eq!((late.offwork_after_time, late.onwork_flex_time), (Some(5400), Some(2700)));
    // As the page has it, and with nothing in place of what it lacks.
    let dates =
        group(json!([{ "checkintime": [{ "work_sec": 32400 }], "late_rule": null, "allow_flex": "" }]));
    assert_eq!(
        (dates[0].allow_flex, &dates[0].late_rule, dates[0].checkintime[0].time_id),
        (None, &None, None)
    );
}
