//! Checks callbacks against the spec: every document is read with its type and written again, and nothing may be
//! unknown to the type, lost or changed.

use std::fmt::{Debug, Write as _};

use serde::Serialize;
use serde_json::{Map, Value};
use wecom_models::callback::{Document, Envelope, Payload, ReadError, Select};
use wecom_models::wire::unknown_fields;

use crate::conformance::{Finding, Findings, Kind, Outcome, as_pointer, clear_placeholders, compare, held};
use crate::generated::EVENTS;
use crate::unknown::unknown_values;

/// One event, with the function that checks documents against its type.
#[derive(Debug)]
pub struct Occurrence {
    select: &'static [Select],
    read: fn(&Document<'_>) -> Result<Read, ReadError>,
    /// Contradictions in the documentation, as pointers with `*` for any item.
    quirks: &'static [&'static str],
    /// Fields with several names: another one, and the one that is written.
    spellings: &'static [(&'static str, &'static str)],
}

/// A document that was read as a type.
struct Read {
    written: Value,
    /// The paths of fields that the type doesn't know.
    unknown: Vec<String>,
    /// The pointers of undocumented values.
    values: Vec<String>,
}

impl Occurrence {
    /// Creates the description of an event.
    pub(crate) const fn of<T: Payload + Serialize>(
        quirks: &'static [&'static str],
        spellings: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { select: T::SELECT, read: read::<T>, quirks, spellings }
    }

    /// Returns what is wrong with a document, except for known contradictions.
    fn findings(&self, document: &Document<'_>) -> Vec<Finding> {
        let whole =
            |error: ReadError| vec![Finding { pointer: as_pointer(&error.path), what: error.message }];
        let (read, mut before) = match (self.read)(document).and_then(|read| Ok((read, document.to_value()?)))
        {
            Ok(read) => read,
            // A page's placeholder, such as `<StrategyId>STRATEGY_ID</StrategyId>`, isn't a value: the rest is read
            // without it.
            Err(error) => {
                let mut shown = document.to_value().unwrap_or_default();
                let is_cleared = clear_placeholders(&mut shown);
                let rest = shown.to_string();
                return match Document::parse(&rest) {
                    Ok(rest) if is_cleared => self.findings(&rest),
                    _ => whole(error),
                };
            }
        };
        self.respell(&mut before);
        let listed = read.written.as_object().cloned().unwrap_or_default();
        for member in Envelope::MEMBERS {
            take(&mut before, member, &listed);
        }
        shape_as(&mut before, &read.written);
        let unknown = read.unknown.into_iter().filter(|path| !Envelope::MEMBERS.contains(&path.as_str()));
        let unknown =
            unknown.map(|path| Finding { pointer: as_pointer(&path), what: "unknown field".to_owned() });
        let mut findings: Vec<Finding> = unknown.collect();
        compare(&before, &read.written, Kind::Response, &mut String::new(), &mut findings);
        let values = read.values.into_iter();
        findings.extend(values.map(|pointer| Finding { pointer, what: "unknown enum value".to_owned() }));
        held(&mut findings, self.quirks);
        findings
    }

    /// Renames fields with several names to the one that is written.
    fn respell(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (other, name) in self.spellings {
                    if !fields.contains_key(*name)
                        && let Some(value) = fields.remove(*other)
                    {
                        fields.insert((*name).to_owned(), value);
                    }
                }
                fields.values_mut().for_each(|value| self.respell(value));
            }
            Value::Array(items) => items.iter_mut().for_each(|value| self.respell(value)),
            _ => {}
        }
    }
}

fn read<T: Payload + Serialize>(document: &Document<'_>) -> Result<Read, ReadError> {
    let model: T = document.read()?;
    let written = serde_json::to_value(&model).expect("a model is JSON");
    let unknown = unknown_fields(|| document.read::<T>().err().map(|error| error.path));
    Ok(Read { written, unknown, values: unknown_values(&model) })
}

/// Removes a member of the envelope from a document, unless the type has it as well.
fn take(document: &mut Value, member: &str, listed: &Map<String, Value>) {
    let Some(fields) = document.as_object_mut() else { return };
    match member.split_once('.') {
        None if !listed.contains_key(member) => {
            fields.remove(member);
        }
        Some((around, member)) if !listed.contains_key(around) => {
            if let Some(inner) = fields.get_mut(around).and_then(Value::as_object_mut) {
                inner.remove(member);
                if inner.is_empty() {
                    fields.remove(around);
                }
            }
        }
        _ => {}
    }
}

