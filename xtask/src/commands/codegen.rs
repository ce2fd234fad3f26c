//! `cargo xtask codegen`. The straight line: load → check → lower → emit → write.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::emit::write::{self, Changes};
use crate::spec::{Failure, load};
use crate::{api, emit};

/// What a run did.
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
    /// What differed from the files in place.
    pub changes: Changes,
    /// How long it took.
    pub time: Duration,
}

/// Generates, and puts the files in place unless it is only to `check`. On any error no file is touched.
pub fn run(root: &Path, check: bool, color: bool) -> Result<Summary, Failure> {
    let start = Instant::now();
    let sources = load::sources(&root.join("spec"))?;
    let api = api::read(&sources, color)?;
    let files = emit::files(root, &api)?;
    let changes = write::compare(root, &files)?;
    if !check {
        write::apply(root, &files, &changes)?;
    }
    Ok(Summary {
        specs: sources.len(),
        endpoints: api.modules.iter().map(|module| module.endpoints.len()).sum(),
        types: api.modules.iter().map(|module| module.types.len()).sum(),
        files: files.len(),
        changes,
        time: start.elapsed(),
    })
}
