//! Signatures of requests.

use schemars::JsonSchema;
use serde::Deserialize;

/// The fields that prove that the sender of a request has a key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Sign {
    /// Text that is never used twice.
    pub nonce: String,
    /// The time of the request, if the key of a cashier signs.
    pub ts: Option<String>,
    /// The signature over all other fields.
    pub sig: String,
    /// The sender of the request, if the API key of a merchant signs.
    pub merchant: Option<String>,
    /// A signature with the secret of an app, which the merchant's covers.
    pub app: Option<AppSign>,
}

/// A signature with the secret of an app.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct AppSign {
    /// The signature.
    pub sig: String,
    /// The fields that it covers.
    #[schemars(length(min = 1))]
    pub over: Vec<String>,
}

impl Sign {
    /// The fields that signing fills in.
    pub fn fields(&self) -> impl Iterator<Item = &String> {
        let app = self.app.as_ref().map(|app| &app.sig);
        let others = [self.ts.as_ref(), self.merchant.as_ref(), app];
        std::iter::once(&self.nonce).chain(others.into_iter().flatten()).chain([&self.sig])
    }
}
