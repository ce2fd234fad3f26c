//! The query that WeCom adds to the callback URL.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::Error;

/// The parameters of a callback, decoded but otherwise unchanged: a timestamp is signed with its leading zeros.
pub(crate) struct Query<'a> {
    pub(crate) signature: Cow<'a, str>,
    pub(crate) timestamp: Cow<'a, str>,
    pub(crate) nonce: Cow<'a, str>,
    echo: Option<Cow<'a, str>>,
}

impl<'a> Query<'a> {
    /// Parses a query without its `?`. Parameters that the configured URL itself has are skipped.
    pub(crate) fn parse(query: &'a str) -> Result<Self, Error> {
        let (mut signature, mut timestamp, mut nonce, mut echo) = (None, None, None, None);
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (place, name) = match &*percent_decode_str(name).decode_utf8_lossy() {
                "msg_signature" => (&mut signature, "msg_signature"),
                "timestamp" => (&mut timestamp, "timestamp"),
                "nonce" => (&mut nonce, "nonce"),
                "echostr" => (&mut echo, "echostr"),
                _ => continue,
            };
            // Not form decoding: a `+` is a `+`.
            if place.replace(percent_decode_str(value).decode_utf8_lossy()).is_some() {
                return Err(Error::RepeatedParameter(name));
            }
        }
        let needed = |value: Option<_>, name| value.ok_or(Error::MissingParameter(name));
        Ok(Self {
            signature: needed(signature, "msg_signature")?,
            timestamp: needed(timestamp, "timestamp")?,
            nonce: needed(nonce, "nonce")?,
            echo,
        })
    }

    /// Returns the parameters of a callback in a query, as they are, without those of the configured URL itself.
    #[cfg(feature = "serve")]
    pub(crate) fn signed_part(query: &str) -> String {
        let is_signed = |pair: &&str| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            matches!(&*percent_decode_str(name).decode_utf8_lossy(), "msg_signature" | "timestamp" | "nonce")
        };
        query.split('&').filter(is_signed).collect::<Vec<_>>().join("&")
    }

    /// Returns the encrypted text of a URL verification. Base64 has no blanks: if there are some, a proxy has decoded
    /// `+` as one.
    pub(crate) fn echo(&self) -> Result<String, Error> {
        let echo = self.echo.as_ref().ok_or(Error::MissingParameter("echostr"))?;
        Ok(echo.replace(' ', "+"))
    }
}
