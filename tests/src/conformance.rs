//! Checks traffic against the spec: every payload is read with its type and written again, and nothing may be unknown
//! to the type, lost or changed.

use std::fmt;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wecom_requests::{Check, Endpoint, Meta, Violation, http_request, parse_response};

use crate::generated::CONTRACTS;
use crate::snapshot::{Example, answer};
use crate::unknown::unknown_values;

/// The fields around every response, which its type doesn't have.
pub const ENVELOPE: [&str; 2] = ["errcode", "errmsg"];

/// One endpoint, with the functions that check payloads against its types.
#[derive(Debug)]
pub struct Contract {
    meta: &'static Meta,
    request: fn(&str) -> Result<(), Vec<Finding>>,
    response: fn(&str) -> Result<(), Vec<Finding>>,
    build: fn(&str, &str, &str) -> Result<http::Request<Bytes>, String>,
    read: fn(&http::Response<Bytes>) -> Result<(), String>,
    examples: &'static [Example],
    /// Contradictions in the documentation of the request, as pointers with `*` for any item.
    request_quirks: &'static [&'static str],
    /// The same for the response.
    response_quirks: &'static [&'static str],
}

impl Contract {
    /// Creates the contract of an endpoint.
    pub(crate) const fn of<E>(
        examples: &'static [Example],
        request_quirks: &'static [&'static str],
        response_quirks: &'static [&'static str],
    ) -> Self
    where
        E: Endpoint + Check + DeserializeOwned,
        E::Response: Serialize + DeserializeOwned,
    {
        Self {
            meta: E::META,
            request: |json| conforms::<E>(json, Kind::Request, broken),
            response: |json| conforms::<E::Response>(json, Kind::Response, |_| Vec::new()),
            build: |json, base_url, token| {
                let request: E = read(json)?;
                http_request(&request, base_url, token).map_err(|error| error.to_string())
            },
            read: |response| parse_response::<E>(response).map(drop).map_err(|error| error.to_string()),
            examples,
            request_quirks,
            response_quirks,
        }
    }

    /// Returns the endpoint.
    pub fn meta(&self) -> &'static Meta {
        self.meta
    }

    /// Returns the HTTP requests of the endpoint's examples.
    pub fn requests(&self, base_url: &str, token: &str) -> Result<Vec<http::Request<Bytes>>, String> {
        self.examples.iter().map(|example| (self.build)(example.request, base_url, token)).collect()
    }

    /// Returns the responses of the endpoint's examples, as they would arrive over HTTP.
    pub fn answers(&self) -> impl Iterator<Item = http::Response<Bytes>> {
        self.examples.iter().map(|example| answer(self.meta.response_format, example.response))
    }

    /// Reads a response of the endpoint; the error says why it can't be read.
    pub fn read(&self, response: &http::Response<Bytes>) -> Result<(), String> {
        (self.read)(response)
    }

    /// Returns what is wrong with a payload, except for known contradictions.
    fn findings(&self, kind: Kind, payload: &str) -> Vec<Finding> {
        let (result, quirks) = match kind {
            Kind::Request => ((self.request)(payload), self.request_quirks),
            Kind::Response => ((self.response)(payload), self.response_quirks),
        };
        let mut findings = result.err().unwrap_or_default();
        held(&mut findings, quirks);
        findings
    }
}

/// Removes findings about known contradictions: about the place itself, not about its contents.
pub(crate) fn held(findings: &mut Vec<Finding>, quirks: &[&str]) {
    findings.retain(|finding| !quirks.iter().any(|quirk| finding.is_about(quirk)));
}

/// Returns every endpoint of the spec.
pub fn contracts() -> &'static [Contract] {
    CONTRACTS
}

/// Returns whether a pointer leads to a place; `*` in the place matches any step.
fn is_at(pointer: &str, place: &str) -> bool {
    let (mut steps, mut wanted) = (pointer.split('/'), place.split('/'));
    wanted.by_ref().all(|wanted| steps.next().is_some_and(|step| wanted == "*" || step == wanted))
        && steps.next().is_none()
}

/// The direction of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To WeCom.
    Request,
    /// From WeCom.
    Response,
}

/// A difference between a payload and the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// The difference.
    pub what: String,
}

