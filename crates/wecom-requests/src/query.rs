//! The query of a URL.

use form_urlencoded::Serializer;
use serde::Serialize;
use serde_json::Value;
use wecom_models::wire::Output;

use crate::body::text;

/// Query parameters that are being put together.
pub struct Query {
    pairs: Serializer<'static, String>,
}

impl Query {
    /// No parameters yet, after `start` (a URL and its `?`).
    pub(crate) fn after(start: String) -> Self {
        let length = start.len();
        Self { pairs: Serializer::for_suffix(start, length) }
    }

    pub(crate) fn finish(mut self) -> String {
        self.pairs.finish()
    }

    pub(crate) fn append(&mut self, name: &str, value: &str) {
        self.pairs.append_pair(name, value);
    }
}

/// Does not show the parameters: a token may be among them.
impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Query(…)")
    }
}

impl Output for Query {
    type Error = serde_json::Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), serde_json::Error> {
        self.put_raw(name, &serde_json::to_value(value)?)
    }

    fn put_raw(&mut self, name: &str, value: &Value) -> Result<(), serde_json::Error> {
        self.append(name, &text(value));
        Ok(())
    }
}
