//! Whether traffic is what the spec says: every payload is read with its type and written again, and nothing of it
//! may be unknown to the type, lost or changed.

use std::fmt;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wecom_requests::{Endpoint, Meta, http_request, parse_response};

use crate::generated::CONTRACTS;
use crate::snapshot::{Example, answer};
use crate::unknown::unknown_values;

/// The fields around every response, which its type doesn't have.
pub const ENVELOPE: [&str; 2] = ["errcode", "errmsg"];

/// One endpoint, and how to hold payloads against its types.
#[derive(Debug)]
pub struct Contract {
    meta: &'static Meta,
    request: fn(&str) -> Result<(), Vec<Finding>>,
    response: fn(&str) -> Result<(), Vec<Finding>>,
    build: fn(&str, &str, &str) -> Result<http::Request<Bytes>, String>,
    read: fn(&http::Response<Bytes>) -> Result<(), String>,
    examples: &'static [Example],
    /// Where the documentation contradicts itself about the request, as pointers with `*` for any item.
    request_quirks: &'static [&'static str],
    /// The same about the response.
    response_quirks: &'static [&'static str],
}

impl Contract {
    /// The contract of an endpoint.
    pub(crate) const fn of<E>(
        examples: &'static [Example],
        request_quirks: &'static [&'static str],
        response_quirks: &'static [&'static str],
    ) -> Self
    where
        E: Endpoint + DeserializeOwned,
        E::Response: Serialize + DeserializeOwned,
    {
        Self {
            meta: E::META,
            request: |json| conforms::<E>(json, &[], true),
            response: |json| conforms::<E::Response>(json, &ENVELOPE, false),
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

    /// The endpoint.
    pub fn meta(&self) -> &'static Meta {
        self.meta
    }

    /// The HTTP requests of the endpoint's examples.
    pub fn requests(&self, base_url: &str, token: &str) -> Result<Vec<http::Request<Bytes>>, String> {
        self.examples.iter().map(|example| (self.build)(example.request, base_url, token)).collect()
    }

    /// The answers of the endpoint's examples, as they would come over HTTP.
    pub fn answers(&self) -> impl Iterator<Item = http::Response<Bytes>> {
        self.examples.iter().map(|example| answer(self.meta.answer, example.response))
    }

    /// Reads an answer of the endpoint, or says why it can't be.
    pub fn read(&self, response: &http::Response<Bytes>) -> Result<(), String> {
        (self.read)(response)
    }

    /// What is wrong with a payload, but for what the spec knows to be contradictory.
    fn findings(&self, kind: Kind, payload: &str) -> Vec<Finding> {
        let (result, quirks) = match kind {
            Kind::Request => ((self.request)(payload), self.request_quirks),
            Kind::Response => ((self.response)(payload), self.response_quirks),
        };
        let mut findings = result.err().unwrap_or_default();
        findings.retain(|finding| !quirks.iter().any(|quirk| is_below(&finding.pointer, quirk)));
        findings
    }
}

/// Every endpoint of the spec.
pub fn contracts() -> &'static [Contract] {
    CONTRACTS
}

/// Whether a pointer leads to a place or below it; `*` in the place stands for any step.
fn is_below(pointer: &str, place: &str) -> bool {
    let mut steps = pointer.split('/');
    place.split('/').all(|wanted| steps.next().is_some_and(|step| wanted == "*" || step == wanted))
}

/// Which way a payload went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To WeCom.
    Request,
    /// From WeCom.
    Response,
}

/// A payload is not what the spec says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What.
    pub what: String,
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

/// What came of holding a payload against the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is what the spec says.
    Pass,
    /// It isn't.
    Fail(Vec<Finding>),
    /// The spec has no such endpoint.
    Unspecified,
}

/// Holds a payload against the spec. Where several pages define a path, one of them has to fit.
pub fn check(method: &Method, path: &str, kind: Kind, payload: &str) -> Outcome {
    check_all(|meta| meta.path == path && meta.method == *method, kind, payload)
}

/// Holds a payload against one endpoint, by its name in the spec.
pub fn check_endpoint(id: &str, kind: Kind, payload: &str) -> Outcome {
    check_all(|meta| meta.id == id, kind, payload)
}

fn check_all(chosen: impl Fn(&Meta) -> bool, kind: Kind, payload: &str) -> Outcome {
    let contracts = CONTRACTS.iter().filter(|contract| chosen(contract.meta));
    let nearest = contracts.map(|contract| contract.findings(kind, payload)).min_by_key(Vec::len);
    match nearest {
        None => Outcome::Unspecified,
        Some(findings) if findings.is_empty() => Outcome::Pass,
        Some(findings) => Outcome::Fail(findings),
    }
}

/// Reads JSON into a type.
///
/// Everything here reads in this one way: each other way would be compiled once more for every type of the API.
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

/// Reads JSON into a type and writes it again. `around` are fields beside the type's own; `complete` says that
/// everything required has to be there.
fn conforms<T>(json: &str, around: &[&str], complete: bool) -> Result<(), Vec<Finding>>
where
    T: Serialize + DeserializeOwned,
{
    let undecodable = |error: &dyn fmt::Display| {
        vec![Finding { pointer: String::new(), what: format!("undecodable: {error}") }]
    };
    let mut before: Value = serde_json::from_str(json).map_err(|error| undecodable(&error))?;
    if let Some(fields) = before.as_object_mut() {
        fields.retain(|name, _| !around.contains(&name.as_str()));
    }
    let mut findings = Vec::new();
    let read: T = read_value(&before, &mut findings).map_err(|error| undecodable(&error))?;
    let after = serde_json::to_value(&read).map_err(|error| undecodable(&error))?;
    compare(&before, &after, complete, &mut String::new(), &mut findings);
    for pointer in unknown_values(&read) {
        findings.push(Finding { pointer, what: "unknown enum value".to_owned() });
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// The path of an ignored field as a JSON pointer.
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

/// Finds what of `before` is lost or changed in `after`, which may say the same otherwise: 1 for `true`, 5 for "5".
/// It may say more, too, unless `before` should be `complete`: then that is a required field which is missing.
fn compare(before: &Value, after: &Value, complete: bool, path: &mut String, findings: &mut Vec<Finding>) {
    let length = path.len();
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                path.push('/');
                path.push_str(&escape(name));
                match after.get(name) {
                    Some(after) => compare(value, after, complete, path, findings),
                    // What the type doesn't know has been found before.
                    None if findings.iter().any(|finding| finding.pointer == *path) => {}
                    None if scalar(value).is_some_and(|text| text.is_empty()) => {}
                    None => findings.push(Finding { pointer: path.clone(), what: "lost".to_owned() }),
                }
                path.truncate(length);
            }
            for name in after.keys().filter(|name| complete && !before.contains_key(*name)) {
                let pointer = format!("{path}/{}", escape(name));
                findings.push(Finding { pointer, what: "missing, although required".to_owned() });
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                path.push_str(&format!("/{index}"));
                compare(before, after, complete, path, findings);
                path.truncate(length);
            }
        }
        (before, after) if scalar(before).is_some() && scalar(before) == scalar(after) => {}
        // Nothing, read as the default of what was promised.
        (Value::Null, _) => {}
        (before, after) => {
            let what = format!("changed: {before} became {after}");
            findings.push(Finding { pointer: path.clone(), what });
        }
    }
}

/// A scalar as text, the same for values that WeCom uses for each other.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(value) => Some(u8::from(*value).to_string()),
        // A double that holds a whole number is written with its `.0`.
        Value::Number(number) => {
            let text = number.to_string();
            Some(text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned))
        }
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}