impl Finding {
    /// Returns whether it is about a place; a broken rule is about all of its fields, `/a/b, c`.
    fn is_about(&self, place: &str) -> bool {
        let (around, names) = self.pointer.rsplit_once('/').unwrap_or_default();
        let mut pointers = names.split(", ").map(|name| format!("{around}/{name}"));
        is_at(&self.pointer, place) || pointers.any(|pointer| is_at(&pointer, place))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.pointer.is_empty() { "/" } else { &self.pointer }, self.what)
    }
}

/// Several findings on one line.
#[derive(Debug)]
pub struct Findings<'a>(pub &'a [Finding]);

impl fmt::Display for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.0.iter().enumerate() {
            write!(f, "{}{finding}", if index > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

/// The result of a check against the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It conforms to the spec.
    Pass,
    /// It doesn't.
    Fail(Vec<Finding>),
    /// The spec has no such endpoint.
    Unspecified,
}

/// Checks a payload against the spec. If several pages define a path, one of them has to fit.
pub fn check(method: &Method, path: &str, kind: Kind, payload: &str) -> Outcome {
    check_all(|meta| meta.path == path && meta.method == *method, kind, payload)
}

/// Checks a payload against one endpoint, by its name in the spec.
pub fn check_endpoint(id: &str, kind: Kind, payload: &str) -> Outcome {
    check_all(|meta| meta.id == id, kind, payload)
}

fn check_all(chosen: impl Fn(&Meta) -> bool, kind: Kind, payload: &str) -> Outcome {
    nearest(CONTRACTS.iter().filter(|contract| chosen(contract.meta)), kind, payload)
}

/// Checks a payload against several definitions of one call, and returns the result of the nearest one.
fn nearest<'c>(contracts: impl Iterator<Item = &'c Contract>, kind: Kind, payload: &str) -> Outcome {
    let nearest = contracts.map(|contract| contract.findings(kind, payload)).min_by_key(Vec::len);
    match nearest {
        None => Outcome::Unspecified,
        Some(findings) if findings.is_empty() => Outcome::Pass,
        Some(findings) => Outcome::Fail(findings),
    }
}

/// Reads JSON into a type.
///
/// All code here reads in this one way: each further way would be compiled again for every type of the API.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    let value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    read_value(&value, &mut Vec::new()).map_err(|error| error.to_string())
}

fn read_value<T: DeserializeOwned>(
    value: &Value,
    findings: &mut Vec<Finding>,
) -> Result<T, serde_json::Error> {
    let mut unknown = |path: serde_ignored::Path<'_>| {
        findings.push(Finding { pointer: pointer(&path), what: "unknown field".to_owned() });
    };
    T::deserialize(serde_ignored::Deserializer::new(value, &mut unknown))
}

/// Reads JSON into a type and writes it again. `broken` returns the documented limits that the value breaks.
fn conforms<T>(json: &str, kind: Kind, broken: fn(&T) -> Vec<Finding>) -> Result<(), Vec<Finding>>
where
    T: Serialize + DeserializeOwned,
{
    let undecodable = |error: &dyn fmt::Display| {
        vec![Finding { pointer: String::new(), what: format!("undecodable: {error}") }]
    };
    let mut before: Value = serde_json::from_str(json).map_err(|error| undecodable(&error))?;
    if let Some(fields) = before.as_object_mut().filter(|_| kind == Kind::Response) {
        fields.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
    }
    let mut findings = Vec::new();
    let mut read: Result<T, _> = read_value(&before, &mut findings);
    if read.is_err() && clear_placeholders(&mut before) {
        findings.clear();
        read = read_value(&before, &mut findings);
    }
    let read = read.map_err(|error| undecodable(&error))?;
    let after = serde_json::to_value(&read).map_err(|error| undecodable(&error))?;
    compare(&before, &after, kind, &mut String::new(), &mut findings);
    for pointer in unknown_values(&read) {
        if !before.pointer(&pointer).and_then(Value::as_str).is_some_and(is_filler) {
            findings.push(Finding { pointer, what: "unknown enum value".to_owned() });
        }
    }
    findings.extend(broken(&read).into_iter().filter(|finding| !is_of_placeholders(finding, &before)));
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Returns whether a text represents any other, as in `"size": "xxx"` and `["xxx::xxx::xx"]`.
fn is_filler(text: &str) -> bool {
    text.contains("xx") && text.chars().all(|c| matches!(c, 'x' | ':' | '-' | '_' | '.' | '/'))
}

/// Returns whether a value represents any other: only x's, the field's own name, as in `"file_size": "FILE_SIZE"`, or
/// one digit repeated.
fn is_placeholder(name: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let bare = |text: &str| text.replace('_', "").to_uppercase();
            let own = bare(name.strip_suffix("_list").unwrap_or(name));
            is_filler(text) || bare(text.trim_end_matches(|c: char| c.is_ascii_digit())) == own
        }
        Value::Number(number) => {
            let digits = number.to_string();
            digits.as_bytes().windows(6).any(|run| run.iter().all(|digit| *digit == run[0]) && run[0] != b'0')
        }
        _ => false,
    }
}

