//! Redis servers for one test, which end with it.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use wecom_sdk::Redis;

/// How long a busy machine may keep a test waiting.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Returns a port on which nobody listens.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A running server.
pub(crate) struct RedisServer {
    process: Child,
    pub(crate) port: u16,
    _folder: tempfile::TempDir,
}

impl RedisServer {
    /// Starts a server, or prints that the test is skipped if the program isn't installed.
    pub(crate) fn start(test: &str) -> Option<Self> {
        Self::start_at(test, free_port())
    }

    pub(crate) fn start_at(test: &str, port: u16) -> Option<Self> {
        Self::start_with(test, port, &["--port", &port.to_string()])
    }

    /// Starts a server with more arguments, which also say where it listens.
    pub(crate) fn start_with(test: &str, port: u16, arguments: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(arguments)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn();
        Self::await_start(test, process.ok(), port, folder)
    }

    /// Starts a sentinel, which watches other servers, with a file that it rewrites itself.
    pub(crate) fn sentinel(test: &str, port: u16, settings: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sentinel.conf");
        std::fs::write(&file, format!("bind 127.0.0.1\nport {port}\n{settings}")).unwrap();
        let process = Command::new("redis-server")
            .args([file.to_str().unwrap(), "--sentinel"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn();
        Self::await_start(test, process.ok(), port, folder)
    }

    fn await_start(test: &str, process: Option<Child>, port: u16, folder: tempfile::TempDir) -> Option<Self> {
        let Some(process) = process else {
            eprintln!("skipped: {test}: redis-server is not installed");
            return None;
        };
        let server = Self { process, port, _folder: folder };
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "redis-server does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(server)
    }

    pub(crate) fn address(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn store(&self) -> Redis {
        Redis::connect(&self.address()).unwrap()
    }

    /// Opens a connection that bypasses the store.
    pub(crate) async fn connection(&self) -> MultiplexedConnection {
        connection(&self.address()).await
    }

    /// Returns the keys that it has.
    pub(crate) async fn keys(&self, pattern: &str) -> Vec<String> {
        redis::cmd("KEYS").arg(pattern).query_async(&mut self.connection().await).await.unwrap()
    }
}

/// Opens a connection that outlasts a busy machine: by default, it gives up on a command after half a second.
pub(crate) async fn connection(address: &str) -> MultiplexedConnection {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let client = redis::Client::open(address).unwrap();
    client.get_multiplexed_async_connection_with_config(&config).await.unwrap()
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
