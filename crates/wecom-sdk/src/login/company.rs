//! URLs for companies: the installation of a third-party app, and the registration with WeCom.

use super::{LoginError, Url, absolute, filled, plain};
use crate::Secret;

/// The installation of a third-party app (第三方应用安装), started from the provider's website by an admin.
///
/// ```
/// # use wecom_sdk::{ClientBuilder, Suite};
/// use wecom_sdk::login::{Installation, Redirect};
/// use wecom_sdk::service::auth::{GetPermanentCodeV2, GetPreAuthCode};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// # let suite = ClientBuilder::new(Suite::new("wwsuite", "secret")).base_url(server.base_url()).build()?;
/// # suite.put_ticket("ticket").await;
/// let code = suite.send(&GetPreAuthCode::new()).await?.pre_auth_code;
/// let url = Installation::new("wwsuite", code, "https://example.com/installed").state("4dVqJ7").url()?;
/// println!("send the admin to {url}");
///
/// // Later, a browser requests https://example.com/installed?auth_code=…&expires_in=600&state=…
/// let code = Redirect::from_query("auth_code=CODE&expires_in=600&state=4dVqJ7")?.code_for("4dVqJ7")?;
/// let company = suite.send(&GetPermanentCodeV2::new(code)).await?;
/// println!("keep {:?} safe", company.permanent_code);
/// # Ok(())
/// # }
/// ```
///
/// Customized apps are installed by a QR code instead, from
/// [`GetCustomizedAuthUrl`](crate::service::auth::GetCustomizedAuthUrl).
///
/// <https://developer.work.weixin.qq.com/document/path/90597>
#[derive(Clone, Debug)]
#[must_use = "`url` builds the URL"]
pub struct Installation {
    suite_id: String,
    pre_auth_code: Secret,
    redirect_uri: String,
    state: Option<String>,
}

impl Installation {
    /// Creates a URL from the pre-authorization code (预授权码) of this installation.
    pub fn new(
        suite_id: impl Into<String>,
        pre_auth_code: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self {
            suite_id: suite_id.into(),
            pre_auth_code: pre_auth_code.into(),
            redirect_uri: redirect_uri.into(),
            state: None,
        }
    }

    /// Sets the state, which the redirect returns with the code: 1 to 128 ASCII letters and digits. A random value per browser session prevents
    /// forged links ([`Redirect::code_for`](super::Redirect::code_for) compares it).
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Builds the URL.
    pub fn url(&self) -> Result<String, LoginError> {
        let url = Url::new("https://open.work.weixin.qq.com/3rdapp/install")
            .with("suite_id", filled("suite_id", &self.suite_id)?)
            .with("pre_auth_code", filled("pre_auth_code", self.pre_auth_code.expose())?)
            .with("redirect_uri", absolute(&self.redirect_uri)?)
            .with_some("state", plain(self.state.as_deref())?);
        Ok(url.0)
    }
}

/// The registration of a company with WeCom (注册企业微信), which installs a provider's apps, too: the URL behind a registration button (注册按钮), instead of a
/// promotion QR code (推广二维码).
///
/// ```
/// # use wecom_sdk::{Client, ClientBuilder, Provider};
/// use wecom_sdk::login::Registration;
/// use wecom_sdk::service::register::GetRegisterCode;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// # let provider = ClientBuilder::new(Provider::new("ww1", "secret")).base_url(server.base_url()).build()?;
/// let code = provider.send(&GetRegisterCode::new("promotion package").corp_name("Example Ltd")).await?.register_code;
/// println!("send the company's admin to {}", Registration::new(code).url()?);
/// # Ok(())
/// # }
/// ```
///
/// Nothing leads back to your site: the event `register_corp` reports the new company, and
/// [`GetRegisterInfo`](crate::service::register::GetRegisterInfo) returns it for the code.
///
/// <https://developer.work.weixin.qq.com/document/path/90578>
#[derive(Clone, Debug)]
#[must_use = "`url` builds the URL"]
pub struct Registration {
    register_code: String,
}

impl Registration {
    /// Creates a URL from a registration code (注册码). It can be used once, during its lifetime.
    pub fn new(register_code: impl Into<String>) -> Self {
        Self { register_code: register_code.into() }
    }

    /// Builds the URL.
    pub fn url(&self) -> Result<String, LoginError> {
        let url = Url::new("https://open.work.weixin.qq.com/3rdservice/wework/register")
            .with("register_code", filled("register_code", &self.register_code)?);
        Ok(url.0)
    }
}
