//! Pages that nobody has read, and calls that have a name instead of an address.

use std::fs;
use std::path::Path;

use xtask::drift::Differences;

use super::{DOC, PAGE, SPEC, report, run, told, with};

#[test]
fn a_page_that_nobody_has_read_is_asked_for_and_told_when_it_comes() {
    let unread = "doc: { page: 80099, seen: false, also: [{ page: 80098, seen: false }] }";
    let report = report(&[(SPEC, DOC, unread)]);
    assert_eq!(told(&report), [""; 0]);
    let text = report.text(false, true);
    for line in [
        "not read: page 80098, with order of spec/tea.yaml\n",
        "not read: page 80099, with order of spec/tea.yaml\n",
        "2 pages were never read",
        "not named in the spec: /cgi-bin/tea/order",
    ] {
        assert!(text.contains(line), "no {line} in\n{text}");
    }
    let arrived = super::report(&[(SPEC, DOC, unread), (PAGE, "path/80001", "path/80099")]);
    assert_eq!(told(&arrived), ["page-found order: 80099"]);
    let text = arrived.text(false, true);
    assert!(text.contains("write `id: 20001` and `updated` in place of `seen: false`"), "{text}");
    assert!(text.contains("1 page was never read") && !text.contains("page 80099, with"), "{text}");
}

#[test]
fn a_call_of_the_zone_is_compared_with_where_its_name_stands() {
    let call = [
        (
            PAGE,
            "**请求地址：** https://qyapi.weixin.qq.com/cgi-bin/tea/order?access_token=ACCESS_TOKEN",
            "**请求接口名：**\norder_tea",
        ),
        (
            SPEC,
            "call: POST /cgi-bin/tea/order\n    token: access_token",
            "call: INVOKE order_tea\n    token: none",
        ),
    ];
    let report = |more: &[(&'static str, &'static str, &'static str)]| {
        told(&super::report(&[call.as_slice(), more].concat()))
    };
    assert_eq!(report(&[]), [""; 0]);
    assert_eq!(report(&[(PAGE, "\norder_tea", "\npour_tea")]), ["endpoint-gone order"]);
    assert_eq!(report(&[(PAGE, "，默认1", "，默认2")]), ["field-default order.request.sugar: 2"]);
}

/// A page beside those of the spec.
const OVERVIEW: &str =
    "---\ntitle: \"概述\"\ndoc_id: 20004\n---\n最后更新：2026/02/04\n\n每个企业最多有10种茶。\n";
const ENTRY: &str =
    "pages:\n  20004: { updated: 2026-02-04, about: \"How many teas there may be.\", in: [tea] }\n";

/// Returns the differences of a workspace that has an overview and a table of such pages, each with a change.
fn with_overview(page: (&str, &str), table: (&str, &str)) -> Differences {
    let root = with(&[]);
    for (file, text, (from, to)) in [("docs/overview.md", OVERVIEW, page), ("spec/pages.yaml", ENTRY, table)]
    {
        assert!(text.contains(from), "{from} is in {file}");
        fs::write(root.path().join(file), text.replace(from, to)).expect("it can be written");
    }
    run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}"))
}

#[test]
fn a_page_beside_those_of_the_spec_has_to_be_read() {
    let same = ("pages", "pages");
    let kept = ("概述", "概述");
    for (page, table, expected) in [
        (kept, same, vec![]),
        (("20004", "20005"), same, vec!["page-gone pages.20004", "page-unread pages.20005"]),
        (("02/04", "02/05"), same, vec!["page-changed pages.20004: 2026-02-05"]),
        (kept, ("in: [tea]", "in: [tee]"), vec!["page-entry pages.20004: tee"]),
        (
            kept,
            ("20004", "20001"),
            vec!["page-changed pages.20001: 2026-02-03", "page-entry pages.20001", "page-unread pages.20004"],
        ),
    ] {
        let mut told = told(&with_overview(page, table));
        told.sort();
        assert_eq!(told, expected, "{page:?} {table:?}");
    }
    let text = with_overview(("20004", "20005"), same).text(false, false);
    assert!(text.contains("nobody has read `概述`, a page of a chapter"), "{text}");
    assert!(!text.contains("in `deviations`"), "there are none in the table:\n{text}");
}

#[test]
fn pages_of_folders_without_any_of_the_spec_need_not_be_read() {
    let root = with(&[]);
    let other = root.path().join("docs/other");
    fs::create_dir(&other).expect("a folder can be made");
    fs::write(root.path().join("spec/pages.yaml"), "pages: {}\n").expect("it can be written");
    fs::write(other.join("house.md"), "---\ntitle: \"茶馆\"\ndoc_id: 20010\n---\n")
        .expect("it can be written");
    let read = |root: &Path| run(root).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(told(&read(root.path())), [""; 0]);
    fs::rename(other.join("house.md"), root.path().join("docs/house.md")).expect("it can be moved");
    assert_eq!(told(&read(root.path())), ["page-unread pages.20010"]);
}
