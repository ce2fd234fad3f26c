//! The control API, through which a test in any language controls the mock itself. `control.md` describes it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
#[cfg(feature = "push")]
use futures_util::future::BoxFuture;
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use crate::answer::State;
use crate::fault::Fault;
#[cfg(feature = "push")]
use crate::pushing;
use crate::received::Received;
use crate::reply::Reply;
use crate::wishes::{Problem, Wishes};

/// The prefix of the control API's paths. No WeCom path begins with it.
pub(crate) const PREFIX: &str = "/_mock";

/// The manual that `GET /_mock` returns.
const MANUAL: &str = include_str!("control.md");

/// A call of the control API.
enum Call {
    /// An immediate action.
    Now(fn(&State, &Received) -> Result<Value, Problem>),
    /// An action that takes time.
    #[cfg(feature = "push")]
    Later(for<'a> fn(&'a State, &'a Received) -> BoxFuture<'a, Result<Value, Problem>>),
}

/// All calls: method, the rest of the path, and action.
const CALLS: &[(&str, &str, Call)] = &[
    ("POST", "/faults", Call::Now(inject)),
    ("GET", "/faults", Call::Now(|state, _| Ok(faults(state)))),
    (
        "DELETE",
        "/faults",
        Call::Now(|state, request| {
            state.faults.clear(only(request, &["path"])?.param("path"));
            Ok(faults(state))
        }),
    ),
    ("POST", "/answers", Call::Now(give_answer)),
    ("GET", "/answers", Call::Now(|state, _| Ok(answers(state)))),
    (
        "DELETE",
        "/answers",
        Call::Now(|state, request| {
            state.answers.clear(only(request, &["path"])?.param("path"));
            Ok(answers(state))
        }),
    ),
    ("GET", "/requests", Call::Now(requests)),
    (
        "DELETE",
        "/requests",
        Call::Now(|state, request| {
            state.log.clear(only(request, &["path"])?.param("path"));
            Ok(json!({}))
        }),
    ),
    ("POST", "/tokens", Call::Now(issue_token)),
    (
        "POST",
        "/tokens/expire",
        Call::Now(|state, _| {
            state.tokens.expire();
            Ok(json!({}))
        }),
    ),
    (
        "POST",
        "/tokens/revoke",
        Call::Now(|state, _| {
            state.tokens.revoke();
            Ok(json!({}))
        }),
    ),
    (
        "GET",
        "/things",
        Call::Now(|state, request| {
            only(request, &[])?;
            Ok(json!({ "things": state.things.all() }))
        }),
    ),
    (
        "DELETE",
        "/things",
        Call::Now(|state, request| {
            state.things.clear(only(request, &["thing"])?.param("thing"));
            Ok(json!({ "things": state.things.all() }))
        }),
    ),
    #[cfg(feature = "push")]
    ("POST", "/application", Call::Later(pushing::take)),
    #[cfg(feature = "push")]
    ("GET", "/application", Call::Now(|state, _| Ok(pushing::shown(state)))),
    #[cfg(feature = "push")]
    ("POST", "/push", Call::Later(pushing::push)),
    #[cfg(feature = "push")]
    ("GET", "/examples", Call::Now(|_, _| Ok(pushing::names()))),
    #[cfg(feature = "ai-bot")]
    ("GET", "/bots", Call::Now(|state, _| Ok(json!({ "bots": state.bots.connected() })))),
    #[cfg(feature = "ai-bot")]
    (
        "DELETE",
        "/bots",
        Call::Now(|state, _| {
            state.bots.disconnect();
            Ok(json!({}))
        }),
    ),
    #[cfg(feature = "ai-bot")]
    ("POST", "/bots/push", Call::Now(push_to_bot)),
    (
        "POST",
        "/reset",
        Call::Now(|state, _| {
            state.reset();
            Ok(json!({}))
        }),
    ),
];

/// Returns the rest of a path that belongs to the control API.
pub(crate) fn call(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Responds to a request to the control API, given the rest of its path.
pub(crate) async fn answer(state: &State, call: &str, request: &Received) -> Reply {
    let done = match find(call, request) {
        Ok(Call::Now(act)) => act(state, request),
        #[cfg(feature = "push")]
        Ok(Call::Later(act)) => act(state, request).await,
        Err(reply) => return *reply,
    };
    match done {
        Ok(value) => Reply::json(value),
        Err(Problem(message)) => refusal(400, &message),
    }
}

/// Returns the call of a request, or else an error response.
fn find(call: &str, request: &Received) -> Result<&'static Call, Box<Reply>> {
    let call = call.trim_end_matches('/');
    if call.is_empty() && request.method == "GET" {
        return Err(Box::new(Reply::new(200, "text/markdown; charset=UTF-8", MANUAL)));
    }
    let mut known = CALLS.iter().filter(|(_, path, _)| *path == call).peekable();
    if known.peek().is_none() && !call.is_empty() {
        let message =
            format!("`{PREFIX}{call}` is not a call of the control API; `GET {PREFIX}` lists the calls");
        return Err(Box::new(refusal(404, &message)));
    }
    let methods: Vec<&str> = known.clone().map(|(method, ..)| *method).collect();
    let Some((.., act)) = known.find(|(method, ..)| request.method == *method) else {
        let methods = if call.is_empty() { "GET".to_owned() } else { methods.join(", ") };
        let message = format!("`{PREFIX}{call}` takes {methods}, not {}", request.method);
        return Err(Box::new(refusal(405, &message).with_header("allow", methods)));
    };
    Ok(act)
}

