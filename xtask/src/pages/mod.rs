//! The JSON examples of documentation pages, told apart by endpoint and direction, for holding them against the spec.

pub(crate) mod calls;
pub(crate) mod contents;
pub(crate) mod encoding;
mod repair;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::spec::Spec;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::load;
use repair::Repair;

/// The host of the server API. Other addresses are the developer's own, or of other services.
const HOST: &str = "://qyapi.weixin.qq.com/";

/// The host that merchants call; what it takes and answers is XML.
const MERCHANTS: &str = "://api.mch.weixin.qq.com/";

/// Which way a body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// To WeCom.
    Request,
    /// From WeCom.
    Response,
}

/// A body that a page shows.
#[derive(Debug, Serialize)]
pub(crate) struct Example {
    /// `GET` or `POST`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// Which way it goes.
    pub kind: Kind,
    /// The page and the line.
    name: String,
    /// The line, from 1.
    #[serde(skip)]
    pub line: usize,
    /// The body.
    pub payload: Value,
    /// What had to be put right to read it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repaired: Vec<Repair>,
}

/// A body that can't be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// The line at which reading stopped, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// A documentation page.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its file.
    pub file: PathBuf,
    /// The document's id.
    pub id: u32,
    /// The numbers in its addresses: it may stand in the documentation of several sorts of applications.
    pub numbers: Vec<u32>,
    /// Its title.
    pub title: String,
    /// Everything, without what was withdrawn, its lines where they were.
    pub text: String,
}

/// The endpoints to look for, by page and path: their method.
pub(crate) type Wanted = BTreeMap<(u32, String), String>;

/// What a run found.
#[derive(Debug, Default)]
pub struct Summary {
    /// Bodies.
    pub examples: usize,
    /// Endpoints they belong to.
    pub endpoints: usize,
    /// Bodies that had to be repaired.
    pub repaired: usize,
    /// Every body that can't be read: its place, and why.
    pub unreadable: Vec<String>,
}

/// Reads the pages below a folder and writes the examples of the spec of a workspace, or of `all` endpoints, as JSON
/// lines.
pub fn run(root: &Path, docs: &Path, all: bool, out: &mut dyn Write) -> io::Result<Summary> {
    let wanted = if all { None } else { Some(wanted(&spec(root)?)) };
    let mut summary = Summary::default();
    let mut endpoints = BTreeSet::new();
    for page in read(docs)? {
        let (examples, unreadable) = page.examples(wanted.as_ref());
        for example in examples {
            serde_json::to_writer(&mut *out, &example)?;
            writeln!(out)?;
            summary.examples += 1;
            summary.repaired += usize::from(!example.repaired.is_empty());
            endpoints.insert((example.method, example.path));
        }
        let places =
            unreadable.iter().map(|at| format!("{}:{}: {}", page.file.display(), at.line, at.reason));
        summary.unreadable.extend(places);
    }
    summary.endpoints = endpoints.len();
    out.flush()?;
    Ok(summary)
}

/// The paths of all endpoints that the pages below a folder document.
pub(crate) fn documented(docs: &Path) -> io::Result<BTreeSet<String>> {
    Ok(read(docs)?.iter().flat_map(Page::paths).collect())
}

/// The spec of a workspace, as far as it can be read: its mistakes are for `codegen` to report.
pub(crate) fn spec(root: &Path) -> io::Result<Spec> {
    let folder = root.join("spec");
    let sources = load::sources(&folder).map_err(at(&folder))?;
    Ok(load::spec(&sources, &mut Diagnostics::default()))
}

fn wanted(spec: &Spec) -> Wanted {
    let endpoints = spec.files.iter().flat_map(|file| file.endpoints.values());
    let calls = endpoints.flat_map(|endpoint| {
        let (method, path) = endpoint.head.method_and_path();
        endpoint.head.doc.ids().map(move |id| ((id, path.to_owned()), method.to_owned()))
    });
    calls.collect()
}

