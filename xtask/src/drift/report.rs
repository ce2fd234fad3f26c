//! What was found, as text for people and as JSON for machines.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

use super::finding::{Finding, Found, Unspecified};
use super::place::{PageLine, Spot};
use crate::spec::diagnostic::clamp;
use crate::spec::source::{Source, position};

/// All that the spec and the pages don't agree on.
#[derive(Debug)]
pub struct Differences {
    sources: Vec<Source>,
    /// The file and the text of each page.
    pages: Vec<(PathBuf, String)>,
    findings: Vec<Finding>,
    unspecified: Vec<Unspecified>,
    unseen: Vec<(usize, String)>,
}

/// A place in a file.
#[derive(Serialize)]
struct PlaceJson<'a> {
    file: Cow<'a, str>,
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'static str,
    at: &'a str,
    page_says: Option<&'a str>,
    message: &'a str,
    spec: PlaceJson<'a>,
    page: Option<PlaceJson<'a>>,
}

#[derive(Serialize)]
struct UnspecifiedJson<'a> {
    path: &'a str,
    /// Whether the spec has an endpoint of this path, from another page.
    known: bool,
    page: PlaceJson<'a>,
}

#[derive(Serialize)]
struct ReportJson<'a> {
    findings: Vec<FindingJson<'a>>,
    unspecified: Vec<UnspecifiedJson<'a>>,
    unseen: Vec<UnseenJson<'a>>,
}

/// A type that no page describes in a way that is recognised.
#[derive(Serialize)]
struct UnseenJson<'a> {
    file: &'a str,
    #[serde(rename = "type")]
    name: &'a str,
}

impl Differences {
    pub(super) fn new(sources: Vec<Source>, pages: Vec<(PathBuf, String)>, found: Found) -> Self {
        let Found { mut findings, unspecified, unseen } = found;
        let key = |found: &Finding| (found.spot.file, found.spot.span.start, found.name(), found.at.clone());
        findings.sort_by_cached_key(key);
        Self { sources, pages, findings, unspecified, unseen }
    }

    /// What differs, but for endpoints that the spec lacks.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The whole report, for people; with each endpoint that the spec lacks, if they are asked for.
    pub fn text(&self, color: bool, unspecified: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for finding in &self.findings {
            text.push_str(&self.finding(finding, &renderer));
            text.push_str("\n\n");
        }
        for Unspecified { path, known, line: PageLine { page, line } } in
            self.unspecified.iter().filter(|_| unspecified)
        {
            let what = if *known { "not named in the spec" } else { "not in the spec" };
            text.push_str(&format!("{what}: {path} ({}:{line})\n", self.pages[*page].0.display()));
        }
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &self.findings {
            *rules.entry(finding.name()).or_default() += 1;
        }
        let rules: Vec<String> = rules.into_iter().map(|(rule, count)| format!("{count} {rule}")).collect();
        let found = match rules.as_slice() {
            [] => "the spec and its pages agree".to_owned(),
            [rule] if self.findings.len() == 1 => format!("1 difference: {}", rule.trim_start_matches("1 ")),
            rules => format!("{} differences: {}", self.findings.len(), rules.join(", ")),
        };
        let others = self.unspecified.iter().filter(|other| other.known).count();
        let missing = self.unspecified.len() - others;
        text.push_str(&format!(
            "{found}\n{missing} documented endpoints are not in the spec, and {others} pages of endpoints that are\n"
        ));
        if !self.unseen.is_empty() {
            text.push_str(&format!(
                "{} types of the spec are described nowhere that is recognised: what is gone of them isn't seen (`--json` \
                 names them)\n",
                self.unseen.len()
            ));
        }
        text
    }

    fn finding(&self, finding: &Finding, renderer: &Renderer) -> String {
        let Finding { rule, at, page, message, spot: Spot { file, span }, line } = finding;
        let source = &self.sources[*file];
        let snippet = Snippet::source(source.text.as_str())
            .path(source.path.as_str())
            .annotation(AnnotationKind::Primary.span(clamp(&source.text, span)));
        let mut group = Level::ERROR.primary_title(message.as_str()).id(finding.name()).element(snippet);
        let shown = line.map(|PageLine { page, line }| {
            let (file, text) = &self.pages[page];
            (file.display().to_string(), text, line)
        });
        if let Some((file, text, line)) = &shown {
            let line = line_span(text, *line);
            group = group.element(
                Snippet::source(text.as_str())
                    .path(file.as_str())
                    .annotation(AnnotationKind::Primary.span(clamp(text, &line))),
            );
        }
        // A JSON string is one of YAML, too.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let page = page.as_ref().map(|page| format!(", page: {}", quoted(page))).unwrap_or_default();
        let accept = rule.map(|rule| {
            let (rule, at) = (rule.keyword(), quoted(at));
            format!("or accept it, in `deviations`: `- {{ rule: {rule}, at: {at}{page}, reason: … }}`")
        });
        if let Some(accept) = &accept {
            group = group.element(Level::HELP.message(accept.as_str()));
        }
        renderer.render(&[group])
    }

    /// The whole report, for machines.
    pub fn json(&self) -> String {
        let findings = self.findings.iter().map(|finding| {
            let source = &self.sources[finding.spot.file];
            let (line, column) = position(&source.text, finding.spot.span.start);
            FindingJson {
                rule: finding.name(),
                at: &finding.at,
                page_says: finding.page.as_deref(),
                message: &finding.message,
                spec: PlaceJson { file: Cow::Borrowed(&source.path), line, column },
                page: finding.line.map(|line| self.place(line)),
            }
        });
        let unspecified = self.unspecified.iter().map(|Unspecified { path, known, line }| UnspecifiedJson {
            path,
            known: *known,
            page: self.place(*line),
        });
        let unseen =
            self.unseen.iter().map(|(file, name)| UnseenJson { file: &self.sources[*file].path, name });
        let report = ReportJson {
            findings: findings.collect(),
            unspecified: unspecified.collect(),
            unseen: unseen.collect(),
        };
        // Neither keys nor values of these can be anything that JSON lacks.
        let value = serde_json::to_value(report).unwrap_or_default();
        format!("{value:#}\n")
    }

    fn place(&self, PageLine { page, line }: PageLine) -> PlaceJson<'_> {
        PlaceJson { file: self.pages[page].0.to_string_lossy(), line, column: 1 }
    }
}

/// The bytes of a line, counted from 1.
fn line_span(text: &str, line: usize) -> Range<usize> {
    let start =
        text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>().min(text.len());
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    start..end
}
