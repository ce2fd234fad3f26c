//! What handlers return.

use bytes::Bytes;

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A passive reply (被动回复): the plain document that WeCom is answered with, encrypted and signed by the receiver.
///
/// Applications reply in XML, AI bots and devices in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passive(Bytes);

impl Passive {
    /// No reply.
    pub const fn none() -> Self {
        Self(Bytes::new())
    }

    /// Replies with a document.
    pub fn new(document: impl Into<Bytes>) -> Self {
        Self(document.into())
    }

    /// Returns whether there is no reply.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The plain document.
    pub fn document(&self) -> &Bytes {
        &self.0
    }
}

impl From<serde_json::Value> for Passive {
    fn from(document: serde_json::Value) -> Self {
        Self::new(document.to_string())
    }
}

/// What a handler may return: nothing, a reply, perhaps one (`Option`), or any of these or an error (`Result`).
#[diagnostic::on_unimplemented(
    message = "a handler can't return `{Self}`",
    note = "it returns nothing, a passive reply, an `Option` of one, or a `Result` of these"
)]
pub trait IntoPassive {
    /// Makes a reply of it.
    fn into_passive(self) -> Result<Passive, BoxError>;
}

impl IntoPassive for () {
    fn into_passive(self) -> Result<Passive, BoxError> {
        Ok(Passive::none())
    }
}

impl IntoPassive for Passive {
    fn into_passive(self) -> Result<Passive, BoxError> {
        Ok(self)
    }
}

impl IntoPassive for serde_json::Value {
    fn into_passive(self) -> Result<Passive, BoxError> {
        Ok(self.into())
    }
}

impl<T: IntoPassive> IntoPassive for Option<T> {
    fn into_passive(self) -> Result<Passive, BoxError> {
        self.map_or(Ok(Passive::none()), T::into_passive)
    }
}

impl<T: IntoPassive, E: Into<BoxError>> IntoPassive for Result<T, E> {
    fn into_passive(self) -> Result<Passive, BoxError> {
        self.map_err(Into::into)?.into_passive()
    }
}
