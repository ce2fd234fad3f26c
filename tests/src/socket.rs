//! Checks the commands of long connections against the spec, as endpoints are checked, but as frames.

use std::fmt::{Debug, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wecom_requests::{Check, SocketCommand, SocketMeta};

use crate::conformance::{Kind, Outcome, Payloads, Shown, read};
use crate::generated::SOCKETS;
use crate::snapshot::{self, Example};

/// One command, with the functions that check payloads against its types.
#[derive(Debug)]
pub struct SocketContract {
    meta: &'static SocketMeta,
    payloads: Payloads,
    frame: fn(&Example) -> Result<String, String>,
    acknowledged: fn(&str) -> Result<Shown, String>,
    examples: &'static [Example],
}

impl SocketContract {
    /// Creates the contract of a command.
    pub(crate) const fn of<C>(
        examples: &'static [Example],
        request_quirks: &'static [&'static str],
        response_quirks: &'static [&'static str],
    ) -> Self
    where
        C: SocketCommand + Check + DeserializeOwned,
        C::Response: Serialize + DeserializeOwned + Debug + 'static,
    {
        Self {
            meta: C::META,
            payloads: Payloads::of::<C, C::Response>(request_quirks, response_quirks),
            frame: |example| {
                let command: C = read(example.request)?;
                command.violations().map_err(|violations| violations.to_string())?;
                command.to_frame(REQ_ID).map_err(|error| error.to_string())
            },
            acknowledged: |frame| match C::parse(frame) {
                Ok(response) => Ok(Box::new(response)),
                Err(error) => Err(error.to_string()),
            },
            examples,
        }
    }
}

const REQ_ID: &str = "REQUEST-1";

/// Checks a body against the command of this name.
pub fn check(cmd: &str, kind: Kind, payload: &str) -> Outcome {
    let contract = SOCKETS.iter().find(|contract| contract.meta.cmd == cmd);
    contract.map_or(Outcome::Unspecified, |contract| contract.payloads.findings(kind, payload).into())
}

/// Compares every example of a command with its snapshot, and checks that nothing of it is lost.
///
/// # Panics
///
/// If an example and its model don't agree, the snapshot is another one, or the spec has no such command.
pub fn snapshot(id: &str) {
    let contract = SOCKETS.iter().find(|contract| contract.meta.id == id).expect(id);
    let mut text = String::new();
    for (index, example) in contract.examples.iter().enumerate() {
        let what = format!("{id}, example {index}");
        for (kind, payload) in [(Kind::Request, example.request), (Kind::Response, example.response)] {
            check(contract.meta.cmd, kind, payload).expect_pass(&format!("{what}, {kind:?}"));
        }
        let fail = |error: String| -> ! { panic!("{what}: {error}") };
        let frame = (contract.frame)(example).unwrap_or_else(|error| fail(error));
        let frame: Value = serde_json::from_str(&frame).expect("a frame is JSON");
        let sent: Value = serde_json::from_str(example.request).expect("the generator checked the example");
        let body = frame.get("body").cloned().unwrap_or(json!({}));
        assert_eq!(body, sent, "{what}: what is sent is the example");
        let received: Value =
            serde_json::from_str(example.response).expect("the generator checked the example");
        let acknowledgement =
            json!({ "headers": { "req_id": REQ_ID }, "errcode": 0, "errmsg": "ok", "body": received });
        let response =
            (contract.acknowledged)(&acknowledgement.to_string()).unwrap_or_else(|error| fail(error));
        writeln!(text, "{frame:#}\n\n{response:#?}\n").expect("strings take everything");
    }
    snapshot::assert(id, &text);
}
