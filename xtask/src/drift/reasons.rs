//! Checks the reasons of deviations against the pages, as far as they can be checked: names, Chinese words and numbers
//! of pages that they quote, and what they say of examples.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use crate::pages::contents::Section as Documented;
use crate::pages::{self, mentions};
use crate::spec::source::Path;
use crate::spec::{Deviation, DriftRule, FieldPath, File, Operation, Part, Section, names};

/// The facts that a reason is compared with.
struct Stated<'a> {
    file: &'a File,
    /// The pages of everything in the file.
    texts: Vec<&'a str>,
    /// The sections about what the deviation concerns.
    sections: Vec<&'a Documented>,
    /// The texts of the pages with these sections.
    own: Vec<&'a str>,
    deviation: &'a Deviation,
    /// The deviations above it.
    above: &'a [Deviation],
}

impl<'a> Comparison<'a> {
    /// Reports reasons that the pages, or the spec itself, contradict.
    pub(super) fn reasons(&mut self) {
        let mut found = Vec::new();
        for file in self.spec.files.iter().filter(|file| !file.deviations.is_empty()) {
            let all: BTreeSet<usize> = file
                .operations()
                .flat_map(|operation| operation.doc.ids())
                .filter_map(|id| self.page(id))
                .collect();
            let texts: Vec<&str> = all.iter().map(|page| self.pages[*page].page.text.as_str()).collect();
            for (index, deviation) in file.deviations.iter().enumerate() {
                let (sections, own) = self.concerned(file, deviation);
                let texts = texts.clone();
                let stated =
                    Stated { file, texts, sections, own, deviation, above: &file.deviations[..index] };
                let Some((says, why)) = stated.wrong(self) else { continue };
                let path = Path::of(["deviations"]).index(index).key("reason");
                let message = format!("the reason of this deviation isn't right: {why}");
                let spot = Spot::of(file.source, file.root.find(&path));
                found.push(Finding::new(spot, DriftRule::Reason, &deviation.at, message).says(says));
            }
        }
        self.found.extend(found);
    }

    /// Returns the sections of pages about what a deviation concerns, and the texts of these pages.
    fn concerned(&self, file: &'a File, deviation: &Deviation) -> (Vec<&'a Documented>, Vec<&'a str>) {
        let name = deviation.at.split('.').next().unwrap_or_default();
        let concerns = |operation: &Operation<'a>| {
            let fields = operation.parts.iter().flat_map(|(_, fields)| fields.values());
            operation.name == name || file.reached(fields.map(|field| &field.ty)).contains(name)
        };
        let mut sections = Vec::new();
        let mut pages = BTreeSet::new();
        for operation in file.operations().filter(concerns) {
            pages.extend(operation.doc.ids().filter_map(|id| self.page(id)));
            match operation.section {
                Section::Endpoints => {
                    let documented = file.endpoints.get(operation.name).map(|of| self.documented(of));
                    sections.extend(documented.into_iter().flatten().map(|documented| documented.section));
                }
                _ => {
                    let of = file
                        .documents()
                        .find(|of| of.section() == operation.section && of.name == operation.name);
                    let shown = of.into_iter().flat_map(|of| self.occurrences(of));
                    sections.extend(shown.map(|shown| &shown.of.section));
                }
            }
        }
        let texts = pages.into_iter().map(|page| self.pages[page].page.text.as_str()).collect();
        (sections, texts)
    }
}

