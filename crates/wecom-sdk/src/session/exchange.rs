//! One request and its response, with its errors.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use ::http::header::CONTENT_LENGTH;
use ::http::{Request, Response, StatusCode};
use bytes::Bytes;
use futures_util::future::{Either, select};
use serde::de::IgnoredAny;
use tokio::time::{Instant, timeout};
use wecom_models::Secret;
use wecom_models::wire::{secrets_written, unknown_fields};
use wecom_requests::{DecodeError, Meta, ResponseError, ResponseFormat, begins_file};

use super::{Answer, Call, Progress, Session, Take};
use crate::error::retry_after;
use crate::hook::{Incoming, Outgoing};
use crate::options::CallOptions;
use crate::pace::{Standstill, counted, standstill};
use crate::redact::{Sent, named_secrets};
use crate::transport::{RequestBody, ResponseBody, TransportError};
use crate::{Body, Error};

/// A response as it arrives.
enum Received {
    Whole(Response<Bytes>),
    File(Response<ResponseBody>),
}

impl Session<'_> {
    /// Sends one request, and receives its response or error.
    pub(super) async fn exchange(
        self,
        call: &mut Call<'_>,
        take: &mut Take<'_>,
        token: &Secret,
        progress: &Progress,
    ) -> Result<Response<Bytes>, Error> {
        let (endpoint, hooks) = (call.endpoint, &self.options.hooks);
        let attempt = progress.attempts.load(Ordering::Relaxed);
        // Secrets are what the request writes as such, and the token.
        let (request, mut secrets) = secrets_written(|| (call.build)(token.expose()));
        let mut request = request?;
        secrets.push(token.clone());
        secrets.extend_from_slice(call.secrets);
        for hook in hooks {
            hook.before(&mut Outgoing { endpoint, attempt, request: &mut request, secrets: &secrets });
        }
        let sent = Sent::of(&request);
        let start = Instant::now();
        progress.sent.store(true, Ordering::Relaxed);
        let answer = self.in_time(call, request).await;
        progress.sent.store(false, Ordering::Relaxed);
        let result = answer.and_then(|answer| match answer {
            Received::Whole(answer) => {
                let outcome = take(Answer::Whole(&answer));
                if outcome.is_ok() && self.options.names_unknown_fields {
                    name_unknown_fields(endpoint, &answer, take);
                }
                judge(endpoint, outcome, answer)
            }
            Received::File(answer) => {
                let mut head = Response::new(Bytes::new());
                *head.status_mut() = answer.status();
                *head.headers_mut() = answer.headers().clone();
                judge(endpoint, take(Answer::File(answer)), head)
            }
        });
        let result = result.map_err(|error| {
            secrets.extend(sent.secrets());
            secrets.extend(error.body().into_iter().flat_map(|body| named_secrets(&body.0)));
            error.without(&secrets)
        });
        let elapsed = start.elapsed();
        for hook in hooks {
            hook.after(&Incoming { endpoint, attempt, elapsed, result: result.as_ref() });
        }
        result
    }

    /// Sends a request and waits for the response within the timeout. A stalled upload ends earlier.
    async fn in_time(self, call: &mut Call<'_>, request: Request<RequestBody>) -> Result<Received, Error> {
        let endpoint = call.endpoint;
        let CallOptions { timeout: usual, stall, .. } = *self.options;
        let given = usual.saturating_add(call.extra);
        let late = |timeout| Error::Timeout { endpoint, timeout };
        let RequestBody::Stream { length, .. } = *request.body() else {
            let answer = timeout(given, pin!(self.receive(endpoint, request, call.download))).await;
            return answer.unwrap_or_else(|_| Err(late(given)));
        };
        let (request, sent) = counted(request);
        let receiving = pin!(self.receive(endpoint, request, call.download));
        let answer = pin!(timeout(given, receiving));
        match select(answer, pin!(standstill(&sent, length, stall, usual))).await {
            Either::Left((answer, _)) => answer.unwrap_or_else(|_| Err(late(given))),
            Either::Right((Standstill::Sending, _)) => Err(Error::Stalled { endpoint, time: stall }),
            Either::Right((Standstill::Answering, _)) => Err(late(usual)),
        }
    }

    /// Receives a response: a file as soon as it begins, if one is expected; anything else completely.
    async fn receive(
        self,
        endpoint: &'static Meta,
        request: Request<RequestBody>,
        download: bool,
    ) -> Result<Received, Error> {
        let failed = |source| Error::Transport { endpoint, source };
        let answer = self.caller.transport.send(request).await.map_err(failed)?;
        let (head, body) = answer.into_parts();
        if matches!(head.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
            && let Some(pause) = retry_after(&head.headers, SystemTime::now())
        {
            tracing::warn!(
                endpoint = endpoint.id,
                ?pause,
                "the server sent `Retry-After`: calls to it pause"
            );
            self.caller.limits.pause(&self.who.key, endpoint.host, pause);
        }
        if download && head.status.is_success() {
            let file = body.read_until(|beginning| begins_file(&head.headers, beginning));
            let (file, beginning, rest) = file.await.map_err(failed)?;
            return Ok(match file {
                Some(Ok(())) => Received::File(Response::from_parts(head, rest.after(beginning))),
                // All of it, or enough to recognize it.
                Some(Err(_)) | None => Received::Whole(Response::from_parts(head, beginning)),
            });
        }
        let limit = self.caller.max_response;
        let announced =
            head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let body = match announced {
            Some(length) if usize::try_from(length).map_or(true, |length: usize| length > limit) => None,
            _ => body.read(limit).await.map_err(failed)?,
        };
        let body = body.ok_or(Error::TooLarge { endpoint, limit })?;
        Ok(Received::Whole(Response::from_parts(head, body)))
    }
}

