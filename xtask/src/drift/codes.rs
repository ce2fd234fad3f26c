//! Compares the error codes with the pages that list them.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::comparison::Comparison;
use super::documents::Sourced;
use super::finding::{Finding, PageLine, Spot};
use super::page::Documented;
use super::told::says;
use crate::pages::phrases::{self, Translated};
use crate::pages::{self, CodeRow, Page, ToldCode, mentions, plain};
use crate::spec::source::Path;
use crate::spec::{Codes, DriftRule, Endpoint, ErrorCode, File, Section};

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
        for (line, code) in self.untold(endpoint, documented) {
            if listed.insert(code.clone()) {
                let message =
                    format!("the page's text mentions the error code {code} for it, the spec doesn't");
                self.found.push(finding(&at, DriftRule::CodeNew, &code, message).seen_at(line));
            }
        }
        for code in endpoint.codes.keys() {
            if listed.contains(code) || self.is_told_of(endpoint, documented, code) {
                continue;
            }
            let message = format!("no page lists the error code {code} for it");
            let path = at.key("codes").key(code);
            let finding = finding(&path, DriftRule::CodeGone, code, message);
            self.found.push(finding.seen_at(documented[0].address()));
        }
        for documented in documented {
            let texts = texts(&documented.section.codes, &endpoint.codes);
            for Told { code, line, says, message } in exchanged(&texts) {
                let finding =
                    finding(&at.key("codes").key(&code), DriftRule::CodeText, &code, message).says(says);
                self.found.push(finding.seen_at(documented.line(line)));
            }
        }
    }

    /// Returns the codes that its own pages, or lines of others that link to them, mention for an endpoint, unless it or
    /// another endpoint of the same page has them.
    fn untold(&self, endpoint: &Endpoint, documented: &[Documented<'_>]) -> Vec<(PageLine, String)> {
        let files = || self.spec.files.iter();
        let own = |told: &ToldCode, page: &Page| {
            let about = |of: &Documented<'_>| {
                of.read.page.id == page.id && of.read.contents.is_about(of.section, told.line)
            };
            documented.iter().any(about) || endpoint.head.doc.id.is_some_and(|id| told.links.contains(&id))
        };
        let mut found = Vec::new();
        for (index, read) in self.pages.iter().enumerate() {
            for told in read.contents.told.iter().filter(|told| told.called && own(told, &read.page)) {
                let code = told.code.to_string();
                let documents = |other: &Endpoint| {
                    let mut ids = other.head.doc.ids();
                    ids.any(|id| id == read.page.id || told.links.contains(&id))
                };
                let known = files().any(|file| {
                    let mut endpoints = file.endpoints.values().filter(|other| documents(other));
                    endpoints.any(|other| other.codes.contains_key(&code) || speaks_of(file, other, &code))
                });
                if !known {
                    found.push((PageLine { page: index, line: told.line }, code));
                }
            }
        }
        found
    }

    /// Returns whether a page of an endpoint has a code anywhere in its text, or another page where it links to it.
    fn is_told_of(&self, endpoint: &Endpoint, documented: &[Documented<'_>], code: &str) -> bool {
        let Ok(code) = code.parse::<i64>() else { return false };
        let told = |told: &&ToldCode| told.code == code;
        let linked = |told: &ToldCode| endpoint.head.doc.ids().any(|id| told.links.contains(&id));
        documented.iter().any(|of| of.read.contents.told.iter().any(|of| of.code == code))
            || self.pages.iter().any(|read| read.contents.told.iter().filter(told).any(linked))
    }

    pub(super) fn codes(&mut self, codes: &Codes) {
        let Codes { source: file, root, title, doc, .. } = codes;
        let of = Sourced { file: *file, root, path: Path::default(), name: "codes", title, doc };
        let Some(page) = self.document(&of) else { return };
        let text = &self.pages[page].page.text;
        let rows = pages::codes(text);
        let listed = first_lines(rows.iter());
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
        self.code_limits(codes, page, &rows);
        let texts = texts(&rows, &codes.codes);
        let details = pages::details(text);
        for Told { code, line, says, message } in
            exchanged(&texts).into_iter().chain(numbers(&texts, &details))
        {
            self.found.push(finding(DriftRule::CodeText, &code, message, &at.key(&code), line).says(says));
        }
    }
}

