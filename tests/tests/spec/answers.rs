//! Responses as they occur in practice: out of range, malformed, nearly JSON, or not from WeCom at all.

use serde_json::json;
use wecom_models::Timestamp;
use wecom_models::contacts::user::{CustomAttrValue, GetUser, GetUserResponse};
use wecom_models::kf::message::{Content, SyncMsg as KfSyncMsg};
use wecom_models::meeting::basic::GetMeetingInfo;
use wecom_models::message::app::SendMessage;
use wecom_models::oa::approval::CreateTemplate;
use wecom_models::wedoc::document::GetDocument;
use wecom_models::wedoc::smartsheet::GetRecords;
use wecom_models::wire::{ReadObject, Reading};
use wecom_requests::{
    Endpoint, Errcode, FromResponse as _, JsonResponse, Meta, ResponseError, errcode, parse,
    parse_response_within,
};

/// Reads a response on a thread with 256 kB of stack, an eighth of the default.
fn read_on_a_small_stack<E: Endpoint<Response: ReadObject + Send + 'static>>(
    body: String,
) -> Result<E::Response, ResponseError> {
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    thread.spawn(move || parse::<E>(body.as_bytes())).unwrap().join().unwrap()
}

#[test]
fn nesting_is_limited_for_the_whole_answer_and_takes_little_stack() {
    // Each layer of JSON in a string escapes its contents once more, so there can't be more than a few.
    let in_strings = |layers: usize| {
        let mut content = json!({ "msgtype": "text", "text": { "content": "a" } });
        for _ in 0..layers {
            let item = json!({ "msgtype": "merged_msg", "msg_content": content.to_string() });
            content = json!({ "msgtype": "merged_msg", "merged_msg": { "item": [item] } });
        }
        json!({ "errcode": 0, "msg_list": [content] }).to_string()
    };
    let in_objects = |layers: usize| {
        let mut content = json!({ "msgtype": "text", "text": { "content": "a" } });
        for _ in 0..layers {
            let item = json!({ "msg_content": content });
            content = json!({ "msgtype": "merged_msg", "merged_msg": { "item": [item] } });
        }
        json!({ "errcode": 0, "msg_list": [content] }).to_string()
    };
    let document = |layers: usize| {
        let (start, end) = (r#"{"children":["#.repeat(layers), "]}".repeat(layers));
        format!(r#"{{"errcode":0,"document":{start}{end}}}"#)
    };
    for layers in [1, 4, 11] {
        assert!(read_on_a_small_stack::<KfSyncMsg>(in_strings(layers)).is_ok(), "{layers}");
    }
    for layers in [1, 12] {
        assert!(read_on_a_small_stack::<KfSyncMsg>(in_objects(layers)).is_ok(), "{layers}");
        assert!(read_on_a_small_stack::<GetDocument>(document(layers)).is_ok(), "{layers}");
    }
    let too_deep = |result: Result<(), ResponseError>| {
        let error = result.unwrap_err();
        assert!(matches!(&error, ResponseError::Decode(_)), "{error}");
        let text = error.to_string();
        assert!(text.contains("nested more than 64 levels deep"), "{text}");
        assert!(text.contains("the call succeeded (`errcode` is 0)"), "{text}");
    };
    too_deep(read_on_a_small_stack::<KfSyncMsg>(in_strings(13)).map(drop));
    too_deep(read_on_a_small_stack::<KfSyncMsg>(in_objects(30)).map(drop));
    for layers in [50, 60, 1000] {
        too_deep(read_on_a_small_stack::<GetDocument>(document(layers)).map(drop));
    }
}

pub(super) fn member(field: &str, value: &str) -> GetUserResponse {
    let body = format!(r#"{{"errcode":0,"errmsg":"ok","userid":"lin","{field}":{value},"name":"Lin"}}"#);
    let member = parse::<GetUser>(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!(member.name.as_deref(), Some("Lin"), "{body}: the rest is read");
    member
}

#[test]
fn what_nothing_looks_like_is_absent_wherever_something_else_belongs() {
    for nothing in [r#""""#, "[]", "null", r#"" ""#] {
        assert_eq!(member("external_profile", nothing).external_profile, None, "{nothing}");
    }
    for nothing in [r#""""#, "{}", "null", "[]"] {
        assert_eq!(member("department", nothing).department, Vec::<u64>::new(), "{nothing}");
    }
    for nothing in [r#""""#, "{}", "null"] {
        assert_eq!(member("direct_leader", nothing).direct_leader, None, "{nothing}");
    }
    for nothing in ["{}", "[]", "null", r#""""#] {
        assert_eq!(member("main_department", nothing).main_department, None, "{nothing}");
    }
    for nothing in ["{}", "[]", "null"] {
        assert_eq!(member("mobile", nothing).mobile, None, "{nothing}");
        assert_eq!(member("gender", nothing).gender, None, "{nothing}");
    }
    for nothing in ["{}", "[]", "null", r#""""#] {
        let body = format!(
            r#"{{"errcode":0,"msg_list":[{{"send_time":{nothing},"msgtype":"merged_msg","merged_msg":{{
                "item":[{{"msg_content":{nothing}}}]}}}}]}}"#
        );
        let page = parse::<KfSyncMsg>(body.as_bytes()).unwrap();
        assert_eq!(page.msg_list[0].send_time, Timestamp::default(), "{nothing}");
        let body = format!(r#"{{"errcode":0,"invaliduser":{nothing},"msgid":"m"}}"#);
        let sent = parse::<SendMessage>(body.as_bytes()).unwrap();
        assert_eq!((sent.invaliduser.unwrap_or_default().into_vec(), sent.msgid.as_str()), (vec![], "m"));
    }
}

