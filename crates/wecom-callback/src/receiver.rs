//! The receiver: opens callbacks, and encrypts and signs replies.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::HeaderValue;
use sha2::{Digest as _, Sha256};
use wecom_models::callback::{Document, Envelope, Payload, ReadError};
use wecom_models::{Secret, Timestamp};
use wecom_requests::{Passive, PassiveReply, ReplyError, ReplyFormat};

use crate::cipher::Key;
use crate::envelope::{self, Format, Members};
use crate::query::Query;
use crate::receiveid::Receiveid;
use crate::signature::{equal, sign};
use crate::{ConfigError, Error};

/// The default limit of the body.
const MAX_BODY: usize = 1 << 20;

/// The longest text accepted in a URL verification: WeCom's are about 19 digits.
const MAX_ECHO: usize = 128;

/// Receives the callbacks of one token and one key, without any I/O.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use wecom_callback::Receiver;
/// let receiver = Receiver::builder("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
///     .receiveid("wx5823bf96d3bd56c7")
///     .build()?;
///
/// // WeCom verifies the URL with a GET request: return this, and nothing around it.
/// let query = "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780\
///              &echostr=P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D";
/// assert_eq!(receiver.verify_url(query)?, b"1616140317555161061"[..]);
/// # Ok(())
/// # }
/// ```
#[doc(alias("回调解密", "消息加解密", "加解密", "WXBizMsgCrypt", "EncodingAESKey", "msg_signature"))]
#[derive(Clone)]
pub struct Receiver(Arc<Settings>);

struct Settings {
    token: Secret,
    key: Key,
    channel: [u8; 32],
    receiveid: Receiveid,
    verified_as: Receiveid,
    max_body: usize,
    max_age: Option<Duration>,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("receiveid", &self.0.receiveid)
            .field("verified_as", &self.0.verified_as)
            .field("max_body", &self.0.max_body)
            .field("max_age", &self.0.max_age)
            .finish_non_exhaustive()
    }
}

impl Receiver {
    /// Creates a builder from the Token and the `EncodingAESKey` of the callback settings.
    pub fn builder(token: impl Into<Secret>, encoding_aes_key: impl Into<Secret>) -> ReceiverBuilder {
        ReceiverBuilder {
            token: token.into(),
            key: encoding_aes_key.into(),
            receiveid: None,
            verified_as: None,
            max_body: MAX_BODY,
            max_age: None,
        }
    }

