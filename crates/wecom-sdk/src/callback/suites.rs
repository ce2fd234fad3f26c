//! WeCom's callbacks to the apps of service providers.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep};
use wecom_callback::{BoxError, Event, IntoPassive, Router};
use wecom_models::Secret;
use wecom_models::callback::Envelope;
use wecom_models::service::auth::{GetPermanentCodeV2, GetPermanentCodeV2Response};
use wecom_models::service::events::{CreateAuth, ResetPermanentCode, SuiteTicket};

use crate::credential::key;
use crate::time::jitter;
use crate::tokens::{Held, StoredToken};
use crate::{Client, Credential as _, Error, StoreError, Suite, TokenStore};

/// The lifetime of an authorization code.
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The time for which the response to a code is kept, and for which the application's function is called again if it fails.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// The first pause between attempts, and the longest: each is twice as long as the one before.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(60));

/// Takes the place of a response in the store once the application has accepted it.
const ACCEPTED: &str = "accepted";

/// Passes each ticket (`suite_ticket`) to its suite, by the suite's ID. The client keeps it, also in the token store,
/// so that other processes, and those that start later, have it. Needs the feature `service`.
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
/// permanent code is reset (`reset_permanent_code`), and passes the response to the function. Needs the feature `service`.
///
/// A code works once, within 10 minutes, and nothing else returns the permanent code. Therefore:
///
/// - An exchange that fails for lack of a ticket or of a connection is tried again as long as the code is valid.
/// - If the function fails or panics, it is called again with the same response, for an hour, after pauses from 0.2 seconds up to a minute,
///   even after WeCom has received its response. Each failure is a warning in `tracing`. A [`shutdown`](wecom_callback::Callbacks::shutdown) waits for it.
/// - The response, as JSON with the permanent code, is kept in the [token store](crate::ClientBuilder::token_store) until the function
///   has succeeded, or for an hour. Its key is a hash. A process that gets the same code again, since the first one
///   has died, takes the response from there. While one process has it, others wait.
/// - If all processes end before the function has succeeded, nothing calls it again, since WeCom doesn't repeat the code: pass on the responses
///   of [`pending_authorizations`] when a process starts.
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

/// Returns the installations that were exchanged, and whose responses the application hasn't accepted yet.
///
/// These are the ones that a process was working on when it ended, and the ones that one is working on. They are in the [token store](crate::ClientBuilder::token_store) for an hour, so a store that processes share, or
/// that outlives them, is needed. Needs the feature `service`.
///
/// ```no_run
/// # use wecom_sdk::{Client, Suite, callback::pending_authorizations};
/// # async fn save(_: &wecom_sdk::service::auth::GetPermanentCodeV2Response) {}
/// # async fn run(suite: Client<Suite>) -> Result<(), Box<dyn std::error::Error>> {
/// for pending in pending_authorizations(&suite).await? {
///     save(&pending.response).await;
///     pending.accept().await?;
/// }
/// # Ok(())
/// # }
/// ```
pub async fn pending_authorizations(suite: &Client<Suite>) -> Result<Vec<PendingAuthorization>, StoreError> {
    let pending = Pending::of(suite);
    let mut found = Vec::new();
    for key in pending.read().await?.into_keys() {
        let stored = pending.store.get(&key).await?;
        if let Found::Response(response) = Found::of(stored.as_ref()) {
            found.push(PendingAuthorization { response: *response, key, pending: pending.clone() });
        }
    }
    Ok(found)
}

/// An installation that the application hasn't accepted yet: see [`pending_authorizations`]. Needs the feature `service`.
#[derive(Debug)]
#[non_exhaustive]
pub struct PendingAuthorization {
    /// The response with the company's permanent code.
    pub response: GetPermanentCodeV2Response,
    key: String,
    pending: Pending,
}

