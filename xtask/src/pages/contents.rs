//! A page taken apart: its endpoints, each with its tables, its examples and the prose around them.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use super::blocks::{Block, blocks};
use super::json_repair::values;
use super::markup::{plain, regex};
use super::naming::named;
use super::page::Page;
use super::phrases::rates;
use super::reader::Reader;
use super::side::Kind;
use super::table::{self, Table};

/// An endpoint as a page documents it.
#[derive(Debug)]
pub(crate) struct Section {
    /// The line of its address.
    pub line: usize,
    /// The Chinese title.
    pub title: String,
    /// Whether that is a heading directly above its address.
    pub titled: bool,
    /// `GET` or `POST`.
    pub method: String,
    /// Whether the page says so.
    pub method_said: bool,
    /// The path, without the query.
    pub path: String,
    /// The parameters of the address, in its order.
    pub query: Vec<String>,
    /// Whether it is one of the merchants' host.
    pub merchant: bool,
    /// The tables of its parameters.
    pub tables: Vec<Table>,
    /// The requests that the page shows.
    pub requests: Vec<Value>,
    /// The responses that the page shows.
    pub responses: Vec<Value>,
    /// The lines of text.
    pub prose: Vec<String>,
    /// The lines above the first of several endpoints: they may be about any of them.
    pub shared: Vec<String>,
    /// What else the page shows of what is sent or answered, as text.
    pub raw: Vec<(Kind, String)>,
    /// Of that, what is JSON: parts of bodies.
    pub parts: Vec<(Kind, Value)>,
}

impl Section {
    /// The tables of a side.
    pub(crate) fn tables_of(&self, side: Kind) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(move |table| table.side == side)
    }
}

/// What is read of a page.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// 最后更新, as `2024-07-16`.
    pub updated: Option<String>,
    /// Its endpoints, in its order, each once.
    pub sections: Vec<Section>,
    /// The tables of named objects and types, of all endpoints.
    pub named: Vec<Table>,
    /// The lines of examples that can't be read.
    pub unreadable: Vec<String>,
}

impl Contents {
    /// Takes a page apart.
    pub(crate) fn of(page: &Page) -> Self {
        let (examples, unreadable) = page.examples(None);
        let mut walk = Walk::new(page);
        let mut examples = examples.into_iter().peekable();
        for block in blocks(&page.text) {
            match block {
                Block::Text { line, text } => {
                    walk.line = line;
                    walk.text(text);
                }
                Block::Fence { line: start, text } => {
                    walk.line = start;
                    walk.fence(&text);
                    let line = start + text.matches('\n').count() + 2;
                    let mut shown = false;
                    while let Some(example) = examples.next_if(|example| example.line < line) {
                        shown = true;
                        walk.example(example.kind, &example.method, &example.path, example.payload);
                    }
                    if !shown {
                        walk.raw(&text);
                    }
                }
            }
        }
        walk.end_table();
        let (mut contents, above) = (walk.contents, walk.above_all);
        match contents.sections.as_mut_slice() {
            [section] => {
                if !section.titled {
                    section.title.clone_from(&page.title);
                }
                section.prose.splice(..0, above);
            }
            sections => sections.iter_mut().for_each(|section| section.shared.clone_from(&above)),
        }
        contents.unreadable =
            unreadable.into_iter().map(|at| format!("line {}: {}", at.line, at.reason)).collect();
        contents
    }