/// Returns whether a broken rule is about fields that all have a placeholder, or about those of `{}`: then the page
/// shows no values.
fn is_of_placeholders(finding: &Finding, payload: &Value) -> bool {
    let (around, names) = finding.pointer.rsplit_once('/').unwrap_or_default();
    let Some(fields) = payload.pointer(around).and_then(Value::as_object) else { return false };
    let stands_for_any = fields.is_empty() && !around.is_empty();
    stands_for_any
        || names.split(", ").all(|name| fields.get(name).is_some_and(|value| is_placeholder(name, value)))
}

/// Replaces texts that are placeholders on a page by null. Returns whether there were any.
pub(crate) fn clear_placeholders(value: &mut Value) -> bool {
    let Value::Object(fields) = value else {
        let items = value.as_array_mut().into_iter().flatten();
        return items.fold(false, |any, item| clear_placeholders(item) | any);
    };
    fields.iter_mut().fold(false, |any, (name, value)| {
        let is_text = |value: &Value| value.is_string() && is_placeholder(name, value);
        let found = match &mut *value {
            Value::Array(items) => {
                let all = items.len();
                items.retain(|item| !is_text(item));
                items.len() < all
            }
            text if is_text(text) => {
                *text = Value::Null;
                true
            }
            _ => false,
        };
        found | clear_placeholders(value) | any
    })
}

/// Returns the documented limits that a request breaks.
pub(crate) fn broken(request: &impl Check) -> Vec<Finding> {
    let violations = request.violations().err().map(|violations| violations.0).unwrap_or_default();
    let finding = |Violation { path, rule, actual, .. }: Violation| Finding {
        pointer: as_pointer(&path),
        what: format!("must be {rule}, but is {actual}"),
    };
    violations.into_iter().map(finding).collect()
}

/// Converts the path of a broken limit, `info[3].userid`, to a JSON pointer.
pub(crate) fn as_pointer(path: &str) -> String {
    let mut pointer = String::new();
    if path.is_empty() {
        return pointer;
    }
    for step in path.split(['.', '[']).map(|step| step.trim_end_matches(']')) {
        pointer.push('/');
        pointer.push_str(&escape(step));
    }
    pointer
}

/// Converts the path of an ignored field to a JSON pointer.
fn pointer(path: &serde_ignored::Path<'_>) -> String {
    match path {
        serde_ignored::Path::Root => String::new(),
        serde_ignored::Path::Seq { parent, index } => format!("{}/{index}", pointer(parent)),
        serde_ignored::Path::Map { parent, key } => format!("{}/{}", pointer(parent), escape(key)),
        serde_ignored::Path::Some { parent }
        | serde_ignored::Path::NewtypeStruct { parent }
        | serde_ignored::Path::NewtypeVariant { parent } => pointer(parent),
    }
}

pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Finds the parts of `before` that are lost or changed in `after`. A response may express the same differently, 1 for
/// `true` or 5 for "5", and may lack promised fields; a request must be exactly the same, and have all required
/// fields.
pub(crate) fn compare(
    before: &Value,
    after: &Value,
    kind: Kind,
    path: &mut String,
    findings: &mut Vec<Finding>,
) {
    let length = path.len();
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                path.push('/');
                path.push_str(&escape(name));
                match after.get(name) {
                    Some(after) => compare(value, after, kind, path, findings),
                    // A field that the type doesn't know has been reported before.
                    None if findings.iter().any(|finding| finding.pointer == *path) => {}
                    None if is_nothing(value, kind) => {}
                    None => findings.push(Finding { pointer: path.clone(), what: "lost".to_owned() }),
                }
                path.truncate(length);
            }
            // `{}` as a placeholder for any object isn't complete; a request is.
            let complete = kind == Kind::Request && !(before.is_empty() && length > 0);
            for name in after.keys().filter(|name| complete && !before.contains_key(*name)) {
                let pointer = format!("{path}/{}", escape(name));
                findings.push(Finding { pointer, what: "missing, although required".to_owned() });
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                path.push_str(&format!("/{index}"));
                compare(before, after, kind, path, findings);
                path.truncate(length);
            }
        }
        (before, after) if is_same(before, after, kind) => {}
        // Null, read as the default of a promised field.
        (Value::Null, _) => {}
        (before, after) => {
            let what = format!("changed: {before} became {after}");
            findings.push(Finding { pointer: path.clone(), what });
            // A single value in place of a list is a list of one: nothing in it may be lost, either.
            if let (Value::Object(_), Some([after])) = (before, after.as_array().map(Vec::as_slice)) {
                compare(before, after, kind, path, findings);
            }
        }
    }
}

/// Returns whether a value means nothing, so that it may be omitted.
fn is_nothing(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Request => value.is_null(),
        Kind::Response => scalar(value).is_some_and(|text| text.is_empty()),
    }
}

/// Returns whether two scalars are the same; in a request, also in their kind of JSON.
fn is_same(before: &Value, after: &Value, kind: Kind) -> bool {
    match (before, after) {
        (Value::Array(_) | Value::Object(_), _) => false,
        (Value::Number(before), Value::Number(after)) if kind == Kind::Request => {
            before == after || before.as_f64() == after.as_f64()
        }
        _ if kind == Kind::Request => before == after,
        _ => scalar(before) == scalar(after),
    }
}

