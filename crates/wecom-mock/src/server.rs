//! The server: a port on loopback, HTTP/1.1, and a response to every request.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
#[cfg(feature = "push")]
use wecom_models::{
    callback::{Envelope, Payload},
    wire::WriteObject,
};

use crate::answer::State;
#[cfg(feature = "ai-bot")]
use crate::bots::BotPushError;
use crate::fault::{self, Fault};
#[cfg(feature = "push")]
use crate::lock;
#[cfg(feature = "push")]
use crate::push::{Application, PushError, Pushed, Sender};
use crate::received::Received;
use crate::reply::Reply;
use crate::tokens::Tokens;

/// The largest request the server reads.
const MAX_REQUEST: usize = 32 << 20;

/// A fake WeCom on loopback. It stops when it is dropped.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_mock::{Fault, Server};
///
/// let server = Server::start().await?;
/// // Pass this to the application's client: `Client::builder(…).base_url(server.base_url())`.
/// let url = format!("{}/cgi-bin/gettoken?corpid=ww1&corpsecret=any", server.base_url());
///
/// server.inject(Fault::code(-1).on("/cgi-bin/gettoken").times(1));
/// let busy: serde_json::Value = reqwest::get(&url).await?.json().await?;
/// assert_eq!(busy["errcode"], -1);
///
/// let token: serde_json::Value = reqwest::get(&url).await?.json().await?;
/// assert_eq!(token["errcode"], 0);
/// assert_eq!(server.requests("/cgi-bin/gettoken"), 2);
/// # Ok(())
/// # }
/// ```
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    /// Closed when the server is dropped, which ends the listener and all connections.
    _running: watch::Sender<()>,
}

