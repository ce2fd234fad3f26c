//! A fake WeCom (企业微信) server for tests.
//!
//! It serves every endpoint of the specification on its own loopback port, the way WeCom would: it checks
//! method, path, token and body (required fields, kinds of messages, lengths and sizes), reports what is wrong with WeCom's codes,
//! issues tokens, replies with the specification's examples, and serves several pages for paged endpoints. The response to a
//! success names no failures; where it has a result for each item of the request, so does the mock's.
//!
//! A test gives the server's address to the application's client, here `wecom-sdk`:
//!
//! ```ignore
//! use wecom_mock::{Fault, Server};
//! use wecom_sdk::{Client, contacts::user::GetUser};
//!
//! #[tokio::test]
//! async fn a_member_who_has_left_is_reported() -> Result<(), Box<dyn std::error::Error>> {
//!     let server = Server::start().await?;
//!     let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
//!
//!     let member = client.send(&GetUser::new("lin.wei")).await?;
//!     assert_eq!(member.name.as_deref(), Some("Lin Wei"));
//!
//!     server.inject(Fault::code(60111).on("/cgi-bin/user/get"));
//!     let error = client.send(&GetUser::new("lin.wei")).await.unwrap_err();
//!     assert_eq!(error.code(), Some(60111));
//!     Ok(())
//! }
//! ```
//!
//! Any other HTTP client works as well:
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = wecom_mock::Server::start().await?;
//! let address = format!("{}/cgi-bin/gettoken?corpid=ww1&corpsecret=any", server.base_url());
//! let response: serde_json::Value = reqwest::get(address).await?.json().await?;
//! assert_eq!(response["errcode"], 0);
//! # Ok(())
//! # }
//! ```
//!
//! It keeps what is created, if the specification says how: departments, meetings, tags. Until one is created,
//! its endpoints return the examples for any ID; from then on, an unknown ID gets WeCom's error code. A file that was
//! uploaded is downloaded again, byte by byte. Fields that were not sent read back as their defaults, or empty.
//!
//! A group bot's key is issued by no call. Any key is accepted until a test issues one with [`Server::issue_token`]`("key")`; from then on,
//! others get WeCom's error code, 93000.
//!
//! # Faults
//!
//! A test can inject faults between a client and WeCom, once or until further notice: see [`Fault`]. It can also
//! set its own [response](Server::answer) for a path, and inspect the [requests received](Server::received).
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use serde_json::{Value, json};
//! use wecom_mock::{Fault, Reply, Server};
//!
//! let server = Server::start().await?;
//! let token = server.issue_token("access_token");
//! let user = format!("{}/cgi-bin/user/get?access_token={token}&userid=lin.wei", server.base_url());
//!
//! // Every call fails with "too many calls", until further notice.
//! server.inject(Fault::code(45009).on("/cgi-bin/user/get"));
//! let response: Value = reqwest::get(&user).await?.json().await?;
//! assert_eq!(response["errcode"], 45009);
//!
//! // No more faults.
//! server.clear_faults();
//! let response: Value = reqwest::get(&user).await?.json().await?;
//! assert_eq!(response["name"], "Lin Wei");
//!
//! // A member made up by the test.
//! server.answer("/cgi-bin/user/get", |request| {
//!     Reply::json(json!({ "errcode": 0, "errmsg": "ok", "userid": request.param("userid"), "name": "Wang" }))
//! });
//! let response: Value = reqwest::get(&user).await?.json().await?;
//! assert_eq!(response["name"], "Wang");
//! assert_eq!(server.received("/cgi-bin/user/get").len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! # Callbacks
//!
//! With the feature `push` (on by default), a server sends callbacks to an application: encrypted, signed, and up to three times, as WeCom does. They are
//! the specification's examples, documents of your own, or values of the callbacks' types.
//!
//! ```no_run
//! # #[cfg(feature = "push")]
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use wecom_mock::Server;
//! use wecom_mock::push::Sender;
//! use wecom_models::externalcontact::events::AddExternalContact;
//!
//! let server = Server::start().await?;
//! let settings = Sender::new("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "ww1")?;
//! server.application("http://127.0.0.1:3000/callback", settings).await?;
//!
//! let pushed = server.push("externalcontact.events.add_external_contact").await?;
//! assert_eq!((pushed.tries, pushed.reply), (1, None));
//! let added = AddExternalContact { user_id: Some("lin.wei".into()), ..Default::default() };
//! server.push_event(&added).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # AI bots
//!
//! With the feature `ai-bot` (on by default), the server is also the other side of an AI bot's long connection, on the same port:
//! [`Server::bot_url`]. It checks subscriptions, acknowledges replies, messages and uploads with WeCom's error codes, and a second connection of a bot
//! replaces the first. [`Server::push_to_bot`] sends it a callback. A frame counts as a request whose path is its command, so faults,
//! custom responses and [`Server::received`] work as usual: `Fault::hang().on("aibot_respond_msg")` leaves replies unacknowledged.
//!
//! # For other languages
//!
//! `wecom-mock --port 8080` runs the same server as a program. Control it over HTTP through the [`control_api`], which a
//! [`Server`] in a test offers as well.
//!
//! The table of endpoints is generated: it includes every endpoint that is added to the specification.

// On docs.rs, each item says which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
#[cfg(feature = "ai-bot")]
mod bots;
#[doc = include_str!("control.md")]
pub mod control_api {}
mod control;
mod custom;
mod demands;
mod echo;
mod fault;
mod fields;
mod files;
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, reason = "the documentation decides the shape of generated code")]
mod generated;
#[cfg(feature = "push")]
pub mod push;
#[cfg(feature = "push")]
mod pushing;
mod received;
mod reply;
mod route;
mod server;
#[cfg(feature = "ai-bot")]
mod socket;
mod things;
mod tokens;
mod value;
mod wishes;

use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(feature = "ai-bot")]
pub use bots::BotPushError;
pub use fault::Fault;
pub use received::Received;
pub use reply::Reply;
pub use server::{Server, ServerBuilder};

/// Locks a mutex whose data is consistent even if a task panicked while it had the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
