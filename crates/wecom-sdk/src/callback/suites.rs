//! WeCom's callbacks to the apps of service providers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use wecom_callback::{BoxError, Event, IntoPassive, Router};
use wecom_models::Secret;
use wecom_models::callback::Envelope;
use wecom_models::service::auth::{GetPermanentCodeV2, GetPermanentCodeV2Response};
use wecom_models::service::events::{CreateAuth, ResetPermanentCode, SuiteTicket};

use crate::{Client, Suite, lock};

/// How long an authorization code is valid.
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Passes each ticket (`suite_ticket`) to its suite, by the suite's ID. The client keeps it, also in the token store,
/// so that other processes, and those that start later, have it.
pub fn suite_tickets<'a>(suites: impl IntoIterator<Item = &'a Client<Suite>>) -> Router {
    suites.into_iter().fold(Router::new(), |router, suite| {
        let suite = suite.clone();
        router.when(is_of(&suite), move |event: Event<SuiteTicket>| {
            let suite = suite.clone();
            async move { suite.put_ticket(event.suite_ticket.clone()).await }
        })
    })
}

/// Exchanges the authorization code of a company that installs the app (`create_auth`), or of a customized app whose
/// permanent code is reset (`reset_permanent_code`), and passes the response to the function.
///
/// A code works once. If the function fails, and WeCom sends the callback again, the function gets the same response
/// again.
pub fn suite_authorizations<F, Fut>(suite: &Client<Suite>, authorized: F) -> Router
where
    F: Fn(GetPermanentCodeV2Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoPassive> + Send + 'static,
{
    let created = Arc::new(Codes { suite: suite.clone(), authorized, exchanged: Exchanged::default() });
    let reset = Arc::clone(&created);
    Router::new()
        .when(is_of(suite), move |event: Event<CreateAuth>| {
            let codes = Arc::clone(&created);
            async move { codes.exchange(&event.auth_code).await }
        })
        .when(is_of(suite), move |event: Event<ResetPermanentCode>| {
            let codes = Arc::clone(&reset);
            async move { codes.exchange(&event.auth_code).await }
        })
}

/// Returns whether a callback is for a suite.
fn is_of(suite: &Client<Suite>) -> impl Fn(&Envelope) -> bool + Send + Sync + 'static {
    let suite_id = Some(suite.credential().suite_id.clone());
    move |envelope| envelope.suite_id == suite_id
}

/// The handling of authorization codes.
struct Codes<F> {
    suite: Client<Suite>,
    authorized: F,
    exchanged: Exchanged,
}

impl<F, Fut> Codes<F>
where
    F: Fn(GetPermanentCodeV2Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoPassive> + Send + 'static,
{
    async fn exchange(&self, code: &Secret) -> Result<(), BoxError> {
        let answer = match self.exchanged.get(code) {
            Some(answer) => answer,
            None => {
                let answer = self.suite.send(&GetPermanentCodeV2::new(code.clone())).await?;
                self.exchanged.put(code.clone(), answer.clone());
                answer
            }
        };
        (self.authorized)(answer).await.into_passive()?;
        self.exchanged.remove(code);
        Ok(())
    }
}

/// The responses to codes, until the application has accepted them.
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