impl PendingAuthorization {
    /// Notes that the application has it: it is no longer pending, and no process that gets the same code passes it on. A process that is
    /// passing it on already may still do so.
    pub async fn accept(self) -> Result<(), StoreError> {
        self.pending.store.put(&self.key, &kept(ACCEPTED.into()), None).await?;
        self.pending.change(|all| _ = all.remove(&self.key)).await
    }
}

/// The pending installations of a suite: the keys of their responses in the store, each with its expiry in seconds since 1970.
#[derive(Clone)]
struct Pending {
    store: Arc<dyn TokenStore>,
    key: String,
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

impl Pending {
    fn of(suite: &Client<Suite>) -> Self {
        let store = Arc::clone(&suite.caller().store);
        Self { store, key: key("codes", &[&suite.credential().key()]) }
    }

    async fn read(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let stored = self.store.get(&self.key).await?;
        let all = stored.and_then(|stored| serde_json::from_str(stored.token.expose()).ok());
        let mut all: BTreeMap<String, u64> = all.unwrap_or_default();
        let now = seconds(SystemTime::now());
        all.retain(|_, until| *until > now);
        Ok(all)
    }

    /// Changes it, while no other process does.
    async fn change(&self, change: impl FnOnce(&mut BTreeMap<String, u64>)) -> Result<(), StoreError> {
        let held = Held::wait_for(&self.store, &self.key).await?;
        let mut all = self.read().await?;
        change(&mut all);
        let text = serde_json::to_string(&all).expect("keys and numbers are JSON");
        let changed = self.store.put(&self.key, &kept(text.into()), held.lease()).await;
        held.release().await;
        changed
    }
}

/// Returns a text as it is kept in the store.
fn kept(text: Secret) -> StoredToken {
    StoredToken { token: text, expires_at: SystemTime::now() + KEPT }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
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

impl Found {
    fn of(stored: Option<&StoredToken>) -> Self {
        match stored.map(|stored| stored.token.expose()) {
            Some(ACCEPTED) => Self::Accepted,
            Some(text) => wecom_requests::parse::<GetPermanentCodeV2>(text.as_bytes()).map_or_else(
                |_| {
                    tracing::warn!("the token store has an invalid response to an authorization code: exchanging it again");
                    Self::Nothing
                },
                |response| Self::Response(Box::new(response)),
            ),
            None => Self::Nothing,
        }
    }
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
        while let Err(error) = self.call(response.clone()).await {
            pauses.after(error, "the function for an installation failed").await?;
        }
        self.keep(ACCEPTED.into(), held).await;
        self.note(|all| _ = all.remove(held.key())).await;
        Ok(())
    }

    /// Calls the application's function. A panic is a failure like another one.
    async fn call(&self, response: GetPermanentCodeV2Response) -> Result<(), BoxError> {
        let call = async { (self.authorized)(response).await.into_passive() };
        let called = AssertUnwindSafe(call).catch_unwind().await;
        called.unwrap_or_else(|_| Err("it panicked".into())).map(drop)
    }

    /// Notes what is pending.
    async fn note(&self, change: impl FnOnce(&mut BTreeMap<String, u64>)) {
        if let Err(error) = Pending::of(&self.suite).change(change).await {
            tracing::warn!(%error, "the token store failed: `pending_authorizations` may not know of an installation");
        }
    }

    async fn exchange(&self, code: &Secret, held: &Held) -> Result<GetPermanentCodeV2Response, Error> {
        let request = GetPermanentCodeV2::new(code.clone());
        let mut pauses = Pauses::within(CODE_LIFETIME);
        loop {
            match self.suite.send_with_body(&request).await {
                Ok(response) => {
                    let text = String::from_utf8_lossy(&response.body.0).into_owned();
                    self.keep(text.into(), held).await;
                    let until = seconds(SystemTime::now() + KEPT);
                    self.note(|all| _ = all.insert(held.key().to_owned(), until)).await;
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
        Found::of(stored.as_ref())
    }

    async fn keep(&self, text: Secret, held: &Held) {
        if let Err(error) = self.suite.caller().store.put(held.key(), &kept(text), held.lease()).await {
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
