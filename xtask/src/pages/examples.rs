//! The JSON examples of documentation pages, as lines, for holding them against the spec.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::contents::{Contents, ShownBody, Unreadable};
use super::json_repair::Repair;
use super::occurrences::occurrences;
use super::page;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::load;
use crate::spec::{DocumentKind, File, NamedDocument, Spec, Wire, WireKey};

/// A body that a page shows, as a line; without a path, a document that WeCom sends by itself.
#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    path: Option<&'a str>,
    kind: &'static str,
    /// The page and the line.
    name: String,
    payload: &'a Value,
    /// The repairs that were necessary to read it.
    #[serde(skip_serializing_if = "<[Repair]>::is_empty")]
    repaired: &'a [Repair],
}

/// The endpoints to look for, by page and path: their method.
type Wanted = BTreeMap<(u32, String), String>;

/// The examples of some pages.
#[derive(Debug, Default)]
pub struct Extract {
    /// The bodies, as JSON lines.
    pub lines: String,
    /// Their number.
    pub examples: usize,
    /// Endpoints they belong to.
    pub endpoints: usize,
    /// Documents that aren't sides of a call.
    pub events: usize,
    /// Bodies that had to be repaired.
    pub repaired: usize,
    /// Every body that can't be read: its place, and why.
    pub unreadable: Vec<String>,
}

