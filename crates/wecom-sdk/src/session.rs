//! A call, in four steps. Each adds to the next:
//!
//! - [`Session::send`] an endpoint's type: it checks the request, and reads the response.
//! - [`Session::within_deadline`] the deadline, and the span that records the outcome.
//! - [`Session::with_retries`] limits, tokens and retries.
//! - [`Session::exchange`] one request and one response, with its errors.
//!
//! Only the first is compiled for each endpoint.

mod exchange;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use ::http::{Request, Response};
use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument as _;
use tracing::field::Empty;
use wecom_models::Secret;
use wecom_requests::{
    DecodeError, Endpoint, Meta, ResponseError, TokenKind, errcode, http_request, parse_response_within,
};

use crate::Error;
use crate::caller::Caller;
use crate::credential::Identity;
use crate::hook::Finished;
use crate::limits::{Asking, Demand};
use crate::options::CallOptions;
use crate::retry::Failure;
use crate::time::{later, milliseconds};
use crate::tokens::{FETCH, Tokens};
use crate::transport::{RequestBody, ResponseBody};

/// The codes for an invalid or expired token. WeCom doesn't distinguish them strictly. It reports them before it carries
/// anything out.
const REFUSED_TOKEN: [i64; 7] = [
    errcode::INVALID_SECRET,
    errcode::INVALID_ACCESS_TOKEN,
    errcode::ACCESS_TOKEN_EXPIRED,
    errcode::INVALID_SUITE_TOKEN,
    errcode::MISSING_ACCESS_TOKEN,
    errcode::MISSING_SUITE_ACCESS_TOKEN,
    errcode::SUITE_ACCESS_TOKEN_EXPIRED,
];

/// A caller with a credential and options.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub(crate) caller: &'a Caller,
    who: &'a Identity,
    /// The source of tokens, for calls that take one.
    tokens: Option<&'a Arc<Tokens>>,
    pub(crate) options: &'a CallOptions,
}

/// The properties of a call.
pub(crate) struct Call<'a> {
    pub(crate) endpoint: &'static Meta,
    /// Builds the request with a token.
    pub(crate) build: &'a mut (dyn FnMut(&str) -> Result<Request<RequestBody>, Error> + Send),
    /// Whether a file is received as a stream.
    pub(crate) download: bool,
    /// Whether the request can be built more than once.
    pub(crate) repeatable: bool,
    /// The extra time that it may take.
    pub(crate) extra: Duration,
    /// The recipients, if the call has any.
    pub(crate) recipients: &'a [String],
    /// The parts of the endpoint's quotas that it uses.
    pub(crate) demands: Vec<Demand>,
    /// Secrets besides the token and those that the request itself marks.
    pub(crate) secrets: &'a [Secret],
}

impl<'a> Call<'a> {
    /// Creates an ordinary call: it can be repeated, and its response fits into memory.
    pub(crate) fn new(
        endpoint: &'static Meta,
        build: &'a mut (dyn FnMut(&str) -> Result<Request<RequestBody>, Error> + Send),
    ) -> Self {
        Self {
            endpoint,
            build,
            download: false,
            repeatable: true,
            extra: Duration::ZERO,
            recipients: &[],
            demands: Vec::new(),
            secrets: &[],
        }
    }

    /// Creates the call of a request; otherwise like [`new`](Self::new).
    pub(crate) fn of<E: Endpoint>(
        request: &'a E,
        build: &'a mut (dyn FnMut(&str) -> Result<Request<RequestBody>, Error> + Send),
    ) -> Self {
        Self { recipients: request.recipients(), demands: Demand::of(request), ..Self::new(E::META, build) }
    }
}

/// Receives a response.
type Take<'a> = dyn FnMut(Answer<'_>) -> Result<(), ResponseError> + Send + 'a;

/// A complete response, or a file that is still arriving.
pub(crate) enum Answer<'a> {
    Whole(&'a Response<Bytes>),
    File(Response<ResponseBody>),
}

/// The progress of a call, for code that ends it early.
#[derive(Default)]
struct Progress {
    attempts: AtomicU32,
    /// Whether a request has been sent.
    sent: AtomicBool,
}

