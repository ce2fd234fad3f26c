//! A snapshot of an endpoint: what is sent for each example, and what comes back as.

use std::fmt::{Debug, Write as _};
use std::path::Path;

use http::{Method, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wecom_requests::{Check, Endpoint, http_request, parse};

use crate::conformance::{ENVELOPE, Finding, Findings, conforms, scalar};

/// An example of the spec, as JSON.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The fields that are sent.
    pub request: &'static str,
    /// The body that comes back.
    pub response: &'static str,
}

/// Compares every example of an endpoint with its snapshot, and checks that nothing of it is lost.
///
/// # Panics
///
/// If an example and its model don't agree, or the snapshot is another one.
pub fn snapshot<E>(examples: &[Example])
where
    E: Endpoint + Check + DeserializeOwned + PartialEq + Debug,
    E::Response: Serialize + DeserializeOwned + Debug,
{
    let id = E::META.id;
    let mut text = String::new();
    for (index, example) in examples.iter().enumerate() {
        let fail = |findings: Vec<Finding>| -> ! { panic!("{id}, example {index}: {}", Findings(&findings)) };
        let request = conforms::<E>(example.request, &[]).unwrap_or_else(|findings| fail(findings));
        request.violations().unwrap_or_else(|violations| panic!("{id}, example {index}: {violations}"));
        let sent =
            http_request(&request, "https://qyapi.weixin.qq.com", "TOKEN").expect("the request can be built");
        let expected: Value =
            serde_json::from_str(example.request).expect("the generator checked the example");
        assert_eq!(
            sent_fields(&sent),
            flat(&expected, &sent),
            "{id}, example {index}: what is sent is the example"
        );
        conforms::<E::Response>(example.response, &ENVELOPE).unwrap_or_else(|findings| fail(findings));
        let response = parse::<E>(example.response.as_bytes())
            .unwrap_or_else(|error| panic!("{id}, example {index}: {error}"));
        write_exchange(&mut text, &sent, &response).expect("strings take everything");
    }
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(id, text));
}

/// The fields of a request, from its query and its body.
fn sent_fields(request: &Request<bytes::Bytes>) -> Map<String, Value> {
    let query = request.uri().query().unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut fields: Map<String, Value> =
        pairs.filter(|(name, _)| name != "access_token").map(|(name, value)| (name, value.into())).collect();
    if !request.body().is_empty() {
        let body: Map<String, Value> =
            serde_json::from_slice(request.body()).expect("a body is a JSON object");
        fields.extend(body);
    }
    fields
}

/// What [`sent_fields`] should be: a query holds nothing but text.
fn flat(example: &Value, request: &Request<bytes::Bytes>) -> Map<String, Value> {
    let fields = example.as_object().cloned().unwrap_or_default();
    if request.method() != Method::GET {
        return fields;
    }
    fields.into_iter().map(|(name, value)| (name, scalar(&value).unwrap_or_default().into())).collect()
}

fn write_exchange(
    text: &mut String,
    request: &Request<bytes::Bytes>,
    response: &impl Debug,
) -> std::fmt::Result {
    writeln!(text, "{} {}", request.method(), request.uri())?;
    for (name, value) in request.headers() {
        writeln!(text, "{name}: {}", value.to_str().unwrap_or("(binary)"))?;
    }
    if !request.body().is_empty() {
        let body: Value = serde_json::from_slice(request.body()).expect("a body is JSON");
        writeln!(text, "\n{body:#}")?;
    }
    writeln!(text, "\n{response:#?}\n")
}
