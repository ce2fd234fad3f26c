//! Statements in the prose of pages: limits, defaults, times, absence, values, names, rules, permissions.

use super::{PAGE, SPEC, report, told};

#[test]
fn what_pages_say_in_words_is_compared() {
    for (file, from, to, expected) in [
        (
            SPEC,
            "ready_at: { type: timestamp",
            "ready_at: { type: uint",
            "field-type order.response.ready_at: timestamp",
        ),
        (PAGE, "完成时间，unix时间戳", "泡茶时长（秒）", "field-type order.response.ready_at: duration"),
        (
            SPEC,
            "ready_at: { ",
            "ready_at: { quirk: \"Shown as text.\", ",
            "field-type order.response.ready_at: uint32",
        ),
        (
            PAGE,
            "完成时间，unix时间戳",
            "完成时间，unix时间戳，未完成时不返回",
            "field-presence order.response.ready_at: sometimes",
        ),
        (PAGE, "取值范围 0~9", "不可小于0或大于7", "field-limit order.request.sugar: max: 7"),
        (PAGE, "最多20个", "1~20个", "field-limit order.request.cups: min_items: 1"),
        (PAGE, "名字，不超过", "名字。不能为空，不超过", "field-limit order.request.name: min_chars: 1"),
        (PAGE, "杯子，最多", "杯子，不能为空数组，最多", "field-limit order.request.cups: min_items: 1"),
        (
            PAGE,
            "| cups.lid | 否 | bool | 盖子 |",
            "| cups.lid | 否 | bool | 是否加盖，默认加盖 |",
            "field-default Cup.lid: true",
        ),
        (PAGE, "black-红茶", "black-红茶，默认红茶", "field-default order.request.kind: black"),
        (
            PAGE,
            "| sugar | 否 |",
            "| table | 否 | uint32 | 桌号，与name至少填一个 |\n| sugar | 否 |",
            "field-new order.request.table",
        ),
        (
            PAGE,
            "**返回示例：**",
            "**权限说明：**\n需要“茶客权限->点茶”权限\n\n**返回示例：**",
            "notes order: 茶客权限->点茶",
        ),
        (
            PAGE,
            "接口频率限制 600次/分钟\n",
            "接口频率限制 600次/分钟\n\n从2023年12月1日0点起，不再支持系统茶壶\n",
            "notes order: 2023-12-01",
        ),
        (PAGE, "名字，不超过", "名字，不填则保持不变。不超过", "notes order.request.name: unchanged"),
        (
            PAGE,
            "名字，不超过",
            "名字，与sugar至少填一个。不超过",
            "rule order.request: at_least_one: [name, sugar]",
        ),
        (
            PAGE,
            "名字，不超过",
            "名字，当sugar为1时必填。不超过",
            "rule order.request: required_when: name, where sugar is 1",
        ),
        (
            PAGE,
            "名字，不超过",
            "名字，当茶的种类为红茶时必填。不超过",
            "rule order.request: required_when: name, where kind is black",
        ),
        (PAGE, "green-绿茶；black-红茶", "green、black、white", "value-new TeaKind.white"),
        (
            SPEC,
            "green: Green\n      black: Black",
            "green: Black\n      black: Green",
            "value-name TeaKind.green: green: 绿茶; black: 红茶",
        ),
    ] {
        assert_eq!(told(&report(&[(file, from, to)])), [expected], "{from} → {to}");
    }
}

#[test]
fn a_list_that_may_be_empty_has_no_least_number() {
    let limited = (SPEC, "max_items: 20", "min_items: 1, max_items: 20");
    let empty = |page| told(&report(&[limited, (PAGE, "杯子，最多20个", page)]));
    assert_eq!(empty("杯子，可为空数组，1到20个"), ["field-limit order.request.cups: empty"]);
    assert_eq!(empty("杯子，1到20个"), [""; 0]);
}

#[test]
fn what_is_said_in_other_words_and_other_units_is_no_difference() {
    for (file, from, to) in [
        (PAGE, "取值范围 0~9", "不小于0，小于10"),
        (PAGE, "不超过64个字节", "64字节以内，例如不超过8个字节"),
        (SPEC, "max: 9,", "max: 21474836480,"),
        (SPEC, "max: 9,", "max: 14400,"),
    ] {
        let page = (PAGE, "取值范围 0~9", "不小于0，最大支持20G，最长不超过4小时");
        let edits = if file == SPEC { vec![(file, from, to), page] } else { vec![(file, from, to)] };
        assert_eq!(told(&report(&edits)), [""; 0], "{from} → {to}");
    }
}

