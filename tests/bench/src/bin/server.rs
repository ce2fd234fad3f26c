//! A server on loopback that does as little as it can: it gives a token to who asks for one, and a meeting to all others.
//!
//! It prints where it is, and stops when its standard input ends.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use clap::Parser;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpSocket;
use tokio::sync::Barrier;
use wecom_bench::bodies;

const TOKEN: &str = r#"{"errcode":0,"errmsg":"ok","access_token":"a-token","expires_in":7200}"#;

/// A server on loopback that does as little as it can.
#[derive(Parser)]
struct Cli {
    /// Answers only once so many calls are there, all of them at once.
    #[arg(long, default_value_t = 1)]
    together: usize,
}

fn main() -> io::Result<()> {
    let Cli { together } = Cli::parse();
    rlimit::increase_nofile_limit(10_500)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    std::thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(0);
    });
    runtime.block_on(serve(together))
}

async fn serve(together: usize) -> io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    // Thousands may knock at the same time.
    let listener = socket.listen(1 << 14)?;
    println!("http://{}", listener.local_addr()?);
    let meeting = Bytes::from(bodies::meeting());
    let barrier = Arc::new(Barrier::new(together));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (meeting, barrier) = (meeting.clone(), Arc::clone(&barrier));
        let service = service_fn(move |request| answer(request, meeting.clone(), Arc::clone(&barrier)));
        // Whoever breaks off has what was asked for.
        tokio::spawn(async move {
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    meeting: Bytes,
    barrier: Arc<Barrier>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = if request.uri().path() == "/cgi-bin/gettoken" {
        Bytes::from_static(TOKEN.as_bytes())
    } else {
        let _ = request.into_body().collect().await;
        barrier.wait().await;
        meeting
    };
    let mut response = Response::new(Full::new(body));
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}
