//! The client against the mock, over HTTP.

use futures_util::TryStreamExt as _;
use serde_json::json;
use wecom_mock::Server;
use wecom_sdk::chatdata::archive::SyncMsg;
use wecom_sdk::chatdata::zone::SetPublicKey;
use wecom_sdk::externalcontact::message_push::{
    ChatType, GetGroupMsgListV2, GetGroupMsgSendResult, GetGroupMsgTask, RemindGroupMsgSend,
};
use wecom_sdk::meeting::basic::{CancelMeeting, CreateMeeting, GetMeetingInfo, MeetingStatus, UpdateMeeting};
use wecom_sdk::msgaudit::{CheckRoomAgree, CheckSingleAgree, OneToOneChat};
use wecom_sdk::token::WebhookKey;
use wecom_sdk::wedoc::smartsheet_webhook::{RecordUpdate, SmartsheetWebhook};
use wecom_sdk::{Cells, Client, ClientBuilder, Endpoint as _, Error, Fixed};

fn client(server: &Server) -> Client {
    Client::builder("ww1", "secret").base_url(server.base_url()).build().expect("the client can be set up")
}

#[tokio::test]
async fn every_endpoint_can_be_called() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let chats = [OneToOneChat::new("a", "b"), OneToOneChat::new("c", "d")];
    let agreement = client.send(&CheckSingleAgree::new(chats)).await.unwrap();
    assert_eq!(agreement.agreeinfo.iter().map(|chat| chat.userid.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(client.send(&CheckRoomAgree::new("wr")).await.unwrap().agreeinfo.len(), 1);
    client.send(&SetPublicKey::new("-----BEGIN PUBLIC KEY-----", 1)).await.unwrap();
    assert_eq!(client.send(&SyncMsg::new()).await.unwrap().msg_list.len(), 1);
    let list = GetGroupMsgListV2::new(ChatType::Single, 1_720_000_000, 1_720_086_400);
    assert_eq!(client.send(&list).await.unwrap().group_msg_list.len(), 1);
    assert_eq!(client.send(&GetGroupMsgTask::new("msg")).await.unwrap().task_list.len(), 2);
    assert_eq!(client.send(&GetGroupMsgSendResult::new("msg", "a")).await.unwrap().send_list.len(), 3);
    client.send(&RemindGroupMsgSend::new("msg")).await.unwrap();
    assert_eq!(client.send(&GetMeetingInfo::new("hy")).await.unwrap().title, "Weekly review");
}

#[tokio::test]
async fn the_webhook_of_a_smart_sheet_needs_nothing_but_its_key() {
    let server = Server::start().await.unwrap();
    let key = Fixed::<WebhookKey>::new(server.issue_token("key"));
    let client = ClientBuilder::new(key).base_url(server.base_url()).build().unwrap();
    let request = SmartsheetWebhook::new()
        .add_records([Cells::new().text("fText01", "Crane 4").number("fNumb01", 30).into()])
        .update_records([RecordUpdate::new("rA1b2C", Cells::new().checkbox("fCheck1", false).for_webhook())]);
    let written = client.send(&request).await.unwrap();
    assert_eq!(written.add_records.unwrap()[0].record_id, "rD3e4F");
    let received = server.received(SmartsheetWebhook::META.path);
    assert_eq!(
        received[0].json().unwrap(),
        json!({
            "add_records": [{ "values": { "fText01": [{ "type": "text", "text": "Crane 4" }], "fNumb01": 30 } }],
            "update_records": [{ "record_id": "rA1b2C", "values": { "fCheck1": false } }],
        })
    );
    // One that nobody has.
    let other =
        ClientBuilder::new(Fixed::<WebhookKey>::new("other")).base_url(server.base_url()).build().unwrap();
    assert_eq!(other.send(&request).await.unwrap_err().code(), Some(93000));
}

#[tokio::test]
async fn every_endpoint_of_the_spec_is_in_the_mock() {
    let server = Server::start().await.unwrap();
    let http = reqwest::Client::new();
    for contract in wecom_tests::conformance::contracts() {
        let meta = contract.meta();
        let token = meta.token.parameter().map(|parameter| server.issue_token(parameter)).unwrap_or_default();
        // Each endpoint by itself: the IDs in examples aren't those that the mock issued.
        server.clear_things();
        // The cursor of an example isn't one of the mock's; a number is that of the first page.
        let first = contract.requests(&server.base_url(), &token).unwrap().remove(0);
        let uncursored = first.map(|body| match serde_json::from_slice::<serde_json::Value>(&body) {
            Ok(mut fields) if fields.is_object() => {
                if fields["cursor"].is_string() {
                    fields.as_object_mut().unwrap().remove("cursor");
                }
                fields.to_string().into()
            }
            _ => body,
        });
        let mut uncursored = reqwest::Request::try_from(uncursored).unwrap();
        let url = uncursored.url_mut();
        let parameters: Vec<_> =
            url.query_pairs().into_owned().filter(|(name, _)| name != "cursor").collect();
        url.query_pairs_mut().clear().extend_pairs(parameters);
        let answer = http.execute(uncursored).await.unwrap();
        assert_eq!(answer.status(), 200, "{}", meta.id);
        let mut response = http::Response::new(bytes::Bytes::new());
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = answer.bytes().await.unwrap();
        contract.read(&response).unwrap_or_else(|error| panic!("{}: {error}", meta.id));
    }
}

#[tokio::test]
async fn a_meeting_that_was_created_is_read_back_changed_and_canceled() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let create = CreateMeeting::new("chen.yu", "Weekly", 1_720_000_000, 900).location("Room 5");
    let id = client.send(&create).await.unwrap().meetingid.clone();
    client.send(&UpdateMeeting::new(&id).title("Monthly")).await.unwrap();
    let read = client.send(&GetMeetingInfo::new(&id)).await.unwrap();
    assert_eq!((read.title.as_str(), read.location.as_deref()), ("Monthly", Some("Room 5")));
    assert_eq!((read.meeting_duration, &read.description), (900, &None));
    client.send(&CancelMeeting::new(&id)).await.unwrap();
    let read = client.send(&GetMeetingInfo::new(&id)).await.unwrap();
    assert_eq!(read.status, MeetingStatus::Canceled);
    let error = client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
    assert_eq!(error.api().map(|error| error.code), Some(90602));
}

