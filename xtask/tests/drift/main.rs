//! Reports where a spec and its pages differ. `drift/` has a spec and pages that agree; each case changes one of them
//! in one place.

mod elsewhere;
mod events;
mod forms;
mod opposite;
mod titles;
mod unread;
mod within;
mod words;

use std::fs;
use std::path::Path;

use xtask::drift::{self, Differences};
use xtask::spec::Failure;

/// Creates a workspace with the spec and the pages, and edits some files: file, old text, new text.
fn with(edits: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder can be made");
    for sub in ["spec", "docs"] {
        fs::create_dir(root.path().join(sub)).expect("a folder can be made");
        for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drift").join(sub))
            .expect("the files are there")
        {
            let file = file.expect("the folder can be read");
            fs::copy(file.path(), root.path().join(sub).join(file.file_name())).expect("it can be copied");
        }
    }
    for (file, from, to) in edits {
        let file = root.path().join(file);
        let text = fs::read_to_string(&file).expect("the file is there");
        assert!(text.contains(from), "{from} is in {}", file.display());
        fs::write(&file, text.replace(from, to)).expect("it can be written");
    }
    root
}

fn run(root: &Path) -> Result<Differences, Failure> {
    drift::run(root, &root.join("docs"), false, |_| {}, || {})
}

