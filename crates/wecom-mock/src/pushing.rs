//! The control API's calls for callbacks to an application.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::answer::State;
use crate::lock;
use crate::push::{Application, Sender, examples};
use crate::received::Received;
use crate::wishes::{Problem, Wishes};

/// `POST /application`: sets the application, and verifies its URL.
pub(crate) fn take<'a>(state: &'a State, request: &'a Received) -> BoxFuture<'a, Result<Value, Problem>> {
    Box::pin(async {
        let mut wishes = Wishes::read(&request.body)?;
        let url = wishes.needs("url", Wishes::text)?;
        let token = wishes.needs("token", Wishes::text)?;
        let key = wishes.needs("encoding_aes_key", Wishes::text)?;
        let receiveid = wishes.text("receiveid")?.unwrap_or_default();
        let (verified_as, agent_id) = (wishes.text("verified_as")?, wishes.integer("agent_id")?);
        wishes.done()?;
        let settings = Sender::new(token, key, receiveid).map_err(problem)?;
        let application = match verified_as {
            Some(provider) => Application::verify_as(&url, &provider, settings).await,
            None => Application::verify(&url, settings).await,
        };
        let application = application.map_err(problem)?;
        let application = match agent_id {
            Some(agent_id) => application.agent_id(agent_id),
            None => application,
        };
        *lock(&state.application) = Some(Arc::new(application));
        Ok(shown(state))
    })
}

/// `GET /application`: returns the callbacks that it was sent.
pub(crate) fn shown(state: &State) -> Value {
    match &*lock(&state.application) {
        Some(application) => {
            json!({ "requests": application.requests(), "answered": application.answered() })
        }
        None => json!({}),
    }
}

/// `POST /push`: pushes a callback to it.
pub(crate) fn push<'a>(state: &'a State, request: &'a Received) -> BoxFuture<'a, Result<Value, Problem>> {
    Box::pin(async {
        let mut wishes = Wishes::read(&request.body)?;
        let callbacks = (wishes.text("example")?, wishes.text("xml")?, wishes.object("json")?);
        wishes.done()?;
        let callback = match callbacks {
            (Some(name), None, None) => name,
            (None, Some(xml), None) if xml.trim_start().starts_with('<') => xml,
            (None, Some(_), None) => {
                return Err(Problem("`xml` is not an XML document: it must begin with `<`".to_owned()));
            }
            (None, None, Some(json)) => Value::Object(json).to_string(),
            _ => {
                return Err(Problem(
                    "a callback needs exactly one of `example`, `xml` and `json`".to_owned(),
                ));
            }
        };
        let application = lock(&state.application).clone();
        let application = application.ok_or_else(|| {
            Problem("there is no application: set one with `POST /_mock/application`".to_owned())
        })?;
        let pushed = application.push(&callback).await.map_err(problem)?;
        let reply = pushed.reply.as_deref().map(String::from_utf8_lossy);
        Ok(json!({ "tries": pushed.tries, "reply": reply }))
    })
}

/// `GET /examples`: returns the names of all callbacks.
pub(crate) fn names() -> Value {
    json!({ "examples": examples().collect::<Vec<_>>() })
}

#[allow(clippy::needless_pass_by_value, reason = "it is what errors are mapped with")]
fn problem(error: impl std::fmt::Display) -> Problem {
    Problem(error.to_string())
}
