//! What is told where the title of an operation or of its page differs.

use super::{DOC, PAGE, SPEC, report, told};

const TITLE: &str = "title: \"点茶\"";

#[test]
fn a_title_of_an_operation_that_its_page_lacks_is_told() {
    // The title of the page is unlike that of the operation, too.
    assert_eq!(
        told(&report(&[(SPEC, "title: 点茶", "title: 倒茶")])),
        ["title order: 点茶", "page-renamed order: 20001: 点茶"]
    );
    assert_eq!(
        told(&report(&[(PAGE, TITLE, "title: \"点茶水\"")])),
        ["title order: 点茶水", "page-renamed order: 20001: 点茶水"]
    );
}

#[test]
fn a_page_has_a_title_of_its_own_or_that_of_the_operation() {
    let (named, other) = (DOC.replace(" }", ", title: 茶馆 }"), DOC.replace(" }", ", title: 点茶 }"));
    let page = [(PAGE, TITLE, "title: \"茶馆\""), (PAGE, "最后更新", "## 点茶\n最后更新")];
    let with = |doc: &str, page: &[(&str, &str, &str)]| {
        let edits: Vec<_> = [(SPEC, DOC, doc)].into_iter().chain(page.iter().copied()).collect();
        told(&report(&edits))
    };
    assert_eq!(with(DOC, &page), ["page-renamed order: 20001: 茶馆"]);
    assert_eq!(with(&named, &page), [""; 0]);
    assert_eq!(with(&named, &[]), ["page-renamed order: 20001: "]);
    assert_eq!(with(&other, &[]), ["page-renamed order: 20001: "]);
}
