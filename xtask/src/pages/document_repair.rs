//! Reads documents that pages show: strictly if that works, otherwise with the repairs that a reader would make without
//! thinking.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use super::json_repair;
use super::markup::regex;
use crate::spec::payload;

/// Returns a document, and its text after the repairs.
pub(super) fn read(text: &str) -> Option<(Value, String)> {
    let text = whole(text);
    if let Ok(document) = payload::parse(&text) {
        return Some((document, text));
    }
    if text.starts_with('<') {
        let text = repaired(&text);
        return Some((payload::parse(&text).ok()?, text));
    }
    let found = json_repair::read(&text).ok()?.into_iter().next()?;
    let text = found.value.to_string();
    found.value.is_object().then_some((found.value, text))
}

/// Puts a document back together: the pages' converter mistook character data for items of a list.
fn whole(text: &str) -> String {
    static TORN: LazyLock<Regex> = LazyLock::new(|| regex(r"<\s*\n\s*-?\s*!\[CDATA\["));
    TORN.replace_all(text.trim(), "<![CDATA[").into_owned()
}

/// Repairs XML: what has no end gets one, and an element without others in it ends with its own name.
fn repaired(text: &str) -> String {
    static DATA: LazyLock<Regex> = LazyLock::new(|| regex(r"(<!\[CDATA\[[^\]<>]*\]\])(</)"));
    static END: LazyLock<Regex> = LazyLock::new(|| regex(r"(</\w+)[ \t]*\n"));
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| regex(r"<(\w+)><([0-9]+)></"));
    static LEAF: LazyLock<Regex> =
        LazyLock::new(|| regex(r"<(\w+)>(\s*<!\[CDATA\[[^\]]*\]\]>\s*|[^<>]*)</\w+>"));
    let text = text.strip_prefix("</xml>").map_or_else(|| text.to_owned(), |rest| format!("<xml>{rest}"));
    let repairs: [(&Regex, &str); 4] =
        [(&DATA, "$1>$2"), (&END, "$1>\n"), (&PLACEHOLDER, "<$1>$2</"), (&LEAF, "<$1>$2</$1>")];
    repairs.into_iter().fold(text, |text, (wrong, right)| wrong.replace_all(&text, right).into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_no_end_or_a_wrong_one_is_read() {
        let leaf = json!({ "Event": "brew", "Leaf": "green", "Cup": { "Sort": "1" } });
        for text in [
            "<xml><Event><\n- ![CDATA[brew]]></Event><Leaf>green</Leaf><Cup><Sort>1</Sort></Cup></xml>",
            "</xml>\n<Event><![CDATA[brew]]></Event><Leaf>green</Leaf><Cup><Sort>1</Sort></Cup></xml>",
            "<xml><Event><![CDATA[brew]]</Event><Leaf>green</Leaf><Cup><Sort>1</Sort></Cup></xml>",
            "<xml><Event><![CDATA[brew]]></Event\n<Leaf>green</Leaf><Cup><Sort>1</Sort></Cup></xml>",
            "<xml><Event><![CDATA[brew]]></Sort><Leaf>green</Event><Cup><Sort>1</Leaf></Cup></xml>",
            "<xml><Event>brew</Event><Leaf>green</Leaf><Cup><Sort><1></Sort></Cup></xml>",
        ] {
            assert_eq!(read(text).map(|(document, _)| document), Some(leaf.clone()), "{text}");
        }
        assert_eq!(
            read("{\"msgtype\": \"text\"}}").map(|(document, _)| document),
            Some(json!({ "msgtype": "text" }))
        );
    }

    #[test]
    fn what_is_no_document_is_not_read() {
        for text in ["<xml><Event>brew</Event>", "<a/><b/>", "[1]", "text", "", "</xml>"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_text_is_what_was_read() {
        let (document, text) = read("<xml><A>1</B></xml>").unwrap();
        assert_eq!(payload::parse(&text), Ok(document));
    }
}
