//! Serves callbacks over HTTP: passes them to handlers by type, responds within WeCom's deadlines, and handles repeated
//! ones once.

mod duplicates;
mod handler;
mod receivers;
#[cfg(feature = "redis")]
mod redis;
mod router;
mod running;
#[cfg(feature = "tower")]
mod tower;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::{Instant, timeout_at};
use wecom_models::callback::{Document, Envelope, Shape};

use crate::{Error, Format, Opened, Receiver, Reply};
pub use duplicates::{Duplicates, DuplicatesFuture, Turn};
use handler::Handling;
pub use handler::{Callback, Event, Family, FromCallback, FromRef, Handler, State};
use receivers::Receivers;
#[cfg(feature = "redis")]
pub use redis::RedisDuplicates;
pub use router::Router;
use running::{Outcome, Refused, Running};
use wecom_requests::BoxError;

/// WeCom waits 5 seconds for an application's response, including the time that both take on the network.
const DEADLINE: Duration = Duration::from_secs(4);

/// For suites, providers and devices, it waits 1 second.
const SHORT_DEADLINE: Duration = Duration::from_millis(700);

/// The time to wait for the body. A client that takes longer to send it no longer waits for the response.
const BODY_DEADLINE: Duration = DEADLINE;

/// The maximum number of handlers that run at once.
const MAX_RUNNING: u32 = 1000;

/// The time for which a callback is remembered.
const REMEMBER: Duration = Duration::from_secs(60 * 60);

/// The maximum number of callbacks that are remembered.
const REMEMBERED: usize = 20_000;

/// Receives callbacks over HTTP and passes them to the handlers of a [`Router`].
///
/// - **GET** requests verify the URL.
/// - A callback's handler runs in a task of its own. If it finishes within the deadline (4 seconds; 0.7 for suites,
///   providers and devices), its reply is sent. Otherwise, the response has no reply, and the handler continues.
/// - A repeated callback gets the same response as the first, and its handler doesn't run again. The replies to the
///   last 256 callbacks are kept: an older one, and one that another process has handled ([`Duplicates`]), gets a
///   response without a reply. The reply to a repeated callback matters only if the first response got lost.
/// - If a handler fails in time, the status is 500. In any case, a callback whose handler failed is handled again if
///   WeCom repeats it.
/// - If 1000 handlers are already running, including those whose callback has got its response, the status is 503:
///   nothing waits for a place, so memory is bounded. A handler that never ends keeps its place, so give everything
///   that it waits for a timeout.
/// - A callback that no handler takes gets a response like any other.
///
/// # Callbacks that don't arrive
///
/// WeCom repeats a callback after a timeout or a failed connection, three attempts in all. Whether it repeats one that
/// got a 500 or a 503 is unclear: its pages contradict each other. A callback that fails, or that arrives while all
/// processes are down, may be lost, and WeCom may stop sending to a URL that fails too often. So don't rely on
/// callbacks alone for anything that must not be missed: compare with WeCom's API at startup and from time to time. In
/// `wecom-sdk`, `catch_up` does so for messages.
///
/// A callback is also lost if its process dies between its response and the end of its handler, which can happen only to
/// handlers that take longer than the deadline. To prevent that, set a [deadline](CallbacksBuilder::deadline) above
/// WeCom's 5 seconds, such as a minute: there is no response before the handler is done, and WeCom sends the callback
/// again meanwhile, which joins the running handler, or takes over in another process (with [`Duplicates`]). Three
/// attempts are 15 seconds; what takes longer should be stored by its handler first, and done elsewhere.
///
/// Clones share everything. With the feature `tower`, it is a tower `Service`, which axum accepts directly:
/// `axum::Router::new().route_service("/callback", callbacks)`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_callback::{Callback, Callbacks, Receiver, Router};
///
/// let receiver = Receiver::builder("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
///     .receiveid("wx5823bf96d3bd56c7")
///     .build()?;
/// let router = Router::new().fallback(|callback: Callback| async move {
///     println!("{:?} {}", callback.envelope.shape, callback.envelope.kind);
/// });
/// let callbacks = Callbacks::new(receiver, router);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Callbacks(Arc<Settings>);

struct Settings {
    receivers: Receivers,
    router: Router,
    deadline: Duration,
    short_deadline: Duration,
    running: Running,
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks").field("receivers", &self.0.receivers).finish_non_exhaustive()
    }
}

impl Callbacks {
    /// Creates a service with one receiver for all paths.
    pub fn new(receiver: Receiver, router: Router) -> Self {
        Self::builder(router).receiver(receiver).build()
    }

    /// Creates a builder from a router, to which receivers are added.
    pub fn builder(router: Router) -> CallbacksBuilder {
        CallbacksBuilder {
            receivers: Receivers::default(),
            router,
            deadline: DEADLINE,
            short_deadline: SHORT_DEADLINE,
            max_running: MAX_RUNNING,
            remember: REMEMBER,
            remembered: REMEMBERED,
            duplicates: None,
        }
    }

