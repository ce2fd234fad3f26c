//! What a request knows of its endpoint.

use std::time::Duration;

use http::Method;
use serde::Serialize;

use crate::errcode::{self, ErrorCode};
use crate::{Body, BuildError, Check, FromResponse, Headers, Query, Token, TokenKind};

/// A request to one endpoint.
///
/// All requests of [`wecom_models`] are endpoints. An application can describe one that the specification doesn't have yet; it is then
/// sent, paced, retried and redacted like any other:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use wecom_requests::token::AccessToken;
/// use wecom_requests::{Check, Endpoint, JsonResponse, Meta, Period, Rate};
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
/// // Limits of fields would stand here.
/// impl Check for SendWelcome {}
///
/// let request = SendWelcome { code: "CODE".to_owned(), msgtype: "text" };
/// let request = wecom_requests::http_request(&request, "https://qyapi.weixin.qq.com", "TOKEN").unwrap();
/// assert_eq!(request.uri().path(), "/cgi-bin/kf/send_msg_on_event");
/// assert_eq!(request.body().as_ref(), br#"{"code":"CODE","msgtype":"text"}"#);
/// ```
///
/// One that is called with `GET` puts its fields into the URL:
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
pub trait Endpoint: Check + Serialize {
    /// What comes back when it succeeds.
    type Response: FromResponse;

    /// The kind of token it takes.
    type Token: Token;

    /// Everything about the endpoint that is the same for all requests.
    const META: &'static Meta;

    /// Adds the parameters that stand in the URL, besides the token: all of them, for `GET`.
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

    /// Who receives something, where a [general rate](crate::rates) counts recipients and a field names them.
    fn recipients(&self) -> &[String] {
        &[]
    }
}

/// What all requests to an endpoint have in common.
#[derive(Clone, Debug)]
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
    pub response_format: ResponseFormat,
    /// Whether a success has an `errcode`, too.
    pub errcode: Errcode,
    /// Whether it only reads, so that it may be sent again after a lost answer.
    pub safe: bool,
    /// How often it may be called; empty where its page doesn't say.
    pub rates: &'static [Rate],
    /// How many calls may be on their way at once, where its page says so.
    pub concurrency: Option<u32>,
    /// What error codes mean that its own page documents.
    pub codes: &'static [ErrorCode],
}

impl Meta {
    /// An endpoint that is called with `POST`. Its id is its path, it takes an access token, changes something, answers with JSON, and no
    /// limits are known.
    pub const fn post(path: &'static str) -> Self {
        Self::new(Method::POST, path)
    }

    /// An endpoint that is called with `GET`, and otherwise as in [`Meta::post`].
    pub const fn get(path: &'static str) -> Self {
        Self::new(Method::GET, path)
    }

    /// An endpoint that is called with any method, and otherwise as in [`Meta::post`].
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
            concurrency: None,
            codes: &[],
        }
    }

    /// Sets its name, which errors and events show and limits count by.
    #[must_use]
    pub const fn id(mut self, id: &'static str) -> Self {
        self.id = id;
        self
    }

    /// Sets where it is.
    #[must_use]
    pub const fn host(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// Sets the kind of token it takes: that of [`Endpoint::Token`].
    #[must_use]
    pub const fn token(mut self, token: TokenKind) -> Self {
        self.token = token;
        self
    }

    /// Sets what comes back.
    #[must_use]
    pub const fn response_format(mut self, format: ResponseFormat) -> Self {
        self.response_format = format;
        self
    }

    /// Sets whether a success has an `errcode`, too. A JSON answer that lacks it although it should have it is an error.
    #[must_use]
    pub const fn errcode(mut self, errcode: Errcode) -> Self {
        self.errcode = errcode;
        self
    }

    /// Sets whether it only reads, so that it may be sent again after a lost answer.
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

    /// Sets how many calls may be on their way at once.
    #[must_use]
    pub const fn concurrency(mut self, calls: u32) -> Self {
        self.concurrency = Some(calls);
        self
    }

    /// Sets what error codes mean here, beside or instead of what they mean everywhere.
    #[must_use]
    pub const fn codes(mut self, codes: &'static [ErrorCode]) -> Self {
        self.codes = codes;
        self
    }

    /// What the documentation says of an error code: the endpoint's own page first.
    pub fn error_code(&self, code: i64) -> Option<&'static ErrorCode> {
        self.codes.iter().find(|known| known.code == code).or_else(|| errcode::lookup(code))
    }
}

/// Where an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
pub enum ResponseFormat {
    /// A JSON object with `errcode` and `errmsg`.
    Json,
    /// A file, or a JSON error.
    File,
    /// A file or JSON, as the request says.
    FileOrJson,
    /// A flat XML document.
    Xml,
}

/// Which JSON answers of an endpoint have an `errcode`. What lacks it where it should be is not WeCom's, but a proxy's, say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Errcode {
    /// All of them: 0 for a success.
    #[default]
    Always,
    /// Those that report a failure. A success may have it, or has at least one of the fields that are documented.
    OnFailure,
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
