//! Tables, lists and reasons on other pages than the one that is compared.

use std::fs;

use super::{PAGE, SPEC, report, run, told, with};

/// Returns the findings if another page has some text, and a row of the first one is changed.
fn beside(row: &str, other: &str, edits: &[(&str, &str, &str)]) -> Vec<String> {
    let mut all = vec![(PAGE, "| cups.size | 是 | uint32 | 大小 |", row)];
    all.extend(edits);
    let root = with(&all);
    let page = format!("---\ntitle: \"杯\"\ndoc_id: 20020\n---\n{other}");
    fs::write(root.path().join("docs/cups.md"), page).expect("it can be written");
    told(&run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}")))
}

#[test]
fn a_table_of_values_may_be_on_another_page() {
    let row = "| cups.size | 是 | uint32([Size](#20020/size)) | 大小 |";
    let values =
        |second: &str| format!("## Size\n| 取值 | 说明 |\n|---|---|\n| 1 | 小 |\n{second}| 3 | 大 |\n");
    let sizes =
        "\nenums:\n  Size:\n    doc: A size.\n    repr: int\n    values: { 1: Small, 2: Middle, 3: Large }";
    let listed = [(SPEC, "size: { type: uint", "size: { type: Size"), (SPEC, "\nenums:", sizes)];
    assert_eq!(beside(row, &values("| 2 | 中 |\n"), &listed), [""; 0]);
    assert_eq!(beside(row, &values(""), &listed), ["value-gone Size.2"]);
    assert_eq!(beside(row, &values("| 2 | 中 |\n| 4 | 桶 |\n"), &listed), ["value-new Size.4"]);
    assert_eq!(beside(row, &values(""), &[]), ["value-new Cup.size: 1, 3"]);
}

#[test]
fn a_deviation_says_what_is_so() {
    let row = "| cups.size | 是 | string | 大小 |";
    let accepted = |reason: &str| {
        let accepts = format!(
            "\ndeviations:\n  - {{ rule: field-type, at: Cup.size, page: string, reason: \"{reason}\" }}\n\nendpoints:"
        );
        beside(row, "杯子的容量", &[(SPEC, "\nendpoints:", &accepts)])
    };
    for right in [
        "The page's example shows a number.",
        "The rows of `cups` say otherwise.",
        "The size (大小) is a number.",
        "Page 20020 says so.",
    ] {
        assert_eq!(accepted(right), [""; 0], "{right}");
    }
    for (wrong, says) in [
        ("The page's example shows a list.", "no list"),
        ("The page's example lacks it.", "an example has size"),
        ("The table means `volume`, as the example calls it.", "no volume"),
        ("The table means `order`, as the example calls it.", "no example has order"),
        ("The size (尺码) is a number.", "no 尺码"),
        ("Page 20077 says so.", "no 20077"),
        ("As above.", "nothing above"),
        ("As `name`.", "no name"),
        ("Its quirk is about the row.", "no quirk"),
    ] {
        assert_eq!(accepted(wrong), [format!("reason Cup.size: {says}")], "{wrong}");
    }
}

#[test]
fn a_signature_of_an_app_covers_what_a_linked_page_lists() {
    let field = |name: &str| format!("      {name}: {{ type: string, doc: \"Of the payment.\" }}\n");
    let fields = ["nonce_str", "sign", "mch_id", "app_sign", "amount"].map(field).concat();
    let signed = |over: &str, list: &str| {
        let spec = format!(
            r#"title: 茶钱
summary: Payments.
endpoints:
  pay_tea:
    title: 付茶钱
    summary: Pays for tea.
    doc: {{ id: 20003, page: 80003 }}
    call: POST /mmpaymkttransfers/pay_tea
    host: merchant
    token: none
    body: xml
    answer: xml
    sign: {{ nonce: nonce_str, sig: sign, merchant: mch_id, app: {{ sig: app_sign, over: [{over}] }} }}
    request:
{fields}    response:
      result_code: {{ type: string, doc: "The result." }}
    examples:
      - request: |
          {{ "nonce_str": "n", "sign": "s", "mch_id": "1", "app_sign": "a", "amount": "3" }}
        response: |
          {{ "result_code": "SUCCESS" }}
"#
        );
        let page = "---\ntitle: \"付茶钱\"\ndoc_id: 20003\n---\n**请求地址：** \
                    https://api.mch.weixin.qq.com/mmpaymkttransfers/pay_tea\n\n见[签名](#20020)\n";
        let listed =
            format!("---\ntitle: \"签名\"\ndoc_id: 20020\n---\n茶钱固定如下几个字段参与签名：\n{list}\n");
        let root = with(&[]);
        for (file, text) in
            [("spec/pay.yaml", spec.as_str()), ("docs/pay.md", page), ("docs/signed.md", listed.as_str())]
        {
            fs::write(root.path().join(file), text).expect("it can be written");
        }
        let mut told = told(&run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}")));
        told.retain(|told| told.starts_with("rule pay_tea.sign"));
        told
    };
    assert_eq!(signed("amount, mch_id", "amount\nmch_id"), [""; 0]);
    assert_eq!(signed("amount", "amount\nmch_id"), ["rule pay_tea.sign: amount, mch_id"]);
}

#[test]
fn the_numbers_of_a_rule_are_those_of_the_page() {
    let rules = |rule: &str| {
        let rules = format!("concurrency: 5\n    rules:\n      - {rule}");
        told(&report(&[(SPEC, "concurrency: 5", &rules)]))
    };
    assert_eq!(
        rules("limited_when: { field: name, when: kind, is: [green], limits: { max_bytes: 20 } }"),
        [""; 0]
    );
    let other = rules("limited_when: { field: name, when: kind, is: [green], limits: { max_bytes: 21 } }");
    assert_eq!(other, ["rule order.request: no 21"]);
}

#[test]
fn the_numbers_in_the_description_of_a_type_are_those_of_its_pages() {
    let doc = |words: &str| told(&report(&[(SPEC, "Its size.", words)]));
    assert_eq!(doc("Its size, of 64."), [""; 0]);
    assert_eq!(doc("Its size, of 65."), ["notes Cup.size: no 65"]);
}