fn report(edits: &[(&str, &str, &str)]) -> Differences {
    let root = with(edits);
    run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// Returns the findings, each as `rule at: what the page says`.
fn told(report: &Differences) -> Vec<String> {
    let told = report.findings().iter().map(|finding| {
        let page = finding.page.as_ref().map(|page| format!(": {page}")).unwrap_or_default();
        format!("{} {}{page}", finding.name(), finding.at)
    });
    told.collect()
}

const SPEC: &str = "spec/tea.yaml";
const DOC: &str = "doc: { id: 20001, page: 80001, updated: 2026-02-03 }";
const CODES: &str = "spec/errcodes.yaml";
const RATES: &str = "spec/rates.yaml";
const PAGE: &str = "docs/order.md";
const LIST: &str = "docs/codes.md";

#[test]
fn a_spec_and_pages_that_agree_differ_in_nothing() {
    let report = report(&[]);
    assert_eq!(told(&report), [""; 0]);
    let text = report.text(false, true);
    assert_eq!(
        text,
        "the spec and its pages agree\n0 documented endpoints are not in the spec, and 0 pages of endpoints that are\n"
    );
}

#[test]
fn every_difference_is_told_by_rule_and_place() {
    let row = "| cups.lid | 否 | bool | 盖子 |\n";
    for (file, from, to, expected) in [
        (PAGE, row, &*format!("{row}| cups.handle | 否 | bool | 把手 |\n"), "field-new Cup.handle"),
        (PAGE, "\"size\": 3", "\"size\": 3, \"rim\": 1", "field-new Cup.rim"),
        (PAGE, row, "", "field-gone Cup.lid"),
        (
            PAGE,
            "\"order_id\": \"T-1\", ",
            "\"order_id\": \"T-1\", \"table\": 4, ",
            "field-new order.response.table",
        ),
        (PAGE, "| cups.size | 是 | uint32", "| cups.size | 是 | string", "field-type Cup.size: string"),
        (PAGE, "| cups | 是 | object[]", "| cups | 是 | object", "field-type order.request.cups: object"),
        (PAGE, "| cups.size | 是 | uint32", "| cups.size | 是 | double", "field-type Cup.size: double"),
        (PAGE, "| name | 否", "| name | 是", "field-required order.request.name: required"),
        (PAGE, "| cups.size | 是", "| cups.size | 否", "field-required Cup.size: optional"),
        (PAGE, "不超过64个字节", "不超过32个字节", "field-limit order.request.name: max_bytes: 32"),
        (PAGE, "，不超过64个字节", "", "field-limit order.request.name: no max_bytes"),
        (SPEC, ", max_items: 20", "", "field-limit order.request.cups: max_items: 20"),
        (PAGE, "默认1", "默认2", "field-default order.request.sugar: 2"),
        (PAGE, "，默认1", "", "field-default order.request.sugar: none"),
        (SPEC, ", default: 1", "", "field-default order.request.sugar: 1"),
        (PAGE, "black-红茶", "black-红茶；white-白茶", "value-new TeaKind.white"),
        (SPEC, "black: Black", "black: Black\n      white: White", "value-gone TeaKind.white"),
        (PAGE, "名字，", "名字，lu-鲁；li-李，", "value-new order.request.name: lu, li"),
        (PAGE, "tea/order", "tea/pour", "endpoint-gone order"),
        (PAGE, "POST（", "GET（", "method order: GET"),
        (PAGE, "?access_token", "?suite_access_token", "token order: suite_access_token"),
        (PAGE, "600次", "300次", "rate order: 300 per minute"),
        (PAGE, "接口频率限制 600次/分钟", "", "rate order: no rate"),
        (PAGE, "限制 600次", "限制 600次/小时，900次", "rate order: 600 per hour, 900 per minute"),
        (PAGE, "接口频率限制 600次", "每企业接口频率限制 600次", "rate order: 600 per minute, of a company"),
        (
            PAGE,
            "接口频率限制 600次",
            "每个用户接口频率限制 600次",
            "rate order: 600 per minute, not of calls alone",
        ),
        (
            PAGE,
            "接口频率限制 600次/分钟",
            "接口频率限制 600次/分钟，与倒茶共享同一调用频率限制",
            "rate order: 600 per minute, shared",
        ),
        (PAGE, "；black-红茶", "", "value-gone TeaKind.black"),
        (PAGE, "并发限制：5", "并发限制：9", "concurrency order: 9"),
        (PAGE, "**并发限制：5**", "", "concurrency order: no limit"),
        (PAGE, "doc_id: 20001", "doc_id: 20009", "page-gone order"),
        (PAGE, "path/80001", "path/80009", "page-moved order: 80009"),
        (PAGE, "2026/02/03", "2026/03/04", "page-changed order: 2026-03-04"),
        (LIST, "| 70001 | 没有水 |\n", "| 70001 | 没有水 |\n| 70002 | 没有茶 |\n", "code-new codes.70002"),
        (LIST, "| 70001 | 没有水 |\n", "", "code-gone codes.70001"),
        (CODES, "2026-01-01", "2026-01-02", "page-changed codes: 2026-01-01"),
        (
            PAGE,
            "| 70010 | 茶没有了 |\n",
            "| 70010 | 茶没有了 |\n| 70011 | 杯子碎了 |\n",
            "code-new order.codes.70011",
        ),
        (PAGE, "| 70010 | 茶没有了 |\n", "", "code-gone order.codes.70010"),
        (
            PAGE,
            "\"errcode\": 0, \"errmsg\": \"ok\", \"order_id\": \"T-1\"",
            "\"errcode\": 70010, \"errmsg\": \"no tea\", \"order_id\": [\"T-1\"]",
            "partial order: order_id",
        ),
        (RATES, "2026-01-03", "2026-01-02", "page-changed rates: 2026-01-03"),
        (RATES, "page: 80008", "page: 80009", "page-moved rates: 80008"),
        (RATES, "10000", "9000", "rate rates.company: company, each endpoint: 10000 per minute"),
    ] {
        assert_eq!(told(&report(&[(file, from, to)])), [expected], "{from} → {to}");
    }
}

#[test]
fn another_host_encoding_or_answer_is_told() {
    let form =
        "**请求示例：**\n```\nContent-Type: multipart/form-data\nname=\"photo\"; filename=\"cup.png\"\n```\n";
    let form = report(&[(PAGE, "**请求示例：**\n", form)]);
    assert!(told(&form).contains(&"body order: multipart".to_owned()), "{:?}", told(&form));
    let file = "**返回示例：**\n```\nHTTP/1.1 200 OK\nContent-Disposition: attachment\n```\n";
    let file = report(&[(PAGE, "**返回示例：**\n", file)]);
    assert_eq!(told(&file), ["answer order: file_or_json"]);
    let merchant = report(&[(PAGE, "qyapi.weixin.qq.com", "api.mch.weixin.qq.com")]);
    for expected in ["host order: merchant", "body order: xml", "answer order: xml"] {
        assert!(told(&merchant).contains(&expected.to_owned()), "{:?}", told(&merchant));
    }
}

#[test]
fn a_quirk_and_a_misspelt_name_are_accepted_where_they_stand() {
    let quirk = (SPEC, "ready_at: { ", "ready_at: { quirk: \"Sent as text.\", ");
    let shown = (SPEC, "\"ready_at\": 1720000000", "\"ready_at\": \"1720000000\"");
    let page = (PAGE, "| ready_at | uint32", "| ready_at | string");
    assert_eq!(told(&report(&[quirk, shown, page])), [""; 0]);
    let misspelt = (SPEC, "order_id: { ", "order_id: { misspelt: [orderid], ");
    let page = (PAGE, "\"order_id\": ", "\"orderid\": ");
    assert_eq!(told(&report(&[misspelt, page])), [""; 0]);
}

#[test]
fn what_is_sent_is_of_the_kind_that_examples_tables_and_values_show() {
    let lid = "lid?: { type: bool";
    let lid_row = "| cups.lid | 否 | bool | 盖子 |";
    for (edits, expected) in [
        (vec![(PAGE, "\"size\": 3", "\"size\": \"3\"")], vec!["field-type Cup.size: \"3\""]),
        (vec![(PAGE, "\"size\": 3", "\"size\": 3, \"lid\": 1")], vec!["field-type Cup.lid: 1"]),
        (vec![(SPEC, lid, "lid?: { type: flag")], vec!["field-type Cup.lid: bool"]),
        (vec![(PAGE, lid_row, "| cups.lid | 否 |  | 盖子：0-否，1-是 |")], vec!["field-type Cup.lid: 0, 1"]),
        (
            vec![
                (SPEC, lid, "lid?: { type: flag"),
                (PAGE, lid_row, "| cups.lid | 否 |  | 盖子：true-是，false-否 |"),
            ],
            vec!["field-type Cup.lid: false, true"],
        ),
        (
            vec![
                (PAGE, "\"size\": 3", "\"size\": \"3\""),
                (SPEC, "size: { ", "size: { quirk: \"Shown as text.\", "),
            ],
            vec![],
        ),
        (vec![(PAGE, "\"ready_at\": 1720000000", "\"ready_at\": \"1720000000\"")], vec![]),
    ] {
        assert_eq!(told(&report(&edits)), expected, "{edits:?}");
    }
}

#[test]
fn a_deviation_cannot_say_that_a_field_is_not_there_which_an_example_shows() {
    let accepts =
        "\ndeviations:\n  - { rule: field-new, at: Cup.rim, reason: \"A slip of the page.\" }\n\nendpoints:";
    let accepts = (SPEC, "\nendpoints:", accepts);
    let row = "| cups.lid | 否 | bool | 盖子 |\n";
    let documented = (PAGE, row, &*format!("{row}| cups.rim | 否 | bool | 边 |\n"));
    assert_eq!(told(&report(&[accepts, documented])), [""; 0], "a table may be wrong");
    let shown = report(&[accepts, (PAGE, "\"size\": 3", "\"size\": 3, \"rim\": 1")]);
    assert_eq!(told(&shown), ["deviation-gone Cup.rim (field-new)", "field-new Cup.rim"]);
    let text = shown.text(false, false);
    assert!(text.contains("an example shows `rim`: add it as a field or as `misspelt`"), "{text}");
}

#[test]
fn an_answer_that_breaks_the_rules_of_its_type_is_told() {
    let held =
        (SPEC, "ready_at: {", "pot?: { type: Pot, doc: \"The pot, if there is one.\" }\n      ready_at: {");
    let pot = "structs:\n  Pot:\n    doc: A pot.\n    rules: [{ exactly_one: [clay, iron] }]\n    fields:\n      \
               clay?: { type: string, doc: \"If of clay.\" }\n      iron?: { type: string, doc: \"If of iron.\" }\n";
    for (shown, expected) in [
        (r#"{ "clay": "red", "iron": "black" }"#, vec!["rule-broken Pot.clay.iron: clay and iron"]),
        (r#"{ "clay": "red", "iron": "" }"#, vec![]),
    ] {
        let shown = format!("\"order_id\": \"T-1\", \"pot\": {shown},");
        let shown = (PAGE, "\"order_id\": \"T-1\",", shown.as_str());
        assert_eq!(told(&report(&[held, (SPEC, "structs:\n", pot), shown])), expected);
    }
}

#[test]
fn another_definition_of_a_call_is_told_unless_the_notes_name_it() {
    let root = with_another_page(false);
    let report = run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(told(&report), ["definition-new order: 20003"]);
    let spec = root.path().join(SPEC);
    let text = fs::read_to_string(&spec).expect("it is there");
    let notes = "    doc: { id: 20001";
    let named = text.replace(notes, &format!("    notes: Document 20003 adds saucers.\n{notes}"));
    fs::write(&spec, named).expect("it can be written");
    let report = run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(told(&report), [""; 0]);
}

#[test]
fn a_default_of_what_must_be_sent_is_told() {
    let page = (PAGE, "| cups.size | 是 | uint32 | 大小 |", "| cups.size | 是 | uint32 | 大小，默认3 |");
    assert_eq!(told(&report(&[page])), ["field-default Cup.size: 3"]);
}

#[test]
fn a_finding_shows_both_sides_and_how_to_accept_it() {
    let text = report(&[(PAGE, "不超过64个字节", "不超过32个字节")]).text(false, false);
    for part in [
        "error[field-limit]: the page says `max_bytes: 32`, the spec doesn't",
        "--> spec/tea.yaml:15:7",
        "name?: { type: string, max_bytes: 64",
        "order.md:25:1",
        "| name | 否 | string | 名字，不超过32个字节 |",
        "`- { rule: field-limit, at: \"order.request.name\", page: \"max_bytes: 32\", reason: … }`",
        "1 difference: field-limit",
    ] {
        assert!(text.contains(part), "{part} is in:\n{text}");
    }
}

#[test]
fn machines_read_the_same() {
    let json = report(&[(PAGE, "不超过64个字节", "不超过32个字节"), (LIST, "70001", "70003")]).json();
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let findings = json["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 3, "{json:#}");
    let limit = findings.iter().find(|finding| finding["rule"] == "field-limit").expect("it is told");
    assert_eq!(limit["at"], "order.request.name");
    assert_eq!(limit["page_says"], "max_bytes: 32");
    assert_eq!(limit["spec"], serde_json::json!({ "file": "spec/tea.yaml", "line": 15, "column": 7 }));
    assert_eq!(limit["page"]["line"], 25);
}

/// Returns a deviation from the page's limit on names that quotes this.
fn accepting(page: &str) -> String {
    format!(
        "\ndeviations:\n  - {{ rule: field-limit, at: order.request.name, page: \"max_bytes: {page}\", \
         reason: \"Longer names were seen.\" }}\n\nendpoints:"
    )
}

#[test]
fn what_is_accepted_is_not_told_until_the_page_says_something_else() {
    let changed = |to| (PAGE, "不超过64个字节", to);
    let accepts = accepting("32");
    let accepts = (SPEC, "\nendpoints:", accepts.as_str());
    assert_eq!(told(&report(&[changed("不超过32个字节"), accepts])), [""; 0]);
    let again = report(&[changed("不超过16个字节"), accepts]);
    assert_eq!(
        told(&again),
        [
            "deviation-gone order.request.name (field-limit): max_bytes: 32",
            "field-limit order.request.name: max_bytes: 16",
        ]
    );
    let text = again.text(false, false);
    assert!(text.contains("no longer applies: the page now says `max_bytes: 16`"), "{text}");
}

#[test]
fn what_is_accepted_without_need_is_told() {
    let accepts = accepting("32");
    let report = report(&[(SPEC, "\nendpoints:", &accepts)]);
    assert_eq!(told(&report), ["deviation-gone order.request.name (field-limit): max_bytes: 32"]);
    let text = report.text(false, false);
    assert!(text.contains("there is no such difference"), "{text}");
    assert!(text.contains("spec/tea.yaml:5:5"), "{text}");
}

/// Creates a workspace with a second page of the endpoint, which the spec may name.
fn with_another_page(named: bool) -> tempfile::TempDir {
    let edit = (SPEC, "2026-02-03 }", "2026-02-03, also: [{ id: 20003, updated: 2026-02-03 }] }");
    let root = if named { with(&[edit]) } else { with(&[]) };
    let page = fs::read_to_string(root.path().join(PAGE)).expect("the page is there");
    let other = page
        .replace("doc_id: 20001", "doc_id: 20003")
        .replace("| cups.lid | 否 | bool | 盖子 |", "| cups.saucer | 否 | bool | 碟子 |")
        .replace("不超过64个字节", "不超过99个字节");
    fs::write(root.path().join("docs/order_for_others.md"), other).expect("it can be written");
    root
}

#[test]
fn another_page_that_the_spec_names_adds_to_the_first() {
    let root = with_another_page(true);
    let report = run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(told(&report), ["field-new Cup.saucer"], "the first page has the last word on the rest");
    let other = root.path().join("docs/order_for_others.md");
    let text = fs::read_to_string(&other).expect("it is there");
    fs::write(&other, text.replace("2026/02/03", "2026/05/06").replace("tea/order", "tea/pour"))
        .expect("so it is");
    let report = run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"));
    let expected = ["endpoint-gone order: 20003", "page-changed order: 20003: 2026-05-06"];
    let mut found = told(&report);
    found.sort();
    assert_eq!(found, expected);
    fs::remove_file(other).expect("it is there");
    let report = run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(told(&report), ["page-gone order: 20003"]);
}

#[test]
fn another_page_that_the_spec_does_not_name_is_listed() {
    let root = with_another_page(false);
    let report = run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"));
    let text = report.text(false, true);
    assert!(text.contains("not named in the spec: /cgi-bin/tea/order ("), "{text}");
    assert!(text.contains("not in the spec, and 1 pages of endpoints that are"), "{text}");
}

#[test]
fn a_table_that_has_no_place_still_tells_of_names_that_the_spec_lacks() {
    let table = "| saucer | 碟子 |\n| size | 大小 |";
    let after = |rows: &str| format!("unix时间戳 |\n\n**碟子：**\n\n| 参数 | 说明 |\n|---|---|\n{rows}\n");
    let report = |rows: &str| report(&[(PAGE, "unix时间戳 |\n", after(rows).as_str())]);
    assert_eq!(told(&report(table)), ["field-new order.response.saucer"]);
    let event = format!("| InfoType | 事件 |\n{table}");
    assert_eq!(told(&report(&event)), [""; 0], "what it describes is pushed, not answered");
}

#[test]
fn types_that_no_page_describes_are_counted() {
    let held =
        (SPEC, "ready_at: {", "pot?: { type: Pot, doc: \"The pot, if there is one.\" }\n      ready_at: {");
    let pot =
        "\nenums:\n  Glaze:\n    doc: A glaze.\n    repr: string\n    values: { matt: Matt, gloss: Gloss }";
    let pot_struct =
        "structs:\n  Pot:\n    doc: A pot.\n    fields:\n      glaze: { type: Glaze, doc: \"Its glaze.\" }\n";
    let types = [(SPEC, "structs:\n", pot_struct), (SPEC, "\nenums:", pot)];
    let shown = (PAGE, "| order_id | string | 单号 |", "| order_id | string | 单号 |\n| pot | object | 壶 |");
    let report = report(&[held, types[0], types[1], shown]);
    assert_eq!(told(&report), [""; 0], "of what a page says nothing about, nothing is gone");
    let text = report.text(false, false);
    assert!(text.contains("2 types of the spec are in no recognized description"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&report.json()).expect("it is JSON");
    assert_eq!(json["unseen"][0], serde_json::json!({ "file": SPEC, "type": "Pot" }));
}

#[test]
fn endpoints_that_only_pages_have_are_listed() {
    let root = with(&[]);
    let page = fs::read_to_string(root.path().join(PAGE)).expect("the page is there");
    let other = page.replace("doc_id: 20001", "doc_id: 20003").replace("tea/order", "tea/pour");
    fs::write(root.path().join("docs/pour.md"), other).expect("it can be written");
    let report = run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(told(&report), [""; 0], "it is no difference");
    let text = report.text(false, true);
    assert!(text.contains("not in the spec: /cgi-bin/tea/pour ("), "{text}");
    assert!(text.contains("pour.md:9)\n"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&report.json()).expect("it is JSON");
    assert_eq!(json["unspecified"][0]["path"], "/cgi-bin/tea/pour");
}

#[test]
fn what_is_suggested_can_be_pasted() {
    let cell = "string\u{200d}\\\" # x";
    let edit = (PAGE, "| cups.size | 是 | uint32", &*format!("| cups.size | 是 | {cell}"));
    let text = report(&[edit]).text(false, false);
    let entry =
        text.split("`- ").nth(1).and_then(|rest| rest.split(" … }`").next()).expect("it is suggested");
    let accepted = format!("\ndeviations:\n  - {entry} \"Seen so.\" }}\n\nendpoints:");
    assert_eq!(told(&report(&[edit, (SPEC, "\nendpoints:", &accepted)])), [""; 0], "{entry}");
}

#[test]
fn a_field_of_a_shared_type_is_there_if_one_of_its_places_has_it() {
    let shared =
        (SPEC, "ready_at: {", "spare?: { type: Cup, doc: \"One more, only at times.\" }\n      ready_at: {");
    let shown = (PAGE, "\"order_id\": \"T-1\",", "\"order_id\": \"T-1\", \"spare\": { \"size\": 2 },");
    assert_eq!(told(&report(&[shared, shown])), [""; 0], "the request's cups have a lid");
}

#[test]
fn pages_are_read_whatever_their_editor_adds() {
    let marked = [(PAGE, "doc_id: 20001", "doc_id: \"20001\""), (LIST, "---\ntitle", "\u{feff}---\ntitle")];
    assert_eq!(told(&report(&marked)), [""; 0]);
}

#[test]
fn without_pages_or_with_a_spec_that_is_wrong_nothing_is_compared() {
    let root = with(&[]);
    for file in [SPEC, CODES] {
        fs::remove_file(root.path().join(file)).expect("it is there");
    }
    assert!(
        matches!(run(root.path()), Err(Failure::Io(error)) if error.to_string().contains("neither endpoints nor error codes"))
    );
    let root = with(&[]);
    let missing = drift::run(root.path(), &root.path().join("nowhere"), false, |_| {}, || {});
    assert!(matches!(missing, Err(Failure::Io(error)) if error.to_string().contains("nowhere")));
    let empty = drift::run(root.path(), &root.path().join("spec"), false, |_| {}, || {});
    assert!(matches!(empty, Err(Failure::Io(error)) if error.to_string().contains("it has no pages")));
    let root = with(&[(SPEC, "type: TeaKind", "type: TeeKind")]);
    assert!(matches!(run(root.path()), Err(Failure::Spec { text, .. }) if text.contains("TeaKind")));
}