    /// Responds to a request whose body has been read.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let start = Instant::now();
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        match *request.method() {
            Method::GET => self.verify(path, query),
            Method::POST => self.receive(path, query, request.body(), start).await,
            _ => not_allowed(),
        }
    }

    /// Responds to a request whose body hasn't been read yet. The body must arrive within 4 seconds, whatever the
    /// deadlines of handlers (otherwise 408), and must not be larger than the receivers accept (otherwise 413): no more
    /// of it is read.
    pub async fn handle_body<B>(&self, request: Request<B>) -> Response<Bytes>
    where
        B: Body<Data: Buf, Error: Into<BoxError>>,
    {
        let start = Instant::now();
        let (parts, body) = request.into_parts();
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        match parts.method {
            Method::GET => return self.verify(path, query),
            Method::POST => {}
            _ => return not_allowed(),
        }
        let limit = self.0.receivers.max_body();
        if body.size_hint().lower() > limit as u64 {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let body = Limited::new(body, limit);
        match timeout_at(start + BODY_DEADLINE, body.collect()).await {
            Ok(Ok(body)) => self.receive(path, query, &body.to_bytes(), start).await,
            Ok(Err(error)) if error.is::<LengthLimitError>() => refuse(StatusCode::PAYLOAD_TOO_LARGE),
            Ok(Err(_)) => refuse(StatusCode::BAD_REQUEST),
            Err(_) => refuse(StatusCode::REQUEST_TIMEOUT),
        }
    }

    /// Stops accepting callbacks (they get a 503), and waits for the running handlers, however long they take.
    ///
    /// To limit the wait, put a timeout around it: no handler starts afterwards either, and those that still run end with the
    /// Tokio runtime.
    ///
    /// ```
    /// # async fn stop(callbacks: wecom_callback::Callbacks) {
    /// use std::time::Duration;
    ///
    /// if tokio::time::timeout(Duration::from_secs(30), callbacks.shutdown()).await.is_err() {
    ///     eprintln!("some handlers don't end");
    /// }
    /// # }
    /// ```
    pub async fn shutdown(&self) {
        self.0.running.shutdown().await;
    }

    fn verify(&self, path: &str, query: &str) -> Response<Bytes> {
        match self.0.receivers.verify_url(path, query) {
            Ok(echo) => {
                tracing::debug!("a callback URL was verified");
                respond(StatusCode::OK, "text/plain", echo)
            }
            Err(error) => refuse_for(&error),
        }
    }

    /// Reads a callback: its envelope, and its handling. An unreadable one counts as unknown, keeps its message, and
    /// goes to handlers of any callback, which don't read the document.
    fn read(&self, opened: Opened) -> (Callback, Handling) {
        let opened = Arc::new(opened);
        let text = opened.text();
        let read = Document::parse(&text).and_then(|document| Ok((document.envelope()?, document)));
        let (envelope, document) = read.unwrap_or_else(|error| {
            tracing::warn!(%error, "a callback can't be read");
            Default::default()
        });
        let callback = Callback::new(envelope, Arc::clone(&opened));
        let handling = self.0.router.call(callback.clone(), &document);
        (callback, handling)
    }

    async fn receive(&self, path: &str, query: &str, body: &[u8], start: Instant) -> Response<Bytes> {
        let (receiver, opened) = match self.0.receivers.open(path, query, body) {
            Ok(opened) => opened,
            Err(error) => return refuse_for(&error),
        };
        let (callback, handling) = self.read(opened);
        let Callback { envelope, opened } = &callback;
        let deadline = start + self.0.deadline_of(envelope, opened.format);
        let mut outcome = match self.0.running.start(envelope, opened.digest(), handling) {
            Ok(outcome) => outcome,
            Err(Refused) => {
                tracing::warn!(
                    "too many handlers are running, or the service is shutting down: a callback is refused"
                );
                return refuse(StatusCode::SERVICE_UNAVAILABLE);
            }
        };
        let outcome = timeout_at(deadline, outcome.wait_for(Option::is_some)).await;
        match outcome.map(|outcome| outcome.ok().and_then(|outcome| outcome.clone())) {
            Ok(Some(Outcome::Done(reply))) if !reply.is_none() => {
                match receiver.seal_passive(opened, envelope, &reply) {
                    Ok(reply) => sealed(reply),
                    Err(error) => {
                        tracing::error!(%error, "a handler's reply can't be sent");
                        refuse(StatusCode::INTERNAL_SERVER_ERROR)
                    }
                }
            }
            Ok(Some(Outcome::Done(_))) | Err(_) => without_reply(&callback),
            Ok(Some(Outcome::Failed) | None) => refuse(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// Creates the response with an encrypted reply.
fn sealed(reply: Reply) -> Response<Bytes> {
    let mut response = Response::new(reply.body);
    response.headers_mut().insert(http::header::CONTENT_TYPE, reply.content_type);
    response
}

impl Settings {
    /// Returns how long to wait for a handler: in proportion, where WeCom waits for neither 1 second nor 5. What a device says that can't be
    /// read is answered as soon as the rest.
    fn deadline_of(&self, envelope: &Envelope, format: Format) -> Duration {
        match envelope.deadline().as_secs() {
            _ if format == Format::Json && envelope.shape == Shape::Unknown => self.short_deadline,
            seconds @ ..5 => self.short_deadline.saturating_mul(u32::try_from(seconds).unwrap_or(1)),
            _ => self.deadline,
        }
    }
}

/// Suites and providers must respond with `success` to everything, even to unreadable callbacks; all others may respond
/// with an empty body.
fn without_reply(callback: &Callback) -> Response<Bytes> {
    let is_info = match callback.envelope.shape {
        Shape::Info => true,
        Shape::Unknown => callback.opened.text().contains("<InfoType>"),
        _ => false,
    };
    let body = if is_info { "success" } else { "" };
    respond(StatusCode::OK, "text/plain", Bytes::from_static(body.as_bytes()))
}

fn respond(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    response
}

/// Creates a refusal, which reveals nothing but its status.
fn refuse(status: StatusCode) -> Response<Bytes> {
    let reason = status.canonical_reason().unwrap_or_default();
    respond(status, "text/plain", Bytes::from_static(reason.as_bytes()))
}

fn refuse_for(error: &Error) -> Response<Bytes> {
    tracing::warn!(%error, "a callback is refused");
    refuse(error.status())
}

fn not_allowed() -> Response<Bytes> {
    let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(http::header::ALLOW, http::HeaderValue::from_static("GET, POST"));
    response
}

/// Sets up [`Callbacks`].
#[must_use]
pub struct CallbacksBuilder {
    receivers: Receivers,
    router: Router,
    deadline: Duration,
    short_deadline: Duration,
    max_running: u32,
    remember: Duration,
    remembered: usize,
    duplicates: Option<Arc<dyn Duplicates>>,
}

impl fmt::Debug for CallbacksBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbacksBuilder").field("receivers", &self.receivers).finish_non_exhaustive()
    }
}

impl CallbacksBuilder {
    /// Adds a receiver for all paths without one of their own. If there are several, the one whose signature and key
    /// fit opens a callback.
    pub fn receiver(mut self, receiver: Receiver) -> Self {
        self.receivers.add(receiver, None, None);
        self
    }

    /// Adds a receiver for a path of the URL.
    pub fn receiver_at(mut self, path: impl Into<String>, receiver: Receiver) -> Self {
        self.receivers.add(receiver, Some(path.into()), None);
        self
    }

    /// Adds a receiver for the callbacks of an application, by the `AgentID` of their envelope, and for the
    /// verification of its URL.
    pub fn receiver_for(mut self, agent_id: i64, receiver: Receiver) -> Self {
        self.receivers.add(receiver, None, Some(agent_id.to_string()));
        self
    }

    /// Sets how long to wait for a handler before responding without its reply; the default is 4 seconds. WeCom waits for 5.
    ///
    /// Zero responds as soon as the callback has been received. More than 5 seconds leaves it to WeCom to send the
    /// callback again until the handler is done, so that [none is lost](Callbacks#callbacks-that-dont-arrive) with a
    /// process that dies.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the same for suites, providers and devices; the default is 0.7 seconds. WeCom waits for 1. While a device is bound to a company, WeCom
    /// waits for 3, and this is three times as long, too.
    pub fn short_deadline(mut self, deadline: Duration) -> Self {
        self.short_deadline = deadline;
        self
    }

    /// Sets how many handlers may run at once; the default is 1000. Further callbacks get a 503, and may be
    /// [lost](Callbacks#callbacks-that-dont-arrive).
    pub fn max_running(mut self, handlers: u32) -> Self {
        self.max_running = handlers;
        self
    }

    /// Sets how long, and how many, callbacks are remembered, so that a repeated one isn't handled again; the defaults
    /// are an hour and 20,000.
    pub fn remember(mut self, time: Duration, callbacks: usize) -> Self {
        (self.remember, self.remembered) = (time, callbacks);
        self
    }

    /// Sets a store that records which callbacks have been handled, for several processes: `RedisDuplicates` (feature
    /// `redis`), for instance.
    pub fn duplicates(mut self, duplicates: impl Duplicates) -> Self {
        self.duplicates = Some(Arc::new(duplicates));
        self
    }

    /// Builds the service.
    pub fn build(self) -> Callbacks {
        let running = Running::new(self.max_running, self.remember, self.remembered, self.duplicates);
        Callbacks(Arc::new(Settings {
            receivers: self.receivers,
            router: self.router,
            deadline: self.deadline,
            short_deadline: self.short_deadline,
            running,
        }))
    }
}
