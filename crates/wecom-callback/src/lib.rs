//! Receives [WeCom (企业微信)](https://developer.work.weixin.qq.com/document) callbacks.
//!
//! At its heart is a [`Receiver`], which does no I/O: query and body in, a trusted message out, and a reply back.

mod cipher;
mod envelope;
mod error;
mod media;
#[cfg(feature = "payments")]
mod payment;
mod query;
mod receiveid;
mod receiver;
mod sender;
mod signature;
#[cfg(test)]
mod tests;

pub use cipher::{KeyError, Undecryptable};
pub use envelope::Format;
pub use error::{ConfigError, Error};
pub use media::decrypt_media;
#[cfg(feature = "payments")]
pub use payment::PaymentKey;
pub use receiveid::Receiveid;
pub use receiver::{Opened, Receiver, ReceiverBuilder, Reply};
pub use sender::{Sender, Sent};