/// The text of an error code.
struct Text<'t> {
    code: String,
    /// The line of its row.
    line: usize,
    /// The text of the row.
    said: &'t str,
    english: String,
}

/// A difference between the text of a code and the page: what the page says, and a sentence about it.
struct Told {
    code: String,
    line: usize,
    says: String,
    message: String,
}

/// Returns the texts of the codes that a page lists and the spec has, in the page's order.
fn texts<'r>(rows: &'r [CodeRow], codes: &IndexMap<String, ErrorCode>) -> Vec<Text<'r>> {
    let mut texts: Vec<Text<'_>> = Vec::new();
    for row in rows {
        let code = row.code.to_string();
        let Some(of) = codes.get(&code).filter(|_| texts.iter().all(|text| text.code != code)) else {
            continue;
        };
        let english = format!("{} {}", of.doc, of.help.as_deref().unwrap_or_default());
        texts.push(Text { code, line: row.line, said: &row.words, english });
    }
    texts
}

/// Returns the codes whose text fits the row of another one better.
fn exchanged(texts: &[Text<'_>]) -> Vec<Told> {
    let translated = texts.iter().map(|text| Translated { said: text.said, english: &text.english });
    let pairs = phrases::exchanged(&translated.collect::<Vec<_>>());
    let told = pairs.into_iter().map(|(one, other)| {
        let [one, other] = [&texts[one], &texts[other]];
        let message = format!("the texts of the error codes {} and {} look exchanged", one.code, other.code);
        let says = format!("{}; {}: {}", plain(one.said), other.code, plain(other.said));
        Told { code: one.code.clone(), line: one.line, says, message }
    });
    told.collect()
}

/// Returns the codes whose text has a number that neither the row nor its details have, or that lacks one of the row's.
fn numbers(texts: &[Text<'_>], details: &BTreeMap<i64, String>) -> Vec<Told> {
    let mut told = Vec::new();
    for Text { code, line, said, english } in texts {
        let said = plain(said);
        let more = code.parse().ok().and_then(|code| details.get(&code)).map_or("", String::as_str);
        let said = said.replace(',', "");
        let all = format!("{said}\n{more}");
        let digits = phrases::in_digits(&all);
        let mut report = |says: String, message: String| {
            told.push(Told { code: code.clone(), line: *line, says, message });
        };
        for number in phrases::numbers_of(english) {
            if !says(&digits, &number) {
                report(
                    format!("no {number}"),
                    format!("the text of {code} mentions `{number}`, its row doesn't"),
                );
            }
        }
        for number in phrases::counted_numbers(&said) {
            if !says(&phrases::in_digits(&english.replace(',', "")), &number) {
                report(number.clone(), format!("the row of {code} mentions `{number}`, its text doesn't"));
            }
        }
    }
    told
}

/// Returns whether the descriptions of an endpoint, or of a field in its file, have a code.
fn speaks_of(file: &File, endpoint: &Endpoint, code: &str) -> bool {
    let head = [Some(endpoint.head.summary.as_str()), endpoint.head.notes.as_deref()];
    let fields = file.field_lists().flat_map(|(_, fields)| fields.values().map(|field| field.doc.as_str()));
    head.into_iter().flatten().chain(fields).any(|text| mentions(text, code))
}

/// Returns the codes that a page lists, each with the line of its first occurrence.
fn first_lines<'r>(rows: impl Iterator<Item = &'r CodeRow>) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for row in rows {
        lines.entry(row.code.to_string()).or_insert(row.line);
    }
    lines
}
