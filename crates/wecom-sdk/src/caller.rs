//! One call, with everything around it: token, limits, repeats and deadline. What clients with several credentials share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use ::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use ::http::{Request, Response};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::Instrument as _;
use tracing::field::Empty;
use wecom_models::Secret;
use wecom_requests::{
    DecodeError, Endpoint, Host, Meta, ResponseError, TokenKind, errcode, http_request, parse_response,
};

use crate::limits::Limits;
use crate::retry::{Failure, RetryPolicy};
use crate::tokens::{TokenStore, Tokens};
use crate::transport::{RequestBody, ResponseBody, Transport};
use crate::{Body, Error};

/// The codes that say that a token is no good: a wrong one, or one that has run out. WeCom is not strict about which is
/// which. It says so before it carries anything out.
const REFUSED_TOKEN: [i64; 5] = [
    errcode::INVALID_SECRET,
    errcode::INVALID_ACCESS_TOKEN,
    errcode::ACCESS_TOKEN_EXPIRED,
    errcode::INVALID_SUITE_TOKEN,
    errcode::SUITE_ACCESS_TOKEN_EXPIRED,
];

/// How long fetching a token may take: less than a lease lasts.
const GRANT: Duration = Duration::from_secs(25);

/// How clients get to WeCom.
pub struct Caller {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) base_url: String,
    pub(crate) merchant_url: String,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) max_response: usize,
    pub(crate) validates: bool,
    pub(crate) retry: Arc<dyn RetryPolicy>,
    pub(crate) limits: Limits,
    pub(crate) store: Arc<dyn TokenStore>,
}

/// What makes one call differ from another.
pub(crate) struct Call<'a> {
    pub(crate) endpoint: &'static Meta,
    /// Makes the request with a token.
    pub(crate) build: &'a mut (dyn FnMut(&str) -> Result<Request<RequestBody>, Error> + Send),
    /// Whether a file is taken in as a stream.
    pub(crate) download: bool,
    /// Whether the request can be made more than once.
    pub(crate) repeatable: bool,
    /// How long one request may take.
    pub(crate) timeout: Duration,
    /// How long everything may take.
    pub(crate) deadline: Duration,
    /// What the request holds besides the token that must not be shown, should the server repeat it.
    pub(crate) secrets: &'a [&'a Secret],
}

/// Takes an answer in.
type Take<'a> = dyn FnMut(Answer) -> Result<(), ResponseError> + Send + 'a;

/// An answer whose body is all there, or a file that is still coming.
pub(crate) enum Answer {
    Whole(Response<bytes::Bytes>),
    File(Response<ResponseBody>),
}

/// How far a call has got, for whoever cuts it short.
#[derive(Default)]
struct Progress {
    attempts: AtomicU32,
    /// Whether a request is on its way.
    sent: AtomicBool,
}

impl Caller {
    /// Calls an endpoint.
    pub(crate) async fn call<E>(
        &self,
        credential: &str,
        tokens: Option<&Arc<Tokens>>,
        request: &E,
    ) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
    {
        self.send(credential, tokens, request, &[], self.deadline).await
    }

    /// Calls an endpoint that gives out a token, with secrets in the request; within the time that a lease lasts.
    pub(crate) async fn grant<E>(
        &self,
        credential: &str,
        tokens: Option<&Arc<Tokens>>,
        request: &E,
        secrets: &[&Secret],
    ) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
    {
        self.send(credential, tokens, request, secrets, self.deadline.min(GRANT)).await
    }

    async fn send<E>(
        &self,
        credential: &str,
        tokens: Option<&Arc<Tokens>>,
        request: &E,
        secrets: &[&Secret],
        deadline: Duration,
    ) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
    {
        let endpoint = E::META;
        self.check(request)?;
        let call = Call {
            endpoint,
            build: &mut |token| {
                let request = http_request(request, self.base_url(endpoint), token)
                    .map_err(|source| Error::Build { endpoint, source })?;
                Ok(request.map(RequestBody::Bytes))
            },
            download: false,
            repeatable: true,
            timeout: self.timeout,
            deadline,
            secrets,
        };
        self.perform(credential, tokens, call, whole::<E>).await
    }

