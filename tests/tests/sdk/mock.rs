//! The mock and the client agree about what a request may be.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use wecom_mock::Server;
use wecom_requests::Host;
use wecom_tests::conformance::{Contract, contracts};
use xtask::api::{Module, Type};

/// The maximum number of changes to one example.
const MOST: usize = 24;

/// The example with one of its values changed in each: gone, empty, long, small or large.
fn changed(example: &Value) -> Vec<Value> {
    let mut pointers = Vec::new();
    collect(example, "", &mut pointers);
    let mut all = Vec::new();
    for pointer in pointers {
        let Some(value) = example.pointer(&pointer) else { continue };
        let others = match value {
            Value::String(_) => vec!["".into(), "x".into(), "x".repeat(200).into(), "字".repeat(3000).into()],
            Value::Number(_) => vec![0.into(), 7.into(), (-1).into(), 1_000_000_000_000_u64.into()],
            Value::Array(items) => {
                let many = items.iter().cycle().take(if items.is_empty() { 0 } else { 1200 });
                vec![Value::Array(Vec::new()), many.cloned().collect()]
            }
            _ => Vec::new(),
        };
        for other in others {
            let mut whole = example.clone();
            *whole.pointer_mut(&pointer).expect("it was there before") = other;
            all.push(whole);
        }
        let (around, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        let mut whole = example.clone();
        if let Some(Value::Object(fields)) = whole.pointer_mut(around) {
            fields.remove(&name.replace("~1", "/").replace("~0", "~"));
            all.push(whole);
        }
    }
    // A share of them, from everywhere.
    let step = all.len().div_ceil(MOST).max(1);
    all.into_iter().step_by(step).collect()
}

/// The pointers to all values inside a value.
fn collect(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut add = |name: String, inner: &Value| {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        found.push(pointer.clone());
        collect(inner, &pointer, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| add(name.clone(), inner)),
        Value::Array(items) => {
            items.iter().take(2).enumerate().for_each(|(index, inner)| add(index.to_string(), inner));
        }
        _ => {}
    }
}

/// Returns whether a response says that the request isn't as it must be, and not that its cursor or an ID is unknown. The crates also send values of
/// enums that aren't documented, since there may be new ones.
fn refuses(response: &Value) -> bool {
    let message = response["errmsg"].as_str().unwrap_or_default();
    response["errcode"].as_i64().is_some_and(|code| code != 0)
        && ["missing", "must ", "is unknown"].iter().any(|words| message.contains(words))
}

/// The JSON of a response, or nothing if it is a file.
async fn json(response: reqwest::Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default()
}

/// The names of the fields and tags that no value of a module's types can lack. Read from JSON, an enum or a union may be absent all the same.
fn needed(module: &Module) -> HashSet<String> {
    let names = module.types.iter().flat_map(|ty| match ty {
        Type::Struct(structure) => structure.required().map(|field| field.wire.clone()).collect(),
        Type::Union(union) => vec![union.tag.clone()],
        Type::Enum(_) => Vec::new(),
    });
    names.collect()
}

/// The same for each endpoint, by its name.
fn needed_by_all() -> HashMap<String, HashSet<String>> {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let api = xtask::api::read(&xtask::spec::load::sources(&spec).unwrap(), false).unwrap();
    let modules = api.modules.iter();
    modules.flat_map(|module| module.endpoints().map(|call| (call.id.clone(), needed(module)))).collect()
}

/// Returns whether a response says that something is missing which the types of the crates don't allow to be.
fn misses(needed: &HashSet<String>, response: &Value) -> bool {
    let message = response["errmsg"].as_str().unwrap_or_default();
    let path =
        message.rsplit_once("missing ").map(|(_, path)| path).or_else(|| message.strip_suffix(" missing"));
    path.and_then(|path| path.rsplit('.').next()).is_some_and(|name| needed.contains(name))
}

/// Sends fields as they are, unchecked.
async fn send(
    http: &reqwest::Client,
    contract: &Contract,
    server: &Server,
    token: &str,
    fields: &Value,
) -> Value {
    let meta = contract.meta();
    let mut address = format!("{}{}?", server.base_url(), meta.path);
    if let Some(parameter) = meta.token.parameter() {
        write!(address, "{parameter}={token}").expect("a string takes all text");
    }
    json(http.post(address).body(fields.to_string()).send().await.unwrap()).await
}

#[tokio::test]
async fn the_mock_accepts_what_the_checks_accept_and_refuses_most_of_what_they_refuse() {
    let server = Server::start().await.unwrap();
    let http = reqwest::Client::new();
    let needed = needed_by_all();
    let (mut accepted, mut refused, mut both) = (0, 0, 0);
    let mut problems = Vec::new();
    for contract in contracts().iter().filter(|contract| contract.meta().host != Host::Merchant) {
        let meta = contract.meta();
        let token = meta.token.parameter().map(|parameter| server.issue_token(parameter)).unwrap_or_default();
        let examples = contract.sent().filter_map(|example| serde_json::from_str::<Value>(example).ok());
        for fields in examples.flat_map(|example| changed(&example)) {
            server.clear_things();
            let text = fields.to_string();
            match contract.accepts(&text) {
                Some(true) => {
                    let Ok(request) = contract.request_with(&text, &server.base_url(), &token) else {
                        continue;
                    };
                    let response = json(http.execute(request.try_into().unwrap()).await.unwrap()).await;
                    accepted += 1;
                    let is_typed = needed.get(meta.id).is_some_and(|needed| misses(needed, &response));
                    if refuses(&response) && !is_typed {
                        problems.push(format!("{}: {} for {text:.300}", meta.id, response["errmsg"]));
                    }
                }
                Some(false) if meta.method == "POST" => {
                    refused += 1;
                    both += u32::from(refuses(&send(&http, contract, &server, &token, &fields).await));
                }
                _ => {}
            }
        }
    }
    println!("{accepted} accepted by both; of {refused} that the checks refuse, the mock refuses {both}");
    assert!(problems.is_empty(), "{} of {accepted}:\n{}", problems.len(), problems.join("\n"));
    assert!(accepted > 5000, "{accepted} are too few");
    assert!(both * 3 > refused * 2, "the mock refuses only {both} of {refused}");
}