/// Reads the pages below a folder, in the order of their files; of those that stand there several times, one.
pub(crate) fn read(docs: &Path) -> io::Result<Vec<Page>> {
    let mut files = Vec::new();
    markdown_files(docs, &mut files)?;
    files.sort();
    let mut pages: Vec<Page> = Vec::new();
    for file in files {
        let text = fs::read(&file).map_err(at(&file))?;
        let Some(page) = Page::parse(file, &String::from_utf8_lossy(&text)) else { continue };
        match pages.iter_mut().find(|known: &&mut Page| known.id == page.id) {
            Some(known) => known.numbers.extend(page.numbers),
            None => pages.push(page),
        }
    }
    Ok(pages)
}

/// Says in an error where it happened.
fn at(path: &Path) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn markdown_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        if entry.file_type().map_err(at(&path))?.is_dir() {
            markdown_files(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "md") && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

impl Page {
    /// Reads a page; a file without a document's id in its front matter is none.
    pub(crate) fn parse(file: PathBuf, text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text.lines();
        if lines.next()? != "---" {
            return None;
        }
        let mut id = None;
        let mut numbers = Vec::new();
        let mut title = String::new();
        for line in lines.take_while(|line| *line != "---") {
            match line.split_once(':') {
                Some(("doc_id", value)) => id = unquoted(value.trim()).parse().ok(),
                Some(("source_url", value)) => {
                    numbers.extend(value.rsplit('/').next().and_then(|last| last.trim().parse::<u32>().ok()));
                }
                Some(("title", value)) => title = unquoted(value.trim()),
                _ => {}
            }
        }
        Some(Self { file, id: id?, numbers, title, text: without_comments(text) })
    }

    /// The paths of the endpoints that the page introduces.
    fn paths(&self) -> BTreeSet<String> {
        let mut reader = Reader::default();
        let mut paths = BTreeSet::new();
        for block in blocks(&self.text) {
            match block {
                Block::Text { text, .. } => reader.text(text),
                Block::Fence { text, .. } => _ = reader.fence(&text),
            }
            paths.extend(reader.endpoint.iter().map(|endpoint| endpoint.path.clone()));
        }
        paths
    }

    /// The bodies that the page shows, of the endpoints wanted or of all, and those that can't be read.
    pub(crate) fn examples(&self, wanted: Option<&Wanted>) -> (Vec<Example>, Vec<Unreadable>) {
        let mut examples = Vec::new();
        let mut unreadable = Vec::new();
        let mut reader = Reader::default();
        for block in blocks(&self.text) {
            let (start, text) = match block {
                Block::Text { text, .. } => {
                    reader.text(text);
                    continue;
                }
                Block::Fence { line, text } => (line, text),
            };
            let line = |offset: usize| start + text[..offset].matches('\n').count();
            let hint = reader.fence(&text);
            let Some(endpoint) = &mut reader.endpoint else { continue };
            let method = match wanted {
                None => endpoint.method.unwrap_or("POST"),
                Some(wanted) => match wanted.get(&(self.id, endpoint.path.clone())) {
                    None => continue,
                    Some(method) => method,
                },
            };
            let (skipped, text) = data(&text);
            if !repair::looks_like_json(text) {
                continue;
            }
            let line = |offset: usize| line(skipped + offset);
            let found = match repair::read(text) {
                Ok(found) => found,
                // What isn't said to be a body may be anything.
                Err(_) if matches!(hint, Hint::Other | Hint::None) => continue,
                Err(error) => {
                    unreadable.push(Unreadable { line: line(error.offset), reason: error.reason });
                    continue;
                }
            };
            for found in found {
                let Some(kind) = endpoint.kind(hint, method, &found.value) else { continue };
                let line = line(found.offset);
                examples.push(Example {
                    method: method.to_owned(),
                    path: endpoint.path.clone(),
                    kind,
                    name: format!("{} {}, line {line}", self.id, self.title),
                    line,
                    payload: found.value,
                    repaired: found.repairs,
                });
            }
        }
        (examples, unreadable)
    }
}

fn unquoted(text: &str) -> String {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).replace("\\\"", "\"")
}

/// Takes out HTML comments and leaves their line breaks. One that isn't closed reaches to the end.
fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(start) = rest.find("<!--") {
        kept.push_str(&rest[..start]);
        let comment = &rest[start..];
        let end = comment.find("-->").map_or(comment.len(), |end| end + "-->".len());
        kept.extend(comment[..end].chars().filter(|character| *character == '\n'));
        rest = &comment[end..];
    }
    kept + rest
}