    /// Verifies a URL: takes the query of a GET request, and returns the text to respond with, unchanged.
    ///
    /// WeCom waits for one second, and may verify a URL any number of times. Any other text, such as a message, is
    /// refused, so that a recorded callback can't be decrypted here.
    pub fn verify_url(&self, query: &str) -> Result<Bytes, Error> {
        let query = Query::parse(query)?;
        let encrypted = query.echo()?;
        self.verify(&query, &encrypted, Format::Xml)?;
        self.check_age(&query)?;
        let (echo, receiveid) = self.0.key.open(&encrypted)?;
        check(&self.0.verified_as, receiveid, None)?;
        if !(1..=MAX_ECHO).contains(&echo.len()) || !echo.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Error::Undecryptable);
        }
        Ok(echo.into())
    }

    /// Opens a callback: takes the query and the body of a POST request, and returns the message in it.
    pub fn open(&self, query: &str, body: &[u8]) -> Result<Opened, Error> {
        let query = Query::parse(query)?;
        self.check_size(body)?;
        let (format, members) = envelope::read(body).map_err(Error::Envelope)?;
        self.open_members(&query, format, &members, true)
    }

    #[cfg(feature = "serve")]
    pub(crate) fn max_body(&self) -> usize {
        self.0.max_body
    }

    pub(crate) fn check_size(&self, body: &[u8]) -> Result<(), Error> {
        let limit = self.0.max_body;
        if body.len() > limit { Err(Error::TooLarge { limit }) } else { Ok(()) }
    }

    /// Opens an envelope that has been parsed. A callback that was opened before may be old.
    pub(crate) fn open_members(
        &self,
        query: &Query<'_>,
        format: Format,
        members: &Members,
        is_new: bool,
    ) -> Result<Opened, Error> {
        self.verify(query, &members.encrypt, format)?;
        if is_new {
            self.check_age(query)?;
        }
        let (message, receiveid) = self.0.key.open(&members.encrypt)?;
        let receiveid = check(&self.0.receiveid, receiveid, members.to_user.as_deref())?;
        Ok(Opened {
            message: message.into(),
            format,
            receiveid,
            to_user: members.to_user.clone(),
            agent_id: members.agent_id.clone(),
            timestamp: query.timestamp.clone().into_owned(),
            nonce: query.nonce.clone().into_owned(),
            channel: self.0.channel,
        })
    }

    /// Checks the signature.
    fn verify(&self, query: &Query<'_>, encrypted: &str, format: Format) -> Result<(), Error> {
        let expected = sign(self.0.token.expose(), &query.timestamp, &query.nonce, encrypted);
        if !equal(&query.signature, &expected) {
            return Err(Error::Signature { format });
        }
        Ok(())
    }

    /// Checks the time, which is trusted only if the signature is right.
    fn check_age(&self, query: &Query<'_>) -> Result<(), Error> {
        let Some(max_age) = self.0.max_age else { return Ok(()) };
        let sent: Option<u64> = query.timestamp.parse().ok();
        let distance = sent.map(|sent| Duration::from_secs(sent.abs_diff(now())));
        if distance.is_some_and(|distance| distance <= max_age) { Ok(()) } else { Err(Error::Expired) }
    }

    /// Encrypts and signs a reply to a callback, in the callback's format. The reply is the plain document: XML for an
    /// application, JSON for an AI bot or a device.
    pub fn seal(&self, opened: &Opened, reply: &[u8]) -> Reply {
        let nonce = match opened.format {
            Format::Bot => opened.nonce.clone(),
            Format::Xml | Format::Json => u32::from_be_bytes(random()).to_string(),
        };
        self.seal_with(opened, reply, &Fresh { random: random(), timestamp: now(), nonce })
    }

    /// Encrypts and signs a reply of the specification, such as `message::reply::TextReply`: checks its limits, and
    /// fills in its recipient, its sender and its time.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use wecom_callback::{Opened, Receiver};
    /// use wecom_models::message::reply::TextReply;
    ///
    /// fn answer(receiver: &Receiver, opened: &Opened) -> Result<wecom_callback::Reply, Box<dyn std::error::Error>> {
    ///     Ok(receiver.reply(opened, &TextReply::new("The canteen opens at noon."))?)
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn reply<T: PassiveReply>(&self, opened: &Opened, reply: &T) -> Result<Reply, ReplyError> {
        let envelope = opened.envelope().unwrap_or_default();
        self.seal_passive(opened, &envelope, &Passive::of(reply)?)
    }

    /// Encrypts and signs the reply that a handler returned.
    pub(crate) fn seal_passive(
        &self,
        opened: &Opened,
        envelope: &Envelope,
        reply: &Passive,
    ) -> Result<Reply, ReplyError> {
        let format = match opened.format {
            Format::Xml => ReplyFormat::Xml,
            Format::Bot => ReplyFormat::Bot,
            Format::Json => ReplyFormat::Device,
        };
        Ok(self.seal(opened, &reply.document(format, envelope, Timestamp::now())?))
    }

    /// Encrypts and signs a reply with the given random values.
    pub(crate) fn seal_with(&self, opened: &Opened, reply: &[u8], fresh: &Fresh) -> Reply {
        let Fresh { random, timestamp, nonce } = fresh;
        let encrypted = self.0.key.seal(*random, reply, &opened.receiveid);
        let signature = sign(self.0.token.expose(), &timestamp.to_string(), nonce, &encrypted);
        let body = envelope::write_reply(opened.format, &encrypted, &signature, *timestamp, nonce);
        Reply { content_type: opened.format.content_type(), body: body.into() }
    }
}

/// The values that are unique to each reply.
pub(crate) struct Fresh {
    pub(crate) random: [u8; 16],
    pub(crate) timestamp: u64,
    pub(crate) nonce: String,
}

/// Checks that a message is meant for the receiver, and returns its receiveid.
fn check(accepted: &Receiveid, receiveid: Vec<u8>, to_user: Option<&str>) -> Result<String, Error> {
    let receiveid = String::from_utf8(receiveid).map_err(|_| Error::Undecryptable)?;
    if accepted.accepts(&receiveid, to_user) {
        Ok(receiveid)
    } else {
        Err(Error::Receiveid { received: receiveid })
    }
}

/// Returns the current time, in seconds since 1970, as in callbacks.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Returns unpredictable bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

/// Sets up a [`Receiver`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ReceiverBuilder {
    token: Secret,
    key: Secret,
    receiveid: Option<Receiveid>,
    verified_as: Option<Receiveid>,
    max_body: usize,
    max_age: Option<Duration>,
}

