//! The members that all callbacks have in common.

use std::time::Duration;

use super::deadlines::DEADLINES;
use super::{Payload, Select, Shape};
use crate::Timestamp;
use crate::wire::{Field, ReadObject, read_objects};

/// The members that all callbacks share, or many of them, and the kind of callback.
///
/// Members that only some kinds have are fields of their types.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(not(feature = "test-util"), non_exhaustive)]
pub struct Envelope {
    /// The shape of the callback.
    pub shape: Shape,
    /// Its type: the value of `MsgType`, `Event`, `InfoType` or another member, depending on the shape; empty if it
    /// has none.
    pub kind: String,
    /// The kind of change (`ChangeType`), if the type alone doesn't say.
    pub change: Option<String>,
    /// The recipient (`ToUserName`): the company's ID. Empty if absent.
    pub to_user_name: String,
    /// The cause (`FromUserName`): a member's userid, or `sys` for WeCom itself. Empty if absent.
    pub from_user_name: String,
    /// The time at which it happened (`CreateTime`, `TimeStamp`).
    pub create_time: Option<Timestamp>,
    /// The app that the callback concerns (`AgentID`), if any.
    pub agent_id: Option<i64>,
    /// The message's ID (`MsgId`), which is text: not all are numbers. An AI bot's `msgid` and a device's `req_id` are here, too.
    pub msg_id: Option<String>,
    /// The suite that receives it (`SuiteId`).
    pub suite_id: Option<String>,
    /// The company that authorized the suite or the provider (`AuthCorpId`).
    pub auth_corp_id: Option<String>,
    /// The provider that receives it (`ServiceCorpId`), if it doesn't concern a suite.
    pub service_corp_id: Option<String>,
}

impl Envelope {
    /// Begins the envelope of a type of callback: of its first kind, with nothing but that. [`Select::envelope`](super::Select::envelope)
    /// begins that of another kind.
    ///
    /// If a type covers several kinds, such as `REFUND.*`, set [`kind`](Self::kind) to one of them.
    pub fn of<T: Payload>() -> Self {
        T::SELECT.first().map(Select::envelope).unwrap_or_default()
    }

    /// Returns for how long WeCom waits for the response to a callback: 5 seconds, 1 for a suite, a provider or a device, and what
    /// its page says where that is another time. A payment or the zone is taken for a device.
    pub fn deadline(&self) -> Duration {
        let documented = DEADLINES.iter().find(|(select, _)| select.takes(self));
        let usual = match self.shape {
            Shape::Info | Shape::DeviceCommand | Shape::Notification | Shape::Payment | Shape::Refund => 1,
            Shape::Message | Shape::Event | Shape::BotMessage | Shape::BotEvent | Shape::Unknown => 5,
        };
        Duration::from_secs(documented.map_or(usual, |(_, seconds)| *seconds))
    }

    /// The members that it reads, wherever they are in the document. Includes those that some events have as fields,
    /// too.
    pub const MEMBERS: [&str; 23] = [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Event",
        "ChangeType",
        "AgentID",
        "AgentId",
        "MsgId",
        "SuiteId",
        "InfoType",
        "TimeStamp",
        "AuthCorpId",
        "ServiceCorpId",
        "msgtype",
        "msgid",
        "msg_type",
        "event_type",
        "event.eventtype",
        "event.event_type",
        "command.command_type",
        "base_info.req_id",
        "cmd",
    ];
}

/// The members that identify a callback, wherever they are in the document.
#[derive(Default)]
pub(super) struct Told {
    envelope: Envelope,
    create_time: String,
    agent_id: String,
    msg_type: String,
    event: String,
    info_type: String,
    bot_msg_type: String,
    event_type: String,
    trade_state: String,
    refund_status: String,
    inner_event: Inner,
    command: Inner,
    base_info: Inner,
}

impl Told {
    /// Creates the envelope. Undocumented values count as absent; they remain in the document.
    pub(super) fn settle(self) -> Envelope {
        let is_event = |name: &str| name.eq_ignore_ascii_case("event");
        let shapes = [
            (Shape::Info, self.info_type),
            (Shape::Message, if is_event(&self.msg_type) { String::new() } else { self.msg_type }),
            (Shape::Event, self.event),
            (Shape::BotMessage, if is_event(&self.bot_msg_type) { String::new() } else { self.bot_msg_type }),
            (Shape::BotEvent, self.inner_event.bot_event),
            (Shape::DeviceCommand, self.command.command),
            (Shape::Notification, self.inner_event.event),
            (Shape::Notification, self.event_type),
            (Shape::Payment, self.trade_state),
            (Shape::Refund, self.refund_status),
        ];
        let (shape, kind) = shapes.into_iter().find(|(_, kind)| !kind.is_empty()).unwrap_or_default();
        let create_time = self.create_time.trim().parse().ok().map(Timestamp::from_unix);
        let agent_id = self.agent_id.trim().parse().ok();
        let msg_id = self.envelope.msg_id.or(self.base_info.req_id);
        Envelope { shape, kind, create_time, agent_id, msg_id, ..self.envelope }
    }
}

impl ReadObject for Told {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        let Self { envelope, .. } = self;
        match name {
            "MsgType" => field.read(&mut self.msg_type),
            "Event" => field.read(&mut self.event),
            "InfoType" => field.read(&mut self.info_type),
            "msgtype" => field.read(&mut self.bot_msg_type),
            "event_type" => field.read(&mut self.event_type),
            "trade_state" => field.read(&mut self.trade_state),
            "refund_status" => field.read(&mut self.refund_status),
            "event" => field.read(&mut self.inner_event),
            "command" => field.read(&mut self.command),
            "base_info" => field.read(&mut self.base_info),
            "ChangeType" => field.read(&mut envelope.change),
            "ToUserName" => field.read(&mut envelope.to_user_name),
            "FromUserName" => field.read(&mut envelope.from_user_name),
            "CreateTime" | "TimeStamp" => field.read(&mut self.create_time),
            "AgentID" | "AgentId" => field.read(&mut self.agent_id),
            "MsgId" | "msgid" => field.read(&mut envelope.msg_id),
            "SuiteId" => field.read(&mut envelope.suite_id),
            "AuthCorpId" => field.read(&mut envelope.auth_corp_id),
            "ServiceCorpId" => field.read(&mut envelope.service_corp_id),
            _ => field.skip(),
        }
    }
}

/// Members that JSON callbacks have one level further inside.
#[derive(Default)]
struct Inner {
    bot_event: String,
    event: String,
    command: String,
    req_id: Option<String>,
}

impl ReadObject for Inner {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "eventtype" => field.read(&mut self.bot_event),
            "event_type" => field.read(&mut self.event),
            "command_type" => field.read(&mut self.command),
            "req_id" => field.read(&mut self.req_id),
            _ => field.skip(),
        }
    }
}

read_objects! { Inner }
