//! Files: uploaded in parts over the connection, and downloaded and decrypted over HTTP.

use std::fmt;
use std::panic::resume_unwind;
use std::time::Duration;

use ::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::stream;
use md5::{Digest as _, Md5};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use wecom_models::aibot::events::MediaContent;
use wecom_models::aibot::socket::{MediaType, UploadMediaChunk, UploadMediaFinish, UploadMediaInit};
use wecom_requests::{DecodeError, SocketCall, SocketCommand, file_head};

use super::pauses::TOO_OFTEN;
use super::{AiBot, BotError};
use crate::transport::TransportError;
use crate::{Content, errcode, hex};

/// The size of a part, before base64.
const PART: usize = 512 << 10;

/// The largest upload of an unknown type: 100 parts.
const MAX_UPLOAD: usize = 100 * PART;

/// The largest file that users can send to a bot: 100 MB, and what encryption adds.
const MAX_DOWNLOAD: usize = 101 << 20;

/// The time that an upload may take: WeCom keeps its parts for that long.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// The pauses before a command of an upload is sent again.
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
    /// files up to 20 MB. Larger ones are not sent.
    ///
    /// Parts are sent one after the other, and again after a pause, also on another connection if this one is lost: sending a part twice is
    /// harmless. A command that fails otherwise is sent up to twice again; while WeCom limits the rate, the upload waits. If this future is
    /// dropped, WeCom discards the parts after 30 minutes.
    ///
    /// # Errors
    ///
    /// [`BotError::TooLarge`]; [`BotError::UploadExpired`] if it takes longer than 30 minutes, for example because there is no connection.
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
        let bytes = read(content, largest(&r#type)).await?;
        let uploading = self.upload_bytes(name, bytes, r#type, at_once);
        timeout(LIFETIME, uploading).await.unwrap_or(Err(BotError::UploadExpired))
    }

    async fn upload_bytes(
        &self,
        name: String,
        bytes: Bytes,
        r#type: MediaType,
        at_once: usize,
    ) -> Result<String, BotError> {
        let parts = bytes.len().div_ceil(PART);
        let init = UploadMediaInit::new(r#type, name, bytes.len() as u64, parts as u64);
        let digested = bytes.clone();
        let init = init.md5(compute(move || hex(&Md5::digest(&digested))).await);
        let upload_id = self.send_again(&init, true).await?.upload_id;
        let upload_id = needed::<UploadMediaInit>("upload_id", upload_id)?;
        let sending = (0..parts).map(|index| {
            let part = bytes.slice(index * PART..bytes.len().min((index + 1) * PART));
            let chunk = UploadMediaChunk::new(upload_id.as_str(), index as u64, STANDARD.encode(&part));
            async move { self.send_again(&chunk, true).await }
        });
        let mut sending = stream::iter(sending).buffer_unordered(at_once.max(1));
        while let Some(sent) = sending.next().await {
            sent?;
        }
        let finish = UploadMediaFinish::new(upload_id.as_str());
        let media_id = self.send_again(&finish, false).await?.media_id;
        needed::<UploadMediaFinish>("media_id", media_id)
    }

    /// Sends a command of an upload once there is a connection, and again if that is harmless: if it wasn't carried out, or is `repeatable`.
    async fn send_again<C: SocketCall + Sync>(
        &self,
        command: &C,
        repeatable: bool,
    ) -> Result<C::Response, BotError> {
        let mut pauses = RETRIES.iter().copied();
        loop {
            self.ready().await?;
            let error = match self.send_within(command, self.0.settings.upload_timeout).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let pause = match &error {
                // Nothing was sent, so this is no attempt.
                BotError::NotSent { .. } | BotError::Lost { written: false, .. } => Some(RETRIES[0]),
                BotError::NotConnected(state) if !state.is_final() => Some(RETRIES[0]),
                BotError::Unacknowledged { .. } | BotError::Lost { .. } if repeatable => pauses.next(),
                BotError::Api { error, .. } => match error.code {
                    errcode::API_FREQUENCY_LIMIT_EXCEEDED => Some(TOO_OFTEN),
                    errcode::SYSTEM_BUSY
                    | errcode::API_CONCURRENCY_LIMIT_EXCEEDED
                    | errcode::AIBOT_CONNECTION_NOT_SUBSCRIBED => pauses.next(),
                    _ => None,
                },
                _ => None,
            };
            let Some(pause) = pause else { return Err(error) };
            tracing::debug!(cmd = C::META.cmd, ?pause, %error, "an upload's command failed: sending it again after a pause");
            sleep(pause).await;
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
        let limited = self.0.settings.download_timeout;
        let request = self.0.http.client(&url).get(url.to_string()).timeout(limited);
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
            Some(key) if !key.is_empty() => {
                let key = key.clone();
                compute(move || wecom_callback::decrypt_media(key.expose().trim(), bytes.into())).await?
            }
            _ => bytes.into(),
        };
        Ok(BotFile { name, bytes })
    }
}

/// Returns the size of the largest file of a type.
fn largest(r#type: &MediaType) -> usize {
    match r#type {
        MediaType::Image | MediaType::Video => 10 << 20,
        MediaType::Voice => 2 << 20,
        MediaType::File => 20 << 20,
        _ => MAX_UPLOAD,
    }
}

/// Computes something that takes long for a large file, without holding up the connection.
async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    spawn_blocking(work).await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

/// Reads the content of an upload.
async fn read(content: Content, limit: usize) -> Result<Bytes, BotError> {
    if content.length() > limit as u64 {
        return Err(BotError::TooLarge { limit: limit as u64 });
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
