//! The commands of long connections, which frames in a WebSocket carry instead of HTTP.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use wecom_models::wire::{Field, Read, ReadObject, Reading};

use crate::errcode::ErrorCode;
use crate::response::read_json;
use crate::{BuildError, Check, Errcode, Quota, Rate, ResponseError};

/// A command that a client sends through a long connection, a WebSocket.
///
/// A command is a frame of JSON, which WeCom acknowledges with a frame of the same `req_id`:
///
/// ```
/// # #[cfg(feature = "aibot")] {
/// use wecom_models::aibot::socket::{MediaType, UploadMediaInit};
/// use wecom_requests::SocketCommand;
///
/// let command = UploadMediaInit::new(MediaType::File, "menu.pdf", 700_000, 2);
/// assert_eq!(
///     command.to_frame("upload-1").unwrap(),
///     r#"{"cmd":"aibot_upload_media_init","headers":{"req_id":"upload-1"},"body":{"type":"file","filename":"menu.pdf","total_size":700000,"total_chunks":2}}"#,
/// );
/// let acknowledgement = r#"{"headers":{"req_id":"upload-1"},"errcode":0,"errmsg":"ok","body":{"upload_id":"U1"}}"#;
/// assert_eq!(UploadMediaInit::parse(acknowledgement).unwrap().upload_id, "U1");
/// # }
/// ```
///
/// A command is either a [`SocketCall`], with a `req_id` of its own, or a `SocketReply`, with that of a callback.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of a long connection",
    note = "commands of AI bots are in `wecom_models::aibot::socket`; `wecom-requests` needs the feature `aibot`, too"
)]
pub trait SocketCommand: Check + Serialize + Sized {
    /// The body of a successful acknowledgement.
    type Response: ReadObject + for<'de> Read<'de>;

    /// The facts about this command.
    const META: &'static SocketMeta;

    /// Returns the frame for the connection. Limits aren't checked: [`Check::violations`] does that.
    ///
    /// `req_id` has at most [256 bytes](MAX_REQ_ID).
    fn to_frame(&self, req_id: &str) -> Result<String, BuildError> {
        let body = Self::META.has_body.then_some(self);
        Ok(serde_json::to_string(&Frame { cmd: Self::META.cmd, req_id, body })?)
    }

    /// Parses an acknowledgement: its body, or the error that WeCom reports.
    fn parse(frame: impl AsRef<[u8]>) -> Result<Self::Response, ResponseError> {
        let Acknowledgement { body } = read_json(Errcode::Always, frame.as_ref(), Reading::MEMORY)
            .map_err(|error| error.with_codes(Self::META.codes))?;
        Ok(body)
    }
}

/// A command with a `req_id` that the client makes up.
pub trait SocketCall: SocketCommand {}

/// A command that answers a callback: its `req_id` is that of the callback. Needs the feature `callback`.
#[cfg(feature = "callback")]
pub trait SocketReply: SocketCommand {
    /// The callbacks that it answers.
    const CALLBACKS: &'static [wecom_models::callback::Select];

    /// The time after the callback within which WeCom accepts it.
    const DEADLINE: std::time::Duration;

    /// Returns whether it answers a callback with this envelope.
    fn answers(callback: &wecom_models::callback::Envelope) -> bool {
        Self::CALLBACKS.iter().any(|select| select.takes(callback))
    }
}

/// The maximum length of a `req_id`, in bytes.
pub const MAX_REQ_ID: usize = 256;

/// The facts about a command of a long connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SocketMeta {
    /// Its name in the spec, with its module: `aibot.socket.send_msg`.
    pub id: &'static str,
    /// The title in the documentation.
    pub title: &'static str,
    /// The command, as frames name it: `aibot_send_msg`.
    pub cmd: &'static str,
    /// The URL of its page.
    pub page: &'static str,
    /// Whether its frame has a body. That of a heartbeat has none.
    pub has_body: bool,
    /// Whether it changes nothing more if it is sent again, so that it may be after a lost acknowledgement.
    pub safe: bool,
    /// The documented rate limits; empty if there are none.
    pub rates: &'static [Rate],
    /// The documented rates that count something other than commands.
    pub quotas: &'static [Quota],
    /// The error codes that its own page documents.
    pub codes: &'static [ErrorCode],
}

struct Frame<'a, B> {
    cmd: &'a str,
    req_id: &'a str,
    body: Option<&'a B>,
}

