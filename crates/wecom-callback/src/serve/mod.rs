//! Serves callbacks over HTTP: passes them to handlers by type, responds within WeCom's deadlines, and handles repeated
//! ones once.

mod arrived;
mod builder;
mod handler;
mod pending;
mod receivers;
mod recent;
mod recovery;
#[cfg(feature = "redis")]
mod redis;
mod router;
mod running;
mod store;
mod task;
#[cfg(feature = "tower")]
mod tower;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::{Instant, timeout_at};
use wecom_models::callback::{Document, Envelope, Shape};

use crate::query::Query;
use crate::{Error, Format, Opened, Receiver, Reply};
use arrived::Arrived;
pub use builder::CallbacksBuilder;
use handler::Handling;
pub use handler::{Callback, Event, Family, FromCallback, FromRef, Handler, State};
use pending::Outcome;
use receivers::Receivers;
use recovery::Search;
#[cfg(feature = "redis")]
pub use redis::RedisCallbackStore;
pub use router::Router;
use running::{Refused, Running, Work};
pub use store::{CallbackStore, CallbackStoreFuture, SavedCallback, Turn};
use wecom_requests::BoxError;

/// The time to wait for the body. A client that takes longer to send it no longer waits for the response.
const BODY_DEADLINE: Duration = Duration::from_secs(4);

/// The time to wait until a callback is saved, after the deadline of its handler: then the response can't wait any longer.
const SAVE_DEADLINE: Duration = Duration::from_millis(500);

/// The same for suites, providers and devices.
const SHORT_SAVE_DEADLINE: Duration = Duration::from_millis(200);

/// Receives callbacks over HTTP and passes them to the handlers of a [`Router`].
///
/// - **GET** requests verify the URL.
/// - A callback's handler runs in a task of its own. If it finishes within the deadline (4 seconds; 0.7 for suites,
///   providers and devices), its reply is sent. Otherwise, the response has no reply, and the handler continues.
/// - A repeated callback gets the same response as the first, and its handler doesn't run again. The replies to the
///   last 256 callbacks are kept: an older one, and one that another process has handled ([`CallbackStore`]), gets a
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
/// A callback that was received isn't lost if its process dies:
///
/// - Before its response, WeCom repeats it.
/// - After its response, the handler has ended, unless it takes longer than the deadline. Then the callback, still encrypted, is saved before the response,
///   if there is a [store](CallbacksBuilder::store): another process, or the next one, handles it within about 8 seconds. Without a store, it is lost.
///
/// So with a store, each callback that got its 200 is handled *at least once*. It is handled twice if its process dies, or hangs for 6 seconds, before the
/// end of its handler is recorded, so let handlers tolerate that. These are the exceptions:
///
/// - A handler that fails after the response isn't called again: retry within the handler, and return when it's done.
/// - A callback is dropped, with an error in the log, once three processes have died while they handled it. The third time, it runs without others
///   that have been recovered twice, for a minute. A process that ends after [`shutdown`](Callbacks::shutdown) was called hasn't died.
/// - If the store fails when a callback should be saved, or takes longer than half a second (0.2 for suites, providers and devices), there is a warning in the log, and the response doesn't wait.
/// - A saved callback can only be opened with the settings that it was received with: after a change of the Token or the `EncodingAESKey`, keep a receiver with the old
///   ones for some days.
///
/// Recovered callbacks take at most half of the places for handlers (but at least one), so that new ones find room.
///
/// Clones share everything. With the feature `tower`, it is a tower `Service`, which axum accepts directly:
/// `axum::Router::new().route_service("/callback", callbacks)`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use wecom_callback::{Callback, Callbacks, Receiver, Router};
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
#[doc(alias("接收回调", "回调服务", "接收消息服务器"))]
#[derive(Clone)]
pub struct Callbacks(Arc<Service>);