impl Server {
    /// Starts a server that issues tokens for any credentials.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets up a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            credentials: Vec::new(),
            token_lifetime: Duration::from_secs(7200),
            pages: 3,
        }
    }

    /// Returns the base URL of the server: `http://127.0.0.1:port`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns how many requests to a path have been received, such as `/cgi-bin/gettoken`, including those that a fault hit.
    pub fn requests(&self, path: &str) -> u64 {
        self.state.log.count(path)
    }

    /// Returns how many requests have been received, to any path.
    pub fn total_requests(&self) -> u64 {
        self.state.log.total()
    }

    /// Returns the latest requests to a path, oldest first. At most 1000 are kept per path, and 64 MiB of their
    /// bodies, so that a long run does not fill the memory.
    pub fn received(&self, path: &str) -> Vec<Received> {
        self.state.log.latest(path)
    }

    /// Returns the highest number of concurrent requests to a path, each from when it was read until its
    /// response starts or its client gives up.
    pub fn peak_concurrency(&self, path: &str) -> usize {
        self.state.log.peak(path)
    }

    /// Injects a fault. If several faults apply to a request, the one that was injected first hits it.
    pub fn inject(&self, fault: Fault) {
        self.state.faults.add(fault);
    }

    /// Ends all faults. Requests that already hang keep hanging.
    pub fn clear_faults(&self) {
        self.state.faults.clear(None);
    }

    /// Responds to requests to a path with a function from now on, which replaces the usual response or an earlier
    /// function. Nothing is checked, not even the token. The path may be one that the specification lacks.
    ///
    /// The function runs on the server's task and should not block. If it panics, the connection is closed.
    pub fn answer(
        &self,
        path: impl Into<String>,
        answer: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) {
        self.state.answers.add(path.into(), None, Arc::new(answer));
    }

    /// Responds to a number of requests to a path with a function: after those of earlier calls, and before that of
    /// [`answer`](Self::answer).
    pub fn answer_times(
        &self,
        times: u32,
        path: impl Into<String>,
        answer: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) {
        self.state.answers.add(path.into(), Some(times), Arc::new(answer));
    }

    /// Restores the usual responses of all paths.
    pub fn clear_answers(&self) {
        self.state.answers.clear(None);
    }

    /// Verifies the callback URL of an application, and sets it as the one to push callbacks to. Needs the feature `push`.
    #[cfg(feature = "push")]
    pub async fn application(&self, url: &str, settings: Sender) -> Result<Arc<Application>, PushError> {
        Ok(self.push_to(Application::verify(url, settings).await?))
    }

    /// Sets the application to push callbacks to, if it isn't set up by [`application`](Self::application). Needs the feature `push`.
    #[cfg(feature = "push")]
    pub fn push_to(&self, application: Application) -> Arc<Application> {
        let application = Arc::new(application);
        *lock(&self.state.application) = Some(Arc::clone(&application));
        application
    }

    /// Pushes a callback to the [application](Self::application): see [`Application::push`]. Needs the feature `push`.
    #[cfg(feature = "push")]
    pub async fn push(&self, callback: impl AsRef<str>) -> Result<Pushed, PushError> {
        self.taken()?.push(callback).await
    }

    /// Pushes a callback as a value: see [`Application::push_event`]. Needs the feature `push`.
    #[cfg(feature = "push")]
    pub async fn push_event<T: Payload + WriteObject>(&self, event: &T) -> Result<Pushed, PushError> {
        self.taken()?.push_event(event).await
    }

    /// Pushes a callback as a value, with the members that all callbacks share: see [`Application::push_with`]. Needs the feature `push`.
    #[cfg(feature = "push")]
    pub async fn push_with<T: Payload + WriteObject>(
        &self,
        envelope: Envelope,
        event: &T,
    ) -> Result<Pushed, PushError> {
        self.taken()?.push_with(envelope, event).await
    }

    /// Returns the URL for the long connection of an AI bot: `ws://127.0.0.1:port`. Needs the feature `ai-bot`.
    #[cfg(feature = "ai-bot")]
    pub fn bot_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Returns the IDs of the AI bots that are connected. Needs the feature `ai-bot`.
    #[cfg(feature = "ai-bot")]
    pub fn bots(&self) -> Vec<String> {
        self.state.bots.connected()
    }

    /// Pushes a callback to the AI bot that has subscribed last, and returns the `req_id` for replies: a document in JSON, or the name of an
    /// [example](crate::push::examples), which gets the bot's ID and an ID of its own. Needs the feature `ai-bot`.
    #[cfg(feature = "ai-bot")]
    pub fn push_to_bot(&self, callback: impl AsRef<str>) -> Result<String, BotPushError> {
        self.state.bots.push(callback.as_ref())
    }

    /// Sends a text to the AI bot that has subscribed last, whether or not it is a frame. Needs the feature `ai-bot`.
    #[cfg(feature = "ai-bot")]
    pub fn send_to_bot(&self, text: impl Into<String>) -> Result<(), BotPushError> {
        self.state.bots.send(text.into())
    }

    /// Ends all connections of AI bots without a farewell. Needs the feature `ai-bot`.
    #[cfg(feature = "ai-bot")]
    pub fn disconnect_bots(&self) {
        self.state.bots.disconnect();
    }

    /// Returns a file that an AI bot has uploaded, by its `media_id`. Needs the feature `ai-bot`.
    #[cfg(feature = "ai-bot")]
    pub fn bot_upload(&self, media_id: &str) -> Option<Vec<u8>> {
        self.state.bots.uploaded(media_id)
    }

    #[cfg(feature = "push")]
    fn taken(&self) -> Result<Arc<Application>, PushError> {
        lock(&self.state.application).clone().ok_or(PushError::NoApplication)
    }

    /// Forgets the requests received so far, and how many there were.
    pub fn clear_received(&self) {
        self.state.log.clear(None);
    }

    /// Returns the fields of the things of a kind, such as `department`, that were created and not removed, in the order of their
    /// creation: as sent, and as returned. At most 10,000 of a kind are kept.
    pub fn things(&self, kind: &str) -> Vec<serde_json::Value> {
        self.state.things.of(kind)
    }

    /// Forgets the things that were created: all endpoints return their examples again.
    pub fn clear_things(&self) {
        self.state.things.clear(None);
    }

    /// Restores the initial state: faults, custom responses, requests, things and tokens are gone.
    pub fn reset(&self) {
        self.state.reset();
    }

    /// Issues a token of any kind, named by the query parameter that carries it, such as `suite_access_token`.
    pub fn issue_token(&self, parameter: &'static str) -> String {
        self.state.tokens.issue(parameter)
    }

    /// Revokes every token issued so far, as WeCom may do at any time: it is invalid from now on (40014; 93000 for the key of a group bot).
    pub fn revoke_tokens(&self) {
        self.state.tokens.revoke();
    }

    /// Expires every token issued so far (42001).
    pub fn expire_tokens(&self) {
        self.state.tokens.expire();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Sets up a [`Server`].
#[derive(Debug)]
#[must_use]
pub struct ServerBuilder {
    address: SocketAddr,
    credentials: Vec<(String, String)>,
    token_lifetime: Duration,
    pages: usize,
}

impl ServerBuilder {
    /// Sets the address to listen on, instead of a free port on loopback. Anyone who can reach it can control the
    /// server.
    pub fn address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Issues tokens only to this ID and secret, and lets only this AI bot subscribe. Further calls add more of them.
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credentials.push((id.into(), secret.into()));
        self
    }

    /// Sets the reported lifetime of tokens, instead of 7200 seconds. The server accepts them until they are
    /// [revoked](Server::revoke_tokens) or [expired](Server::expire_tokens).
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Sets how many pages a paged endpoint has, instead of 3; at least one.
    pub fn pages(mut self, pages: usize) -> Self {
        self.pages = pages.max(1);
        self
    }

    /// Starts the server.
    pub async fn start(self) -> io::Result<Server> {
        let listener = TcpListener::bind(self.address).await?;
        let address = listener.local_addr()?;
        let (running, stopped) = watch::channel(());
        let tokens = Tokens::new(self.credentials, self.token_lifetime.as_secs());
        let state = Arc::new(State::new(tokens, self.pages));
        tokio::spawn(listen(listener, Arc::clone(&state), stopped));
        Ok(Server { address, state, _running: running })
    }
}

async fn listen(listener: TcpListener, state: Arc<State>, mut stopped: watch::Receiver<()>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&state), stopped.clone()));
            }
            // For example, no file descriptors are left: closing connections will free some.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>, mut stopped: watch::Receiver<()>) {
    // Small responses shouldn't wait for more data.
    let _ = stream.set_nodelay(true);
    let ends = stopped.clone();
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        let ends = ends.clone();
        async move {
            #[cfg(feature = "ai-bot")]
            let request = match crate::socket::accept(&state, request, ends) {
                Ok(switched) => return Ok(switched),
                Err(request) => *request,
            };
            #[cfg(not(feature = "ai-bot"))]
            drop(ends);
            respond(&state, request).await
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::select! {
        // The client sees errors of a connection itself.
        _ = connection => {}
        _ = stopped.changed() => {}
    }
}

async fn respond(state: &State, request: Request<Incoming>) -> io::Result<Response<fault::Body>> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_REQUEST).collect().await else {
        let reply = Reply::new(413, "text/plain", "the request is too large or incomplete");
        return Ok(fault::whole(reply));
    };
    let query = parts.uri.query().unwrap_or_default();
    let request = Received {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parts.headers,
        body: body.to_bytes(),
    };
    state.respond(request).await
}