    /// Refuses what breaks documented limits.
    pub(crate) fn check<E: Endpoint>(&self, request: &E) -> Result<(), Error> {
        if !self.validates {
            return Ok(());
        }
        request.violations().map_err(|violations| Error::Invalid { endpoint: E::META, violations })
    }

    pub(crate) fn base_url(&self, endpoint: &Meta) -> &str {
        match endpoint.host {
            Host::Merchant => &self.merchant_url,
            _ => &self.base_url,
        }
    }

    /// Makes a call, and reads its answer.
    pub(crate) async fn perform<T: Send>(
        &self,
        credential: &str,
        tokens: Option<&Arc<Tokens>>,
        call: Call<'_>,
        read: impl Fn(Answer) -> Result<T, ResponseError> + Send + Sync,
    ) -> Result<T, Error> {
        let mut response = None;
        let mut take = |answer| read(answer).map(|read| response = Some(read));
        self.carry_out(credential, tokens, call, &mut take).await?;
        Ok(response.expect("a call that succeeds has read an answer"))
    }

    /// Does everything that is the same for all endpoints, so that there is one copy of it.
    async fn carry_out(
        &self,
        credential: &str,
        tokens: Option<&Arc<Tokens>>,
        mut call: Call<'_>,
        take: &mut Take<'_>,
    ) -> Result<(), Error> {
        let endpoint = call.endpoint;
        let start = Instant::now();
        let span = tracing::debug_span!(
            "wecom.call",
            endpoint = endpoint.id,
            attempts = Empty,
            errcode = Empty,
            elapsed_ms = Empty
        );
        let progress = Progress::default();
        let (given, deadline) = (call.deadline, later(call.deadline));
        let attempts = self.attempts(credential, tokens, &mut call, take, deadline, &progress);
        let result = timeout_at(deadline, attempts.instrument(span.clone())).await.unwrap_or_else(|_| {
            let sent = progress.sent.load(Ordering::Relaxed);
            Err(Error::Deadline { endpoint, deadline: given, sent })
        });
        span.record("attempts", progress.attempts.load(Ordering::Relaxed));
        span.record("elapsed_ms", milliseconds(start));
        if let Err(error) = &result
            && let Some(code) = error.code()
        {
            span.record("errcode", code);
        }
        result
    }

    async fn attempts(
        &self,
        credential: &str,
        tokens: Option<&Arc<Tokens>>,
        call: &mut Call<'_>,
        take: &mut Take<'_>,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<(), Error> {
        let endpoint = call.endpoint;
        let tokens = tokens.filter(|_| endpoint.token != TokenKind::NoToken);
        let no_token = Secret::default();
        // A call that is repeated because its token was refused has not failed yet.
        let mut renewed = false;
        loop {
            let place = self.limits.admit(credential, endpoint, deadline).await?;
            let current = match tokens {
                Some(tokens) => Some(tokens.get().await?),
                None => None,
            };
            let attempt = progress.attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let token = current.as_ref().map_or(&no_token, |current| &current.token);
            let start = Instant::now();
            let result = self.attempt(call, take, token, progress).await;
            let result =
                result.map_err(|error| call.secrets.iter().fold(error.without(token), |e, s| e.without(s)));
            drop(place);
            let Err(error) = result else {
                tracing::debug!(attempt, elapsed_ms = milliseconds(start), "answered");
                self.retry.succeeded();
                return Ok(());
            };
            tracing::debug!(attempt, elapsed_ms = milliseconds(start), errcode = error.code(), %error, "failed");
            if let (Some(tokens), Some(current)) = (tokens, &current)
                && is_refusal(&error)
            {
                if !tokens.refuse(current).await || renewed || !call.repeatable {
                    return Err(error);
                }
                renewed = true;
                // WeCom may give out the same token again while it lives: then it is not the token that is wrong.
                if tokens.get().await?.token == current.token {
                    return Err(error);
                }
                continue;
            }
            if error.code() == Some(errcode::API_FREQUENCY_LIMIT_EXCEEDED) {
                self.limits.block(credential, endpoint, self.retry.blocked(endpoint));
            }
            let failure = Failure::new(endpoint, &error, attempt - u32::from(renewed));
            let pause = if call.repeatable { self.retry.retry(&failure) } else { None };
            let Some(pause) = pause.filter(|pause| later(*pause) <= deadline) else { return Err(error) };
            tracing::debug!(?pause, "repeated after a pause");
            sleep(pause).await;
        }
    }

