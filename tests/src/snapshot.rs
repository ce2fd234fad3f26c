//! Snapshots of the spec's examples. That of an endpoint is the request of each example, and its response as it is read.

use std::fmt::{Debug, Write as _};
use std::path::Path;

use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE};
use http::{Request, Response};
use serde_json::{Map, Value};
use wecom_requests::ResponseFormat;

pub use crate::event::{snapshot as event, snapshot_reply as reply};
pub use crate::socket::snapshot as command;
pub use crate::zone::snapshot as zone_call;

use crate::conformance::{Kind, check_endpoint, scalar};
use crate::generated::CONTRACTS;

/// An example of the spec, as JSON.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The fields of the request.
    pub request: &'static str,
    /// The body of the response.
    pub response: &'static str,
}

/// Compares every example of an endpoint with its snapshot, and checks that nothing of it is lost.
///
/// # Panics
///
/// If an example and its model don't agree, the snapshot is another one, or the spec has no such endpoint.
pub fn endpoint(id: &str) {
    let contract = CONTRACTS.iter().find(|contract| contract.meta().id == id).expect(id);
    let mut text = String::new();
    for (index, example) in contract.examples().iter().enumerate() {
        let fail = |error: String| -> ! { panic!("{id}, example {index}: {error}") };
        let sent = contract.request(example, "https://qyapi.weixin.qq.com", "TOKEN");
        let sent = sent.unwrap_or_else(|error| fail(error));
        let expected: Value =
            serde_json::from_str(example.request).expect("the generator checked the example");
        nothing_wrong(id, index, Kind::Request, &body_fields(expected.clone(), &sent).to_string());
        if let Some(fields) = sent_fields(&sent) {
            assert_eq!(fields, flat(&expected, &sent), "{id}, example {index}: what is sent is the example");
        }
        nothing_wrong(id, index, Kind::Response, example.response);
        let response = contract.read(&answer(contract.meta().response_format, example.response));
        let response = response.unwrap_or_else(|error| fail(error));
        write_exchange(&mut text, &sent, &response).expect("strings take everything");
    }
    assert(id, &text);
}

/// Compares a text with the snapshot of this name.
pub(crate) fn assert(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Checks that an example has nothing that its type doesn't know, loses or changes.
fn nothing_wrong(id: &str, index: usize, kind: Kind, payload: &str) {
    check_endpoint(id, kind, payload).expect_pass(&format!("{id}, example {index}, {kind:?}"));
}

/// Returns an example's response as it would arrive over HTTP.
pub(crate) fn answer(kind: ResponseFormat, example: &str) -> Response<Bytes> {
    let fields: Value = serde_json::from_str(example).expect("the generator checked the example");
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let response = Response::builder();
    let response = match (kind, text("text")) {
        (ResponseFormat::File | ResponseFormat::FileOrJson, Some(content)) => {
            let mut response =
                response.header(CONTENT_TYPE, text("content_type").unwrap_or("application/octet-stream"));
            if let Some(name) = text("name") {
                response = response.header(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
            }
            if let Some(range) = text("content_range") {
                response = response.header(CONTENT_RANGE, range);
            }
            response.body(Bytes::copy_from_slice(content.as_bytes()))
        }
        (ResponseFormat::Xml, _) => {
            let fields = fields.as_object().into_iter().flatten();
            let elements = fields.map(|(name, value)| {
                format!("<{name}><![CDATA[{}]]></{name}>", scalar(value).unwrap_or_default())
            });
            response.body(format!("<xml>{}</xml>", elements.collect::<String>()).into())
        }
        _ => {
            response.header(CONTENT_TYPE, "application/json").body(Bytes::copy_from_slice(example.as_bytes()))
        }
    };
    response.expect("headers of examples are plain")
}

/// Returns the fields of a request, from its query, its headers and its body; `None` for a body that isn't JSON.
fn sent_fields(request: &Request<Bytes>) -> Option<Map<String, Value>> {
    let query = request.uri().query().unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut fields: Map<String, Value> =
        pairs.filter(|(_, value)| value != "TOKEN").map(|(name, value)| (name, value.into())).collect();
    for (name, value) in request.headers() {
        match name {
            &CONTENT_TYPE if value == "application/json" => {}
            &CONTENT_TYPE => return None,
            name => {
                fields.insert(name.to_string(), value.to_str().ok()?.into());
            }
        }
    }
    if !request.body().is_empty() {
        let body: Map<String, Value> = serde_json::from_slice(request.body()).ok()?;
        fields.extend(body);
    }
    Some(fields)
}

/// Returns an example's fields without those that go into a header, or into the query beside a body.
fn body_fields(mut example: Value, request: &Request<Bytes>) -> Value {
    let query = request.uri().query().unwrap_or_default();
    let names: Vec<_> = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    let in_query = |name: &String| !request.body().is_empty() && names.contains(name);
    if let Some(fields) = example.as_object_mut() {
        fields.retain(|name, _| !in_query(name) && !request.headers().contains_key(name.as_str()));
    }
    example
}

/// Returns what [`sent_fields`] should return: a query and a header contain only text.
fn flat(example: &Value, request: &Request<Bytes>) -> Map<String, Value> {
    let fields = example.as_object().cloned().unwrap_or_default();
    let body: Map<String, Value> = serde_json::from_slice(request.body()).unwrap_or_default();
    let flat = fields.into_iter().map(|(name, value)| {
        if body.contains_key(&name) {
            return (name, value);
        }
        let header = request.headers().keys().find(|header| header.as_str().eq_ignore_ascii_case(&name));
        let name = header.map_or(name, ToString::to_string);
        (name, scalar(&value).unwrap_or_default().into())
    });
    flat.collect()
}

fn write_exchange(text: &mut String, request: &Request<Bytes>, response: &impl Debug) -> std::fmt::Result {
    writeln!(text, "{} {}", request.method(), request.uri())?;
    for (name, value) in request.headers() {
        writeln!(text, "{name}: {}", value.to_str().unwrap_or("(binary)"))?;
    }
    if !request.body().is_empty() {
        match serde_json::from_slice::<Value>(request.body()) {
            Ok(body) => writeln!(text, "\n{body:#}")?,
            Err(_) => writeln!(text, "\n{}", String::from_utf8_lossy(request.body()).replace('\r', ""))?,
        }
    }
    writeln!(text, "\n{response:#?}\n")
}