#[test]
fn what_nothing_looks_like_is_nothing_in_maps_and_unions_too() {
    for nothing in [r#""""#, "[]", "null", r#"" ""#, "{}"] {
        let body = format!(
            r#"{{"errcode":0,"records":[{{"record_id":"r","values":{nothing},"creator_name":"n"}}]}}"#
        );
        let records = parse::<GetRecords>(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
        let record = records.records.unwrap().remove(0);
        assert!(record.values.is_empty(), "{body}: {:?}", record.values);
        assert_eq!((record.record_id.as_str(), record.creator_name.as_str()), ("r", "n"));

        // The content of a union, before and after its tag, and the tag itself.
        let attrs = format!(
            r#"{{"attrs":[{{"type":0,"text":{nothing},"name":"a"}},{{"web":{nothing},"name":"b","type":1}},
                {{"type":{nothing},"name":"c","text":{{"value":"v"}}}},{{"name":"d","type":0,"text":{{"value":"v"}}}}]}}"#
        );
        let attrs = member("extattr", &attrs).extattr.unwrap().attrs;
        let names: Vec<&str> = attrs.iter().map(|attr| attr.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d"], "{nothing}");
        assert!(matches!(attrs[2].value, CustomAttrValue::Other(_)), "{nothing}: {:?}", attrs[2]);
        assert!(matches!(&attrs[3].value, CustomAttrValue::Text(text) if text.value == "v"), "{nothing}");
    }
}