impl<B: Serialize> Serialize for Frame<'_, B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut frame = serializer.serialize_map(None)?;
        frame.serialize_entry("cmd", self.cmd)?;
        frame.serialize_entry("headers", &BTreeMap::from([("req_id", self.req_id)]))?;
        if let Some(body) = self.body {
            frame.serialize_entry("body", body)?;
        }
        frame.end()
    }
}

/// The members of an acknowledgement beside the code: its body.
#[derive(Default)]
struct Acknowledgement<R> {
    body: R,
}

impl<R> ReadObject for Acknowledgement<R>
where
    for<'de> R: Read<'de>,
{
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "body" => field.read(&mut self.body),
            _ => field.skip(),
        }
    }
}

#[cfg(all(test, feature = "aibot"))]
mod tests {
    use wecom_models::aibot::socket::{Ping, SendMsg, SubscribeBot, UploadMediaFinish, UploadMediaInit};

    use super::*;

    #[test]
    fn a_frame_without_fields_has_no_body() {
        let frame = Ping::new().to_frame("ping-\"1\"").expect("it is JSON");
        assert_eq!(frame, r#"{"cmd":"ping","headers":{"req_id":"ping-\"1\""}}"#);
    }

    #[test]
    fn an_acknowledgement_may_lack_its_body_but_not_its_code() {
        let bare = r#"{"headers":{"req_id":"R1"},"errcode":0,"errmsg":"ok"}"#;
        assert!(SubscribeBot::parse(bare).is_ok());
        assert_eq!(UploadMediaInit::parse(bare).expect("it succeeded").upload_id, "");
        let callback = r#"{"cmd":"aibot_msg_callback","headers":{"req_id":"R1"},"body":{"upload_id":"U1"}}"#;
        let error = UploadMediaInit::parse(callback).expect_err("it is no acknowledgement");
        assert!(error.to_string().contains("there is no `errcode`"), "{error}");
    }

    #[test]
    fn an_error_is_that_of_wecom_whether_the_frame_says_of_what_or_not() {
        let frame = r#"{"errcode":40058,"errmsg":"missing media_id, hint: [1]","body":[]}"#;
        let ResponseError::Api(error) = SendMsg::parse(frame).expect_err("it is one") else {
            panic!("it is WeCom's error");
        };
        assert_eq!((error.code, error.message.as_str()), (40058, "missing media_id, hint: [1]"));
    }

    #[test]
    fn what_cant_be_read_is_named_from_the_frame_on() {
        let frame =
            r#"{"headers":{"req_id":"R1"},"errcode":0,"errmsg":"ok","body":{"media_id":{"id":"M1"}}}"#;
        let ResponseError::Decode(error) = UploadMediaFinish::parse(frame).expect_err("it is an object")
        else {
            panic!("it can't be decoded");
        };
        assert_eq!((error.path.as_str(), error.succeeded), ("body.media_id", true));
    }

    #[test]
    fn almost_json_is_read_and_so_is_a_time_as_text() {
        let frame = "{\"headers\":{\"req_id\":\"R1\"},\"errcode\":0,\"errmsg\":\"o\nk\",\"body\":{\"type\":\"file\",\"media_id\":\"M1\",\"created_at\":\"1767225600\"}}";
        let finished = UploadMediaFinish::parse(frame).expect("it can be repaired");
        assert_eq!((finished.media_id.as_str(), finished.created_at.as_unix()), ("M1", 1_767_225_600));
    }

    #[cfg(feature = "callback")]
    #[test]
    fn a_reply_knows_its_callbacks_and_its_deadline() {
        use wecom_models::aibot::socket::{RespondMsg, RespondWelcomeMsg};
        use wecom_models::callback::{Select, Shape};

        let is_answered_by = |shape, kind: &'static str| {
            let callback = Select::kind(shape, kind).envelope();
            [RespondMsg::answers(&callback), RespondWelcomeMsg::answers(&callback)]
        };
        assert_eq!(is_answered_by(Shape::BotMessage, "text"), [true, false]);
        assert_eq!(is_answered_by(Shape::BotMessage, "a-new-kind"), [true, false]);
        assert_eq!(is_answered_by(Shape::BotEvent, "enter_chat"), [false, true]);
        assert_eq!(is_answered_by(Shape::BotEvent, "feedback_event"), [false, false]);
        assert_eq!((RespondMsg::DEADLINE.as_secs(), RespondWelcomeMsg::DEADLINE.as_secs()), (86_400, 5));
    }
}
