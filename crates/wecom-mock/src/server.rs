//! The server: a port on loopback, HTTP/1.1, and an answer to every request.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::answer::State;

/// The largest request the server reads.
const MAX_REQUEST: usize = 32 << 20;

/// A fake WeCom on loopback. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    /// Closed when the server is dropped, which ends the listener and all connections.
    _running: watch::Sender<()>,
}

impl Server {
    /// Starts a server that gives a token to any credentials.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets up a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder { credentials: None, token_lifetime: Duration::from_secs(7200), pages: 3 }
    }

    /// Where the server is: `http://127.0.0.1:port`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests have come to a path, such as `/cgi-bin/gettoken`.
    pub fn requests(&self, path: &str) -> u64 {
        self.state.requests(path)
    }

    /// Gives out a token of any kind, by the query parameter it goes into: `suite_access_token`, for example.
    pub fn issue_token(&self, parameter: &'static str) -> String {
        self.state.issue_token(parameter)
    }

    /// Withdraws every token given out so far, as WeCom may do at any time.
    pub fn revoke_tokens(&self) {
        self.state.revoke_tokens();
    }
}

/// Sets up a [`Server`].
#[derive(Debug)]
#[must_use]
pub struct ServerBuilder {
    credentials: Option<(String, String)>,
    token_lifetime: Duration,
    pages: usize,
}

impl ServerBuilder {
    /// Gives a token to this id and secret only.
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credentials = Some((id.into(), secret.into()));
        self
    }

    /// How long tokens are said to live, instead of 7200 seconds. The server accepts them until they are revoked.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// How many pages a paged endpoint has, instead of 3: at least one.
    pub fn pages(mut self, pages: usize) -> Self {
        self.pages = pages.max(1);
        self
    }

    /// Starts the server on a free port.
    pub async fn start(self) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (running, stopped) = watch::channel(());
        let state = Arc::new(State::new(self.credentials, self.token_lifetime.as_secs(), self.pages));
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
            // Out of file descriptors, for example: a connection that ends makes room.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>, mut stopped: watch::Receiver<()>) {
    // Small answers should not wait for more to send.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(respond(&state, request).await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // What goes wrong on a connection, the client sees for itself.
        _ = connection => {}
        _ = stopped.changed() => {}
    }
}

async fn respond(state: &State, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_REQUEST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large or broken off"),
    };
    let query = parts.uri.query().unwrap_or("");
    match state.answer(parts.method.as_str(), parts.uri.path(), query, &body) {
        Some(reply) => {
            let mut response = Response::new(Full::new(reply.body.into()));
            let headers =
                [(CONTENT_TYPE, Some(reply.content_type)), (CONTENT_DISPOSITION, reply.disposition)];
            for (name, value) in headers {
                if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        None => plain(StatusCode::NOT_FOUND, "no endpoint of the specification has this path"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}
