//! A callback as it arrived, which can be opened again later, in any process with the same receivers.

use bytes::Bytes;

use crate::query::Query;

/// The parts of a request that receivers need. The message is in the body, encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) path: String,
    pub(super) query: String,
    pub(super) body: Bytes,
}

impl Arrived {
    /// Keeps WeCom's parameters of the query only: those of the URL itself may be secrets.
    pub(super) fn new(path: &str, query: &str, body: &Bytes) -> Self {
        Self { path: path.to_owned(), query: Query::signed_part(query), body: body.clone() }
    }

    /// Writes it as one line with path and query, and the body. Neither a path nor a query contains a line break.
    pub(super) fn encode(&self) -> Vec<u8> {
        let Self { path, query, body } = self;
        [path.as_bytes(), b"?", query.as_bytes(), b"\n", body].concat()
    }

    /// Reads what [`encode`](Self::encode) has written.
    pub(super) fn decode(record: &[u8]) -> Option<Self> {
        let end = record.iter().position(|byte| *byte == b'\n')?;
        let (path, query) = std::str::from_utf8(&record[..end]).ok()?.split_once('?')?;
        Some(Self {
            path: path.to_owned(),
            query: query.to_owned(),
            body: Bytes::copy_from_slice(&record[end + 1..]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_what_is_read() {
        for (path, query, body) in
            [("/callback", "msg_signature=1&nonce=a%2Fb?c", &b"<xml>\n\xff</xml>\n"[..]), ("", "", b"")]
        {
            let arrived = Arrived::new(path, query, &Bytes::from_static(body));
            assert_eq!(Arrived::decode(&arrived.encode()), Some(arrived));
        }
        for garbage in [&b""[..], b"/callback?a=b", b"\n", b"/\xff?\n", b"/callback\n<xml/>"] {
            assert_eq!(Arrived::decode(garbage), None);
        }
    }

    #[test]
    fn parameters_of_the_url_itself_are_not_saved() {
        let query = "key=secret&msg%5Fsignature=1&timestamp=2&nonce=3&echostr=4&x&nonce_=5";
        let arrived = Arrived::new("/", query, &Bytes::new());
        assert_eq!(arrived.query, "msg%5Fsignature=1&timestamp=2&nonce=3");
    }
}
