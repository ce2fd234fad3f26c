//! Two processes that receive callbacks, with one Redis between them, and one of them is killed.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use redis::AsyncCommands as _;
use redis::aio::MultiplexedConnection;
use tokio::net::TcpListener;
use wecom_callback::{
    BoxError, Callback, Callbacks, Format, Receiver, RedisDuplicates, Router, Sender, State,
};

use super::server::{RedisServer, connection};

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";

/// The variable with the address of Redis, for the processes of this test.
const REDIS: &str = "WECOM_TEST_REDIS";

/// How long WeCom waits for an answer, and how often it sends a callback.
const DEADLINE: Duration = Duration::from_secs(5);
const TRIES: usize = 3;

/// A process that handles callbacks: up to 100 ms each. It notes when it begins with one, and when it has handled it.
#[tokio::test]
#[ignore = "it is a process of the tests below"]
async fn process_of_a_test() {
    let Ok(address) = env::var(REDIS) else { return };
    let name = std::process::id();
    let notes = connection(&address).await;
    let router = Router::<MultiplexedConnection>::new().fallback(
        move |State(mut notes): State<MultiplexedConnection>, callback: Callback| async move {
            let number: u64 = callback.envelope.from_user_name.parse()?;
            let () = notes.hset("begun", format!("{number} {name}"), 1).await?;
            tokio::time::sleep(Duration::from_millis(number * 7919 % 101)).await;
            let () = notes.hincr("handled", number, 1).await?;
            Ok::<_, BoxError>(())
        },
    );
    let receiver = Receiver::builder(TOKEN, KEY).receiveid("ww1").build().unwrap();
    let duplicates = RedisDuplicates::connect(&address).unwrap();
    let callbacks =
        Callbacks::builder(router.with_state(notes)).receiver(receiver).duplicates(duplicates).build();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    println!("\nlistening on {}", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = TowerToHyperService::new(callbacks.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// A running process, and its address.
struct Process(Child, String);

impl Process {
    fn start(redis: &RedisServer) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "processes::process_of_a_test", "--ignored", "--nocapture"])
            .env(REDIS, redis.address())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        Self(child, address.expect("it says where it listens"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends so many callbacks over so many connections to two processes in turns, as a balancer in front of them would; half-way, one is killed.
async fn two_processes(redis: &RedisServer, callbacks: u64, connections: u64) {
    let processes = [Process::start(redis), Process::start(redis)];
    let addresses = [processes[0].1.clone(), processes[1].1.clone()];
    let [doomed, survivor] = processes;
    let killed_process = doomed.0.id();
    let doomed = Arc::new(Mutex::new(Some(doomed)));
    let (sent, slowest) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Duration::ZERO)));
    let start = Instant::now();
    let workers = (0..connections).map(|worker| {
        let (addresses, doomed) = (addresses.clone(), Arc::clone(&doomed));
        let (sent, slowest) = (Arc::clone(&sent), Arc::clone(&slowest));
        tokio::spawn(async move {
            let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().unwrap();
            let sender = Sender::new(TOKEN, KEY, "ww1").unwrap();
            let mut lost = Vec::new();
            for number in (worker..callbacks).step_by(usize::try_from(connections).unwrap()) {
                if sent.fetch_add(1, Ordering::SeqCst) == callbacks / 2 {
                    doomed.lock().unwrap().take();
                }
                let message =
                    format!("<xml><FromUserName>{number}</FromUserName><MsgType>text</MsgType></xml>");
                let mut answered = false;
                for attempt in 0..TRIES {
                    let callback = sender.callback(Format::Xml, message.as_bytes(), "ww1", "1");
                    let process = &addresses[(usize::try_from(number).unwrap() + attempt) % 2];
                    let request = http.post(format!("http://{process}/?{}", callback.query));
                    let asked = Instant::now();
                    if request.body(callback.body).send().await.is_ok_and(|answer| answer.status() == 200) {
                        let mut slowest = slowest.lock().unwrap();
                        *slowest = asked.elapsed().max(*slowest);
                        answered = true;
                        break;
                    }
                }
                if !answered {
                    lost.push(number);
                }
            }
            lost
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        let lost = worker.await.unwrap();
        assert!(lost.is_empty(), "not answered in three tries: {lost:?}");
    }
    // Those whose first handler was killed are still waiting for its turn to end.
    let mut notes = redis.connection().await;
    let deadline = Instant::now() + Duration::from_secs(60);
    let handled: HashMap<u64, u64> = loop {
        let handled: HashMap<u64, u64> = notes.hgetall("handled").await.unwrap();
        if handled.len() as u64 == callbacks || Instant::now() > deadline {
            break handled;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let taken = start.elapsed();
    assert_eq!(handled.len() as u64, callbacks, "every callback is handled");
    drop(survivor);

    let begun: HashMap<String, u64> = notes.hgetall("begun").await.unwrap();
    let mut beginnings: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for key in begun.keys() {
        let (number, process) = key.split_once(' ').unwrap();
        beginnings.entry(number.parse().unwrap()).or_default().push(process.parse().unwrap());
    }
    // Only what the killed process was at is begun twice, and only what it was killed at after the note is handled twice.
    let again: Vec<_> = beginnings.iter().filter(|(_, processes)| processes.len() > 1).collect();
    assert!(again.iter().all(|(_, processes)| processes.contains(&killed_process)));
    assert!(again.len() as u64 <= connections, "{} callbacks were begun twice", again.len());
    let twice = handled.iter().filter(|(_, times)| **times > 1);
    let twice: Vec<_> = twice.map(|(number, _)| number).collect();
    assert!(twice.iter().all(|number| beginnings[number].len() > 1), "{twice:?}");
    println!(
        "{callbacks} callbacks over {connections} connections in {:.0} s, slowest answer {:.2} s; begun in both processes: {}, handled twice: {}",
        taken.as_secs_f64(),
        slowest.lock().unwrap().as_secs_f64(),
        again.len(),
        twice.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_had_not_handled_the_other_one_handles() {
    let test = "what_a_killed_process_had_not_handled_the_other_one_handles";
    let Some(redis) = RedisServer::start(test) else { return };
    two_processes(&redis, 500, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes"]
async fn ten_thousand_callbacks_survive_a_killed_process() {
    let Some(redis) = RedisServer::start("ten_thousand_callbacks_survive_a_killed_process") else { return };
    two_processes(&redis, 10_000, 200).await;
}
