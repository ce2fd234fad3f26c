//! Reads the body of a control request field by field, and rejects unknown fields.

use serde_json::{Map, Value};

/// The error of a control request.
pub(crate) struct Problem(pub(crate) String);

impl Problem {
    pub(crate) fn missing(name: &str) -> Self {
        Self(format!("`{name}` is missing"))
    }
}

/// The fields of a control request that haven't been taken yet.
pub(crate) struct Wishes(Map<String, Value>);

impl Wishes {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Problem("the body must be a JSON object".to_owned())),
            Err(error) => Err(Problem(format!("the body is not JSON: {error}"))),
        }
    }

    /// Requires a field, taken by one of the methods below.
    pub(crate) fn needs<T>(
        &mut self,
        name: &str,
        take: impl Fn(&mut Self, &str) -> Result<Option<T>, Problem>,
    ) -> Result<T, Problem> {
        take(self, name)?.ok_or_else(|| Problem::missing(name))
    }

    /// Takes any value, `null` included.
    pub(crate) fn any(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        self.take(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, Problem> {
        self.take(name, "an integer", Value::as_i64)
    }

    pub(crate) fn count(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        self.take(name, "an integer of at least 0", Value::as_u64)
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Problem> {
        self.take(name, "an object", |value| value.as_object().cloned())
    }

    /// Takes how many times something happens.
    pub(crate) fn times(&mut self, name: &str) -> Result<Option<u32>, Problem> {
        let times = |value: &Value| u32::try_from(value.as_u64()?).ok().filter(|times| *times > 0);
        self.take(name, "an integer of at least 1", times)
    }

    /// Takes an HTTP status that a response can have.
    pub(crate) fn status(&mut self, name: &str) -> Result<Option<u16>, Problem> {
        let status = |value: &Value| u16::try_from(value.as_u64()?).ok().filter(|n| (200..1000).contains(n));
        self.take(name, "an HTTP status from 200 to 999", status)
    }

    /// Takes a path that isn't the mock's own.
    pub(crate) fn path(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let path = |value: &Value| {
            let path = value.as_str()?;
            let whole = path.starts_with('/') && !path.contains(['?', '#']);
            // A command of a long connection takes the place of a path.
            let is_command =
                !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            ((whole || is_command) && crate::control::call(path).is_none()).then(|| path.to_owned())
        };
        self.take(name, "a path without a query, such as `/cgi-bin/user/get`, and not the mock's own", path)
    }

    /// Rejects fields that haven't been taken.
    pub(crate) fn done(self) -> Result<(), Problem> {
        match self.0.keys().next() {
            Some(name) => Err(Problem(format!("unknown field `{name}`"))),
            None => Ok(()),
        }
    }

    fn take<T>(
        &mut self,
        name: &str,
        kind: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        // As in JSON that programs write, `null` means absent.
        let Some(value) = self.0.remove(name).filter(|value| !value.is_null()) else { return Ok(None) };
        read(&value)
            .map(Some)
            .ok_or_else(|| Problem(format!("`{name}` must be {kind}, but is {}", brief(&value))))
    }
}

/// Shows a value within a sentence.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