/// Checks a response for errors.
fn judge(
    endpoint: &'static Meta,
    outcome: Result<(), ResponseError>,
    answer: Response<Bytes>,
) -> Result<Response<Bytes>, Error> {
    if outcome.is_ok() && answer.status().is_success() {
        return Ok(answer);
    }
    let (head, body) = answer.into_parts();
    let body = Body(body);
    // A body that reports an error is an error, whatever the status.
    let error = match outcome {
        Err(ResponseError::Api(error)) => {
            let retry_after = retry_after(&head.headers, SystemTime::now());
            return Err(Error::Api { endpoint, error, body, retry_after });
        }
        Err(ResponseError::Merchant(error)) => return Err(Error::Merchant { endpoint, error, body }),
        Err(ResponseError::Decode(error)) if head.status.is_success() => error,
        Err(error) if head.status.is_success() => DecodeError::new("", error.to_string()),
        _ => return Err(Error::Status { endpoint, status: head.status, headers: head.headers.into(), body }),
    };
    // Without a length, only the content reveals a broken connection.
    if !head.headers.contains_key(CONTENT_LENGTH) && ends_early(endpoint.response_format, &body.0) {
        let source = TransportError::broken("the response ended early");
        return Err(Error::Transport { endpoint, source });
    }
    Err(Error::Decode { endpoint, error, body })
}

/// Reports the fields of a response that its type lacks, if a subscriber is interested.
fn name_unknown_fields(endpoint: &'static Meta, answer: &Response<Bytes>, take: &mut Take<'_>) {
    if !tracing::enabled!(tracing::Level::TRACE) {
        return;
    }
    let read = || match take(Answer::Whole(answer)) {
        Err(ResponseError::Decode(error)) => Some(error.path),
        _ => None,
    };
    for field in unknown_fields(read) {
        tracing::trace!(endpoint = endpoint.id, field, "the response has a field that its type lacks");
    }
}

/// Whether the rest of a document is missing.
fn ends_early(kind: ResponseFormat, body: &[u8]) -> bool {
    match kind {
        ResponseFormat::Xml => {
            let body = body.trim_ascii();
            body.is_empty() || (body.starts_with(b"<xml") && !body.ends_with(b"</xml>"))
        }
        _ => serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof()),
    }
}
