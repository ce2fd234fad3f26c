//! The two sides of an endpoint.

use serde::Serialize;

/// Which way a body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// To WeCom.
    Request,
    /// From WeCom.
    Response,
}
