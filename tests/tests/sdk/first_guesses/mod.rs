//! Code by somebody who knows WeCom and Rust, but hasn't read the documentation of these crates: it compiles, and
//! means what it says.

mod values;

use std::error::Error;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use wecom_sdk::aibot::reply as bot;
use wecom_sdk::callback::{Envelope, Event, Router};
use wecom_sdk::contacts::user::GetUserResponse;
use wecom_sdk::externalcontact::events::AddExternalContact;
use wecom_sdk::externalcontact::message_push::{MiniProgramCard, MiniProgramCardArgs};
use wecom_sdk::kf::message::{OutgoingLocation, ServiceState};
use wecom_sdk::media::{MediaType, UploadMedia};
use wecom_sdk::meeting::basic::Invitees;
use wecom_sdk::message::app::{self, Confidentiality, SendMessage};
use wecom_sdk::message::appchat::{self, SendAppChat};
use wecom_sdk::message::events::TextMessage;
use wecom_sdk::message::reply::{self, Article, ImageReply, NewsReply, TextReply, VideoReply, VoiceReply};
use wecom_sdk::oa::journal::{GetJournalRecordList, GetJournalRecordListArgs};
use wecom_sdk::wedoc::smartsheet::CellValue;
use wecom_sdk::{Client, File, Position, Timestamp, Unknown};

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
fn an_argument_that_is_an_enum_is_what_is_on_the_wire() {
    let (column, name) = (1_i64, "image".to_owned());
    let safe = [
        SendMessage::new("Hello").safe(1),
        SendMessage::new("Hello").safe(column),
        SendMessage::new("Hello").safe(1_u32),
        SendMessage::new("Hello").safe(Confidentiality::Confidential),
        SendMessage::new("Hello").safe(Confidentiality::from(1)),
    ];
    assert_eq!(safe.map(|request| json(&request)["safe"].clone()), [1; 5]);
    assert_eq!(json(&SendMessage::new("Hello").safe(7))["safe"], 7);
    let uploads = [
        UploadMedia::new("image", File::default()),
        UploadMedia::new(&name, File::default()),
        UploadMedia::new(name.clone(), File::default()),
        UploadMedia::new(MediaType::Image, File::default()),
    ];
    assert_eq!(uploads.map(|upload| upload.r#type), [const { MediaType::Image }; 4]);
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
