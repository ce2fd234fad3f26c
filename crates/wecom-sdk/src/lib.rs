//! A client for the WeCom (企业微信) API.
//!
//! ```no_run
//! use wecom_sdk::{Client, chatdata::archive::SyncMsg};
//!
//! # async fn run() -> Result<(), wecom_sdk::Error> {
//! let client = Client::new("corp id", "secret")?;
//!
//! let page = client.send(&SyncMsg::new().limit(1000)).await?;
//! println!("{} records", page.msg_list.len());
//!
//! let mut records = client.items(SyncMsg::new());
//! while let Some(record) = records.try_next().await? {
//!     println!("{} sent a {:?}", record.sender.id, record.msgtype);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The client fetches the access token when it is first needed, keeps it, and fetches another one when it runs out
//! or WeCom no longer accepts it. [`Client::pages`] and [`Client::items`] follow the pages of an endpoint. Documented
//! limits are checked before anything is sent. Every failure is an [`Error`] that says which endpoint it was and
//! what can be done.
//!
//! # Features
//!
//! - One for each API family (`chatdata`, `meeting`, …), and `full` for all of them.
//! - `rustls` (on by default): HTTPS through rustls.
//! - `bidirectional`: requests can be read and responses written, too.

#[cfg(feature = "archive")]
pub mod archive;
mod caller;
mod client;
mod credential;
mod error;
mod files;
mod limits;
mod paging;
#[cfg(feature = "service")]
mod provider;
mod retry;
mod tokens;
pub mod transport;

pub use client::{Client, ClientBuilder};
pub use credential::{CorpSecret, Credential, Fixed, Provides};
pub use error::{Body, Error};
#[doc(inline)]
pub use files::{Content, ContentRange, Download};
pub use limits::{LimitKey, LimitStore, MemoryLimits, OnLimit};
pub use paging::{Items, Pages};
#[cfg(feature = "service")]
pub use provider::{AuthorizedCorp, Provider, Suite};
/// The HTTP client that [`ClientBuilder::http_client`] takes.
pub use reqwest;
pub use retry::{Backoff, Failure, NoRetry, RetryPolicy};
#[cfg(feature = "redis")]
pub use tokens::redis::Redis;
pub use tokens::{Lease, MemoryStore, StoreError, StoredToken, TokenStore};
pub use wecom_models::*;
#[cfg(feature = "sign")]
pub use wecom_requests::Signed;
pub use wecom_requests::{
    ApiError, Check, DecodeError, ENDPOINTS, Endpoint, MerchantError, Meta, Paged, Period, Rate, Violations,
    errcode, token,
};
