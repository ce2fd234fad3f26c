//! Endpoints that grant tokens.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::Token;

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
