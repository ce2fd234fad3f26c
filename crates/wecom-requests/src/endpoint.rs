//! What a request knows of its endpoint.

use std::time::Duration;

use http::Method;
use serde::Serialize;
use wecom_models::wire::WriteObject;

use crate::{Answer, Body, BuildError, Check, Headers, Query, Token, TokenKind};

/// A request to one endpoint.
pub trait Endpoint: Check + Serialize + WriteObject {
    /// What comes back when it succeeds.
    type Response: Answer;

    /// The kind of token it takes.
    type Token: Token;

    /// Everything about the endpoint that is the same for all requests.
    const META: &'static Meta;

    /// Adds the parameters that stand in the URL although the request has a body.
    fn query(&self, query: &mut Query) -> Result<(), serde_json::Error> {
        let _ = query;
        Ok(())
    }

    /// Adds the parameters that are HTTP headers.
    fn headers(&self, headers: &mut Headers) -> Result<(), serde_json::Error> {
        let _ = headers;
        Ok(())
    }

    /// The body, for a method that has one.
    fn body(&self) -> Result<Body, BuildError> {
        Body::json(self)
    }
}

/// What all requests to an endpoint have in common.
#[derive(Debug)]
#[non_exhaustive]
pub struct Meta {
    /// Its name in the spec, with its module: `chatdata.archive.sync_msg`.
    pub id: &'static str,
    /// The title of its page.
    pub title: &'static str,
    /// `GET`, with all fields in the query, or `POST`.
    pub method: Method,
    /// Where it is.
    pub host: Host,
    /// The path, from the host on.
    pub path: &'static str,
    /// The address of its page.
    pub page: &'static str,
    /// The kind of token it takes.
    pub token: TokenKind,
    /// What comes back.
    pub answer: AnswerKind,
    /// Whether it only reads, so that it may be sent again after a lost answer.
    pub safe: bool,
    /// How often it may be called; empty where its page doesn't say.
    pub rates: &'static [Rate],
    /// How many calls may be on their way at once, where its page says so.
    pub concurrency: Option<u32>,
}

/// Where an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Host {
    /// WeCom itself, `https://qyapi.weixin.qq.com`.
    Api,
    /// WeChat Pay, `https://api.mch.weixin.qq.com`, which asks for a merchant's certificate.
    Merchant,
}

/// What comes back from an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerKind {
    /// A JSON object with `errcode` and `errmsg`.
    Json,
    /// A file, or a JSON error.
    File,
    /// A file or JSON, as the request says.
    FileOrJson,
    /// A flat XML document.
    Xml,
}

/// A documented rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many calls.
    pub calls: u32,
    /// In which time.
    pub per: Period,
}

/// The time a rate limit counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Period {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A month.
    Month,
}

impl Period {
    /// How long it is; a month has 30 days, as WeCom counts.
    pub const fn duration(self) -> Duration {
        const DAY: u64 = 24 * 60 * 60;
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 60 * 60,
            Self::Day => DAY,
            Self::Month => 30 * DAY,
        })
    }
}
