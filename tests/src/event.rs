//! Checks callbacks and passive replies against the spec: every document is read with its type and written again, and nothing may be
//! unknown to the type, lost or changed.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};

use serde::Serialize;
use serde_json::{Map, Value, json};
use wecom_models::Timestamp;
use wecom_models::callback::{
    Document, Envelope, Payload, ReadError, Select, read as read_both, write_json, write_xml,
};
use wecom_models::wire::{ReadObject, WriteObject, strictly};
use wecom_requests::{Passive, PassiveReply, ReplyError, ReplyFormat, ReplyMeta, ReplyTold};

use crate::conformance::{
    Finding, Kind, Outcome, Reread, as_pointer, broken, clear_placeholders, compare, held, scalar,
};
use crate::generated::{EVENTS, REPLIES};

/// Makes a text of a document.
type Convert = fn(&str) -> Result<String, String>;

/// One event or reply, with the functions that check documents against its type and show them.
#[derive(Debug)]
pub struct Occurrence {
    name: &'static str,
    of: Of,
    read: fn(&Document<'_>) -> Result<Reread, ReadError>,
    /// Formats a document as its type, and a reply also as it is sent.
    show: Convert,
    /// Writes an event again, and returns it, if it is read as the same.
    rewrite: Option<Convert>,
    examples: &'static [&'static str],
    /// Contradictions in the documentation, as pointers with `*` for any item.
    quirks: &'static [&'static str],
    /// Fields with several names: another one, and the one that is written.
    spellings: &'static [(&'static str, &'static str)],
}

/// The members that identify documents of a type.
#[derive(Debug)]
enum Of {
    Event(&'static [Select]),
    Reply(&'static ReplyMeta),
}

impl Occurrence {
    /// Creates the description of an event.
    pub(crate) const fn of<T: Payload + WriteObject + Serialize + Debug + PartialEq>(
        examples: &'static [&'static str],
        quirks: &'static [&'static str],
        spellings: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name: T::NAME,
            of: Of::Event(T::SELECT),
            read: |document| read::<T>(document, |_| Vec::new()),
            show: |text| {
                let (_, event) = read_both::<T>(text).map_err(|error| error.to_string())?;
                Ok(format!("{event:#?}"))
            },
            rewrite: Some(rewritten::<T>),
            examples,
            quirks,
            spellings,
        }
    }

    /// Creates the description of a reply.
    pub(crate) const fn of_reply<T: PassiveReply + ReadObject + Serialize + Debug + PartialEq>(
        examples: &'static [&'static str],
        quirks: &'static [&'static str],
        spellings: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name: T::META.id,
            of: Of::Reply(T::META),
            read: |document| read::<T>(document, broken),
            show: |text| {
                let reply: T = Document::parse(text)
                    .and_then(|document| document.read())
                    .map_err(|error| error.to_string())?;
                let sent = sent(T::META, Passive::of(&reply))?;
                let read = Document::parse(&sent).and_then(|sent| sent.read::<T>());
                if read.as_ref() != Ok(&reply) {
                    return Err(format!("it is sent as {sent}"));
                }
                Ok(format!("{reply:#?}\n\n{sent}"))
            },
            rewrite: None,
            examples,
            quirks,
            spellings,
        }
    }

    /// Returns whether a document is of this kind.
    fn takes(&self, envelope: &Envelope, document: &Value) -> bool {
        match self.of {
            Of::Event(select) => select.iter().any(|select| select.takes(envelope)),
            Of::Reply(meta) => match meta.told {
                ReplyTold::Says { member, kind } => document.get(member).is_some_and(|says| says == kind),
                // It says nothing of itself: the callback that it answers isn't in it.
                _ => false,
            },
        }
    }

    /// How closely a document must be what the type writes: all scalars of XML are text.
    fn kind(&self) -> Kind {
        match self.of {
            Of::Reply(ReplyMeta { format: ReplyFormat::Bot | ReplyFormat::Device, .. }) => Kind::Request,
            Of::Reply(_) | Of::Event(_) => Kind::Response,
        }
    }

    /// Returns what is wrong with a document, except for known contradictions.
    fn findings(&self, document: &Document<'_>) -> Vec<Finding> {
        let whole =
            |error: ReadError| vec![Finding { pointer: as_pointer(&error.path), what: error.message }];
        let read = strictly(|| (self.read)(document));
        let (read, mut before) = match read.and_then(|read| Ok((read, document.to_value()?))) {
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
        let told = match self.of {
            Of::Reply(ReplyMeta { told: ReplyTold::Says { member, .. }, .. }) => Some(*member),
            Of::Reply(_) | Of::Event(_) => None,
        };
        for member in Envelope::MEMBERS.into_iter().chain(told) {
            take(&mut before, member, &listed);
        }
        shape_as(&mut before, &read.written);
        // An object with nothing but such members is one, too: `"event": { "eventtype": "enter_chat" }`.
        let is_around =
            |path: &str, member: &str| member.split_once('.').is_some_and(|(around, _)| around == path);
        let is_told = |path: &str| {
            let mut members = Envelope::MEMBERS.into_iter().chain(told);
            members.any(|member| member == path || is_around(path, member) && before.get(path).is_none())
        };
        let unknown = read.unknown.into_iter().filter(|path| !is_told(path));
        let unknown =
            unknown.map(|path| Finding { pointer: as_pointer(&path), what: "unknown field".to_owned() });
        let mut findings: Vec<Finding> = unknown.collect();
        compare(&before, &read.written, self.kind(), &mut String::new(), &mut findings);
        findings.extend(read.broken);
        let values = read.values.into_iter();
        findings.extend(values.map(|pointer| Finding { pointer, what: "unknown enum value".to_owned() }));
        held(&mut findings, self.quirks);
        findings
    }

    /// Checks that a document that was written again has the members that it had.
    fn assert_same(&self, mut before: Value, mut after: Value, what: &str) {
        self.respell(&mut before);
        // A few events have the time under the other name.
        for document in [&mut before, &mut after] {
            if let Some(time) = document.as_object_mut().and_then(|members| members.remove("TimeStamp")) {
                document["CreateTime"] = time;
            }
        }
        if let Some(difference) = difference(&before, &after) {
            panic!("{what}, written again, differs at {difference}");
        }
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

fn read<T: ReadObject + Serialize>(
    document: &Document<'_>,
    broken: fn(&T) -> Vec<Finding>,
) -> Result<Reread, ReadError> {
    let model: T = document.read()?;
    let again = &mut || document.read::<T>().err().map(|error| error.path);
    Ok(Reread::of(&model, broken(&model), again))
}

/// Returns a reply as it is sent, before it is encrypted.
fn sent(meta: &ReplyMeta, reply: Result<Passive, ReplyError>) -> Result<String, String> {
    let asked = match meta.told {
        ReplyTold::Answers(callback) => callback.envelope(),
        _ => Envelope::default(),
    };
    let asked = Envelope { to_user_name: "ww0".into(), from_user_name: "lin.wei".into(), ..asked };
    let sent =
        reply.and_then(|reply| reply.document(meta.format, &asked, Timestamp::from_unix(1_767_225_600)));
    let sent = sent.map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&sent).into_owned())
}

