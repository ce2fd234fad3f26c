//! What is told where an event and its pages differ.

use std::fs;

use crate::{run, told, with};

const SPEC: &str = r#"title: 茶回调
summary: Tea that is ready.
events:
  brewed:
    title: 泡好事件
    summary: Tea is ready.
    doc: { id: 71, page: 9071, updated: 2026-01-05, title: 茶回调 }
    wire: [Event brewed, InfoType brewed]
    fields:
      Leaf: { type: string, doc: "The leaf." }
      GuestId?:
        type: list<string>
        item: Id
        doc: "The guests. Absent without one."
      Cups: { type: uint, aka: [CupCount], doc: "How many cups there are." }
    examples:
      - payload: |
          <xml>
            <MsgType>event</MsgType>
            <Event>brewed</Event>
            <Leaf>green</Leaf>
            <GuestId><Id>lin.wei</Id></GuestId>
            <Cups>2</Cups>
          </xml>
"#;

const PAGE: &str = "---\ntitle: \"茶回调\"\ndoc_id: 71\nsource_url: https://developer.work.weixin.qq.com/document/path/9071\n---\n\
    最后更新：2026/01/05\n\n## 泡好事件\n```\n<xml>\n  <MsgType><\n- ![CDATA[event]]></MsgType>\n  <Event><\n- ![CDATA[brewed]]></Event>\n  \
    <Leaf><\n- ![CDATA[LEAF]]></Leaf>\n  <GuestId><Id>a</Id><Id>b</Id></GuestId>\n  <CupCount>3</CupCount>\n</xml>\n```\n\
    | 参数 | 说明 |\n|----|----|\n| ToUserName | 企业 |\n| Leaf | 茶叶 |\n| GuestId | 客人 |\n| CupCount | 杯数 |\n";

/// Returns the findings about the event and its page, one of which is changed.
fn changed(spec: (&str, &str), page: (&str, &str)) -> Vec<String> {
    changed_on_both([spec], [page])
}

/// Returns the findings about the event and its page, both with changes.
fn changed_on_both<const S: usize, const P: usize>(
    spec: [(&str, &str); S],
    page: [(&str, &str); P],
) -> Vec<String> {
    let root = with(&[]);
    for (file, text, changes) in
        [("spec/tea.events.yaml", SPEC, spec.as_slice()), ("docs/brewed.md", PAGE, page.as_slice())]
    {
        let text = changes.iter().fold(text.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from} is in {file}");
            text.replace(from, to)
        });
        fs::write(root.path().join(file), text).expect("it can be written");
    }
    told(&run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}")))
}

const NOTHING: (&str, &str) = ("", "");

#[test]
fn an_event_and_its_page_that_agree_differ_in_nothing() {
    assert_eq!(changed(NOTHING, NOTHING), [""; 0]);
}

#[test]
fn what_a_page_says_of_an_event_is_told_where_the_spec_says_otherwise() {
    for (from, to, expected) in [
        ("| Leaf | 茶叶 |", "| Leaf | 茶叶 |\n| Pot | 壶 |", vec!["field-new brewed.fields.Pot"]),
        ("<CupCount>3", "<Pot>1</Pot><CupCount>3", vec!["field-type brewed: the spec has no field `Pot`"]),
        ("<CupCount>3", "<CupCount>three", vec!["field-type brewed: expected a `uint`, found `string`"]),
        ("  <CupCount>3</CupCount>\n", "", vec!["field-presence brewed.fields.Cups: sometimes"]),
        ("[brewed]", "[poured]", vec!["endpoint-gone brewed"]),
        ("2026/01/05", "2026/02/05", vec!["page-changed brewed: 2026-02-05"]),
        ("doc_id: 71", "doc_id: 72", vec!["endpoint-gone brewed", "page-gone brewed"]),
        ("path/9071", "path/9072", vec!["page-moved brewed: 9072"]),
        ("title: \"茶回调\"", "title: \"泡茶回调\"", vec!["page-renamed brewed: 71: 泡茶回调"]),
        ("title: \"茶回调\"", "title: \"泡好事件\"", vec!["page-renamed brewed: 71: "]),
    ] {
        assert_eq!(changed(NOTHING, (from, to)), expected, "{to}");
    }
}

#[test]
fn a_change_type_that_the_spec_ignores_is_told() {
    let change = ("  <Leaf><", "  <ChangeType>hot</ChangeType>\n  <Leaf><");
    assert_eq!(changed(NOTHING, change), ["value-new brewed.wire: Event brewed hot"]);
    let named = ("Event brewed,", "Event brewed hot,");
    let example =
        ("<Event>brewed</Event>", "<Event>brewed</Event>\n            <ChangeType>hot</ChangeType>");
    assert_eq!(changed_on_both([named, example], [change]), [""; 0]);
}

#[test]
fn items_in_one_text_are_no_list_of_elements() {
    let leaf = ("Leaf: { type: string", "Leaf: { type: list<string>");
    let several = ("[LEAF]", "[green,black]");
    assert_eq!(changed(leaf, several), [""; 0], "the text may have a comma");
    let said = ("| Leaf | 茶叶 |", "| Leaf | 茶叶，多个用逗号分隔 |");
    let told = |ty| changed_on_both([("Leaf: { type: string", ty)], [several, said]);
    assert_eq!(told("Leaf: { type: list<string>"), ["field-type brewed.fields.Leaf: csv"]);
    assert_eq!(told("Leaf: { type: csv<string>"), [""; 0]);
}

#[test]
fn what_only_the_spec_has_of_an_event_is_gone() {
    let more = "      Pot?:\n        type: string\n        doc: \"The pot.\"\n      Cups:";
    assert_eq!(changed(("      Cups:", more), NOTHING), ["field-gone brewed.fields.Pot"]);
}

#[test]
fn a_difference_of_an_event_is_accepted_with_a_reason() {
    let end = "            <Cups>2</Cups>\n          </xml>\n";
    let with_it = format!(
        "{end}deviations:\n  - {{ rule: field-new, at: brewed.fields.Pot, reason: \"It never comes.\" }}\n"
    );
    assert_eq!(changed((end, &with_it), ("| Leaf | 茶叶 |", "| Leaf | 茶叶 |\n| Pot | 壶 |")), [""; 0]);
    assert_eq!(changed((end, &with_it), NOTHING), ["deviation-gone brewed.fields.Pot (field-new)"]);
}

#[test]
fn an_example_shows_the_cause_that_the_row_names() {
    let event = "            <Event>brewed</Event>\n";
    let example = |cause: &str| format!("{event}            <FromUserName>{cause}</FromUserName>\n");
    for (row, cause, expected) in [
        ("此事件该值固定为sys", "sys", vec![]),
        ("此事件该值固定为sys", "lin.wei", vec!["notes brewed: FromUserName: always `sys`"]),
        ("成员UserID", "lin.wei", vec![]),
        ("成员UserID", "sys", vec!["notes brewed: FromUserName: a userid"]),
        ("操作者UserID，系统触发时为sys", "sys", vec!["notes brewed: FromUserName: a userid or `sys`"]),
    ] {
        let row = format!("| Leaf | 茶叶 |\n| FromUserName | {row} |");
        let told = changed((event, &example(cause)), ("| Leaf | 茶叶 |", &row));
        assert_eq!(told, expected, "{row} {cause}");
    }
}

#[test]
fn a_description_denies_nothing_where_no_text_near_the_field_does() {
    let told = changed(("The leaf.", "What isn't the leaf."), NOTHING);
    assert_eq!(told, ["notes brewed.fields.Leaf: nothing denied"]);
}
