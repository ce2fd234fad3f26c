//! Uploads and downloads.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::aibot::events::AibotEvent;
use wecom_sdk::aibot::socket::MediaType;
use wecom_sdk::{AiBot, BotCallbacks, BotError, BotFile, Content};

use crate::{builder, connected};

const CHUNK: &str = "aibot_upload_media_chunk";

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

#[tokio::test]
async fn a_file_is_uploaded_in_parts() {
    let (server, bot, _callbacks) = connected().await;
    for (length, parts) in [(5, 1), (512 << 10, 1), ((512 << 10) + 1, 2), (1_300_000, 3)] {
        server.clear_received();
        let media_id =
            bot.upload(Content::bytes(bytes(length)).named("数据.bin"), MediaType::File).await.unwrap();
        assert_eq!(server.bot_upload(&media_id).unwrap(), bytes(length));
        assert_eq!(server.requests(CHUNK), parts);
        let init = server.received("aibot_upload_media_init")[0].json().unwrap();
        assert_eq!(init["body"]["filename"], "数据.bin");
        let message = json!({ "chatid": "c", "msgtype": "file", "file": { "media_id": media_id } });
        bot.call("aibot_send_msg", &message).await.unwrap();
    }
    let media_id =
        bot.upload_with(Content::bytes(bytes(3_000_000)).named("a"), MediaType::File, 4).await.unwrap();
    assert_eq!(server.bot_upload(&media_id).unwrap(), bytes(3_000_000));
}

#[tokio::test]
async fn a_part_is_sent_again_twice() {
    let server = Server::start().await.unwrap();
    let (bot, _callbacks) = builder(&server).upload_timeout(Duration::from_secs(3)).connect().await.unwrap();
    let content = || Content::bytes(bytes(600_000)).named("a");
    server.inject(Fault::hang().on(CHUNK).times(1));
    server.inject(Fault::code(-1).on(CHUNK).times(1));
    bot.upload(content(), MediaType::File).await.unwrap();
    assert_eq!(server.requests(CHUNK), 4);
    // A lost connection is waited for.
    server.inject(Fault::disconnect().on(CHUNK).times(1));
    bot.upload(content(), MediaType::File).await.unwrap();
    server.inject(Fault::code(-1).on(CHUNK));
    assert_eq!(bot.upload(content(), MediaType::File).await.unwrap_err().code(), Some(-1));
    server.clear_faults();
    server.clear_received();
    server.inject(Fault::code(40007).on(CHUNK));
    assert_eq!(bot.upload(content(), MediaType::File).await.unwrap_err().code(), Some(40007));
    assert_eq!(server.requests(CHUNK), 1);
}

#[tokio::test]
async fn what_cannot_be_uploaded_is_refused_before() {
    let (server, bot, _callbacks) = connected().await;
    for (r#type, megabytes) in [
        (MediaType::File, 20),
        (MediaType::Image, 10),
        (MediaType::Video, 10),
        (MediaType::Voice, 2),
        (MediaType::from("hologram"), 50),
    ] {
        let large = Content::stream((megabytes << 20) + 1, futures_util::stream::empty());
        let error = bot.upload(large, r#type).await.unwrap_err();
        assert!(matches!(error, BotError::TooLarge { limit, .. } if limit == megabytes << 20), "{error}");
    }
    let short = Content::stream(10, futures_util::stream::iter([Ok("abc".into())]));
    assert!(matches!(bot.upload(short, MediaType::File).await, Err(BotError::Content(_))));
    assert_eq!(server.requests("aibot_upload_media_init"), 0);
}

/// Lets a file arrive, and downloads it.
async fn download(
    server: &Server,
    bot: &AiBot,
    callbacks: &mut BotCallbacks,
    aeskey: Option<&str>,
    limit: usize,
) -> Result<BotFile, BotError> {
    // The blank is as in WeCom's documentation.
    let url = format!("{}/media?sign=a-signature ", server.base_url());
    let mut file = json!({ "url": url });
    if let Some(aeskey) = aeskey {
        file["aeskey"] = aeskey.into();
    }
    server.push_to_bot(json!({ "msgtype": "file", "file": file }).to_string()).unwrap();
    let AibotEvent::FileMessage(message) = callbacks.next().await.unwrap().event else {
        panic!("not a file")
    };
    bot.download_within(&message.file, limit).await
}

#[tokio::test]
async fn a_file_is_downloaded_and_decrypted() {
    const KEY: &str = "//z59vPw7ern5OHe29jV0s/MycbDwL26t7SxrquopaI";
    const ENCRYPTED: &str =
        "i6n3L0+V/HQ+e6otX9j4gv454lCK7jhAa3hVXFI/L88HsNpB4LLj5Fc5nlW5som0I1KbBDBoXJwTEsTuuflf3g==";
    const PLAIN: &[u8] = b"Minutes of Monday: nothing was decided, in 55 bytes....";
    let (server, bot, mut callbacks) = connected().await;
    let encrypted = STANDARD.decode(ENCRYPTED).unwrap();
    let content = encrypted.clone();
    server.answer("/media", move |_| {
        Reply::new(200, "application/octet-stream", content.clone()).with_header(
            "content-disposition",
            "attachment; filename*=UTF-8''..%2F..%2Fetc%2F%E7%BA%AA%E8%A6%81.txt",
        )
    });
    for key in [KEY, &format!("{KEY}=")] {
        let file = download(&server, &bot, &mut callbacks, Some(key), 1000).await.unwrap();
        assert_eq!((file.name.as_deref(), &*file.bytes), (Some("纪要.txt"), PLAIN));
        assert!(!format!("{file:?}").contains("Minutes"));
    }
    let file = download(&server, &bot, &mut callbacks, None, 1000).await.unwrap();
    assert_eq!(file.bytes, encrypted);
    let wrong = KEY.replace('z', "y");
    let error = download(&server, &bot, &mut callbacks, Some(&wrong), 1000).await.unwrap_err();
    assert!(matches!(error, BotError::Undecryptable(_)), "{error}");
    let error = download(&server, &bot, &mut callbacks, Some(KEY), 63).await.unwrap_err();
    assert!(matches!(error, BotError::TooLarge { limit: 63, .. }), "{error}");
    server.inject(Fault::status(403).on("/media"));
    let error = download(&server, &bot, &mut callbacks, Some(KEY), 1000).await.unwrap_err();
    assert_eq!(error.to_string(), "the file can't be downloaded: the HTTP status is 403 Forbidden");
    server.clear_faults();
    server.inject(Fault::disconnect().on("/media"));
    let error = download(&server, &bot, &mut callbacks, Some(KEY), 1000).await.unwrap_err();
    assert!(
        matches!(error, BotError::Download(_)) && !format!("{error} {error:?}").contains("a-signature"),
        "{error:?}"
    );
}