/// A piece of a page.
pub(crate) enum Block<'a> {
    /// A line of text, and its number.
    Text { line: usize, text: &'a str },
    /// What stands between fences, and the number of its first line.
    Fence { line: usize, text: String },
}

/// Takes a page apart. What follows the opening fence in its line is often wrong and never counts.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut fence: Option<(usize, Vec<&str>)> = None;
    for (index, line) in text.lines().enumerate() {
        let opens = line
            .trim_start()
            .strip_prefix("```")
            .is_some_and(|info| !info.trim_start_matches('`').contains('`'));
        match &mut fence {
            None if opens => fence = Some((index + 2, Vec::new())),
            None => blocks.push(Block::Text { line: index + 1, text: line }),
            // The closing fence may stand behind the last line.
            Some((start, lines)) => match line.trim_end().strip_suffix("```") {
                Some(last) => {
                    lines.push(last.trim_end_matches('`'));
                    blocks.push(Block::Fence { line: *start, text: lines.join("\n") });
                    fence = None;
                }
                None => lines.push(line),
            },
        }
    }
    if let Some((line, lines)) = fence {
        blocks.push(Block::Fence { line, text: lines.join("\n") });
    }
    blocks
}

/// The values of a text, if it is JSON.
pub(crate) fn values(text: &str) -> Vec<Value> {
    if !repair::looks_like_json(text) {
        return Vec::new();
    }
    repair::read(text).unwrap_or_default().into_iter().map(|found| found.value).collect()
}

/// Where the body starts, and the body: of a call of `curl`, what it sends.
fn data(text: &str) -> (usize, &str) {
    match (text.find('{'), text.rfind('}')) {
        (Some(start), Some(end)) if start < end && text.trim_start().starts_with("curl ") => {
            (start, &text[start..=end])
        }
        _ => (0, text),
    }
}

/// An endpoint as a page introduces it.
pub(crate) struct Endpoint {
    pub method: Option<&'static str>,
    pub path: String,
    /// What stands in the address after the path.
    pub query: String,
    /// Whether it is on the merchants' host.
    pub merchant: bool,
    /// The names at the top of the requests shown so far.
    requested: BTreeSet<String>,
    /// Whether a response with an `errcode` has been shown.
    answered: bool,
}

impl Endpoint {
    /// Which way a body goes, if it is one: a page may also show a part of a body, even under the label of a whole one.
    fn kind(&mut self, hint: Hint, method: &str, body: &Value) -> Option<Kind> {
        let names: BTreeSet<String> =
            body.as_object().map(|body| body.keys().cloned().collect()).unwrap_or_default();
        let answer = names.contains("errcode");
        let known = names.intersection(&self.requested).count();
        let kind = match hint {
            Hint::Label(Kind::Response) if self.answered && !answer => return None,
            Hint::Label(Kind::Request) if known == 0 && !names.is_empty() && !self.requested.is_empty() => {
                return None;
            }
            Hint::Label(kind) => kind,
            _ if answer => Kind::Response,
            Hint::Address if method != "GET" => Kind::Request,
            // Most of what a request has, in a section about one sort of request.
            Hint::None if known > 0 && 2 * known >= names.len() => Kind::Request,
            Hint::Address | Hint::Other | Hint::None => return None,
        };
        match kind {
            Kind::Request => self.requested.extend(names),
            Kind::Response => self.answered |= answer,
        }
        Some(kind)
    }
}

/// What is known about the next fence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Nothing.
    #[default]
    None,
    /// It comes right after the address, where a request stands.
    Address,
    /// It is labelled as a body.
    Label(Kind),
    /// It is labelled as something else.
    Other,
}

/// What has been read of a page so far.
#[derive(Default)]
pub(crate) struct Reader {
    /// The endpoint that the last address was of.
    pub endpoint: Option<Endpoint>,
    /// How many addresses there were.
    pub introduced: usize,
    /// A method whose address hasn't come yet.
    method: Option<&'static str>,
    /// Whether the address should come next.
    address: bool,
    hint: Hint,
    /// Whether the hint comes from the line before.
    labelled: bool,
}

