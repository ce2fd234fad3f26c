//! Receives [WeCom (企业微信)](https://developer.work.weixin.qq.com/document) callbacks: messages and events of apps, notifications of suites,
//! AI bots in webhook mode, devices and payments.
//!
//! [`Callbacks`] serves them over HTTP, here with axum (feature `tower`). It passes each callback to the handler for its type, recognizes
//! repeated ones, and responds within WeCom's deadlines. A handler's return value is the reply:
//!
//! ```no_run
//! use wecom_callback::{Callbacks, Event, Receiver, Router};
//! use wecom_models::message::{events::TextMessage, reply::TextReply};
//!
//! async fn answer(message: Event<TextMessage>) -> TextReply {
//!     TextReply::new(format!("You said: {}", message.content))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let receiver = Receiver::builder("the Token", "the EncodingAESKey")
//!         .receiveid("the company's ID")
//!         .build()?;
//!     let callbacks = Callbacks::new(receiver, Router::new().on(answer));
//!     let app = axum::Router::new().route_service("/callback", callbacks);
//!     axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await?, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! The core is a [`Receiver`], which does no I/O: it turns a query and a body into a trusted message, and encrypts and signs the reply:
//!
//! ```
//! use wecom_callback::Receiver;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let receiver = Receiver::builder("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
//!     .receiveid("wx5823bf96d3bd56c7")
//!     .build()?;
//!
//! // GET: respond with the decrypted text, and nothing around it.
//! let _ = receiver.verify_url("msg_signature=…&timestamp=…&nonce=…&echostr=…");
//!
//! // POST: a trusted message, or an error with the status to respond with.
//! let query = "msg_signature=…&timestamp=…&nonce=…";
//! if let Err(error) = receiver.open(query, "<xml>…</xml>".as_bytes()) {
//!     assert_eq!(error.status(), 400);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The types of callbacks and replies are in [`wecom_models`], in the modules `events` and `reply` of each family. `wecom-sdk` re-exports both crates.
//!
//! # Features
//!
//! - `serve`: [`Callbacks`] and `Router`, which serve HTTP: `http::Request` in, `http::Response` out.
//! - `tower`: [`Callbacks`] as a tower `Service`, for axum, hyper and others.
//! - `redis`: `RedisCallbackStore`: several processes handle a repeated callback only once, and take over from one that dies.
//! - `payments`: `PaymentKey`, which decrypts the second layer of encryption of payments (对外收款).
//! - `test-util`: callbacks as WeCom sends them, and what handlers take, made by tests.
#![cfg_attr(feature = "serve", doc = "\n[`Callbacks`]: Callbacks")]
#![cfg_attr(
    not(feature = "serve"),
    doc = "\n[`Callbacks`]: <https://docs.rs/wecom-callback/latest/wecom_callback/struct.Callbacks.html>"
)]
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