#[tokio::test]
async fn pages_and_items_end_after_the_last_page() {
    let server = Server::builder().pages(4).start().await.unwrap();
    let client = client(&server);
    let pages: Vec<_> = client.pages(SyncMsg::new()).into_stream().try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.has_more).collect::<Vec<_>>(), [true, true, true, false]);
    let tasks: Vec<_> = client.items(GetGroupMsgTask::new("msg")).into_stream().try_collect().await.unwrap();
    assert_eq!(tasks.len(), 8);
    let mut items = client.items(SyncMsg::new().cursor("mock-cursor-4"));
    assert!(items.try_next().await.unwrap().is_some(), "reading goes on from a stored cursor");
    assert!(items.try_next().await.unwrap().is_none());
    assert!(items.try_next().await.unwrap().is_none(), "and stays at its end");
}

#[tokio::test]
async fn wrong_credentials_are_wecoms_error_and_not_a_retry_loop() {
    let server = Server::builder().credentials("ww1", "another secret").start().await.unwrap();
    let error = client(&server).send(&SyncMsg::new()).await.unwrap_err();
    assert!(matches!(error, Error::Token(_)), "{error:?}");
    assert_eq!(error.code(), Some(40001));
    let text = error.to_string();
    let start = "no token: access.get_token: WeCom error 40001: invalid credential (INVALID_SECRET: ";
    assert!(text.starts_with(start), "{text}");
}

#[tokio::test]
async fn a_request_that_breaks_a_limit_is_not_sent_unless_asked_to() {
    let server = Server::start().await.unwrap();
    let error = client(&server).send(&SyncMsg::new().limit(1001)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "chatdata.archive.sync_msg: the request breaks documented limits: `limit` must be at most 1000, but is 1001"
    );
    let unchecked =
        Client::builder("ww1", "s").base_url(server.base_url()).without_validation().build().unwrap();
    let refused = unchecked.send(&SyncMsg::new().limit(1001)).await.unwrap_err();
    assert_eq!(refused.code(), Some(40058), "it is sent, and the server refuses it");
}

