//! Sends an app's messages to a member: a text, and a card with an image, which it then updates.
//!
//! `cargo run -p wecom-sdk --example messages` talks to a mock server. With `WECOM_CORP_ID` and `WECOM_SECRET` set, it sends them: set
//! `WECOM_AGENT_ID` to the app that the secret belongs to, and `WECOM_USERID` to the member who gets them.

mod setup;

use std::env;

use wecom_sdk::media::UploadImg;
use wecom_sdk::message::app::{
    ActionMenu, CardImage, HorizontalContent, MainTitle, MenuAction, Message, NewsNoticeCard,
    NewsNoticeUpdate, NoticeAction, NoticeActionType, SendMessage, UpdateTemplateCard,
};
use wecom_sdk::{Content, Timestamp};

/// An image. A real application would use `Content::file`, which reads it as it is sent.
const IMAGE: &[u8] = include_bytes!("setup/image.png");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = setup::client(1).await?;
    let agentid = env::var("WECOM_AGENT_ID").ok().map_or(Ok(1_000_002), |id| id.parse())?;
    let userid = env::var("WECOM_USERID").unwrap_or_else(|_| "lin.wei".to_owned());
    let to_member = |message: Message| SendMessage::new(message).agentid(agentid).touser([userid.as_str()]);

    let sent = client.send(&to_member(Message::text("The build is green."))).await?;
    println!("text: {}", sent.msgid);
    // The call succeeds if it reaches anyone; the response lists the recipients that it doesn't reach.
    for missed in sent.invaliduser.iter().flat_map(|missed| missed.iter()) {
        println!("not reached: {missed}");
    }

    // A card shows an image by its URL. Uploaded this way, the image stays available.
    let image = Content::bytes(IMAGE).named("release.png");
    let image = client.upload(image, UploadImg::new).await?.url;
    let link = || NoticeAction::new(NoticeActionType::Web).url("https://example.com/releases/1.4");
    // Only a card with a menu can be updated, and each card of an app has an ID of its own.
    let menu = ActionMenu::new([MenuAction::new("Approve", "approve"), MenuAction::new("Stop", "stop")]);
    let card = NewsNoticeCard::new(MainTitle::new("Release 1.4").desc("Waits for approval"), link())
        .card_image(CardImage::new(&image).aspect_ratio(1.5))
        .horizontal_content_list([HorizontalContent::new("Version").value("1.4.0")])
        .action_menu(menu)
        .task_id(format!("release-{}", Timestamp::now().as_unix()));
    let sent = client.send(&to_member(Message::TemplateCard(card.into()))).await?;
    println!("card: {}", sent.msgid);

    // With this code, the card can be updated once within 72 hours; when somebody uses the menu, a callback contains a new
    // one.
    let code = sent.response_code.ok_or("a card with a menu has a code")?;
    let card = NewsNoticeUpdate::new(MainTitle::new("Release 1.4").desc("Approved"), link())
        .card_image(CardImage::new(&image).aspect_ratio(1.5));
    let update = UpdateTemplateCard::new(agentid, code).userids([userid.as_str()]);
    client.send(&update.template_card(card)).await?;
    println!("card: updated");
    Ok(())
}
