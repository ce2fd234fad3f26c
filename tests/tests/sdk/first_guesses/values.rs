//! The values that fields accept: recipients, times, durations, lists, and types that hold one value.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use wecom_sdk::contacts::tag::AddTagUsers;
use wecom_sdk::externalcontact::contact_way::{AddContactWay, ContactWayType, Scene};
use wecom_sdk::meeting::basic::{CreateMeeting, GetUserMeetingId, Invitees};
use wecom_sdk::meeting::webinar::{self, AdmissionType};
use wecom_sdk::message::app::{self, SendMessage};
use wecom_sdk::service::auth::GetSuiteToken;
use wecom_sdk::wedoc::document;
use wecom_sdk::{Json, Pipe, Position, Secret, Timestamp};

use super::json;

#[test]
fn recipients_are_one_or_several_texts_or_numbers() {
    let to = |request: SendMessage| json(&request)["touser"].clone();
    let request = || SendMessage::new(app::Message::text("Hello"));
    let (one, several) = ("lin.wei", ["lin.wei", "chen.yu"]);
    let (owned, single) = (several.map(String::from).to_vec(), String::from(one));
    for request in [
        request().touser(one),
        request().touser(single.clone()),
        request().touser(&single),
        request().touser([one]),
        request().touser(vec![one]),
    ] {
        assert_eq!(to(request), "lin.wei");
    }
    for request in [
        request().touser(several),
        request().touser(&several[..]),
        request().touser(&owned),
        request().touser(owned.clone()),
        request().touser(owned.iter().collect::<Vec<_>>()),
    ] {
        assert_eq!(to(request), "lin.wei|chen.yu");
    }
    assert_eq!(json(&request().toparty([1, 2]).totag(vec![3_u64]))["toparty"], "1|2");
    assert_eq!(json(&request().toparty(&[1, 2][..]))["toparty"], "1|2");
    assert_eq!(json(&request().toparty(2).totag(7_u64))["toparty"], "2");
    assert_eq!(json(&AddTagUsers::new(7).userlist(several))["userlist"], json!(several));
}

#[test]
fn recipients_are_sets_shared_texts_and_what_is_collected() {
    let (set, sorted) = (HashSet::from([String::from("lin.wei")]), BTreeSet::from(["lin.wei"]));
    let (shared, names): (Arc<str>, _) = ("lin.wei".into(), vec![String::from("lin.wei")]);
    let wei = names.iter().filter(|name| name.ends_with("wei"));
    let request = || SendMessage::new("Hello");
    for request in [
        request().touser(&set),
        request().touser(set.clone()),
        request().touser(&sorted),
        request().touser(sorted.clone()),
        request().touser([&shared]),
        request().touser([shared.clone()]),
        request().touser(&shared),
        request().touser(shared.clone()),
        request().touser(Cow::Borrowed("lin.wei")),
        request().touser(wei.clone().collect::<Vec<_>>()),
        request().touser(wei.collect::<Pipe<String>>()),
    ] {
        assert_eq!(json(&request)["touser"], "lin.wei");
    }
}

#[test]
fn recipients_are_looped_over() {
    let touser = SendMessage::new("Hello").touser(["lin.wei", "chen.yu"]).touser.unwrap_or_default();
    let mut lengths = Vec::new();
    for name in &touser {
        lengths.push(name.len());
    }
    assert_eq!((lengths, touser.contains(&"chen.yu".to_owned())), (vec![7, 7], true));
    assert_eq!(touser.into_iter().collect::<Vec<String>>(), ["lin.wei", "chen.yu"]);
}

#[test]
fn an_optional_field_is_set_from_an_option() {
    let mut request = SendMessage::new("Hello");
    request.agentid = Some(7);
    request.touser = Some("lin.wei".into());
    assert_eq!((&json(&request)["agentid"], &json(&request)["touser"]), (&json!(7), &json!("lin.wei")));
}

