//! A fake WeCom (企业微信) server for tests.
//!
//! It answers every endpoint of the specification on a port of its own on loopback, the way WeCom would: it checks
//! method, path, token and required fields and reports what is missing with WeCom's codes, gives out tokens,
//! replies from the specification's examples, and serves several pages where an endpoint is paged.
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = wecom_mock::Server::start().await?;
//! let address = format!("{}/cgi-bin/gettoken?corpid=ww1&corpsecret=any", server.base_url());
//! let answer: serde_json::Value = reqwest::get(address).await?.json().await?;
//! assert_eq!(answer["errcode"], 0);
//! # Ok(())
//! # }
//! ```
//!
//! What is created is read back, where the specification says how: a department, a meeting, a tag. Until one is created,
//! its endpoints answer with the examples for any ID; from then on, an unknown ID has WeCom's error code.
//!
//! # Faults
//!
//! What goes wrong between a client and WeCom can be had on demand, once or until further notice: see [`Fault`]. And
//! a test can give the [answer](Server::answer) to a path itself, and look at [what came in](Server::received).
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
//! // Too many calls, until further notice.
//! server.inject(Fault::code(45009).on("/cgi-bin/user/get"));
//! let answer: Value = reqwest::get(&user).await?.json().await?;
//! assert_eq!(answer["errcode"], 45009);
//!
//! // Well again.
//! server.clear_faults();
//! let answer: Value = reqwest::get(&user).await?.json().await?;
//! assert_eq!(answer["name"], "Lin Wei");
//!
//! // A user of the test's own.
//! server.answer("/cgi-bin/user/get", |request| {
//!     Reply::json(json!({ "errcode": 0, "errmsg": "ok", "userid": request.param("userid"), "name": "Wang" }))
//! });
//! let answer: Value = reqwest::get(&user).await?.json().await?;
//! assert_eq!(answer["name"], "Wang");
//! assert_eq!(server.received("/cgi-bin/user/get").len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! # For other languages
//!
//! `wecom-mock --port 8080` is the same server as a program, and [`control_api`] is what it offers over HTTP, which a
//! [`Server`] in a test does as well.
//!
//! The table of endpoints is generated: an endpoint that is added to the specification is in here.

mod answer;
#[doc = include_str!("control.md")]
pub mod control_api {}
mod control;
mod custom;
mod fault;
mod fields;
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, reason = "the documentation decides the shape of generated code")]
mod generated;
mod received;
mod reply;
mod route;
mod server;
mod things;
mod tokens;
mod value;
mod wishes;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use fault::Fault;
pub use received::Received;
pub use reply::Reply;
pub use server::{Server, ServerBuilder};

/// Locks what stays whole even if a task panicked meanwhile.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
