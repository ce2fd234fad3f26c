//! Compares the error codes with the page that has their table.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::Comparison;
use super::documents::Sourced;
use super::finding::{Finding, PageLine, Spot};
use super::page::Documented;
use crate::pages::{self, CodeRow};
use crate::spec::source::Path;
use crate::spec::{Codes, DriftRule, Endpoint, File, Section};

impl Comparison<'_> {
    /// Compares an endpoint's error codes with those on its pages. All of its pages together list those of the spec.
    pub(super) fn own_codes(
        &mut self,
        file: &File,
        name: &str,
        endpoint: &Endpoint,
        documented: &[Documented<'_>],
    ) {
        let at = Section::Endpoints.entry(name);
        let finding = |path: &Path, rule, code: &str, message| {
            Finding::new(Spot::key(file, path), rule, format!("{name}.codes.{code}"), message)
        };
        let mut listed = BTreeSet::new();
        for documented in documented {
            for (code, line) in first_lines(documented.section.codes.iter().filter(|row| row.code != 0)) {
                if !endpoint.codes.contains_key(&code) {
                    let message = format!("the page lists the error code {code} for it, the spec doesn't");
                    let finding = finding(&at, DriftRule::CodeNew, &code, message);
                    self.found.push(finding.seen_at(documented.line(line)));
                }
                listed.insert(code);
            }
        }
        for code in endpoint.codes.keys().filter(|code| !listed.contains(*code)) {
            let message = format!("no page lists the error code {code} for it");
            let path = at.key("codes").key(code);
            let finding = finding(&path, DriftRule::CodeGone, code, message);
            self.found.push(finding.seen_at(documented[0].address()));
        }
    }

    pub(super) fn codes(&mut self, codes: &Codes) {
        let Codes { source: file, root, doc, .. } = codes;
        let of = Sourced { file: *file, root, path: Path::default(), name: "codes", doc };
        let Some(page) = self.document(&of) else { return };
        let listed = first_lines(pages::codes(&self.pages[page].page.text).iter());
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

/// Returns the codes that a page lists, each with the line of its first occurrence.
fn first_lines<'r>(rows: impl Iterator<Item = &'r CodeRow>) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for row in rows {
        lines.entry(row.code.to_string()).or_insert(row.line);
    }
    lines
}
