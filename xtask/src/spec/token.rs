//! The tokens of endpoints, and the endpoints that grant them.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::keywords::keywords;

keywords! {
    /// A kind of token.
    Token {
        /// No token: the endpoint issues one, or authenticates the caller in another way.
        None = "none",
        /// An app's token for one company.
        AccessToken = "access_token",
        /// A third-party app's own token.
        SuiteAccessToken = "suite_access_token",
        /// A service provider's token.
        ProviderAccessToken = "provider_access_token",
        /// A device's token.
        DeviceAccessToken = "device_access_token",
        /// A model's token.
        ModelAccessToken = "model_access_token",
        /// The key of a group's webhook.
        WebhookKey = "webhook_key",
        /// The code for replying to one message.
        ResponseCode = "response_code",
    }
}

impl Token {
    /// Returns the query parameter that carries it.
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::WebhookKey => Some("key"),
            other => Some(other.keyword()),
        }
    }
}

/// The place of a token in a response.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Grants {
    /// The kind of token.
    #[schemars(extend("not" = { "const": "none" }))]
    pub kind: Token,
    /// The response field with the token.
    pub token: String,
    /// The response field with its lifetime in seconds.
    pub expires: String,
    /// The request fields that the mock compares with the credentials it knows.
    pub credentials: Credentials,
}

/// The request fields that carry credentials.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Credentials {
    /// The caller's ID.
    pub id: String,
    /// The caller's secret.
    pub secret: String,
}
