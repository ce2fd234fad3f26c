//! `cargo xtask`: what maintainers run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::commands::{
    Failure, add, bench, codegen, coverage, diff, drift, examples, explain, import, mutate, openapi, phrases,
    schema,
};

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
    Codegen(codegen::Args),
    Add(add::Args),
    Import(import::Args),
    Schema(schema::Args),
    Examples(examples::Args),
    Coverage(coverage::Args),
    Openapi(openapi::Args),
    Drift(drift::Args),
    Mutate(mutate::Args),
    Phrases(phrases::Args),
    Bench(bench::Args),
    Explain(explain::Args),
    Diff(diff::Args),
}

impl Command {
    fn run(self, root: &Path) -> Result<(), Failure> {
        match self {
            Self::Codegen(args) => args.run(root),
            Self::Add(args) => args.run(root),
            Self::Import(args) => args.run(),
            Self::Schema(args) => args.run(root),
            Self::Examples(args) => args.run(root),
            Self::Coverage(args) => args.run(root),
            Self::Openapi(args) => args.run(root),
            Self::Phrases(args) => args.run(root),
            Self::Drift(args) => args.run(root),
            Self::Mutate(args) => args.run(root),
            Self::Bench(args) => args.run(root),
            Self::Explain(args) => args.run(),
            Self::Diff(args) => args.run(root),
        }
    }
}

/// Returns the workspace around the current folder, or else the one in which this was compiled.
fn workspace() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let is_one = |folder: &&Path| folder.join("spec").is_dir() && folder.join("xtask/Cargo.toml").is_file();
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    here.ancestors().find(is_one).or_else(own).map(Path::to_path_buf).unwrap_or_default()
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.run(&cli.root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
