//! The JSON examples of documentation pages, told apart by endpoint and direction, for holding them against the spec.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::blocks::{Block, blocks};
use super::json_repair::{self, Repair};
use super::page::{self, Page};
use super::reader::{Hint, Reader};
use super::side::Kind;
use crate::spec::Spec;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::load;

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
    for page in page::read(docs)? {
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
    Ok(page::read(docs)?.iter().flat_map(Page::paths).collect())
}

/// The spec of a workspace, as far as it can be read: its mistakes are for `codegen` to report.
pub(crate) fn spec(root: &Path) -> io::Result<Spec> {
    let folder = root.join("spec");
    let sources = load::sources(&folder).map_err(page::at(&folder))?;
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

impl Page {
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
            if !json_repair::looks_like_json(text) {
                continue;
            }
            let line = |offset: usize| line(skipped + offset);
            let found = match json_repair::read(text) {
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

/// Where the body starts, and the body: of a call of `curl`, what it sends.
fn data(text: &str) -> (usize, &str) {
    match (text.find('{'), text.rfind('}')) {
        (Some(start), Some(end)) if start < end && text.trim_start().starts_with("curl ") => {
            (start, &text[start..=end])
        }
        _ => (0, text),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

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
