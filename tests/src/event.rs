//! Checks callbacks and passive replies against the spec: every document is read with its type and written again, and nothing may be
//! unknown to the type, lost or changed.

use std::fmt::{Debug, Write as _};

use serde::Serialize;
use serde_json::{Map, Value, json};
use wecom_models::Timestamp;
use wecom_models::callback::{Document, Envelope, Payload, ReadError, Select};
use wecom_models::wire::{ReadObject, unknown_fields};
use wecom_requests::{Addressed, Passive, PassiveReply, ReplyFormat, ReplyMeta};

use crate::conformance::{Finding, Kind, Outcome, as_pointer, broken, clear_placeholders, compare, held};
use crate::generated::{EVENTS, REPLIES};
use crate::unknown::unknown_values;

/// One event or reply, with the function that checks documents against its type.
#[derive(Debug)]
pub struct Occurrence {
    of: Of,
    read: fn(&Document<'_>) -> Result<Read, ReadError>,
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

/// A document that was read as a type.
struct Read {
    /// The limits that it breaks.
    broken: Vec<Finding>,
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
        Self {
            of: Of::Event(T::SELECT),
            read: |document| read::<T>(document, |_| Vec::new()),
            quirks,
            spellings,
        }
    }

    /// Creates the description of a reply.
    pub(crate) const fn of_reply<T: PassiveReply + ReadObject + Serialize>(
        quirks: &'static [&'static str],
        spellings: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { of: Of::Reply(T::META), read: |document| read::<T>(document, broken), quirks, spellings }
    }

    /// How closely a document must be what the type writes: all scalars of XML are text.
    fn kind(&self) -> Kind {
        match self.of {
            Of::Reply(ReplyMeta { format: ReplyFormat::Json, .. }) => Kind::Request,
            Of::Reply(_) | Of::Event(_) => Kind::Response,
        }
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
        let told = match self.of {
            Of::Event(_) => None,
            Of::Reply(meta) => Some(meta.member),
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
) -> Result<Read, ReadError> {
    let model: T = document.read()?;
    let written = serde_json::to_value(&model).expect("a model is JSON");
    let unknown = unknown_fields(|| document.read::<T>().err().map(|error| error.path));
    Ok(Read { broken: broken(&model), written, unknown, values: unknown_values(&model) })
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
    let found = all.iter().find(|one| match one.of {
        Of::Event(select) => select.iter().any(|select| select.takes(&envelope)),
        Of::Reply(meta) => value.get(meta.member).is_some_and(|kind| kind == meta.kind),
    });
    found.map_or(Outcome::Unspecified, |one| one.findings(&document).into())
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
        check(example).expect_pass(&format!("{name}, example {index}"));
        let (envelope, event) = wecom_models::callback::read::<T>(example)
            .unwrap_or_else(|error| panic!("{name}, example {index}: {error}"));
        assert!(wecom_models::callback::is::<T>(&envelope), "{name}, example {index} is another event");
        writeln!(text, "{}\n\n{envelope:#?}\n\n{event:#?}\n", example.trim_end())
            .expect("strings take everything");
    }
    crate::snapshot::assert(name, &text);
}

/// Compares every example of a reply with its snapshot, checks that nothing of it is lost, and that what is sent is the same again.
///
/// # Panics
///
/// If an example and its type don't agree, or the snapshot is another one.
pub fn snapshot_reply<T: PassiveReply + ReadObject + Debug + PartialEq>(examples: &[&str]) {
    let meta = T::META;
    let name = meta.id;
    let mut text = String::new();
    for (index, example) in examples.iter().enumerate() {
        check_reply(example).expect_pass(&format!("{name}, example {index}"));
        let read = |text: &str| Document::parse(text).and_then(|document| document.read::<T>());
        let read = |text: &str| read(text).unwrap_or_else(|error| panic!("{name}, example {index}: {error}"));
        let addressed =
            Addressed { to_user: "lin.wei", from_user: "ww0", time: Timestamp::from_unix(1_767_225_600) };
        let reply = read(example);
        let sent = Passive::of(&reply).and_then(|reply| reply.document(Some(meta.format), &addressed));
        let sent = sent.unwrap_or_else(|error| panic!("{name}, example {index}: {error}"));
        let sent = String::from_utf8_lossy(&sent).into_owned();
        assert_eq!(read(&sent), reply, "{name}, example {index}, sent as {sent}");
        writeln!(text, "{}\n\n{reply:#?}\n\n{sent}\n", example.trim_end()).expect("strings take everything");
    }
    crate::snapshot::assert(name, &text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::Findings;

    #[test]
    fn a_reply_is_held_against_its_type_and_its_limits() {
        let told = |payload: &str| match check_reply(payload) {
            Outcome::Pass => "pass".to_owned(),
            Outcome::Fail(findings) => Findings(&findings).to_string(),
            Outcome::Unspecified => "unspecified".to_owned(),
        };
        let news = |articles: &str| told(&format!("<xml><MsgType>news</MsgType>{articles}</xml>"));
        let article = "<item><Title>a</Title><Url>b</Url></item>";
        assert_eq!(news(&format!("<ArticleCount>1</ArticleCount><Articles>{article}</Articles>")), "pass");
        assert_eq!(
            told("<xml><MsgType>text</MsgType><Content>a</Content><Shoe>4</Shoe></xml>"),
            "/Shoe: unknown field"
        );
        assert_eq!(told("<xml><MsgType>event</MsgType><Event>click</Event></xml>"), "unspecified");
        let card = |actions: &str| {
            told(&format!(
                "<xml><MsgType>update_template_card</MsgType><TemplateCard><CardType>text_notice</CardType>\
                 <SubTitleText>a</SubTitleText><CardAction><Type>1</Type><Url>b</Url></CardAction>\
                 <ActionMenu>{actions}</ActionMenu></TemplateCard></xml>"
            ))
        };
        let action = |key: usize| format!("<ActionList><Text>a</Text><Key>{key}</Key></ActionList>");
        assert_eq!(card(&(0..10).map(action).collect::<String>()), "pass");
        let eleven = card(&(0..11).map(action).collect::<String>());
        assert!(eleven.contains("ActionList: must be"), "{eleven}");
    }

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
    fn items_are_compared_however_many_elements_are_around_them() {
        let attribute = |name: &str| {
            format!("<Item><Name>{name}</Name><Type>0</Type><Text><Value>y</Value></Text></Item>")
        };
        let around = |items: &str| format!("<ExtAttr>{items}</ExtAttr>");
        let several = around(&attribute("a")) + &around(&(attribute("b") + &attribute("c"))) + &around("");
        assert_eq!(created(&format!("<UserID>a</UserID>{several}")), "pass");
        let unknown = around(&attribute("a")) + &around("<Item><Name>b</Name><Shoe>4</Shoe></Item>");
        assert!(created(&format!("<UserID>a</UserID>{unknown}")).contains("Shoe"));
    }

    #[test]
    fn what_is_no_event_or_no_document_is_told() {
        assert_eq!(told("<xml><MsgType>event</MsgType><Event>new</Event></xml>"), "unspecified");
        assert_eq!(told("{}"), "unspecified");
        assert_eq!(told("success"), "/: it begins like neither XML nor JSON");
        assert!(told("<xml>").starts_with("/: not XML"), "{}", told("<xml>"));
    }
}
