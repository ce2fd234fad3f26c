//! The processes that receive: started, watched, killed, and asked what they have handled.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use wecom_callback::BoxError;

use crate::Options;

/// How long a process may take for the handlers that still run.
const PATIENCE: Duration = Duration::from_secs(60);

/// The reports of a process about its handlers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// How many times each callback's handler began.
    pub(crate) begun: Vec<u32>,
    /// How many times it ended.
    pub(crate) handled: Vec<u32>,
    /// How many ran at once, at most.
    pub(crate) most_running: usize,
    running: usize,
}

impl Notes {
    pub(crate) fn of(callbacks: usize) -> Self {
        Self { begun: vec![0; callbacks], handled: vec![0; callbacks], ..Self::default() }
    }

    fn note(&mut self, line: &str) -> Option<()> {
        let (what, number) = line.split_once(' ')?;
        let number: usize = number.parse().ok()?;
        if what == "begun" {
            *self.begun.get_mut(number)? += 1;
            self.running += 1;
            self.most_running = self.most_running.max(self.running);
        } else {
            *self.handled.get_mut(number)? += 1;
            self.running = self.running.saturating_sub(1);
        }
        Some(())
    }
}

/// The highest memory in each quarter of a run, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory(pub(crate) [u64; 4]);

impl Memory {
    pub(crate) fn note(&mut self, quarter: usize, resident: Option<u64>) {
        if let (Some(highest), Some(resident)) = (self.0.get_mut(quarter), resident) {
            *highest = resident.max(*highest);
        }
    }
}

pub(crate) struct Process {
    child: Child,
    address: SocketAddr,
    notes: Arc<Mutex<Notes>>,
    reading: JoinHandle<()>,
}

impl Process {
    /// Starts this program as one that receives.
    pub(crate) async fn start(options: &Options, redis: Option<&str>) -> Result<Self, BoxError> {
        let mut command = Command::new(env::current_exe()?);
        command.arg("--receive");
        command.arg("--longest").arg(options.longest.as_secs_f64().to_string());
        command.arg("--deadline").arg(options.deadline.as_secs_f64().to_string());
        command.arg("--max-running").arg(options.max_running.to_string());
        command.arg("--seed").arg(options.seed.to_string());
        if let Some(redis) = redis {
            command.args(["--redis-address", redis]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let out = child.stdout.take().ok_or("a process has no output")?;
        let mut lines = BufReader::new(out).lines();
        let first = lines.next_line().await?.unwrap_or_default();
        let address = first.strip_prefix("listening on ").ok_or("a process doesn't say where it listens")?;
        let address = address.parse()?;
        let notes = Arc::new(Mutex::new(Notes::of(options.callbacks)));
        let reading = tokio::spawn(read(lines, Arc::clone(&notes)));
        Ok(Self { child, address, notes, reading })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the memory of the process in KiB, where the system says it.
    pub(crate) fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    }

    /// Returns what it has said until now.
    pub(crate) fn notes(&self) -> Notes {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Kills it (SIGKILL): it can do nothing more.
    pub(crate) fn kill(&mut self) -> std::io::Result<()> {
        self.child.start_kill()
    }

    /// Lets it shut down, unless it was killed, and returns what it has said.
    pub(crate) async fn end(mut self, killed: bool) -> Result<Notes, BoxError> {
        drop(self.child.stdin.take());
        timeout(PATIENCE, &mut self.reading).await.map_err(|_| "a process doesn't shut down")??;
        let status = self.child.wait().await?;
        if !killed && !status.success() {
            return Err(format!("a process that received ended with {status}").into());
        }
        Ok(self.notes())
    }
}

async fn read(mut lines: Lines<BufReader<ChildStdout>>, notes: Arc<Mutex<Notes>>) {
    while let Ok(Some(line)) = lines.next_line().await {
        notes.lock().unwrap_or_else(PoisonError::into_inner).note(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_says_is_counted() {
        let mut notes = Notes::of(3);
        for line in
            ["begun 0", "begun 2", "handled 0", "begun 1", "handled 2", "begun 2", "begun 7", "half a li"]
        {
            notes.note(line);
        }
        assert_eq!((notes.begun, notes.handled, notes.most_running), (vec![1, 1, 2], vec![1, 0, 1], 2));
    }

    #[test]
    fn the_highest_memory_counts_of_each_quarter() {
        let mut memory = Memory::default();
        for (quarter, resident) in [(0, Some(5)), (1, Some(9)), (1, Some(7)), (3, None), (4, Some(100))] {
            memory.note(quarter, resident);
        }
        assert_eq!(memory, Memory([5, 9, 0, 0]));
    }
}
