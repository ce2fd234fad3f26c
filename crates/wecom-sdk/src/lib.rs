//! A client for the WeCom (企业微信) API.
//!
//! ```no_run
//! use wecom_sdk::message::app::{Message, SendMessage};
//! use wecom_sdk::{Client, meeting::basic::GetUserMeetingId};
//!
//! # async fn run() -> Result<(), wecom_sdk::Error> {
//! let client = Client::new("corp id", "secret")?;
//!
//! let text = Message::text("The build is green.");
//! client.send(&SendMessage::new(text).agentid(1_000_002).touser(["lin.wei"])).await?;
//!
//! let mut meetings = client.items(GetUserMeetingId::new("lin.wei"));
//! while let Some(id) = meetings.try_next().await? {
//!     println!("{id}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ```toml
//! [dependencies]
//! wecom-sdk = { version = "0.1", features = ["meeting", "message"] }
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//! ```
//!
//! Each family of endpoints is a [feature](#features). Find the type of a call by its Chinese title or its path in [`endpoints`], or with the search above.
//! [`errcode`] has WeCom's error codes, and [`callback`] receives messages and events.
//!
//! # Tokens
//!
//! The access token is fetched when it is first needed, once however many callers wait for it, and again in the background
//! before it expires. When WeCom refuses it, the client drops that token and no other, and sends each call that used it
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
//! If no token can be obtained, all callers get the same error, and the client stops asking WeCom for a while, since
//! repeated requests with a wrong secret get an address blocked:
//!
//! ```
//! # use futures_util::future::join_all;
//! # use wecom_sdk::{Client, errcode, meeting::basic::GetMeetingInfo};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = wecom_mock::Server::builder()
//!     .credentials("corp id", "the right secret")
//!     .start()
//!     .await?;
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
//! [`AuthorizedCorp`] and [`Provider`] (feature `service`), a hardware vendor's [`DeviceModel`] and [`Device`] (feature `openhw`);
//! [`Client::with_credential`] puts clients side by side over the same connections. The kind of token that an endpoint takes is a type: see
//! [`Provides`].
//!
//! # When a call fails
//!
//! Every failure is an [`Error`] that names the endpoint and says what happened and what to do. Transient failures are
//! retried, as [`Backoff`] or another [`RetryPolicy`] decides. A request that may have arrived is never sent a second time
//! unless its endpoint only reads:
//!
//! | what happens | endpoints that only read | others |
//! |---|---|---|
//! | no connection | retried | retried |
//! | an unknown certificate authority, a proxy that asks for a password, a host that doesn't exist | [`Error::Transport`] | the same |
//! | the token is refused (40001, 40014, 42001, …) | sent again, with another token | the same |
//! | called too often (45009), too many at once (45033), HTTP 429 | retried after a pause, or when `Retry-After` says | the same |
//! | system busy (-1), HTTP 5xx | retried, for 503 when `Retry-After` says (other calls wait, too) | [`Error::Api`], [`Error::Status`] |
//! | the connection breaks, the response is cut off | retried | [`Error::Transport`] |
//! | no response in time | retried | [`Error::Timeout`] |
//! | an upload stalls | sent again, if its content can be | the same |
//! | any other `errcode` | [`Error::Api`] | the same |
//! | a web page, or anything else that isn't the response | [`Error::Decode`], [`Error::Status`] | the same |
//! | too large a response | [`Error::TooLarge`] | the same |
//! | the [deadline](ClientBuilder::deadline) | [`Error::Deadline`] | the same |
//!
//! ```
//! # use wecom_sdk::{Client, Error, contacts::user::DeleteUser, meeting::basic::GetMeetingInfo};
//! use wecom_mock::{Fault, Server};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::start().await?;
//! let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
//!
//! // This call only reads, so it is retried, and the second attempt succeeds.
//! server.inject(Fault::disconnect().on("/cgi-bin/meeting/get_info").times(1));
//! client.send(&GetMeetingInfo::new("meeting id")).await?;
//! assert_eq!(server.requests("/cgi-bin/meeting/get_info"), 2);
//!
//! // This call removes something and may have been carried out, so it is not retried.
//! server.inject(Fault::disconnect().on("/cgi-bin/user/delete").times(1));
//! let error = client.send(&DeleteUser::new("zhangsan")).await.unwrap_err();
//! assert!(matches!(error, Error::Transport { .. }) && error.may_have_been_carried_out());
//! assert_eq!(server.requests("/cgi-bin/user/delete"), 1);
//! # Ok(())
//! # }
//! ```
//!
//! A call may be dropped at any time. It releases everything it held, and a token that it was waiting for is still available to the
//! next call:
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
//! that to WeCom. Documented rates and limits of concurrent calls are enforced: a call waits for its turn, or is refused
//! ([`OnLimit`]). So are the general [rates]: 10,000 calls per minute from a company to each endpoint, 30 messages per minute
//! from an app to one member, beyond which WeCom drops messages without an error. Some depend on how many accounts the
//! company may have: set [`ClientBuilder::accounts`].
//!
//! ```
//! # use wecom_mock::Server;
//! # use wecom_sdk::{Client, Error, OnLimit, checkin::GetCorpCheckinOption, contacts::user::ListUserId};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = Server::start().await?;
//! let client = Client::builder("corp id", "secret")
//!     .base_url(server.base_url())
//!     .on_limit(OnLimit::Refuse)
//!     .build()?;
//!
//! let Err(Error::Invalid { violations, .. }) = client.send(&ListUserId::new().limit(10_001)).await else {
//!     panic!("the limit is 10000");
//! };
//! assert!(violations.to_string().contains("`limit` must be at most 10000, but is 10001"));
//!
//! // 60 calls per minute.
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
//! [`Client::pages`] and [`Client::items`] follow the pages of an endpoint, starting where the request says, for example at a
//! stored cursor. A cursor that leads nowhere new is [`Error::RepeatedCursor`], not an endless loop.
//!
//! ```
//! # use wecom_mock::Server;
//! # use wecom_sdk::{Client, contacts::user::ListUserId};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = Server::builder().pages(3).start().await?;
//! # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
//! let mut pages = client.pages(ListUserId::new());
//! let first = pages.try_next().await?.expect("there is at least one");
//!
//! // Later, perhaps in another process:
//! let mut rest = client.pages(ListUserId::new().cursor(first.next_cursor));
//! let mut number = 0;
//! while let Some(_page) = rest.try_next().await? {
//!     number += 1;
//! }
//! assert_eq!(number, 2);
//! # Ok(())
//! # }
//! ```
//!
//! [`Items`] can be resumed, too: pass [`Items::position`] to [`Client::items_from`].
//!
//! # Endpoints without a type
//!
//! An endpoint without a type can be called by its [method and path](Client::call), or described by an application as an
//! [`Endpoint`] of its own. Fields of a response that its type lacks are in [its body](Client::send_with_body);
//! [`CallOptions::trace_unknown_fields`] reports them.
//!
//! # Options for some calls
//!
//! [`Client::with`] returns a view of a client with other [`CallOptions`]: timeouts, retries, limits, and a [`Hook`] that sees every request
//! and its response.
//!
//! # Files
//!
//! [`Client::upload`] and [`Client::download`] stream files that need not fit into memory; with [`Client::send`], a file is held
//! in memory. [`Client::upload_to_drive`] uploads a file of up to 20 GB to WeDrive (微盘), and resumes after an error.
//!
//! # Logging
//!
//! Every call is a `tracing` span `wecom.call` at the level `DEBUG`, with its `endpoint`, the number of `attempts`, the `errcode` if there was one,
//! and `elapsed_ms`; every attempt is an event in it. Reasons why a call is slow are visible without it: a wait for a limit or for another
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
//! [`Hook::finished`] receives the outcome of each call: endpoint, number of requests, time and outcome, with [`Error::kind`] as a label.
//! [`Hook::after`] is called for each request. The span `wecom.call` has the fields that OpenTelemetry's layer for `tracing` reads: `otel.kind`,
//! `otel.status_code` and `error.type`, besides the ones above.
//!
//! # Without async
//!
//! There is no blocking client. A program without async code keeps a runtime and blocks on it:
//!
//! ```
//! # use wecom_sdk::{Client, meeting::basic::GetMeetingInfo};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = tokio::runtime::Builder::new_multi_thread()
//!     .worker_threads(1)
//!     .enable_all()
//!     .build()?;
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
//! The crate `wecom-mock` is a fake WeCom server on loopback, which fails on demand. After a 45009, calls pause for as long as
//! [WeCom's limits](RetryPolicy::blocked) last, a minute or longer: `Backoff::new().blocked_for(Duration::ZERO)` shortens that. To test without a socket, replace HTTP with
//! a [`Transport`](transport::Transport) of your own. To test code that takes a response, write it as a literal, with the feature
//! `test-util` in `dev-dependencies`:
//!
//! ```
//! # #[cfg(feature = "test-util")] {
//! use wecom_sdk::contacts::user::GetUserResponse;
//!
//! let user = GetUserResponse { userid: "lin.wei".into(), ..Default::default() };
//! # assert_eq!(user.name, None);
//! # }
//! ```
//!
//! A handler of callbacks is called the same way, with `callback::Event::new(payload, envelope)`. `callback::write(&envelope, &payload)` returns the document
//! that WeCom would send, and `push_event` of `wecom-mock` sends it.
//!
//! Only tests should enable it: a field that WeCom adds breaks a literal without `..`.
//!
//! # Features
//!
//! - One for each API family (`chatdata`, `meeting`, …), and `full` for all of them.
//! - `rustls` (on by default): HTTPS through rustls.
//! - `socks`: proxies that speak SOCKS.
//! - `redis`: [`Redis`], a store for tokens and limits that several processes share. `redis-cluster` and `redis-sentinel` connect to a
//!   cluster or through sentinels; with `rustls`, TLS works as well.
//! - `archive`: [`archive`], the keys of archived messages (会话内容存档).
//! - `callback`: [`callback`], messages and events that WeCom sends to the application (with `service`, tickets and installations of suites as well).
//! - `tower`: callbacks as a tower service, for axum and hyper.
//! - `payments`: [`callback::PaymentKey`], the key of payments by mini programs, whose callbacks are encrypted twice.
//! - `ai-bot`: [`AiBot`], an AI bot on a long connection (智能机器人长连接).
//! - `group-bot`: [`GroupBot`], which sends messages to a group chat and needs only the key of a webhook (群机器人).
//! - `jssdk`: [`JsSdk`], which signs pages for the JS-SDK and keeps the tickets for it.
//! - `login`: [`login`], the URLs of web authorization (网页授权), web login, the installation of third-party apps and the registration of companies.
//! - `chrono`, `jiff`, `time`: conversions between [`Timestamp`] and the times of these crates.
//! - `bidirectional`: requests can be read and responses written, too.
//! - `test-util`: structs of responses and callbacks can be written as literals, and callbacks as WeCom sends them, for tests.
//!
//! # Beyond single calls
//!
//! - [`Client::jssdk`] signs pages with the tickets of `auth::jssdk` (feature `jssdk`).
//! - [`AiBot`] receives the messages and events of `aibot::events` over a long connection, and replies (feature `ai-bot`).
//! - [`GroupBot`] sends the messages and files of `message::webhook` (feature `group-bot`).
//! - [`Merchant`] signs and sends the requests of `pay::red_packet` and `pay::transfer` to WeChat Pay (feature `pay`).
//! - [`login`] builds the URLs that lead to the codes which `auth::login` and `service::login` exchange (feature `login`).
//! - [`Client::wait`] waits until a job is over.
//! - [`Client::upload`] streams a file.
//! - [`Client::download`] streams a file to the caller.
//! - [`Client::upload_to_drive`] uploads to WeDrive (微盘), in blocks where the content is large, with progress, and resumes;
//!   [`Client::upload_file_to_drive`] uploads a file by its path.
//! - [`Cells`] makes the cells of a smart sheet's records; `Record` and `RecordCells` read them by name (feature `wedoc`). Its
//!   webhook takes them, too: `wedoc::smartsheet_webhook`, whose key is a [`Fixed`] token.
//! - [`ApprovalForm`] fills in the form of an approval request; `ApplyData` reads one by name, and `FormData` a report (feature
//!   `oa`).

