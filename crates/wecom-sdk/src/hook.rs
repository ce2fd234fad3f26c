//! Hooks around requests, through which an application observes them and adds headers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, Method, Request, Response, Uri};
use bytes::Bytes;
use wecom_models::Secret;
use wecom_requests::Meta;

use crate::Error;
use crate::redact::{holds, names_a_secret};
use crate::transport::RequestBody;

/// Observes every request before it is sent, its response, and the outcome of each call: for signed requests, metrics and audits. It also
/// sees retries and the requests that fetch tokens.
///
/// ```
/// # use wecom_sdk::{Client, Hook, Incoming, Outgoing, meeting::basic::GetMeetingInfo};
/// struct Audit;
///
/// impl Hook for Audit {
///     fn before(&self, request: &mut Outgoing<'_>) {
///         request.headers_mut().insert("x-audit", "7".parse().expect("a number is a header"));
///     }
///
///     fn after(&self, response: &Incoming<'_>) {
///         println!("{} took {:?}: {:?}", response.endpoint().id, response.elapsed(), response.error());
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// let client = Client::builder("corp id", "secret").base_url(server.base_url()).hook(Audit).build()?;
/// client.send(&GetMeetingInfo::new("meeting id")).await?;
/// assert_eq!(server.received("/cgi-bin/meeting/get_info")[0].headers["x-audit"], "7");
/// # Ok(())
/// # }
/// ```
pub trait Hook: Send + Sync + 'static {
    /// Is called before a request is sent. The call waits for it.
    fn before(&self, request: &mut Outgoing<'_>) {
        let _ = request;
    }

    /// Is called when a request has a response or has failed. It isn't called if the call is dropped or its deadline passes.
    fn after(&self, answer: &Incoming<'_>) {
        let _ = answer;
    }

    /// Is called when a call has ended, with all its requests: for metrics of calls. This includes a call that failed for lack of a token, one that a limit refused, and one whose
    /// deadline passed, but neither a call that is dropped nor a request that breaks documented limits.
    ///
    /// ```
    /// # use std::sync::Mutex;
    /// # use std::collections::BTreeMap;
    /// # use wecom_sdk::{Client, Finished, Hook, meeting::basic::GetMeetingInfo};
    /// /// The number of calls per endpoint and outcome. A metrics library has counters and histograms instead of the map.
    /// #[derive(Default)]
    /// struct Metrics(Mutex<BTreeMap<(&'static str, &'static str), u64>>);
    ///
    /// impl Hook for Metrics {
    ///     fn finished(&self, call: &Finished<'_>) {
    ///         let outcome = call.error().map_or("ok", |error| error.kind());
    ///         *self.0.lock().unwrap().entry((call.endpoint().id, outcome)).or_default() += 1;
    ///     }
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// let metrics = std::sync::Arc::new(Metrics::default());
    /// let client =
    ///     Client::builder("corp id", "secret").base_url(server.base_url()).hook(metrics.clone()).build()?;
    /// client.send(&GetMeetingInfo::new("meeting id")).await?;
    /// assert_eq!(metrics.0.lock().unwrap()[&("meeting.basic.get_meeting_info", "ok")], 1);
    /// # Ok(())
    /// # }
    /// ```
    fn finished(&self, call: &Finished<'_>) {
        let _ = call;
    }
}

impl<H: Hook + ?Sized> Hook for Arc<H> {
    fn before(&self, request: &mut Outgoing<'_>) {
        (**self).before(request);
    }

    fn after(&self, answer: &Incoming<'_>) {
        (**self).after(answer);
    }

    fn finished(&self, call: &Finished<'_>) {
        (**self).finished(call);
    }
}

/// A request that is about to be sent. `Debug` shows no secret.
pub struct Outgoing<'a> {
    pub(crate) endpoint: &'static Meta,
    pub(crate) attempt: u32,
    pub(crate) request: &'a mut Request<RequestBody>,
    pub(crate) secrets: &'a [Secret],
}

impl Outgoing<'_> {
    /// Returns the endpoint.
    pub fn endpoint(&self) -> &'static Meta {
        self.endpoint
    }

    /// Returns the number of the request within its call: 1 for the first.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// Returns the URL, with `…` in place of the token and other secrets.
    pub fn url(&self) -> String {
        redacted(self.request.uri(), self.secrets)
    }

    /// Returns the URL as it is sent, with the token: for a signature, not for a log.
    pub fn expose_url(&self) -> &Uri {
        self.request.uri()
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// Returns the headers, to add some.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    /// Returns the body as it is sent, which may contain secrets; `None` for a file that is streamed.
    pub fn expose_body(&self) -> Option<&Bytes> {
        match self.request.body() {
            RequestBody::Bytes(bytes) => Some(bytes),
            RequestBody::Stream { .. } => None,
        }
    }
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} {}, attempt {})", self.method(), self.url(), self.attempt)
    }
}

/// The outcome of a request. `Debug` shows no secret.
pub struct Incoming<'a> {
    pub(crate) endpoint: &'static Meta,
    pub(crate) attempt: u32,
    pub(crate) elapsed: Duration,
    pub(crate) result: Result<&'a Response<Bytes>, &'a Error>,
}

impl Incoming<'_> {
    /// Returns the endpoint.
    pub fn endpoint(&self) -> &'static Meta {
        self.endpoint
    }

    /// Returns the number of the request within its call: 1 for the first.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns how long it took.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns the error, if the request failed. It may still be retried.
    pub fn error(&self) -> Option<&Error> {
        self.result.err()
    }

    /// Returns the response, if the request succeeded. Its body may hold secrets, and is empty for a file received as a stream.
    pub fn expose_response(&self) -> Option<&Response<Bytes>> {
        self.result.ok()
    }
}

impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("endpoint", &self.endpoint.id)
            .field("attempt", &self.attempt)
            .field("elapsed", &self.elapsed)
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}

/// A call that has ended. `Debug` shows no secret.
#[derive(Debug)]
pub struct Finished<'a> {
    pub(crate) endpoint: &'static Meta,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) error: Option<&'a Error>,
}

impl Finished<'_> {
    /// Returns the endpoint.
    pub fn endpoint(&self) -> &'static Meta {
        self.endpoint
    }

    /// Returns how many requests were sent: 0 if the call ended before the first, more than 1 if it was retried. Requests that fetch a token
    /// belong to a call of their own.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns how long the call took, including waits for limits and tokens, and delays between attempts.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns why the call failed, if it did. [`Error::kind`] is a label for metrics.
    pub fn error(&self) -> Option<&Error> {
        self.error
    }
}

/// Returns an address without its secrets: neither known ones, nor the values of parameters for tokens and secrets.
fn redacted(url: &Uri, secrets: &[Secret]) -> String {
    let text = url.to_string();
    let Some((address, query)) = text.split_once('?') else { return text };
    let pairs = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
        let secret = names_a_secret(&name) || holds(&value, secrets);
        if secret { format!("{name}=…") } else { format!("{name}={value}") }
    });
    format!("{address}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_no_secret() {
        let secret = Secret::from("s&cret");
        for (url, expected) in [
            ("https://host/a?access_token=s%26cret&id=7", "https://host/a?access_token=…&id=7"),
            ("https://host/a?x=1s%26cret&id=7", "https://host/a?x=…&id=7"),
            ("https://host/a?corpid=ww&corpsecret=other", "https://host/a?corpid=ww&corpsecret=…"),
            ("https://host/a", "https://host/a"),
        ] {
            assert_eq!(redacted(&url.parse().unwrap(), std::slice::from_ref(&secret)), expected);
        }
    }
}
