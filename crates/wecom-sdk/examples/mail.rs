//! Sends an email with an attachment from an app's mailbox, and reads what arrived there.
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

/// A picture: a real application would read a file.
const PICTURE: &[u8] = include_bytes!("setup/picture.png");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = setup::client(1).await?;
    let userid = env::var("WECOM_USERID").unwrap_or_else(|_| "lin.wei".to_owned());

    // Each app has a mailbox of its own, which people can answer to.
    println!("from: {}", client.send(&GetEmailAlias::new()).await?.email);
    // Members go by userid, everyone else by address.
    let to = Recipients::new().userids([userid]);
    let picture = Attachment::new("release.png", BASE64_STANDARD.encode(PICTURE));
    let mail = ComposeSendMail::new(to, "Release 1.4", "<p>It is <b>out</b>.</p>")
        .content_type(ContentType::Html)
        .attachment_list([picture]);
    client.send(&mail).await?;
    println!("sent");

    let now = Timestamp::now();
    let mut mails = client.items(GetMailList::new(now - Duration::from_secs(86400), now));
    while let Some(mail) = mails.try_next().await? {
        // An email comes as it was sent (EML), headers first: a library such as `mail-parser` takes it apart.
        let mail = client.send(&ReadMail::new(mail.mail_id)).await?.mail_data;
        let headers = mail.lines().take_while(|line| !line.is_empty());
        for header in headers.filter(|line| line.starts_with("From:") || line.starts_with("Subject:")) {
            println!("{header}");
        }
    }
    Ok(())
}
