//! Callbacks under load, over real HTTP: is each answered in time, handled once, and does memory stay flat?
//!
//! `cargo run --release -p wecom-load` sends 10,000 callbacks over 200 connections to a process that receives them, whose
//! handlers take from 0 to 8 seconds. `-- --processes 2 --redis` sends them to two processes that share a Redis, in turns, as
//! a balancer does, and kills one of the processes half-way: the other one handles what that one had answered. It behaves like
//! WeCom: it waits for a response for 5 seconds, and sends a callback up to three times. It fails if a promise of
//! `wecom_callback::Callbacks` is broken.
//!
//! A small form of this is one of the tests.

mod process;
mod receiving;
mod redis;
mod report;
mod sending;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use wecom_callback::BoxError;

use process::{Memory, Process};
use redis::Redis;
use report::Run;
use sending::{Progress, Seen};

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";
const CORP: &str = "ww1234567890abcdef";

/// How long the processes may take to handle what was answered: those that live take over from one that was killed.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often memory is looked at.
const SAMPLE: Duration = Duration::from_millis(20);

#[derive(Clone, Debug, Parser)]
struct Options {
    /// How many callbacks are sent. Every tenth is sent once more after its response.
    #[arg(long, default_value_t = 10_000)]
    callbacks: usize,
    /// How many connections stay open to each process.
    #[arg(long, default_value_t = 200)]
    connections: usize,
    /// How many processes receive callbacks. If there are several, the first is killed half-way.
    #[arg(long, default_value_t = 1, requires_if("2", "redis"))]
    processes: usize,
    /// Starts a Redis, in which the processes record callbacks for each other.
    #[arg(long)]
    redis: bool,
    /// How long the slowest handler takes, in seconds. Half of them take less than 0.4 % of that, and a twelfth more than half.
    #[arg(long, value_name = "SECONDS", default_value = "8", value_parser = seconds)]
    longest: Duration,
    /// How long a handler is waited for before the response, in seconds. Above 5, WeCom repeats the callback meanwhile.
    #[arg(long, value_name = "SECONDS", default_value = "4", value_parser = seconds)]
    deadline: Duration,
    /// How many handlers run at once in a process: more callbacks are refused.
    #[arg(long, default_value_t = 1000)]
    max_running: u32,
    /// Other seeds give handlers other times.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Receives callbacks, instead of sending them.
    #[arg(long, hide = true)]
    receive: bool,
    /// The Redis of the process that receives.
    #[arg(long, hide = true)]
    redis_address: Option<String>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

#[tokio::main]
async fn main() -> Result<ExitCode, BoxError> {
    let options = Options::parse();
    if options.receive {
        receiving::run(&options).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if options.processes > 1 && !options.redis {
        return Err("several processes need `--redis`: without it, each handles what it gets".into());
    }
    let redis = match options.redis.then(Redis::start).transpose()? {
        Some(None) => {
            println!("skipped: redis-server is not installed");
            return Ok(ExitCode::SUCCESS);
        }
        started => started.flatten(),
    };
    let run = run(options, redis.as_ref()).await?;
    println!("{run}");
    let broken = run.broken_promises();
    for promise in &broken {
        eprintln!("broken: {promise}");
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Starts the processes, sends the callbacks, and collects what has become of them.
async fn run(options: Options, redis: Option<&Redis>) -> Result<Run, BoxError> {
    let mut processes = Vec::new();
    for _ in 0..options.processes {
        processes.push(Process::start(&options, redis.map(Redis::address)).await?);
    }
    let addresses = processes.iter().map(Process::address).collect();
    let progress = Arc::new(Progress::default());
    let start = Instant::now();
    let sending = tokio::spawn(sending::send_all(options.clone(), addresses, Arc::clone(&progress)));
    let mut memory = vec![Memory::default(); processes.len()];
    let mut killed = None;
    while !sending.is_finished() {
        tokio::time::sleep(SAMPLE).await;
        let ended = progress.ended();
        for (process, memory) in processes.iter().zip(&mut memory) {
            memory.note(4 * ended / options.callbacks.max(1), process.resident());
        }
        if killed.is_none() && processes.len() > 1 && 2 * ended >= options.callbacks {
            processes[0].kill()?;
            killed = Some(0);
        }
    }
    let callbacks = sending.await??;
    let sent = Instant::now();
    while !all_handled(&callbacks, &processes) && sent.elapsed() < PATIENCE {
        tokio::time::sleep(SAMPLE).await;
    }
    let mut notes = Vec::new();
    for (index, process) in processes.into_iter().enumerate() {
        notes.push(process.end(killed == Some(index)).await?);
    }
    Ok(Run { options, taken: start.elapsed(), callbacks, notes, killed, memory })
}

/// Returns whether a handler has ended for each callback that was answered.
fn all_handled(callbacks: &[Seen], processes: &[Process]) -> bool {
    let notes: Vec<_> = processes.iter().map(Process::notes).collect();
    let is_handled = |number: usize| notes.iter().any(|notes| notes.handled[number] > 0);
    callbacks.iter().enumerate().all(|(number, seen)| seen.answered_by.is_empty() || is_handled(number))
}
