//! The member and the value that distinguish one kind of document from others.

use std::fmt;

use crate::spec::keywords::keywords;

/// The member and the value that distinguish one kind of document from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wire<'a> {
    /// The member that identifies it.
    pub key: WireKey,
    /// Its value; a `*` at the end matches anything.
    pub kind: &'a str,
    /// The value of `ChangeType`, if that is needed.
    pub change: Option<&'a str>,
}

impl<'a> Wire<'a> {
    /// Reads the distinguishing values of a document: `Event change_contact create_user`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut words = text.split(' ');
        let key = WireKey::from_keyword(words.next()?)?;
        let kind = words.next().filter(|word| !word.is_empty())?;
        let change = words.next();
        let whole = words.next().is_none() && change.is_none_or(|change| !change.is_empty());
        whole.then_some(Self { key, kind, change })
    }

    /// Returns whether the values that a document states are of this kind.
    pub fn takes(&self, told: &Wire<'_>) -> bool {
        let kind = match self.kind.strip_suffix('*') {
            Some(start) => told.kind.starts_with(start),
            None => told.kind == self.kind,
        };
        self.key == told.key && kind && self.change.is_none_or(|change| told.change == Some(change))
    }
}

/// Returns it as the spec writes it: `Event change_contact create_user`.
impl fmt::Display for Wire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key.keyword(), self.kind)?;
        self.change.map_or(Ok(()), |change| write!(f, " {change}"))
    }
}

impl WireKey {
    /// Returns whether it is a member of XML documents.
    pub fn is_xml(self) -> bool {
        matches!(self, Self::Event | Self::InfoType | Self::MsgType)
    }
}

keywords! {
    /// The member that identifies a document.
    WireKey {
        /// An application's event.
        Event = "Event",
        /// A notification to a suite or a provider.
        InfoType = "InfoType",
        /// An application's message.
        MsgType = "MsgType",
        /// An AI bot's message.
        BotMessage = "msgtype",
        /// An AI bot's event, inside `event`.
        BotEvent = "eventtype",
        /// A notification of a device, a payment or the zone, inside `event` or at the top.
        Notification = "event_type",
        /// A command to a device, inside `command`.
        DeviceCommand = "command_type",
        /// A payment, decrypted.
        Payment = "trade_state",
        /// A refund, decrypted.
        Refund = "refund_status",
        /// The type of an AI bot's reply.
        BotResponse = "response_type",
    }
}
