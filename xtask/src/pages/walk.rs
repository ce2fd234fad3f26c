//! The single walk over a page, which collects all its contents.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, OnceLock};

use regex_lite::Regex;

use super::address::{self, Address};
use super::blocks::{Block, Lines, blocks};
use super::bodies::{Bodies, Hint};
use super::codes::{CodeRow, codes, shown_codes, told_codes};
use super::contents::{Contents, Section, Shared, ShownBody, Unreadable};
use super::gathered::Gathered;
use super::json_repair::{self, Found};
use super::label::{Announced, Label};
use super::links::Links;
use super::markup::regex;
use super::naming::{canonical, named};
use super::occurrences::with_answers;
use super::page::Page;
use super::table::Table;
use crate::spec::{Body, INVOKE, Part};

impl Contents {
    /// Takes a page apart.
    pub(crate) fn of(page: &Page) -> Self {
        Self::with_methods(page, |_| None)
    }

    /// Takes a page apart; `method` returns the methods of paths for which the page needn't state them.
    pub(crate) fn with_methods<'m>(page: &Page, method: impl Fn(&str) -> Option<&'m str>) -> Self {
        let mut walk = Walk::new(page, &method);
        for block in blocks(&page.text) {
            match block {
                Block::Text { line, text } => {
                    walk.line = line;
                    walk.text(text);
                }
                Block::Fence { line, text } => {
                    walk.line = line;
                    walk.fence(&text);
                }
            }
        }
        let (documents, answers) = with_answers(&page.text);
        let mut contents = Self { documents, answers, ..walk.end() };
        if !(contents.sections.is_empty() && contents.documents.is_empty()) {
            contents.appended.clear();
        }
        contents
    }
}

static UPDATED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"最后更新[：:]\s*(\d{4})[/-](\d{1,2})[/-](\d{1,2})"));

/// Headings that name a part of an endpoint, not an endpoint.
const PARTS: [&str; 14] = [
    "请求",
    "返回",
    "参数",
    "接口定义",
    "接口说明",
    "权限",
    "示例",
    "说明",
    "注意",
    "附",
    "错误码",
    "字段",
    "接口详情",
    "限制",
];

/// The number of lines between which a heading counts as directly above an address: its own, and the method's.
const NEAR: usize = 2;

/// The endpoint of the last address.
struct Endpoint {
    /// The index of its section.
    section: usize,
    /// Whether its method is above the address.
    method_said: bool,
    /// The bodies shown since that address.
    bodies: Bodies,
}

struct Walk<'a, 'm> {
    page: &'a Page,
    /// The known methods of paths.
    known: &'a dyn Fn(&str) -> Option<&'m str>,
    contents: Contents,
    /// The links to its own titles.
    links: Links,
    /// The index of each path's section.
    sections: HashMap<String, usize>,
    /// The number of the current line, from 1.
    line: usize,
    /// None before the first address, and after one on another host.
    endpoint: Option<Endpoint>,
    /// A method whose address hasn't come yet.
    method: Option<&'static str>,
    /// Whether the address should come next.
    address: bool,
    /// Whether that is the name of a zone call.
    named: bool,
    /// The knowledge about the next fence.
    hint: Hint,
    /// Whether that comes from the previous line.
    labelled: bool,
    /// The subject of the next table.
    part: Part,
    /// The last heading that may be an endpoint's title.
    heading: Option<String>,
    /// The last line that may name the subject of a table.
    label: String,
    /// The lines of text since that heading, until an address follows.
    since: Option<usize>,
    /// The last heading of any kind.
    above: String,
    /// The level of that heading.
    level: usize,
    /// The current table.
    table: Gathered,
    /// The lines of text above the first endpoint.
    above_all: Vec<String>,
}

impl<'a, 'm> Walk<'a, 'm> {
    fn new(page: &'a Page, known: &'a dyn Fn(&str) -> Option<&'m str>) -> Self {
        Self {
            page,
            known,
            contents: Contents::default(),
            links: Links::of(&page.text),
            sections: HashMap::new(),
            line: 1,
            endpoint: None,
            method: None,
            address: false,
            named: false,
            hint: Hint::None,
            labelled: false,
            part: Part::Request,
            heading: None,
            label: String::new(),
            since: None,
            above: String::new(),
            level: 0,
            table: Gathered::default(),
            above_all: Vec::new(),
        }
    }

