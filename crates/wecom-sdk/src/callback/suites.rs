//! WeCom's callbacks to the apps of service providers.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};
use wecom_callback::{BoxError, Event, IntoPassive, Router};
use wecom_models::Secret;
use wecom_models::callback::Envelope;
use wecom_models::service::auth::{GetPermanentCodeV2, GetPermanentCodeV2Response};
use wecom_models::service::events::{CreateAuth, ResetPermanentCode, SuiteTicket};

use crate::credential::key;
use crate::time::jitter;
use crate::tokens::{Held, StoredToken};
use crate::{Client, Credential as _, Error, Suite};

/// The lifetime of an authorization code.
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The time for which the response to a code is kept, and for which the application's function is called again if it fails.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// The first pause between attempts, and the longest: each is twice as long as the one before.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(60));

/// Takes the place of a response in the store once the application has accepted it.
const ACCEPTED: &str = "accepted";

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
/// A code works once, within 10 minutes, and nothing else returns the permanent code. Therefore:
///
/// - An exchange that fails for lack of a ticket or of a connection is tried again as long as the code is valid.
/// - If the function fails, it is called again with the same response, for an hour, after pauses from 0.2 seconds up to a minute,
///   even after WeCom has received its response. Each failure is a warning in `tracing`. A [`shutdown`](wecom_callback::Callbacks::shutdown) waits for it.
/// - The response, as JSON with the permanent code, is kept in the [token store](crate::ClientBuilder::token_store) until the function
///   has succeeded, or for an hour. Its key is a hash. A process that gets the same code again, since the first one
///   has died, takes the response from there. While one process has it, others wait.
/// - If the store fails, the process that has exchanged the code continues without it.
///
/// So the function may be called more than once for one installation: if it fails, or if its process dies before its
/// success is recorded.
pub fn suite_authorizations<F, Fut>(suite: &Client<Suite>, authorized: F) -> Router
where
    F: Fn(GetPermanentCodeV2Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoPassive> + Send + 'static,
{
    let created = Arc::new(Codes { suite: suite.clone(), authorized });
    let reset = Arc::clone(&created);
    Router::new()
        .when(is_of(suite), move |event: Event<CreateAuth>| {
            let codes = Arc::clone(&created);
            async move { codes.handle(&event.auth_code).await }
        })
        .when(is_of(suite), move |event: Event<ResetPermanentCode>| {
            let codes = Arc::clone(&reset);
            async move { codes.handle(&event.auth_code).await }
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
}

/// The state of a code in the store.
enum Found {
    Nothing,
    Response(Box<GetPermanentCodeV2Response>),
    Accepted,
}

impl<F, Fut> Codes<F>
where
    F: Fn(GetPermanentCodeV2Response) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoPassive> + Send + 'static,
{
    /// Handles a code, while no other process does.
    async fn handle(&self, code: &Secret) -> Result<(), BoxError> {
        let store = &self.suite.caller().store;
        let key = key("code", &[&self.suite.credential().key(), code.expose()]);
        let held = Held::wait_for(store, &key).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the token store failed: another process may exchange the same code");
            Held::without_lease(store, &key)
        });
        let handled = held.during(self.pass_on(code, &held)).await;
        held.release().await;
        handled
    }

    async fn pass_on(&self, code: &Secret, held: &Held) -> Result<(), BoxError> {
        let response = match self.found(held).await {
            Found::Accepted => return Ok(()),
            Found::Response(response) => *response,
            Found::Nothing => self.exchange(code, held).await?,
        };
        let mut pauses = Pauses::within(KEPT);
        while let Err(error) = (self.authorized)(response.clone()).await.into_passive() {
            pauses.after(error, "the function for an installation failed").await?;
        }
        self.keep(ACCEPTED.into(), held).await;
        Ok(())
    }

    async fn exchange(&self, code: &Secret, held: &Held) -> Result<GetPermanentCodeV2Response, Error> {
        let request = GetPermanentCodeV2::new(code.clone());
        let mut pauses = Pauses::within(CODE_LIFETIME);
        loop {
            match self.suite.send_with_body(&request).await {
                Ok(response) => {
                    let text = String::from_utf8_lossy(&response.body.0).into_owned();
                    self.keep(text.into(), held).await;
                    return Ok(response.value);
                }
                Err(error) if error.is_transient() || matches!(error.root(), Error::NoTicket) => {
                    pauses.after(error, "an authorization code can't be exchanged").await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn found(&self, held: &Held) -> Found {
        let stored = self.suite.caller().store.get(held.key()).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the token store failed: another process may have exchanged the same code");
            None
        });
        match stored.as_ref().map(|stored| stored.token.expose()) {
            Some(ACCEPTED) => Found::Accepted,
            Some(text) => wecom_requests::parse::<GetPermanentCodeV2>(text.as_bytes()).map_or_else(
                |_| {
                    tracing::warn!("the token store has an invalid response to an authorization code: exchanging it again");
                    Found::Nothing
                },
                |response| Found::Response(Box::new(response)),
            ),
            None => Found::Nothing,
        }
    }

    async fn keep(&self, text: Secret, held: &Held) {
        let stored = StoredToken { token: text, expires_at: SystemTime::now() + KEPT };
        if let Err(error) = self.suite.caller().store.put(held.key(), &stored, held.lease()).await {
            tracing::warn!(%error, "the response to an authorization code can't be stored: only this process has it");
        }
    }
}

/// The pauses between attempts.
struct Pauses {
    next: Duration,
    end: Instant,
}

impl Pauses {
    fn within(time: Duration) -> Self {
        Self { next: PAUSES.0, end: Instant::now() + time }
    }

    /// Pauses after a failure, or returns it if the time is over.
    async fn after<E: fmt::Display>(&mut self, error: E, what: &str) -> Result<(), E> {
        if Instant::now() + self.next > self.end {
            return Err(error);
        }
        tracing::warn!(%error, "{what}: trying again in {:?}", self.next);
        sleep(jitter(self.next)).await;
        self.next = (2 * self.next).min(PAUSES.1);
        Ok(())
    }
}
