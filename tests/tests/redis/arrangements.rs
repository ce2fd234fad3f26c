//! Redis as it is deployed: as a cluster, watched by sentinels, with TLS and passwords.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use redis::{Client, TlsCertificates, cmd};
use wecom_mock::Server;
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{Error, Redis, StoredToken, TokenStore as _};

use crate::server::{PATIENCE, RedisServer, free_port};
use crate::{GET_INFO, GETTOKEN, builder};

/// Waits until a condition holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Returns what a server says about itself.
async fn info(server: &RedisServer, command: &[&str]) -> String {
    cmd(command[0]).arg(&command[1..]).query_async(&mut server.connection().await).await.unwrap()
}

/// Makes thousands of calls (fewer than a minute allows) from two clients that share only Redis, and causes an
/// incident in the middle.
async fn thousands_of_calls(server: &Server, stores: [Redis; 2], happens: impl AsyncFnOnce()) {
    let clients =
        stores.map(|store| builder(&server.base_url(), &store).limit_store(store.clone()).build().unwrap());
    let workers: Vec<_> = (0..90)
        .map(|number| {
            let client = clients[number % 2].clone();
            tokio::spawn(async move {
                for call in 0..100 {
                    client.send(&GetMeetingInfo::new("hy")).await?;
                    if call == number {
                        client.send(&GetCorpCheckinOption::new()).await?;
                    }
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    until("calls are made", async || server.requests(GET_INFO) >= 3000).await;
    happens().await;
    server.expire_tokens();
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    assert!(server.requests(GET_INFO) >= 9_000);
}

/// A cluster of three servers, each with a third of the slots.
pub(crate) async fn cluster(test: &str) -> Option<Vec<RedisServer>> {
    let mut servers = Vec::new();
    for _ in 0..3 {
        let (port, bus) = (free_port(), free_port());
        let (port_text, bus) = (port.to_string(), bus.to_string());
        let arguments = ["--port", &port_text, "--cluster-enabled", "yes", "--cluster-port", &bus];
        let more = ["--cluster-node-timeout", "1000", "--cluster-require-full-coverage", "no"];
        servers.push(RedisServer::start_with(test, port, &[&arguments[..], &more].concat())?);
    }
    let addresses = servers.iter().map(|server| format!("127.0.0.1:{}", server.port));
    let made = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(addresses)
        .arg("--cluster-yes")
        .stdout(Stdio::null())
        .status();
    let Ok(made) = made else {
        eprintln!("skipped: {test}: redis-cli is not installed");
        return None;
    };
    assert!(made.success());
    for server in &servers {
        let is_ready = async || info(server, &["CLUSTER", "INFO"]).await.contains("cluster_state:ok");
        until("the cluster is ready", is_ready).await;
    }
    Some(servers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_a_server_of_a_cluster_dies_amid_thousands_of_calls_none_fails() {
    let test = "when_a_server_of_a_cluster_dies_amid_thousands_of_calls_none_fails";
    let Some(mut servers) = cluster(test).await else { return };
    let addresses: Vec<_> = servers.iter().map(RedisServer::address).collect();
    let store = || Redis::cluster(addresses.iter().map(String::as_str)).unwrap();
    let server = Server::start().await.unwrap();
    let stores = [store(), store()];
    thousands_of_calls(&server, stores, async || {
        assert_eq!(server.requests(GETTOKEN), 1, "the clients share a token");
        // The server that has the token.
        let mut holder = None;
        for (number, server) in servers.iter().enumerate() {
            if !server.keys("*:token").await.is_empty() {
                holder = Some(number);
            }
        }
        drop(servers.remove(holder.expect("one of them has the token")));
    })
    .await;
    // The others still serve their own credentials.
    let (token, store) = (token(), store());
    let keys: Vec<_> = (0..30).map(|number| format!("credential {number}")).collect();
    until("the others are used", async || {
        let mut kept = 0;
        for key in &keys {
            kept += usize::from(store.put(key, &token, None).await.is_ok());
        }
        kept > 0
    })
    .await;
}

fn token() -> StoredToken {
    let expires_at = std::time::SystemTime::now() + Duration::from_secs(60);
    StoredToken { token: "token".into(), expires_at }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_master_that_the_sentinels_name_is_followed() {
    let test = "another_master_that_the_sentinels_name_is_followed";
    let Some(master) = RedisServer::start(test) else { return };
    let port = free_port();
    let arguments = ["--port", &port.to_string(), "--replicaof", "127.0.0.1", &master.port.to_string()];
    let Some(replica) = RedisServer::start_with(test, port, &arguments) else { return };
    until("the replica follows", async || {
        info(&replica, &["INFO", "replication"]).await.contains("master_link_status:up")
    })
    .await;
    let settings = format!(
        "sentinel monitor mymaster 127.0.0.1 {} 1\n\
         sentinel down-after-milliseconds mymaster 1000\n\
         sentinel failover-timeout mymaster 5000\n",
        master.port
    );
    let Some(sentinel) = RedisServer::sentinel(test, free_port(), &settings) else { return };
    until("the sentinel knows the replica", async || {
        info(&sentinel, &["INFO", "sentinel"]).await.contains("slaves=1")
    })
    .await;
    let address = sentinel.address();
    let store = || Redis::sentinel([address.as_str()], "mymaster").unwrap();
    let server = Server::start().await.unwrap();
    let last = store();
    last.put("before", &token(), None).await.unwrap();
    thousands_of_calls(&server, [store(), store()], async || {
        assert_eq!(server.requests(GETTOKEN), 1, "the clients share a token");
        drop(master);
    })
    .await;
    until("the new master is written to", async || last.put("after", &token(), None).await.is_ok()).await;
    assert!(replica.keys("*{after}:token").await.len() == 1, "it was the replica");
    assert_eq!(last.get("after").await.unwrap().unwrap().token.expose(), "token");
}

/// Creates a certificate for a server on this machine, and its issuer's, in a folder; `None` without OpenSSL.
fn certificates(test: &str) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("san"), "subjectAltName=IP:127.0.0.1").unwrap();
    let new = ["-newkey", "rsa:2048", "-nodes"];
    let steps: [&[&str]; 3] = [
        &["req", "-x509", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem"],
        &["req", "-subj", "/CN=redis", "-keyout", "key.pem", "-out", "request.pem"],
        &[
            "x509",
            "-req",
            "-in",
            "request.pem",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-extfile",
            "san",
            "-out",
            "cert.pem",
        ],
    ];
    for step in steps {
        let new = if step[0] == "req" { &new[..] } else { &[] };
        let made = Command::new("openssl").args(step).args(new).current_dir(folder.path()).output();
        let Ok(made) = made else {
            eprintln!("skipped: {test}: openssl is not installed");
            return None;
        };
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    Some(folder)
}

#[tokio::test]
async fn a_server_with_tls_and_a_password_is_reached_and_no_other_takes_its_place() {
    let test = "a_server_with_tls_and_a_password_is_reached_and_no_other_takes_its_place";
    let (Some(folder), Some(strangers)) = (certificates(test), certificates(test)) else { return };
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let port = free_port();
    let arguments = ["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no"];
    let (cert, key, ca) = (path("cert.pem"), path("key.pem"), path("ca.pem"));
    let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &ca];
    let secret = ["--requirepass", "the-password"];
    let Some(redis) = RedisServer::start_with(test, port, &[&arguments[..], &files, &secret].concat()) else {
        return;
    };
    let store = |folder: &tempfile::TempDir, password: &str| {
        let root = std::fs::read(folder.path().join("ca.pem")).unwrap();
        let certificates = TlsCertificates { client_tls: None, root_cert: Some(root) };
        let address = format!("rediss://:{password}@127.0.0.1:{}/", redis.port);
        Redis::with_client(Client::build_with_tls(address, certificates).unwrap())
    };
    let server = Server::start().await.unwrap();
    for _ in 0..2 {
        let store = store(&folder, "the-password");
        let client = builder(&server.base_url(), &store).limit_store(store).build().unwrap();
        client.send(&GetMeetingInfo::new("hy")).await.unwrap();
        client.send(&GetCorpCheckinOption::new()).await.unwrap();
    }
    assert_eq!(server.requests(GETTOKEN), 1, "they share a token");
    let unknown = Redis::connect(&format!("rediss://:the-password@127.0.0.1:{}/", redis.port)).unwrap();
    for store in [store(&strangers, "the-password"), store(&folder, "another-password"), unknown] {
        let error = store.get("key").await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("password@"), "{error:?}");
    }
}
