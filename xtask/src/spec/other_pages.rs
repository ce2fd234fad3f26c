//! `pages.yaml`, the pages beside those of the spec that describe no operation themselves: overviews, instructions,
//! appendices. It is no chapter, and nothing is generated from it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::source::Node;

/// The file's name without `.yaml`.
pub const PAGES: &str = "pages";

/// The pages that were read, and that no operation names.
#[derive(Debug)]
pub struct OtherPages {
    /// The source it was read from.
    pub source: usize,
    /// The positions of everything in it.
    pub root: Node,
    /// By document ID.
    pub pages: IndexMap<u32, OtherPage>,
}

/// The file's content.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// By document ID.
    pub(super) pages: IndexMap<u32, OtherPage>,
}

/// A page that was read, and that no operation names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherPage {
    /// The date of the page's last change, as it states.
    pub updated: Option<String>,
    /// The subject of the page.
    pub about: String,
    /// The chapters that have its facts; none if it has no facts for the spec.
    #[serde(default, rename = "in")]
    pub chapters: Vec<String>,
}
