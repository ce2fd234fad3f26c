//! From a request to the answer WeCom would give.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use crate::generated::ROUTES;
use crate::route::{Answer, Body, Grants, Paging, Route};

/// What the server is set up with, and what it has given out.
#[derive(Debug)]
pub(crate) struct State {
    /// The routes of each path: several pages of the documentation may define one path.
    routes: HashMap<&'static str, Vec<&'static Route>>,
    /// The only id and secret that get a token; any do if this is `None`.
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) token_lifetime: u64,
    pub(crate) pages: usize,
    /// Tokens in force, with the query parameter they go into.
    tokens: Mutex<HashSet<(&'static str, String)>>,
    issued: AtomicU64,
    /// How many requests came to each path.
    requests: Mutex<HashMap<String, u64>>,
}

/// An error as WeCom reports it.
struct Refusal(i64, String);

impl State {
    pub(crate) fn new(credentials: Option<(String, String)>, token_lifetime: u64, pages: usize) -> Self {
        let mut routes: HashMap<&str, Vec<&Route>> = HashMap::new();
        for route in ROUTES.iter().copied().flatten() {
            routes.entry(route.path).or_default().push(route);
        }
        Self {
            routes,
            credentials,
            token_lifetime,
            pages,
            tokens: Mutex::default(),
            issued: AtomicU64::new(0),
            requests: Mutex::default(),
        }
    }

