//! What the whole API would cost: a made-up spec of full size, generated and compiled, beside the same models with
//! serde's derive.
//!
//! `cargo bench -p xtask --bench scale` prints a table. It takes several minutes, and needs nothing but Rust.
//! `-- --endpoints 200` makes it smaller, `-- --codegen` stops after the generator, `-- --tests` builds and runs
//! the generated tests instead of the models.

mod derived;
mod synthetic;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use xtask::codegen;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let after = |flag: &str| arguments.iter().skip_while(|argument| *argument != flag).nth(1);
    let endpoints = after("--endpoints").and_then(|number| number.parse().ok()).unwrap_or(763);

    let folder = tempfile::tempdir()?;
    let root = folder.path();
    copy_workspace(root)?;
    let with_tests = arguments.iter().any(|argument| argument == "--tests");
    if with_tests {
        // A small spec first, for the dependencies, so that only the generated crates and their tests are measured.
        write_snapshots_config(root)?;
        synthetic::write(&root.join("spec"), 10)?;
        generate(root)?;
        cargo(root, &["test", "-p", "wecom-tests", "--lib", "--no-run"])?;
    }
    let specs = synthetic::write(&root.join("spec"), endpoints)?;

    // Twice: the second run is the one a maintainer waits for, with nothing to write.
    let summary = generate(root)?;
    let warm = generate(root)?;
    println!("{} endpoints in {} files, {} types", summary.endpoints, specs, summary.types);
    row("codegen, cold", summary.time);
    row("codegen, nothing to write", warm.time);

    let api = stages(root)?;
    if arguments.iter().any(|argument| argument == "--codegen") {
        return Ok(());
    }
    if with_tests {
        row("generated tests, built and run", cargo(root, &["test", "-p", "wecom-tests", "--lib"])?);
        return Ok(());
    }
    derived::write(root, &api)?;

    // Dependencies first, so that only the models are measured.
    cargo(root, &["check", "-p", "wecom-models"])?;
    cargo(root, &["check", "-p", "derived", "--no-default-features"])?;
    let emitted = cargo(root, &["check", "-p", "wecom-models", "--features", "full"])?;
    row("cargo check, all families", emitted);
    let both = cargo(root, &["check", "-p", "wecom-models", "--features", "full,bidirectional"])?;
    row("cargo check, all families, both directions", both);
    let family = synthetic::largest_family();
    row(
        &format!("cargo check, one family ({family})"),
        cargo(root, &["check", "-p", "wecom-models", "--features", family])?,
    );
    let derived = cargo(root, &["check", "-p", "derived"])?;
    row("cargo check, serde derive in both directions", derived);
    println!("{:>8.1} × faster to check than derive", derived.as_secs_f64() / emitted.as_secs_f64());

    Ok(())
}

fn generate(root: &Path) -> io::Result<codegen::Summary> {
    codegen::run(root, false, false).map_err(|failure| io::Error::other(format!("{failure:?}")))
}

/// How long each stage takes.
fn stages(root: &Path) -> io::Result<xtask::ir::Api> {
    let start = Instant::now();
    let sources = xtask::load::sources(&root.join("spec"))?;
    let mut diagnostics = xtask::diagnostic::Diagnostics::default();
    let spec = xtask::load::spec(&sources, &mut diagnostics);
    row("  load", start.elapsed());
    let start = Instant::now();
    xtask::check::spec(&spec, &sources, &mut diagnostics);
    row("  check", start.elapsed());
    let start = Instant::now();
    let api = xtask::lower::spec(&spec, &sources);
    row("  lower", start.elapsed());
    let start = Instant::now();
    let files = codegen::files(root, &api)?;
    row("  emit", start.elapsed());
    let start = Instant::now();
    xtask::write::compare(root, &files)?;
    row("  compare", start.elapsed());
    Ok(api)
}

/// Snapshots don't exist for made-up endpoints: they are written on the way.
fn write_snapshots_config(root: &Path) -> io::Result<()> {
    let config = root.join(".cargo/config.toml");
    fs::create_dir_all(root.join(".cargo"))?;
    fs::write(config, "[env]\nINSTA_UPDATE = \"always\"\n")
}

fn row(what: &str, time: Duration) {
    println!("{:>8.2} s {what}", time.as_secs_f64());
}

fn cargo(root: &Path, arguments: &[&str]) -> io::Result<Duration> {
    let start = Instant::now();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(arguments)
        .args(["--quiet", "--offline"])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env_remove("RUSTFLAGS")
        .status()?;
    if !status.success() {
        return Err(io::Error::other(format!("cargo {} failed", arguments.join(" "))));
    }
    Ok(start.elapsed())
}

/// The hand-written parts of this workspace, without what is generated.
fn copy_workspace(root: &Path) -> io::Result<()> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    for part in ["Cargo.toml", "Cargo.lock", "clippy.toml", "crates", "tests", "xtask"] {
        copy(&here.join(part), &root.join(part))?;
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(root.join("Cargo.toml"), manifest.replace("members = [", "members = [\"derived\", "))?;
    // Hand-written tests name real endpoints.
    for part in ["tests/tests", "tests/snapshots", "crates/wecom-sdk/examples"] {
        fs::remove_dir_all(root.join(part))?;
    }
    derived::scaffold(root)
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
