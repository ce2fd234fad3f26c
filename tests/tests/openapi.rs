//! Requests of the crates against the OpenAPI document: another program's idea of what is valid.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wecom_requests::Host;

/// How long Prism may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Prism (`npm install -g @stoplight/prism-cli`), a mock server made of the document. It ends with the test.
struct Prism {
    process: Child,
    port: u16,
}

impl Prism {
    /// A running server, or a message that the test is skipped where the program is not installed.
    fn start() -> Option<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
        let process = Command::new("prism")
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(document)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = process else {
            println!("skipped: there is no prism");
            return None;
        };
        let mut server = Self { process, port };
        server.wait();
        Some(server)
    }

    fn wait(&mut self) {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(self.process.try_wait().unwrap().is_none(), "prism refuses the document");
            assert!(start.elapsed() < PATIENCE, "prism doesn't start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn prism_accepts_every_request_of_the_crates() {
    let Some(prism) = Prism::start() else { return };
    let base_url = format!("http://127.0.0.1:{}", prism.port);
    let http = reqwest::Client::new();
    let mut sent = 0;
    let mut refused = Vec::new();
    for contract in wecom_tests::conformance::contracts() {
        let meta = contract.meta();
        // WeChat Pay takes XML, which Prism doesn't read.
        if meta.host == Host::Merchant {
            continue;
        }
        for request in contract.requests(&base_url, "a-token").unwrap() {
            let answer = http.execute(request.try_into().unwrap()).await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            sent += 1;
            if status.is_client_error() || status.is_server_error() {
                refused.push(format!("{}: {status} {text}", meta.id));
            }
        }
    }
    assert!(sent > 50, "{sent} requests are too few");
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let unknown = http.get(format!("{base_url}/cgi-bin/user/get?access_token=a-token")).send().await.unwrap();
    assert!(unknown.status().is_client_error(), "a request without its userid is refused");
}
