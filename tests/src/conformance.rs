//! Whether traffic is what the spec says: every payload is read with its type and written again, and nothing of it
//! may be unknown to the type, lost or changed.

use std::fmt;

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wecom_requests::{Endpoint, Meta};

use crate::generated::CONTRACTS;

/// The fields around every response, which its type doesn't have.
pub const ENVELOPE: [&str; 2] = ["errcode", "errmsg"];

/// One endpoint, and how to hold payloads against its types.
#[derive(Debug)]
pub struct Contract {
    meta: &'static Meta,
    request: fn(&str) -> Result<(), Vec<Finding>>,
    response: fn(&str) -> Result<(), Vec<Finding>>,
}

impl Contract {
    /// The contract of an endpoint.
    pub(crate) const fn of<E>() -> Self
    where
        E: Endpoint + DeserializeOwned,
        E::Response: Serialize + DeserializeOwned,
    {
        Self {
            meta: E::META,
            request: |json| conforms::<E>(json, &[]).map(drop),
            response: |json| conforms::<E::Response>(json, &ENVELOPE).map(drop),
        }
    }
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
    let contracts =
        CONTRACTS.iter().filter(|contract| contract.meta.path == path && contract.meta.method == *method);
    let results = contracts.map(|contract| match kind {
        Kind::Request => (contract.request)(payload),
        Kind::Response => (contract.response)(payload),
    });
    let nearest = results.min_by_key(|result| result.as_ref().err().map_or(0, Vec::len));
    match nearest {
        None => Outcome::Unspecified,
        Some(Ok(())) => Outcome::Pass,
        Some(Err(findings)) => Outcome::Fail(findings),
    }
}

/// Reads JSON into a type and writes it again. `around` are fields beside the type's own.
pub fn conforms<T: Serialize + DeserializeOwned>(json: &str, around: &[&str]) -> Result<T, Vec<Finding>> {
    let undecodable = |error: &dyn fmt::Display| {
        vec![Finding { pointer: String::new(), what: format!("undecodable: {error}") }]
    };
    let mut before: Value = serde_json::from_str(json).map_err(|error| undecodable(&error))?;
    if let Some(fields) = before.as_object_mut() {
        fields.retain(|name, _| !around.contains(&name.as_str()));
    }
    let mut findings = Vec::new();
    let read: Result<T, _> = serde_ignored::deserialize(&before, |path| {
        findings.push(Finding { pointer: pointer(&path), what: "unknown field".to_owned() });
    });
    let read = read.map_err(|error| undecodable(&error))?;
    let after = serde_json::to_value(&read).map_err(|error| undecodable(&error))?;
    let mut path = String::new();
    compare(&before, &after, &mut path, &mut findings);
    if findings.is_empty() { Ok(read) } else { Err(findings) }
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

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Finds what of `before` is lost or changed in `after`, which may say more, and may say the same otherwise:
/// 1 for `true`, 5 for "5".
fn compare(before: &Value, after: &Value, path: &mut String, findings: &mut Vec<Finding>) {
    let length = path.len();
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                path.push('/');
                path.push_str(&escape(name));
                match after.get(name) {
                    Some(after) => compare(value, after, path, findings),
                    // What the type doesn't know has been found before.
                    None if findings.iter().any(|finding| finding.pointer == *path) => {}
                    None if scalar(value).is_some_and(|text| text.is_empty()) => {}
                    None => findings.push(Finding { pointer: path.clone(), what: "lost".to_owned() }),
                }
                path.truncate(length);
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                path.push_str(&format!("/{index}"));
                compare(before, after, path, findings);
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
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}
