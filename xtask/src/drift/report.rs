//! The findings, as text for people and as JSON for machines.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::finding::{Finding, Found, PageLine, Spot, Unspecified};
use crate::spec::diagnostic::clamp;
use crate::spec::source::{Source, position};
use crate::spec::{DriftRule, Names, PAGES, Settled, Transport};

/// All that the spec and the pages don't agree on.
#[derive(Debug)]
pub struct Differences {
    sources: Vec<Source>,
    /// The file and the text of each page.
    pages: Vec<(PathBuf, String)>,
    findings: Vec<Finding>,
    unspecified: Vec<Unspecified>,
    /// The named events that the spec lacks: file and key.
    events: Vec<(String, String)>,
    /// The unread pages, with the entries that refer to them: file and key.
    wanted: Vec<(u32, usize, String)>,
    unseen: Vec<(usize, String)>,
}

impl Differences {
    pub(super) fn new(sources: Vec<Source>, pages: Vec<(PathBuf, String)>, found: Found) -> Self {
        let Found { mut findings, unspecified, events, wanted, unseen } = found;
        let key = |found: &Finding| (found.spot.file, found.spot.span.start, found.name(), found.at.clone());
        findings.sort_by_cached_key(key);
        Self { sources, pages, findings, unspecified, events, wanted, unseen }
    }

    /// Returns the number of findings in a spec file.
    pub fn count_of(&self, path: &str) -> usize {
        self.findings.iter().filter(|finding| self.sources[finding.spot.file].path == path).count()
    }

    /// Only what is about a spec file and its family. Without `all_pages`, pages that aren't there are none of it, and of
    /// the family's other files only what sets them against this one.
    #[must_use]
    pub fn of_family(mut self, path: &str, all_pages: bool) -> Self {
        let sources = &self.sources;
        let family = |path: &str| path.trim_end_matches(".yaml").split('.').next().map(str::to_owned);
        self.findings.retain(|finding| {
            let other = &sources[finding.spot.file].path;
            let across = matches!(
                finding.rule,
                Some(DriftRule::TypeAcross | DriftRule::NameAcross | DriftRule::TypeTwice)
            );
            if other == path {
                all_pages || finding.rule != Some(DriftRule::PageGone)
            } else {
                family(other) == family(path) && (all_pages || across)
            }
        });
        self.wanted.retain(|(_, file, _)| sources[*file].path == path);
        self.unseen.retain(|(file, _)| sources[*file].path == path);
        self
    }

    /// Returns the differences, except for endpoints that the spec lacks.
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
        let names = Names::of(&self.sources);
        let by_path = names.by_target(Transport::Http);
        for Unspecified { path, known, line: PageLine { page, line } } in
            self.unspecified.iter().filter(|_| unspecified)
        {
            let what = if *known { "not named in the spec" } else { "not in the spec" };
            let belongs = files(&by_path, path).into_iter().map(|file| format!("spec/{file}.yaml"));
            let belongs = belongs.collect::<Vec<_>>().join(", ");
            let belongs = if belongs.is_empty() { belongs } else { format!(" belongs to {belongs}") };
            text.push_str(&format!("{what}: {path}{belongs} ({}:{line})\n", self.pages[*page].0.display()));
        }
        for (file, key) in self.events.iter().filter(|_| unspecified) {
            text.push_str(&format!("not in the spec: the event {key} belongs to spec/{file}.yaml\n"));
        }
        for of_page in self.wanted.chunk_by(|(one, ..), (other, ..)| one == other).filter(|_| unspecified) {
            let of_file = of_page.chunk_by(|(_, one, _), (_, other, _)| one == other).map(|entries| {
                let keys: Vec<&str> = entries.iter().map(|(.., key)| key.as_str()).collect();
                format!("{} of {}", keys.join(", "), self.sources[entries[0].1].path)
            });
            let with = of_file.collect::<Vec<String>>().join(", ");
            text.push_str(&format!("not read: page {}, with {with}\n", of_page[0].0));
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
        if !self.events.is_empty() {
            text.push_str(&format!("{} named events are not in the spec\n", self.events.len()));
        }
        let wanted: BTreeSet<u32> = self.wanted.iter().map(|(number, ..)| *number).collect();
        if !wanted.is_empty() {
            let pages = if wanted.len() == 1 { "page was" } else { "pages were" };
            text.push_str(&format!(
                "{} {pages} never read: the spec's facts about such pages come from elsewhere, so obtain the pages (`--unspecified` names \
                 them)\n",
                wanted.len()
            ));
        }
        if !self.unseen.is_empty() {
            text.push_str(&format!(
                "{} types of the spec are in no recognized description, so fields that are gone from the pages can't be detected (`--json` \
                 names them)\n",
                self.unseen.len()
            ));
        }
        text
    }

