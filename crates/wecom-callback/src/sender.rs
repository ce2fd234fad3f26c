//! WeCom's side: callbacks as it sends them, and replies as it reads them.

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wecom_models::Secret;

use crate::cipher::Key;
use crate::envelope::{self, Format};
use crate::receiver::{now, random};
use crate::signature::{equal, sign};
use crate::{ConfigError, Error};

/// Sends callbacks as WeCom does, for tests of a receiver.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_callback::{Format, Receiver, Sender};
///
/// let (token, key) = ("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C");
/// let sender = Sender::new(token, key, "ww1")?;
/// let receiver = Receiver::builder(token, key).receiveid("ww1").build()?;
///
/// let callback = sender.callback(Format::Xml, b"<xml/>", "ww1", "1000002");
/// let opened = receiver.open(&callback.query, callback.body.as_bytes())?;
/// assert_eq!(opened.message, b"<xml/>"[..]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sender {
    token: Secret,
    key: Key,
    receiveid: String,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("receiveid", &self.receiveid).finish_non_exhaustive()
    }
}

/// A callback as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// The query that is added to the receiver's URL.
    pub query: String,
    /// The body.
    pub body: String,
}

impl Sender {
    /// Creates a sender from the receiver's token, key and receiveid.
    pub fn new(
        token: impl Into<Secret>,
        encoding_aes_key: impl Into<Secret>,
        receiveid: impl Into<String>,
    ) -> Result<Self, ConfigError> {
        let key = Key::of_settings(encoding_aes_key.into().expose())?;
        Ok(Self { token: token.into(), key, receiveid: receiveid.into() })
    }

    /// Returns the receiveid that the callbacks are meant for.
    pub fn receiveid(&self) -> &str {
        &self.receiveid
    }

    /// Creates a sender with the same token and key for another receiveid.
    #[must_use]
    pub fn with_receiveid(&self, receiveid: impl Into<String>) -> Self {
        Self { token: self.token.clone(), key: self.key.clone(), receiveid: receiveid.into() }
    }

    /// Encrypts a message and puts it into an envelope.
    pub fn callback(&self, format: Format, message: &[u8], to_user: &str, agent_id: &str) -> Sent {
        let encrypted = self.key.seal(random(), message, &self.receiveid);
        Sent { query: self.query(&encrypted), body: envelope::write(format, &encrypted, to_user, agent_id) }
    }

    /// Returns the query of a request that verifies a URL. The receiver must respond with the text.
    pub fn verification(&self, echo: &str) -> String {
        let encrypted = self.key.seal(random(), echo.as_bytes(), &self.receiveid);
        let query = self.query(&encrypted);
        format!("{query}&echostr={}", utf8_percent_encode(&encrypted, NON_ALPHANUMERIC))
    }

    fn query(&self, encrypted: &str) -> String {
        let (timestamp, nonce) = (now().to_string(), u32::from_be_bytes(random()).to_string());
        let signature = sign(self.token.expose(), &timestamp, &nonce, encrypted);
        format!("msg_signature={signature}&timestamp={timestamp}&nonce={nonce}")
    }

    /// Opens an encrypted reply, and returns the plain document.
    pub fn open_reply(&self, body: &[u8]) -> Result<Vec<u8>, Error> {
        let (format, members) = envelope::read(body).map_err(Error::Envelope)?;
        let needed =
            |value: Option<String>| value.ok_or(Error::Envelope("it lacks a member that every reply has"));
        let (timestamp, nonce) = (needed(members.timestamp)?, needed(members.nonce)?);
        let expected = sign(self.token.expose(), &timestamp, &nonce, &members.encrypt);
        if !equal(&needed(members.signature)?, &expected) {
            return Err(Error::Signature { format });
        }
        let (message, receiveid) = self.key.open(&members.encrypt)?;
        match String::from_utf8(receiveid) {
            Ok(receiveid) if receiveid == self.receiveid => Ok(message),
            Ok(other) => Err(Error::Receiveid { received: other }),
            Err(_) => Err(Error::Undecryptable),
        }
    }
}
