//! The pages that a spec comes from.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::pattern;

/// A documentation page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Doc {
    /// The document's id: it stays when the page moves.
    #[schemars(range(min = 1))]
    pub id: u32,
    /// The number in the page's address.
    #[schemars(range(min = 1))]
    pub page: u32,
    /// When the page was last changed, as it says: `2024-07-16`. Some pages don't say.
    #[schemars(extend("pattern" = pattern::DATE))]
    pub updated: Option<String>,
    /// Other documents with the same endpoint, for other sorts of applications.
    #[serde(default)]
    pub also: Vec<Also>,
}

/// Another document with the same endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Also {
    /// The document's id.
    #[schemars(range(min = 1))]
    pub id: u32,
    /// When its page was last changed.
    #[schemars(extend("pattern" = pattern::DATE))]
    pub updated: Option<String>,
}

impl Doc {
    /// The documents' ids, the main one first.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.id).chain(self.also.iter().map(|also| also.id))
    }
}
