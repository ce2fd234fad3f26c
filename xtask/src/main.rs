//! `cargo xtask`: what maintainers run.

use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::codegen::{self, Failure};

/// The tools of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    /// The workspace to work on.
    #[arg(long, global = true, value_name = "DIR", default_value_os_t = workspace())]
    root: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates the crates from `spec/*.yaml`.
    Codegen {
        /// Changes nothing; fails if a generated file is not what the spec says.
        #[arg(long)]
        check: bool,
    },
}

/// The workspace this was compiled in.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Command::Codegen { check } => codegen(&cli.root, check),
    }
}

fn codegen(root: &Path, check: bool) -> ExitCode {
    let summary = match codegen::run(root, check, stderr().is_terminal()) {
        Ok(summary) => summary,
        Err(Failure::Spec { mistakes, text }) => {
            eprint!("{text}");
            let plural = if mistakes == 1 { "mistake" } else { "mistakes" };
            eprintln!("error: {mistakes} {plural} in the spec; nothing was generated");
            return ExitCode::FAILURE;
        }
        Err(Failure::Io(error)) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let codegen::Summary { specs, endpoints, types, files, changes, time } = summary;
    let ms = time.as_millis();
    if check && !changes.is_empty() {
        for line in changes.lines() {
            eprintln!("{line}");
        }
        eprintln!(
            "error: {} generated files are not what the spec says; run `cargo xtask codegen`",
            changes.len()
        );
        return ExitCode::FAILURE;
    }
    if !check {
        for line in changes.lines() {
            println!(
                "{}",
                line.replace("missing", "created")
                    .replace("differs", "updated")
                    .replace("stale  ", "removed")
            );
        }
    }
    let did = if check { "up to date" } else { "written" };
    println!(
        "{specs} spec files, {endpoints} endpoints, {types} types: {files} files {did}, {} changed, in {ms} ms",
        if check { 0 } else { changes.len() }
    );
    ExitCode::SUCCESS
}
