//! Code by somebody who knows WeCom and Rust, but hasn't read the documentation of these crates: it compiles, and
//! means what it says.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wecom_sdk::aibot::reply as bot;
use wecom_sdk::callback::{Envelope, Event, Router};
use wecom_sdk::contacts::tag::AddTagUsers;
use wecom_sdk::contacts::user::GetUserResponse;
use wecom_sdk::externalcontact::contact_way::{AddContactWay, ContactWayType, Scene};
use wecom_sdk::externalcontact::events::AddExternalContact;
use wecom_sdk::externalcontact::message_push::{MiniProgramCard, MiniProgramCardArgs};
use wecom_sdk::kf::message::{OutgoingLocation, ServiceState};
use wecom_sdk::media::MediaType;
use wecom_sdk::meeting::basic::{CreateMeeting, GetUserMeetingId, Invitees};
use wecom_sdk::meeting::webinar::{self, AdmissionType};
use wecom_sdk::message::app::{self, SendMessage};
use wecom_sdk::message::appchat::{self, SendAppChat};
use wecom_sdk::message::events::TextMessage;
use wecom_sdk::message::reply::{self, Article, ImageReply, NewsReply, TextReply, VideoReply, VoiceReply};
use wecom_sdk::oa::journal::{GetJournalRecordList, GetJournalRecordListArgs};
use wecom_sdk::service::auth::GetSuiteToken;
use wecom_sdk::wedoc::document;
use wecom_sdk::wedoc::smartsheet::CellValue;
use wecom_sdk::{Client, Json, Pipe, Position, Secret, Timestamp, Unknown};

fn json(request: &impl serde::Serialize) -> Value {
    serde_json::to_value(request).expect("a request can be written")
}

#[test]
fn a_message_is_made_of_its_text_or_of_its_content() {
    let text = String::from("Hello");
    let requests = [
        SendMessage::new("Hello"),
        SendMessage::new(&text),
        SendMessage::new(text.clone()),
        SendMessage::new(app::Message::text("Hello")),
        SendMessage::new(app::Message::from(app::TextContent::new("Hello"))),
        SendMessage::new(app::TextContent::new("Hello")),
    ];
    for request in requests {
        assert_eq!(json(&request), json!({ "msgtype": "text", "text": { "content": "Hello" } }));
    }
    let request = SendAppChat::new("chat", appchat::MarkdownContent::new("*Hello*"));
    let sent = json!({ "chatid": "chat", "msgtype": "markdown", "markdown": { "content": "*Hello*" } });
    assert_eq!(json(&request), sent);
}

#[test]
fn a_card_is_a_message() {
    let card = || app::TextNoticeCard::new(app::NoticeAction::new(app::NoticeActionType::Web));
    let sent = json(&SendMessage::new(card()));
    assert_eq!(sent["msgtype"], "template_card");
    assert_eq!(sent["template_card"]["card_type"], "text_notice");
    assert_eq!(sent, json(&SendMessage::new(app::TemplateCard::TextNotice(card()))));
}

#[test]
fn a_passive_reply_is_made_of_what_it_holds() {
    let id = String::from("MEDIA");
    let title = || reply::MainTitle::new().title("Done");
    let card = || reply::NewsNoticeCard::new(title(), reply::CardAction::new());
    let video = reply::Video::new("MEDIA").title("Safety");
    for (guess, sent) in [
        (json(&reply::TextReply::new("Hello")), json!({ "Content": "Hello" })),
        (json(&ImageReply::new("MEDIA")), json!({ "Image": { "MediaId": "MEDIA" } })),
        (json(&ImageReply::new(reply::Media::new("MEDIA"))), json!({ "Image": { "MediaId": "MEDIA" } })),
        (json(&VoiceReply::new(&id)), json!({ "Voice": { "MediaId": "MEDIA" } })),
        (json(&VideoReply::new(id)), json!({ "Video": { "MediaId": "MEDIA" } })),
        (json(&VideoReply::new(video)), json!({ "Video": { "MediaId": "MEDIA", "Title": "Safety" } })),
        (
            json(&reply::UpdateButtonReply::new("Approved")),
            json!({ "Button": { "ReplaceName": "Approved" } }),
        ),
    ] {
        assert_eq!(guess, sent);
    }
    let news = json(&NewsReply::new([Article::new("Menu", "https://example.com/menu")]));
    assert_eq!(news["Articles"]["item"][0]["Title"], "Menu");
    let update = json(&reply::UpdateTemplateCardReply::new(card()));
    assert_eq!(update, json(&reply::UpdateTemplateCardReply::new(reply::TemplateCard::from(card()))));
    assert_eq!(update["TemplateCard"]["MainTitle"]["Title"], "Done");
}