/// Returns a scalar as text, which is the same for values that WeCom uses for each other.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(value) => Some(u8::from(*value).to_string()),
        // A double with a whole number is written with its `.0`.
        Value::Number(number) => {
            let text = number.to_string();
            Some(text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned))
        }
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns the findings of `compare` as text.
    fn compared(before: &Value, after: &Value, kind: Kind) -> Vec<String> {
        let mut findings = Vec::new();
        compare(before, after, kind, &mut String::new(), &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_sent_is_of_the_kind_that_the_example_shows() {
        for (before, after) in [
            (json!(4), json!("4")),
            (json!("4"), json!(4)),
            (json!(true), json!(1)),
            (json!(0), json!(false)),
            (json!(" a"), json!("a")),
            (json!([1]), json!(["1"])),
        ] {
            let [before, after] = [before, after].map(|value| json!({ "a": value }));
            assert_eq!(compared(&before, &after, Kind::Request).len(), 1, "{before} {after}");
            assert!(compared(&before, &after, Kind::Response).is_empty(), "{before} {after}");
        }
        assert!(compared(&json!(4), &json!(4.0), Kind::Request).is_empty());
    }

    #[test]
    fn what_is_sent_is_neither_left_out_nor_more_than_the_example() {
        let (less, more) = (json!({}), json!({ "a": "" }));
        assert_eq!(compared(&more, &less, Kind::Request), ["/a: lost"]);
        assert_eq!(compared(&less, &more, Kind::Request), ["/a: missing, although required"]);
        assert!(compared(&more, &less, Kind::Response).is_empty());
        assert!(compared(&less, &more, Kind::Response).is_empty());
    }

    #[test]
    fn of_one_that_is_read_as_a_list_nothing_is_lost() {
        let (before, after) = (json!({ "a": { "b": 1, "c": 2 } }), json!({ "a": [{ "b": 1 }] }));
        let found = compared(&before, &after, Kind::Response);
        assert_eq!(found[1..], ["/a/c: lost"]);
        assert!(found[0].starts_with("/a: changed"), "{found:?}");
    }

    #[test]
    fn the_name_of_a_field_in_place_of_its_value_is_nothing() {
        let mut value = json!({ "a": [{ "file_size": "FILE_SIZE", "file_name": "FILES", "id": "ID2", "size": "xxx" }], "b": 1 });
        assert!(clear_placeholders(&mut value));
        let cleared =
            json!({ "a": [{ "file_size": null, "file_name": "FILES", "id": null, "size": null }], "b": 1 });
        assert_eq!(value, cleared);
        assert!(!clear_placeholders(&mut value));
    }

    #[test]
    fn the_name_of_an_item_and_a_digit_over_and_over_are_nothing() {
        let mut value = json!({ "rule_id_list": ["RULEID1", 2] });
        assert!(clear_placeholders(&mut value));
        assert_eq!(value, json!({ "rule_id_list": [2] }));
        let payload = json!({ "end_time": 1_772_222_222, "begin_time": 1_700_000_000, "docid": "DOCID", "formid": "FORMID" });
        let broken = |pointer: &str| Finding { pointer: pointer.to_owned(), what: String::new() };
        assert!(is_of_placeholders(&broken("/end_time"), &payload));
        assert!(is_of_placeholders(&broken("/docid, formid"), &payload));
        assert!(!is_of_placeholders(&broken("/begin_time"), &payload));
        assert!(!is_of_placeholders(&broken("/docid, begin_time"), &payload));
    }

    #[test]
    fn an_object_shown_empty_stands_for_any() {
        let after = json!({ "a": { "b": 1 } });
        assert!(compared(&json!({ "a": {} }), &after, Kind::Request).is_empty());
        assert!(!compared(&json!({}), &after, Kind::Request).is_empty());
    }

    #[test]
    fn only_texts_of_xs_are_fillers() {
        assert!(["xx", "xxx", "xxx::xxx::xx", "xx-xx"].into_iter().all(is_filler));
        assert!(!["", "x", "-", "xxl", "XX", "wxx"].into_iter().any(is_filler));
    }

    #[test]
    fn a_quirk_is_about_its_own_place() {
        assert!(is_at("/data/3/name", "/data/*/name"));
        for pointer in ["/data", "/data/3", "/data/3/name/first", "/data/3/other", ""] {
            assert!(!is_at(pointer, "/data/*/name"), "{pointer}");
        }
        assert!(is_at("", ""));
    }

    #[test]
    fn a_broken_rule_is_about_each_of_its_fields() {
        let finding = Finding { pointer: "/data/0/sort, filter".to_owned(), what: "broken".to_owned() };
        for (place, about) in
            [("/data/*/sort", true), ("/data/*/filter", true), ("/data/*", false), ("/filter", false)]
        {
            assert_eq!(finding.is_about(place), about, "{place}");
        }
    }

    #[test]
    fn of_several_definitions_of_a_call_one_has_to_fit() {
        static BREW: Meta = Meta::post("/cgi-bin/tea/brew");
        fn lacks(field: &str) -> Result<(), Vec<Finding>> {
            Err(vec![Finding { pointer: format!("/{field}"), what: "unknown field".to_owned() }])
        }
        const fn definition(
            request: fn(&str) -> Result<(), Vec<Finding>>,
            request_quirks: &'static [&'static str],
        ) -> Contract {
            Contract {
                meta: &BREW,
                request,
                response: |_| Ok(()),
                build: |_, _, _| Err(String::new()),
                read: |_| Ok(()),
                examples: &[],
                request_quirks,
                response_quirks: &[],
            }
        }
        let plain = definition(|json| if json.contains("host") { lacks("host") } else { Ok(()) }, &[]);
        let ceremony = definition(|json| if json.contains("host") { Ok(()) } else { lacks("leaf") }, &[]);
        let both = || [&plain, &ceremony].into_iter();
        for payload in [r#"{"leaf":1}"#, r#"{"leaf":1,"host":2}"#] {
            assert_eq!(nearest(both(), Kind::Request, payload), Outcome::Pass, "{payload}");
        }
        let strict = definition(|_| lacks("leaf"), &[]);
        assert!(matches!(nearest([&strict].into_iter(), Kind::Request, "{}"), Outcome::Fail(_)));
        let quirky = definition(|_| lacks("leaf"), &["/leaf"]);
        assert_eq!(nearest([&strict, &quirky].into_iter(), Kind::Request, "{}"), Outcome::Pass);
        assert_eq!(nearest([].into_iter(), Kind::Request, "{}"), Outcome::Unspecified);
    }

    #[test]
    fn the_place_of_a_broken_limit_is_a_pointer() {
        assert_eq!(as_pointer("info[3].user/id"), "/info/3/user~1id");
        assert_eq!(as_pointer("sort, filter_spec"), "/sort, filter_spec");
    }
}