    fn text(&mut self, line: &str) {
        let text = line.trim_start_matches(['>', ' ', '\t']).trim_end();
        if self.table.take(self.line, text) {
            self.hint = Hint::None;
            return;
        }
        self.end_table();
        if text.is_empty() {
            return;
        }
        if let Some(found) = UPDATED.captures(text)
            && self.contents.updated.is_none()
        {
            let number = |group: usize| found[group].parse::<u32>().unwrap_or_default();
            self.contents.updated = Some(format!("{}-{:02}-{:02}", &found[1], number(2), number(3)));
        }
        if text.contains("请求方式") {
            self.set_method(text);
        }
        let labels_address = address::is_label(text);
        let label = Label::of(text);
        if labels_address || self.address {
            let named = self.named && !labels_address;
            self.address = labels_address;
            self.named = address::is_name_label(text);
            if self.introduce(text, named) {
                return;
            }
        }
        if !labels_address {
            self.announce(label.as_ref());
        }
        self.title(label);
        if let Some(lines) = &mut self.since {
            *lines += 1;
        }
        if let Some(section) = self.section() {
            section.prose.push(text.to_owned());
        } else if self.contents.sections.is_empty() {
            self.above_all.push(text.to_owned());
        }
    }

    fn set_method(&mut self, line: &str) {
        let method = if line.contains("GET") { "GET" } else { "POST" };
        match &mut self.endpoint {
            // The method may be below the address.
            Some(endpoint) if !endpoint.method_said && self.hint == Hint::Address => {
                endpoint.method_said = true;
                self.contents.sections[endpoint.section].say_method(Some(method));
            }
            _ => self.method = Some(method),
        }
    }

    /// Derives the hint about the next fence from the line above it.
    fn announce(&mut self, label: Option<&Label>) {
        let announced = label.map_or(Announced::Unsaid, |label| label.announces);
        let heading = label.is_some_and(|label| label.heading);
        self.hint = match announced {
            // A label and a heading in one.
            Announced::Unsaid if heading && !self.labelled => Hint::None,
            announced => self.hint.below(announced),
        };
        self.labelled = matches!(announced, Announced::Body(_));
    }

    /// Takes a line that may name the subject of a table, or an endpoint.
    fn title(&mut self, label: Option<Label>) {
        let Some(Label { title: Some(title), heading, level, part, .. }) = label else { return };
        self.part = part.unwrap_or(self.part);
        if heading {
            if !PARTS.iter().any(|part| title.contains(part)) {
                self.heading = Some(title.clone());
                self.since = Some(0);
            }
            // Below a line that names an object, headings divide the object.
            let divides = level > self.level && named(&self.above).is_some() && named(&title).is_none();
            if !divides {
                self.above.clone_from(&title);
                self.level = level;
            }
        }
        self.label = title;
    }

    /// Begins an endpoint if a text contains an address; an address on another host ends the previous endpoint. If a zone call
    /// was announced (`named`), the text may be its name.
    fn introduce(&mut self, text: &str, named: bool) -> bool {
        let invoked = if named { Address::invoked(text) } else { None };
        if invoked.is_none() && !address::is_in(text) {
            return false;
        }
        self.address = false;
        self.hint = Hint::Address;
        if invoked.is_some() {
            self.method = Some(INVOKE);
        }
        let Some(address) = invoked.or_else(|| Address::find(text)) else {
            self.endpoint = None;
            return true;
        };
        self.part = Part::Request;
        self.label.clear();
        self.above.clear();
        let method = self.method.take();
        let since = self.since.take();
        let before = self.endpoint.take().map(|endpoint| endpoint.section);
        let sections = &mut self.contents.sections;
        let section = *self.sections.entry(address.path.clone()).or_insert(sections.len());
        self.endpoint = Some(Endpoint { section, method_said: method.is_some(), bodies: Bodies::default() });
        if let Some(known) = sections.get_mut(section) {
            known.say_method(method);
            return true;
        }
        // Text below a heading is about the endpoint with that title.
        let own = since.unwrap_or_default();
        let before = match before {
            Some(before) => Some(&mut sections[before].prose),
            None if sections.is_empty() => Some(&mut self.above_all),
            None => None,
        };
        let prose = before.map_or_else(Vec::new, |lines| lines.split_off(lines.len().saturating_sub(own)));
        sections.push(Section {
            line: self.line,
            titled: since.is_some_and(|lines| lines <= NEAR),
            title: self.heading.clone().unwrap_or_else(|| self.page.title.clone()),
            method: method.unwrap_or("POST").to_owned(),
            method_said: method.is_some(),
            path: address.path,
            query: address.query,
            merchant: address.merchant,
            written: Body::Json,
            tables: Vec::new(),
            codes: Vec::new(),
            examples: Vec::new(),
            prose,
            shared: Arc::default(),
            raw: Vec::new(),
            pieces: Vec::new(),
            claims: OnceLock::new(),
        });
        true
    }

