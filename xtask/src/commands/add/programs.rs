//! The programs of the workspace that `add` runs: its tests, and the conformance program.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// Runs programs: cargo, or a test that checks what would be run.
pub trait Programs {
    /// Runs a program to its end.
    fn run(&self, program: &Program<'_>) -> io::Result<Ran>;
}

/// A program of the workspace.
#[derive(Debug)]
pub struct Program<'p> {
    /// The arguments for cargo.
    pub arguments: &'p [&'p str],
    /// Variables of its environment.
    pub environment: &'p [(&'p str, &'p str)],
    /// Its standard input.
    pub input: String,
}

/// The result of a program.
#[derive(Debug)]
pub struct Ran {
    /// Whether it succeeded.
    pub success: bool,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub errors: String,
}

/// Runs programs of a workspace.
#[derive(Debug)]
pub struct Cargo<'r> {
    /// The workspace.
    pub root: &'r Path,
}

impl Programs for Cargo<'_> {
    fn run(&self, program: &Program<'_>) -> io::Result<Ran> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(self.root).args(program.arguments).envs(program.environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let input = child.stdin.take();
        let output = thread::scope(|scope| {
            // A program that ends early may leave some of it unread.
            scope.spawn(|| input.map(|mut input| input.write_all(program.input.as_bytes())));
            child.wait_with_output()
        })?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(Ran { success: output.status.success(), output: text(output.stdout), errors: text(output.stderr) })
    }
}
