//! `cargo xtask import`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::format::Format;
use super::{Failure, terminal};
use crate::import;

/// Drafts spec files from documentation pages, for a person to complete.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["pages", "report"]))]
pub struct Args {
    /// The pages, as Markdown files.
    #[arg(value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// Adds the endpoints to a spec file, instead of writing a new one to the standard output.
    #[arg(long, value_name = "FILE", requires = "pages")]
    into: Option<PathBuf>,
    /// Drafts all pages below a folder, and reports how many drafts fit the examples of their pages.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["pages", "into"])]
    report: Option<PathBuf>,
    /// Prints the report as JSON.
    #[arg(long, requires = "report")]
    json: bool,
}

impl Args {
    /// Drafts the spec of the pages.
    pub fn run(self) -> Result<(), Failure> {
        match (&self.report, &self.into) {
            (Some(docs), _) => self.report(docs),
            (None, Some(file)) => into(&self.pages, file).map_err(Failure::new),
            (None, None) => {
                terminal::print(&import::draft(&self.pages).map_err(Failure::new)?);
                Ok(())
            }
        }
    }

    fn report(&self, docs: &Path) -> Result<(), Failure> {
        let bar = terminal::bar();
        let report = import::survey(docs, || bar.inc(1), |pages| bar.set_length(pages as u64));
        bar.finish_and_clear();
        let report = report?;
        terminal::print(&match Format::asked_for(false, self.json) {
            Format::Json => serde_json::to_string_pretty(&report).map_err(io::Error::from)? + "\n",
            Format::Text | Format::Markdown => report.to_string(),
        });
        Ok(())
    }
}

/// Adds the endpoints of some pages to a spec file: all of them, or none.
pub fn into(pages: &[PathBuf], file: &Path) -> Result<(), import::Failure> {
    let text = import::added(pages, file)?;
    fs::write(file, text).map_err(|error| import::Failure::Io(file.to_owned(), error))
}