#[test]
fn a_reply_of_a_bot_is_made_of_its_text_or_its_card() {
    assert_eq!(json(&bot::TextReply::new("Hello")), json!({ "text": { "content": "Hello" } }));
    let card = || bot::TextNoticeCard::new(bot::NoticeAction::new(bot::NoticeActionType::Web));
    let sent = json(&bot::TemplateCardReply::new(card()));
    assert_eq!(sent["template_card"]["card_type"], "text_notice");
    for other in [
        bot::TemplateCardReply::new(bot::TemplateCard::from(card())),
        bot::TemplateCardReply::new(bot::CardReply::new(card())),
    ] {
        assert_eq!(json(&other), sent);
    }
    let update = bot::UpdateTemplateCardReply::new(card()).userids(["lin.wei"]);
    assert_eq!(
        json(&update),
        json!({ "userids": ["lin.wei"], "template_card": (sent["template_card"].clone()) })
    );
    let text = || bot::Stream::new().id("1").content("It depends.").finish(true);
    let stream = json!({ "id": "1", "content": "It depends.", "finish": true });
    assert_eq!(json(&bot::StreamReply::new(text())), json!({ "stream": (stream.clone()) }));
    let both = bot::StreamWithCardReply::new(text()).template_card(card());
    assert_eq!(json(&both), json!({ "stream": stream, "template_card": (sent["template_card"].clone()) }));
}

