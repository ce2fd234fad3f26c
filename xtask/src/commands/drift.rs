//! `cargo xtask drift`.

use std::path::{Path, PathBuf};

use super::format::Format;
use super::{Failure, terminal};
use crate::drift;

/// Compares the spec with documentation pages, and reports everything that is new, gone or changed on either side.
///
/// Exits with 1 if they differ except where the `deviations` of the spec's files say so, and with 2 if there is
/// nothing to compare. Endpoints missing from the spec are counted, but are not a difference.
#[derive(clap::Args)]
pub struct Args {
    /// The folder with the pages, as Markdown files.
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
    /// Lists the documented endpoints that are missing from the spec.
    #[arg(long, conflicts_with = "json")]
    unspecified: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Compares the spec with the pages.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let bar = terminal::bar();
        let start = |pages| bar.set_length(pages as u64);
        let report = drift::run(root, &self.docs, terminal::errors_in_color(), start, || bar.inc(1));
        bar.finish_and_clear();
        let report = report.map_err(|failure| Failure::of_spec(failure, "compared").incomparable())?;
        terminal::print(&match Format::asked_for(false, self.json) {
            Format::Json => report.json(),
            Format::Text | Format::Markdown => report.text(terminal::color(), self.unspecified),
        });
        if report.findings().is_empty() { Ok(()) } else { Err(Failure::of([])) }
    }
}