impl ReceiverBuilder {
    /// Sets the receiveids to accept: the ID of a company or suite, several of them, or an empty one for an AI bot. See
    /// [`Receiveid`].
    pub fn receiveid(mut self, receiveid: impl Into<Receiveid>) -> Self {
        self.receiveid = Some(receiveid.into());
        self
    }

    /// Sets the receiveids to accept in URL verification, if they differ: a provider's company ID for the URLs of its apps.
    pub fn verified_as(mut self, receiveid: impl Into<Receiveid>) -> Self {
        self.verified_as = Some(receiveid.into());
        self
    }

    /// Sets the largest body in bytes; the default is 1 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets how far a callback's timestamp may be from the current time, so that a recorded callback can't be replayed
    /// later. WeCom has no such rule, and doesn't document whether its retries have a new timestamp: allow 5 minutes or
    /// more.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Builds the receiver.
    pub fn build(self) -> Result<Receiver, ConfigError> {
        let token = self.token.expose();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigError::Token);
        }
        let key = Key::of_settings(self.key.expose())?;
        let receiveid = self.receiveid.ok_or(ConfigError::NoReceiveid)?;
        let channel = Sha256::new().chain_update(key.bytes()).chain_update(token);
        Ok(Receiver(Arc::new(Settings {
            channel: channel.finalize().into(),
            token: self.token,
            key,
            verified_as: self.verified_as.unwrap_or_else(|| receiveid.clone()),
            receiveid,
            max_body: self.max_body,
            max_age: self.max_age,
        })))
    }
}

/// A callback that has been verified and decrypted.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// The message in XML or JSON, exactly as WeCom sent it. It may contain secrets, such as a suite's ticket, so
    /// `Debug` doesn't show it.
    pub message: Bytes,
    /// The format of the callback, and of its reply.
    pub format: Format,
    /// The ID of the company, suite or device model that the callback is for; empty for an AI bot.
    pub receiveid: String,
    /// The `ToUserName` of the envelope. It isn't signed, so don't trust it.
    pub to_user: Option<String>,
    /// The `AgentID` of the envelope, if it has one. It isn't signed either.
    pub agent_id: Option<String>,
    /// The timestamp in the callback's URL, as received.
    pub timestamp: String,
    /// The nonce in the callback's URL.
    pub nonce: String,
    /// A hash of the receiver's token and key.
    channel: [u8; 32],
}

impl Opened {
    /// Returns a message as if it had been received, for tests of handlers.
    #[cfg(all(feature = "serve", feature = "test-util"))]
    pub(crate) fn made(message: Bytes) -> Self {
        Self {
            message,
            format: Format::Xml,
            receiveid: String::new(),
            to_user: None,
            agent_id: None,
            timestamp: String::new(),
            nonce: String::new(),
            channel: [0; 32],
        }
    }

    /// Computes a hash of the receiver's token and key, the receiveid and the message. Callbacks with the same hash
    /// are the same: WeCom repeats a callback that doesn't get a response in time. (`FromUserName` with `CreateTime`,
    /// as its documentation suggests, would lose events of the same second.)
    ///
    /// Each call hashes the whole message, which costs about a third of opening it.
    pub fn digest(&self) -> [u8; 32] {
        // Each part has a fixed length or is preceded by its length, so that different callbacks never have the same
        // digest.
        Sha256::new()
            .chain_update(self.channel)
            .chain_update((self.receiveid.len() as u64).to_be_bytes())
            .chain_update(&self.receiveid)
            .chain_update(&self.message)
            .finalize()
            .into()
    }

    /// Returns the message as text. A character that was cut in half becomes `\u{fffd}`.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.message)
    }

    /// Reads the members that all callbacks have in common. They identify the type of callback.
    pub fn envelope(&self) -> Result<Envelope, ReadError> {
        Document::parse(&self.text())?.envelope()
    }

    /// Reads the message as a type, without checking that it has that type: [`is`](wecom_models::callback::is) does that.
    pub fn read<T: Payload>(&self) -> Result<T, ReadError> {
        Document::parse(&self.text())?.read()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("message", &format_args!("({} bytes)", self.message.len()))
            .field("format", &self.format)
            .field("receiveid", &self.receiveid)
            .field("to_user", &self.to_user)
            .field("agent_id", &self.agent_id)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

/// The response to a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The `Content-Type`.
    pub content_type: HeaderValue,
    /// The body.
    pub body: Bytes,
}
