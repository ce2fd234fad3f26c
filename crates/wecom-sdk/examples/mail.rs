//! Sends an email with an attachment from an app's mailbox, and reads the emails that arrived there.
//!
//! `cargo run -p wecom-sdk --example mail` talks to a mock server. With `WECOM_CORP_ID` and `WECOM_SECRET` set (the secret of an app that
//! may call the mail API), it sends the email: set `WECOM_USERID` to the member who gets it.

mod setup;

use std::env;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use wecom_sdk::Timestamp;
use wecom_sdk::exmail::app::{
    Attachment, ComposeSendMail, ContentType, GetEmailAlias, GetMailList, ReadMail, Recipients,
};

/// An image. A real application would read a file.
const IMAGE: &[u8] = include_bytes!("setup/image.png");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = setup::client(1).await?;
    let userid = env::var("WECOM_USERID").unwrap_or_else(|_| "lin.wei".to_owned());

    // Each app has a mailbox of its own, to which people can reply.
    println!("from: {}", client.send(&GetEmailAlias::new()).await?.email);
    // Members are identified by userid, everyone else by email address.
    let to = Recipients::new().userids([userid]);
    let image = Attachment::new("release.png", BASE64_STANDARD.encode(IMAGE));
    let mail = ComposeSendMail::new(to, "Release 1.4", "<p>It is <b>out</b>.</p>")
        .content_type(ContentType::Html)
        .attachment_list([image]);
    client.send(&mail).await?;
    println!("sent");

    let now = Timestamp::now();
    let mut mails = client.items(GetMailList::new(now - Duration::from_secs(86400), now));
    while let Some(mail) = mails.try_next().await? {
        // An email arrives as it was sent (EML), headers first: a library such as `mail-parser` can parse it.
        let mail = client.send(&ReadMail::new(mail.mail_id)).await?.mail_data;
        let headers = mail.lines().take_while(|line| !line.is_empty());
        for header in headers.filter(|line| line.starts_with("From:") || line.starts_with("Subject:")) {
            println!("{header}");
        }
    }
    Ok(())
}