    /// Sends one request, and takes in its answer.
    async fn attempt(
        &self,
        call: &mut Call<'_>,
        take: &mut Take<'_>,
        token: &Secret,
        progress: &Progress,
    ) -> Result<(), Error> {
        let endpoint = call.endpoint;
        let request = (call.build)(token.expose())?;
        progress.sent.store(true, Ordering::Relaxed);
        let answer = timeout(call.timeout, self.exchange(endpoint, request, call.download))
            .await
            .unwrap_or(Err(Error::Timeout { endpoint, timeout: call.timeout }));
        progress.sent.store(false, Ordering::Relaxed);
        let answer = answer?;
        let (status, body) = match &answer {
            Answer::Whole(answer) => (answer.status(), Body(answer.body().clone())),
            Answer::File(answer) => (answer.status(), Body::default()),
        };
        match take(answer) {
            Err(ResponseError::Api(error)) => Err(Error::Api { endpoint, error, body }),
            _ if !status.is_success() => Err(Error::Status { endpoint, status, body }),
            Ok(()) => Ok(()),
            Err(ResponseError::Merchant(error)) => Err(Error::Merchant { endpoint, error, body }),
            Err(ResponseError::Decode(error)) => Err(Error::Decode { endpoint, error, body }),
            Err(error) => {
                let error = DecodeError::new("", error.to_string());
                Err(Error::Decode { endpoint, error, body })
            }
        }
    }

    async fn exchange(
        &self,
        endpoint: &'static Meta,
        request: Request<RequestBody>,
        download: bool,
    ) -> Result<Answer, Error> {
        let failed = |source| Error::Transport { endpoint, source };
        let answer = self.transport.send(request).await.map_err(failed)?;
        if download && is_file(&answer) {
            return Ok(Answer::File(answer));
        }
        let (head, body) = answer.into_parts();
        let limit = self.max_response;
        let announced =
            head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let body = match announced {
            Some(length) if usize::try_from(length).map_or(true, |length: usize| length > limit) => None,
            _ => body.read(limit).await.map_err(failed)?,
        };
        let body = body.ok_or(Error::TooLarge { endpoint, limit })?;
        Ok(Answer::Whole(Response::from_parts(head, body)))
    }
}

/// Reads an answer whose body is all there.
pub(crate) fn whole<E: Endpoint>(answer: Answer) -> Result<E::Response, ResponseError> {
    match answer {
        Answer::Whole(answer) => parse_response::<E>(&answer),
        Answer::File(_) => Err(DecodeError::new("", "a file came where none was asked for").into()),
    }
}

/// Whether an answer is a file for certain: a download says that it is one, and an error is JSON or text.
fn is_file(answer: &Response<ResponseBody>) -> bool {
    let headers = answer.headers();
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let may_be_an_error = kind.is_empty() || kind.contains("json") || kind.starts_with("text/");
    answer.status().is_success() && (headers.contains_key(CONTENT_DISPOSITION) || !may_be_an_error)
}

fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Api { error, .. } if REFUSED_TOKEN.contains(&error.code))
}

/// The moment after some time, which may be for ever.
pub(crate) fn later(time: Duration) -> Instant {
    const FOR_EVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    Instant::now() + time.min(FOR_EVER)
}

fn milliseconds(since: Instant) -> u64 {
    since.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("limits", &self.limits).finish_non_exhaustive()
    }
}
