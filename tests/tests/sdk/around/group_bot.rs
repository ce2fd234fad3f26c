//! Group bots, which need nothing but their key.

use serde_json::json;
use wecom_mock::{Fault, Server};
use wecom_sdk::message::webhook::{
    Article, CardImage, MainTitle, MarkdownContent, MarkdownV2Content, Message, NewsContent, NewsNoticeCard,
    NoticeAction, NoticeActionType, NoticeTitle, TextContent, TextNoticeCard,
};
use wecom_sdk::token::WebhookKey;
use wecom_sdk::{ClientBuilder, Content, Error, Fixed, GroupBot, OnLimit, errcode};

const SEND: &str = "/cgi-bin/webhook/send";
const UPLOAD: &str = "/cgi-bin/webhook/upload_media";

fn url(server: &Server, key: &str) -> String {
    format!("{}{SEND}?key={key}", server.base_url())
}

/// A bot whose key the server knows.
fn bot(server: &Server) -> GroupBot {
    GroupBot::from_url(&url(server, &server.issue_token("key"))).unwrap()
}

#[tokio::test]
async fn every_kind_of_message_is_sent_with_the_key_alone() {
    let server = Server::start().await.unwrap();
    let bot = bot(&server);
    let web = || NoticeAction::new(NoticeActionType::Web).url("https://example.com/");
    bot.send("您好").await.unwrap();
    bot.send(String::from("owned")).await.unwrap();
    bot.send(TextContent::new("Lunch?").mentioned_list(vec!["@all".to_owned()])).await.unwrap();
    bot.send(MarkdownContent::new("**bold**")).await.unwrap();
    bot.send(MarkdownV2Content::new("*italic*")).await.unwrap();
    bot.send_image([0xff, 0xd8, 0xff]).await.unwrap();
    bot.send(NewsContent::new(vec![Article::new("News", "https://example.com/")])).await.unwrap();
    bot.send(TextNoticeCard::new(NoticeTitle::new().title("Sales"), web())).await.unwrap();
    let image = CardImage::new("https://example.com/a.png");
    bot.send(NewsNoticeCard::new(MainTitle::new("Sales"), image, web())).await.unwrap();
    bot.send_file(Content::bytes("minutes").named("会议纪要.txt")).await.unwrap();
    bot.send_voice(Content::bytes("#!AMR\n").named("hello.amr")).await.unwrap();
    let sent: Vec<_> = server.received(SEND).iter().map(|request| request.json().unwrap()).collect();
    let card = json!({ "type": 1, "url": "https://example.com/" });
    let expected = [
        json!({ "msgtype": "text", "text": { "content": "您好" } }),
        json!({ "msgtype": "text", "text": { "content": "owned" } }),
        json!({ "msgtype": "text", "text": { "content": "Lunch?", "mentioned_list": ["@all"] } }),
        json!({ "msgtype": "markdown", "markdown": { "content": "**bold**" } }),
        json!({ "msgtype": "markdown_v2", "markdown_v2": { "content": "*italic*" } }),
        json!({ "msgtype": "image", "image": { "base64": "/9j/", "md5": "d718f4d374abcade9c50585aeee2f713" } }),
        json!({ "msgtype": "news", "news": { "articles": [{ "title": "News", "url": "https://example.com/" }] } }),
        json!({
            "msgtype": "template_card",
            "template_card": { "card_type": "text_notice", "main_title": { "title": "Sales" }, "card_action": card }
        }),
        json!({
            "msgtype": "template_card",
            "template_card": {
                "card_type": "news_notice",
                "main_title": { "title": "Sales" },
                "card_image": { "url": "https://example.com/a.png" },
                "card_action": card
            }
        }),
        json!({ "msgtype": "file", "file": { "media_id": "3Kd7pQw2" } }),
        json!({ "msgtype": "voice", "voice": { "media_id": "3Kd7pQw2" } }),
    ];
    assert_eq!(sent, expected);
    let uploads = server.received(UPLOAD);
    assert_eq!(
        uploads.iter().map(|upload| upload.param("type").unwrap()).collect::<Vec<_>>(),
        ["file", "voice"]
    );
    let form = String::from_utf8_lossy(&uploads[0].body);
    assert!(form.contains(r#"filename="会议纪要.txt"; filelength=7"#), "{form}");
    assert_eq!(server.total_requests(), 13, "no token was fetched");
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_shown_nowhere() {
    let server = Server::start().await.unwrap();
    server.issue_token("key");
    let bot = GroupBot::from_url(&url(&server, "a-wrong-key")).unwrap();
    let error = bot.send("hello").await.unwrap_err();
    assert_eq!(error.code(), Some(errcode::WEBHOOK_INVALID_URL_OR_REMOVED), "{error:?}");
    assert_eq!(server.requests(SEND), 1, "another request would not help");
    server.answer(SEND, |request| {
        let key = request.param("key").unwrap();
        wecom_mock::Reply::json(
            json!({ "errcode": errcode::WEBHOOK_INVALID_URL_OR_REMOVED, "errmsg": format!("no bot {key}") }),
        )
    });
    let error = bot.send("hello").await.unwrap_err();
    assert_eq!(error.code(), Some(errcode::WEBHOOK_INVALID_URL_OR_REMOVED));
    assert!(error.to_string().contains("no bot"), "{error}");
    assert!(!format!("{error} {error:?} {bot:?}").contains("a-wrong-key"), "{error:?}");
}

#[tokio::test]
async fn the_twenty_first_message_of_a_minute_is_not_sent() {
    let server = Server::start().await.unwrap();
    let key = server.issue_token("key");
    let client = ClientBuilder::new(Fixed::<WebhookKey>::new(key)).base_url(server.base_url());
    let bot = GroupBot::from(client.on_limit(OnLimit::Refuse).build().unwrap());
    for _ in 0..20 {
        bot.clone().send("hello").await.unwrap();
    }
    assert!(matches!(bot.send("hello").await, Err(Error::Limited { .. })));
    assert_eq!(server.requests(SEND), 20);
}

#[tokio::test]
async fn what_breaks_a_limit_is_not_sent_and_what_may_have_arrived_is_not_sent_twice() {
    let server = Server::start().await.unwrap();
    let bot = bot(&server);
    let no_articles = Message::News(NewsContent::new(Vec::new()));
    let no_title = TextNoticeCard::new(NoticeTitle::new(), NoticeAction::new(NoticeActionType::Web));
    for message in [
        Message::Text(TextContent::new("好".repeat(683))),
        no_articles,
        Message::TemplateCard(wecom_sdk::message::webhook::TemplateCard::TextNotice(no_title)),
        Message::Image(GroupBot::image(vec![0; (2 << 20) + 2])),
    ] {
        let outcome = bot.send(message.clone()).await;
        assert!(matches!(outcome, Err(Error::Invalid { .. })), "{outcome:?}");
    }
    assert_eq!(server.total_requests(), 0);
    bot.send("好".repeat(682)).await.unwrap();
    bot.send_image(vec![0; 2 << 20]).await.unwrap();
    server.inject(Fault::disconnect().on(SEND).times(1));
    let error = bot.send("once").await.unwrap_err();
    assert!(error.may_have_been_carried_out(), "{error}");
    assert_eq!(server.requests(SEND), 3);
}