struct Service {
    receivers: Receivers,
    router: Router,
    deadline: Duration,
    short_deadline: Duration,
    running: Running,
    search: Search,
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
        CallbacksBuilder::new(router)
    }

    /// Responds to a request whose body has been read. The first problem determines the status: its method (405), its query (400), the
    /// size of its body (413), the envelope in it (400), its path and application (404), the signature and everything in it (403).
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let start = Instant::now();
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        match *request.method() {
            Method::GET => self.verify(path, query),
            Method::POST => self.receive(path, query, request.body(), start).await,
            _ => not_allowed(),
        }
    }

    /// Responds to a request whose body hasn't been read yet, with the same status as [`handle`](Self::handle). The body must arrive within 4 seconds,
    /// whatever the deadlines of handlers (otherwise 408). No more of it is read than the receivers accept, and nothing if the query is wrong.
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
        if let Err(error) = Query::parse(query) {
            return refuse_for(&error);
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
    /// To limit the wait, put a timeout around it: no callback is accepted afterwards either, and the handlers that still run end with the
    /// Tokio runtime. With a [store](CallbacksBuilder::store), another process, or the next one, handles their callbacks again.
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
        self.0.running.close();
        self.0.search.stop();
        self.0.running.ended().await;
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

    async fn receive(&self, path: &str, query: &str, body: &Bytes, start: Instant) -> Response<Bytes> {
        let service = &self.0;
        // Where `build` was called, there may have been no runtime.
        service.search.start(service);
        let (receiver, opened) = match service.receivers.open(path, query, body) {
            Ok(opened) => opened,
            Err(error) => return refuse_for(&error),
        };
        let (callback, handling) = service.read(opened);
        let Callback { envelope, opened } = &callback;
        let (handler, save) = service.deadlines_of(envelope, opened.format);
        let deadline = start + handler;
        let arrived = service.running.store.as_ref().map(|_| Arrived::new(path, query, body));
        let work = Work { envelope, digest: opened.digest(), arrived, handling };
        let mut pending = match service.running.start(work) {
            Ok(pending) => pending,
            Err(Refused) => {
                tracing::warn!(
                    "too many handlers are running, or the service is shutting down: a callback is refused"
                );
                return refuse(StatusCode::SERVICE_UNAVAILABLE);
            }
        };
        let outcome = match timeout_at(deadline, pending.outcome()).await {
            Ok(outcome) => Some(outcome),
            // Whoever responds now has promised that the callback will be handled.
            Err(_) => timeout_at(deadline + save, pending.saved()).await.unwrap_or_else(|_| {
                tracing::warn!("a callback isn't saved in time: it is lost if this process dies");
                None
            }),
        };
        match outcome {
            Some(Outcome::Done(reply)) if !reply.is_none() => {
                match receiver.seal_passive(opened, envelope, &reply) {
                    Ok(reply) => sealed(reply),
                    Err(error) => {
                        tracing::error!(%error, "a handler's reply can't be sent");
                        refuse(StatusCode::INTERNAL_SERVER_ERROR)
                    }
                }
            }
            Some(Outcome::Done(_)) | None => without_reply(&callback),
            Some(Outcome::Failed) => refuse(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl Service {
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
        // The application's code also chooses the handler, and may read its argument.
        let handling = catch_unwind(AssertUnwindSafe(|| self.router.call(callback.clone(), &document)));
        let handling =
            handling.unwrap_or_else(|_| Box::pin(async { Err("the choice of the handler panicked".into()) }));
        (callback, handling)
    }

    /// Returns how long to wait for a handler, and then until the callback is saved: in proportion, where WeCom waits for neither 1 second nor 5.
    /// An unreadable message from a device gets its response as soon as the readable ones.
    fn deadlines_of(&self, envelope: &Envelope, format: Format) -> (Duration, Duration) {
        let seconds = match envelope.deadline().as_secs() {
            _ if format == Format::Json && envelope.shape == Shape::Unknown => 1,
            seconds @ ..5 => u32::try_from(seconds).unwrap_or(1),
            _ => return (self.deadline, SAVE_DEADLINE),
        };
        (self.short_deadline.saturating_mul(seconds), SHORT_SAVE_DEADLINE.saturating_mul(seconds))
    }
}

/// Creates the response with an encrypted reply.
fn sealed(reply: Reply) -> Response<Bytes> {
    let mut response = Response::new(reply.body);
    response.headers_mut().insert(http::header::CONTENT_TYPE, reply.content_type);
    response
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