    /// All rates that the page tells, of whatever endpoint.
    pub(crate) fn rates(&self) -> Vec<(u64, &'static str)> {
        let lines = self.sections.iter().flat_map(|section| section.prose.iter().chain(&section.shared));
        lines.filter_map(|line| rates(line)).flatten().collect()
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

/// How many lines a heading may have below it and still stand directly above an address: itself, and the method.
const NEAR: usize = 2;

struct Walk<'a> {
    contents: Contents,
    page: &'a Page,
    reader: Reader,
    /// The line that is being read, from 1.
    line: usize,
    /// The section that is being read.
    current: Option<usize>,
    side: Kind,
    /// The last heading that may be an endpoint's title.
    heading: Option<String>,
    /// The last line that may say what a table describes.
    label: String,
    /// The lines of text since that heading, as long as no address followed it.
    since: Option<Vec<String>>,
    /// The last heading, whatever it says.
    above: String,
    /// The lines of the table that is being read.
    lines: Vec<String>,
    /// The number of the first of them.
    table: usize,
    /// The lines of text above the first endpoint.
    above_all: Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(page: &'a Page) -> Self {
        Self {
            contents: Contents::default(),
            page,
            reader: Reader::default(),
            line: 1,
            current: None,
            side: Kind::Request,
            heading: None,
            since: None,
            label: String::new(),
            above: String::new(),
            lines: Vec::new(),
            table: 1,
            above_all: Vec::new(),
        }
    }

    fn text(&mut self, line: &str) {
        let text = line.trim_start_matches(['>', ' ', '\t']).trim_end();
        if text.starts_with('|') || (!self.lines.is_empty() && text.contains('|')) {
            if self.lines.is_empty() {
                self.table = self.line;
            }
            self.lines.push(text.to_owned());
            self.reader.text(line);
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
        let before = self.reader.introduced;
        self.reader.text(line);
        if self.reader.introduced != before {
            self.introduce();
            return;
        }
        let method = self.reader.endpoint.as_ref().and_then(|endpoint| endpoint.method);
        self.label(text);
        if let Some(since) = &mut self.since {
            since.push(text.to_owned());
        }
        if let Some(section) = self.section() {
            section.prose.push(text.to_owned());
            // The method may stand below the address.
            if let Some(method) = method {
                method.clone_into(&mut section.method);
                section.method_said = true;
            }
        } else if self.contents.sections.is_empty() {
            self.above_all.push(text.to_owned());
        }
    }

    /// A line that may say what follows.
    fn label(&mut self, line: &str) {
        let heading = line.starts_with('#');
        let marked = heading || line.starts_with("**") || line.starts_with("__");
        let text = plain(line);
        if text.chars().count() > 40 || !(marked || text.ends_with([':', '：'])) {
            return;
        }
        let text = text.trim_matches(|c: char| c == ':' || c == '：' || c.is_whitespace()).to_owned();
        if text.contains("返回") || text.contains("回包") || text.contains("响应") {
            self.side = Kind::Response;
        } else if text.contains("请求") && !text.contains("请求方式") && !text.contains("请求地址")
        {
            self.side = Kind::Request;
        }
        if heading {
            if !PARTS.iter().any(|part| text.contains(part)) {
                self.heading = Some(text.clone());
                self.since = Some(Vec::new());
            }
            self.above.clone_from(&text);
        }
        self.label = text;
    }

    fn introduce(&mut self) {
        let Some(endpoint) = &self.reader.endpoint else {
            self.current = None;
            return;
        };
        self.side = Kind::Request;
        self.label.clear();
        self.above.clear();
        let since = self.since.take();
        let sections = &mut self.contents.sections;
        if let Some(known) = sections.iter().position(|section| section.path == endpoint.path) {
            self.current = Some(known);
            return;
        }
        // What stands below a heading is about what it is the title of.
        let own = since.iter().flatten().count();
        let first = sections.is_empty();
        let before = self.current.and_then(|at| sections.get_mut(at)).map(|section| &mut section.prose);
        let before = if first { Some(&mut self.above_all) } else { before };
        let prose = before.map_or_else(Vec::new, |lines| lines.split_off(lines.len().saturating_sub(own)));
        self.current = Some(sections.len());
        sections.push(Section {
            line: self.line,
            titled: since.is_some_and(|lines| lines.len() <= NEAR),
            title: self.heading.clone().unwrap_or_else(|| self.page.title.clone()),
            method: endpoint.method.unwrap_or("POST").to_owned(),
            method_said: endpoint.method.is_some(),
            path: endpoint.path.clone(),
            query: parameters(&endpoint.query),
            merchant: endpoint.merchant,
            tables: Vec::new(),
            requests: Vec::new(),
            responses: Vec::new(),
            prose,
            shared: Vec::new(),
            raw: Vec::new(),
            parts: Vec::new(),
        });
    }

    fn fence(&mut self, text: &str) {
        self.end_table();
        let before = self.reader.introduced;
        self.reader.fence(text);
        if self.reader.introduced != before {
            self.introduce();
        }
    }

    fn section(&mut self) -> Option<&mut Section> {
        self.contents.sections.get_mut(self.current?)
    }

    fn example(&mut self, kind: Kind, method: &str, path: &str, value: Value) {
        self.side = kind;
        let Some(section) = self.contents.sections.iter_mut().find(|section| section.path == path) else {
            return;
        };
        method.clone_into(&mut section.method);
        match kind {
            Kind::Request => section.requests.push(value),
            Kind::Response => section.responses.push(value),
        }
    }

    fn raw(&mut self, text: &str) {
        let side = self.side;
        if let Some(section) = self.section() {
            section.raw.push((side, text.to_owned()));
            section.parts.extend(values(text).into_iter().map(|value| (side, value)));
        }
    }

    fn end_table(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        if lines.is_empty() {
            return;
        }
        let Some((values, rows)) = table::read(&lines, self.table) else { return };
        let name = [&self.label, &self.above].into_iter().find_map(|text| named(text));
        let table = Table { side: self.side, name, rows, values };
        if table.name.is_some() {
            self.contents.named.push(table.clone());
        }
        if !values && let Some(section) = self.section() {
            section.tables.push(table);
        }
    }
}

/// The names of the parameters in what follows the path of an address.
fn parameters(rest: &str) -> Vec<String> {
    let rest = rest.replace("&amp;", "&").replace("×tamp", "&timestamp").replace('\\', "");
    let Some(query) = rest.strip_prefix('?') else { return Vec::new() };
    let end = query.find(|c: char| c.is_whitespace() || "<>\"'`（，。)*".contains(c)).unwrap_or(query.len());
    let names = query[..end].split('&').filter_map(|pair| pair.split('=').next());
    let names =
        names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    names.map(str::to_owned).collect()
}
