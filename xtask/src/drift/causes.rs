//! Compares what pages say of `FromUserName`, who caused a callback, with the event's examples and notes.

use std::fmt;

use super::comparison::Comparison;
use super::events::Shown;
use super::finding::{Finding, PageLine, Spot};
use crate::pages::table::{Row, Table};
use crate::spec::{DriftRule, File, NamedDocument, payload};

/// The member that says who caused a callback.
const CAUSE: &str = "FromUserName";

/// The cause that a row states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Always WeCom itself.
    System,
    /// A person.
    Person,
    /// A person, or WeCom itself.
    Either,
    /// A member, or a person of another company.
    Outsider,
}

impl Cause {
    /// Reads the text of a row.
    fn of(doc: &str) -> Option<Self> {
        let has = |words: &[&str]| words.iter().any(|word| doc.contains(word));
        if has(&["sys"]) {
            let fixed = has(&["固定", "由系统生成"]);
            Some(if fixed { Self::System } else { Self::Either })
        } else if has(&["tmp_external_userid"]) {
            Some(Self::Outsider)
        } else {
            has(&["UserID", "userid", "UserId"]).then_some(Self::Person)
        }
    }
}

impl Cause {
    /// Reads the rows about it in the tables of an event.
    pub(crate) fn all_in(tables: &[Table]) -> impl Iterator<Item = Self> {
        rows(tables).filter_map(|row| Self::of(&row.doc))
    }
}

fn rows(tables: &[Table]) -> impl Iterator<Item = &Row> {
    tables.iter().flat_map(|table| &table.rows).filter(|row| row.name == CAUSE)
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "always `sys`",
            Self::Person => "a userid",
            Self::Either => "a userid or `sys`",
            Self::Outsider => "a userid or a `tmp_external_userid`",
        })
    }
}

impl Comparison<'_> {
    /// Reports examples and notes that contradict all pages' rows about `FromUserName`, and notes that don't mention what the rows state.
    pub(super) fn causes(&mut self, file: &File, of: NamedDocument<'_>, shown: &[Shown<'_>]) {
        let head = &of.definition.head;
        let said: Vec<(Cause, PageLine)> = shown
            .iter()
            .flat_map(|shown| {
                let rows = rows(&shown.of.section.tables);
                rows.filter_map(|row| {
                    Some((Cause::of(&row.doc)?, PageLine { page: shown.page, line: row.line }))
                })
            })
            .collect();
        let Some((first, line)) = said.first().copied() else { return };
        let causes: Vec<Cause> = said.into_iter().map(|(cause, _)| cause).collect();
        let mut report = |key: &str, message: String| {
            let spot = Spot::key(file, &of.path().key(key));
            let finding = Finding::new(spot, DriftRule::Notes, of.name, message);
            self.found.push(finding.says(format!("{CAUSE}: {first}")).seen_at(line));
        };
        let by_system = |cause: &Cause| matches!(cause, Cause::System | Cause::Either);
        let by_person = |cause: &Cause| *cause != Cause::System;
        let documents = head.examples.iter().filter_map(|example| payload::parse(&example.payload).ok());
        for sender in documents.filter_map(|document| document.get(CAUSE)?.as_str().map(str::to_owned)) {
            let fits =
                if sender == "sys" { causes.iter().any(by_system) } else { causes.iter().any(by_person) };
            if !fits {
                report(
                    "examples",
                    format!("the page says that `{CAUSE}` is {first}, the example shows `{sender}`"),
                );
                return;
            }
        }
        let notes = head.notes.as_deref().unwrap_or_default();
        let about = notes.split(". ").filter(|sentence| sentence.contains(CAUSE));
        let about: Vec<&str> = about.collect();
        let contradicted = about.iter().any(|sentence| {
            let system = sentence.contains("sys");
            let always = sentence.contains("always");
            always && system && !causes.contains(&Cause::System) || !system && !causes.iter().any(by_person)
        });
        let needed = [(Cause::Either, "sys"), (Cause::Outsider, "tmp_external_userid")];
        let lacks = needed.iter().any(|(cause, word)| {
            causes.iter().all(|said| said == cause) && !about.iter().any(|sentence| sentence.contains(word))
        });
        if contradicted || lacks {
            report("notes", format!("the page says that `{CAUSE}` is {first}, the notes don't"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn a_row_says_who_causes_a_callback() {
        for (doc, cause) in [
            ("此事件该值固定为sys，表示该消息由系统生成", Some(Cause::System)),
            ("此时固定为`sys`", Some(Cause::System)),
            ("操作者UserID。如果为系统触发事件，默认为sys", Some(Cause::Either)),
            ("成员UserID", Some(Cause::Person)),
            ("本企业成员为userid，非本企业成员为tmp_external_userid", Some(Cause::Outsider)),
            ("企业微信CorpID", None),
        ] {
            assert_eq!(Cause::of(doc), cause, "{doc}");
        }
    }
}
