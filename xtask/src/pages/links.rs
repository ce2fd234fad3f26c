//! The links from one place of a page to another: a row may refer to the table with the rest.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex_lite::Regex;

use super::label::Label;
use super::markup::{plain, regex};

/// The links of a page to its own headings and labels.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// By title: the lines with a link to it, from 1.
    lines: HashMap<String, Vec<usize>>,
    /// By title: whether such a line is a row of a table.
    in_rows: HashMap<String, bool>,
    /// The lines with headings, each with its text.
    headings: Vec<(usize, String)>,
}

impl Links {
    /// Finds the links of a page.
    pub(super) fn of(text: &str) -> Self {
        let mut links = Self::default();
        for (text, line) in text.lines().zip(1..) {
            for title in targets(text) {
                *links.in_rows.entry(title.clone()).or_default() |= text.trim_start().starts_with('|');
                links.lines.entry(title).or_default().push(line);
            }
            if text.starts_with('#')
                && let Some(title) = Label::of(text.trim_end()).and_then(|label| label.title)
            {
                links.headings.push((line, title));
            }
        }
        links
    }

    /// Returns whether a row of a table leads to this title.
    pub(super) fn come_from_a_row(&self, title: &str) -> bool {
        self.in_rows.get(title).copied().unwrap_or_default()
    }

    /// Returns the lines that lead to the heading above a line.
    pub(super) fn to_heading_above(&self, line: usize) -> &[usize] {
        let after = self.headings.partition_point(|(heading, _)| *heading < line);
        let heading = after.checked_sub(1).map(|index| self.headings[index].1.as_str());
        heading.and_then(|title| self.lines.get(title)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Returns the titles to which links of a text may lead on the same page: what they say, and their anchors. A number is
/// that of another page.
pub(super) fn targets(text: &str) -> Vec<String> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\[([^\[\]]+)\]\(#([^()0-9][^()]*)\)"));
    if !text.contains("](#") {
        return Vec::new();
    }
    let titles = LINK.captures_iter(text).flat_map(|link| [plain(&link[1]), link[2].trim().to_owned()]);
    let mut titles: Vec<String> = titles.filter(|title| !title.is_empty()).collect();
    titles.dedup();
    titles
}

/// Returns the titles on other pages to which links of a text lead, each with its document: what they say, and their
/// anchors.
pub(super) fn elsewhere(text: &str) -> Vec<(u32, String)> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\[([^\[\]]+)\]\(#([0-9]+)\s*/\s*([^()]*)\)"));
    if !text.contains("](#") {
        return Vec::new();
    }
    let links = LINK.captures_iter(text).filter_map(|link| {
        let id = link[2].parse::<u32>().ok()?;
        Some([(id, plain(&link[1])), (id, link[3].trim().to_owned())])
    });
    links.flatten().filter(|(_, title)| !title.is_empty()).collect()
}

/// Returns the documents to which links of a text lead as a whole.
pub(super) fn whole(text: &str) -> Vec<u32> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\]\(#([0-9]+)\s*\)"));
    if !text.contains("](#") {
        return Vec::new();
    }
    LINK.captures_iter(text).filter_map(|link| link[1].parse().ok()).collect()
}

/// Returns the documents to which links of a text lead.
pub(crate) fn linked(text: &str) -> BTreeSet<u32> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\]\(#([0-9]+)"));
    LINK.captures_iter(text).filter_map(|link| link[1].parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_what_they_say_and_to_their_anchors() {
        assert_eq!(targets("见[常见错误](#错误列表)和[杯子](#杯子)"), ["常见错误", "错误列表", "杯子"]);
        assert_eq!(targets("见[茶](#20001)、[茶](#20001/杯子)、[茶](https://example.com)"), [""; 0]);
    }

    #[test]
    fn links_to_other_pages_have_their_documents() {
        let known = elsewhere("int([杯型](#20001/Cup))，见[茶](#20002)、[壶](#壶)");
        assert_eq!(known, [(20001, "杯型".to_owned()), (20001, "Cup".to_owned())]);
        assert_eq!(whole("int([杯型](#20001/Cup))，见[茶](#20002)、[壶](#壶)"), [20002]);
    }

    #[test]
    fn only_rows_lead_to_tables_and_all_lines_to_headings() {
        let links =
            Links::of("|cup|是|见[杯子](#杯子)|\n\n附[错误](#错误列表)\n\n## 错误列表\n|1|\n## 杯子\n|1|");
        assert!(links.come_from_a_row("杯子"));
        assert!(!links.come_from_a_row("错误列表"));
        assert_eq!((links.to_heading_above(6), links.to_heading_above(8)), (&[3][..], &[1][..]));
        assert!(links.to_heading_above(5).is_empty());
    }
}
