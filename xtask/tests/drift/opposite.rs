//! Texts of the spec that say the opposite of their pages, or that stand in the wrong place.

use std::fs;

use super::{CODES, LIST, PAGE, SPEC, report, run, told, with};

#[test]
fn a_description_denies_what_its_row_denies() {
    for (edits, expected) in [
        (
            vec![(PAGE, "| cups.lid | 否 | bool | 盖子 |", "| cups.lid | 否 | bool | 盖子，暂不支持修改 |")],
            vec!["notes Cup.lid: denied"],
        ),
        (
            vec![
                (PAGE, "| cups.lid | 否 | bool | 盖子 |", "| cups.lid | 否 | bool | 盖子，暂不支持修改 |"),
                (SPEC, "Whether it has a lid.", "Whether it has a lid. Can't be changed."),
            ],
            vec![],
        ),
    ] {
        assert_eq!(told(&report(&edits)), expected, "{edits:?}");
    }
}

#[test]
fn notes_let_no_app_call_that_the_permissions_exclude() {
    let table = "**权限说明：**\n| 应用类型 | 权限要求 |\n|---|---|\n|第三方应用|暂不支持|\n\n**返回示例：**";
    let page = (PAGE, "**返回示例：**", table);
    let notes = |text: &'static str| (SPEC, "    summary: Orders tea.\n", text);
    let admits = notes("    summary: Orders tea.\n    notes: Third-party apps can call it.\n");
    assert_eq!(told(&report(&[page, admits])), ["notes order: no third-party apps"]);
    let refuses = notes("    summary: Orders tea.\n    notes: Third-party apps can't call it.\n");
    assert_eq!(told(&report(&[page, refuses])), [""; 0]);
    assert_eq!(told(&report(&[page])), [""; 0]);
}

#[test]
fn a_limit_for_a_value_of_another_field_needs_a_rule_with_both() {
    let page = (PAGE, "杯子，最多20个", "杯子，最多20个。当sugar为9时，最多5个");
    let says = "rule order.request.cups: 当sugar为9时，最多5个";
    assert_eq!(told(&report(&[page])), [says]);
    let rule = "    rules:\n      - limited_when: { field: cups, when: sugar, is: [9], limits: { max_items: 5 } }\n    request:\n";
    assert_eq!(told(&report(&[page, (SPEC, "    request:\n", rule)])), [""; 0]);
}

#[test]
fn texts_of_error_codes_belong_to_their_rows() {
    let rows = (LIST, "| 70001 | 没有水 |", "| 70001 | 部门不存在 |\n| 70002 | 标签最多100个 |");
    let own = "70001: { name: NO_WATER, doc: \"There is no water.\" }";
    let codes = |first: &str, second: &str| {
        format!("70001: {{ name: NO_A, doc: \"{first}\" }}\n  70002: {{ name: NO_B, doc: \"{second}\" }}")
    };
    let (department, tag) = ("The department doesn't exist.", "There are more than 100 tags.");
    for (first, second, expected) in [
        (department, tag, vec![]),
        (
            tag,
            department,
            vec![
                "code-text codes.70001: 部门不存在; 70002: 标签最多100个",
                "code-text codes.70001: no 100",
                "code-text codes.70002: 100",
            ],
        ),
        (
            department,
            "There are more than 107 tags.",
            vec!["code-text codes.70002: no 107", "code-text codes.70002: 100"],
        ),
    ] {
        let text = codes(first, second);
        assert_eq!(told(&report(&[rows, (CODES, own, &text)])), expected, "{first} {second}");
    }
}

#[test]
fn limits_in_the_table_of_error_codes_are_those_of_the_fields_it_names() {
    let row = |limit: &str| format!("| 70001 | sugar不合法，取值范围0~{limit} |");
    for (limit, expected) in [("9", vec![]), ("7", vec!["field-limit codes.70001: max: 7"])] {
        let row = row(limit);
        assert_eq!(told(&report(&[(LIST, "| 70001 | 没有水 |", &row)])), expected, "{limit}");
    }
}

#[test]
fn a_standing_sentence_has_one_english_form() {
    let phrases = "sentences:\n  仅限茶馆使用: \"Only for tea houses.\"\n";
    let told = |edits: &[(&str, &str, &str)]| {
        let root = with(edits);
        fs::write(root.path().join("spec/phrases.yaml"), phrases).expect("it can be written");
        told(&run(root.path()).unwrap_or_else(|failure| panic!("{failure:?}")))
    };
    let page = (PAGE, "接口频率限制", "**仅限 茶馆 使用**\n\n接口频率限制");
    let notes = |text: &'static str| (SPEC, "    summary: Orders tea.\n", text);
    let right = notes("    summary: Orders tea.\n    notes: Only for tea houses.\n");
    let other = notes("    summary: Orders tea.\n    notes: Just for houses of tea.\n");
    assert_eq!(told(&[page, right]), [""; 0]);
    assert_eq!(told(&[page, other]), ["notes order: 仅限茶馆使用"]);
    assert_eq!(told(&[right]), ["notes order: no: Only for tea houses."]);
}
