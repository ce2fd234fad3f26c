//! The error codes, held against the page with their table.

use std::collections::BTreeMap;

use super::{Comparison, Finding, Place, Read};
use crate::spec::source::Path;
use crate::spec::{Codes, Drift};

impl Comparison<'_> {
    pub(super) fn codes(&mut self, codes: &Codes) {
        let Some(index) = self.document(codes.source, &codes.root, &Path::default(), "codes", &codes.doc)
        else {
            return;
        };
        let listed = listed(&self.pages[index]);
        let at = Path::of(["codes"]);
        let finding = |rule, code: &str, message, node: &Path, line| Finding {
            rule: Some(rule),
            at: format!("codes.{code}"),
            page: None,
            message,
            file: codes.source,
            span: codes.root.find_key(node).span.clone(),
            place: Some(Place { page: index, line }),
        };
        for (code, line) in &listed {
            if !codes.codes.contains_key(code) {
                let message = format!("the page lists the error code {code}, the spec doesn't");
                self.found.push(finding(Drift::CodeNew, code, message, &at, *line));
            }
        }
        for code in codes.codes.keys().filter(|code| !listed.contains_key(*code)) {
            let message = format!("the page no longer lists the error code {code}");
            self.found.push(finding(Drift::CodeGone, code, message, &at.key(code), 1));
        }
    }
}

/// The codes in the first column of a page's tables, and the line that each first stands in.
fn listed(read: &Read) -> BTreeMap<String, usize> {
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
