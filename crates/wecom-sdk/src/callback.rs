//! Receives callbacks: [`Receiver`] verifies and decrypts them, [`Callbacks`] passes them to handlers by type.
//!
//! Some of them are connected with the client: tickets, authorizations, messages, jobs. Needs the feature `callback`.
//!
//! An application passes its client to handlers as a [`State`], and says for each event how it is handled:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(all(feature = "contacts", feature = "message"))] {
//! use wecom_sdk::Client;
//! use wecom_sdk::callback::{Callbacks, Event, Receiver, Router, State};
//! use wecom_sdk::contacts::events::CreateUser;
//! use wecom_sdk::message::app::{Message, SendMessage};
//! use wecom_sdk::message::events::TextMessage;
//!
//! async fn on_text(State(client): State<Client>, event: Event<TextMessage>) -> Result<(), wecom_sdk::Error> {
//!     let text = format!("You wrote: {}", event.payload.content);
//!     let sender = event.callback.envelope.from_user_name.as_str();
//!     client.send(&SendMessage::new(Message::text(text)).touser(sender).agentid(1_000_002)).await?;
//!     Ok(())
//! }
//!
//! let client = Client::new("corp id", "secret")?;
//! let router = Router::new()
//!     .on(on_text)
//!     .on(|event: Event<CreateUser>| async move { println!("{} is new", event.payload.user_id) })
//!     // First the state, then `merge` with routers such as that of `kf_messages`, which have none.
//!     .with_state(client);
//! let receiver = Receiver::builder("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
//!     .receiveid("corp id")
//!     .build()?;
//! let callbacks = Callbacks::new(receiver, router);
//! // With axum 0.8 and the feature `tower`: `axum::Router::new().route_service("/callback", callbacks)`.
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! A service provider keeps tickets and permanent codes:
//!
//! ```
//! # use wecom_sdk::{ClientBuilder, Suite};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "service")] {
//! use wecom_sdk::callback::{Callbacks, Receiver, suite_authorizations, suite_tickets};
//!
//! let suite = ClientBuilder::new(Suite::new("suite id", "suite secret")).build()?;
//! let router = suite_tickets([&suite]).merge(suite_authorizations(&suite, |installed| async move {
//!     println!("{} has installed the app", installed.auth_corp_info.corpid);
//!     // Keep `installed.permanent_code` now: it can't be fetched again.
//! }));
//! let receiver = Receiver::builder("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
//!     .receiveid("suite id")
//!     .verified_as("the provider's corp id")
//!     .build()?;
//! let callbacks = Callbacks::new(receiver, router);
//! # }
//! # Ok(())
//! # }
//! ```

mod jobs;
#[cfg(any(feature = "chatdata", feature = "kf"))]
mod messages;
#[cfg(feature = "openhw")]
mod models;
#[cfg(feature = "service")]
mod suites;

// Aliases belong here: rustdoc drops those of the re-exported item.
#[doc(alias("异步任务完成", "batch_job_result"))]
pub use jobs::finished_jobs;
#[cfg(feature = "kf")]
pub use messages::KfMessages;
#[cfg(any(feature = "chatdata", feature = "kf"))]
pub use messages::SyncError;
#[cfg(feature = "chatdata")]
#[doc(alias("会话存档", "conversation_new_message"))]
pub use messages::archived_messages;
#[cfg(feature = "chatdata")]
#[doc(alias("命中关键词", "hit_keyword"))]
pub use messages::keyword_hits;
#[cfg(feature = "kf")]
#[doc(alias("客服消息", "微信客服消息", "kf_msg_or_event"))]
pub use messages::kf_messages;
#[cfg(feature = "chatdata")]
pub use messages::{ArchivedMessages, KeywordHits};
#[cfg(feature = "openhw")]
#[doc(alias("推送model_ticket"))]
pub use models::model_tickets;
#[cfg(feature = "service")]
#[doc(alias("授权通知", "create_auth", "change_auth", "cancel_auth"))]
pub use suites::suite_authorizations;
#[cfg(feature = "service")]
#[doc(alias("接收suite_ticket"))]
pub use suites::suite_tickets;
#[cfg(feature = "service")]
pub use suites::{PendingAuthorization, pending_authorizations};
#[doc(inline, alias("接收回调", "回调服务", "接收消息服务器"))]
pub use wecom_callback::Callbacks;
#[doc(
    inline,
    alias("回调解密", "消息加解密", "加解密", "WXBizMsgCrypt", "EncodingAESKey", "msg_signature")
)]
pub use wecom_callback::Receiver;
pub use wecom_callback::*;
// By name as well: without the feature, rustc says which one is missing.
#[cfg(feature = "payments")]
pub use wecom_callback::PaymentError;
#[cfg(feature = "payments")]
#[doc(inline, alias("callback_aeskey"))]
pub use wecom_callback::PaymentKey;
#[cfg(feature = "redis")]
pub use wecom_callback::RedisCallbackStore;
pub use wecom_models::callback::*;
