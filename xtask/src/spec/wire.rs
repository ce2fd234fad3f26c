//! What tells one kind of document from others: a member, and its value.

use std::fmt;

use crate::spec::keywords::keywords;

/// What tells one kind of document from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wire<'a> {
    /// The member that says what it is.
    pub key: WireKey,
    /// Its value; a `*` at the end stands for anything.
    pub kind: &'a str,
    /// The value of `ChangeType`, where that is needed.
    pub change: Option<&'a str>,
}

impl<'a> Wire<'a> {
    /// Reads what tells a document from others: `Event change_contact create_user`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut words = text.split(' ');
        let key = WireKey::from_keyword(words.next()?)?;
        let kind = words.next().filter(|word| !word.is_empty())?;
        let change = words.next();
        let whole = words.next().is_none() && change.is_none_or(|change| !change.is_empty());
        whole.then_some(Self { key, kind, change })
    }

    /// Whether what a document says of itself is of this kind.
    pub fn takes(&self, told: &Wire<'_>) -> bool {
        let kind = match self.kind.strip_suffix('*') {
            Some(start) => told.kind.starts_with(start),
            None => told.kind == self.kind,
        };
        self.key == told.key && kind && self.change.is_none_or(|change| told.change == Some(change))
    }
}

/// As the spec writes it: `Event change_contact create_user`.
impl fmt::Display for Wire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key.keyword(), self.kind)?;
        self.change.map_or(Ok(()), |change| write!(f, " {change}"))
    }
}

impl WireKey {
    /// Whether it is a member of documents that are XML.
    pub fn is_xml(self) -> bool {
        matches!(self, Self::Event | Self::InfoType | Self::MsgType)
    }
}

keywords! {
    /// The member of a document that says what it is.
    WireKey {
        /// An application's event.
        Event = "Event",
        /// What a suite or a provider is told.
        InfoType = "InfoType",
        /// An application's message.
        MsgType = "MsgType",
        /// An AI bot's message.
        BotMessage = "msgtype",
        /// An AI bot's event, inside of `event`.
        BotEvent = "eventtype",
        /// What a device, a payment or the zone tells, inside of `event` or at the top.
        Notification = "event_type",
        /// A command to a device, inside of `command`.
        DeviceCommand = "command_type",
        /// A payment, decrypted.
        Payment = "trade_state",
        /// A refund, decrypted.
        Refund = "refund_status",
        /// What an AI bot does in reply.
        BotResponse = "response_type",
    }
}
