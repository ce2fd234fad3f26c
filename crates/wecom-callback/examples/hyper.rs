//! Receives callbacks with hyper alone: `cargo run -p wecom-callback --features tower --example hyper TOKEN ENCODING_AES_KEY RECEIVEID`.

use std::env;
use std::error::Error;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use wecom_callback::{Callback, Callbacks, Receiver, Router};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [token, key, receiveid] = env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "pass the Token, the EncodingAESKey and the receiveid")?;
    let receiver = Receiver::builder(token, key).receiveid(receiveid).build()?;
    let router = Router::new().fallback(|callback: Callback| async move {
        println!("{:?}", callback.envelope);
    });
    let callbacks = Callbacks::new(receiver, router);

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("callbacks are received at http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(callbacks.clone());
        tokio::spawn(async move {
            // With a timer, a connection whose request doesn't come ends after 30 seconds.
            let server = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = server.await {
                eprintln!("{error}");
            }
        });
    }
}