    fn finding(&self, finding: &Finding, renderer: &Renderer) -> String {
        let Finding { rule, at, page, message, spot: Spot { file, span }, line, .. } = finding;
        let source = &self.sources[*file];
        let title = Level::ERROR.primary_title(message.as_str()).id(finding.name());
        let mut group = title.element(snippet(&source.path, &source.text, span));
        let shown = line.map(|PageLine { page, line }| {
            let (file, text) = &self.pages[page];
            (file.display().to_string(), text, line)
        });
        if let Some((file, text, line)) = &shown {
            group = group.element(snippet(file, text, &line_span(text, *line)));
        }
        // A JSON string is one of YAML, too.
        let quoted = |text: &str| Value::from(text).to_string();
        let page = page.as_ref().map(|page| format!(", page: {}", quoted(page))).unwrap_or_default();
        // The table of other pages has no deviations.
        let accept = rule.filter(|_| self.sources[*file].stem != PAGES).map(|rule| {
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
            let Spot { file, span } = &finding.spot;
            let source = &self.sources[*file];
            let (line, column) = position(&source.text, span.start);
            json!({
                "rule": finding.name(),
                "at": finding.at,
                "page_says": finding.page,
                "message": finding.message,
                "spec": { "file": source.path, "line": line, "column": column },
                "page": finding.line.map(|line| self.line(line)),
            })
        });
        let names = Names::of(&self.sources);
        let by_path = names.by_target(Transport::Http);
        let unspecified = self.unspecified.iter().map(|Unspecified { path, known, line }| {
            let files = files(&by_path, path);
            json!({ "path": path, "known": known, "files": files, "page": self.line(*line) })
        });
        let unseen = self.unseen.iter();
        let unseen = unseen.map(|(file, name)| json!({ "file": self.sources[*file].path, "type": name }));
        let wanted = self.wanted.iter();
        let wanted = wanted.map(
            |(number, file, key)| json!({ "page": number, "file": self.sources[*file].path, "key": key }),
        );
        let all = json!({
            "findings": findings.collect::<Vec<Value>>(),
            "unspecified": unspecified.collect::<Vec<Value>>(),
            "unspecified_events": self.events.iter().map(|(file, key)| json!({ "file": file, "key": key })).collect::<Vec<Value>>(),
            "unread": wanted.collect::<Vec<Value>>(),
            "unseen": unseen.collect::<Vec<Value>>(),
        });
        format!("{all:#}\n")
    }

    fn line(&self, PageLine { page, line }: PageLine) -> Value {
        json!({ "file": self.pages[page].0.to_string_lossy(), "line": line, "column": 1 })
    }
}

/// The files, without `.yaml`, that endpoints of a path belong to.
fn files<'n>(by_path: &HashMap<&str, Vec<Settled<'n>>>, path: &str) -> BTreeSet<&'n str> {
    by_path.get(path).into_iter().flatten().map(|settled| settled.file).collect()
}

/// Some bytes of a file.
fn snippet<'t>(file: &'t str, text: &'t str, span: &Range<usize>) -> Snippet<'t, Annotation<'t>> {
    Snippet::source(text).path(file).annotation(AnnotationKind::Primary.span(clamp(text, span)))
}

/// The bytes of a line, counted from 1.
fn line_span(text: &str, line: usize) -> Range<usize> {
    let start =
        text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>().min(text.len());
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    start..end
}
