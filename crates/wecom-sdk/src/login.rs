//! URLs that lead people to WeCom and back with a code.
//!
//! They are for web authorization (网页授权) within WeCom, web login (企业微信Web登录) in any browser, the installation of third-party apps
//! (第三方应用安装), and the registration of companies (推广二维码). Needs the feature `login`.
//!
//! 1. Build a URL and redirect the browser to it.
//! 2. WeCom redirects the browser to your `redirect_uri`, with a code and your `state`: [`Redirect`] reads them.
//! 3. Exchange the code. It can be used once, within 5 minutes.
//!
//! WeCom's JavaScript component for web login reports errors (-31020 to -31040) to `onLoginFail` in the page: no server sees them.
//!
//! | who logs in where | URL | exchange |
//! |---|---|---|
//! | a member of the company, in a page within WeCom, in a self-built or customized app | [`WebAuthorization::corp`] | [`auth::login::GetUserInfo`], then [`GetUserDetail`] |
//! | a member of any company, in a page within WeCom, in a third-party app | [`WebAuthorization::suite`] | [`service::login::GetUserInfo3rd`], then [`GetUserDetail3rd`] |
//! | a member of the company, on a website | [`WebLogin::corp`] | [`auth::login::GetUserInfo`] |
//! | a member of any company, on a provider's website | [`WebLogin::suite`] | [`service::login::GetUserInfo3rd`] |
//! | a parent, a student or a member, in a page of the company's school app | [`WebAuthorization::corp`] | [`school::login::GetSchoolUserInfo`] |
//! | the same, in a page of a third-party school app | [`WebAuthorization::suite`] | [`service::school::GetSchoolUserInfo3rd`] |
//! | an admin who installs a third-party app | [`Installation`] | [`service::auth::GetPermanentCodeV2`] |
//! | an admin who registers a company with WeCom | [`Registration`] | none: [`service::register::GetRegisterInfo`] returns the company |
//! | a member, in the company's mobile app | none: WeCom's SDK returns the code | [`auth::login::GetMobileUserInfo`] |
//! | a member, in a mini program | none: `wx.qy.login` returns the code | [`auth::login::JsCodeToSession`] |
//!
//! ```
//! # use wecom_sdk::Client;
//! use wecom_sdk::auth::login::GetUserInfo;
//! use wecom_sdk::login::{Redirect, WebAuthorization};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = wecom_mock::Server::start().await?;
//! # let client = Client::builder("ww1", "secret").base_url(server.base_url()).build()?;
//! // A random value that only this browser's session knows.
//! let state = "4dVqJ7";
//! let url = WebAuthorization::corp("ww1", "https://example.com/login").agent_id(1_000_014).state(state).url()?;
//! assert_eq!(
//!     url,
//!     "https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1\
//!      &redirect_uri=https%3A%2F%2Fexample.com%2Flogin&response_type=code&scope=snsapi_base&state=4dVqJ7\
//!      &agentid=1000014#wechat_redirect"
//! );
//!
//! // Later, a browser requests https://example.com/login?code=…&state=…
//! let code = Redirect::from_query("code=CODE&state=4dVqJ7")?.code_for(state)?;
//! let visitor = client.send(&GetUserInfo::new(code)).await?;
//! match visitor.userid {
//!     Some(userid) => println!("{userid} is a member"),
//!     None => println!("not a member: {:?}", visitor.openid),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The address of the redirect must be within a trusted domain (可信域名) of the app, port included.
//!
//! [`auth::login::GetUserInfo`]: crate::auth::login::GetUserInfo
//! [`GetUserDetail`]: crate::auth::login::GetUserDetail
//! [`service::login::GetUserInfo3rd`]: crate::service::login::GetUserInfo3rd
//! [`GetUserDetail3rd`]: crate::service::login::GetUserDetail3rd
//! [`service::auth::GetPermanentCodeV2`]: crate::service::auth::GetPermanentCodeV2
//! [`school::login::GetSchoolUserInfo`]: crate::school::login::GetSchoolUserInfo
//! [`service::school::GetSchoolUserInfo3rd`]: crate::service::school::GetSchoolUserInfo3rd
//! [`service::register::GetRegisterInfo`]: crate::service::register::GetRegisterInfo
//! [`auth::login::GetMobileUserInfo`]: crate::auth::login::GetMobileUserInfo
//! [`auth::login::JsCodeToSession`]: crate::auth::login::JsCodeToSession

mod company;

use std::fmt;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Secret;

// Aliases belong here: rustdoc drops those of the re-exported item.
#[doc(alias("应用安装"))]
pub use company::Installation;
#[doc(alias("推广二维码", "注册企业微信"))]
pub use company::Registration;

/// The characters that stay unencoded in a URL's parameter: the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest `state`, in bytes.
const LONGEST_STATE: usize = 128;

