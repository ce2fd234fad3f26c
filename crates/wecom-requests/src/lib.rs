//! Builds WeCom (企业微信) requests and parses responses, without I/O.
//!
//! Every request of [`wecom_models`] is an [`Endpoint`]: it knows its method, its path, the kind of token it takes
//! and the type of its response. From that, this crate builds an [`http::Request`] that any HTTP client can send,
//! and parses the response body:
//!
//! ```
//! # #[cfg(feature = "message")] {
//! use wecom_models::message::app::{Message, SendMessage};
//! use wecom_requests::{Endpoint, http_request, parse};
//!
//! let message = SendMessage::new(Message::text("The build is green.")).agentid(1_000_002).touser(["lin.wei"]);
//! let request = http_request(&message, "https://qyapi.weixin.qq.com", "TOKEN").unwrap();
//! assert_eq!(request.uri().path(), "/cgi-bin/message/send");
//!
//! let sent = parse::<SendMessage>(br#"{"errcode":0,"errmsg":"ok","msgid":"M1"}"#).unwrap();
//! assert_eq!((sent.msgid.as_str(), sent.invaliduser), ("M1", None));
//! # }
//! ```
//!
//! A program in the data and intelligence zone makes [`ZoneCall`]s, and the long connection of an AI bot carries [`SocketCommand`]s: neither are
//! HTTP requests.
//!
//! `wecom-sdk` does the rest: tokens, sending, retries, paging.

// On docs.rs, each item says which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod check;
mod disposition;
mod endpoint;
pub mod errcode;
mod file;
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, reason = "the documentation decides the shape of generated code")]
mod generated;
mod job;
mod json;
#[cfg(feature = "merchant")]
mod merchant;
mod paging;
mod probe;
mod query;
mod quota;
pub mod rates;
#[cfg(feature = "callback")]
mod reply;
mod request;
mod response;
#[cfg(feature = "sign")]
mod sign;
mod socket;
pub mod token;
#[cfg(feature = "xml")]
mod xml;
mod zone;

pub use body::{Body, Form, Headers};
#[allow(unused_imports, reason = "not every family has patterns")]
pub(crate) use check::pattern;
pub use check::{AnyNumber, Check, Checker, Pattern, Rule, Total, Violation, Violations, When};
#[allow(unused_imports, reason = "not every family has rules")]
pub(crate) use check::{Number, Time, count, difference, has_items, is_one_of};
pub use endpoint::{Endpoint, Errcode, Host, Meta, Period, Rate, ResponseFormat};
pub use file::{begins_file, file_head};
pub use generated::ENDPOINTS;
pub use job::{Job, JobState};
pub use json::JsonResponse;
#[cfg(feature = "pay")]
pub use merchant::{MerchantSigned, SignError};
pub use paging::{Paged, PagedItems};
pub use query::Query;
pub use quota::{Quota, Usage};
#[cfg(feature = "callback")]
pub use reply::{
    BoxError, IntoPassive, Passive, PassiveReply, ReplyError, ReplyFormat, ReplyMeta, ReplyTold,
};
pub use request::{BuildError, http_request, streamed_request, untyped_request};
pub(crate) use response::json_responses;
#[cfg(feature = "xml")]
pub(crate) use response::xml_responses;
pub use response::{
    ApiError, DecodeError, FromResponse, MerchantError, ResponseError, parse, parse_response,
    parse_response_within,
};
#[cfg(feature = "paytool")]
pub use sign::Signed;
#[cfg(feature = "callback")]
pub use socket::SocketReply;
pub use socket::{MAX_REQ_ID, SocketCall, SocketCommand, SocketMeta};
pub use token::{Token, TokenKind};
pub use zone::{InvokeError, ZoneCall, ZoneJob, ZoneMeta, ZonePaged, ZoneSdkError};
