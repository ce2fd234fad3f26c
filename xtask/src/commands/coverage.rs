//! `cargo xtask coverage`.

use std::io;
use std::path::{Path, PathBuf};

use super::format::Format;
use super::{Failure, artifact, terminal};
use crate::coverage::{self, Coverage, NUMBERS};

/// Counts how many documented endpoints are in the spec, by family, and draws docs/coverage.svg.
#[derive(clap::Args)]
pub struct Args {
    /// The folder with the pages, as Markdown files. Without it, the documented endpoints are taken from the committed
    /// docs/coverage.json.
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
    /// Prints Markdown.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Changes nothing; fails if the chart or its numbers are out of date. A missing folder is
    /// ignored.
    #[arg(long)]
    check: bool,
}

impl Args {
    /// Counts endpoints, and draws or compares the chart.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let Summary { coverage, pages, undocumented, stale } = run(root, self.docs.as_deref(), self.check)?;
        terminal::print(&match Format::asked_for(self.markdown, self.json) {
            Format::Text => coverage.text(),
            Format::Markdown => coverage.markdown(),
            Format::Json => coverage.json(),
        });
        if !pages {
            eprintln!("without the pages: what they document is as in {NUMBERS}");
        }
        for path in &undocumented {
            eprintln!("no page documents {path}");
        }
        if self.check && !stale.is_empty() {
            let error = |path| format!("{path} is out of date; run `cargo xtask coverage`");
            return Err(Failure::of(stale.into_iter().map(error)));
        }
        for path in stale {
            eprintln!("updated {path}");
        }
        Ok(())
    }
}

/// The results of a run.
#[derive(Debug)]
pub struct Summary {
    /// The numbers.
    pub coverage: Coverage,
    /// Whether the pages were available; if not, the numbers of documented endpoints are those from before.
    pub pages: bool,
    /// Paths of the spec that no available page documents.
    pub undocumented: Vec<String>,
    /// The files that were out of date, relative to the workspace.
    pub stale: Vec<&'static str>,
}

/// Counts endpoints, and writes the numbers and their chart unless `check` is set.
///
/// A folder that doesn't exist is an error only when writing: a check may run anywhere.
pub fn run(root: &Path, docs: Option<&Path>, check: bool) -> io::Result<Summary> {
    let docs = docs.filter(|docs| docs.is_dir() || !check);
    let (coverage, undocumented) = coverage::count(root, docs)?;
    let stale = artifact::put_few(root, coverage::files(&coverage), check)?;
    Ok(Summary { coverage, pages: docs.is_some(), undocumented, stale })
}