impl<'a> Session<'a> {
    /// Calls with a credential's tokens.
    pub(crate) fn new(caller: &'a Caller, tokens: &'a Arc<Tokens>, options: &'a CallOptions) -> Self {
        Self { caller, who: tokens.identity(), tokens: Some(tokens), options }
    }

    /// Calls without a token, to fetch one.
    pub(crate) fn without_token(caller: &'a Caller, who: &'a Identity) -> Self {
        Self { caller, who, tokens: None, options: &caller.options }
    }

    /// Calls an endpoint, and returns the decoded response with the raw one.
    pub(crate) async fn send<E>(self, request: &E) -> Result<(E::Response, Response<Bytes>), Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
    {
        let mut build = self.builder(request)?;
        self.call(Call::of(request, &mut build), |answer| self.whole::<E>(answer)).await
    }

    /// Calls an endpoint that issues a token. It is shared by all waiting callers, so the options of a
    /// single call don't apply.
    pub(crate) async fn grant<E>(self, request: &E) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
    {
        let options = CallOptions { deadline: FETCH, ..CallOptions::clone(&self.caller.options) };
        let session = Session { options: &options, ..self };
        let mut build = session.builder(request)?;
        let read = |answer: Answer<'_>| session.whole::<E>(answer);
        session.call(Call::new(E::META, &mut build), read).await.map(|(value, _)| value)
    }

    /// Rejects a request that breaks documented limits.
    pub(crate) fn check<E: Endpoint>(self, request: &E) -> Result<(), Error> {
        if !self.options.validates {
            return Ok(());
        }
        request.violations().map_err(|violations| Error::Invalid { endpoint: E::META, violations })
    }

    /// Builds the HTTP requests of a request that has been checked.
    pub(crate) fn builder<E>(
        self,
        request: &E,
    ) -> Result<impl FnMut(&str) -> Result<Request<RequestBody>, Error> + Send, Error>
    where
        E: Endpoint + Sync,
    {
        self.check(request)?;
        let endpoint = E::META;
        let base_url = self.caller.base_url(endpoint);
        Ok(move |token: &str| {
            let request =
                http_request(request, base_url, token).map_err(|source| Error::Build { endpoint, source })?;
            Ok(request.map(RequestBody::Bytes))
        })
    }

    /// Reads a complete response.
    #[allow(clippy::needless_pass_by_value, reason = "what takes in a file owns it")]
    pub(crate) fn whole<E: Endpoint>(self, answer: Answer<'_>) -> Result<E::Response, ResponseError> {
        match answer {
            Answer::Whole(answer) => parse_response_within::<E>(answer, self.options.memory),
            Answer::File(_) => Err(not_asked_for()),
        }
    }

