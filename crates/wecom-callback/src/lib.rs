//! Receives [WeCom (企业微信)](https://developer.work.weixin.qq.com/document) callbacks: messages and events of apps, notifications of suites,
//! AI bots in webhook mode, devices and payments.
//!
//! Its core is a [`Receiver`], which does no I/O: it turns a query and a body into a trusted message, and encrypts and signs the reply. With the feature
//! `serve`, `Callbacks` serves HTTP: it passes each callback to the handler for its type, recognizes repeated ones, and responds within WeCom's deadlines. With a
//! store that processes share (`redis`), another process takes over from one that dies. With `tower`, it is a tower service for axum and hyper.

// On docs.rs, each item says which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

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
#[cfg(feature = "serve")]
mod serve;
mod signature;
#[cfg(test)]
mod tests;

/// Compiles the README's programs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

pub use cipher::{KeyError, Undecryptable};
pub use envelope::Format;
pub use error::{ConfigError, Error};
pub use media::decrypt_media;
#[cfg(feature = "payments")]
pub use payment::{PaymentError, PaymentKey};
pub use receiveid::Receiveid;
pub use receiver::{Opened, Receiver, ReceiverBuilder, Reply};
pub use sender::{Sender, Sent};
#[cfg(feature = "redis")]
pub use serve::RedisCallbackStore;
#[cfg(feature = "serve")]
pub use serve::{
    Callback, CallbackStore, CallbackStoreFuture, Callbacks, CallbacksBuilder, Event, Family, FromCallback,
    FromRef, Handler, Router, SavedCallback, State, Turn,
};
pub use wecom_requests::{BoxError, IntoPassive, Passive, PassiveReply, ReplyError};
