//! Callback documents on pages: each whole document, and the rows below it.

use super::blocks::{Block, blocks};
use super::contents::{Occurrence, Section, ShownBody};
use super::document_repair;
use super::markup::plain;
use super::naming::{canonical, named};
use super::table::{self, Table};
use crate::spec::{Body, Part, payload};

/// Returns the documents in a page's text that can be read and say what they are.
pub(crate) fn occurrences(text: &str) -> Vec<Occurrence> {
    let mut reading = Reading::default();
    for block in blocks(text) {
        match block {
            Block::Fence { line, text } => reading.fence(line, text.trim()),
            Block::Text { line, text } => reading.text(line, text),
        }
    }
    reading.end_table();
    reading.found
}

/// The occurrences of a page that is being read.
#[derive(Default)]
struct Reading {
    found: Vec<Occurrence>,
    /// Whether rows belong to the last one: below a heading, or below an unreadable document, they belong to something
    /// else.
    are_its_own: bool,
    /// The last heading.
    heading: String,
    /// The last line that may say what a table describes.
    label: String,
    /// The lines of the table that is being read, and the number of the first.
    table: (usize, Vec<String>),
}

impl Reading {
    fn fence(&mut self, line: usize, text: &str) {
        self.end_table();
        let is_xml = text.starts_with('<');
        let read = document_repair::read(text).filter(|(document, _)| payload::told(document).is_some());
        self.are_its_own = read.is_some() || (self.are_its_own && !is_xml);
        let Some((document, text)) = read else { return };
        let (part, method, body) = (Part::Received, String::new(), document.clone());
        let examples = vec![ShownBody { part, method, line, body, repairs: Vec::new() }];
        let section = Section {
            line,
            title: self.heading.clone(),
            written: if is_xml { Body::Xml } else { Body::Json },
            examples,
            ..Section::default()
        };
        self.found.push(Occurrence { line, text, document, rows: Vec::new(), section });
    }

    fn text(&mut self, line: usize, text: &str) {
        let trimmed = text.trim();
        if let Some(heading) = trimmed.strip_prefix('#') {
            self.are_its_own = false;
            plain(heading.trim_start_matches('#')).trim().clone_into(&mut self.heading);
        }
        if trimmed.starts_with('|') {
            if self.table.1.is_empty() {
                self.table.0 = line;
            }
            self.table.1.push(trimmed.to_owned());
        } else {
            self.end_table();
            if !trimmed.is_empty() {
                self.label = plain(trimmed);
            }
        }
        if let Some(last) = self.found.last_mut().filter(|_| self.are_its_own) {
            last.rows.extend(row(text).map(|name| (line, name)));
            if !trimmed.starts_with('|') && !trimmed.is_empty() {
                last.section.prose.push(trimmed.to_owned());
            }
        }
    }

    fn end_table(&mut self) {
        let (line, lines) = std::mem::take(&mut self.table);
        let Some(last) = self.found.last_mut().filter(|_| self.are_its_own) else { return };
        if let Some((values, rows)) = table::read(&lines, line) {
            let name = named(&self.label);
            let object = name.as_deref().map(canonical);
            last.section.tables.push(Table { part: Part::Received, name, object, rows, values });
        }
    }
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
    use crate::spec::Wire;

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
