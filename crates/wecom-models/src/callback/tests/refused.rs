//! Input that must be rejected.

use super::*;
use crate::wire::strictly;

#[test]
fn the_five_entities_and_numbers_are_all_there_are() {
    assert_eq!(changed("<Id>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</Id>").id, "<&>\"'AB");
    for text in ["<xml><Id>&nbsp;</Id></xml>", "<xml><Id>&x;</Id></xml>", "<xml>&#xD800;</xml>"] {
        refused(text);
    }
}

#[test]
fn a_document_type_is_refused() {
    for text in [
        "<!DOCTYPE xml><xml/>",
        "<!DOCTYPE xml [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><xml><Id>&a;</Id></xml>",
        "<!DOCTYPE lolz [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><xml><Id>&b;</Id></xml>",
        "<xml><!DOCTYPE xml></xml>",
    ] {
        refused(text);
    }
    assert_eq!(
        refused("<!DOCTYPE xml><xml/>"),
        "the callback can't be read: not XML: a document type, which no callback has"
    );
}

#[test]
fn depth_is_limited() {
    let nested = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    assert!(Document::parse(&nested(Reading::DEPTH)).is_ok());
    assert!(refused(&nested(Reading::DEPTH + 1)).contains("64 levels"));
    let json = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
    let json = Document::parse(&json).unwrap();
    assert!(json.to_value().unwrap_err().message.contains("recursion"));
    assert_eq!(json.read::<Changed>().unwrap(), Changed::default());
}

#[test]
fn length_is_limited() {
    let long = |length: usize| format!("<xml>{}</xml>", " ".repeat(length));
    assert!(Document::parse(&long(LARGEST - 11)).is_ok());
    assert!(refused(&long(LARGEST - 10)).contains("longer than 1048576 bytes"));
}

#[test]
fn names_are_limited_so_that_looking_for_one_is_quick() {
    let names = |count: usize| {
        let elements: Vec<String> = (0..count).map(|index| format!("<n{index}/>")).collect();
        format!("<xml>{}</xml>", elements.concat())
    };
    assert!(Document::parse(&names(512)).is_ok());
    assert!(refused(&names(513)).contains("more than 512 names"));
    let repeated = format!("<xml>{}</xml>", "<a/>".repeat(100_000));
    assert!(Document::parse(&repeated).is_ok());
}

#[test]
fn what_is_not_one_whole_document_is_refused() {
    for text in [
        "",
        " ",
        "success",
        "[1]",
        "<xml>",
        "<xml><Id>1</xml>",
        "<xml></Id></xml>",
        "<xml/><xml/>",
        "<xml/>more",
        "<xml><Id><![CDATA[a]></Id></xml>",
        "<xml><Id>a & b</Id></xml>",
        "<?xml version='1.0'?>",
        "</xml>",
        "{\"a\":1",
        "{\"a\":1} {}",
    ] {
        refused(text);
    }
}

#[test]
fn errors_say_where_and_quote_nothing() {
    let read = || try_read("<MemberList><Item/><Item><Level>secret</Level></Item></MemberList>");
    let error = strictly(read).unwrap_err();
    assert_eq!(error.path, "MemberList.Item[1].Level");
    assert!(!error.to_string().contains("secret"), "{error}");
    // Text that looks like an element, where the sender hasn't escaped it.
    for document in [
        "<xml><Content>1 <2secret</Content></xml>",
        "<xml><Content>a</secret></Content></xml>",
        "<xml>&secret</xml>",
    ] {
        let error = Document::parse(document).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
