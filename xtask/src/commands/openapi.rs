//! `cargo xtask openapi`.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::artifact::{self, Changes, Files};
use super::{Failure, terminal};
use crate::api;
use crate::openapi::{self, FOLDER, WORKSPACE};
use crate::spec::{self, load};

/// Writes the spec as OpenAPI 3.1: a document per family in `openapi/`, and one with the parts that they share.
#[derive(clap::Args)]
pub struct Args {
    /// Changes nothing; fails if a document is out of date.
    #[arg(long, conflicts_with = "bundle")]
    check: bool,
    /// Writes one document of the whole API to this file instead, for tools that read a single one.
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

impl Args {
    /// Writes the documents, or compares them.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let color = terminal::errors_in_color();
        let not_generated = |failure| Failure::of_spec(failure, "generated");
        if let Some(file) = self.bundle {
            let written = bundle(root, &file, color).map_err(not_generated)?;
            terminal::print(&format!("{}: {written}\n", file.display()));
            return Ok(());
        }
        let summary = run(root, self.check, color).map_err(not_generated)?;
        if self.check && !summary.changes.is_empty() {
            let lines: String = summary.changes.lines().map(|line| line + "\n").collect();
            let error = format!("{FOLDER}/ is out of date; run `cargo xtask openapi`");
            return Err(Failure::new(error).after(lines));
        }
        terminal::print(&format!("{summary}\n"));
        Ok(())
    }
}

/// The results of a run.
#[derive(Debug)]
pub struct Summary {
    /// The number of documents, the common one included.
    pub documents: usize,
    /// The contents of the documents.
    pub contents: Contents,
    /// The differences from the existing files.
    pub changes: Changes,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { documents, contents, changes } = self;
        write!(f, "{FOLDER}/: {documents} documents, {contents}, {} changed", changes.len())
    }
}

/// The contents of documents.
#[derive(Debug, Default)]
pub struct Contents {
    /// The number of paths.
    pub paths: usize,
    /// The number of schemas.
    pub schemas: usize,
}

impl Contents {
    fn of<'a>(documents: impl IntoIterator<Item = &'a Value>) -> Self {
        let count = |document: &Value, pointer: &str| {
            document.pointer(pointer).and_then(Value::as_object).map_or(0, Map::len)
        };
        documents.into_iter().fold(Self::default(), |sum, document| Self {
            paths: sum.paths + count(document, "/paths"),
            schemas: sum.schemas + count(document, "/components/schemas"),
        })
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} paths, {} schemas", self.paths, self.schemas)
    }
}

/// Writes the documents of a workspace's spec, or with `check` only compares them with the existing ones.
pub fn run(root: &Path, check: bool, color: bool) -> Result<Summary, spec::Failure> {
    let sources = load::sources(&root.join("spec"))?;
    let documents = openapi::documents(&api::read(&sources, color)?, WORKSPACE);
    let file = |(name, document): (&String, &Value)| (format!("{FOLDER}/{name}"), openapi::text(document));
    let files: Files = documents.iter().map(file).collect();
    let changes = artifact::put(root, &files, &[FOLDER], check)?;
    Ok(Summary { documents: documents.len(), contents: Contents::of(documents.values()), changes })
}

/// Writes one document of a workspace's spec to a file.
fn bundle(root: &Path, file: &Path, color: bool) -> Result<Contents, spec::Failure> {
    let sources = load::sources(&root.join("spec"))?;
    let document = openapi::bundle(&api::read(&sources, color)?, WORKSPACE);
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", file.display()));
    fs::write(file, openapi::text(&document)).map_err(named)?;
    Ok(Contents::of([&document]))
}