#[test]
fn a_rule_that_the_spec_has_in_its_own_words_is_no_difference() {
    let said = |page, rule: &str| {
        let rules = format!("concurrency: 5\n    rules:\n      - {rule}");
        told(&report(&[(PAGE, "名字，不超过", page), (SPEC, "concurrency: 5", &rules)]))
    };
    let group = "名字，与sugar至少填一个。不超过";
    assert_eq!(said(group, "at_least_one: [sugar, name]"), [""; 0]);
    assert_eq!(
        said(group, "exactly_one: [sugar, name]"),
        ["rule order.request: only at_least_one: [name, sugar]"],
        "both may be set"
    );
    assert_eq!(
        said(group, "at_most_one: [sugar, name]"),
        ["rule order.request: at_least_one: [name, sugar]"]
    );
    let when = "名字，当茶的种类为红茶时必填。不超过";
    assert_eq!(said(when, "required_when: { field: name, when: kind, is: [black] }"), [""; 0]);
    assert_eq!(
        said(when, "required_when: { field: name, when: kind, is: [green] }"),
        ["rule order.request: required_when: name, where kind is black"]
    );
}

#[test]
fn rules_about_booleans_are_found_in_the_spec() {
    let said = |rule: &str| {
        let rules = format!("A cup.\n    rules:\n      - {rule}");
        told(&report(&[
            (PAGE, "| 盖子 |", "| 盖子 |\n| cups.note | 否 | string | 字条，当lid为true时必填 |"),
            (SPEC, "a lid.\" }", "a lid.\" }\n      note?: { type: string, doc: \"A note.\" }"),
            (SPEC, "A cup.", &rules),
        ]))
    };
    assert_eq!(said("required_when: { field: note, when: lid, is: [true] }"), [""; 0]);
    assert_eq!(
        said("required_when: { field: note, when: lid, is: [false] }"),
        ["rule Cup: required_when: note, where lid is true"]
    );
}

#[test]
fn how_many_an_object_has_is_said_of_the_one_list_in_it() {
    let inner = "structs:\n  Tray:\n    doc: A tray.\n    fields:\n      cups: { type: list<Cup>, max_items: 20, doc: \"Its cups.\" }\n";
    let edits = |limit: &'static str| {
        vec![
            (
                SPEC,
                "cups: { type: list<Cup>, max_items: 20, doc: \"The cups.\" }",
                "tray: { type: Tray, doc: \"The tray.\" }",
            ),
            (SPEC, "\"cups\": [{ \"size\": 3 }] }", "\"tray\": { \"cups\": [{ \"size\": 3 }] } }"),
            (SPEC, "structs:\n", inner),
            (PAGE, "\"cups\": [{ \"size\": 3 }] }", "\"tray\": { \"cups\": [{ \"size\": 3 }] } }"),
            (PAGE, "| cups | 是 | object[] | 杯子，最多20个 |", limit),
            (PAGE, "| cups.size |", "| tray.cups | 是 | object[] | 杯子 |\n| tray.cups.size |"),
            (PAGE, "| cups.lid |", "| tray.cups.lid |"),
        ]
    };
    assert_eq!(told(&report(&edits("| tray | 是 | object | 茶盘，最多20个杯子 |"))), [""; 0]);
    let other = report(&edits("| tray | 是 | object | 茶盘，最多12个杯子 |"));
    assert_eq!(told(&other)[..1], ["field-limit order.request.tray: max_items: 12"]);
}

#[test]
fn what_differs_in_each_item_is_said_by_a_rule_of_whatever_holds_the_list() {
    let page = (PAGE, "| 大小 |", "| 大小，不可重复 |");
    let missing = ["rule Cup.size: unique: size"];
    assert_eq!(told(&report(&[page])), missing);
    let rule = |rule| (SPEC, "concurrency: 5", rule);
    let held = rule("concurrency: 5\n    rules:\n      - unique: cups.size");
    assert_eq!(told(&report(&[page, held])), [""; 0]);
    assert_eq!(told(&report(&[held])), ["rule Cup.size: no unique"]);
    assert_eq!(told(&report(&[(PAGE, "| 名字，", "| 名字，不可重复，")])), [""; 0], "in no list");
}

