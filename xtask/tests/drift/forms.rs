//! Compares the form in which pages show a field with its type.

use super::{PAGE, SPEC, report, told};

#[test]
fn another_form_than_a_page_shows_is_told() {
    let row = "| cups.lid | 否 | bool | 盖子 |\n";
    let joined = |ty: &str| {
        format!(
            "lid?: {{ type: bool, doc: \"Whether it has a lid.\" }}\n      marks?: {{ type: {ty}, doc: \"Marks.\" }}"
        )
    };
    let lid = "lid?: { type: bool, doc: \"Whether it has a lid.\" }";
    let bars = format!("{row}| cups.marks | 否 | string | 记号，用\\|分隔 |\n");
    let commas = bars.replace("\\|", "逗号");
    let (pipe, csv) = (joined("pipe<string>"), joined("csv<string>"));
    assert_eq!(told(&report(&[(SPEC, lid, &pipe), (PAGE, row, &bars)])), [""; 0]);
    assert_eq!(told(&report(&[(SPEC, lid, &csv), (PAGE, row, &commas)])), [""; 0]);
    assert_eq!(told(&report(&[(SPEC, lid, &csv), (PAGE, row, &bars)])), ["field-type Cup.marks: pipe"]);
    assert_eq!(told(&report(&[(SPEC, lid, &pipe), (PAGE, row, &commas)])), ["field-type Cup.marks: csv"]);
    for (edits, expected) in [
        (
            [(SPEC, "sugar?: { type: uint", "sugar?: { type: int"), (SPEC, "", "")],
            "field-type order.request.sugar: uint32",
        ),
        (
            [(PAGE, "?access_token=ACCESS_TOKEN", "?access_token=ACCESS_TOKEN&sugar=1"), (PAGE, "", "")],
            "field-type order.request.sugar: in: query",
        ),
        (
            [(PAGE, "| ready_at | uint32", "| ready_at | "), (PAGE, "1720000000", "\"soon\"")],
            "field-type order.response.ready_at: \"soon\"",
        ),
        (
            [
                (SPEC, "order_id: { type: string", "order_id: { type: any"),
                (
                    PAGE,
                    "| order_id | string | 单号 |",
                    "| order_id | object | 单号 |\n| order_id.no | string | 号 |",
                ),
            ],
            "field-type order.response.order_id: object",
        ),
        (
            [
                (PAGE, "| ready_at | uint32 | 完成时间，unix时间戳 |", "| ready_at | uint32 | 完成 |"),
                (PAGE, "1720000000", "1200"),
            ],
            "field-type order.response.ready_at: a number",
        ),
        (
            [(SPEC, "order_id: { ", "order_id: { misspelt: [oderid], "), (PAGE, "", "")],
            "field-gone order.response.oderid",
        ),
    ] {
        assert_eq!(told(&report(&edits)), [expected], "{edits:?}");
    }
}