/// The reason why there is no URL, or no code in one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The `redirect_uri` isn't an absolute URL.
    #[error(
        "`redirect_uri` must be an absolute URL with http or https, such as https://example.com/login, but is {0:?}"
    )]
    RedirectUri(String),
    /// The `state` isn't one that WeCom accepts.
    #[error("`state` must be 1 to 128 ASCII letters and digits")]
    State,
    /// An ID or code is missing.
    #[error("`{0}` must not be empty")]
    Empty(&'static str),
    /// The scope isn't `snsapi_base`, but the app isn't set: WeCom would fall back to `snsapi_base`.
    #[error("scopes other than `snsapi_base` require the app's agentid: set it with `agent_id`")]
    AgentId,
    /// The URL of a third-party app has an agentid, which WeCom would ignore.
    #[error("a third-party app has no agentid: omit `agent_id`, or use `corp` for a single company")]
    SuiteAgentId,
    /// The redirect has no code: the person has declined, or came from elsewhere.
    #[error("the query has neither `code` nor `auth_code`: the person hasn't authorized anything")]
    NoCode,
    /// The `state` of the redirect isn't the expected one: the link may be forged.
    #[error("`state` is not the expected one: have the person log in again")]
    WrongState,
}

/// The information that the app obtains about a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// `snsapi_base`: the userid, without consent.
    #[default]
    Base,
    /// `snsapi_userinfo`: the details of a member without the mobile number and the e-mail address, without consent. Only for third-party school apps
    /// (家校沟通): <https://developer.work.weixin.qq.com/document/path/91861>. There, [`PrivateInfo`](Self::PrivateInfo) is deprecated.
    UserInfo,
    /// `snsapi_privateinfo`: the information that the member consents to share, such as the avatar and the mobile number. The member must be visible to the app.
    PrivateInfo,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::Base => "snsapi_base",
            Self::UserInfo => "snsapi_userinfo",
            Self::PrivateInfo => "snsapi_privateinfo",
        }
    }
}

/// The owner of the ID in a URL.
#[derive(Clone, Debug)]
enum App {
    Corp {
        corp_id: String,
        agent_id: Option<u64>,
    },
    /// A suite has no agentid: `url` refuses one that is set nevertheless.
    Suite {
        suite_id: String,
        agent_id: Option<u64>,
    },
}

impl App {
    fn corp(corp_id: impl Into<String>, agent_id: Option<u64>) -> Self {
        Self::Corp { corp_id: corp_id.into(), agent_id }
    }

    fn suite(suite_id: impl Into<String>) -> Self {
        Self::Suite { suite_id: suite_id.into(), agent_id: None }
    }

    /// Returns the value of `appid`.
    fn id(&self) -> Result<&str, LoginError> {
        match self {
            Self::Corp { corp_id, .. } => filled("corp_id", corp_id),
            Self::Suite { suite_id, .. } => filled("suite_id", suite_id),
        }
    }

    fn agent_id(&self) -> Option<String> {
        match self {
            Self::Corp { agent_id, .. } => agent_id.map(|id| id.to_string()),
            Self::Suite { .. } => None,
        }
    }
}

/// Web authorization (网页授权): identifies the member who opens a page within WeCom.
///
/// Self-built and customized apps: <https://developer.work.weixin.qq.com/document/path/91022>, third-party apps:
/// <https://developer.work.weixin.qq.com/document/path/91120>
#[doc(alias = "网页授权")]
#[doc(alias = "OAuth2")]
#[derive(Clone, Debug)]
#[must_use = "`url` builds the URL"]
pub struct WebAuthorization {
    app: App,
    redirect_uri: String,
    scope: Scope,
    state: Option<String>,
}

impl WebAuthorization {
    /// Creates a URL for a self-built or customized app of a company. [`agent_id`](Self::agent_id) should be set, too.
    pub fn corp(corp_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self::of(App::corp(corp_id, None), redirect_uri)
    }

    /// Creates a URL for a third-party app, in all companies. `suite_id` begins with `ww` or `wx`.
    pub fn suite(suite_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self::of(App::suite(suite_id), redirect_uri)
    }

    fn of(app: App, redirect_uri: impl Into<String>) -> Self {
        Self { app, redirect_uri: redirect_uri.into(), scope: Scope::Base, state: None }
    }

    /// Sets the app within the company. It is required for any scope but [`Scope::Base`], and it activates the member's license for customized apps. A
    /// third-party app has none, since its ID is the suite's: [`url`](Self::url) returns [`LoginError::SuiteAgentId`].
    pub fn agent_id(mut self, id: u64) -> Self {
        let (App::Corp { agent_id, .. } | App::Suite { agent_id, .. }) = &mut self.app;
        *agent_id = Some(id);
        self
    }

    /// Sets the information that the app obtains, instead of [`Scope::Base`].
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets the state, which the redirect returns with the code: 1 to 128 ASCII letters and digits. A random value per browser session prevents
    /// forged links ([`Redirect::code_for`] compares it).
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Builds the URL.
    pub fn url(&self) -> Result<String, LoginError> {
        let agent_id = self.app.agent_id();
        if self.scope != Scope::Base && matches!(self.app, App::Corp { agent_id: None, .. }) {
            return Err(LoginError::AgentId);
        }
        if matches!(self.app, App::Suite { agent_id: Some(_), .. }) {
            return Err(LoginError::SuiteAgentId);
        }
        let url = Url::new("https://open.weixin.qq.com/connect/oauth2/authorize")
            .with("appid", self.app.id()?)
            .with("redirect_uri", absolute(&self.redirect_uri)?)
            .with("response_type", "code")
            .with("scope", self.scope.name())
            .with_some("state", plain(self.state.as_deref())?)
            .with_some("agentid", agent_id.as_deref());
        Ok(url.0 + "#wechat_redirect")
    }
}

