//! Turns a request into the response that WeCom would send.

use std::collections::HashMap;
use std::io;
#[cfg(feature = "push")]
use std::sync::{Arc, Mutex};

use http::{Method, Response};
use serde_json::Value;

#[cfg(feature = "ai-bot")]
use crate::bots::Bots;
use crate::control;
use crate::custom::Answers;
use crate::demands::{missing_field, undocumented};
use crate::echo;
use crate::fault::{self, Faults};
use crate::fields::fields;
use crate::files::{self, Content};
use crate::generated::ROUTES;
#[cfg(feature = "push")]
use crate::lock;
#[cfg(feature = "push")]
use crate::push::Application;
use crate::received::{Log, Received};
use crate::reply::{Refusal, Reply};
use crate::route::{Answer, Body, Continuation, Paging, Route};
use crate::things::{Call, Shown, Things};
use crate::tokens::Tokens;
use crate::value::{at, put, put_flag, text};

/// The server's settings, and the state that it has issued.
pub(crate) struct State {
    /// The routes of each path, the one with the most required fields first: several pages may define one path.
    routes: HashMap<&'static str, Vec<&'static Route>>,
    pub(crate) pages: usize,
    pub(crate) tokens: Tokens,
    pub(crate) things: Things,
    pub(crate) answers: Answers,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    #[cfg(feature = "ai-bot")]
    pub(crate) bots: Bots,
    /// The application that callbacks are pushed to.
    #[cfg(feature = "push")]
    pub(crate) application: Mutex<Option<Arc<Application>>>,
}

impl State {
    pub(crate) fn new(tokens: Tokens, pages: usize) -> Self {
        Self {
            routes: by_path(ROUTES.iter().copied().flatten()),
            pages,
            tokens,
            things: Things::default(),
            answers: Answers::default(),
            faults: Faults::default(),
            log: Log::default(),
            #[cfg(feature = "ai-bot")]
            bots: Bots::default(),
            #[cfg(feature = "push")]
            application: Mutex::default(),
        }
    }

    /// Forgets everything that happened, and removes everything that was issued or set up since the start.
    pub(crate) fn reset(&self) {
        self.tokens.clear();
        self.things.clear(None);
        self.answers.clear(None);
        self.faults.clear(None);
        self.log.clear(None);
        #[cfg(feature = "ai-bot")]
        self.bots.clear();
        #[cfg(feature = "push")]
        lock(&self.application).take();
    }

    /// Returns whether a path is misspelt: it begins like those of endpoints, but is that of none, and no test set a response for it.
    pub(crate) fn is_misspelt(&self, path: &str) -> bool {
        let family = |path: &str| path.split('/').nth(1).map(str::to_owned);
        let known = self.routes.contains_key(path) || self.answers.has(path);
        !known && self.routes.keys().any(|route| family(route) == family(path))
    }

