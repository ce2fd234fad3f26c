//! The query of a URL.

use form_urlencoded::byte_serialize;
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::Value;
use wecom_models::wire::{Output, unwritten};

use crate::body::text;

/// A builder for the query parameters of a URL.
pub struct Query {
    /// A URL, its `?` and the parameters so far.
    url: String,
    /// The offset at which the parameters begin.
    start: usize,
}

impl Query {
    /// Creates a query without parameters after `url`.
    pub(crate) fn after(mut url: String) -> Self {
        url.push('?');
        Self { start: url.len(), url }
    }

    /// Returns the URL with its parameters.
    pub(crate) fn finish(mut self) -> String {
        if self.url.len() == self.start {
            self.url.pop();
        }
        self.url
    }

    /// Adds all fields of a value that are set, lists and objects as JSON. For requests of your own.
    pub fn put_all<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), serde_json::Error> {
        let Value::Object(fields) = serde_json::to_value(value)? else {
            return Err(serde_json::Error::custom("only an object has fields to send as parameters"));
        };
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            self.append(name, &text(value));
        }
        Ok(())
    }

    /// Adds a parameter.
    pub fn append(&mut self, name: &str, value: &str) {
        if self.url.len() > self.start {
            self.url.push('&');
        }
        self.encode(name);
        self.url.push('=');
        self.encode(value);
    }

    /// Most texts need no escapes, for example a long token; detecting that takes a fraction of the time for escaping.
    fn encode(&mut self, text: &str) {
        if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
            self.url.push_str(text);
        } else {
            self.url.extend(byte_serialize(text.as_bytes()));
        }
    }
}

/// Returns whether a form contains a byte unchanged, as part of a name or a value.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | matches!(byte, b'*' | b'-' | b'.' | b'_')
}

/// Hides the parameters: a token may be among them.
impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Query(…)")
    }
}

impl Output for Query {
    type Error = serde_json::Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), serde_json::Error> {
        match serde_json::to_value(value).map_err(|error| unwritten(name, &error))? {
            Value::String(text) => self.append(name, &text),
            other => self.append(name, &other.to_string()),
        }
        Ok(())
    }

    fn put_raw(&mut self, name: &str, value: &Value) -> Result<(), serde_json::Error> {
        self.append(name, &text(value));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_as_forms_are() {
        let pairs = [("a_b", "-._*09azAZ"), ("text", "你好 & =+~!/@"), ("", ""), ("é", "%")];
        let mut query = Query::after("https://host/path".to_owned());
        let mut expected = form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs {
            query.append(name, value);
            expected.append_pair(name, value);
        }
        assert_eq!(query.finish(), format!("https://host/path?{}", expected.finish()));
    }

    #[test]
    fn what_stands_for_itself_is_what_forms_leave_alone() {
        for byte in 0..=u8::MAX {
            let written: String = byte_serialize(&[byte]).collect();
            assert_eq!(is_plain(byte), written.as_bytes() == [byte], "{byte}");
        }
    }
}
