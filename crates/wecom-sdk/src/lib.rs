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
//! # Tokens
//!
//! The access token is fetched when it is first needed, once however many callers wait for it, and again in the background
//! before it runs out. When WeCom refuses it, that token and no other is dropped, and each call that came with it is sent
//! once more, with a new one:
//!
//! ```
//! # use futures_util::future::join_all;
//! # use wecom_sdk::{Client, meeting::basic::GetMeetingInfo};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = wecom_mock::Server::start().await?;
//! let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
//!
//! let request = GetMeetingInfo::new("meeting id");
//! let calls = join_all((0..1000).map(|_| client.send(&request))).await;
//! assert!(calls.iter().all(Result::is_ok));
//! assert_eq!(server.requests("/cgi-bin/gettoken"), 1);
//!
//! server.expire_tokens();
//! let calls = join_all((0..500).map(|_| client.send(&request))).await;
//! assert!(calls.iter().all(Result::is_ok));
//! assert_eq!(server.requests("/cgi-bin/gettoken"), 2);
//! # Ok(())
//! # }
//! ```
//!
//! When there is no token to be had, all callers get the same error, and WeCom is left alone for a while, since
//! asking with a wrong secret over and over gets an address blocked:
//!
//! ```
//! # use futures_util::future::join_all;
//! # use wecom_sdk::{Client, errcode, meeting::basic::GetMeetingInfo};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = wecom_mock::Server::builder().credentials("corp id", "the right secret").start().await?;
//! let client = Client::builder("corp id", "a wrong secret").base_url(server.base_url()).build()?;
//!
//! let request = GetMeetingInfo::new("meeting id");
//! for call in join_all((0..100).map(|_| client.send(&request))).await {
//!     assert_eq!(call.unwrap_err().code(), Some(errcode::INVALID_SECRET));
//! }
//! assert_eq!(server.requests("/cgi-bin/gettoken"), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Processes share tokens through a [`TokenStore`], such as [Redis](#features). A service provider's credentials are [`Suite`],
//! [`AuthorizedCorp`] and [`Provider`] (feature `service`); [`Client::with_credential`] puts clients side by side over the same
//! connections. Which kind of token an endpoint takes is a type: see [`Provides`].
//!
//! # When a call fails
//!
//! Every failure is an [`Error`] that says which endpoint it was, what it means and what can be done. What passes is
//! repeated, as [`Backoff`] or another [`RetryPolicy`] says. A request that may have arrived is never sent a second time
//! unless its endpoint only reads:
//!
//! | what happens | endpoints that only read | others |
//! |---|---|---|
//! | no connection | repeated | repeated |
//! | an unknown certificate authority, a proxy that asks for a password, a host that doesn't exist | [`Error::Transport`] | the same |
//! | the token is refused (40001, 40014, 42001, …) | sent again, with another token | the same |
//! | called too often (45009), too many at once (45033), HTTP 429 | repeated after a pause, or when `Retry-After` says | the same |
//! | system busy (-1), HTTP 5xx | repeated, for 503 when `Retry-After` says (other calls wait, too) | [`Error::Api`], [`Error::Status`] |
//! | the connection breaks, the answer is cut off | repeated | [`Error::Transport`] |
//! | no answer in time | repeated | [`Error::Timeout`] |
//! | an upload stands still | sent again, if its content can be | the same |
//! | any other `errcode` | [`Error::Api`] | the same |
//! | a web page, or anything that isn't the answer | [`Error::Decode`], [`Error::Status`] | the same |
//! | too large an answer | [`Error::TooLarge`] | the same |
//! | the [deadline](ClientBuilder::deadline) | [`Error::Deadline`] | the same |
//!
//! ```
//! # use wecom_sdk::{Client, Error, corpgroup::chain::RemoveCorp, meeting::basic::GetMeetingInfo};
//! use wecom_mock::{Fault, Server};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::start().await?;
//! let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
//!
//! // It only reads: the second attempt is its answer.
//! server.inject(Fault::disconnect().on("/cgi-bin/meeting/get_info").times(1));
//! client.send(&GetMeetingInfo::new("meeting id")).await?;
//! assert_eq!(server.requests("/cgi-bin/meeting/get_info"), 2);
//!
//! // It removes something: nobody knows whether it has.
//! server.inject(Fault::disconnect().on("/cgi-bin/corpgroup/corp/remove_corp").times(1));
//! let error = client.send(&RemoveCorp::new("chain").corpid("corp")).await.unwrap_err();
//! assert!(matches!(error, Error::Transport { .. }) && error.may_have_been_carried_out());
//! assert_eq!(server.requests("/cgi-bin/corpgroup/corp/remove_corp"), 1);
//! # Ok(())
//! # }
//! ```
//!
//! A call may be dropped at any time. Whatever it held is given back, and a token that it was waiting for is still there for the
//! next one:
//!
//! ```
//! # use std::time::Duration;
//! # use wecom_mock::{Fault, Server};
//! # use wecom_sdk::{Client, meeting::basic::GetMeetingInfo};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = Server::start().await?;
//! # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
//! let request = GetMeetingInfo::new("meeting id");
//! server.inject(Fault::hang().on("/cgi-bin/meeting/get_info").times(1));
//! let hanging = tokio::time::timeout(Duration::from_millis(100), client.send(&request)).await;
//! assert!(hanging.is_err());
//! client.send(&request).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! Documented limits of fields are checked before anything is sent, all of them at once; [`ClientBuilder::without_validation`] leaves
//! that to WeCom. Documented rates and numbers of calls at once are kept: a call waits for its turn, or is refused
//! ([`OnLimit`]). So are the [rates] that are of no single endpoint: 10,000 calls a minute of a corporation to each, 30 messages a minute
//! of an application to one member, of which WeCom would drop the next without an error. Some depend on how many accounts the
//! corporation may have, which [`ClientBuilder::accounts`] says.
//!
//! ```
//! # use wecom_mock::Server;
//! # use wecom_sdk::{Client, Error, OnLimit, chatdata::archive::SyncMsg, checkin::GetCorpCheckinOption};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = Server::start().await?;
//! let client = Client::builder("corp id", "secret")
//!     .base_url(server.base_url())
//!     .on_limit(OnLimit::Refuse)
//!     .build()?;
//!
//! let Err(Error::Invalid { violations, .. }) = client.send(&SyncMsg::new().limit(1001)).await else {
//!     panic!("the limit is 1000");
//! };
//! assert!(violations.to_string().contains("`limit` must be at most 1000, and is 1001"));
//!
//! // 60 calls a minute.
//! for _ in 0..60 {
//!     client.send(&GetCorpCheckinOption::new()).await?;
//! }
//! let error = client.send(&GetCorpCheckinOption::new()).await.unwrap_err();
//! assert!(matches!(error, Error::Limited { .. }));
//! assert_eq!(server.requests("/cgi-bin/checkin/getcorpcheckinoption"), 60);
//! # Ok(())
//! # }
//! ```
//!
//! # Pages
//!
//! [`Client::pages`] and [`Client::items`] follow the pages of an endpoint, from wherever the request starts: with a cursor that
//! was stored, from there. A cursor that leads nowhere new is [`Error::Stuck`], not an endless loop.
//!
//! ```
//! # use wecom_mock::Server;
//! # use wecom_sdk::{Client, chatdata::archive::SyncMsg};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = Server::builder().pages(3).start().await?;
//! # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
//! let mut pages = client.pages(SyncMsg::new());
//! let first = pages.try_next().await?.expect("there is at least one");
//!
//! // Later, perhaps in another process:
//! let mut rest = client.pages(SyncMsg::new().cursor(first.next_cursor));
//! let mut number = 0;
//! while let Some(_page) = rest.try_next().await? {
//!     number += 1;
//! }
//! assert_eq!(number, 2);
//! # Ok(())
//! # }
//! ```
//!
//! [`Items`] know where they are, too: [`Items::position`] is what [`Client::items_from`] goes on from.
//!
//! # What isn't here
//!
//! An endpoint without a type can be called by its [method and path](Client::call), or an application describes it as an
//! [`Endpoint`] of its own. What an answer holds beyond its type is in [the body beside it](Client::send_with_body);
//! [`CallOptions::trace_unknown_fields`] tells that there is such a thing.
//!
//! # One call that differs
//!
//! [`Client::with`] is a view of a client with other [`CallOptions`]: times, retries, limits, and a [`Hook`] that sees every request
//! and its answer.
//!
//! # Files
//!
//! [`Client::upload`] and [`Client::download`] take and give files that need not fit into memory; in [`Client::send`] a file is a
//! value. [`Client::upload_to_drive`] puts a file of up to 20 GB into WeDrive (微盘), and goes on after an error.
//!
//! # What can be seen, and what can't
//!
//! Every call is a `tracing` span `wecom.call` at the level `DEBUG`, with its `endpoint`, the number of `attempts`, the `errcode` if there was one,
//! and `elapsed_ms`; every attempt is an event in it. What makes a call slow can be seen without it: a wait for a limit or for another
//! token is an event at the level `INFO`, a retry and a block by WeCom at `WARN`. No secret, token or private key is in any event, in any error, or in
//! the `Debug` of anything here:
//!
//! ```
//! # use wecom_sdk::Client;
//! # fn main() -> Result<(), wecom_sdk::Error> {
//! let client = Client::builder("corp id", "a secret").build()?;
//! assert!(!format!("{client:?}").contains("a secret"));
//! # Ok(())
//! # }
//! ```
//!
//! # Metrics and traces
//!
//! [`Hook::finished`] hears how each call ended: endpoint, number of requests, time and outcome, with [`Error::kind`] as a label.
//! [`Hook::after`] hears of each request. The span `wecom.call` has the fields that OpenTelemetry's layer for `tracing` reads: `otel.kind`,
//! `otel.status_code` and `error.type` beside the ones above.
//!
//! # Without async
//!
//! There is no blocking client. A program without async code keeps a runtime and blocks on it:
//!
//! ```
//! # use wecom_sdk::{Client, meeting::basic::GetMeetingInfo};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
//! # let server = runtime.block_on(wecom_mock::Server::start())?;
//! # let url = server.base_url();
//! # let client = runtime.block_on(async { Client::builder("corp id", "secret").base_url(url).build() })?;
//! let meeting = runtime.block_on(client.send(&GetMeetingInfo::new("meeting id")))?;
//! # drop(meeting);
//! # Ok(())
//! # }
//! ```
//!
//! # Testing an application
//!
//! The crate `wecom-mock` is a WeCom of one's own, on loopback, which fails on demand. Without a socket, an application can put
//! a [`Transport`](transport::Transport) of its own in place of HTTP.
//!
//! # Features
//!
//! - One for each API family (`chatdata`, `meeting`, …), and `full` for all of them.
//! - `rustls` (on by default): HTTPS through rustls.
//! - `socks`: proxies that speak SOCKS.
//! - `redis`: [`Redis`], a store for tokens and limits that several processes share. `redis-cluster` and `redis-sentinel` reach it as a
//!   cluster, or through sentinels; with `rustls`, TLS as well.
//! - `archive`: [`archive`], the keys of archived messages (会话内容存档).
//! - `group-bot`: [`GroupBot`], which sends messages to a group chat with nothing but the key of its webhook (群机器人).
//! - `jssdk`: [`JsSdk`], which signs pages for the JS-SDK and keeps the tickets for it.
//! - `login`: [`login`], the URLs of web authorization (网页授权), web login and the installation of third-party apps.
//! - `bidirectional`: requests can be read and responses written, too.
//!
//! # Endpoints that need more than a call
//!
//! - [`Client::jssdk`] signs pages with the tickets of `auth::jssdk` (feature `jssdk`).
//! - [`GroupBot`] sends the messages and files of `message::webhook` (feature `group-bot`).
//! - [`login`] leads people to the codes that `auth::login` and `service::login` exchange (feature `login`).
//! - [`Client::wait_for`] asks until a job is finished.
//! - [`Client::upload`] sends a file as it is read.
//! - [`Client::download`] fetches a file piece by piece, as it comes.
//! - [`Client::upload_to_drive`] uploads a file to WeDrive (微盘), in blocks where it is large.