#[test]
fn one_text_is_one_recipient_whatever_it_holds() {
    let error =
        serde_json::to_value(SendMessage::new(app::Message::text("Hello")).touser("a|b")).unwrap_err();
    let expected = "`touser`: an item contains `|`, which separates items: pass several as a list";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_secret_of_one_response_goes_into_the_next_request() {
    let (secret, text) = (Secret::from("secret"), "secret".to_owned());
    let requests = [
        GetSuiteToken::new("suite", &secret, "ticket"),
        GetSuiteToken::new("suite", secret.clone(), &text),
        GetSuiteToken::new("suite", &text, text.clone()),
    ];
    assert_eq!(requests.map(|request| request.suite_secret), [secret.clone(), secret.clone(), secret]);
}

#[test]
fn a_time_is_of_any_library_or_a_number() {
    let unix = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let seconds = unix.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let chrono = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let beijing = chrono::FixedOffset::east_opt(8 * 3600).unwrap();
    let jiff = jiff::Timestamp::from_second(1_790_000_000).unwrap();
    let request = || GetUserMeetingId::new("lin.wei");
    for request in [
        request().begin_time(1_790_000_000),
        request().begin_time(seconds),
        request().begin_time(1_790_000_000_i64),
        request().begin_time(unix),
        request().begin_time(Timestamp::from(unix)),
        request().begin_time(chrono),
        request().begin_time(chrono.with_timezone(&beijing)),
        request().begin_time(jiff),
        request().begin_time(jiff::ZonedDateTime::new(jiff, jiff::tz::TimeZone::UTC)),
        request().begin_time(time::OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()),
    ] {
        assert_eq!(json(&request)["begin_time"], 1_790_000_000);
    }
}

#[test]
fn a_time_in_a_text_is_one_too() {
    let start = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let end = Timestamp::from(start) + Duration::from_secs(3600);
    let request = |end: Timestamp| {
        webinar::CreateWebinar::new("lin.wei", "Launch", start, end, AdmissionType::from(1), true)
    };
    let sent = json(&request(end));
    assert_eq!((&sent["start_time"], &sent["end_time"]), (&json!("1790000000"), &json!("1790003600")));
    // As a response has it.
    assert_eq!(json(&request(Json(end).into())), sent);
}

#[test]
fn a_duration_is_a_number_of_seconds_or_a_duration() {
    let meeting = || CreateMeeting::new("lin.wei", "Review", 1_790_000_000, 3600);
    let hour = Duration::from_secs(3600);
    assert_eq!(meeting(), CreateMeeting::new("lin.wei", "Review", 1_790_000_000, hour));
    let request = SendMessage::new("Hello").duplicate_check_interval(Duration::from_millis(1_800_900));
    assert_eq!(json(&request)["duplicate_check_interval"], 1800);
    let contact = AddContactWay::new(ContactWayType::from(1), Scene::from(2)).expires_in(hour * 24);
    assert_eq!(json(&contact)["expires_in"], 86400);
}

#[test]
fn what_holds_one_value_is_made_of_it() {
    let action = || app::NoticeAction::new(app::NoticeActionType::Web);
    let card = app::NewsNoticeCard::new("Release 1.4", action())
        .card_image("https://example.com/release.png")
        .image_text_area(String::from("https://example.com/notes.png"));
    let sent = json(&card);
    assert_eq!(sent["main_title"], json!({ "title": "Release 1.4" }));
    assert_eq!(sent["card_image"], json!({ "url": "https://example.com/release.png" }));
    let long = app::NewsNoticeCard::new(app::MainTitle::new("Release 1.4"), action());
    assert_eq!(json(&long)["main_title"], sent["main_title"]);

    let meeting = || CreateMeeting::new("lin.wei", "Review", 1_790_000_000, 3600);
    let names = vec![String::from("lin.wei"), String::from("chen.yu")];
    for request in [
        meeting().invitees(["lin.wei", "chen.yu"]),
        meeting().invitees(&names),
        meeting().invitees(names.clone()),
        meeting().invitees(Invitees::new(&names)),
    ] {
        assert_eq!(json(&request)["invitees"], json!({ "userid": ["lin.wei", "chen.yu"] }));
    }

    let insert = document::InsertText::new("Hello", 3);
    assert_eq!(json(&insert)["location"], json!({ "index": 3 }));
    assert_eq!(json(&document::InsertText::new("Hello", document::Location::new(3))), json(&insert));
}

#[test]
fn a_list_of_what_one_text_makes_is_one_of_texts() {
    let articles = ["Menu", "News"];
    let content = app::NewsContent::new(articles);
    assert_eq!(json(&content), json!({ "articles": [{ "title": "Menu" }, { "title": "News" }] }));
    assert_eq!(content, app::NewsContent::new(articles.map(app::Article::new)));
    assert_eq!(content, app::NewsContent::new(["Menu".into(), app::Article::new("News")]));
}

#[test]
fn numbers_are_passed_by_reference_too() {
    let ids = vec![1, 2];
    let update = || app::UpdateTemplateCard::new(7, "code");
    for request in [
        update().partyids([1, 2]),
        update().partyids(ids.as_slice()),
        update().partyids(&ids),
        update().partyids(ids.iter().filter(|id| **id > 0)),
        update().partyids(ids.clone()),
    ] {
        assert_eq!(json(&request)["partyids"], json!([1, 2]));
    }
}

#[test]
fn a_cursor_is_an_option_too() {
    let next = Some(String::from("next"));
    let request = || GetUserMeetingId::new("lin.wei");
    for request in [
        request().cursor("next"),
        request().cursor(String::from("next")),
        request().cursor(&next),
        request().cursor(next.as_deref()),
        request().cursor(next.clone()),
        request().cursor(Position { cursor: next.clone(), taken: 3 }.cursor),
    ] {
        assert_eq!(json(&request)["cursor"], "next");
    }
    assert_eq!(request().cursor(None::<String>), request());
}
