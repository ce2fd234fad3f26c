//! Several receivers behind one address.

use bytes::Bytes;

use crate::query::Query;
use crate::{Error, Opened, Receiver, envelope};

/// Receivers, each with its path or app.
#[derive(Debug, Default)]
pub(super) struct Receivers(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    receiver: Receiver,
    path: Option<String>,
    agent_id: Option<String>,
}

impl Receivers {
    pub(super) fn add(&mut self, receiver: Receiver, path: Option<String>, agent_id: Option<String>) {
        self.0.push(Entry { receiver, path, agent_id });
    }

    /// Returns the size of the largest body that any of them accepts.
    pub(super) fn max_body(&self) -> usize {
        self.0.iter().map(|entry| entry.receiver.max_body()).max().unwrap_or_default()
    }

    /// Returns the receivers of a path or, if it has none of its own, those for all paths.
    fn at(&self, path: &str) -> impl Iterator<Item = &Entry> {
        let path = self.0.iter().any(|entry| entry.path.as_deref() == Some(path)).then_some(path);
        self.0.iter().filter(move |entry| entry.path.as_deref() == path)
    }

    pub(super) fn verify_url(&self, path: &str, query: &str) -> Result<Bytes, Error> {
        first(self.at(path).map(|entry| entry.receiver.verify_url(query)))
    }

    /// Opens a callback with the receiver that it is meant for: checks the query, the size of the body, the envelope, and whether there is a
    /// receiver, in this order.
    pub(super) fn open(&self, path: &str, query: &str, body: &[u8]) -> Result<(&Receiver, Opened), Error> {
        self.open_if(path, query, body, true)
    }

    /// Opens a callback again, which may be older by now than receivers allow.
    pub(super) fn reopen(&self, path: &str, query: &str, body: &[u8]) -> Result<Opened, Error> {
        self.open_if(path, query, body, false).map(|(_, opened)| opened)
    }

    fn open_if(
        &self,
        path: &str,
        query: &str,
        body: &[u8],
        is_new: bool,
    ) -> Result<(&Receiver, Opened), Error> {
        let query = Query::parse(query)?;
        let limit = self.max_body();
        if body.len() > limit {
            return Err(Error::TooLarge { limit });
        }
        let (format, members) = envelope::read(body).map_err(Error::Envelope)?;
        let may = |entry: &&Entry| entry.agent_id.is_none() || entry.agent_id == members.agent_id;
        first(self.at(path).filter(may).map(|Entry { receiver, .. }| {
            receiver.check_size(body)?;
            Ok((receiver, receiver.open_members(&query, format, &members, is_new)?))
        }))
    }
}

/// Returns the first success, or the error of the attempt that got furthest: most receivers have another token.
fn first<T>(attempts: impl Iterator<Item = Result<T, Error>>) -> Result<T, Error> {
    let mut closest = Error::NoReceiver;
    for attempt in attempts {
        match attempt {
            Ok(success) => return Ok(success),
            Err(error) if matches!(closest, Error::NoReceiver | Error::Signature { .. }) => closest = error,
            Err(_) => {}
        }
    }
    Err(closest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Format;
    use crate::cipher::Key;
    use crate::signature::sign;
    use crate::tests::{CORP, KEY, TEXT, TOKEN};

    #[test]
    fn a_callback_that_was_opened_before_may_be_old_but_not_forged() {
        let strict =
            Receiver::builder(TOKEN, KEY).receiveid(CORP).max_age(Duration::from_secs(300)).build().unwrap();
        let mut receivers = Receivers::default();
        receivers.add(strict, None, None);
        let encrypted = Key::of_settings(KEY).unwrap().seal([0; 16], TEXT.as_bytes(), CORP);
        let body = envelope::write(Format::Xml, &encrypted, CORP, "");
        for (token, new, again) in
            [(TOKEN, Error::Expired, None), ("another", signature(), Some(signature()))]
        {
            let query = format!(
                "msg_signature={}&timestamp=1409659813&nonce=1",
                sign(token, "1409659813", "1", &encrypted)
            );
            assert_eq!(receivers.open("/", &query, body.as_bytes()).err(), Some(new));
            assert_eq!(receivers.reopen("/", &query, body.as_bytes()).err(), again);
        }
    }

    fn signature() -> Error {
        Error::Signature { format: Format::Xml }
    }
}