/// Converts a single XML element to a list if the field is a list, and a text to a number if it has the same value:
/// `65.000`.
fn shape_as(before: &mut Value, after: &Value) {
    if after.is_array() && !before.is_array() && !before.is_null() {
        *before = Value::Array(vec![before.take()]);
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                if let Some(after) = after.get(name) {
                    shape_as(value, after);
                }
            }
        }
        (before @ Value::String(_), Value::Number(number)) => {
            let same = before.as_str().and_then(|text| text.trim().parse().ok()) == number.as_f64();
            if same {
                *before = Value::Number(number.clone());
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            before.iter_mut().zip(after).for_each(|(before, after)| shape_as(before, after));
        }
        _ => {}
    }
}

/// Checks a decrypted document against the spec.
pub fn check(payload: &str) -> Outcome {
    let found = Document::parse(payload).and_then(|document| Ok((document.envelope()?, document)));
    let (envelope, document) = match found {
        Ok(found) => found,
        Err(error) => {
            return Outcome::Fail(vec![Finding { pointer: as_pointer(&error.path), what: error.message }]);
        }
    };
    let event = EVENTS.iter().find(|event| event.select.iter().any(|select| select.takes(&envelope)));
    match event.map(|event| event.findings(&document)) {
        None => Outcome::Unspecified,
        Some(findings) if findings.is_empty() => Outcome::Pass,
        Some(findings) => Outcome::Fail(findings),
    }
}

/// Compares every example of an event with its snapshot, and checks that nothing of it is lost.
///
/// # Panics
///
/// If an example and its type don't agree, or the snapshot is another one.
pub fn snapshot<T: Payload + Debug>(examples: &[&str]) {
    let name = T::NAME;
    let mut text = String::new();
    for (index, example) in examples.iter().enumerate() {
        match check(example) {
            Outcome::Pass => {}
            Outcome::Fail(findings) => panic!("{name}, example {index}: {}", Findings(&findings)),
            Outcome::Unspecified => panic!("{name}, example {index} is no event of the spec"),
        }
        let (envelope, event) = wecom_models::callback::read::<T>(example)
            .unwrap_or_else(|error| panic!("{name}, example {index}: {error}"));
        assert!(wecom_models::callback::is::<T>(&envelope), "{name}, example {index} is another event");
        writeln!(text, "{}\n\n{envelope:#?}\n\n{event:#?}\n", example.trim_end())
            .expect("strings take everything");
    }
    crate::snapshot::assert(name, &text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(payload: &str) -> String {
        match check(payload) {
            Outcome::Pass => "pass".to_owned(),
            Outcome::Fail(findings) => Findings(&findings).to_string(),
            Outcome::Unspecified => "unspecified".to_owned(),
        }
    }

    fn created(fields: &str) -> String {
        told(&format!(
            "<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>5</CreateTime>\
             <MsgType>event</MsgType><Event>change_contact</Event><ChangeType>create_user</ChangeType>{fields}</xml>"
        ))
    }

    #[test]
    fn an_event_that_its_type_knows_passes() {
        assert_eq!(created("<UserID>a</UserID><Department>1,2</Department>"), "pass");
        assert_eq!(
            created(
                "<UserID>a</UserID><ExtAttr><Item><Name>x</Name><Type>0</Type><Text><Value>y</Value></Text></Item></ExtAttr>"
            ),
            "pass"
        );
    }

    #[test]
    fn what_a_type_does_not_know_is_found_wherever_it_stands() {
        assert_eq!(created("<UserID>a</UserID><Shoe>44</Shoe>"), "/Shoe: unknown field");
        let deep = "<UserID>a</UserID><Department>1</Department><ExtAttr><Item><Name>x</Name><Type>0</Type>\
                    <Text><Value>y</Value><Shoe>1</Shoe></Text></Item></ExtAttr>";
        assert!(created(deep).contains("Text/Shoe: unknown field"), "{}", created(deep));
        assert!(created("<UserID>a</UserID><Gender>9</Gender>").contains("unknown enum value"));
    }

    #[test]
    fn a_placeholder_in_place_of_a_number_is_no_value() {
        assert_eq!(created("<UserID>a</UserID><MainDepartment>MAIN_DEPARTMENT</MainDepartment>"), "pass");
        assert!(
            created("<UserID>a</UserID><MainDepartment>four</MainDepartment>").contains("/MainDepartment")
        );
    }

    #[test]
    fn a_fraction_may_have_any_number_of_digits() {
        let mut shown = serde_json::json!({ "a": ["65.000", "1.50", "x"] });
        shape_as(&mut shown, &serde_json::json!({ "a": [65.0, 1.5, 2.0] }));
        assert_eq!(shown, serde_json::json!({ "a": [65.0, 1.5, "x"] }));
    }

    #[test]
    fn what_is_no_event_or_no_document_is_told() {
        assert_eq!(told("<xml><MsgType>event</MsgType><Event>new</Event></xml>"), "unspecified");
        assert_eq!(told("{}"), "unspecified");
        assert_eq!(told("success"), "/: it begins like neither XML nor JSON");
        assert!(told("<xml>").starts_with("/: not XML"), "{}", told("<xml>"));
    }
}