#[cfg(feature = "archive")]
pub mod archive;
mod caller;
mod client;
mod credential;
#[cfg(feature = "wedrive")]
mod drive;
mod error;
mod files;
#[cfg(feature = "group-bot")]
mod group_bot;
mod hook;
mod http;
mod jobs;
#[cfg(feature = "jssdk")]
mod jssdk;
mod kept;
mod limits;
#[cfg(feature = "login")]
pub mod login;
mod options;
mod pace;
mod paging;
#[cfg(feature = "service")]
mod provider;
mod redact;
#[cfg(feature = "redis")]
mod redis_store;
mod retry;
mod session;
mod time;
mod tokens;
pub mod transport;
mod untyped;

use std::fmt::Write as _;

/// The method of [`Client::call`].
pub use ::http::Method;
/// The crate whose clients [`Redis::with_client`] and its like take.
#[cfg(feature = "redis")]
pub use ::redis;
pub use client::{Answered, Client, ClientBuilder};
pub use credential::{CorpSecret, Credential, Fixed, Provides};
#[cfg(feature = "wedrive")]
#[doc(inline)]
pub use drive::{CheckpointError, DriveCheckpoint, DriveFile, DriveFolder, DriveProgress, DriveUpload};
pub use error::{Body, Error, Headers};
#[doc(inline)]
pub use files::{Content, ContentRange, Download};
#[cfg(feature = "group-bot")]
pub use group_bot::{BotMessage, GroupBot};
pub use hook::{Finished, Hook, Incoming, Outgoing};
pub use jobs::Job;
#[cfg(feature = "jssdk")]
pub use jssdk::{JsSdk, JsSignature};
pub use limits::{LimitKey, LimitStore, MemoryLimits, OnLimit};
pub use options::CallOptions;
pub use paging::{Items, Pages, Position};
#[cfg(feature = "service")]
pub use provider::{AuthorizedCorp, Provider, Suite};
#[cfg(feature = "redis")]
pub use redis_store::Redis;
/// The HTTP client that [`ClientBuilder::http_client`] takes.
pub use reqwest;
pub use retry::{Backoff, Failure, NoRetry, RetryPolicy};
pub use tokens::{Lease, MemoryStore, StoreError, StoreFuture, StoredToken, TokenStore};
pub use untyped::UntypedCall;
pub use wecom_models::*;
#[cfg(feature = "sign")]
pub use wecom_requests::Signed;
pub use wecom_requests::{
    ApiError, Check, Checker, DecodeError, ENDPOINTS, Endpoint, Errcode, Form, JsonAnswer, MerchantError,
    Meta, Paged, PagedItems, Period, Query, Rate, Violations, errcode, rates, token,
};

/// Locks what stays whole even if a task panicked meanwhile.
fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Bytes in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("strings take everything");
        text
    })
}
