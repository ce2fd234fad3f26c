//! What there is to add.

use std::fs;
use std::path::{Path, PathBuf};

use crate::import::Chapter;

/// A chapter to be added.
#[derive(Debug)]
pub struct Task {
    /// Its pages.
    pub chapter: Chapter,
    /// The name of its spec file.
    pub file: String,
    /// The folder of pages to compare it with.
    pub docs: PathBuf,
    /// Whether all pages are there.
    pub all_pages: bool,
    /// What to compare the spec with.
    pub base: String,
    /// Whether to stop after the checks.
    pub only_spec: bool,
}

/// The text of a file, if it is there.
pub(super) fn text_of(file: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}