    /// The answer; `None` where WeCom has nothing at the path.
    pub(crate) fn answer(&self, method: &str, path: &str, query: &str, body: &[u8]) -> Option<Reply> {
        *lock(&self.requests).entry(path.to_owned()).or_default() += 1;
        let routes = self.routes.get(path)?;
        let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut refusal = None;
        for route in routes {
            match self.serve(route, method, &query, body) {
                Ok(answer) => return Some(answer),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        refusal.map(|Refusal(code, message)| Reply::json(&json!({ "errcode": code, "errmsg": message })))
    }

    pub(crate) fn requests(&self, path: &str) -> u64 {
        lock(&self.requests).get(path).copied().unwrap_or(0)
    }

    pub(crate) fn issue_token(&self, parameter: &'static str) -> String {
        let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
        let token = format!("mock-{parameter}-{number}");
        lock(&self.tokens).insert((parameter, token.clone()));
        token
    }

    pub(crate) fn revoke_tokens(&self) {
        lock(&self.tokens).clear();
    }

    fn serve(
        &self,
        route: &Route,
        method: &str,
        query: &HashMap<String, String>,
        body: &[u8],
    ) -> Result<Reply, Refusal> {
        if method != route.method {
            return Err(Refusal(
                40058,
                format!("invalid Request Parameter: {} takes {}", route.id, route.method),
            ));
        }
        if let Some(parameter) = route.token {
            self.check_token(parameter, query)?;
        }
        let fields = if method == "GET" {
            query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
        } else {
            fields(route.body, body)
                .map_err(|what| Refusal(40058, format!("invalid Request Parameter: {what}")))?
        };
        if let Some(missing) = route.query.iter().find(|name| !query.contains_key(**name)) {
            return Err(missing_field(missing));
        }
        let fields = Value::Object(fields);
        if let Some(missing) = route.required.iter().find(|path| !has(&fields, path)) {
            return Err(missing_field(missing));
        }
        let mut answer: Map<String, Value> =
            serde_json::from_str(route.response).expect("the generator checked the example");
        if let Some(grants) = &route.grants {
            self.grant(grants, &fields, &mut answer)?;
        }
        if let Some(paging) = &route.paging {
            self.turn_page(paging, &fields, &mut answer)?;
        }
        Ok(reply(route.answer, answer))
    }

    fn check_token(&self, parameter: &'static str, query: &HashMap<String, String>) -> Result<(), Refusal> {
        let Some(token) = query.get(parameter).filter(|token| !token.is_empty()) else {
            return Err(Refusal(41001, format!("{parameter} missing")));
        };
        let tokens = lock(&self.tokens);
        if tokens.contains(&(parameter, token.clone())) {
            Ok(())
        } else {
            Err(Refusal(40014, format!("invalid {parameter}")))
        }
    }

    fn grant(&self, grants: &Grants, fields: &Value, answer: &mut Map<String, Value>) -> Result<(), Refusal> {
        if let Some((id, secret)) = &self.credentials {
            if fields[grants.id] != id.as_str() {
                return Err(Refusal(40013, format!("invalid {}", grants.id)));
            }
            if fields[grants.secret] != secret.as_str() {
                return Err(Refusal(40001, "invalid credential".to_owned()));
            }
        }
        let token = self.issue_token(grants.parameter);
        answer.insert(grants.token.to_owned(), token.into());
        answer.insert(grants.expires.to_owned(), self.token_lifetime.into());
        Ok(())
    }

    /// Makes the answer the page that the request's cursor asks for; every page repeats the example's items.
    fn turn_page(
        &self,
        paging: &Paging,
        fields: &Value,
        answer: &mut Map<String, Value>,
    ) -> Result<(), Refusal> {
        let page = match fields.get(paging.cursor).map(text) {
            None => 1,
            Some(cursor) if cursor.is_empty() || (paging.numeric && cursor == "0") => 1,
            Some(cursor) => cursor
                .strip_prefix(if paging.numeric { "" } else { CURSOR })
                .and_then(|page| page.parse().ok())
                .filter(|page| (2..=self.pages + 1).contains(page))
                .ok_or_else(|| Refusal(40058, format!("invalid Request Parameter: {}", paging.cursor)))?,
        };
        let more = page < self.pages;
        let next = match paging.more {
            // A cursor without an end: it also leads to what comes later.
            Some(_) => (page + 1).min(self.pages + 1),
            None if more => page + 1,
            None => 0,
        };
        let next = match (paging.numeric, next) {
            (true, next) => Value::from(next),
            (false, 0) => Value::from(""),
            (false, next) => Value::from(format!("{CURSOR}{next}")),
        };
        answer.insert(paging.next.to_owned(), next);
        if let Some(name) = paging.more {
            let as_number = answer.get(name).is_some_and(Value::is_number);
            answer.insert(name.to_owned(), if as_number { u8::from(more).into() } else { more.into() });
        }
        if page > self.pages {
            answer.insert(paging.items.to_owned(), json!([]));
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What cursors begin with, where they are not numbers.
const CURSOR: &str = "mock-cursor-";

/// A scalar as text.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn missing_field(name: &str) -> Refusal {
    match name {
        "corpid" => Refusal(41002, "corpid missing".to_owned()),
        "corpsecret" => Refusal(41004, "corpsecret missing".to_owned()),
        _ => Refusal(40058, format!("invalid Request Parameter: missing {name}")),
    }
}

/// What goes back over HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) content_type: String,
    pub(crate) disposition: Option<String>,
    pub(crate) body: String,
}

impl Reply {
    fn json(body: &Value) -> Self {
        let content_type = "application/json; charset=UTF-8".to_owned();
        Self { content_type, disposition: None, body: body.to_string() }
    }
}

fn reply(answer: Answer, example: Map<String, Value>) -> Reply {
    let field = |name: &str| example.get(name).and_then(Value::as_str);
    match (answer, field("text")) {
        (Answer::File | Answer::FileOrJson, Some(content)) => Reply {
            content_type: field("content_type").unwrap_or("application/octet-stream").to_owned(),
            disposition: field("name").map(|name| format!("attachment; filename=\"{name}\"")),
            body: content.to_owned(),
        },
        (Answer::Xml, _) => {
            let elements = example.iter().map(|(name, value)| {
                let value = text(value);
                format!("<{name}><![CDATA[{value}]]></{name}>")
            });
            let body = format!("<xml>{}</xml>", elements.collect::<String>());
            Reply { content_type: "text/xml; charset=UTF-8".to_owned(), disposition: None, body }
        }
        _ => Reply::json(&Value::Object(example)),
    }
}

/// The fields of a body. Of forms and XML, the names are enough: that is what is checked.
fn fields(kind: Body, body: &[u8]) -> Result<Map<String, Value>, String> {
    let names = |start: &str, end: char| {
        let text = String::from_utf8_lossy(body).into_owned();
        let names = text.split(start).skip(1).filter_map(|rest| rest.split(end).next());
        names.map(|name| (name.to_owned(), Value::from(""))).collect::<Map<_, _>>()
    };
    match kind {
        Body::Json => match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err("the body is not an object".to_owned()),
            Err(error) => Err(format!("the body is not JSON: {error}")),
        },
        Body::Multipart => Ok(names("Content-Disposition: form-data; name=\"", '"')),
        Body::Xml if body.starts_with(b"<xml>") => Ok(names("<", '>')),
        Body::Xml => Err("the body is not XML".to_owned()),
    }
}

/// Whether the last field of a path is there wherever the fields before it are.
fn has(value: &Value, path: &str) -> bool {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let (name, depth) = match name.find("[]") {
        Some(end) => (&name[..end], (name.len() - end) / 2),
        None => (name, 0),
    };
    match (value.get(name), rest) {
        (found, None) => found.is_some_and(|value| !value.is_null()),
        // What is missing further up is reported for itself, if it is required.
        (None, Some(_)) => true,
        (Some(value), Some(rest)) => items(value, depth).iter().all(|item| has(item, rest)),
    }
}

fn items(value: &Value, depth: usize) -> Vec<&Value> {
    match (depth, value) {
        (0, value) => vec![value],
        (_, Value::Array(list)) => list.iter().flat_map(|item| items(item, depth - 1)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_required_field_is_missed_wherever_its_parent_is() {
        let body =
            json!({ "info": [{ "userid": "a" }, { "other": 1 }], "grid": [[{ "x": 1 }]], "none": null });
        assert!(has(&body, "info"));
        assert!(!has(&body, "info[].userid"));
        assert!(has(&body, "grid[][].x"));
        assert!(!has(&body, "grid[][].y"));
        assert!(has(&body, "absent.field"));
        assert!(!has(&body, "absent"));
        assert!(!has(&body, "none"));
    }
}