fn refusal(status: u16, message: &str) -> Reply {
    Reply::new(status, "application/json; charset=UTF-8", json!({ "error": message }).to_string())
}

fn faults(state: &State) -> Value {
    let shown = state.faults.in_force().iter().map(Fault::shown).collect::<Vec<_>>();
    json!({ "faults": shown })
}

fn inject(state: &State, request: &Received) -> Result<Value, Problem> {
    let mut wishes = Wishes::read(&request.body)?;
    let kind = wishes.needs("fault", Wishes::text)?;
    let status = wishes.status("status")?;
    let fault = match kind.as_str() {
        "code" => Fault::code(wishes.needs("errcode", Wishes::integer)?),
        "status" => match status {
            Some(status) => Fault::status(status),
            None => return Err(Problem::missing("status")),
        },
        "html" => Fault::html(),
        "delay" => Fault::delay(Duration::from_millis(wishes.needs("ms", Wishes::count)?)),
        "hang" => Fault::hang(),
        "disconnect" => Fault::disconnect(),
        "drop_response" => Fault::drop_response(),
        "truncate" => Fault::truncate(),
        "oversize" => {
            let bytes = wishes.needs("bytes", Wishes::count)?;
            Fault::oversize(usize::try_from(bytes).unwrap_or(usize::MAX))
        }
        "content_type" => {
            let value = wishes.needs("value", Wishes::text)?;
            Fault::under(header_value("value", &value)?)
        }
        other => {
            return Err(Problem(format!(
                "`fault` is `{other}`: it must be code, status, html, delay, hang, disconnect, drop_response, truncate, \
                 oversize or content_type"
            )));
        }
    };
    let fault = match status {
        Some(status) if kind != "status" => fault.with_status(status),
        _ => fault,
    };
    let fault = match wishes.path("path")? {
        Some(path) if state.is_misspelt(&path) => {
            return Err(Problem(format!(
                "`path` is `{path}`: no endpoint has it; for a path of your own, set a response first (`POST {PREFIX}/answers`)"
            )));
        }
        Some(path) => fault.on(path),
        None => fault,
    };
    let fault = match wishes.times("times")? {
        Some(times) => fault.times(times),
        None => fault,
    };
    wishes.done()?;
    state.faults.add(fault);
    Ok(faults(state))
}

#[cfg(feature = "ai-bot")]
fn push_to_bot(state: &State, request: &Received) -> Result<Value, Problem> {
    let mut wishes = Wishes::read(&request.body)?;
    let callback = match (wishes.text("example")?, wishes.object("json")?) {
        (Some(name), None) => name,
        (None, Some(json)) => Value::Object(json).to_string(),
        _ => return Err(Problem("a callback needs exactly one of `example` and `json`".to_owned())),
    };
    wishes.done()?;
    let req_id = state.bots.push(&callback).map_err(|error| Problem(error.to_string()))?;
    Ok(json!({ "req_id": req_id }))
}

fn answers(state: &State) -> Value {
    let pending = state.answers.pending().into_iter();
    let pending = pending.map(|(path, times)| json!({ "path": path, "times": times }));
    json!({ "answers": pending.collect::<Vec<_>>() })
}

fn give_answer(state: &State, request: &Received) -> Result<Value, Problem> {
    let mut wishes = Wishes::read(&request.body)?;
    let path = wishes.needs("path", Wishes::path)?;
    let times = wishes.times("times")?;
    let (content_type, body) = body(&mut wishes)?;
    let status = wishes.status("status")?.unwrap_or(200);
    let mut reply = Reply::new(status, content_type, body);
    for (name, value) in wishes.object("headers")?.into_iter().flatten() {
        let at = format!("headers.{name}");
        let name: HeaderName = match name.parse() {
            Ok(CONTENT_LENGTH | TRANSFER_ENCODING | CONNECTION | UPGRADE) => {
                return Err(Problem(format!("`{at}` is set by the mock itself: omit it")));
            }
            Ok(name) => name,
            Err(_) => return Err(Problem(format!("`{at}` is not a valid name of an HTTP header"))),
        };
        let value = value.as_str().ok_or_else(|| Problem(format!("`{at}` must be a string")))?;
        reply.headers.insert(name, header_value(&at, value)?);
    }
    wishes.done()?;
    state.answers.add(path, times, Arc::new(move |_| reply.clone()));
    Ok(answers(state))
}

