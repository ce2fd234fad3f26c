//! Callback documents on pages: each whole document, and the rows below it.

use serde_json::Value;

use super::blocks::{Block, blocks};
use super::contents::{Answer, Occurrence, Section, ShownBody};
use super::document_repair;
use super::gathered::Gathered;
use super::markup::plain;
use super::naming::{canonical, named};
use super::table::Table;
use crate::spec::{Body, DocumentKind, Part, payload};

/// The words before an answer to a callback: the response, what is sent back.
const ANSWERED: [&str; 2] = ["返回结果", "回包"];

/// Returns the documents in a page's text that can be read and say what they are.
pub(crate) fn occurrences(text: &str) -> Vec<Occurrence> {
    with_answers(text).0
}

/// Returns the documents that can be read and say what they are, and those that answer one of them.
pub(super) fn with_answers(text: &str) -> (Vec<Occurrence>, Vec<Answer>) {
    let mut reading = Reading::default();
    for block in blocks(text) {
        match block {
            Block::Fence { line, text } => reading.fence(line, text.trim()),
            Block::Text { line, text } => reading.text(line, text),
        }
    }
    reading.end_table();
    let (mut documents, mut answers) = (Vec::new(), Vec::new());
    for Found { answers: to, shown } in reading.found {
        match to {
            Some(to) => answers.push(Answer { to, shown }),
            None => documents.push(shown),
        }
    }
    (documents, answers)
}

/// A document, and the one that it answers if it doesn't say what it is.
struct Found {
    answers: Option<Value>,
    shown: Occurrence,
}

/// The occurrences of a page that is being read.
#[derive(Default)]
struct Reading {
    found: Vec<Found>,
    /// Whether rows belong to the last one: below a heading, or below an unreadable document, they belong to something
    /// else.
    are_its_own: bool,
    /// The last heading.
    heading: String,
    /// The last line that may say what a table describes.
    label: String,
    /// The current table.
    table: Gathered,
}

impl Reading {
    fn fence(&mut self, line: usize, text: &str) {
        self.end_table();
        let is_xml = text.starts_with('<');
        let read = document_repair::read(text).and_then(|(document, text)| {
            let answers = match payload::told(&document) {
                Some(_) => None,
                None => Some(self.answered()?),
            };
            Some((document, text, answers))
        });
        self.are_its_own = read.is_some() || (self.are_its_own && !is_xml);
        let Some((document, text, answers)) = read else { return };
        let (part, method, body) = (Part::Received, String::new(), document.clone());
        let examples = vec![ShownBody { part, method, line, body, repairs: Vec::new() }];
        let section = Section {
            line,
            title: self.heading.clone(),
            written: if is_xml { Body::Xml } else { Body::Json },
            examples,
            ..Section::default()
        };
        self.found
            .push(Found { answers, shown: Occurrence { line, text, document, rows: Vec::new(), section } });
    }

    /// Returns the document that the next one answers, if the line before says that it does.
    fn answered(&self) -> Option<Value> {
        let says = ANSWERED.iter().any(|word| self.label.contains(word));
        let last = self.found.iter().rfind(|found| found.answers.is_none()).filter(|_| says)?;
        let told = last.shown.told()?;
        DocumentKind::ALL.iter().any(|kind| kind.answers(&told)).then(|| last.shown.document.clone())
    }

    fn text(&mut self, line: usize, text: &str) {
        let trimmed = text.trim();
        if let Some(heading) = trimmed.strip_prefix('#') {
            self.are_its_own = false;
            plain(heading.trim_start_matches('#')).trim().clone_into(&mut self.heading);
        }
        if !self.table.take(line, text) {
            self.end_table();
            if !trimmed.is_empty() {
                self.label = plain(trimmed);
            }
        }
        if let Some(Found { shown: last, .. }) = self.found.last_mut().filter(|_| self.are_its_own) {
            last.rows.extend(row(text).map(|name| (line, name)));
            if !trimmed.starts_with('|') && !trimmed.is_empty() {
                last.section.prose.push(trimmed.to_owned());
            }
        }
    }

    fn end_table(&mut self) {
        let table = self.table.end();
        let Some(Found { shown: last, .. }) = self.found.last_mut().filter(|_| self.are_its_own) else {
            return;
        };
        if let Some((values, rows)) = table {
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
    fn an_answer_belongs_to_the_callback_above_and_takes_the_rows_below() {
        let page = "```\n{\"event\": {\"event_type\": \"steep\"}}\n```\n| Leaf |\n**返回结果：**\n```\n{\"minutes\": 3}\n```\n\
                    | minutes |\nFor example\n```\n{\"minutes\": 4}\n```\n";
        let (documents, answers) = with_answers(page);
        let ([steep], [answer]) = (documents.as_slice(), answers.as_slice()) else {
            panic!("{documents:?} {answers:?}")
        };
        assert_eq!((&answer.to, &answer.shown.document), (&steep.document, &json!({ "minutes": 3 })));
        let names = |of: &Occurrence| of.rows.iter().map(|(_, name)| name.clone()).collect::<Vec<String>>();
        assert_eq!((names(steep), names(&answer.shown)), (vec!["Leaf".into()], vec!["minutes".into()]));
        let message = page.replace("\"event\": {\"event_type\": \"steep\"}", "\"msgtype\": \"text\"");
        assert!(with_answers(&message).1.is_empty(), "a message says what its reply is");
    }

    #[test]
    fn what_is_broken_or_no_event_is_none() {
        for text in ["<xml><MsgType>event</MsgType>", "<xml><A>1</A></xml>", "{\"msgtype\": }", "text"] {
            assert!(occurrences(&format!("```\n{text}\n```\n")).is_empty(), "{text}");
        }
    }
}
