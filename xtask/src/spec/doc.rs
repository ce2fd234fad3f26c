//! The pages that a spec comes from.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::spec::pattern;

/// A documentation page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("if" = unseen(), "then" = without(&["id", "updated", "title"]), "else" = { "required": ["id"] }))]
pub struct Doc {
    /// The document's ID, which stays the same when the page moves. It is unknown for a page that nobody has read.
    #[schemars(range(min = 1))]
    pub id: Option<u32>,
    /// The number in the page's URL.
    #[schemars(range(min = 1))]
    pub page: u32,
    /// The date of the page's last change, as it states: `2024-07-16`. Some pages state none.
    #[schemars(extend("pattern" = pattern::DATE))]
    pub updated: Option<String>,
    /// The page's title, if it isn't the operation's own: that of a page with several operations, for example.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub title: Option<String>,
    /// `false` if nobody has read the page: the facts here come from elsewhere.
    #[serde(default = "seen")]
    pub seen: bool,
    /// Other documents with the same endpoint, for other types of apps.
    #[serde(default)]
    pub also: Vec<Also>,
}

/// Another document with the same endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend(
    "if" = unseen(),
    "then" = { "required": ["page"], "allOf": [without(&["id", "updated", "title"])] },
    "else" = { "required": ["id"], "allOf": [without(&["page"])] },
))]
pub struct Also {
    /// The document's ID.
    #[schemars(range(min = 1))]
    pub id: Option<u32>,
    /// The number in the page's URL, if nobody has read it.
    #[schemars(range(min = 1))]
    pub page: Option<u32>,
    /// The date of its page's last change.
    #[schemars(extend("pattern" = pattern::DATE))]
    pub updated: Option<String>,
    /// The title of its page, if it isn't the operation's own.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub title: Option<String>,
    /// `false` if nobody has read the page.
    #[serde(default = "seen")]
    pub seen: bool,
}

/// The default of `seen`.
fn seen() -> bool {
    true
}

/// The schema of a page that nobody has read.
fn unseen() -> Value {
    json!({ "required": ["seen"], "properties": { "seen": { "const": false } } })
}

/// The schema of a node that lacks keys.
fn without(keys: &[&str]) -> Value {
    let has = |key: &&str| json!({ "required": [key] });
    json!({ "not": { "anyOf": keys.iter().map(has).collect::<Vec<Value>>() } })
}

impl Doc {
    /// Returns the IDs of the documents that were read, the main one first.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        self.id.into_iter().chain(self.also.iter().filter_map(|also| also.id))
    }

    /// Returns the titles of the pages that aren't the operation's own.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        let others = self.also.iter().map(|also| &also.title);
        std::iter::once(&self.title).chain(others).filter_map(Option::as_deref)
    }

    /// Returns the numbers of the pages that nobody has read, each with its place: the main one, or the index among the others.
    pub fn unseen(&self) -> impl Iterator<Item = (u32, Option<usize>)> {
        let own = (!self.seen).then_some((self.page, None));
        let others = self.also.iter().enumerate().filter(|(_, also)| !also.seen);
        own.into_iter().chain(others.filter_map(|(index, also)| Some((also.page?, Some(index)))))
    }
}