#[test]
fn a_whole_number_is_sent_without_a_fraction_and_one_that_json_lacks_not_at_all() {
    let cells = |number: f64| json!({ "Price": (CellValue::from(number)) }).to_string();
    assert_eq!(
        [cells(18.0), cells(18.5), cells(-0.0)],
        [r#"{"Price":18}"#, r#"{"Price":18.5}"#, r#"{"Price":0}"#]
    );
    let place = |latitude| OutgoingLocation::new(latitude, 113.0);
    assert_eq!(json(&place(23.0)), json!({ "latitude": 23, "longitude": 113 }));
    let error = serde_json::to_value(place(f64::NAN)).unwrap_err();
    assert_eq!(error.to_string(), "`latitude`: NaN can't be sent: it must be a finite number");
}

#[test]
fn lists_of_texts_are_slices_too() {
    let names: &[&str] = &["lin.wei", "chen.yu"];
    for invitees in [
        Invitees::new(names),
        Invitees::new(names.to_vec()),
        Invitees::new(names.iter().map(ToString::to_string)),
    ] {
        assert_eq!(json(&invitees), json!({ "userid": names }));
    }
}

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

#[test]
fn a_position_is_stored_as_text() {
    let position = Position { cursor: Some("next".into()), taken: 3 };
    assert_eq!(position.to_string().parse(), Ok(position));
}

#[test]
fn neighboring_numbers_have_names() {
    let request = GetJournalRecordList::new(GetJournalRecordListArgs {
        starttime: 1_790_000_000.into(),
        endtime: SystemTime::UNIX_EPOCH.into(),
        cursor: 0,
        limit: 100,
    });
    assert_eq!(
        json(&request),
        json!({ "starttime": 1_790_000_000, "endtime": 0, "cursor": 0, "limit": 100 })
    );
}

#[test]
fn times_are_reckoned_with() {
    let hour = Duration::from_secs(3600);
    let start = Timestamp::from(1_790_000_000);
    assert_eq!((start + hour) - start, hour);
    assert_eq!(start - hour, Timestamp::from(1_789_996_400));
    let begun: SystemTime = start.try_into().unwrap();
    let chrono: chrono::DateTime<chrono::Utc> = start.try_into().unwrap();
    let offset: time::OffsetDateTime = start.try_into().unwrap();
    let jiff: jiff::Timestamp = start.try_into().unwrap();
    let times: [Timestamp; 4] = [begun.into(), chrono.into(), offset.into(), jiff.into()];
    assert_eq!(times, [start; 4]);
}

#[test]
fn an_enum_is_made_of_what_is_on_the_wire_and_shows_it() {
    let state = ServiceState::from(1);
    assert_eq!((state.code(), state.to_string().as_str()), (Some(1), "1"));
    let (column, name): (i32, _) = (1, String::from("image"));
    assert_eq!((ServiceState::from(column), MediaType::from(&name)), (ServiceState::Bot, MediaType::Image));
    assert_eq!("1".parse(), Ok(state));
    assert_eq!(ServiceState::from(99), ServiceState::Other(Unknown::Int(99)));
    let format = MediaType::from("image");
    assert_eq!(
        [MediaType::from("image".to_owned()), "image".parse().unwrap()],
        [format.clone(), format.clone()]
    );
    assert_eq!((format.as_str(), format.to_string().as_str()), (Some("image"), "image"));
}

#[test]
fn an_enum_is_compared_with_what_is_on_the_wire() {
    assert!(ServiceState::Bot == 1 && ServiceState::Bot != 2);
    assert_eq!(ServiceState::from(99), 99);
    assert_ne!(ServiceState::from(Unknown::Text("1".into())), 1);
    assert!(MediaType::Image == "image" && MediaType::Image == *"image");
    assert_eq!(MediaType::from("hologram"), "hologram");
    assert_ne!(MediaType::from(Unknown::Absent), "");
}

#[tokio::test(start_paused = true)]
async fn a_client_is_shared_by_tasks_and_its_errors_by_threads() {
    #[derive(Clone, Debug)]
    struct App {
        client: Client,
    }

    async fn greet(app: App, name: String) -> Result<(), Box<dyn Error + Send + Sync>> {
        let message = SendMessage::new(format!("Hello, {name}")).agentid(7).touser(&name);
        let sent = app.client.send(&message).await?;
        println!("{:?}", sent.msgid);
        Ok(())
    }

    let app =
        App { client: Client::builder("corp", "secret").base_url("http://127.0.0.1:9").build().unwrap() };
    let tasks = ["lin.wei", "chen.yu"].map(|name| tokio::spawn(greet(app.clone(), name.into())));
    for task in tasks {
        assert!(task.await.unwrap().is_err(), "nothing listens there");
    }
}

#[test]
fn a_handler_is_a_function_or_a_closure_of_either_kind() {
    async fn answer(message: Event<TextMessage>) -> Option<TextReply> {
        (message.content == "ping").then(|| TextReply::new("pong"))
    }

    let routers: [Router; 4] = [
        Router::new().on(answer),
        Router::new().on(|message: Event<TextMessage>| async move { TextReply::new(&message.content) }),
        Router::new().on(async |message: Event<TextMessage>| TextReply::new(&message.content)),
        Router::new().on(async |event: Event<AddExternalContact>| println!("{:?}", event.user_id)),
    ];
    let router = routers.into_iter().fold(Router::new(), Router::merge);
    drop(router);
}

#[test]
fn a_test_writes_a_response_as_a_literal() {
    let user =
        GetUserResponse { userid: "lin.wei".into(), name: Some("林薇".into()), ..Default::default() };
    assert_eq!(
        (user.userid.as_str(), user.name.as_deref(), user.department.len()),
        ("lin.wei", Some("林薇"), 0)
    );
}

#[test]
fn arguments_that_could_be_mixed_up_have_names() {
    let card = MiniProgramCard::new(MiniProgramCardArgs {
        page: "/index".into(),
        appid: "wx1".into(),
        title: "Shop".into(),
        pic_media_id: "media".into(),
    });
    let sent = json!({ "title": "Shop", "pic_media_id": "media", "appid": "wx1", "page": "/index" });
    assert_eq!(json(&card), sent);
}

/// Nothing in a module hides Rust's prelude, and modules can be imported side by side.
mod everything {
    use wecom_sdk::contacts::user::*;
    use wecom_sdk::externalcontact::customer::*;
    use wecom_sdk::media::*;
    use wecom_sdk::meeting::basic::*;
    use wecom_sdk::message::app::*;
    use wecom_sdk::oa::calendar::*;

    fn copies<T: Send + Sync + Clone + Default>(value: &T) -> Vec<T> {
        vec![value.clone(), T::default()]
    }

    #[test]
    fn globs_hide_nothing() {
        assert_eq!(copies(&GetUser::new("lin.wei")).len(), 2);
        assert_eq!(copies(&GetMeetingInfo::new("meeting")).len(), 2);
        assert_eq!(copies(&SendMessage::new(Message::text("Hello"))).len(), 2);
        assert_eq!(copies(&GetMedia::new("media")).len(), 2);
        let _: (Option<ListExternalContact>, Option<AddCalendar>) = (None, None);
    }
}

#[tokio::test]
async fn a_handler_is_called_in_a_test_without_a_server() {
    async fn answer(message: Event<TextMessage>) -> TextReply {
        tokio::task::yield_now().await;
        TextReply::new(format!("{} said: {}", message.from_user(), message.content))
    }

    let envelope = Envelope { from_user_name: "lin.wei".into(), ..Default::default() };
    let message = TextMessage { content: "Hello".into() };
    assert_eq!(answer(Event::new(message, envelope)).await.content, "lin.wei said: Hello");
}