    /// The query parameter with a kind of token, if any endpoint takes it.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'static str> {
        self.routes.values().flatten().filter_map(|route| route.token).find(|parameter| *parameter == name)
    }

    /// Records a request and responds to it, or applies a fault. An error closes the connection.
    pub(crate) async fn respond(&self, request: Received) -> io::Result<Response<fault::Body>> {
        if let Some(call) = control::call(&request.path) {
            return Ok(fault::whole(control::answer(self, call, &request).await));
        }
        let _answering = self.log.enter(&request);
        let usual = || self.answer(&request).ranged(&request.headers);
        match self.faults.take(&request.path) {
            Some(fault) => fault.strike(self.kind(&request), usual).await,
            None => Ok(fault::whole(usual())),
        }
    }

    /// Returns the usual response.
    fn answer(&self, request: &Received) -> Reply {
        if let Some(custom) = self.answers.take(&request.path) {
            return custom(request);
        }
        if request.path == files::PATH {
            return files::download(&self.things, request);
        }
        let Some(routes) = self.routes.get(request.path.as_str()) else {
            return Reply::new(404, "text/plain", "no endpoint of the specification has this path");
        };
        let mut refusal = None;
        for route in routes {
            match self.serve(route, request) {
                Ok(reply) => return reply,
                Err(error) => refusal = Some(error),
            }
        }
        // The one of the route with the fewest required fields.
        let Refusal(code, message) = refusal.expect("every path has a route");
        Reply::refusal(self.kind(request), code, &message)
    }

    /// Returns the encoding of responses to a request, errors included.
    fn kind(&self, request: &Received) -> Answer {
        let routes = self.routes.get(request.path.as_str()).map_or(&[][..], Vec::as_slice);
        let fitting = routes.iter().find(|route| request.method == route.method);
        fitting.or(routes.first()).map_or(Answer::Json, |route| route.answer)
    }

    fn serve(&self, route: &Route, request: &Received) -> Result<Reply, Refusal> {
        if request.method != route.method {
            return Err(Refusal(
                40058,
                format!("invalid Request Parameter: {} takes {}", route.id, route.method),
            ));
        }
        if let Some(parameter) = route.token {
            self.tokens.check(parameter, request)?;
        }
        let fields = if request.method == Method::GET {
            request.query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
        } else {
            fields(route.body, &request.body)
                .map_err(|what| Refusal(40058, format!("invalid Request Parameter: {what}")))?
        };
        if let Some(missing) = route.query.iter().find(|name| request.param(name).is_none()) {
            return Err(missing_field(missing));
        }
        for (name, documented) in route.query_values {
            if let Some(value) = request.param(name).filter(|value| !documented.contains(value)) {
                return Err(undocumented(&format!("?{name}"), value));
            }
        }
        let fields = Value::Object(fields);
        route.demands.check(&fields, matches!(route.body, Body::Json))?;
        let mut answer: Value =
            serde_json::from_str(route.answer_to(&fields)).expect("the generator checked the example");
        echo::results(route.echoes, &fields, &mut answer);
        if let Some(grants) = &route.grants {
            self.tokens.grant(grants, &fields, &mut answer)?;
        }
        let shown = self.act(route, request, &fields, &mut answer)?;
        if let Some(paging) = &route.paging {
            turn_page(paging, &fields, (!shown.listed).then_some(self.pages), &mut answer)?;
        }
        Ok(match shown.content.filter(|_| matches!(route.answer, Answer::File | Answer::FileOrJson)) {
            Some(file) => file.reply(),
            None => reply(route.answer, answer),
        })
    }

    /// Does what a call does with things, and shows them in the answer.
    fn act(
        &self,
        route: &Route,
        request: &Received,
        fields: &Value,
        answer: &mut Value,
    ) -> Result<Shown, Refusal> {
        if route.keeps.is_empty() {
            return Ok(Shown::default());
        }
        let mut all = fields.clone();
        if let Value::Object(all) = &mut all {
            let parameters = request.query.iter().filter(|(name, _)| Some(name.as_str()) != route.token);
            for (name, value) in parameters {
                all.entry(name).or_insert_with(|| value.as_str().into());
            }
        }
        let file = |field: &str| Content::sent(route.body, request, fields, field);
        let url = |thing: &str, id: &str| files::url(request, thing, id);
        self.things.act(&Call { keeps: route.keeps, fields: &all, file: &file, url: &url }, answer)
    }
}

/// Turns the response into the requested page: a set number of pages repeat what the response lists. A page has
/// all of them, or the requested number of the items on all pages. Without a number of pages, the response has everything.
fn turn_page(
    paging: &Paging,
    fields: &Value,
    pages: Option<usize>,
    answer: &mut Value,
) -> Result<(), Refusal> {
    let example = paging.items.and_then(|items| at(answer, items)?.as_array()).cloned().unwrap_or_default();
    let number = |name| fields.get(name).and_then(|value| text(value).parse::<usize>().ok());
    let limit = paging.limit.and_then(number).filter(|limit| *limit > 0);
    // Without items, pages are what is counted.
    let whole = example.len().max(1);
    let (size, pages) = match pages {
        Some(pages) => (whole, pages),
        None => (limit.unwrap_or(whole), 1),
    };
    let total = if pages == 1 && paging.items.is_some() { example.len() } else { size * pages };
    let start = match fields.get(paging.start).map(text).as_deref() {
        None | Some("" | "0") => Some(0),
        Some(_) if paging.numeric => number(paging.start),
        Some(cursor) => cursor
            .strip_prefix(CURSOR)
            .and_then(|page| page.parse::<usize>().ok())
            .and_then(|page| page.checked_sub(1))
            .map(|page| page.saturating_mul(size)),
    };
    // After the last page lies what comes later, as far as any offset.
    let start = start
        .filter(|start| paging.next.is_none() || *start <= total)
        .ok_or_else(|| Refusal(40058, format!("invalid Request Parameter: {}", paging.start)))?
        .min(total);
    // Pages of examples that have a cursor are whole, so that callers turn as many as they ask for.
    let wanted = limit.filter(|_| paging.next.is_none()).unwrap_or(size);
    let next = start.saturating_add(wanted).min(total);
    let more = next < total;
    if let Some(name) = paging.next {
        // A cursor without an end also leads to what comes later.
        let next = (more || paging.continuation.is_some()).then_some(next);
        put(
            answer,
            name,
            Some(match next {
                _ if paging.numeric => next.unwrap_or(0).into(),
                None => "".into(),
                Some(next) => format!("{CURSOR}{}", next / size + 1).into(),
            }),
        );
    }
    match paging.continuation {
        None => {}
        Some(Continuation::More(name)) => put_flag(answer, name, more),
        Some(Continuation::End(name)) => put_flag(answer, name, !more),
        Some(Continuation::Total(name)) => put(answer, name, Some(total.into())),
    }
    if let Some(name) = paging.items {
        let items = (start..next).filter_map(|index| example.get(index % whole).cloned());
        put(answer, name, Some(items.collect()));
    }
    Ok(())
}