impl Reader {
    pub(crate) fn text(&mut self, line: &str) {
        let line = line.trim_start_matches(['>', ' ', '\t']).trim_end();
        if line.is_empty() {
            return;
        }
        if line.starts_with('|') {
            self.hint = Hint::None;
            return;
        }
        if line.contains("请求方式") {
            self.set_method(line);
        }
        let labels_address = ADDRESS.iter().any(|label| line.contains(label));
        if labels_address || self.address {
            self.address = labels_address;
            self.set_address(line);
            if labels_address {
                return;
            }
        }
        let label = Label::of(line);
        self.hint = match label {
            Label::Body(kind) => Hint::Label(kind),
            Label::Other if self.hint != Hint::Address => Hint::Other,
            // A label and a heading in one.
            Label::Heading if !self.labelled => Hint::None,
            Label::None | Label::Other | Label::Heading => self.hint,
        };
        self.labelled = matches!(label, Label::Body(_));
    }

    /// Takes a fence, and says what is known about it.
    pub(crate) fn fence(&mut self, text: &str) -> Hint {
        self.labelled = false;
        if self.address {
            self.set_address(text);
        }
        self.hint
    }

    fn set_method(&mut self, line: &str) {
        let method = if line.contains("GET") { "GET" } else { "POST" };
        match &mut self.endpoint {
            Some(endpoint) if endpoint.method.is_none() && self.hint == Hint::Address => {
                endpoint.method = Some(method);
            }
            _ => self.method = Some(method),
        }
    }

    fn set_address(&mut self, text: &str) {
        if !text.contains("://") {
            return;
        }
        self.address = false;
        self.hint = Hint::Address;
        self.introduced += 1;
        let found = text.split_once(HOST).map(|(_, rest)| (rest, false));
        let found = found.or_else(|| text.split_once(MERCHANTS).map(|(_, rest)| (rest, true)));
        self.endpoint = found.map(|(rest, merchant)| {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || "/_-.\\".contains(c)))
                .unwrap_or(rest.len());
            Endpoint {
                method: self.method.take(),
                path: format!("/{}", rest[..end].replace('\\', "")),
                query: rest[end..].to_owned(),
                merchant,
                requested: BTreeSet::new(),
                answered: false,
            }
        });
    }
}

/// What a line of text says about what follows.
enum Label {
    /// Nothing: it is prose.
    None,
    /// A body.
    Body(Kind),
    /// Something else.
    Other,
    /// It starts a section.
    Heading,
}

/// What addresses are called.
const ADDRESS: [&str; 6] = ["请求地址", "请求URL", "请求 URL", "接口地址", "webhook是", "response_url 是"];

/// What requests are called.
const REQUEST: [&str; 11] = [
    "请求示例",
    "请求实例",
    "请求包",
    "请求参数",
    "请求数据",
    "请求内容",
    "请求体",
    "请求结构",
    "入参",
    "请求样例",
    "的请求",
];

/// What responses are called. These count before [`REQUEST`]: there are responses to requests.
const RESPONSE: [&str; 9] =
    ["返回结果", "返回示例", "返回数据", "返回说明", "返回包", "返回内容", "回包", "返回样例", "返回参数"];

/// What the tables of parameters are called, `返回参数说明` among them.
const PARAMETERS: [&str; 2] = ["参数说明", "字段说明"];