/// Writes an event as its text is written, in XML or JSON, if that is read as the same event and the same envelope.
fn rewritten<T: Payload + WriteObject + Debug + PartialEq>(text: &str) -> Result<String, String> {
    let (envelope, event) = read_both::<T>(text).map_err(|error| error.to_string())?;
    let is_xml = text.trim_start().starts_with('<');
    let written = if is_xml { write_xml(&envelope, &event) } else { write_json(&envelope, &event) };
    let written = written.map_err(|error| error.to_string())?;
    let read = read_both::<T>(&written).map_err(|error| error.to_string())?;
    if read != (envelope, event) {
        return Err(format!("it is written as {written}"));
    }
    Ok(written)
}

/// Returns a place where a document that was written again differs. Nothing and empty are the same, and so are a value and a list of it, and
/// numbers of one value.
fn difference(before: &Value, after: &Value) -> Option<String> {
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            names.into_iter().find_map(|name| {
                let [before, after] =
                    [before, after].map(|members| members.get(name).unwrap_or(&Value::Null));
                difference(before, after).map(|rest| format!("/{name}{rest}"))
            })
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            let mut both = before.iter().zip(after).enumerate();
            both.find_map(|(index, (before, after))| {
                difference(before, after).map(|rest| format!("/{index}{rest}"))
            })
        }
        (Value::Array(items), one) | (one, Value::Array(items)) if items.len() == 1 => {
            difference(&items[0], one)
        }
        _ if is_nothing(before) && is_nothing(after) => None,
        _ => {
            let number = |text: &String| text.parse::<f64>().ok();
            let is_same = match (scalar(before), scalar(after)) {
                (Some(before), Some(after)) => {
                    before == after || number(&before).is_some_and(|before| number(&after) == Some(before))
                }
                _ => false,
            };
            (!is_same).then(|| format!(": {before}, and then {after}"))
        }
    }
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