/// Returns the body of a response, and its content type unless a header sets another.
fn body(wishes: &mut Wishes) -> Result<(&'static str, Bytes), Problem> {
    let bodies = (wishes.any("json"), wishes.text("text")?, wishes.text("base64")?);
    Ok(match bodies {
        (Some(value), None, None) => ("application/json; charset=UTF-8", value.to_string().into()),
        (None, Some(text), None) => ("text/plain; charset=UTF-8", text.into()),
        (None, None, Some(text)) => {
            let bytes = BASE64.decode(text);
            let bytes = bytes.map_err(|error| Problem(format!("`base64` is not base64: {error}")))?;
            ("application/octet-stream", bytes.into())
        }
        _ => return Err(Problem("a response needs exactly one of `json`, `text` and `base64`".to_owned())),
    })
}

fn header_value(at: &str, value: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| Problem(format!("`{at}` contains characters that are not allowed in an HTTP header")))
}

fn requests(state: &State, request: &Received) -> Result<Value, Problem> {
    only(request, &["path", "method", "last"])?;
    let last = match request.param("last") {
        Some(last) => {
            last.parse().map_err(|_| Problem(format!("`last` is `{last}`: it must be a number")))?
        }
        None => usize::MAX,
    };
    let mut all = match request.param("path") {
        Some(path) => state.log.latest(path),
        None => state.log.all_latest(),
    };
    if let Some(method) = request.param("method") {
        all.retain(|received| received.method.as_str().eq_ignore_ascii_case(method));
    }
    let shown = all.iter().skip(all.len().saturating_sub(last)).map(shown);
    Ok(json!({ "requests": shown.collect::<Vec<_>>() }))
}

/// Returns a request as the control API shows it.
fn shown(request: &Received) -> Value {
    let query = request.query.iter().map(|(name, value)| (name.as_str(), value.as_str().into()));
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into()));
    let mut shown = json!({
        "method": request.method.as_str(),
        "path": request.path,
        "query": by_name(query),
        "headers": by_name(headers),
    });
    match str::from_utf8(&request.body) {
        Ok(text) => shown["body"] = text.into(),
        Err(_) => shown["body_base64"] = BASE64.encode(&request.body).into(),
    }
    if let Some(json) = request.json() {
        shown["json"] = json;
    }
    shown
}

/// Returns each name with a list of its values.
fn by_name<'a>(pairs: impl Iterator<Item = (&'a str, Value)>) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in pairs {
        if let Value::Array(values) = all.entry(name).or_insert_with(|| json!([])) {
            values.push(value);
        }
    }
    all
}

fn issue_token(state: &State, request: &Received) -> Result<Value, Problem> {
    let mut wishes = Wishes::read(&request.body)?;
    let kind = wishes.needs("kind", Wishes::text)?;
    wishes.done()?;
    let parameter = state.parameter(&kind).ok_or_else(|| {
        Problem(format!(
            "`kind` is `{kind}`: no endpoint takes such a token; `access_token` is the usual one"
        ))
    })?;
    Ok(json!({ "token": state.tokens.issue(parameter) }))
}

/// Returns a request if its query has no other parameters than these.
fn only<'a>(request: &'a Received, known: &[&str]) -> Result<&'a Received, Problem> {
    match request.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) if known.is_empty() => {
            Err(Problem(format!("unknown parameter `{name}`: this call has no parameters")))
        }
        Some((name, _)) => {
            Err(Problem(format!("unknown parameter `{name}`: this call has {}", known.join(", "))))
        }
        None => Ok(request),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::ROUTES;

    #[cfg(feature = "push")]
    #[test]
    fn the_manual_lists_every_call_and_no_other() {
        let rows = MANUAL.lines().filter_map(|line| line.strip_prefix("| `"));
        let listed: Vec<&str> = rows.map(|row| row.split(['`', '?']).next().unwrap_or_default()).collect();
        let calls = CALLS.iter().map(|(method, path, _)| format!("{method} {PREFIX}{path}"));
        assert_eq!(listed, [format!("GET {PREFIX}")].into_iter().chain(calls).collect::<Vec<_>>());
    }

    #[test]
    fn no_endpoint_has_a_path_of_the_control_api() {
        assert!(ROUTES.iter().copied().flatten().all(|route| call(route.path).is_none()));
        assert!(call("/_mocked").is_none());
        assert_eq!(call("/_mock/faults"), Some("/faults"));
    }
}
