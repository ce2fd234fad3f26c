//! Pages that nobody has read, and calls that have a name instead of an address.

use super::{DOC, PAGE, SPEC, report, told};

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
