//! The error codes, held against the page with their table.

use std::collections::BTreeMap;

use super::comparison::Comparison;
use super::documents::Sourced;
use super::finding::{Finding, PageLine, Spot};
use super::page::ReadPage;
use crate::spec::source::Path;
use crate::spec::{Codes, DriftRule};

impl Comparison<'_> {
    pub(super) fn codes(&mut self, codes: &Codes) {
        let Codes { source: file, root, doc, .. } = codes;
        let of = Sourced { file: *file, root, path: Path::default(), name: "codes", doc };
        let Some(page) = self.document(&of) else { return };
        let listed = listed(&self.pages[page]);
        let at = Path::of(["codes"]);
        let finding = |rule, code: &str, message, path: &Path, line| {
            let spot = Spot::of(*file, root.find_key(path));
            Finding::new(spot, rule, format!("codes.{code}"), message).seen_at(PageLine { page, line })
        };
        for (code, line) in &listed {
            if !codes.codes.contains_key(code) {
                let message = format!("the page lists the error code {code}, the spec doesn't");
                self.found.push(finding(DriftRule::CodeNew, code, message, &at, *line));
            }
        }
        for code in codes.codes.keys().filter(|code| !listed.contains_key(*code)) {
            let message = format!("the page no longer lists the error code {code}");
            self.found.push(finding(DriftRule::CodeGone, code, message, &at.key(code), 1));
        }
    }
}

/// The codes in the first column of a page's tables, and the line that each first stands in.
pub(super) fn listed(read: &ReadPage) -> BTreeMap<String, usize> {
    let mut listed = BTreeMap::new();
    for (line, number) in read.page.text.lines().zip(1..) {
        let Some(rest) = line.trim_start().strip_prefix('|') else { continue };
        let cell = rest.split('|').next().unwrap_or_default().trim();
        if let Ok(code) = cell.parse::<i64>() {
            listed.entry(code.to_string()).or_insert(number);
        }
    }
    listed
}
