//! The frames of a long connection: one JSON object per text message.

use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;
use wecom_models::wire::mend;

/// A frame from WeCom. All members are optional: which ones there are determines what it is.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// The command of a callback. Acknowledgements have none.
    pub(super) cmd: Option<String>,
    /// The ID that an acknowledgement repeats, and that a reply to a callback must repeat.
    pub(super) req_id: Option<String>,
    pub(super) body: Option<Box<RawValue>>,
    pub(super) errcode: Option<i64>,
    pub(super) errmsg: String,
}

impl Frame {
    /// Reads a frame. A text that isn't JSON because of what a person typed is repaired.
    pub(super) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let strict = match Self::strict(text) {
            Ok(frame) => return Ok(frame),
            Err(error) => error,
        };
        let mended = mend(text);
        if let Ok(frame) = Self::strict(&mended) {
            return Ok(frame);
        }
        // Control characters between the members.
        let visible: String = mended.chars().filter(|c| !c.is_control()).collect();
        Self::strict(&visible).map_err(|_| strict)
    }

    fn strict(text: &str) -> Result<Self, serde_json::Error> {
        let mut members: HashMap<String, &RawValue> = serde_json::from_str(text)?;
        let mut take = |name: &str| members.remove(name).filter(|value| value.get() != "null");
        let headers = take("headers");
        let headers: HashMap<String, Value> =
            headers.and_then(|headers| serde_json::from_str(headers.get()).ok()).unwrap_or_default();
        Ok(Self {
            cmd: take("cmd").and_then(scalar),
            req_id: headers.get("req_id").and_then(text_of).filter(|id| !id.is_empty()),
            errcode: take("errcode").and_then(scalar).and_then(|code| code.trim().parse().ok()),
            errmsg: take("errmsg").and_then(scalar).unwrap_or_default(),
            body: take("body").map(ToOwned::to_owned),
        })
    }

    /// Returns whether it acknowledges anything: frames without an `errcode` and callbacks don't.
    pub(super) fn is_acknowledgement(&self) -> bool {
        self.errcode.is_some()
    }
}

/// Returns a scalar as text, whether or not the server put it into quotes.
fn scalar(value: &RawValue) -> Option<String> {
    text_of(&serde_json::from_str(value.get()).ok()?)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Writes a frame, whose body is JSON already.
pub(super) fn write(cmd: &str, req_id: &str, body: Option<&str>) -> String {
    let (cmd, req_id) = (Value::from(cmd), Value::from(req_id));
    match body {
        Some(body) => format!(r#"{{"cmd":{cmd},"headers":{{"req_id":{req_id}}},"body":{body}}}"#),
        None => format!(r#"{{"cmd":{cmd},"headers":{{"req_id":{req_id}}}}}"#),
    }
}
