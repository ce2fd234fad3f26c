//! `cargo xtask examples`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Failure, terminal};
use crate::pages::{self, Extract};

/// Extracts the JSON examples of documentation pages, as JSON lines.
#[derive(clap::Args)]
pub struct Args {
    /// The folder with the pages, as Markdown files.
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
    /// Includes endpoints that aren't in the spec.
    #[arg(long)]
    all: bool,
    /// Writes to a file instead of the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Args {
    /// Extracts the examples.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let Extract { lines, examples, endpoints, events, repaired, unreadable } =
            pages::extract(root, &self.docs, self.all)?;
        match &self.out {
            Some(file) => fs::write(file, lines)
                .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?,
            None => terminal::print(&lines),
        }
        for place in &unreadable {
            eprintln!("{place}");
        }
        let lost = unreadable.len();
        eprintln!(
            "{examples} examples of {endpoints} endpoints ({repaired} repaired) and {events} of events, {lost} unreadable"
        );
        Ok(())
    }
}
