//! The pages that a spec comes from.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::spec::pattern;

/// A documentation page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("if" = unseen(), "then" = without(&["id", "updated"]), "else" = { "required": ["id"] }))]
pub struct Doc {
    /// The document's id: it stays when the page moves. Of a page that wasn't seen, nobody knows it.
    #[schemars(range(min = 1))]
    pub id: Option<u32>,
    /// The number in the page's address.
    #[schemars(range(min = 1))]
    pub page: u32,
    /// When the page was last changed, as it says: `2024-07-16`. Some pages don't say.
    #[schemars(extend("pattern" = pattern::DATE))]
    pub updated: Option<String>,
    /// `false` where nobody read the page: what stands here is known from elsewhere.
    #[serde(default = "seen")]
    pub seen: bool,
    /// Other documents with the same endpoint, for other sorts of applications.
    #[serde(default)]
    pub also: Vec<Also>,
}

/// Another document with the same endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend(
    "if" = unseen(),
    "then" = { "required": ["page"], "allOf": [without(&["id", "updated"])] },
    "else" = { "required": ["id"], "allOf": [without(&["page"])] },
))]
pub struct Also {
    /// The document's id.
    #[schemars(range(min = 1))]
    pub id: Option<u32>,
    /// The number in the page's address, if nobody read it.
    #[schemars(range(min = 1))]
    pub page: Option<u32>,
    /// When its page was last changed.
    #[schemars(extend("pattern" = pattern::DATE))]
    pub updated: Option<String>,
    /// `false` where nobody read the page.
    #[serde(default = "seen")]
    pub seen: bool,
}

/// Pages are seen unless it is said that they aren't.
fn seen() -> bool {
    true
}

/// What a schema says of a page that nobody read.
fn unseen() -> Value {
    json!({ "required": ["seen"], "properties": { "seen": { "const": false } } })
}

/// What a schema says of a node that lacks keys.
fn without(keys: &[&str]) -> Value {
    let has = |key: &&str| json!({ "required": [key] });
    json!({ "not": { "anyOf": keys.iter().map(has).collect::<Vec<Value>>() } })
}

impl Doc {
    /// The ids of the documents that were read, the main one first.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        self.id.into_iter().chain(self.also.iter().filter_map(|also| also.id))
    }

    /// The numbers of the pages that nobody read, each with where it stands: the main one, or which of the others.
    pub fn unseen(&self) -> impl Iterator<Item = (u32, Option<usize>)> {
        let own = (!self.seen).then_some((self.page, None));
        let others = self.also.iter().enumerate().filter(|(_, also)| !also.seen);
        own.into_iter().chain(others.filter_map(|(index, also)| Some((also.page?, Some(index)))))
    }
}