/// Web login (企业微信Web登录): people log in to a website with WeCom, by QR code or with the desktop client.
///
/// <https://developer.work.weixin.qq.com/document/path/98152>
#[doc(alias = "Web登录")]
#[doc(alias = "扫码登录")]
#[derive(Clone, Debug)]
#[must_use = "`url` builds the URL"]
pub struct WebLogin {
    app: App,
    redirect_uri: String,
    state: Option<String>,
    language: Option<Language>,
}

/// The language of the login page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// Chinese.
    Chinese,
    /// English.
    English,
}

impl WebLogin {
    /// Creates a URL for members of a company: a self-built or customized app (`CorpApp`).
    pub fn corp(corp_id: impl Into<String>, agent_id: u64, redirect_uri: impl Into<String>) -> Self {
        Self::of(App::corp(corp_id, Some(agent_id)), redirect_uri)
    }

    /// Creates a URL for members of all companies, on a service provider's website (`ServiceApp`): `suite_id` is the one of the provider's login authorization (登录授权).
    pub fn suite(suite_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self::of(App::suite(suite_id), redirect_uri)
    }

    fn of(app: App, redirect_uri: impl Into<String>) -> Self {
        Self { app, redirect_uri: redirect_uri.into(), state: None, language: None }
    }

    /// Sets the state, which the redirect returns with the code. A random value per browser session prevents forged links
    /// ([`Redirect::code_for`] compares it).
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Sets the language of the page.
    pub fn language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// Builds the URL.
    pub fn url(&self) -> Result<String, LoginError> {
        let kind = match self.app {
            App::Corp { .. } => "CorpApp",
            App::Suite { .. } => "ServiceApp",
        };
        let language = self.language.map(|language| match language {
            Language::Chinese => "zh",
            Language::English => "en",
        });
        let url = Url::new("https://login.work.weixin.qq.com/wwlogin/sso/login")
            .with("login_type", kind)
            .with("appid", self.app.id()?)
            .with_some("agentid", self.app.agent_id().as_deref())
            .with("redirect_uri", absolute(&self.redirect_uri)?)
            .with_some("state", self.state.as_deref())
            .with_some("lang", language);
        Ok(url.0)
    }
}

/// The query that WeCom redirects a browser back with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Redirect {
    /// The code: `code` after a login, `auth_code` after an installation.
    pub code: Secret,
    /// The `state` of the URL.
    pub state: Option<String>,
    /// The lifetime of the code: present only after an installation.
    pub expires_in: Option<Duration>,
}

impl Redirect {
    /// Parses the query of the URL that the browser was redirected to: `code=…&state=…`.
    pub fn from_query(query: &str) -> Result<Self, LoginError> {
        let (mut code, mut state, mut expires_in) = (None, None, None);
        for (name, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            match &*name {
                "code" | "auth_code" if !value.is_empty() => code = Some(Secret::new(value)),
                "state" => state = Some(value.into_owned()),
                "expires_in" => expires_in = value.parse().ok().map(Duration::from_secs),
                _ => {}
            }
        }
        Ok(Self { code: code.ok_or(LoginError::NoCode)?, state, expires_in })
    }

    /// Returns the code if the `state` is that of this browser session.
    pub fn code_for(self, state: &str) -> Result<Secret, LoginError> {
        match self.state {
            Some(returned) if returned == state && !state.is_empty() => Ok(self.code),
            _ => Err(LoginError::WrongState),
        }
    }
}

/// A URL under construction.
struct Url(String);

impl Url {
    fn new(address: &str) -> Self {
        Self(address.to_owned())
    }

    fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        let separator = if self.0.contains('?') { '&' } else { '?' };
        let value = value.to_string();
        self.0 += &format!("{separator}{name}={}", utf8_percent_encode(&value, RESERVED));
        self
    }

    fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

fn filled<'a>(name: &'static str, value: &'a str) -> Result<&'a str, LoginError> {
    if value.is_empty() { Err(LoginError::Empty(name)) } else { Ok(value) }
}

/// Checks that a browser can be redirected to a URL.
fn absolute(url: &str) -> Result<&str, LoginError> {
    let address = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let has_host = !address.is_empty() && !address.starts_with(['/', '?', '#', ':', '@']);
    if has_host && !url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Ok(url)
    } else {
        Err(LoginError::RedirectUri(url.to_owned()))
    }
}

/// Checks that a `state` has only letters and digits, as web authorization and installation require.
fn plain(state: Option<&str>) -> Result<Option<&str>, LoginError> {
    let fits = |state: &str| {
        (1..=LONGEST_STATE).contains(&state.len()) && state.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if state.is_none_or(fits) { Ok(state) } else { Err(LoginError::State) }
}

#[cfg(test)]
mod tests;
