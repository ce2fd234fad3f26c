//! Makes calls to a server by turns, in rounds, and prints one line of JSON for each round of each client: how many calls
//! a second, and how long all but the slowest hundredth of them took at most.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use serde::Serialize;
use wecom_bench::calls::{Caller, Error, Side};

/// Makes calls to a server, by turns.
#[derive(Parser)]
struct Cli {
    /// Where the server is.
    base_url: String,
    /// Who makes them.
    #[arg(required = true)]
    sides: Vec<Side>,
    /// How many are under way at once.
    #[arg(long)]
    callers: usize,
    /// How many are made in a round.
    #[arg(long)]
    calls: usize,
    /// How many rounds there are, after one that doesn't count.
    #[arg(long)]
    rounds: usize,
}

#[derive(Serialize)]
struct Round {
    side: String,
    calls_per_second: f64,
    p99_seconds: f64,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let Cli { base_url, sides, callers, calls, rounds } = Cli::parse();
    let mut clients = Vec::new();
    for side in sides {
        let caller = Caller::new(side, &base_url)?;
        round(&caller, callers, calls).await?;
        clients.push((format!("{side:?}").to_lowercase(), caller));
    }
    for _ in 0..rounds {
        for (side, caller) in &clients {
            let (calls_per_second, p99_seconds) = round(caller, callers, calls).await?;
            let round = Round { side: side.clone(), calls_per_second, p99_seconds };
            println!("{}", serde_json::to_string(&round)?);
        }
        // Who was first is last next time.
        clients.reverse();
    }
    Ok(())
}

async fn round(caller: &Caller, callers: usize, calls: usize) -> Result<(f64, f64), Error> {
    let left = Arc::new(AtomicUsize::new(calls));
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers).map(|_| tokio::spawn(work(caller.clone(), Arc::clone(&left)))).collect();
    let mut times = Vec::with_capacity(calls);
    for task in tasks {
        times.extend(task.await??);
    }
    let elapsed = start.elapsed();
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "calls are counted in thousands")]
    Ok((calls as f64 / elapsed.as_secs_f64(), p99.as_secs_f64()))
}

/// Makes calls until there are none left to make, and gives their times.
async fn work(caller: Caller, left: Arc<AtomicUsize>) -> Result<Vec<Duration>, Error> {
    let mut times = Vec::new();
    let one_less = |left: usize| left.checked_sub(1);
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
        let start = Instant::now();
        caller.call().await?;
        times.push(start.elapsed());
    }
    Ok(times)
}
