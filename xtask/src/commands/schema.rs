//! `cargo xtask schema`.

use std::io;
use std::path::Path;

use super::{Failure, artifact, terminal};
use crate::spec::schema;

/// Writes the JSON Schemas of the spec's files, which editors use to complete and check them.
#[derive(clap::Args)]
pub struct Args {
    /// Changes nothing; fails if a schema is out of date.
    #[arg(long)]
    check: bool,
}

impl Args {
    /// Writes the schemas, or compares them.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let stale = run(root, self.check)?;
        if stale.is_empty() {
            terminal::print("the schemas are up to date\n");
        } else if self.check {
            let error = |path| format!("{path} is out of date; run `cargo xtask schema`");
            return Err(Failure::of(stale.into_iter().map(error)));
        }
        for path in stale {
            terminal::print(&format!("updated {path}\n"));
        }
        Ok(())
    }
}

/// Writes the schemas unless `check` is set. Returns the files that were out of date.
pub fn run(root: &Path, check: bool) -> io::Result<Vec<&'static str>> {
    let spec = root.join("spec");
    if !check && !spec.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("{}: no such folder", spec.display())));
    }
    artifact::put_few(root, schema::files(), check)
}
