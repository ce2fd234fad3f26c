//! A process that receives callbacks, and says on its output when it begins with one and when it has handled it.

use std::net::Ipv4Addr;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use wecom_callback::{BoxError, Callback, Callbacks, Receiver, RedisCallbackStore, Router};

use crate::{CORP, KEY, Options, TOKEN};

/// Receives callbacks until the input ends, and then waits for the handlers that still run.
pub(crate) async fn run(options: &Options) -> Result<(), BoxError> {
    let (seed, longest) = (options.seed, options.longest);
    let router = Router::new().fallback(move |callback: Callback| async move {
        let number: u64 = callback.envelope.from_user_name.parse()?;
        println!("begun {number}");
        tokio::time::sleep(time_of(number, seed, longest)).await;
        println!("handled {number}");
        Ok::<_, BoxError>(())
    });
    let receiver = Receiver::builder(TOKEN, KEY).receiveid(CORP).build()?;
    let mut callbacks = Callbacks::builder(router)
        .receiver(receiver)
        .deadline(options.deadline)
        .max_running(options.max_running);
    if let Some(address) = &options.redis_address {
        callbacks = callbacks.store(RedisCallbackStore::connect(address)?);
    }
    let callbacks = callbacks.build();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("listening on {}", listener.local_addr()?);
    let accepting = async {
        loop {
            let (stream, _) = listener.accept().await?;
            let service = TowerToHyperService::new(callbacks.clone());
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    };
    tokio::select! {
        ended = accepting => ended,
        // It ends with the process that sends, however that ends.
        ended = async { tokio::io::stdin().read(&mut [0]).await } => {
            ended?;
            callbacks.shutdown().await;
            Ok(())
        }
    }
}

/// How long the handler of a callback takes: most are short, and few take long.
fn time_of(number: u64, seed: u64, longest: Duration) -> Duration {
    longest.mul_f64(fastrand::Rng::with_seed(seed.rotate_left(32) ^ number).f64().powi(8))
}