#[tokio::test]
async fn a_thousand_callers_share_one_token() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(
                async move { client.send(&GetMeetingInfo::new("hy")).await.map(|meeting| meeting.title) },
            )
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), "Weekly review");
    }
    assert_eq!(server.requests("/cgi-bin/gettoken"), 1);
    assert_eq!(server.requests("/cgi-bin/meeting/get_info"), 1000);
}

#[tokio::test]
async fn callers_that_wait_for_a_token_share_its_failure() {
    let server = Server::builder().credentials("ww1", "another secret").start().await.unwrap();
    let client = client(&server);
    let calls = (0..200).map(|_| {
        let client = client.clone();
        async move { client.send(&GetMeetingInfo::new("hy")).await.unwrap_err().to_string() }
    });
    let errors = futures_util::future::join_all(calls).await;
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    assert!(errors[0].contains("40001"), "{}", errors[0]);
    assert_eq!(server.requests("/cgi-bin/gettoken"), 1);
}

#[tokio::test]
async fn a_token_can_be_had_for_what_has_no_type_yet() {
    let server = Server::start().await.unwrap();
    let token = client(&server).access_token().await.unwrap();
    assert_eq!(token.expose(), "mock-access_token-1");
    assert!(!format!("{token:?}").contains("mock"));
}

#[test]
fn a_base_url_that_cannot_work_is_refused_without_being_shown() {
    for url in [
        "qyapi.weixin.qq.com",
        "ftp://host",
        "https://u:secret@host",
        "https://host/#x",
        "https://host?x",
        "",
    ] {
        let error = Client::builder("ww1", "s").base_url(url).build().unwrap_err();
        assert!(matches!(&error, Error::Setup(_)), "{url}: {error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_token_that_wecom_refuses_is_replaced_once() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    server.revoke_tokens();
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    assert_eq!(server.requests("/cgi-bin/gettoken"), 2);
    assert_eq!(server.requests("/cgi-bin/meeting/get_info"), 3);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_transport_error_without_the_token() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    drop(server);
    let error = client.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("mock-access_token"), "{shown}");
}

#[tokio::test]
async fn the_mock_reports_what_wecom_would() {
    let server = Server::start().await.unwrap();
    let get = async |path: &str| {
        let answer = reqwest::get(format!("{}{path}", server.base_url())).await.unwrap();
        (
            answer.status().as_u16(),
            serde_json::from_slice::<serde_json::Value>(&answer.bytes().await.unwrap()).ok(),
        )
    };
    let code = |answer: Option<serde_json::Value>| answer.and_then(|body| body["errcode"].as_i64());
    assert_eq!(get("/cgi-bin/no/such/endpoint").await.0, 404);
    assert_eq!(code(get("/cgi-bin/gettoken?corpsecret=s").await.1), Some(41002));
    assert_eq!(code(get("/cgi-bin/gettoken?corpid=c").await.1), Some(41004));
    assert_eq!(
        code(get("/cgi-bin/meeting/get_info?access_token=x").await.1),
        Some(40058),
        "GET where POST is needed"
    );
    let post = async |query: &str, body: &'static str| {
        let address = format!("{}/cgi-bin/msgaudit/check_single_agree{query}", server.base_url());
        let answer = reqwest::Client::new().post(address).body(body).send().await.unwrap();
        serde_json::from_slice::<serde_json::Value>(&answer.bytes().await.unwrap()).ok()
    };
    assert_eq!(code(post("", "{}").await), Some(41001));
    assert_eq!(code(post("?access_token=nonsense", "{}").await), Some(40014));
    let (_, token) = get("/cgi-bin/gettoken?corpid=c&corpsecret=s").await;
    let query = format!("?access_token={}", token.unwrap()["access_token"].as_str().unwrap());
    assert_eq!(code(post(&query, "not JSON").await), Some(40058));
    let missing = post(&query, r#"{"info":[{"userid":"a"}]}"#).await.unwrap();
    assert_eq!(missing["errcode"], 40058);
    assert!(missing["errmsg"].as_str().unwrap().contains("info[].exteranalopenid"), "{missing}");
    assert_eq!(code(post(&query, r#"{"info":[]}"#).await), Some(0));
}