#[test]
fn one_thing_where_a_list_belongs_is_a_list_of_one_and_a_list_of_one_is_that_thing() {
    assert_eq!(member("department", "7").department, [7]);
    assert_eq!(member("department", r#""7""#).department, [7]);
    assert_eq!(member("direct_leader", r#""wang""#).direct_leader, Some(vec!["wang".to_owned()]));
    assert_eq!(member("mobile", r#"["1"]"#).mobile.as_deref(), Some("1"));
    let profile = member("external_profile", r#"[{"external_corp_name":"a"}]"#).external_profile;
    assert_eq!(profile.unwrap().external_corp_name.as_deref(), Some("a"));
    let page = parse::<KfSyncMsg>(br#"{"errcode":0,"msg_list":{"msgtype":"text","text":{"content":"a"}}}"#);
    assert_eq!(page.unwrap().msg_list.len(), 1);
    let body = br#"{"errcode":0,"invaliduser":["a","b"],"invalidparty":[1,"2"],"msgid":"m"}"#;
    let sent = parse::<SendMessage>(body).unwrap();
    assert_eq!(sent.invaliduser.unwrap().into_vec(), ["a", "b"]);
    assert_eq!(sent.msgid.as_str(), "m");
}

#[test]
fn what_cannot_be_read_names_the_field_and_says_that_the_call_succeeded() {
    for body in [
        r#"{"errcode":0,"external_profile":"none","errmsg":"ok"}"#,
        r#"{"external_profile":[{},{}],"errcode":0,"errmsg":"ok"}"#,
        r#"{"external_profile":7,"errcode":"0"}"#,
    ] {
        let error = parse::<GetUser>(body.as_bytes()).unwrap_err();
        let ResponseError::Decode(error) = error else { panic!("{error:?}") };
        assert_eq!((error.path.as_str(), error.succeeded), ("external_profile", true), "{body}");
        let text = error.to_string();
        let expected =
            "the call succeeded (`errcode` is 0), but the response can't be decoded at `external_profile`";
        assert!(text.starts_with(expected), "{text}");
    }
}

#[test]
fn what_is_nearly_json_is_read() {
    let inner = json!({ "msgtype": "text", "text": { "content": "c" } })
        .to_string()
        .replace("\"c\"", "\"c\nd\\ud83d\"");
    let bodies = [
        "\u{feff}{\"errcode\":0,\"msg_list\":[{\"msgtype\":\"text\",\"text\":{\"content\":\"a\"}}]}"
            .to_owned(),
        "{\"errcode\":0,\"msg_list\":[{\"msgtype\":\"text\",\"text\":{\"content\":\"a\nb\tc\u{1b}d\0\"}}]}"
            .to_owned(),
        r#"{"errcode":0,"msg_list":[{"msgtype":"text","text":{"content":"a\ud83d"}}]}"#.to_owned(),
        json!({ "errcode": 0, "msg_list": [
            { "msgtype": "merged_msg", "merged_msg": { "item": [{ "msg_content": inner }] } },
        ] })
        .to_string(),
    ];
    let texts = bodies.map(|body| {
        let page = parse::<KfSyncMsg>(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
        match page.msg_list[0].content.clone() {
            Content::Text(text) => text.content,
            Content::Merged(merged) => match &*merged.item[0].msg_content {
                Content::Text(text) => text.content.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(texts, ["a", "a\nb\tc\u{1b}d\0", "a\u{fffd}", "c\nd\u{fffd}"]);
    let error = parse::<KfSyncMsg>(b"\xef\xbb\xbf{\"errcode\":42001,\"errmsg\":\"out\nof \\ud83d date\"}")
        .unwrap_err();
    let ResponseError::Api(error) = error else { panic!("{error:?}") };
    assert_eq!((error.code, error.message.as_str()), (42001, "out\nof \u{fffd} date"));
}

#[test]
fn what_lists_and_maps_may_take_is_limited() {
    let body = format!(r#"{{"errcode":0,"msg_list":[{}{{}}]}}"#, "{},".repeat(350_000));
    let error = parse::<KfSyncMsg>(body.as_bytes()).unwrap_err().to_string();
    assert!(
        error.contains("lists and maps take more than 67108864 bytes of memory; raise `max_memory`"),
        "{error}"
    );
}

#[test]
fn what_one_string_becomes_counts_too() {
    let body = json!({ "errcode": 0, "invaliduser": "a|".repeat(1000) }).to_string();
    let answer = http::Response::new(bytes::Bytes::from(body));
    let error = parse_response_within::<SendMessage>(&answer, 20_000).unwrap_err().to_string();
    assert!(error.contains("at `invaliduser`: lists and maps take more than 20000 bytes"), "{error}");
    assert_eq!(
        parse_response_within::<SendMessage>(&answer, 30_000).unwrap().invaliduser.unwrap().len(),
        1000
    );
}

#[test]
fn an_answer_that_is_not_wecoms_is_an_error() {
    use wecom_models::kf::message::SyncMsg;
    use wecom_models::message::app::SendMessage;
    let foreign =
        [r#"{"code":500,"msg":"timeout"}"#, r#"{"status":"UP"}"#, r#"{"error":{"code":"ECONNRESET"}}"#, "{}"];
    for body in foreign {
        let said = wecom_requests::parse::<SendMessage>(body.as_bytes()).expect_err(body).to_string();
        assert!(said.contains("no `errcode`"), "{body}: {said}");
        assert!(wecom_requests::parse::<SyncMsg>(body.as_bytes()).is_err(), "{body}");
    }
    let said = wecom_requests::parse::<SendMessage>(br#"{"msgid":"m-1"}"#).unwrap_err().to_string();
    assert!(said.ends_with("there is no `errcode`, so the response is not from WeCom"), "{said}");
    assert!(wecom_requests::parse::<SendMessage>(br#"{"errcode":0}"#).is_ok());
    assert!(wecom_requests::parse::<SendMessage>(b"\xef\xbb\xbf{\"errcode\":0,\"msgid\":\"a\tb\"}").is_ok());
    assert!(wecom_requests::parse::<SendMessage>(b"\xef\xbb\xbf{\"msgid\":\"a\tb\"}").is_err());
}

#[test]
fn a_success_lacks_errcode_only_where_the_specification_says_so() {
    use wecom_models::service::auth::{GetCorpToken, GetProviderToken, GetSuiteToken};
    let token = parse::<GetSuiteToken>(br#"{"suite_access_token":"t","expires_in":7200}"#).unwrap();
    assert_eq!(token.suite_access_token.expose(), "t");
    assert!(parse::<GetCorpToken>(br#"{"access_token":"t","expires_in":7200}"#).is_ok());
    assert!(parse::<GetProviderToken>(b"\xef\xbb\xbf{\"provider_access_token\":\"t\"}").is_ok());
    assert!(parse::<GetSuiteToken>(br#"{"errcode":0,"errmsg":"ok"}"#).is_ok());
    for foreign in [r#"{"code":0,"msg":"ok"}"#, "{}", r#"{"access_token":"t","errmsg":"ok"}"#] {
        let said = parse::<GetSuiteToken>(foreign.as_bytes()).expect_err(foreign).to_string();
        assert!(said.contains("neither `errcode` nor a documented field"), "{foreign}: {said}");
    }
    let lacking = wecom_requests::ENDPOINTS.iter().filter(|endpoint| endpoint.errcode == Errcode::OnFailure);
    let lacking: Vec<&str> = lacking.map(|endpoint| endpoint.path.rsplit('/').next().unwrap()).collect();
    // More of them omit it, and the specification will only add some.
    for name in ["get_suite_token", "get_corp_token", "get_provider_token"] {
        assert!(lacking.contains(&name), "{name}: {lacking:?}");
    }
}

#[test]
fn a_call_that_fails_in_part_returns_what_failed() {
    use wecom_models::school::user::BatchCreateStudent;
    let failed =
        br#"{"errcode":1,"errmsg":"no","result_list":[{"student_userid":"a","errcode":1,"errmsg":"taken"}]}"#;
    let response = parse::<BatchCreateStudent>(failed).unwrap();
    let Some([student]) = response.result_list.as_deref() else { panic!("{response:?}") };
    assert_eq!(
        (student.student_userid.as_str(), student.errcode, student.errmsg.as_str()),
        ("a", 1, "taken")
    );
    // The order of members doesn't matter, nor what else is wrong with the JSON.
    assert!(
        parse::<BatchCreateStudent>(b"{\"result_list\":[{}],\"errmsg\":\"a\tb\",\"errcode\":\"7\"}").is_ok()
    );
    for nothing in
        ["", r#","result_list":[]"#, r#","result_list":null"#, r#","result_list":"""#, r#","other":[1]"#]
    {
        let body = format!(r#"{{"errcode":40058,"errmsg":"no"{nothing}}}"#);
        let error = parse::<BatchCreateStudent>(body.as_bytes()).expect_err(nothing);
        assert!(matches!(error, ResponseError::Api(error) if error.code == 40058), "{nothing}");
    }
    // A list that can't be read says nothing.
    let error = parse::<BatchCreateStudent>(br#"{"errcode":7,"result_list":[7]}"#).unwrap_err();
    assert!(matches!(error, ResponseError::Api(error) if error.code == 7));
}

#[test]
fn an_answer_of_ones_own_endpoint_is_read_like_any_other() {
    const STRICT: &Meta = &Meta::post("/cgi-bin/own");
    const LAX: &Meta = &Meta::post("/cgi-bin/own").errcode(Errcode::OnFailure);
    const PARTIAL: &Meta = &Meta::post("/cgi-bin/own").errcode(Errcode::Partial("failed"));
    let read = |endpoint, body: &[u8]| {
        let body = bytes::Bytes::copy_from_slice(body);
        JsonResponse::<serde_json::Value>::from_response(
            endpoint,
            &http::HeaderMap::new(),
            &body,
            Reading::MEMORY,
        )
    };
    let nearly = b"\xef\xbb\xbf{\"errcode\":0,\"text\":\"a\nb\\ud83d\"}";
    assert_eq!(read(STRICT, nearly).unwrap().0["text"], "a\nb\u{fffd}");
    assert_eq!(read(LAX, b"{\"text\":\"a\tb\"}").unwrap().0["text"], "a\tb");
    for body in [r#"{"text":"a"}"#, r#"{"code":500,"msg":"timeout"}"#, "{}"] {
        let said = read(STRICT, body.as_bytes()).expect_err(body).to_string();
        assert!(said.ends_with("there is no `errcode`, so the response is not from WeCom"), "{body}: {said}");
        assert!(read(LAX, body.as_bytes()).is_ok(), "{body}");
    }
    let failed = br#"{"errcode":3,"failed":["a"]}"#;
    assert_eq!(read(PARTIAL, failed).unwrap().0["failed"][0], "a");
    assert!(read(STRICT, failed).is_err());
    for endpoint in [STRICT, LAX, PARTIAL] {
        let error =
            read(endpoint, b"\xef\xbb\xbf{\"errcode\":42001,\"errmsg\":\"out\nof date\"}").unwrap_err();
        let ResponseError::Api(error) = error else { panic!("{error:?}") };
        assert_eq!((error.code, error.message.as_str()), (42001, "out\nof date"));
        for body in ["[]", "null", "<html>", "{\"errcode\":0", ""] {
            assert!(matches!(read(endpoint, body.as_bytes()), Err(ResponseError::Decode(_))), "{body}");
        }
    }
    let body = bytes::Bytes::from_static(br#"{"errcode":0,"list":7}"#);
    let error = JsonResponse::<Listed>::from_response(STRICT, &http::HeaderMap::new(), &body, 0).unwrap_err();
    let ResponseError::Decode(error) = error else { panic!("{error:?}") };
    assert!(error.succeeded, "{error}");
}

#[derive(Debug, serde::Deserialize)]
struct Listed {
    #[expect(dead_code, reason = "it can't be read")]
    list: Vec<String>,
}

#[test]
fn a_document_that_is_not_wechat_pays_is_an_error() {
    use wecom_models::pay::red_packet::{SendWorkwxRedPack, SendWorkwxRedPackResponse};
    let read = |body: &'static str| {
        let body = bytes::Bytes::from_static(body.as_bytes());
        SendWorkwxRedPackResponse::from_response(
            SendWorkwxRedPack::META,
            &http::HeaderMap::new(),
            &body,
            Reading::MEMORY,
        )
    };
    for body in ["<html><body>502 Bad Gateway</body></html>", "<xml></xml>", ""] {
        let said = read(body).expect_err(body).to_string();
        assert!(said.contains("`return_code`") || said.contains("invalid XML"), "{body}: {said}");
    }
    assert!(read("<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>").is_ok());
}

#[test]
fn what_comes_in_place_of_a_file_is_no_file() {
    use http::HeaderMap;
    use http::header::{CONTENT_DISPOSITION, HeaderValue};
    use wecom_models::File;
    use wecom_models::media::GetMedia;
    let mut named = HeaderMap::new();
    named.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"a.html\""));
    let read = |headers: &HeaderMap, body: &[u8]| {
        File::from_response(GetMedia::META, headers, &bytes::Bytes::copy_from_slice(body), 0)
    };
    let anonymous = HeaderMap::new();
    let refused = [
        &b""[..],
        b"<html>502</html>",
        b"\n<!DOCTYPE html><html></html>",
        b"\xef\xbb\xbf{\"errcode\":42001,\"errmsg\":\"expired\"}",
        b"{\"errcode\":42001,\"errmsg\":\"\xe8\xbf\"}",
    ];
    for body in refused {
        assert!(read(&anonymous, body).is_err(), "{}", String::from_utf8_lossy(body));
        assert!(read(&named, body).is_ok(), "{}", String::from_utf8_lossy(body));
    }
    assert!(read(&anonymous, b"\x89PNG").is_ok());
}

#[test]
fn an_error_code_means_what_the_page_of_its_endpoint_says() {
    let text = |error: ResponseError| error.to_string();
    let own = parse::<CreateTemplate>(br#"{"errcode":620004,"errmsg":"no"}"#).map_err(text).unwrap_err();
    assert_eq!(own, "WeCom error 620004: no (APPROVAL_INTERNAL_ERROR: WeCom failed.)");
    assert_eq!(errcode::APPROVAL_INTERNAL_ERROR, 620_004);
    let here = parse::<CreateTemplate>(br#"{"errcode":301087,"errmsg":"no"}"#).map_err(text).unwrap_err();
    let meaning = "The company has too many templates.";
    assert_eq!(here, format!("WeCom error 301087: no (APPROVAL_TEMPLATE_COUNT_EXCEEDED: {meaning})"));
    let elsewhere =
        parse::<GetMeetingInfo>(br#"{"errcode":301087,"errmsg":"no"}"#).map_err(text).unwrap_err();
    assert!(elsewhere.contains("The number of approval templates exceeds the limit."), "{elsewhere}");
    let unknown = parse::<GetMeetingInfo>(br#"{"errcode":620004,"errmsg":"no"}"#).map_err(text).unwrap_err();
    assert_eq!(unknown, "WeCom error 620004: no");
}
