//! A copy of this workspace in a folder of its own, with a made-up spec.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use nix::sys::resource::{UsageWho, getrusage};
use tempfile::TempDir;
use xtask::api::Api;
use xtask::commands::codegen;

use crate::{callers, derived, synthetic};

/// The cost of a run of cargo.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub seconds: f64,
    /// The most memory that a process used, in KiB: one of rustc, since cargo itself uses little.
    pub peak: f64,
}

pub(crate) struct Workspace(TempDir);

impl Workspace {
    /// Copies the handwritten parts of this workspace.
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        for part in ["Cargo.toml", "Cargo.lock", "clippy.toml", "crates", "tests", "xtask"] {
            copy(&here.join(part), &root.join(part))?;
        }
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        fs::write(
            root.join("Cargo.toml"),
            manifest
                .replace("members = [", "members = [\"derived\", \"callers/derived\", \"callers/emitted\", "),
        )?;
        // Hand-written tests name real endpoints.
        for part in ["tests/tests", "tests/snapshots", "crates/wecom-sdk/examples"] {
            fs::remove_dir_all(root.join(part))?;
        }
        derived::scaffold(root)?;
        callers::scaffold(root)?;
        Ok(Self(folder))
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// Writes a spec of this size in place of the previous one, and generates from it.
    pub(crate) fn generate(&self, endpoints: usize) -> io::Result<Api> {
        let spec = self.root().join("spec");
        if spec.is_dir() {
            fs::remove_dir_all(&spec)?;
        }
        synthetic::write(&spec, endpoints)?;
        self.codegen()?;
        let sources = xtask::spec::load::sources(&spec)?;
        xtask::api::read(&sources, false).map_err(failed)
    }

    /// Generates, as `cargo xtask codegen` does.
    pub(crate) fn codegen(&self) -> io::Result<()> {
        codegen::run(self.root(), false, false).map_err(failed).map(drop)
    }

    /// Runs cargo, with a target folder of its own.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> io::Result<Cost> {
        let start = Instant::now();
        // Run in its own process, since the peak only ever grows.
        let output = Command::new(env::current_exe()?)
            .args(["peak", "--"])
            .arg(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .args(["--quiet", "--offline"])
            .current_dir(self.root())
            .env("CARGO_TARGET_DIR", self.root().join("target"))
            .env_remove("RUSTFLAGS")
            .stderr(Stdio::inherit())
            .output()?;
        let seconds = start.elapsed().as_secs_f64();
        let peak = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
        match peak.filter(|_| output.status.success()) {
            Some(peak) => Ok(Cost { seconds, peak }),
            None => Err(io::Error::other(format!("cargo {} failed", arguments.join(" ")))),
        }
    }

    /// Forgets the compiled package, but none of its dependencies.
    pub(crate) fn forget(&self, package: &str) -> io::Result<()> {
        self.cargo(&["clean", "-p", package]).map(drop)
    }

    /// Measures how long the generated tests take, built and run.
    pub(crate) fn tests(&self, endpoints: usize) -> io::Result<Duration> {
        // Snapshots of made-up endpoints don't exist: they are written on the way.
        fs::create_dir_all(self.root().join(".cargo"))?;
        fs::write(self.root().join(".cargo/config.toml"), "[env]\nINSTA_UPDATE = \"always\"\n")?;
        // A small spec first, which compiles the dependencies, so that only the generated crates and their tests are
        // measured.
        self.generate(10)?;
        self.cargo(&["test", "-p", "wecom-tests", "--lib", "--no-run"])?;
        self.generate(endpoints)?;
        self.cargo(&["test", "-p", "wecom-tests", "--lib"]).map(|cost| Duration::from_secs_f64(cost.seconds))
    }
}

/// Runs a command, and returns the most memory that any of its processes used, in KiB.
pub(crate) fn peak(command: &[String]) -> io::Result<i64> {
    let (program, arguments) = command.split_first().ok_or_else(|| io::Error::other("no command"))?;
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{program} failed")));
    }
    Ok(getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss())
}

fn failed(failure: xtask::spec::Failure) -> io::Error {
    match failure {
        xtask::spec::Failure::Io(error) => error,
        xtask::spec::Failure::Spec { text, .. } => io::Error::other(text),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            if entry.file_name() != "generated" && entry.file_name() != "target" {
                copy(&entry.path(), &to.join(entry.file_name()))?;
            }
        }
        return Ok(());
    }
    fs::copy(from, to).map(drop)
}
