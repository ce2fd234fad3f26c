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
//! The table of endpoints is generated: an endpoint that is added to the specification is in here.

mod answer;
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, reason = "the documentation decides the shape of generated code")]
mod generated;
mod route;
mod server;

pub use server::{Server, ServerBuilder};
