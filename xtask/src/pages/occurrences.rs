//! Callback documents on pages: each whole document, and the rows below it.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use super::blocks::{Block, blocks};
use super::markup::{plain, regex};
use crate::spec::{Wire, document};

/// A document that a page shows.
#[derive(Debug)]
pub(crate) struct Occurrence {
    /// Its first line on the page, from 1.
    pub line: usize,
    /// Its text, as WeCom would send it.
    pub text: String,
    /// Its content, as JSON of the same shape.
    pub document: Value,
    /// The names in the tables below it, each with its line.
    pub rows: Vec<(usize, String)>,
}

impl Occurrence {
    /// Returns the event or message that it says it is.
    pub(crate) fn told(&self) -> Option<Wire<'_>> {
        document::told(&self.document)
    }
}

/// Returns the documents in a page's text that can be read and say what they are.
pub(crate) fn occurrences(text: &str) -> Vec<Occurrence> {
    let mut found: Vec<Occurrence> = Vec::new();
    // Rows below a heading, or below an unreadable document, belong to something else.
    let mut are_its_own = false;
    for block in blocks(text) {
        match block {
            Block::Fence { line, text } => {
                let text = whole(&text);
                let document =
                    document::parse(&text).ok().filter(|document| document::told(document).is_some());
                are_its_own = document.is_some() || (are_its_own && !text.starts_with('<'));
                if let Some(document) = document {
                    found.push(Occurrence { line, text, document, rows: Vec::new() });
                }
            }
            Block::Text { line, text } => {
                are_its_own &= !text.trim_start().starts_with('#');
                if let Some(last) = found.last_mut().filter(|_| are_its_own) {
                    last.rows.extend(row(text).map(|name| (line, name)));
                }
            }
        }
    }
    found
}

/// Puts a document back together: the pages' converter mistook character data for items of a list.
fn whole(text: &str) -> String {
    static TORN: LazyLock<Regex> = LazyLock::new(|| regex(r"<\s*\n\s*-?\s*!\[CDATA\["));
    TORN.replace_all(text.trim(), "<![CDATA[").into_owned()
}

/// Returns the name that a row of a table describes: the first cell that is a single wire word.
fn row(text: &str) -> Option<String> {
    let cell = text.trim().strip_prefix('|')?.split('|').next()?;
    let name = plain(cell);
    let name = name.rsplit(['.', ':']).next().unwrap_or(&name).trim().to_owned();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_put_together_again_and_has_the_rows_below_it() {
        let page = "#### Brewed\n```\n<xml>\n  <MsgType><\n- ![CDATA[event]]></MsgType>\n  <Event><\n- ![CDATA[brew]]></Event>\n\
                    <Leaf>green</Leaf></xml>\n```\n | name | text |\n |---|---|\n |Leaf|The leaf |\n | **Tea.Cup** | - |\n\
                    ```\n{\"a\": 1}\n```\n| Lid |\n```\n<xml>\n```\n| Pot |\n## Next\n| Tea |\n";
        let found = occurrences(page);
        let [brewed] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(brewed.document, json!({ "MsgType": "event", "Event": "brew", "Leaf": "green" }));
        assert_eq!(brewed.told(), Wire::parse("Event brew"));
        let names: Vec<&str> = brewed.rows.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!((brewed.line, names), (3, vec!["name", "Leaf", "Cup", "Lid"]));
    }

    #[test]
    fn what_is_broken_or_no_event_is_none() {
        for text in ["<xml><MsgType>event</MsgType>", "<xml><A>1</A></xml>", "{\"msgtype\": }", "text"] {
            assert!(occurrences(&format!("```\n{text}\n```\n")).is_empty(), "{text}");
        }
    }
}