#[test]
fn multiples_are_compared() {
    let page = (PAGE, "0~9，默认1", "0~9，默认8，需为2的倍数");
    let spec = |limit| (SPEC, "max: 9, default: 1,", limit);
    let plain = spec("max: 9, default: 8,");
    assert_eq!(told(&report(&[page, plain])), ["field-limit order.request.sugar: multiple_of: 2"]);
    assert_eq!(told(&report(&[page, spec("max: 9, multiple_of: 2, default: 8,")])), [""; 0]);
    assert_eq!(
        told(&report(&[(PAGE, "默认1", "默认8"), spec("max: 9, multiple_of: 4, default: 8,")])),
        ["field-limit order.request.sugar: no multiple_of"]
    );
}

#[test]
fn the_only_numbers_are_compared() {
    let page = (PAGE, "取值范围 0~9", "目前仅支持以下数值：0 - 无；1 - 少；9 - 多");
    let spec = |limit| (SPEC, "min: 0, max: 9,", limit);
    let missing = "field-limit order.request.sugar: one_of: [0, 1, 9]";
    let listed = "value-new order.request.sugar: 0, 1, 9";
    for (limit, expected) in [
        ("", &[missing, listed][..]),
        ("one_of: [9, 0, 1],", &[]),
        ("one_of: [0, 1, 6, 9],", &[missing]),
        ("one_of: [0, 1],", &[missing, listed]),
    ] {
        assert_eq!(told(&report(&[page, spec(limit)])), expected, "{limit}");
    }
    let invented = report(&[spec("one_of: [0, 1, 77],")]);
    assert!(told(&invented).contains(&"field-limit order.request.sugar: no one_of".to_owned()));
}

#[test]
fn the_only_numbers_in_some_cases_are_limits_of_a_rule() {
    let page = (PAGE, "取值范围 0~9", "取值范围 0~9，若为大杯只能填2或5");
    assert_eq!(told(&report(&[page])), ["field-limit order.request.sugar: one_of: [2, 5]"]);
    let rule = concat!(
        "concurrency: 5\n    rules:\n",
        "      - limited_when: { field: sugar, when: name, limits: { one_of: [2, 5] } }",
    );
    let with = |numbers: &str| report(&[page, (SPEC, "concurrency: 5", &rule.replace("[2, 5]", numbers))]);
    assert_eq!(told(&with("[5, 2]")), [""; 0]);
    assert_eq!(told(&with("[2, 5, 9]")), ["field-limit order.request.sugar: no one_of: [2, 5, 9]"]);
    assert_eq!(
        told(&with("[2]")),
        [
            "field-limit order.request.sugar: one_of: [2, 5]",
            "field-limit order.request.sugar: no one_of: [2]"
        ]
    );
}

#[test]
fn what_nothing_says_is_absent_at_times_is_always_there() {
    let field = "\n    response:\n      order_id: {";
    let optional = (SPEC, field, "\n    response:\n      order_id?: {");
    assert_eq!(told(&report(&[optional])), ["field-presence order.response.order_id: always"]);
    let described = (
        SPEC,
        field,
        "\n    response:\n      note?: { type: string, doc: \"Absent if empty.\" }\n      order_id: {",
    );
    let shown = (PAGE, "\"order_id\": \"T-1\",", "\"order_id\": \"T-1\", \"note\": \"x\",");
    assert_eq!(told(&report(&[described, shown])), [""; 0], "the description tells");
}

#[test]
fn a_number_in_the_notes_is_one_of_the_page() {
    let notes = |words: &str| {
        let noted = format!("    notes: {words}\n    doc: {{ id: 20001");
        told(&report(&[(SPEC, "    doc: { id: 20001", &*noted)]))
    };
    assert_eq!(notes("At most 64 bytes, see page 20001, or `4321`."), [""; 0]);
    assert_eq!(
        notes("At most 4,321 cups since 2019-02-03."),
        ["notes order: no 4321", "notes order: no 2019-02-03"]
    );
}
