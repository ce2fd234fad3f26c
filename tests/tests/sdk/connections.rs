//! Connections: certificates, proxies, idle connections, and truncated responses.

use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use wecom_mock::Server;
use wecom_sdk::corpgroup::chain::RemoveCorp;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::reqwest::dns::{Name, Resolve, Resolving};
use wecom_sdk::reqwest::{Certificate, Proxy};
use wecom_sdk::token::AccessToken;
use wecom_sdk::{Backoff, Client, ClientBuilder, Error, Fixed};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"errcode\":0}";

/// A server below HTTP, which responds to each request with the bytes for its number.
struct Raw {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Raw {
    /// Starts it. A connection stays open after a response for which `answer` returns `true`.
    async fn start(
        tls: Option<TlsAcceptor>,
        answer: impl Fn(usize) -> (&'static str, bool) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (opened, asked, answer) = (Arc::clone(&connections), Arc::clone(&requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::SeqCst);
                let (tls, asked, answer) = (tls.clone(), Arc::clone(&asked), Arc::clone(&answer));
                // The client reports failures here.
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => converse(tls.accept(stream).await?, &asked, &*answer).await,
                        None => converse(stream, &asked, &*answer).await,
                    }
                });
            }
        });
        Self { address, connections, requests }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    requests: &AtomicUsize,
    answer: &(dyn Fn(usize) -> (&'static str, bool) + Send + Sync),
) -> io::Result<()> {
    let mut received = Vec::new();
    loop {
        while !received.windows(4).any(|window| window == b"\r\n\r\n") {
            if stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        }
        received.clear();
        let (bytes, stays_open) = answer(requests.fetch_add(1, Ordering::SeqCst));
        stream.write_all(bytes.as_bytes()).await?;
        if !stays_open {
            return stream.shutdown().await;
        }
    }
}

fn builder(base_url: &str) -> ClientBuilder<Fixed<AccessToken>> {
    let pause = Duration::from_millis(1);
    ClientBuilder::new(Fixed::new("the-token")).base_url(base_url).retry(Backoff::new().delays(pause, pause))
}

async fn read(client: &Client<Fixed<AccessToken>>) -> Result<(), Error> {
    client.send(&GetMeetingInfo::new("hy")).await.map(drop)
}

async fn write(client: &Client<Fixed<AccessToken>>) -> Result<(), Error> {
    client.send(&RemoveCorp::new("chain").corpid("ww2")).await.map(drop)
}

/// Creates a certificate authority, in PEM, and a server with its certificate for a name.
fn authority(name: &str) -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// Checks that an error is reported once, ends with its cause, and isn't transient.
fn assert_lasting(error: &Error, cause: &str) {
    let Error::Transport { source, .. } = error else { panic!("{error:?}") };
    assert!(!source.may_have_arrived() && !error.is_transient() && !error.is_timeout(), "{error:?}");
    assert!(error.to_string().contains(cause), "{error}");
    assert!(std::error::Error::source(error).is_none());
}

#[tokio::test]
async fn an_unknown_certificate_authority_is_told_and_not_tried_again() {
    let (pem, tls) = authority("localhost");
    let server = Raw::start(Some(tls), |_| (OK, true)).await;
    let url = format!("https://localhost:{}", server.address.port());
    let error = read(&builder(&url).build().unwrap()).await.unwrap_err();
    assert_lasting(&error, "ClientBuilder::root_certificates");
    assert!(error.to_string().ends_with("invalid peer certificate: UnknownIssuer"), "{error}");
    assert_eq!(server.connections(), 1);

    let roots = Certificate::from_pem_bundle(pem.as_bytes()).unwrap();
    let client = builder(&url).root_certificates(roots.clone()).build().unwrap();
    read(&client).await.unwrap();
    read(&client).await.unwrap();
    assert_eq!((server.connections(), server.requests()), (2, 2), "the connection is used again");

    // A client that is passed in has settings of its own.
    let given = builder(&url).http_client(wecom_sdk::reqwest::Client::new()).root_certificates(roots);
    let error = given.build().unwrap_err();
    assert!(matches!(error, Error::Setup(_)) && error.to_string().contains("`root_certificates`"), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_told_and_not_tried_again() {
    let (pem, tls) = authority("qyapi.example.com");
    let server = Raw::start(Some(tls), |_| (OK, true)).await;
    let url = format!("https://localhost:{}", server.address.port());
    let roots = Certificate::from_pem_bundle(pem.as_bytes()).unwrap();
    let error = read(&builder(&url).root_certificates(roots).build().unwrap()).await.unwrap_err();
    assert_lasting(&error, "certificate not valid for name \"localhost\"");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_without_tls_is_told_and_not_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let connections = Arc::<AtomicUsize>::default();
    let opened = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            opened.fetch_add(1, Ordering::SeqCst);
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
    });
    let error = read(&builder(&url).build().unwrap()).await.unwrap_err();
    assert_lasting(&error, "corrupt message");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_proxy_that_asks_for_a_password_is_told_and_not_tried_again() {
    let required = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let server = Raw::start(None, move |_| (required, false)).await;
    let proxy = format!("http://{}", server.address);
    // Through a tunnel, where the proxy's response isn't one of the server's.
    let client = builder("https://qyapi.example.com").proxy(&proxy).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert_lasting(&error, "set the user and the password in the proxy's URL");
    assert!(error.to_string().ends_with("proxy authorization required"), "{error}");
    assert_eq!(server.connections(), 1);
    // And where it is one.
    let client = builder("http://qyapi.example.com").proxy(proxy).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert!(error.to_string().contains("407") && error.to_string().contains("user:password"), "{error}");
    assert!(!error.is_transient());
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_from_the_host_behind_it() {
    // A port on which nobody listens any more.
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = builder("https://qyapi.example.com").proxy(address.to_string()).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert!(error.to_string().contains("check the proxy") && error.is_transient(), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

/// A resolver that finds no host, and counts how often it is asked.
struct Nowhere(&'static str, Arc<AtomicUsize>);

impl Resolve for Nowhere {
    fn resolve(&self, _: Name) -> Resolving {
        self.1.fetch_add(1, Ordering::SeqCst);
        let error = io::Error::other(format!("failed to lookup address information: {}", self.0));
        Box::pin(async { Err(error.into()) })
    }
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_not_tried_again_and_a_resolver_that_fails_is() {
    for (text, requests) in [
        ("Name or service not known", 1),
        ("No such host is known. (os error 11001)", 1),
        ("nodename nor servname provided, or not known", 1),
        ("Temporary failure in name resolution", 4),
        ("Try again", 4),
    ] {
        let asked = Arc::<AtomicUsize>::default();
        let resolver = Nowhere(text, Arc::clone(&asked));
        let http = wecom_sdk::reqwest::Client::builder().no_proxy().dns_resolver(resolver).build().unwrap();
        let client = builder("http://qyapi.example.com").http_client(http).build().unwrap();
        let error = read(&client).await.unwrap_err();
        assert!(error.to_string().ends_with(text), "{error}");
        assert!(!error.may_have_been_carried_out());
        assert_eq!(asked.load(Ordering::SeqCst), requests, "{text}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_given_up_before_the_server_does() {
    let server = Raw::start(None, |_| (OK, true)).await;
    let url = format!("http://{}", server.address);
    let idle = Duration::from_millis(50);
    for (client, connections) in [
        (builder(&url).build().unwrap(), 1),
        (builder(&url).pool_idle_timeout(idle).build().unwrap(), 2),
        (builder(&url).pool_max_idle_per_host(0).build().unwrap(), 2),
    ] {
        let before = server.connections();
        read(&client).await.unwrap();
        tokio::time::sleep(4 * idle).await;
        read(&client).await.unwrap();
        assert_eq!(server.connections() - before, connections);
    }
}

#[tokio::test]
async fn an_answer_without_a_length_that_breaks_off_is_a_broken_connection() {
    for cut in [
        "HTTP/1.1 200 OK\r\n\r\n{\"errcode\":0,\"title\":\"Mon",
        "HTTP/1.1 200 OK\r\n\r\n{\"errcode\":0,\"errmsg\":\"ok\"",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"errcode\":0,\"title\":\"Mon",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"errcode",
    ] {
        let server = Raw::start(None, move |number| (if number == 1 { OK } else { cut }, false)).await;
        let client = builder(&format!("http://{}", server.address)).build().unwrap();
        read(&client).await.unwrap();
        assert_eq!(server.requests(), 2, "an endpoint that only reads is asked again: {cut}");
        let error = write(&client).await.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{cut}: {error:?}");
        assert!(error.may_have_been_carried_out() && error.is_transient());
        assert_eq!(server.requests(), 3, "and no other: {cut}");
    }
    // If it is as long as announced, the server is wrong: another request would get the same.
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"errcode\":0";
    let server = Raw::start(None, move |_| (whole, false)).await;
    let error = read(&builder(&format!("http://{}", server.address)).build().unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn the_client_says_what_it_is() {
    let server = Server::start().await.unwrap();
    let client = builder(&server.base_url()).build().unwrap();
    let _ = read(&client).await;
    let agent = server.received("/cgi-bin/meeting/get_info")[0].headers["user-agent"].clone();
    assert_eq!(agent, concat!("wecom-sdk/", env!("CARGO_PKG_VERSION")));
}

/// Calls the mock; run by the test below, with a proxy in the environment.
#[tokio::test]
#[ignore = "another test runs it"]
async fn call_the_mock_by_each_of_its_names() {
    let server = Server::start().await.unwrap();
    let port = server.base_url().rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let client =
            Client::builder("ww1", "secret").base_url(format!("http://{host}:{port}")).build().unwrap();
        let result = client.send(&GetMeetingInfo::new("hy")).await.map(drop);
        // The mock listens on one of the addresses only; a proxy would answer for all of them.
        match result {
            Err(Error::Token(error)) if host == "[::1]" => {
                assert!(matches!(&*error, Error::Transport { source, .. } if !source.may_have_arrived()));
            }
            result => result.unwrap(),
        }
    }
    // The proxy that is set on the client is used.
    let proxy = Proxy::all(std::env::var("THE_PROXY").unwrap()).unwrap();
    let client = builder(&server.base_url()).proxy(proxy).build().unwrap();
    assert!(matches!(read(&client).await, Err(Error::Status { .. })));
    // Other machines are called through the environment's proxy.
    let client = builder("http://qyapi.example.com").build().unwrap();
    assert!(matches!(read(&client).await, Err(Error::Status { .. })));
}

#[tokio::test]
async fn loopback_goes_direct_whatever_proxy_the_environment_asks_for() {
    let refuses = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let proxy = Raw::start(None, move |_| (refuses, false)).await;
        let address = format!("http://{}", proxy.address);
        let program = std::env::current_exe().unwrap();
        let output = tokio::task::spawn_blocking(move || {
            Command::new(program)
                .args(["--exact", "connections::call_the_mock_by_each_of_its_names", "--ignored"])
                .envs([(variable, &address), ("THE_PROXY", &address)])
                .output()
                .unwrap()
        });
        let output = output.await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains("1 passed"), "{variable}: {text}");
        assert_eq!(proxy.requests(), 2, "{variable}");
    }
}
