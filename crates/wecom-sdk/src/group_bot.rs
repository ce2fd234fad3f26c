//! Group bots (群机器人, 消息推送): they send messages to a group chat, and all they need is the key in their webhook URL.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use wecom_models::message::webhook::{
    ImageContent, MediaContent, Message, SendWebhook, UploadMedia, UploadMediaType,
};
use wecom_requests::token::WebhookKey;
use wecom_requests::{Endpoint as _, Meta};

use crate::{Client, ClientBuilder, Content, Error, Fixed, Secret, hex};

/// A group bot (群机器人, 消息推送): it sends messages to the group chat that it was added to. It needs no company ID, no secret and no
/// token: the key in its webhook URL is enough. Needs the feature `group-bot`.
///
/// ```
/// # use wecom_sdk::Error;
/// use wecom_sdk::GroupBot;
/// use wecom_sdk::message::webhook::{MarkdownV2Content, TextContent};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// # let key = server.issue_token("key");
/// # let url = format!("{}/cgi-bin/webhook/send?key={key}", server.base_url());
/// # let png = b"\x89PNG\r\n\x1a\n";
/// // As WeCom shows it: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…
/// let bot = GroupBot::from_url(&url)?;
///
/// bot.send("The build is green.").await?;
/// bot.send(TextContent::new("Lunch?").mentioned_list(vec!["@all".to_owned()])).await?;
/// bot.send(MarkdownV2Content::new("# Sales\n| North | South |\n| ---: | ---: |\n| 248 | 251 |")).await?;
/// bot.send_image(png).await?;
/// # Ok(())
/// # }
/// ```
///
/// A bot may send 20 messages per minute: further ones wait, unless [`OnLimit`](crate::OnLimit) says otherwise. Messages are counted per
/// client, so keep the bot and clone it, which is cheap.
///
/// For a proxy, other timeouts or a hook, build a client with the key as its credential, and make the bot from it:
///
/// ```
/// # fn main() -> Result<(), wecom_sdk::Error> {
/// use wecom_sdk::{ClientBuilder, Fixed, GroupBot, OnLimit, token::WebhookKey};
///
/// let key = Fixed::<WebhookKey>::new("the key of the webhook");
/// let bot = GroupBot::from(ClientBuilder::new(key).on_limit(OnLimit::Refuse).build()?);
/// # Ok(())
/// # }
/// ```
///
/// The messages: <https://developer.work.weixin.qq.com/document/path/99110>
#[derive(Clone, Debug)]
pub struct GroupBot {
    client: Client<Fixed<WebhookKey>>,
}

impl GroupBot {
    /// Creates a bot from its webhook URL, which WeCom shows in the bot's settings. Requests go to the host of the URL.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] if this isn't a webhook URL. The error doesn't show the URL, since it contains the key.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let (base_url, key) = parse(url.trim()).ok_or_else(|| {
            let path = SendWebhook::META.path;
            Error::Setup(format!("a webhook URL looks like https://qyapi.weixin.qq.com{path}?key=…"))
        })?;
        Ok(ClientBuilder::new(Fixed::new(key)).base_url(base_url).build()?.into())
    }

    /// Creates a bot from its key, the parameter `key` of its webhook URL.
    pub fn new(key: impl Into<Secret>) -> Result<Self, Error> {
        Ok(ClientBuilder::new(Fixed::new(key)).build()?.into())
    }

    /// Returns the client that the bot sends with.
    pub fn client(&self) -> &Client<Fixed<WebhookKey>> {
        &self.client
    }

    /// Sends a message: a text, or the content or card of any other [`Message`].
    ///
    /// It is retried only if it can't have arrived: see [`Client::send`].
    pub async fn send(&self, message: impl Into<Message>) -> Result<(), Error> {
        self.client.send(&SendWebhook::new(message)).await.map(drop)
    }

    /// Sends an image, a JPG or PNG of at most 2 MB.
    pub async fn send_image(&self, image: impl AsRef<[u8]>) -> Result<(), Error> {
        self.send(Self::image(image)).await
    }

    /// Uploads a file of at most 20 MB and sends it. Its name is what the recipients see.
    pub async fn send_file(&self, content: Content) -> Result<(), Error> {
        let media_id = self.upload(content, UploadMediaType::File).await?;
        self.send(Message::File(MediaContent::new(media_id))).await
    }

    /// Uploads a voice message and sends it: AMR, at most 2 MB and 60 seconds.
    pub async fn send_voice(&self, content: Content) -> Result<(), Error> {
        let media_id = self.upload(content, UploadMediaType::Voice).await?;
        self.send(Message::Voice(MediaContent::new(media_id))).await
    }

    /// Uploads a file and returns its media ID, which this bot can send for 3 days:
    /// [`send_file`](Self::send_file) and [`send_voice`](Self::send_voice) do both.
    pub async fn upload(&self, content: Content, r#type: UploadMediaType) -> Result<String, Error> {
        let request = |file| UploadMedia::new(r#type, file);
        self.client.upload(content, request).await.map(|uploaded| uploaded.media_id)
    }

    /// Prepares an image for sending: Base64, and the MD5 of its bytes.
    pub fn image(image: impl AsRef<[u8]>) -> ImageContent {
        let image = image.as_ref();
        ImageContent::new(STANDARD.encode(image), hex(&Md5::digest(image)))
    }
}

impl From<Client<Fixed<WebhookKey>>> for GroupBot {
    fn from(client: Client<Fixed<WebhookKey>>) -> Self {
        Self { client }
    }
}

/// Splits a webhook URL into its base URL and its key. Behind a gateway, another path may precede the endpoint's.
fn parse(url: &str) -> Option<(&str, Secret)> {
    const SEND: &Meta = SendWebhook::META;
    let (address, query) = url.split_once('?')?;
    let base_url = address.strip_suffix(SEND.path)?;
    let query = query.split('#').next()?;
    let name = SEND.token.parameter()?;
    let (_, key) = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name)?;
    let visible = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    visible.then(|| (base_url, Secret::new(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_url_gives_its_base_url_and_its_key() {
        for (url, base_url, key) in [
            (
                "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-91f6",
                "https://qyapi.weixin.qq.com",
                "693a-91f6",
            ),
            (
                "http://127.0.0.1:8080/wecom/cgi-bin/webhook/send?a=1&key=k%2Bk&b#top",
                "http://127.0.0.1:8080/wecom",
                "k+k",
            ),
        ] {
            let (parsed, secret) = parse(url).unwrap();
            assert_eq!((parsed, secret.expose()), (base_url, key), "{url}");
        }
    }

    #[test]
    fn what_is_no_webhook_url_is_refused_without_showing_the_key() {
        for url in [
            "",
            "a-secret-key",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?token=a-secret-key",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a-secret-key%0A",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/sent?key=a-secret-key",
            "/cgi-bin/webhook/send?key=a-secret-key",
            "ftp://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a-secret-key",
            "https://user:a-secret-key@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        ] {
            let error = GroupBot::from_url(url).unwrap_err();
            assert!(matches!(error, Error::Setup(_)), "{url}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("a-secret-key"), "{error}");
        }
    }

    #[test]
    fn an_image_has_the_base64_and_the_md5_of_its_bytes() {
        let content = GroupBot::image(b"not really an image");
        assert_eq!(content.base64, "bm90IHJlYWxseSBhbiBpbWFnZQ==");
        assert_eq!(content.md5, "b15301000bc458c348a12fc66e5ede74");
    }
}
