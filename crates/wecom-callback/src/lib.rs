//! Receives [WeCom (企业微信)](https://developer.work.weixin.qq.com/document) callbacks: messages, events, what a suite is told, AI bots in webhook
//! mode, devices, payments.
//!
//! At its heart is a [`Receiver`], which does no I/O: query and body in, a trusted message out, and a reply back. With the feature `serve`, `Callbacks` serve
//! HTTP: they pass each callback to a handler by its type, within WeCom's deadlines, once. With `tower`, they are a tower service, which
//! axum and hyper take.

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
pub use payment::PaymentKey;
pub use receiveid::Receiveid;
pub use receiver::{Opened, Receiver, ReceiverBuilder, Reply};
pub use sender::{Sender, Sent};
#[cfg(feature = "redis")]
pub use serve::RedisDuplicates;
#[cfg(feature = "serve")]
pub use serve::{
    BoxError, Callback, Callbacks, CallbacksBuilder, Duplicates, DuplicatesFuture, Event, Family,
    FromCallback, FromRef, Handler, IntoPassive, Passive, Router, State, Turn,
};
