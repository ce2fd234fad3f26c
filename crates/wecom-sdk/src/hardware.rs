//! The credentials of a hardware vendor's cloud: its device models, and their devices.

use futures_core::future::BoxFuture;
use wecom_models::Secret;
use wecom_models::openhw::device::{GetDeviceToken, GetModelToken};
use wecom_requests::token::{DeviceAccessToken, ModelAccessToken, NoToken};
use wecom_requests::{Endpoint as _, TokenKind};

use crate::caller::Caller;
use crate::credential::{Identity, granted, key, sealed::Sealed};
use crate::session::Session;
use crate::ticket::Ticket;
use crate::tokens::StoredToken;
use crate::{Client, Credential, Error, Provides};

/// A model of hardware (设备型号) and its secret. WeCom also requires the ticket that it pushes to the model's callback every 10
/// minutes: pass it to [`Client::put_ticket`]. Needs the feature `openhw`.
///
/// ```
/// # use wecom_sdk::{ClientBuilder, Device, DeviceModel, openhw::device::{GetDeviceSecret, RegisterSn}};
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// let model = ClientBuilder::new(DeviceModel::new("model id", "model secret"))
///     .base_url(server.base_url())
///     .build()?;
///
/// // Wherever the callback arrives:
/// model.put_ticket("the ticket WeCom pushed").await;
/// model.send(&RegisterSn::new("GATE0017A")).await?;
///
/// // When a company binds a device, the callback `bind` contains a code:
/// let secret = model.send(&GetDeviceSecret::new("the code")).await?.device_secret;
/// let device = model.with_credential(Device::new(&model, "GATE0017A", secret));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeviceModel {
    /// The model's ID.
    pub model_id: String,
    /// The model's secret.
    pub secret: Secret,
    ticket: Ticket,
}

impl DeviceModel {
    /// Creates a credential from a model's ID and secret.
    pub fn new(model_id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { model_id: model_id.into(), secret: secret.into(), ticket: Ticket::default() }
    }
}

impl Sealed for DeviceModel {}
impl Provides<ModelAccessToken> for DeviceModel {}
impl Provides<NoToken> for DeviceModel {}

impl Credential for DeviceModel {
    fn token_kind(&self) -> TokenKind {
        TokenKind::ModelAccessToken
    }

    fn key(&self) -> String {
        key("model", &[&self.model_id, self.secret.expose()])
    }

    /// It belongs to no company.
    fn company(&self) -> Option<String> {
        None
    }

    fn is_provider(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>> {
        Box::pin(async {
            let ticket = self.ticket.latest(self, caller).await?;
            let request = GetModelToken::new(self.model_id.as_str(), self.secret.clone(), ticket);
            let answer = Session::without_token(caller, &Identity::of(self)).grant(&request).await?;
            granted(GetModelToken::META, "model_access_token", answer.model_access_token, answer.expires_in)
        })
    }
}

impl Client<DeviceModel> {
    /// Accepts the ticket that WeCom pushed (`model_ticket`). It is kept for 30 minutes, in the client and in the token store, so
    /// that other processes have it, too. Needs the feature `openhw`.
    pub async fn put_ticket(&self, ticket: impl Into<Secret>) {
        self.credential().ticket.put(self, ticket.into()).await;
    }
}

/// A device that a company has bound. Needs the feature `openhw`.
#[derive(Clone, Debug)]
pub struct Device {
    model: Client<DeviceModel>,
    serial_number: String,
    secret: Secret,
}

impl Device {
    /// Creates a credential from a device's serial number and its secret, which [`GetDeviceSecret`] returns once. Tokens are fetched
    /// through the model's client.
    ///
    /// [`GetDeviceSecret`]: crate::openhw::device::GetDeviceSecret
    pub fn new(
        model: &Client<DeviceModel>,
        serial_number: impl Into<String>,
        secret: impl Into<Secret>,
    ) -> Self {
        Self { model: model.clone(), serial_number: serial_number.into(), secret: secret.into() }
    }
}

impl Sealed for Device {}
impl Provides<DeviceAccessToken> for Device {}
impl Provides<NoToken> for Device {}

impl Credential for Device {
    fn token_kind(&self) -> TokenKind {
        TokenKind::DeviceAccessToken
    }

    fn key(&self) -> String {
        key("device", &[&self.model.credential().model_id, &self.serial_number, self.secret.expose()])
    }

    /// The company that bound the device isn't known; its calls count by device.
    fn company(&self) -> Option<String> {
        Some(self.key())
    }

    fn is_provider(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, _: &'a Caller) -> BoxFuture<'a, Result<StoredToken, Error>> {
        Box::pin(async {
            let request = GetDeviceToken::new(self.serial_number.as_str(), self.secret.clone());
            let answer = self.model.session().grant(&request).await?;
            granted(
                GetDeviceToken::META,
                "device_access_token",
                answer.device_access_token,
                answer.expires_in,
            )
        })
    }
}
