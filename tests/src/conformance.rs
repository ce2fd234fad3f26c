//! Checks traffic against the spec: every payload is read with its type and written again, and nothing may be unknown
//! to the type, lost or changed.

mod compare;
mod placeholders;
mod pointer;

use std::fmt::{self, Debug};

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wecom_models::wire::{strictly, told, unknown_fields};
use wecom_requests::{Check, Endpoint, Meta, Violation, Violations, http_request, parse_response};

pub(crate) use self::compare::{compare, scalar};
pub(crate) use self::placeholders::clear_placeholders;
use self::placeholders::{is_filler, is_of_placeholders};
pub(crate) use self::pointer::{as_pointer, escape};
use self::pointer::{is_at, pointer_in};
use crate::generated::CONTRACTS;
use crate::snapshot::{Example, answer};
use crate::unknown::unknown_values;
use crate::{socket, zone};

/// The fields around every response, which its type doesn't have.
pub const ENVELOPE: [&str; 2] = ["errcode", "errmsg"];

/// A response that was read as its type.
pub type Shown = Box<dyn Debug>;

/// One endpoint, with the functions that check payloads against its types.
#[derive(Debug)]
pub struct Contract {
    meta: &'static Meta,
    payloads: Payloads,
    build: fn(&str, &str, &str) -> Result<http::Request<Bytes>, String>,
    read: fn(&http::Response<Bytes>) -> Result<Shown, String>,
    examples: &'static [Example],
}

/// The functions that check the payloads of a call against its types.
#[derive(Debug)]
pub(crate) struct Payloads {
    request: fn(&str) -> serde_json::Result<Reread>,
    response: fn(&str) -> serde_json::Result<Reread>,
    /// Contradictions in the documentation of the request, as pointers with `*` for any item.
    request_quirks: &'static [&'static str],
    /// The same for the response.
    response_quirks: &'static [&'static str],
}

