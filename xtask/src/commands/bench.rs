//! `cargo xtask bench`.

use std::path::Path;

use clap::builder::PossibleValuesParser;

use super::format::Format;
use super::{Failure, artifact, terminal};
use crate::bench::{self, FILE, Options};

/// Compares the crates with handwritten code, and prints ratios.
///
/// A missed target is reported but is not a failure, since a machine may be busy. A failed measurement is one.
#[derive(clap::Args)]
pub struct Args {
    /// The measurements to run [default: all that don't take long].
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(bench::names()))]
    only: Vec<String>,
    /// Includes measurements that take long.
    #[arg(long)]
    full: bool,
    /// Writes the results to BENCHMARKS.md, and keeps the other results there. Without names, measures
    /// everything.
    #[arg(long)]
    write: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Runs the measurements.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let Self { only, full, write, json } = self;
        let options = Options { only, full: full || write, progress: terminal::errors_in_color() };
        let report = bench::run(root, &options)?;
        if write {
            let before = String::from_utf8(artifact::read(root, FILE)?.unwrap_or_default())
                .map_err(|error| Failure::new(format!("{FILE}: {error}")))?;
            artifact::write(root, FILE, &report.page(&before, &bench::titles()))?;
        }
        terminal::print(&match Format::asked_for(false, json) {
            Format::Json => report.json()?,
            Format::Text | Format::Markdown => report.to_string(),
        });
        Ok(())
    }
}

impl From<bench::Failure> for Failure {
    fn from(bench::Failure(message): bench::Failure) -> Self {
        Self::new(message)
    }
}
