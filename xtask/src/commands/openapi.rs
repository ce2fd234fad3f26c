//! `cargo xtask openapi`.

use std::fmt;
use std::path::Path;

use serde_json::{Map, Value};

use super::{Failure, artifact, terminal};
use crate::api;
use crate::openapi::{self, FILE, WORKSPACE};
use crate::spec::{self, load};

/// Writes the spec as an OpenAPI 3.1 document, `openapi.json`.
#[derive(clap::Args)]
pub struct Args {
    /// Changes nothing; fails if the document is out of date.
    #[arg(long)]
    check: bool,
}

impl Args {
    /// Writes, or compares.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let summary = run(root, self.check, terminal::errors_in_color())
            .map_err(|failure| Failure::of_spec(failure, "generated"))?;
        if self.check && summary.stale {
            return Err(Failure::new(format!("{FILE} is out of date; run `cargo xtask openapi`")));
        }
        terminal::print(&format!("{summary}\n"));
        Ok(())
    }
}

/// What a run did.
#[derive(Debug)]
pub struct Summary {
    /// Paths in the document.
    pub paths: usize,
    /// Schemas in it.
    pub schemas: usize,
    /// Whether it differed from the one in place.
    pub stale: bool,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { paths, schemas, stale } = self;
        let did = if *stale { "written" } else { "up to date" };
        write!(f, "{FILE}: {paths} paths, {schemas} schemas, {did}")
    }
}

/// Writes the document of a workspace's spec, or only compares it with the one in place.
pub fn run(root: &Path, check: bool, color: bool) -> Result<Summary, spec::Failure> {
    let sources = load::sources(&root.join("spec"))?;
    let document = openapi::document(&api::read(&sources, color)?, WORKSPACE);
    let stale = artifact::put_few(root, [(FILE, openapi::text(&document))], check)?;
    let count = |pointer: &str| document.pointer(pointer).and_then(Value::as_object).map_or(0, Map::len);
    Ok(Summary { paths: count("/paths"), schemas: count("/components/schemas"), stale: !stale.is_empty() })
}
