//! Endpoints and their properties.

use std::time::Duration;

use http::Method;
use serde::Serialize;

use crate::errcode::{self, ErrorCode};
use crate::{Body, BuildError, Check, FromResponse, Headers, Query, Quota, Token, TokenKind, Usage};

/// A request to one endpoint.
///
/// All requests of [`wecom_models`] are endpoints. Implement this trait for an endpoint that the specification doesn't have yet: its
/// calls are then rate-limited, retried and redacted like any other:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// # use wecom_requests::token::AccessToken;
/// # use wecom_requests::{Check, Endpoint, JsonResponse, Meta, Period, Rate};
///
/// #[derive(Serialize)]
/// struct SendWelcome {
///     code: String,
///     msgtype: &'static str,
/// }
///
/// #[derive(Deserialize)]
/// struct Sent {
///     msgid: String,
/// }
///
/// impl Endpoint for SendWelcome {
///     type Response = JsonResponse<Sent>;
///     type Token = AccessToken;
///     const META: &'static Meta = &Meta::post("/cgi-bin/kf/send_msg_on_event")
///         .id("kf.send_msg_on_event")
///         .rates(&[Rate { calls: 1000, per: Period::Minute }]);
/// }
///
/// // Limits of fields would go here.
/// impl Check for SendWelcome {}
///
/// let request = SendWelcome { code: "CODE".to_owned(), msgtype: "text" };
/// let request = wecom_requests::http_request(&request, "https://qyapi.weixin.qq.com", "TOKEN").unwrap();
/// assert_eq!(request.uri().path(), "/cgi-bin/kf/send_msg_on_event");
/// assert_eq!(request.body().as_ref(), br#"{"code":"CODE","msgtype":"text"}"#);
/// ```
///
/// A `GET` endpoint puts its fields into the URL:
///
/// ```
/// # use serde::Serialize;
/// # use wecom_requests::token::AccessToken;
/// # use wecom_requests::{Check, Endpoint, JsonResponse, Meta, Query};
/// #[derive(Serialize)]
/// struct GetTag {
///     tagid: u32,
/// }
///
/// impl Endpoint for GetTag {
///     type Response = JsonResponse<serde_json::Value>;
///     type Token = AccessToken;
///     const META: &'static Meta = &Meta::get("/cgi-bin/tag/get").safe(true);
///
///     fn query(&self, query: &mut Query) -> Result<(), serde_json::Error> {
///         query.put_all(self)
///     }
/// }
///
/// impl Check for GetTag {}
///
/// let request = wecom_requests::http_request(&GetTag { tagid: 7 }, "https://qyapi.weixin.qq.com", "TOKEN").unwrap();
/// assert_eq!(request.uri().query(), Some("access_token=TOKEN&tagid=7"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request",
    note = "a request of `wecom-models` is one where `wecom-requests` is compiled with the feature of its family, too"
)]
pub trait Endpoint: Check + Serialize {
    /// The response of a successful call.
    type Response: FromResponse;

    /// The kind of token that it takes.
    type Token: Token;

    /// The properties that all requests to the endpoint share.
    const META: &'static Meta;

    /// Adds the query parameters, except the token. For `GET`, these are all fields.
    fn query(&self, query: &mut Query) -> Result<(), serde_json::Error> {
        let _ = query;
        Ok(())
    }

    /// Adds the parameters that are HTTP headers.
    fn headers(&self, headers: &mut Headers) -> Result<(), serde_json::Error> {
        let _ = headers;
        Ok(())
    }

    /// Returns the body, for a method that has one.
    fn body(&self) -> Result<Body, BuildError> {
        Body::json(self)
    }

    /// Returns what the call uses of a quota of [`Meta::quotas`], by its index; `None` if the quota doesn't count it.
    fn usage(&self, quota: usize) -> Option<Usage> {
        let _ = quota;
        Some(Usage::call())
    }

    /// Returns the recipients, if a [general rate](crate::rates) counts them and a field names them.
    fn recipients(&self) -> &[String] {
        &[]
    }
}

/// The properties that all requests to an endpoint share.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Meta {
    /// Its name in the spec, with its module: `chatdata.archive.sync_msg`.
    pub id: &'static str,
    /// The title of its page.
    pub title: &'static str,
    /// `GET`, with all fields in the query, or `POST`.
    pub method: Method,
    /// The host.
    pub host: Host,
    /// The path, beginning with `/`.
    pub path: &'static str,
    /// The URL of its page.
    pub page: &'static str,
    /// The kind of token that it takes.
    pub token: TokenKind,
    /// The format of a response.
    pub response_format: ResponseFormat,
    /// Whether a successful response has an `errcode`, too.
    pub errcode: Errcode,
    /// Whether it only reads, so that it may be sent again after a lost response.
    pub safe: bool,
    /// The documented rate limits of an app's calls; empty if there are none.
    pub rates: &'static [Rate],
    /// The documented rate limits that count something else.
    pub quotas: &'static [Quota],
    /// The documented maximum number of concurrent calls, if there is one.
    pub concurrency: Option<u32>,
    /// The error codes that its own page documents.
    pub codes: &'static [ErrorCode],
}

