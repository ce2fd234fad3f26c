//! Callbacks: messages, events, and notifications to suites. Needs the feature `callback`.
//!
//! [`Document`] is a decrypted callback, in XML or JSON. Its [`Envelope`] has the members that all callbacks share,
//! and says which one it is; [`Document::read`] reads the rest as one of the generated types, each a [`Payload`].
//! Every family with events has an enum of them, which implements [`Events`]: an undocumented callback is kept as received in
//! `Other`.
//!
//! ```
//! use wecom_models::callback::{Document, Shape};
//!
//! # fn main() -> Result<(), wecom_models::callback::ReadError> {
//! let document = Document::parse(
//!     "<xml><SuiteId><![CDATA[ww1]]></SuiteId><InfoType>suite_ticket</InfoType><TimeStamp>1767225660</TimeStamp></xml>",
//! )?;
//! let envelope = document.envelope()?;
//! assert_eq!((envelope.shape, envelope.kind.as_str()), (Shape::Info, "suite_ticket"));
//! assert_eq!(envelope.suite_id.as_deref(), Some("ww1"));
//! # Ok(())
//! # }
//! ```
//!
//! [`write`](fn@write) is the reverse, for tests: a type and an envelope become the document that WeCom would send.
//!
//! Callbacks are read as leniently as responses, with additional rules for XML:
//!
//! - Text may be plain or character data, or both; leading and trailing blanks of plain text are removed.
//! - A repeated element is a list, wherever its occurrences are; a single one is a list of one item.
//! - An empty element counts as absent; empty character data is an empty text.
//! - Attributes and the name of the root are ignored.
//! - A document type is rejected, and so is any entity except XML's five and numeric characters.

#![allow(
    unused_imports,
    unused_macros,
    reason = "a build without families with events needs no macro of them"
)]

#[rustfmt::skip]
#[path = "../generated/deadlines.rs"]
mod deadlines;
mod document;
mod envelope;
mod markup;
mod select;
mod write;
mod xml;

pub use document::{Document, LARGEST, ReadError};
pub use envelope::Envelope;
pub use markup::Markup;
pub use select::{Select, Shape};
pub use write::{WriteError, write, write_json, write_xml};

use crate::wire::ReadObject;

/// The type of one kind of callback.
///
/// Several kinds may share a type: an event for an app may be an info of the same name for a suite.
pub trait Payload: ReadObject + Send + 'static {
    /// Its name in the specification: `contacts.events.create_user`.
    const NAME: &'static str;
    /// The Chinese title of its page.
    const TITLE: &'static str;
    /// The family it belongs to: `contacts`.
    const FAMILY: &'static str;
    /// The kinds of callbacks that have this type.
    const SELECT: &'static [Select];

    /// Returns the ID of a job, if the callback reports that it has ended.
    fn ended_job(&self) -> Option<&str> {
        None
    }
}

/// All callbacks of a family, as an enum.
pub trait Events: Sized + Send + 'static {
    /// The family: `contacts`.
    const FAMILY: &'static str;

    /// Returns whether a callback is one of them.
    fn has(envelope: &Envelope) -> bool;

    /// Reads a document as the type that its envelope identifies; an undocumented one is kept as received.
    fn read(envelope: &Envelope, document: &Document<'_>) -> Result<Self, ReadError>;
}

/// Reads a callback of a known type: its envelope, and the rest.
///
/// It doesn't check whether the callback is of that type: [`is`] does.
///
/// ```
/// use wecom_models::callback::{Document, Envelope};
///
/// # fn main() -> Result<(), wecom_models::callback::ReadError> {
/// let envelope = Document::parse(r#"{ "msgid": "M1", "msgtype": "text" }"#)?.envelope()?;
/// assert_eq!(envelope.msg_id.as_deref(), Some("M1"));
/// # Ok(())
/// # }
/// ```
pub fn read<T: Payload>(text: &str) -> Result<(Envelope, T), ReadError> {
    let document = Document::parse(text)?;
    Ok((document.envelope()?, document.read()?))
}

/// Returns whether a callback with this envelope is of a type.
pub fn is<T: Payload>(envelope: &Envelope) -> bool {
    T::SELECT.iter().any(|select| select.takes(envelope))
}

/// Implements [`Events`] for the enum of a family, by the types of its events.
macro_rules! events {
    ($events:ident, $family:literal, $($type:ident),*) => {
        $(
            impl From<$type> for $events {
                fn from(event: $type) -> Self {
                    Self::$type(event)
                }
            }
        )*

        impl $crate::callback::Events for $events {
            const FAMILY: &'static str = $family;

            fn has(envelope: &$crate::callback::Envelope) -> bool {
                $($crate::callback::is::<$type>(envelope))||*
            }

            fn read(
                envelope: &$crate::callback::Envelope,
                document: &$crate::callback::Document<'_>,
            ) -> Result<Self, $crate::callback::ReadError> {
                $(
                    if $crate::callback::is::<$type>(envelope) {
                        return document.read().map(Self::$type);
                    }
                )*
                document.to_value().map(Self::Other)
            }
        }
    };
}
pub(crate) use events;

#[cfg(test)]
mod tests;
