//! Over real HTTP: in axum, and in hyper alone.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::{Added, CORP, added, receiver, sender, sent, text};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use wecom_callback::{Callback, Callbacks, Event, Format, Passive, Router, Sent, State};

/// A connection to a server.
struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let (sender, connection) =
            handshake(TokioIo::new(TcpStream::connect(address).await.unwrap())).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    /// Sends a request, and returns the status and the body of the answer.
    async fn send(&mut self, method: Method, query: &str, body: &str) -> (u16, Bytes) {
        let request =
            Request::builder().method(method).uri(format!("/callback?{query}")).header("host", "localhost");
        let request = request.body(Full::from(body.to_owned())).unwrap();
        let response = self.0.send_request(request).await.unwrap();
        (response.status().as_u16(), response.into_body().collect().await.unwrap().to_bytes())
    }

    async fn post(&mut self, sent: &Sent) -> (u16, Bytes) {
        self.send(Method::POST, &sent.query, &sent.body).await
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn in_axum(callbacks: Callbacks) -> SocketAddr {
    let (listener, address) = listen().await;
    let app = axum::Router::new().route_service("/callback", callbacks);
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn in_hyper(callbacks: Callbacks) -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(callbacks.clone());
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

fn echoing() -> Callbacks {
    let router = Router::new()
        .on(|event: Event<Added>| async move { Ok::<_, Infallible>(Passive::new(event.payload.customer)) })
        .fallback(|callback: Callback| async move { Some(Passive::new(callback.opened.message.clone())) });
    Callbacks::new(receiver(), router)
}

#[tokio::test]
async fn a_url_is_verified_and_callbacks_are_answered_in_axum_and_in_hyper() {
    for address in [in_axum(echoing()).await, in_hyper(echoing()).await] {
        let mut connection = Connection::open(address).await;
        let verified = connection.send(Method::GET, &sender().verification("1616140317555161061"), "").await;
        assert_eq!(verified, (200, "1616140317555161061".into()));
        let (status, reply) = connection.post(&sent(&added("wm1"))).await;
        assert_eq!((status, sender().open_reply(&reply).unwrap()), (200, b"wm1".to_vec()));
        let bot = sender().callback(Format::Bot, br#"{"msgtype":"text"}"#, CORP, "");
        let (status, reply) = connection.post(&bot).await;
        assert_eq!((status, sender().open_reply(&reply).unwrap()), (200, br#"{"msgtype":"text"}"#.to_vec()));
        let (status, _) = connection.send(Method::POST, "", "").await;
        assert_eq!(status, 400);
        let (status, _) = connection.post(&sent(&text(&"x".repeat(1 << 20)))).await;
        assert_eq!(status, 413);
    }
}

/// Callbacks in flight at once, each sent until it is answered in time, some of them twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_every_callback_is_answered_and_handled_once() {
    let (callbacks, connections) = (2_000, 50);
    let handled = Arc::new(AtomicUsize::new(0));
    let router = Router::<Arc<AtomicUsize>>::new().on(
        |State(handled): State<Arc<AtomicUsize>>, event: Event<Added>| async move {
            let number: u64 = event.customer.parse().unwrap();
            tokio::time::sleep(Duration::from_millis(number % 50)).await;
            handled.fetch_add(1, Ordering::SeqCst);
        },
    );
    let service = Callbacks::builder(router.with_state(Arc::clone(&handled)))
        .receiver(receiver())
        .deadline(Duration::from_millis(20))
        .max_running(10_000)
        .build();
    let address = in_axum(service.clone()).await;
    let workers = (0..connections).map(|worker| {
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await;
            for number in (worker..callbacks).step_by(connections) {
                for _ in 0..=(number % 3 == 0).into() {
                    assert_eq!(
                        connection.post(&sent(&added(&number.to_string()))).await,
                        (200, Bytes::new())
                    );
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    service.shutdown().await;
    assert_eq!(handled.load(Ordering::SeqCst), callbacks);
}
