//! The task of `cargo xtask add`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::import::Portion;

/// A chapter to add.
#[derive(Debug)]
pub struct Task {
    /// Its pages, by their spec files.
    pub portions: Vec<Portion>,
    /// The folder of pages to compare the spec with.
    pub docs: PathBuf,
    /// Whether all pages are there.
    pub all_pages: bool,
    /// The spec to compare the new one with.
    pub base: String,
    /// Whether to stop after the checks.
    pub only_spec: bool,
}

/// Returns the text of a file, if it exists.
pub(super) fn text_of(file: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}
