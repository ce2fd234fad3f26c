//! The straight line: load → check → lower → emit → write.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::diagnostic::Diagnostics;
use crate::emit::{self, Files};
use crate::ir::Api;
use crate::source::Source;
use crate::spec::Spec;
use crate::write::Changes;
use crate::{check, load, lower, write};

/// Why nothing was generated.
#[derive(Debug)]
pub enum Failure {
    /// The spec has mistakes: all of them, as text.
    Spec { mistakes: usize, text: String },
    /// A file can't be read or written.
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

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

/// Loads and checks the spec of a workspace.
pub fn spec(sources: &[Source], color: bool) -> Result<Spec, Failure> {
    let mut diagnostics = Diagnostics::default();
    let spec = load::spec(sources, &mut diagnostics);
    check::spec(&spec, sources, &mut diagnostics);
    if diagnostics.is_empty() {
        return Ok(spec);
    }
    Err(Failure::Spec { mistakes: diagnostics.len(), text: diagnostics.render(sources, color) })
}

/// Loads, checks and lowers the spec of a workspace.
pub fn api(sources: &[Source], color: bool) -> Result<Api, Failure> {
    Ok(lower::spec(&spec(sources, color)?, sources))
}

/// Everything a workspace's spec generates.
pub fn files(root: &Path, api: &Api) -> io::Result<Files> {
    let mut files = emit::api(api);
    write::add_manifests(root, &emit::features(api), &mut files)?;
    Ok(files)
}

/// Generates, and puts the files in place unless it is only to `check`. On any error no file is touched.
pub fn run(root: &Path, check: bool, color: bool) -> Result<Summary, Failure> {
    let start = Instant::now();
    let sources = load::sources(&root.join("spec"))?;
    let api = api(&sources, color)?;
    let files = files(root, &api)?;
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