/// Reads the pages below a folder, and returns the examples of the spec of a workspace, or of `all` endpoints.
pub fn extract(root: &Path, docs: &Path, all: bool) -> io::Result<Extract> {
    let spec = if all { Spec::default() } else { spec(root)? };
    let wanted = (!all).then(|| wanted(&spec));
    // What says nothing of itself can't be recognized alone.
    let told = |document: &NamedDocument<'_>| document.answers().is_none();
    let documents = spec.files.iter().flat_map(File::documents).filter(told).flat_map(|document| {
        let ids = document.definition.head.doc.ids();
        ids.flat_map(move |id| document.definition.wires().map(move |wire| (document.kind, id, wire)))
    });
    let documents: Vec<(DocumentKind, u32, Wire<'_>)> = documents.collect();
    let mut extract = Extract::default();
    let mut endpoints = BTreeSet::new();
    for page in page::read(docs)? {
        let method = |path: &str| wanted.as_ref()?.get(&(page.id, path.to_owned())).map(String::as_str);
        let contents = Contents::with_methods(&page, method);
        let is_wanted = |path: &str| wanted.is_none() || method(path).is_some();
        let sections = contents.sections.iter().filter(|section| is_wanted(&section.path));
        let mut shown: Vec<(&str, &ShownBody)> = sections
            .flat_map(|section| section.examples.iter().map(|example| (section.path.as_str(), example)))
            .collect();
        shown.sort_by_key(|(_, example)| example.line);
        for (path, example) in shown {
            let line = Line {
                method: Some(&example.method),
                path: Some(path),
                kind: example.part.key(),
                name: format!("{} {}, line {}", page.id, page.title, example.line),
                payload: &example.body,
                repaired: &example.repairs,
            };
            extract.lines += &serde_json::to_string(&line)?;
            extract.lines.push('\n');
            extract.examples += 1;
            extract.repaired += usize::from(!example.repairs.is_empty());
            endpoints.insert((example.method.clone(), path.to_owned()));
        }
        for shown in occurrences(&page.text) {
            // On a page of calls alone, a `msgtype` is that of a message to be sent.
            let kind = shown.told().and_then(|told| {
                if all {
                    return told.key.is_xml().then_some(DocumentKind::Event);
                }
                // A bot's message has an ID: one without is a part of another, such as what it quotes.
                let is_part = told.key == WireKey::BotMessage && shown.document.get("msgid").is_none();
                let mut own = documents.iter().filter(|(kind, id, wire)| {
                    *id == page.id && wire.takes(&told) && (kind.facts().part.is_sent() || !is_part)
                });
                own.next().map(|(kind, ..)| *kind)
            });
            if let Some(kind) = kind {
                let kind = kind.facts().noun;
                let payload = Value::String(shown.text);
                let name = format!("{} {}, line {}", page.id, page.title, shown.line);
                let line = Line { method: None, path: None, kind, name, payload: &payload, repaired: &[] };
                extract.lines += &serde_json::to_string(&line)?;
                extract.lines.push('\n');
                extract.events += 1;
            }
        }
        let unreadable = contents.unreadable.iter().filter(|body| is_wanted(&body.path));
        let place = |body: &Unreadable| format!("{}:{}: {}", page.file.display(), body.line, body.reason);
        extract.unreadable.extend(unreadable.map(place));
    }
    extract.endpoints = endpoints.len();
    Ok(extract)
}

/// The paths of all endpoints that the pages below a folder document.
pub(crate) fn documented(docs: &Path) -> io::Result<BTreeSet<String>> {
    let sections = page::read(docs)?.into_iter().flat_map(|page| Contents::of(&page).sections);
    Ok(sections.map(|section| section.path).collect())
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::super::contents::Section;
    use super::super::page::Page;
    use super::*;

    /// The address of a made-up endpoint, with its method before it.
    const ADDRESS_OF_TEA: &str = "**请求方式：** POST\n**请求地址：** https://qyapi.weixin.qq.com/cgi-bin/tea/brew?access_token=TOKEN\n";

    fn page(text: &str) -> Page {
        let text = format!("---\ntitle: \"Tea\"\ndoc_id: 7\n---\n{text}");
        Page::parse(PathBuf::from("tea.md"), &text).expect("it has an id")
    }

    /// What a page shows, one text an example.
    fn shown(text: &str) -> Vec<String> {
        let contents = Contents::of(&page(text));
        assert!(contents.unreadable.is_empty(), "{:?}", contents.unreadable);
        let examples = contents.sections.iter().flat_map(|section| {
            section.examples.iter().map(move |example| {
                format!("{} {} {} {}", example.method, section.path, example.part.key(), example.body)
            })
        });
        examples.collect()
    }

    /// The section of the endpoint of [`ADDRESS_OF_TEA`], and the bodies there that can't be read.
    fn tea(text: &str) -> (Section, Vec<Unreadable>) {
        let mut contents = Contents::of(&page(&format!("{ADDRESS_OF_TEA}{text}")));
        (contents.sections.remove(0), contents.unreadable)
    }

    /// The same, of the endpoint of [`ADDRESS_OF_TEA`].
    fn shown_of_tea(text: &str) -> Vec<String> {
        let lines = shown(&format!("{ADDRESS_OF_TEA}{text}"));
        lines.iter().map(|line| line.replace("POST /cgi-bin/tea/brew ", "")).collect()
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
        let (section, _) = tea(text);
        let [example] = section.examples.as_slice() else { panic!("{:?}", section.examples) };
        assert_eq!(example.body.to_string(), "{\"a\":1}");
        // Its line is the one it has in the file.
        assert_eq!(example.line, 14);
    }

    #[test]
    fn several_bodies_of_a_fence_have_their_own_lines() {
        let text = "**请求示例**\n```\n// one\n{\"a\": 1}\n// two\n{\"a\": 2}\n```\n";
        let (section, _) = tea(text);
        let lines: Vec<usize> = section.examples.iter().map(|example| example.line).collect();
        assert_eq!(lines, [10, 12]);
        assert_eq!(section.examples[0].repairs, [Repair::Comment, Repair::SeveralValues]);
    }

    #[test]
    fn bodies_that_cannot_be_read_are_reported_where_reading_stopped() {
        let (section, unreadable) = tea("**请求示例**\n```\n{\n\"a\"\n}\n```\n## Leaf\n```\n{\"a\"}\n```\n");
        assert!(section.examples.is_empty());
        let [unreadable] = unreadable.as_slice() else { panic!("{unreadable:?}") };
        assert_eq!((unreadable.line, unreadable.reason.as_str()), (11, "`a` has no value"));
    }

    #[test]
    fn a_method_that_is_known_decides_what_stands_right_after_an_address() {
        let page = page(&format!("{ADDRESS_OF_TEA}```\n{{\"a\": 1}}\n```\n"));
        let shown = |method| Contents::with_methods(&page, |_| Some(method)).sections.remove(0).examples;
        assert!(shown("GET").is_empty());
        let [example] = &shown("PUT")[..] else { panic!("it shows a request") };
        assert_eq!(example.method, "PUT");
    }

    #[test]
    fn only_what_the_spec_has_is_extracted() -> io::Result<()> {
        let root = tempfile::tempdir()?;
        let docs = root.path().join("docs");
        fs::create_dir(&docs)?;
        fs::create_dir(root.path().join("spec"))?;
        let spec = "title: 茶\nsummary: Tea.\nendpoints:\n  pour:\n    title: 倒茶\n    summary: Pours tea.\n    doc: { id: 7, page: 1 }\n    call: POST /cgi-bin/b\n    token: access_token\n";
        fs::write(root.path().join("spec/tea.yaml"), spec)?;
        let text = format!(
            "---\ntitle: Tea\ndoc_id: 7\n---\n{ADDRESS_OF_TEA}```\n{{\"a\": 1}}\n```\n**请求地址：** https://qyapi.weixin.qq.com/cgi-bin/b\n```\n{{\"b\": 1}}\n```\n"
        );
        fs::write(docs.join("tea.md"), &text)?;
        fs::write(docs.join("other.md"), text.replace("doc_id: 7", "doc_id: 8"))?;
        let Extract { lines, examples, endpoints, .. } = extract(root.path(), &docs, false)?;
        assert_eq!((examples, endpoints), (1, 1));
        assert!(lines.starts_with(r#"{"method":"POST","path":"/cgi-bin/b","kind":"request""#), "{lines}");
        Ok(())
    }

    #[test]
    fn each_page_is_taken_once_and_each_body_is_a_line() -> io::Result<()> {
        let docs = tempfile::tempdir()?;
        fs::create_dir(docs.path().join("again"))?;
        let text = format!(
            "---\ntitle: Tea\ndoc_id: 7\n---\n{ADDRESS_OF_TEA}```\n{{\"z\": 1, \"a\": 2,}}\n```\n**返回结果**\n```\n{{\"a\"}}\n```\n"
        );
        for file in ["tea.md", "again/tea.md"] {
            fs::write(docs.path().join(file), &text)?;
        }
        fs::write(docs.path().join("tea.txt"), &text)?;
        let found = extract(Path::new("nowhere"), docs.path(), true)?;
        let line = r#"{"method":"POST","path":"/cgi-bin/tea/brew","kind":"request","name":"7 Tea, line 8","payload":{"z":1,"a":2},"repaired":["trailing comma"]}"#;
        assert_eq!(found.lines, format!("{line}\n"));
        assert_eq!((found.examples, found.endpoints, found.repaired), (1, 1, 1));
        let file = docs.path().join("again/tea.md");
        assert_eq!(found.unreadable, [format!("{}:12: `a` has no value", file.display())]);
        assert!(extract(Path::new("nowhere"), &docs.path().join("missing"), true).is_err());
        Ok(())
    }
}
