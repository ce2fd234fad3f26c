//! `cargo xtask codegen`. The straight line: load → check → lower → emit → write.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::artifact::{self, Changes};
use super::{Failure, terminal};
use crate::spec::{self, load};
use crate::{api, emit};

/// Generates the crates from `spec/*.yaml`.
#[derive(clap::Args)]
pub struct Args {
    /// Changes nothing; fails if a generated file is out of date.
    #[arg(long)]
    check: bool,
}

impl Args {
    /// Generates, or compares.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let summary = run(root, self.check, terminal::errors_in_color())
            .map_err(|failure| Failure::of_spec(failure, "generated"))?;
        let changes = &summary.changes;
        if self.check && !changes.is_empty() {
            let error = format!(
                "{} generated files are not what the spec says; run `cargo xtask codegen`",
                changes.len()
            );
            return Err(Failure::new(error).after(lines(changes.lines())));
        }
        terminal::print(&format!("{}{summary}\n", lines(changes.done())));
        Ok(())
    }
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// The results of a run.
#[derive(Debug)]
pub struct Summary {
    /// Files of the spec.
    pub specs: usize,
    /// Endpoints in them.
    pub endpoints: usize,
    /// Rust types made of them.
    pub types: usize,
    /// Files generated.
    pub files: usize,
    /// The differences from the files in place.
    pub changes: Changes,
    /// Whether it was only compared.
    pub check: bool,
    /// The time it took.
    pub time: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { specs, endpoints, types, files, changes, check, time } = self;
        let did = if *check { "up to date" } else { "written" };
        let (changed, ms) = (changes.len(), time.as_millis());
        write!(
            f,
            "{specs} spec files, {endpoints} endpoints, {types} types: {files} files {did}, {changed} changed, in {ms} ms"
        )
    }
}

/// Generates, and puts the files in place unless it is only to `check`. On any error no file is touched.
pub fn run(root: &Path, check: bool, color: bool) -> Result<Summary, spec::Failure> {
    let start = Instant::now();
    let sources = load::sources(&root.join("spec"))?;
    let api = api::read(&sources, color)?;
    let files = emit::files(root, &api)?;
    let changes = artifact::put(root, &files, &emit::FOLDERS, check)?;
    Ok(Summary {
        specs: sources.len(),
        endpoints: api.modules.iter().map(|module| module.calls.len()).sum(),
        types: api.modules.iter().map(|module| module.types.len()).sum(),
        files: files.len(),
        changes,
        check,
        time: start.elapsed(),
    })
}