impl Stated<'_> {
    /// Returns what a reason quotes that isn't so, and why not.
    fn wrong(&self, of: &Comparison<'_>) -> Option<(String, String)> {
        self.reference().or_else(|| self.quoted(of)).or_else(|| self.of_examples())
    }

    /// Checks what refers to another deviation.
    fn reference(&self) -> Option<(String, String)> {
        let reason = self.deviation.reason.as_str();
        if reason == "As above." {
            let owner = |of: &Deviation| of.at.split('.').next().unwrap_or_default().to_owned();
            let alike = |above: &Deviation| {
                above.rule == self.deviation.rule || owner(above) == owner(self.deviation)
            };
            let above = self.above.last().is_some_and(alike);
            let why = "the entry above it is about something else".to_owned();
            return (!above).then(|| ("nothing above".to_owned(), why));
        }
        let other = reason.strip_prefix("As `")?.strip_suffix("`.")?;
        let known = self.above.iter().any(|above| above.at.rsplit('.').next() == Some(other));
        (!known).then(|| (format!("no {other}"), format!("no entry above it is about `{other}`")))
    }

    /// Checks that names, Chinese words and numbers of pages exist.
    fn quoted(&self, of: &Comparison<'_>) -> Option<(String, String)> {
        static CHINESE: LazyLock<Regex> = LazyLock::new(|| pages::regex(r"[\u{4e00}-\u{9fff}]{2,}"));
        static NUMBER: LazyLock<Regex> = LazyLock::new(|| pages::regex(r"\b[0-9]{5,6}\b"));
        let reason = self.deviation.reason.as_str();
        let prose = reason.split('`').step_by(2).collect::<Vec<&str>>().join(" ");
        let numbers: Vec<&str> = NUMBER.find_iter(&prose).map(|found| found.as_str()).collect();
        // The title of a page that nobody has read can't be looked up.
        let unread = numbers.iter().any(|number| self.is_number(of, number));
        for number in numbers {
            let is_page = |page: &pages::Page| {
                page.id.to_string() == number || page.numbers.iter().any(|of| of.to_string() == number)
            };
            let known = of.pages.iter().any(|read| is_page(&read.page))
                || self.is_number(of, number)
                || self.texts.iter().any(|text| mentions(text, number));
            if !known {
                return Some((format!("no {number}"), format!("there is no page {number}")));
            }
        }
        for word in CHINESE.find_iter(&prose).map(|found| found.as_str()) {
            let on_page = self.texts.iter().any(|text| text.contains(word));
            let is_title = || of.pages.iter().any(|read| read.page.file.to_string_lossy().contains(word));
            if !(on_page || unread || is_title()) {
                return Some((format!("no {word}"), format!("no page of the file has `{word}`")));
            }
        }
        for name in reason.split('`').skip(1).step_by(2) {
            if !self.is_known(of, name) {
                let why = format!("neither the pages of the file nor the spec have `{name}`");
                return Some((format!("no {name}"), why));
            }
        }
        None
    }

    /// Returns whether the spec has a number, as that of a page that nobody has read, or of an error.
    fn is_number(&self, of: &Comparison<'_>, number: &str) -> bool {
        let docs = self.file.operations().flat_map(|operation| operation.doc.unseen());
        let codes = of.spec.codes.iter().flat_map(|codes| codes.codes.keys());
        let own = self.file.endpoints.values().flat_map(|endpoint| endpoint.codes.keys());
        docs.into_iter().any(|(page, _)| page.to_string() == number)
            || codes.chain(own).any(|code| code == number)
    }

    /// Returns whether the file's pages or the spec have a name, or all names of a path.
    fn is_known(&self, of: &Comparison<'_>, name: &str) -> bool {
        let operations = || of.spec.files.iter().flat_map(File::operations);
        let is_there = |name: &str| {
            self.texts.iter().any(|text| text.contains(name))
                || operations().any(|of| of.name == name || names::pascal(of.name) == name)
                || self
                    .file
                    .deviations
                    .iter()
                    .any(|of| of.page.as_ref().is_some_and(|page| page.contains(name)))
                || self.file.type_name(name).is_some()
                || self.file.field_lists().any(|(_, fields)| fields.contains_key(name))
        };
        let parts = name.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|part| !part.is_empty());
        is_there(name) || parts.clone().next().is_none() || parts.into_iter().all(is_there)
    }

    /// Checks what a reason says of examples.
    fn of_examples(&self) -> Option<(String, String)> {
        static USES: LazyLock<Regex> = LazyLock::new(|| {
            pages::regex(concat!(
                r"`([A-Za-z_0-9.]+)`,? (?:as|which) the example (?:calls it|has|uses)|",
                r"examples? (?:of [^`;,.]*)?(?:has|have|spells? it|spell it) `([A-Za-z_0-9.]+)`",
            ))
        });
        static KIND: LazyLock<Regex> = LazyLock::new(|| {
            pages::regex(concat!(
                r"example[^.;,]* (?:shows?|has|have) a (number|list|Boolean)|",
                r"a (number|list|boolean)(?: in the example|, in its example too)",
            ))
        });
        let reason = self.deviation.reason.as_str();
        let own = self.deviation.at.rsplit('.').next().unwrap_or_default();
        if let Some(used) = USES.captures(reason) {
            let name = used.get(1).or(used.get(2)).map_or("", |name| name.as_str());
            let last = name.rsplit('.').next().unwrap_or(name);
            if self.values(last).is_empty() {
                return Some((format!("no example has {name}"), format!("no example has `{name}`")));
            }
        }
        let lacks = ["example lacks it", "no example has it"].iter().any(|words| reason.contains(words));
        let answers = reason.contains("example of the response lacks it");
        if lacks && !self.values(own).is_empty() || answers && !self.answered(own).is_empty() {
            return Some((format!("an example has {own}"), format!("an example has `{own}`")));
        }
        if reason.contains("has neither the field nor an example with it")
            && self.own.iter().all(|text| mentions(text, own))
        {
            return Some((format!("all pages have {own}"), format!("each of its pages has `{own}`")));
        }
        if let Some(kind) = KIND.captures(reason) {
            let kind = kind.get(1).or(kind.get(2)).map_or("", |kind| kind.as_str());
            let values = self.values(own);
            let is_so = |value: &&Value| match kind {
                "number" => value.is_number(),
                "list" => value.is_array(),
                _ => value.is_boolean(),
            };
            if !values.iter().any(is_so) {
                return Some((format!("no {kind}"), format!("no example shows `{own}` as a {kind}")));
            }
        }
        if reason.contains("ts quirk is about") && !self.has_quirk() {
            return Some(("no quirk".to_owned(), "the field has no `quirk`".to_owned()));
        }
        None
    }

    /// Returns the values that examples show of a name, anywhere in them.
    fn values(&self, name: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        for section in &self.sections {
            let shown = section.examples.iter().map(|shown| &shown.body);
            let pieces = section.pieces.iter().map(|(_, piece)| piece);
            shown.chain(pieces).for_each(|body| collect(body, name, &mut found));
        }
        found
    }

    /// Returns the values of a name in examples of responses.
    fn answered(&self, name: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        let bodies = self.sections.iter().flat_map(|section| section.bodies(Part::Response));
        bodies.for_each(|body| collect(body, name, &mut found));
        found
    }

    fn has_quirk(&self) -> bool {
        let (owner, path) = self.deviation.at.split_once('.').unwrap_or_default();
        let fields = match path.split_once('.') {
            Some(("request", path)) => self.file.endpoints.get(owner).map(|of| (&of.request, path)),
            Some(("response", path)) => self.file.endpoints.get(owner).map(|of| (&of.response, path)),
            _ => self.file.structs.get(owner).map(|of| (&of.fields, path)),
        };
        let field = fields.and_then(|(fields, path)| self.file.field_at(fields, &FieldPath::new(path)));
        field.is_some_and(|field| field.quirk.is_some())
    }
}

/// Collects the values of all members of a name.
fn collect<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => {
            for (own, value) in members {
                if own == name {
                    found.push(value);
                }
                collect(value, name, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, found)),
        _ => {}
    }
}
