//! Checks whether the changelog announces breaking changes.
//!
//! An entry is an item of a list in the section `## Unreleased`. It announces a breaking change if it contains
//! `**Breaking**` and, in backticks, the Rust path or the spec's name of the thing that changed, or of the endpoint or
//! type it belongs to, before or after the change: `media::GetMedia`, `media::GetMedia::media_id`, `media.get_media`.

use super::Change;

/// The word that marks an entry.
pub(super) const MARK: &str = "**Breaking**";

/// The section about the next release.
const SECTION: &str = "## Unreleased";

/// The entries of a changelog that announce breaking changes.
#[derive(Debug, Default)]
pub struct Entries {
    /// The names in backticks, by entry.
    entries: Vec<Vec<String>>,
}

impl Entries {
    /// Reads the section about the next release.
    pub fn of(changelog: &str) -> Self {
        let section = changelog.lines().skip_while(|line| line.trim_end() != SECTION).skip(1);
        let section = section.take_while(|line| !line.starts_with("## ") && !line.starts_with("# "));
        Self::of_items(&section.collect::<Vec<&str>>().join("\n"))
    }

    /// Reads a list, in which an item may take several lines.
    pub(super) fn of_items(list: &str) -> Self {
        let mut items: Vec<String> = Vec::new();
        for line in list.lines().map(str::trim) {
            match items.last_mut() {
                Some(item) if !line.starts_with("- ") && !line.starts_with("* ") => {
                    item.push_str(&format!(" {line}"));
                }
                _ => items.push(line.to_owned()),
            }
        }
        let marked = items.iter().filter(|item| item.contains(MARK));
        Self { entries: marked.map(|item| names(item)).collect() }
    }

    /// Returns whether an entry announces a change.
    pub fn tell(&self, change: &Change) -> bool {
        let names: Vec<String> = change.names.iter().map(|name| plain(name)).collect();
        self.entries.iter().flatten().any(|name| names.contains(name))
    }
}

/// Returns the names in backticks, without the crate, a call's parentheses, and `r#`.
fn names(item: &str) -> Vec<String> {
    item.split('`').skip(1).step_by(2).map(|name| plain(name.trim())).collect()
}

fn plain(name: &str) -> String {
    let name = name.strip_prefix("wecom_models::").or(name.strip_prefix("wecom_requests::")).unwrap_or(name);
    name.trim_end_matches("()").trim_end_matches("::new").replace("r#", "")
}
