//! Makes many calls at once, to a server that answers when all of them are there, and prints how many bytes of memory
//! a call took.

use clap::Parser;
use wecom_bench::calls::{Caller, Error, Side};

/// Makes many calls at once.
#[derive(Parser)]
struct Cli {
    /// Where the server is.
    base_url: String,
    /// Who makes them.
    side: Side,
    /// How many.
    #[arg(long)]
    calls: u64,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let Cli { base_url, side, calls } = Cli::parse();
    rlimit::increase_nofile_limit(10_500)?;
    let caller = Caller::new(side, &base_url)?;
    let before = resident("VmRSS")?;
    let tasks: Vec<_> = (0..calls)
        .map(|_| {
            let caller = caller.clone();
            tokio::spawn(async move { caller.call().await })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    println!("{}", resident("VmHWM")?.saturating_sub(before) / calls);
    Ok(())
}

/// How many bytes of memory Linux says there are: now (`VmRSS`), or were at most (`VmHWM`).
fn resident(what: &str) -> Result<u64, Error> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kilobytes.ok_or("/proc/self/status doesn't tell")?.parse::<u64>()? * 1024)
}