    fn section(&mut self) -> Option<&mut Section> {
        Some(&mut self.contents.sections[self.endpoint.as_ref()?.section])
    }

    fn fence(&mut self, text: &str) {
        self.end_table();
        self.labelled = false;
        if self.address {
            self.introduce(text, false);
        }
        let appended = self.contents.sections.len() > 1 && self.above.starts_with("附录");
        let Some(endpoint) = &mut self.endpoint else { return };
        let section = &mut self.contents.sections[endpoint.section];
        let method = (self.known)(&section.path).unwrap_or(&section.method).to_owned();
        let (skipped, body) = data(text);
        let mut lines = Lines::starting_at(self.line, text);
        let mut pieces = Vec::new();
        let before = section.examples.len();
        let found = if json_repair::looks_like_json(body) { json_repair::read(body) } else { Ok(Vec::new()) };
        match found {
            Ok(found) => {
                for Found { offset, value, repairs } in found {
                    // An appendix says in prose whose response it shows: seldom that of the last endpoint.
                    if appended && value.get("errcode").is_some() {
                        continue;
                    }
                    let Some(part) = endpoint.bodies.part(self.hint, &method, &value) else {
                        pieces.push(value);
                        continue;
                    };
                    self.part = part;
                    let line = lines.of(skipped + offset);
                    section.examples.push(ShownBody {
                        part,
                        method: method.clone(),
                        line,
                        body: value,
                        repairs,
                    });
                }
            }
            // A fence that isn't announced as a body may be anything.
            Err(error) if self.hint.is_of_body() => {
                let (path, line) = (section.path.clone(), lines.of(skipped + error.offset));
                self.contents.unreadable.push(Unreadable { path, line, reason: error.reason });
            }
            Err(_) => {}
        }
        if section.examples.len() == before {
            section.raw.push((self.part, text.to_owned()));
            section.pieces.extend(pieces.into_iter().map(|piece| (self.part, piece)));
        }
    }

    fn end_table(&mut self) {
        let Some((values, rows)) = self.table.end() else { return };
        let titles = [&self.label, &self.above];
        let linked = titles.into_iter().find(|title| self.links.come_from_a_row(title));
        let name = titles.into_iter().find_map(|title| named(title));
        // The table that a row links to may be anywhere on the page.
        let apart = name.is_none() && linked.is_some();
        let name = name.or_else(|| linked.cloned());
        let object = name.as_deref().map(canonical);
        let table = Table { part: self.part, name, object, rows, values };
        if table.name.is_some() {
            self.contents.named.push(table.clone());
        }
        if self.contents.sections.is_empty() {
            self.contents.appended.push(table.clone());
        }
        if !(values || apart)
            && let Some(section) = self.section()
        {
            section.tables.push(table);
        }
    }

    fn end(mut self) -> Contents {
        self.end_table();
        let listed = codes(&self.page.text);
        self.contents.told = told_codes(&self.page.text, &listed);
        self.codes(&listed);
        match self.contents.sections.as_mut_slice() {
            [section] => {
                if !section.titled {
                    section.title.clone_from(&self.page.title);
                }
                section.prose.splice(..0, self.above_all);
            }
            sections => {
                let shared = Arc::new(Shared::of(self.above_all));
                for section in sections {
                    section.shared = Arc::clone(&shared);
                }
            }
        }
        self.contents
    }
}

impl Walk<'_, '_> {
    /// Takes tables of error codes, which are about the endpoints that link to their headings, or about the one above.
    fn codes(&mut self, listed: &[CodeRow]) {
        let sections = &mut self.contents.sections;
        for row in listed {
            let linking = self.links.to_heading_above(row.line);
            let lines = if linking.is_empty() { &[row.line] } else { linking };
            let above =
                |line: &usize| sections.partition_point(|section| section.line <= *line).saturating_sub(1);
            for index in lines.iter().map(above).collect::<BTreeSet<usize>>() {
                if let Some(section) = sections.get_mut(index) {
                    section.codes.push(row.clone());
                }
            }
        }
        for section in sections {
            let answers = section.examples.iter().filter(|example| example.part == Part::Response);
            let shown = shown_codes(answers.map(|example| (example.line, &example.body)));
            let new =
                shown.into_iter().filter(|row| section.codes.iter().all(|known| known.code != row.code));
            let new: Vec<CodeRow> = new.collect();
            section.codes.extend(new);
        }
    }
}

/// Returns the start of the body, and the body: for a call of `curl`, the data that it sends.
fn data(text: &str) -> (usize, &str) {
    match (text.find('{'), text.rfind('}')) {
        (Some(start), Some(end)) if start < end && text.trim_start().starts_with("curl ") => {
            (start, &text[start..=end])
        }
        _ => (0, text),
    }
}
