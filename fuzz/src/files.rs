//! The files of this repository from which inputs are made.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder is in the repository").to_path_buf()
}

/// Returns the texts in a folder and its subfolders, by the ending of their names, in the order of their paths; none
/// if there is no such folder. Texts of more than 64 kB are left out: more cases are worth more than larger ones.
pub(crate) fn texts(folder: &Path, ending: &str) -> Vec<Vec<u8>> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    entries.sort();
    let texts = entries.into_iter().flat_map(|path| match path.is_dir() {
        true => texts(&path, ending),
        false if path.extension().is_some_and(|extension| extension == ending) => {
            fs::read(path).into_iter().filter(|text| text.len() <= 1 << 16).collect()
        }
        false => Vec::new(),
    });
    texts.collect()
}
