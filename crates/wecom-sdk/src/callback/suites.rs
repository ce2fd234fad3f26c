//! What WeCom tells the apps of service providers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use wecom_callback::{BoxError, Callback, IntoPassive, Passive, Router};
use wecom_models::Secret;
use wecom_models::callback::{Document, Envelope, Shape};
use wecom_models::service::auth::{GetPermanentCodeV2, GetPermanentCodeV2Response};
use wecom_models::wire::{Field, ReadObject};

use crate::{Client, Suite, lock};

/// How long an authorization code is good for.
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Passes tickets (`suite_ticket`) on to the suites that they are for, by their IDs: each is kept by its client, and in the token
/// store, so that other processes, and those that start later, have it.
pub fn suite_tickets<'a>(suites: impl IntoIterator<Item = &'a Client<Suite>>) -> Router {
    let suites: HashMap<String, Client<Suite>> =
        suites.into_iter().map(|suite| (suite.credential().suite_id.clone(), suite.clone())).collect();
    let suites = Arc::new(suites);
    let known = Arc::clone(&suites);
    let is_ticket = move |envelope: &Envelope| {
        is_info(envelope, &["suite_ticket"])
            && envelope.suite_id.as_ref().is_some_and(|suite| known.contains_key(suite))
    };
    Router::new().when(is_ticket, move |callback: Callback| {
        let suites = Arc::clone(&suites);
        async move {
            let Members { suite_id, ticket, .. } = read(&callback)?;
            if let Some(suite) = suites.get(&suite_id) {
                suite.put_ticket(ticket).await;
            }
            Ok::<_, BoxError>(())
        }
    })
}

/// Exchanges the authorization code of a company that installs the app (`create_auth`), or of a customized app whose permanent code is reset
/// (`reset_permanent_code`), and passes the answer on to the function.
///
/// A code works once. If the function fails, and WeCom sends the callback again, the function gets the same answer again.
pub fn suite_authorizations<F, Fut>(suite: &Client<Suite>, authorized: F) -> Router
where
    F: Fn(GetPermanentCodeV2Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoPassive> + Send + 'static,
{
    let (suite, authorized) = (suite.clone(), Arc::new(authorized));
    let suite_id = suite.credential().suite_id.clone();
    let exchanged = Arc::new(Exchanged::default());
    let is_code = move |envelope: &Envelope| {
        is_info(envelope, &["create_auth", "reset_permanent_code"])
            && envelope.suite_id.as_ref() == Some(&suite_id)
    };
    Router::new().when(is_code, move |callback: Callback| {
        let (suite, authorized, exchanged) = (suite.clone(), Arc::clone(&authorized), Arc::clone(&exchanged));
        async move {
            let code = read(&callback)?.auth_code;
            let answer = match exchanged.get(&code) {
                Some(answer) => answer,
                None => {
                    let answer = suite.send(&GetPermanentCodeV2::new(code.clone())).await?;
                    exchanged.put(code.clone(), answer.clone());
                    answer
                }
            };
            authorized(answer).await.into_passive()?;
            exchanged.remove(&code);
            Ok::<_, BoxError>(Passive::none())
        }
    })
}

fn is_info(envelope: &Envelope, kinds: &[&str]) -> bool {
    envelope.shape == Shape::Info && kinds.contains(&envelope.kind.as_str())
}

fn read(callback: &Callback) -> Result<Members, BoxError> {
    Ok(Document::parse(&callback.opened.text())?.read()?)
}

/// What these callbacks say.
#[derive(Default)]
struct Members {
    suite_id: String,
    ticket: Secret,
    auth_code: Secret,
}

impl ReadObject for Members {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "SuiteId" => field.read(&mut self.suite_id),
            "SuiteTicket" => field.read(&mut self.ticket),
            "AuthCode" => field.read(&mut self.auth_code),
            _ => field.skip(),
        }
    }
}

/// The answers to codes, until the application has taken them.
#[derive(Default)]
struct Exchanged(Mutex<HashMap<Secret, (Instant, GetPermanentCodeV2Response)>>);

impl Exchanged {
    fn get(&self, code: &Secret) -> Option<GetPermanentCodeV2Response> {
        lock(&self.0).get(code).map(|(_, answer)| answer.clone())
    }

    fn put(&self, code: Secret, answer: GetPermanentCodeV2Response) {
        let mut answers = lock(&self.0);
        answers.retain(|_, (since, _)| since.elapsed() < CODE_LIFETIME);
        answers.insert(code, (Instant::now(), answer));
    }

    fn remove(&self, code: &Secret) {
        lock(&self.0).remove(code);
    }
}