// On docs.rs, each item says which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "ai-bot")]
mod ai_bot;
#[cfg(feature = "archive")]
pub mod archive;
mod builder;
#[cfg(feature = "callback")]
pub mod callback;
mod caller;
mod client;
mod credential;
#[cfg(feature = "wedrive")]
mod drive;
mod error;
mod files;
#[cfg(feature = "group-bot")]
mod group_bot;
#[cfg(feature = "openhw")]
mod hardware;
mod hex;
mod hook;
mod http;
mod jobs;
#[cfg(feature = "jssdk")]
mod jssdk;
mod kept;
mod limits;
mod lock;
#[cfg(feature = "login")]
#[doc(alias("免登", "登录链接", "单点登录"))]
pub mod login;
#[cfg(feature = "pay")]
mod merchant;
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
#[cfg(any(feature = "openhw", feature = "service"))]
mod ticket;
mod time;
mod tokens;
pub mod transport;
mod untyped;

pub use ::http::Method;
/// The crate whose clients [`Redis::with_client`] and similar functions take. Needs the feature `redis`.
#[cfg(feature = "redis")]
pub use ::redis;
#[cfg(feature = "ai-bot")]
#[doc(alias("智能机器人", "长连接", "WebSocket"))]
pub use ai_bot::{
    AiBot, AiBotBuilder, BotCallback, BotCallbacks, BotError, BotFile, BotNotice, BotReplier, BotState,
    BotStream, StreamEnd, UnshownText,
};
pub use builder::ClientBuilder;
pub use client::{Client, FullResponse};
#[doc(alias("corpsecret", "corpid"))]
pub use credential::CorpSecret;
pub use credential::{Credential, Fixed, Provides};
#[cfg(feature = "wedrive")]
#[doc(inline, alias("微盘", "分块上传"))]
pub use drive::DriveUpload;
#[cfg(feature = "wedrive")]
#[doc(inline)]
pub use drive::{CheckpointError, DriveCheckpoint, DriveFile, DriveFolder, DriveProgress};
pub use error::{Body, Error, Headers};
#[doc(inline)]
pub use files::{Content, ContentRange, Download};
// Aliases belong here: rustdoc drops those of the re-exported item.
#[cfg(feature = "group-bot")]
#[doc(alias("群机器人", "消息推送", "webhook", "robot"))]
pub use group_bot::GroupBot;
#[cfg(feature = "openhw")]
#[doc(alias("智慧硬件", "硬件", "设备"))]
pub use hardware::Device;
#[cfg(feature = "openhw")]
#[doc(alias("智慧硬件", "model_ticket"))]
pub use hardware::DeviceModel;
use hex::hex;
pub use hook::{Finished, Hook, Incoming, Outgoing};
pub use http::IntoProxy;
#[doc(inline)]
pub use jobs::{Wait, WaitError};
#[cfg(feature = "jssdk")]
#[doc(alias("agentConfig", "getConfigSignature", "getAgentConfigSignature", "jsapi_ticket"))]
pub use jssdk::JsSdk;
#[cfg(feature = "jssdk")]
pub use jssdk::JsSignature;
pub use limits::{LimitKey, LimitStore, MemoryLimits, OnLimit};
use lock::lock;
#[cfg(feature = "pay")]
#[doc(alias("商户", "企业支付", "企业红包"))]
pub use merchant::Merchant;
#[cfg(feature = "pay")]
pub use merchant::MerchantBuilder;
pub use options::CallOptions;
pub use paging::{InvalidPosition, Items, Pages, Position};
#[cfg(feature = "service")]
#[doc(alias("授权企业", "代开发", "permanent_code"))]
pub use provider::AuthorizedCorp;
#[cfg(feature = "service")]
#[doc(alias("服务商", "provider_secret"))]
pub use provider::Provider;
#[cfg(feature = "service")]
#[doc(alias("第三方应用", "suite_ticket", "suite_secret"))]
pub use provider::Suite;
#[cfg(feature = "redis")]
pub use redis_store::Redis;
/// The HTTP client that [`ClientBuilder::http_client`] takes.
pub use reqwest;
pub use retry::{Backoff, Failure, NoRetry, RetryPolicy};
pub use tokens::{Lease, MemoryStore, StoreError, StoreFuture, StoredToken, TokenStore};
pub use untyped::UntypedCall;
pub use wecom_models::*;
// By name as well: of a family that isn't compiled, rustc says which feature is missing. It does so only for items of the module that
// a path names, so this is here and not in a module of its own.
include!("generated/families.rs");
#[cfg(feature = "oa")]
#[doc(alias("审批", "审批申请", "apply_event"))]
pub use wecom_models::ApprovalForm;
#[cfg(feature = "wedoc")]
#[doc(alias("智能表格", "单元格"))]
pub use wecom_models::Cells;
#[cfg(any(feature = "oa", feature = "wedoc"))]
pub use wecom_models::ValueError;
#[cfg(feature = "wedoc")]
pub use wecom_models::{Latitude, Longitude};
#[cfg(feature = "paytool")]
pub use wecom_requests::Signed;
#[doc(inline, alias("错误码", "全局错误码", "返回码"))]
pub use wecom_requests::errcode;
#[doc(inline, alias("频率限制", "访问频率限制", "调用频率"))]
pub use wecom_requests::rates;
pub use wecom_requests::{
    ApiError, Check, Checker, DecodeError, ENDPOINTS, Endpoint, Errcode, Form, Job, JobState, JsonResponse,
    MerchantError, Meta, Paged, PagedItems, Period, Query, Quota, Rate, Usage, Violations, token,
};
#[cfg(feature = "zone")]
pub use wecom_requests::{InvokeError, ZoneCall, ZoneJob, ZoneMeta, ZonePaged, ZoneSdkError};
#[cfg(feature = "pay")]
pub use wecom_requests::{MerchantSigned, SignError};
