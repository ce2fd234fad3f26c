//! Requests to the mock, as bytes on a connection.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use fastrand::Rng;
use tokio::runtime::Runtime;
use wecom_mock::Server;
use wecom_tests::conformance::contracts;

use crate::mutate;
use crate::target::Target;

/// How long a response may take. The mock responds at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long to wait for a response before the sending side ends.
const REST: Duration = Duration::from_millis(100);

pub(crate) struct Mock {
    _runtime: Runtime,
    server: Server,
    /// A client's requests to each endpoint.
    seeds: Vec<Vec<u8>>,
}

impl Mock {
    pub(crate) fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime can be started");
        let server = runtime.block_on(Server::start()).expect("loopback has a free port");
        let token = server.issue_token("access_token");
        let requests =
            contracts().iter().filter_map(|contract| contract.requests("http://localhost", "TOKEN").ok());
        let seeds = requests.flatten().map(|request| raw(&request, &token)).collect();
        Self { _runtime: runtime, server, seeds }
    }

    /// Sends bytes, and reads until the mock closes the connection.
    fn exchange(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let address = self.server.base_url().replace("http://", "");
        let mut stream = TcpStream::connect(address)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // The mock may respond and close the connection before it has read everything.
        let _ = stream.write_all(bytes);
        // Without a response, it is waiting for the rest of the request, which doesn't exist.
        let mut answer = vec![0; 4096];
        stream.set_read_timeout(Some(REST))?;
        let read = stream.read(&mut answer).unwrap_or(0);
        answer.truncate(read);
        let _ = stream.shutdown(Shutdown::Write);
        stream.set_read_timeout(Some(PATIENCE))?;
        match stream.read_to_end(&mut answer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(answer),
        }
    }
}

/// Returns a request as sent on the wire.
fn raw(request: &http::Request<bytes::Bytes>, token: &str) -> Vec<u8> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).replace("TOKEN", token);
    let mut head = format!("{} {path} HTTP/1.1\r\nhost: localhost\r\n", request.method());
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
    }
    head += &format!("content-length: {}\r\n\r\n", request.body().len());
    [head.as_bytes(), request.body()].concat()
}

impl Target for Mock {
    fn input(&self, rng: &mut Rng) -> Vec<u8> {
        let mut bytes = rng.choice(&self.seeds).cloned().unwrap_or_default();
        mutate::bytes(rng, &mut bytes, &self.seeds);
        bytes
    }

    fn run(&self, input: &[u8]) {
        self.exchange(input).unwrap_or_else(|error| panic!("the mock doesn't end the connection: {error}"));
        let well = b"GET /cgi-bin/gettoken?corpid=a&corpsecret=b HTTP/1.1\r\nhost: localhost\r\n\r\n";
        // A busy machine may need longer than the wait for a request.
        let answered =
            (0..10).any(|_| self.exchange(well).is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200")));
        assert!(answered, "the mock no longer answers what is well");
    }
}