impl Payloads {
    /// Creates the checks of a request and its response.
    pub(crate) const fn of<R, S>(
        request_quirks: &'static [&'static str],
        response_quirks: &'static [&'static str],
    ) -> Self
    where
        R: Check + Serialize + DeserializeOwned,
        S: Serialize + DeserializeOwned,
    {
        Self {
            request: |json| reread::<R>(json, broken),
            response: |json| reread::<S>(json, |_| Vec::new()),
            request_quirks,
            response_quirks,
        }
    }

    /// Returns what is wrong with a payload, except for known contradictions.
    pub(crate) fn findings(&self, kind: Kind, payload: &str) -> Vec<Finding> {
        let (read, quirks) = match kind {
            Kind::Request => (self.request, self.request_quirks),
            Kind::Response => (self.response, self.response_quirks),
        };
        let mut findings = conforms(payload, kind, read);
        held(&mut findings, quirks);
        findings
    }
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
        E::Response: Serialize + DeserializeOwned + Debug + 'static,
    {
        Self {
            meta: E::META,
            payloads: Payloads::of::<E, E::Response>(request_quirks, response_quirks),
            build: |json, base_url, token| {
                let request: E = read(json)?;
                http_request(&request, base_url, token).map_err(|error| error.to_string())
            },
            read: |response| match strictly(|| parse_response::<E>(response)) {
                Ok(response) => Ok(Box::new(response)),
                Err(error) => Err(error.to_string()),
            },
            examples,
        }
    }

    /// Returns the endpoint.
    pub fn meta(&self) -> &'static Meta {
        self.meta
    }

    /// Returns the endpoint's examples.
    pub(crate) fn examples(&self) -> &'static [Example] {
        self.examples
    }

    /// Returns the HTTP request of an example.
    pub(crate) fn request(
        &self,
        example: &Example,
        base_url: &str,
        token: &str,
    ) -> Result<http::Request<Bytes>, String> {
        (self.build)(example.request, base_url, token)
    }

    /// Returns the fields of the endpoint's example requests, as JSON.
    pub fn sent(&self) -> impl Iterator<Item = &'static str> {
        self.examples.iter().map(|example| example.request)
    }

    /// Returns whether the checks of the request accept these fields; `None` if they aren't documented ones.
    pub fn accepts(&self, fields: &str) -> Option<bool> {
        let again = (self.payloads.request)(fields).ok()?;
        let documented = again.unknown.is_empty() && again.values.is_empty();
        documented.then_some(again.broken.is_empty())
    }

    /// Returns the HTTP request with these fields.
    pub fn request_with(
        &self,
        fields: &str,
        base_url: &str,
        token: &str,
    ) -> Result<http::Request<Bytes>, String> {
        (self.build)(fields, base_url, token)
    }

    /// Returns the HTTP requests of the endpoint's examples.
    pub fn requests(&self, base_url: &str, token: &str) -> Result<Vec<http::Request<Bytes>>, String> {
        self.examples.iter().map(|example| self.request(example, base_url, token)).collect()
    }

    /// Returns the responses of the endpoint's examples, as they would arrive over HTTP.
    pub fn answers(&self) -> impl Iterator<Item = http::Response<Bytes>> {
        self.examples.iter().map(|example| answer(self.meta.response_format, example.response))
    }

    /// Reads a response of the endpoint; the error says why it can't be read.
    pub fn read(&self, response: &http::Response<Bytes>) -> Result<Shown, String> {
        (self.read)(response)
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

impl Outcome {
    /// Panics unless the payload conforms to the spec.
    pub(crate) fn expect_pass(self, payload: &str) {
        match self {
            Self::Pass => {}
            Self::Fail(findings) => panic!("{payload}: {}", Findings(&findings)),
            Self::Unspecified => panic!("{payload} isn't in the spec"),
        }
    }
}

impl From<Vec<Finding>> for Outcome {
    fn from(findings: Vec<Finding>) -> Self {
        if findings.is_empty() { Self::Pass } else { Self::Fail(findings) }
    }
}

/// Checks a payload against the spec. If several pages define a path, one of them has to fit.
///
/// The method `INVOKE` is that of a call of the zone, `CMD` that of a command of a long connection: the name stands for the path.
pub fn check(method: &Method, path: &str, kind: Kind, payload: &str) -> Outcome {
    match method.as_str() {
        "INVOKE" => zone::check(path, kind, payload),
        "CMD" => socket::check(path, kind, payload),
        _ => check_all(|meta| meta.path == path && meta.method == *method, kind, payload),
    }
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
    let nearest = contracts.map(|contract| contract.payloads.findings(kind, payload)).min_by_key(Vec::len);
    nearest.map_or(Outcome::Unspecified, Outcome::from)
}

/// Reads JSON into a type, as the crates read text.
///
/// All code here reads in this one way: each further way would be compiled again for every type of the API.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// A payload that was read as a type and written again.
#[derive(Debug, Default)]
pub(crate) struct Reread {
    pub(crate) written: Value,
    /// The documented limits that it breaks.
    pub(crate) broken: Vec<Finding>,
    /// The paths of fields that the type doesn't know.
    pub(crate) unknown: Vec<String>,
    /// The pointers of undocumented values.
    pub(crate) values: Vec<String>,
}

impl Reread {
    /// Writes a model. `again` reads it again and returns where that fails.
    pub(crate) fn of<T: Serialize>(
        model: &T,
        broken: Vec<Finding>,
        again: &mut dyn FnMut() -> Option<String>,
    ) -> Self {
        let written = serde_json::to_value(model).expect("a model is JSON");
        Self { written, broken, unknown: unknown_fields(again), values: unknown_values(model) }
    }
}

fn reread<T>(json: &str, broken: fn(&T) -> Vec<Finding>) -> serde_json::Result<Reread>
where
    T: Serialize + DeserializeOwned,
{
    let model: T = serde_json::from_str(json)?;
    let again = &mut || serde_json::from_str::<T>(json).err().map(|error| told(&error).0);
    Ok(Reread::of(&model, broken(&model), again))
}

/// Compares JSON with what it is after `read` has read it as a type and written it again.
fn conforms(json: &str, kind: Kind, read: fn(&str) -> serde_json::Result<Reread>) -> Vec<Finding> {
    let undecodable = |error: serde_json::Error| {
        vec![Finding { pointer: String::new(), what: format!("undecodable: {error}") }]
    };
    let mut before: Value = match serde_json::from_str(json) {
        Ok(before) => before,
        Err(error) => return undecodable(error),
    };
    if let Some(fields) = before.as_object_mut().filter(|_| kind == Kind::Response) {
        fields.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
    }
    let mut again = read(&before.to_string());
    if again.is_err() && clear_placeholders(&mut before) {
        again = read(&before.to_string());
    }
    let again = match again {
        Ok(again) => again,
        Err(error) => return undecodable(error),
    };
    let unknown = again.unknown.iter();
    let mut findings: Vec<Finding> = unknown
        .map(|path| Finding { pointer: pointer_in(&before, path), what: "unknown field".to_owned() })
        .collect();
    compare(&before, &again.written, kind, &mut String::new(), &mut findings);
    for pointer in again.values {
        if !before.pointer(&pointer).and_then(Value::as_str).is_some_and(is_filler) {
            findings.push(Finding { pointer, what: "unknown enum value".to_owned() });
        }
    }
    findings.extend(again.broken.into_iter().filter(|finding| !is_of_placeholders(finding, &before)));
    findings
}

/// Returns the documented limits that a request breaks.
pub(crate) fn broken<T: Check>(request: &T) -> Vec<Finding> {
    request.violations().map_or_else(as_findings, |()| Vec::new())
}

fn as_findings(violations: Violations) -> Vec<Finding> {
    let finding = |Violation { path, rule, actual, .. }: Violation| Finding {
        pointer: as_pointer(&path),
        what: format!("must be {rule}, but is {actual}"),
    };
    violations.0.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        const fn definition(
            request: fn(&str) -> serde_json::Result<Reread>,
            request_quirks: &'static [&'static str],
        ) -> Contract {
            Contract {
                meta: &BREW,
                build: |_, _, _| Err(String::new()),
                read: |_| Ok(Box::new(())),
                examples: &[],
                payloads: Payloads {
                    request,
                    response: |_| Ok(Reread::default()),
                    request_quirks,
                    response_quirks: &[],
                },
            }
        }
        fn without(field: &str, json: &str) -> serde_json::Result<Reread> {
            let mut written: Value = serde_json::from_str(json)?;
            let known = written.as_object_mut().is_none_or(|fields| fields.remove(field).is_none());
            let unknown = if known { Vec::new() } else { vec![field.to_owned()] };
            Ok(Reread { written, unknown, ..Reread::default() })
        }
        let plain = definition(|json| without("host", json), &[]);
        let ceremony = definition(
            |json| if json.contains("host") { without("", json) } else { without("leaf", json) },
            &[],
        );
        let both = || [&plain, &ceremony].into_iter();
        for payload in [r#"{"leaf":1}"#, r#"{"leaf":1,"host":2}"#] {
            assert_eq!(nearest(both(), Kind::Request, payload), Outcome::Pass, "{payload}");
        }
        let leaf = r#"{"leaf":1}"#;
        let strict = definition(|json| without("leaf", json), &[]);
        assert!(matches!(nearest([&strict].into_iter(), Kind::Request, leaf), Outcome::Fail(_)));
        let quirky = definition(|json| without("leaf", json), &["/leaf"]);
        assert_eq!(nearest([&strict, &quirky].into_iter(), Kind::Request, leaf), Outcome::Pass);
        assert_eq!(nearest([].into_iter(), Kind::Request, leaf), Outcome::Unspecified);
    }
}
