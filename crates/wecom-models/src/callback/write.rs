//! Writing callbacks, as WeCom does: for tests of what receives them.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::markup::Markup;
use super::{Envelope, Payload, Shape, is};
use crate::Timestamp;
use crate::wire::{Output, WriteObject, told, write_object};

/// Writes a callback, the reverse of [`read`](super::read): as XML if it is an application's, a suite's or a provider's, and as
/// JSON otherwise.
///
/// The types of callbacks implement [`WriteObject`] with the feature `test-util` or `bidirectional`. A member that both the envelope and the
/// type have is the type's.
///
/// Nothing and empty are the same to WeCom: an empty list, and an object without members, are read as absent.
pub fn write<T: Payload + WriteObject>(envelope: &Envelope, payload: &T) -> Result<String, WriteError> {
    match envelope.shape {
        Shape::Message | Shape::Event | Shape::Info => write_xml(envelope, payload),
        _ => write_json(envelope, payload),
    }
}

/// Writes a callback as XML, as a notification of a payment may be.
pub fn write_xml<T: Payload + WriteObject>(envelope: &Envelope, payload: &T) -> Result<String, WriteError> {
    let own = object(payload)?;
    let mut members = members::<T>(envelope, &own)?;
    let mut markup = Markup::strict();
    let mut write = || {
        // What the payload has a place for is written there.
        let has = |name: &str| own.keys().any(|own| own.eq_ignore_ascii_case(name));
        for (name, value) in members.extract_if(.., |(name, _)| !has(name)) {
            markup.put(name, &value)?;
        }
        payload.put(&mut Filled { markup: &mut markup, members: &members })
    };
    write().map_err(|error| unwritten(&error))?;
    Ok(markup.end())
}

/// Writes a callback as JSON, as all but those of applications, suites and providers are.
pub fn write_json<T: Payload + WriteObject>(envelope: &Envelope, payload: &T) -> Result<String, WriteError> {
    let mut document = object(payload)?;
    let is_devices = document.contains_key("base_info");
    for (name, value) in members::<T>(envelope, &document)? {
        // What a device is told is further inside.
        let (around, name) = match (envelope.shape, name) {
            (Shape::BotEvent, "eventtype") => (Some("event"), name),
            (Shape::DeviceCommand, "command_type") => (Some("command"), name),
            (Shape::DeviceCommand, "msgid") => (Some("base_info"), "req_id"),
            (Shape::Notification, "event_type") if is_devices => (Some("event"), name),
            (Shape::Notification, "msgid") if is_devices => (Some("base_info"), "req_id"),
            _ => (None, name),
        };
        if let Some(inner) = inside(&mut document, around)
            && !says(inner, name)
        {
            inner.insert(name.to_owned(), value);
        }
    }
    match envelope.shape {
        Shape::DeviceCommand => drop(document.insert("msg_type".to_owned(), json!("command"))),
        Shape::Notification if is_devices => drop(document.insert("msg_type".to_owned(), json!("event"))),
        _ => {}
    }
    Ok(Value::Object(document).to_string())
}

/// Returns a payload's members.
fn object<T: WriteObject>(payload: &T) -> Result<Map<String, Value>, WriteError> {
    let value = serde_json::to_value(Object(payload)).map_err(|error| unwritten(&error))?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(unwritten(&"it is no object")),
    }
}

/// Returns whether a payload has something in a member.
fn says(members: &Map<String, Value>, name: &str) -> bool {
    members.iter().any(|(own, value)| own.eq_ignore_ascii_case(name) && !value.is_null() && value != "")
}

fn inside<'d>(
    document: &'d mut Map<String, Value>,
    around: Option<&str>,
) -> Option<&'d mut Map<String, Value>> {
    match around {
        Some(around) => document.entry(around).or_insert_with(|| json!({})).as_object_mut(),
        None => Some(document),
    }
}

/// Returns the members of an envelope, except those that the payload says.
fn members<T: Payload>(
    envelope: &Envelope,
    payload: &Map<String, Value>,
) -> Result<Vec<(&'static str, Value)>, WriteError> {
    if !is::<T>(envelope) {
        return Err(unwritten(&format_args!(
            "its envelope is of another callback than {}: `Envelope::of` begins with its own",
            T::NAME
        )));
    }
    let member = match envelope.shape {
        Shape::Message => "MsgType",
        Shape::Event => "Event",
        Shape::Info => "InfoType",
        Shape::BotMessage => "msgtype",
        Shape::BotEvent => "eventtype",
        Shape::DeviceCommand => "command_type",
        Shape::Notification => "event_type",
        Shape::Payment => "trade_state",
        Shape::Refund => "refund_status",
        Shape::Unknown => return Err(unwritten(&"its envelope doesn't say what it is")),
    };
    let around = match envelope.shape {
        Shape::Event => Some("MsgType"),
        Shape::BotEvent => Some("msgtype"),
        _ => None,
    };
    let is_xml = matches!(envelope.shape, Shape::Message | Shape::Event | Shape::Info);
    let (time, id) = (
        if envelope.shape == Shape::Info { "TimeStamp" } else { "CreateTime" },
        if is_xml { "MsgId" } else { "msgid" },
    );
    let text = |name, text: &str| (!text.is_empty()).then(|| (name, json!(text)));
    let optional = |name, text: &Option<String>| text.as_ref().map(|text| (name, json!(text)));
    let number = |name, number: Option<i64>| number.map(|number| (name, json!(number)));
    let members = [
        optional("SuiteId", &envelope.suite_id),
        optional("ServiceCorpId", &envelope.service_corp_id),
        text("ToUserName", &envelope.to_user_name),
        text("FromUserName", &envelope.from_user_name),
        number(time, envelope.create_time.map(Timestamp::as_unix)),
        around.and_then(|name| text(name, "event")),
        text(member, &envelope.kind),
        optional("ChangeType", &envelope.change),
        optional("AuthCorpId", &envelope.auth_corp_id),
        optional(id, &envelope.msg_id),
        number("AgentID", envelope.agent_id),
    ];
    let members: Vec<_> = members.into_iter().flatten().filter(|(name, _)| !says(payload, name)).collect();
    if envelope.kind.ends_with('*') && members.iter().any(|(name, _)| *name == member) {
        let kind = &envelope.kind;
        return Err(unwritten(&format_args!(
            "`{kind}` covers several kinds: set the envelope's `kind` to one of them"
        )));
    }
    Ok(members)
}

/// Writes a payload whose empty members are those of the envelope.
struct Filled<'a> {
    markup: &'a mut Markup,
    members: &'a [(&'static str, Value)],
}

impl Output for Filled<'_> {
    type Error = serde::de::value::Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error> {
        match self.members.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)) {
            Some((_, value)) => self.markup.put(name, value),
            None => self.markup.put(name, value),
        }
    }

    fn put_raw(&mut self, name: &str, value: &Value) -> Result<(), Self::Error> {
        self.markup.put_raw(name, value)
    }
}

struct Object<'a, T>(&'a T);

impl<T: WriteObject> Serialize for Object<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_object(self.0, serializer)
    }
}

/// A callback that can't be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    /// The place of the value that can't be written, `ExtAttr.Item`; empty for the callback as a whole.
    pub path: String,
    /// The reason.
    pub message: String,
}

fn unwritten(error: &dyn fmt::Display) -> WriteError {
    let (path, message) = told(error);
    WriteError { path, message }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "the callback can't be written: {}", self.message),
            path => write!(f, "the callback can't be written at `{path}`: {}", self.message),
        }
    }
}

impl std::error::Error for WriteError {}
