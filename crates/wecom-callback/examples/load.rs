//! Measures the load that serving can handle: `cargo run -p wecom-callback --features tower --example load [CALLBACKS
//! [CONNECTIONS]]`.
//!
//! Callbacks arrive over real HTTP, and their handlers take from 0 to 8 seconds. It prints the time of the slowest
//! response (WeCom waits for 5 seconds), how often each callback was handled, and the memory of this process.

use std::env;
use std::error::Error;
use std::fs;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use wecom_callback::{Callback, Callbacks, Format, Receiver, Router, Sender, State};

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut argument = |default: usize| arguments.next().map_or(Ok(default), |argument| argument.parse());
    let (callbacks, connections) = (argument(10_000)?, argument(200)?);

    let runs: Arc<[AtomicU32]> = (0..callbacks).map(|_| AtomicU32::new(0)).collect();
    let router = Router::<Arc<[AtomicU32]>>::new().fallback(
        |State(runs): State<Arc<[AtomicU32]>>, callback: Callback| async move {
            let number: usize = callback.envelope.from_user_name.parse()?;
            // From 0 to 8 seconds, in another order than the callbacks.
            tokio::time::sleep(Duration::from_millis(number as u64 * 7919 % 8001)).await;
            runs[number].fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::num::ParseIntError>(())
        },
    );
    let receiver = Receiver::builder(TOKEN, KEY).receiveid("ww1").build()?;
    let service = Callbacks::new(receiver, router.with_state(Arc::clone(&runs)));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let app = axum::Router::new().route_service("/callback", service.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let start = Instant::now();
    let workers = (0..connections).map(|worker| {
        tokio::spawn(async move {
            let sender = Sender::new(TOKEN, KEY, "ww1").expect("the settings are right");
            let stream = TcpStream::connect(address).await?;
            let (mut client, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            let (mut slowest, mut refused) = (Duration::ZERO, 0);
            for number in (worker..callbacks).step_by(connections) {
                let message =
                    format!("<xml><FromUserName>{number}</FromUserName><MsgType>text</MsgType></xml>");
                // Until it gets a 200; every tenth is sent once more.
                let mut wanted = if number % 10 == 0 { 2 } else { 1 };
                while wanted > 0 {
                    let sent = sender.callback(Format::Xml, message.as_bytes(), "ww1", "1");
                    let request =
                        Request::post(format!("/callback?{}", sent.query)).header("host", "localhost");
                    let request = request.body(Full::<Bytes>::from(sent.body))?;
                    let sent_at = Instant::now();
                    let response = client.send_request(request).await?;
                    let status = response.status();
                    response.into_body().collect().await?;
                    slowest = slowest.max(sent_at.elapsed());
                    if status == 200 { wanted -= 1 } else { refused += 1 }
                }
            }
            Ok::<_, Box<dyn Error + Send + Sync>>((slowest, refused))
        })
    });
    let (mut slowest, mut refused) = (Duration::ZERO, 0);
    for worker in workers.collect::<Vec<_>>() {
        let of_worker = worker.await?.map_err(|error| error.to_string())?;
        slowest = slowest.max(of_worker.0);
        refused += of_worker.1;
    }
    service.shutdown().await;

    let once = runs.iter().filter(|runs| runs.load(Ordering::Relaxed) == 1).count();
    println!(
        "{callbacks} callbacks over {connections} connections in {:.0} s",
        start.elapsed().as_secs_f64()
    );
    println!("slowest answer: {:.2} s; refused and sent again: {refused}", slowest.as_secs_f64());
    println!("handled exactly once: {once}");
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS")) {
        println!("{line}");
    }
    Ok(())
}