impl Label {
    fn of(line: &str) -> Self {
        let heading = line.starts_with('#');
        let bold = line.starts_with("**") || line.starts_with("__");
        let text = line.trim_matches(['#', ' ', '*', '_', ':', '：']);
        // Longer lines are sentences that mention a body.
        let short = text.chars().count() <= 40;
        let called = |names: &[&str]| short && names.iter().any(|name| text.contains(name));
        let kind = if called(&PARAMETERS) {
            None
        } else if called(&RESPONSE) {
            Some(Kind::Response)
        } else if called(&REQUEST) {
            Some(Kind::Request)
        } else {
            None
        };
        let labels = heading || bold || line.ends_with([':', '：']);
        match kind {
            Some(kind) if labels => Self::Body(kind),
            _ if heading => Self::Heading,
            _ if bold && line.trim_end_matches([' ', ':', '：']).ends_with(['*', '_']) => Self::Other,
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// The address of a made-up endpoint, with its method before it.
    const ADDRESS_OF_TEA: &str = "**请求方式：** POST\n**请求地址：** https://qyapi.weixin.qq.com/cgi-bin/tea/brew?access_token=TOKEN\n";

    fn page(text: &str) -> Page {
        let text = format!("---\ntitle: \"Tea\"\ndoc_id: 7\n---\n{text}");
        Page::parse(PathBuf::from("tea.md"), &text).expect("it has an id")
    }

    /// What is extracted from a page, one text an example.
    fn shown(text: &str) -> Vec<String> {
        let (examples, unreadable) = page(text).examples(None);
        assert!(unreadable.is_empty(), "{unreadable:?}");
        let line = |example: &Example| {
            let kind = if example.kind == Kind::Request { "request" } else { "response" };
            format!("{} {} {kind} {}", example.method, example.path, example.payload)
        };
        examples.iter().map(line).collect()
    }

    /// The same, of the endpoint of [`ADDRESS_OF_TEA`].
    fn shown_of_tea(text: &str) -> Vec<String> {
        let lines = shown(&format!("{ADDRESS_OF_TEA}{text}"));
        lines.iter().map(|line| line.replace("POST /cgi-bin/tea/brew ", "")).collect()
    }

    #[test]
    fn a_page_is_a_file_with_an_id() {
        let page = page("text");
        assert_eq!((page.id, page.title.as_str()), (7, "Tea"));
        assert!(Page::parse(PathBuf::from("notes.md"), "# Notes\n\ndoc_id: 7").is_none());
        assert!(Page::parse(PathBuf::from("notes.md"), "---\ntitle: Notes\n---\n").is_none());
    }

    #[test]
    fn a_label_says_which_way_a_body_goes() {
        for (label, kind) in [
            ("**请求示例：**", "request"),
            ("**请求包体**", "request"),
            ("__请求参数__:", "request"),
            ("请求实例：", "request"),
            ("## 入参 of green tea", "request"),
            ("**返回结果 ：**", "response"),
            ("> **返回示例**", "response"),
            ("**返回数据：**", "response"),
            ("**返回说明**", "response"),
            ("**请求回包**", "response"),
        ] {
            let text = format!("{label}\n\n```\n{{\"a\": 1}}\n```\n");
            assert_eq!(shown_of_tea(&text), [format!("{kind} {{\"a\":1}}")], "{label}");
        }
    }

    #[test]
    fn what_stands_in_the_line_of_a_fence_does_not_matter() {
        for (open, close) in [("```json", "```"), ("```]", "```"), (" ``` josn ", " ```"), ("````", "````")] {
            let text = format!("**请求示例**\n{open}\n{{\"a\": 1}}\n{close}\ntext\n");
            assert_eq!(shown_of_tea(&text), ["request {\"a\":1}"], "{open}");
        }
        assert_eq!(shown_of_tea("**请求示例**\n```\n{\"a\": 1}```\ntext"), ["request {\"a\":1}"]);
        assert_eq!(shown_of_tea("**请求示例**\n```\n{\"a\": 1}"), ["request {\"a\":1}"]);
        assert_eq!(shown_of_tea("**请求示例**\n```inline```\n```\n{\"a\": 1}\n```\n"), ["request {\"a\":1}"]);
    }

    #[test]
    fn a_body_belongs_to_the_last_address() {
        let text = "\
## Open
**请求方式：** POST
**请求地址：** https://qyapi.weixin.qq.com/cgi-bin/door/open?access_token=TOKEN
**请求示例：**
```
{\"door\": 1}
```
**返回结果：**
```
{\"errcode\": 0}
```
## State, with its method after its address
**Door 请求地址：** https://qyapi.weixin.qq.com/cgi-bin/door/get\\_state?access\\_token=TOKEN&door=1
**请求方式：** GET
**返回结果：**
```
{\"errcode\": 0, \"open\": true}
```
";
        assert_eq!(
            shown(text),
            [
                "POST /cgi-bin/door/open request {\"door\":1}",
                "POST /cgi-bin/door/open response {\"errcode\":0}",
                "GET /cgi-bin/door/get_state response {\"errcode\":0,\"open\":true}",
            ]
        );
    }

    #[test]
    fn an_address_may_stand_below_its_label() {
        for address in
            ["https://qyapi.weixin.qq.com/cgi-bin/a", "```\nhttps://qyapi.weixin.qq.com/cgi-bin/a?b=1\n```"]
        {
            let text = format!("**接口地址：**\n\n{address}\n\n**返回说明**\n```\n{{\"errcode\": 0}}\n```\n");
            assert_eq!(shown(&text), ["POST /cgi-bin/a response {\"errcode\":0}"], "{address}");
        }
    }

    #[test]
    fn calls_to_other_hosts_are_nobodys() {
        let text = "**请求地址：** https://example.com/callback\n**请求示例：**\n```\n{\"a\": 1}\n```\n";
        assert!(shown(text).is_empty());
        assert!(shown_of_tea(text).is_empty());
        assert!(shown("**请求示例：**\n```\n{\"a\": 1}\n```\n").is_empty());
    }

    #[test]
    fn right_after_the_address_stands_a_request() {
        assert_eq!(shown_of_tea("```\n{\"a\": 1}\n```\n"), ["request {\"a\":1}"]);
        assert_eq!(shown_of_tea("**参数说明：**\n```\n{\"a\": 1}\n```\n"), ["request {\"a\":1}"]);
        assert!(shown_of_tea("**参数说明：**\n| a |\n|---|\n\n```\n{\"a\": 1}\n```\n").is_empty());
        let get = "**请求方式：** GET\n**请求地址：** https://qyapi.weixin.qq.com/cgi-bin/a\n```\n{\"a\": 1}\n```\n";
        assert!(shown(get).is_empty());
    }

    #[test]
    fn an_errcode_makes_an_unlabelled_body_a_response() {
        assert_eq!(shown_of_tea("## Failure\n```\n{\"errcode\": 4}\n```\n"), ["response {\"errcode\":4}"]);
        // Reports of errors are requests with one.
        assert_eq!(shown_of_tea("**请求包体**\n```\n{\"errcode\": 4}\n```\n"), ["request {\"errcode\":4}"]);
    }

    #[test]
    fn parts_of_bodies_are_left_out() {
        let request = "**请求示例**\n```\n{\"sort\": {}, \"cup\": {}}\n```\n";
        let response = "**返回示例**\n```\n{\"errcode\": 0, \"cup\": {}}\n```\n";
        for part in [
            "### Sort\n**示例**\n```\n{\"sort\": {}}\n```\n",
            "### Leaf\n```\n{\"leaf\": 1}\n```\n",
            "**参数说明**\n| a |\n|---|\n```\n{\"leaf\": 1}\n```\n",
            // Labelled as a body, but unlike those before.
            "### Leaf\n**请求示例**\n```\n{\"leaf\": 1}\n```\n",
            "### Leaf\n**返回示例**\n```\n{\"leaf\": 1}\n```\n",
        ] {
            assert_eq!(shown_of_tea(&format!("{request}{response}{part}")).len(), 2, "{part}");
        }
    }

    #[test]
    fn sections_about_sorts_of_requests_show_requests() {
        let text = "\
**请求示例**
## Green
Prose.
```
{\"sort\": \"green\", \"cups\": 1, \"green\": {}}
```
| a |
|---|
## Black
```
{\"sort\": \"black\", \"cups\": 1, \"black\": {}}
```
";
        assert_eq!(
            shown_of_tea(text),
            [
                r#"request {"sort":"green","cups":1,"green":{}}"#,
                r#"request {"sort":"black","cups":1,"black":{}}"#
            ]
        );
    }

    #[test]
    fn a_label_holds_for_the_fences_below_it() {
        let text =
            "**返回结果**\na) well:\n```\n{\"errcode\": 0}\n```\nb) ill:\n```\n{\"errcode\": 1}\n```\n";
        assert_eq!(shown_of_tea(text), ["response {\"errcode\":0}", "response {\"errcode\":1}"]);
    }

    #[test]
    fn what_is_not_json_is_skipped() {
        for text in ["<xml><a>1</a></xml>", "HTTP/1.1 200 OK\nContent-Type: image/png\n\nXxxx", "", "a text"]
        {
            assert!(shown_of_tea(&format!("**返回结果**\n```\n{text}\n```\n")).is_empty(), "{text}");
        }
        let curl = "```\ncurl 'https://example.com/' \\\n -d '\n{\"a\": 1}'\n```\n";
        assert_eq!(shown_of_tea(curl), ["request {\"a\":1}"]);
    }

    #[test]
    fn comments_hold_withdrawn_text() {
        let text = "**请求示例**\n<!--\n```\n{\"old\": 1}\n```\n-->\n```\n{\"a\": 1<!-- , \"b\": 2 -->}\n```\n<!-- ```\n{\"c\": 1}";
        let (examples, _) = page(&format!("{ADDRESS_OF_TEA}{text}")).examples(None);
        let [example] = examples.as_slice() else { panic!("{examples:?}") };
        assert_eq!(example.payload.to_string(), "{\"a\":1}");
        // Its line is the one it has in the file.
        assert_eq!(example.name, "7 Tea, line 14");
    }

    #[test]
    fn several_bodies_of_a_fence_have_their_own_lines() {
        let text = "**请求示例**\n```\n// one\n{\"a\": 1}\n// two\n{\"a\": 2}\n```\n";
        let (examples, _) = page(&format!("{ADDRESS_OF_TEA}{text}")).examples(None);
        let names: Vec<&str> = examples.iter().map(|example| example.name.as_str()).collect();
        assert_eq!(names, ["7 Tea, line 10", "7 Tea, line 12"]);
        assert_eq!(examples[0].repaired, [Repair::Comment, Repair::SeveralValues]);
    }

    #[test]
    fn bodies_that_cannot_be_read_are_reported_where_reading_stopped() {
        let text =
            format!("{ADDRESS_OF_TEA}**请求示例**\n```\n{{\n\"a\"\n}}\n```\n## Leaf\n```\n{{\"a\"}}\n```\n");
        let (examples, unreadable) = page(&text).examples(None);
        assert!(examples.is_empty());
        let [unreadable] = unreadable.as_slice() else { panic!("{unreadable:?}") };
        assert_eq!((unreadable.line, unreadable.reason.as_str()), (11, "`a` has no value"));
    }

    #[test]
    fn only_what_is_wanted_is_shown() {
        let text = format!(
            "{ADDRESS_OF_TEA}```\n{{\"a\": 1}}\n```\n**请求地址：** https://qyapi.weixin.qq.com/cgi-bin/b\n```\n{{\"b\": 1}}\n```\n"
        );
        let shown = |id: u32| {
            let wanted = Wanted::from([((id, "/cgi-bin/b".to_owned()), "PUT".to_owned())]);
            page(&text).examples(Some(&wanted)).0
        };
        let [example] = &shown(7)[..] else { panic!("one endpoint is wanted") };
        assert_eq!((example.method.as_str(), example.path.as_str()), ("PUT", "/cgi-bin/b"));
        assert!(shown(8).is_empty());
    }

    #[test]
    fn a_run_writes_lines_and_takes_each_page_once() -> io::Result<()> {
        let docs = tempfile::tempdir()?;
        fs::create_dir(docs.path().join("again"))?;
        let text = format!(
            "---\ntitle: Tea\ndoc_id: 7\n---\n{ADDRESS_OF_TEA}```\n{{\"z\": 1, \"a\": 2,}}\n```\n**返回结果**\n```\n{{\"a\"}}\n```\n"
        );
        for file in ["tea.md", "again/tea.md"] {
            fs::write(docs.path().join(file), &text)?;
        }
        fs::write(docs.path().join("tea.txt"), &text)?;
        let mut out = Vec::new();
        let summary = run(Path::new("nowhere"), docs.path(), true, &mut out)?;
        let line = r#"{"method":"POST","path":"/cgi-bin/tea/brew","kind":"request","name":"7 Tea, line 8","payload":{"z":1,"a":2},"repaired":["trailing comma"]}"#;
        assert_eq!(String::from_utf8_lossy(&out), format!("{line}\n"));
        assert_eq!((summary.examples, summary.endpoints, summary.repaired), (1, 1, 1));
        let file = docs.path().join("again/tea.md");
        assert_eq!(summary.unreadable, [format!("{}:12: `a` has no value", file.display())]);
        assert!(run(Path::new("nowhere"), &docs.path().join("missing"), true, &mut Vec::new()).is_err());
        Ok(())
    }
}