/// Converts a single XML element to a list if the field is a list, and a text to a number or boolean if it has the same value:
/// `65.000`, `true`. Elements around the items of a list become one, and so does a text in place of such an element.
fn shape_as(before: &mut Value, after: &Value) {
    if after.is_array() && !before.is_array() && !before.is_null() {
        *before = Value::Array(vec![before.take()]);
    }
    if let Some((name, items)) = around(after) {
        *before = match before.take() {
            Value::Array(several) => {
                json!({ name: several.into_iter().flat_map(|one| inside(one, name)).collect::<Vec<_>>() })
            }
            text @ Value::String(_) if !items.is_empty() => json!({ name: [text] }),
            other => other,
        };
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                if let Some(after) = after.get(name) {
                    shape_as(value, after);
                }
            }
        }
        (before @ Value::String(_), Value::Bool(value))
            if before.as_str().and_then(|text| text.parse().ok()) == Some(*value) =>
        {
            *before = Value::Bool(*value);
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

/// Returns the name and the items of a list whose items are in an element of their own.
fn around(value: &Value) -> Option<(&String, &Vec<Value>)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.iter().find_map(|(name, items)| Some((name, items.as_array()?)))
}

/// Returns the items of one of several elements around them.
fn inside(mut around: Value, name: &str) -> Vec<Value> {
    match around.get_mut(name).map(Value::take) {
        Some(Value::Array(items)) => items,
        Some(item) => vec![item],
        None if around.is_null() => Vec::new(),
        None => vec![around],
    }
}

/// Checks a decrypted document that WeCom sends against the spec.
pub fn check(payload: &str) -> Outcome {
    outcome(EVENTS, payload)
}

/// Checks a passive reply, before it is encrypted, against the spec.
pub fn check_reply(payload: &str) -> Outcome {
    outcome(REPLIES, payload)
}

fn outcome(all: &[Occurrence], payload: &str) -> Outcome {
    let parsed = Document::parse(payload);
    let found = parsed.and_then(|document| Ok((document.envelope()?, document.to_value()?, document)));
    let (envelope, value, document) = match found {
        Ok(found) => found,
        Err(error) => {
            return Outcome::Fail(vec![Finding { pointer: as_pointer(&error.path), what: error.message }]);
        }
    };
    let found = all.iter().find(|one| one.takes(&envelope, &value));
    found.map_or(Outcome::Unspecified, |one| one.findings(&document).into())
}

/// Compares every example of an event with its snapshot, and checks that nothing of it is lost.
///
/// # Panics
///
/// If an example and its type don't agree, the snapshot is another one, or the spec has no such event.
pub fn snapshot(name: &str) {
    compare_with_snapshot(EVENTS, name);
}

/// Compares every example of a reply with its snapshot, checks that nothing of it is lost, and that what is sent is the same again.
///
/// # Panics
///
/// If an example and its type don't agree, the snapshot is another one, or the spec has no such reply.
pub fn snapshot_reply(name: &str) {
    compare_with_snapshot(REPLIES, name);
}

fn compare_with_snapshot(all: &[Occurrence], name: &str) {
    let one = all.iter().find(|one| one.name == name).expect(name);
    let mut text = String::new();
    for (index, example) in one.examples.iter().enumerate() {
        let what = format!("{name}, example {index}");
        let document = Document::parse(example).unwrap_or_else(|error| panic!("{what}: {error}"));
        let is_told = !matches!(one.of, Of::Reply(ReplyMeta { told: ReplyTold::Answers(_), .. }));
        let passed = if is_told { outcome(all, example) } else { one.findings(&document).into() };
        passed.expect_pass(&what);
        let (envelope, value) =
            (document.envelope().expect("as above"), document.to_value().expect("as above"));
        assert!(one.takes(&envelope, &value) || !is_told, "{what} is another one");
        let shown = (one.show)(example).unwrap_or_else(|error| panic!("{what}: {error}"));
        if let Some(rewrite) = one.rewrite {
            let written = rewrite(example).unwrap_or_else(|error| panic!("{what}: {error}"));
            let again = Document::parse(&written).and_then(|document| document.to_value());
            one.assert_same(value, again.expect("it was read"), &what);
        }
        writeln!(text, "{}\n", example.trim_end()).expect("strings take everything");
        if matches!(one.of, Of::Event(_)) {
            writeln!(text, "{envelope:#?}\n").expect("strings take everything");
        }
        writeln!(text, "{shown}\n").expect("strings take everything");
    }
    crate::snapshot::assert(name, &text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_may_have_any_number_of_digits() {
        let mut shown = serde_json::json!({ "a": ["65.000", "1.50", "x"] });
        shape_as(&mut shown, &serde_json::json!({ "a": [65.0, 1.5, 2.0] }));
        assert_eq!(shown, serde_json::json!({ "a": [65.0, 1.5, "x"] }));
    }
}
