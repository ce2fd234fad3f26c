//! Files: uploaded in parts over the connection, and downloaded and decrypted over HTTP.

use std::fmt;
use std::time::Duration;

use ::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::stream;
use md5::{Digest as _, Md5};
use tokio::time::sleep;
use wecom_models::aibot::events::MediaContent;
use wecom_models::aibot::socket::{MediaType, UploadMediaChunk, UploadMediaFinish, UploadMediaInit};
use wecom_requests::{DecodeError, SocketCommand, file_head};

use super::{AiBot, BotError};
use crate::transport::TransportError;
use crate::{Content, hex};

/// The size of a part, before base64.
const PART: usize = 512 << 10;

/// The largest upload: 100 parts.
const MAX_UPLOAD: usize = 100 * PART;

/// The largest file that users can send to a bot: 100 MB, and what encryption adds.
const MAX_DOWNLOAD: usize = 101 << 20;

/// The pauses before a part is sent again.
const RETRIES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(1)];

/// A file that a user sent to an AI bot, decrypted. Needs the feature `ai-bot`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BotFile {
    /// The name, without folders, if the server states one. It comes from the user: don't use it as a path as it is.
    pub name: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for BotFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BotFile({} bytes)", self.bytes.len())
    }
}

impl AiBot {
    /// Uploads a file in parts of 512 KiB, and returns its `media_id`, which the bot can send for 3 days.
    ///
    /// WeCom accepts files of 5 bytes or more: images (PNG, JPG, GIF) and videos (MP4) up to 10 MB, voice messages (AMR) up to 2 MB, other
    /// files up to 20 MB. Parts are sent one after the other, and up to twice again, also on another connection if this one is lost: sending a
    /// part twice is harmless.
    pub async fn upload(&self, content: Content, r#type: MediaType) -> Result<String, BotError> {
        self.upload_with(content, r#type, 1).await
    }

    /// Uploads a file like [`upload`](Self::upload), with several parts at once. WeCom refuses some of them if there are many.
    pub async fn upload_with(
        &self,
        content: Content,
        r#type: MediaType,
        at_once: usize,
    ) -> Result<String, BotError> {
        let name = content.name().to_owned();
        let bytes = read(content).await?;
        let parts = bytes.len().div_ceil(PART);
        let timeout = self.0.settings.upload_timeout;
        let init = UploadMediaInit::new(r#type, name, bytes.len() as u64, parts as u64);
        let init = init.md5(hex(&Md5::digest(&bytes)));
        let upload_id = self.send_within(&init, timeout).await?.upload_id;
        let upload_id = needed::<UploadMediaInit>("upload_id", upload_id)?;
        let sending = (0..parts).map(|index| {
            let part = bytes.slice(index * PART..bytes.len().min((index + 1) * PART));
            self.send_part(&upload_id, index, part)
        });
        let mut sending = stream::iter(sending).buffer_unordered(at_once.max(1));
        while let Some(sent) = sending.next().await {
            sent?;
        }
        let finish = UploadMediaFinish::new(upload_id.as_str());
        let media_id = self.send_within(&finish, timeout).await?.media_id;
        needed::<UploadMediaFinish>("media_id", media_id)
    }

    async fn send_part(&self, upload_id: &str, index: usize, part: Bytes) -> Result<(), BotError> {
        let chunk = UploadMediaChunk::new(upload_id, index as u64, STANDARD.encode(&part));
        let mut pauses = RETRIES.iter();
        loop {
            let Err(error) = self.send_within(&chunk, self.0.settings.upload_timeout).await else {
                return Ok(());
            };
            let is_transient = match &error {
                BotError::Unacknowledged { .. } | BotError::Lost { .. } => true,
                BotError::NotConnected(state) => !state.is_final(),
                BotError::Api { error, .. } => matches!(error.code, -1 | 45033),
                _ => false,
            };
            let Some(pause) = pauses.next().filter(|_| is_transient) else { return Err(error) };
            tracing::debug!(index, ?pause, %error, "a part of an upload failed: sending it again after a pause");
            sleep(*pause).await;
            self.ready().await?;
        }
    }

    /// Downloads a file of a message, and decrypts it with the key beside its URL. The URL is valid for 5 minutes, without credentials.
    /// At most 101 MiB are read.
    ///
    /// # Errors
    ///
    /// [`BotError::Download`], which doesn't show the URL; [`BotError::TooLarge`]; [`BotError::Undecryptable`] if the file doesn't fit the key: then
    /// there is no file, not an encrypted one.
    pub async fn download(&self, media: &MediaContent) -> Result<BotFile, BotError> {
        self.download_within(media, MAX_DOWNLOAD).await
    }

    /// Downloads a file of at most `limit` bytes: see [`download`](Self::download).
    pub async fn download_within(&self, media: &MediaContent, limit: usize) -> Result<BotFile, BotError> {
        // The documentation's own examples end with a blank.
        let url: Uri = media
            .url
            .trim()
            .parse()
            .ok()
            .filter(|url: &Uri| matches!(url.scheme_str(), Some("http" | "https")))
            .ok_or_else(|| BotError::Download("its URL isn't one".to_owned()))?;
        let failed = |error: reqwest::Error| BotError::Download(TransportError::from(error).to_string());
        let timeout = self.0.settings.download_timeout;
        let request = self.0.http.client(&url).get(url.to_string()).timeout(timeout);
        let response = request.send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(BotError::Download(format!("the HTTP status is {}", response.status())));
        }
        let name = Some(file_head(response.headers()).name).filter(|name| !name.is_empty());
        let mut bytes = BytesMut::new();
        let mut body = response.bytes_stream();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(failed)?;
            if bytes.len() + chunk.len() > limit {
                return Err(BotError::TooLarge { limit: limit as u64 });
            }
            bytes.extend_from_slice(&chunk);
        }
        let bytes = match &media.aeskey {
            Some(key) if !key.is_empty() => wecom_callback::decrypt_media(key.expose().trim(), bytes.into())?,
            _ => bytes.into(),
        };
        Ok(BotFile { name, bytes })
    }
}

/// Reads the content of an upload.
async fn read(content: Content) -> Result<Bytes, BotError> {
    if content.length() > MAX_UPLOAD as u64 {
        return Err(BotError::TooLarge { limit: MAX_UPLOAD as u64 });
    }
    let mut bytes = BytesMut::new();
    let mut pieces = content.checked();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(BotError::Content)?);
    }
    Ok(bytes.freeze())
}

/// Returns an ID that an acknowledgement must have.
fn needed<C: SocketCommand>(name: &str, id: String) -> Result<String, BotError> {
    if !id.is_empty() {
        return Ok(id);
    }
    let error = DecodeError { succeeded: true, ..DecodeError::new(name, "it is missing") };
    Err(BotError::Decode { cmd: C::META.cmd.into(), error })
}
