//! WeCom's side: sends callbacks until they are answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use wecom_callback::{BoxError, Format, Sender, Sent};

use crate::{CORP, KEY, Options, TOKEN};

/// How long WeCom waits for a response.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How many times it sends a callback.
const TRIES: usize = 3;

/// How many callbacks are done with, answered or not.
#[derive(Debug, Default)]
pub(crate) struct Progress(AtomicUsize);

impl Progress {
    pub(crate) fn ended(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// What became of a callback, as WeCom sees it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The processes that answered it with 200.
    pub(crate) answered_by: Vec<usize>,
    /// The time of the slowest of these responses.
    pub(crate) slowest: Duration,
    /// How many responses didn't come in time.
    pub(crate) late: usize,
    /// How many were refused, since too many handlers ran.
    pub(crate) refused: usize,
    /// How many got no response, since their process was killed, or a wrong one.
    pub(crate) failed: usize,
    /// Whether it got no 200 in three tries, or its repetition got none.
    pub(crate) given_up: bool,
}

/// Sends all callbacks, each to the processes in turns.
pub(crate) async fn send_all(
    options: Options,
    addresses: Vec<SocketAddr>,
    progress: Arc<Progress>,
) -> Result<Vec<Seen>, BoxError> {
    let workers = (0..options.connections).map(|worker| {
        let mut worker = Worker {
            sender: Sender::new(TOKEN, KEY, CORP)?,
            connections: addresses.iter().copied().map(Connection::new).collect(),
            numbers: (worker..options.callbacks).step_by(options.connections).collect(),
        };
        let progress = Arc::clone(&progress);
        Ok(tokio::spawn(async move {
            let mut all = Vec::new();
            for number in std::mem::take(&mut worker.numbers) {
                let mut seen = Seen::default();
                for _ in 0..if number % 10 == 0 { 2 } else { 1 } {
                    worker.send(number, &mut seen).await;
                }
                progress.0.fetch_add(1, Ordering::Relaxed);
                all.push((number, seen));
            }
            all
        }))
    });
    let mut all = vec![Seen::default(); options.callbacks];
    for worker in workers.collect::<Result<Vec<_>, BoxError>>()? {
        for (number, seen) in worker.await? {
            all[number] = seen;
        }
    }
    Ok(all)
}

struct Worker {
    sender: Sender,
    connections: Vec<Connection>,
    numbers: Vec<usize>,
}

impl Worker {
    /// Sends a callback as often as WeCom does.
    async fn send(&mut self, number: usize, seen: &mut Seen) {
        let message = format!(
            "<xml><FromUserName>{number}</FromUserName><MsgType>text</MsgType><Content>{:400}</Content></xml>",
            ""
        );
        let mut tries = 0;
        while tries < TRIES {
            let live: Vec<_> =
                (0..self.connections.len()).filter(|place| !self.connections[*place].gone).collect();
            let Some(process) = live.get((number + tries) % live.len().max(1)).copied() else { break };
            let connection = &mut self.connections[process];
            // As a balancer: what doesn't accept a connection gets no callback.
            if connection.open().await.is_err() {
                connection.gone = true;
                continue;
            }
            tries += 1;
            // Each try is encrypted anew.
            let sent = self.sender.callback(Format::Xml, message.as_bytes(), CORP, "1000002");
            let start = Instant::now();
            let response = timeout(PATIENCE, connection.post(sent)).await;
            match &response {
                Ok(Ok(StatusCode::OK)) => {
                    seen.answered_by.push(process);
                    seen.slowest = start.elapsed().max(seen.slowest);
                    return;
                }
                Ok(Ok(StatusCode::SERVICE_UNAVAILABLE)) => seen.refused += 1,
                Ok(_) => seen.failed += 1,
                Err(_) => seen.late += 1,
            }
            if !matches!(response, Ok(Ok(_))) {
                connection.open = None;
            }
        }
        seen.given_up = true;
    }
}

/// A connection to a process, which stays open.
struct Connection {
    address: SocketAddr,
    open: Option<SendRequest<Full<Bytes>>>,
    /// Whether the process no longer accepts connections.
    gone: bool,
}

impl Connection {
    fn new(address: SocketAddr) -> Self {
        Self { address, open: None, gone: false }
    }

    /// Opens it, unless it is open.
    async fn open(&mut self) -> Result<(), BoxError> {
        if self.open.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(self.address).await?;
            let (connection, driver) = handshake(TokioIo::new(stream)).await?;
            tokio::spawn(driver);
            self.open = Some(connection);
        }
        Ok(())
    }

    async fn post(&mut self, sent: Sent) -> Result<StatusCode, BoxError> {
        let connection = self.open.as_mut().ok_or("it isn't open")?;
        connection.ready().await?;
        let request = Request::post(format!("/callback?{}", sent.query)).header(header::HOST, "localhost");
        let response = connection.send_request(request.body(Full::from(sent.body))?).await?;
        let status = response.status();
        response.into_body().collect().await?;
        Ok(status)
    }
}