impl Meta {
    /// Describes a `POST` endpoint. Its ID is its path, it takes an access token, it isn't [safe](Self::safe), its response is JSON, and it
    /// has no limits.
    pub const fn post(path: &'static str) -> Self {
        Self::new(Method::POST, path)
    }

    /// Describes a `GET` endpoint; otherwise like [`Meta::post`].
    pub const fn get(path: &'static str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Describes an endpoint with any method; otherwise like [`Meta::post`].
    pub const fn new(method: Method, path: &'static str) -> Self {
        Self {
            id: path,
            title: "",
            method,
            host: Host::Api,
            path,
            page: "",
            token: TokenKind::AccessToken,
            response_format: ResponseFormat::Json,
            errcode: Errcode::Always,
            safe: false,
            rates: &[],
            quotas: &[],
            concurrency: None,
            codes: &[],
        }
    }

    /// Sets its name, which errors and events show and limits are counted by.
    #[must_use]
    pub const fn id(mut self, id: &'static str) -> Self {
        self.id = id;
        self
    }

    /// Sets the host.
    #[must_use]
    pub const fn host(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// Sets the kind of token: the one of [`Endpoint::Token`].
    #[must_use]
    pub const fn token(mut self, token: TokenKind) -> Self {
        self.token = token;
        self
    }

    /// Sets the format of a response.
    #[must_use]
    pub const fn response_format(mut self, format: ResponseFormat) -> Self {
        self.response_format = format;
        self
    }

    /// Sets whether a successful response has an `errcode`, too. A JSON response that lacks a required `errcode` is an error.
    #[must_use]
    pub const fn errcode(mut self, errcode: Errcode) -> Self {
        self.errcode = errcode;
        self
    }

    /// Sets whether it only reads, so that it may be sent again after a lost response.
    #[must_use]
    pub const fn safe(mut self, safe: bool) -> Self {
        self.safe = safe;
        self
    }

    /// Sets how often it may be called.
    #[must_use]
    pub const fn rates(mut self, rates: &'static [Rate]) -> Self {
        self.rates = rates;
        self
    }

    /// Sets the rates that count something other than an app's calls to it. [`Endpoint::usage`] returns how much of them a call uses.
    #[must_use]
    pub const fn quotas(mut self, quotas: &'static [Quota]) -> Self {
        self.quotas = quotas;
        self
    }

    /// Sets how many calls may be in flight at once.
    #[must_use]
    pub const fn concurrency(mut self, calls: u32) -> Self {
        self.concurrency = Some(calls);
        self
    }

    /// Sets error codes with a meaning of their own here. They take precedence over the global ones.
    #[must_use]
    pub const fn codes(mut self, codes: &'static [ErrorCode]) -> Self {
        self.codes = codes;
        self
    }

    /// Looks up an error code: among the endpoint's own first, then among the global ones.
    pub fn error_code(&self, code: i64) -> Option<&'static ErrorCode> {
        errcode::among(self.codes, code)
    }
}

/// The host of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    /// WeCom, `https://qyapi.weixin.qq.com`.
    Api,
    /// WeChat Pay, `https://api.mch.weixin.qq.com`, which requires a merchant's certificate.
    Merchant,
}

/// The format of an endpoint's response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseFormat {
    /// A JSON object with `errcode` and `errmsg`.
    Json,
    /// A file, or a JSON error.
    File,
    /// A file or JSON, depending on the request.
    FileOrJson,
    /// A flat XML document.
    Xml,
}

/// Says which JSON responses of an endpoint have an `errcode`. The codes themselves are in [`errcode`](crate::errcode).
///
/// A response that lacks a required `errcode` is not from WeCom, but from a proxy, for example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Errcode {
    /// All: 0 for a success.
    #[default]
    Always,
    /// Failures. A success has an `errcode` or at least one documented field.
    OnFailure,
    /// All. A call may fail in part: if the list of this name has items, they say what failed, and the response isn't an error,
    /// though its `errcode` is another one than 0.
    Partial(&'static str),
}

/// A documented rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// The number of calls.
    pub calls: u32,
    /// The period they are counted in.
    pub per: Period,
}

/// The period of a rate limit.
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
    /// Returns how long it is; a month has 30 days, as for WeCom.
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