/// Returns the routes of each path. A request that one definition accepts is accepted, and the one with the most required fields identifies best what
/// a request is.
fn by_path(all: impl Iterator<Item = &'static Route>) -> HashMap<&'static str, Vec<&'static Route>> {
    let mut routes: HashMap<&str, Vec<&Route>> = HashMap::new();
    for route in all {
        routes.entry(route.path).or_default().push(route);
    }
    for routes in routes.values_mut() {
        routes.sort_by_key(|route| std::cmp::Reverse(route.demands.required.len() + route.query.len()));
    }
    routes
}

/// The prefix of cursors that aren't numbers.
const CURSOR: &str = "mock-cursor-";

fn reply(answer: Answer, example: Value) -> Reply {
    let field = |name: &str| example.get(name).and_then(Value::as_str);
    match (answer, field("text")) {
        (Answer::File | Answer::FileOrJson, Some(content)) => {
            let content_type = field("content_type").unwrap_or("application/octet-stream");
            match field("name") {
                Some(name) => Reply::file(name, content_type, content.to_owned()),
                None => Reply::unnamed_file(content_type, content.to_owned()),
            }
        }
        (Answer::Xml, _) => {
            let fields = example.as_object().into_iter().flatten();
            Reply::xml(fields.map(|(name, value)| (name.as_str(), text(value))))
        }
        _ => Reply::json(example),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Fault;
    use crate::demands::Demands;

    #[test]
    fn one_path_answers_for_all_its_definitions() {
        const fn route(id: &'static str, required: &'static [&'static str], response: &'static str) -> Route {
            let demands = Demands::fields(required);
            Route { id, method: "POST", path: "/cgi-bin/tea/brew", demands, response, ..Route::NEW }
        }
        static PLAIN: Route = route("tea.plain.brew", &["leaf"], r#"{"cup":1}"#);
        static CEREMONY: Route = route("tea.ceremony.brew_ceremony", &["leaf", "host"], r#"{"guests":4}"#);
        static ICED: Route = route("tea.iced.brew_iced", &["ice"], r#"{"cold":true}"#);
        let routes = by_path([&PLAIN, &CEREMONY, &ICED].into_iter());
        let state = State { routes, ..State::new(Tokens::new(Vec::new(), 7200), 3) };
        let answer = |body: &str| {
            let request = Received {
                method: Method::POST,
                path: PLAIN.path.to_owned(),
                body: body.to_owned().into(),
                ..Received::get(PLAIN.path)
            };
            let reply = state.answer(&request);
            String::from_utf8_lossy(&reply.body).into_owned()
        };
        assert_eq!(answer(r#"{"leaf":"green"}"#), r#"{"cup":1}"#);
        assert_eq!(answer(r#"{"leaf":"green","host":"Lu"}"#), r#"{"guests":4}"#);
        assert_eq!(answer(r#"{"ice":1}"#), r#"{"cold":true}"#);
        assert!(answer("{}").contains("40058"), "none of them accepts it");
    }

    #[tokio::test]
    async fn a_request_that_its_client_gave_up_is_not_being_answered() {
        let state = State::new(Tokens::new(Vec::new(), 7200), 3);
        state.faults.add(Fault::hang());
        for _ in 0..2 {
            let respond = state.respond(Received::get("/a"));
            assert!(tokio::time::timeout(Duration::from_millis(1), respond).await.is_err());
        }
        assert_eq!((state.log.count("/a"), state.log.peak("/a")), (2, 1));
    }
}
