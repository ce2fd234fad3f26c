//! The members that identify a callback.

use super::Envelope;

/// The shape of a callback, which determines where it names its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// A message to an application, by its `MsgType`.
    Message,
    /// An event, by its `Event`.
    Event,
    /// A notification to a suite or a provider, by its `InfoType`.
    Info,
    /// A message to an AI bot, by its `msgtype`.
    BotMessage,
    /// An event of an AI bot, by its `eventtype`.
    BotEvent,
    /// A command to a device, by its `command_type`.
    DeviceCommand,
    /// A notification by a device, by a payment or by the zone of conversation records, by its `event_type`.
    Notification,
    /// A payment, decrypted from a notification of one, by its `trade_state`.
    Payment,
    /// A refund, decrypted from a notification of one, by its `refund_status`.
    Refund,
    /// A callback that nothing identifies.
    #[default]
    Unknown,
}

/// One kind of callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Select {
    /// The shape of the callback.
    pub shape: Shape,
    /// The value of its type, such as that of `Event`. If it ends with `*`, anything may follow.
    pub kind: &'static str,
    /// The value of `ChangeType`, if that distinguishes it from others with the same type.
    pub change: Option<&'static str>,
}

impl Select {
    /// Creates a kind of callback with a type.
    pub const fn kind(shape: Shape, kind: &'static str) -> Self {
        Self { shape, kind, change: None }
    }

    /// Creates a kind of callback with a type and a change.
    pub const fn change(shape: Shape, kind: &'static str, change: &'static str) -> Self {
        Self { shape, kind, change: Some(change) }
    }

    /// Begins the envelope of a callback of this kind, for [`write`](super::write).
    pub fn envelope(&self) -> Envelope {
        Envelope {
            shape: self.shape,
            kind: self.kind.to_owned(),
            change: self.change.map(str::to_owned),
            ..Envelope::default()
        }
    }

    /// Returns whether a callback with this envelope is of this kind. Ignores case: `LOCATION` is the only name in
    /// capitals.
    pub fn takes(&self, envelope: &Envelope) -> bool {
        let kind = match self.kind.strip_suffix('*') {
            Some(start) => {
                envelope.kind.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
            }
            None => envelope.kind.eq_ignore_ascii_case(self.kind),
        };
        let change = || {
            self.change.is_none_or(|change| {
                envelope.change.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(change))
            })
        };
        self.shape == envelope.shape && kind && change()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(shape: Shape, kind: &str, change: Option<&str>) -> Envelope {
        Envelope { shape, kind: kind.to_owned(), change: change.map(str::to_owned), ..Envelope::default() }
    }

    #[test]
    fn a_kind_is_told_by_its_shape_its_type_and_its_change() {
        let create = Select::change(Shape::Event, "change_contact", "create_user");
        assert!(create.takes(&envelope(Shape::Event, "change_contact", Some("create_user"))));
        for other in [
            envelope(Shape::Info, "change_contact", Some("create_user")),
            envelope(Shape::Event, "change_contact", Some("update_user")),
            envelope(Shape::Event, "change_contact", None),
            envelope(Shape::Event, "change_external_contact", Some("create_user")),
            Envelope::default(),
        ] {
            assert!(!create.takes(&other), "{other:?}");
        }
    }

    #[test]
    fn location_is_told_in_capitals_and_in_small_letters() {
        let location = Select::kind(Shape::Event, "LOCATION");
        assert!(location.takes(&envelope(Shape::Event, "LOCATION", None)));
        assert!(location.takes(&envelope(Shape::Event, "location", None)));
        assert!(!location.takes(&envelope(Shape::Event, "location_select", None)));
    }

    #[test]
    fn a_star_stands_for_any_end() {
        let refund = Select::kind(Shape::Notification, "REFUND.*");
        for kind in ["REFUND.SUCCESS", "REFUND.CLOSED", "REFUND."] {
            assert!(refund.takes(&envelope(Shape::Notification, kind, None)), "{kind}");
        }
        for kind in ["REFUND", "TRANSACTION.SUCCESS", "", "退款"] {
            assert!(!refund.takes(&envelope(Shape::Notification, kind, None)), "{kind}");
        }
    }
}