    /// Makes a call, and returns the decoded response with the raw one, whose body is empty if it is a file.
    pub(crate) async fn call<T: Send>(
        self,
        call: Call<'_>,
        read: impl Fn(Answer<'_>) -> Result<T, ResponseError> + Send + Sync,
    ) -> Result<(T, Response<Bytes>), Error> {
        let mut value = None;
        let mut take = |answer: Answer<'_>| read(answer).map(|read| value = Some(read));
        let answer = self.within_deadline(call, &mut take).await?;
        Ok((value.expect("a successful call has read a response"), answer))
    }

    /// Makes a call, ends it at its deadline, and records the outcome in a span.
    async fn within_deadline(
        self,
        mut call: Call<'_>,
        take: &mut Take<'_>,
    ) -> Result<Response<Bytes>, Error> {
        let endpoint = call.endpoint;
        let start = Instant::now();
        let span = tracing::debug_span!(
            "wecom.call",
            endpoint = endpoint.id,
            attempts = Empty,
            errcode = Empty,
            elapsed_ms = Empty,
            otel.kind = "client",
            otel.status_code = Empty,
            "error.type" = Empty
        );
        let progress = Progress::default();
        let given = self.options.deadline.saturating_add(call.extra);
        let deadline = later(given);
        // Pinned here, so that wrapping it doesn't move it: a move copies the whole state of the future.
        let attempts = pin!(self.with_retries(&mut call, take, deadline, &progress));
        let result = timeout_at(deadline, attempts.instrument(span.clone())).await.unwrap_or_else(|_| {
            let sent = progress.sent.load(Ordering::Relaxed);
            Err(Error::Deadline { endpoint, deadline: given, sent })
        });
        let attempts = progress.attempts.load(Ordering::Relaxed);
        span.record("attempts", attempts);
        span.record("elapsed_ms", milliseconds(start));
        if let Err(error) = &result {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", error.kind());
            if let Some(code) = error.code() {
                span.record("errcode", code);
            }
        }
        let finished =
            Finished { endpoint, attempts, elapsed: start.elapsed(), error: result.as_ref().err() };
        for hook in &self.options.hooks {
            hook.finished(&finished);
        }
        result
    }

    /// Sends requests, as limits allow and with a token, until one succeeds or a retry is pointless.
    async fn with_retries(
        self,
        call: &mut Call<'_>,
        take: &mut Take<'_>,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<Response<Bytes>, Error> {
        let Self { caller, who, options, .. } = self;
        let endpoint = call.endpoint;
        let tokens = self.tokens.filter(|_| endpoint.token != TokenKind::NoToken);
        let no_token = Secret::default();
        let (recipients, demands) = (call.recipients, std::mem::take(&mut call.demands));
        let asking = Asking { who, endpoint, recipients, demands: &demands, options, deadline };
        // A refused token is not a failure yet: the call is repeated with another one.
        let mut renewed = false;
        loop {
            let current = match tokens {
                Some(tokens) => Some(tokens.get().await?),
                None => None,
            };
            // Last: a call counted now must not wait for anything else.
            let admitted = caller.limits.admit(&asking).await?;
            let current = current.zip(tokens).map(|(current, tokens)| tokens.latest(current));
            let attempt = progress.attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let token = current.as_ref().map_or(&no_token, |current| &current.token);
            let start = Instant::now();
            let result = self.exchange(call, take, token, progress).await;
            let mut error = match result {
                Ok(answer) => {
                    admitted.processed();
                    tracing::debug!(attempt, elapsed_ms = milliseconds(start), "response received");
                    options.retry.succeeded();
                    if let Some(current) = &current {
                        current.succeeded();
                    }
                    return Ok(answer);
                }
                Err(error) => error,
            };
            if is_processed(&error) {
                admitted.processed();
            }
            drop(admitted);
            tracing::debug!(attempt, elapsed_ms = milliseconds(start), errcode = error.code(), %error, "request failed");
            if let (Some(tokens), Some(current)) = (tokens, &current)
                && is_refusal(&error)
            {
                if !tokens.refuse(current).await || renewed || !call.repeatable {
                    return Err(error);
                }
                renewed = true;
                tracing::info!(
                    endpoint = endpoint.id,
                    errcode = error.code(),
                    "WeCom refused the token: fetching another one"
                );
                // WeCom may issue the same token again while it is valid: the token isn't the problem then.
                if tokens.get().await?.token == current.token {
                    return Err(error);
                }
                continue;
            }
            if let Error::Api { error: reported, retry_after, .. } = &mut error
                && reported.code == errcode::API_FREQUENCY_LIMIT_EXCEEDED
            {
                let blocked =
                    caller.limits.block(&who.key, endpoint, |pauses| options.retry.blocked(endpoint, pauses));
                tracing::warn!(
                    endpoint = endpoint.id,
                    ?blocked,
                    "WeCom blocks the endpoint: calls to it pause"
                );
                *retry_after = Some(blocked);
            }
            let failure = Failure::new(endpoint, &error, attempt - u32::from(renewed));
            let pause = if call.repeatable { options.retry.retry(&failure) } else { None };
            let Some(pause) = pause.filter(|pause| later(*pause) <= deadline) else { return Err(error) };
            tracing::warn!(endpoint = endpoint.id, attempt, ?pause, %error, "the request failed: retrying after a pause");
            sleep(pause).await;
        }
    }
}

/// The error for a file that the call doesn't expect.
pub(crate) fn not_asked_for() -> ResponseError {
    DecodeError::new("", "unexpected file: the endpoint returns JSON, use `download` for files").into()
}

/// Returns whether WeCom has looked at what a call asks for, rather than at its token or at how often it is made.
fn is_processed(error: &Error) -> bool {
    matches!(error, Error::Api { .. }) && !error.is_transient() && !is_refusal(error)
}

fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Api { error, .. } if REFUSED_TOKEN.contains(&error.code))
}
